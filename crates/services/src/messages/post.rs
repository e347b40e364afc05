//! The house's post office: by which way messages leave, and the mailbox page that stands in for people in development.

use super::Undelivered;
use super::mail::{self, Letter, MailTransport, PostError};
use super::pass::{PassError, PassFont};
use super::sms::{self, Sms, SmsProvider, SmsTransport};
use crate::context::Settings;
use domain::Locale;
use domain::ids::MessageId;
use jiff::Timestamp;
use sqlx::PgPool;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// How messages leave the house.
#[derive(Clone, Debug)]
pub struct PostSettings {
    /// The sender's name: `山东省脐血库`.
    pub sender_name: String,
    /// The sender's address.
    pub sender_address: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// How mail leaves.
    pub mail: MailTransport,
    /// How text messages leave.
    pub sms: SmsTransport,
    /// Where visits take place, in Chinese.
    pub place_zh: String,
    /// Where visits take place, in English.
    pub place_en: String,
    /// A telephone number people may call for help.
    pub help: Option<String>,
    /// A font with Chinese characters for the pass as a PDF, and its number in a collection.
    pub pass_font: Option<(PathBuf, u32)>,
}

impl Default for PostSettings {
    /// Development: everything goes to the mailbox page.
    fn default() -> Self {
        Self {
            sender_name: "山东省脐血库".into(),
            sender_address: "noreply@localhost.localdomain".into(),
            reply_to: None,
            mail: MailTransport::Mailbox,
            sms: SmsTransport::Mailbox,
            place_zh: "山东省脐血库 造血干细胞科普馆".into(),
            place_en: "Hematopoietic Stem Cell Science Museum, Shandong Cord Blood Bank".into(),
            help: None,
            pass_font: Some(("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc".into(), PassFont::NOTO_CJK_SC)),
        }
    }
}

/// The house's post office. Cheap to clone.
#[derive(Clone)]
pub struct Post(Arc<Office>);

struct Office {
    settings: PostSettings,
    sender: mail::Sender,
    smtp: Option<mail::Smtp>,
    sms: Option<Arc<dyn SmsProvider>>,
    host: String,
    font: OnceLock<Result<PassFont, PassError>>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let server = self.0.smtp.as_ref().map_or("mailbox", |smtp| smtp.server.as_str());
        f.debug_struct("Post").field("mail", &server).field("sms", &self.0.settings.sms).finish_non_exhaustive()
    }
}

impl Post {
    /// Opens the office. Refuses what would lose messages or send them unprotected.
    pub fn new(settings: PostSettings, site: &Settings) -> Result<Self, PostError> {
        let host = host_of(&site.public_url);
        let sender =
            mail::Sender::new(&settings.sender_name, &settings.sender_address, settings.reply_to.as_deref(), &host)?;
        let smtp = match &settings.mail {
            MailTransport::Smtp(smtp) => Some(mail::Smtp::new(smtp, &host, site.development)?),
            MailTransport::Mailbox if site.development => None,
            MailTransport::Mailbox => return Err(PostError::MailboxOutsideDevelopment("mail")),
        };
        let sms: Option<Arc<dyn SmsProvider>> = match &settings.sms {
            SmsTransport::Aliyun(aliyun) => Some(Arc::new(sms::Aliyun::new(aliyun.clone())?)),
            SmsTransport::Other(other) => Some(Arc::clone(other)),
            SmsTransport::Mailbox if site.development => None,
            SmsTransport::Mailbox => return Err(PostError::MailboxOutsideDevelopment("SMS")),
        };
        Ok(Self(Arc::new(Office { settings, sender, smtp, sms, host, font: OnceLock::new() })))
    }

    /// The host of the site: the right half of Message-IDs and calendar UIDs.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Where visits take place.
    pub fn place(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.0.settings.place_zh,
            Locale::En => &self.0.settings.place_en,
        }
    }

    /// Name and address of the sender.
    pub(super) fn sender(&self) -> (&str, &str) {
        (&self.0.settings.sender_name, &self.0.settings.sender_address)
    }

    pub(crate) fn help(&self) -> Option<String> {
        self.0.settings.help.clone()
    }

    /// Hands a mail to the SMTP server, or puts it into the mailbox of development.
    pub(super) async fn send_mail(&self, db: &PgPool, letter: Letter) -> Result<Option<String>, Undelivered> {
        let Some(smtp) = &self.0.smtp else {
            let attachments = match &letter.calendar {
                Some((method, file)) => {
                    let kind = format!("text/calendar; charset=utf-8; method={}", method.name());
                    serde_json::json!([{ "name": "visit.ics", "type": kind, "text": file }])
                }
                None => serde_json::json!([]),
            };
            // What could not be sent is not shown as sent either.
            let (id, at, to) = (letter.id, letter.at, letter.to.as_str().to_owned());
            let (subject, text, html) = (letter.subject.clone(), letter.text.clone(), letter.html.clone());
            mail::compose(&self.0.sender, letter)?;
            let row = mailbox_row(id, "mail", to, at, (subject, text, Some(html), attachments));
            return put(db, row).await;
        };
        smtp.send(&self.0.sender, letter).await.map(|()| None)
    }

    /// Hands a text message to the provider, or puts it into the mailbox of development.
    pub(super) async fn send_sms(&self, db: &PgPool, sms: Sms) -> Result<Option<String>, Undelivered> {
        let Some(provider) = &self.0.sms else {
            let text = format!("【{}】{}", self.0.settings.sender_name, sms.text);
            let body = (String::new(), text, None, serde_json::json!([]));
            return put(db, mailbox_row(sms.id, "sms", sms.to.digits().to_owned(), sms.at, body)).await;
        };
        provider.send(&sms).await
    }

    /// The font of the pass, read once.
    pub(super) fn font(&self) -> Result<PassFont, PassError> {
        let load = || match &self.0.settings.pass_font {
            Some((path, index)) => PassFont::load(path, *index),
            None => Err(PassError::NoFont),
        };
        self.0.font.get_or_init(load).clone()
    }
}

fn mailbox_row(
    id: MessageId,
    channel: &str,
    recipient: String,
    at: Timestamp,
    (subject, body_text, body_html, attachments): (String, String, Option<String>, serde_json::Value),
) -> store::messages::MailboxRow {
    store::messages::MailboxRow {
        id: id.0,
        channel: channel.to_owned(),
        recipient,
        subject,
        body_text,
        body_html,
        attachments,
        created_at: store::ToSqlx::to_sqlx(at),
    }
}

async fn put(db: &PgPool, row: store::messages::MailboxRow) -> Result<Option<String>, Undelivered> {
    store::messages::put_in_mailbox(db, &row).await.map(|()| None).map_err(|_| Undelivered::Later("mailbox"))
}

/// The host of a URL: without scheme, port, path.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_owned()
}

/// A host name as it may stand in a log: nothing a wrong setting (`user:password@host`) could betray.
pub(super) fn log_safe_host(host: &str) -> &str {
    host.rsplit('@').next().unwrap_or_default()
}
