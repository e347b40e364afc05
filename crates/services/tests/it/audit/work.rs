//! The trail at work: who may write and read it, and the sequencer that gives positions, on several servers.

use super::{entry, record, step, tamper, trail, verify};
use domain::account::{Actor, Denied, Role};
use domain::ids::{AccountId, ClientId, LoginSessionId};
use jiff::SignedDuration;
use serde_json::json;
use services::audit::{self, AuditError, Entry, Fault, Filter, Step};
use services::pulse::Pulse;
use sqlx::AssertSqlSafe;
use std::collections::HashSet;
use std::time::Duration;
use testkit::TestHouse;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[tokio::test]
async fn what_waits_is_watched() {
    let house = trail(1).await;
    record(&house, &[entry(50)]).await;
    assert!(verify(&house).await.is_sound());
    assert_eq!(verify(&house).await.waiting, 1);
    let waiting: Uuid = sqlx::query_scalar("select entry_id from audit_pending")
        .fetch_one(&house.services.db)
        .await
        .expect("one waits");
    house.services.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(verify(&house).await.faults, [Fault::Late { entry: waiting }]);
    // Deleted before it had a position.
    tamper(&house, &format!("delete from audit_entry where id = '{waiting}'")).await;
    assert_eq!(verify(&house).await.faults, [Fault::Vanished { entry: waiting }]);
    assert_eq!(step(&house).await, Step::Idle, "what is gone gets no position");
    // Its waiting deleted.
    let house = trail(1).await;
    record(&house, &[entry(51)]).await;
    sqlx::query("delete from audit_pending").execute(&house.services.db).await.expect("the server's role may");
    assert!(matches!(verify(&house).await.faults[..], [Fault::Smuggled { .. }]));
}

#[tokio::test]
async fn the_servers_role_cannot_change_the_trail() {
    let house = trail(1).await;
    for table in ["audit_entry", "audit_leaf", "audit_head"] {
        let column = if table == "audit_entry" { "action = 'x'" } else { "hash = ''" };
        let column = if table == "audit_head" { "root = ''" } else { column };
        for sql in [
            format!("update {table} set {column}"),
            format!("delete from {table}"),
            format!("truncate {table} cascade"),
            format!("alter table {table} disable trigger all"),
            format!("drop table {table}"),
        ] {
            let refused = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&house.services.db).await.expect_err(&sql);
            assert_eq!(refused.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"), "{sql}");
            // Not even the owner by a slip: the trigger stands in the way until it is switched off.
            if !sql.starts_with("alter") && !sql.starts_with("drop") {
                let owner = house.db.owner_pool();
                let refused = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&owner).await.expect_err(&sql);
                assert_eq!(refused.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"), "{sql}");
            }
        }
    }
    let replica = sqlx::query("set session_replication_role = replica").execute(&house.services.db).await;
    assert!(replica.is_err(), "the server's role cannot switch triggers off");
    assert!(verify(&house).await.is_sound());
}

#[tokio::test]
async fn an_entry_lives_and_dies_with_its_transaction() {
    let house = TestHouse::new().await;
    let mut lost = house.services.begin().await.expect("a transaction");
    audit::record(&mut lost, &house.services.system(), &[entry(1)]).await.expect("recorded");
    lost.rollback().await.expect("rolled back");
    assert_eq!(step(&house).await, Step::Idle);

    // An entry with an older id that commits later is not missed, and what is not committed holds nobody up.
    let mut slow = house.services.begin().await.expect("a transaction");
    audit::record(&mut slow, &house.services.system(), &[entry(2)]).await.expect("recorded");
    house.services.clock.advance(SignedDuration::from_secs(5));
    record(&house, &[entry(3), entry(4)]).await;
    assert!(matches!(step(&house).await, Step::Sequenced { entries: 2, .. }));
    slow.commit().await.expect("committed");
    assert!(matches!(step(&house).await, Step::Sequenced { entries: 1, .. }));
    assert!(verify(&house).await.is_sound());
    assert_eq!(entry_subject(&house, 2).await, Uuid::from_u128(2));
}

