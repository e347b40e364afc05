//! What lies outside its bounds is kept, and the house opens a deviation: nothing goes on before people looked into it.

use super::desk::{desk_of, lab, proposing};
use super::release::two_do;
use super::*;
use domain::custody::{DeviationKind, Person, Phase, Value, What};
use domain::field::Fault;
use services::custody::desk::{self, Act, DeskError, Proposing};

/// What a step read on a thawed segment.
pub(super) fn read(step: &str, number: f64) -> Value {
    let (analyte, unit, phase) = (step.to_owned(), "%".to_owned(), Some(Phase::Thaw));
    Value { analyte, found: What::Number(number), unit, phase, of: Person::Baby, method: None, instrument: None }
}

/// What is said of the deviation of a unit's way, where the house opened it and no other is there.
fn by_the_house(unit: &UnitView) -> Option<&str> {
    let said = unit.events.iter().find_map(|event| match &event.payload {
        Some(Payload::DeviationOpened { said, .. }) => Some(said.as_str()),
        _ => None,
    });
    let open: Vec<_> = unit.deviations.iter().map(|one| (one.kind, one.opened_by)).collect();
    assert_eq!(open, said.map(|_| (DeviationKind::Transport, None)).into_iter().collect::<Vec<_>>());
    said
}

#[tokio::test]
async fn blood_that_a_ward_kept_too_cold_or_too_warm_is_looked_into() {
    let (house, shelf) = bank().await;
    let wards = [
        ((Some(2.0), Some(8.0)), None),
        ((None, None), None),
        ((Some(1.5), Some(5.0)), Some("1.5 °C < 2 °C")),
        ((Some(3.0), Some(9.2)), Some("9.2 °C > 8 °C")),
        ((None, Some(8.1)), Some("8.1 °C > 8 °C")),
        ((Some(-1.0), Some(21.0)), Some("-1 °C < 2 °C; 21 °C > 8 °C")),
    ];
    for (nth, ((min, max), told)) in (1..).zip(wards) {
        let life = life(nth);
        let mut happened = life.until(State::Collected, &shelf);
        if let Some(Payload::Collected { ward_min_c, ward_max_c, .. }) = happened.last_mut().map(|one| &mut one.payload)
        {
            (*ward_min_c, *ward_max_c) = (min, max);
        }
        assert!(tell(&house, &happened).await.iter().all(Result::is_ok));
        let unit = seen(&house, life.unit).await;
        assert_eq!(by_the_house(&unit), told, "{min:?} {max:?}");
        assert_eq!(unit.standing.state(), State::Collected, "it goes on its way");
    }
}

#[tokio::test]
async fn a_bag_that_came_to_the_hospital_warmer_than_it_left_is_looked_into() {
    let (house, shelf) = bank().await;
    let cases = [(-150.0, None), (-149.5, Some("-149.5 °C > -150 °C")), (21.0, Some("21 °C > -150 °C"))];
    for (nth, (warmest, told)) in (1..).zip(cases) {
        let life = life(nth);
        let (before, delivered) = without_last(life.until(State::Delivered, &shelf), Kind::Delivered);
        let delivered = Incoming { payload: Payload::Delivered { max_c: warmest }, source_seq: None, ..delivered };
        assert!(tell(&house, &before).await.iter().all(Result::is_ok));
        assert!(tell(&house, &[delivered]).await.iter().all(Result::is_ok), "what was read is kept");
        let unit = seen(&house, life.unit).await;
        assert_eq!(by_the_house(&unit), told, "{warmest}");
        assert_eq!(one(&house, life.unit, Payload::Infused {}).await.map(|kept| kept.state), Ok(State::Infused));
    }
}

