//! That a contract goes to another is proposed by one of the office, and confirmed by another who did not note that the new contract was
//! signed: until then nothing happens.

use super::office::{colleague, contract_in, contract_of};
use super::transfer::{both, din_of, giving, owner_of, propose};
use super::{count, days, family, number, support, units};
use domain::account::{Actor, Denied, Role};
use domain::family::{ContractEvent, ContractState};
use domain::ids::{AccountId, ContractId, LoginSessionId};
use services::Context;
use services::family::FamilyError;
use services::family::office::{self, Acting};
use sqlx::PgPool;
use std::sync::Arc;
use testkit::TestHouse;
use tokio::sync::Barrier;
use uuid::Uuid;

/// A third of the office, whose second factor is fresh, or not.
fn third(house: &TestHouse, fresh: bool) -> Context {
    house.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(90_051)),
        login: LoginSessionId(Uuid::from_u128(90_051)),
        roles: vec![Role::FamilySupport],
        stepped_up_at: fresh.then(|| house.now()),
    })
}

#[tokio::test]
async fn a_transfer_is_shown_and_done_when_another_confirms_it_who_did_not_note_the_signatures() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let din = din_of(&house, unit).await;
    let from = contract_of(&house, family(&house, 1, unit).await).await;
    let to = contract_in(&house, 2, ContractState::Draft).await;
    let services = &house.services;
    let (signed_on, ends_on) = ("2026-07-01".to_owned(), "2046-07-01".to_owned());
    let sign = Acting { version: 1, signed_on, ends_on, ..Acting::default() };
    office::act(services, &colleague(&house), (to, ContractEvent::Sign), &sign).await.expect("signed");
    let said = giving(&din, &number(2), 7);
    let proposal = propose(&house, from, &said).await.expect("proposed");
    assert_eq!(propose(&house, from, &said).await.expect("the same"), proposal, "pressed twice it is one");
    let read = async |context: &Context| office::contract(services, context, from).await.expect("read");
    let page = read(&third(&house, true)).await;
    assert_eq!((page.state, page.went_to), (ContractState::Active, None), "nothing happened yet");
    let going = page.going.expect("it waits");
    let taker = going.to.expect("a contract that takes over");
    assert_eq!((going.id, going.own, going.reason.as_str()), (proposal, false, said.reason.as_str()));
    assert_eq!((taker.contract, taker.number_end.as_str(), taker.unit.id), (to, "0002", unit));
    assert!(!taker.unit.masked.contains(&din) && taker.collected.is_some(), "{taker:?}");
    for (own, context) in [("proposed it", support(&house)), ("noted the signatures", colleague(&house))] {
        assert!(read(&context).await.going.expect("it waits").own, "{own}");
        let same = office::confirm_transfer(services, &context, (from, proposal)).await;
        assert!(matches!(same, Err(FamilyError::SamePerson)), "{own}: {same:?}");
    }
    let unproved = office::confirm_transfer(services, &third(&house, false), (from, proposal)).await;
    assert!(matches!(unproved, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{unproved:?}");
    let alone = office::act(services, &third(&house, true), (from, ContractEvent::Transfer), &sign).await;
    assert!(matches!(alone, Err(FamilyError::NotFound)), "nobody does it alone: {alone:?}");
    assert_eq!(count(&house, "select count(*) from family_contract_transfer").await, 0);
    for _ in 0..2 {
        let done = office::confirm_transfer(services, &third(&house, true), (from, proposal)).await;
        assert_eq!(done.expect("transferred"), ContractState::Transferred, "pressed twice it is once");
    }
    assert_eq!(read(&support(&house)).await.going, None);
    assert_eq!(count(&house, "select count(*) from family_contract_giving where said_sealed is not null").await, 0);
    let both_hands = "select count(*) from audit_entry where action = 'family.transfer_confirmed' and actor_id <> (detail ->> 'proposed_by')::uuid";
    assert_eq!(count(&house, both_hands).await, 1, "the trail names both");
    let one = "update family_contract_giving set settled_by = proposed_by";
    assert!(sqlx::query(one).execute(&house.db.owner_pool()).await.is_err(), "nor past the house");
    // The form of one contract lets no other go, were it proposed before this was so, too.
    let other = contract_in(&house, 3, ContractState::Active).await;
    for _ in 0..2 {
        let again = propose(&house, other, &giving("", "", 7)).await;
        assert!(matches!(again, Err(FamilyError::SentBefore)), "{again:?}");
        let before = sqlx::query("delete from family_contract_giving").execute(&house.db.owner_pool()).await;
        before.expect("as it was before");
    }
}

#[tokio::test]
async fn a_transfer_that_nobody_confirms_is_taken_back_runs_out_or_ends_with_either_contract() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let services = &house.services;
    let confirm = async |proposal| office::confirm_transfer(services, &colleague(&house), (both.from, proposal)).await;
    let page = async || office::contract(services, &support(&house), both.from).await.expect("read");
    let over = async |proposal, why: &str| {
        let late = confirm(proposal).await;
        assert!(matches!(late, Err(FamilyError::Stale)), "{why}: {late:?}");
        assert_eq!((page().await.going, page().await.state), (None, ContractState::Active), "{why}");
    };
    let first = propose(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("proposed");
    let second =
        office::propose_transfer(services, &colleague(&house), both.from, &giving(&both.din, &number(2), 8)).await;
    assert!(matches!(second, Err(FamilyError::Stale)), "one waits: {second:?}");
    for _ in 0..2 {
        office::withdraw_transfer(services, &colleague(&house), (both.from, first)).await.expect("withdrawn");
    }
    over(first, "withdrawn").await;

    let next = propose(&house, both.from, &giving(&both.din, &number(2), 9)).await.expect("another in its place");
    assert_eq!(office::settle_expired(services).await.expect("swept"), 0, "two weeks are not over");
    days(&house, 14);
    over(next, "too late").await;
    let own = office::confirm_transfer(services, &support(&house), (both.from, next)).await;
    assert!(matches!(own, Err(FamilyError::Stale)), "nobody is sent for a colleague any more: {own:?}");
    let back = office::withdraw_transfer(services, &support(&house), (both.from, next)).await;
    assert!(matches!(back, Err(FamilyError::Stale)), "it is over before it is swept away, too: {back:?}");
    let next = propose(&house, both.from, &giving(&both.din, &number(2), 10)).await.expect("another in its place");
    days(&house, 15);
    assert_eq!(office::settle_expired(services).await.expect("swept"), 1);
    over(next, "swept").await;

    let next = propose(&house, both.from, &giving(&both.din, &number(2), 11)).await.expect("proposed");
    let why = Acting { version: 1, reason: "演示：双方协商一致".to_owned(), ..Acting::default() };
    office::act(services, &support(&house), (both.to, ContractEvent::Terminate), &why).await.expect("ended");
    over(next, "nobody takes over").await;
    contract_in(&house, 3, ContractState::Signed).await;
    let last = propose(&house, both.from, &giving(&both.din, &number(3), 12)).await.expect("proposed");
    office::act(services, &support(&house), (both.from, ContractEvent::Terminate), &why).await.expect("ended");
    let late = confirm(last).await;
    assert!(matches!(late, Err(FamilyError::Stale)), "{late:?}");
    let waits = "select count(*) from family_contract_giving where outcome is null or said_sealed is not null";
    assert_eq!(count(&house, waits).await, 0, "what was typed is gone");
    assert_eq!(owner_of(&house, both.unit).await, both.old);
    assert_eq!(count(&house, "select count(*) from family_contract_transfer").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_colleagues_who_confirm_one_transfer_at_once_one_does_and_of_two_units_one_comes_under_a_contract() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    contract_in(&house, 3, ContractState::Signed).await;
    let one = propose(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("proposed");
    let late = at_once(&house, [(colleague(&house), both.from, one), (third(&house, true), both.from, one)]).await;
    assert!(matches!(late, FamilyError::Stale), "{late:?}");
    assert_eq!(owner_of(&house, both.unit).await, both.new);
    assert_eq!(count(&house, "select count(*) from custody_event where kind = 'assigned'").await, 2);

    // The contract that is left, and two units.
    let others = [family(&house, 4, both.all[1]).await, family(&house, 5, both.all[2]).await];
    let [four, five] = [contract_of(&house, others[0]).await, contract_of(&house, others[1]).await];
    let mut proposals = Vec::new();
    for (form, contract, unit) in [(9, four, both.all[1]), (10, five, both.all[2])] {
        let said = giving(&din_of(&house, unit).await, &number(3), form);
        proposals.push(propose(&house, contract, &said).await.expect("proposed, too"));
    }
    let presses = [(colleague(&house), four, proposals[0]), (colleague(&house), five, proposals[1])];
    let late = at_once(&house, presses).await;
    assert!(matches!(late, FamilyError::Stale), "what was proposed to the contract ended with it: {late:?}");
    assert_eq!(count(&house, "select count(*) from family_contract_transfer").await, 2);
}

/// Two press at once, each at a server of their own: one does it. Answers what the other is told.
async fn at_once(house: &TestHouse, presses: [(Context, ContractId, Uuid); 2]) -> FamilyError {
    let start = Arc::new(Barrier::new(2));
    let mut all = Vec::new();
    for (context, contract, proposal) in presses {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let start = Arc::clone(&start);
        all.push(tokio::spawn(async move {
            start.wait().await;
            office::confirm_transfer(&server, &context, (contract, proposal)).await
        }));
    }
    let mut late = Vec::new();
    for one in all {
        late.extend(one.await.expect("nobody panics").err());
    }
    assert_eq!(late.len(), 1, "one of them does it: {late:?}");
    late.remove(0)
}

/// The same steps without the contracts' locks and what keeps it below: each looks whether it waits, then both write that they confirmed.
async fn unguarded(pool: &PgPool, proposal: Uuid, by: u128, both_read: &Barrier) -> bool {
    let mut db = pool.acquire().await.expect("a connection");
    sqlx::raw_sql("begin").execute(&mut *db).await.expect("begun");
    let row = sqlx::query_scalar("select outcome is null from family_contract_giving where id = $1").bind(proposal);
    let waits: bool = row.fetch_one(&mut *db).await.expect("read");
    both_read.wait().await;
    let write = "update family_contract_giving set outcome = 'confirmed', settled_by = $2, settled_at = now(), said_sealed = null where id = $1";
    let write = sqlx::query(write).bind(proposal).bind(Uuid::from_u128(by));
    write.execute(&mut *db).await.expect("written");
    sqlx::raw_sql("commit").execute(&mut *db).await.expect("committed");
    waits
}

/// Negative control of the race above.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_contracts_locks_both_are_told_that_they_confirmed_the_transfer() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let proposal = propose(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("proposed");
    let (pool, both_read) = (house.db.owner_pool(), Barrier::new(2));
    let (one, two) =
        tokio::join!(unguarded(&pool, proposal, 90_050, &both_read), unguarded(&pool, proposal, 90_051, &both_read));
    assert!(one && two, "a race that cannot go wrong proves nothing about the locks");
}
