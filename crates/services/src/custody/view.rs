//! One unit with its whole way, as far as its reader may read it.

use super::CustodyError;
use super::record::place;
use super::sight::may_read;
use crate::crypto::UnitKey;
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::chain::{digest, salted};
use domain::custody::{
    CatalogueKind, DeviationKind, Din, Kind, Payload, Pool, Progress, Slot, Standing, State, TankUse, happened_at, told,
};
use domain::family::TestHappened;
use domain::ids::{DeviationId, TankId, UnitId};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::custody::events::EventRow;
use store::custody::units::UnitRow;
use store::custody::{events, places, trouble, units};
use uuid::Uuid;

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sight {
    /// The bank: everything.
    Staff,
    /// The mother, or whom she lets: everything of their unit, but in which slot it lies.
    Owner,
    /// The other guardian: nothing that can tell of the mother's results, unless she lets him.
    OtherGuardian {
        /// She lets him.
        mother_consents: bool,
    },
}

/// A unit.
#[derive(Clone, Debug)]
pub struct UnitView {
    /// Which.
    pub id: UnitId,
    /// Its number; for staff only.
    pub din: Option<Din>,
    /// Whose it is.
    pub family: Option<Uuid>,
    /// For whose use.
    pub pool: Pool,
    /// Where it is.
    pub standing: Standing,
    /// The number of its last event.
    pub version: u32,
    /// The hash of that.
    pub head: [u8; 32],
    /// Everything that happened, in order of arrival.
    pub events: Vec<EventView>,
    /// Its preparation.
    pub steps: Progress,
    /// Its tests.
    pub tests: Progress,
    /// Its release.
    pub release: Progress,
    /// The batch record is signed.
    pub record_signed: bool,
    /// Where it lies.
    pub place: Option<PlaceView>,
    /// Whoever decides about it agreed that it serves research; asked for staff only.
    pub research_agreed: bool,
    /// All deviations, open and closed.
    pub deviations: Vec<DeviationView>,
    /// Its place in the tree of heads, once a root covers it.
    pub leaf: Option<u64>,
    /// The last event that a signed root covers.
    pub rooted: u32,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// What it says can be read: its key is there, and opens.
    pub readable: bool,
    /// Its key is there and does not open: nothing it says can be read, nor anything more be said, until the keys of the house are
    /// whole again.
    pub key_lost: bool,
}

impl UnitView {
    /// Something that can be read of a unit like this one cannot, and was not destroyed.
    pub fn lacks_text(&self) -> bool {
        self.key_lost || self.events.iter().any(|event| event.illegible)
    }

    /// After an event comes another of its kind that cannot be read here: what this one says may not be the last word.
    pub fn may_be_outdated(&self, event: &EventView) -> bool {
        let closed = |later: &EventView| later.illegible || later.newer;
        self.events.iter().any(|later| later.seq > event.seq && later.kind == event.kind && closed(later))
    }

    /// Some of it was said by a server of a later release, in words that this one does not know.
    pub fn says_newer(&self) -> bool {
        self.events.iter().any(|event| event.newer)
    }
}

/// What happened, as an event says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Happened {
    /// A kind that this release knows.
    Known(Kind),
    /// The word of a later release.
    Newer(String),
}

impl Happened {
    /// Of the word that stands with the event.
    fn of(word: &str) -> Self {
        Kind::from_name(word).map_or_else(|| Self::Newer(word.to_owned()), Self::Known)
    }

    /// As stored. The chain is over it.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(kind) => kind.name(),
            Self::Newer(word) => word,
        }
    }

    /// The kind, where this release knows it.
    pub const fn known(&self) -> Option<Kind> {
        match self {
            Self::Known(kind) => Some(*kind),
            Self::Newer(_) => None,
        }
    }
}

impl PartialEq<Kind> for Happened {
    fn eq(&self, kind: &Kind) -> bool {
        self.known() == Some(*kind)
    }
}

