//! What was sent, as staff read it: masked, in sections, without what the family withdrew its consent to.

use super::*;
use crate::spark::officer;
use domain::ids::CaseId;
use domain::spark::application::Purpose;
use domain::spark::application::Section;
use domain::spark::application::form::Data;
use domain::spark::{Event, Part};
use services::spark::cases::{self, Act, Question};

/// An application that was sent and that the officer looks after.
async fn taken_up(house: &TestHouse, family: &Context) -> CaseId {
    let id = begun(house, family).await;
    send(house, family, id).await.expect("sent");
    let case = CaseId(id.0);
    let act = Act { case, version: 1, part: Part::CaseOfficer, event: Event::TakeUp, reason: None, award: None };
    cases::act(&house.services, &officer(house), &act).await.expect("taken up");
    case
}

#[tokio::test]
async fn staff_read_what_was_sent_masked_and_without_what_was_withdrawn() {
    let house = TestHouse::new().await;
    let (_, family) = visitor(&house, PHONE).await;
    let case = taken_up(&house, &family).await;
    let by = officer(&house);
    let read = cases::sent(&house.services, &by, case).await.expect("read").expect("an application");
    let of = |section: Section| read.sections.iter().find(|of| of.section == section).expect("answered");
    let all: Vec<&str> = read
        .sections
        .iter()
        .flat_map(|of| &of.pages)
        .flat_map(|(_, told)| told)
        .map(|told| told.answer.as_str())
        .collect();
    assert!(all.contains(&DIAGNOSIS), "{all:?}");
    for hidden in [NAME, PASSPORT, ACCOUNT, PHONE, "1990-01-01", "演示市演示路1号"] {
        assert!(!all.contains(&hidden), "{hidden} stands there whole");
    }
    assert!(of(Section::People).pages.iter().flat_map(|(_, told)| told).any(|told| told.masked));
    assert_eq!(
        count(&house, "audit_entry where action = 'spark.case_read' and detail ->> 'what' = 'answers'").await,
        1
    );

    let id = ApplicationId(case.0);
    apply::withdraw_consent(&house.services, &family, id, Purpose::Health).await.expect("withdrawn");
    let read = cases::sent(&house.services, &by, case).await.expect("read").expect("an application");
    assert_eq!(read.withheld, [Data::Health]);
    assert!(read.sections.iter().all(|of| of.section != Section::Illness), "health is not read any more");
}

#[tokio::test]
async fn a_family_is_shown_again_the_sections_it_is_asked_about_and_no_others() {
    let house = TestHouse::new().await;
    let (_, family) = visitor(&house, PHONE).await;
    let case = taken_up(&house, &family).await;
    let before = cases::own_case(&house.services, &family, case).await.expect("read");
    assert!(before.open.is_empty());
    let question =
        Question {
            case, version: 2, sections: vec![Section::Illness], days: 10, text: "演示：缺检查报告".into()
        };
    cases::ask(&house.services, &officer(&house), &question).await.expect("asked");
    let own = cases::own_case(&house.services, &family, case).await.expect("read");
    assert_eq!(own.open.iter().map(|of| of.section).collect::<Vec<_>>(), [Section::Illness]);
}
