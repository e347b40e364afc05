//! What the database holds by itself, whatever the program does: what is published never changes.

use super::{freezer, house_on, on, pay, publish, quarter, twelve};
use crate::ledger::purse_of;
use services::disclosure;
use testkit::TestHouse;

/// What the database says to a statement of the application's role.
async fn refused(house: &TestHouse, sql: &'static str) -> String {
    match sqlx::query(sql).execute(&house.services.db).await {
        Ok(done) => panic!("{sql} changed {} rows", done.rows_affected()),
        Err(error) => match store::constraint_of(&error) {
            Some(name) => name.to_owned(),
            None => error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned(),
        },
    }
}

const NO_RIGHT: &str = "42501";

#[tokio::test]
async fn what_is_published_is_changed_by_nobody() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    publish(&house, "2026-Q2").await;
    for sql in [
        "update disclosure_snapshot set lines = lines || 'x'",
        "update disclosure_snapshot set digest = sha256('x')",
        "update disclosure_snapshot set frozen_by = gen_random_uuid()",
        "delete from disclosure_snapshot",
        "truncate disclosure_snapshot cascade",
        "update disclosure_counted set amount = amount + 1",
        "delete from disclosure_counted",
        "update disclosure_notice set band = '1.1'",
        "delete from disclosure_notice",
    ] {
        assert_eq!(refused(&house, sql).await, NO_RIGHT, "{sql}");
    }
    let back = "update disclosure_snapshot set state = 'frozen', published_by = null, published_at = null";
    assert_eq!(refused(&house, back).await, "disclosure_snapshot_stays");
    let other = "update disclosure_snapshot set published_by = gen_random_uuid()";
    assert_eq!(refused(&house, other).await, "disclosure_snapshot_stays");
    // Not even by whoever owns the tables, as long as the rules stand.
    for sql in ["update disclosure_snapshot set lines = lines || 'x'", "delete from disclosure_counted"] {
        assert!(sqlx::query(sql).execute(&house.db.owner_pool()).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn what_is_frozen_is_what_it_says_and_goes_one_way() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    let frozen = disclosure::freeze(&house.services, &freezer(&house), quarter("2026-Q2")).await.expect("frozen");
    let alone = "update disclosure_snapshot set state = 'published', published_by = frozen_by, published_at = now()";
    assert_eq!(refused(&house, alone).await, "disclosure_snapshot_two_people");
    let nobody = "update disclosure_snapshot set state = 'published'";
    assert_eq!(refused(&house, nobody).await, "disclosure_snapshot_published");
    let begin = "insert into disclosure_snapshot (id, quarter, lines, digest, journal, state, frozen_by, frozen_at, published_by, published_at)
        values (gen_random_uuid(), '2026-Q1', 'x', sha256('x'), 1, 'published', gen_random_uuid(), now(), gen_random_uuid(), now())";
    assert_eq!(refused(&house, begin).await, "disclosure_snapshot_begins");
    let false_hash =
        "insert into disclosure_snapshot (id, quarter, lines, digest, journal, state, frozen_by, frozen_at)
        values (gen_random_uuid(), '2026-Q1', 'x', sha256('y'), 1, 'frozen', gen_random_uuid(), now())";
    assert_eq!(refused(&house, false_hash).await, "disclosure_snapshot_hash");
    let second = "insert into disclosure_snapshot (id, quarter, lines, digest, journal, state, frozen_by, frozen_at)
        values (gen_random_uuid(), '2026-Q1', 'x', sha256('x'), 1, 'frozen', gen_random_uuid(), now())";
    assert_eq!(refused(&house, second).await, "disclosure_snapshot_one_waits");
    let twice = "insert into disclosure_counted select snapshot_id, entry_id, family, families, amount, year_first, year_last, groups, region
        from disclosure_counted limit 1";
    assert_eq!(refused(&house, twice).await, "disclosure_counted_once");
    disclosure::discard(&house.services, &freezer(&house), frozen, "先核对").await.expect("discarded");
    assert_eq!(refused(&house, twice).await, "disclosure_counted_frozen");
}

/// The number of an entry is given while it shares the book's row, by the database alone.
#[tokio::test]
async fn every_entry_has_its_place_in_the_journal() {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)[..2]).await;
    let wrong = "select count(*) from ledger_entry e join ledger_entry f on f.position > e.position and f.entered_at < e.entered_at";
    assert_eq!(super::number(&house, wrong).await, 0);
    let given = "select count(*) from ledger_entry where position is null";
    assert_eq!(super::number(&house, given).await, 0);
    assert_eq!(refused(&house, "select nextval('ledger_entry_position')").await, NO_RIGHT);
    assert_eq!(refused(&house, "update ledger_entry set position = position + 1").await, NO_RIGHT);
}
