//! An invented unit's whole way, event by event, for the demo, for tests and for whoever measures: from a number to a patient's
//! follow-up. What it says is plausible and of nobody.

use super::{Incoming, Shelf, UnitName};
use crate::context::new_uuid;
use domain::custody::ranges;
use domain::custody::{
    CatalogueKind, DeviationKind, Din, Handed, Item, Lot, Marker, Payload, Person, Phase, Pool, Rejection, Slot, State,
    Value, What,
};
use domain::ids::UnitId;
use jiff::{SignedDuration, Timestamp};

/// Those who work on invented units: four of the laboratory, two of quality.
pub const OPERATORS: [&str; 6] = ["LAB-01", "LAB-02", "LAB-03", "LAB-04", "QA-01", "QA-02"];
/// The number of the certificate of whoever collects invented units.
pub const CERTIFICATE: &str = "COL-2026-0001";

/// An invented unit.
#[derive(Clone, Debug)]
pub struct Life {
    /// Which.
    pub unit: UnitId,
    /// Its number.
    pub din: Din,
    /// For whose use.
    pub pool: Pool,
    /// When it is registered. All that follows takes about seventeen days until it is banked.
    pub begins: Timestamp,
    /// Its slot in the quarantine tank, and in the long-term one.
    pub slots: (Slot, Slot),
    /// Makes units differ from each other.
    pub number: u32,
}

/// One that is being told.
struct Telling<'a> {
    life: &'a Life,
    shelf: &'a Shelf,
    told: Vec<Incoming>,
    at: Timestamp,
}

fn owned(text: &str) -> String {
    text.to_owned()
}

fn value(analyte: &str, found: What, unit: &str, phase: Option<Phase>) -> Value {
    let (method, instrument) = (None, None);
    Value { analyte: owned(analyte), found, unit: owned(unit), phase, of: Person::Baby, method, instrument }
}

fn number(analyte: &str, found: f64, unit: &str, phase: Phase) -> Value {
    value(analyte, What::Number(found), unit, Some(phase))
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits.abs());
    if digits < 0 { (number / scale).round() * scale } else { (number * scale).round() / scale }
}

impl Life {
    /// Everything that happens until it is in a state, in order, with the numbers of its source.
    pub fn until(&self, state: State, shelf: &Shelf) -> Vec<Incoming> {
        let mut telling = Telling { life: self, shelf, told: Vec::new(), at: self.begins };
        telling.tell_until(state);
        telling.told
    }

    /// A fraction between 0 and 1 that belongs to this unit and a purpose.
    fn part(&self, purpose: u32) -> f64 {
        let mixed = self.number.wrapping_mul(2_654_435_761).wrapping_add(purpose.wrapping_mul(40_503)) % 1_000;
        f64::from(mixed) / 1_000.0
    }

    /// Between two numbers, to so many digits behind the point, or before it.
    fn between(&self, purpose: u32, least: f64, most: f64, digits: i32) -> f64 {
        rounded(least + (most - least) * self.part(purpose), digits)
    }

    fn weight(&self) -> f64 {
        rounded(self.volume() * 1.06 + 61.0, 1)
    }

    fn volume(&self) -> f64 {
        self.between(1, 62.0, 148.0, 0)
    }

    fn nucleated(&self) -> f64 {
        self.between(2, 6.2e8, 1.9e9, -7)
    }
}

