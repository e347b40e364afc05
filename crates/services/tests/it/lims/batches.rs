//! What a batch promises.

use super::{dead, is_new, laboratory, number, record, registered, send, state, stream, system_of, texts};
use domain::account::{Actor, Denied};
use domain::custody::{Din, Kind};
use jiff::SignedDuration;
use serde_json::json;
use services::Context;
use services::limits::UNIT_TOLD_OF_NOTHING;
use services::lims::simulate::Rates;
use services::lims::{Became, LimsError, MOST, Outcome, status, take};

const DIN: &str = "T000126900001";

#[tokio::test]
async fn of_ten_thousand_with_one_bad_all_others_are_kept() {
    let test = laboratory().await;
    let stream = stream(&test.services, 5, 125, Rates::NONE).await;
    let mut messages = stream.messages;
    messages.truncate(MOST);
    assert_eq!(messages.len(), MOST, "the stream is long enough");
    // A word that nothing else waits for.
    let bad = messages.iter().position(|message| message.payload.kind() == Kind::TestStarted).expect("a test begins");
    messages[bad].broken = true;
    let answers = send(&test.services, texts(&messages)).await;
    assert_eq!(answers.iter().filter(|answer| is_new(answer)).count(), 9_999);
    assert_eq!(dead(&answers[bad]).map(|(code, _)| code), Some("malformed"));
    assert_eq!(number(&test, "select count(*) from custody_event where source = 'lims'").await, 9_999);
    assert_eq!(number(&test, "select count(*) from lims_record").await, 10_000);
    assert_eq!(number(&test, "select count(*) from lims_dead_letter where state = 'open'").await, 1);
    for (answer, message) in answers.iter().zip(&messages) {
        assert_eq!(answer.key.as_deref(), Some(message.key.as_str()), "answers stand as the records do");
    }
}

#[tokio::test]
async fn a_record_sent_a_hundred_times_is_one_event_and_answers_the_same() {
    let test = laboratory().await;
    let first = send(&test.services, vec![registered(DIN)]).await;
    let Outcome::Now(first) = &first[0].outcome else { panic!("{first:?}") };
    for _ in 0..9 {
        let again = send(&test.services, vec![registered(DIN); 10]).await;
        assert!(again.iter().all(|answer| answer.outcome == Outcome::Before(first.clone())));
    }
    let mixed = send(&test.services, vec![registered("T000126900002"); 10]).await;
    assert_eq!(mixed.iter().filter(|answer| is_new(answer)).count(), 1, "also within one batch");
    assert_eq!(number(&test, "select count(*) from custody_event").await, 2);
    // What has no place in the source's counting comes behind what has one.
    let (din, at) = ("T000126900003", "2026-07-01T09:00:00+08:00");
    let step = json!({ "kind": "step_done", "step": "weighed", "operator": "LT-1" });
    let uncounted = json!({ "key": "u", "unit": { "din": din }, "occurred_at": at, "payload": step }).to_string();
    let answers = send(&test.services, vec![uncounted, registered(din)]).await;
    assert!(answers.iter().all(is_new), "{answers:?}");
}

#[tokio::test]
async fn the_same_words_in_another_order_are_the_same_record() {
    let test = laboratory().await;
    let one = format!(
        r#"{{"key":"k","unit":{{"din":"{DIN}"}},"occurred_at":"2026-07-01T00:00:00Z","payload":{{"kind":"registered","din":"{DIN}","pool":"family"}}}}"#
    );
    let other = format!(
        r#"{{ "payload": {{"pool":"family","din":"{DIN}","kind":"registered"}}, "occurred_at":"2026-07-01T00:00:00Z", "unit":{{"din":"{DIN}"}}, "key":"k" }}"#
    );
    assert!(is_new(&send(&test.services, vec![one]).await[0]));
    assert!(matches!(send(&test.services, vec![other]).await[0].outcome, Outcome::Before(Became::Event { .. })));
}

