//! Whose a unit is, for quality: the numbers of its family's contracts, for a reason that stands in the family's own log before
//! anything is shown.

use super::DeskError;
use super::act::entry;
use crate::audit;
use crate::family::{Look, contract_numbers, look_in};
use crate::{Context, Services};
use domain::account::{Capability, Role};
use domain::field::{Fault, FieldError};
use domain::ids::UnitId;
use domain::typed;
use serde_json::json;

/// The shortest and the longest reason, in characters.
const REASON: (u32, u32) = (6, 200);

/// The numbers of the contracts of a unit's family, the newest first; nothing for a unit that is nobody's.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `Fields` (`reason`); `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn reveal_family(
    services: &Services,
    context: &Context,
    unit: UnitId,
    reason: &str,
) -> Result<Vec<String>, DeskError> {
    context.require(Capability::RevealUnitFamily)?;
    let fault = |fault| DeskError::Fields(vec![FieldError::new("reason", fault)]);
    let reason = typed::line(reason, REASON.1).map_err(fault)?;
    if reason.chars().count() < REASON.0 as usize {
        return Err(fault(Fault::TooShort { min: REASON.0 }));
    }
    let mut tx = services.begin().await?;
    store::custody::desk::lock(&mut *tx, unit.0).await?.ok_or(DeskError::NotFound)?;
    let role = Role::QualityOfficer.name();
    let look = Look { unit, role, what: "family", reason: &reason, break_glass: false };
    let known = look_in(services, &mut tx, context, look).await?;
    let numbers = if known { contract_numbers(services, &mut tx, unit).await? } else { Vec::new() };
    audit::record(&mut tx, context, &[entry("custody.family_revealed", unit, json!({ "known": known }))]).await?;
    tx.commit().await?;
    Ok(numbers)
}
