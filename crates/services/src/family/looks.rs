//! Who of the house looked at a family's record, and why: written down in the transaction of the look, and read by the family at
//! once.

use super::scope::Own;
use super::{FamilyError, opened, place};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use domain::ids::UnitId;
use jiff::Timestamp;
use sqlx::PgConnection;
use store::family::{own as sql, said};
use uuid::Uuid;

/// What a look of the contracts' office is at when it reads a contract. Its reason is this word, not one that somebody typed: whoever
/// shows it says it in their own language.
pub const CONTRACT_WORK: &str = "contract_work";

/// What it is where the office invites a child again that let its invitation run out.
pub const CHILD_INVITATION: &str = "child_invitation";

/// What it is where the office ended that somebody belongs to a family.
pub const MEMBERSHIP_ENDED: &str = "membership_ended";

/// A look at the record of a unit's family.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// At which unit.
    pub unit: UnitId,
    /// In which role: its stored name.
    pub role: &'a str,
    /// At what: `family`, `contract`, `unit`, a word of two to forty small letters and underscores.
    pub what: &'a str,
    /// Why, in the words that the family reads.
    pub reason: &'a str,
    /// Without having been asked by the family, in an emergency.
    pub break_glass: bool,
}

/// Writes a look of a member of staff down, in the caller's transaction, before anything is shown. A unit that is nobody's has
/// nobody who reads it: `false`.
///
/// # Errors
/// `Denied` for whoever is no member of staff; `Database`.
pub async fn look_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    look: Look<'_>,
) -> Result<bool, FamilyError> {
    let Actor::Staff { account, .. } = &context.actor else { return Err(Denied::NotAllowed.into()) };
    let Some(family) = said::family_of_unit(&mut *db, look.unit.0).await? else { return Ok(false) };
    let id: Uuid = context.new_id();
    let row = said::NewLook {
        id,
        family,
        unit: Some(look.unit.0),
        actor: account.0,
        role: look.role,
        what: look.what,
        reason: &services.vault.seal(place("family_access", "reason_sealed", id), look.reason.as_bytes()),
        break_glass: look.break_glass,
    };
    said::add_look(db, row, context.now).await?;
    Ok(true)
}

/// A look, for the family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnLook {
    /// At which unit.
    pub unit: Option<UnitId>,
    /// In which role: its stored name.
    pub role: String,
    /// At what.
    pub what: String,
    /// Why; the word itself where it is [`CONTRACT_WORK`].
    pub reason: String,
    /// In an emergency.
    pub break_glass: bool,
    /// When.
    pub at: Timestamp,
}

/// Who looked at the record of the families whoever asks belongs to, the last first.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn looks(services: &Services, context: &Context) -> Result<Vec<OwnLook>, FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let rows = sql::looks(&mut *own.tx, own.account.0).await?;
    let read = |row: sql::AccessRow| {
        let reason = opened(services, ("family_access", "reason_sealed", row.id), &row.reason_sealed)?;
        Ok(OwnLook {
            unit: row.unit_id.map(UnitId),
            role: row.role,
            what: row.what,
            reason,
            break_glass: row.break_glass,
            at: row.at.to_jiff(),
        })
    };
    rows.into_iter().map(read).collect()
}
