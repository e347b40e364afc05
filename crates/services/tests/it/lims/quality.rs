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