impl Telling<'_> {
    fn tell(&mut self, minutes: i64, payload: Payload) {
        self.at = self.at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(self.at);
        let source_seq = i64::try_from(self.told.len()).ok().map(|before| before + 1);
        let unit = UnitName::Id(self.life.unit);
        self.told.push(Incoming { unit, payload, occurred_at: self.at, source_seq });
    }

    fn list(&self, kind: CatalogueKind, fits: impl Fn(&str) -> bool) -> Vec<Item> {
        let Some(list) = self.shelf.at(kind, self.at) else { return Vec::new() };
        list.items.iter().filter(|item| fits(&item.section)).cloned().collect()
    }

    fn tell_until(&mut self, state: State) {
        let order = [
            State::Expected,
            State::Collected,
            State::InTransit,
            State::Received,
            State::Processing,
            State::FrozenQuarantine,
            State::Banked,
            State::Reserved,
            State::CtTesting,
            State::ReleaseApproved,
            State::Retrieved,
            State::Shipped,
            State::Delivered,
            State::Infused,
        ];
        let last = match state {
            State::RejectedAtIntake => State::InTransit,
            State::Listed
            | State::Discarded
            | State::Research
            | State::QuarantineHold
            | State::Exposed
            | State::TransferredOut
            | State::FamilyReleased => State::Banked,
            other => other,
        };
        for stage in order {
            self.stage(stage);
            if stage == last {
                break;
            }
        }
        self.beside(state);
    }

    fn stage(&mut self, state: State) {
        let two = |first: &str, second: &str| (owned(first), owned(second));
        let (operator, with) = two("QA-01", "QA-02");
        match state {
            State::Expected => self.tell(0, Payload::Registered { din: self.life.din.clone(), pool: self.life.pool }),
            State::Collected => self.collected(),
            State::InTransit => {
                self.tell(45, Payload::TransportStarted { carrier: owned("cold-chain-2"), logger: owned("LG-0417") });
                let hours = self.life.between(3, 2.5, 14.5, 1);
                self.tell(870, Payload::TransportLeg { min_c: 12.4, max_c: 21.8, hours });
            }
            State::Received => {
                let weight_g = self.life.weight();
                self.tell(30, Payload::Received { operator: owned("LAB-01"), weight_g });
                self.steps(|section| section == "A");
            }
            State::Processing => self.steps(|section| matches!(section, "B" | "C" | "D" | "E" | "F")),
            State::FrozenQuarantine => {
                let (slot, (operator, with)) = (self.life.slots.0.clone(), two("LAB-01", "LAB-02"));
                self.tell(12, Payload::PutAway { slot, operator, with });
                self.steps(|section| section == "G");
            }
            State::Banked => self.banked(),
            State::Reserved => {
                self.tell(60 * 24 * 40, Payload::Reserved { request: owned("RQ-2031") });
                self.release(|section| matches!(section, "I" | "II" | "III" | "IV"));
            }
            State::CtTesting => {
                self.tell(60, Payload::ConfirmatoryTesting {});
                self.release(|section| matches!(section, "V" | "VI" | "VII" | "VIII"));
            }
            State::ReleaseApproved => self.tell(90, Payload::ReleaseApproved { operator, with }),
            State::Retrieved => {
                self.release(|section| section == "IX");
                let (slot, (first, second)) = (self.life.slots.1.clone(), two("LAB-01", "LAB-02"));
                self.tell(20, Payload::TakenOut { slot, operator: first, with: second });
                let (operator, with) = two("LAB-01", "LAB-02");
                self.tell(2, Payload::Retrieved { operator, with });
            }
            State::Shipped => {
                let (operator, with) = two("LAB-01", "LAB-02");
                let handed = Handed { logger: owned("LG-0931"), operator, with, coordinator: owned("QA-01") };
                let carrier = owned("dry-shipper-1");
                self.tell(40, Payload::Shipped { carrier, shipper_c: -188.0, handed: Some(handed) });
            }
            State::Delivered => self.tell(60 * 9, Payload::Delivered { max_c: -181.5 }),
            State::Infused => {
                self.tell(60 * 30, Payload::Infused {});
                self.release(|section| section == "X");
            }
            _ => {}
        }
    }

    fn beside(&mut self, state: State) {
        let (operator, with) = (owned("QA-01"), owned("QA-02"));
        let leaves =
            matches!(state, State::Discarded | State::Research | State::TransferredOut | State::FamilyReleased);
        if leaves {
            let (slot, first, second) = (self.life.slots.1.clone(), owned("LAB-01"), owned("LAB-02"));
            self.tell(60 * 24, Payload::TakenOut { slot, operator: first, with: second });
        }
        match state {
            State::RejectedAtIntake => {
                self.tell(40, Payload::RejectedAtIntake { operator: owned("LAB-01"), reason: Rejection::Volume });
            }
            State::Listed => self.tell(60 * 24 * 3, Payload::Listed {}),
            State::QuarantineHold => {
                let (deviation, said) = (new_uuid(self.at), owned("液氮补充中断40分钟，罐内温度升高"));
                let (of, operator) = (DeviationKind::Excursion, Some(owned("LAB-04")));
                self.tell(60 * 24 * 9, Payload::DeviationOpened { deviation, of, said, operator });
            }
            State::Exposed => self.tell(60 * 24 * 9, Payload::Exposed { max_c: -96.0 }),
            State::Discarded => self.tell(30, Payload::Discarded { reason: owned("血袋渗漏"), operator, with }),
            State::Research => self.tell(30, Payload::GivenToResearch { operator, with }),
            State::TransferredOut => self.tell(30, Payload::TransferredOut { bank: owned("CN-BJ-01"), operator, with }),
            State::FamilyReleased => self.tell(30, Payload::FamilyReleased { operator, with }),
            _ => {}
        }
    }

    fn collected(&mut self) {
        let volume_ml = self.life.volume();
        let (hospital, certificate, anticoagulant) = (owned("QLYY"), owned(CERTIFICATE), owned("CPD"));
        let (ward_min_c, ward_max_c) = (Some(3.1), Some(5.4));
        self.tell(
            60 * 24 * 9,
            Payload::Collected { hospital, certificate, volume_ml, anticoagulant, ward_min_c, ward_max_c },
        );
    }

    fn steps(&mut self, fits: impl Fn(&str) -> bool) {
        for item in self.list(CatalogueKind::Preparation, fits) {
            let reviewed = item.section == "H";
            let (operator, second) = if reviewed { ("QA-01", "QA-02") } else { ("LAB-01", "LAB-02") };
            let payload = Payload::StepDone {
                step: item.code.clone(),
                operator: owned(operator),
                with: item.needs_two().then(|| owned(second)),
                instrument: instrument(&item.code).map(owned),
                lots: self.lots(&item.code),
                values: self.values(&item.code),
            };
            self.tell(5, payload);
        }
    }

    fn release(&mut self, fits: impl Fn(&str) -> bool) {
        for item in self.list(CatalogueKind::Release, fits) {
            let with = item.needs_two().then(|| owned("LAB-02"));
            // What is read on a thawed segment is plausible, and above its bound.
            let least = ranges::released_above(&item.code);
            let read =
                least.map(|least| number(&item.code, self.life.between(13, least + 8.0, 96.0, 1), "%", Phase::Thaw));
            let (step, operator, values) = (item.code, owned("LAB-01"), read.into_iter().collect());
            self.tell(180, Payload::ReleaseStepDone { step, operator, with, values });
        }
    }

    fn lots(&self, step: &str) -> Vec<Lot> {
        // A lot lasts for a while: units of neighbouring numbers share one.
        let of = |kind: &str, letter: char| Lot {
            kind: owned(kind),
            number: format!("{letter}-2026-{:03}", self.life.number / 40 + 1),
        };
        match step {
            "lots_checked" => vec![of("bag_set", 'B')],
            "agent_added" => vec![of("sedimentation_agent", 'H')],
            "cryoprotectant_mixed" => vec![of("cryoprotectant", 'D')],
            _ => Vec::new(),
        }
    }

    fn values(&self, step: &str) -> Vec<Value> {
        let life = self.life;
        let before = rounded(life.nucleated() / 0.86, -7);
        match step {
            "weighed" => vec![number("weight", life.weight(), "g", Phase::Pre)],
            "counted_before" => vec![
                number("tnc", before, "1", Phase::Pre),
                number("hct", life.between(4, 31.0, 44.0, 1), "%", Phase::Pre),
            ],
            "viability_before" => vec![number("viability", life.between(5, 95.0, 99.4, 1), "%", Phase::Pre)],
            "recovery_estimated" => vec![number("recovery", life.between(6, 79.0, 94.0, 1), "%", Phase::Post)],
            "volume_set" => vec![number("volume", life.between(7, 24.0, 31.0, 1), "ml", Phase::Post)],
            "counted_after" => vec![number("tnc", life.nucleated(), "1", Phase::Post)],
            _ => Vec::new(),
        }
    }

    fn banked(&mut self) {
        for item in self.list(CatalogueKind::Test, |_| true) {
            self.tell(15, Payload::TestStarted { test: item.code });
        }
        let tests = self.list(CatalogueKind::Test, |_| true);
        for item in tests {
            // Cultures take a week, typing longer.
            let minutes = match item.code.as_str() {
                "bacteria" | "fungi" => 60 * 24 * 4,
                "hla" => 60 * 24 * 2,
                _ => 60 * 6,
            };
            let values = self.results(&item.code);
            let (operator, reviewer) = (owned("LAB-03"), owned("LAB-04"));
            self.tell(minutes, Payload::TestFinal { test: item.code, operator, reviewer, lots: Vec::new(), values });
        }
        let ((quarantine, long), operator, with) = (self.life.slots.clone(), owned("LAB-01"), owned("LAB-02"));
        self.tell(60, Payload::TakenOut { slot: quarantine, operator: operator.clone(), with: with.clone() });
        self.tell(3, Payload::PutAway { slot: long, operator, with });
        self.tell(60, Payload::RecordSigned { operator: owned("QA-01") });
        self.steps(|section| section == "H");
        self.tell(30, Payload::Banked { operator: owned("QA-01"), with: owned("QA-02") });
    }

    fn results(&self, test: &str) -> Vec<Value> {
        let life = self.life;
        let text = |analyte: &str, text: &str| value(analyte, What::Text(owned(text)), "", None);
        let negative = |of: Person| Value { of, ..value(test, What::Marker(Marker::Negative), "", None) };
        match test {
            "cbc" => vec![
                number("hct", life.between(8, 31.0, 44.0, 1), "%", Phase::Pre),
                number("wbc", life.between(9, 8.1, 16.4, 1), "10^9/L", Phase::Pre),
            ],
            "tnc" => vec![number("tnc", life.nucleated(), "1", Phase::Post)],
            "viability" => vec![number("viability", life.between(10, 88.0, 98.6, 1), "%", Phase::Post)],
            "cd34" => vec![number("cd34", life.between(11, 1.6e6, 7.8e6, -4), "1", Phase::Post)],
            "cfu" => vec![number("cfu", life.between(12, 6.0e5, 2.4e6, -4), "1", Phase::Post)],
            "abo_rhd" => vec![text("abo_rhd", ["A+", "B+", "O+", "AB+"][life.number as usize % 4])],
            "hla" => vec![text("hla", "A*02:01,A*11:01;B*15:01,B*46:01;DRB1*09:01,DRB1*15:01")],
            "haemoglobin" => vec![text("haemoglobin", "FA")],
            "bacteria" | "fungi" => vec![negative(Person::Baby)],
            _ => vec![negative(Person::Baby), negative(Person::Mother)],
        }
    }
}

fn instrument(step: &str) -> Option<&'static str> {
    match step {
        "weighed" | "weighed_again" => Some("BAL-2"),
        "spun_slow" | "spun_fast" => Some("CF-3"),
        "counted_before" | "counted_after" => Some("XN-1"),
        "cooling_curve_recorded" => Some("CRF-1"),
        _ => None,
    }
}
