//! One contract with everything the office has of it, masked; and the mobile numbers of its guardians, for a reason.

use super::begin::{self, Proposed};
use super::death::{self, Death};
use super::transfer::{self, Going};
use super::{child, entry, number_end, officer, opened, reason};
use crate::audit;
use crate::custody::search::masked;
use crate::db::to_the_end;
use crate::family::{CONTRACT_WORK, FamilyError, Price, place};
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::account::{Capability, Denied, Role};
use domain::contact::Phone;
use domain::custody::{Din, Pool, State};
use domain::family::{ContractEvent, ContractState, Kin};
use domain::field::FieldError;
use domain::ids::{AccountId, ContractId, UnitId};
use domain::ledger::Fen;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::family::begins::{self, BeginRow};
use store::family::{office as sql, own, payments, said, transfers};
use uuid::Uuid;

/// Who reads a contract again within this time is still at the same work: the family's log has it once.
const SAME_WORK: SignedDuration = SignedDuration::from_mins(30);

/// A unit that is kept under a contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Which.
    pub id: UnitId,
    /// Its number without the part in the middle.
    pub masked: String,
    /// Where it is on its way.
    pub state: State,
    /// It is another family's now.
    pub went: bool,
}

/// A payment that came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    /// Which.
    pub id: Uuid,
    /// Its number at the bank.
    pub reference: String,
    /// How much.
    pub amount: Fen,
    /// When.
    pub paid_on: Date,
    /// Which prices it paid.
    pub nths: Vec<i16>,
    /// Whoever reads noted it.
    pub own: bool,
    /// It was taken back, and pays nothing.
    pub back: Option<TakenBack>,
}

/// That a payment was taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TakenBack {
    /// When.
    pub at: Timestamp,
    /// The name of who did; empty where it is kept no more.
    pub by: String,
    /// Why.
    pub why: String,
}

/// Something that happened to a contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happened {
    /// What.
    pub event: ContractEvent,
    /// How far it was then.
    pub to: ContractState,
    /// Somebody of the office did it; otherwise its day came.
    pub by_staff: bool,
    /// When.
    pub at: Timestamp,
    /// Why, where one says so.
    pub reason: Option<String>,
}

/// What became of an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It can be claimed.
    Open,
    /// Somebody came in by it.
    Used,
    /// The office blocked it.
    Blocked,
    /// Its time is over.
    Lapsed,
}

/// An invitation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    /// Which.
    pub id: Uuid,
    /// As what.
    pub kin: Kin,
    /// The mother.
    pub mother: bool,
    /// The mobile number, masked.
    pub phone: String,
    /// What became of it.
    pub standing: Standing,
    /// Until when it can be claimed.
    pub expires_at: Timestamp,
    /// When it was.
    pub claimed_at: Option<Timestamp>,
    /// When it was sent last.
    pub sent_at: Option<Timestamp>,
    /// Whoever came in by it belongs to the family, and the office can end that.
    pub ends: bool,
}

/// A contract, as the office sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contract {
    /// Which.
    pub id: ContractId,
    /// The last four digits of its number.
    pub number_end: String,
    /// The child it is for, masked.
    pub child: Option<String>,
    /// The child is of age and took over.
    pub took_over: bool,
    /// The child died, as one of the office noted.
    pub death: Option<Death>,
    /// For whose use.
    pub pool: Pool,
    /// How far it is.
    pub state: ContractState,
    /// Of its last change: an act names it.
    pub version: u32,
    /// When it was signed.
    pub signed_on: Option<Date>,
    /// The last day of its term.
    pub ends_on: Option<Date>,
    /// When it was written.
    pub made_at: Timestamp,
    /// The unit it keeps, or kept.
    pub unit: Option<Kept>,
    /// The unit that one of the office proposed, until another confirms it.
    pub proposed: Option<Proposed>,
    /// That it goes to another, as one of the office proposed, until another confirms it.
    pub going: Option<Going>,
    /// The contract its unit went to.
    pub went_to: Option<ContractId>,
    /// The contract its unit came from.
    pub came_from: Option<ContractId>,
    /// What was agreed, in order of the days.
    pub prices: Vec<Price>,
    /// What came of it by a number of the bank, the last first.
    pub payments: Vec<Payment>,
    /// What happened to it, the last first.
    pub history: Vec<Happened>,
    /// Invitations, the first first.
    pub invitations: Vec<Invitation>,
    /// Who belongs to the family, and which of them is the mother.
    pub members: Vec<(Kin, bool)>,
}

/// A mobile number that is registered, in full.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guardian {
    /// As what it was registered.
    pub kin: Kin,
    /// The mother.
    pub mother: bool,
    /// The number.
    pub phone: Phone,
}

