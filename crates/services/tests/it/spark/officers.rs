//! Whom a case comes to: nobody who is away or has a conflict with it; and a minor's, which nobody reads before that.

use super::profiles::{days, hired};
use super::*;
use crate::ledger::number;
use domain::contact::Phone;
use jiff::SignedDuration;
use services::spark::cases::{Access, Wanted, desk, look, named, particulars, take_over, take_up_waiting, view, work};
use services::spark::objections::{self, ObjectionError};
use services::spark::review::{Kept, declare, keep_person, person};

/// Away on these days, whatever else is known.
async fn away(house: &TestHouse, who: AccountId, absence: Option<domain::spark::review::absence::Absence>) {
    let by = compliance(house);
    let known = person(&house.services, &by, who).await.expect("somebody");
    let nothing = Profile { account: who, specialities: vec![], away: false, version: 0 };
    let kept = Kept {
        profile: known.profile.unwrap_or(nothing),
        hospital: known.hospital.as_deref().unwrap_or_default(),
        ties: None,
        absence,
        absence_version: known.absence_version,
    };
    keep_person(&house.services, &by, &kept).await.expect("kept");
}

async fn looks_after(house: &TestHouse, case: CaseId) -> Option<AccountId> {
    let row = store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case");
    row.officer_id.map(AccountId)
}

/// The first case of these tests, of a family that told where it lives and is treated.
async fn told(house: &TestHouse, family: u128, age: u8) -> CaseId {
    account(house, family).await;
    let mut new = NewCase { age, ..new_case(house, family) };
    new.parties[0].particulars = r#"{"patient_name":"演示·张小满","patient_phone":"13900000001",
        "address":"济南市历下区演示路 1 号","hospital":"演示大学第一医院（东院）"}"#
        .into();
    sent_as(house, family, new).await
}

/// Ties of a person to that family, of each kind.
fn entangled(number: u128) -> [Ties; 5] {
    let document = |text: &str| Document::from_comparable(&format!("passport:{text}")).expect("a document");
    let own = || ties(number);
    [
        Ties { person: document("document 1"), ..own() },
        Ties { kin: vec![document("document 1")], ..own() },
        Ties { employers: vec!["演示大学第一 医院".into()], ..own() },
        Ties { phones: vec![Phone::parse("13900000001").expect("a number")], ..own() },
        Ties { addresses: vec!["济南市历下区演示路1号".into()], ..own() },
    ]
}

#[tokio::test]
async fn who_is_away_is_given_no_case_and_where_all_are_away_it_waits() {
    let house = TestHouse::new().await;
    let (one, two) = (hired(&house, 80_001, Role::CaseOfficer).await, hired(&house, 80_002, Role::CaseOfficer).await);
    let first = sent(&house, 1).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    away(&house, one, days(&house, -1, 3)).await;
    away(&house, two, days(&house, 0, 2)).await;
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 0, "all are away: it waits");
    assert_eq!((looks_after(&house, first).await, state(&house, first).await), (None, "submitted".to_owned()));
    // Back a day early.
    away(&house, two, days(&house, -2, 2)).await;
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 1);
    assert_eq!(looks_after(&house, first).await, Some(two));
    let second = sent(&house, 2).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 1);
    assert_eq!(looks_after(&house, second).await, Some(one), "the absence is over, and the other has more to do");
    // Whoever takes no new cases until further notice is away, too.
    known(&house, &[80_001, 80_002]).await;
    for who in [one, two] {
        let known = person(&house.services, &compliance(&house), who).await.expect("somebody").profile.expect("one");
        review::keep(&house.services, &compliance(&house), &Profile { away: true, ..known }, None).await.expect("kept");
    }
    let third = sent(&house, 3).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 0);
    assert_eq!(looks_after(&house, third).await, None);
}

