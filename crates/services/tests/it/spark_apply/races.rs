//! Races on real Postgres, each with its negative control.

use super::*;
use futures::future::join_all;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::ToSqlx as _;
use store::spark::apply as sql;
use tokio::sync::Barrier;
use uuid::Uuid;

const PRESSES: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn pressed_at_once_on_several_servers_it_is_sent_once() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let (seen, start) = (read(&house, &me, id).await.digest, Arc::new(Barrier::new(PRESSES)));
    let mut presses = Vec::new();
    for _ in 0..PRESSES {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (me, seen, start) = (me.clone(), seen.clone(), Arc::clone(&start));
        presses.push(tokio::spawn(async move {
            start.wait().await;
            apply::submit(&server, &me, id, &seen).await
        }));
    }
    let receipts: Vec<Receipt> =
        join_all(presses).await.into_iter().map(|press| press.expect("nobody panics").expect("sent")).collect();
    let references: BTreeSet<&str> = receipts.iter().map(|receipt| receipt.reference.as_str()).collect();
    assert_eq!((receipts.len(), references.len()), (PRESSES, 1));
    let entries = count(&house, "audit_entry where action = 'spark.application_submitted'").await;
    let kept = (count(&house, "spark_snapshot").await, count(&house, "spark_consent").await, entries);
    assert_eq!(kept, (1, 5, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_the_same_would_be_sent_twice() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let by = me.actor.account().expect("an account").0;
    let start = Arc::new(Barrier::new(2));
    let mut presses = Vec::new();
    for n in 1..=2_i32 {
        let (pool, start) = (house.db.owner_pool(), Arc::clone(&start));
        presses.push(tokio::spawn(async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let row = sql::application(&mut *tx, id.0).await.expect("read").expect("there");
            start.wait().await;
            if row.submitted_at.is_some() {
                return false;
            }
            let snapshot = sql::SnapshotRow {
                id: Uuid::from_u128(n.unsigned_abs().into()),
                number: n,
                sealed: vec![1],
                digest: vec![0; 32],
                taken_at: Timestamp::UNIX_EPOCH.to_sqlx(),
            };
            sql::add_snapshot(&mut tx, id.0, 1, &snapshot, by).await.expect("added");
            tx.commit().await.expect("committed");
            true
        }));
    }
    let sent = join_all(presses).await.into_iter().filter(|press| matches!(press, Ok(true))).count();
    assert_eq!((sent, count(&house, "spark_snapshot").await), (2, 2), "a race that cannot go wrong proves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_tabs_that_save_one_page_at_once_one_is_saved_and_the_others_are_shown_it() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let based_on = read(&house, &me, id).await.draft.version("household");
    let start = Arc::new(Barrier::new(PRESSES));
    let mut tabs = Vec::new();
    for n in 0..PRESSES {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (me, start) = (me.clone(), Arc::clone(&start));
        tabs.push(tokio::spawn(async move {
            start.wait().await;
            let typed = one("household", &(n + 10).to_string());
            apply::save(&server, &me, id, ("household", based_on), &typed).await.map(|_| typed)
        }));
    }
    let (mut saved, mut shown) = (Vec::new(), Vec::new());
    for tab in join_all(tabs).await {
        match tab.expect("nobody panics") {
            Ok(typed) => saved.push(typed),
            Err(ApplyError::Conflict(conflict)) => shown.push(conflict.theirs.typed),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((saved.len(), shown.len()), (1, PRESSES - 1));
    assert!(shown.iter().all(|typed| *typed == saved[0]));
    let now = read(&house, &me, id).await;
    assert_eq!(now.draft.page("household").map(|page| (page.version, &page.typed)), Some((based_on + 1, &saved[0])));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_lock_and_version_one_tab_would_replace_the_other_unseen() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let start = Arc::new(Barrier::new(2));
    let mut tabs = Vec::new();
    for n in 1..=2_u8 {
        let (pool, start) = (house.db.owner_pool(), Arc::clone(&start));
        tabs.push(tokio::spawn(async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let pages = sql::pages(&mut tx, id.0).await.expect("read");
            let seen = pages.into_iter().find(|row| row.page == "household").expect("there");
            start.wait().await;
            let done = sqlx::query("update spark_application_page set version = $2, sealed = $3 where id = $1")
                .bind(seen.id)
                .bind(seen.version + 1)
                .bind(vec![n])
                .execute(&mut *tx)
                .await
                .expect("written");
            tx.commit().await.expect("committed");
            done.rows_affected()
        }));
    }
    let written: u64 = join_all(tabs).await.into_iter().map(|tab| tab.expect("nobody panics")).sum();
    assert_eq!(written, 2, "both believe that theirs stands there");
    assert_eq!(count(&house, "spark_application_page where page = 'household'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_saved_while_it_is_sent_is_in_it_or_refused() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let shown = read(&house, &me, id).await;
    let based_on = shown.draft.version("household");
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let typed = one("household", "9");
    let (sent, saved) = tokio::join!(
        apply::submit(&house.services, &me, id, &shown.digest),
        apply::save(&other, &me, id, ("household", based_on), &typed),
    );
    match (sent, saved) {
        (Ok(_), Err(ApplyError::Sent)) => {
            let sent = apply::snapshot(&house.services, &me, id).await.expect("sent");
            assert_eq!(sent.answers.get("household"), Some("4"));
        }
        (Err(ApplyError::StateHasChanged), Ok(version)) => {
            assert_eq!((version, count(&house, "spark_snapshot").await), (based_on + 1, 0));
        }
        other => panic!("{other:?}"),
    }
}
