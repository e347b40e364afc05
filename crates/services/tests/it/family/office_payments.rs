//! Payments at the office: each transfer once, each price by one transfer, arrears that end with it and never touch a unit; and the
//! lists of what is owed.

use super::office::contract_of;
use super::{count, days, family, founded, support, units};
use domain::family::ContractState;
use domain::field::Fault;
use domain::ids::ContractId;
use services::Services;
use services::family::office::{self, OwedWhich, Paying};
use services::family::{self as families, FamilyError};
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
