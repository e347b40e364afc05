//! Telling the family that something changed: queued with the change, read and sent by `messages::case`.

use super::{CaseError, place_of};
use crate::account::visitors::open_profile;
use crate::jobs::{NewJob, enqueue};
use crate::{Context, Services};
use domain::Locale;
use domain::booking::{Reference, after_quiet};
use domain::contact::Contact;
use domain::ids::{AccountId, CaseId, MessageId};
use domain::spark::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::spark::cases as sql;
use store::spark::{clarifications, clawbacks};

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(crate) struct CaseNews {
    /// About which case.
    pub case: CaseId,
    /// For whom.
    pub account: AccountId,
    /// The message's own.
    pub message: MessageId,
}

impl CaseNews {
    /// The job.
    pub(crate) const JOB: &'static str = "spark.case_news";
}

/// Queues one message for each account of the family.
pub(super) async fn queue(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<(), CaseError> {
    let family = sql::family(&mut *db, case.0).await?;
    let told = |account| CaseNews { case, account: AccountId(account), message: context.new_id() };
    let payloads: Vec<CaseNews> = family.into_iter().map(told).collect();
    let jobs: Vec<_> = payloads
        .iter()
        .map(|payload| NewJob { kind: CaseNews::JOB, payload, run_at: context.now, dedupe: None })
        .collect();
    Ok(enqueue(db, context.now, &jobs).await?)
}

/// What the job of a reminder holds: ids and a day.
#[derive(Serialize, Deserialize)]
pub(crate) struct CaseReminder {
    /// About which case.
    pub case: CaseId,
    /// For whom.
    pub account: AccountId,
    /// The message's own.
    pub message: MessageId,
    /// The version of which it is true.
    pub version: i32,
    /// The last day on which something can be done.
    pub until: Date,
}

impl CaseReminder {
    /// The job, of what lapses after that day.
    pub(crate) const JOB: &'static str = "spark.case_reminder";
    /// The job, of money that is asked back: nothing lapses, and it is owed after that day as well.
    pub(crate) const OWED: &'static str = "spark.case_due";

    /// The version of which it is true, and the day.
    pub(crate) const fn what(&self) -> (i32, Date) {
        (self.version, self.until)
    }
}

/// Queues one reminder of a kind ([`CaseReminder`]) for each account of the family: by day, since nobody is woken for it.
pub(super) async fn queue_reminder(
    db: &mut PgConnection,
    context: &Context,
    (case, kind): (CaseId, &'static str),
    (version, until): (i32, Date),
) -> Result<(), CaseError> {
    let family = sql::family(&mut *db, case.0).await?;
    let told = |account| CaseReminder { case, account: AccountId(account), message: context.new_id(), version, until };
    let payloads: Vec<CaseReminder> = family.into_iter().map(told).collect();
    let run_at = after_quiet(context.now);
    let jobs: Vec<_> = payloads.iter().map(|payload| NewJob { kind, payload, run_at, dedupe: None }).collect();
    Ok(enqueue(db, context.now, &jobs).await?)
}

/// Whether a reminder is still true: nothing happened to the case since, and there is no more time than it says.
///
/// # Errors
/// `Database`.
pub(crate) async fn still_stands(
    services: &Services,
    case: CaseId,
    (version, until): (i32, Date),
) -> Result<bool, CaseError> {
    let same = sql::one(&services.db, case.0).await?.is_some_and(|row| row.version == version);
    let due = clarifications::due_on(&services.db, case.0, version).await?;
    Ok(same && due.is_none_or(|day| day.to_jiff() == until))
}

/// Whether a reminder of money that is asked back is still true: as [`still_stands`], and something is owed of it by that day.
///
/// # Errors
/// `Database`.
pub(crate) async fn still_owed(services: &Services, case: CaseId, what: (i32, Date)) -> Result<bool, CaseError> {
    Ok(still_stands(services, case, what).await? && clawbacks::is_owed(&services.db, case.0, what.1).await?)
}

/// Who is told, as it is true now.
pub(crate) enum Recipient {
    /// Told so.
    Tell {
        /// Where.
        contact: Contact,
        /// In which language.
        locale: Locale,
        /// K7M4-Q2XR
        reference: String,
    },
    /// Nobody: the account is gone, or is not of the family any more; or the case stands still since the patient has died.
    Nobody,
}

/// Whom a message about a case reaches.
///
/// # Errors
/// `Crypto`, `Unreadable`, `Database`.
pub(crate) async fn recipient(services: &Services, case: CaseId, account: AccountId) -> Result<Recipient, CaseError> {
    let mut db = services.db.acquire().await?;
    let Some(row) = sql::one(&mut *db, case.0).await? else { return Ok(Recipient::Nobody) };
    let of_family = sql::family(&mut *db, case.0).await?.contains(&account.0);
    if !of_family || place_of(&row)?.state() == State::DeceasedHold {
        return Ok(Recipient::Nobody);
    }
    let Some(person) = store::account::people::live(&mut *db, account.0).await? else { return Ok(Recipient::Nobody) };
    let profile = open_profile(services, &person)?;
    // As with a sign-in: by text message to whoever has a number.
    let contact = profile.phone.map(Contact::Phone).or(profile.mail.map(Contact::Mail));
    let reference = Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string();
    Ok(match contact {
        Some(contact) => Recipient::Tell { contact, locale: profile.locale, reference },
        None => Recipient::Nobody,
    })
}