#[tokio::test]
async fn a_release_of_cells_of_which_too_few_live_is_not_approved_before_people_looked_into_it() {
    let (house, shelf) = bank().await;
    let cases = [
        ("cd34_viability", 70.1, None),
        ("cd34_viability", 70.0, Some("cd34_viability 70 % ≤ 70 %")),
        ("cd45_viability", 40.1, None),
        ("cd45_viability", 39.5, Some("cd45_viability 39.5 % ≤ 40 %")),
    ];
    for (nth, (step, number, told)) in (1..).zip(cases) {
        let life = life(nth);
        let (before, approved) = without_last(life.until(State::ReleaseApproved, &shelf), Kind::ReleaseApproved);
        assert!(tell(&house, &before).await.iter().all(Result::is_ok));
        let (operator, with) = two("LAB-01", "LAB-02");
        let values = vec![read(step, number)];
        let done = Payload::ReleaseStepDone { step: step.to_owned(), operator, with: Some(with), values };
        assert!(one(&house, life.unit, done).await.is_ok(), "what was read is kept");
        let unit = seen(&house, life.unit).await;
        let open: Vec<_> = unit.deviations.iter().map(|one| (one.kind, one.opened_by)).collect();
        let said = unit.events.iter().find_map(|event| match &event.payload {
            Some(Payload::DeviationOpened { said, .. }) => Some(said.as_str()),
            _ => None,
        });
        let by_the_house = told.map(|_| (DeviationKind::Test, None));
        assert_eq!((open, said), (by_the_house.into_iter().collect(), told), "{step} {number}");
        let answer = tell(&house, &[Incoming { source_seq: None, ..approved }]).await.pop().expect("an answer");
        match told {
            Some(_) => assert_eq!(answer, Err(Refused::Unmet(vec![Unmet::DeviationsOpen(1)])), "{step} {number}"),
            None => assert_eq!(answer.map(|kept| kept.state), Ok(State::ReleaseApproved), "{step} {number}"),
        }
    }
}

#[tokio::test]
async fn a_feed_that_says_a_step_was_done_and_not_what_it_read_is_told_what_is_missing() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 5, State::CtTesting).await;
    let done = |step: &str, values: Vec<Value>| {
        let (operator, with) = two("LAB-01", "LAB-02");
        Payload::ReleaseStepDone { step: step.to_owned(), operator, with: Some(with), values }
    };
    let version = seen(&house, unit).await.version;
    for (step, other) in [("cd34_viability", "cd45_viability"), ("cd45_viability", "cd34_viability")] {
        let missing = Err(Refused::NeedsValue(step.to_owned()));
        assert_eq!(one(&house, unit, done(step, vec![])).await, missing);
        assert_eq!(one(&house, unit, done(step, vec![read(other, 86.5)])).await, missing, "what the other read");
        let mother = Value { of: Person::Mother, ..read(step, 86.5) };
        assert_eq!(one(&house, unit, done(step, vec![mother])).await, missing, "of somebody else");
    }
    assert!(!Refused::NeedsValue(String::new()).may_come_later(), "people look at it: nothing that comes adds a value");
    assert_eq!(seen(&house, unit).await.version, version, "nothing is kept");
    assert!(one(&house, unit, done("cd34_viability", vec![read("cd34_viability", 86.5)])).await.is_ok());
    assert!(one(&house, unit, done("crossmatch", vec![])).await.is_ok(), "of another step nothing is read");
}

#[tokio::test]
async fn a_step_that_reads_living_cells_is_noted_at_the_desk_with_what_it_read() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 5, State::CtTesting).await;
    let version = seen(&house, unit).await.version;
    let steps = vec!["cd34_viability".to_owned(), "cd45_viability".to_owned()];
    let alive = |cd34: &str, cd45: &str| [cd34.to_owned(), cd45.to_owned()];
    let new = proposing(&house, (unit, version), Act::NoteSteps);
    let silent = Proposing { steps: steps.clone(), alive: alive("86.5", ""), ..new };
    match desk::propose(&house.services, &lab(&house), &silent).await {
        Err(DeskError::Fields(errors)) => {
            let told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.fault)).collect();
            assert_eq!(told, [("cd45_viability", Fault::Required)]);
        }
        other => panic!("{other:?}"),
    }
    let noted = two_do(&house, unit, Act::NoteSteps, |new| (new.steps, new.alive) = (steps, alive("86.5", "38"))).await;
    assert_eq!(noted.expect("what was read is kept"), State::CtTesting);
    let view = seen(&house, unit).await;
    let said: Vec<Value> = view.events[version as usize..]
        .iter()
        .filter_map(|event| match &event.payload {
            Some(Payload::ReleaseStepDone { values, .. }) => Some(values.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(said, [read("cd34_viability", 86.5), read("cd45_viability", 38.0)]);
    let open: Vec<_> = view.deviations.iter().map(|one| (one.kind, one.opened_by)).collect();
    assert_eq!(open, [(DeviationKind::Test, None)], "of the one that is too low");
}
