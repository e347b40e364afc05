//! Everything that a batch is decided by, read once: a query per kind of thing, however many there are.

use super::super::shelf::{self, Shelf};
use super::super::{CustodyError, Incoming, UnitName, collectors};
use super::two;
use super::unit::{SlotKey, UnitState};
use domain::account::{Capability, Role};
use domain::custody::{Lot, Payload, Slot, TankUse};
use domain::time::{in_reach, local_day};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use store::custody::places::{Slots, TankRow};
use store::custody::{events, lists, operators, places, trouble, units};
use uuid::Uuid;

/// Somebody who works with units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator {
    pub id: Uuid,
    since: Timestamp,
    until: Option<Timestamp>,
    /// The account that the code belongs to has a role that confirms what quality confirms.
    pub is_quality: bool,
}

impl Operator {
    /// Works at an instant.
    pub fn works(&self, instant: Timestamp) -> bool {
        self.since <= instant && self.until.is_none_or(|until| instant < until)
    }
}

/// A deviation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deviation {
    pub unit: Uuid,
    pub opened_by: Option<Uuid>,
    /// Whoever opened it as an operator: who was named, and who works under the account that opened it.
    pub operators: [Option<Uuid>; 2],
    pub noted: Noted,
    pub closed: bool,
}

/// Who noted what the house doubts by itself. They are no other than its cause, and stand where its opener does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Noted {
    /// Of people, the account. A machine says who they were, and is nobody.
    pub account: Option<Uuid>,
    /// The operators.
    pub people: [Option<Uuid>; 2],
}

/// A recall of a lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recall {
    pub id: Uuid,
    pub begun_by: Uuid,
    ended_at: Option<Timestamp>,
}

impl Recall {
    /// Is about what happened at an instant: before it ended, whenever that is told.
    pub fn holds(&self, instant: Timestamp) -> bool {
        self.ended_at.is_none_or(|ended| instant < ended)
    }
}

/// A deviation to be opened.
#[derive(Clone, Debug)]
pub(super) struct Opens {
    pub id: Uuid,
    pub unit: Uuid,
    pub kind: &'static str,
    pub cause: Option<Uuid>,
    pub seq: u32,
    pub by: Option<Uuid>,
    /// Who was named as having opened it.
    pub operator: Option<Uuid>,
    pub noted: Noted,
}

/// A placement to be written.
#[derive(Clone, Debug)]
pub(super) struct Puts {
    pub id: Uuid,
    pub unit: Uuid,
    pub at: SlotKey,
    pub when: Timestamp,
    pub by: [Uuid; 2],
    /// When it ended already, and by whom.
    pub taken: Option<(Timestamp, [Uuid; 2])>,
    /// The event.
    pub index: usize,
}

/// A stored placement that ends.
#[derive(Clone, Debug)]
pub(super) struct Takes {
    pub id: Uuid,
    pub when: Timestamp,
    pub by: [Uuid; 2],
}

/// What is known, and what is to be written beside the units.
#[derive(Clone)]
pub(super) struct World {
    pub shelf: Arc<Shelf>,
    pub cause: Option<Uuid>,
    /// A unit that is a family's passes to another.
    pub passes: bool,
    pub units: HashMap<Uuid, UnitState>,
    pub by_din: HashMap<String, Uuid>,
    pub operators: HashMap<String, Operator>,
    /// Who works under the account that tells it, whatever code it names; asked where a record is signed or a deviation closed.
    pub teller: Option<Uuid>,
    pub tanks: HashMap<String, TankRow>,
    pub occupied: HashMap<SlotKey, Uuid>,
    pub deviations: HashMap<Uuid, Deviation>,
    /// Causes, and units with a deviation of each.
    pub caused: HashSet<(Uuid, Uuid)>,
    /// Recalls, by kind and number of the lot.
    pub recalls: HashMap<(String, String), Vec<Recall>>,
    /// Numbers of certificates and days of collections that no certificate covers.
    pub uncovered: HashSet<(String, Date)>,
    /// Units that an event gave to a family.
    pub assigned: HashSet<Uuid>,
    /// Units that may serve research, of those of which it is said.
    pub agreed: HashSet<Uuid>,
    pub puts: Vec<Puts>,
    pub takes: Vec<Takes>,
    pub opens: Vec<Opens>,
    /// Deviation, event, by whom.
    pub closes: Vec<(Uuid, u32, Uuid)>,
    pub uses: Vec<(Uuid, Lot)>,
}

