//! Invitations of guardians: a new one, the same once more, and one that is blocked. Whoever is invited is told by the letter of
//! invitations, which says neither of whom nor of what; whoever belongs to the family already is told by a notice as what somebody was
//! invited. A child that is of age is invited by its day, not by hand; what was sent to it is sent again here.

use super::one::{Standing, phone_of, standing_of};
use super::{entry, fault, inviter, officer};
use crate::audit;
use crate::db::to_the_end;
use crate::family::FamilyError;
use crate::family::join::{Invited, invite_in};
use crate::family::news::queue_invited;
use crate::family::notices::tell_in;
use crate::{Context, Services};
use domain::contact::Phone;
use domain::family::{ContractState, Kin, Notice};
use domain::field::{Fault, Faults};
use domain::ids::{ContractId, FamilyId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::family::{office as sql, own};
use uuid::Uuid;

/// What is pressed again within this time was pressed twice.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Who is invited, as it is typed.
#[derive(Clone, Debug)]
pub struct Inviting {
    /// Into the family of which contract.
    pub contract: ContractId,
    /// As what: `owner` or `second_guardian`.
    pub kin: String,
    /// The mother.
    pub mother: bool,
    /// The mobile number.
    pub phone: String,
}

/// The contract, locked, into whose family somebody may still be invited.
async fn inviting(db: &mut PgConnection, contract: ContractId) -> Result<sql::LockedRow, FamilyError> {
    let row = sql::lock(&mut *db, contract.0).await?.ok_or(FamilyError::NotFound)?;
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if state.is_over() { Err(FamilyError::Stale) } else { Ok(row) }
}

/// Whether there is a mother in a contract's family, or somebody who can still come in as her: there is one.
async fn has_mother(db: &mut PgConnection, row: &sql::LockedRow, now: Timestamp) -> Result<bool, FamilyError> {
    if own::members(&mut *db, row.family_id).await?.iter().any(|member| member.mother) {
        return Ok(true);
    }
    let invited = sql::invitations(&mut *db, row.id).await?;
    Ok(invited.iter().any(|one| one.mother && standing_of(one, now) == Standing::Open))
}

/// Invites a guardian, and tells them and the family. Pressed twice it is one invitation.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `Fields` (`kin`, also where somebody is that already; `mother` where
/// there is one or one can still come in; `phone`, also where another invitation of it can be claimed); `Stale` where the contract is
/// over; `Crypto`, `Unreadable`, `Database`.
pub async fn invite(services: &Services, context: &Context, new: &Inviting) -> Result<(), FamilyError> {
    inviter(context)?;
    let mut faults = Faults::default();
    let kin = Kin::from_name(&new.kin).filter(|kin| matches!(kin, Kin::Owner | Kin::SecondGuardian));
    let kin = faults.take("kin", kin.ok_or(Fault::NotAChoice));
    let phone = faults.take("phone", Phone::parse(&new.phone));
    let Some((kin, phone)) = kin.zip(phone) else { return Err(FamilyError::Fields(faults.into_errors())) };
    let (services, context, contract, mother) = (services.clone(), context.clone(), new.contract, new.mother);
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = inviting(&mut tx, contract).await?;
        for before in sql::invitations(&mut *tx, row.id).await? {
            let open = standing_of(&before, context.now) == Standing::Open;
            if open && before.kin == kin.name() && before.mother == mother && phone_of(&services, &before)? == phone {
                return Ok(());
            }
        }
        let members = own::members(&mut *tx, row.family_id).await?;
        if kin == Kin::Owner && members.iter().any(|member| member.kin == Kin::Owner.name()) {
            return Err(fault("kin", Fault::AlreadyExists));
        }
        if mother && has_mother(&mut tx, &row, context.now).await? {
            return Err(fault("mother", Fault::AlreadyExists));
        }
        let whom = Invited { family: FamilyId(row.family_id), contract: row.id, child: None, kin, mother };
        let invited = invite_in(&services, &mut tx, &context, &whom, &phone).await?;
        let id = invited.ok_or_else(|| fault("phone", Fault::AlreadyExists))?;
        told(&mut tx, &context, (FamilyId(row.family_id), id), (kin, mother)).await?;
        let detail = json!({ "invitation": id, "kin": kin.name(), "mother": mother });
        audit::record(&mut tx, &context, &[entry("family.guardian_invited", contract, detail)]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Sends an invitation once more; one that ran out or was blocked is made anew. Pressed twice within ten minutes it is sent once.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `Over` of one that was used, of a child's that cannot be claimed any
/// more, and of a mother's where there is a mother or one can still come in; `Stale` where the contract is over; `Crypto`,
/// `Unreadable`, `Database`.
pub async fn send(
    services: &Services,
    context: &Context,
    (contract, invitation): (ContractId, Uuid),
) -> Result<(), FamilyError> {
    inviter(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = inviting(&mut tx, contract).await?;
        let family = FamilyId(row.family_id);
        let all = sql::invitations(&mut *tx, row.id).await?;
        let one = all.into_iter().find(|one| one.id == invitation).ok_or(FamilyError::NotFound)?;
        let kin = Kin::from_name(&one.kin).ok_or(FamilyError::Unreadable)?;
        let standing = standing_of(&one, context.now);
        let anew = matches!(standing, Standing::Blocked | Standing::Lapsed);
        if anew && one.mother && has_mother(&mut tx, &row, context.now).await? {
            return Err(FamilyError::Over);
        }
        let id = match standing {
            Standing::Used => return Err(FamilyError::Over),
            Standing::Open => one.id,
            Standing::Blocked | Standing::Lapsed if one.child_id.is_some() => return Err(FamilyError::Over),
            Standing::Blocked | Standing::Lapsed => {
                let whom = Invited { family, contract: row.id, child: None, kin, mother: one.mother };
                let phone = phone_of(&services, &one)?;
                invite_in(&services, &mut tx, &context, &whom, &phone).await?.ok_or(FamilyError::Over)?
            }
        };
        if !told(&mut tx, &context, (family, id), (kin, one.mother)).await? {
            return Ok(());
        }
        let detail = json!({ "invitation": id });
        audit::record(&mut tx, &context, &[entry("family.invitation_sent", contract, detail)]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Queues the letter of an invitation, and tells the family of it, once. `false` where it was queued a moment ago.
async fn told(
    db: &mut PgConnection,
    context: &Context,
    (family, id): (FamilyId, Uuid),
    (kin, mother): (Kin, bool),
) -> Result<bool, FamilyError> {
    let since = context.now - AGAIN;
    if !sql::mark_sent(&mut *db, id, (context.now, since)).await? {
        return Ok(false);
    }
    queue_invited(&mut *db, context, (family, id)).await?;
    tell_in(db, context, (family, None), (Notice::of_invited(kin, mother), id, None)).await?;
    Ok(true)
}

/// Blocks an invitation of a guardian: nobody comes in by it any more. Pressed twice it is blocked once.
///
/// # Errors
/// `Denied`; `NotFound`; `Over` of one that was used, and of a child's; `Database`.
pub async fn block(
    services: &Services,
    context: &Context,
    (contract, invitation): (ContractId, Uuid),
) -> Result<(), FamilyError> {
    officer(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?;
        let all = sql::invitations(&mut *tx, row.id).await?;
        let one = all.into_iter().find(|one| one.id == invitation).ok_or(FamilyError::NotFound)?;
        if one.child_id.is_some() || one.claimed_at.is_some() {
            return Err(FamilyError::Over);
        }
        if sql::block(&mut *tx, row.id, Some(one.id), context.now).await? == 0 {
            // It was used in this instant, or cannot be claimed any more: both are what the page shows next.
            return Ok(());
        }
        let detail = json!({ "invitation": one.id });
        audit::record(&mut tx, &context, &[entry("family.invitation_blocked", contract, detail)]).await?;
        Ok(tx.commit().await?)
    })
    .await
}
