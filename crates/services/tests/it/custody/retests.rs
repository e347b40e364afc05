//! A test that is done once more has no final result until the next is found, whatever comes late; and the lots of its kits are known.

use super::*;
use crate::family::{family, visitor};
use crate::ledger::of;
use domain::account::Role;
use domain::custody::{DeviationKind, Lot, Marker, Person, Phase, Pool, Value, What};
use domain::family::{TestHappened, TestState};
use jiff::SignedDuration;
use services::custody::proof::{self, Terms};
use services::custody::{EventView, recall};
use services::family as families;
use std::collections::BTreeSet;

fn value(analyte: &str, number: f64, phase: Phase) -> Value {
    let (analyte, unit, method) = (analyte.to_owned(), "%".to_owned(), None);
    Value { analyte, found: What::Number(number), unit, phase: Some(phase), of: Person::Baby, method, instrument: None }
}

fn repeated(test: &str) -> Payload {
    // A feed does not say what a repeat does; the house does.
    Payload::TestRepeated { test: test.to_owned(), reason: "control".to_owned(), takes_back: false, both_clocks: false }
}

fn found(test: &str, number: f64, lots: Vec<Lot>) -> Payload {
    let (operator, reviewer) = two("LAB-03", "LAB-04");
    let values = vec![value(test, number, Phase::Post)];
    Payload::TestFinal { test: test.to_owned(), operator, reviewer, lots, values }
}

/// A unit that lacks nothing but being banked, and that event.
async fn complete(house: &TestHouse, shelf: &Shelf, life: &Life) -> Incoming {
    let (told, banked) = without_last(life.until(State::Banked, shelf), Kind::Banked);
    let outcomes = tell(house, &told).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    Incoming { source_seq: None, ..banked }
}

/// Whether a test of a unit is final by its row, which is what its events say.
async fn is_final(house: &TestHouse, unit: UnitId, test: &str) -> bool {
    let report = proof::verify(&house.services.db, &house.services.vault, &Terms::at(house.now())).await.expect("read");
    assert!(report.is_sound(), "{:?}", report.faults);
    let tests = seen(house, unit).await.tests;
    tests.done & tests.catalogue.item(test).expect("a test").bit() != 0
}

#[tokio::test]
async fn a_repeat_keeps_a_unit_from_being_banked_until_the_next_result() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let banked = complete(&house, &shelf, &life).await;
    one(&house, life.unit, repeated("viability")).await.expect("kept");
    assert!(!is_final(&house, life.unit, "viability").await);
    let tests = seen(&house, life.unit).await.tests;
    let missing: Vec<_> = tests.missing().map(|item| item.code.as_str()).collect();
    assert_eq!((missing, tests.count()), (vec!["viability"], 14));
    let bit = tests.catalogue.item("viability").expect("a test").bit();
    let refused = tell(&house, std::slice::from_ref(&banked)).await;
    assert_eq!(refused, [Err(Refused::Unmet(vec![Unmet::Tests(bit)]))]);
    assert!(Refused::Unmet(vec![Unmet::Tests(bit)]).may_come_later());
    one(&house, life.unit, found("viability", 91.5, vec![])).await.expect("kept");
    assert!(is_final(&house, life.unit, "viability").await);
    let done = tell(&house, &[banked]).await;
    assert_eq!(done[0].as_ref().map(|kept| kept.state), Ok(State::Banked));
    // Also of one that is kept: it stays where it is, and has fourteen results.
    one(&house, life.unit, repeated("viability")).await.expect("kept");
    assert!(!is_final(&house, life.unit, "viability").await);
    assert_eq!(seen(&house, life.unit).await.standing.state(), State::Banked);
}

#[tokio::test]
async fn what_is_told_late_of_a_test_stands_where_it_happened() {
    let (house, shelf) = bank().await;
    let life = life(1);
    complete(&house, &shelf, &life).await;
    let now = house.now();
    let steps = [
        // Minutes before now, what comes, and whether the test is final then.
        (60, repeated("viability"), false),
        (90, found("viability", 80.0, vec![]), false),
        (30, found("viability", 92.0, vec![]), true),
        (45, repeated("viability"), true),
        (20, repeated("viability"), false),
        (25, found("viability", 70.0, vec![]), false),
        (10, found("viability", 93.0, vec![]), true),
    ];
    for (minutes, payload, stands) in steps {
        let occurred_at = now.saturating_sub(SignedDuration::from_mins(minutes)).expect("an instant");
        let told = Incoming { unit: UnitName::Id(life.unit), payload, occurred_at, source_seq: None };
        assert!(tell(&house, &[told]).await[0].is_ok());
        assert_eq!(is_final(&house, life.unit, "viability").await, stands, "{minutes} minutes ago");
    }
}

