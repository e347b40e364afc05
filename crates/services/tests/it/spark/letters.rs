//! Letters: one for each decision, for the family and nobody else, the same bytes for ever, gone with the case.

use super::*;
use crate::bus::network;
use crate::ledger::number;
use domain::ids::LetterId;
use domain::spark::letter::{Block, Ground, Kind};
use futures::future::join_all;
use jiff::SignedDuration;
use services::account::erase::export_own;
use services::clock::Clock;
use services::jobs::{Handlers, drain};
use services::privacy;
use services::spark::letters::{self, LetterError, Opened, Verdict};
use tokio::sync::Barrier;

/// What stands in every letter's envelope here, and nowhere in the clear.
const NAME: &str = "演示·林小满";

/// A case of somebody with a name.
async fn named(house: &TestHouse, person: u128) -> CaseId {
    account(house, person).await;
    let mut new = new_case(house, person);
    new.parties[0].particulars = format!(r#"{{"patient_name":"{NAME}","diagnosis":"演示病名"}}"#).into();
    sent_as(house, person, new).await
}

fn id_of(house: &TestHouse) -> Uuid {
    house.context(Actor::System).new_id()
}

/// The kinds of a case's letters, the last first.
async fn kinds(house: &TestHouse, person: u128, case: CaseId) -> Vec<Kind> {
    let all = letters::own(&house.services, &visitor(house, person), case).await.expect("a list");
    all.into_iter().map(|letter| letter.kind).collect()
}

async fn last(house: &TestHouse, person: u128, case: CaseId) -> Opened {
    let by = visitor(house, person);
    let id = letters::own(&house.services, &by, case).await.expect("a list").first().expect("a letter").id;
    letters::open(&house.services, &by, case, id).await.expect("a letter")
}

fn text(opened: &Opened) -> String {
    let blocks = opened.letter.blocks.iter().map(|block| match block {
        Block::Heading(text) | Block::Text(text) | Block::Item(text) => text.clone(),
    });
    let all = [opened.letter.title.clone(), opened.letter.salutation.clone()].into_iter().chain(blocks);
    all.chain(opened.letter.foot.clone()).collect::<Vec<_>>().join("\n")
}

/// A case that was refused.
async fn refused(house: &TestHouse, person: u128) -> CaseId {
    let case = named(house, person).await;
    before_committee(house, case).await;
    decides(house, &chair(house), &[(case, Vote::Refuse)]).await;
    does(house, &chair(house), case, (Part::Chair, Event::Refuse)).await.expect("refused");
    case
}

#[tokio::test]
async fn whatever_decides_a_case_is_told_in_a_letter_and_nothing_else_is() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = named(&house, 1).await;
    before_committee(&house, case).await;
    assert!(kinds(&house, 1, case).await.is_empty(), "nothing is decided");
    grants(&house, &chair(&house), case, purse, 6_000).await.expect("a part");
    let letter = last(&house, 1, case).await;
    let said = text(&letter);
    for words in [NAME, "6,000.00", "陆仟元整", "申诉", &letter.listed.number] {
        assert!(said.contains(words), "{words}: {said}");
    }
    for words in ["演示病名", "演示理由", "演示意见", "罕见"] {
        assert!(!said.contains(words), "{words}: {said}");
    }
    // In the other language it says the same of the same.
    let (locale, other) = letter.translation.clone();
    let said = text(&Opened { letter: other, ..letter.clone() });
    assert_eq!(locale, domain::Locale::En);
    for words in [NAME, "Part of what you asked for is granted", "6,000.00", "陆仟元整", &letter.listed.number] {
        assert!(said.contains(words), "{words}: {said}");
    }
    does(&house, &compliance(&house), case, (Part::ComplianceOfficer, Event::Recall)).await.expect("recalled");
    grants(&house, &chair(&house), case, purse, 10_000).await.expect("all of it");
    to_disbursing(&house, 1, case).await;
    let way = [Kind::Agreement, Kind::Granted, Kind::Recalled, Kind::Partial];
    assert_eq!(kinds(&house, 1, case).await, way);
    let numbers: Vec<String> = letters::own(&house.services, &visitor(&house, 1), case)
        .await
        .expect("a list")
        .into_iter()
        .map(|letter| letter.number)
        .collect();
    for (n, number) in (1..=4).rev().zip(&numbers) {
        assert!(number.ends_with(&format!("-0{n}")), "{numbers:?}");
    }
    let found = letters::of(&house.services, &visitor(&house, 1), case, Kind::Agreement).await.expect("asked");
    assert_eq!(found.map(|letter| letter.number).as_ref(), numbers.first());
    assert!(text(&last(&house, 1, case).await).contains("壹万元整"));
    let entries = "select count(*) from audit_entry where action = 'spark.letter_written'";
    assert_eq!(number(&house, entries).await, 4);
    let missing = "select count(*) from spark_case_event e where event in ('grant', 'grant_part', 'recall', 'stand')
                   and not exists (select from spark_letter l where l.case_id = e.case_id and l.version = e.version)";
    assert_eq!(number(&house, missing).await, 0);
}

