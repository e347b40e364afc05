//! Races on real Postgres, each with its negative control: the same race without the lock must go wrong, or it proves
//! nothing.

use super::*;
use domain::ambassador::State;
use services::ambassadors::AmbassadorFault;
use std::collections::HashSet;
use std::sync::Arc;
use store::ambassadors::{applications, certificates};
use store::requests::rows::Fresh;
use tokio::sync::Barrier;
use uuid::Uuid;

/// Forms of one contact, each proven.
async fn twins(house: &TestHouse, round: AmbassadorRoundId, count: usize) -> Vec<DraftView> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(proven(house, round, form(1)).await);
        house.services.clock.advance(SignedDuration::from_mins(2));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_forms_of_one_contact_sent_at_once_one_is_an_application() {
    let (house, round) = house(5).await;
    let start = Arc::new(Barrier::new(3));
    let mut all = Vec::new();
    for draft in twins(&house, round, 3).await {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (context, start) = (house.context(Actor::Anonymous), Arc::clone(&start));
        all.push(tokio::spawn(async move {
            start.wait().await;
            ambassadors::submit(&server, &context, &draft).await
        }));
    }
    let mut made = 0;
    for one in all {
        match one.await.expect("nobody panics") {
            Ok(_) => made += 1,
            Err(AmbassadorError::Own(AmbassadorFault::AppliedAlready)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((made, the_round(&house, round).await.applications), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_rounds_lock_the_same_contact_would_apply_twice() {
    let (house, round) = house(5).await;
    let id = apply(&house, round, 1).await;
    let pool = house.db.owner_pool();
    let index: Vec<u8> = sqlx::query_scalar("select mail_index from ambassador_application where id = $1")
        .bind(id.0)
        .fetch_one(&pool)
        .await
        .expect("the index");
    sqlx::query("delete from ambassador_application").execute(&pool).await.expect("nobody has applied");
    let start = Arc::new(Barrier::new(2));
    let mut all = Vec::new();
    for n in 0..2_u128 {
        let (pool, start, index) = (pool.clone(), Arc::clone(&start), index.clone());
        all.push(tokio::spawn(async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let there = applications::has_live(&mut tx, round.0, &index).await.expect("looked");
            start.wait().await;
            let fresh = row(n, round, index);
            applications::add(&mut tx, &fresh, jiff::Timestamp::UNIX_EPOCH).await.expect("added");
            tx.commit().await.expect("committed");
            there
        }));
    }
    for one in all {
        assert!(!one.await.expect("nobody panics"), "neither saw the other");
    }
    assert_eq!(the_round(&house, round).await.applications, 2, "a race that cannot go wrong proves nothing");
}

/// A row of nobody in particular.
fn row(n: u128, round: AmbassadorRoundId, index: Vec<u8>) -> applications::NewApplication {
    let common = Fresh {
        id: Uuid::from_u128(100 + n),
        draft_id: Uuid::from_u128(200 + n),
        reference: format!("AAAAAAA{n}"),
        organisation: "演示市星河中学".into(),
        city: "jinan".into(),
        locale: "zh-CN".into(),
        account_id: None,
        name_sealed: vec![1],
        post_sealed: vec![1],
        phone_sealed: None,
        phone_index: None,
        mail_sealed: Some(vec![1]),
        mail_index: Some(index),
        note_sealed: vec![1],
    };
    applications::NewApplication {
        common,
        round_id: round.0,
        capacity: "student".into(),
        age: 16,
        guardian_sealed: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_withdraw_at_once_promote_two_of_the_reserve() {
    let (house, round) = house(2).await;
    let mut all = Vec::new();
    for n in 0..5 {
        all.push(apply(&house, round, n).await);
    }
    select(&house, round, &all, 2).await;
    let (first, second) = (link(&house, all[0]).await, link(&house, all[1]).await);
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let pupil = house.context(Actor::Anonymous);
    let (one, two) = tokio::join!(
        ambassadors::withdraw(&house.services, &pupil, &first, None),
        ambassadors::withdraw(&other, &pupil, &second, None),
    );
    one.expect("withdrawn");
    two.expect("withdrawn");
    let mut states = Vec::new();
    for id in &all {
        states.push(application(&house, *id).await.state);
    }
    use State as S;
    assert_eq!(states, [S::Withdrawn, S::Withdrawn, S::Selected, S::Selected, S::Reserve]);
    for n in [2, 3] {
        let told = subjects(&house, n).await;
        assert_eq!(told.iter().filter(|it| it.contains("恭喜")).count(), 1, "{told:?}");
    }
    // The second press of the same button changes nothing, and promotes nobody else.
    let _ = ambassadors::withdraw(&house.services, &pupil, &first, None).await;
    assert_eq!(application(&house, all[4]).await.state, State::Reserve);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_lock_both_would_promote_the_same_one() {
    let (house, round) = house(2).await;
    let mut all = Vec::new();
    for n in 0..4 {
        all.push(apply(&house, round, n).await);
    }
    select(&house, round, &all, 2).await;
    let start = Arc::new(Barrier::new(2));
    let mut both = Vec::new();
    for _ in 0..2 {
        let (pool, start) = (house.db.owner_pool(), Arc::clone(&start));
        both.push(tokio::spawn(async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let sql = "select id from ambassador_application where round_id = $1 and state = 'reserve'
                       order by rank, created_at, id limit 1";
            let first: Uuid = sqlx::query_scalar(sql).bind(round.0).fetch_one(&mut *tx).await.expect("the first");
            start.wait().await;
            let sql = "update ambassador_application set state = 'selected' where id = $1";
            sqlx::query(sql).bind(first).execute(&mut *tx).await.expect("promoted");
            tx.commit().await.expect("committed");
            first
        }));
    }
    let mut promoted = HashSet::new();
    for one in both {
        promoted.insert(one.await.expect("nobody panics"));
    }
    assert_eq!(promoted.len(), 1, "a race that cannot go wrong proves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_and_no_twins_whoever_asks_at_once() {
    let (house, _) = house(2).await;
    const EACH: usize = 12;
    let start = Arc::new(Barrier::new(4));
    let mut all = Vec::new();
    for server in 0..4 {
        let (pool, start) = (house.db.app_pool(1), Arc::clone(&start));
        all.push(tokio::spawn(async move {
            start.wait().await;
            let mut kept = Vec::new();
            for n in 0..EACH {
                let mut tx = services::db::begin(&pool).await.expect("a transaction");
                let serial = certificates::next_serial(&mut tx, 2026).await.expect("a serial");
                // Every third of them fails after it had its number: it goes to the next.
                if (n + server) % 3 == 0 {
                    tx.rollback().await.expect("rolled back");
                } else {
                    tx.commit().await.expect("committed");
                    kept.push(serial);
                }
            }
            kept
        }));
    }
    let mut serials = Vec::new();
    for one in all {
        serials.extend(one.await.expect("nobody panics"));
    }
    serials.sort_unstable();
    let expected: Vec<i32> = (1..).take(serials.len()).collect();
    assert_eq!(serials, expected, "consecutive, each once");
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    assert_eq!(certificates::next_serial(&mut db, 2027).await.expect("a serial"), 1, "each year begins anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_years_row_two_would_have_one_number() {
    let (house, _) = house(2).await;
    sqlx::query("insert into ambassador_serial (year, last) values (2026, 7)")
        .execute(&house.db.owner_pool())
        .await
        .expect("a year");
    let start = Arc::new(Barrier::new(2));
    let mut both = Vec::new();
    for _ in 0..2 {
        let (pool, start) = (house.db.owner_pool(), Arc::clone(&start));
        both.push(tokio::spawn(async move {
            let mut tx = services::db::begin(&pool).await.expect("a transaction");
            let last: i32 = sqlx::query_scalar("select last from ambassador_serial where year = 2026")
                .fetch_one(&mut *tx)
                .await
                .expect("the last");
            start.wait().await;
            let sql = "update ambassador_serial set last = $1 where year = 2026";
            sqlx::query(sql).bind(last + 1).execute(&mut *tx).await.expect("written");
            tx.commit().await.expect("committed");
            last + 1
        }));
    }
    let mut serials = HashSet::new();
    for one in both {
        serials.insert(one.await.expect("nobody panics"));
    }
    assert_eq!(serials.len(), 1, "a race that cannot go wrong proves nothing");
}
