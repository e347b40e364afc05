//! Which unit comes under a contract: proposed by one of the office, who may have typed another's number, and confirmed by another, who
//! reads on the page which unit it is.

use super::office::{colleague, contract_in, nobodys};
use super::{count, days, joined, support, units, visitor};
use domain::account::{Actor, Denied};
use domain::family::{ContractEvent, ContractState};
use domain::ids::{ContractId, UnitId};
use jiff::SignedDuration;
use services::Context;
use services::family::office::{self, Acting};
use services::family::{self as families, FamilyError};
use std::sync::Arc;
use testkit::TestHouse;
use tokio::sync::Barrier;
use uuid::Uuid;

const CONFIRMED: &str = "select count(*) from family_contract_begin where outcome = 'confirmed'";

fn acting(din: &str) -> Acting {
    Acting { version: 1, din: din.to_owned(), born: "2026-03-02".to_owned(), ..Acting::default() }
}

/// A contract that was signed, and a unit that is nobody's, proposed for it.
async fn proposed(house: &TestHouse) -> (ContractId, UnitId, Uuid) {
    units(house).await;
    let (unit, din) = nobodys(house).await;
    let id = contract_in(house, 1, ContractState::Signed).await;
    let proposal = office::propose(&house.services, &support(house), id, &acting(&din)).await.expect("proposed");
    (id, unit, proposal)
}

