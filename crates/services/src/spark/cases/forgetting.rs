//! Forgetting cases when their time is over ([`crate::privacy::Term::Case`]), and keeping one that must not be forgotten yet.

use super::{CaseError, keys, policy};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::privacy::in_batches;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::FieldError;
use domain::ids::CaseId;
use domain::spark::Part;
use domain::typed;
use jiff::Timestamp;
use serde_json::json;
use store::spark::{cases as rows, due as sql};
use uuid::Uuid;

/// Cases of one transaction.
const BATCH: i64 = 50;

/// Since when a case has to be over to be forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Over {
    /// Where something was paid.
    pub helped: Timestamp,
    /// Where nothing was.
    pub other: Timestamp,
}

/// How many cases [`forget_due`] would forget.
pub(crate) async fn count_due(services: &Services, over: Over) -> sqlx::Result<u64> {
    Ok(sql::forgettable(&services.db, (over.helped, over.other), i64::MAX).await?.len() as u64)
}

/// Destroys the keys of cases whose time is over, with what was sent, as [`super::forget`] does; with a proof in the trail. One
/// that is kept ([`hold`]) is passed over.
pub(crate) async fn forget_due(services: &Services, over: Over) -> sqlx::Result<u64> {
    in_batches(services, BATCH, move |services| async move { batch(&services, over).await }).await
}

async fn batch(services: &Services, over: Over) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let due = sql::forgettable(&mut *tx, (over.helped, over.other), BATCH).await?;
    let (mut done, mut entries) = (0, Vec::new());
    for id in &due {
        // In the order of the list, which is the same on every server. What is locked is looked at again: it may have been
        // appealed, kept or forgotten meanwhile.
        let Some(row) = rows::lock(&mut *tx, *id).await? else { continue };
        let over = matches!(row.state.as_str(), "refused" | "ineligible" | "closed" | "withdrawn" | "lapsed");
        if !over || sql::is_held(&mut *tx, *id).await? || !rows::destroy_key(&mut tx, *id, context.now).await? {
            continue;
        }
        done += 1;
        let detail = json!({ "state": row.state });
        entries.push(Entry { action: "spark.case_forgotten", subject_kind: "spark_case", subject: Some(*id), detail });
    }
    audit::record(&mut tx, &context, &entries).await?;
    tx.commit().await?;
    Ok(done)
}

/// Keeps a case from being forgotten, whatever its clock says, for a reason that is read with the case's key. Repeated it does
/// nothing.
///
/// # Errors
/// `Denied`, `NotFound`, `Forgotten`, `Fields` without a reason, `Database`.
pub async fn hold(services: &Services, context: &Context, case: CaseId, reason: &str) -> Result<(), CaseError> {
    policy::in_part(context, Part::ComplianceOfficer)?;
    context.require(Capability::OverseeCases)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let fault = |fault| CaseError::Fields(vec![FieldError::new("reason", fault)]);
    let reason = typed::line(reason, 200).map_err(fault)?;
    let mut tx = services.begin().await?;
    rows::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    let id: Uuid = context.new_id();
    let place = Place { table: "spark_case_hold", column: "reason_sealed", row: id };
    let sealed = keys::key(services, &mut tx, case).await?.seal(place, reason.as_bytes());
    if sql::hold(&mut *tx, (id, case.0, by.0), &sealed, context.now).await? {
        note(&mut tx, context, "spark.case_held", case).await?;
    }
    Ok(tx.commit().await?)
}

/// Lets the clock of a case run again.
///
/// # Errors
/// `Denied`, `NotFound` where it is not kept, `Database`.
pub async fn lift_hold(services: &Services, context: &Context, case: CaseId) -> Result<(), CaseError> {
    policy::in_part(context, Part::ComplianceOfficer)?;
    context.require(Capability::OverseeCases)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut tx = services.begin().await?;
    if !sql::lift_hold(&mut *tx, case.0, by.0, context.now).await? {
        return Err(CaseError::NotFound);
    }
    note(&mut tx, context, "spark.case_hold_lifted", case).await?;
    Ok(tx.commit().await?)
}

async fn note(db: &mut sqlx::PgConnection, context: &Context, action: &'static str, case: CaseId) -> sqlx::Result<()> {
    audit::record(
        db,
        context,
        &[Entry { action, subject_kind: "spark_case", subject: Some(case.0), detail: json!({}) }],
    )
    .await
}
