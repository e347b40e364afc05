//! The database's own answer: whatever the policy said, a family's transaction finds no row of another family.

use super::{count, family, units};
use domain::ids::AccountId;
use services::family::Own;
use store::family::certificates;
use testkit::TestHouse;
use uuid::Uuid;

/// Every table that says something of a family: all that its role may read, but what is [`NOBODYS`].
const TABLES: [&str; 18] = [
    "custody_deviation",
    "custody_event",
    "custody_placement",
    "custody_unit",
    "family",
    "family_access",
    "family_certificate",
    "family_child",
    "family_consent",
    "family_contract",
    "family_contract_due",
    "family_contract_event",
    "family_contract_payment",
    "family_contract_price",
    "family_invitation",
    "family_member",
    "family_notice",
    "family_notice_read",
];

/// What its role may read besides: lists, rules, names of places, hashes, what was measured in tanks.
const NOBODYS: [&str; 10] = [
    "custody_catalogue",
    "custody_catalogue_item",
    "custody_node",
    "custody_room",
    "custody_root",
    "custody_rules",
    "custody_tank",
    "telemetry_channel",
    "telemetry_rollup",
    "telemetry_rules",
];

pub(super) async fn counted(db: &mut sqlx::PgConnection, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
    sqlx::query_scalar(sql).fetch_one(db).await.expect("a count")
}

#[tokio::test]
async fn with_the_policy_gone_a_family_still_finds_only_its_own() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    let second = family(&house, 2, all[1]).await;

    // Somebody of nobody: not a row of anything.
    let mut stranger = Own::of(&house.services, AccountId(Uuid::from_u128(77))).await.expect("a transaction");
    for table in TABLES {
        assert_eq!(counted(&mut stranger.tx, table).await, 0, "{table}");
    }
    drop(stranger);

    // The first family: one unit of all, and nothing that names the second.
    let mut first = Own::of(&house.services, AccountId(Uuid::from_u128(11))).await.expect("a transaction");
    assert_eq!(counted(&mut first.tx, "custody_unit").await, 1);
    assert_eq!(counted(&mut first.tx, "family").await, 1);
    let events: i64 = sqlx::query_scalar("select count(*) from custody_event where unit_id = $1")
        .bind(all[1].0)
        .fetch_one(&mut *first.tx)
        .await
        .expect("a count");
    assert_eq!(events, 0);
    for (unit, lay) in [(all[0], true), (all[1], false)] {
        let stays = store::telemetry::history::stays(&mut *first.tx, unit.0).await.expect("read");
        assert_eq!(!stays.is_empty(), lay, "where it lay");
    }
    let raw = store::custody::units::one(&mut *first.tx, all[1].0).await.expect("read");
    assert!(raw.is_none(), "the room of custody finds it no more than we do");
    drop(first);

    // The control: as the house they are all there.
    let mut house_itself = house.services.db.acquire().await.expect("a connection");
    assert!(counted(&mut house_itself, "custody_unit").await > 2);
    assert_eq!(counted(&mut house_itself, "family").await, 2);
    let of_second: i64 = sqlx::query_scalar("select count(*) from family_member where family_id = $1")
        .bind(second.0)
        .fetch_one(&mut *house_itself)
        .await
        .expect("a count");
    assert_eq!(of_second, 2);
}

/// Whoever grants a family's role another table comes by here: with a policy of the families' own, or as one of nobody's.
#[tokio::test]
async fn every_table_that_a_family_may_read_has_its_policy_or_is_nobodys() {
    let house = TestHouse::new().await;
    let owner = house.db.owner_pool();
    let readable: Vec<(String, bool)> = sqlx::query_as(
        "select c.relname::text, c.relrowsecurity and exists (
                  select from pg_policy p where p.polrelid = c.oid and p.polcmd = 'r' and p.polroles = array['cb_family'::regrole::oid])
         from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and has_any_column_privilege('cb_family', c.oid, 'select')
         order by c.relname::text collate \"C\"",
    )
    .fetch_all(&owner)
    .await
    .expect("tables");
    let narrowed = |wanted: bool| {
        readable.iter().filter(|(_, own)| *own == wanted).map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    };
    let (own, nobodys): (Vec<&str>, Vec<&str>) = (narrowed(true), narrowed(false));
    assert_eq!((own, nobodys), (TABLES.to_vec(), NOBODYS.to_vec()));

    // None of them is written by it, and of what acts as the owner it may ask two questions.
    let written: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and (has_any_column_privilege('cb_family', c.oid, 'insert, update')
                or has_table_privilege('cb_family', c.oid, 'delete, truncate'))",
    )
    .fetch_one(&owner)
    .await
    .expect("a count");
    assert_eq!(written, 0);
    let asked: Vec<String> = sqlx::query_scalar(
        "select p.proname::text from pg_proc p
         where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.prorettype <> 'trigger'::regtype
           and has_function_privilege('cb_family', p.oid, 'execute') order by p.proname::text collate \"C\"",
    )
    .fetch_all(&owner)
    .await
    .expect("functions");
    assert_eq!(asked, ["family_birth_mother", "family_of_reader"]);
}

