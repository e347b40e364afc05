//! Keeping a case from being forgotten (依法继续保存): for a reason, until somebody lifts it or a last day is past; and the desk that
//! sees what is kept, and whose time is over next.

use super::access::{self, Access};
use super::{CaseError, keys, policy, state_of};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place};
use crate::ledger::views::{Names, Person};
use crate::privacy::{case_kept_until, cases_over};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::booking::Reference;
use domain::field::{Fault, FieldError};
use domain::ids::CaseId;
use domain::spark::{Part, State};
use domain::time::local_day;
use domain::typed;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases as rows;
use store::spark::kept::{self as sql, HoldRow};
use uuid::Uuid;

/// The longest reason to keep a case, in characters.
const REASON: u32 = 200;
/// The longest time for which a case is kept with a last day, in years. Without one it is kept until it is lifted.
const LONGEST: i32 = 20;
/// How far ahead the desk sees whose time is over.
pub const AHEAD_DAYS: i64 = 30;
/// The most cases the desk lists of those whose time is over next.
const LISTED: i64 = 200;

/// A case that is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Which.
    pub case: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Where it is.
    pub state: State,
    /// Why; nothing for whoever does not read the case.
    pub reason: Option<String>,
    /// Who had it kept.
    pub by: Person,
    /// Since when.
    pub at: Timestamp,
    /// Its last day; none where it is kept until it is lifted.
    pub until: Option<Date>,
}

/// A case whose time is over soon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaving {
    /// Which.
    pub case: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Where it ended.
    pub state: State,
    /// Something was paid.
    pub helped: bool,
    /// The day from which on it is forgotten.
    pub on: Date,
    /// It is forgotten the next time the clock runs.
    pub due: bool,
}

/// What is kept, and what is not for long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keeping {
    /// Cases that are kept.
    pub kept: Vec<Kept>,
    /// Cases that are forgotten within [`AHEAD_DAYS`], those first whose time is over. At most 200.
    pub leaving: Vec<Leaving>,
    /// How many the clock would forget now.
    pub due: u64,
}

const fn reason_place(row: Uuid) -> Place {
    Place { table: "spark_case_hold", column: "reason_sealed", row }
}

fn overseer(context: &Context) -> Result<(), CaseError> {
    policy::in_part(context, Part::ComplianceOfficer)?;
    Ok(context.require(Capability::OverseeCases)?)
}

