//! Payments at the office: each transfer once, each price by one transfer, arrears that end with it and never touch a unit; what was
//! noted wrongly and is taken back by a colleague; and the lists of what is owed.

use super::office::contract_of;
use super::{count, days, family, founded, joined, support, units, visitor};
use domain::account::Role;
use domain::family::{ContractState, Notice};
use domain::field::Fault;
use domain::ids::ContractId;
use services::family::office::{self, OwedWhich, Paying};
use services::family::{self as families, FamilyError};
use services::{Context, Services};
use std::sync::Arc;
use testkit::TestHouse;
use tokio::sync::Barrier;
use uuid::Uuid;

/// A transfer of what is due on 10 August 2026.
fn paying(contract: ContractId, reference: &str) -> Paying {
    Paying {
        contract,
        nths: vec!["2".to_owned()],
        amount: "620".to_owned(),
        day: "2026-07-20".to_owned(),
        reference: reference.to_owned(),
    }
}

async fn of_family(house: &TestHouse, nth: u128) -> ContractId {
    contract_of(house, founded(house, nth, None, "2026-03-01".parse().expect("a day"), None).await).await
}

fn fault<T: std::fmt::Debug>(done: Result<T, FamilyError>) -> (String, Fault) {
    match done {
        Err(FamilyError::Fields(faults)) => (faults[0].field.clone(), faults[0].fault),
        done => panic!("{done:?}"),
    }
}

const PAYMENTS: &str = "select count(*) from family_contract_payment";
const TAKEN_BACK: &str = "select count(*) from audit_entry where action = 'family.payment_taken_back'";
const WHY: &str = "演示：流水号抄错";

/// Another of the office than who notes payments.
fn colleague(house: &TestHouse) -> Context {
    house.somebody(90_018, Role::FamilySupport)
}

/// Notes a transfer of what is due on 10 August 2026, and answers which payment it is: the only one of the contract that stands.
async fn noted(house: &TestHouse, contract: ContractId, reference: &str) -> Uuid {
    assert!(office::pay(&house.services, &support(house), &paying(contract, reference)).await.expect("noted"));
    let page = office::contract(&house.services, &support(house), contract).await.expect("read");
    page.payments.iter().find(|payment| payment.back.is_none()).expect("one that stands").id
}

#[tokio::test]
async fn twice_the_same_number_of_the_bank_is_one_payment() {
    let house = TestHouse::new().await;
    let (id, other) = (of_family(&house, 1).await, of_family(&house, 2).await);
    let pay = async |new: Paying| office::pay(&house.services, &support(&house), &new).await;
    assert!(pay(paying(id, "2026 0812-77ab")).await.expect("noted"));
    assert!(!pay(paying(id, "20260812 77AB")).await.expect("the same"), "it was noted before");
    assert_eq!(count(&house, PAYMENTS).await, 1);
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.payment_came'").await, 1);
    let taken = ("reference".to_owned(), Fault::PaymentOtherwise);
    assert_eq!(fault(pay(paying(other, "2026081277AB")).await), taken, "another contract");
    let later = Paying { nths: vec!["3".to_owned()], ..paying(id, "2026081277AB") };
    assert_eq!(fault(pay(later).await), taken, "another price");
    assert_eq!(fault(pay(paying(id, "T-2")).await), ("nth".to_owned(), Fault::NotAChoice), "what is paid is paid");
    let page = office::contract(&house.services, &support(&house), id).await.expect("read");
    assert_eq!(page.payments.len(), 1);
    assert_eq!(
        (page.payments[0].reference.as_str(), page.payments[0].nths.as_slice()),
        ("2026081277AB", [2].as_slice())
    );
    for sql in ["update family_contract_payment set fen = 1", "delete from family_contract_payment"] {
        assert!(sqlx::query(sql).execute(&house.db.owner_pool()).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_transfer_pays_the_whole_of_what_is_ticked_and_nothing_else() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    let pay = async |new: Paying| office::pay(&house.services, &support(&house), &new).await;
    let both = vec!["3".to_owned(), "2".to_owned()];
    let less = Paying { nths: both.clone(), amount: "1,239.99".to_owned(), ..paying(id, "T-1") };
    assert_eq!(fault(pay(less).await), ("amount".to_owned(), Fault::SumDiffers { fen: 124_000 }));
    let nothing = Paying { nths: Vec::new(), ..paying(id, "T-1") };
    assert_eq!(fault(pay(nothing).await), ("nth".to_owned(), Fault::Required));
    let coming = Paying { day: "2026-07-21".to_owned(), ..paying(id, "T-1") };
    assert_eq!(fault(pay(coming).await), ("day".to_owned(), Fault::NotYet));
    assert_eq!(count(&house, PAYMENTS).await, 0);
    let whole = Paying { nths: both, amount: "1,240".to_owned(), ..paying(id, "T-1") };
    assert!(pay(whole).await.expect("noted"));
    assert_eq!(count(&house, "select count(*) from family_contract_due where paid_on is null").await, 0);
}

#[tokio::test]
async fn arrears_end_with_the_payment_and_never_change_the_units_state() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let id = contract_of(&house, family(&house, 1, unit).await).await;
    let stands = async || {
        let page = office::contract(&house.services, &support(&house), id).await.expect("read");
        (page.state, page.unit.map(|kept| kept.state.name()))
    };
    let events = "select count(*) from custody_event";
    let before = count(&house, events).await;
    assert_eq!(stands().await, (ContractState::Active, Some("banked")));
    days(&house, 22);
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 1);
    assert_eq!(stands().await, (ContractState::Arrears, Some("banked")));
    let came = Paying { day: "2026-08-11".to_owned(), ..paying(id, "T-1") };
    assert!(office::pay(&house.services, &support(&house), &came).await.expect("noted"));
    assert_eq!(stands().await, (ContractState::Active, Some("banked")), "in force again at once");
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 0, "there is nothing left to do");
    assert_eq!(count(&house, events).await, before, "nothing happened to any unit");
}

