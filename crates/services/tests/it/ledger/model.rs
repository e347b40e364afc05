//! Random steps on a real Postgres against plain sums (`domain::ledger::model`): after each, answers, envelopes, the fund and
//! every award are the model's.
//!
//! 300 steps where nobody says otherwise. A failing run names its seed, and the same seed takes the same steps:
//! `MODEL_SEED=<seed> cargo nextest run -p services --test it -E 'test(plain_sums)'` replays it. Ten thousand steps:
//! `MODEL_STEPS=10000 cargo nextest run -p services --test it -E 'test(plain_sums)' --no-capture`.

use super::{Purse, chair, either, envelope, given, grant, id, in_yuan, of, payee, preparer, purse, releaser};
use domain::account::Role;
use domain::ids::{AwardId, PaymentFileId, PaymentId, TrancheId};
use domain::ledger::model::{Model, No, Numbers, Step, pick};
use domain::ledger::{Evidence, PaymentEvent};
use services::ledger::{self, Decision, LedgerError};
use testkit::TestHouse;

/// Steps where nobody says otherwise.
const STEPS: usize = 300;
const ENVELOPES: usize = 2;

/// An award as it has been made.
struct Made {
    award: AwardId,
    parts: Vec<TrancheId>,
    payments: Vec<Option<PaymentId>>,
}

struct World {
    house: TestHouse,
    model: Model,
    purses: Vec<Purse>,
    made: Vec<Made>,
    rows: usize,
}

impl World {
    async fn new() -> Self {
        let house = TestHouse::new().await;
        let first = purse(&house, "MODEL").await;
        let mut purses = vec![first];
        for _ in 1..ENVELOPES {
            let other = Purse { envelope: id(&house), ..first };
            envelope(&house, other.fund, other.envelope).await;
            purses.push(other);
        }
        Self { house, model: Model::new(ENVELOPES), purses, made: Vec::new(), rows: 0 }
    }

    async fn step(&mut self, numbers: [u32; 5]) {
        let step = pick(&self.model, numbers);
        let expected = self.model.apply(&step);
        if expected == Err(No::Nothing) && !matches!(step, Step::SendFile | Step::Allocate(..)) {
            return; // There is no such thing to ask for.
        }
        let answer = self.run(&step).await;
        match (expected, &answer) {
            (Ok(()), Ok(())) => {}
            (Err(No::Overdrawn), Err(LedgerError::Overdrawn(_))) => {}
            // More than was paid is not taken from the bank's word: a person looks at it.
            (Err(No::Overdrawn), Err(LedgerError::State("left"))) => {}
            (Err(No::State), Err(LedgerError::State(_))) => {}
            (Err(No::Nothing), Err(LedgerError::NothingToSend | LedgerError::Unpostable(_))) => {}
            (expected, _) => panic!("{step:?}: the model says {expected:?}, the books {answer:?}"),
        }
        self.compare(&step).await;
    }

    async fn run(&mut self, step: &Step) -> Result<(), LedgerError> {
        let services = self.house.services.clone();
        let amount = |fen: i64| domain::ledger::Amount::new(fen).expect("an amount");
        match *step {
            Step::Donate(n, fen) => {
                let given = given(&self.house, self.purses[n].envelope, amount(fen));
                ledger::donate(&services, &preparer(&self.house), &given).await
            }
            Step::Allocate(from, to, fen) => {
                let given = given(&self.house, self.purses[to].envelope, amount(fen));
                ledger::allocate(&services, &preparer(&self.house), self.purses[from].envelope, &given).await
            }
            Step::Reserve(n, ref parts) => self.reserve(n, parts).await,
            Step::Lapse(n) => {
                // The clock would end all that are due; the model ends one.
                let sql = "update ledger_award set lapses_at = approved_at + interval '1 microsecond' where id = $1";
                let (owner, award) = (self.house.db.owner_pool(), self.made[n].award.0);
                let now = sqlx::query(sql).bind(award).execute(&owner);
                now.await.expect("its time is over");
                self.house.services.clock.advance(jiff::SignedDuration::from_secs(1));
                let lapsed = ledger::lapse_due(&services).await?;
                let sql = "update ledger_award set lapses_at = approved_at + interval '120 days' where id = $1";
                let later = sqlx::query(sql).bind(award).execute(&owner);
                later.await.expect("and is not");
                if lapsed == 1 { Ok(()) } else { Err(LedgerError::State("not due")) }
            }
            Step::Release(n) => ledger::release(&services, &chair(&self.house), self.made[n].award, "不再需要").await,
            Step::Prepare(n, part) => {
                let (by, tranche) = (preparer(&self.house), self.made[n].parts[part]);
                ledger::note_evidence(&services, &by, tranche, &[Evidence::Agreement, Evidence::Invoice]).await?;
                ledger::prepare(&services, &by, tranche).await
            }
            Step::SendBack(n, part) => {
                ledger::send_back(&services, &releaser(&self.house), self.made[n].parts[part], "问一下").await
            }
            Step::LetGo(n, part) => {
                let payment = id(&self.house);
                let tranche = self.made[n].parts[part];
                either(&self.house, async |by| ledger::let_go(&services, &by, tranche, payment).await).await?;
                self.made[n].payments[part] = Some(payment);
                Ok(())
            }
            Step::SendFile => {
                let file: PaymentFileId = id(&self.house);
                ledger::send_file(&services, &releaser(&self.house), file).await.map(drop)
            }
            Step::Answered(n, part, event) => self.answered(n, part, event).await,
            Step::Returned(n, part) => self.told(n, part, "退汇").await,
            Step::ClawBack(n, fen) => {
                self.rows += 1;
                let key = format!("B{}", self.rows);
                let by = preparer(&self.house);
                ledger::claw_back(&services, &by, self.made[n].award, (&key, amount(fen)), "追回").await
            }
        }
    }

