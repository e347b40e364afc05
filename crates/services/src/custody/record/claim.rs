//! What only the database can give, since others ask for it at the same instant: a number for a unit, a slot for a bag. Its unique
//! indexes decide; whoever loses is told so, and nothing of the claim stays.

use super::super::{CustodyError, Refused};
use super::load::{Puts, World};
use super::unit::UnitState;
use crate::Services;
use jiff::Timestamp;
use sqlx::{Connection as _, PgConnection};
use std::collections::{HashMap, HashSet};
use store::ToSqlx as _;
use store::custody::places::{self, Ended, NewPlacements};
use store::custody::units::{self, NewUnits};
use uuid::Uuid;

/// Claims everything the batch needs. Answers the events that lost, with why; then nothing was claimed at all.
pub(super) async fn claim(
    db: &mut PgConnection,
    services: &Services,
    world: &mut World,
    now: Timestamp,
) -> Result<HashMap<usize, Refused>, CustodyError> {
    let mut fresh = NewUnits::default();
    let mut events: HashMap<Uuid, usize> = HashMap::new();
    // In one order for everybody, here and below: two batches that want the same wait for each other in one direction.
    let mut units_of_batch: Vec<&mut UnitState> = world.units.values_mut().collect();
    units_of_batch.sort_unstable_by(|one, other| one.din.cmp(&other.din));
    for unit in units_of_batch {
        let Some(index) = unit.fresh else { continue };
        let key = services.vault.wrap_unit_key(unit.id, &services.vault.new_unit_key());
        fresh.ids.push(unit.id);
        fresh.dins.push(unit.din.clone());
        fresh.pools.push(unit.pool.name().to_owned());
        fresh.keys.push(key.clone());
        unit.key_sealed = Some(key);
        events.insert(unit.id, index);
    }
    let mut lost = HashMap::new();
    if fresh.ids.is_empty() && world.takes.is_empty() && world.puts.is_empty() {
        return Ok(lost);
    }
    // A savepoint: what was claimed goes back when something was lost.
    let mut inner = db.begin().await?;
    if !fresh.ids.is_empty() {
        let written: HashSet<Uuid> = units::add(&mut *inner, &fresh, now).await?.into_iter().collect();
        let lose = events.into_iter().filter(|(id, _)| !written.contains(id));
        lost.extend(lose.map(|(_, index)| (index, Refused::AlreadyRegistered)));
    }
    if lost.is_empty() && !world.takes.is_empty() {
        let mut ended = Ended::default();
        for take in &world.takes {
            ended.ids.push(take.id);
            ended.at.push(take.when.to_sqlx());
            ended.by.push(take.by[0]);
            ended.with.push(take.by[1]);
        }
        places::end(&mut *inner, &ended, now).await?;
    }
    if lost.is_empty() && !world.puts.is_empty() {
        let written: HashSet<Uuid> = places::put(&mut *inner, &placements(world), now).await?.into_iter().collect();
        let lose = world.puts.iter().filter(|put| !written.contains(&put.id));
        lost.extend(lose.map(|put| (put.index, Refused::SlotTaken)));
    }
    if lost.is_empty() {
        inner.commit().await?;
    } else {
        inner.rollback().await?;
    }
    Ok(lost)
}

fn placements(world: &World) -> NewPlacements {
    let mut new = NewPlacements::default();
    let mut puts: Vec<&Puts> = world.puts.iter().collect();
    puts.sort_by_key(|put| put.at);
    for put in puts {
        let (tank, tower, frame, slot) = put.at;
        new.ids.push(put.id);
        new.units.push(put.unit);
        new.slots.tanks.push(tank);
        new.slots.towers.push(tower);
        new.slots.frames.push(frame);
        new.slots.slots.push(slot);
        new.put_at.push(put.when.to_sqlx());
        new.put_by.push(put.by[0]);
        new.put_with.push(put.by[1]);
        new.taken_at.push(put.taken.map(|(when, _)| when.to_sqlx()));
        new.taken_by.push(put.taken.map(|(_, by)| by[0]));
        new.taken_with.push(put.taken.map(|(_, by)| by[1]));
    }
    new
}
