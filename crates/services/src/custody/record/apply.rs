//! One event: whether it is kept, and what follows. First everything is asked, then everything is changed: what is refused leaves
//! nothing behind.

use super::super::{By, CONTRACTS, Incoming, Recorded, Refused, UnitName};
use super::load::{Deviation, Noted, Opens, Puts, Takes, World};
use super::two::People;
use super::unit::{Kept, Lies, Projection, SlotKey, Told, UnitState};
use super::{check, to_the_microsecond, two};
use crate::context::new_uuid;
use domain::custody::guard::{Facts, guard};
use domain::custody::ranges::{self, TooFew};
use domain::custody::{Catalogue, CatalogueKind, DeviationKind, Din, Item, Kind, Lot, Payload, Pool, Standing, State};
use domain::custody::{Results, Slot, TankUse, Word, happened_at};
use domain::ids::UnitId;
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// Clocks differ by hours; not by more than this.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// The bank was not there before 1999.
const FIRST: i64 = 915_148_800;

/// What the house tells by itself.
const HOUSE: Told = Told { actor_kind: "system", actor: None, source: "house", source_seq: None };

/// What changes beside the state.
enum Effect {
    Nothing,
    Leg { minutes: u32, alarm: bool },
    Step { list: Arc<Catalogue>, bit: u64, recorded: bool, lots: Vec<Lot> },
    Test { list: Arc<Catalogue>, bit: u64, lots: Vec<Lot> },
    Repeat { list: Arc<Catalogue>, bit: u64 },
    Release { list: Arc<Catalogue>, bit: u64, doubt: Option<String> },
    Degrees { said: String },
    Signed,
    Put { at: SlotKey, used: TankUse, by: [Uuid; 2] },
    Taken { lies: Lies, by: [Uuid; 2] },
    Opened { deviation: Uuid, of: DeviationKind },
    Closed { deviation: Uuid, by: Uuid },
    Assigned,
    Free,
}

/// One event of a batch and when it is.
#[derive(Clone, Copy)]
struct At {
    index: usize,
    occurred_at: Timestamp,
    now: Timestamp,
}

/// Keeps an event, if it is to be kept: by whom it is told, and whether two people vouched for when it happened.
pub(super) fn apply(
    world: &mut World,
    (by, vouched): (&By, bool),
    (index, incoming): (usize, &Incoming),
    now: Timestamp,
) -> Result<Recorded, Refused> {
    let occurred_at = to_the_microsecond(incoming.occurred_at);
    if occurred_at.duration_since(now) > AHEAD || occurred_at.as_second() < FIRST {
        return Err(Refused::ImpossibleTime);
    }
    let at = At { index, occurred_at, now };
    let payload = &incoming.payload;
    // Neither a machine nor the desk says whose a unit is: that follows from a contract.
    if matches!(payload, Payload::Assigned { .. }) && by.source != CONTRACTS {
        return Err(Refused::OnlyContracts);
    }
    // What people of quality say under their own accounts no machine says for them: not when it comes, not when it is tried again, and not
    // when two vouched for the time it says.
    let word = if by.is_machine() { world.shelf.says_of(payload).by_machine() } else { Word::Taken };
    if word == Word::Nobodys {
        let what = match payload {
            Payload::ReleaseStepDone { step, .. } => step.clone(),
            other => other.kind().name().to_owned(),
        };
        return Err(Refused::OnlyQuality(what));
    }
    let told =
        Told { actor_kind: by.actor_kind, actor: by.actor_id, source: by.source, source_seq: incoming.source_seq };
    // Of a repeat the house says what it does, whatever it was told.
    let repeat = match payload {
        Payload::TestRepeated { test, reason, .. } => {
            let (test, reason) = (test.clone(), reason.clone());
            Some(Payload::TestRepeated { test, reason, takes_back: true, both_clocks: true })
        }
        _ => None,
    };
    let payload = repeat.as_ref().unwrap_or(payload);
    let said = serde_json::to_vec(payload).map_err(|_| Refused::Text)?;
    let kept = Kept { kind: payload.kind(), said, occurred_at, told };
    if let Payload::Registered { din, pool } = payload {
        return register(world, at, &incoming.unit, (din, *pool), kept);
    }
    let id = match &incoming.unit {
        UnitName::Id(id) => id.0,
        UnitName::Din(din) => *world.by_din.get(din.as_str()).ok_or(Refused::NoSuchUnit)?,
    };
    let unit = world.units.get(&id).ok_or(Refused::NoSuchUnit)?;
    // What a feed tells decides by its own time who worked and which lists held: that time is one of the unit's.
    let since = unit.began.map(|began| occurred_at.duration_since(began));
    if by.is_machine() && !vouched && since.is_some_and(|since| since < -AHEAD) {
        return Err(Refused::BeforeUnit);
    }
    check::check(payload)?;
    let people = two::of(world, payload, occurred_at)?;
    if word == Word::Seconded {
        two::seconded(world, payload)?;
    }
    let (standing, effect) = decide(world, unit, payload, (people, by), at)?;
    let opened = world.opens.len();
    let seq = change(world, id, (kept, people, by.actor_id), standing, effect, (payload, at));
    two::noted(world, opened, (people, by));
    let seq = seq.ok_or(Refused::NoSuchUnit)?;
    let state = world.units.get(&id).map_or(standing.state(), |unit| unit.now.standing.state());
    Ok(Recorded { unit: UnitId(id), seq, state })
}