#[tokio::test]
async fn a_family_that_takes_its_case_back_has_that_confirmed_in_a_letter_once() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (early, late) = (named(&house, 1).await, named(&house, 2).await);
    before_committee(&house, late).await;
    grants(&house, &chair(&house), late, purse, 10_000).await.expect("granted");
    for (person, case, way) in [(1, early, vec![Kind::Withdrawn]), (2, late, vec![Kind::Withdrawn, Kind::Granted])] {
        let family = visitor(&house, person);
        does(&house, &family, case, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
        let again = does(&house, &family, case, (Part::Applicant, Event::Withdraw)).await;
        assert!(matches!(again, Err(CaseError::Refused(_))), "{again:?}");
        assert_eq!(kinds(&house, person, case).await, way);
        let said = text(&last(&house, person, case).await);
        for words in [NAME, "撤回", "可以重新申请"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(!said.contains("演示理由") && !said.contains("元"), "neither why nor how much: {said}");
    }
}

#[tokio::test]
async fn a_reason_is_told_that_was_chosen_and_only_one_that_is_offered() {
    let house = TestHouse::new().await;
    let case = named(&house, 1).await;
    let by = officer(&house);
    does(&house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let act = plain(case, version(&house, case).await, Part::CaseOfficer, Event::RuleOut);
    let other = cases::act_saying(&house.services, &by, &act, &[Ground::Ceiling]).await;
    assert!(matches!(&other, Err(CaseError::Fields(errors)) if errors[0].field == "grounds"), "{other:?}");
    assert_eq!(state(&house, case).await, "completeness", "nothing happened");
    cases::act_saying(&house.services, &by, &act, &[Ground::Place]).await.expect("ruled out");
    let said = text(&last(&house, 1, case).await);
    assert!(said.contains("患者的户籍和就诊医院都不在山东省") && !said.contains("演示理由"), "{said}");
    assert!(said.contains("申诉") && said.contains("（含当日）"), "until when it can be appealed: {said}");
}

#[tokio::test]
async fn a_letter_is_the_familys_and_of_the_house_only_who_reads_the_case_opens_it() {
    let house = TestHouse::new().await;
    let (case, other) = (refused(&house, 1).await, refused(&house, 2).await);
    let (family, stranger) = (visitor(&house, 1), visitor(&house, 2));
    let id = last(&house, 1, case).await.listed.id;
    let theirs = last(&house, 2, other).await.listed.id;
    for (by, case, letter) in [
        (&stranger, case, id),
        (&family, other, theirs),
        // Another's letter is none of one's own case.
        (&family, case, theirs),
        (&family, case, LetterId(Uuid::nil())),
    ] {
        let refused = letters::open(&house.services, by, case, letter).await;
        assert!(matches!(refused, Err(LetterError::Case(CaseError::NotFound))), "{refused:?}");
        let refused = letters::own_pdf(&house.services, by, case, letter).await;
        assert!(matches!(refused, Err(LetterError::Case(CaseError::NotFound))), "{refused:?}");
    }
    // Who helps with the form takes part in the case, and is told by the family.
    let helper = account(&house, 3).await;
    let mut db = house.services.db.acquire().await.expect("a connection");
    let part = (Part::SocialWorker.name(), Some(helper.0));
    store::spark::cases::add_party(&mut *db, id_of(&house), case.0, part, b"sealed", house.now())
        .await
        .expect("a helper");
    drop(db);
    let helped = letters::open(&house.services, &visitor(&house, 3), case, id).await;
    assert!(matches!(helped, Err(LetterError::Case(CaseError::NotFound))), "{helped:?}");
    let helped = letters::own(&house.services, &visitor(&house, 3), case).await;
    assert!(matches!(helped, Err(CaseError::NotFound)), "{helped:?}");

    let anonymous = letters::open(&house.services, &house.context(Actor::Anonymous), case, id).await;
    assert!(matches!(anonymous, Err(LetterError::Case(CaseError::Denied(_)))), "{anonymous:?}");

    for role in Role::ALL {
        let by = of(&house, 91_000, role);
        let listed = letters::of_case(&house.services, &by, case).await;
        let opened = letters::pdf(&house.services, &by, case, id).await.map(|(name, _)| name);
        assert!(letters::open(&house.services, &by, case, id).await.is_err(), "{role:?}: that is the family's page");
        match role {
            Role::ComplianceOfficer => assert!(listed.is_ok() && opened.is_ok(), "{listed:?} {opened:?}"),
            // Who does not look after it says why first.
            Role::CaseOfficer => {
                assert!(matches!(listed, Err(CaseError::Unread { .. })), "{listed:?}");
                assert!(matches!(opened, Err(LetterError::Case(CaseError::Unread { .. }))), "{opened:?}");
            }
            _ => {
                assert!(matches!(listed, Err(CaseError::Denied(_) | CaseError::Unread { .. })), "{role:?}: {listed:?}");
                assert!(opened.is_err(), "{role:?}");
            }
        }
    }
    letters::pdf(&house.services, &officer(&house), case, id).await.expect("whoever looks after it");
    let family_at_the_desk = letters::pdf(&house.services, &family, case, id).await.map(|(name, _)| name);
    assert!(matches!(family_at_the_desk, Err(LetterError::Case(CaseError::NotFound))), "{family_at_the_desk:?}");
    let read = "select count(*) from audit_entry where action = 'spark.letter_opened' and actor_kind = 'staff'";
    assert_eq!(number(&house, read).await, 2, "each opening is written down");
    let read = "select count(*) from audit_entry where action = 'spark.case_read' and detail ->> 'what' = 'letter'";
    assert_eq!(number(&house, read).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_is_drawn_once_and_is_the_same_file_for_everybody() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    let id = last(&house, 1, case).await.listed.id;
    // The worker and several who open it, at once.
    let handlers = letters::handlers(Handlers::new());
    let opened = (0..4).map(|_| {
        let (services, by) = (house.services.clone(), visitor(&house, 1));
        tokio::spawn(async move { letters::own_pdf(&services, &by, case, id).await.expect("a file").1 })
    });
    let (files, done) = tokio::join!(join_all(opened), drain(&house.services, &handlers));
    assert!(done.expect("drained") >= 1);
    let files: Vec<Vec<u8>> = files.into_iter().map(|file| file.expect("no panic")).collect();
    assert!(files[0].starts_with(b"%PDF-") && files.iter().all(|file| *file == files[0]), "one file");
    let listed = last(&house, 1, case).await.listed;
    let hash = services::crypto::digest_hex(&files[0]);
    assert_eq!(listed.digest.map(|digest| digest.to_string()), Some(hash.clone()));

    let context = house.context(Actor::Anonymous);
    let asked = async |number: &str, digits: &str| {
        letters::verify(&house.services, &context, &network(), (number, digits)).await.expect("a verdict")
    };
    let genuine = Verdict::Genuine { issued_on: listed.issued_on };
    assert_eq!(asked(&listed.number, &hash[..12]).await, genuine);
    assert_eq!(asked(&listed.number.to_lowercase(), &hash.to_uppercase()).await, genuine);
    assert_eq!(asked(&listed.number, &hash[..11]).await, Verdict::Unknown, "too few digits");
    assert_eq!(asked(&listed.number, "000000000000").await, Verdict::Unknown);
    assert_eq!(asked("K7M4-Q2XR-01", &hash[..12]).await, Verdict::Unknown);
    assert_eq!(asked("", "").await, Verdict::Unknown);
}

#[tokio::test]
async fn whoever_tries_many_letters_that_are_none_is_told_to_wait() {
    let house = TestHouse::new().await;
    let context = house.context(Actor::Anonymous);
    let mut limited = false;
    for n in 0..2_000 {
        let number = format!("K7M4-Q2XR-{:02}", n % 90 + 10);
        match letters::verify(&house.services, &context, &network(), (&number, "0123456789ab")).await {
            Ok(verdict) => assert_eq!(verdict, Verdict::Unknown),
            Err(LetterError::Limited(_)) => {
                limited = true;
                break;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(limited, "nobody tries for ever");
}

/// A decision that is pressed many times, and tried again after it was made, has one letter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_decision_has_one_letter_however_often_it_is_pressed() {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(Clock::frozen(noon), 12).await;
    let case = named(&house, 1).await;
    before_committee(&house, case).await;
    decides(&house, &chair(&house), &[(case, Vote::Refuse)]).await;
    let act = plain(case, version(&house, case).await, Part::Chair, Event::Refuse);
    let pressed = (0..10).map(|_| {
        let (services, by, act) = (house.services.clone(), chair(&house), act.clone());
        tokio::spawn(async move { cases::act(&services, &by, &act).await })
    });
    let answers = join_all(pressed).await;
    let made = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
    assert_eq!(made, 1, "{answers:?}");
    let again = cases::act(&house.services, &chair(&house), &act).await;
    assert!(matches!(again, Err(CaseError::Stale(_))), "{again:?}");
    assert_eq!(number(&house, "select count(*) from spark_letter").await, 1);
    assert_eq!(number(&house, "select count(*) from job where kind = 'spark.letter_drawn'").await, 1);
}

/// As somebody would write it who looks first, in a database without the rules: two at once write two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_and_the_rules_a_decision_has_two_letters() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    let owner = house.db.owner_pool();
    for drop in [
        "drop trigger spark_letter_stays on spark_letter",
        "alter table spark_letter drop constraint spark_letter_once",
        "alter table spark_letter drop constraint spark_letter_numbered",
        "create table copied as select * from spark_letter",
        "delete from spark_letter",
    ] {
        sqlx::query(drop).execute(&owner).await.expect(drop);
    }
    let both = Barrier::new(2);
    let naively = async || -> sqlx::Result<()> {
        let mut tx = services::db::begin(&owner).await?;
        let there: i64 = sqlx::query_scalar("select count(*) from spark_letter").fetch_one(&mut *tx).await?;
        both.wait().await;
        if there == 0 {
            sqlx::query(
                "insert into spark_letter (id, case_id, version, nth, kind, template, locale, issued_on, issued_at)
                 select gen_random_uuid(), case_id, version, nth, kind, template, locale, issued_on, issued_at from copied",
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    };
    let answers = join_all([naively(), naively()]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let two = sqlx::query_scalar::<_, i64>("select count(*) from spark_letter where case_id = $1").bind(case.0);
    assert_eq!(two.fetch_one(&owner).await.expect("counted"), 2);
}

#[tokio::test]
async fn a_letter_is_never_another_one_whoever_tries() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    let id = last(&house, 1, case).await.listed.id;
    letters::own_pdf(&house.services, &visitor(&house, 1), case, id).await.expect("drawn");
    for tried in [
        "delete from spark_letter",
        "update spark_letter set kind = 'granted'",
        "update spark_letter set content_sealed = 'x'",
        "update spark_letter set content_sealed = null",
        "update spark_letter set pdf_sealed = 'x'",
        "update spark_letter set pdf_digest = decode(repeat('00', 32), 'hex')",
        "update spark_letter set pdf_sealed = null, pdf_digest = null, drawn_at = null",
        "update spark_letter set template = 1",
    ] {
        let refused = sqlx::query(tried).execute(&house.db.owner_pool()).await.expect_err(tried);
        assert_eq!(store::constraint_of(&refused), Some("spark_letter_stays"), "{tried}");
    }
}

#[tokio::test]
async fn a_letter_is_forgotten_with_its_case_and_a_copy_can_still_be_held_against_it() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    let family = visitor(&house, 1);
    let id = last(&house, 1, case).await.listed.id;
    let (_, file) = letters::own_pdf(&house.services, &family, case, id).await.expect("a file");
    let copy = export_own(&house.services, &family).await.expect("a copy");
    let exported = copy["aid_letters"].to_string();
    assert!(exported.contains(NAME) && exported.contains("未获救助"), "{exported}");

    house.services.clock.advance(SignedDuration::from_hours(24 * 365 * 3 + 48));
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 1);
    let left = "select count(*) from spark_letter where content_sealed is not null or pdf_sealed is not null";
    assert_eq!(number(&house, left).await, 0);
    let by = compliance(&house);
    let listed = letters::of_case(&house.services, &by, case).await.expect("a list").remove(0);
    assert!(listed.forgotten);
    let gone = letters::pdf(&house.services, &by, case, id).await.map(|(name, _)| name);
    assert!(matches!(gone, Err(LetterError::Case(CaseError::Forgotten))), "{gone:?}");
    let digits = services::crypto::digest_hex(&file);
    let context = house.context(Actor::Anonymous);
    let verdict = letters::verify(&house.services, &context, &network(), (&listed.number, &digits)).await;
    assert_eq!(verdict.expect("a verdict"), Verdict::Genuine { issued_on: listed.issued_on });
}

#[tokio::test]
async fn nothing_a_letter_says_stands_in_a_job_a_trail_or_a_message() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 10_000).await;
    let case = named(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 6_000).await.expect("a part");
    drain(&house.services, &services::handlers::all()).await.expect("drained");
    for (table, words) in [
        ("select count(*) from job where payload::text ~ '(林小满|6,000|陆仟)'", "a job"),
        ("select count(*) from audit_entry where detail::text ~ '(林小满|6,000|陆仟)'", "the trail"),
        (
            "select count(*) from dev_mailbox where concat(subject, body_text) ~ '(林小满|6,000|陆仟|救助|病)'",
            "a message",
        ),
    ] {
        assert_eq!(number(&house, table).await, 0, "{words}");
    }
    let drawn = "select count(*) from spark_letter where pdf_digest is not null and pdf_sealed is not null";
    assert_eq!(number(&house, drawn).await, 1, "the worker drew it");
}

#[tokio::test]
async fn the_database_knows_every_kind_of_letter_and_no_other() {
    let house = TestHouse::new().await;
    let sql = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'spark_letter_kind'";
    let rule: String = sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a constraint");
    let known: Vec<&str> = rule.split('\'').skip(1).step_by(2).collect();
    assert_eq!(known, Kind::ALL.map(Kind::name), "{rule}");
}
