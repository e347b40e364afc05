//! The passport of a unit: what its reader sees of it, with the proof that all of it lies under a signed root.

use super::check::hash_of;
use super::{root_of, stored};
use crate::audit::{self, Entry};
use crate::custody::desk::reading_role;
use crate::custody::{CustodyError, EventView, Sight, UnitView, view_in};
use crate::family::{Look, look_in};
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use domain::account::Capability;
use domain::custody::passport::{Event, FORMAT, Hex, Passport, Proof, Said, SignedRoot, VERSION};
use domain::ids::UnitId;
use domain::merkle::{neighbours, sha256};
use jiff::Timestamp;
use serde_json::json;
use sqlx::{Executor, PgConnection};
use store::custody::tree::{self, RootRow};

/// The passport of a unit, as its reader may see it. Asks nobody whether they may: whoever calls it has found out whose the unit is.
///
/// # Errors
/// `NotFound`, `Unreadable`, `Database`.
pub async fn passport(services: &Services, id: UnitId, sight: Sight) -> Result<Passport, CustodyError> {
    Ok(read(services, id, sight).await?.passport)
}

async fn read(services: &Services, id: UnitId, sight: Sight) -> Result<Reading, CustodyError> {
    let mut tx = services.begin().await?;
    // The unit, its leaf, the nodes above and the root of one instant: a root that is closed between two questions would tear them.
    tx.execute("set transaction isolation level repeatable read, read only").await?;
    reading_in(&mut tx, services, id, sight).await
}

/// A passport beside what it was made of, for a form of it that people read. Both are of one reader and of one instant: what the one
/// does not tell, the other does not know.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The passport.
    pub passport: Passport,
    /// The unit, as far as its reader reads it.
    pub view: UnitView,
}

/// The passport of a unit for whoever sees units at the bank, with everything in it; noted in the trail, and with the reason `why` in
/// its family's log.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn staff_passport(
    services: &Services,
    context: &Context,
    id: UnitId,
    why: &str,
) -> Result<Reading, CustodyError> {
    context.require(Capability::SeeUnits)?;
    let reading = read(services, id, Sight::Staff).await?;
    let detail = json!({ "events": reading.passport.events.len() });
    let entry = Entry { action: "custody.passport_taken", subject_kind: "custody_unit", subject: Some(id.0), detail };
    let mut tx = services.begin().await?;
    audit::record(&mut tx, context, &[entry]).await?;
    let look = Look { unit: id, role: reading_role(context), what: "passport", reason: why, break_glass: false };
    look_in(services, &mut tx, context, look).await?;
    tx.commit().await?;
    Ok(reading)
}

/// The passport of a unit beside what it was made of, in a transaction whose snapshot is one (`repeatable read`). Asks nobody whether
/// they may.
///
/// # Errors
/// `NotFound`, `Unreadable`, `Database`.
pub async fn reading_in(
    db: &mut PgConnection,
    services: &Services,
    id: UnitId,
    sight: Sight,
) -> Result<Reading, CustodyError> {
    let view = view_in(&mut *db, services, id, sight).await?;
    let now = services.clock.now();
    let passport = Passport {
        format: FORMAT.to_owned(),
        version: VERSION,
        unit: view.id.0,
        made_at: Timestamp::from_second(now.as_second()).unwrap_or(now),
        events: view.events.iter().map(event).collect::<Option<_>>().ok_or(CustodyError::Unreadable)?,
        proof: proof(db, services, view.id).await?,
    };
    Ok(Reading { passport, view })
}

fn event(view: &EventView) -> Option<Event> {
    Some(Event {
        seq: view.seq,
        kind: view.kind.name().to_owned(),
        occurred_at: view.occurred_at,
        received_at: view.received_at,
        actor_kind: view.actor_kind.clone(),
        actor: view.actor_id,
        source: view.source.clone(),
        source_seq: view.source_seq,
        digest: Hex(view.digest),
        hash: Hex(view.hash),
        said: match &view.said {
            Some(said) => Some(Said::of(said)?),
            None => None,
        },
    })
}

async fn proof(db: &mut PgConnection, services: &Services, unit: UnitId) -> Result<Option<Proof>, CustodyError> {
    let Some(proven) = tree::proven(&mut *db, unit.0).await? else { return Ok(None) };
    let (position, size) = (proven.leaf.unsigned_abs(), proven.root.size.unsigned_abs());
    let (levels, positions): (Vec<i16>, Vec<i64>) =
        neighbours(position, size).into_iter().map(|(level, at)| (i16::from(level), stored(at))).unzip();
    let nodes = tree::nodes_on_the_way(&mut *db, &levels, &positions).await?;
    let path: Option<Vec<_>> = nodes.iter().map(|node| hash_of(node).map(Hex)).collect();
    let path = path.filter(|path| path.len() == levels.len()).ok_or(CustodyError::Unreadable)?;
    let root = signed(services, proven.root).ok_or(CustodyError::Unreadable)?;
    Ok(Some(Proof { position, seq: proven.seq.unsigned_abs(), path, root }))
}

fn signed(services: &Services, row: RootRow) -> Option<SignedRoot> {
    let root = root_of(&row)?;
    let key = services.vault.every_public_key().into_iter().find(|key| key.kid == row.kid)?;
    Some(SignedRoot {
        number: root.number,
        day: root.day,
        size: root.size,
        root: Hex(root.root),
        previous: Hex(root.previous),
        signed_at: root.signed_at,
        kid: row.kid,
        fingerprint: Hex(sha256(&[&key.public])),
        signature: BASE64.encode(&row.signature),
    })
}
