//! Reminding quality of certificates that end.

use super::REMINDED;
use crate::Services;
use crate::account::open_mail;
use crate::audit::{self, Entry};
use crate::custody::desk::DeskError;
use crate::messages::queue_certificates;
use domain::Locale;
use domain::account::Role;
use domain::booking::after_quiet;
use domain::contact::MailAddress;
use domain::ids::{AccountId, MessageId};
use domain::time::local_day;
use jiff::ToSpan as _;
use serde_json::json;
use store::custody::collectors as sql;
use store::exports::{self as people, PersonRow};
use uuid::Uuid;

/// Certificates of one round.
const ROUND: i64 = 500;

/// Whoever is reminded.
pub(crate) struct Reminded {
    /// Where.
    pub mail: MailAddress,
    /// In which language.
    pub locale: Locale,
}

/// Quality, with a work address.
fn hears(row: &PersonRow) -> bool {
    let is_quality = row.roles.iter().any(|role| Role::from_name(role) == Some(Role::QualityOfficer));
    row.live && is_quality && row.mail_sealed.is_some()
}

/// Asks again whether somebody is to be reminded: nobody who left.
pub(crate) async fn reminded(services: &Services, account: AccountId) -> Result<Option<Reminded>, DeskError> {
    let Some(person) = people::person(&services.db, account.0).await?.filter(hears) else { return Ok(None) };
    let Some(sealed) = &person.mail_sealed else { return Ok(None) };
    // A key made by another server a moment ago may not have arrived here yet.
    let mail = open_mail(&services.vault, person.id, sealed).map_err(|_| DeskError::Busy)?;
    Ok(Some(Reminded { mail, locale: Locale::from_tag(&person.locale) }))
}

/// Tells quality by mail of certificates that end within [`REMINDED`] days and after which the collector has no other: of each
/// once, over all servers. Where nobody of quality has a work address, they are asked about again. Answers how many.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn remind_due(services: &Services) -> Result<u32, DeskError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let by = local_day(context.now).saturating_add(REMINDED.days());
    let rows = sql::ending(&mut *tx, by, ROUND).await?;
    let Some(last) = rows.iter().map(|row| row.until.to_jiff()).max() else { return Ok(0) };
    let people = people::people(&mut *tx, &[]).await?;
    let told: Vec<(AccountId, MessageId)> =
        people.iter().filter(|row| hears(row)).map(|row| (AccountId(row.id), context.new_id())).collect();
    if told.is_empty() {
        tracing::warn!(
            certificates = rows.len(),
            "certificates of collectors end, and nobody of quality has a work address"
        );
        return Ok(0);
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    sql::reminded(&mut *tx, &ids, context.now).await?;
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    queue_certificates(&mut tx, (context.now, after_quiet(context.now)), (count, last), &told).await?;
    let detail = json!({ "certificates": count, "until": last.to_string(), "recipients": told.len() });
    let entry =
        Entry { action: "custody.certificates_reminded", subject_kind: "custody_collector", subject: None, detail };
    audit::record(&mut tx, &context, &[entry]).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(count)
}
