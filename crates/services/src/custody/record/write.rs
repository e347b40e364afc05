//! Sealing, chaining and writing what was decided: a statement per table, and one per change of state that a unit of the batch went
//! through, since the database has its say about each.

use super::super::CustodyError;
use super::load::{Opens, World};
use super::unit::{Projection, UnitState};
use crate::Services;
use crate::context::new_uuid;
use crate::crypto::{Place, random};
use domain::custody::chain::{self, Link, Salt, digest};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::ToSqlx as _;
use store::custody::events::{self, NewEvents};
use store::custody::trouble::{self, NewDeviations, Uses};
use store::custody::units::{self, Standings};
use uuid::Uuid;

/// Where what an event says lies sealed: the place that the event's hash names. So whoever has the database but not the keys can
/// hash a forged chain anew, but not seal it, and the verifier names the event where it begins.
pub(in crate::custody) fn place(hash: &[u8; 32]) -> Place {
    let mut row = [0; 16];
    row.copy_from_slice(&hash[..16]);
    Place { table: "custody_event", column: "sealed", row: Uuid::from_bytes(row) }
}

pub(super) async fn write(
    db: &mut PgConnection,
    services: &Services,
    world: World,
    now: Timestamp,
) -> Result<(), CustodyError> {
    let mut touched: Vec<&UnitState> = world.units.values().filter(|unit| !unit.kept.is_empty()).collect();
    if touched.is_empty() {
        return Ok(());
    }
    touched.sort_unstable_by_key(|unit| unit.id);
    let mut new = NewEvents::default();
    let mut ways: Vec<Way> = Vec::with_capacity(touched.len());
    for unit in touched {
        let hashes = chained(services, unit, now, &mut new)?;
        ways.push(Way::of(unit, hashes));
    }
    events::add(&mut *db, &new).await?;
    let rounds = ways.iter().map(|way| way.stands.len()).max().unwrap_or_default();
    for round in 0..rounds {
        let mut at = Standings::default();
        for way in &ways {
            if let Some((stands, hash)) = way.stands.get(round) {
                push(&mut at, way.unit, stands, hash);
            }
        }
        units::stand(&mut *db, &at, now).await?;
    }
    write_trouble(db, &world, now).await
}

/// One unit's way through its states in this batch: each standing with the hash of the event that led there.
struct Way<'a> {
    unit: Uuid,
    stands: Vec<(&'a Projection, [u8; 32])>,
}

impl<'a> Way<'a> {
    fn of(unit: &'a UnitState, hashes: Vec<[u8; 32]>) -> Self {
        let stored = unit.now.seq.saturating_sub(u32::try_from(hashes.len()).unwrap_or(u32::MAX));
        let hash = |at: &Projection| {
            let index = (at.seq - stored).saturating_sub(1) as usize;
            hashes.get(index).copied().unwrap_or(unit.head)
        };
        let mut stands: Vec<_> = unit.changes.iter().map(|at| (at, hash(at))).collect();
        // What came after the last change of state, or changed with it in other columns.
        stands.push((&unit.now, hash(&unit.now)));
        if let [.., before, last] = stands.as_slice()
            && before.0.seq == last.0.seq
        {
            let beside = stands.len() - 2;
            stands.remove(beside);
        }
        Self { unit: unit.id, stands }
    }
}