fn register(
    world: &mut World,
    at: At,
    name: &UnitName,
    (din, pool): (&Din, Pool),
    kept: Kept,
) -> Result<Recorded, Refused> {
    let id = match name {
        UnitName::Id(id) => id.0,
        UnitName::Din(named) if named == din => random_id(),
        UnitName::Din(_) => return Err(Refused::UnitMismatch),
    };
    if world.by_din.contains_key(din.as_str()) || world.units.contains_key(&id) {
        return Err(Refused::AlreadyRegistered);
    }
    let mut unit = UnitState {
        id,
        din: din.as_str().to_owned(),
        pool,
        key_sealed: None,
        began: Some(at.occurred_at),
        head: domain::custody::chain::START,
        fresh: Some(at.index),
        now: Projection::registered(),
        place: None,
        kept: Vec::new(),
        changes: Vec::new(),
        results: Results::default(),
        collected: None,
    };
    let seq = unit.add(kept, Standing::EXPECTED);
    world.by_din.insert(unit.din.clone(), id);
    world.units.insert(id, unit);
    Ok(Recorded { unit: UnitId(id), seq, state: State::Expected })
}

/// A random id: when a unit was registered is not to be read from its name.
fn random_id() -> Uuid {
    uuid::Builder::from_random_bytes(crate::crypto::random()).into_uuid()
}

/// Whether it is kept, where it leads and what else follows.
fn decide(
    world: &World,
    unit: &UnitState,
    payload: &Payload,
    (people, by): (People, &By),
    at: At,
) -> Result<(Standing, Effect), Refused> {
    let state = unit.now.standing.state();
    // Nothing can be said any more that would be sealed.
    if unit.fresh.is_none() && unit.key_sealed.is_none() {
        return Err(Refused::Over(state));
    }
    let kind = payload.kind();
    let entry = |of: CatalogueKind, code: &str| -> Option<(Arc<Catalogue>, Item)> {
        let list = unit.now.list(of, &world.shelf, at.occurred_at)?;
        let item = list.item(code)?.clone();
        Some((list, item))
    };
    let step = match payload {
        Payload::StepDone { step, .. } => {
            Some(entry(CatalogueKind::Preparation, step).ok_or_else(|| Refused::UnknownStep(step.clone()))?)
        }
        Payload::ReleaseStepDone { step, .. } => {
            Some(entry(CatalogueKind::Release, step).ok_or_else(|| Refused::UnknownStep(step.clone()))?)
        }
        Payload::TestStarted { test } | Payload::TestRepeated { test, .. } | Payload::TestFinal { test, .. } => {
            Some(entry(CatalogueKind::Test, test).ok_or_else(|| Refused::UnknownTest(test.clone()))?)
        }
        _ => None,
    };
    // What is done on arrival does not begin the preparation, nor does what is done with its record.
    let beside = step.as_ref().is_some_and(|(list, item)| list.is_intake(item) || list.is_review(item));
    let standing = if beside && !state.is_over() {
        unit.now.standing
    } else {
        let refused = if state.is_over() { Refused::Over(state) } else { Refused::NoWay { from: state, kind } };
        unit.now.standing.after(kind).ok_or(refused)?
    };
    if step.as_ref().is_some_and(|(_, item)| item.needs_two()) && matches!(kind, Kind::StepDone | Kind::ReleaseStepDone)
    {
        people.two()?;
    }
    let research_agreed = world.research_agreed(unit);
    let transit_minutes = unit.on_the_way(happened_at(at.occurred_at, at.now));
    let facts = Facts { research_agreed, transit_minutes, ..unit.facts(&world.shelf, at.occurred_at) };
    let unmet = guard(kind, &facts);
    if !unmet.is_empty() {
        return Err(Refused::Unmet(unmet));
    }
    let effect = effect(world, unit, payload, (people, by), (step, at))?;
    Ok((standing, effect))
}

