//! A unit whose text does not open is shown with all that stands beside its text.

use super::*;
use crate::family::{family, units, visitor};
use crate::ledger::of;
use domain::account::Role;
use domain::family::TestState;
use services::custody::desk::{self, Mark};
use services::family::{self as families, Texts};
use testkit::custody::damage;

pub(super) async fn opened_at_the_desk(house: &TestHouse, unit: UnitId) -> desk::Opened {
    let by = of(house, 75_001, Role::LabOfficer);
    desk::open(&house.services, &by, unit, "routine").await.expect("the page is there")
}

#[tokio::test]
async fn a_unit_whose_key_does_not_open_is_shown_with_its_chain_and_all_that_follows_from_it() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let before = opened_at_the_desk(&house, unit).await;
    damage(&house, &format!("update custody_unit set key_sealed = '\\x00' where id = '{unit}'")).await;

    let after = opened_at_the_desk(&house, unit).await;
    assert!(after.holds(), "the chain is over digests: {:?}", after.marks);
    assert!(after.unit.key_lost && after.unit.lacks_text() && !after.unit.readable);
    assert!(after.unit.events.iter().all(|event| event.payload.is_none()), "nothing can be read");
    assert_eq!((after.unit.head, after.unit.events.len()), (before.unit.head, before.unit.events.len()));
    assert_eq!((after.unit.steps.count(), after.unit.tests.count()), (56, 15));
    assert_eq!((&after.unit.place, &after.unit.din), (&before.unit.place, &before.unit.din));
    assert_eq!(after.places, before.places);
    let alerts =
        "select count(*) from audit_entry where action = 'custody.unit_read' and detail ->> 'alert' = 'text_lost'";
    assert_eq!(number(&house, alerts).await, 1, "somebody has to look");

    let record = families::record(&house.services, &visitor(&house, 11), unit).await.expect("its family's page, too");
    assert_eq!(record.texts, Texts::Lost);
    assert!(record.tests.iter().all(|test| test.state == TestState::Final && test.values.is_empty()));
    assert!(!record.events.is_empty() && record.cover.is_none());
    families::passport(&house.services, &visitor(&house, 11), unit).await.expect("a passport of digests");
}

#[tokio::test]
async fn what_a_family_cannot_read_is_reported_once_in_a_window_whoever_comes_upon_it() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let alerts =
        "select count(*) from audit_entry where action = 'family.text_lost' and detail ->> 'alert' = 'text_lost'";
    let reported = async |person: u128| {
        families::record(&house.services, &visitor(&house, person), unit).await.expect("the page is there");
        number(&house, alerts).await
    };
    assert_eq!(reported(11).await, 0, "all of it opens");
    damage(&house, &format!("update custody_unit set key_sealed = '\\x00' where id = '{unit}'")).await;
    assert_eq!([reported(11).await, reported(12).await, reported(11).await], [1, 1, 1]);
    house.services.clock.advance(jiff::SignedDuration::from_mins(20));
    assert_eq!(reported(12).await, 2, "nobody has seen to it");
}

#[tokio::test]
async fn an_event_that_does_not_open_is_marked_and_nothing_older_is_shown_in_its_place() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let whole = opened_at_the_desk(&house, unit).await.unit;
    assert!(!whole.lacks_text());
    let last = whole.events.iter().rfind(|event| event.kind == Kind::TestFinal).expect("a result").seq;
    let sql = format!("update custody_event set sealed = '\\x0102' where unit_id = '{unit}' and seq = {last}");
    damage(&house, &sql).await;

    let opened = opened_at_the_desk(&house, unit).await;
    assert!(opened.holds() && opened.unit.readable && !opened.unit.key_lost);
    let marked = opened.marks.iter().filter(|(_, marks)| marks.contains(&Mark::Illegible)).map(|(seq, _)| *seq);
    assert_eq!(marked.collect::<Vec<_>>(), [last]);
    let read = opened.unit.events.iter().filter(|event| event.payload.is_some()).count();
    assert_eq!(read + 1, opened.unit.events.len(), "all others are read");

    let record = families::record(&house.services, &visitor(&house, 11), unit).await.expect("read");
    assert_eq!(record.texts, Texts::Lost);
    let shown = record.tests.iter().filter(|test| !test.values.is_empty()).count();
    assert_eq!(shown, 0, "which test it was of nobody knows: no earlier result is shown as the last");
}
