//! What happens to one unit, from its number to its place.

use super::{Chance, Plan, Step, Tank, Truth, World};
use domain::custody::{Din, Lot, Marker, Payload, Person, Phase, Pool, Rejection, Slot, Value, What};
use jiff::{SignedDuration, Timestamp};

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    /// When, truly.
    pub at: Timestamp,
    /// Under which number it is told.
    pub unit: Din,
    /// What.
    pub payload: Payload,
    /// How far the clock of the source is ahead.
    pub ahead: SignedDuration,
}

/// A unit's life as it is told.
struct Life<'a> {
    world: &'a World,
    at: Timestamp,
    din: Din,
    ahead: SignedDuration,
    told: Vec<Happened>,
}

impl Life<'_> {
    fn pass(&mut self, minutes: u64) {
        self.at += SignedDuration::from_mins(minutes as i64);
    }

    fn tell(&mut self, payload: Payload) {
        self.told.push(Happened { at: self.at, unit: self.din.clone(), payload, ahead: self.ahead });
    }

    fn operator(&self, number: usize) -> String {
        self.world.operators[number % self.world.operators.len()].clone()
    }
}

/// The life of the `number`th unit.
pub(super) fn of(
    world: &World,
    plan: &Plan,
    number: u32,
    born: Timestamp,
    chance: &mut Chance,
    truth: &mut Truth,
) -> Vec<Happened> {
    // A sequence has six digits; a stream of more units than are left of them begins anew, and is told so by the house.
    let sequence = (world.sequence + number) % 1_000_000;
    let Ok(din) = Din::of(&world.facility, world.year, sequence) else { return Vec::new() };
    truth.units.push(din.clone());
    let ahead = if chance.permille(plan.rates.skewed) { 3 } else { 0 };
    let ahead = SignedDuration::from_hours(ahead);
    let mut life = Life { world, at: born, din: din.clone(), ahead, told: Vec::with_capacity(84) };
    collected(&mut life, chance);
    if chance.permille(plan.rates.rejected) {
        life.pass(10);
        let reason = *chance.one(&[Rejection::Volume, Rejection::Bag, Rejection::Temperature]);
        let operator = life.operator(0);
        life.tell(Payload::RejectedAtIntake { operator, reason });
        truth.rejected.push(din);
        return life.told;
    }
    let missing = chance.permille(plan.rates.missing).then(|| chance.below(prepared(world).count() as u64) as usize);
    received_and_prepared(&mut life, number, missing, chance, truth);
    tested(&mut life, plan, chance);
    kept(&mut life, number);
    let swapped = chance.permille(plan.rates.swapped) && number > 0;
    if swapped && let Ok(other) = Din::of(&world.facility, world.year, sequence.wrapping_sub(1)) {
        // A step that was scanned under the number of the unit before.
        let step = life.told.iter_mut().find(|one| matches!(&one.payload, Payload::StepDone { .. }));
        if let Some(step) = step {
            step.unit = other;
            truth.swapped.push(din.clone());
        }
    }
    if missing.is_none() && !swapped {
        truth.banked.push(din);
    }
    life.told
}

fn collected(life: &mut Life<'_>, chance: &mut Chance) {
    let pool = if chance.permille(850) { Pool::Family } else { Pool::Public };
    let (din, collector) = (life.din.clone(), chance.one(&life.world.collectors).clone());
    life.tell(Payload::Registered { din, pool });
    life.pass(30 + chance.below(90));
    let (hospital, certificate) = collector;
    life.tell(Payload::Collected {
        hospital,
        certificate,
        volume_ml: chance.between(65.0, 180.0),
        anticoagulant: "CPD".to_owned(),
        ward_min_c: Some(chance.between(2.5, 4.0)),
        ward_max_c: Some(chance.between(4.5, 7.5)),
    });
    life.pass(60 + chance.below(240));
    let logger = format!("LOG-{:04}", chance.below(400));
    life.tell(Payload::TransportStarted { carrier: "COLD-CHAIN-1".to_owned(), logger });
    for _ in 0..1 + chance.below(2) {
        let hours = chance.between(2.0, 9.0);
        life.pass((hours * 60.0) as u64);
        let (min_c, max_c) = (chance.between(8.0, 14.0), chance.between(15.0, 23.0));
        life.tell(Payload::TransportLeg { min_c, max_c, hours });
    }
}