#[tokio::test]
async fn a_case_goes_past_officers_with_a_conflict_and_waits_where_all_have_one() {
    let house = TestHouse::new().await;
    let (one, two) = (hired(&house, 80_001, Role::CaseOfficer).await, hired(&house, 80_002, Role::CaseOfficer).await);
    let case = told(&house, 1, 30).await;
    house.services.clock.advance(SignedDuration::from_mins(1));
    let other = sent(&house, 2).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    let [_, kin, employer, ..] = entangled(80_001);
    tied(&house, 80_001, &employer).await;
    tied(&house, 80_002, &kin).await;
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 1, "the other one waits for none of it");
    assert_eq!((looks_after(&house, case).await, looks_after(&house, other).await), (None, Some(one)));
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'take_up'").await, 1);
    // Who asked to judge it looks after it neither.
    tied(&house, 80_001, &ties(80_001)).await;
    sqlx::query(
        "insert into spark_case_reviewer (id, case_id, reviewer_id, assigned_by, assigned_at) values ($1, $1, $2, $3, now())",
    )
    .bind(case.0)
    .bind(one.0)
    .bind(two.0)
    .execute(&house.db.owner_pool())
    .await
    .expect("asked");
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 0);
    tied(&house, 80_002, &ties(80_002)).await;
    assert_eq!(take_up_waiting(&house.services).await.expect("looked"), 1);
    assert_eq!(looks_after(&house, case).await, Some(two));
}

#[tokio::test]
async fn an_officer_with_a_conflict_of_any_kind_finds_no_such_case_and_takes_it_up_not() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let case = told(&house, 1, 30).await;
    house.services.clock.advance(SignedDuration::from_mins(1));
    let other = sent(&house, 2).await;
    let reference = store::spark::cases::one(&services.db, case.0).await.expect("read").expect("a case").reference;
    let reference = domain::booking::Reference::parse(&reference).expect("a reference");
    let by = of(&house, 80_001, Role::CaseOfficer);
    let listed = async || {
        let desk = desk(services, &by, Part::CaseOfficer, None).await.expect("a list");
        desk.cases.iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [case, other]);
    assert!(named(services, &by, &reference).await.expect("looked").is_some());
    let barred = async || {
        assert_eq!(listed().await, [other]);
        assert!(named(services, &by, &reference).await.expect("looked").is_none());
        let take = plain(case, 1, Part::CaseOfficer, Event::TakeUp);
        let answers = [
            view(services, &by, case).await.map(drop),
            look(services, &by, case, "演示").await,
            take_over(services, &by, case, "演示").await,
            cases::act(services, &by, &take).await.map(drop),
            // Late, too: what happened would tell that it is there.
            cases::act(services, &by, &Act { version: 9, ..take }).await.map(drop),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(CaseError::NotFound)), "{answer:?}");
        }
    };
    for tie in entangled(80_001) {
        tied(&house, 80_001, &tie).await;
        barred().await;
        tied(&house, 80_001, &ties(80_001)).await;
        assert_eq!(listed().await, [case, other]);
    }
    // Who watches over cases finds it all the same.
    assert_eq!(view(services, &compliance(&house), case).await.expect("a case").id, case);
    let wanted = Wanted::default();
    work(services, &compliance(&house), Part::ComplianceOfficer, wanted, None).await.expect("a list");
    // A declared one stays; it bars without a profile as well.
    let stranger = AccountId(Uuid::from_u128(80_002));
    for about in [AccountId(Uuid::from_u128(80_001)), stranger] {
        declare(services, &compliance(&house), case, about, "演示：与家属相识").await.expect("declared");
    }
    barred().await;
    let unknown = of(&house, 80_002, Role::CaseOfficer);
    let take = plain(case, 1, Part::CaseOfficer, Event::TakeUp);
    let answer = cases::act(services, &unknown, &take).await;
    assert!(matches!(answer, Err(CaseError::NotFound)), "{answer:?}");
    cases::act(services, &officer(&house), &take).await.expect("somebody else takes it up");
}

