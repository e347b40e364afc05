//! One person has two names: a code in the laboratory's system, an account at the desk. Who opens a deviation under one of them does
//! not close it under the other.

use super::desk::{desk_of, head, lab, other};
use super::{bank, now, one};
use crate::ledger::of;
use domain::account::Role;
use domain::custody::{DeviationKind, Payload, State};
use domain::field::Fault;
use domain::ids::DeviationId;
use services::custody::desk::{self, Alone, DeskError};
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
