//! A case from its first day to its last, and what is left of it.

use super::*;
use crate::ledger::{bank_says, has, number, payee, prepared, state_of, tranches};
use domain::ledger::AwardState;
use jiff::SignedDuration;
use services::jobs::{Handlers, drain};
use services::ledger::LedgerError;
use services::spark::cases::Reader;

#[tokio::test]
async fn a_case_goes_its_way_and_its_money_with_it() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 10_000).await.expect("granted");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000), "approval keeps the money");
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    let award = domain::ids::AwardId(award.id);
    payee(&house, award, "6222021602001234567").await;
    let tranche = tranches(&house, award).await[0];
    prepared(&house, tranche).await;

    // Before the family has signed nothing leaves, whoever asks.
    let by = of(&house, 12, Role::FinanceReleaser);
    let early = ledger::let_go(&house.services, &by, tranche, id(&house)).await;
    assert!(matches!(early, Err(LedgerError::State("case"))), "{early:?}");

    to_disbursing(&house, 1, case).await;
    let payment = id(&house);
    crate::ledger::either(&house, async |by| ledger::let_go(&house.services, &by, tranche, payment).await)
        .await
        .expect("let go");
    ledger::send_file(&house.services, &by, id(&house)).await.expect("sent");
    assert_eq!(cases::settle_paid(&house.services).await.expect("looked"), 0, "nothing has arrived");
    bank_says(&house, &[("B1", "成功", 10_000, Some(payment))]).await.expect("settled");
    assert_eq!(cases::settle_paid(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::settle_paid(&house.services).await.expect("looked"), 0);
    assert_eq!(state(&house, case).await, "follow_up");
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Close)).await.expect("closed");
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000));
    assert_eq!(state_of(&house, award).await, AwardState::Fulfilled.name());

    // Each change stands in the history and in the trail, once.
    let steps = cases::history(&house.services, &compliance(&house), case).await.expect("read");
    let events: Vec<Event> = steps.iter().map(|step| step.happened.event).collect();
    let way = [
        Event::Submit,
        Event::TakeUp,
        Event::Complete,
        Event::Reviewed,
        Event::Grant,
        Event::Publish,
        Event::Stand,
        Event::Sign,
        Event::PaidOut,
        Event::Close,
    ];
    assert_eq!(events, way);
    assert_eq!(steps[1].reason.as_deref(), Some("演示理由"));
    assert_eq!(steps[8].happened.by, None, "by itself");
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'spark.case_moved'").await, 10);
    let told = "select count(*) from audit_entry where action = 'spark.case_moved' and detail::text like '%演示%'";
    assert_eq!(number(&house, told).await, 0, "the trail holds no reasons");
}

#[tokio::test]
async fn what_is_refused_withdrawn_or_deferred_gives_its_money_back() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 10_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 6_000).await.expect("a part");
    does(&house, &compliance(&house), case, (Part::ComplianceOfficer, Event::Recall)).await.expect("recalled");
    assert_eq!(has(&house, purse).await.3, 6_000, "kept until it is decided again");
    // The next decision puts its own in the place of it: 10,000 would not fit beside 6,000.
    grants(&house, &chair(&house), case, purse, 10_000).await.expect("all of it");
    assert_eq!(has(&house, purse).await, (10_000, 0, 0, 10_000, 0));
    does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    assert_eq!(has(&house, purse).await, (10_000, 0, 0, 0, 10_000));
    assert_eq!(state(&house, case).await, "withdrawn");

    let other = sent(&house, 2).await;
    before_committee(&house, other).await;
    grants(&house, &chair(&house), other, purse, 4_000).await.expect("a part");
    does(&house, &chair(&house), other, (Part::Chair, Event::Recall)).await.expect("recalled");
    decides(&house, &chair(&house), &[(other, Vote::Defer)]).await;
    does(&house, &chair(&house), other, (Part::Chair, Event::Defer)).await.expect("deferred");
    assert_eq!(has(&house, purse).await.3, 0, "a case that waits for money keeps none");
}

#[tokio::test]
async fn an_award_that_is_not_used_in_time_lapses_with_its_case() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, held_up) = (sent(&house, 1).await, sent(&house, 2).await);
    for each in [case, held_up] {
        before_committee(&house, each).await;
        grants(&house, &chair(&house), each, purse, 10_000).await.expect("granted");
    }
    to_disbursing(&house, 1, case).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 119));
    assert_eq!(cases::lapse_due(&house.services).await.expect("looked"), 0);
    house.services.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(cases::lapse_due(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::lapse_due(&house.services).await.expect("looked"), 0);
    assert_eq!(state(&house, case).await, "lapsed");
    assert_eq!(state(&house, held_up).await, "granted", "what the house holds up does not lapse");
    assert_eq!(has(&house, purse).await, (20_000, 0, 0, 10_000, 10_000));
    assert_eq!(number(&house, "select count(*) from ledger_award where state = 'lapsed'").await, 1);
}

