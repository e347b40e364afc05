//! The lists that units are worked by, and the rules of their way, are replaced by another version from a day on: what was begun stays as
//! it was begun.

use super::*;
use crate::ledger::of;
use domain::account::Role;
use domain::custody::revise::{ListChange, ListFault, ListLoss};
use domain::custody::{CatalogueKind, Item};
use domain::time::local_day;
use jiff::ToSpan as _;
use services::custody::desk::DeskError;
use services::custody::lists::{self, ListError, RulesVersion, Why};

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

const WHY: Why<'static> = Why { login: "lists-a", reason: "批生产记录改为扫描归档" };

/// Whose word it is.
async fn quality(house: &TestHouse) {
    crate::exports::colleague(house, WHY.login, Role::QualityOfficer).await;
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
    quality(&house).await;
    let (services, context) = (&house.services, house.services.system());
    let (today, items) = (local_day(house.now()), with_one_more(&shelf));
    let tomorrow = today.saturating_add(1.day());
    let preparation = (CatalogueKind::Preparation, 1);
    assert_eq!(lists::add(services, &context, preparation, (&items, false), (tomorrow, WHY)).await.expect("added"), 2);
    let again = lists::add(services, &context, preparation, (&items, false), (tomorrow, WHY)).await;
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
    let Err(ListError::Faults(faults)) = lists::add(services, &context, kind, (&wrong, false), (today, WHY)).await
    else {
        panic!("it cannot be")
    };
    assert!(faults.contains(&ListFault::Code("Box".to_owned())), "{faults:?}");
    assert!(faults.contains(&ListFault::Name(wrong[1].code.clone())), "{faults:?}");
    let past = lists::add(services, &context, kind, (&items, false), (today.saturating_sub(1.day()), WHY)).await;
    assert!(matches!(past, Err(ListError::Early(day)) if day == today), "{past:?}");
    let stranger = lists::add(services, &context, kind, (&items, false), (today, WHY)).await;
    assert!(matches!(&stranger, Err(ListError::Nobody(login)) if login == WHY.login), "{stranger:?}");
    for reason in ["", "  no ", "two\nlines of it"] {
        let unsaid = lists::add(services, &context, kind, (&items, false), (today, Why { reason, ..WHY })).await;
        assert!(matches!(unsaid, Err(ListError::Reason)), "{unsaid:?}");
    }
    let staff = of(&house, 1, Role::QualityOfficer);
    let asked = lists::add(services, &staff, kind, (&items, false), (today, WHY)).await;
    assert!(matches!(asked, Err(ListError::Denied(_))), "{asked:?}");
    assert_eq!(number(&house, "select count(*) from custody_catalogue").await, 3);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'custody.list_added'").await, 0);
}

#[tokio::test]
async fn a_list_that_asks_for_less_than_the_one_before_is_added_only_where_that_is_meant() {
    let (house, shelf) = bank().await;
    quality(&house).await;
    let (services, context, today) = (&house.services, house.services.system(), local_day(house.now()));
    let before = shelf.newest(CatalogueKind::Release).expect("a list");
    let mut items: Vec<Item> = before.items.iter().filter(|item| item.code != "cd34_viability").cloned().collect();
    for (position, item) in (1..).zip(&mut items) {
        item.position = position;
    }
    let two = items.iter_mut().find(|item| item.needs_two()).expect("a step of two");
    let of_two = std::mem::replace(&mut two.code, "done_by_whomever".to_owned());
    (two.zh, two.en) = ("随便谁做".to_owned(), "Done by whomever".to_owned());
    let release = (CatalogueKind::Release, 1);
    let Err(ListError::Losses(losses)) = lists::add(services, &context, release, (&items, false), (today, WHY)).await
    else {
        panic!("nobody said that it is meant")
    };
    assert_eq!(losses, [ListLoss::People(of_two), ListLoss::Bound("cd34_viability".to_owned())]);
    assert_eq!(number(&house, "select count(*) from custody_catalogue").await, 3, "nothing was written");
    assert_eq!(lists::add(services, &context, release, (&items, true), (today, WHY)).await.expect("it is meant"), 2);
    let noted = "select count(*) from audit_entry where action = 'custody.list_added' and detail ->> 'let_go' = '2'";
    assert_eq!(number(&house, noted).await, 1);
}

