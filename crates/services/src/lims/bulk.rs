//! As many units as the bank has, for measurements: the lives of the simulated stream, sealed and chained as the feed would write
//! them, put there by COPY. Their chains are looked at by the database as for everybody; the way through every state is spared, and
//! so are the rules of a unit's row, whose head is compared with its chain afterwards.

use super::simulate::{Message, Plan, Rates, Tank, World, simulate};
use super::{LimsError, world};
use crate::Services;
use crate::context::new_uuid;
use crate::crypto::{Place, random};
use domain::custody::chain::{Link, START, digest};
use domain::custody::{Catalogue, CatalogueKind, Payload, Slot};
use jiff::SignedDuration;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::lims::bulk::{self as sql, Rows, Table};
use tokio::task::{JoinHandle, spawn_blocking};
use uuid::Uuid;

/// Units of one transaction.
pub const PIECE: u32 = 500;
/// Slots of a tank that is made for them.
const SLOTS: u32 = 10_000;
/// The tank they lay in until they were qualified.
const QUARANTINE: &str = "BULK-Q";
/// Facilities of their numbers: each has room for a million a year.
const FACILITY: &str = "S9901";

/// What was put there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Filled {
    /// Units.
    pub units: u64,
    /// Events.
    pub events: u64,
}

/// Everything a piece is made of.
#[derive(Clone)]
struct Means {
    world: World,
    preparation: Arc<Catalogue>,
    tests: Arc<Catalogue>,
    operators: Vec<Uuid>,
    /// The tank [`QUARANTINE`].
    quarantine: Uuid,
    /// The tank they are kept in: its code and its id.
    tank: Option<(String, Uuid)>,
}

/// Rows of a piece.
#[derive(Default)]
struct Piece {
    events: Rows,
    units: Rows,
    placements: Rows,
    records: Rows,
    /// The first and the last number.
    first: String,
    last: String,
    filled: Filled,
}

/// Puts so many units there, all of them kept for good; tells after each piece how far it is. `owner` is the database's owner and a
/// superuser: COPY does not go where row-level security holds, nor units where they have not been.
///
/// # Errors
/// `NotFound` in a house without people, lists or tanks; `Database`.
pub async fn fill(
    services: &Services,
    owner: &PgPool,
    units: u32,
    mut told: impl FnMut(Filled),
) -> Result<Filled, LimsError> {
    let mut filled = Filled::default();
    let mut means = means(services).await?;
    // Pieces begin where pieces of an earlier run would: no piece is of two tanks.
    let first = (means.world.sequence - 1).next_multiple_of(PIECE) + 1;
    let mut pieces = (0..units).step_by(PIECE as usize).map(|from| (first + from, PIECE.min(units - from)));
    let mut making = match pieces.next() {
        Some(piece) => Some(begin(services, owner, &mut means, piece).await?),
        None => None,
    };
    while let Some(made) = making.take() {
        let piece = made.await.map_err(|_| LimsError::Unreadable)??;
        // The next one is made while this one is written.
        if let Some(next) = pieces.next() {
            making = Some(begin(services, owner, &mut means, next).await?);
        }
        write(owner, &piece).await?;
        filled.units += piece.filled.units;
        filled.events += piece.filled.events;
        told(filled);
    }
    Ok(filled)
}

/// Begins to make a piece: so many units, from a number on. Their tank is there afterwards.
async fn begin(
    services: &Services,
    owner: &PgPool,
    means: &mut Means,
    (sequence, count): (u32, u32),
) -> Result<JoinHandle<Result<Piece, LimsError>>, LimsError> {
    means.world.sequence = sequence;
    let at = sequence - 1;
    let code = format!("BULK-{:04}", at / SLOTS);
    if means.tank.as_ref().is_none_or(|(of, _)| *of != code) {
        let mut db = owner.acquire().await?;
        means.tank =
            Some((code.clone(), sql::tank(&mut db, (random_id(), random_id()), (code.as_str(), "long_term")).await?));
    }
    means.world.long_term = Tank { code, towers: 40, frames: 25, slots: 10, from: at % SLOTS };
    let (of, with) = (services.clone(), means.clone());
    Ok(spawn_blocking(move || made_of(&of, &with, count)))
}

