//! Invitations of guardians: a new one, the same once more, and one that is blocked. Whoever is invited is told by the letter of
//! invitations, which says neither of whom nor of what; whoever belongs to the family already is told by a notice as what somebody was
//! invited. A child that is of age is invited by its day; what was sent to it is sent again here, and where it let that run out it is
//! invited again for a reason that the family reads ([`send_child`]).

use super::one::{Standing, phone_of, standing_of};
use super::{entry, fault, inviter, officer, opened, reason};
use crate::audit;
use crate::db::to_the_end;
use crate::family::join::{Invited, invite_in};
use crate::family::news::{queue_invited, queue_left};
use crate::family::notices::tell_in;
use crate::family::{CHILD_INVITATION, FamilyError, MEMBERSHIP_ENDED, place};
use crate::{Context, Services};
use domain::account::Role;
use domain::contact::Phone;
use domain::family::{ContractState, Kin, Notice};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ContractId, FamilyId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::family::{join, office as sql, own, said};
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

/// Which field asks for a place that somebody has in a contract's family, or can still come in to: there is one owner and one mother.
async fn taken(
    db: &mut PgConnection,
    row: &sql::LockedRow,
    (kin, mother): (Kin, bool),
    now: Timestamp,
) -> Result<Option<&'static str>, FamilyError> {
    let members = own::members(&mut *db, row.family_id).await?;
    let mut invited = sql::invitations(&mut *db, row.id).await?;
    invited.retain(|one| standing_of(one, now) == Standing::Open);
    let owner = Kin::Owner.name();
    let has_owner = || members.iter().any(|one| one.kin == owner) || invited.iter().any(|one| one.kin == owner);
    let has_mother = || members.iter().any(|one| one.mother) || invited.iter().any(|one| one.mother);
    Ok(match (kin, mother) {
        (Kin::Owner, _) if has_owner() => Some("kin"),
        (_, true) if has_mother() => Some("mother"),
        _ => None,
    })
}

