//! Ten thousand random steps: the journal's totals are the model's after each, for every envelope and for all together, and
//! what the model refuses for want of money the totals refuse too.

use super::{Model, No, Step, pick};
use crate::ids::EnvelopeId;
use crate::ledger::{Amount, Entry, Fen, PaymentEvent, PaymentState, Totals, Unpostable};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use uuid::Uuid;

const STEPS: usize = 10_000;
const ENVELOPES: usize = 3;

fn envelope(n: usize) -> EnvelopeId {
    EnvelopeId(Uuid::from_u128(n as u128 + 1))
}

fn amount(fen: i64) -> Amount {
    Amount::new(fen).expect("an amount")
}

/// What a step writes into the journal, from the state before it.
fn entries(model: &Model, step: &Step) -> Result<Vec<Entry>, Unpostable> {
    let of = |n: usize| envelope(model.awards[n].envelope);
    let fen = |n: usize, part: usize| amount(model.awards[n].parts[part].fen);
    let unpaid = |n: usize| {
        let open = model.awards[n].parts.iter().filter(|part| part.state != crate::ledger::TrancheState::Paid);
        amount(open.map(|part| part.fen).sum())
    };
    Ok(match *step {
        Step::Donate(n, fen) => vec![Entry::donation(envelope(n), amount(fen))?],
        Step::Allocate(from, to, fen) => vec![Entry::allocation(envelope(from), envelope(to), amount(fen))?],
        Step::Reserve(n, ref parts) => vec![Entry::reserved(envelope(n), amount(parts.iter().sum()))?],
        Step::Lapse(n) => vec![Entry::lapsed(of(n), unpaid(n))?],
        Step::Release(n) => vec![Entry::released(of(n), unpaid(n))?],
        Step::Prepare(..) | Step::SendBack(..) | Step::LetGo(..) | Step::Answered(_, _, PaymentEvent::Doubt) => vec![],
        Step::SendFile => {
            let mut all = Vec::new();
            for (n, award) in model.awards.iter().enumerate() {
                for part in award.parts.iter().filter(|part| part.payment == Some(PaymentState::Released)) {
                    all.push(Entry::payment_sent(of(n), amount(part.fen))?);
                }
            }
            all
        }
        Step::Answered(n, part, PaymentEvent::Settle | PaymentEvent::DecideSettled) => {
            vec![Entry::payment_settled(of(n), fen(n, part))?]
        }
        Step::Answered(n, part, _) => vec![Entry::payment_failed(of(n), fen(n, part))?],
        Step::Returned(n, part) => {
            vec![Entry::payment_returned(of(n), fen(n, part), model.awards[n].state.is_live())?]
        }
        Step::ClawBack(n, fen) => vec![Entry::clawback(of(n), amount(fen))?],
    })
}

struct Books {
    model: Model,
    each: BTreeMap<EnvelopeId, Totals>,
    all: Totals,
    refused: HashSet<String>,
}

impl Books {
    fn run(&mut self, numbers: [u32; 5]) -> Result<(), TestCaseError> {
        let step = pick(&self.model, numbers);
        let before = self.model.clone();
        match self.model.apply(&step) {
            Ok(()) => {
                for entry in entries(&before, &step).expect("entries") {
                    for (id, totals) in &mut self.each {
                        *totals = totals
                            .after(&entry, Some(*id))
                            .map_err(|no| TestCaseError::fail(format!("{no}: {step:?}")))?;
                    }
                    self.all =
                        self.all.after(&entry, None).map_err(|no| TestCaseError::fail(format!("{no}: {step:?}")))?;
                }
            }
            // Of an award the journal knows no more than its envelope: what an award lacks is the database's own rule.
            Err(No::Overdrawn) if !matches!(step, Step::ClawBack(..) | Step::Returned(..)) => {
                let made = entries(&before, &step).expect("entries");
                let stands = made.iter().all(|entry| self.each.iter().all(|(id, t)| t.after(entry, Some(*id)).is_ok()));
                prop_assert!(!stands, "the journal takes what the model refuses: {:?}", step);
                self.refused.insert(format!("{step:?}").chars().take_while(|c| c.is_alphabetic()).collect());
            }
            Err(_) => prop_assert_eq!(&self.model, &before, "a refused step changes nothing"),
        }
        self.compare()
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        for (n, sums) in &self.model.envelopes {
            let totals = self.each[&envelope(*n)];
            prop_assert_eq!(totals.received, Fen::new(sums.received));
            prop_assert_eq!(totals.paid, Fen::new(sums.paid));
            prop_assert_eq!(totals.in_transit, Fen::new(sums.in_transit));
            prop_assert_eq!(totals.committed, Fen::new(sums.committed));
            prop_assert_eq!(totals.available(), Ok(Fen::new(sums.available())));
        }
        let (all, total) = (self.all, self.model.total());
        prop_assert_eq!((all.received, all.paid), (Fen::new(total.received), Fen::new(total.paid)));
        prop_assert_eq!((all.in_transit, all.committed), (Fen::new(total.in_transit), Fen::new(total.committed)));
        // What is kept for awards is what their open tranches say.
        let open = self.model.awards.iter().flat_map(|award| &award.parts).filter(|part| {
            use crate::ledger::TrancheState as T;
            matches!(part.state, T::Planned | T::Prepared)
                || (part.state == T::InPayment && part.payment == Some(PaymentState::Released))
        });
        prop_assert_eq!(open.map(|part| part.fen).sum::<i64>(), total.committed);
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "a seed to be replayed comes from the environment")]
fn seed() -> [u8; 32] {
    let given = std::env::var("MODEL_SEED").ok();
    let byte = |text: &str, i: usize| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok();
    match given {
        Some(text) => std::array::from_fn(|i| byte(&text, i).expect("64 hexadecimal digits")),
        // Every such state is keyed anew by the standard library.
        None => std::array::from_fn(|_| RandomState::new().build_hasher().finish().to_le_bytes()[0]),
    }
}

#[test]
fn ten_thousand_steps_of_the_journal_agree_with_plain_sums() {
    let seed = seed();
    let told: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let config = Config { cases: 1, failure_persistence: None, max_shrink_iters: 50, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let outcome = runner.run(&proptest::collection::vec(any::<[u32; 5]>(), STEPS), |steps| {
        let model = Model::new(ENVELOPES);
        let each = (0..ENVELOPES).map(|n| (envelope(n), Totals::default())).collect();
        let mut books = Books { model, each, all: Totals::default(), refused: HashSet::new() };
        for numbers in steps {
            books.run(numbers)?;
        }
        let ended = books.model.awards.iter().map(|award| award.state.name()).collect::<HashSet<_>>();
        prop_assert!(ended.len() == 5, "every end was reached: {:?}", ended);
        prop_assert!(books.refused.contains("Reserve"), "envelopes ran empty");
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("MODEL_SEED={told}\n{why}"),
        Err(other) => panic!("MODEL_SEED={told}\n{other}"),
    }
}