#[tokio::test]
async fn a_familys_transaction_writes_nothing_and_leaves_nothing_behind() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    let mut own = Own::of(&house.services, AccountId(Uuid::from_u128(11))).await.expect("a transaction");
    let written = sqlx::query("update family_member set kin = 'adult_child'").execute(&mut *own.tx).await;
    assert!(written.is_err(), "the database refuses it");
    drop(own);
    // The same connections serve the house afterwards, as the house.
    for _ in 0..20 {
        let mut db = house.services.db.acquire().await.expect("a connection");
        let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut *db).await.expect("a role");
        assert_eq!(role, "cb_app");
    }
}

/// A certificate is issued as the house: the statement that writes it asks whose the unit is, whatever was asked before.
#[tokio::test]
async fn a_certificate_is_issued_to_nobody_but_the_units_own_family() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let (first, second) = (family(&house, 1, all[0]).await, family(&house, 2, all[1]).await);
    let day = domain::time::local_day(house.now());
    let mut db = house.services.db.acquire().await.expect("a connection");
    let mother = Uuid::from_u128(11);
    let tried = [
        ((second, all[1], mother), false), // of another family
        ((first, all[1], mother), false),  // another's unit
        ((first, all[0], mother), true),
    ];
    for (at, ((family, unit, account), issued)) in tried.into_iter().enumerate() {
        let number = format!("CERT000{at}");
        let id = Uuid::from_u128(at as u128 + 1);
        let done = certificates::issue(&mut *db, id, (family.0, unit.0, account), &number, day).await.expect("asked");
        assert_eq!(done, issued, "{at}");
    }
    let kept = certificates::of_unit(&mut *db, (second.0, all[0].0)).await.expect("read");
    assert!(kept.is_none(), "another family has no certificate of it");
}

#[tokio::test]
async fn a_member_who_left_finds_nothing_any_more() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    sqlx::query("update family_member set until = now() where account_id = $1")
        .bind(Uuid::from_u128(12))
        .execute(&house.db.owner_pool())
        .await
        .expect("left");
    let mut own = Own::of(&house.services, AccountId(Uuid::from_u128(12))).await.expect("a transaction");
    for table in TABLES {
        assert_eq!(counted(&mut own.tx, table).await, 0, "{table}");
    }
}

/// Every way of the domain's table is in the database's, and no other.
#[tokio::test]
async fn the_database_knows_the_ways_of_contracts() {
    use domain::family::{ContractEvent, ContractState};
    use std::collections::BTreeSet;
    let house = TestHouse::new().await;
    let stored: Vec<(String, String)> = sqlx::query_as("select from_state, to_state from family_contract_way")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the ways");
    let ways = ContractState::ALL.into_iter().flat_map(|from| {
        let to = ContractEvent::ALL.into_iter().filter_map(move |event| from.after(event));
        to.map(move |to| (from.name().to_owned(), to.name().to_owned()))
    });
    assert_eq!(stored.into_iter().collect::<BTreeSet<_>>(), ways.collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn prices_never_change_and_arrears_leave_the_unit_where_it_is() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    let owner = house.db.owner_pool();
    for sql in [
        "update family_contract_price set fen = 1",
        "delete from family_contract_price",
        "update family_consent set given = true",
        "update family_contract set state = 'draft', version = version + 1",
        "update family_contract set state = 'arrears'",
    ] {
        // (No consent was given yet: a statement that meets no row is refused all the same.)
        assert!(sqlx::query(sql).execute(&owner).await.is_err(), "{sql}");
    }
    let unit = "select count(*) from custody_unit where family_id is not null and state = 'banked'";
    assert_eq!(count(&house, unit).await, 1);
    sqlx::query("update family_contract set state = 'arrears', version = version + 1")
        .execute(&owner)
        .await
        .expect("a way");
    assert_eq!(count(&house, unit).await, 1);
}