/// Keeps a case from being forgotten, whatever its clock says, for a reason that is read with the case's key; until a last day
/// where one is named, and otherwise until it is lifted. Repeated it does nothing.
///
/// # Errors
/// `Denied`, `NotFound`, `Forgotten`; `Fields` (`reason`, `until`); `Database`.
pub async fn hold(
    services: &Services,
    context: &Context,
    case: CaseId,
    (reason, until): (&str, Option<Date>),
) -> Result<(), CaseError> {
    overseer(context)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let fault = |field: &str, fault| CaseError::Fields(vec![FieldError::new(field, fault)]);
    let reason = typed::line(reason, REASON).map_err(|it| fault("reason", it))?;
    let today = local_day(context.now);
    let latest = today.saturating_add(LONGEST.years());
    if until.is_some_and(|day| day < today || day > latest) {
        return Err(fault("until", Fault::DateBetween { first: today, last: latest }));
    }
    let mut tx = services.begin().await?;
    rows::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    let id: Uuid = context.new_id();
    let sealed = keys::key(services, &mut tx, case).await?.seal(reason_place(id), reason.as_bytes());
    if sql::hold(&mut *tx, (id, case.0, by.0), (&sealed, until), context.now).await? {
        let detail = json!({ "until": until });
        let entry = Entry { action: "spark.case_held", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    Ok(tx.commit().await?)
}

/// Lets the clock of a case run again.
///
/// # Errors
/// `Denied`, `NotFound` where it is not kept, `Database`.
pub async fn lift_hold(services: &Services, context: &Context, case: CaseId) -> Result<(), CaseError> {
    overseer(context)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut tx = services.begin().await?;
    if !sql::lift_hold(&mut *tx, case.0, by.0, context.now).await? {
        return Err(CaseError::NotFound);
    }
    let (action, detail) = ("spark.case_hold_lifted", json!({}));
    let entry = Entry { action, subject_kind: "spark_case", subject: Some(case.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    Ok(tx.commit().await?)
}

/// Whether a case is kept, for whoever sees cases; why, for whoever reads it.
///
/// # Errors
/// `Denied`, `NotFound`, `Crypto`, `Unreadable`, `Database`.
pub async fn kept(services: &Services, context: &Context, case: CaseId) -> Result<Option<Kept>, CaseError> {
    let mut db = services.db.acquire().await?;
    let access = access::access(&mut db, context, case).await?;
    let Some(row) = sql::held(&mut *db, Some(case.0)).await?.pop() else { return Ok(None) };
    let key = match access {
        Access::None { .. } => None,
        _ => Some(keys::key(services, &mut db, case).await?),
    };
    drop(db);
    let names = Names::of(services, [row.held_by]).await?;
    opened(row, key.as_ref(), &names).map(Some)
}

fn opened(row: HoldRow, key: Option<&CaseKey>, names: &Names) -> Result<Kept, CaseError> {
    let plain = key.map(|key| key.open(reason_place(row.id), &row.reason_sealed)).transpose()?;
    Ok(Kept {
        case: CaseId(row.case_id),
        reference: reference_of(&row.reference)?,
        state: state_of(&row.state)?,
        reason: plain.map(|plain| String::from_utf8(plain).map_err(|_| CaseError::Unreadable)).transpose()?,
        by: names.person(row.held_by),
        at: row.held_at.to_jiff(),
        until: row.until.map(|day| day.to_jiff()),
    })
}

fn reference_of(stored: &str) -> Result<String, CaseError> {
    Ok(Reference::parse(stored).map_err(|_| CaseError::Unreadable)?.to_string())
}

/// What is kept, and what would be forgotten now and soon: nothing is changed by looking.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn keeping(services: &Services, context: &Context) -> Result<Keeping, CaseError> {
    overseer(context)?;
    let mut db = services.db.acquire().await?;
    let mut kept = Vec::new();
    for row in sql::held(&mut *db, None).await? {
        let key = key_of(services, &mut db, CaseId(row.case_id)).await?;
        kept.push((row, key));
    }
    let today = local_day(context.now);
    let over = cases_over(context.now);
    let due = sql::forgettable(&mut *db, (over.helped, over.other), today, i64::MAX).await?.len() as u64;
    let ahead = SignedDuration::from_hours(24 * AHEAD_DAYS);
    let later = context.now.saturating_add(ahead).unwrap_or(Timestamp::MAX);
    let soon = cases_over(later);
    let soon = sql::forgettable(&mut *db, (soon.helped, soon.other), local_day(later), LISTED).await?;
    drop(db);
    let names = Names::of(services, kept.iter().map(|(row, _)| row.held_by)).await?;
    let kept = kept.into_iter().map(|(row, key)| opened(row, key.as_ref(), &names)).collect::<Result<_, _>>()?;
    let leaving = soon.into_iter().map(|row| {
        let until = case_kept_until(row.changed_at.to_jiff(), row.helped);
        Ok(Leaving {
            case: CaseId(row.id),
            reference: reference_of(&row.reference)?,
            state: state_of(&row.state)?,
            helped: row.helped,
            on: local_day(until),
            due: until < context.now,
        })
    });
    let mut leaving = leaving.collect::<Result<Vec<Leaving>, CaseError>>()?;
    leaving.sort_by_key(|case| (case.on, case.case));
    Ok(Keeping { kept, leaving, due })
}

/// The key of a case that is kept. (It is not destroyed while it is; between two looks it may have been let go.)
async fn key_of(services: &Services, db: &mut PgConnection, case: CaseId) -> Result<Option<CaseKey>, CaseError> {
    match keys::key(services, db, case).await {
        Ok(key) => Ok(Some(key)),
        Err(CaseError::Forgotten) => Ok(None),
        Err(error) => Err(error),
    }
}
