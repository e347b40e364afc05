//! One unit with its whole way, as far as its reader may read it.

use super::CustodyError;
use crate::{Context, Services};
use domain::custody::{DeviationKind, Din, Kind, Payload, Pool, Progress, Slot, Standing};
use domain::ids::{AccountId, DeviationId, FamilyId, TankId, UnitId};
use jiff::Timestamp;

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sight {
    /// The bank: everything.
    Staff,
    /// The mother, or whom she lets: everything of their unit.
    Owner,
    /// The other guardian: nothing of the mother's results, unless she lets him.
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
    pub family: Option<FamilyId>,
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
    /// All deviations, open and closed.
    pub deviations: Vec<DeviationView>,
    /// Its place in the tree of heads, once a root covers it.
    pub leaf: Option<u64>,
    /// The last event that a signed root covers.
    pub rooted: u32,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// What it says can be read: its key was not destroyed.
    pub readable: bool,
}

/// One event.
#[derive(Clone, Debug)]
pub struct EventView {
    /// Its number in the chain.
    pub seq: u32,
    /// What happened.
    pub kind: Kind,
    /// What it says; `None`: not for this reader, or its key was destroyed.
    pub payload: Option<Payload>,
    /// The bytes whose SHA-256 the digest is: 16 random ones, and the JSON. `None` with the payload.
    pub said: Option<Vec<u8>>,
    /// When, by the clock of the source.
    pub occurred_at: Timestamp,
    /// When, by ours.
    pub received_at: Timestamp,
    /// Who told it: `Actor::kind` and the account or client. For staff only.
    pub actor_kind: String,
    /// Which account or client.
    pub actor_id: Option<uuid::Uuid>,
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

/// A place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceView {
    /// Which tank.
    pub tank: TankId,
    /// Where in it.
    pub slot: Slot,
    /// `quarantine`, `long_term`, `samples`.
    pub tank_use: String,
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
    /// By which account, or operator; none: by the house.
    pub opened_by: Option<AccountId>,
    /// The event that opened it.
    pub opened_seq: u32,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The event that closed it.
    pub closed_seq: Option<u32>,
}

/// One unit, for staff (`SeeUnits`). The family's own way in is `view_in`, after it has asked whose the unit is.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn unit(services: &Services, context: &Context, id: UnitId, sight: Sight) -> Result<UnitView, CustodyError> {
    let _ = (services, context, id, sight);
    Err(CustodyError::NotFound)
}
