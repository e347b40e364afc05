//! What a feed says was long ago: it does not choose its own rules, and two people may vouch for it.

use super::{dead, is_new, laboratory, number, record, registered, send, system_of};
use domain::account::{Denied, Role};
use domain::lims::LetterState;
use jiff::SignedDuration;
use serde_json::{Value, json};
use services::lims::{Answer, Became, LimsError, Outcome, replay, vouch};
use testkit::TestHouse;
use uuid::Uuid;

/// Registered on 1 July at eight; the house's clock stands at noon of 20 July.
const DIN: &str = "T000126900001";
/// A second more than thirty days ago.
const FAR: &str = "2026-06-20T11:59:59+08:00";

fn step(operator: &str) -> Value {
    json!({ "kind": "step_done", "step": "weighed", "operator": operator })
}

fn code(answer: &Answer) -> &str {
    dead(answer).map_or("", |(code, _)| code)
}

/// The letter that one record became beside a unit that is registered.
async fn letter_of(test: &TestHouse, record: String) -> Uuid {
    match send(&test.services, vec![registered(DIN), record]).await.remove(1).outcome {
        Outcome::Now(Became::Letter { id, .. }) => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_feed_does_not_go_back_further_than_a_month_nor_before_the_unit() {
    let test = laboratory().await;
    let told = vec![
        registered(DIN),
        record("far", 2, DIN, FAR, step("LT-1")),
        record("before", 3, DIN, "2026-06-30T07:59:59+08:00", step("LT-1")),
        record("clocks", 4, DIN, "2026-06-30T08:00:00+08:00", step("LT-1")),
    ];
    let answers = send(&test.services, told).await;
    assert!(is_new(&answers[0]) && is_new(&answers[3]), "clocks differ by hours: {answers:?}");
    assert_eq!((code(&answers[1]), code(&answers[2])), ("too-long-ago", "before-unit"));
    let old = registered("T000126900002").replace("2026-07-01T08:00:00+08:00", FAR);
    assert_eq!(code(&send(&test.services, vec![old]).await[0]), "too-long-ago", "nor a unit's beginning");
    assert_eq!(number(&test, "select count(*) from custody_event").await, 2);
}

#[tokio::test]
async fn two_people_let_through_what_was_long_ago_and_one_alone_does_not() {
    let test = laboratory().await;
    let id = letter_of(&test, record("far", 2, DIN, FAR, step("LT-1"))).await;
    let (services, machine) = (&test.services, system_of(&test.services, 1));
    let (lab, colleague) = (test.somebody(1, Role::LabOfficer), test.somebody(2, Role::LabOfficer));
    let of_machine = vouch(services, &machine, id).await;
    assert!(matches!(of_machine, Err(LimsError::Denied(_))), "{of_machine:?}");
    for _ in 0..2 {
        let noted = vouch(services, &lab, id).await.expect("pressed twice it is once");
        assert_eq!((noted.state, noted.vouched_by), (LetterState::Open, lab.actor.account()));
    }
    for by in [&lab, &machine] {
        let again = replay(services, by, id).await.expect("a letter");
        assert_eq!((again.state, again.code.as_str()), (LetterState::Open, "too-long-ago"));
    }
    let second = vouch(services, &colleague, id).await;
    assert!(matches!(second, Err(LimsError::Denied(Denied::NotAllowed))), "{second:?}");
    let quality = test.somebody(3, Role::QualityOfficer);
    let kept = vouch(services, &quality, id).await.expect("let through");
    assert_eq!((kept.state, kept.seq), (LetterState::Applied, Some(2)));
    let dated = "select count(*) from custody_event where received_at - occurred_at > interval '30 days'";
    assert_eq!(number(&test, dated).await, 1, "with the day it says");
    for action in ["lims.letter_vouched", "lims.letter_let_through"] {
        let noted: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = $1 and subject_id = $2")
            .bind(action)
            .bind(id)
            .fetch_one(&test.db.owner_pool())
            .await
            .expect("a number");
        assert_eq!(noted, 1, "{action}");
    }
    let alone = sqlx::query("update lims_dead_letter set let_by = vouched_by where id = $1")
        .bind(id)
        .execute(&test.db.owner_pool())
        .await;
    assert!(alone.is_err(), "the database knows that they are two");
}

#[tokio::test]
async fn what_waited_here_is_not_late_and_nobody_vouches_for_what_lacks_something_else() {
    let test = laboratory().await;
    let id = letter_of(&test, record("new", 2, DIN, "2026-07-01T09:00:00+08:00", step("NEW-1"))).await;
    let other = vouch(&test.services, &test.somebody(1, Role::LabOfficer), id).await;
    assert!(matches!(other, Err(LimsError::NotFound)), "{other:?}");
    sqlx::query("insert into custody_operator (id, code, since) values (gen_random_uuid(), 'NEW-1', '2020-01-01')")
        .execute(&test.db.owner_pool())
        .await
        .expect("an operator");
    test.services.clock.advance(SignedDuration::from_hours(24 * 40));
    let kept = replay(&test.services, &system_of(&test.services, 1), id).await.expect("a letter");
    assert_eq!(kept.state, LetterState::Applied, "{kept:?}");
}

#[tokio::test]
async fn a_deviation_without_whoever_opened_or_closed_it_is_a_letter() {
    let test = laboratory().await;
    let opened = |name: u128, operator: Option<&str>| {
        let mut payload = json!({
            "kind": "deviation_opened", "deviation": Uuid::from_u128(name), "of": "process", "said": "a page is missing",
        });
        if let Some(operator) = operator {
            payload["operator"] = json!(operator);
        }
        record(&format!("{name}-{operator:?}").replace('"', ""), 2, DIN, "2026-07-02T08:00:00+08:00", payload)
    };
    let told = vec![registered(DIN), opened(1, None), opened(2, Some("NEW-1")), opened(3, Some("LT-1"))];
    let answers = send(&test.services, told).await;
    assert_eq!((code(&answers[1]), code(&answers[2])), ("no-operator", "unknown-operator"));
    assert!(is_new(&answers[3]), "{answers:?}");
    let named = "select count(*) from custody_deviation d join custody_operator o on o.id = d.opened_operator where o.code = 'LT-1'";
    assert_eq!(number(&test, named).await, 1);
    let closed = json!({ "kind": "deviation_closed", "deviation": Uuid::from_u128(3), "said": "it was found" });
    let silent = send(&test.services, vec![record("closed", 5, DIN, "2026-07-03T08:00:00+08:00", closed)]).await;
    assert_eq!(code(&silent[0]), "no-operator");
}
