//! The demo: a store with tanks, people who work there, and a dozen invented units in believable states.

use super::life::{Life, OPERATORS};
use super::{By, CustodyError, Incoming, UnitName, record_in};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use domain::custody::{DeviationKind, Din, Payload, Pool, Slot, State};
use domain::ids::UnitId;
use jiff::{SignedDuration, Timestamp};
use store::custody::places::{self, NewTank};
use store::custody::{lists, units};
use uuid::Uuid;

/// A unit of the demo: how far it is, for whose use, registered how many days ago.
type Invented = (State, Pool, i64);

const UNITS: [Invented; 14] = [
    (State::Banked, Pool::Family, 120),
    (State::Banked, Pool::Family, 18 * 365 + 60),
    (State::FrozenQuarantine, Pool::Family, 14),
    (State::Processing, Pool::Family, 11),
    (State::InTransit, Pool::Family, 10),
    (State::Expected, Pool::Family, 3),
    (State::RejectedAtIntake, Pool::Public, 40),
    (State::QuarantineHold, Pool::Family, 75),
    (State::Listed, Pool::Public, 160),
    (State::Reserved, Pool::Public, 150),
    (State::ReleaseApproved, Pool::Public, 170),
    (State::Infused, Pool::Public, 300),
    (State::Banked, Pool::Directed, 90),
    // With a deviation that is open.
    (State::FrozenQuarantine, Pool::Family, 16),
];

/// Which of them has an open deviation of its preparation.
const DEVIATING: usize = 13;

/// Towers, frames of a tower, slots of a frame.
const SHAPE: (i16, i16, i16) = (6, 10, 8);

const ROOM: Uuid = Uuid::from_u128(0x0193_c000_0000_7000_8000_0000_0000_1001);
const TANKS: [(u128, &str, &str); 4] = [
    (0x0193_c000_0000_7000_8000_0000_0000_2001, "Q-01", "quarantine"),
    (0x0193_c000_0000_7000_8000_0000_0000_2002, "L-01", "long_term"),
    (0x0193_c000_0000_7000_8000_0000_0000_2003, "L-02", "long_term"),
    (0x0193_c000_0000_7000_8000_0000_0000_2004, "S-01", "samples"),
];

/// The demo's unit of a place in [`UNITS`], from 1: random once, the same in every demo.
fn unit_id(number: u32) -> UnitId {
    UnitId(Uuid::from_u128(0x5b0c_71de_90a4_4c1e_8f3d_0000_0000_0000 + u128::from(number)))
}

/// Makes the demo's store, people and units. Repeating it adds nothing. Only the house itself does.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`; `Refused` where an invented unit does not keep to the rules.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), CustodyError> {
    seed_store(services, context).await?;
    for (number, invented) in (1..).zip(UNITS) {
        tell(services, context, number, invented).await?;
    }
    Ok(())
}

/// Makes the demo's room with its tanks `Q-01`, `L-01`, `L-02` and `S-01` (six towers of ten frames of eight slots), and the people of
/// [`OPERATORS`]. Repeating it adds nothing. Only the house itself does.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn seed_store(services: &Services, context: &Context) -> Result<(), CustodyError> {
    if context.actor != Actor::System {
        return Err(Denied::NotAllowed.into());
    }
    let opened: Timestamp = "2000-01-01T00:00:00+08:00".parse().map_err(|_| CustodyError::Unreadable)?;
    let mut tx = services.begin().await?;
    places::add_room(&mut *tx, ROOM, ("JN-1", "济南"), ("一号液氮库", "Liquid nitrogen store 1")).await?;
    for (id, code, used_for) in TANKS {
        let tank = NewTank { id: Uuid::from_u128(id), room: ROOM, code, used_for, shape: SHAPE };
        places::add_tank(&mut *tx, tank, opened).await?;
    }
    for code in OPERATORS {
        lists::add_operator(&mut *tx, context.new_id(), code, "2000-01-01").await?;
    }
    Ok(tx.commit().await?)
}

async fn tell(
    services: &Services,
    context: &Context,
    number: u32,
    (state, pool, days): Invented,
) -> Result<(), CustodyError> {
    let unit = unit_id(number);
    if units::one(&services.db, unit.0).await?.is_some() {
        return Ok(());
    }
    let mut tx = services.begin().await?;
    let shelf = services.custody.read(&mut tx, &services.clock).await?;
    let begins = context.now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(context.now);
    let year = domain::time::local_day(begins).year().rem_euclid(100).unsigned_abs() as u8;
    let din = Din::of("SDJN1", year, 100 + number).map_err(|_| CustodyError::Unreadable)?;
    let slots = (slot("Q-01", number), slot("L-01", number));
    let mut told = Life { unit, din, pool, begins, slots, number }.until(state, &shelf);
    if number as usize == DEVIATING + 1 {
        told.push(Incoming {
            unit: UnitName::Id(unit),
            payload: Payload::DeviationOpened {
                deviation: context.new_id(),
                of: DeviationKind::Process,
                said: "离心程序的记录缺一页，待补".to_owned(),
                operator: Some("LAB-04".to_owned()),
            },
            occurred_at: context.now,
            source_seq: None,
        });
        // Told last, after all that has a number.
        let last = i64::try_from(told.len()).ok();
        if let Some(event) = told.last_mut() {
            event.source_seq = last;
        }
    }
    let by = By { actor_kind: context.actor.kind(), actor_id: None, source: "lims" };
    for outcome in record_in(&mut tx, services, &by, &told, context.now).await? {
        outcome.map_err(CustodyError::Refused)?;
    }
    Ok(tx.commit().await?)
}

/// Neighbouring units lie beside each other.
fn slot(tank: &str, number: u32) -> Slot {
    let place = number.saturating_sub(1);
    let of = |number: u32| u16::try_from(number + 1).unwrap_or(u16::MAX);
    let (frames, slots): (u32, u32) = (SHAPE.1.unsigned_abs().into(), SHAPE.2.unsigned_abs().into());
    let (place, slot) = (place / slots, place % slots);
    Slot { tank: tank.to_owned(), tower: of(place / frames), frame: of(place % frames), slot: of(slot) }
}