fn effect(
    world: &World,
    unit: &UnitState,
    payload: &Payload,
    (people, by): (People, &By),
    (step, at): (Option<(Arc<Catalogue>, Item)>, At),
) -> Result<Effect, Refused> {
    Ok(match (payload, step) {
        (Payload::Collected { certificate, ward_min_c, ward_max_c, .. }, _) => {
            if world.uncovered.contains(&(certificate.clone(), local_day(at.occurred_at))) {
                return Err(Refused::CertificateInvalid);
            }
            degrees(ward_min_c.iter().chain(ward_max_c), ranges::WARD_C)
        }
        // What became of it afterwards is kept all the same; people look into it.
        (Payload::Delivered { max_c }, _) => degrees(std::iter::once(max_c), ranges::SHIPPER_C),
        (Payload::TransportLeg { hours, .. }, _) => {
            let minutes = (hours * 60.0).round() as u32;
            let limit = world.shelf.rules_at(at.occurred_at).map_or(u32::MAX, |rules| rules.transit_alarm);
            let before = unit.now.transit_minutes;
            Effect::Leg { minutes, alarm: before <= limit && before.saturating_add(minutes) > limit }
        }
        (Payload::StepDone { lots, .. }, Some((list, item))) => {
            let (bit, recorded) = (item.bit(), !list.is_review(&item));
            Effect::Step { list, bit, recorded, lots: lots.clone() }
        }
        (Payload::ReleaseStepDone { values, .. }, Some((list, item))) => {
            // What was read was read, and is kept. Whether the unit leaves all the same is decided by people (section VI has a step for
            // exceptions): a deviation keeps it from being approved until somebody of them looked into it.
            let low: Vec<String> = values.iter().filter_map(TooFew::of).map(|low| low.to_string()).collect();
            let doubt = (!low.is_empty()).then(|| low.join("; "));
            Effect::Release { list, bit: item.bit(), doubt }
        }
        (Payload::TestFinal { lots, .. }, Some((list, item))) => {
            Effect::Test { list, bit: item.bit(), lots: lots.clone() }
        }
        (Payload::TestRepeated { .. }, Some((list, item))) => Effect::Repeat { list, bit: item.bit() },
        (Payload::RecordSigned { .. }, _) => {
            // Whoever is named, and whoever tells it: an account does not sign in a colleague's name what it worked on.
            let signers = [people.operator, world.teller];
            if signers.iter().flatten().any(|signer| unit.now.worked_by.contains(signer)) {
                return Err(Refused::SignerWorked);
            }
            Effect::Signed
        }
        (Payload::PutAway { slot, .. }, _) => {
            let (at, used) = free(world, unit, slot)?;
            Effect::Put { at, used, by: people.two()? }
        }
        (Payload::TakenOut { slot, .. }, _) => match unit.place {
            Some(lies) if world.slot(slot) == Some(lies.at) => Effect::Taken { lies, by: people.two()? },
            _ => return Err(Refused::NotInSlot),
        },
        (Payload::DeviationOpened { deviation, of, .. }, _) => {
            let again = world.cause.is_some_and(|cause| world.caused.contains(&(cause, unit.id)));
            if again || world.deviations.contains_key(deviation) {
                return Err(Refused::DeviationTaken);
            }
            Effect::Opened { deviation: *deviation, of: *of }
        }
        (Payload::DeviationClosed { deviation, .. }, _) => {
            let known = world.deviations.get(deviation).filter(|known| known.unit == unit.id && !known.closed);
            let known = known.ok_or(Refused::NoSuchDeviation)?;
            if two::is_opener(known, by.actor_id, [people.operator, world.teller]) {
                return Err(Refused::CloserOpened);
            }
            Effect::Closed { deviation: *deviation, by: by.actor_id.unwrap_or(Uuid::nil()) }
        }
        (Payload::Corrected { seq, .. }, _) if *seq == 0 || *seq > unit.now.seq => return Err(Refused::NoSuchEvent),
        (Payload::Assigned { .. }, _) if !world.passes && world.assigned.contains(&unit.id) => {
            return Err(Refused::AssignedBefore);
        }
        (Payload::Assigned { .. }, _) => Effect::Assigned,
        (Payload::ReservationEnded { .. }, _) => Effect::Free,
        _ => Effect::Nothing,
    })
}