#[tokio::test]
async fn a_forgotten_case_opens_for_nobody_and_its_way_stays() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let by = compliance(&house);
    let early = cases::forget(&house.services, &by, case).await;
    assert!(matches!(early, Err(CaseError::NotOver)), "{early:?}");
    let mut db = house.services.db.acquire().await.expect("a connection");
    let key = cases::key(&house.services, &mut db, case).await.expect("a key");
    let party = store::spark::cases::parties(&mut *db, case.0).await.expect("read").remove(0);
    let place = Place { table: "spark_case_party", column: "particulars_sealed", row: party.id };
    assert_eq!(key.open(place, &party.particulars_sealed).as_deref(), Ok("{\"name\":\"张小满\"}".as_bytes()));
    assert!(key.open(Place { row: case.0, ..place }, &party.particulars_sealed).is_err(), "bound to its row");
    assert!(house.services.vault.new_case_key().open(place, &party.particulars_sealed).is_err(), "and to its key");

    does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    cases::forget(&house.services, &by, case).await.expect("forgotten");
    cases::forget(&house.services, &by, case).await.expect("and again");
    assert!(matches!(cases::key(&house.services, &mut db, case).await, Err(CaseError::Forgotten)));
    let family = cases::may_read(&mut db, &visitor(&house, 1), case).await;
    assert!(matches!(family, Err(CaseError::NotFound)), "{family:?}");
    let steps = cases::history(&house.services, &by, case).await.expect("read");
    assert_eq!(steps.len(), 2);
    assert!(steps.iter().all(|step| step.reason.is_none()), "the reasons went with the key");
    assert_eq!(number(&house, "select count(*) from spark_case where patient_index is not null").await, 0);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'spark.case_forgotten'").await, 1);
    let officer = cases::forget(&house.services, &officer(&house), case).await;
    assert!(matches!(officer, Err(CaseError::Denied(_))), "{officer:?}");
}

#[tokio::test]
async fn a_family_hears_that_something_changed_and_not_what() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let handlers = services::messages::handlers(Handlers::new());
    before_committee(&house, case).await;
    drain(&house.services, &handlers).await.expect("drained");
    // Received, being looked at, being judged: that it went from the physicians to the committee is no news.
    let texts: Vec<String> = sqlx::query_scalar("select body_text from dev_mailbox order by created_at, id")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("read");
    assert_eq!(texts.len(), 3, "{texts:?}");
    for text in &texts {
        assert!(text.contains("有新进展"), "{text}");
        for word in ["病", "救助", "火种", "评审", "张", "演示"] {
            assert!(!text.contains(word), "{text}");
        }
    }
    // The patient has died between a change and its message: nobody writes.
    let by = officer(&house);
    does(&house, &by, case, (Part::CaseOfficer, Event::Reopen)).await.expect("again");
    does(&house, &by, case, (Part::CaseOfficer, Event::Hold)).await.expect("held");
    drain(&house.services, &handlers).await.expect("drained");
    assert_eq!(number(&house, "select count(*) from dev_mailbox").await, 3);
    assert_eq!(
        number(&house, "select count(*) from message where template = 'case_news' and state = 'dropped'").await,
        1
    );
    let payloads = "select count(*) from job where payload::text ~ '(phone|mail|张)'";
    assert_eq!(number(&house, payloads).await, 0);
}

#[tokio::test]
async fn a_family_sees_its_own_case_without_who_of_the_house() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    account(&house, 2).await;
    before_committee(&house, case).await;
    let own = cases::own_history(&house.services, &visitor(&house, 1), case).await.expect("read");
    let states: Vec<&str> = own.iter().map(|told| told.state.name()).collect();
    assert_eq!(states, ["received", "checking", "reviewing"]);
    assert_eq!(own.iter().map(|told| told.own).collect::<Vec<_>>(), [true, false, false]);
    let stranger = cases::own_history(&house.services, &visitor(&house, 2), case).await;
    assert!(matches!(stranger, Err(CaseError::NotFound)), "{stranger:?}");
    let whole = cases::history(&house.services, &visitor(&house, 1), case).await;
    assert!(matches!(whole, Err(CaseError::Denied(_))), "{whole:?}");

    let mut db = house.services.db.acquire().await.expect("a connection");
    let looked_after = cases::may_read(&mut db, &officer(&house), case).await.expect("theirs");
    assert_eq!(looked_after, Reader::Staff { part: Part::CaseOfficer, assigned: true });
    let other = cases::may_read(&mut db, &of(&house, 7, Role::CaseOfficer), case).await.expect("another's");
    assert_eq!(other, Reader::Staff { part: Part::CaseOfficer, assigned: false });
    for role in Role::ALL {
        let may = cases::may_read(&mut db, &of(&house, 7, role), case).await.is_ok();
        assert_eq!(may, matches!(role, Role::CaseOfficer | Role::ComplianceOfficer), "{role:?}");
    }
}
