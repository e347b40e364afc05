//! What the database refuses, whoever asks it.

use super::*;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[tokio::test]
async fn the_ways_of_the_database_are_the_ways_of_the_domain() {
    let house = TestHouse::new().await;
    let there: Vec<(String, String)> = sqlx::query_as("select from_state, to_state from custody_way")
        .fetch_all(&house.services.db)
        .await
        .expect("read");
    let due = domain::custody::ways().into_iter().map(|(from, to)| (from.name().to_owned(), to.name().to_owned()));
    let there: BTreeSet<(String, String)> = there.into_iter().collect();
    assert_eq!(there, due.collect::<BTreeSet<_>>(), "a way is added to the table by a migration");
}

#[tokio::test]
async fn the_first_lists_are_56_15_and_58_without_a_gap() {
    let (_house, shelf) = bank().await;
    let today = "2026-07-20T04:00:00Z".parse().expect("an instant");
    use domain::custody::CatalogueKind;
    for (kind, count, sections) in [
        (CatalogueKind::Preparation, 56, "ABCDEFGH"),
        (CatalogueKind::Test, 15, "T"),
        (CatalogueKind::Release, 58, "IIIIIIIVVVIVIIVIIIIXX"),
    ] {
        let list = shelf.at(kind, today).expect("a list");
        assert_eq!(list.items.len(), count);
        assert!((1..).zip(&list.items).all(|(position, item)| item.position == position), "{kind:?}");
        let mut in_order: Vec<&str> = list.items.iter().map(|item| item.section.as_str()).collect();
        in_order.dedup();
        assert_eq!(in_order.concat(), sections);
        let codes: BTreeSet<&str> = list.items.iter().map(|item| item.code.as_str()).collect();
        assert_eq!(codes.len(), count, "{kind:?}");
        for item in &list.items {
            assert!(!item.zh.is_ascii() || item.code == "hiv", "{}", item.zh);
            assert!(item.en.chars().next().is_some_and(|first| first.is_ascii_uppercase()), "{}", item.en);
        }
    }
    // Their words are the house's own, and reviewed as a whole.
    let mut words = String::new();
    for kind in [CatalogueKind::Preparation, CatalogueKind::Test, CatalogueKind::Release] {
        for item in &shelf.at(kind, today).expect("a list").items {
            let _ =
                writeln!(words, "{kind:?} {} {} {}: {} / {}", item.section, item.position, item.code, item.zh, item.en);
        }
    }
    testkit::golden::is_the_reviewed_one(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/catalogues.txt"), &words);
    let release = shelf.at(CatalogueKind::Release, today).expect("a list");
    assert_eq!([release.before_approval(), release.before_shipping()].map(u64::count_ones), [50, 54]);
}

/// What a script that speaks SQL as `pool`'s role is answered: the rule that refuses, or the class where it has no name.
async fn answer(pool: &sqlx::PgPool, sql: &str) -> Option<String> {
    let mut db = pool.acquire().await.expect("a connection").detach();
    let done = sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}; commit"))).execute(&mut db).await;
    done.err().map(|error| {
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        store::constraint_of(&error).map(str::to_owned).or(code).unwrap_or_default()
    })
}

#[tokio::test]
async fn what_happened_is_neither_changed_nor_deleted_nor_forged_even_by_the_owner() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::FrozenQuarantine).await;
    let owner = house.db.owner_pool();
    for sql in [
        format!("update custody_event set kind = 'banked' where unit_id = '{unit}' and seq = 3"),
        format!("delete from custody_event where unit_id = '{unit}' and seq > 10"),
        "truncate custody_event".to_owned(),
        "truncate custody_event_3".to_owned(),
        "update custody_event_5 set kind = 'banked'".to_owned(),
        "delete from custody_event_7".to_owned(),
        "update custody_catalogue_item set code = 'x1' where position = 1".to_owned(),
        "delete from custody_catalogue".to_owned(),
        "update custody_rules set transit_reject_min = 9999".to_owned(),
    ] {
        assert_eq!(answer(&owner, &sql).await.as_deref(), Some("42501"), "{sql}");
    }
    let forged = |seq: &str, prev: &str| {
        format!(
            "insert into custody_event (unit_id, seq, kind, sealed, digest, occurred_at, received_at, actor_kind, source, prev_hash, hash)
             select unit_id, {seq}, kind, sealed, digest, occurred_at, received_at, actor_kind, source, {prev}, hash
             from custody_event where unit_id = '{unit}' and seq = 5"
        )
    };
    let last = format!("(select max(seq) + 1 from custody_event where unit_id = '{unit}')");
    let follows = Some("custody_event_follows".to_owned());
    assert_eq!(
        answer(&house.services.db, &forged(&last, "prev_hash")).await,
        follows,
        "after an event that it is not after"
    );
    assert_eq!(answer(&house.services.db, &forged("9999", "hash")).await, follows, "a gap");
    let again = answer(&house.services.db, &forged("5", "prev_hash")).await.expect("refused");
    assert!(again.ends_with("_pkey"), "{again}");
}

