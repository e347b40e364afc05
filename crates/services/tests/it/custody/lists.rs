//! The lists that units are worked by, and the rules of their way, are replaced by another version from a day on: what was begun stays as
//! it was begun.

use super::*;
use crate::ledger::of;
use domain::account::Role;
use domain::custody::revise::ListFault;
use domain::custody::{CatalogueKind, Item};
use domain::time::local_day;
use jiff::ToSpan as _;
use services::custody::lists::{self, ListError, RulesVersion};

/// The preparation steps with one more at the end.
fn with_one_more(shelf: &Shelf) -> Vec<Item> {
    let mut items = shelf.newest(CatalogueKind::Preparation).expect("a list").items.clone();
    let position = u8::try_from(items.len() + 1).expect("few");
    let (code, section) = ("record_scanned".to_owned(), "H".to_owned());
    items.push(Item {
        position, code, section, zh: "批生产记录扫描".to_owned(), en: "Record scanned".to_owned()
    });
    items
}

/// The lists as a server reads them that begins now.
async fn read_anew(house: &TestHouse) -> Arc<Shelf> {
    let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let mut db = server.db.acquire().await.expect("a connection");
    server.custody.read(&mut db, &server.clock).await.expect("the lists")
}

#[tokio::test]
async fn a_list_is_replaced_from_a_day_on_and_units_that_were_begun_keep_theirs() {
    let (house, shelf) = bank().await;
    let begun = unit_in(&house, 1, State::Processing).await;
    let (services, context) = (&house.services, house.services.system());
    let (today, items) = (local_day(house.now()), with_one_more(&shelf));
    let tomorrow = today.saturating_add(1.day());
    let preparation = (CatalogueKind::Preparation, 1);
    assert_eq!(lists::add(services, &context, preparation, &items, tomorrow).await.expect("added"), 2);
    let again = lists::add(services, &context, preparation, &items, tomorrow).await;
    assert!(matches!(again, Err(ListError::Changed)), "{again:?}");

    let shelf = read_anew(&house).await;
    let worked_by = |at: Timestamp| shelf.at(CatalogueKind::Preparation, at).expect("a list").version;
    let next_day = house.now() + jiff::SignedDuration::from_hours(24);
    assert_eq!((worked_by(house.now()), worked_by(next_day)), (1, 2));
    assert_eq!(lists::newest(services, &context, CatalogueKind::Preparation).await.expect("a list").items, items);
    house.services.clock.advance(jiff::SignedDuration::from_hours(24));
    let unit = seen(&house, begun).await;
    assert_eq!((unit.steps.catalogue.version, unit.steps.of()), (1, 56), "its record is of the list it was begun by");
    let fresh = life(2);
    let registered = Incoming { occurred_at: house.now(), ..fresh.until(State::Expected, &shelf).remove(0) };
    assert!(tell(&house, &[registered]).await[0].is_ok());
    assert_eq!(seen(&house, fresh.unit).await.steps.of(), 57);
    let noted = "select count(*) from audit_entry where action = 'custody.list_added' and detail ->> 'version' = '2'";
    assert_eq!(number(&house, noted).await, 1);
}

#[tokio::test]
async fn a_list_that_cannot_be_is_refused_with_all_that_is_wrong_and_nothing_is_written() {
    let (house, shelf) = bank().await;
    let (services, context) = (&house.services, house.services.system());
    let (today, items) = (local_day(house.now()), with_one_more(&shelf));
    let kind = (CatalogueKind::Preparation, 1);
    let mut wrong = items.clone();
    wrong[0].code = "Box".to_owned();
    wrong[1].en = String::new();
    let Err(ListError::Faults(faults)) = lists::add(services, &context, kind, &wrong, today).await else {
        panic!("it cannot be")
    };
    assert!(faults.contains(&ListFault::Code("Box".to_owned())), "{faults:?}");
    assert!(faults.contains(&ListFault::Name(wrong[1].code.clone())), "{faults:?}");
    let past = lists::add(services, &context, kind, &items, today.saturating_sub(1.day())).await;
    assert!(matches!(past, Err(ListError::Early(day)) if day == today), "{past:?}");
    let staff = of(&house, 1, Role::QualityOfficer);
    let asked = lists::add(services, &staff, kind, &items, today).await;
    assert!(matches!(asked, Err(ListError::Denied(_))), "{asked:?}");
    assert_eq!(number(&house, "select count(*) from custody_catalogue").await, 3);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'custody.list_added'").await, 0);
}

#[tokio::test]
async fn the_rules_of_the_way_are_replaced_from_a_day_on_and_the_same_twice_is_one() {
    let (house, _) = bank().await;
    let (services, context) = (&house.services, house.services.system());
    let today = local_day(house.now());
    let tomorrow = today.saturating_add(1.day());
    for hours in [(0, 48), (30, 20), (24, 241)] {
        let wrong = lists::set_rules(services, &context, hours, tomorrow).await;
        assert!(matches!(wrong, Err(ListError::Hours)), "{hours:?}: {wrong:?}");
    }
    let past = lists::set_rules(services, &context, (20, 40), today.saturating_sub(1.day())).await;
    assert!(matches!(past, Err(ListError::Early(day)) if day == today), "{past:?}");
    let new = RulesVersion { version: 2, from: tomorrow, alarm: 20 * 60, reject: 40 * 60 };
    for _ in 0..2 {
        assert_eq!(lists::set_rules(services, &context, (20, 40), tomorrow).await.expect("set"), new);
    }
    assert_eq!(lists::rules(services, &context).await.expect("rules").last(), Some(&new));
    let shelf = read_anew(&house).await;
    let limits = |at: Timestamp| shelf.rules_at(at).map(|rules| (rules.transit_alarm, rules.transit_limit));
    assert_eq!(limits(house.now()), Some((1440, 2880)));
    assert_eq!(limits(house.now() + jiff::SignedDuration::from_hours(24)), Some((1200, 2400)));
    let noted = "select count(*) from audit_entry where action = 'custody.rules_added'";
    assert_eq!(number(&house, noted).await, 1);
}
