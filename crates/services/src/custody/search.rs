//! Finding units at the desk: by the whole number with its check character, by state, tank, lot and day, and the lists of what
//! waits. Numbers are given one after another, so whoever asks for many of them is slowed and an alert stands in the trail
//! ([`looked_up`]); lists show a number without the part that would let one count on.

mod asked;

pub use asked::{looked_up, missed};
pub(crate) use asked::{may_tell, told_of_nothing};

use super::desk::DeskError;
use crate::keyset::{self, After};
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::{DeviationKind, Din, DinFault, Lot, Pool, State};
use domain::field::{Fault, FieldError};
use domain::ids::{DeviationId, TankId, UnitId};
use domain::time::{local_day, start_of_day};
use domain::workdays;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use store::custody::search::{self as sql, UnitRow};
use uuid::Uuid;

/// Rows of a page.
pub const PAGE: usize = 50;
/// The longest number of a lot, in characters.
const LOT: u32 = 40;

/// A unit of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Which.
    pub id: UnitId,
    /// Its number without the part in the middle.
    pub masked: String,
    /// For whose use.
    pub pool: Pool,
    /// Where it is on its way.
    pub state: State,
    /// Deviations that are open.
    pub open_deviations: u32,
    /// Preparation steps done, and how many there are; none before its work began.
    pub steps: (u32, Option<u32>),
    /// Tests that are final, and how many there are.
    pub tests: (u32, Option<u32>),
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Since when nothing happened to it.
    pub since: Timestamp,
    /// Business days since then.
    pub days: u32,
    /// Where it lies: the tank's code, tower, frame, slot.
    pub place: Option<(String, u16, u16, u16)>,
}

/// Which units.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// In this state.
    pub state: Option<State>,
    /// In this tank.
    pub tank: Option<TankId>,
    /// Into which a lot of this number went.
    pub lot: String,
    /// Registered on this day or later.
    pub from: Option<Date>,
    /// Registered on this day or before.
    pub until: Option<Date>,
    /// With an open deviation only.
    pub deviating: bool,
}

/// What waits for somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// In the quarantine tank, with tests that are not final.
    Tests,
    /// In the quarantine tank, whatever is missing.
    Quarantine,
    /// Held until a deviation is looked into.
    Held,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tests, Self::Quarantine, Self::Held];

    /// As it stands in an address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Quarantine => "quarantine",
            Self::Held => "held",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }

    const fn state(self) -> &'static str {
        match self {
            Self::Tests | Self::Quarantine => "frozen_quarantine",
            Self::Held => "quarantine_hold",
        }
    }
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where the next page begins; nothing where this one is the last.
    pub next: Option<After>,
}

/// A deviation that is open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenDeviation {
    /// Which.
    pub id: DeviationId,
    /// Of which unit.
    pub unit: UnitId,
    /// The unit's number without the part in the middle.
    pub masked: String,
    /// Where the unit is on its way.
    pub state: State,
    /// Of what.
    pub kind: DeviationKind,
    /// It follows from an excursion or a recall.
    pub caused: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Business days since then.
    pub days: u32,
}

/// A number as lists show it: facility, year, and the last three of its sequence; enough for whoever holds the bag, too little
/// to count on from.
pub fn masked(din: &Din) -> String {
    let text = din.as_str();
    format!("{} {} •••{}", &text[..5], &text[5..7], &text[10..])
}

/// Reads a number as somebody at the desk types it: whole, with its check character, so that a slip of a key is told.
///
/// # Errors
/// `Required`, `DinShape`, `DinCheck`.
pub fn typed(text: &str) -> Result<Din, Fault> {
    let din = Din::parse(text).map_err(|fault| match fault {
        DinFault::Missing => Fault::Required,
        DinFault::Shape => Fault::DinShape,
        DinFault::Check => Fault::DinCheck,
    })?;
    let characters = text.chars().filter(|c| !c.is_whitespace() && *c != '-').count();
    if characters == 14 { Ok(din) } else { Err(Fault::DinShape) }
}

/// The unit of a number that somebody typed.
///
/// # Errors
/// `Denied`; `Fields` (`din`) for what is no number, a slip of a key, and a number nothing has; `Limited`; `Busy`, `Database`.
pub async fn find(services: &Services, context: &Context, text: &str) -> Result<UnitId, DeskError> {
    context.require(Capability::SeeUnits)?;
    let fault = |fault| DeskError::Fields(vec![FieldError::new("din", fault)]);
    let din = typed(text).map_err(fault)?;
    looked_up(services, context, 1).await?;
    match sql::of_din(&services.db, din.as_str()).await? {
        Some(id) => Ok(UnitId(id)),
        None => {
            missed(services, context, 1).await?;
            Err(fault(Fault::DinUnknown))
        }
    }
}