#[tokio::test]
async fn a_state_that_is_written_by_hand_is_refused() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::FrozenQuarantine).await;
    let set = |what: &str| format!("update custody_unit set {what} where id = '{unit}'");
    for (sql, refused) in [
        (set("state = 'banked'"), "custody_unit_goes"),
        (set("state = 'infused', seq = seq + 1"), "custody_unit_way"),
        (set("state = 'banked', seq = seq + 1"), "custody_unit_complete"),
        (set("state = 'banked', seq = seq + 1, record_signed = true, steps_done = (1::bigint << 56) - 1"), "custody_unit_complete"),
        (
            set("state = 'banked', seq = seq + 1, record_signed = true, preparation_id = null, tests_id = null"),
            "custody_unit_complete",
        ),
        // All of it, and no event that says so.
        (
            set("state = 'banked', seq = seq + 1, record_signed = true, steps_done = (1::bigint << 56) - 1,
                 tests_final = (1::bigint << 15) - 1, tests_id = (select id from custody_catalogue where kind = 'test')"),
            "custody_unit_told",
        ),
        (set("seq = seq + 1"), "custody_unit_told"),
        (set("seq = seq - 1"), "custody_unit_goes"),
        (set("head = decode(repeat('ab', 32), 'hex')"), "custody_unit_told"),
        (set("steps_done = 1"), "custody_unit_done"),
        (set("state = 'quarantine_hold', held_in = 'banked', seq = seq + 1"), "custody_unit_hold"),
        (set("held_in = 'banked'"), "custody_unit_held"),
        (set("open_deviations = -1"), "custody_unit_deviations"),
        (
            "insert into custody_unit (id, din, pool, state, seq, head, registered_at, changed_at)
             values (gen_random_uuid(), 'TEST125000777', 'public', 'banked', 1, decode(repeat('00', 32), 'hex'), now(), now())"
                .to_owned(),
            "custody_unit_begins",
        ),
        (
            "insert into custody_unit (id, din, pool, state, seq, head, registered_at, changed_at)
             values (gen_random_uuid(), 'TEST125000777', 'public', 'expected', 1, decode(repeat('00', 32), 'hex'), now(), now())"
                .to_owned(),
            "custody_unit_told",
        ),
    ] {
        assert_eq!(answer(&house.services.db, &sql).await.as_deref(), Some(refused), "{sql}");
    }
    let held = unit_in(&house, 2, State::QuarantineHold).await;
    let elsewhere =
        format!("update custody_unit set state = 'listed', held_in = null, seq = seq + 1 where id = '{held}'");
    assert_eq!(answer(&house.services.db, &elsewhere).await.as_deref(), Some("custody_unit_hold"));
}

#[tokio::test]
async fn a_slot_holds_one_bag_and_a_placement_only_ends() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::FrozenQuarantine).await;
    unit_in(&house, 2, State::Processing).await;
    let other = life(2).unit;
    let copy = |unit: UnitId, tower: &str, with: &str| {
        format!(
            "insert into custody_placement (id, unit_id, tank_id, tower, frame, slot, put_at, put_by, put_with)
             select gen_random_uuid(), '{unit}', tank_id, {tower}, frame, slot, put_at, put_by, {with} from custody_placement"
        )
    };
    for (sql, refused) in [
        (copy(other, "tower", "put_with"), "custody_placement_slot"),
        (copy(unit, "tower + 1", "put_with"), "custody_placement_unit"),
        (copy(other, "99", "put_with"), "custody_placement_exists"),
        (copy(other, "tower + 1", "put_by"), "custody_placement_put_by_two"),
        (
            "update custody_placement set taken_at = now(), taken_by = put_by, taken_with = put_by".to_owned(),
            "custody_placement_taken_by_two",
        ),
        ("update custody_placement set tower = 2".to_owned(), "42501"),
        ("delete from custody_placement".to_owned(), "42501"),
    ] {
        assert_eq!(answer(&house.services.db, &sql).await.as_deref(), Some(refused), "{sql}");
    }
}