#[tokio::test]
async fn a_minors_case_that_nobody_has_is_read_by_nobody_before_it_is_taken_up_and_the_trail_says_so() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let (case, adult) = (told(&house, 1, 9).await, sent(&house, 2).await);
    let (by, other) = (of(&house, 80_001, Role::CaseOfficer), of(&house, 80_002, Role::CaseOfficer));
    let trail = "select count(*) from audit_entry where action = 'spark.minor_assigned'";
    let listed = desk(services, &by, Part::CaseOfficer, None).await.expect("a list");
    assert_eq!(listed.cases.len(), 2, "masked it stands in the list");
    let shown = view(services, &by, case).await.expect("a page");
    assert_eq!((shown.access, shown.parties.len(), shown.clarifications.len()), (Access::None { minor: true }, 0, 0));
    for answer in [
        particulars(services, &by, case, "演示").await.map(drop),
        look(services, &by, case, "演示").await,
        cases::sent(services, &by, case).await.map(drop),
        cases::history(services, &by, case).await.map(drop),
    ] {
        assert!(matches!(answer, Err(CaseError::Unread { minor: true })), "{answer:?}");
    }
    assert_eq!(number(&house, trail).await, 0);
    does(&house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    does(&house, &by, adult, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    assert_eq!(view(services, &by, case).await.expect("a page").access, Access::Assigned);
    assert_eq!(number(&house, trail).await, 1, "of the minor's alone");
    let how = "select count(*) from audit_entry where action = 'spark.minor_assigned' and detail ->> 'how' = 'taken_up'
               and actor_id = '00000000-0000-0000-0000-000000013881'";
    assert_eq!(number(&house, how).await, 1, "80,001 did");
    assert_eq!(view(services, &other, case).await.expect("a page").access, Access::None { minor: true });

    // The same of one that nobody has any more, and of one that the house gives.
    sqlx::query("update spark_case set officer_id = null where id = $1")
        .bind(case.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("nobody's");
    take_over(services, &other, case, "演示：无人经办").await.expect("taken");
    let third = told(&house, 3, 12).await;
    hired(&house, 80_001, Role::CaseOfficer).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(take_up_waiting(services).await.expect("looked"), 1);
    assert_eq!(looks_after(&house, third).await, Some(AccountId(Uuid::from_u128(80_001))));
    assert_eq!(number(&house, trail).await, 3);
}

#[tokio::test]
async fn a_conflict_that_is_declared_takes_the_case_from_the_officer_and_somebody_else_takes_it_over() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let case = told(&house, 1, 9).await;
    let (by, other) = (of(&house, 80_001, Role::CaseOfficer), of(&house, 80_002, Role::CaseOfficer));
    does(&house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    declare(services, &compliance(&house), case, AccountId(Uuid::from_u128(80_001)), "演示：相识").await.expect("said");
    assert_eq!(looks_after(&house, case).await, None);
    let gone = view(services, &by, case).await;
    assert!(matches!(gone, Err(CaseError::NotFound)), "{gone:?}");
    let acts = does(&house, &by, case, (Part::CaseOfficer, Event::Complete)).await;
    assert!(matches!(acts, Err(CaseError::NotFound)), "{acts:?}");
    // Nor does anything beside it tell of it.
    let signed = cases::signed_fact(services, &by, case).await;
    assert!(matches!(signed, Err(CaseError::NotFound)), "{signed:?}");
    let asked_back = cases::clawback_of(services, &by, case).await;
    assert!(matches!(asked_back, Err(CaseError::NotFound)), "{asked_back:?}");
    let objected = objections::is_open(services, &by, case).await;
    assert!(matches!(objected, Err(ObjectionError::NotFound)), "{objected:?}");
    let meetings = review::meetings_of(services, &by, case).await;
    assert!(matches!(meetings, Err(ReviewError::NotFound)), "{meetings:?}");
    assert!(cases::signed_fact(services, &other, case).await.expect("read").is_none(), "the control");
    assert!(cases::clawback_of(services, &other, case).await.expect("read").is_none());
    assert!(!objections::is_open(services, &other, case).await.expect("read"));
    assert!(review::meetings_of(services, &other, case).await.expect("read").is_empty());
    assert_eq!(view(services, &other, case).await.expect("a page").access, Access::None { minor: true });
    take_over(services, &other, case, "演示：前任回避").await.expect("taken over");
    assert_eq!(view(services, &other, case).await.expect("a page").access, Access::Assigned);
    assert_eq!(looks_after(&house, case).await, Some(AccountId(Uuid::from_u128(80_002))));
    does(&house, &other, case, (Part::CaseOfficer, Event::Complete)).await.expect("goes on");
}
