//! Objections to notices: anybody objects while a notice runs; while one is open the notice does not stand; who handles them
//! answers once, and what is upheld goes back to the committee.

mod apart;

use super::*;
use crate::ledger::number;
use domain::Locale;
use domain::account::Denied;
use domain::field::Fault;
use domain::spark::Unmet;
use domain::spark::objection::Outcome;
use futures::future::join_all;
use jiff::SignedDuration;
use services::jobs::{Handlers, drain};
use services::limits::Network;
use services::spark::cases::{forget, settle_over};
use services::spark::objections::{
    Decision, NewObjection, ObjectionError, Upholding, decide, is_receipt, list, object, objecting, read,
};
use services::{messages, privacy};
use tokio::sync::Barrier;

const FACTS: &str = "演示：这户家庭的同一笔费用去年已经由另一个基金救助过。";
const ANSWER: &str = "演示：已向医院核实，两次救助的不是同一笔费用。";

fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

fn anybody(house: &TestHouse) -> Context {
    house.context(Actor::Anonymous)
}

/// A case whose notice stands, and the code of the notice.
pub async fn noticed(house: &TestHouse, person: u128, purse: Purse) -> (CaseId, String) {
    let case = sent(house, person).await;
    before_committee(house, case).await;
    (case, published(house, case, purse, 10_000).await)
}

/// A case before the committee is granted and published: the code of the notice.
async fn published(house: &TestHouse, case: CaseId, purse: Purse, sum: i64) -> String {
    grants(house, &chair(house), case, purse, sum).await.expect("granted");
    does(house, &officer(house), case, (Part::CaseOfficer, Event::Publish)).await.expect("public");
    sqlx::query_scalar("select code from disclosure_notice where case_id = $1 order by version desc limit 1")
        .bind(case.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a notice")
}

fn objection(house: &TestHouse, code: &str) -> NewObjection {
    NewObjection {
        code: code.to_owned(),
        form: id(house),
        facts: FACTS.into(),
        name: "演示·王一".into(),
        mail: "objector@example.com".into(),
        locale: Locale::ZhCn,
    }
}

/// One that was sent.
pub async fn objected(house: &TestHouse, code: &str) -> Uuid {
    object(&house.services, &anybody(house), &network(), &objection(house, code)).await.expect("taken");
    list(&house.services, &compliance(house)).await.expect("read")[0].id
}

fn answers(id: Uuid, outcome: Outcome) -> Decision {
    Decision { id, outcome, answer: ANSWER.into() }
}

fn later(house: &TestHouse, days: i64) {
    house.services.clock.advance(SignedDuration::from_hours(24 * days));
}

#[tokio::test]
async fn anybody_objects_while_a_notice_runs_and_has_one_receipt_for_it() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (_, code) = noticed(&house, 1, purse).await;
    let open = objecting(&house.services, &anybody(&house), &code).await.expect("read");
    // Published on Monday the 20th, five business days.
    assert_eq!(open.until, Some(jiff::civil::date(2026, 7, 27)));
    let new = objection(&house, &code);
    let send = |new: NewObjection| {
        let (services, by) = (house.services.clone(), anybody(&house));
        async move { object(&services, &by, &network(), &new).await }
    };
    let receipt = send(new.clone()).await.expect("taken");
    assert_eq!(send(new.clone()).await.expect("the second press"), receipt);
    let other = send(NewObjection { facts: format!("{FACTS}还有一件。"), ..new.clone() }).await;
    assert!(matches!(other, Err(ObjectionError::SentBefore)), "{other:?}");
    let nameless = NewObjection { form: id(&house), name: " ".into(), mail: String::new(), ..new.clone() };
    assert_ne!(send(nameless).await.expect("facts suffice"), receipt);
    assert_eq!(number(&house, "select count(*) from spark_objection").await, 2);
    let bad = NewObjection { form: id(&house), facts: "不对".into(), mail: "nowhere".into(), ..new };
    let Err(ObjectionError::Fields(errors)) = send(bad).await else { panic!("taken") };
    let told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.fault)).collect();
    assert_eq!(told, [("facts", Fault::TooShort { min: 20 }), ("mail", Fault::MailShape)]);
    for (of, known) in [(receipt.as_str(), true), ("K7M4-Q2XR", false), ("", false)] {
        let is = is_receipt(&house.services, &anybody(&house), &code, of).await.expect("read");
        assert_eq!(is, known, "{of}");
    }
    let clear = "select count(*) from spark_objection where position('演示'::bytea in said_sealed) > 0";
    assert_eq!(number(&house, clear).await, 0, "it lies sealed");
    let told = "select count(*) from audit_entry where action = 'spark.objection_received'
                  and (detail::text like '%演示%' or detail::text like '%example.com%')";
    assert_eq!(number(&house, told).await, 0, "the trail tells nothing of it");
}

