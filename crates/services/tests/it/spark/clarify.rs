//! Clarification: what a family is asked, which sections that opens, until when, and how the clock of the case stands still.

use super::*;
use crate::ledger::number;
use domain::field::Fault;
use futures::future::join_all;
use jiff::SignedDuration;
use services::spark::cases::{Reply, ask, extend, own_case, supply, unlocked, view};
use tokio::sync::Barrier;

/// Asked about illness and means, with five business days.
async fn asked(house: &TestHouse, case: CaseId) -> Uuid {
    let question = question(house, case, &[Section::Illness, Section::Means]).await;
    ask(&house.services, &officer(house), &question).await.expect("asked");
    sqlx::query_scalar("select id from spark_clarification where case_id = $1 order by version desc limit 1")
        .bind(case.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a question")
}

fn reply(case: CaseId, clarification: Uuid, sections: &[Section]) -> Reply {
    let texts = sections.iter().map(|section| (*section, format!("演示答复 {}", section.name()))).collect();
    Reply { case, clarification, texts }
}

async fn open(house: &TestHouse, person: u128, case: CaseId) -> Vec<Section> {
    let mut db = house.services.db.acquire().await.expect("a connection");
    unlocked(&mut db, &visitor(house, person), case).await.expect("read").into_iter().collect()
}

fn later(house: &TestHouse, days: i64) {
    house.services.clock.advance(SignedDuration::from_hours(24 * days));
}

/// The fields a refusal names.
fn faults(answer: Result<impl std::fmt::Debug, CaseError>) -> Vec<(String, Fault)> {
    let Err(CaseError::Fields(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|error| (error.field, error.fault)).collect()
}

#[tokio::test]
async fn a_question_opens_the_sections_it_names_and_no_others_and_one_answer_closes_them() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1).await;
    account(&house, 2).await;
    assert!(open(&house, 1, case).await.is_empty(), "nothing was asked");
    let id = asked(&house, case).await;
    assert_eq!(state(&house, case).await, "returned");
    assert_eq!(open(&house, 1, case).await, [Section::Illness, Section::Means]);
    let own = own_case(&house.services, &visitor(&house, 1), case).await.expect("read");
    let shown = &own.clarifications[0];
    assert_eq!((shown.question.as_deref(), shown.waits), (Some(QUESTION), true));
    assert_eq!(shown.sections, [Section::Illness, Section::Means]);
    // Monday the 20th, and five business days.
    assert_eq!(shown.due_on, jiff::civil::date(2026, 7, 27));

    let family = visitor(&house, 1);
    let answer = |texts: &[Section]| {
        let (services, family, reply) = (house.services.clone(), family.clone(), reply(case, id, texts));
        async move { supply(&services, &family, &reply).await }
    };
    let other = faults(answer(&[Section::Illness, Section::Means, Section::People]).await);
    assert_eq!(other, [("reply_people".to_owned(), Fault::NotAChoice)]);
    let half = faults(answer(&[Section::Illness]).await);
    assert_eq!(half, [("reply_means".to_owned(), Fault::Required)]);
    let stranger = supply(&house.services, &visitor(&house, 2), &reply(case, id, &[Section::Illness])).await;
    assert!(matches!(stranger, Err(CaseError::NotFound)), "{stranger:?}");
    assert_eq!(state(&house, case).await, "returned", "nothing was written");

    for _ in 0..2 {
        answer(&[Section::Illness, Section::Means]).await.expect("answered; pressed again it is the same");
    }
    assert_eq!(state(&house, case).await, "completeness");
    assert!(open(&house, 1, case).await.is_empty(), "the answer closes what was open");
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'supply'").await, 1);
    let read = view(&house.services, &officer(&house), case).await.expect("read");
    assert_eq!(read.clarifications[0].reply[0], (Section::Illness, "演示答复 illness".to_owned()));
    // What was asked and answered lies sealed.
    let clear =
        "select count(*) from spark_clarification where position('演示'::bytea in question_sealed || reply_sealed) > 0";
    assert_eq!(number(&house, clear).await, 0);
}

