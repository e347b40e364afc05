//! The lists that units are worked by, and the rules of their way to the bank, as operators replace them. A version never changes: another
//! is added, which holds from a day on, and units that were begun keep the one they were begun by.

use super::CustodyError;
use super::shelf::load;
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use domain::custody::revise::{ListFault, ListLoss};
use domain::custody::{Catalogue, CatalogueKind, Item};
use domain::time::local_day;
use jiff::civil::Date;
use serde_json::json;
use store::custody::lists as sql;
use uuid::Uuid;

/// The longest way that rules may speak of, in hours.
const LONGEST: u32 = 240;

/// Why a version is not added.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Only the house itself does it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Its entries cannot be the next version.
    #[error("the entries cannot be the next version of the list")]
    Faults(Vec<ListFault>),
    /// It no longer asks for what the version before does, and nobody said that this is meant.
    #[error("the entries no longer ask for what the version before them does")]
    Losses(Vec<ListLoss>),
    /// It would hold from a day that is past, or before the day of the version before it.
    #[error("a version holds from {0} on at the earliest")]
    Early(Date),
    /// Hours on the way that cannot be.
    #[error("an alarm after 1 hour or more, a rejection no sooner, and both within 240 hours")]
    Hours,
    /// Another version was added meanwhile.
    #[error("another version was added meanwhile: look at that one first")]
    Changed,
    /// What stands there cannot be read, or the database failed.
    #[error(transparent)]
    Custody(#[from] CustodyError),
}

impl From<sqlx::Error> for ListError {
    fn from(error: sqlx::Error) -> Self {
        Self::Custody(error.into())
    }
}

/// The rules of the way to the bank.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RulesVersion {
    /// From 1.
    pub version: u32,
    /// The first day of Shandong on which they hold.
    pub from: Date,
    /// Minutes on the way: more opens a deviation.
    pub alarm: u32,
    /// More is not taken in.
    pub reject: u32,
}

fn only_the_house(context: &Context) -> Result<(), Denied> {
    if context.actor == Actor::System { Ok(()) } else { Err(Denied::NotAllowed) }
}

/// The first day from which a version can hold: today, and not before the one it follows.
fn earliest(context: &Context, before: Date) -> Date {
    local_day(context.now).max(before)
}

/// The last version of a list, whether it holds already or not.
///
/// # Errors
/// `Denied`; `Custody`.
pub async fn newest(services: &Services, context: &Context, kind: CatalogueKind) -> Result<Catalogue, ListError> {
    only_the_house(context)?;
    let mut db = services.db.acquire().await?;
    let shelf = load(&mut db).await?;
    let list = shelf.newest(kind).ok_or(CustodyError::NotFound)?;
    Ok((**list).clone())
}

/// Adds the version after `before`, which holds for units that are begun on a day or later; where `lets_go` says that it is meant, also
/// one that no longer asks for two people or for a value with a bound ([`ListLoss`]). Servers that run know it within a second.
/// Answers its number.
///
/// # Errors
/// `Denied`; `Faults`; `Losses`; `Early`; `Changed` where `before` is not the last; `Custody`.
pub async fn add(
    services: &Services,
    context: &Context,
    (kind, before): (CatalogueKind, u32),
    (items, lets_go): (&[Item], bool),
    from: Date,
) -> Result<u32, ListError> {
    only_the_house(context)?;
    let mut tx = services.begin().await?;
    let shelf = load(&mut tx).await?;
    let list = shelf.newest(kind).ok_or(CustodyError::NotFound)?;
    if list.version != before {
        return Err(ListError::Changed);
    }
    let faults = list.faults_of_next(items);
    if !faults.is_empty() {
        return Err(ListError::Faults(faults));
    }
    let losses = list.losses_of_next(items);
    if !losses.is_empty() && !lets_go {
        return Err(ListError::Losses(losses));
    }
    let earliest = earliest(context, list.valid_from);
    if from < earliest {
        return Err(ListError::Early(earliest));
    }
    let (id, version): (Uuid, u32) = (context.new_id(), before + 1);
    let mut rows = sql::NewItems::default();
    for item in items {
        rows.positions.push(i16::from(item.position));
        rows.codes.push(item.code.clone());
        rows.sections.push(item.section.clone());
        rows.zh.push(item.zh.clone());
        rows.en.push(item.en.clone());
    }
    let number = i32::try_from(version).map_err(|_| CustodyError::Unreadable)?;
    if !sql::add_list(&mut tx, (id, kind.name(), number), from, &rows).await? {
        return Err(ListError::Changed);
    }
    let detail = json!({
        "kind": kind.name(), "version": version, "from": from.to_string(), "entries": items.len(), "let_go": losses.len(),
    });
    let entry = Entry { action: "custody.list_added", subject_kind: "custody_list", subject: Some(id), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(version)
}

/// All versions of the rules, the first one first.
///
/// # Errors
/// `Denied`; `Custody`.
pub async fn rules(services: &Services, context: &Context) -> Result<Vec<RulesVersion>, ListError> {
    only_the_house(context)?;
    let rows = sql::rules_versions(&services.db).await?;
    Ok(rows.into_iter().map(version_of).collect())
}

fn version_of(row: sql::RulesVersionRow) -> RulesVersion {
    RulesVersion {
        version: row.version.unsigned_abs(),
        from: row.valid_from.to_jiff(),
        alarm: row.transit_alarm_min.unsigned_abs(),
        reject: row.transit_reject_min.unsigned_abs(),
    }
}

/// Adds a version of the rules: after how many hours on the way a deviation is opened, and a unit not taken in, from a day on. The same as
/// the last version from the same day is that one. Answers the version.
///
/// # Errors
/// `Denied`; `Hours`; `Early`; `Changed`; `Custody`.
pub async fn set_rules(
    services: &Services,
    context: &Context,
    (alarm_hours, reject_hours): (u32, u32),
    from: Date,
) -> Result<RulesVersion, ListError> {
    only_the_house(context)?;
    if alarm_hours == 0 || reject_hours < alarm_hours || reject_hours > LONGEST {
        return Err(ListError::Hours);
    }
    let mut tx = services.begin().await?;
    let last = sql::rules_versions(&mut *tx).await?.pop().map(version_of).ok_or(CustodyError::NotFound)?;
    let new = RulesVersion { version: last.version + 1, from, alarm: alarm_hours * 60, reject: reject_hours * 60 };
    if (RulesVersion { version: last.version, ..new }) == last {
        return Ok(last);
    }
    let earliest = earliest(context, last.from);
    if from < earliest {
        return Err(ListError::Early(earliest));
    }
    let stored = |number: u32| i32::try_from(number).map_err(|_| CustodyError::Unreadable);
    let minutes = (stored(new.alarm)?, stored(new.reject)?);
    if !sql::add_rules(&mut *tx, stored(new.version)?, from, minutes).await? {
        return Err(ListError::Changed);
    }
    let detail = json!({
        "version": new.version, "from": from.to_string(), "alarm_minutes": new.alarm, "reject_minutes": new.reject,
    });
    let entry = Entry { action: "custody.rules_added", subject_kind: "custody_rules", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(new)
}
