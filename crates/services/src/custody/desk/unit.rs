//! One unit at the desk, whole: every event with both clocks and what is strange about it, the chain verified on the spot, where it
//! lay, which lots went into it. Each opening stands in the trail; where a family has the unit, in the family's own log, too.

use super::act::entry;
use super::{DeskError, Proposal, proposals};
use crate::audit;
use crate::custody::{EventView, Sight, UnitView, unit};
use crate::family::{Look, look_in};
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::account::{Actor, Role};
use domain::custody::Slot;
use domain::custody::chain::{self, Link};
use domain::ids::UnitId;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::custody::desk::{self as sql, LainRow, LotRow};
use uuid::Uuid;

/// From so long between its two clocks on an event came late.
const LATE: SignedDuration = SignedDuration::from_hours(24);
/// A source's clock may be ahead of ours by so much before it is told.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Something about an event that a reader should see.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mark {
    /// It came more than a day after it happened.
    Late,
    /// By the clock of its source it happened before one that came earlier.
    OutOfOrder,
    /// The clock of its source is ahead of ours.
    Ahead,
    /// A later event says what it should have said.
    Corrected,
    /// Its hash, or that before it, is not what its content makes.
    Broken,
    /// What it says does not open.
    Illegible,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Late, Self::OutOfOrder, Self::Ahead, Self::Corrected, Self::Broken, Self::Illegible];

    /// As the end of a translation key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::OutOfOrder => "out-of-order",
            Self::Ahead => "ahead",
            Self::Corrected => "corrected",
            Self::Broken => "broken",
            Self::Illegible => "illegible",
        }
    }
}

/// Where a unit lay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lain {
    /// Where.
    pub slot: Slot,
    /// Since when.
    pub put_at: Timestamp,
    /// The codes of the two who put it there.
    pub put_by: (String, String),
    /// Until when, and the codes of the two who took it; nothing where it lies there.
    pub taken: Option<(Timestamp, String, String)>,
}

/// A unit, whole.
#[derive(Debug)]
pub struct Opened {
    /// What happened, and what follows.
    pub unit: UnitView,
    /// What is strange about its events, by their numbers.
    pub marks: BTreeMap<u32, BTreeSet<Mark>>,
    /// Where it lay, the first place first.
    pub places: Vec<Lain>,
    /// Kind and number of each lot, and whether it is being recalled.
    pub lots: Vec<(String, String, bool)>,
    /// What waits for a second person.
    pub proposals: Vec<Proposal>,
    /// The names of the accounts that acted.
    pub people: BTreeMap<Uuid, String>,
    /// The code whoever reads works under today.
    pub code: Option<String>,
}

impl Opened {
    /// The chain holds from its first event to its head.
    pub fn holds(&self) -> bool {
        !self.marks.values().any(|marks| marks.contains(&Mark::Broken))
    }
}

/// The events whose hash is not what their content and the event before them make, and the last one where it is not the head that
/// the unit's row names.
pub(super) fn broken(unit: &UnitView) -> Vec<u32> {
    let (mut previous, mut expected, mut broken) = (chain::START, 1, Vec::new());
    for event in &unit.events {
        let link = Link {
            unit: unit.id.0,
            seq: event.seq,
            kind: event.kind.name(),
            digest: event.digest,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            actor_kind: &event.actor_kind,
            actor: event.actor_id,
            source: &event.source,
            source_seq: event.source_seq,
            previous,
        };
        let said = event.said.as_deref().is_none_or(|said| domain::merkle::sha256(&[said]) == event.digest);
        if event.seq != expected || event.prev_hash != previous || link.hash() != event.hash || !said {
            broken.push(event.seq);
        }
        (previous, expected) = (event.hash, event.seq + 1);
    }
    if (previous != unit.head || expected != unit.version + 1) && broken.last() != Some(&(expected - 1)) {
        broken.push(expected - 1);
    }
    broken
}

/// What is strange about the events of a unit.
pub(super) fn marks(events: &[EventView], broken: &[u32]) -> BTreeMap<u32, BTreeSet<Mark>> {
    let mut marks: BTreeMap<u32, BTreeSet<Mark>> = BTreeMap::new();
    let mut mark = |seq: u32, what: Mark| {
        marks.entry(seq).or_default().insert(what);
    };
    let mut latest = Timestamp::MIN;
    for event in events {
        let between = event.received_at.duration_since(event.occurred_at);
        if between >= LATE {
            mark(event.seq, Mark::Late);
        }
        if between <= -AHEAD {
            mark(event.seq, Mark::Ahead);
        }
        if event.occurred_at < latest {
            mark(event.seq, Mark::OutOfOrder);
        }
        latest = latest.max(event.occurred_at);
        if let Some(seq) = event.corrects {
            mark(seq, Mark::Corrected);
        }
        if event.illegible {
            mark(event.seq, Mark::Illegible);
        }
    }
    for seq in broken {
        mark(*seq, Mark::Broken);
    }
    marks
}

