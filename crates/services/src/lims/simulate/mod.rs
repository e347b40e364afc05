//! A believable stream of the laboratory's system, from a seed: units that are collected, brought, prepared, tested and kept, with
//! what goes wrong on the way (rejections, repeats) and what goes wrong in between (late and reordered messages, duplicates, clocks
//! that are ahead, steps that are missing, records under another unit's name). No I/O and no clock: tests, the subcommand and the
//! benches make the same stream of the same seed.

mod chance;
mod life;

pub use chance::Chance;

use domain::custody::{Din, Kind, Payload};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// What the units' world is like: the codes there are.
#[derive(Clone, PartialEq, Debug)]
pub struct World {
    /// The facility of the numbers, five characters.
    pub facility: String,
    /// The year of the numbers.
    pub year: u8,
    /// The first free sequence of the year.
    pub sequence: u32,
    /// People of the laboratory: at least four.
    pub operators: Vec<String>,
    /// Those of them who confirm what quality confirms; where there is nobody, the house does not keep what only they second.
    pub quality: Vec<String>,
    /// Hospitals with somebody who collects, and the number of their certificate.
    pub collectors: Vec<(String, String)>,
    /// Preparation steps, in their order.
    pub steps: Vec<Step>,
    /// Tests.
    pub tests: Vec<String>,
    /// Where units lie until they are qualified.
    pub quarantine: Tank,
    /// Where they stay.
    pub long_term: Tank,
}

/// A preparation step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// `A` to `H`.
    pub section: String,
    /// Two people are named.
    pub by_two: bool,
}

/// A tank, or several of one kind behind each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tank {
    /// Its code.
    pub code: String,
    /// Towers.
    pub towers: u16,
    /// Frames of each tower.
    pub frames: u16,
    /// Slots of each frame.
    pub slots: u16,
    /// Slots before this one are not used.
    pub from: u32,
}

/// How often things go wrong, of a thousand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Units that are not taken in.
    pub rejected: u32,
    /// Tests that are done once more.
    pub repeated: u32,
    /// Messages that come hours late.
    pub late: u32,
    /// Messages that come minutes early or late.
    pub reordered: u32,
    /// Messages that are sent again.
    pub duplicated: u32,
    /// Units with an instrument whose clock is three hours ahead.
    pub skewed: u32,
    /// Units of which a step is never told.
    pub missing: u32,
    /// Units of which a record stands under another's number.
    pub swapped: u32,
    /// Messages that cannot be read.
    pub broken: u32,
}

impl Rates {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        rejected: 0,
        repeated: 0,
        late: 0,
        reordered: 0,
        duplicated: 0,
        skewed: 0,
        missing: 0,
        swapped: 0,
        broken: 0,
    };
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            rejected: 60,
            repeated: 25,
            late: 20,
            reordered: 60,
            duplicated: 20,
            skewed: 10,
            missing: 10,
            swapped: 4,
            broken: 1,
        }
    }
}

/// A stream to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Two streams of one seed are the same.
    pub seed: u64,
    /// When the first child is born.
    pub from: Timestamp,
    /// Units.
    pub units: u32,
    /// Within this time they are born: a day, mostly.
    pub within: SignedDuration,
    /// How often things go wrong.
    pub rates: Rates,
}

/// A message.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// When it leaves.
    pub due: Timestamp,
    /// Its key.
    pub key: String,
    /// Its place in the order of the source.
    pub source_seq: i64,
    /// Of which unit it says so.
    pub unit: Din,
    /// When it happened, by the clock of the source.
    pub occurred_at: Timestamp,
    /// What happened.
    pub payload: Payload,
    /// It is sent as something that cannot be read.
    pub broken: bool,
}

impl Message {
    /// As it is sent: one line of JSON.
    pub fn json(&self) -> String {
        let mut payload = json!(self.payload);
        if self.broken {
            payload["kind"] = json!("not_a_kind");
        }
        let unit = json!({ "din": self.unit });
        json!({
            "key": self.key, "source_seq": self.source_seq, "unit": unit, "occurred_at": self.occurred_at, "payload": payload,
        })
        .to_string()
    }
}

/// What the stream really is about, for whoever checks what became of it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Truth {
    /// Units.
    pub units: Vec<Din>,
    /// Those that are kept for good once everything came.
    pub banked: Vec<Din>,
    /// Those that were not taken in.
    pub rejected: Vec<Din>,
    /// Those of which a step is never told, and which one (its code).
    pub missing: Vec<(Din, String)>,
    /// Those of which a record stands under another's number.
    pub swapped: Vec<Din>,
    /// Messages that are sent a second time.
    pub duplicates: usize,
    /// Messages that cannot be read.
    pub broken: usize,
}

/// A stream: messages in the order they leave.
#[derive(Clone, PartialEq, Debug)]
pub struct Stream {
    /// The messages.
    pub messages: Vec<Message>,
    /// What they are about.
    pub truth: Truth,
}

