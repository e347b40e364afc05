//! Messages about an account: that what one signs in with was changed, or is about to be.
//!
//! They go to the contact as it was: after the change the account does not know it any more, so it travels in the job,
//! sealed, like the contact of a code.

use super::deliver::{Dispatch, Subject, dispatch_one, letter, sms, when_text};
use super::templates::{AccountFacts, Facts};
use crate::crypto::Place;
use crate::jobs::{Failure, Job, NewJob, Outcome, enqueue};
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Locale;
use domain::contact::{Contact, ContactText};
use domain::ids::{AccountId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The job that sends a message about an account.
pub(super) const ACCOUNT: &str = "messages.account";

/// What there is to tell. Kinds of contact are `phone` and `mail`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum AccountNotice {
    /// A contact was put in place of another, or added.
    Changed {
        /// Which kind.
        kind: String,
        /// When.
        at: Timestamp,
    },
    /// Somebody who could not show the present contact asked for another one.
    Asked {
        /// Which kind.
        kind: String,
        /// When it takes effect.
        due_at: Timestamp,
        /// The characters of the link that stops it.
        stop: String,
    },
}

impl AccountNotice {
    /// The text, and the name in the `message` table.
    const fn template(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "contact_changed",
            Self::Asked { .. } => "contact_asked",
        }
    }

    fn what(&self, locale: Locale) -> &'static str {
        let (Self::Changed { kind, .. } | Self::Asked { kind, .. }) = self;
        match (locale, kind.as_str()) {
            (Locale::ZhCn, "phone") => "手机号",
            (Locale::ZhCn, _) => "邮箱",
            (Locale::En, "phone") => "mobile number",
            (Locale::En, _) => "e-mail address",
        }
    }

    const fn at(&self) -> Timestamp {
        match self {
            Self::Changed { at, .. } => *at,
            Self::Asked { due_at, .. } => *due_at,
        }
    }

    fn stop(&self) -> Option<&str> {
        match self {
            Self::Changed { .. } => None,
            Self::Asked { stop, .. } => Some(stop),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct AccountJob {
    message: MessageId,
    account: AccountId,
    sealed: String,
}

/// The sealed part of it.
#[derive(Serialize, Deserialize)]
struct AccountSecret {
    contact: ContactText,
    locale: Locale,
    notice: AccountNotice,
}

const fn notice_place(message: MessageId) -> Place {
    Place { table: "job", column: "account", row: message.0 }
}

/// Queues a message about an account for one of its contacts. Ring `Services::job_bell` after the commit.
pub(crate) async fn queue_account_notice(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    (account, locale): (AccountId, Locale),
    contact: &Contact,
    notice: &AccountNotice,
) -> sqlx::Result<()> {
    let message: MessageId = context.new_id();
    let secret = AccountSecret { contact: contact.into(), locale, notice: notice.clone() };
    let plain = serde_json::to_vec(&secret).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let sealed = BASE64_STANDARD.encode(services.vault.seal(notice_place(message), &plain));
    let payload = AccountJob { message, account, sealed };
    enqueue(db, context.now, &[NewJob { kind: ACCOUNT, payload: &payload, run_at: context.now, dedupe: None }]).await
}

pub(super) async fn send_account(services: Services, job: Job<AccountJob>) -> Outcome {
    let now = services.clock.now();
    let AccountJob { message, account, sealed } = job.payload;
    let unreadable = Failure::give_up("notice_unreadable");
    let sealed = BASE64_STANDARD.decode(sealed).map_err(|_| unreadable)?;
    // A key made by another server a moment ago may not have arrived here yet.
    let opened = services.vault.open_sealed(notice_place(message), &sealed);
    let plain = opened.map_err(|_| Failure::retry("notice_sealed"))?;
    let AccountSecret { contact, locale, notice } = serde_json::from_slice(&plain).map_err(|_| unreadable)?;
    let contact = Contact::try_from(contact).map_err(|_| unreadable)?;
    let (template, site) = (notice.template(), services.settings.public_url.clone());
    let (channel, parcel) = match contact {
        Contact::Phone(phone) => {
            let mut values =
                BTreeMap::from([("what", notice.what(locale).to_owned()), ("when", when_text(notice.at(), locale))]);
            if let Some(stop) = notice.stop() {
                values.insert("link", stop.to_owned());
            }
            ("sms", sms(&services, message, phone, locale, template, values, now)?)
        }
        Contact::Mail(mail) => {
            let english = if locale == Locale::En { "/en" } else { "" };
            let facts = Facts::Account(AccountFacts {
                what: notice.what(locale),
                when: when_text(notice.at(), locale),
                stop: notice.stop().map(|stop| format!("{site}{english}/a/{stop}")),
                site,
                help: services.post.help(),
            });
            ("mail", letter(message, mail, locale, template, &facts, None, now)?)
        }
    };
    let dispatch = Dispatch { id: message, subject: Some(Subject("account", account.0)), template, channel };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}
