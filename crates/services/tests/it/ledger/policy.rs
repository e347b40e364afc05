//! Who may do what: each role its own, and nobody two sides of one payment.

use super::{chair, given, id, of, purse_of, yuan};
use domain::account::{Denied, Role};
use domain::ids::{AwardId, PayeeId, PaymentId, TrancheId};
use services::ledger::{self, Decision, LedgerError};
use testkit::TestHouse;

fn denied<T: std::fmt::Debug>(answer: Result<T, LedgerError>) -> bool {
    matches!(answer, Err(LedgerError::Denied(Denied::NotAllowed)))
}

#[tokio::test]
async fn each_role_does_its_own_and_nothing_else() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 1_000).await;
    let (services, tranche, award) = (&house.services, id::<TrancheId>(&house), id::<AwardId>(&house));
    let payment = id::<PaymentId>(&house);
    for role in Role::ALL {
        let by = of(&house, 40, role);
        let reads =
            [Role::Auditor, Role::FinancePreparer, Role::FinanceReleaser, Role::ComplianceOfficer].contains(&role);
        assert_eq!(denied(ledger::funds(services, &by).await), !reads, "{role:?}");
        assert_eq!(denied(ledger::balance_of_fund(services, &by, purse.fund).await), !reads, "{role:?}");
        assert_eq!(denied(ledger::reconciliation(services, &by).await), !reads, "{role:?}");
        let keeps = role == Role::FinancePreparer;
        assert_eq!(
            denied(ledger::donate(services, &by, &given(&house, purse.envelope, yuan(1))).await),
            !keeps,
            "{role:?}"
        );
        assert_eq!(denied(ledger::claw_back(services, &by, award, ("k", yuan(1)), "x").await), !keeps, "{role:?}");
        assert_eq!(denied(ledger::import(services, &by, id(&house), b"x").await), !keeps, "{role:?}");
        assert_eq!(denied(ledger::resolve(services, &by, "R1", "x").await), !keeps, "{role:?}");
        assert_eq!(denied(ledger::prepare(services, &by, tranche).await), !keeps, "{role:?}");
        let closed = ledger::close_fund(services, &by, purse.fund, 1, "预算用完").await;
        assert_eq!(denied(closed), !keeps, "{role:?}");
        assert_eq!(denied(ledger::reopen_fund(services, &by, purse.fund, 2).await), !keeps, "{role:?}");
        let commits = [Role::Chair, Role::FinanceReleaser].contains(&role);
        assert_eq!(denied(ledger::release(services, &by, award, "不再需要").await), !commits, "{role:?}");
        let releases = role == Role::FinanceReleaser;
        assert_eq!(denied(ledger::let_go(services, &by, tranche, payment).await), !releases, "{role:?}");
        assert_eq!(denied(ledger::send_file(services, &by, id(&house)).await), !releases, "{role:?}");
        assert_eq!(denied(ledger::decide(services, &by, payment, Decision::Failed, "x").await), !releases, "{role:?}");
        assert_eq!(
            denied(ledger::confirm_payee(services, &by, award, id::<PayeeId>(&house)).await),
            !releases,
            "{role:?}"
        );
        let month = "2026-07".parse().expect("a month");
        assert_eq!(denied(ledger::close_month(services, &by, month).await), !releases, "{role:?}");
    }
}

/// Money leaves only after the second factor was shown again.
#[tokio::test]
async fn releasing_needs_a_fresh_second_factor() {
    let house = TestHouse::new().await;
    let by = super::releaser(&house);
    house.services.clock.advance(jiff::SignedDuration::from_mins(11));
    let stale = services::Context { now: house.now(), ..by };
    let answer = ledger::send_file(&house.services, &stale, id(&house)).await;
    assert!(matches!(answer, Err(LedgerError::Denied(Denied::StepUpNeeded))), "{answer:?}");
    let month = "2026-06".parse().expect("a month");
    let answer = ledger::close_month(&house.services, &stale, month).await;
    assert!(matches!(answer, Err(LedgerError::Denied(Denied::StepUpNeeded))), "{answer:?}");
    assert!(ledger::funds(&house.services, &stale).await.is_ok());
    assert!(matches!(
        ledger::release(&house.services, &chair(&house), id::<AwardId>(&house), "不再需要").await,
        Err(LedgerError::NotFound)
    ));
}