/// Makes a stream.
///
/// # Panics
/// Where the world lacks people, lists or slots: at least four operators, one collector, one step, one test.
pub fn simulate(world: &World, plan: &Plan) -> Stream {
    assert!(world.operators.len() >= 4, "the laboratory has at least four people");
    let mut chance = Chance::of(plan.seed);
    let mut truth = Truth::default();
    let mut all: Vec<life::Happened> = Vec::new();
    let apart = plan.within.as_secs().max(1) / i64::from(plan.units.max(1));
    for unit in 0..plan.units {
        let born = plan.from + SignedDuration::from_secs(apart * i64::from(unit));
        all.extend(life::of(world, plan, unit, born, &mut chance, &mut truth));
    }
    // The source counts what happens as it happens; what its messages do afterwards is another matter.
    all.sort_by_key(|happened| (happened.at, happened.unit.clone()));
    let mut messages = Vec::with_capacity(all.len() + all.len() / 40);
    for (number, happened) in all.into_iter().enumerate() {
        let message = sent(plan, number, happened, &mut chance, &mut truth);
        if chance.permille(plan.rates.duplicated) {
            let mut again = message.clone();
            again.due += SignedDuration::from_mins(1 + chance.below(300) as i64);
            truth.duplicates += 1;
            messages.push(again);
        }
        messages.push(message);
    }
    messages.sort_by_key(|message| message.due);
    Stream { messages, truth }
}

fn sent(plan: &Plan, number: usize, happened: life::Happened, chance: &mut Chance, truth: &mut Truth) -> Message {
    let life::Happened { at, unit, payload, ahead } = happened;
    let mut due = at + SignedDuration::from_secs(chance.below(30) as i64);
    if chance.permille(plan.rates.late) {
        due += SignedDuration::from_mins(60 + chance.below(11 * 60) as i64);
    }
    if chance.permille(plan.rates.reordered) {
        due += SignedDuration::from_secs(chance.below(1200) as i64 - 600);
    }
    // A unit's first word can always be read: without it nothing of the unit could be kept.
    let broken = payload.kind() == Kind::TestStarted && chance.permille(plan.rates.broken * 10);
    truth.broken += usize::from(broken);
    let key = format!("{:x}-{number}", plan.seed);
    let source_seq = plan.from.as_second() + number as i64;
    Message { due, key, source_seq, unit, occurred_at: at + ahead, payload, broken }
}

/// Records as one batch: the body of a request.
pub fn batch<'a>(records: impl IntoIterator<Item = &'a str>, sent_at: Timestamp) -> String {
    let mut body = format!("{{\"sent_at\":\"{sent_at}\",\"events\":[");
    for (index, record) in records.into_iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(record);
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custody::{Word, says};
    use std::collections::BTreeSet;

    fn world() -> World {
        let tank = |code: &str| Tank { code: code.to_owned(), towers: 10, frames: 10, slots: 10, from: 0 };
        let step = |n: usize| Step {
            code: format!("step_{n}"),
            section: if n < 10 { "A" } else { "B" }.to_owned(),
            by_two: n == 20,
        };
        World {
            facility: "T0001".to_owned(),
            year: 26,
            sequence: 1,
            operators: ["OP-1", "OP-2", "OP-3", "OP-4"].map(str::to_owned).to_vec(),
            quality: vec!["OP-4".to_owned()],
            collectors: vec![("H1".to_owned(), "C-1".to_owned())],
            steps: (0..56).map(step).collect(),
            tests: (0..15).map(|n| format!("test_{n}")).collect(),
            quarantine: tank("Q-1"),
            long_term: tank("L-1"),
        }
    }

    fn plan(seed: u64) -> Plan {
        let from = "2026-07-01T00:00:00Z".parse().expect("an instant");
        Plan { seed, from, units: 60, within: SignedDuration::from_hours(24), rates: Rates::default() }
    }

    #[test]
    fn a_seed_gives_one_stream_and_another_seed_another() {
        assert_eq!(simulate(&world(), &plan(7)), simulate(&world(), &plan(7)));
        assert_ne!(simulate(&world(), &plan(7)).messages, simulate(&world(), &plan(8)).messages);
    }

    #[test]
    fn keys_are_a_records_own_and_duplicates_say_the_same() {
        let stream = simulate(&world(), &plan(3));
        let texts: BTreeSet<String> = stream.messages.iter().map(Message::json).collect();
        let keys: BTreeSet<&str> = stream.messages.iter().map(|message| message.key.as_str()).collect();
        assert!(stream.truth.duplicates > 0);
        assert_eq!(texts.len(), keys.len());
        assert_eq!(stream.messages.len(), keys.len() + stream.truth.duplicates);
    }

    #[test]
    fn a_stream_says_nothing_that_people_of_quality_say_at_the_desk() {
        for seed in 1..=5 {
            for message in simulate(&world(), &plan(seed)).messages {
                let kind = message.payload.kind();
                // Of a release a stream tells nothing at all: which section a step is of no code says.
                let word = says(kind, None).by_machine();
                assert!(word != Word::Nobodys && kind != Kind::ReleaseStepDone, "{message:?}");
                if let Payload::Banked { operator, with } = &message.payload {
                    assert!(world().quality.contains(with) && operator != with, "{message:?}");
                } else {
                    assert_eq!(word, Word::Taken, "{message:?}");
                }
            }
        }
    }

    #[test]
    fn where_nothing_goes_wrong_every_unit_is_kept_and_nothing_is_late() {
        let stream = simulate(&world(), &Plan { rates: Rates::NONE, ..plan(1) });
        assert_eq!(stream.truth.banked.len(), 60);
        assert!(stream.messages.iter().all(|message| message.due >= message.occurred_at));
        assert_eq!(stream.truth.duplicates + stream.truth.broken, 0);
    }
}
