//! Reminders: compliance is told by mail of reports that are due, on working days, once for each report and day. It says which
//! report and until when, and no figure.

use super::freeze::first_quarter;
use super::{DisclosureError, note, public};
use crate::Services;
use crate::account::open_mail;
use crate::context::new_uuid;
use crate::messages::queue_reports;
use domain::Locale;
use domain::account::Role;
use domain::booking::after_quiet;
use domain::contact::MailAddress;
use domain::disclosure::{Due, Term};
use domain::ids::{AccountId, MessageId};
use domain::time::local_day;
use jiff::civil;
use serde_json::json;
use store::disclosure as sql;
use store::exports::{self as people, PersonRow};

/// Queues what is due today, over all servers once. Answers how many reports people are reminded of.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn remind_due(services: &Services) -> Result<usize, DisclosureError> {
    let context = services.system();
    let today = local_day(context.now);
    let mut tx = services.begin().await?;
    let published = public::read(&mut tx).await?;
    let since = first_quarter(&mut tx, &published, today).await?;
    let terms = Due::default().to_remind_at_work(since, today, &published.terms());
    let mut told = 0;
    for term in terms {
        if !sql::remind(&mut *tx, &term.to_string(), today, context.now).await? {
            continue;
        }
        let people = people::people(&mut *tx, &[]).await?;
        let compliance: Vec<AccountId> = people.iter().filter(|row| hears(row)).map(|row| AccountId(row.id)).collect();
        if compliance.is_empty() {
            tracing::warn!(%term, "a report is due, and nobody of compliance has a work address");
        }
        let told_of = compliance.iter().map(|account| (term, *account, MessageId(new_uuid(context.now))));
        let at = (context.now, after_quiet(context.now));
        queue_reports(&mut tx, at, &told_of.collect::<Vec<_>>()).await?;
        let detail = json!({ "term": term.to_string(), "recipients": compliance });
        note(&mut tx, &context, "disclosure.reminded", None, detail).await?;
        told += 1;
    }
    tx.commit().await?;
    if told > 0 {
        services.job_bell.notify_one();
    }
    Ok(told)
}

/// Compliance, with a work address.
fn hears(row: &PersonRow) -> bool {
    let is_compliance = row.roles.iter().any(|role| Role::from_name(role) == Some(Role::ComplianceOfficer));
    row.live && is_compliance && row.mail_sealed.is_some()
}

/// What a reminder finds when its turn comes.
pub(crate) struct Reminder {
    /// To whom.
    pub mail: MailAddress,
    /// In which language.
    pub locale: Locale,
    /// Until when.
    pub due: civil::Date,
}

/// Asks again whether somebody is to be reminded: not of what was published since, and nobody who left.
pub(crate) async fn reminder(
    services: &Services,
    term: Term,
    account: AccountId,
) -> Result<Option<Reminder>, DisclosureError> {
    let mut db = services.db.acquire().await?;
    if public::read(&mut db).await?.terms().contains(&term) {
        return Ok(None);
    }
    let Some(person) = people::person(&mut *db, account.0).await?.filter(hears) else { return Ok(None) };
    let Some(sealed) = &person.mail_sealed else { return Ok(None) };
    // A key made by another server a moment ago may not have arrived here yet.
    let mail = open_mail(&services.vault, person.id, sealed).map_err(|_| DisclosureError::Busy)?;
    Ok(Some(Reminder { mail, locale: Locale::from_tag(&person.locale), due: Due::default().day(term) }))
}
