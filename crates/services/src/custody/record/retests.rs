//! When tests were found and repeated before this batch: read of those units only of which that decides something, since it stands in
//! what their events say. A result of a unit that nothing was repeated of is final whenever it was found.

use super::super::view::open;
use super::super::{CustodyError, Incoming, UnitName};
use super::load::World;
use crate::Services;
use domain::custody::{Payload, Results};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use store::custody::events;
use uuid::Uuid;

/// Reads it into the units of a batch, which are locked.
pub(super) async fn read(
    db: &mut PgConnection,
    services: &Services,
    mut world: World,
    incoming: &[Incoming],
) -> Result<World, CustodyError> {
    let (mut found, mut repeated) = (BTreeSet::new(), BTreeSet::new());
    for one in incoming {
        let id = match &one.unit {
            UnitName::Id(id) => Some(id.0),
            UnitName::Din(din) => world.by_din.get(din.as_str()).copied(),
        };
        // One that this batch registers has no past.
        let Some(id) = id.filter(|id| world.units.contains_key(id)) else { continue };
        match &one.payload {
            Payload::TestFinal { .. } => found.insert(id),
            Payload::TestRepeated { .. } => repeated.insert(id),
            _ => false,
        };
    }
    if found.is_empty() && repeated.is_empty() {
        return Ok(world);
    }
    let asked: Vec<Uuid> = found.into_iter().collect();
    repeated.extend(events::retested(&mut *db, &asked).await?);
    if repeated.is_empty() {
        return Ok(world);
    }
    let mut results: HashMap<Uuid, Results> = HashMap::new();
    let mut keys = HashMap::new();
    for row in events::tested(&mut *db, &repeated.into_iter().collect::<Vec<_>>()).await? {
        let id = row.unit_id;
        let wrapped = world.units.get(&id).and_then(|unit| unit.key_sealed.as_deref());
        let key = keys.entry(id).or_insert_with(|| services.vault.open_unit_key(id, wrapped?).ok());
        let as_hash = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| CustodyError::Unreadable);
        let (hash, digest) = (as_hash(&row.hash)?, as_hash(&row.digest)?);
        // What does not open is damage, which the verifier and the unit's page name. It decides nothing here.
        let said = key.as_ref().and_then(|key| open(key, &hash, &row.sealed, &digest).ok());
        if let Some(payload) = said {
            let clocks = (row.occurred_at.to_jiff(), row.received_at.to_jiff());
            results.entry(id).or_default().happened(&payload, clocks);
        }
    }
    for (id, results) in results {
        if let Some(unit) = world.units.get_mut(&id) {
            unit.results = results;
        }
    }
    Ok(world)
}