#[tokio::test]
async fn a_key_with_another_payload_is_refused_and_raises_an_alarm_once() {
    let test = laboratory().await;
    send(&test.services, vec![registered(DIN)]).await;
    let other = registered("T000126900009").replace("r-T000126900009", &format!("r-{DIN}"));
    for _ in 0..3 {
        let answers = send(&test.services, vec![other.clone(), other.clone()]).await;
        assert!(answers.iter().all(|answer| answer.outcome == Outcome::Conflict), "{answers:?}");
    }
    assert_eq!(number(&test, "select count(*) from custody_unit").await, 1);
    assert_eq!(number(&test, "select count(*) from lims_dead_letter where code = 'key-reused'").await, 1);
    let alarms = "select count(*) from audit_entry where action = 'lims.key_reused' and detail ? 'alert'";
    assert_eq!(number(&test, alarms).await, 1);
    // Another machine's keys are its own.
    let answers = take(&test.services, &system_of(&test.services, 2), vec![other]).await.expect("a batch");
    assert!(is_new(&answers[0]));
}

#[tokio::test]
async fn a_clock_three_hours_ahead_is_told_and_both_clocks_are_kept() {
    let test = laboratory().await;
    let now = test.now();
    let ahead = (now + SignedDuration::from_hours(3)).to_string();
    let before = (now - SignedDuration::from_hours(1)).to_string();
    let leg = json!({ "kind": "transport_leg", "min_c": 4.0, "max_c": 9.0, "hours": 2.0 });
    // What happened first, by the source's counting, has the later time.
    let records = vec![record("b", 3, DIN, &before, leg.clone()), record("a", 2, DIN, &ahead, leg), registered(DIN)];
    let answers = send(&test.services, records).await;
    assert!(answers.iter().all(is_new), "{answers:?}");
    assert_eq!(answers[1].ahead, Some(SignedDuration::from_hours(3)));
    assert_eq!((answers[0].ahead, answers[2].ahead), (None, None));
    let kept: Vec<(i32, i64, bool, bool)> = sqlx::query_as(
        "select seq, source_seq, occurred_at > received_at, received_at = $1::timestamptz from custody_event order by seq",
    )
    .bind(now.to_string())
    .fetch_all(&test.db.owner_pool())
    .await
    .expect("events");
    assert_eq!(kept, [(1, 1, false, true), (2, 2, true, true), (3, 3, false, true)]);
}

#[tokio::test]
async fn a_record_is_worth_what_it_says_and_nothing_more() {
    let test = laboratory().await;
    let fine = registered(DIN);
    let records = vec![
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "{\"key\":\"deep\",\"payload\":".to_owned() + &"[".repeat(500) + &"]".repeat(500) + "}",
        record(
            "nul",
            1,
            DIN,
            "2026-07-01T00:00:00Z",
            json!({ "kind": "received", "operator": "LT-1\u{0}", "weight_g": 1.0 }),
        ),
        record(
            "year",
            1,
            DIN,
            "9999-07-01T00:00:00Z",
            json!({ "kind": "received", "operator": "LT-1", "weight_g": 1.0 }),
        ),
        record("long", 1, DIN, "2026-07-01T00:00:00Z", json!({ "kind": "discarded", "reason": "x".repeat(20_000) })),
        record("check", 1, "T000126900001K", "2026-07-01T00:00:00Z", json!({ "kind": "listed" })),
        fine,
    ];
    let answers = send(&test.services, records.clone()).await;
    let codes: Vec<_> = answers.iter().map(|answer| dead(answer).map(|(code, _)| code)).collect();
    let expected = ["key", "key", "key", "malformed", "characters", "clock", "too-large", "malformed"];
    assert_eq!(codes[..8], expected.map(Some));
    assert!(is_new(&answers[8]));
    let again = send(&test.services, records).await;
    assert!(again.iter().all(|answer| matches!(answer.outcome, Outcome::Before(_))), "{again:?}");
}

#[tokio::test]
async fn a_missing_step_is_named_and_what_waits_for_it_is_kept_when_it_comes() {
    let test = laboratory().await;
    let stream = stream(&test.services, 9, 1, Rates::NONE).await;
    let din = stream.truth.units[0].clone();
    let step = |text: &String| text.contains("\"injected_evenly\"");
    let (late, rest): (Vec<_>, Vec<_>) = texts(&stream.messages).into_iter().partition(step);
    assert_eq!(late.len(), 1, "one step of this name");
    let answers = send(&test.services, rest).await;
    let letters: Vec<_> = answers.iter().filter_map(dead).collect();
    assert!(
        letters.iter().any(|(code, detail)| *code == "unmet" && detail.contains("injected_evenly 42")),
        "{letters:?}"
    );
    let context = system_of(&test.services, 1);
    let waits = status(&test.services, &context, &din).await.expect("a status");
    let missing: Vec<_> = waits.steps.iter().map(|step| (step.position, step.code.as_str())).collect();
    assert!(missing.contains(&(42, "injected_evenly")), "{missing:?}");
    assert!(waits.tests.is_empty() && waits.letters > 0);
    assert_ne!(state(&test, din.as_str()).await, "banked");

    send(&test.services, late).await;
    assert_eq!(state(&test, din.as_str()).await, "banked");
    let waits = status(&test.services, &context, &din).await.expect("a status");
    assert!(waits.steps.is_empty() && waits.letters == 0, "{waits:?}");
    assert_eq!(number(&test, "select count(*) from lims_dead_letter where state = 'open'").await, 0);
}