/// Writes a piece, in one transaction.
async fn write(owner: &PgPool, piece: &Piece) -> Result<(), LimsError> {
    let mut tx = crate::db::begin(owner).await?;
    sql::copy(&mut tx, Table::Event, &piece.events).await?;
    sql::asked(&mut tx, false).await?;
    sql::copy(&mut tx, Table::Unit, &piece.units).await?;
    sql::copy(&mut tx, Table::Placement, &piece.placements).await?;
    sql::copy(&mut tx, Table::Record, &piece.records).await?;
    sql::asked(&mut tx, true).await?;
    let named = (piece.first.as_str(), piece.last.as_str());
    if sql::told(&mut *tx, named).await?.unsigned_abs() != piece.filled.units {
        return Err(LimsError::Unreadable);
    }
    Ok(tx.commit().await?)
}

async fn means(services: &Services) -> Result<Means, LimsError> {
    let mut world = world(services, FACILITY).await?;
    let mut db = services.db.acquire().await?;
    let shelf = services.custody.read(&mut db, &services.clock).await?;
    let list = |kind| shelf.at(kind, services.clock.now()).cloned().ok_or(LimsError::NotFound);
    let (preparation, tests) = (list(CatalogueKind::Preparation)?, list(CatalogueKind::Test)?);
    let operators = sql::operators(&mut *db, &world.operators).await?;
    if operators.len() < 2 {
        return Err(LimsError::NotFound);
    }
    // All of them were qualified: its slots are free for whoever comes later.
    let quarantine = sql::tank(&mut db, (random_id(), random_id()), (QUARANTINE, "quarantine")).await?;
    world.quarantine = Tank { code: QUARANTINE.to_owned(), towers: 40, frames: 25, slots: 10, from: 0 };
    Ok(Means { world, preparation, tests, operators, quarantine, tank: None })
}

/// A piece's rows.
fn made_of(services: &Services, means: &Means, count: u32) -> Result<Piece, LimsError> {
    let now = services.clock.now();
    // Years of births, so that registrations are spread as they are.
    let age = SignedDuration::from_hours(24 * (30 + i64::from(means.world.sequence % 3_000)));
    let from = now.checked_sub(age).map_err(|_| LimsError::Unreadable)?;
    let seed = u64::from(means.world.sequence);
    let within = SignedDuration::from_hours(24);
    let stream = simulate(&means.world, &Plan { seed, from, units: count, within, rates: Rates::NONE });
    let mut lives: BTreeMap<&str, Vec<&Message>> = BTreeMap::new();
    for message in &stream.messages {
        lives.entry(message.unit.as_str()).or_default().push(message);
    }
    let mut piece = Piece::default();
    let end = |din: Option<&&str>| din.map(|din| (*din).to_owned()).unwrap_or_default();
    (piece.first, piece.last) = (end(lives.keys().next()), end(lives.keys().next_back()));
    for (din, mut life) in lives {
        life.sort_by_key(|message| message.source_seq);
        unit(services, means, &mut piece, din, &life)?;
    }
    Ok(piece)
}

