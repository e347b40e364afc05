//! Payments: a transfer that came is written down once, by its number at the bank, whoever presses how often. It pays the whole of
//! one price or of several. A contract in arrears that owes nothing late any more is in force again at once. What was written down
//! wrongly is taken back by another of the office: what it paid is owed again, its family is reminded of it again, and its number can be
//! written down anew.

use super::{entry, fault, officer, reason};
use crate::audit;
use crate::db::to_the_end;
use crate::family::settle::happen_in;
use crate::family::{FamilyError, place};
use crate::{Context, Services};
use domain::contact::half_width;
use domain::family::{ContractEvent, ContractState};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ContractId};
use domain::ledger::{Amount, Fen};
use domain::time::{day, local_day};
use domain::two::{First, Not, Outcome, Turn, Who};
use domain::typed;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use store::family::contracts::StandingRow;
use store::family::{office, own, payments as sql};
use uuid::Uuid;

/// The domain of the blind index of numbers of the bank.
const REFERENCES: &str = "family payment reference";
/// Characters of a number of the bank.
const REFERENCE: u32 = 64;

/// A payment that came, as it is typed.
#[derive(Clone, Debug)]
pub struct Paying {
    /// Of which contract.
    pub contract: ContractId,
    /// Which of its prices it pays.
    pub nths: Vec<String>,
    /// How much, in yuan.
    pub amount: String,
    /// When it came.
    pub day: String,
    /// Its number at the bank.
    pub reference: String,
}

struct Read {
    nths: Vec<i16>,
    amount: Amount,
    day: Date,
    reference: String,
}

/// A number of the bank as it is compared: large letters and digits, whatever stands between them.
fn reference(text: &str) -> Result<String, Fault> {
    let line = typed::line(&half_width(text), REFERENCE)?;
    let plain: String = line.chars().filter(char::is_ascii_alphanumeric).collect();
    if plain.is_empty() { Err(Fault::Required) } else { Ok(plain.to_ascii_uppercase()) }
}

fn prices(typed: &[String]) -> Result<Vec<i16>, Fault> {
    let mut nths =
        typed.iter().map(|text| text.parse()).collect::<Result<Vec<i16>, _>>().map_err(|_| Fault::NotAChoice)?;
    nths.sort_unstable();
    nths.dedup();
    if nths.is_empty() { Err(Fault::Required) } else { Ok(nths) }
}

fn read(new: &Paying, today: Date) -> Result<Read, FamilyError> {
    let mut faults = Faults::default();
    let came = |day: Date| if day > today { Err(Fault::NotYet) } else { Ok(day) };
    let nths = faults.take("nth", prices(&new.nths));
    let amount = faults.take("amount", Amount::parse(&new.amount));
    let day = faults.take("day", day(&new.day).and_then(came));
    let reference = faults.take("reference", reference(&new.reference));
    match (nths, amount, day, reference) {
        (Some(nths), Some(amount), Some(day), Some(reference)) => Ok(Read { nths, amount, day, reference }),
        _ => Err(FamilyError::Fields(faults.into_errors())),
    }
}

/// Writes a payment down that came. `false` where it was written down before, with the same words.
///
/// # Errors
/// `Denied`; `NotFound`; `Fields` (`nth`: none, or one that is paid; `amount`: not what they come to; `day`; `reference`: another payment
/// has it); `Stale` of a draft; `Crypto`, `Unreadable`, `Database`.
pub async fn pay(services: &Services, context: &Context, new: &Paying) -> Result<bool, FamilyError> {
    officer(context)?;
    let read = read(new, local_day(context.now))?;
    let (services, context, contract) = (services.clone(), context.clone(), new.contract);
    to_the_end(async move { written(&services, &context, contract, &read).await }).await
}

