//! Senders that overtake each other on one unit: what came too early waits as letters, which are tried together, in the order of the
//! source, and kept once.

use super::{dead, laboratory, number, record, registered, send, state, stream, system_of, texts};
use domain::custody::{Din, Payload};
use serde_json::json;
use services::Services;
use services::custody::{By, Incoming, UnitName, record_in};
use services::lims::simulate::Rates;
use services::lims::{LimsError, sweep, take};
use std::sync::Arc;
use testkit::TestHouse;
use tokio::sync::Barrier;
use uuid::Uuid;

const DIN: &str = "T000126900001";
const AT: &str = "2026-07-01T09:00:00+08:00";

/// Events of a unit that stand in another order than the source's.
const DISORDERED: &str =
    "select count(*) from custody_event a join custody_event b on b.unit_id = a.unit_id and b.seq = a.seq + 1
     where a.source_seq > b.source_seq";
const EVENTS: &str = "select count(*) from custody_event where source = 'lims'";
const OPEN: &str = "select count(*) from lims_dead_letter where state = 'open'";
const APPLIED: &str = "select count(*) from lims_dead_letter where state = 'applied'";

/// What follows from a unit's events: where it is, which steps and tests are done, whether its record is signed, where it lies.
async fn ends(test: &TestHouse, din: &Din) -> (String, i64, i64, bool, Option<String>) {
    sqlx::query_as(
        "select u.state, u.steps_done, u.tests_final, u.record_signed,
                (select t.code || ' ' || p.tower || ' ' || p.frame || ' ' || p.slot from custody_placement p
                 join custody_tank t on t.id = p.tank_id where p.unit_id = u.id and p.taken_at is null)
         from custody_unit u where u.din = $1",
    )
    .bind(din.as_str())
    .fetch_one(&test.db.owner_pool())
    .await
    .expect("a unit")
}

