//! Who may do something with a case. Deny by default: a part that is not named here may nothing.

use super::{CaseError, access};
use crate::Context;
use domain::account::{Actor, Capability, Denied};
use domain::ids::{AccountId, CaseId};
use domain::spark::Part;
use sqlx::PgConnection;
use store::spark::cases::{self as sql, CaseRow};

/// Whether who asks acts in this part at all. A member of staff with several roles says in which; a family acts in the part
/// that its case names, which [`of_case`] asks.
pub(in crate::spark) fn in_part(context: &Context, part: Part) -> Result<(), Denied> {
    match &context.actor {
        Actor::System if part == Part::System => Ok(()),
        Actor::Visitor { .. } if part.is_family() => context.require(Capability::UseOwnAccount),
        Actor::Staff { roles, .. } => {
            context.require(part.capability().ok_or(Denied::NotAllowed)?)?;
            let theirs = roles.iter().any(|role| Part::of_role(*role) == Some(part));
            if theirs { Ok(()) } else { Err(Denied::NotAllowed) }
        }
        Actor::Anonymous => Err(Denied::SignInNeeded),
        Actor::System | Actor::Visitor { .. } | Actor::Client { .. } | Actor::Device { .. } | Actor::Display { .. } => {
            Err(Denied::NotAllowed)
        }
    }
}

/// Whether the case is of the family that asks, where one does. What is somebody else's might as well not exist.
pub(super) async fn of_family(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
    part: Part,
) -> Result<(), CaseError> {
    if !part.is_family() {
        return Ok(());
    }
    let account = context.actor.account().ok_or(Denied::SignInNeeded)?;
    if sql::is_party(db, case.0, part.name(), account.0).await? { Ok(()) } else { Err(CaseError::NotFound) }
}

/// In which parts whoever asks takes part in a case, for its family: the patient or the guardian, never who helps them. At least
/// one.
pub(super) async fn family_parts(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
) -> Result<Vec<Part>, CaseError> {
    let Actor::Visitor { account, .. } = &context.actor else { return Err(Denied::NotAllowed.into()) };
    context.require(Capability::UseOwnAccount)?;
    let parts = sql::parts(db, case.0, account.0).await?;
    let parts: Vec<Part> =
        parts.iter().filter_map(|word| Part::from_name(word)).filter(|part| *part != Part::SocialWorker).collect();
    if parts.is_empty() { Err(CaseError::NotFound) } else { Ok(parts) }
}

/// Whether an officer looks after the case, or nobody does yet.
pub(in crate::spark) fn looks_after(context: &Context, case: &CaseRow, part: Part) -> Result<(), CaseError> {
    let account = context.actor.account().map(|account| account.0);
    match part {
        Part::CaseOfficer if case.officer_id.is_some() && case.officer_id != account => Err(CaseError::NotAssigned),
        _ => Ok(()),
    }
}

/// As what somebody may read a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Of the family, its own case.
    Family(Part),
    /// Of the house.
    Staff {
        /// In which part.
        part: Part,
        /// Looks after it, or watches over all. What others read is written into the trail with a word about it.
        assigned: bool,
    },
    /// The house itself.
    House,
}

/// Who asks, and as what they may read a case with whose it is: its family, case officers, who watches over all. Medical
/// reviewers, the committee, finance, auditors and who makes accounts read no such thing.
///
/// # Errors
/// `Denied`; `NotFound`, also for an officer who has a conflict with it.
pub async fn may_read(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<Reader, CaseError> {
    match &context.actor {
        Actor::System => Ok(Reader::House),
        Actor::Visitor { account, .. } => {
            context.require(Capability::UseOwnAccount)?;
            let parts = sql::parts(db, case.0, account.0).await?;
            let part = parts.iter().find_map(|word| Part::from_name(word));
            part.map(Reader::Family).ok_or(CaseError::NotFound)
        }
        Actor::Staff { account, .. } => {
            context.require(Capability::SeeCases)?;
            let row = sql::one(&mut *db, case.0).await?.ok_or(CaseError::NotFound)?;
            let oversees = context.require(Capability::OverseeCases).is_ok();
            let part = if oversees { Part::ComplianceOfficer } else { Part::CaseOfficer };
            let looks_after = row.officer_id.map(AccountId) == Some(*account);
            if !oversees {
                access::is_there(&mut *db, &row, *account).await?;
            }
            Ok(Reader::Staff { part, assigned: oversees || looks_after })
        }
        Actor::Anonymous => Err(Denied::SignInNeeded.into()),
        Actor::Client { .. } | Actor::Device { .. } | Actor::Display { .. } => Err(Denied::NotAllowed.into()),
    }
}