/// One contract; written into the trail as a reading, and into the family's own log of who looked before anything is shown.
///
/// # Errors
/// `Denied`, `NotFound`, `Crypto`, `Unreadable`, `Database`.
pub async fn contract(services: &Services, context: &Context, id: ContractId) -> Result<Contract, FamilyError> {
    let reader = officer(context)?;
    let mut tx = services.begin().await?;
    let row = sql::contract(&mut *tx, id.0).await?.ok_or(FamilyError::NotFound)?;
    let prices = own::prices(&mut *tx, &[id.0]).await?;
    let came = payments::of_contract(&mut *tx, id.0).await?;
    let events = sql::events(&mut *tx, id.0).await?;
    let invitations = sql::invitations(&mut *tx, id.0).await?;
    let members = own::members(&mut *tx, row.family_id).await?;
    let beside = transfers::beside(&mut *tx, id.0).await?;
    let begin = waiting(&mut tx, context, &row).await?;
    let collected = match &begin {
        Some(begin) => begin::collected(services, &mut tx, context, UnitId(begin.unit_id)).await?,
        None => None,
    };
    let going = transfer::waiting(services, &mut tx, context, &row).await?;
    look(services, &mut tx, context, (row.family_id, reader)).await?;
    audit::record(&mut tx, context, &[entry("family.contract_read", id, json!({}))]).await?;
    tx.commit().await?;
    let takers = came.iter().filter_map(|row| row.taken_back_by);
    let proposers = begin.iter().map(|begin| begin.proposed_by).chain(going.iter().map(transfer::Waits::by));
    let people: Vec<Uuid> = takers.chain(proposers).chain(row.death_noted_by).collect();
    let names = Names::of(services, people).await.map_err(|error| {
        tracing::error!(%error, "the names of colleagues cannot be read");
        FamilyError::Unreadable
    })?;
    let member = |row: own::MemberRow| {
        Ok::<_, FamilyError>((Kin::from_name(&row.kin).ok_or(FamilyError::Unreadable)?, row.mother))
    };
    Ok(Contract {
        id,
        number_end: number_end(services, row.id, &row.number_sealed)?,
        child: child(services, row.child_id.zip(row.child_name.as_deref()))?,
        took_over: row.took_over,
        death: death::read(services, &row, &names)?,
        pool: Pool::from_name(&row.pool).ok_or(FamilyError::Unreadable)?,
        state: ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?,
        version: u32::try_from(row.version).map_err(|_| FamilyError::Unreadable)?,
        signed_on: row.signed_on.map(|day| day.to_jiff()),
        ends_on: row.ends_on.map(|day| day.to_jiff()),
        made_at: row.made_at.to_jiff(),
        unit: kept(&row)?,
        proposed: begin.map(|begin| begin::proposed(services, &begin, collected, (reader, &names))).transpose()?,
        going: going.map(|going| transfer::going(services, going, (reader, &names))).transpose()?,
        went_to: beside.went_to.map(ContractId),
        came_from: beside.came_from.map(ContractId),
        prices: prices.iter().map(Price::of).collect(),
        payments: came.into_iter().map(|row| payment(services, row, (reader, &names))).collect::<Result<_, _>>()?,
        history: events.into_iter().map(|row| happened(services, row)).collect::<Result<_, _>>()?,
        // One of a child that died cannot be claimed, and is there again where that was noted wrongly.
        invitations: invitations
            .into_iter()
            .filter(|one| row.death_noted_at.is_none() || one.child_id.is_none() || one.claimed_at.is_some())
            .map(|row| invitation(services, row, (members.as_slice(), context.now)))
            .collect::<Result<_, _>>()?,
        members: members.into_iter().map(member).collect::<Result<_, _>>()?,
    })
}

/// The unit that is proposed for a contract which can still begin.
async fn waiting(
    db: &mut PgConnection,
    context: &Context,
    row: &sql::ContractRow,
) -> Result<Option<BeginRow>, FamilyError> {
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if state.after(ContractEvent::Begin).is_none() {
        return Ok(None);
    }
    Ok(begins::open(db, row.id, context.now).await?)
}

/// Writes into a family's own log that the office read its contract.
pub(super) async fn look(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    (family, account): (Uuid, AccountId),
) -> Result<(), FamilyError> {
    if said::looked(&mut *db, (family, account.0), CONTRACT_WORK, context.now - SAME_WORK).await? {
        return Ok(());
    }
    let id: Uuid = context.new_id();
    let new = said::NewLook {
        id,
        family,
        unit: None,
        actor: account.0,
        role: Role::FamilySupport.name(),
        what: CONTRACT_WORK,
        reason: &services.vault.seal(place("family_access", "reason_sealed", id), CONTRACT_WORK.as_bytes()),
        break_glass: false,
    };
    Ok(said::add_look(db, new, context.now).await?)
}

fn kept(row: &sql::ContractRow) -> Result<Option<Kept>, FamilyError> {
    // A unit's row stays as long as its contract's.
    let (Some(id), Some(din), Some(state)) = (row.unit_id, &row.din, &row.unit_state) else { return Ok(None) };
    let din = Din::parse(din).map_err(|_| FamilyError::Unreadable)?;
    let state = State::from_name(state).ok_or(FamilyError::Unreadable)?;
    Ok(Some(Kept { id: UnitId(id), masked: masked(&din), state, went: row.unit_went }))
}