/// One event.
#[derive(Clone, Debug)]
pub struct EventView {
    /// Its number in the chain.
    pub seq: u32,
    /// What happened.
    pub kind: Happened,
    /// What it says; `None`: not for this reader, it does not open, the unit's key is gone, or a later release said it.
    pub payload: Option<Payload>,
    /// Of a test: its code, and what happened to it. How far a test is, is told to whoever reads the unit, also where the values or the words
    /// of why are closed to them.
    pub of_test: Option<(String, TestHappened)>,
    /// Of a correction: the number of the event it is about. That a result is being corrected is told to whoever reads the unit, too.
    pub corrects: Option<u32>,
    /// The unit's key opens, and not what this event says; or that is not what its digest is of: somebody changed it, or it was
    /// damaged. The chain, which is over the digest, holds all the same.
    pub illegible: bool,
    /// A server of a later release said it: its kind, or its text, which opens and is what its digest is of, has words that this one does
    /// not know. Nothing is wrong with it.
    pub newer: bool,
    /// The bytes whose SHA-256 the digest is: 16 random ones, and the JSON. `None` with the payload; for the bank, what a later
    /// release said, too.
    pub said: Option<Vec<u8>>,
    /// When, by the clock of the source.
    pub occurred_at: Timestamp,
    /// When, by ours.
    pub received_at: Timestamp,
    /// Who told it: `Actor::kind`. The hash is over it, too.
    pub actor_kind: String,
    /// Which account or client.
    pub actor_id: Option<Uuid>,
    /// From where.
    pub source: String,
    /// Its place in the order of the source.
    pub source_seq: Option<i64>,
    /// The hash before it.
    pub prev_hash: [u8; 32],
    /// Its hash.
    pub hash: [u8; 32],
    /// The digest of what it says.
    pub digest: [u8; 32],
}

impl EventView {
    /// When it happened, as far as both clocks say.
    pub fn happened_at(&self) -> Timestamp {
        happened_at(self.occurred_at, self.received_at)
    }
}

/// A place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceView {
    /// Which tank.
    pub tank: TankId,
    /// Where in it.
    pub slot: Slot,
    /// `quarantine`, `long_term`, `samples`.
    pub tank_use: TankUse,
    /// The code of its room.
    pub room: String,
    /// Since when.
    pub since: Timestamp,
}

/// A deviation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviationView {
    /// Which.
    pub id: DeviationId,
    /// Of what.
    pub kind: DeviationKind,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By which account or client; none: by the house.
    pub opened_by: Option<Uuid>,
    /// For staff: accounts of who noted what the house doubts. They do not close it.
    pub noted_by: Vec<Uuid>,
    /// The event that opened it.
    pub opened_seq: u32,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The event that closed it.
    pub closed_seq: Option<u32>,
}

/// One unit, for staff (`SeeUnits`).
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn unit(services: &Services, context: &Context, id: UnitId, sight: Sight) -> Result<UnitView, CustodyError> {
    context.require(Capability::SeeUnits)?;
    let mut tx = services.begin().await?;
    view_in(&mut tx, services, id, sight).await
}