/// All steps but those of the record's review.
fn prepared(world: &World) -> impl Iterator<Item = &Step> {
    world.steps.iter().filter(|step| step.section != "H")
}

fn received_and_prepared(
    life: &mut Life<'_>,
    number: u32,
    missing: Option<usize>,
    chance: &mut Chance,
    truth: &mut Truth,
) {
    life.pass(15);
    let operator = life.operator(0);
    life.tell(Payload::Received { operator, weight_g: chance.between(120.0, 290.0) });
    let quarantine = slot(&life.world.quarantine, number);
    let steps: Vec<Step> = prepared(life.world).cloned().collect();
    // The last two are done once the unit is qualified: it moves to its long-term tank.
    let last = steps.len().saturating_sub(2);
    for (index, step) in steps.iter().enumerate() {
        life.pass(2 + chance.below(9));
        if index == last {
            let (operator, with) = (life.operator(0), life.operator(1));
            life.tell(Payload::PutAway { slot: quarantine.clone(), operator, with });
            life.pass(5);
        }
        if missing == Some(index) {
            truth.missing.push((life.din.clone(), step.code.clone()));
            continue;
        }
        let two = step.by_two.then(|| life.operator(1));
        let (lots, values) = used(step, number, chance);
        let operator = life.operator(index % 2 * usize::from(!step.by_two));
        let instrument = (index % 7 == 3).then(|| format!("CENT-{:02}", chance.below(12)));
        life.tell(Payload::StepDone { step: step.code.clone(), operator, with: two, instrument, lots, values });
    }
}

/// What goes into some steps, and what is read at others.
fn used(step: &Step, number: u32, chance: &mut Chance) -> (Vec<Lot>, Vec<Value>) {
    let lot = |kind: &str| Lot { kind: kind.to_owned(), number: format!("L26-{:03}", number / 50) };
    let value = |analyte: &str, found: f64, unit: &str, phase: Phase| Value {
        analyte: analyte.to_owned(),
        found: What::Number(found),
        unit: unit.to_owned(),
        phase: Some(phase),
        of: Person::Baby,
        method: None,
        instrument: None,
    };
    match step.code.as_str() {
        "agent_added" => (vec![lot("sedimentation_agent")], vec![]),
        "moved_to_freezing_bag" => (vec![lot("bag_set")], vec![]),
        "cryoprotectant_mixed" => (vec![lot("cryoprotectant")], vec![]),
        "viability_before" => (vec![], vec![value("viability", chance.between(90.0, 99.5), "%", Phase::Pre)]),
        "volume_set" => (vec![], vec![value("volume", chance.between(24.0, 31.0), "ml", Phase::Post)]),
        "counted_after" => (vec![], vec![value("tnc", chance.between(4e8, 2.2e9), "1", Phase::Post)]),
        "recovery_estimated" => (vec![], vec![value("recovery", chance.between(74.0, 97.0), "%", Phase::Post)]),
        _ => (vec![], vec![]),
    }
}

fn tested(life: &mut Life<'_>, plan: &Plan, chance: &mut Chance) {
    let begun = life.at;
    let mut latest = begun;
    for (index, test) in life.world.tests.iter().enumerate() {
        // Counts come the same day, viruses in days, cultures in a fortnight.
        let culture = matches!(test.as_str(), "bacteria" | "fungi" | "cfu");
        life.at = begun + SignedDuration::from_mins(30 + chance.below(300) as i64);
        if culture {
            life.tell(Payload::TestStarted { test: test.clone() });
        }
        life.pass(if culture { 14 * 24 * 60 } else { 60 + chance.below(4 * 24 * 60) });
        if chance.permille(plan.rates.repeated) {
            life.tell(Payload::TestRepeated {
                test: test.clone(),
                reason: "control out of limits".to_owned(),
                takes_back: false,
                both_clocks: false,
            });
            life.pass(24 * 60);
        }
        let (operator, reviewer) = (life.operator(index % 2), life.operator(2 + index % 2));
        let values = found(test, chance);
        life.tell(Payload::TestFinal { test: test.clone(), operator, reviewer, lots: Vec::new(), values });
        latest = latest.max(life.at);
    }
    life.at = latest;
}

