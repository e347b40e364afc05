//! Keeping what happened: many events of many units in one transaction, one chain per unit, in a number of round trips that does not
//! grow with them.
//!
//! Units are locked in the order of their ids, then everything is decided in memory (`unit`), then the slots and numbers are
//! claimed, which the database alone can give (`claim`: whoever loses one is refused, and the rest is decided again without it), then
//! all is sealed, chained and written at once (`write`).

mod apply;
mod check;
mod claim;
mod load;
mod retests;
mod two;
mod unit;
mod write;

use super::{By, CustodyError, Incoming, Recorded, Refused};
use crate::Services;
use domain::family::Notice;
use domain::time::to_the_microsecond;
use jiff::Timestamp;
use load::World;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

pub(super) use check::check as check_payload;
pub(super) use write::place;

/// What became of each event.
pub type Outcomes = Vec<Result<Recorded, Refused>>;

/// One transaction's worth for one unit or many. Events are applied in the order of their `source_seq`, those without one behind
/// them, and otherwise as they stand; the answers stand as the events do. One that is refused refuses no other, and nothing of it is
/// written.
///
/// The caller has asked whether who tells it may, begins the transaction and commits it.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn record_in(
    db: &mut PgConnection,
    services: &Services,
    by: &By,
    incoming: &[Incoming],
    now: Timestamp,
) -> Result<Outcomes, CustodyError> {
    keep(db, services, Tellers::One(by), Terms::default(), incoming, now).await
}

/// As [`record_in`], of what several machines tell: each event has its teller, in the same place. They are applied in one order.
///
/// # Errors
/// `Unreadable`, `Database`.
pub(crate) async fn record_each_in(
    db: &mut PgConnection,
    services: &Services,
    tellers: &[Teller],
    incoming: &[Incoming],
    now: Timestamp,
) -> Result<Outcomes, CustodyError> {
    keep(db, services, Tellers::Each(tellers), Terms::default(), incoming, now).await
}

/// As [`record_in`]; the deviations that are opened come from one cause, an excursion or a recall: of a unit that has one of this
/// cause already, none is opened again (`DeviationTaken`).
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn record_caused_in(
    db: &mut PgConnection,
    services: &Services,
    by: &By,
    cause: Uuid,
    incoming: &[Incoming],
    now: Timestamp,
) -> Result<Outcomes, CustodyError> {
    keep(db, services, Tellers::One(by), Terms { cause: Some(cause), ..Terms::default() }, incoming, now).await
}

/// A machine that tells an event.
#[derive(Clone, Debug)]
pub(crate) struct Teller {
    /// Which.
    pub by: By,
    /// Two people vouched for when it happened, so that its word is taken for that.
    pub vouched: bool,
}

/// As [`record_in`]; a unit that is a family's may be said to be another's (`assigned`). Who calls it has the contract that takes over.
///
/// # Errors
/// `Unreadable`, `Database`.
pub(super) async fn record_passing_in(
    db: &mut PgConnection,
    services: &Services,
    by: &By,
    incoming: &[Incoming],
    now: Timestamp,
) -> Result<Outcomes, CustodyError> {
    keep(db, services, Tellers::One(by), Terms { passes: true, ..Terms::default() }, incoming, now).await
}

/// What events are kept under.
#[derive(Clone, Copy, Default)]
struct Terms {
    /// The deviations that are opened come from this.
    cause: Option<Uuid>,
    /// A unit that is a family's passes to another.
    passes: bool,
}

/// Who tells the events of a batch.
#[derive(Clone, Copy)]
enum Tellers<'a> {
    /// One tells all.
    One(&'a By),
    /// Each is told by a machine of its own.
    Each(&'a [Teller]),
}

impl<'a> Tellers<'a> {
    /// Of the event in a place: who, and whether two people vouched for when it happened.
    fn of(self, index: usize) -> (&'a By, bool) {
        match self {
            Self::One(by) => (by, false),
            Self::Each(all) => (&all[index].by, all[index].vouched),
        }
    }

    /// The account that tells all of it. Machines have none.
    fn account(self) -> Option<Uuid> {
        match self {
            Self::One(by) => by.actor_id,
            Self::Each(_) => None,
        }
    }
}

/// Keeps a batch.
async fn keep(
    db: &mut PgConnection,
    services: &Services,
    tellers: Tellers<'_>,
    terms: Terms,
    incoming: &[Incoming],
    now: Timestamp,
) -> Result<Outcomes, CustodyError> {
    if incoming.is_empty() {
        return Ok(Vec::new());
    }
    let now = to_the_microsecond(now);
    let shelf = services.custody.read(db, &services.clock).await?;
    let start = World::load(db, shelf, (tellers.account(), terms.cause), incoming).await?;
    let start = World { passes: terms.passes, ..start };
    let mut order: Vec<usize> = (0..incoming.len()).collect();
    order.sort_by_key(|index| incoming[*index].source_seq.unwrap_or(i64::MAX));
    let start = retests::read(db, services, start, incoming).await?;

    let mut lost: HashMap<usize, Refused> = HashMap::new();
    loop {
        let mut world = start.clone();
        let mut outcomes: Vec<Option<Result<Recorded, Refused>>> = vec![None; incoming.len()];
        for index in &order {
            outcomes[*index] = Some(match lost.get(index) {
                Some(refused) => Err(refused.clone()),
                None => apply::apply(&mut world, tellers.of(*index), (*index, &incoming[*index]), now),
            });
        }
        let found = claim::claim(db, services, &mut world, now).await?;
        if found.is_empty() {
            let told = told(&world);
            write::write(db, services, world, now).await?;
            crate::family::happened_in(db, services, now, &told).await?;
            return Ok(outcomes.into_iter().map(|one| one.unwrap_or(Err(Refused::NoSuchUnit))).collect());
        }
        lost.extend(found);
    }
}

/// What families are told of: which unit, what, and the event's number.
fn told(world: &World) -> Vec<(Uuid, Notice, u32)> {
    let of = |unit: &unit::UnitState| {
        let first = unit.now.seq - u32::try_from(unit.kept.len()).unwrap_or(unit.now.seq);
        let told: Vec<Option<Notice>> = unit.kept.iter().map(|kept| Notice::of_event(kept.kind, unit.pool)).collect();
        let id = unit.id;
        (first + 1..).zip(told).filter_map(move |(seq, told)| Some((id, told?, seq)))
    };
    world.units.values().flat_map(of).collect()
}
