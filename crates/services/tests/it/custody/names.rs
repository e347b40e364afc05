//! One person has two names: a code in the laboratory's system, an account at the desk. Who opens a deviation under one of them does
//! not close it under the other.

use super::desk::{desk_of, head, lab, other, quality};
use super::release::two_do;
use super::{bank, now, one, seen};
use crate::ledger::of;
use domain::account::Role;
use domain::custody::{DeviationKind, Payload, State};
use domain::field::Fault;
use domain::ids::DeviationId;
use services::custody::desk::{self, Act, Alone, DeskError};
use services::custody::{CustodyError, Refused, operators};
use testkit::custody::unit_in;
use uuid::Uuid;

const DEVIATION: Uuid = Uuid::from_u128(0xde71);

fn opened(code: &str) -> Payload {
    let (of, said) = (DeviationKind::Process, "a page is missing".to_owned());
    Payload::DeviationOpened { deviation: DEVIATION, of, said, operator: Some(code.to_owned()) }
}

fn closed(deviation: Uuid, code: Option<&str>) -> Payload {
    Payload::DeviationClosed { deviation, said: "it was found".to_owned(), operator: code.map(str::to_owned) }
}

#[tokio::test]
async fn who_opens_a_deviation_in_the_laboratorys_system_does_not_close_it_at_the_desk() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 1, State::Banked).await;
    let unknown = one(&house, unit, opened("NOBODY-1")).await;
    assert_eq!(unknown, Err(Refused::UnknownOperator("NOBODY-1".to_owned())));
    let version = one(&house, unit, opened("LAB-01")).await.expect("opened").seq;
    let closes = Alone::CloseDeviation { deviation: DeviationId(DEVIATION), said: "it was found".into() };
    let own = desk::alone(&house.services, &lab(&house), (unit, version), closes.clone()).await;
    assert!(matches!(own, Err(DeskError::Refused(Refused::CloserOpened))), "{own:?}");
    // Under an account without a code nobody could tell.
    let nameless = of(&house, 72_001, Role::QualityOfficer);
    let untold = testkit::custody::record(&house.services, &nameless, now(&house, unit, closed(DEVIATION, None))).await;
    assert!(matches!(untold, Err(CustodyError::Refused(Refused::CloserOpened))), "{untold:?}");
    desk::alone(&house.services, &other(&house), (unit, version), closes).await.expect("closed by another");
}

#[tokio::test]
async fn who_opens_a_deviation_at_the_desk_does_not_close_it_in_the_laboratorys_system() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 1, State::Banked).await;
    let form: Uuid = house.services.system().new_id();
    let opens = Alone::OpenDeviation { form, of: DeviationKind::Process, said: "a page".into(), hold: false };
    desk::alone(&house.services, &lab(&house), (unit, 0), opens).await.expect("opened");
    assert_eq!(one(&house, unit, closed(form, Some("LAB-01"))).await, Err(Refused::CloserOpened));
    one(&house, unit, closed(form, Some("LAB-02"))).await.expect("closed by another");
}

#[tokio::test]
async fn a_code_that_opened_a_deviation_keeps_its_account() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 1, State::Expected).await;
    let all = operators::list(&house.services, &head(&house)).await.expect("a list");
    let code = all.iter().find(|one| one.code == "QA-02").expect("a code").id;
    one(&house, unit, opened("QA-02")).await.expect("opened");
    let unlinked = operators::link(&house.services, &head(&house), code, None).await;
    assert!(
        matches!(unlinked, Err(DeskError::Fields(ref errors)) if errors[0].fault == Fault::CodeWorked),
        "{unlinked:?}"
    );
}

/// What the house doubts by itself has no opener: whoever noted the value that is too low stands there, and who was with them.
#[tokio::test]
async fn who_noted_a_value_that_is_too_low_does_not_close_the_doubt_of_it() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 5, State::CtTesting).await;
    let steps = vec!["cd34_viability".to_owned(), "cd45_viability".to_owned()];
    let alive = ["86.5".to_owned(), "38".to_owned()];
    two_do(&house, unit, Act::NoteSteps, |new| (new.steps, new.alive) = (steps, alive)).await.expect("it is kept");
    let view = seen(&house, unit).await;
    let (doubt, version) = (view.deviations[0].clone(), view.version);
    assert_eq!(doubt.opened_by, None, "by the house");
    let closes = Alone::CloseDeviation { deviation: doubt.id, said: "it was found".into() };
    for noter in [lab(&house), quality(&house)] {
        let account = noter.actor.account().expect("an account").0;
        assert!(doubt.noted_by.contains(&account), "the page offers them no form");
        let own = desk::alone(&house.services, &noter, (unit, version), closes.clone()).await;
        assert!(matches!(own, Err(DeskError::Refused(Refused::CloserOpened))), "{own:?}");
    }
    for code in ["LAB-01", "QA-02"] {
        let own = one(&house, unit, closed(doubt.id.0, Some(code))).await;
        assert_eq!(own, Err(Refused::CloserOpened), "{code} in the laboratory's system");
    }
    let nameless = of(&house, 72_001, Role::QualityOfficer);
    let untold =
        testkit::custody::record(&house.services, &nameless, now(&house, unit, closed(doubt.id.0, None))).await;
    assert!(matches!(untold, Err(CustodyError::Refused(Refused::CloserOpened))), "{untold:?}");
    let past = "update custody_deviation set closed_seq = 1, closed_at = now(), closed_by = noted_by";
    assert!(sqlx::query(past).execute(&house.db.owner_pool()).await.is_err(), "nor past the house");
    desk::alone(&house.services, &other(&house), (unit, version), closes).await.expect("closed by another");
}

/// A machine that tells a value is nobody: the people it names are compared.
#[tokio::test]
async fn a_doubt_of_what_a_machine_told_is_closed_by_others_than_the_people_it_named() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 5, State::CtTesting).await;
    let (operator, with) = super::two("LAB-01", "LAB-02");
    let value = super::bounds::read("cd34_viability", 38.0);
    let step = "cd34_viability".to_owned();
    let done = Payload::ReleaseStepDone { step, operator, with: Some(with), values: vec![value] };
    one(&house, unit, done).await.expect("it is kept");
    let doubt = seen(&house, unit).await.deviations[0].id.0;
    for code in ["LAB-01", "LAB-02"] {
        assert_eq!(one(&house, unit, closed(doubt, Some(code))).await, Err(Refused::CloserOpened), "{code}");
    }
    one(&house, unit, closed(doubt, Some("QA-01"))).await.expect("closed by another");
}