fn payment(
    services: &Services,
    row: payments::PaymentRow,
    (reader, names): (AccountId, &Names),
) -> Result<Payment, FamilyError> {
    let reason = ("family_contract_payment", "taken_back_reason_sealed", row.id);
    let back = match (row.taken_back_at, row.taken_back_by, &row.taken_back_reason_sealed) {
        (Some(at), Some(by), Some(sealed)) => {
            let why = opened(services, reason, sealed)?;
            Some(TakenBack { at: at.to_jiff(), by: names.person(by).name, why })
        }
        _ => None,
    };
    Ok(Payment {
        id: row.id,
        reference: opened(services, ("family_contract_payment", "reference_sealed", row.id), &row.reference_sealed)?,
        amount: Fen::new(row.fen),
        paid_on: row.paid_on.to_jiff(),
        nths: row.nths,
        own: row.actor_id == Some(reader.0),
        back,
    })
}

fn happened(services: &Services, row: sql::EventRow) -> Result<Happened, FamilyError> {
    let reason = row.reason_id.zip(row.reason_sealed.as_deref());
    let reason = reason.map(|(id, sealed)| opened(services, ("family_contract_reason", "reason_sealed", id), sealed));
    Ok(Happened {
        event: ContractEvent::from_name(&row.event).ok_or(FamilyError::Unreadable)?,
        to: ContractState::from_name(&row.to_state).ok_or(FamilyError::Unreadable)?,
        by_staff: row.by_staff,
        at: row.at.to_jiff(),
        reason: reason.transpose()?,
    })
}

/// The mobile number of an invitation.
pub(super) fn phone_of(services: &Services, row: &sql::InvitationRow) -> Result<Phone, FamilyError> {
    let digits = opened(services, ("family_invitation", "phone_sealed", row.id), &row.phone_sealed)?;
    Phone::parse(&digits).map_err(|_| FamilyError::Unreadable)
}

/// What became of an invitation.
pub(super) fn standing_of(row: &sql::InvitationRow, now: Timestamp) -> Standing {
    if row.claimed_at.is_some() {
        Standing::Used
    } else if row.expires_at.to_jiff() > now {
        Standing::Open
    } else if row.blocked_at.is_some() {
        Standing::Blocked
    } else {
        Standing::Lapsed
    }
}

fn invitation(
    services: &Services,
    row: sql::InvitationRow,
    (members, now): (&[own::MemberRow], Timestamp),
) -> Result<Invitation, FamilyError> {
    let came = members.iter().find(|member| row.account_id == Some(member.account_id));
    let ends =
        came.is_some_and(|member| Kin::from_name(&member.kin).is_some_and(|kin| kin.is_ended_by_one(member.mother)));
    Ok(Invitation {
        id: row.id,
        kin: Kin::from_name(&row.kin).ok_or(FamilyError::Unreadable)?,
        mother: row.mother,
        phone: phone_of(services, &row)?.masked(),
        standing: standing_of(&row, now),
        expires_at: row.expires_at.to_jiff(),
        claimed_at: row.claimed_at.map(|at| at.to_jiff()),
        sent_at: row.sent_at.map(|at| at.to_jiff()),
        ends,
    })
}

/// The mobile numbers that are registered with a contract, in full. The reason stands in the family's own log before anything is shown.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `Fields` (`reason`); `Crypto`, `Unreadable`, `Database`.
pub async fn reveal(
    services: &Services,
    context: &Context,
    id: ContractId,
    why: &str,
) -> Result<Vec<Guardian>, FamilyError> {
    context.require(Capability::RevealGuardians)?;
    let account = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let why = reason(why).map_err(|fault| FamilyError::Fields(vec![FieldError::new("reason", fault)]))?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::contract(&mut *tx, id.0).await?.ok_or(FamilyError::NotFound)?;
        let look: Uuid = context.new_id();
        let new = said::NewLook {
            id: look,
            family: row.family_id,
            unit: None,
            actor: account.0,
            role: Role::FamilySupport.name(),
            what: "contract",
            reason: &services.vault.seal(place("family_access", "reason_sealed", look), why.as_bytes()),
            break_glass: false,
        };
        said::add_look(&mut *tx, new, context.now).await?;
        let invitations = sql::invitations(&mut *tx, id.0).await?;
        audit::record(&mut tx, &context, &[entry("family.guardians_revealed", id, json!({}))]).await?;
        tx.commit().await?;
        let guardian = |row: sql::InvitationRow| {
            let kin = Kin::from_name(&row.kin).ok_or(FamilyError::Unreadable)?;
            Ok::<_, FamilyError>(Guardian { kin, mother: row.mother, phone: phone_of(&services, &row)? })
        };
        invitations.into_iter().map(guardian).collect()
    })
    .await
}
