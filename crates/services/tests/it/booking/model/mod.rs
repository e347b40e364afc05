//! Random operations against an in-memory model of what the rules say: book, book while one waits, cancel, come with fewer,
//! move, join, leave, accept, decline, time passing, other capacities. After each the engine and the model agree on every
//! answer and on who holds what, so that nothing is oversold, nobody is refused falsely, the order is kept, and nobody who
//! fits and could come waits while places are free.
//!
//! A failing run names its seed: `MODEL_SEED=<seed> cargo nextest run random_operations` replays it, and proptest has made
//! it as short as it can.

mod rules;

use super::waiting::{join, look};
use super::{add_session, museum, officer, party, people_booked};
use domain::account::Actor;
use domain::booking::{Refusal, WaitingState};
use domain::ids::SessionId;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rules::{Kept, Model, Waits};
use services::booking::{self, BookingError, Handle, OnBehalf};
use testkit::TestHouse;

/// How many sequences of operations are tried.
const CASES: u32 = 12;

#[derive(Clone, Debug)]
enum Op {
    Book {
        session: usize,
        people: u32,
    },
    /// Somebody who waits books otherwise: both sessions are on one day, so that their waiting rests.
    BookBeside {
        n: usize,
        session: usize,
    },
    Cancel(usize),
    Smaller(usize),
    Move(usize),
    Join {
        session: usize,
        also: bool,
        people: u32,
    },
    Accept(usize),
    Decline(usize),
    Leave(usize),
    Capacity {
        session: usize,
        places: u32,
    },
    Minutes(i64),
    PassOn,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..2usize, 1..4u32).prop_map(|(session, people)| Op::Book { session, people }),
        4 => (any::<usize>(), 0..2usize).prop_map(|(n, session)| Op::BookBeside { n, session }),
        5 => any::<usize>().prop_map(Op::Cancel),
        2 => any::<usize>().prop_map(Op::Smaller),
        2 => any::<usize>().prop_map(Op::Move),
        6 => (0..2usize, any::<bool>(), 1..4u32).prop_map(|(session, also, people)| Op::Join { session, also, people }),
        4 => any::<usize>().prop_map(Op::Accept),
        2 => any::<usize>().prop_map(Op::Decline),
        2 => any::<usize>().prop_map(Op::Leave),
        2 => (0..2usize, 1..9u32).prop_map(|(session, places)| Op::Capacity { session, places }),
        3 => (1..400i64).prop_map(Op::Minutes),
        2 => Just(Op::PassOn),
    ]
}

struct World {
    house: TestHouse,
    model: Model,
    people: usize,
    asked: usize,
}

impl World {
    async fn new() -> Self {
        let house = TestHouse::new().await;
        museum(&house).await;
        let starts = ["2026-07-22T09:00:00+08:00", "2026-07-22T15:00:00+08:00"];
        let mut sessions = Vec::new();
        for start in starts {
            sessions.push(add_session(&house, start, 5).await);
        }
        let starts = starts.map(|start| start.parse().expect("an instant"));
        let (sessions, now) = ([sessions[0], sessions[1]], house.now());
        let model = Model {
            sessions,
            starts,
            places: [5, 5],
            versions: [1, 1],
            kept: Vec::new(),
            line: Vec::new(),
            joined: 0,
            now,
        };
        Self { house, model, people: 0, asked: 0 }
    }

