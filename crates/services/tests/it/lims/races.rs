//! Two senders of one batch, and a house that is killed in the middle of one: each record once.

use super::{laboratory, number, send, state, stream, system_of, texts};
use services::lims::simulate::Rates;
use services::lims::{Answer, Became, Outcome, take};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::TestHouse;
use tokio::sync::Barrier;

/// What each key became, whoever is told.
fn became(answers: &[Answer]) -> HashMap<String, Became> {
    let each = answers.iter().map(|answer| {
        let became = match &answer.outcome {
            Outcome::Now(became) | Outcome::Before(became) => became.clone(),
            Outcome::Conflict => panic!("no conflict: {answer:?}"),
        };
        (answer.key.clone().expect("a key"), became)
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_senders_of_one_batch_do_it_once_and_are_told_the_same() {
    let test = laboratory().await;
    let stream = stream(&test.services, 31, 12, Rates::NONE).await;
    let records = texts(&stream.messages);
    let second = TestHouse::second(&test.db, test.services.clock.clone(), 4).await;
    // Somebody who is in the way is told to come again.
    let until_taken = async |services: &services::Services| loop {
        match take(services, &system_of(services, 1), records.clone()).await {
            Ok(answers) => return answers,
            Err(services::lims::LimsError::Busy) => {}
            Err(error) => panic!("{error}"),
        }
    };
    let (one, other) = tokio::join!(until_taken(&test.services), until_taken(&second));
    assert_eq!(became(&one), became(&other));
    let events = number(&test, "select count(*) from custody_event where source = 'lims'").await;
    assert_eq!(events, records.len() as i64);
    assert_eq!(number(&test, "select count(*) from lims_dead_letter").await, 0);
    for din in &stream.truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked");
    }
}

/// The same race without the note of the key in the transaction: who looks, sees nothing, and writes, does so twice.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_note_of_its_key_a_record_would_be_kept_twice() {
    let test = laboratory().await;
    let owner = test.db.owner_pool();
    sqlx::query("create table naive (key text, said text)").execute(&owner).await.expect("a table");
    let barrier = Arc::new(Barrier::new(2));
    let sender = || {
        let (db, barrier) = (owner.clone(), barrier.clone());
        tokio::spawn(async move {
            let known: i64 =
                sqlx::query_scalar("select count(*) from naive where key = 'k'").fetch_one(&db).await.expect("a count");
            barrier.wait().await;
            if known == 0 {
                sqlx::query("insert into naive values ('k', 'once')").execute(&db).await.expect("a row");
            }
        })
    };
    let (one, other) = (sender(), sender());
    one.await.expect("a sender");
    other.await.expect("a sender");
    assert_eq!(number(&test, "select count(*) from naive").await, 2, "the race is one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_house_was_killed_in_the_middle_is_sent_again_and_each_record_is_kept_once() {
    let test = laboratory().await;
    let stream = stream(&test.services, 41, 24, Rates::NONE).await;
    let records = texts(&stream.messages);
    let doomed = TestHouse::second(&test.db, test.services.clock.clone(), 2).await;
    let over = Arc::new(AtomicBool::new(false));
    let killer = {
        let (owner, over) = (test.db.owner_pool(), over.clone());
        tokio::spawn(async move {
            let mut killed = 0;
            while !over.load(Ordering::Relaxed) {
                let taken: i64 =
                    sqlx::query_scalar("select count(*) from lims_record").fetch_one(&owner).await.expect("a count");
                if taken > 0 {
                    // Whoever else is connected: the house in the middle of its batch.
                    let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                                where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'";
                    killed += sqlx::query_scalar::<_, i64>(kill).fetch_one(&owner).await.unwrap_or(0);
                }
                if killed > 0 {
                    return killed;
                }
                tokio::task::yield_now().await;
            }
            killed
        })
    };
    let first = take(&doomed, &system_of(&doomed, 1), records.clone()).await;
    over.store(true, Ordering::Relaxed);
    let killed = killer.await.expect("the killer ends");
    assert!(killed > 0 || first.is_ok());
    let answers = loop {
        match take(&test.services, &system_of(&test.services, 1), records.clone()).await {
            Ok(answers) => break answers,
            // Its own connections may be among those that were ended.
            Err(error) => eprintln!("again: {error}"),
        }
    };
    assert_eq!(answers.len(), records.len());
    let events = number(&test, "select count(*) from custody_event where source = 'lims'").await;
    assert_eq!(events, records.len() as i64);
    assert_eq!(number(&test, "select count(*) from lims_record").await, records.len() as i64);
    assert_eq!(number(&test, "select count(*) from lims_dead_letter").await, 0);
    assert_eq!(became(&send(&test.services, records).await), became(&answers));
    for din in &stream.truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked");
    }
}