#[tokio::test]
async fn the_trail_does_not_name_who_objects_by_what_they_are_signed_in_with() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (_, code) = noticed(&house, 1, purse).await;
    account(&house, 2).await;
    let new = NewObjection { name: String::new(), mail: String::new(), ..objection(&house, &code) };
    for by in [visitor(&house, 2), officer(&house)] {
        let new = NewObjection { form: id(&house), ..new.clone() };
        object(&house.services, &by, &network(), &new).await.expect("taken");
    }
    let nameless = "select count(*) from audit_entry where action = 'spark.objection_received'
                      and actor_id is null and actor_kind = 'anonymous'";
    assert_eq!(number(&house, nameless).await, 2);
}

#[tokio::test]
async fn after_the_last_day_it_is_told_that_the_notice_is_over() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    later(&house, 7);
    object(&house.services, &anybody(&house), &network(), &objection(&house, &code)).await.expect("the last day");
    later(&house, 1);
    let late = objection(&house, &code);
    let refused = object(&house.services, &anybody(&house), &network(), &late).await;
    let last = Some(jiff::civil::date(2026, 7, 27));
    assert!(matches!(refused, Err(ObjectionError::Over { last: told }) if told == last), "{refused:?}");
    let shown = objecting(&house.services, &anybody(&house), &code).await.expect("read");
    assert_eq!(shown.until, None, "also while another one keeps it up");
    assert_eq!(state(&house, case).await, "notice");
    for unknown in ["K7M4Q2XR", "nothing"] {
        let answer = objecting(&house.services, &anybody(&house), unknown).await;
        assert!(matches!(answer, Err(ObjectionError::NotFound)), "{answer:?}");
    }
    assert_eq!(number(&house, "select count(*) from spark_objection").await, 1);
}

#[tokio::test]
async fn while_an_objection_is_open_the_notice_does_not_stand_and_once_answered_it_does() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let (free, _) = noticed(&house, 2, purse).await;
    let id = objected(&house, &code).await;
    later(&house, 8);
    settle_over(&house.services).await.expect("settled");
    assert_eq!((state(&house, case).await.as_str(), state(&house, free).await.as_str()), ("notice", "agreement"));
    let system = house.services.system();
    let stood = does(&house, &system, case, (Part::System, Event::Stand)).await;
    assert!(matches!(stood, Err(CaseError::Unmet(Unmet::Objected))), "{stood:?}");
    let waits = list(&house.services, &compliance(&house)).await.expect("read");
    assert_eq!((waits[0].days, waits[0].outcome), (6, None));

    // Also where the notice stood still meanwhile and began anew.
    for event in [Event::Hold, Event::Lift] {
        does(&house, &officer(&house), case, (Part::CaseOfficer, event)).await.expect("held, and not");
    }
    later(&house, 14);
    settle_over(&house.services).await.expect("settled");
    assert_eq!(state(&house, case).await, "notice");

    decide(&house.services, &compliance(&house), &answers(id, Outcome::Unfounded)).await.expect("answered");
    assert_eq!(state(&house, case).await, "notice");
    settle_over(&house.services).await.expect("settled");
    assert_eq!(state(&house, case).await, "agreement");
}

#[tokio::test]
async fn what_is_upheld_goes_back_to_the_committee_and_the_objector_is_answered_by_mail() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let id = objected(&house, &code).await;
    let upheld = answers(id, Outcome::Upheld);
    for _ in 0..2 {
        decide(&house.services, &compliance(&house), &upheld).await.expect("answered; pressed again it is the same");
    }
    assert_eq!(state(&house, case).await, "committee");
    let other = decide(&house.services, &compliance(&house), &answers(id, Outcome::Unfounded)).await;
    assert!(matches!(other, Err(ObjectionError::AnsweredBefore)), "{other:?}");
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'recall'").await, 1);
    drain(&house.services, &messages::handlers(Handlers::new())).await.expect("the jobs ran");
    let sent = "select count(*) from message where template = 'objection_answered' and state = 'sent'";
    assert_eq!(number(&house, sent).await, 1);
    let jobs = "select count(*) from job where payload::text like '%example.com%'";
    assert_eq!(number(&house, jobs).await, 0);
    let read = read(&house.services, &compliance(&house), id).await.expect("read");
    assert_eq!((read.answer.as_deref(), read.may_decide), (Some(ANSWER), false));
}