#[tokio::test]
async fn after_the_deadline_nothing_is_open_and_nothing_is_taken() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1).await;
    let id = asked(&house, case).await;
    later(&house, 7);
    assert_eq!(open(&house, 1, case).await.len(), 2, "the last day is the family's");
    later(&house, 1);
    assert!(open(&house, 1, case).await.is_empty());
    let late =
        supply(&house.services, &visitor(&house, 1), &reply(case, id, &[Section::Illness, Section::Means])).await;
    assert!(matches!(late, Err(CaseError::NotOpen)), "{late:?}");
    assert_eq!(state(&house, case).await, "returned");
}

#[tokio::test]
async fn an_officer_gives_more_time_until_the_case_would_lapse() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1).await;
    let id = asked(&house, case).await;
    later(&house, 8);
    assert!(open(&house, 1, case).await.is_empty());
    let more = |by: Context, days| {
        let services = house.services.clone();
        async move { extend(&services, &by, (case, id), days).await }
    };
    assert_eq!(faults(more(officer(&house), 31).await)[0].0, "more_days");
    let other = more(of(&house, 77, Role::CaseOfficer), 5).await;
    assert!(matches!(other, Err(CaseError::NotAssigned)), "{other:?}");
    let family = more(visitor(&house, 1), 5).await;
    assert!(matches!(family, Err(CaseError::Denied(_))), "{family:?}");
    more(officer(&house), 5).await.expect("more time");
    assert_eq!(open(&house, 1, case).await.len(), 2, "it can be answered again");
    let same = more(officer(&house), 5).await;
    assert!(matches!(same, Err(CaseError::NotOpen)), "no later day: {same:?}");
    // Thirty business days after it was sent back, and no more.
    more(officer(&house), 30).await.expect("more time");
    let due = own_case(&house.services, &visitor(&house, 1), case).await.expect("read").clarifications[0].due_on;
    assert_eq!(due, domain::workdays::after(jiff::civil::date(2026, 7, 20), 30));
    supply(&house.services, &visitor(&house, 1), &reply(case, id, &[Section::Illness, Section::Means]))
        .await
        .expect("answered");
    let answered = more(officer(&house), 30).await;
    assert!(matches!(answered, Err(CaseError::NotOpen)), "{answered:?}");
    let trail = "select count(*) from audit_entry where action = 'spark.clarification_extended'";
    assert_eq!(number(&house, trail).await, 2);
}

#[tokio::test]
async fn the_clock_of_the_case_stands_still_while_the_family_answers() {
    let house = TestHouse::new().await;
    let (case, other) = (taken_up(&house, 1).await, taken_up(&house, 2).await);
    let id = asked(&house, case).await;
    // Asked on Monday, answered on Thursday; today is Friday.
    later(&house, 3);
    supply(&house.services, &visitor(&house, 1), &reply(case, id, &[Section::Illness, Section::Means]))
        .await
        .expect("answered");
    later(&house, 1);
    let by = officer(&house);
    let days = |case| {
        let (services, by) = (house.services.clone(), by.clone());
        async move { view(&services, &by, case).await.expect("read").house_days }
    };
    assert_eq!((days(case).await, days(other).await), (1, 4));
    let listed = cases::desk(&house.services, &by, Part::CaseOfficer, None).await.expect("a page");
    let age = |id| listed.cases.iter().find(|one| one.id == id).map(|one| one.age);
    assert_eq!((age(case), age(other)), (Some(1), Some(4)));
}