/// Each is told at once, ten minutes after the one before, by a clock that is so many hours ahead.
#[tokio::test]
async fn a_result_of_a_clock_that_is_ahead_is_taken_back_by_a_repeat_of_after_it() {
    let (house, shelf) = bank().await;
    let own = Life { pool: Pool::Family, ..life(63) };
    let banked = complete(&house, &shelf, &own).await;
    family(&house, 63, own.unit).await;
    let steps = [
        (3, found("viability", 60.0, vec![]), TestState::Final),
        (0, repeated("viability"), TestState::Repeat),
        (0, found("viability", 92.0, vec![]), TestState::Final),
        (3, repeated("viability"), TestState::Repeat),
        (0, found("viability", 93.0, vec![]), TestState::Final),
    ];
    for (step, (ahead, payload, state)) in (1..).zip(steps) {
        house.services.clock.advance(SignedDuration::from_mins(10));
        let told = now(&house, own.unit, payload);
        let occurred_at = told.occurred_at + SignedDuration::from_hours(ahead);
        assert!(tell(&house, &[Incoming { occurred_at, ..told }]).await[0].is_ok());
        assert_eq!(is_final(&house, own.unit, "viability").await, state == TestState::Final, "step {step}");
        let record = families::record(&house.services, &visitor(&house, 631), own.unit).await.expect("read");
        let shown = record.tests.into_iter().find(|test| test.code == "viability").expect("a test");
        assert_eq!(shown.state, state, "step {step}");
        if step == 3 {
            assert_eq!(shown.values, vec![value("viability", 92.0, Phase::Post)], "not the one that was doubted");
        }
        if state == TestState::Repeat {
            let refused = tell(&house, std::slice::from_ref(&banked)).await;
            assert!(matches!(refused[0], Err(Refused::Unmet(_))), "{refused:?}");
        }
    }
    assert!(tell(&house, &[banked]).await[0].is_ok());
}

#[tokio::test]
async fn no_result_is_taken_back_without_a_repeat_whoever_writes_it() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Banked).await;
    let taken_back = "update custody_unit set tests_final = tests_final - 1";
    let refused = sqlx::query(taken_back).execute(&house.services.db).await.expect_err("refused");
    let constraint = refused.as_database_error().and_then(|error| error.constraint().map(str::to_owned));
    assert_eq!(constraint.as_deref(), Some("custody_unit_done"));
    assert_eq!(seen(&house, unit).await.tests.count(), 15);
}

#[tokio::test]
async fn a_family_is_shown_a_correction_and_a_repeat_and_not_the_result_of_before() {
    let (house, shelf) = bank().await;
    let own = Life { pool: Pool::Family, ..life(61) };
    assert!(tell(&house, &own.until(State::Banked, &shelf)).await.iter().all(Result::is_ok));
    family(&house, 61, own.unit).await;
    let shown = async || {
        let record = families::record(&house.services, &visitor(&house, 611), own.unit).await.expect("read");
        record.tests.into_iter().find(|test| test.code == "viability").expect("a test")
    };
    let before = shown().await;
    assert_eq!((before.state, before.values.len(), before.corrected), (TestState::Final, 1, false));
    let cover = async || {
        families::record(&house.services, &visitor(&house, 611), own.unit).await.expect("read").cover.is_some()
    };
    assert!(cover().await);
    // What a result says is corrected: it is marked until the next, to the other guardian as well, and nothing is concluded from it.
    for test in ["viability", "tnc"] {
        let unit = seen(&house, own.unit).await;
        let is_its = |event: &&EventView| event.of_test == Some((test.to_owned(), TestHappened::Final));
        let seq = unit.events.iter().rfind(is_its).expect("a result").seq;
        let (operator, with) = two("QA-01", "QA-02");
        let said = "read in the wrong column".to_owned();
        one(&house, own.unit, Payload::Corrected { seq, said, operator, with }).await.expect("kept");
    }
    let corrected = shown().await;
    assert_eq!((corrected.state, corrected.values, corrected.corrected), (TestState::Final, before.values, true));
    assert!(!cover().await);
    let other = families::record(&house.services, &visitor(&house, 612), own.unit).await.expect("read");
    let marked = other.tests.iter().filter(|test| test.corrected).map(|test| test.code.as_str());
    assert_eq!(marked.collect::<BTreeSet<_>>(), BTreeSet::from(["tnc", "viability"]));
    one(&house, own.unit, repeated("viability")).await.expect("kept");
    let repeat = shown().await;
    assert_eq!((repeat.state, repeat.values, repeat.final_at), (TestState::Repeat, vec![], None));
    one(&house, own.unit, found("viability", 91.5, vec![])).await.expect("kept");
    let after = shown().await;
    assert_eq!((after.state, after.values), (TestState::Final, vec![value("viability", 91.5, Phase::Post)]));
    assert!(!repeat.corrected && !after.corrected);
}