    async fn run(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match *op {
            Op::Book { session, people } => {
                self.people += 1;
                self.book(session, people, self.people).await?;
            }
            Op::BookBeside { n, session } => {
                if let Some(i) = self.live(n) {
                    self.book(session, 1, self.model.line[i].person).await?;
                }
            }
            Op::Cancel(n) => self.cancel(n).await,
            Op::Smaller(n) => self.smaller(n).await,
            Op::Move(n) => self.move_to(n).await?,
            Op::Join { session, also, people } => self.join(session, also, people).await?,
            Op::Accept(n) => self.accept(n).await?,
            Op::Decline(n) => self.decline(n).await?,
            Op::Leave(n) => self.leave(n).await?,
            Op::Capacity { session, places } => self.capacity(session, places).await,
            Op::Minutes(minutes) => {
                self.house.services.clock.advance(SignedDuration::from_mins(minutes));
                self.model.now = self.house.now();
            }
            Op::PassOn => {
                booking::pass_on(&self.house.services).await.expect("passed on");
                self.model.pass_on();
                for s in [0, 1] {
                    let fits =
                        self.model.waiting(s).into_iter().any(|i| self.model.line[i].people <= self.model.free(s));
                    prop_assert!(
                        !fits || self.model.offers(s).is_none(),
                        "somebody who fits waits while places are free"
                    );
                }
            }
        }
        self.compare().await
    }

    async fn book(&mut self, s: usize, people: u32, person: usize) -> Result<(), TestCaseError> {
        self.asked += 1;
        let asked = OnBehalf {
            session: self.model.sessions[s],
            person: super::person(person),
            party: party(people, 0),
            key: format!("asked-{}", self.asked),
        };
        let answer = booking::book(&self.house.services, &super::machine(&self.house.services), asked).await;
        self.model.hand_on(s);
        let public = self.model.public(s);
        if self.model.now >= self.model.starts[s] {
            prop_assert!(matches!(answer, Err(BookingError::Refused(Refusal::TooLate))), "{answer:?}");
        } else if self.model.kept.iter().any(|kept| kept.person == person) {
            prop_assert!(matches!(answer, Err(BookingError::Refused(Refusal::DailyLimit { .. }))), "{answer:?}");
        } else if public >= people {
            prop_assert!(answer.is_ok(), "a false refusal: {public} are free, {people} wanted: {answer:?}");
            let id = answer.expect("booked").booking;
            self.model.kept.push(Kept { id, session: s, people, person });
        } else {
            prop_assert!(
                matches!(answer, Err(BookingError::Refused(Refusal::Full { free })) if free == public),
                "{answer:?}, {public} are free"
            );
        }
        Ok(())
    }

    async fn cancel(&mut self, n: usize) {
        if self.model.kept.is_empty() {
            return;
        }
        let kept = self.model.kept.remove(n % self.model.kept.len());
        let by = officer(&self.house);
        booking::cancel(&self.house.services, &by, Handle::Id(kept.id), None).await.expect("cancelled");
        self.model.promote(kept.session);
    }

    async fn smaller(&mut self, n: usize) {
        let count = self.model.kept.len().max(1);
        let Some(kept) = self.model.kept.get_mut(n % count).filter(|kept| kept.people > 1) else { return };
        kept.people -= 1;
        let (id, people, session) = (kept.id, kept.people, kept.session);
        let by = officer(&self.house);
        booking::change_party(&self.house.services, &by, Handle::Id(id), None, party(people, 0))
            .await
            .expect("smaller");
        self.model.promote(session);
    }

    async fn move_to(&mut self, n: usize) -> Result<(), TestCaseError> {
        if self.model.kept.is_empty() {
            return Ok(());
        }
        let i = n % self.model.kept.len();
        let (id, from, people) = (self.model.kept[i].id, self.model.kept[i].session, self.model.kept[i].people);
        let to = 1 - from;
        let by = officer(&self.house);
        let answer = booking::move_to(&self.house.services, &by, Handle::Id(id), None, self.model.sessions[to]).await;
        let over = self.model.now >= self.model.starts[to] + SignedDuration::from_mins(90);
        let before = self.model.line.clone();
        self.model.hand_on(to);
        if !over && self.model.public(to) >= people {
            prop_assert!(answer.is_ok(), "a false refusal of a move: {answer:?}");
            self.model.kept[i].session = to;
            self.model.promote(from);
        } else {
            prop_assert!(matches!(answer, Err(BookingError::Refused(_))), "{answer:?}");
            // Nothing of what was refused stands.
            self.model.line = before;
        }
        Ok(())
    }