/// Invites a guardian, and tells them and the family. Pressed twice it is one invitation.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `Fields` (`kin`, also of a second owner, and `mother` where there is
/// one, or one can still come in; `phone`, also where another invitation of it can be claimed); `Stale` where the contract is
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
        if let Some(field) = taken(&mut tx, &row, (kin, mother), context.now).await? {
            return Err(fault(field, Fault::AlreadyExists));
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
/// `Denied`, also where the second factor grew stale; `NotFound`; `Over` of one that was used, of a child's that died or cannot claim it any
/// more ([`send_child`]), and of an owner's or a mother's where there is one or one can still come in; `Stale` where the contract is over; `Crypto`,
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
        if one.child_id.is_some()
            && own::children(&mut *tx, family.0).await?.iter().any(|child| child.died && one.child_id == Some(child.id))
        {
            return Err(FamilyError::Over);
        }
        let standing = standing_of(&one, context.now);
        let anew = matches!(standing, Standing::Blocked | Standing::Lapsed);
        if anew && taken(&mut tx, &row, (kin, one.mother), context.now).await?.is_some() {
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

/// Invites the child of a contract again that is of age and let its invitation run out, at the number that its guardians said last: by
/// its day it is invited three times and no more. The reason stands in the family's own log. Pressed twice within ten minutes it is
/// sent once; when this one runs out, too, nobody is told anew.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `Fields` (`reason`); `NotFound`, also where the contract is for no child; `Over`
/// where it took over, died, was never invited, or somebody else can still come in by its number; `Stale` where the contract is over;
/// `Crypto`, `Unreadable`, `Database`.
pub async fn send_child(
    services: &Services,
    context: &Context,
    contract: ContractId,
    why: &str,
) -> Result<(), FamilyError> {
    let by = inviter(context)?;
    let why = reason(why).map_err(|short| fault("reason", short))?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { child_sent(&services, &context, contract, (by, &why)).await }).await
}

async fn child_sent(
    services: &Services,
    context: &Context,
    contract: ContractId,
    (by, why): (AccountId, &str),
) -> Result<(), FamilyError> {
    let mut tx = services.begin().await?;
    let family = sql::contract(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?.family_id;
    // The child before the contract, in the order of its birthday: whoever invites it by the day waits, and so does it that takes over.
    let taken_over = join::lock_children(&mut *tx, family).await?;
    let row = inviting(&mut tx, contract).await?;
    let children = own::children(&mut *tx, family).await?;
    let child = children.into_iter().find(|child| row.child_id == Some(child.id)).ok_or(FamilyError::NotFound)?;
    let comes = !taken_over && !child.died && child.invited_at.is_some();
    let sealed = child.phone_sealed.filter(|_| comes).ok_or(FamilyError::Over)?;
    let all = sql::invitations(&mut *tx, row.id).await?;
    let open = all.iter().find(|one| one.child_id == Some(child.id) && standing_of(one, context.now) == Standing::Open);
    let (kin, family) = (Kin::AdultChild, FamilyId(family));
    let id = match open {
        Some(one) => one.id,
        None => {
            let digits = opened(services, ("family_child", "phone_sealed", child.id), &sealed)?;
            let phone = Phone::parse(&digits).map_err(|_| FamilyError::Unreadable)?;
            let whom = Invited { family, contract: row.id, child: Some(child.id), kin, mother: false };
            let id = invite_in(services, &mut tx, context, &whom, &phone).await?.ok_or(FamilyError::Over)?;
            join::invited_again(&mut *tx, child.id, context.now).await?;
            id
        }
    };
    if !told(&mut tx, context, (family, id), (kin, false)).await? {
        return Ok(());
    }
    noted(services, &mut tx, context, ((family, by), CHILD_INVITATION, why)).await?;
    let detail = json!({ "invitation": id, "child": child.id });
    audit::record(&mut tx, context, &[entry("family.invitation_sent", contract, detail)]).await?;
    Ok(tx.commit().await?)
}

/// Writes into a family's own log what one of the office did, and why.
async fn noted(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    ((family, by), what, why): ((FamilyId, AccountId), &str, &str),
) -> Result<(), FamilyError> {
    let id: Uuid = context.new_id();
    let new = said::NewLook {
        id,
        family: family.0,
        unit: None,
        actor: by.0,
        role: Role::FamilySupport.name(),
        what,
        reason: &services.vault.seal(place("family_access", "reason_sealed", id), why.as_bytes()),
        break_glass: false,
    };
    Ok(said::add_look(db, new, context.now).await?)
}

/// Ends that somebody belongs to the family who came in by an invitation of a guardian: it went to a wrong number, or a court decided so.
/// From then on they find nothing of it, and are told so, not why. Who is left reads it in their notices, and why in their log. Pressed
/// twice it is once.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `Fields` (`reason`); `NotFound`; `Over` of one that nobody came in by, and of whom one
/// of the office does not put out ([`Kin::is_ended_by_one`]); `Unreadable`, `Database`.
pub async fn end_membership(
    services: &Services,
    context: &Context,
    (contract, invitation): (ContractId, Uuid),
    why: &str,
) -> Result<(), FamilyError> {
    let by = inviter(context)?;
    let why = reason(why).map_err(|short| fault("reason", short))?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?;
        let all = sql::invitations(&mut *tx, row.id).await?;
        let one = all.into_iter().find(|one| one.id == invitation).ok_or(FamilyError::NotFound)?;
        let account = one.account_id.ok_or(FamilyError::Over)?;
        let members = own::members(&mut *tx, row.family_id).await?;
        let Some(member) = members.into_iter().find(|member| member.account_id == account) else { return Ok(()) };
        let kin = Kin::from_name(&member.kin).ok_or(FamilyError::Unreadable)?;
        if !kin.is_ended_by_one(member.mother) {
            return Err(FamilyError::Over);
        }
        if !sql::end_member(&mut *tx, member.id, kin.name(), context.now).await? {
            // The child took over, or they left, in this instant: the page shows what they are now.
            return Err(FamilyError::Stale);
        }
        let family = FamilyId(row.family_id);
        noted(&services, &mut tx, &context, ((family, by), MEMBERSHIP_ENDED, &why)).await?;
        tell_in(&mut tx, &context, (family, None), (Notice::MembershipEnded, member.id, None)).await?;
        queue_left(&mut tx, &context, (family, AccountId(account))).await?;
        let detail = json!({ "invitation": one.id, "kin": kin.name() });
        audit::record(&mut tx, &context, &[entry("family.membership_ended", contract, detail)]).await?;
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
