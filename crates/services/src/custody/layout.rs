//! Where units lie, to be looked at: rooms, tanks, towers, frames, slots, and how full each is.

use super::desk::DeskError;
use super::search::masked;
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::{Din, State};
use domain::ids::{TankId, UnitId};
use jiff::Timestamp;
use store::custody::operators as sql;
use uuid::Uuid;

/// A tank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tank {
    /// Which.
    pub id: TankId,
    /// Its code.
    pub code: String,
    /// `quarantine`, `long_term`, `samples`.
    pub purpose: String,
    /// Towers, frames of each, slots of each.
    pub shape: (u16, u16, u16),
    /// The site of its room, and the room's code.
    pub room: (String, String),
    /// The room's name in Chinese and English.
    pub room_name: (String, String),
    /// Units that lie in it.
    pub units: u64,
}

impl Tank {
    /// Slots it has.
    pub fn capacity(&self) -> u64 {
        let (towers, frames, slots) = self.shape;
        u64::from(towers) * u64::from(frames) * u64::from(slots)
    }
}

/// What lies in a slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Occupant {
    /// From 1.
    pub frame: u16,
    /// From 1.
    pub slot: u16,
    /// The unit.
    pub unit: UnitId,
    /// Its number without the part in the middle.
    pub masked: String,
    /// Where it is on its way.
    pub state: State,
    /// Since when it lies there.
    pub since: Timestamp,
}

/// Every tank, by room and code; how many units lie in each was counted at most a minute ago.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Busy`, `Database`.
pub async fn tanks(services: &Services, context: &Context) -> Result<Vec<Tank>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let units = services.filled.read(services).await?;
    let rows = sql::tanks(&services.db, None).await?;
    let in_tank = |id: Uuid| units.get(&TankId(id)).copied().unwrap_or_default();
    Ok(rows.into_iter().map(|row| read(in_tank(row.id), row)).collect())
}

fn read(units: u64, row: sql::TankRow) -> Tank {
    let part = |n: i16| n.unsigned_abs();
    Tank {
        id: TankId(row.id),
        code: row.code,
        purpose: row.purpose,
        shape: (part(row.towers), part(row.frames), part(row.slots)),
        room: (row.site, row.room),
        room_name: (row.room_zh, row.room_en),
        units,
    }
}

/// One tank and how many units lie in each of its towers, from the first to the last.
///
/// # Errors
/// `Denied` without `SeeUnits`; `NotFound`; `Busy`, `Database`.
pub async fn tank(services: &Services, context: &Context, id: TankId) -> Result<(Tank, Vec<u64>), DeskError> {
    context.require(Capability::SeeUnits)?;
    let tank = sql::tanks(&services.db, Some(id.0)).await?.pop().ok_or(DeskError::NotFound)?;
    let mut towers = vec![0; usize::from(tank.towers.unsigned_abs())];
    for row in sql::towers(&services.db, id.0).await? {
        let place = usize::from(row.tower.unsigned_abs()).checked_sub(1);
        if let Some(units) = place.and_then(|place| towers.get_mut(place)) {
            *units = u64::try_from(row.units).unwrap_or_default();
        }
    }
    Ok((read(towers.iter().sum(), tank), towers))
}

/// What lies in a tower, by frame and slot.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Unreadable`, `Busy`, `Database`.
pub async fn tower(services: &Services, context: &Context, id: TankId, tower: u16) -> Result<Vec<Occupant>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let tower = i16::try_from(tower).map_err(|_| DeskError::NotFound)?;
    let read = |row: sql::SlotRow| {
        let din = Din::parse(&row.din).map_err(|_| DeskError::Unreadable)?;
        Ok(Occupant {
            frame: row.frame.unsigned_abs(),
            slot: row.slot.unsigned_abs(),
            unit: UnitId(row.unit_id),
            masked: masked(&din),
            state: State::from_name(&row.state).ok_or(DeskError::Unreadable)?,
            since: row.put_at.to_jiff(),
        })
    };
    sql::slots(&services.db, id.0, tower).await?.into_iter().map(read).collect()
}