#[tokio::test]
async fn a_question_without_sections_text_or_a_time_that_is_given_is_not_asked() {
    let house = TestHouse::new().await;
    let case = taken_up(&house, 1).await;
    let by = officer(&house);
    let good = question(&house, case, &[Section::Illness]).await;
    let range = Fault::OutOfRange { min: 5, max: 30 };
    for (wrong, field, fault) in [
        (Question { sections: vec![], ..good.clone() }, "sections", Fault::Required),
        (Question { sections: vec![Section::Consents], ..good.clone() }, "sections", Fault::NotAChoice),
        (Question { days: 4, ..good.clone() }, "days", range),
        (Question { days: 31, ..good.clone() }, "days", range),
        (Question { text: "  ".into(), ..good.clone() }, "question", Fault::Required),
    ] {
        assert_eq!(faults(ask(&house.services, &by, &wrong).await), [(field.to_owned(), fault)]);
    }
    let stranger = ask(&house.services, &of(&house, 77, Role::CaseOfficer), &good).await;
    assert!(matches!(stranger, Err(CaseError::NotAssigned)), "{stranger:?}");
    for role in Role::ALL.into_iter().filter(|role| *role != Role::CaseOfficer) {
        let answer = ask(&house.services, &of(&house, 77, role), &good).await;
        assert!(matches!(answer, Err(CaseError::Denied(_))), "{role:?}: {answer:?}");
    }
    assert_eq!(state(&house, case).await, "completeness");
    assert_eq!(number(&house, "select count(*) from spark_clarification").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_questions_at_once_one_is_asked_and_the_other_is_told() {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(services::clock::Clock::frozen(noon), 8).await;
    for person in 1..=5 {
        let case = taken_up(&house, person).await;
        let question = question(&house, case, &[Section::Illness]).await;
        let two = [0, 1].map(|_| {
            let (services, by, question) = (house.services.clone(), officer(&house), question.clone());
            tokio::spawn(async move { ask(&services, &by, &question).await })
        });
        let answers: Vec<_> = join_all(two).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let told = answers.iter().any(|answer| matches!(answer, Err(CaseError::Stale(since)) if since.len() == 1));
        assert!(told, "{answers:?}");
    }
    assert_eq!(number(&house, "select count(*) from spark_clarification").await, 5);
}

/// As somebody would write it who trusts what was read: two questions with two deadlines wait at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_two_questions_wait_at_once() {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(services::clock::Clock::frozen(noon), 8).await;
    let case = taken_up(&house, 1).await;
    sqlx::query("alter table spark_clarification drop constraint spark_clarification_once")
        .execute(&house.db.owner_pool())
        .await
        .expect("dropped");
    let both = Barrier::new(2);
    let naively = async || -> sqlx::Result<bool> {
        let mut tx = house.services.begin().await?;
        let open = store::spark::clarifications::of_case(&mut *tx, case.0).await?;
        let read = store::spark::cases::one(&mut *tx, case.0).await?.expect("a case");
        both.wait().await;
        if !open.is_empty() {
            return Ok(false);
        }
        let sections = ["illness".to_owned()];
        let new = store::spark::clarifications::NewClarification {
            id: Uuid::from_bytes(services::crypto::random()),
            case: case.0,
            version: read.version + 1,
            sections: &sections,
            question: b"sealed",
            by: Uuid::from_u128(OFFICER),
            asked_on: jiff::civil::date(2026, 7, 20),
            due_on: jiff::civil::date(2026, 7, 27),
        };
        store::spark::clarifications::add(&mut *tx, new, house.now()).await?;
        tx.commit().await?;
        Ok(true)
    };
    let answers = join_all([naively(), naively()]).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(true))), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answered_in_two_tabs_at_once_it_is_one_answer() {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(services::clock::Clock::frozen(noon), 8).await;
    let case = taken_up(&house, 1).await;
    let id = asked(&house, case).await;
    let two = [0, 1].map(|_| {
        let (services, family) = (house.services.clone(), visitor(&house, 1));
        let reply = reply(case, id, &[Section::Illness, Section::Means]);
        tokio::spawn(async move { supply(&services, &family, &reply).await })
    });
    let answers: Vec<_> = join_all(two).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'supply'").await, 1);
}