async fn written(
    services: &Services,
    context: &Context,
    contract: ContractId,
    new: &Read,
) -> Result<bool, FamilyError> {
    let mut tx = services.begin().await?;
    // Under the contract's lock: whoever writes another payment of it waits, and finds what this one paid.
    let row = office::lock(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?;
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if state == ContractState::Draft {
        return Err(FamilyError::Stale);
    }
    let index = services.vault.blind_index(REFERENCES, &new.reference);
    if let Some(before) = sql::of_reference(&mut *tx, &index).await? {
        let same = before.contract_id == contract.0
            && before.fen == new.amount.get()
            && before.paid_on.to_jiff() == new.day
            && before.nths == new.nths;
        return if same { Ok(false) } else { Err(fault("reference", Fault::PaymentOtherwise)) };
    }
    let agreed = own::prices(&mut *tx, &[contract.0]).await?;
    let open = |nth: &i16| agreed.iter().find(|price| price.nth == *nth && price.paid_on.is_none());
    let chosen = new.nths.iter().map(open).collect::<Option<Vec<_>>>();
    let chosen = chosen.ok_or_else(|| fault("nth", Fault::NotAChoice))?;
    let sum = Fen::sum(chosen.iter().map(|price| Fen::new(price.fen))).map_err(|_| FamilyError::Unreadable)?;
    if sum != new.amount.fen() {
        return Err(fault("amount", Fault::SumDiffers { fen: sum.get() }));
    }
    let id: Uuid = context.new_id();
    let payment = sql::NewPayment {
        id,
        contract: contract.0,
        reference: &services
            .vault
            .seal(place("family_contract_payment", "reference_sealed", id), new.reference.as_bytes()),
        reference_index: &index,
        fen: sum.get(),
        paid_on: new.day,
        actor: context.actor.account().map(|account| account.0),
    };
    if !sql::add(&mut *tx, payment, context.now).await? {
        // Written down for another contract in this instant.
        return Err(fault("reference", Fault::PaymentOtherwise));
    }
    if sql::settle(&mut *tx, (contract.0, id), &new.nths, new.day).await? != new.nths.len() as u64 {
        return Err(FamilyError::Unreadable);
    }
    let detail = json!({ "nths": new.nths, "fen": sum.get(), "day": new.day });
    audit::record(&mut tx, context, &[entry("family.payment_came", contract, detail)]).await?;
    if state == ContractState::Arrears {
        caught_up(&mut tx, context, &row).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// In force again, where nothing is late any more.
async fn caught_up(db: &mut PgConnection, context: &Context, row: &office::LockedRow) -> Result<(), FamilyError> {
    let today = local_day(context.now);
    let left = own::prices(&mut *db, &[row.id]).await?;
    if left.iter().any(|price| price.paid_on.is_none() && price.due_on.to_jiff() < today) {
        return Ok(());
    }
    let standing = StandingRow { id: row.id, state: row.state.clone(), version: row.version };
    happen_in(db, context, &standing, ContractEvent::CatchUp).await?;
    Ok(())
}

/// Takes back a payment that was written down wrongly, by another of the office than who wrote it, with a reason. What it paid is owed
/// again: the contract falls into arrears by its days, as ever. Its number at the bank can be written down again. `false` where it was
/// taken back before.
///
/// # Errors
/// `Denied`; `Fields` (`reason`); `NotFound`; `SamePerson` for whoever wrote it down; `Unreadable`, `Database`.
pub async fn take_back(
    services: &Services,
    context: &Context,
    (contract, payment): (ContractId, Uuid),
    why: &str,
) -> Result<bool, FamilyError> {
    let by = officer(context)?;
    let why = reason(why).map_err(|short| fault("reason", short))?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { taken_back(&services, &context, (contract, payment), (by, &why)).await }).await
}

async fn taken_back(
    services: &Services,
    context: &Context,
    (contract, payment): (ContractId, Uuid),
    (by, why): (AccountId, &str),
) -> Result<bool, FamilyError> {
    let mut tx = services.begin().await?;
    // Under the contract's lock, as whoever writes a payment: another who takes it back waits, and finds that it was.
    office::lock(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?;
    let row = sql::one(&mut *tx, (contract.0, payment)).await?.ok_or(FamilyError::NotFound)?;
    let noted = First {
        by: row.actor_id.map(|noted| Who::account(AccountId(noted))),
        settled: row.taken_back_at.map(|_| (Outcome::Confirmed, row.taken_back_by.map(AccountId))),
        until: None,
    };
    match noted.confirm(Who::account(by), context.now) {
        Ok(Turn::Now) => {}
        // It is done, whoever asks: it ends in no other way.
        Ok(Turn::Before) | Err(Not::Settled) => return Ok(false),
        Err(not) => return Err(not.into()),
    }
    let sealed =
        services.vault.seal(place("family_contract_payment", "taken_back_reason_sealed", payment), why.as_bytes());
    if !sql::take_back(&mut *tx, payment, &row.nths, (by.0, &sealed), context.now).await? {
        return Ok(false);
    }
    if sql::owe_again(&mut *tx, (contract.0, payment)).await? != row.nths.len() as u64 {
        return Err(FamilyError::Unreadable);
    }
    let detail = json!({ "payment": payment, "nths": row.nths, "fen": row.fen, "noted_by": row.actor_id });
    audit::record(&mut tx, context, &[entry("family.payment_taken_back", contract, detail)]).await?;
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_the_bank_is_compared_without_what_stands_between() {
        for typed in ["2026 0812-77ab", "２０２６０８１２７７ＡＢ", " 2026081277AB "] {
            assert_eq!(reference(typed), Ok("2026081277AB".to_owned()), "{typed}");
        }
        assert_eq!(reference(" "), Err(Fault::Required));
        assert_eq!(reference("—"), Err(Fault::Required));
        assert_eq!(prices(&["3".to_owned(), "2".to_owned(), "3".to_owned()]), Ok(vec![2, 3]));
        assert_eq!(prices(&[]), Err(Fault::Required));
        assert_eq!(prices(&["x".to_owned()]), Err(Fault::NotAChoice));
    }
}