async fn entry_subject(house: &TestHouse, position: i64) -> Uuid {
    let id =
        sqlx::query_scalar("select subject_id from audit_leaf join audit_entry on id = entry_id where position = $1");
    id.bind(position).fetch_one(&house.services.db).await.expect("a leaf")
}

#[tokio::test]
async fn several_servers_sequence_without_gap_or_double() {
    let house = TestHouse::new().await;
    let shutdown = CancellationToken::new();
    let mut sequencers = Vec::new();
    for _ in 0..3 {
        let services = TestHouse::second(&house.db, house.services.clock.clone(), 3).await;
        let shutdown = shutdown.clone();
        sequencers.push(tokio::spawn(async move {
            let mut broken = Vec::new();
            while !shutdown.is_cancelled() {
                match audit::sequence(&services).await {
                    Ok(_) => tokio::time::sleep(Duration::from_millis(3)).await,
                    Err(error) => broken.push(error.to_string()),
                }
            }
            broken
        }));
    }
    let writers = (0..4u128).map(|writer| {
        let services = house.services.clone();
        tokio::spawn(async move {
            for number in 0..40 {
                let mut transaction = services.begin().await.expect("a transaction");
                let entries: Vec<Entry> = (0..3).map(|part| entry(writer * 1000 + number * 10 + part)).collect();
                audit::record(&mut transaction, &services.system(), &entries).await.expect("recorded");
                if number % 5 == 0 {
                    tokio::time::sleep(Duration::from_millis(4)).await;
                }
                transaction.commit().await.expect("committed");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("the writer ends");
    }
    shutdown.cancel();
    for sequencer in sequencers {
        assert_eq!(sequencer.await.expect("the sequencer ends"), Vec::<String>::new());
    }
    while step(&house).await != Step::Idle {}
    let report = verify(&house).await;
    assert!(report.is_sound(), "{:?}", report.faults);
    assert_eq!(report.leaves, 4 * 40 * 3);
}

#[tokio::test]
async fn the_worker_keeps_up_and_ends_when_told() {
    let house = TestHouse::new().await;
    record(&house, &(0..u128::from(audit::BATCH) + 500).map(entry).collect::<Vec<_>>()).await;
    let shutdown = CancellationToken::new();
    let worker = tokio::spawn(audit::run(house.services.clone(), Pulse::default(), shutdown.clone()));
    for _ in 0..200 {
        if verify(&house).await.waiting == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), worker).await.expect("it ends at once").expect("without a panic");
    let report = verify(&house).await;
    assert!(report.is_sound(), "{:?}", report.faults);
    assert_eq!((report.leaves, report.heads), (2500, 2));
}

/// Looks until `done`, for ten seconds.
async fn until(done: impl Fn() -> bool) -> bool {
    for _ in 0..200 {
        if done() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn the_heart_of_a_worker_that_cannot_work_stands_still() {
    let house = TestHouse::new().await;
    let (pulse, shutdown) = (Pulse::default(), CancellationToken::new());
    assert_eq!(pulse.last(), None);
    let worker = tokio::spawn(audit::run(house.services.clone(), pulse.clone(), shutdown.clone()));
    let began = house.now();
    assert!(until(|| pulse.last() == Some(began)).await, "it beats though there is nothing to do");

    let owner = house.db.owner_pool();
    sqlx::raw_sql("alter table audit_pending rename to audit_hidden").execute(&owner).await.expect("hidden");
    // A step that had begun before may still have ended well: its beat is before the clock is moved.
    tokio::time::sleep(Duration::from_millis(200)).await;
    house.services.clock.advance(SignedDuration::from_secs(90));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(pulse.last(), Some(began), "steps that fail are no beats");

    sqlx::raw_sql("alter table audit_hidden rename to audit_pending").execute(&owner).await.expect("there again");
    assert!(until(|| pulse.last() == Some(house.now())).await, "it recovers by itself");
    shutdown.cancel();
    worker.await.expect("it ends without a panic");
}

#[tokio::test]
async fn heads_stay_good_when_keys_rotate() {
    let house = trail(2).await;
    let (vault, clock) = (&house.services.vault, &house.services.clock);
    let (first, _) = vault.jwt_encoding_key();
    vault.rotate(&house.services.db, house.now()).await.expect("keys rotate");
    clock.advance(SignedDuration::from_mins(1));
    vault.retire_signing_key(&house.services.db, &first, house.now()).await.expect("the old key ends");
    record(&house, &[entry(70)]).await;
    assert!(matches!(step(&house).await, Step::Sequenced { entries: 1, .. }));
    let report = verify(&house).await;
    assert!(report.is_sound(), "{:?}", report.faults);
    assert_eq!(report.heads, 3);
    // With the ended key nothing new can be signed.
    tamper(&house, &format!("update audit_head set kid = '{first}' where size = 7")).await;
    assert!(!verify(&house).await.is_sound());
}

fn staff(role: Role) -> Actor {
    let (account, login) = (AccountId(Uuid::from_u128(0xA)), LoginSessionId(Uuid::from_u128(0xB)));
    Actor::Staff { account, login, roles: vec![role], stepped_up_at: None }
}

#[tokio::test]
async fn only_auditors_read_the_trail() {
    let house = trail(1).await;
    let filter = Filter::default();
    for (actor, denied) in [
        (Actor::Anonymous, Denied::SignInNeeded),
        (staff(Role::MuseumOfficer), Denied::NotAllowed),
        (staff(Role::Operator), Denied::NotAllowed),
        (staff(Role::Steward), Denied::NotAllowed),
    ] {
        let read = audit::list(&house.services, &house.context(actor), &filter, None).await;
        assert!(matches!(read, Err(AuditError::Denied(reason)) if reason == denied), "{read:?}");
    }
    let page = audit::list(&house.services, &house.context(staff(Role::Auditor)), &filter, None).await.expect("a page");
    assert_eq!(page.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), [Some(2), Some(1), Some(0)]);
    assert_eq!(page.entries[0].detail, json!({ "people": 2, "note": "二人" }));
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn the_list_goes_page_by_page_and_filters() {
    let house = TestHouse::new().await;
    record(&house, &(0..120).map(entry).collect::<Vec<_>>()).await;
    house.services.clock.advance(SignedDuration::from_secs(1));
    let by_client = house.context(Actor::Client { client: ClientId(Uuid::from_u128(0xC)), scopes: vec![] });
    let cancelled = Entry { action: "booking.cancelled", ..entry(7) };
    let mut db = house.services.db.acquire().await.expect("a connection");
    audit::record(&mut db, &by_client, std::slice::from_ref(&cancelled)).await.expect("recorded");
    drop(db);

    let reader = house.context(staff(Role::Auditor));
    let (mut seen, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = audit::list(&house.services, &reader, &Filter::default(), cursor.as_deref()).await.expect("a page");
        assert!(page.entries.windows(2).all(|pair| (pair[0].at, pair[0].id) > (pair[1].at, pair[1].id)));
        seen.extend(page.entries.iter().map(|entry| entry.id));
        pages += 1;
        // What is recorded while somebody reads moves no page.
        record(&house, &[entry(500 + pages)]).await;
        house.services.clock.advance(SignedDuration::from_secs(1));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!((pages, seen.len(), seen.iter().collect::<HashSet<_>>().len()), (3, 121, 121));

    let count = async |filter: Filter| {
        audit::list(&house.services, &reader, &filter, None).await.expect("a page").entries.len()
    };
    assert_eq!(count(Filter { subject: Some(Uuid::from_u128(7)), ..Filter::default() }).await, 2);
    assert_eq!(count(Filter { action_prefix: Some("booking.canc".into()), ..Filter::default() }).await, 1);
    assert_eq!(count(Filter { action_prefix: Some("booking_".into()), ..Filter::default() }).await, 0);
    assert_eq!(count(Filter { actor: Some(Uuid::from_u128(0xC)), ..Filter::default() }).await, 1);
    let both = Filter { actor: Some(Uuid::from_u128(0xC)), subject: Some(Uuid::from_u128(8)), ..Filter::default() };
    assert_eq!(count(both).await, 0);
    for nonsense in ["", "x", "链接", "AAAA", &"f".repeat(32)] {
        let read = audit::list(&house.services, &reader, &Filter::default(), Some(nonsense)).await;
        assert!(matches!(read, Err(AuditError::Cursor)), "{nonsense}: {read:?}");
    }
}
