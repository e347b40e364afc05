//! A case as its family sees it.

use super::*;
use crate::ledger::number;
use domain::ledger::Fen;
use domain::spark::PublicState;
use services::spark::cases::{own_case, own_cases, withdraw};

#[tokio::test]
async fn a_family_sees_its_own_cases_and_nobody_elses() {
    let house = TestHouse::new().await;
    let (case, other) = (sent(&house, 1).await, sent(&house, 2).await);
    let family = visitor(&house, 1);
    let listed = own_cases(&house.services, &family).await.expect("read");
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [case]);
    let read = own_case(&house.services, &family, case).await.expect("read");
    assert_eq!((read.case.state, read.may_withdraw), (PublicState::Received, true));
    assert!(read.money.is_empty() && read.clarifications.is_empty());
    for refused in [
        own_case(&house.services, &family, other).await.map(|_| ()),
        own_case(&house.services, &family, id(&house)).await.map(|_| ()),
        withdraw(&house.services, &family, other, PublicState::Received).await,
    ] {
        assert!(matches!(refused, Err(CaseError::NotFound)), "{refused:?}");
    }
    for role in Role::ALL {
        let refused = own_case(&house.services, &of(&house, 1, role), case).await;
        assert!(matches!(refused, Err(CaseError::Denied(_))), "{role:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_case_is_taken_back_once_and_moves_between_desks_are_no_change_to_its_family() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let family = visitor(&house, 1);
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let stale = withdraw(&house.services, &family, case, PublicState::Received).await;
    assert!(matches!(stale, Err(CaseError::Stale(_))), "{stale:?}");
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    let seen = own_case(&house.services, &family, case).await.expect("read").case.state;
    // The last review is in; nothing of that is told.
    reviewed(&house, case).await;
    assert_eq!(state(&house, case).await, "committee");
    for _ in 0..2 {
        withdraw(&house.services, &family, case, seen).await.expect("taken back");
    }
    assert_eq!(state(&house, case).await, "withdrawn");
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'withdraw'").await, 1);
    let read = own_case(&house.services, &family, case).await.expect("read");
    assert_eq!((read.case.state, read.may_withdraw), (PublicState::Ended, false));
}

#[tokio::test]
async fn what_was_granted_is_told_once_it_is_decided() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    let family = visitor(&house, 1);
    before_committee(&house, case).await;
    let before = own_case(&house.services, &family, case).await.expect("read");
    assert!(before.money.is_empty());
    grants(&house, &chair(&house), case, purse, 8_000).await.expect("granted");
    let after = own_case(&house.services, &family, case).await.expect("read");
    let money: Vec<_> = after.money.iter().map(|part| (part.nth, part.amount, part.paid)).collect();
    assert_eq!(money, [(1, Fen::new(800_000), false)]);
    // Who helps the family sees how far it is, and no sum.
    helped(&house, case, 2).await;
    let helper = own_case(&house.services, &visitor(&house, 2), case).await.expect("read");
    assert_eq!((helper.case.state, helper.case.part), (PublicState::Granted, Part::SocialWorker));
    assert!(helper.money.is_empty(), "{:?}", helper.money);
    let told: Vec<_> = after.told.iter().map(|step| step.state).collect();
    use PublicState as P;
    assert_eq!(told, [P::Received, P::Checking, P::Reviewing, P::Granted]);
    // The committee decides again: what was granted is not told while it does.
    does(&house, &chair(&house), case, (Part::Chair, Event::Recall)).await.expect("recalled");
    let again = own_case(&house.services, &family, case).await.expect("read");
    assert!(again.money.is_empty() && again.case.state == P::Reviewing);
}

#[tokio::test]
async fn in_mourning_a_family_reads_no_state_is_asked_nothing_and_nothing_runs_out() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 10_000).await;
    let by = officer(&house);
    let (asked, paid) = (taken_up(&house, 1).await, sent(&house, 2).await);
    let question = question(&house, asked, &[Section::Illness]).await;
    cases::ask(&house.services, &by, &question).await.expect("asked");
    before_committee(&house, paid).await;
    grants(&house, &chair(&house), paid, purse, 10_000).await.expect("granted");
    to_disbursing(&house, 2, paid).await;
    for (case, person) in [(asked, 1), (paid, 2)] {
        let open = own_case(&house.services, &visitor(&house, person), case).await.expect("read");
        assert!(!open.case.mourning && !open.told.is_empty(), "the control");
        does(&house, &by, case, (Part::CaseOfficer, Event::Hold)).await.expect("held");
        let still = own_case(&house.services, &visitor(&house, person), case).await.expect("read");
        assert!(still.case.mourning && !still.may_withdraw);
        assert!(
            still.told.is_empty() && still.clarifications.is_empty() && still.open.is_empty() && still.money.is_empty()
        );
        assert!(own_cases(&house.services, &visitor(&house, person)).await.expect("read")[0].mourning);
    }
    let refused = withdraw(&house.services, &visitor(&house, 1), asked, PublicState::Reviewing).await;
    assert!(matches!(refused, Err(CaseError::Refused(_))), "{refused:?}");

    // No reminder, no lapse, no payment, however long it stands.
    let messages = "select count(*) from job where kind like 'spark.case_%'";
    let before = number(&house, messages).await;
    house.services.clock.advance(jiff::SignedDuration::from_hours(24 * 400));
    assert_eq!(cases::remind(&house.services).await.expect("nothing"), 0);
    assert_eq!(cases::settle_over(&house.services).await.expect("nothing"), 0);
    assert_eq!(cases::lapse_due(&house.services).await.expect("nothing"), 0);
    assert_eq!(number(&house, messages).await, before);
    let award = store::spark::cases::award(&house.services.db, paid.0).await.expect("read").expect("it is kept");
    assert!(award.reserved, "what was granted is neither given back nor paid");
    let raw = sqlx::query("update spark_case set state = 'disbursing', held_in = null where id = $1").bind(paid.0);
    assert!(raw.execute(&house.db.owner_pool()).await.is_err(), "nobody goes on by another way");

    // The word was wrong: everything goes on where it was.
    let by = officer(&house);
    for (case, state_before) in [(asked, "returned"), (paid, "disbursing")] {
        does(&house, &by, case, (Part::CaseOfficer, Event::Lift)).await.expect("lifted");
        assert_eq!(state(&house, case).await, state_before);
    }
    assert!(!own_case(&house.services, &visitor(&house, 1), asked).await.expect("read").case.mourning);
}