#[tokio::test]
async fn who_gave_no_address_is_not_written_to() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (_, code) = noticed(&house, 1, purse).await;
    let nameless = NewObjection { name: String::new(), mail: String::new(), ..objection(&house, &code) };
    object(&house.services, &anybody(&house), &network(), &nameless).await.expect("taken");
    let id = list(&house.services, &compliance(&house)).await.expect("read")[0].id;
    decide(&house.services, &compliance(&house), &answers(id, Outcome::Unfounded)).await.expect("answered");
    assert_eq!(number(&house, "select count(*) from job where kind = 'messages.objection_answered'").await, 0);
}

#[tokio::test]
async fn it_is_read_and_answered_by_who_handles_objections_and_not_by_who_looks_after_the_case() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let id = objected(&house, &code).await;
    for role in Role::ALL {
        let by = of(&house, 91_000, role);
        let handles = matches!(role, Role::CaseOfficer | Role::ComplianceOfficer | Role::Chair);
        assert_eq!(list(&house.services, &by).await.is_ok(), handles, "{role:?}");
        let answer = read(&house.services, &by, id).await;
        assert_eq!(answer.is_ok(), handles, "{role:?}: {answer:?}");
        if let Ok(shown) = answer {
            assert_eq!((shown.may_decide, shown.may_uphold), (true, role != Role::CaseOfficer), "{role:?}");
            assert_eq!(shown.said.map(|said| said.facts).as_deref(), Some(FACTS));
        } else {
            let refused = decide(&house.services, &by, &answers(id, Outcome::Unfounded)).await;
            assert!(matches!(refused, Err(ObjectionError::Denied(Denied::NotAllowed))), "{role:?}: {refused:?}");
        }
    }
    for stranger in [visitor(&house, 1), anybody(&house)] {
        assert!(matches!(read(&house.services, &stranger, id).await, Err(ObjectionError::Denied(_))));
    }
    let readings = "select count(*) from audit_entry where action = 'spark.objection_read'";
    assert_eq!(number(&house, readings).await, 3, "each reading is in the trail");
    let away = of(&house, 77, Role::CaseOfficer);
    let recalled = decide(&house.services, &away, &answers(id, Outcome::Upheld)).await;
    assert!(matches!(recalled, Err(ObjectionError::Denied(Denied::NotAllowed))), "{recalled:?}");
    let own = decide(&house.services, &officer(&house), &answers(id, Outcome::Unfounded)).await;
    assert!(matches!(own, Err(ObjectionError::HadAPart)), "{own:?}");
    let silent = Decision { answer: " ".into(), ..answers(id, Outcome::Unfounded) };
    let Err(ObjectionError::Fields(errors)) = decide(&house.services, &away, &silent).await else { panic!("taken") };
    assert_eq!((errors[0].field.as_str(), errors[0].fault), ("answer", Fault::Required));
    decide(&house.services, &away, &answers(id, Outcome::Unfounded)).await.expect("answered");
    assert_eq!(state(&house, case).await, "notice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_answer_at_once_one_does() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 60_000).await;
    for person in 1..=5 {
        let (case, code) = noticed(&house, person, purse).await;
        let id = objected(&house, &code).await;
        let two = [(90_004, Outcome::Upheld), (90_104, Outcome::Unfounded)].map(|(by, outcome)| {
            let (services, by) = (house.services.clone(), of(&house, by, Role::ComplianceOfficer));
            tokio::spawn(async move { decide(&services, &by, &answers(id, outcome)).await })
        });
        let done: Vec<_> = join_all(two).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        assert_eq!(done.iter().filter(|answer| answer.is_ok()).count(), 1, "{done:?}");
        assert!(done.iter().any(|answer| matches!(answer, Err(ObjectionError::AnsweredBefore))), "{done:?}");
        let back = done[0].is_ok();
        assert_eq!(state(&house, case).await, if back { "committee" } else { "notice" });
    }
}

/// Somebody objects at the instant the notice stands: it was in time and the notice waits, or it is told that it came too late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_objection_and_the_end_of_its_notice_at_once_are_one_after_the_other() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 60_000).await;
    for person in 1..=5 {
        let (case, code) = noticed(&house, person, purse).await;
        let (services, by, new) = (house.services.clone(), anybody(&house), objection(&house, &code));
        let objects = tokio::spawn(async move { object(&services, &by, &network(), &new).await });
        let (services, system) = (house.services.clone(), house.services.system());
        let act = plain(case, version(&house, case).await, Part::System, Event::Stand);
        let stands = tokio::spawn(async move { cases::act(&services, &system, &act).await });
        let (objected, stood) = (objects.await.expect("no panic"), stands.await.expect("no panic"));
        let waits = state(&house, case).await;
        match (&objected, &stood) {
            (Ok(_), Err(CaseError::Unmet(Unmet::Objected))) => assert_eq!(waits, "notice"),
            (Err(ObjectionError::Over { .. }), Ok(_)) => assert_eq!(waits, "agreement"),
            other => panic!("{other:?}"),
        }
    }
    let broken = "select count(*) from spark_objection o join spark_case c on c.id = o.case_id
                  where o.outcome is null and c.state = 'agreement'";
    assert_eq!(number(&house, broken).await, 0);
}