/// One unit as a reader sees it. Asks nobody whether they may: whoever calls it has found out whose the unit is.
///
/// # Errors
/// `NotFound`, `Unreadable`, `Database`.
pub async fn view_in(
    db: &mut PgConnection,
    services: &Services,
    id: UnitId,
    sight: Sight,
) -> Result<UnitView, CustodyError> {
    let row = units::one(&mut *db, id.0).await?.ok_or(CustodyError::NotFound)?;
    let named: Vec<Uuid> = [row.preparation_id, row.tests_id, row.release_id].into_iter().flatten().collect();
    let shelf = services.custody.read_with(db, &services.clock, &named).await?;
    // What does not open is shown as that, with everything else: a page that fails would hide the chain, too.
    let key = row.key_sealed.as_deref().and_then(|wrapped| services.vault.open_unit_key(row.id, wrapped).ok());
    let key_lost = key.is_none() && row.key_sealed.is_some();
    if key_lost {
        tracing::error!(unit = %row.id, "the key of a unit does not open");
    }
    let events = events::of_unit(&mut *db, row.id).await?;
    let events =
        events.into_iter().map(|event| event_view(event, key.as_ref(), sight)).collect::<Result<Vec<_>, _>>()?;
    if let Some(first) = events.iter().find(|event| event.illegible) {
        tracing::error!(unit = %row.id, seq = first.seq, "what an event of a unit says does not open");
    }
    let place = places::of_unit(&mut *db, row.id).await?.map(place_view).transpose()?;
    let research_agreed =
        sight == Sight::Staff && crate::family::lets_research(&mut *db, &[row.id]).await?.contains(&row.id);
    let deviations = trouble::of_unit(&mut *db, row.id).await?;
    let noters = if sight == Sight::Staff { trouble::noters(db, row.id).await? } else { Vec::new() };
    let deviations = deviations.into_iter().map(|row| deviation_view(row, &noters)).collect::<Result<Vec<_>, _>>()?;
    // Before its work begins: by the list of a unit whose work begins now.
    let now = services.clock.now();
    let progress = |kind, list, done: i64| {
        let catalogue = shelf.by(kind, list, now).cloned().ok_or(CustodyError::Unreadable)?;
        Ok::<_, CustodyError>(Progress { catalogue, done: done.cast_unsigned() })
    };
    Ok(UnitView {
        id,
        din: match sight {
            Sight::Staff => Some(Din::parse(&row.din).map_err(|_| CustodyError::Unreadable)?),
            _ => None,
        },
        family: row.family_id,
        pool: Pool::from_name(&row.pool).ok_or(CustodyError::Unreadable)?,
        standing: standing_of(&row)?,
        version: row.seq.unsigned_abs(),
        head: hash(&row.head)?,
        events,
        steps: progress(CatalogueKind::Preparation, row.preparation_id, row.steps_done)?,
        tests: progress(CatalogueKind::Test, row.tests_id, row.tests_final)?,
        release: progress(CatalogueKind::Release, row.release_id, row.release_done)?,
        record_signed: row.record_signed,
        place,
        research_agreed,
        deviations,
        leaf: row.leaf.map(i64::unsigned_abs),
        rooted: row.rooted_seq.unsigned_abs(),
        registered_at: row.registered_at.to_jiff(),
        readable: key.is_some(),
        key_lost,
    })
}

fn standing_of(row: &UnitRow) -> Result<Standing, CustodyError> {
    let word = |word: &str| State::from_name(word).ok_or(CustodyError::Unreadable);
    let held_in = row.held_in.as_deref().map(word).transpose()?;
    Standing::new(word(&row.state)?, held_in).ok_or(CustodyError::Unreadable)
}

fn hash(bytes: &[u8]) -> Result<[u8; 32], CustodyError> {
    bytes.try_into().map_err(|_| CustodyError::Unreadable)
}

