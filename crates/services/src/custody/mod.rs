//! Units of cord blood and what happens to them (custody.md).
//!
//! What happened is the truth: events, append-only, a chain of hashes per unit, each sealed under the unit's own key. The unit's
//! row is what follows from them. [`record_in`] is the one way in, for the desk, for feeds and for the house itself: it applies
//! many events of many units in one transaction, and one that is refused refuses no other.

mod assign;
pub mod collectors;
pub mod desk;
mod error;
mod forgetting;
pub mod layout;
pub mod life;
pub mod lists;
pub mod operators;
pub mod proof;
mod recall;
mod record;
mod refused;
pub mod search;
mod seed;
mod shelf;
mod sight;
mod view;

pub use assign::{CONTRACTS, Passing, Stood, assign_in, assign_standing, pass_on_in};
pub use error::CustodyError;
pub(crate) use forgetting::{count_due, forget_due};
pub use recall::{Recalled, end_recall, finish_recalls, recall};
use record::check_payload;
pub use record::{Outcomes, record_caused_in, record_in};
pub(crate) use record::{Teller, record_each_in};
pub use refused::Refused;
pub use seed::{seed_demo, seed_store};
pub use shelf::{Rules, Shelf, Shelves};
pub use view::{DeviationView, EventView, Happened, PlaceView, Sight, UnitView, unit, view_in};

use crate::Context;
use domain::account::Actor;
use domain::custody::{Din, Payload, State};
use domain::ids::UnitId;
use jiff::Timestamp;
use uuid::Uuid;

/// How a unit is named by whoever tells of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum UnitName {
    /// By its id.
    Id(UnitId),
    /// By its number.
    Din(Din),
}

/// Something that happened, as somebody tells it.
#[derive(Clone, PartialEq, Debug)]
pub struct Incoming {
    /// To which unit. Of `registered`: an id to be given, or its number.
    pub unit: UnitName,
    /// What.
    pub payload: Payload,
    /// When, by the clock of the source.
    pub occurred_at: Timestamp,
    /// Its place in the order of the source.
    pub source_seq: Option<i64>,
}

/// Who tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct By {
    /// `Actor::kind`.
    pub actor_kind: &'static str,
    /// The account or the client.
    pub actor_id: Option<Uuid>,
    /// `lims`, `telemetry`, `desk`, `house`, `contract` …: two to 32 small letters, digits and dashes.
    pub source: &'static str,
}

impl By {
    /// Of whoever acts.
    pub fn of(context: &Context, source: &'static str) -> Self {
        let actor_id = match &context.actor {
            Actor::Visitor { account, .. } | Actor::Staff { account, .. } => Some(account.0),
            Actor::Client { client, .. } => Some(client.0),
            Actor::Device { device, .. } => Some(device.0),
            Actor::Display { display } => Some(display.0),
            Actor::Anonymous | Actor::System => None,
        };
        Self { actor_kind: context.actor.kind(), actor_id, source }
    }

    /// A machine tells it, and not the house or its people.
    pub fn is_machine(&self) -> bool {
        self.actor_kind == "client"
    }
}

/// What was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Of which unit.
    pub unit: UnitId,
    /// The event's number in its chain, from 1.
    pub seq: u32,
    /// Where the unit is now.
    pub state: State,
}