/// The page shows the other guardian the child's values beside which the mother's are closed; the paper is made of the file, in which
/// both are one event. How far a test is they say alike, and of what both show the same.
#[tokio::test]
async fn page_and_paper_say_the_same_of_a_test_however_far_it_is() {
    let (house, shelf) = bank().await;
    let own = Life { pool: Pool::Family, ..life(62) };
    assert!(tell(&house, &own.until(State::Received, &shelf)).await.iter().all(Result::is_ok));
    family(&house, 62, own.unit).await;
    let marker = |of, found| {
        let found = What::Marker(found);
        Value { of, found, unit: String::new(), phase: None, ..value("hbv", 0.0, Phase::Post) }
    };
    let result = |of_child| {
        let (operator, reviewer) = two("LAB-03", "LAB-04");
        let values = vec![marker(Person::Baby, of_child), marker(Person::Mother, Marker::Negative)];
        Payload::TestFinal { test: "hbv".to_owned(), operator, reviewer, lots: vec![], values }
    };
    let started = || Payload::TestStarted { test: "hbv".to_owned() };
    for (told, expected) in [
        (None, TestState::Pending),
        (Some(started()), TestState::InWork),
        (Some(repeated("hbv")), TestState::Repeat),
        (Some(started()), TestState::Repeat),
        (Some(result(Marker::Negative)), TestState::Final),
        // Taken back.
        (Some(repeated("hbv")), TestState::Repeat),
        (Some(result(Marker::Positive)), TestState::Final),
    ] {
        house.services.clock.advance(SignedDuration::from_mins(1));
        if let Some(payload) = told {
            one(&house, own.unit, payload).await.expect("kept");
        }
        for (person, reads_hers) in [(621, true), (622, false)] {
            let by = visitor(&house, person);
            let page = families::record(&house.services, &by, own.unit).await.expect("read").tests;
            let reading = families::passport(&house.services, &by, own.unit).await.expect("a passport");
            let paper = families::tested(&reading.view);
            assert_eq!(page.len(), paper.len());
            for (page, paper) in page.iter().zip(&paper) {
                assert_eq!((&page.code, page.state), (&paper.item.code, paper.state), "to {person}");
                assert_eq!(page.corrected, paper.corrected, "{} to {person}", page.code);
                let shown = page.state == TestState::Final && (reads_hers || !page.hidden);
                assert_eq!(paper.values().is_some(), shown, "{} to {person}", page.code);
                assert!(paper.values().is_none_or(|values| values == page.values), "{} to {person}", page.code);
                assert_eq!(page.final_at, paper.result.map(|event| event.occurred_at), "{} to {person}", page.code);
            }
            let hbv = page.iter().find(|test| test.code == "hbv").expect("a test");
            assert_eq!((hbv.state, hbv.hidden), (expected, !reads_hers && expected == TestState::Final), "to {person}");
        }
    }
}

#[tokio::test]
async fn a_kit_that_is_called_back_holds_every_unit_it_was_used_up_for() {
    let (house, shelf) = bank().await;
    let kit = Lot { kind: "test_kit".to_owned(), number: "K-2026-07".to_owned() };
    let (used, other, later) = (life(1), life(2), life(3));
    for life in [&used, &other, &later] {
        assert!(tell(&house, &life.until(State::Banked, &shelf)).await.iter().all(Result::is_ok));
    }
    one(&house, used.unit, found("viability", 92.0, vec![kit.clone()])).await.expect("kept");
    let quality = of(&house, 76_001, Role::QualityOfficer);
    let recalled = recall(&house.services, &quality, &kit, "reads too high").await.expect("called back");
    assert_eq!(recalled.units, 1);
    // Used once more: told late, or by mistake.
    one(&house, later.unit, found("viability", 93.0, vec![kit])).await.expect("kept");
    for (life, state) in [(&used, State::QuarantineHold), (&other, State::Banked), (&later, State::QuarantineHold)] {
        let unit = seen(&house, life.unit).await;
        let held = unit.deviations.iter().filter(|one| one.kind == DeviationKind::Recall).count();
        assert_eq!((unit.standing.state(), held), (state, usize::from(state != State::Banked)), "{}", life.number);
    }
    let wrong = vec![Lot { kind: "Test kit".to_owned(), number: "K".to_owned() }];
    let refused = one(&house, other.unit, found("viability", 92.0, wrong)).await;
    assert!(matches!(refused, Err(Refused::LotShape(_))), "{refused:?}");
}
