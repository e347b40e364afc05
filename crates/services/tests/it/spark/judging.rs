//! Reviewers: conflicts at each step, what they say, what they see of each other, and when the case goes on.

use super::*;
use domain::contact::Phone;
use domain::spark::review::assignment::{Reason, Seats};
use domain::spark::review::conflict::Ground;
use domain::spark::review::score::Verdict;
use domain::spark::{State, Unmet};
use futures::future::join_all;
use services::clock::Clock;
use services::spark::cases::{ask_reviewer, for_review, to_review};
use services::spark::review::{declare, move_on_due, save, sheet, submit, suggest, verdict};

/// Words that say whose a case is.
const PLANTED: [&str; 5] = ["张小满", "13900000001", "历下区演示路", "3701021999", "演示第一人民医院"];

fn reviewer(house: &TestHouse, person: u128) -> Context {
    of(house, person, Role::MedicalReviewer)
}

fn account_of(person: u128) -> AccountId {
    AccountId(Uuid::from_u128(person))
}

/// A case that is complete, of a family that told everything.
async fn complete(house: &TestHouse, person: u128) -> CaseId {
    account(house, person).await;
    let mut new = new_case(house, person);
    new.parties[0].particulars = "{\"patient_name\":\"张小满\",\"patient_phone\":\"13900000001\",
        \"address\":\"济南市历下区演示路 1 号\",\"patient_document\":\"370102199901010011\",\"hospital\":\"演示第一人民医院\"}"
        .into();
    let case = sent_as(house, person, new).await;
    let by = officer(house);
    does(house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    does(house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    rubric(house).await;
    case
}

async fn asked(house: &TestHouse, case: CaseId, people: &[u128]) {
    for person in people {
        ask_reviewer(&house.services, &officer(house), case, account_of(*person)).await.expect("asked");
    }
}

/// Ties of a person to the family of `complete`, of each kind.
fn conflicts(person: u128) -> [(Ground, Ties); 5] {
    let document = |text: &str| Document::from_comparable(&format!("passport:{text}")).expect("a document");
    let own = || ties(person);
    [
        (Ground::Party, Ties { person: document("document 1"), ..own() }),
        (Ground::Employer, Ties { employers: vec!["演示第一 人民医院".into()], ..own() }),
        (Ground::Kinship, Ties { kin: vec![document("document 1")], ..own() }),
        (Ground::SharedPhone, Ties { phones: vec![Phone::parse("13900000001").expect("a number")], ..own() }),
        (Ground::SharedAddress, Ties { addresses: vec!["济南市历下区演示路1号".into()], ..own() }),
    ]
}

#[tokio::test]
async fn a_conflict_of_each_kind_bars_from_being_asked_reading_and_scoring() {
    let house = TestHouse::new().await;
    let case = complete(&house, 1).await;
    let by = officer(&house);
    let (who, services) = (reviewer(&house, 801), &house.services);
    let unknown = ask_reviewer(services, &by, case, account_of(801)).await;
    assert!(matches!(unknown, Err(CaseError::NoProfile)), "{unknown:?}");
    for (ground, tie) in conflicts(801) {
        tied(&house, 801, &tie).await;
        let answer = ask_reviewer(services, &by, case, account_of(801)).await;
        let Err(CaseError::Conflicted(found)) = answer else { panic!("{ground:?}: {answer:?}") };
        assert_eq!(found.iter().map(|one| one.ground).collect::<Vec<_>>(), [ground]);
    }
    // Known only after they were asked: from then on the case is not there.
    tied(&house, 801, &ties(801)).await;
    asked(&house, case, &[801]).await;
    let version = save(services, &who, case, (0, &marks("4"))).await.expect("saved");
    for (ground, tie) in conflicts(801) {
        assert_eq!(to_review(services, &who).await.expect("read").len(), 1);
        tied(&house, 801, &tie).await;
        assert!(to_review(services, &who).await.expect("read").is_empty(), "{ground:?}");
        let read = for_review(services, &who, case).await;
        assert!(matches!(read, Err(CaseError::NotFound)), "{ground:?}: {read:?}");
        let opened = sheet(services, &who, case).await;
        assert!(matches!(opened, Err(ReviewError::NotFound)), "{ground:?}: {opened:?}");
        for scored in [
            save(services, &who, case, (version, &marks("4"))).await.err(),
            submit(services, &who, case, (version, &marks("4"))).await.err(),
        ] {
            assert!(matches!(scored, Some(ReviewError::NotFound)), "{ground:?}: {scored:?}");
        }
        tied(&house, 801, &ties(801)).await;
    }
    // A conflict that is declared stays, and is read by nobody without the case's key.
    declare(services, &who, case, account_of(801), "曾是同事的邻居").await.expect("declared");
    let opened = sheet(services, &who, case).await;
    assert!(matches!(opened, Err(ReviewError::NotFound)), "{opened:?}");
    let again = ask_reviewer(services, &by, case, account_of(801)).await;
    assert!(matches!(&again, Err(CaseError::Conflicted(found)) if found[0].ground == Ground::Declared), "{again:?}");
    let stranger = declare(services, &reviewer(&house, 802), case, account_of(802), "无关").await;
    assert!(matches!(stranger, Err(ReviewError::NotFound)), "{stranger:?}");
}

#[tokio::test]
async fn reviewers_are_suggested_by_speciality_load_and_conflict() {
    let house = TestHouse::new().await;
    let (case, other) = (complete(&house, 1).await, complete(&house, 2).await);
    known(&house, &[801, 802, 803]).await;
    tied(&house, 804, &conflicts(804)[1].1).await;
    asked(&house, other, &[801]).await;
    let speciality = Speciality::new("03.05").expect("a speciality");
    let choice = suggest(&house.services, &officer(&house), case, &speciality, Seats::Both).await.expect("a choice");
    assert_eq!(choice.chosen, [account_of(802), account_of(803)]);
    let why = |person| choice.others.iter().find(|(who, _)| *who == account_of(person)).map(|(_, why)| why.as_slice());
    assert!(matches!(why(801), Some([Reason::Busier { .. }])), "{:?}", why(801));
    assert!(matches!(why(804), Some([Reason::Conflicted(_)])), "{:?}", why(804));
    let stranger = suggest(&house.services, &reviewer(&house, 801), case, &speciality, Seats::Both).await;
    assert!(matches!(stranger, Err(ReviewError::Denied(_))), "{stranger:?}");
}

#[tokio::test]
async fn a_review_is_typed_as_often_as_one_likes_and_given_once() {
    let house = TestHouse::new().await;
    let case = complete(&house, 1).await;
    known(&house, &[801, 802, 803]).await;
    asked(&house, case, &[801, 802]).await;
    let services = &house.services;
    let (one, two) = (reviewer(&house, 801), reviewer(&house, 802));
    let enough = ask_reviewer(services, &officer(&house), case, account_of(803)).await;
    assert!(matches!(enough, Err(CaseError::Enough)), "{enough:?}");

    let half = Typed([("mark-need".to_owned(), "5".to_owned())].into());
    assert_eq!(save(services, &one, case, (0, &half)).await.expect("saved"), 1);
    let other_tab = save(services, &one, case, (0, &marks("3"))).await;
    assert!(matches!(other_tab, Err(ReviewError::Stale)), "{other_tab:?}");
    // The best mark wants a comment, and a mark is missing: both are told, and what was typed stays.
    let faulty = submit(services, &one, case, (1, &half)).await;
    let Err(ReviewError::Fields(fields)) = faulty else { panic!("{faulty:?}") };
    assert_eq!(fields.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["comment-need", "mark-plan"]);
    let shown = sheet(services, &one, case).await.expect("a sheet");
    assert_eq!((shown.typed, shown.version, shown.given), (half, 2, false));

    let mut whole = marks("4");
    whole.0.insert("mark-plan".into(), "na".into());
    submit(services, &one, case, (2, &whole)).await.expect("given");
    submit(services, &one, case, (2, &whole)).await.expect("pressed twice");
    let other = submit(services, &one, case, (3, &marks("2"))).await;
    assert!(matches!(other, Err(ReviewError::Given)), "{other:?}");
    let trail = "select count(*) from audit_entry where action = 'spark.review_given'";
    assert_eq!(crate::ledger::number(&house, trail).await, 1);

    // Nobody sees the others' before having given their own.
    assert_eq!(sheet(services, &two, case).await.expect("a sheet").others, []);
    assert_eq!(verdict(services, &officer(&house), case).await.expect("read"), Verdict::Waiting { more: 1 });
    let alone = does(&house, &services.system(), case, (Part::System, Event::Reviewed)).await;
    assert!(matches!(alone, Err(CaseError::Unmet(Unmet::NotReviewed))), "{alone:?}");
    submit(services, &two, case, (0, &marks("4"))).await.expect("given");
    assert_eq!(state(&house, case).await, "committee");
    // What was written lies sealed.
    let plain: i64 = sqlx::query_scalar(
        "select count(*) from spark_review where position(convert_to('演示意见', 'UTF8') in review_sealed) > 0",
    )
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("read");
    assert_eq!(plain, 0);
}

#[tokio::test]
async fn reviews_that_are_far_apart_ask_for_a_third() {
    let house = TestHouse::new().await;
    let case = complete(&house, 1).await;
    known(&house, &[801, 802, 803]).await;
    asked(&house, case, &[801, 802]).await;
    let services = &house.services;
    submit(services, &reviewer(&house, 801), case, (0, &marks("5"))).await.expect("given");
    submit(services, &reviewer(&house, 802), case, (0, &marks("1"))).await.expect("given");
    assert_eq!(state(&house, case).await, "medical_review");
    assert_eq!(verdict(services, &officer(&house), case).await.expect("read"), Verdict::NeedsThird);
    let seen = sheet(services, &reviewer(&house, 801), case).await.expect("a sheet").others;
    assert_eq!(seen.iter().map(|score| score.tenths()).collect::<Vec<_>>(), [0]);
    asked(&house, case, &[803]).await;
    assert_eq!(sheet(services, &reviewer(&house, 803), case).await.expect("a sheet").others, []);
    submit(services, &reviewer(&house, 803), case, (0, &marks("4"))).await.expect("given");
    assert_eq!(state(&house, case).await, "committee");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_reviewers_at_once_both_count_and_the_case_goes_on_once() {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(Clock::frozen(noon), 8).await;
    known(&house, &[801, 802]).await;
    for person in 1..=8 {
        let case = complete(&house, person).await;
        asked(&house, case, &[801, 802]).await;
        // Each presses twice.
        let pressed = [801, 802, 801, 802].map(|who| {
            let (services, by) = (house.services.clone(), reviewer(&house, who));
            tokio::spawn(async move { submit(&services, &by, case, (0, &marks("4"))).await })
        });
        for answer in join_all(pressed).await {
            answer.expect("no panic").expect("given, also where it was given before");
        }
        assert_eq!(state(&house, case).await, "committee");
    }
    assert_eq!(
        crate::ledger::number(&house, "select count(*) from spark_case_event where event = 'reviewed'").await,
        8
    );
    assert_eq!(
        crate::ledger::number(&house, "select count(*) from spark_review where submitted_at is not null").await,
        16
    );
    assert_eq!(move_on_due(&house.services).await.expect("looked"), 0);
}

#[tokio::test]
async fn a_consent_that_is_taken_back_stops_the_review_at_once() {
    let house = TestHouse::new().await;
    let case = complete(&house, 1).await;
    known(&house, &[801, 802]).await;
    asked(&house, case, &[801]).await;
    let (services, who) = (&house.services, reviewer(&house, 801));
    says(&house, (case, 1), Purpose::Health, false).await;
    assert!(to_review(services, &who).await.expect("read").is_empty());
    let read = for_review(services, &who, case).await;
    assert!(matches!(read, Err(CaseError::ConsentWithdrawn)), "{read:?}");
    let opened = sheet(services, &who, case).await;
    assert!(matches!(opened, Err(ReviewError::ConsentWithdrawn(of)) if of == case), "{opened:?}");
    let given = submit(services, &who, case, (0, &marks("4"))).await;
    assert!(matches!(given, Err(ReviewError::ConsentWithdrawn(_))), "{given:?}");
    let asked = ask_reviewer(services, &officer(&house), case, account_of(802)).await;
    assert!(matches!(asked, Err(CaseError::ConsentWithdrawn)), "{asked:?}");
    says(&house, (case, 1), Purpose::Health, true).await;
    for_review(services, &who, case).await.expect("agreed to again");
}

#[tokio::test]
async fn nothing_a_reviewer_is_shown_says_whose_it_is() {
    let house = TestHouse::new().await;
    let case = complete(&house, 1).await;
    known(&house, &[801]).await;
    asked(&house, case, &[801]).await;
    let (services, who) = (&house.services, reviewer(&house, 801));
    save(services, &who, case, (0, &marks("4"))).await.expect("saved");
    let shown = format!(
        "{:?} {:?} {:?}",
        to_review(services, &who).await.expect("read"),
        for_review(services, &who, case).await.expect("read"),
        sheet(services, &who, case).await.expect("read")
    );
    for word in PLANTED {
        assert!(!shown.contains(word), "{word}: {shown}");
    }
    // Nor does a table of the review hold it in the open.
    for table in ["spark_case_tie", "spark_reviewer_tie", "spark_review", "spark_conflict", "audit_entry"] {
        let all: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select t::text from {table} t")))
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("read");
        for word in PLANTED {
            assert!(!all.iter().any(|row| row.contains(word)), "{table}: {word}");
        }
    }
    assert_eq!(State::from_name(&state(&house, case).await), Some(State::MedicalReview));
}
