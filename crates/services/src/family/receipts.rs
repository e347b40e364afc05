//! A family's payments: each that the office noted, with what it paid, for a receipt of it and for a copy of the family's data.

use super::contract::Price;
use super::scope::Own;
use super::{FamilyError, opened};
use crate::{Context, Services};
use domain::family::ContractNumber;
use domain::ids::{ContractId, FamilyPaymentId};
use domain::ledger::Fen;
use jiff::Timestamp;
use jiff::civil::Date;
use store::family::own::prices;
use store::family::payments as sql;

/// A payment that was noted, for its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnPayment {
    /// Which.
    pub id: FamilyPaymentId,
    /// By which contract.
    pub contract: ContractId,
    /// The contract's number.
    pub number: ContractNumber,
    /// Its number at the bank.
    pub reference: String,
    /// How much.
    pub amount: Fen,
    /// When it came.
    pub paid_on: Date,
    /// When it was noted.
    pub noted_at: Timestamp,
    /// What it paid, in order; of one that was taken back, what it had paid.
    pub prices: Vec<Price>,
    /// When it was taken back: it was noted wrongly.
    pub taken_back_at: Option<Timestamp>,
}

/// The payments of the families whoever asks belongs to, the last first, also those that were taken back.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn payments(services: &Services, context: &Context) -> Result<Vec<OwnPayment>, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    read(services, &mut own, None).await
}

/// A payment, for its receipt.
///
/// # Errors
/// `Denied`; `NotFound` for one of another family, for one that was taken back and for none; `Crypto`, `Unreadable`, `Database`.
pub async fn receipt(services: &Services, context: &Context, id: FamilyPaymentId) -> Result<OwnPayment, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let found = read(services, &mut own, Some(id)).await?.into_iter().next();
    found.filter(|payment| payment.taken_back_at.is_none()).ok_or(FamilyError::NotFound)
}

async fn read(services: &Services, own: &mut Own, id: Option<FamilyPaymentId>) -> Result<Vec<OwnPayment>, FamilyError> {
    let rows = sql::own(&mut *own.tx, own.account.0, id.map(|id| id.0)).await?;
    let contracts: Vec<_> = rows.iter().map(|row| row.contract_id).collect();
    let agreed = prices(&mut *own.tx, &contracts).await?;
    let mut all = Vec::new();
    for row in rows {
        let number = opened(services, ("family_contract", "number_sealed", row.contract_id), &row.number_sealed)?;
        let reference = ("family_contract_payment", "reference_sealed", row.id);
        let paid = agreed.iter().filter(|price| price.contract_id == row.contract_id && row.nths.contains(&price.nth));
        all.push(OwnPayment {
            id: FamilyPaymentId(row.id),
            contract: ContractId(row.contract_id),
            number: ContractNumber::parse(&number).map_err(|_| FamilyError::Unreadable)?,
            reference: opened(services, reference, &row.reference_sealed)?,
            amount: Fen::new(row.fen),
            paid_on: row.paid_on.to_jiff(),
            noted_at: row.at.to_jiff(),
            prices: paid.map(Price::of).collect(),
            taken_back_at: row.taken_back_at.map(|at| at.to_jiff()),
        });
    }
    Ok(all)
}