/// The slot a unit is put into, and what its tank is for: no unit lies beside samples, and what is in the store goes back to no quarantine.
fn free(world: &World, unit: &UnitState, slot: &Slot) -> Result<(SlotKey, TankUse), Refused> {
    let (at, used) = world.slot(slot).zip(world.tank_use(slot)).ok_or(Refused::NoSuchSlot)?;
    match used {
        TankUse::Samples => Err(Refused::SamplesTank),
        TankUse::Quarantine if unit.now.standing.reached().is_in_store() => Err(Refused::QuarantineTank),
        _ if world.occupied.contains_key(&at) => Err(Refused::SlotTaken),
        _ => Ok((at, used)),
    }
}

/// Degrees on the way that should not have been, said as facts that need no language.
fn degrees<'a>(read: impl Iterator<Item = &'a f64>, (coldest, warmest): (f64, f64)) -> Effect {
    let outside = |c: &f64| {
        if *c < coldest {
            Some(format!("{c} °C < {coldest} °C"))
        } else {
            (*c > warmest).then(|| format!("{c} °C > {warmest} °C"))
        }
    };
    let outside: Vec<String> = read.filter_map(outside).collect();
    if outside.is_empty() { Effect::Nothing } else { Effect::Degrees { said: outside.join("; ") } }
}

/// Changes what is known, and says what is to be written. Answers the event's number.
fn change(
    world: &mut World,
    id: Uuid,
    (kept, people, actor): (Kept, People, Option<Uuid>),
    standing: Standing,
    effect: Effect,
    (payload, at): (&Payload, At),
) -> Option<u32> {
    let unit = world.units.get_mut(&id)?;
    match &effect {
        Effect::Nothing | Effect::Opened { .. } | Effect::Closed { .. } | Effect::Degrees { .. } => {}
        Effect::Assigned => {
            world.assigned.insert(id);
        }
        Effect::Leg { minutes, .. } => {
            unit.now.transit_minutes = unit.now.transit_minutes.saturating_add(*minutes);
        }
        Effect::Step { list, bit, recorded, .. } => {
            let (list, now) = (list.clone(), &mut unit.now);
            now.preparation = Some(list);
            now.steps_done |= bit;
            if *recorded {
                now.worked_by.extend(people.operator.iter().chain(&people.with));
                // What was signed is not what stands there now.
                let still_open =
                    matches!(now.standing.reached(), State::Received | State::Processing | State::FrozenQuarantine);
                now.record_signed &= !still_open;
            }
        }
        Effect::Test { list, bit, .. } => {
            unit.now.tests = Some(list.clone());
            if unit.results.happened(payload, (at.occurred_at, at.now)) == Some(true) {
                unit.now.tests_final |= bit;
            }
        }
        Effect::Repeat { list, bit } => {
            unit.now.tests = Some(list.clone());
            if unit.results.happened(payload, (at.occurred_at, at.now)) == Some(false) {
                unit.now.tests_final &= !bit;
            }
        }
        Effect::Release { list, bit, .. } => {
            unit.now.release = Some(list.clone());
            unit.now.release_done |= bit;
        }
        Effect::Signed => unit.now.record_signed = true,
        Effect::Free => {
            // Another patient's release begins anew.
            unit.now.release = None;
            unit.now.release_done = 0;
        }
        Effect::Put { at: slot, used, by } => {
            let placement = new_uuid(at.now);
            let (used, put) = (*used, Some(world.puts.len()));
            unit.place = Some(Lies { id: placement, at: *slot, used, since: at.occurred_at, put });
            world.occupied.insert(*slot, id);
            let (when, index) = (at.occurred_at, at.index);
            world.puts.push(Puts { id: placement, unit: id, at: *slot, when, by: *by, taken: None, index });
        }
        Effect::Taken { lies, by } => {
            unit.place = None;
            world.occupied.remove(&lies.at);
            let when = at.occurred_at.max(lies.since);
            match lies.put.and_then(|put| world.puts.get_mut(put)) {
                Some(put) => put.taken = Some((when, *by)),
                None => world.takes.push(Takes { id: lies.id, when, by: *by }),
            }
        }
    }
    let recalled = match &effect {
        Effect::Step { lots, .. } | Effect::Test { lots, .. } => used(world, id, lots, at.occurred_at),
        _ => Vec::new(),
    };
    let unit = world.units.get_mut(&id)?;
    match effect {
        Effect::Opened { deviation, of } => {
            unit.now.open_deviations += 1;
            let (seq, cause) = (unit.add(kept, standing), world.cause);
            note(world, id, (deviation, of), cause, (seq, actor, people.operator));
            hold(world, id, of, at.now);
            Some(seq)
        }
        Effect::Closed { deviation, by } => {
            unit.now.open_deviations = unit.now.open_deviations.saturating_sub(1);
            let seq = unit.add(kept, standing);
            if let Some(known) = world.deviations.get_mut(&deviation) {
                known.closed = true;
            }
            world.closes.push((deviation, seq, by));
            Some(seq)
        }
        Effect::Leg { alarm: true, .. } => {
            let seq = unit.add(kept, standing);
            let limit = world.shelf.rules_at(at.occurred_at).map_or(u32::MAX, |rules| rules.transit_alarm);
            let said = format!("{} min > {limit} min", unit.now.transit_minutes);
            open(world, id, (DeviationKind::Transport, said), (None, None), at.now);
            Some(seq)
        }
        Effect::Degrees { said } => {
            let seq = unit.add(kept, standing);
            open(world, id, (DeviationKind::Transport, said), (None, None), at.now);
            Some(seq)
        }
        Effect::Release { doubt: Some(said), .. } => {
            let seq = unit.add(kept, standing);
            open(world, id, (DeviationKind::Test, said), (None, None), at.now);
            Some(seq)
        }
        _ => {
            let seq = unit.add(kept, standing);
            for (said, recall, begun_by) in recalled {
                open(world, id, (DeviationKind::Recall, said), (Some(recall), Some(begun_by)), at.now);
            }
            Some(seq)
        }
    }
}