/// A unit, whole, for whoever sees units; written into the trail as a reading, and with the reason `why` into its family's log.
///
/// # Errors
/// `Denied`, `NotFound`; `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn open(services: &Services, context: &Context, id: UnitId, why: &str) -> Result<Opened, DeskError> {
    let unit = unit(services, context, id, Sight::Staff).await?;
    let broken = broken(&unit);
    let marks = marks(&unit.events, &broken);
    let places = sql::lain(&services.db, id.0).await?.into_iter().map(lain).collect();
    let lots = sql::lots(&services.db, id.0).await?;
    let waiting = proposals(services, context, Some(id)).await?;
    let acted = unit.events.iter().filter(|event| event.actor_kind == "staff").filter_map(|event| event.actor_id);
    let of_three = waiting.iter().filter_map(|proposal| proposal.checked.as_ref()).map(|(account, _)| account.0);
    let acted: Vec<Uuid> = acted.chain(waiting.iter().map(|proposal| proposal.by.0)).chain(of_three).collect();
    let names = Names::of(services, acted.iter().copied()).await.map_err(|error| {
        tracing::error!(%error, "the names of colleagues cannot be read");
        DeskError::Unreadable
    })?;
    let people = acted.into_iter().map(|account| (account, names.person(account).name)).collect();
    let today = domain::time::local_day(context.now);
    let code = match context.actor.account() {
        Some(account) => sql::operator_of(&services.db, account.0, today).await?.map(|row| row.code),
        None => None,
    };
    let mut detail = json!({ "seq": unit.version });
    if let Some(seq) = broken.first() {
        // Somebody has to look, whoever came by.
        detail["alert"] = json!("chain_broken");
        detail["broken"] = json!(seq);
    } else if unit.lacks_text() {
        detail["alert"] = json!("text_lost");
    }
    let mut tx = services.begin().await?;
    audit::record(&mut tx, context, &[entry("custody.unit_read", id, detail)]).await?;
    let look = Look { unit: id, role: reading_role(context), what: "unit", reason: why, break_glass: false };
    look_in(services, &mut tx, context, look).await?;
    tx.commit().await?;
    let lots = lots.into_iter().map(|LotRow { kind, number, recalled }| (kind, number, recalled)).collect();
    Ok(Opened { unit, marks, places, lots, proposals: waiting, people, code })
}

/// In which of their roles somebody reads units.
pub(crate) fn reading_role(context: &Context) -> &'static str {
    let Actor::Staff { roles, .. } = &context.actor else { return Role::LabOfficer.name() };
    let reads = [Role::QualityOfficer, Role::LabOfficer];
    reads.into_iter().find(|role| roles.contains(role)).unwrap_or(Role::LabOfficer).name()
}

fn lain(row: LainRow) -> Lain {
    let part = |n: i16| n.unsigned_abs();
    let taken =
        row.taken_at.map(|at| (at.to_jiff(), row.taken_by.unwrap_or_default(), row.taken_with.unwrap_or_default()));
    Lain {
        slot: Slot { tank: row.tank, tower: part(row.tower), frame: part(row.frame), slot: part(row.slot) },
        put_at: row.put_at.to_jiff(),
        put_by: (row.put_by, row.put_with),
        taken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::Happened;
    use domain::custody::Kind;

    fn event(seq: u32, occurred: i64, received: i64) -> EventView {
        EventView {
            seq,
            kind: Happened::Known(Kind::TransportLeg),
            payload: None,
            of_test: None,
            corrects: None,
            said: None,
            illegible: false,
            newer: false,
            occurred_at: Timestamp::from_second(occurred).expect("an instant"),
            received_at: Timestamp::from_second(received).expect("an instant"),
            actor_kind: "client".to_owned(),
            actor_id: None,
            source: "lims".to_owned(),
            source_seq: None,
            prev_hash: [0; 32],
            hash: [0; 32],
            digest: [0; 32],
        }
    }

    #[test]
    fn what_is_late_out_of_order_or_ahead_is_marked() {
        let day = 86_400;
        let events = [
            event(1, 1_000, 1_060),
            event(2, 2_000, 2_000 + day),
            event(3, 1_500, 2_100 + day),
            event(4, 4 * day, 3 * day),
        ];
        let marks = marks(&events, &[1]);
        let of = |seq: u32| marks.get(&seq).cloned().unwrap_or_default().into_iter().collect::<Vec<_>>();
        assert_eq!(of(1), [Mark::Broken]);
        assert_eq!(of(2), [Mark::Late]);
        assert_eq!(of(3), [Mark::Late, Mark::OutOfOrder]);
        assert_eq!(of(4), [Mark::Ahead]);
    }
}
