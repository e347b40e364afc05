//! Who works with units: codes, since when, until when, under which account. A code is never given twice, and what somebody did
//! under one stays theirs after their last day. Nobody gives a code to their own account or takes one from it, and a code under which
//! work was done stays with its account: else somebody could sign the record of work that they did under another code. For the same
//! reason an account has one code, one that ended included: who signs, confirms or closes is compared with who worked by their codes, and a
//! second code of one person would be a second person.

use super::desk::DeskError;
use crate::audit::{self, Entry};
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::account::{Capability, Role};
use domain::contact::half_width;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, OperatorId};
use domain::time::local_day;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use store::custody::operators as sql;

/// A code may begin so many days before it is entered, and as many after; it ends at most as many after it began or was ended.
const REACH: i64 = 366;

/// Somebody who works with units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operator {
    /// Which.
    pub id: OperatorId,
    /// The code.
    pub code: String,
    /// The account and its name.
    pub account: Option<(AccountId, String)>,
    /// The first day.
    pub since: Date,
    /// The last day.
    pub until: Option<Date>,
}

/// Reads a code: two to sixteen capital letters, digits and dashes.
///
/// # Errors
/// `Required`, `UnitCodeShape`.
pub fn read_code(text: &str) -> Result<String, Fault> {
    let code = half_width(text).trim().to_ascii_uppercase();
    let fits = (2..=16).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    match (code.is_empty(), fits) {
        (true, _) => Err(Fault::Required),
        (false, true) => Ok(code),
        (false, false) => Err(Fault::UnitCodeShape),
    }
}

/// Everybody who works or worked with units, by code.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Unreadable`, `Busy`, `Database`.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<Operator>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let rows = sql::all(&services.db).await?;
    let names = names(services, rows.iter().filter_map(|row| row.account_id.map(AccountId))).await?;
    let read = |row: sql::OperatorRow| Operator {
        id: OperatorId(row.id),
        code: row.code,
        account: row.account_id.map(|id| (AccountId(id), names.person(id).name)),
        since: row.since.to_jiff(),
        until: row.until.map(|day| day.to_jiff()),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The names of colleagues.
pub(super) async fn names(services: &Services, accounts: impl Iterator<Item = AccountId>) -> Result<Names, DeskError> {
    Names::of(services, accounts.map(|account| account.0)).await.map_err(|error| {
        tracing::error!(%error, "the names of colleagues cannot be read");
        DeskError::Unreadable
    })
}

/// The colleagues of laboratory and quality, with their names: whom a code can be given to.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Unreadable`, `Busy`, `Database`.
pub async fn colleagues(services: &Services, context: &Context) -> Result<Vec<(AccountId, String)>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let roles = [Role::LabOfficer, Role::QualityOfficer].map(|role| role.name().to_owned());
    let accounts = sql::accounts(&services.db, &roles).await?;
    let names = names(services, accounts.iter().copied().map(AccountId)).await?;
    Ok(accounts.into_iter().map(|id| (AccountId(id), names.person(id).name)).collect())
}