/// What it says is opened only for whoever may read it, and is what its digest is of: else somebody changed it, and it is not shown.
fn event_view(row: EventRow, key: Option<&UnitKey>, sight: Sight) -> Result<EventView, CustodyError> {
    let (digest_kept, own) = (hash(&row.digest)?, hash(&row.hash)?);
    let opened = key.map(|key| open_any(key, &own, &row, &digest_kept));
    let illegible = matches!(opened, Some(Err(_)));
    let opened = opened.and_then(Result::ok);
    let kind = Happened::of(&row.kind);
    let newer = kind.known().is_none() || matches!(opened, Some((None, _)));
    // What nobody here can read may tell of whomever: it is the bank's.
    let reads = |payload: &Option<Payload>| match payload {
        Some(payload) => may_read(payload, sight),
        None => sight == Sight::Staff,
    };
    let of_test = opened.as_ref().and_then(|(payload, _)| TestHappened::of(payload.as_ref()?));
    let of_test = of_test.map(|(test, happened)| (test.to_owned(), happened));
    let corrects = opened.as_ref().and_then(|(payload, _)| match payload {
        Some(Payload::Corrected { seq, .. }) => Some(*seq),
        _ => None,
    });
    let (payload, said) = opened.filter(|(payload, _)| reads(payload)).unzip();
    Ok(EventView {
        seq: row.seq.unsigned_abs(),
        kind,
        payload: payload.flatten(),
        of_test,
        corrects,
        said,
        illegible,
        newer,
        occurred_at: row.occurred_at.to_jiff(),
        received_at: row.received_at.to_jiff(),
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        source: row.source,
        source_seq: row.source_seq,
        prev_hash: hash(&row.prev_hash)?,
        hash: own,
        digest: digest_kept,
    })
}

/// The bytes of what an event says, random ones before it.
///
/// # Errors
/// `Unreadable`, also where they are not what the digest is of.
fn bytes(key: &UnitKey, own: &[u8; 32], sealed: &[u8], kept: &[u8; 32]) -> Result<Vec<u8>, CustodyError> {
    let said = key.open(place(own), sealed).map_err(|_| CustodyError::Unreadable)?;
    match salted(&said) {
        Some((salt, json)) if digest(salt, json) == *kept => Ok(said),
        _ => Err(CustodyError::Unreadable),
    }
}

/// What an event says, as far as this release knows its words.
pub(super) fn open(key: &UnitKey, own: &[u8; 32], sealed: &[u8], kept: &[u8; 32]) -> Result<Payload, CustodyError> {
    let said = bytes(key, own, sealed, kept)?;
    serde_json::from_slice(json(&said)).map_err(|_| CustodyError::Unreadable)
}

/// Of the bytes of what an event says, the JSON.
fn json(said: &[u8]) -> &[u8] {
    salted(said).map(|(_, json)| json).unwrap_or_default()
}

/// What an event says, beside its bytes: nothing where they are whole, of the kind that stands in the chain, and in words that only a
/// later release knows.
fn open_any(
    key: &UnitKey,
    own: &[u8; 32],
    row: &EventRow,
    kept: &[u8; 32],
) -> Result<(Option<Payload>, Vec<u8>), CustodyError> {
    let said = bytes(key, own, &row.sealed, kept)?;
    let payload = told::read(json(&said), &row.kind).map_err(|_| CustodyError::Unreadable)?;
    Ok((payload, said))
}

fn place_view(row: places::PlaceRow) -> Result<PlaceView, CustodyError> {
    let number = |number: i16| u16::try_from(number).map_err(|_| CustodyError::Unreadable);
    Ok(PlaceView {
        tank: TankId(row.tank_id),
        slot: Slot { tank: row.tank, tower: number(row.tower)?, frame: number(row.frame)?, slot: number(row.slot)? },
        tank_use: TankUse::from_name(&row.used_for).ok_or(CustodyError::Unreadable)?,
        room: row.room,
        since: row.put_at.to_jiff(),
    })
}

fn deviation_view(row: trouble::DeviationRow, noters: &[(Uuid, Uuid)]) -> Result<DeviationView, CustodyError> {
    Ok(DeviationView {
        id: DeviationId(row.id),
        kind: DeviationKind::from_name(&row.kind).ok_or(CustodyError::Unreadable)?,
        opened_at: row.opened_at.to_jiff(),
        opened_by: row.opened_by,
        noted_by: noters.iter().filter(|(id, _)| *id == row.id).map(|(_, account)| *account).collect(),
        opened_seq: row.opened_seq.unsigned_abs(),
        closed_at: row.closed_at.map(|at| at.to_jiff()),
        closed_seq: row.closed_seq.map(i32::unsigned_abs),
    })
}