/// Notes the lots that went into a unit, or were used up for it. Answers those that are called back, or were until after that, each
/// once: what is said of it, which recall, and who began it.
fn used(world: &mut World, id: Uuid, lots: &[Lot], occurred_at: Timestamp) -> Vec<(String, Uuid, Uuid)> {
    let mut recalled = Vec::new();
    for lot in lots {
        let recalls = world.recalls.get(&(lot.kind.clone(), lot.number.clone())).into_iter().flatten();
        for recall in recalls.filter(|recall| recall.holds(occurred_at)) {
            if world.caused.insert((recall.id, id)) {
                recalled.push((format!("{} {}", lot.kind, lot.number), recall.id, recall.begun_by));
            }
        }
        world.uses.push((id, lot.clone()));
    }
    recalled
}

fn note(
    world: &mut World,
    unit: Uuid,
    (deviation, of): (Uuid, DeviationKind),
    cause: Option<Uuid>,
    (seq, by, operator): (u32, Option<Uuid>, Option<Uuid>),
) {
    let (operators, noted) = ([operator, None], Noted::default());
    world.deviations.insert(deviation, Deviation { unit, opened_by: by, operators, noted, closed: false });
    world.caused.extend(cause.map(|cause| (cause, unit)));
    world.opens.push(Opens { id: deviation, unit, kind: of.name(), cause, seq, by, operator, noted });
}

/// The house opens a deviation by itself. What it says of it are facts that need no language.
fn open(
    world: &mut World,
    id: Uuid,
    (of, said): (DeviationKind, String),
    (cause, by): (Option<Uuid>, Option<Uuid>),
    now: Timestamp,
) {
    let deviation = new_uuid(now);
    let payload = Payload::DeviationOpened { deviation, of, said, operator: None };
    let Some(unit) = world.units.get_mut(&id) else { return };
    let Some(kept) = told_by_the_house(&payload, now) else { return };
    unit.now.open_deviations += 1;
    let seq = unit.add(kept, unit.now.standing);
    note(world, id, (deviation, of), cause, (seq, by, None));
    hold(world, id, of, now);
}

/// Some deviations hold a unit at once: what it is, or whether it was kept cold, is in doubt.
fn hold(world: &mut World, id: Uuid, of: DeviationKind, now: Timestamp) {
    let Some(unit) = world.units.get_mut(&id).filter(|_| of.holds()) else { return };
    let held = unit.now.standing.after(Kind::Held).filter(|held| *held != unit.now.standing);
    if let (Some(held), Some(kept)) = (held, told_by_the_house(&Payload::Held { of }, now)) {
        unit.add(kept, held);
    }
}

fn told_by_the_house(payload: &Payload, now: Timestamp) -> Option<Kept> {
    let said = serde_json::to_vec(payload).ok()?;
    Some(Kept { kind: payload.kind(), said, occurred_at: now, told: HOUSE })
}