/// The units that are wanted, the latest registered first.
///
/// # Errors
/// `Denied`; `Fields` (`lot`); `Unreadable`, `Busy`, `Database`.
pub async fn list(
    services: &Services,
    context: &Context,
    wanted: &Wanted,
    after: Option<After>,
) -> Result<Listed<Found>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let lot = domain::typed::optional(&wanted.lot, LOT)
        .map_err(|fault| DeskError::Fields(vec![FieldError::new("lot", fault)]))?;
    let lot = Lot::plain(&lot);
    let next_day = |day: Date| start_of_day(day.saturating_add(1.day()));
    let filter = sql::Wanted {
        state: wanted.state.map(State::name),
        tank: wanted.tank.map(|tank| tank.0),
        lot: Some(lot.as_str()).filter(|lot| !lot.is_empty()),
        from: wanted.from.map(start_of_day),
        until: wanted.until.map(next_day),
        deviating: wanted.deviating,
    };
    let before = after.map_or((latest(), Uuid::max()), After::key);
    let mut tx = services.begin_search().await?;
    let rows = sql::found(&mut *tx, filter, before, PAGE as i64 + 1).await?;
    drop(tx);
    page(context, rows, |row| row.registered_at.to_jiff())
}

/// Later than anything that is stored.
fn latest() -> Timestamp {
    Timestamp::from_second(32_503_680_000).unwrap_or(Timestamp::UNIX_EPOCH) // the year 3000
}

/// What waits, that first to which nothing happened for longest.
///
/// # Errors
/// `Denied`, `Unreadable`, `Busy`, `Database`.
pub async fn work(
    services: &Services,
    context: &Context,
    work: Work,
    after: Option<After>,
) -> Result<Listed<Found>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let after = after.map_or((Timestamp::UNIX_EPOCH, Uuid::nil()), After::key);
    let untested = work == Work::Tests;
    let rows = sql::waiting(&services.db, (work.state(), untested), after, PAGE as i64 + 1).await?;
    page(context, rows, |row| row.changed_at.to_jiff())
}

fn page(
    context: &Context,
    mut rows: Vec<UnitRow>,
    order: fn(&UnitRow) -> Timestamp,
) -> Result<Listed<Found>, DeskError> {
    let next = keyset::cut(&mut rows, PAGE, |row| (order(row), row.id));
    let rows = rows.iter().map(|row| found(row, local_day(context.now))).collect::<Result<_, _>>()?;
    Ok(Listed { rows, next })
}

fn found(row: &UnitRow, today: Date) -> Result<Found, DeskError> {
    let din = Din::parse(&row.din).map_err(|_| DeskError::Unreadable)?;
    let whole = |n: Option<i64>| n.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
    let since = row.changed_at.to_jiff();
    let part = |n: Option<i16>| n.map_or(0, i16::unsigned_abs);
    Ok(Found {
        id: UnitId(row.id),
        masked: masked(&din),
        pool: Pool::from_name(&row.pool).ok_or(DeskError::Unreadable)?,
        state: State::from_name(&row.state).ok_or(DeskError::Unreadable)?,
        open_deviations: row.open_deviations.unsigned_abs(),
        steps: (row.steps_done.count_ones(), whole(row.steps)),
        tests: (row.tests_final.count_ones(), whole(row.tests)),
        registered_at: row.registered_at.to_jiff(),
        since,
        days: workdays::between(local_day(since), today),
        place: row.tank.clone().map(|tank| (tank, part(row.tower), part(row.frame), part(row.slot))),
    })
}

/// The deviations that are open, the oldest first; of a kind, where one is named.
///
/// # Errors
/// `Denied`, `Unreadable`, `Busy`, `Database`.
pub async fn deviations(
    services: &Services,
    context: &Context,
    kind: Option<DeviationKind>,
    after: Option<After>,
) -> Result<Listed<OpenDeviation>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let after = after.map_or((Timestamp::UNIX_EPOCH, Uuid::nil()), After::key);
    let kind = kind.map(DeviationKind::name);
    let mut rows = sql::open_deviations(&services.db, kind, after, PAGE as i64 + 1).await?;
    let next = keyset::cut(&mut rows, PAGE, |row| (row.opened_at.to_jiff(), row.id));
    let today = local_day(context.now);
    let read = |row: &sql::DeviationRow| {
        let opened_at = row.opened_at.to_jiff();
        let din = Din::parse(&row.din).map_err(|_| DeskError::Unreadable)?;
        Ok(OpenDeviation {
            id: DeviationId(row.id),
            unit: UnitId(row.unit_id),
            masked: masked(&din),
            state: State::from_name(&row.state).ok_or(DeskError::Unreadable)?,
            kind: DeviationKind::from_name(&row.kind).ok_or(DeskError::Unreadable)?,
            caused: row.cause_id.is_some(),
            opened_at,
            days: workdays::between(local_day(opened_at), today),
        })
    };
    Ok(Listed { rows: rows.iter().map(read).collect::<Result<_, DeskError>>()?, next })
}

/// Every tank with its code, for whoever sees units.
///
/// # Errors
/// `Denied`, `Busy`, `Database`.
pub async fn tanks(services: &Services, context: &Context) -> Result<Vec<(TankId, String)>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let all = sql::tank_names(&services.db).await?;
    Ok(all.into_iter().map(|tank| (TankId(tank.id), tank.code)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_a_key_is_told_and_the_check_character_is_asked_for() {
        assert!(typed("G1234 98 654321 H").is_ok());
        assert_eq!(typed("G1234 98 654321 K"), Err(Fault::DinCheck));
        assert_eq!(typed("G1234 98 654321"), Err(Fault::DinShape));
        assert_eq!(typed("  "), Err(Fault::Required));
    }

    #[test]
    fn a_masked_number_lacks_what_one_would_count_on_from() {
        let din = Din::parse("G123498654321").expect("a number");
        assert_eq!(masked(&din), "G1234 98 •••321");
    }
}
