//! Cases are forgotten by themselves when their time is over, with what was sent, and not before.

use super::*;
use crate::ledger::number;
use jiff::{SignedDuration, ToSpan as _};
use services::privacy;

fn years(house: &TestHouse, years: i64) {
    house.services.clock.advance(SignedDuration::from_hours(24 * 365 * years + 24));
}

async fn withdrawn(house: &TestHouse, person: u128) -> CaseId {
    let case = sent(house, person).await;
    does(house, &visitor(house, person), case, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    case
}

/// What was sent for a case, as `spark::apply` writes it beside the application and its consents.
async fn snapshot(house: &TestHouse, case: CaseId, person: u128) {
    let sql = "insert into spark_snapshot (id, application_id, number, form, sealed, digest, taken_by, taken_at)
               values ($1, $1, 1, 1, 'x', decode(repeat('00', 32), 'hex'), $2, now())";
    let row = sqlx::query(sql).bind(case.0).bind(Uuid::from_u128(person));
    row.execute(&house.db.owner_pool()).await.expect(sql);
}

#[tokio::test]
async fn a_case_that_was_not_helped_is_forgotten_after_three_years_with_what_was_sent() {
    let house = TestHouse::new().await;
    let (over, live) = (withdrawn(&house, 1).await, sent(&house, 2).await);
    snapshot(&house, over, 1).await;
    snapshot(&house, live, 2).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 1094));
    assert_eq!(privacy::preview(&house.services).await.expect("counted").spark_cases, 0);
    house.services.clock.advance(SignedDuration::from_hours(49));
    let due = privacy::preview(&house.services).await.expect("counted");
    assert_eq!(due.spark_cases, 1, "a dry run counts it");
    assert_eq!(number(&house, "select count(*) from spark_case_key where key_sealed is null").await, 0, "and no more");
    let erased = privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((erased.spark_cases, erased.is_something()), (1, true));
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 0);

    let mut db = house.services.db.acquire().await.expect("a connection");
    assert!(matches!(cases::key(&house.services, &mut db, over).await, Err(CaseError::Forgotten)));
    assert!(cases::key(&house.services, &mut db, live).await.is_ok(), "one that goes on is not forgotten");
    for (table, of_one) in [
        ("select count(*) from spark_snapshot", 1),
        ("select count(*) from spark_consent", 5),
        ("select count(*) from spark_application", 1),
        ("select count(distinct case_id) from spark_case_tie", 1),
    ] {
        assert_eq!(number(&house, table).await, of_one, "{table}: of the one that goes on");
    }
    assert_eq!(number(&house, "select count(*) from spark_case").await, 2, "what happened stays, and names nobody");
    let proof = "select count(*) from audit_entry where action = 'spark.case_forgotten' and actor_kind = 'system'";
    assert_eq!(number(&house, proof).await, 1);
}

#[tokio::test]
async fn a_case_that_was_helped_is_kept_for_ten_years() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 10_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 10_000).await.expect("granted");
    to_disbursing(&house, 1, case).await;
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    let award = domain::ids::AwardId(award.id);
    crate::ledger::payee(&house, award, "6222021602001234567").await;
    let tranche = crate::ledger::tranches(&house, award).await[0];
    let payment = crate::ledger::sent(&house, tranche).await;
    crate::ledger::bank_says(&house, &[("B1", "成功", 10_000, Some(payment))]).await.expect("settled");
    cases::settle_paid(&house.services).await.expect("paid");
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Close)).await.expect("closed");
    years(&house, 9);
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 0);
    years(&house, 1);
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 1);
}

#[tokio::test]
async fn what_is_kept_by_law_is_not_forgotten_whoever_tries() {
    let house = TestHouse::new().await;
    let case = withdrawn(&house, 1).await;
    let by = compliance(&house);
    let empty = cases::hold(&house.services, &by, case, (" ", None)).await;
    assert!(matches!(empty, Err(CaseError::Fields(_))), "{empty:?}");
    let denied = cases::hold(&house.services, &officer(&house), case, ("诉讼", None)).await;
    assert!(matches!(denied, Err(CaseError::Denied(_))), "{denied:?}");
    cases::hold(&house.services, &by, case, ("诉讼，演示案号0001", None)).await.expect("kept");
    cases::hold(&house.services, &by, case, ("诉讼", None)).await.expect("and again");
    years(&house, 4);
    assert_eq!(privacy::preview(&house.services).await.expect("counted").spark_cases, 0);
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 0);
    let by = compliance(&house);
    let by_hand = cases::forget(&house.services, &by, case).await;
    assert!(matches!(by_hand, Err(CaseError::Kept)), "{by_hand:?}");
    let raw = sqlx::query("update spark_case_key set key_sealed = null, destroyed_at = now()")
        .execute(&house.db.owner_pool())
        .await
        .expect_err("the owner of the tables neither");
    assert_eq!(store::constraint_of(&raw), Some("spark_case_key_held"));

    cases::lift_hold(&house.services, &by, case).await.expect("lifted");
    let again = cases::lift_hold(&house.services, &by, case).await;
    assert!(matches!(again, Err(CaseError::NotFound)), "{again:?}");
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 1);
    let entries = "select count(*) from audit_entry where action in ('spark.case_held', 'spark.case_hold_lifted')";
    assert_eq!(number(&house, entries).await, 2);
    assert_eq!(number(&house, "select count(*) from audit_entry where detail::text like '%诉讼%'").await, 0);
}