#[tokio::test]
async fn what_is_owed_soon_and_what_was_are_lists_without_a_number() {
    let house = TestHouse::new().await;
    for nth in 1..=31 {
        of_family(&house, nth).await;
    }
    let owed = async |which, after| office::owed(&house.services, &support(&house), which, after).await.expect("read");
    let first = owed(OwedWhich::Soon, None).await;
    assert_eq!(first.rows.len(), 30);
    assert!(first.rows.iter().all(|row| row.number_end.len() == 4 && row.child.as_deref() == Some("演***")));
    let second = owed(OwedWhich::Soon, first.next).await;
    assert_eq!((second.rows.len(), second.next), (1, None));
    assert!(owed(OwedWhich::Overdue, None).await.rows.is_empty());
    days(&house, 22);
    assert_eq!(owed(OwedWhich::Overdue, None).await.rows.len(), 30);
    let list = async |after| {
        office::list(&house.services, &support(&house), ContractState::Active, after).await.expect("read")
    };
    let first = list(None).await;
    let second = list(first.next).await;
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (30, 1, None));
    assert!(!first.rows.contains(&second.rows[0]));
}

/// Two colleagues note two transfers of the same price at once: it is paid by one.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_note_two_transfers_of_one_price_at_once_note_one() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    let start = Arc::new(Barrier::new(6));
    let mut all = Vec::new();
    for nth in 0..6 {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (context, start) = (support(&house), Arc::clone(&start));
        all.push(tokio::spawn(async move {
            start.wait().await;
            office::pay(&server, &context, &paying(id, &format!("T-{nth}"))).await
        }));
    }
    let mut noted = 0;
    for one in all {
        match one.await.expect("nobody panics") {
            Ok(new) => noted += u32::from(new),
            other => assert_eq!(fault(other), ("nth".to_owned(), Fault::NotAChoice)),
        }
    }
    assert_eq!((noted, count(&house, PAYMENTS).await), (1, 1));
}

/// The control: whoever looks and then writes, without the contract's lock, notes both.
#[tokio::test]
async fn without_the_lock_two_transfers_pay_one_price() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    let mut one = house.services.begin().await.expect("a transaction");
    let mut two = house.services.begin().await.expect("a transaction");
    for tx in [&mut one, &mut two] {
        let open: i64 = sqlx::query_scalar(
            "select count(*) from family_contract_due where contract_id = $1 and nth = 2 and paid_on is null",
        )
        .bind(id.0)
        .fetch_one(&mut **tx)
        .await
        .expect("a count");
        assert_eq!(open, 1, "both see that it is owed");
    }
    for (nth, mut tx) in [(1_u8, one), (2, two)] {
        note(&house.services, &mut tx, (id, nth)).await;
        tx.commit().await.expect("committed");
    }
    assert_eq!(count(&house, PAYMENTS).await, 2, "a control that cannot go wrong proves nothing");
}