    async fn reserve(&mut self, n: usize, parts: &[i64]) -> Result<(), LedgerError> {
        let parts: Vec<_> = parts.iter().map(|fen| domain::ledger::Amount::new(*fen).expect("an amount")).collect();
        let grant = grant(&self.house, self.purses[n].envelope, &parts);
        crate::ledger::reserve(&self.house.services, &chair(&self.house), &grant).await?;
        payee(&self.house, grant.award, "6222021602001234567").await;
        let tranches = super::tranches(&self.house, grant.award).await;
        self.made.push(Made { award: grant.award, payments: vec![None; tranches.len()], parts: tranches });
        Ok(())
    }

    async fn answered(&mut self, n: usize, part: usize, event: PaymentEvent) -> Result<(), LedgerError> {
        let decision = match event {
            PaymentEvent::Settle => return self.told(n, part, "成功").await,
            PaymentEvent::Fail => return self.told(n, part, "失败").await,
            PaymentEvent::Doubt => return self.told(n, part, "未知").await,
            PaymentEvent::DecideSettled => Decision::Arrived,
            _ => Decision::Failed,
        };
        let payment = self.made[n].payments[part].ok_or(LedgerError::State("none"))?;
        let services = &self.house.services;
        either(&self.house, async |by| ledger::decide(services, &by, payment, decision, "问过银行").await).await
    }

    /// A row of the bank. What it leaves for a person, the model refuses.
    async fn told(&mut self, n: usize, part: usize, answer: &str) -> Result<(), LedgerError> {
        let payment = self.made[n].payments[part].ok_or(LedgerError::State("none"))?;
        let fen = self.model.awards[n].parts[part].fen;
        self.rows += 1;
        let (heading, fen) = (domain::ledger::COLUMNS.join(","), domain::ledger::Fen::new(fen));
        let reference = format!("R{}", self.rows);
        let row = format!("{heading}\n2026-07-20,{reference},{answer},{fen},{payment}\n");
        let by = preparer(&self.house);
        let read = ledger::import(&self.house.services, &by, id(&self.house), row.as_bytes()).await?;
        match read.rows[0].1 {
            ledger::Outcome::Matched => Ok(()),
            ledger::Outcome::Known => Err(LedgerError::State("left")),
            ledger::Outcome::Impossible => {
                // Looked at, and closed: or it would be read again when its payment is decided.
                let other = of(&self.house, 31, Role::FinancePreparer);
                ledger::resolve(&self.house.services, &other, &reference, "与银行核对过").await?;
                Err(LedgerError::State("left"))
            }
            other => panic!("{other:?}"),
        }
    }

    async fn compare(&self, step: &Step) {
        let auditor = of(&self.house, 15, Role::Auditor);
        let services = &self.house.services;
        for (n, sums) in &self.model.envelopes {
            let has = ledger::balance_of_envelope(services, &auditor, self.purses[*n].envelope).await.expect("read");
            let has =
                (has.received.get(), has.paid.get(), has.in_transit.get(), has.committed.get(), has.available.get());
            let says = (sums.received, sums.paid, sums.in_transit, sums.committed, sums.available());
            assert_eq!(has, says, "envelope {n} after {step:?}");
        }
        let all = ledger::balance_of_fund(services, &auditor, self.purses[0].fund).await.expect("read");
        let total = self.model.total();
        assert_eq!((all.received.get(), all.available.get()), (total.received, total.available()), "after {step:?}");
        assert_eq!(
            all.bank.get(),
            total.received - total.paid + total.in_transit,
            "after {step:?}: {:?}",
            in_yuan(all)
        );
        // Of awards those that the step can have touched: the latest.
        for n in self.made.len().saturating_sub(10)..self.made.len() {
            let (award, id) = (&self.model.awards[n], self.made[n].award);
            assert_eq!(super::state_of(&self.house, id).await, award.state.name(), "award {n} after {step:?}");
            let rows = store::ledger::awards::tranches(&services.db, id.0).await.expect("read");
            let states: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
            assert_eq!(states, award.parts.iter().map(|part| part.state.name()).collect::<Vec<_>>(), "after {step:?}");
            let (_, paid) = store::ledger::awards::balance(&services.db, id.0).await.expect("read").expect("there");
            assert_eq!(paid, award.paid, "award {n} after {step:?}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a seed to be replayed, and how long, come from the environment")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[tokio::test]
async fn random_steps_of_the_books_agree_with_plain_sums() {
    let seed = asked("MODEL_SEED").unwrap_or_else(|| u64::from_le_bytes(services::crypto::random()));
    let steps = asked("MODEL_STEPS").map_or(STEPS, |steps| steps as usize);
    println!("MODEL_SEED={seed} MODEL_STEPS={steps}");
    let (mut numbers, mut world) = (Numbers(seed), World::new().await);
    for _ in 0..steps {
        world.step(numbers.five()).await;
    }
    super::books_are_sound(&world.house).await;
    assert!(world.made.len() > steps / 20, "awards were made: {}", world.made.len());
}

#[test]
fn a_seed_replays_the_same_steps() {
    let steps = |seed| {
        let (mut numbers, mut model) = (Numbers(seed), Model::new(ENVELOPES));
        let step = |_| {
            let step = pick(&model, numbers.five());
            let done = model.apply(&step);
            format!("{step:?}: {done:?}")
        };
        (0..500).map(step).collect::<Vec<_>>()
    };
    assert_eq!(steps(7), steps(7));
    assert_ne!(steps(7), steps(8));
}