fn found(test: &str, chance: &mut Chance) -> Vec<Value> {
    let value = |found: What, unit: &str, of: Person| Value {
        analyte: test.to_owned(),
        found,
        unit: unit.to_owned(),
        phase: None,
        of,
        method: None,
        instrument: Some("AN-01".to_owned()),
    };
    let number = |found: f64, unit: &str| vec![value(What::Number(found), unit, Person::Baby)];
    match test {
        "tnc" => number(chance.between(4e8, 2.2e9), "1"),
        "cd34" => number(chance.between(5e5, 9e6), "1"),
        "cfu" => number(chance.between(2e5, 3e6), "1"),
        "viability" => number(chance.between(88.0, 99.5), "%"),
        "cbc" => number(chance.between(20.0, 45.0), "%"),
        "hla" => {
            let alleles = format!("A*02:{:02},A*11:01;B*40:01,B*46:01;DRB1*09:01,DRB1*15:01", 1 + chance.below(9));
            vec![value(What::Text(alleles), "", Person::Baby)]
        }
        "abo_rhd" => {
            let group = *chance.one(&["O +", "A +", "B +", "AB +", "O -"]);
            vec![value(What::Text(group.to_owned()), "", Person::Baby)]
        }
        "hbv" | "hcv" | "hiv" | "syphilis" | "cmv" => {
            let mother = if test == "cmv" && chance.permille(30) { Marker::Questionable } else { Marker::Negative };
            vec![
                value(What::Marker(Marker::Negative), "", Person::Baby),
                value(What::Marker(mother), "", Person::Mother),
            ]
        }
        _ => vec![value(What::Marker(Marker::Negative), "", Person::Baby)],
    }
}

/// The unit moves to its place, and the record is signed and reviewed by people who did none of its steps.
fn kept(life: &mut Life<'_>, number: u32) {
    let (quarantine, long_term) = (slot(&life.world.quarantine, number), slot(&life.world.long_term, number));
    // What the move itself is among the steps was told with them; here are its scans.
    life.pass(60);
    let (operator, with) = (life.operator(0), life.operator(1));
    life.tell(Payload::TakenOut { slot: quarantine, operator: operator.clone(), with: with.clone() });
    life.pass(2);
    life.tell(Payload::PutAway { slot: long_term, operator, with });
    let (third, fourth) = (life.operator(2), life.operator(3));
    life.pass(20);
    life.tell(Payload::RecordSigned { operator: third.clone() });
    let reviews: Vec<Step> = life.world.steps.iter().filter(|step| step.section == "H").cloned().collect();
    for (index, step) in reviews.iter().enumerate() {
        life.pass(15);
        let operator = if index % 2 == 0 { third.clone() } else { fourth.clone() };
        let with = step.by_two.then(|| fourth.clone());
        let step = step.code.clone();
        life.tell(Payload::StepDone { step, operator, with, instrument: None, lots: vec![], values: vec![] });
    }
    life.pass(30);
    let quality = life.world.quality.iter().find(|code| **code != third);
    let with = quality.cloned().unwrap_or(fourth);
    life.tell(Payload::Banked { operator: third, with });
}

/// The `number`th slot of a tank; a full one begins anew.
fn slot(tank: &Tank, number: u32) -> Slot {
    let (frames, slots) = (u32::from(tank.frames).max(1), u32::from(tank.slots).max(1));
    let all = (u32::from(tank.towers) * frames * slots).max(1);
    let at = (tank.from + number) % all;
    let one = |number: u32| u16::try_from(number + 1).unwrap_or(u16::MAX);
    Slot {
        tank: tank.code.clone(),
        tower: one(at / (frames * slots)),
        frame: one(at / slots % frames),
        slot: one(at % slots),
    }
}
