//! A transfer that waits to be confirmed, for the contract's page: which contract takes over, and which unit goes to it.

use super::super::begin::{Collected, collected};
use super::super::one::Kept;
use super::said_of;
use crate::custody::search::masked;
use crate::family::{FamilyError, number_end};
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::custody::{Din, State};
use domain::family::{ContractEvent, ContractState};
use domain::ids::{AccountId, ContractId, UnitId};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgConnection;
use store::family::givings::{self, GivingRow};
use store::family::{office as sql, transfers};
use uuid::Uuid;

/// The contract that takes over, and what goes to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taker {
    /// Which contract.
    pub contract: ContractId,
    /// The last four digits of its number.
    pub number_end: String,
    /// Which unit.
    pub unit: Kept,
    /// When and where it was collected; nothing where its chain does not say so, or cannot be read.
    pub collected: Option<Collected>,
    /// When the child was born, as whoever proposed it typed it.
    pub born: Date,
}

/// A transfer that waits to be confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Going {
    /// The proposal's own.
    pub id: Uuid,
    /// The contract that takes over; none where no unit goes along.
    pub to: Option<Taker>,
    /// Why.
    pub reason: String,
    /// The name of who proposed it; empty where it is kept no more.
    pub by: String,
    /// Whoever reads proposed it, or noted that the contract which takes over was signed: another confirms it.
    pub own: bool,
    /// When.
    pub at: Timestamp,
    /// Until when it can be confirmed.
    pub until: Timestamp,
}

/// A proposal that is open, and what the contract's page says beside it.
pub(in super::super) struct Waits {
    giving: GivingRow,
    collected: Option<Collected>,
    signer: Option<Uuid>,
}

impl Waits {
    /// Who proposed it.
    pub(in super::super) const fn by(&self) -> Uuid {
        self.giving.proposed_by
    }
}

/// The transfer that waits, of a contract that can still go.
pub(in super::super) async fn waiting(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    row: &sql::ContractRow,
) -> Result<Option<Waits>, FamilyError> {
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if state.after(ContractEvent::Transfer).is_none() {
        return Ok(None);
    }
    let Some(giving) = givings::open(&mut *db, row.id, context.now).await? else { return Ok(None) };
    let collected = match giving.unit_id {
        Some(unit) => collected(services, &mut *db, context, UnitId(unit)).await?,
        None => None,
    };
    let signer = match giving.to_contract_id {
        Some(to) => transfers::signer(&mut *db, to).await?,
        None => None,
    };
    Ok(Some(Waits { giving, collected, signer }))
}

/// The same, for the contract's page.
pub(in super::super) fn going(
    services: &Services,
    waits: Waits,
    (reader, names): (AccountId, &Names),
) -> Result<Going, FamilyError> {
    let Waits { giving, collected, signer } = waits;
    let said = said_of(services, &giving)?.ok_or(FamilyError::Unreadable)?;
    let to = match (giving.to_contract_id, &giving.to_number_sealed, giving.unit_id, &giving.din, &giving.unit_state) {
        (Some(contract), Some(number), Some(unit), Some(din), Some(state)) => {
            let din = Din::parse(din).map_err(|_| FamilyError::Unreadable)?;
            let state = State::from_name(state).ok_or(FamilyError::Unreadable)?;
            Some(Taker {
                contract: ContractId(contract),
                number_end: number_end(services, contract, number)?,
                unit: Kept { id: UnitId(unit), masked: masked(&din), state, went: false },
                collected,
                born: said.born.ok_or(FamilyError::Unreadable)?,
            })
        }
        _ => None,
    };
    Ok(Going {
        id: giving.id,
        to,
        reason: said.reason,
        by: names.person(giving.proposed_by).name,
        own: giving.proposed_by == reader.0 || signer == Some(reader.0),
        at: giving.proposed_at.to_jiff(),
        until: giving.expires_at.to_jiff(),
    })
}
