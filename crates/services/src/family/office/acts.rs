//! What one of the office does to a contract: both signed it, another term was agreed, it ends. Which unit it keeps (`begin`), and that
//! it goes to another (`transfer`), takes two of them.
//! That a payment is late, that it came, and that a term is over are told by days, not by hand.

use super::{officer, reason, withdraw_open};
use crate::db::to_the_end;
use crate::family::settle::happen_in;
use crate::family::{FamilyError, place};
use crate::{Context, Services};
use domain::family::{Agreed, ContractEvent, ContractState, MOST_YEARS, schedule};
use domain::field::{Fault, Faults};
use domain::ids::ContractId;
use domain::ledger::Amount;
use domain::time::{day, local_day};
use domain::typed::number;
use jiff::civil::Date;
use sqlx::PgConnection;
use store::family::contracts::StandingRow;
use store::family::{join, office as sql, own};
use uuid::Uuid;

/// An act, as it is typed: what does not belong to it stays empty.
#[derive(Clone, Debug, Default)]
pub struct Acting {
    /// Of the change of the contract that the form was made of.
    pub version: u32,
    /// `sign`: when it was signed.
    pub signed_on: String,
    /// `sign`, `renew`: the last day of its term.
    pub ends_on: String,
    /// `begin`, which is proposed: the unit's number with its check character.
    pub din: String,
    /// `begin`: when the child was born.
    pub born: String,
    /// `renew`: a year of storage, in yuan; none where it was paid for.
    pub storage: String,
    /// `renew`: when the first of them is due.
    pub storage_from: String,
    /// `renew`: how many years.
    pub years: String,
    /// `terminate`: why.
    pub reason: String,
}

/// What is done.
#[derive(Clone, Debug)]
enum Deed {
    Sign { signed_on: Date, ends_on: Date },
    Renew { ends_on: Date, prices: Vec<Agreed> },
    End { reason: String },
}

/// A sum for each year of storage: how much, from when, how many years; nothing where none of them is typed. Where one is, the others
/// are asked for: nothing that was typed is let fall.
pub(super) fn storage(
    faults: &mut Faults,
    (amount, from, years): (&str, &str, &str),
) -> Option<Option<(Date, Amount, u32)>> {
    if [amount, from, years].iter().all(|text| text.trim().is_empty()) {
        return Some(None);
    }
    let amount = faults.take("storage", Amount::parse(amount));
    let from = faults.take("storage_from", day(from));
    let years = faults.take("years", number(years, 1, MOST_YEARS));
    Some(Some((from?, amount?, years?)))
}

fn read(event: ContractEvent, said: &Acting, today: Date) -> Result<Option<Deed>, FamilyError> {
    let mut faults = Faults::default();
    let deed = match event {
        ContractEvent::Sign => {
            let signed = day(&said.signed_on).and_then(|day| if day > today { Err(Fault::NotYet) } else { Ok(day) });
            let signed_on = faults.take("signed_on", signed);
            let after = |day: Date| {
                if signed_on.is_some_and(|signed| day <= signed) { Err(Fault::EndBeforeStart) } else { Ok(day) }
            };
            let ends_on = faults.take("ends_on", day(&said.ends_on).and_then(after));
            signed_on.zip(ends_on).map(|(signed_on, ends_on)| Deed::Sign { signed_on, ends_on })
        }
        ContractEvent::Renew => {
            let coming = |day: Date| if day <= today { Err(Fault::DatePast) } else { Ok(day) };
            let ends_on = faults.take("ends_on", day(&said.ends_on).and_then(coming));
            let yearly = storage(&mut faults, (&said.storage, &said.storage_from, &said.years));
            ends_on.zip(yearly).map(|(ends_on, yearly)| Deed::Renew { ends_on, prices: schedule(None, yearly) })
        }
        ContractEvent::Terminate => faults.take("reason", reason(&said.reason)).map(|reason| Deed::End { reason }),
        _ => None,
    };
    if faults.is_empty() { Ok(deed) } else { Err(FamilyError::Fields(faults.into_errors())) }
}

/// Lets something happen to a contract; answers how far it is now. Not that it begins, nor that it goes to another: these are proposed
/// ([`propose`](super::propose), [`propose_transfer`](super::propose_transfer)), and another of the office confirms them.
///
/// # Errors
/// `Denied`; `NotFound`, also of an event that is not done so; `Fields` (`signed_on`, `ends_on`, `storage`, `storage_from`, `years`,
/// `reason`); `Stale` where something happened to it since the form was made, or that does not happen where it is; `Crypto`, `Unreadable`,
/// `Database`.
pub async fn act(
    services: &Services,
    context: &Context,
    (contract, event): (ContractId, ContractEvent),
    said: &Acting,
) -> Result<ContractState, FamilyError> {
    officer(context)?;
    let deed = read(event, said, local_day(context.now))?.ok_or(FamilyError::NotFound)?;
    let (services, context, version) = (services.clone(), context.clone(), said.version);
    to_the_end(async move { done(&services, &context, (contract, event, version), deed).await }).await
}

async fn done(
    services: &Services,
    context: &Context,
    (contract, event, version): (ContractId, ContractEvent, u32),
    deed: Deed,
) -> Result<ContractState, FamilyError> {
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?;
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if u32::try_from(row.version) != Ok(version) {
        return Err(FamilyError::Stale);
    }
    let to = state.after(event).ok_or(FamilyError::Stale)?;
    let mut why = None;
    match deed {
        Deed::Sign { signed_on, ends_on } => sql::set_term(&mut *tx, row.id, Some(signed_on), ends_on).await?,
        Deed::Renew { ends_on, prices } => {
            sql::set_term(&mut *tx, row.id, None, ends_on).await?;
            further(&mut tx, row.id, &prices).await?;
        }
        Deed::End { reason } => {
            sql::block(&mut *tx, row.id, None, context.now).await?;
            withdraw_open(&mut tx, context, contract).await?;
            why = Some(reason);
        }
    }
    let standing = StandingRow { id: row.id, state: row.state, version: row.version };
    if !happen_in(&mut tx, context, &standing, event).await? {
        return Err(FamilyError::Stale);
    }
    if state == ContractState::Draft && to.is_over() {
        // Written wrongly: what is on the paper is written anew under the same number.
        sql::free_number(&mut *tx, row.id).await?;
    }
    if let Some(why) = why {
        let id: Uuid = context.new_id();
        let sealed = services.vault.seal(place("family_contract_reason", "reason_sealed", id), why.as_bytes());
        sql::add_reason(&mut *tx, id, (row.id, row.version + 1), &sealed).await?;
    }
    tx.commit().await?;
    Ok(to)
}

/// What a new term costs, behind what was agreed before: none of that changes.
async fn further(db: &mut PgConnection, contract: Uuid, prices: &[Agreed]) -> Result<(), FamilyError> {
    let last = own::prices(&mut *db, &[contract]).await?.iter().map(|price| price.nth).max().unwrap_or(0);
    for (at, (kind, due_on, amount)) in prices.iter().enumerate() {
        let nth = i16::try_from(at + 1).ok().and_then(|nth| last.checked_add(nth)).ok_or(FamilyError::Unreadable)?;
        join::add_price(&mut *db, (contract, nth), (*kind, *due_on, amount.get()), None).await?;
    }
    Ok(())
}
