//! What people of quality say under their own accounts: no feed says it for them, whatever way its record takes.

use super::{dead, is_new, laboratory, number, record, registered, send, system_of};
use domain::account::Role;
use domain::lims::LetterState;
use serde_json::{Value, json};
use services::lims::{Answer, Became, LimsError, Outcome, replay, sweep, vouch};
use testkit::custody::QUALITYS;
use uuid::Uuid;

/// Registered on 1 July; the house's clock stands at noon of 20 July.
const DIN: &str = "T000126900001";
const AT: &str = "2026-07-02T08:00:00+08:00";
/// A second more than thirty days ago.
const FAR: &str = "2026-06-20T11:59:59+08:00";

fn step(code: &str) -> Value {
    json!({ "kind": "release_step_done", "step": code, "operator": "LT-1", "with": "LT-2" })
}

fn shipped() -> Value {
    json!({ "kind": "shipped", "carrier": "SF-77", "shipper_c": -188.0 })
}

fn letter_of(answer: &Answer) -> Uuid {
    match &answer.outcome {
        Outcome::Now(Became::Letter { id, .. }) => *id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_feed_tells_no_judgement_no_approval_and_no_shipment() {
    let test = laboratory().await;
    let mut told = vec![registered(DIN)];
    told.extend((2..).zip(QUALITYS).map(|(seq, code)| record(code, seq, DIN, AT, step(code))));
    let mut coordinated = shipped();
    coordinated["handed"] = json!({ "logger": "LG-1", "operator": "LT-1", "with": "LT-2", "coordinator": "LT-3" });
    told.push(record("coordinated", 20, DIN, AT, coordinated));
    told.push(record("silent", 21, DIN, AT, shipped()));
    // Nor of a unit that is not there: whether it is, nobody learns by this.
    told.push(record("nowhere", 22, "T000126900009", AT, step(QUALITYS[0])));
    told.push(record("laboratorys", 23, DIN, AT, step("crossmatch")));
    let answers = send(&test.services, told).await;
    assert!(is_new(&answers[0]));
    for (answer, code) in answers[1..].iter().zip(QUALITYS) {
        assert_eq!(dead(answer), Some(("only-quality", code)));
    }
    assert_eq!(dead(&answers[11]), Some(("only-quality", "shipped")), "a code is nobody's word");
    assert_eq!(dead(&answers[12]), Some(("only-quality", "shipped")), "silence is nobody's, either");
    assert_eq!(dead(&answers[13]), Some(("only-quality", QUALITYS[0])));
    assert!(is_new(&answers[14]), "another section is the laboratory's: {:?}", answers[14]);
    let waiting = "select count(*) from lims_dead_letter where code = 'only-quality' and waits";
    assert_eq!(number(&test, waiting).await, 0, "nothing that comes makes it a feed's");
    assert_eq!(number(&test, "select count(*) from custody_event").await, 2);
}

/// What quality confirms, told with a second, and what it is told with.
fn seconded(kind: &str, with: &str) -> Value {
    let mut told = json!({ "kind": kind, "operator": "LT-1", "with": with });
    match kind {
        "discarded" => told["reason"] = json!("leaks"),
        "transferred_out" => told["bank"] = json!("CN-BJ-01"),
        "corrected" => {
            told["seq"] = json!(1);
            told["said"] = json!("read twice");
        }
        _ => {}
    }
    told
}

#[tokio::test]
async fn two_codes_are_not_yet_two_people_with_quality() {
    let test = laboratory().await;
    let kinds = [
        "banked",
        "hold_lifted",
        "release_approved",
        "discarded",
        "given_to_research",
        "transferred_out",
        "family_released",
        "corrected",
    ];
    let mut told = vec![registered(DIN)];
    // LT-2 has no account, and LT-4 is of quality.
    told.extend((2..).zip(kinds).map(|(seq, kind)| record(kind, seq, DIN, AT, seconded(kind, "LT-2"))));
    let answers = send(&test.services, told).await;
    for (answer, kind) in answers[1..].iter().zip(kinds) {
        assert_eq!(dead(answer), Some(("second-not-quality", "LT-2")), "{kind}");
    }
    // What names nobody is said at the desk.
    let nobody = [json!({ "kind": "listed" }), json!({ "kind": "exposed", "max_c": -96.0 })];
    let told = (20..).zip(nobody).map(|(seq, payload)| record(&format!("n-{seq}"), seq, DIN, AT, payload));
    let answers = send(&test.services, told.collect()).await;
    let codes: Vec<_> = answers.iter().filter_map(dead).collect();
    assert_eq!(codes, [("only-quality", "listed"), ("only-quality", "exposed")]);
    assert_eq!(number(&test, "select count(*) from custody_event").await, 1);

    // A second who may: what is left is where the unit is, and what it lacks.
    let told = kinds.map(|kind| record(&format!("q-{kind}"), 30, DIN, AT, seconded(kind, "LT-4")));
    let answers = send(&test.services, Vec::from(told)).await;
    let seconds = answers.iter().filter_map(dead).filter(|(code, _)| *code == "second-not-quality");
    assert_eq!(seconds.count(), 0, "{answers:?}");
    assert!(is_new(&answers[7]), "a correction needs nothing else: {:?}", answers[7]);
}

#[tokio::test]
async fn a_role_that_is_taken_away_seconds_nothing_and_one_that_is_given_lets_what_waited_through() {
    let test = laboratory().await;
    let owner = test.db.owner_pool();
    let corrected = |key: &str| record(key, 2, DIN, AT, seconded("corrected", "LT-4"));
    let role =
        ["delete from account_role where role = 'quality_officer'", "update account_role set role = 'quality_officer'"];
    let laboratorys = "insert into account_role (account_id, role, granted_at)
                       values ('00000000-0000-0000-0000-00000000a004', 'lab_officer', now())";
    for statement in [role[0], laboratorys] {
        sqlx::query(statement).execute(&owner).await.expect(statement);
    }
    let answers = send(&test.services, vec![registered(DIN), corrected("one")]).await;
    assert_eq!(dead(&answers[1]), Some(("second-not-quality", "LT-4")), "of the laboratory, like the first");
    sqlx::query(role[1]).execute(&owner).await.expect(role[1]);
    assert_eq!(sweep(&test.services).await.expect("a sweep"), 1, "by itself");
    sqlx::query("update account set deleted_at = now()").execute(&owner).await.expect("nobody's");
    let answers = send(&test.services, vec![corrected("two")]).await;
    assert_eq!(dead(&answers[0]), Some(("second-not-quality", "LT-4")), "an account that is no more has no role");
}

#[tokio::test]
async fn a_letter_opens_no_side_door_to_it() {
    let test = laboratory().await;
    let told = vec![
        registered(DIN),
        record("far", 2, DIN, FAR, step("medical_approval")),
        record("now", 3, DIN, AT, step("medical_approval")),
    ];
    let answers = send(&test.services, told).await;
    assert_eq!(dead(&answers[1]).map(|(code, _)| code), Some("too-long-ago"));
    let (far, now) = (letter_of(&answers[1]), letter_of(&answers[2]));
    let services = &test.services;
    let (lab, quality) = (test.somebody(1, Role::LabOfficer), test.somebody(2, Role::QualityOfficer));

    // Two let its time through, and that is all they let through.
    vouch(services, &lab, far).await.expect("noted");
    let through = vouch(services, &quality, far).await.expect("tried");
    assert_eq!((through.state, through.code.as_str()), (LetterState::Open, "only-quality"));
    assert!(!through.is_of_time() && !through.waits);
    let of_now = vouch(services, &lab, now).await;
    assert!(matches!(of_now, Err(LimsError::NotFound)), "{of_now:?}");

    // Nor by whoever tries it again.
    for by in [&system_of(services, 1), &lab, &quality] {
        for id in [far, now] {
            let again = replay(services, by, id).await.expect("a letter");
            assert_eq!((again.state, again.code.as_str()), (LetterState::Open, "only-quality"));
        }
    }

    // Nor by itself, where it waited from before the house knew better.
    let before = "update lims_dead_letter set code = 'unmet', waits = true";
    sqlx::query(before).execute(&test.db.owner_pool()).await.expect("they wait");
    assert_eq!(sweep(services).await.expect("a sweep"), 0);
    let left = "select count(*) from lims_dead_letter where code = 'only-quality' and not waits and state = 'open'";
    assert_eq!(number(&test, left).await, 2);
    assert_eq!(number(&test, "select count(*) from custody_event").await, 1);
}