#[tokio::test]
async fn only_a_machine_with_the_scope_feeds() {
    let test = laboratory().await;
    let nobody = Context { actor: Actor::Anonymous, ..test.services.system() };
    let refused = take(&test.services, &nobody, vec![registered(DIN)]).await;
    assert!(matches!(refused, Err(LimsError::Denied(Denied::SignInNeeded))));
    let refused = take(&test.services, &test.services.system(), vec![registered(DIN)]).await;
    assert!(matches!(refused, Err(LimsError::Denied(Denied::NotAllowed))), "a house tells its own by another way");
    let none = status(&test.services, &system_of(&test.services, 1), &Din::parse(DIN).expect("a number")).await;
    assert!(matches!(none, Err(LimsError::NotFound)));
    let many = take(&test.services, &system_of(&test.services, 1), vec!["{}".to_owned(); MOST + 1]).await;
    assert!(matches!(many, Err(LimsError::Fields(_))));
}

#[tokio::test]
async fn ten_thousand_numbers_asked_for_in_a_row_find_nothing_and_raise_one_alert() {
    let test = laboratory().await;
    let late = Din::of("T0001", 26, 9_000).expect("a number");
    send(&test.services, vec![registered(late.as_str())]).await;
    let asker = system_of(&test.services, 1);
    let mut slowed = 0;
    for n in 0..10_000 {
        let din = Din::of("T0001", 26, n).expect("a number");
        match status(&test.services, &asker, &din).await {
            Err(LimsError::NotFound) => assert_eq!(slowed, 0, "{n}: whoever is slowed stays slowed"),
            Err(LimsError::Busy) => slowed += 1,
            other => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!(slowed, 10_000 - UNIT_TOLD_OF_NOTHING.hits, "from the limit on every one, also what is there");
    let alerts = "select count(*) from audit_entry where action = 'custody.looked_up_too_often' and detail ? 'alert'";
    assert_eq!(number(&test, alerts).await, 1);
    // What it tells is refused, too: it is one limit. Another machine asks on.
    let told = take(&test.services, &asker, vec![registered("T000126900001")]).await;
    assert!(matches!(told, Err(LimsError::Busy)), "{told:?}");
    let found = status(&test.services, &system_of(&test.services, 2), &late).await.expect("a status");
    assert_eq!(found.state, "expected");
}

#[tokio::test]
async fn a_machine_that_counts_through_numbers_is_slowed_and_raises_one_alert() {
    let test = laboratory().await;
    let begun = json!({ "kind": "unlisted" });
    let told = |from: u32| {
        (from..from + 5_000)
            .map(|n| {
                let din = Din::of("T0001", 26, n).expect("a number");
                record(&format!("n-{n}"), 1, din.as_str(), "2026-07-01T08:00:00+08:00", begun.clone())
            })
            .collect::<Vec<_>>()
    };
    let answers = send(&test.services, told(0)).await;
    assert!(answers.iter().all(|answer| dead(answer).map(|(code, _)| code) == Some("no-such-unit")));
    for _ in 0..2 {
        let slowed = take(&test.services, &system_of(&test.services, 1), told(5_000)).await;
        assert!(matches!(slowed, Err(LimsError::Busy)), "{slowed:?}");
    }
    let alerts = "select count(*) from audit_entry where action = 'custody.looked_up_too_often' and detail ? 'alert'";
    assert_eq!(number(&test, alerts).await, 1);
    take(&test.services, &system_of(&test.services, 2), vec![registered(DIN)]).await.expect("another feed goes on");
}