/// Another server adds a list and works by it within the second for which this one takes what it read for fresh.
#[tokio::test]
async fn a_list_that_another_server_added_a_moment_ago_is_no_reason_to_refuse_what_is_worked_by_it() {
    let (house, shelf) = bank().await;
    quality(&house).await;
    let begun = unit_in(&house, 1, State::Received).await;
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let (today, items) = (local_day(house.now()), with_one_more(&shelf));
    lists::add(&other, &other.system(), (CatalogueKind::Preparation, 1), (&items, false), (today, WHY))
        .await
        .expect("added");
    let fresh = life(2);
    let told: Vec<Incoming> = fresh.until(State::Processing, &shelf);
    let told: Vec<Incoming> = told.into_iter().map(|one| Incoming { occurred_at: house.now(), ..one }).collect();
    let (first, rest) = told.split_at(of_kind(&told, Kind::StepDone) + 1);
    let mut tx = other.begin().await.expect("a transaction");
    let there =
        services::custody::record_in(&mut tx, &other, &LIMS, first, house.now()).await.expect("nothing is broken");
    assert!(there.iter().all(Result::is_ok), "{there:?}");
    tx.commit().await.expect("kept");
    let of = |unit: UnitId| {
        let sql =
            "select l.version from custody_unit u join custody_catalogue l on l.id = u.preparation_id where u.id = $1";
        sqlx::query_scalar::<_, i32>(sql).bind(unit.0).fetch_one(&house.services.db)
    };
    assert_eq!((of(begun).await.expect("a list"), of(fresh.unit).await.expect("a list")), (1, 2));
    assert!(tell(&house, rest).await.iter().all(Result::is_ok), "here, where the list was not there a moment ago");
    assert_eq!(seen(&house, fresh.unit).await.steps.of(), 57);
}

/// A unit without a step is shown, and judged, by the list of the day, whenever it was registered and whatever comes later.
#[tokio::test]
async fn where_a_unit_names_no_list_pages_and_record_go_by_the_one_of_the_day() {
    let (house, shelf) = bank().await;
    quality(&house).await;
    let waits = unit_in(&house, 1, State::InTransit).await;
    let (today, items) = (local_day(house.now()), with_one_more(&shelf));
    let kind = (CatalogueKind::Preparation, 1);
    let (services, context) = (&house.services, house.services.system());
    lists::add(services, &context, kind, (&items, false), (today.saturating_add(1.day()), WHY)).await.expect("added");
    house.services.clock.advance(jiff::SignedDuration::from_hours(1));
    assert_eq!(seen(&house, waits).await.steps.of(), 56, "it holds from tomorrow on");
    house.services.clock.advance(jiff::SignedDuration::from_hours(24));
    assert_eq!(seen(&house, waits).await.steps.of(), 57, "registered before, begun by none");
    let received = Payload::Received { operator: "LAB-01".to_owned(), weight_g: 150.0 };
    one(&house, waits, received).await.expect("taken in");
    let step = Payload::StepDone {
        step: "record_scanned".to_owned(),
        operator: "LAB-01".to_owned(),
        with: None,
        instrument: None,
        lots: vec![],
        values: vec![],
    };
    one(&house, waits, step).await.expect("a step of the list that was shown");
    assert_eq!(seen(&house, waits).await.steps.catalogue.version, 2);
}

/// What a test that is done once more is judged by stands in the unit's row, as for every other event of a list.
#[tokio::test]
async fn a_test_that_is_done_once_more_names_its_list() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 1, State::Received).await;
    let named = "select count(*) from custody_unit where tests_id is not null";
    assert_eq!(number(&house, named).await, 0);
    let (test, reason) = ("tnc".to_owned(), "control".to_owned());
    one(&house, unit, Payload::TestRepeated { test, reason, takes_back: false, both_clocks: false })
        .await
        .expect("kept");
    assert_eq!(number(&house, named).await, 1);
}

