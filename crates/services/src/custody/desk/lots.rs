//! Lots at the desk: which units one went into, before it is called back ([`crate::custody::recall`]), and the recalls that run.

use super::DeskError;
use crate::custody::search::{Found, Wanted, list};
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::{Lot, State};
use jiff::Timestamp;
use store::custody::search as sql;
use uuid::Uuid;

/// A lot, before it is called back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Traced {
    /// Of what.
    pub kind: String,
    /// As printed on it, in capitals.
    pub number: String,
    /// Units it went into.
    pub units: u64,
    /// Those of them that a recall would hold; of the others a deviation is opened.
    pub holds: u64,
    /// It is being recalled.
    pub running: bool,
}

/// A recall that runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Running {
    /// Which.
    pub id: Uuid,
    /// Of what.
    pub kind: String,
    /// As printed on it.
    pub number: String,
    /// Why.
    pub reason: String,
    /// Whoever asks began it: somebody else ends it.
    pub own: bool,
    /// When.
    pub begun_at: Timestamp,
    /// Units with a deviation of it, and those of them that are open.
    pub units: (u64, u64),
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

/// The lots of a number with what a recall of each would hold, and the first units they went into.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Fields` (`lot`); `Unreadable`, `Busy`, `Database`.
pub async fn trace(
    services: &Services,
    context: &Context,
    number: &str,
) -> Result<(Vec<Traced>, Vec<Found>), DeskError> {
    let wanted = Wanted { lot: number.to_owned(), ..Wanted::default() };
    let units = list(services, context, &wanted, None).await?.rows;
    let states = State::ALL.iter().filter(|state| state.can_be_held()).map(|state| state.name().to_owned());
    let rows = sql::lots_numbered(&services.db, &Lot::plain(number), &states.collect::<Vec<_>>()).await?;
    let traced = rows.into_iter().map(|row| Traced {
        kind: row.kind,
        number: row.number,
        units: count(row.units),
        holds: count(row.holdable),
        running: row.running,
    });
    Ok((traced.collect(), units))
}

/// The recalls that run, the last first.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Busy`, `Database`.
pub async fn recalls(services: &Services, context: &Context) -> Result<Vec<Running>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let own = context.actor.account().map(|account| account.0);
    let read = |row: sql::RecallRow| Running {
        id: row.id,
        kind: row.kind,
        number: row.number,
        reason: row.reason,
        own: own == Some(row.begun_by),
        begun_at: row.begun_at.to_jiff(),
        units: (count(row.units), count(row.open)),
    };
    Ok(sql::running_recalls(&services.db).await?.into_iter().map(read).collect())
}