    async fn join(&mut self, s: usize, also: bool, people: u32) -> Result<(), TestCaseError> {
        self.people += 1;
        let other = [self.model.sessions[1 - s]];
        let also: &[SessionId] = if also { &other } else { &[] };
        let own = self.model.sessions[s];
        let person = 10_000 + self.people;
        let answer = join(&self.house, &self.house.services, own, also, person, people).await;
        let can = |model: &Model, s: usize| {
            model.now < model.starts[s] && people <= model.places[s] && model.offers(s).is_some()
        };
        if !can(&self.model, s) {
            prop_assert!(matches!(answer, Err(BookingError::Refused(_))), "{answer:?}");
            return Ok(());
        }
        let beside = !also.is_empty() && can(&self.model, 1 - s);
        if self.model.public(s) >= people || (beside && self.model.public(1 - s) >= people) {
            prop_assert!(matches!(answer, Err(BookingError::Refused(Refusal::PlacesFree))), "{answer:?}");
            return Ok(());
        }
        prop_assert!(answer.is_ok(), "{answer:?}");
        self.model.joined += 1;
        let mut places = [None, None];
        places[s] = Some(self.model.joined);
        if beside {
            places[1 - s] = Some(self.model.joined);
        }
        let party = answer.expect("joined");
        self.model.line.push(Waits { party, person, people, state: WaitingState::Waiting, places, offer: None });
        self.model.promote(s);
        if places[1 - s].is_some() {
            self.model.promote(1 - s);
        }
        Ok(())
    }

    /// The n-th party that still waits or has an offer, as the database has noted it.
    fn live(&self, n: usize) -> Option<usize> {
        let live: Vec<usize> = (0..self.model.line.len()).filter(|i| self.model.line[*i].state.is_live()).collect();
        (!live.is_empty()).then(|| live[n % live.len()])
    }

    async fn accept(&mut self, n: usize) -> Result<(), TestCaseError> {
        let Some(i) = self.live(n) else { return Ok(()) };
        let (link, offer, people) =
            (self.model.line[i].party.link.clone(), self.model.line[i].offer, self.model.line[i].people);
        let s = offer.map_or(0, |(s, _)| s);
        let anybody = self.house.context(Actor::Anonymous);
        let answer = booking::accept(&self.house.services, &anybody, &link, self.model.sessions[s]).await;
        if offer.is_some() {
            self.model.hand_on(s);
        }
        let good = self.model.line[i].offer.is_some_and(|(at, until)| at == s && until > self.model.now);
        if !good {
            prop_assert!(matches!(answer, Err(BookingError::Refused(Refusal::OfferEnded))), "{answer:?}");
        } else if self.model.used(s) > self.model.places[s] {
            // The house lowered the capacity below what it had offered.
            prop_assert!(matches!(answer, Err(BookingError::Refused(Refusal::Full { .. }))), "{answer:?}");
        } else {
            prop_assert!(answer.is_ok(), "an offer that is good is kept: {answer:?}");
            let entry = &mut self.model.line[i];
            (entry.state, entry.offer, entry.places) = (WaitingState::Booked, None, [None, None]);
            let person = entry.person;
            self.model.kept.push(Kept { id: answer.expect("booked"), session: s, people, person });
        }
        Ok(())
    }

    /// The sessions a party waits for, in the order in which they are looked at.
    fn wishes(&self, i: usize) -> Vec<usize> {
        let mut wishes: Vec<usize> = [0, 1].into_iter().filter(|s| self.model.line[i].places[*s].is_some()).collect();
        wishes.sort_by_key(|s| self.model.sessions[*s]);
        wishes
    }

