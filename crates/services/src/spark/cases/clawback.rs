//! Asking money back of a case: how much, until when, and why, which its family is told. What becomes of it is the books'
//! (`services::ledger`); nothing left, the case is settled.

use super::act::{Telling, act_telling_in};
use super::{Act, CaseError, Moved, history, keys, may_read, news, policy};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::{Fault, FieldError};
use domain::ids::{CaseId, ClawbackId};
use domain::ledger::{Amount, Fen};
use domain::spark::{Event, Part};
use domain::time::local_day;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases as rows;
use store::spark::clawbacks::{self as sql, NewClawback};

/// The most days a family is given, from the day after it is asked.
pub const LONGEST_DUE: i32 = 365;

/// What is asked back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand {
    /// The form's own: two presses are one demand.
    pub id: ClawbackId,
    /// Of which case.
    pub case: CaseId,
    /// At the version that was shown.
    pub version: i32,
    /// How much: no more than was paid.
    pub amount: Amount,
    /// The last day.
    pub due: Date,
    /// Why: its family reads it.
    pub reason: String,
}

/// What is asked back, for its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnClawback {
    /// How much.
    pub amount: Fen,
    /// Until when.
    pub due: Date,
    /// What of it came back or was waived.
    pub done: Fen,
    /// Nothing is left.
    pub settled: bool,
    /// Why; nothing once the case is forgotten.
    pub reason: Option<String>,
}

/// Asks money back of a case of which some was paid: by compliance. What is still kept for it is free again, in the same
/// transaction, and its family hears that there is news.
///
/// # Errors
/// As [`super::act`]; `Fields` of `amount` where it is more than was paid, of `due` where that is no day of the coming year, of
/// `reason` where none is given; `Money` while a payment is under way.
pub async fn claw_back(services: &Services, context: &Context, demand: &Demand) -> Result<(), CaseError> {
    policy::in_part(context, Part::ComplianceOfficer)?;
    context.require(Capability::OverseeCases)?;
    let (services, context, demand) = (services.clone(), context.clone(), demand.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        demand_in(&services, &mut tx, &context, &demand).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

async fn demand_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    demand: &Demand,
) -> Result<(), CaseError> {
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    if sql::all(&mut *db, Some(demand.id.0), false).await?.pop().is_some_and(|there| there.case_id == demand.case.0) {
        return Ok(()); // the second press
    }
    let field = |name: &str, fault| CaseError::Fields(vec![FieldError::new(name, fault)]);
    let today = local_day(context.now);
    let (first, last) = (today.saturating_add(1.day()), today.saturating_add(LONGEST_DUE.days()));
    if demand.due < first || demand.due > last {
        return Err(field("due", Fault::DateBetween { first, last }));
    }
    let reason = Some(demand.reason.clone());
    let (case, version) = (demand.case, demand.version);
    let act = Act { case, version, part: Part::ComplianceOfficer, event: Event::Clawback, reason, award: None };
    let telling = Telling { back: Some((demand.amount.fen(), demand.due)), ..Telling::default() };
    let Moved { version, .. } = act_telling_in(services, &mut *db, context, &act, telling).await?;
    // Under the locks of the case and of what was kept for it: nothing of it is on its way any more.
    let paid = sql::paid_award(&mut *db, case.0).await?;
    let paid = paid.filter(|(_, paid)| *paid >= demand.amount.get());
    let (award, _) = paid.ok_or_else(|| field("amount", Fault::MoreThanOwed))?;
    let new = NewClawback {
        id: demand.id.0,
        case: case.0,
        version,
        award,
        amount: demand.amount.get(),
        due: demand.due,
        by: by.0,
    };
    sql::add(&mut *db, new, context.now).await?;
    let detail = json!({ "clawback": demand.id, "fen": demand.amount, "due": demand.due.to_string() });
    let entry = Entry { action: "spark.clawback_asked", subject_kind: "spark_case", subject: Some(case.0), detail };
    audit::record(db, context, &[entry]).await?;
    news::queue(db, context, case).await
}

/// What is asked back of a case is all back or waived: written down with the case's settling, in its transaction. A case that
/// was asked before demands were written down has none.
///
/// # Errors
/// `StillOwed` with what is left.
pub(super) async fn settle_in(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<(), CaseError> {
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let Some(id) = sql::of_case(&mut *db, case.0).await? else { return Ok(()) };
    let Some(demand) = sql::lock(db, id).await? else { return Ok(()) };
    if demand.settled_at.is_some() {
        return Ok(());
    }
    let left = demand.amount - demand.stands + demand.waits;
    if left > 0 {
        return Err(CaseError::StillOwed(Fen::new(left)));
    }
    sql::settle(&mut *db, id, by.0, context.now).await?;
    let detail = json!({ "clawback": id, "fen": demand.amount });
    let entry = Entry { action: "spark.clawback_settled", subject_kind: "spark_case", subject: Some(case.0), detail };
    Ok(audit::record(db, context, &[entry]).await?)
}

/// What is asked back of a case that somebody of the house may see, where something is.
///
/// # Errors
/// `Denied`; `NotFound`, also for an officer who has a conflict with it; `Database`.
pub async fn clawback_of(
    services: &Services,
    context: &Context,
    case: CaseId,
) -> Result<Option<ClawbackId>, CaseError> {
    context.require(Capability::SeeCases)?;
    let mut db = services.db.acquire().await?;
    may_read(&mut db, context, case).await?;
    Ok(sql::of_case(&mut *db, case.0).await?.map(ClawbackId))
}

/// The most that can be asked back of a case: what was paid of it and did not come back.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn paid_of(services: &Services, context: &Context, case: CaseId) -> Result<Fen, CaseError> {
    context.require(Capability::OverseeCases)?;
    Ok(sql::paid_award(&services.db, case.0).await?.map_or(Fen::ZERO, |(_, paid)| Fen::new(paid)))
}

/// The latest demand, for its family, whose policy has been asked.
pub(super) async fn own(
    services: &Services,
    db: &mut PgConnection,
    case: CaseId,
) -> Result<Option<OwnClawback>, CaseError> {
    let Some(id) = sql::of_case(&mut *db, case.0).await? else { return Ok(None) };
    let Some(demand) = sql::all(&mut *db, Some(id), false).await?.pop() else { return Ok(None) };
    let reason = match keys::key(services, &mut *db, case).await {
        Ok(key) => {
            let all = rows::events(&mut *db, case.0, demand.case_version - 1).await?;
            let said = all.iter().find(|event| event.version == demand.case_version);
            said.map(|event| history::reason(&key, event)).transpose()?.flatten()
        }
        Err(CaseError::Forgotten) => None,
        Err(error) => return Err(error),
    };
    Ok(Some(OwnClawback {
        amount: Fen::new(demand.amount),
        due: demand.due_on.to_jiff(),
        done: Fen::new(demand.stands - demand.waits),
        settled: demand.settled_at.is_some(),
        reason,
    }))
}