/// A batch that is sent until it is taken: somebody who is in the way is told to come again.
async fn until_taken(services: &Services, client: u128, records: &[String]) {
    loop {
        match take(services, &system_of(services, client), records.to_vec()).await {
            Ok(_) => return,
            Err(LimsError::Busy) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn until_swept(services: &Services) -> usize {
    loop {
        match sweep(services).await {
            Ok(kept) => return kept,
            Err(LimsError::Busy) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_unit_whose_records_come_in_reversed_pieces_from_two_senders_ends_as_if_they_came_in_order() {
    let (test, control) = (laboratory().await, laboratory().await);
    let mut stream = stream(&test.services, 51, 1, Rates::NONE).await;
    stream.messages.sort_by_key(|message| message.source_seq);
    let (records, din) = (texts(&stream.messages), &stream.truth.units[0]);
    send(&control.services, records.clone()).await;
    assert_eq!(number(&control, OPEN).await, 0);

    // The first piece comes last, and with it all that waited for it.
    for (at, piece) in records.chunks(5).enumerate().rev() {
        until_taken(&test.services, 1 + at as u128 % 2, piece).await;
    }
    assert_eq!(ends(&test, din).await, ends(&control, din).await);
    assert_eq!(state(&test, din.as_str()).await, "banked");
    assert_eq!(number(&test, EVENTS).await, records.len() as i64, "each once");
    assert_eq!((number(&test, OPEN).await, number(&test, APPLIED).await), (0, records.len() as i64 - 5));
    assert_eq!(number(&test, DISORDERED).await, 0, "in the order of the source, whoever of the two sent them");
    let senders = "select count(distinct actor_id) from custody_event where source = 'lims'";
    assert_eq!(number(&test, senders).await, 2, "and each under the name of who told it");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_senders_at_once_who_send_the_last_first_leave_nothing_behind() {
    let test = laboratory().await;
    let second = TestHouse::second(&test.db, test.services.clock.clone(), 4).await;
    let mut stream = stream(&test.services, 52, 6, Rates::NONE).await;
    stream.messages.sort_by_key(|message| message.source_seq);
    // A unit is put into one slot, and stays there: into which of two it came last nobody can tell from two who are told at once.
    let moves = |payload: &Payload| match payload {
        Payload::TakenOut { .. } => true,
        Payload::PutAway { slot, .. } => slot.tank == "LT-L",
        _ => false,
    };
    stream.messages.retain(|message| !moves(&message.payload));
    for message in &mut stream.messages {
        if let Payload::PutAway { slot, .. } = &mut message.payload {
            "LT-L".clone_into(&mut slot.tank);
        }
    }
    let records = texts(&stream.messages);
    let sent = async |services: &Services, client: u128| {
        for (at, piece) in records.chunks(20).enumerate().rev() {
            if at as u128 % 2 + 1 == client {
                until_taken(services, client, piece).await;
            }
        }
    };
    tokio::join!(sent(&test.services, 1), sent(&second, 2));
    // Two transactions of one moment do not see each other: what was left between them the house finds by itself.
    while until_swept(&test.services).await > 0 {}
    assert_eq!(number(&test, EVENTS).await, records.len() as i64, "each once");
    assert_eq!(number(&test, OPEN).await, 0);
    for din in &stream.truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked", "{din}");
    }
}

/// A unit with forty letters of somebody the house does not know, whom it then employs.
async fn waiting(test: &TestHouse) {
    let step = json!({ "kind": "step_done", "step": "weighed", "operator": "NEW-1" });
    let mut told = vec![registered(DIN)];
    told.extend((2..42).map(|seq| record(&format!("s-{seq}"), seq, DIN, AT, step.clone())));
    let answers = send(&test.services, told).await;
    assert!(answers[1..].iter().all(|answer| dead(answer) == Some(("unknown-operator", "NEW-1"))), "{answers:?}");
    sqlx::query("insert into custody_operator (id, code, since) values (gen_random_uuid(), 'NEW-1', '2020-01-01')")
        .execute(&test.db.owner_pool())
        .await
        .expect("an operator");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_try_letters_of_one_unit_at_once_keep_each_once_and_in_their_order() {
    let test = laboratory().await;
    let second = TestHouse::second(&test.db, test.services.clock.clone(), 4).await;
    waiting(&test).await;
    let (one, other) = tokio::join!(until_swept(&test.services), until_swept(&second));
    assert_eq!(one + other, 40, "{one} and {other}");
    assert_eq!((number(&test, EVENTS).await, number(&test, APPLIED).await), (41, 40));
    assert_eq!(number(&test, DISORDERED).await, 0);
}

/// The same race without the letter's lock: who looks, finds it open, and keeps what it says, does so twice.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_lock_a_letter_that_two_try_at_once_is_kept_twice() {
    let test = laboratory().await;
    waiting(&test).await;
    let barrier = Arc::new(Barrier::new(2));
    let naive = || {
        let (services, barrier) = (test.services.clone(), barrier.clone());
        tokio::spawn(async move {
            let mut tx = services.begin().await.expect("a transaction");
            let open: bool = sqlx::query_scalar("select state = 'open' from lims_dead_letter where source_seq = 2")
                .fetch_one(&mut *tx)
                .await
                .expect("a letter");
            barrier.wait().await;
            assert!(open, "neither sees the other");
            let (step, operator) = ("weighed".to_owned(), "NEW-1".to_owned());
            let told = Incoming {
                unit: UnitName::Din(Din::parse(DIN).expect("a number")),
                payload: Payload::StepDone {
                    step,
                    operator,
                    with: None,
                    instrument: None,
                    lots: vec![],
                    values: vec![],
                },
                occurred_at: AT.parse().expect("an instant"),
                source_seq: Some(2),
            };
            let by = By { actor_kind: "client", actor_id: Some(Uuid::from_u128(1)), source: "lims" };
            let kept = record_in(&mut tx, &services, &by, &[told], services.clock.now()).await.expect("told");
            assert!(kept[0].is_ok(), "{kept:?}");
            tx.commit().await.expect("it is kept");
        })
    };
    let (one, other) = (naive(), naive());
    one.await.expect("one");
    other.await.expect("the other");
    assert_eq!(number(&test, EVENTS).await, 3, "the race is one");
}

#[tokio::test]
async fn one_letter_that_the_database_refuses_keeps_no_other_from_being_kept() {
    let test = laboratory().await;
    waiting(&test).await;
    let owner = test.db.owner_pool();
    for statement in [
        "create function nobody_foresaw() returns trigger language plpgsql as $$
         begin
           if new.source_seq = 5 then raise exception 'nobody foresaw this'; end if;
           return new;
         end $$",
        "create trigger nobody_foresaw before insert on custody_event for each row execute function nobody_foresaw()",
    ] {
        sqlx::query(statement).execute(&owner).await.expect(statement);
    }
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 39);
    assert_eq!((number(&test, EVENTS).await, number(&test, APPLIED).await), (40, 39));
    assert_eq!(number(&test, DISORDERED).await, 0);
    let aside = "select count(*) from lims_dead_letter
                 where state = 'open' and source_seq = 5 and code = 'house' and not waits";
    assert_eq!(number(&test, aside).await, 1, "somebody looks at it");
}