/// As somebody would write it who trusts what was read, in a database without the rules: a notice stands over an objection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_a_notice_stands_over_an_objection() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, _) = noticed(&house, 1, purse).await;
    for drop in [
        "drop trigger spark_case_moves on spark_case",
        "drop trigger spark_case_told on spark_case",
        "drop trigger spark_case_is_objected on spark_case",
        "drop trigger spark_objection_in_time on spark_objection",
    ] {
        sqlx::query(drop).execute(&house.db.owner_pool()).await.expect(drop);
    }
    let at = version(&house, case).await;
    let both = Barrier::new(2);
    let objects = async {
        let mut tx = house.services.begin().await?;
        let read = store::spark::cases::one(&mut *tx, case.0).await?.expect("a case");
        both.wait().await;
        assert_eq!(read.state, "notice");
        let new = store::spark::objections::NewObjection {
            id: id(&house),
            case: case.0,
            version: at,
            receipt: "K7M4Q2XR",
            form: id(&house),
            locale: "zh-CN",
            said: b"x",
        };
        store::spark::objections::add(&mut *tx, new, house.now()).await?;
        tx.commit().await
    };
    let stands = async {
        let mut tx = house.services.begin().await?;
        let open = store::spark::objections::is_open(&mut *tx, case.0).await?;
        both.wait().await;
        assert!(!open);
        sqlx::query("update spark_case set state = 'agreement', version = version + 1 where id = $1")
            .bind(case.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    };
    let (objected, stood): (sqlx::Result<()>, sqlx::Result<()>) = futures::join!(objects, stands);
    assert!(objected.is_ok() && stood.is_ok(), "{objected:?} {stood:?}");
    let broken = "select count(*) from spark_objection o join spark_case c on c.id = o.case_id
                  where o.outcome is null and c.state = 'agreement'";
    assert_eq!(number(&house, broken).await, 1, "the promise is broken");
}

#[tokio::test]
async fn from_one_network_not_more_objections_come_than_a_neighbourhood_writes() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (_, code) = noticed(&house, 1, purse).await;
    let send = || object_fresh(&house, &code);
    for _ in 0..20 {
        send().await.expect("taken");
    }
    let refused = send().await;
    assert!(matches!(refused, Err(ObjectionError::Limited { .. })), "{refused:?}");
    let elsewhere = Network::of([198, 51, 100, 7].into());
    let new = objection(&house, &code);
    object(&house.services, &anybody(&house), &elsewhere, &new).await.expect("others are not kept from it");
}

async fn object_fresh(house: &TestHouse, code: &str) -> Result<String, ObjectionError> {
    object(&house.services, &anybody(house), &network(), &objection(house, code)).await
}

#[tokio::test]
async fn who_objected_and_why_is_erased_a_year_after_the_answer_or_with_the_case() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (_, code) = noticed(&house, 1, purse).await;
    let (over, other) = noticed(&house, 2, purse).await;
    let id = objected(&house, &code).await;
    decide(&house.services, &compliance(&house), &answers(id, Outcome::Unfounded)).await.expect("answered");
    let open = objected(&house, &other).await;
    later(&house, 365);
    assert_eq!(privacy::preview(&house.services).await.expect("counted").objections, 0);
    later(&house, 1);
    assert_eq!(privacy::preview(&house.services).await.expect("counted").objections, 1);
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").objections, 1);
    let gone = read(&house.services, &compliance(&house), id).await.expect("read");
    assert!(gone.said.is_none() && gone.answer.is_none() && !gone.may_decide);
    assert_eq!(gone.listed.outcome, Some(Outcome::Unfounded), "what became of it stays");
    let kept = read(&house.services, &compliance(&house), open).await.expect("read");
    assert!(kept.said.is_some(), "what waits for its answer is kept");
    does(&house, &visitor(&house, 2), over, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    forget(&house.services, &compliance(&house), over).await.expect("forgotten");
    let gone = read(&house.services, &compliance(&house), open).await.expect("read");
    assert!(gone.said.is_none() && !gone.may_decide, "it dies with the case");
    let proof = "select count(*) from audit_entry where action = 'spark.objection_erased'";
    assert_eq!(number(&house, proof).await, 1);
}