#[tokio::test]
async fn what_is_kept_until_a_day_is_let_go_after_it_by_the_house_itself() {
    let house = TestHouse::new().await;
    let case = withdrawn(&house, 1).await;
    let today = domain::time::local_day(house.now());
    let (past, far) = (today - 1.days(), today + 21.years());
    for day in [past, far] {
        let wrong = cases::hold(&house.services, &compliance(&house), case, ("诉讼", Some(day))).await;
        assert!(matches!(&wrong, Err(CaseError::Fields(errors)) if errors[0].field == "until"), "{day}: {wrong:?}");
    }
    let last = today + 4.years();
    cases::hold(&house.services, &compliance(&house), case, ("诉讼", Some(last))).await.expect("kept");
    years(&house, 3);
    let desk = cases::keeping(&house.services, &compliance(&house)).await.expect("seen");
    assert_eq!((desk.kept.len(), desk.leaving.len(), desk.due), (1, 0, 0), "its time is over, and it is kept");
    assert_eq!((desk.kept[0].until, desk.kept[0].reason.as_deref()), (Some(last), Some("诉讼")));
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 0);
    years(&house, 1);
    assert_eq!(privacy::preview(&house.services).await.expect("counted").spark_cases, 1, "the dry run knows the day");
    let desk = cases::keeping(&house.services, &compliance(&house)).await.expect("seen");
    assert_eq!((desk.leaving.len(), desk.due, desk.leaving[0].due), (1, 1, true));
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").spark_cases, 1);
    let ended = "select count(*) from audit_entry where action = 'spark.case_hold_ended' and actor_kind = 'system'";
    assert_eq!(number(&house, ended).await, 1);
}

#[tokio::test]
async fn the_desk_sees_whose_time_is_over_next_and_only_who_watches_over_cases_looks() {
    let house = TestHouse::new().await;
    let case = withdrawn(&house, 1).await;
    let seen = async |house: &TestHouse| cases::keeping(&house.services, &compliance(house)).await.expect("seen");
    house.services.clock.advance(SignedDuration::from_hours(24 * 1050));
    assert_eq!(seen(&house).await.leaving, [], "not within a month");
    house.services.clock.advance(SignedDuration::from_hours(24 * 30));
    let desk = seen(&house).await;
    assert_eq!((desk.leaving.len(), desk.due), (1, 0));
    assert_eq!((desk.leaving[0].case, desk.leaving[0].due, desk.leaving[0].helped), (case, false, false));
    for role in Role::ALL.into_iter().filter(|role| *role != Role::ComplianceOfficer) {
        let denied = cases::keeping(&house.services, &of(&house, 500, role)).await;
        assert!(matches!(denied, Err(CaseError::Denied(_))), "{role:?}: {denied:?}");
    }
    cases::hold(&house.services, &compliance(&house), case, ("检查", None)).await.expect("kept");
    assert_eq!(seen(&house).await.leaving, []);
    let told = cases::kept(&house.services, &officer(&house), case).await.expect("seen").expect("kept");
    assert_eq!((told.until, told.reason), (None, None), "who does not read the case sees that it is kept, and not why");
    let told = cases::kept(&house.services, &compliance(&house), case).await.expect("seen").expect("kept");
    assert_eq!(told.reason.as_deref(), Some("检查"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_forget_each_once() {
    let house = TestHouse::new().await;
    for person in 1..=8 {
        withdrawn(&house, person).await;
    }
    years(&house, 4);
    let servers = (0..3).map(|_| {
        let services = house.services.clone();
        tokio::spawn(async move { privacy::erase_due(&services).await.expect("erased").spark_cases })
    });
    let done: u64 = futures::future::join_all(servers).await.into_iter().map(|it| it.expect("no panic")).sum();
    assert_eq!(done, 8);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'spark.case_forgotten'").await, 8);
}