impl World {
    /// Reads and locks.
    pub async fn load(
        db: &mut PgConnection,
        shelf: Arc<Shelf>,
        (account, cause): (Option<Uuid>, Option<Uuid>),
        incoming: &[Incoming],
    ) -> Result<Self, CustodyError> {
        let asked = Asked::of(incoming);
        let mut world = Self {
            shelf,
            cause,
            passes: false,
            units: HashMap::new(),
            by_din: HashMap::new(),
            operators: HashMap::new(),
            teller: None,
            tanks: HashMap::new(),
            occupied: HashMap::new(),
            deviations: HashMap::new(),
            caused: HashSet::new(),
            recalls: HashMap::new(),
            uncovered: HashSet::new(),
            assigned: HashSet::new(),
            agreed: HashSet::new(),
            puts: Vec::new(),
            takes: Vec::new(),
            opens: Vec::new(),
            closes: Vec::new(),
            uses: Vec::new(),
        };
        let (ids, dins): (Vec<_>, Vec<_>) = (asked.ids.into_iter().collect(), asked.dins.into_iter().collect());
        let rows = units::lock(&mut *db, &ids, &dins).await?;
        let named = rows.iter().flat_map(|row| [row.preparation_id, row.tests_id, row.release_id]).flatten();
        let named: BTreeSet<Uuid> = named.collect();
        world.shelf = shelf::with(world.shelf, &mut *db, &named.into_iter().collect::<Vec<_>>()).await?;
        for row in rows {
            world.by_din.insert(row.din.clone(), row.id);
            world.units.insert(row.id, UnitState::stored(row, &world.shelf)?);
        }
        if !asked.operators.is_empty() {
            let codes: Vec<_> = asked.operators.into_iter().collect();
            let rows = lists::operators(&mut *db, &codes).await?;
            world.operators = rows
                .into_iter()
                .map(|row| {
                    let until = row.until.map(|until| until.to_jiff());
                    let mut roles = row.roles.iter().filter_map(|name| Role::from_name(name));
                    let is_quality = roles.any(|role| role.may(Capability::ReleaseUnits));
                    (row.code, Operator { id: row.id, since: row.since.to_jiff(), until, is_quality })
                })
                .collect();
        }
        if let Some(account) = account.filter(|_| asked.teller) {
            world.teller = operators::of_account(&mut *db, account).await?;
        }
        if !asked.slots.is_empty() {
            let codes: BTreeSet<_> = asked.slots.iter().map(|slot| slot.tank.clone()).collect();
            let rows = places::tanks(&mut *db, &codes.into_iter().collect::<Vec<_>>()).await?;
            world.tanks = rows.into_iter().map(|row| (row.code.clone(), row)).collect();
        }
        world.read_places(db, &asked.slots).await?;
        if asked.received {
            world.read_collected(db).await?;
        }
        if !asked.deviations.is_empty() {
            let names: Vec<_> = asked.deviations.into_iter().collect();
            let rows = trouble::deviations(&mut *db, &names).await?;
            let known = |row: trouble::OpenedRow| {
                let (unit, opened_by, closed) = (row.unit_id, row.opened_by, row.closed);
                let noted = Noted { account: row.noted_by, people: [row.noted_operator, row.noted_with] };
                (row.id, Deviation { unit, opened_by, operators: [row.named, row.linked], noted, closed })
            };
            world.deviations = rows.into_iter().map(known).collect();
        }
        if !asked.collections.is_empty() {
            let all: Vec<_> = asked.collections.into_iter().collect();
            let places = collectors::uncovered(&mut *db, &all).await?;
            world.uncovered = places.into_iter().filter_map(|place| all.get(place).cloned()).collect();
        }
        if asked.assigned {
            // They are locked: whoever gives one of them at the same time has done so, or waits.
            let units: Vec<_> = world.units.keys().copied().collect();
            world.assigned = events::assigned(&mut *db, &units).await?.into_iter().collect();
        }
        if asked.research {
            // They are locked: whoever takes their word back at the same time has done so, or waits.
            let units: Vec<_> = world.units.keys().copied().collect();
            world.agreed = crate::family::lets_research(&mut *db, &units).await?;
        }
        if !asked.lots.is_empty() {
            let (kinds, numbers): (Vec<_>, Vec<_>) = asked.lots.into_iter().unzip();
            // A recall that begins meanwhile waits for this batch, or this one sees it.
            trouble::share_lots(&mut *db).await?;
            let rows = trouble::recalls(&mut *db, &kinds, &numbers).await?;
            for row in rows {
                let ended_at = row.ended_at.map(|ended| ended.to_jiff());
                let recall = Recall { id: row.id, begun_by: row.begun_by, ended_at };
                world.recalls.entry((row.kind, row.number)).or_default().push(recall);
            }
        }
        let causes: Vec<_> = world.recalls.values().flatten().map(|recall| recall.id).chain(cause).collect();
        if !causes.is_empty() {
            let units: Vec<_> = world.units.keys().copied().collect();
            world.caused = trouble::caused(db, &causes, &units).await?.into_iter().collect();
        }
        Ok(world)
    }