/// One unit: its events in their chain, and what follows from them.
fn unit(services: &Services, means: &Means, piece: &mut Piece, din: &str, life: &[&Message]) -> Result<(), LimsError> {
    let (id, key) = (random_id(), services.vault.new_unit_key());
    let pool = match life.first().map(|message| &message.payload) {
        Some(Payload::Registered { pool, .. }) => pool.name(),
        _ => return Err(LimsError::Unreadable),
    };
    let mut previous = START;
    let mut seq = 0;
    for message in life {
        seq += 1;
        let received = message.due;
        let said = serde_json::to_vec(&message.payload).map_err(|_| LimsError::Unreadable)?;
        let salt = random::<16>();
        let link = Link {
            unit: id,
            seq,
            kind: message.payload.kind().name(),
            digest: digest(&salt, &said),
            occurred_at: message.occurred_at,
            received_at: received,
            actor_kind: "client",
            actor: Some(Uuid::nil()),
            source: "lims",
            source_seq: Some(message.source_seq),
            previous,
        };
        let hash = link.hash();
        let mut row = [0; 16];
        row.copy_from_slice(&hash[..16]);
        let place = Place { table: "custody_event", column: "sealed", row: Uuid::from_bytes(row) };
        let sealed = key.seal(place, &[&salt[..], &said].concat());
        let number = seq.cast_signed();
        piece.events.row(Table::Event.fields()).uuid(id).int(number).text(link.kind).bytes(&sealed).bytes(&link.digest);
        piece.events.instant(link.occurred_at).instant(received).text(link.actor_kind).uuid(Uuid::nil());
        piece.events.text(link.source).big(message.source_seq).bytes(&previous).bytes(&hash);
        piece
            .records
            .row(Table::Record.fields())
            .uuid(random_id())
            .uuid(random_id())
            .uuid(id)
            .int(number)
            .instant(received);
        previous = hash;
    }
    let (Some(first), Some(last)) = (life.first(), life.last()) else { return Err(LimsError::Unreadable) };
    let wrapped = services.vault.wrap_unit_key(id, &key);
    let row = piece.units.row(Table::Unit.fields()).uuid(id).text(din).text(pool).text("banked").int(seq.cast_signed());
    row.bytes(&previous).uuid(means.preparation.id).uuid(means.tests.id).big(means.preparation.all().cast_signed());
    row.big(means.tests.all().cast_signed()).uuids(&means.operators[..2]).truth(true).bytes(&wrapped);
    row.instant(first.due).instant(last.due).int(on_the_way(life));
    lain(means, piece, id, life)?;
    piece.filled.units += 1;
    piece.filled.events += u64::from(seq);
    Ok(())
}

/// Minutes on its way.
fn on_the_way(life: &[&Message]) -> i32 {
    let minutes = life.iter().map(|message| match &message.payload {
        Payload::TransportLeg { hours, .. } => (hours * 60.0).round() as i32,
        _ => 0,
    });
    minutes.sum()
}

/// Where a unit lay, and lies.
fn lain(means: &Means, piece: &mut Piece, unit: Uuid, life: &[&Message]) -> Result<(), LimsError> {
    let (long_term, tank) = means.tank.as_ref().ok_or(LimsError::Unreadable)?;
    let who = |code: &String| {
        let place = means.world.operators.iter().position(|one| one == code);
        place.and_then(|place| means.operators.get(place)).copied().ok_or(LimsError::Unreadable)
    };
    let mut lies: Option<(&Slot, &Message, [Uuid; 2])> = None;
    let mut places = Vec::new();
    for &message in life {
        match &message.payload {
            Payload::PutAway { slot, operator, with } => lies = Some((slot, message, [who(operator)?, who(with)?])),
            Payload::TakenOut { operator, with, .. } => {
                let taken = (message.occurred_at, [who(operator)?, who(with)?]);
                places.extend(lies.take().map(|lay| (lay, Some(taken))));
            }
            _ => {}
        }
    }
    places.extend(lies.map(|lies| (lies, None)));
    for ((slot, put, [by, with]), taken) in places {
        let tank = if slot.tank == *long_term { *tank } else { means.quarantine };
        let row = piece.placements.row(Table::Placement.fields()).uuid(new_uuid(put.due)).uuid(unit).uuid(tank);
        for number in [slot.tower, slot.frame, slot.slot] {
            row.small(number.cast_signed());
        }
        row.instant(put.occurred_at).uuid(by).uuid(with);
        match taken {
            Some((at, [by, with])) => row.instant(at).uuid(by).uuid(with),
            None => row.null().null().null(),
        };
    }
    Ok(())
}

fn random_id() -> Uuid {
    uuid::Builder::from_random_bytes(random()).into_uuid()
}

/// What a table takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Size {
    /// The table.
    pub table: String,
    /// Rows.
    pub rows: u64,
    /// Bytes of the rows.
    pub heap: u64,
    /// Bytes of the indexes.
    pub indexes: u64,
}

/// What the tables take that grow with units.
///
/// # Errors
/// `Database`.
pub async fn sizes(services: &Services) -> Result<Vec<Size>, LimsError> {
    let rows = sql::sizes(&services.db).await?;
    let size = |row: sql::SizeRow| Size {
        table: row.name,
        rows: row.rows.unsigned_abs(),
        heap: row.heap.unsigned_abs(),
        indexes: row.indexes.unsigned_abs(),
    };
    Ok(rows.into_iter().map(size).collect())
}