async fn note(services: &Services, db: &mut sqlx::PgConnection, (id, nth): (ContractId, u8)) {
    let payment = Uuid::from_u128(u128::from(nth));
    sqlx::query(
        "insert into family_contract_payment (id, contract_id, reference_sealed, reference_index, fen, paid_on, at)
         values ($1, $2, $3, $3, 62000, '2026-07-20', $4)",
    )
    .bind(payment)
    .bind(id.0)
    .bind(vec![nth])
    .bind(store::SqlTimestamp::from(services.clock.now()))
    .execute(&mut *db)
    .await
    .expect("written");
    sqlx::query(
        "update family_contract_due set paid_on = '2026-07-20', payment_id = $2 where contract_id = $1 and nth = 2",
    )
    .bind(id.0)
    .bind(payment)
    .execute(db)
    .await
    .expect("written");
}

#[tokio::test]
async fn what_was_noted_wrongly_is_taken_back_by_a_colleague_and_owed_again() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let id = contract_of(&house, family(&house, 1, unit).await).await;
    let read = async || office::contract(&house.services, &support(&house), id).await.expect("read");
    let stands = async || {
        let page = read().await;
        (page.state, page.unit.map(|kept| kept.state.name()))
    };
    let events = "select count(*) from custody_event";
    let before = count(&house, events).await;
    days(&house, 22);
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 1);
    let payment = noted(&house, id, "T-1").await;
    assert_eq!(stands().await, (ContractState::Active, Some("banked")));
    assert!(read().await.payments[0].own);
    assert!(!office::contract(&house.services, &colleague(&house), id).await.expect("read").payments[0].own);

    let back = office::take_back(&house.services, &colleague(&house), (id, payment), WHY).await;
    assert!(back.expect("taken back"));
    let page = read().await;
    assert_eq!((page.payments.len(), page.payments[0].nths.as_slice()), (1, [2].as_slice()), "what was noted stays");
    assert_eq!(page.payments[0].back.as_ref().map(|back| back.why.as_str()), Some(WHY));
    assert!(page.prices.iter().any(|price| price.nth == 2 && price.paid_on.is_none()), "it is owed again");
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 1);
    assert_eq!(stands().await, (ContractState::Arrears, Some("banked")), "late by its day, as ever");

    // The same number again, now rightly: another payment, and the first stays taken back.
    let again = noted(&house, id, "T-1").await;
    assert_ne!(again, payment);
    assert_eq!(stands().await, (ContractState::Active, Some("banked")));
    let twice = office::take_back(&house.services, &colleague(&house), (id, payment), WHY).await;
    assert!(!twice.expect("done before"), "the old form takes nothing more back");
    let page = read().await;
    assert_eq!(page.payments.iter().filter(|payment| payment.back.is_none()).count(), 1);
    assert!(page.prices.iter().all(|price| price.nth != 2 || price.paid_on.is_some()));
    assert_eq!((count(&house, PAYMENTS).await, count(&house, TAKEN_BACK).await), (2, 1));
    assert_eq!(count(&house, events).await, before, "nothing happened to any unit");
}

#[tokio::test]
async fn a_number_that_was_taken_back_may_be_noted_for_another_contract() {
    let house = TestHouse::new().await;
    let (id, other) = (of_family(&house, 1).await, of_family(&house, 2).await);
    let payment = noted(&house, id, "T-1").await;
    let early = office::pay(&house.services, &support(&house), &paying(other, "T-1")).await;
    assert_eq!(fault(early), ("reference".to_owned(), Fault::PaymentOtherwise));
    let elsewhere = office::take_back(&house.services, &colleague(&house), (other, payment), WHY).await;
    assert!(matches!(elsewhere, Err(FamilyError::NotFound)), "it is not that contract's");
    assert!(office::take_back(&house.services, &colleague(&house), (id, payment), WHY).await.expect("taken back"));
    noted(&house, other, "T-1").await;
    assert_eq!(count(&house, "select count(*) from family_contract_due where payment_id is not null").await, 1);
}