/// Seals and chains a unit's events.
fn chained(
    services: &Services,
    unit: &UnitState,
    now: Timestamp,
    new: &mut NewEvents,
) -> Result<Vec<[u8; 32]>, CustodyError> {
    let wrapped = unit.key_sealed.as_deref().ok_or(CustodyError::Unreadable)?;
    let key = services.vault.open_unit_key(unit.id, wrapped).map_err(|_| CustodyError::Unreadable)?;
    let salted: Vec<Vec<u8>> = unit
        .kept
        .iter()
        .map(|kept| {
            let salt: Salt = random();
            [&salt[..], &kept.said].concat()
        })
        .collect();
    let mut previous = unit.head;
    let mut seq = unit.now.seq - u32::try_from(unit.kept.len()).unwrap_or(unit.now.seq);
    let mut hashes = Vec::with_capacity(unit.kept.len());
    for (kept, salted) in unit.kept.iter().zip(&salted) {
        seq += 1;
        let (salt, said) = chain::salted(salted).ok_or(CustodyError::Unreadable)?;
        let link = Link {
            unit: unit.id,
            seq,
            kind: kept.kind.name(),
            digest: digest(salt, said),
            occurred_at: kept.occurred_at,
            received_at: now,
            actor_kind: kept.told.actor_kind,
            actor: kept.told.actor,
            source: kept.told.source,
            source_seq: kept.told.source_seq,
            previous,
        };
        let hash = link.hash();
        new.units.push(unit.id);
        new.seqs.push(signed(seq)?);
        new.kinds.push(link.kind.to_owned());
        new.sealed.push(key.seal(place(&hash), salted));
        new.digests.push(link.digest.to_vec());
        new.occurred.push(kept.occurred_at.to_sqlx());
        new.received.push(now.to_sqlx());
        new.actor_kinds.push(link.actor_kind.to_owned());
        new.actors.push(link.actor);
        new.sources.push(link.source.to_owned());
        new.source_seqs.push(link.source_seq);
        new.previous.push(previous.to_vec());
        new.hashes.push(hash.to_vec());
        hashes.push(hash);
        previous = hash;
    }
    Ok(hashes)
}

fn signed(number: u32) -> Result<i32, CustodyError> {
    i32::try_from(number).map_err(|_| CustodyError::Unreadable)
}

fn push(at: &mut Standings, unit: Uuid, stands: &Projection, hash: &[u8; 32]) {
    let worked_by: Vec<String> = stands.worked_by.iter().map(Uuid::to_string).collect();
    at.ids.push(unit);
    at.states.push(stands.standing.state().name().to_owned());
    at.held_ins.push(stands.standing.held_in().map(|held| held.name().to_owned()));
    at.seqs.push(stands.seq.cast_signed());
    at.heads.push(hash.to_vec());
    at.preparations.push(stands.preparation.as_ref().map(|list| list.id));
    at.tests.push(stands.tests.as_ref().map(|list| list.id));
    at.releases.push(stands.release.as_ref().map(|list| list.id));
    at.steps_done.push(stands.steps_done.cast_signed());
    at.tests_final.push(stands.tests_final.cast_signed());
    at.release_done.push(stands.release_done.cast_signed());
    at.worked_by.push(format!("{{{}}}", worked_by.join(",")));
    at.signed.push(stands.record_signed);
    at.deviations.push(stands.open_deviations.cast_signed());
    at.transit.push(stands.transit_minutes.cast_signed());
}

async fn write_trouble(db: &mut PgConnection, world: &World, now: Timestamp) -> Result<(), CustodyError> {
    if !world.opens.is_empty() {
        let mut new = NewDeviations::default();
        for Opens { id, unit, kind, cause, seq, by, operator, noted } in &world.opens {
            new.ids.push(*id);
            new.units.push(*unit);
            new.kinds.push((*kind).to_owned());
            new.causes.push(*cause);
            new.seqs.push(signed(*seq)?);
            new.by.push(*by);
            new.operators.push(*operator);
            new.noted_by.push(noted.account);
            new.noted_operators.push(noted.people[0]);
            new.noted_with.push(noted.people[1]);
        }
        trouble::open(&mut *db, &new, now).await?;
    }
    if !world.closes.is_empty() {
        let (mut ids, mut seqs, mut by) = (Vec::new(), Vec::new(), Vec::new());
        for (id, seq, who) in &world.closes {
            ids.push(*id);
            seqs.push(signed(*seq)?);
            by.push(*who);
        }
        trouble::close(&mut *db, (&ids, &seqs, &by), now).await?;
    }
    if !world.uses.is_empty() {
        let mut uses = Uses::default();
        for (unit, lot) in &world.uses {
            uses.ids.push(new_uuid(now));
            uses.kinds.push(lot.kind.clone());
            uses.numbers.push(lot.number.clone());
            uses.units.push(*unit);
        }
        trouble::add_uses(db, &uses).await?;
    }
    Ok(())
}
