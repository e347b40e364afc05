//! Random events in random batches: what a unit's row says is what follows from its events, read one by one by another reading of
//! the rules than the one that wrote it.

use super::*;
use domain::custody::{Catalogue, DeviationKind, Standing};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;

/// What follows from a unit's events.
#[derive(PartialEq, Debug)]
struct Model {
    standing: Standing,
    steps: BTreeSet<String>,
    tests: BTreeSet<String>,
    release: BTreeSet<String>,
    open: usize,
    place: Option<Slot>,
}

fn replayed(view: &UnitView) -> Model {
    let none = BTreeSet::new;
    let mut model =
        Model { standing: Standing::EXPECTED, steps: none(), tests: none(), release: none(), open: 0, place: None };
    for event in &view.events {
        let payload = event.payload.clone().expect("staff reads it");
        let mut stays = event.kind == Kind::Registered;
        match payload {
            Payload::StepDone { step, .. } => {
                let section = view.steps.catalogue.item(&step).expect("a step").section.clone();
                stays = matches!(section.as_str(), "A" | "H");
                model.steps.insert(step);
            }
            Payload::TestFinal { test, .. } => {
                model.tests.insert(test);
            }
            // All of it is told of one instant: what came last counts.
            Payload::TestRepeated { test, .. } => {
                model.tests.remove(&test);
            }
            Payload::ReleaseStepDone { step, .. } => {
                model.release.insert(step);
            }
            Payload::ReservationEnded { .. } => model.release.clear(),
            Payload::DeviationOpened { .. } => model.open += 1,
            Payload::DeviationClosed { .. } => model.open -= 1,
            Payload::PutAway { slot, .. } => model.place = Some(slot),
            Payload::TakenOut { .. } => model.place = None,
            _ => {}
        }
        if !stays {
            model.standing =
                model.standing.after(event.kind.known().expect("of this release")).expect("the table says so");
        }
    }
    model
}

fn stored(view: &UnitView) -> Model {
    let done = |catalogue: &Catalogue, done: u64| {
        let items = catalogue.items.iter().filter(|item| done & item.bit() != 0);
        items.map(|item| item.code.clone()).collect()
    };
    Model {
        standing: view.standing,
        steps: done(&view.steps.catalogue, view.steps.done),
        tests: done(&view.tests.catalogue, view.tests.done),
        release: done(&view.release.catalogue, view.release.done),
        open: view.deviations.iter().filter(|one| one.closed_at.is_none()).count(),
        place: view.place.as_ref().map(|place| place.slot.clone()),
    }
}

/// What can be told of a unit: everything of its life, and what happens beside it.
fn pool(life: &Life, shelf: &Shelf) -> Vec<Payload> {
    let mut all: Vec<Payload> = Vec::new();
    for state in [State::Infused, State::Exposed, State::RejectedAtIntake, State::Discarded, State::Listed] {
        let told = life.until(state, shelf).into_iter().map(|one| one.payload);
        let fresh: Vec<Payload> = told.filter(|payload| !all.contains(payload)).collect();
        all.extend(fresh);
    }
    let (operator, with) = two("QA-01", "QA-02");
    all.push(Payload::HoldLifted { operator, with });
    all.push(Payload::Unlisted {});
    for test in ["hbv", "tnc", "hla"] {
        let (test, reason) = (test.to_owned(), "control".to_owned());
        all.push(Payload::TestRepeated { test, reason, takes_back: false, both_clocks: false });
    }
    all.push(Payload::ReservationEnded { request: "RQ-2031".to_owned() });
    for (number, of) in (0..).zip(DeviationKind::ALL) {
        let deviation = Uuid::from_u128((u128::from(life.number) << 8) + number);
        all.push(Payload::DeviationOpened { deviation, of, said: "something is off".to_owned(), operator: None });
        all.push(Payload::DeviationClosed { deviation, said: "looked into".to_owned(), operator: None });
    }
    all
}

#[tokio::test]
async fn what_a_units_row_says_follows_from_its_events() {
    let (house, shelf) = bank().await;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let lives: Vec<Life> = (1..=4).map(life).collect();
    let pools: Vec<Vec<Payload>> = lives.iter().map(|life| pool(life, &shelf)).collect();
    for (life, until) in lives.iter().zip([State::Expected, State::Received, State::FrozenQuarantine, State::Banked]) {
        assert!(tell(&house, &life.until(until, &shelf)).await.iter().all(Result::is_ok));
    }
    // Whoever closes is another than who opens: the batches come from two in turn.
    let other = services::custody::By { actor_id: Some(Uuid::from_u128(0x0712)), ..LIMS };
    let (mut kept, mut refused) = (0, 0);
    for turn in 0..30 {
        let batch = proptest::collection::vec((0..lives.len(), any::<proptest::sample::Index>()), 1..60);
        let batch = batch.new_tree(&mut runner).expect("a batch").current();
        let told: Vec<Incoming> = batch
            .into_iter()
            .map(|(unit, which)| now(&house, lives[unit].unit, which.get(&pools[unit]).clone()))
            .collect();
        let by = if turn % 2 == 0 { &LIMS } else { &other };
        for outcome in tell_with_house(&house, by, &told).await {
            if outcome.is_ok() { kept += 1 } else { refused += 1 }
        }
        for life in &lives {
            let view = seen(&house, life.unit).await;
            assert_eq!(stored(&view), replayed(&view), "{told:?}");
        }
    }
    assert!(kept > 50 && refused > 50, "{kept} kept, {refused} refused");
}