#[tokio::test]
async fn whoever_noted_a_payment_does_not_take_it_back_and_nobody_does_twice() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    let payment = noted(&house, id, "T-1").await;
    let back = async |context: Context, why| office::take_back(&house.services, &context, (id, payment), why).await;
    assert!(matches!(back(support(&house), WHY).await, Err(FamilyError::SamePerson)));
    assert_eq!(fault(back(colleague(&house), "错").await).0, "reason");
    let own =
        "update family_contract_payment set reference_index = null, taken_back_at = now(), taken_back_by = actor_id,
               taken_back_nths = '{2}', taken_back_reason_sealed = 'x'";
    assert!(sqlx::query(own).execute(&house.db.owner_pool()).await.is_err(), "nor past the house");
    assert_eq!((count(&house, TAKEN_BACK).await, read_back(&house, id).await), (0, false));
    assert!(back(colleague(&house), WHY).await.expect("taken back"));
    assert!(!back(colleague(&house), WHY).await.expect("twice is once"));
    assert!(!back(support(&house), WHY).await.expect("it is done, whoever asks"));
    assert_eq!((count(&house, TAKEN_BACK).await, read_back(&house, id).await), (1, true));
    for sql in [
        "update family_contract_payment set taken_back_at = now()",
        "update family_contract_payment set taken_back_by = gen_random_uuid()",
        "update family_contract_payment set reference_index = 'x', taken_back_at = null, taken_back_by = null,
         taken_back_nths = null, taken_back_reason_sealed = null",
        "delete from family_contract_payment",
    ] {
        assert!(sqlx::query(sql).execute(&house.db.owner_pool()).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_price_whose_payment_was_taken_back_is_reminded_of_again_once_each_time() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    joined(&house, 1, 11).await;
    let reminded = async || {
        let done = families::remind_due(&house.services).await.expect("looked");
        let told = families::notices(&house.services, &visitor(&house, 11)).await.expect("read");
        (done, told.iter().filter(|notice| notice.kind == Notice::PaymentDue).count())
    };
    assert_eq!(reminded().await, (1, 1));
    let messages = count(&house, "select count(*) from job where kind = 'family.news'").await;
    for nth in 1..=2 {
        let payment = noted(&house, id, &format!("T-{nth}")).await;
        assert_eq!(reminded().await, (0, nth), "what is paid is not reminded of");
        let back = office::take_back(&house.services, &colleague(&house), (id, payment), WHY).await;
        assert!(back.expect("taken back"));
        let soon = office::owed(&house.services, &support(&house), OwedWhich::Soon, None).await.expect("read");
        assert!(!soon.rows[0].reminded, "it is owed, and nobody was reminded of that");
        assert_eq!(reminded().await, (1, nth + 1));
        assert_eq!(reminded().await, (0, nth + 1), "once each time");
    }
    assert_eq!(count(&house, "select count(*) from job where kind = 'family.news'").await, messages + 2);
}

/// Whether the only payment of a contract is taken back.
async fn read_back(house: &TestHouse, contract: ContractId) -> bool {
    let page = office::contract(&house.services, &support(house), contract).await.expect("read");
    page.payments[0].back.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_who_take_a_payment_back_at_once_take_it_back_once() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    let payment = noted(&house, id, "T-1").await;
    let start = Arc::new(Barrier::new(6));
    let mut all = Vec::new();
    for _ in 0..6 {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (context, start) = (colleague(&house), Arc::clone(&start));
        all.push(tokio::spawn(async move {
            start.wait().await;
            office::take_back(&server, &context, (id, payment), WHY).await
        }));
    }
    let mut taken = 0;
    for one in all {
        taken += u32::from(one.await.expect("nobody panics").expect("it is done"));
    }
    assert_eq!((taken, count(&house, TAKEN_BACK).await), (1, 1));
    assert_eq!(count(&house, "select count(*) from family_contract_due where payment_id is not null").await, 0);
}

/// The control: whoever looks and then writes, without the contract's lock and what keeps it below, takes it back twice.
#[tokio::test]
async fn without_what_keeps_it_a_payment_is_taken_back_twice() {
    let house = TestHouse::new().await;
    let id = of_family(&house, 1).await;
    let payment = noted(&house, id, "T-1").await;
    let stands = "alter table family_contract_payment disable trigger family_contract_payment_stands";
    sqlx::query(stands).execute(&house.db.owner_pool()).await.expect("without it");
    let mut one = house.services.begin().await.expect("a transaction");
    let mut two = house.services.begin().await.expect("a transaction");
    for tx in [&mut one, &mut two] {
        let row = store::family::payments::one(&mut **tx, (id.0, payment)).await.expect("read").expect("a payment");
        assert!(row.taken_back_at.is_none(), "both see that it stands");
    }
    let mut taken = 0;
    for (nth, mut tx) in [(1_u8, one), (2, two)] {
        let done = sqlx::query(
            "update family_contract_payment set reference_index = null, taken_back_at = $2, taken_back_by = $3,
             taken_back_nths = '{2}', taken_back_reason_sealed = $4 where id = $1",
        )
        .bind(payment)
        .bind(store::SqlTimestamp::from(house.now()))
        .bind(Uuid::from_u128(u128::from(nth)))
        .bind(vec![nth])
        .execute(&mut *tx)
        .await
        .expect("written");
        taken += done.rows_affected();
        tx.commit().await.expect("committed");
    }
    assert_eq!(taken, 2, "a control that cannot go wrong proves nothing");
}
