//! What an auditor looks for by a word people know: a case by its reference, a colleague by the name they sign in with. And
//! whether the trail holds: its signed head, what raised an alert, and a check of the whole chain on the spot.

use super::verify::{Report, Terms, verify};
use super::{AuditError, Entry, Head, record, sequence};
use crate::{Context, Services};
use domain::account::{Capability, Login};
use domain::booking::Reference;
use domain::ids::AccountId;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

/// The most leaves that are checked on the spot: a few seconds. Beyond, the operator's `verify-audit` does it.
pub const MOST_LEAVES: u64 = 200_000;
/// How far back alerts are counted.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How the trail stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The last signed head; none while nothing was written.
    pub head: Option<Head>,
    /// Entries of the last thirty days that raised an alert.
    pub alerts: u64,
}

/// What belongs to the case of a reference, to look for in the trail; nothing where there is no such case. Nothing of the case
/// itself is told.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn of_case(services: &Services, context: &Context, reference: &Reference) -> Result<Vec<Uuid>, AuditError> {
    context.require(Capability::ReadAudit)?;
    Ok(store::audit::case_subjects(&services.db, reference.as_str()).await?)
}

/// The colleague who signs in with a name.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn of_login(services: &Services, context: &Context, login: &Login) -> Result<Option<AccountId>, AuditError> {
    context.require(Capability::ReadAudit)?;
    Ok(store::audit::staff_of_login(&services.db, login.as_str()).await?.map(AccountId))
}

/// The last head, whose signature is looked at, and how many alerts there were.
///
/// # Errors
/// `Denied`, `Broken` where the head does not hold, `Database`.
pub async fn standing(services: &Services, context: &Context) -> Result<Standing, AuditError> {
    context.require(Capability::ReadAudit)?;
    let head = match store::audit::last_head(&services.db).await? {
        Some(row) => Some(sequence::check_head(&services.vault, &row)?.0),
        None => None,
    };
    let since = context.now.saturating_sub(RECENT).unwrap_or(context.now);
    let alerts = store::audit::alerts_since(&services.db, since).await?.unsigned_abs();
    Ok(Standing { head, alerts })
}

/// Checks the whole trail now, and writes into it who did and what came of it; nothing where it is longer than
/// [`MOST_LEAVES`].
///
/// # Errors
/// `Denied`, `Database`.
pub async fn check(services: &Services, context: &Context) -> Result<Option<Report>, AuditError> {
    context.require(Capability::ReadAudit)?;
    let size = store::audit::leaves_end(&services.db).await?;
    if size.unsigned_abs() > MOST_LEAVES {
        return Ok(None);
    }
    let report = verify(&services.db, &services.vault, &Terms::at(services.clock.now())).await?;
    let detail = json!({ "leaves": report.leaves, "faults": report.faults.len() + report.more_faults });
    let mut db = services.db.acquire().await?;
    let entry = Entry { action: "audit.checked", subject_kind: "audit", subject: None, detail };
    record(&mut db, context, &[entry]).await?;
    Ok(Some(report))
}