#[tokio::test]
async fn a_unit_that_one_proposes_is_shown_and_comes_under_the_contract_when_another_confirms_it() {
    let house = TestHouse::new().await;
    let (id, unit, proposal) = proposed(&house).await;
    let read = async |context: &Context| office::contract(&house.services, context, id).await.expect("read");
    let page = read(&support(&house)).await;
    assert_eq!((page.state, page.unit), (ContractState::Signed, None), "nothing is linked yet");
    let waits = page.proposed.expect("it waits");
    assert_eq!((waits.id, waits.unit.id, waits.own), (proposal, unit, true));
    let collected = waits.collected.expect("its chain says when and where");
    assert!(!collected.hospital.is_empty());
    assert!(!read(&colleague(&house)).await.proposed.expect("it waits").own);
    joined(&house, 1, 11).await;
    let own = async || families::units(&house.services, &visitor(&house, 11)).await.expect("read").len();
    assert_eq!(own().await, 0, "the family reads nothing of it");

    let same = office::confirm(&house.services, &support(&house), (id, proposal)).await;
    assert!(matches!(same, Err(FamilyError::SamePerson)), "{same:?}");
    let mut stale = colleague(&house);
    if let Actor::Staff { stepped_up_at, .. } = &mut stale.actor {
        *stepped_up_at = None;
    }
    let factor = office::confirm(&house.services, &stale, (id, proposal)).await;
    assert!(matches!(factor, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{factor:?}");
    assert_eq!((own().await, count(&house, CONFIRMED).await), (0, 0));
    for _ in 0..2 {
        let done = office::confirm(&house.services, &colleague(&house), (id, proposal)).await;
        assert_eq!(done.expect("confirmed"), ContractState::Active, "pressed twice it is once");
    }
    let page = read(&support(&house)).await;
    assert_eq!((page.state, page.unit.map(|kept| kept.id), page.proposed), (ContractState::Active, Some(unit), None));
    assert_eq!((own().await, count(&house, CONFIRMED).await), (1, 1));
    assert_eq!(count(&house, "select count(*) from family_contract_begin where born_sealed is not null").await, 0);
    let one = "update family_contract_begin set settled_by = proposed_by";
    assert!(sqlx::query(one).execute(&house.db.owner_pool()).await.is_err(), "nor past the house");
    let alone = office::act(&house.services, &support(&house), (id, ContractEvent::Begin), &acting("")).await;
    assert!(matches!(alone, Err(FamilyError::NotFound)), "nobody does it alone: {alone:?}");
}

#[tokio::test]
async fn what_was_proposed_wrongly_is_withdrawn_or_runs_out_and_links_nothing() {
    let house = TestHouse::new().await;
    let (id, _, proposal) = proposed(&house).await;
    let (_, din) = nobodys(&house).await;
    let again = office::propose(&house.services, &support(&house), id, &acting(&din)).await;
    assert_eq!(again.expect("the same"), proposal, "pressed twice it is one");
    let second = office::propose(&house.services, &colleague(&house), id, &acting(&din)).await;
    assert!(matches!(second, Err(FamilyError::Stale)), "one waits: {second:?}");
    for _ in 0..2 {
        office::withdraw(&house.services, &colleague(&house), (id, proposal)).await.expect("withdrawn");
    }
    let late = office::confirm(&house.services, &colleague(&house), (id, proposal)).await;
    assert!(matches!(late, Err(FamilyError::Stale)), "{late:?}");
    let page = office::contract(&house.services, &support(&house), id).await.expect("read");
    assert_eq!((page.state, page.unit, page.proposed), (ContractState::Signed, None, None));
    let noted = "select count(*) from audit_entry where action in ('family.unit_proposed', 'family.unit_withdrawn')";
    assert_eq!(count(&house, noted).await, 2);
    // Another is proposed in its place. Nobody confirms it within two weeks: it is over for everybody, swept away or not.
    let services = &house.services;
    for swept in [false, true] {
        let next = office::propose(services, &support(&house), id, &acting(&din)).await.expect("proposed");
        let waits = office::contract(services, &colleague(&house), id).await.expect("read").proposed.expect("it waits");
        assert_eq!((waits.id, waits.until), (next, house.now() + SignedDuration::from_hours(14 * 24)));
        assert_eq!(office::settle_expired(services).await.expect("swept"), 0, "two weeks are not over");
        days(&house, 14);
        if swept {
            assert_eq!(office::settle_expired(services).await.expect("swept"), 1);
        }
        for context in [support(&house), colleague(&house)] {
            let late = office::confirm(services, &context, (id, next)).await;
            assert!(matches!(late, Err(FamilyError::Stale)), "{swept}: {late:?}");
            let late = office::withdraw(services, &context, (id, next)).await;
            assert!(matches!(late, Err(FamilyError::Stale)), "{swept}: {late:?}");
            let page = office::contract(services, &context, id).await.expect("read");
            assert_eq!((page.state, page.unit, page.proposed), (ContractState::Signed, None, None));
        }
    }
    let ran_out = "select count(*) from family_contract_begin where outcome = 'expired' and settled_by is null";
    assert_eq!(count(&house, ran_out).await, 2);
    // Where the contract ended meanwhile nothing is confirmed.
    let next = office::propose(&house.services, &support(&house), id, &acting(&din)).await.expect("proposed");
    let why = Acting { version: 1, reason: "演示：双方协商一致".to_owned(), ..Acting::default() };
    office::act(&house.services, &support(&house), (id, ContractEvent::Terminate), &why).await.expect("ended");
    let over = office::confirm(&house.services, &colleague(&house), (id, next)).await;
    assert!(matches!(over, Err(FamilyError::Stale)), "{over:?}");
    let waits = "select count(*) from family_contract_begin where outcome is null or born_sealed is not null";
    assert_eq!(count(&house, waits).await, 0, "it ended with its contract");
    assert_eq!(count(&house, CONFIRMED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_contracts_one_unit_is_proposed_for_one_gets_it_whoever_confirms_at_once() {
    let house = TestHouse::new().await;
    let (first, _, one) = proposed(&house).await;
    let (_, din) = nobodys(&house).await;
    let second = contract_in(&house, 2, ContractState::Signed).await;
    let two = office::propose(&house.services, &support(&house), second, &acting(&din)).await.expect("proposed, too");
    let start = Arc::new(Barrier::new(4));
    let mut all = Vec::new();
    for which in [(first, one), (second, two), (first, one), (second, two)] {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (context, start) = (colleague(&house), Arc::clone(&start));
        all.push(tokio::spawn(async move {
            start.wait().await;
            (which.0, office::confirm(&server, &context, which).await)
        }));
    }
    let mut won = Vec::new();
    for one in all {
        match one.await.expect("nobody panics") {
            (contract, Ok(_)) => won.push(contract),
            (_, done) => assert!(matches!(done, Err(FamilyError::Fields(_))), "{done:?}"),
        }
    }
    assert!(!won.is_empty() && won.iter().all(|contract| *contract == won[0]), "{won:?}");
    assert_eq!(count(&house, CONFIRMED).await, 1);
    assert_eq!(count(&house, "select count(*) from family_contract where unit_id is not null").await, 1);
    assert_eq!(count(&house, "select count(*) from custody_event where kind = 'assigned'").await, 1);
}
