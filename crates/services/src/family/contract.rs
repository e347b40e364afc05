//! A family's contracts: the number, the term, what was agreed to cost what, and what of it is paid.

use super::scope::Own;
use super::{FamilyError, opened};
use crate::{Context, Services};
use domain::custody::Pool;
use domain::family::{ContractNumber, ContractState};
use domain::ids::{ContractId, UnitId};
use domain::ledger::Fen;
use jiff::civil::Date;
use store::family::own as sql;

/// A contract, for its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnContract {
    /// Which.
    pub id: ContractId,
    /// Its number.
    pub number: ContractNumber,
    /// For whose use.
    pub pool: Pool,
    /// How far it is.
    pub state: ContractState,
    /// The unit it keeps, or kept.
    pub unit: Option<UnitId>,
    /// The unit went to another family with it.
    pub unit_went: bool,
    /// The child it is for died: nothing is asked of its family.
    pub child_died: bool,
    /// When it was signed.
    pub signed_on: Option<Date>,
    /// The last day of its term.
    pub ends_on: Option<Date>,
    /// What was agreed, in order of the days.
    pub prices: Vec<Price>,
}

/// A price that was agreed. It never changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Price {
    /// From 1.
    pub nth: i16,
    /// What for: `preparation` or `storage`.
    pub kind: String,
    /// Until when.
    pub due_on: Date,
    /// How much.
    pub amount: Fen,
    /// When it came.
    pub paid_on: Option<Date>,
}

impl Price {
    pub(super) fn of(row: &sql::PriceRow) -> Self {
        Self {
            nth: row.nth,
            kind: row.kind.clone(),
            due_on: row.due_on.to_jiff(),
            amount: Fen::new(row.fen),
            paid_on: row.paid_on.map(|day| day.to_jiff()),
        }
    }
}

/// The contracts of the families whoever asks belongs to.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn contracts(services: &Services, context: &Context) -> Result<Vec<OwnContract>, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let mut all = Vec::new();
    for member in own.memberships().await? {
        let rows = sql::contracts(&mut *own.tx, member.family.0).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let prices = sql::prices(&mut *own.tx, &ids).await?;
        for row in rows {
            all.push(read(services, row, &prices)?);
        }
    }
    Ok(all)
}

/// A contract, with those of some prices that are its own.
fn read(services: &Services, row: sql::ContractRow, prices: &[sql::PriceRow]) -> Result<OwnContract, FamilyError> {
    let number = opened(services, ("family_contract", "number_sealed", row.id), &row.number_sealed)?;
    Ok(OwnContract {
        id: ContractId(row.id),
        number: ContractNumber::parse(&number).map_err(|_| FamilyError::Unreadable)?,
        pool: Pool::from_name(&row.pool).ok_or(FamilyError::Unreadable)?,
        state: ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?,
        unit: row.unit_id.map(UnitId),
        unit_went: row.unit_went,
        child_died: row.child_died,
        signed_on: row.signed_on.map(|day| day.to_jiff()),
        ends_on: row.ends_on.map(|day| day.to_jiff()),
        prices: prices.iter().filter(|price| price.contract_id == row.id).map(Price::of).collect(),
    })
}