#[tokio::test]
async fn the_rules_of_the_way_are_replaced_from_a_day_on_and_the_same_twice_is_one() {
    let (house, _) = bank().await;
    quality(&house).await;
    let (services, context) = (&house.services, house.services.system());
    let today = local_day(house.now());
    let tomorrow = today.saturating_add(1.day());
    for hours in [(0, 48), (30, 20), (24, 241)] {
        let wrong = lists::set_rules(services, &context, hours, (tomorrow, WHY)).await;
        assert!(matches!(wrong, Err(ListError::Hours)), "{hours:?}: {wrong:?}");
    }
    let past = lists::set_rules(services, &context, (20, 40), (today.saturating_sub(1.day()), WHY)).await;
    assert!(matches!(past, Err(ListError::Early(day)) if day == today), "{past:?}");
    let new = RulesVersion { version: 2, from: tomorrow, alarm: 20 * 60, reject: 40 * 60 };
    for _ in 0..2 {
        assert_eq!(lists::set_rules(services, &context, (20, 40), (tomorrow, WHY)).await.expect("set"), new);
    }
    assert_eq!(lists::rules(services, &context).await.expect("rules").last(), Some(&new));
    let shelf = read_anew(&house).await;
    let limits = |at: Timestamp| shelf.rules_at(at).map(|rules| (rules.transit_alarm, rules.transit_limit));
    assert_eq!(limits(house.now()), Some((1440, 2880)));
    assert_eq!(limits(house.now() + jiff::SignedDuration::from_hours(24)), Some((1200, 2400)));
    let noted = "select count(*) from audit_entry where action = 'custody.rules_added'";
    assert_eq!(number(&house, noted).await, 1);
}

#[tokio::test]
async fn the_desk_reads_every_version_with_what_it_changed_and_whose_word_it_is() {
    let (house, shelf) = bank().await;
    quality(&house).await;
    let (services, context) = (&house.services, house.services.system());
    let tomorrow = local_day(house.now()).saturating_add(1.day());
    let mut items = with_one_more(&shelf);
    items[0].zh = "冷链箱签收".to_owned();
    let preparation = (CatalogueKind::Preparation, 1);
    lists::add(services, &context, preparation, (&items, false), (tomorrow, WHY)).await.expect("added");
    lists::set_rules(services, &context, (20, 40), (tomorrow, WHY)).await.expect("set");
    let steward = lists::page(services, &of(&house, 1, Role::Steward)).await;
    assert!(matches!(steward, Err(DeskError::Denied(_))), "{steward:?}");
    let page = lists::page(services, &of(&house, 1, Role::LabOfficer)).await.expect("a page");
    let counts: Vec<(CatalogueKind, usize, usize)> =
        page.lists.iter().map(|(kind, all)| (*kind, all.len(), all[0].list.items.len())).collect();
    let (tests, release) = ((CatalogueKind::Test, 1, 15), (CatalogueKind::Release, 1, 58));
    assert_eq!(counts, [(CatalogueKind::Preparation, 2, 57), tests, release]);
    let new = &page.lists[0].1[0];
    let renamed = ListChange::Renamed(items[0].code.clone());
    assert_eq!(new.changes, [renamed, ListChange::Added("record_scanned".to_owned())]);
    assert_eq!(new.before.as_ref().map(|list| list.version), Some(1));
    let said = new.said.as_ref().expect("whose word it is");
    assert_eq!((said.at, said.by.as_str(), said.reason.as_str()), (house.now(), "演示·同事", WHY.reason));
    let first = &page.lists[0].1[1];
    assert!(first.said.is_none() && first.changes.is_empty() && first.before.is_none(), "the house's own");
    let way: Vec<(u32, u32, bool)> =
        page.way.iter().map(|one| (one.rules.version, one.rules.alarm, one.said.is_some())).collect();
    assert_eq!(way, [(2, 1200, true), (1, 1440, false)]);
}