    async fn decline(&mut self, n: usize) -> Result<(), TestCaseError> {
        let Some(i) = self.live(n) else { return Ok(()) };
        let (link, offer, wishes) = (self.model.line[i].party.link.clone(), self.model.line[i].offer, self.wishes(i));
        let s = offer.map_or(0, |(s, _)| s);
        let anybody = self.house.context(Actor::Anonymous);
        let answer = booking::decline(&self.house.services, &anybody, &link, self.model.sessions[s]).await;
        if offer.is_none() {
            prop_assert!(matches!(answer, Err(BookingError::Refused(Refusal::OfferEnded))), "{answer:?}");
            return Ok(());
        }
        prop_assert!(answer.is_ok(), "{answer:?}");
        self.model.step_back(i, s, WaitingState::Declined);
        wishes.into_iter().for_each(|s| self.model.promote(s));
        Ok(())
    }

    async fn leave(&mut self, n: usize) -> Result<(), TestCaseError> {
        let Some(i) = self.live(n) else { return Ok(()) };
        let (link, wishes) = (self.model.line[i].party.link.clone(), self.wishes(i));
        let anybody = self.house.context(Actor::Anonymous);
        let answer = booking::leave_waiting(&self.house.services, &anybody, &link).await;
        prop_assert!(answer.is_ok(), "{answer:?}");
        let entry = &mut self.model.line[i];
        (entry.state, entry.offer, entry.places) = (WaitingState::Left, None, [None, None]);
        wishes.into_iter().for_each(|s| self.model.promote(s));
        Ok(())
    }

    async fn capacity(&mut self, s: usize, places: u32) {
        let by = officer(&self.house);
        let (id, version) = (self.model.sessions[s], self.model.versions[s]);
        booking::change_places(&self.house.services, &by, id, version, places, true).await.expect("changed");
        self.model.places[s] = places;
        self.model.versions[s] += 1;
        self.model.promote(s);
    }

    /// The engine's books are the model's.
    async fn compare(&self) -> Result<(), TestCaseError> {
        let model = &self.model;
        for s in [0, 1] {
            let booked: u32 = model.kept.iter().filter(|k| k.session == s).map(|k| k.people).sum();
            prop_assert_eq!(people_booked(&self.house, model.sessions[s]).await, i64::from(booked));
            let seen = booking::session_now(&self.house.services, &officer(&self.house), model.sessions[s]).await;
            let facts = seen.expect("it is there").facts;
            prop_assert_eq!(facts.free(), model.public(s), "free for the public in session {}", s);
            prop_assert_eq!(facts.booked + facts.held, model.used(s), "taken in session {}", s);
        }
        for (i, entry) in model.line.iter().enumerate() {
            let view = look(&self.house, &entry.party).await;
            prop_assert_eq!(view.state, model.shown(i), "party {} of {}", i, entry.people);
            let offer = entry.offer.filter(|(_, until)| *until > model.now);
            let offer = offer.map(|(s, until)| (model.sessions[s], until));
            prop_assert_eq!(view.offer.map(|offer| (offer.session, offer.until)), offer, "party {}", i);
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "a seed to be replayed comes from the environment")]
fn seed() -> [u8; 32] {
    let given = std::env::var("MODEL_SEED").ok();
    let byte = |text: &str, i: usize| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok();
    match given {
        Some(text) => std::array::from_fn(|i| byte(&text, i).expect("64 hexadecimal digits")),
        None => services::crypto::random(),
    }
}

#[test]
fn random_operations_agree_with_the_model() {
    let seed = seed();
    let told: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let outcome = runner.run(&proptest::collection::vec(op(), 1..60), |ops| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for op in &ops {
                world.run(op).await?;
            }
            Ok(())
        })
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, ops)) => panic!("MODEL_SEED={told}\n{why}\n{ops:#?}"),
        Err(other) => panic!("MODEL_SEED={told}\n{other}"),
    }
}