    async fn read_places(&mut self, db: &mut PgConnection, wanted: &HashSet<Slot>) -> Result<(), CustodyError> {
        let mut slots = Slots::default();
        for slot in wanted {
            if let Some((tank, tower, frame, place)) = self.slot(slot) {
                slots.tanks.push(tank);
                slots.towers.push(tower);
                slots.frames.push(frame);
                slots.slots.push(place);
            }
        }
        let units: Vec<_> = self.units.keys().copied().collect();
        for row in places::placed(db, &units, &slots).await? {
            self.occupied.insert((row.tank_id, row.tower, row.frame, row.slot), row.unit_id);
            if let Some(unit) = self.units.get_mut(&row.unit_id) {
                unit.lies(&row)?;
            }
        }
        Ok(())
    }

    /// When units were collected of which no leg says how long they were on their way.
    async fn read_collected(&mut self, db: &mut PgConnection) -> Result<(), CustodyError> {
        let silent = self.units.values().filter(|unit| unit.now.transit_minutes == 0);
        let silent: Vec<_> = silent.map(|unit| unit.id).collect();
        for (id, at) in events::collected(db, &silent).await? {
            if let Some(unit) = self.units.get_mut(&id) {
                unit.collected = Some(at.to_jiff());
            }
        }
        Ok(())
    }

    /// Whether a unit may serve research. One that this batch registers is no family's yet: only what was given to anybody may.
    pub fn research_agreed(&self, unit: &UnitState) -> bool {
        if unit.fresh.is_some() { unit.pool.is_for_others() } else { self.agreed.contains(&unit.id) }
    }

    /// The slot of a scan, if there is one.
    pub fn slot(&self, slot: &Slot) -> Option<SlotKey> {
        let tank = self.tanks.get(&slot.tank)?;
        let within = |number: u16, most: i16| i16::try_from(number).ok().filter(|number| (1..=most).contains(number));
        let (tower, frame) = (within(slot.tower, tank.towers)?, within(slot.frame, tank.frames)?);
        Some((tank.id, tower, frame, within(slot.slot, tank.slots)?))
    }

    /// What the tank of a scan is for, if there is one.
    pub fn tank_use(&self, slot: &Slot) -> Option<TankUse> {
        TankUse::from_name(&self.tanks.get(&slot.tank)?.used_for)
    }
}

/// What a batch names.
#[derive(Default)]
struct Asked {
    ids: BTreeSet<Uuid>,
    dins: BTreeSet<String>,
    operators: BTreeSet<String>,
    slots: HashSet<Slot>,
    deviations: BTreeSet<Uuid>,
    lots: BTreeSet<(String, String)>,
    collections: BTreeSet<(String, Date)>,
    /// A unit is given to a family.
    assigned: bool,
    /// It matters who works under the account that tells it.
    teller: bool,
    /// A unit is given to research.
    research: bool,
    /// A unit arrives.
    received: bool,
}

impl Asked {
    fn of(incoming: &[Incoming]) -> Self {
        let mut asked = Self::default();
        for one in incoming {
            match &one.unit {
                UnitName::Id(id) => asked.ids.insert(id.0),
                UnitName::Din(din) => asked.dins.insert(din.as_str().to_owned()),
            };
            asked.operators.extend(two::named(&one.payload).map(str::to_owned));
            match &one.payload {
                Payload::Registered { din, .. } => {
                    asked.dins.insert(din.as_str().to_owned());
                }
                Payload::PutAway { slot, .. } | Payload::TakenOut { slot, .. } => {
                    asked.slots.insert(slot.clone());
                }
                Payload::DeviationOpened { deviation, .. } => {
                    asked.deviations.insert(*deviation);
                }
                Payload::DeviationClosed { deviation, .. } => {
                    asked.deviations.insert(*deviation);
                    asked.teller = true;
                }
                Payload::Collected { certificate, .. } => {
                    // What cannot have been is refused for that.
                    let day = Some(local_day(one.occurred_at)).filter(|day| in_reach(*day));
                    asked.collections.extend(day.map(|day| (certificate.clone(), day)));
                }
                Payload::RecordSigned { .. } => asked.teller = true,
                Payload::Assigned { .. } => asked.assigned = true,
                Payload::GivenToResearch { .. } => asked.research = true,
                Payload::Received { .. } => asked.received = true,
                Payload::StepDone { lots, .. } | Payload::TestFinal { lots, .. } => {
                    asked.lots.extend(lots.iter().map(|lot| (lot.kind.clone(), lot.number.clone())));
                }
                _ => {}
            }
        }
        asked
    }
}
