//! The lists that units are worked by, and the rules of their way to the bank, as operators replace them and the desk reads them. A version
//! never changes: another is added, which holds from a day on, and units that were begun keep the one they were begun by.

use super::desk::DeskError;
use super::shelf::load;
use super::{CustodyError, operators};
use crate::audit::{self, Entry};
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied, Login};
use domain::custody::revise::{ListChange, ListFault, ListLoss};
use domain::custody::{Catalogue, CatalogueKind, Item};
use domain::ids::AccountId;
use domain::time::local_day;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashMap;
use std::sync::Arc;
use store::SqlTimestamp;
use store::custody::lists as sql;
use uuid::Uuid;

/// The longest way that rules may speak of, in hours.
const LONGEST: u32 = 240;

/// How long a reason is, in characters.
const REASON: std::ops::RangeInclusive<usize> = 4..=500;

/// Whose word a version is, and why: what stands beside it on its page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Why<'a> {
    /// The name with which that colleague signs in.
    pub login: &'a str,
    /// Why, for whoever reads it later: nothing about a person.
    pub reason: &'a str,
}

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
    /// Nobody of the staff has this name to sign in with.
    #[error("nobody of the staff signs in as {0}")]
    Nobody(String),
    /// No reason, or none that can be read.
    #[error("a reason is one line of 4 to 500 characters")]
    Reason,
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

/// Whose word it is, and why, as it is written.
async fn word<'a>(db: &mut PgConnection, why: Why<'a>, at: Timestamp) -> Result<sql::Word<'a>, ListError> {
    let reason = why.reason.trim();
    if !REASON.contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(ListError::Reason);
    }
    let nobody = || ListError::Nobody(why.login.to_owned());
    let login = Login::parse(why.login).map_err(|_| nobody())?;
    let by = sql::colleague(db, login.as_str()).await?.ok_or_else(nobody)?;
    Ok(sql::Word { by, reason, at })
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
/// `Denied`; `Faults`; `Losses`; `Early`; `Reason`, `Nobody`; `Changed` where `before` is not the last; `Custody`.
pub async fn add(
    services: &Services,
    context: &Context,
    (kind, before): (CatalogueKind, u32),
    (items, lets_go): (&[Item], bool),
    (from, why): (Date, Why<'_>),
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
    let word = word(&mut tx, why, context.now).await?;
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
    if !sql::add_list(&mut tx, (id, kind.name(), number), from, &rows, word).await? {
        return Err(ListError::Changed);
    }
    let entries = items.len();
    let detail = json!({
        "kind": kind.name(), "version": version, "from": from.to_string(), "entries": entries, "let_go": losses.len(),
        "by": word.by.to_string(),
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
    Ok(rows.iter().map(version_of).collect())
}

fn version_of(row: &sql::RulesVersionRow) -> RulesVersion {
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
/// `Denied`; `Hours`; `Early`; `Reason`, `Nobody`; `Changed`; `Custody`.
pub async fn set_rules(
    services: &Services,
    context: &Context,
    (alarm_hours, reject_hours): (u32, u32),
    (from, why): (Date, Why<'_>),
) -> Result<RulesVersion, ListError> {
    only_the_house(context)?;
    if alarm_hours == 0 || reject_hours < alarm_hours || reject_hours > LONGEST {
        return Err(ListError::Hours);
    }
    let mut tx = services.begin().await?;
    let last = sql::rules_versions(&mut *tx).await?.last().map(version_of).ok_or(CustodyError::NotFound)?;
    let new = RulesVersion { version: last.version + 1, from, alarm: alarm_hours * 60, reject: reject_hours * 60 };
    if (RulesVersion { version: last.version, ..new }) == last {
        return Ok(last);
    }
    let earliest = earliest(context, last.from);
    if from < earliest {
        return Err(ListError::Early(earliest));
    }
    let word = word(&mut tx, why, context.now).await?;
    let stored = |number: u32| i32::try_from(number).map_err(|_| CustodyError::Unreadable);
    let minutes = (stored(new.alarm)?, stored(new.reject)?);
    if !sql::add_rules(&mut *tx, stored(new.version)?, from, minutes, word).await? {
        return Err(ListError::Changed);
    }
    let detail = json!({
        "version": new.version, "from": from.to_string(), "alarm_minutes": new.alarm, "reject_minutes": new.reject,
        "by": word.by.to_string(),
    });
    let entry = Entry { action: "custody.rules_added", subject_kind: "custody_rules", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(new)
}

/// Who set a version, when and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// The name of whose word it is.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Said {
    fn of(at: Option<SqlTimestamp>, by: Option<Uuid>, reason: Option<String>, names: &Names) -> Option<Self> {
        Some(Self { at: at?.to_jiff(), by: names.person(by?).name, reason: reason? })
    }
}

/// A version of a list, as the desk reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListVersion {
    /// What it says.
    pub list: Arc<Catalogue>,
    /// The version before it; none: it is the first.
    pub before: Option<Arc<Catalogue>>,
    /// What it changed against that.
    pub changes: Vec<ListChange>,
    /// Who set it; none where that was not noted.
    pub said: Option<Said>,
}

/// A version of the rules of the way, as the desk reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WayVersion {
    /// What it says.
    pub rules: RulesVersion,
    /// Who set it; none where that was not noted.
    pub said: Option<Said>,
}

/// Everything units are worked by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListsPage {
    /// Of each list its versions, the last one first: those that do not hold yet, too.
    pub lists: Vec<(CatalogueKind, Vec<ListVersion>)>,
    /// The rules of the way, likewise.
    pub way: Vec<WayVersion>,
}

/// Everything units are worked by, with what each version changed, and who set it.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Unreadable`, `Busy`, `Database`.
pub async fn page(services: &Services, context: &Context) -> Result<ListsPage, DeskError> {
    context.require(Capability::SeeUnits)?;
    let mut db = services.db.acquire().await?;
    let shelf = load(&mut db).await?;
    let said = sql::lists_said(&mut *db).await?;
    let rules = sql::rules_versions(&mut *db).await?;
    drop(db);
    let by: Vec<Uuid> =
        said.iter().filter_map(|row| row.added_by).chain(rules.iter().filter_map(|row| row.added_by)).collect();
    let names = operators::names(services, by.into_iter().map(AccountId)).await?;
    let mut said: HashMap<Uuid, Said> = said
        .into_iter()
        .filter_map(|row| Some((row.id, Said::of(row.added_at, row.added_by, row.reason, &names)?)))
        .collect();
    let mut versions = |kind: CatalogueKind| {
        let mut all: Vec<ListVersion> = Vec::new();
        for list in shelf.all(kind) {
            let before = all.last().map(|version| version.list.clone());
            let changes = before.as_ref().map_or_else(Vec::new, |before| before.changes_of_next(&list.items));
            all.push(ListVersion { list: list.clone(), before, changes, said: said.remove(&list.id) });
        }
        all.reverse();
        (kind, all)
    };
    let lists = CatalogueKind::ALL.into_iter().map(&mut versions).collect();
    let way = rules.into_iter().rev().map(|row| WayVersion {
        rules: version_of(&row),
        said: Said::of(row.added_at, row.added_by, row.reason, &names),
    });
    Ok(ListsPage { lists, way: way.collect() })
}
