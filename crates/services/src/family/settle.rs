//! What happens to contracts by itself when days pass: something unpaid puts one in arrears, paid up it is in force again, and at
//! the end of its term it expires. No unit is touched by any of it.

use super::FamilyError;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::family::{ContractEvent, ContractState};
use domain::time::local_day;
use serde_json::json;
use sqlx::PgConnection;
use store::family::contracts::{self as sql, StandingRow};

/// Moves the contracts on that are due to; each once, on however many servers. How many.
///
/// # Errors
/// `Database`. One that cannot be moved is told in the log, and holds up no other.
pub async fn settle_contracts(services: &Services) -> Result<u32, FamilyError> {
    let today = local_day(services.clock.now());
    let mut done = 0;
    for event in [ContractEvent::Expire, ContractEvent::CatchUp, ContractEvent::FallBehind] {
        loop {
            let page = match event {
                ContractEvent::Expire => sql::over(&services.db, today).await?,
                ContractEvent::CatchUp => sql::caught_up(&services.db, today).await?,
                _ => sql::behind(&services.db, today).await?,
            };
            let mut moved = 0;
            for row in page {
                let (id, own) = (row.id, services.clone());
                match to_the_end(async move { moved_on(&own, row, event).await }).await {
                    Ok(changed) => moved += u32::from(changed),
                    Err(error) => tracing::error!(contract = %id, %error, "a contract could not be moved on"),
                }
            }
            done += moved;
            if moved == 0 {
                break;
            }
        }
    }
    Ok(done)
}

async fn moved_on(services: &Services, row: StandingRow, event: ContractEvent) -> Result<bool, FamilyError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let moved = happen_in(&mut tx, &context, &row, event).await?;
    tx.commit().await?;
    Ok(moved)
}

/// Lets something happen to a contract. `false` where it changed meanwhile, or that does not happen where it is.
pub(super) async fn happen_in(
    db: &mut PgConnection,
    context: &Context,
    row: &StandingRow,
    event: ContractEvent,
) -> Result<bool, FamilyError> {
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    let Some(to) = state.after(event) else { return Ok(false) };
    let actor = context.actor.account().map(|account| account.0);
    if !sql::advance(&mut *db, row, (event.name(), to.name()), (actor, context.now)).await? {
        return Ok(false);
    }
    let detail = json!({ "event": event.name(), "from": state.name(), "to": to.name() });
    let entry =
        Entry { action: "family.contract_moved", subject_kind: "family_contract", subject: Some(row.id), detail };
    audit::record(db, context, &[entry]).await?;
    Ok(true)
}