/// Gives somebody a code.
///
/// # Errors
/// `Denied` without `ReleaseUnits`; `Fields` (`code`, `since`, `account`); `Busy`, `Database`.
pub async fn add(
    services: &Services,
    context: &Context,
    (code, since, account): (&str, Date, Option<AccountId>),
) -> Result<OperatorId, DeskError> {
    context.require(Capability::ReleaseUnits)?;
    not_own(context, account)?;
    let today = local_day(context.now);
    let (first, last) = (today.saturating_sub(REACH.days()), today.saturating_add(REACH.days()));
    let since = if (first..=last).contains(&since) {
        Ok(since)
    } else {
        Err(FieldError::new("since", Fault::DateBetween { first, last }))
    };
    let (code, since) = match (read_code(code).map_err(|fault| FieldError::new("code", fault)), since) {
        (Ok(code), Ok(since)) => (code, since),
        (code, since) => return Err(DeskError::Fields(code.err().into_iter().chain(since.err()).collect())),
    };
    let id: OperatorId = context.new_id();
    let mut tx = services.begin().await?;
    sql::add(&mut *tx, id.0, (&code, account.map(|account| account.0), since)).await.map_err(taken)?;
    let detail = json!({ "code": code, "account": account.map(|account| account.0), "since": since.to_string() });
    let entry = entry("custody.operator_added", id, detail);
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Somebody else says under which code one works.
fn not_own(context: &Context, account: Option<AccountId>) -> Result<(), DeskError> {
    let own = account.is_some() && account == context.actor.account();
    if own { Err(DeskError::Fields(vec![FieldError::new("account", Fault::OwnAccount)])) } else { Ok(()) }
}

/// A code or an account that somebody has.
fn taken(error: sqlx::Error) -> DeskError {
    let field = match store::constraint_of(&error) {
        Some("custody_operator_code") => "code",
        Some("custody_operator_account") => "account",
        _ => return error.into(),
    };
    DeskError::Fields(vec![FieldError::new(field, Fault::AlreadyExists)])
}

/// Says under which account somebody works; nothing: under none.
///
/// # Errors
/// `Denied` without `ReleaseUnits`; `NotFound`; `Fields` (`account`); `Busy`, `Database`.
pub async fn link(
    services: &Services,
    context: &Context,
    id: OperatorId,
    account: Option<AccountId>,
) -> Result<(), DeskError> {
    context.require(Capability::ReleaseUnits)?;
    let mut tx = services.begin().await?;
    let before = sql::lock(&mut *tx, id.0).await?.ok_or(DeskError::NotFound)?.account_id.map(AccountId);
    if before == account {
        return Ok(());
    }
    not_own(context, account)?;
    not_own(context, before)?;
    if before.is_some() && sql::worked(&mut tx, id.0).await? {
        return Err(DeskError::Fields(vec![FieldError::new("account", Fault::CodeWorked)]));
    }
    sql::link(&mut *tx, id.0, account.map(|account| account.0)).await.map_err(taken)?;
    let detail = json!({ "account": account.map(|account| account.0) });
    audit::record(&mut tx, context, &[entry("custody.operator_linked", id, detail)]).await?;
    tx.commit().await?;
    Ok(())
}

/// Says somebody's last day: today or later, not before the first, and within a year of both. What they did before stays under their
/// code. Pressed twice it is one.
///
/// # Errors
/// `Denied` without `ReleaseUnits`; `NotFound`, also for whose last day is another; `Fields` (`until`); `Busy`, `Database`.
pub async fn end(services: &Services, context: &Context, id: OperatorId, until: Date) -> Result<(), DeskError> {
    context.require(Capability::ReleaseUnits)?;
    let today = local_day(context.now);
    if until < today {
        return Err(DeskError::Fields(vec![FieldError::new("until", Fault::DatePast)]));
    }
    let mut tx = services.begin().await?;
    let known = sql::lock(&mut *tx, id.0).await?.ok_or(DeskError::NotFound)?;
    if known.until.is_some_and(|day| day.to_jiff() == until) {
        return Ok(());
    }
    let first = today.max(known.since.to_jiff());
    let last = first.saturating_add(REACH.days());
    if !(first..=last).contains(&until) {
        return Err(DeskError::Fields(vec![FieldError::new("until", Fault::DateBetween { first, last })]));
    }
    if !sql::end(&mut *tx, id.0, until).await? {
        return Err(DeskError::NotFound);
    }
    let detail = json!({ "until": until.to_string() });
    audit::record(&mut tx, context, &[entry("custody.operator_ended", id, detail)]).await?;
    tx.commit().await?;
    Ok(())
}

fn entry(action: &'static str, id: OperatorId, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "custody_operator", subject: Some(id.0), detail }
}
