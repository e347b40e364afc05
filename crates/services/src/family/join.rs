//! Coming into a family: by the number of the contract and the mobile number that was registered with it, signed in by a code to
//! that number within the last minutes. Whatever does not fit, the answer is one; who tries many is told to wait, and an alert
//! stands in the trail.

use super::notices::{tell_in, tell_others_in};
use super::scope::visitor;
use super::{CONTRACT_NUMBERS, FamilyError, place};
use crate::account::contact_index;
use crate::audit::{self, Entry};
use crate::custody::{CustodyError, assign_in};
use crate::db::to_the_end;
use crate::limits::{self, LimitError, Network};
use crate::{Context, Services};
use domain::account::Capability;
use domain::contact::{Contact, PersonName, Phone};
use domain::custody::Pool;
use domain::family::{ContractNumber, ContractState, Kin, Notice, comes_of_age_on};
use domain::field::Faults;
use domain::ids::{AccountId, ContractId, FamilyId, UnitId};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::account::people as accounts;
use store::family::join as sql;
use uuid::Uuid;

/// How long an invitation can be claimed.
pub(super) const INVITED_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Joins the family that whoever asks was invited to.
///
/// # Errors
/// `Denied` (also `StepUpNeeded`: the code is older than ten minutes); `Fields` (`number`, `phone`); `NoInvitation`; `Limited` after
/// too many of those; `Database`.
pub async fn join(
    services: &Services,
    context: &Context,
    network: &Network,
    (number, phone): (&str, &str),
) -> Result<FamilyId, FamilyError> {
    let account = visitor(context, Capability::JoinFamily)?;
    let mut faults = Faults::default();
    let number = faults.take("number", ContractNumber::parse(number));
    let phone = faults.take("phone", Phone::parse(phone));
    let Some((number, phone)) = number.zip(phone) else { return Err(FamilyError::Fields(faults.into_errors())) };
    let bucket = account.to_string();
    limits::has_room(services, &limits::INVITATION_PER_ACCOUNT, &bucket).await?;
    limits::has_room(services, &limits::INVITATION_PER_NETWORK, network.as_str()).await?;
    let found = {
        let (services, context) = (services.clone(), context.clone());
        to_the_end(async move { claim(&services, &context, account, &number, &phone).await }).await
    };
    match found {
        Err(FamilyError::NoInvitation) => {
            let (services, context, network) = (services.clone(), context.clone(), network.clone());
            to_the_end(async move { refused(&services, &context, account, &network).await }).await?;
            Err(FamilyError::NoInvitation)
        }
        done => done,
    }
}

/// The same statements run whether there is such a contract, such a number, both or neither.
async fn claim(
    services: &Services,
    context: &Context,
    account: AccountId,
    number: &ContractNumber,
    phone: &Phone,
) -> Result<FamilyId, FamilyError> {
    let number = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
    let typed = contact_index(&services.vault, &Contact::Phone(phone.clone()));
    let mut tx = services.begin().await?;
    let own = accounts::lock(&mut tx, account.0).await?.ok_or(FamilyError::NotFound)?;
    let found = sql::open(&mut *tx, (&number, &typed), context.now).await?;
    // The number has to be the account's own, which a code proved.
    let invitation = found.filter(|_| own.phone_index.as_deref() == Some(typed.as_slice()));
    let invitation = invitation.ok_or(FamilyError::NoInvitation)?;
    take(&mut tx, context, account, &invitation).await?;
    tx.commit().await?;
    Ok(FamilyId(invitation.family_id))
}

/// Makes a member of whoever was invited; a child that is of age takes over. From then on no guardian comes in who acts.
async fn take(
    db: &mut PgConnection,
    context: &Context,
    account: AccountId,
    invitation: &sql::InvitationRow,
) -> Result<(), FamilyError> {
    let invited = Kin::from_name(&invitation.kin).ok_or(FamilyError::Unreadable)?;
    let family = FamilyId(invitation.family_id);
    // Before the invitation: a guardian who comes in while the child takes over waits here, and finds what became of it.
    let taken_over = sql::lock_children(&mut *db, family.0).await?;
    let kin = if taken_over { invited.after_hand_over() } else { invited };
    if !sql::claim(&mut *db, invitation.id, account.0, context.now).await? {
        return Err(FamilyError::NoInvitation);
    }
    let member = sql::NewMember {
        id: context.new_id(),
        family: family.0,
        account: account.0,
        kin: kin.name(),
        mother: invitation.mother,
    };
    // Whoever belongs to the family already has nothing to join.
    if !sql::add_member(&mut *db, member, context.now).await? {
        return Err(FamilyError::NoInvitation);
    }
    if let Some(child) = invitation.child_id.filter(|_| kin == Kin::AdultChild) {
        if !sql::took_over(&mut *db, child, context.now).await? {
            return Err(FamilyError::NoInvitation);
        }
        sql::step_back(&mut *db, family.0).await?;
        sql::end_guardians_invitations(&mut *db, family.0, context.now).await?;
        tell_in(db, context, (family, None), (Notice::TakenOver, child, None)).await?;
    } else {
        // Nobody comes in unseen: whoever belongs to the family already is told as what.
        let told = (Notice::of_joined(invitation.mother), invitation.id);
        tell_others_in(db, context, (family, account), told).await?;
    }
    let detail = json!({ "kin": kin.name(), "invitation": invitation.id });
    let entry = Entry { action: "family.joined", subject_kind: "family", subject: Some(family.0), detail };
    Ok(audit::record(db, context, &[entry]).await?)
}

/// Counts a try that was none, and raises an alert with the last one that is let through.
async fn refused(
    services: &Services,
    context: &Context,
    account: AccountId,
    network: &Network,
) -> Result<(), FamilyError> {
    let own = limits::hit(services, &limits::INVITATION_PER_ACCOUNT, &account.to_string()).await;
    let all = limits::hit(services, &limits::INVITATION_PER_NETWORK, network.as_str()).await;
    let spent = |hit: &Result<limits::Remaining, LimitError>| match hit {
        Ok(remaining) => remaining.left == 0,
        Err(error) => matches!(error, LimitError::Limited(_)),
    };
    let mut detail = json!({});
    if spent(&own) || spent(&all) {
        metrics::counter!("family_invitations_alarmed").increment(1);
        tracing::warn!("invitations are being tried");
        detail["alert"] = json!("invitations_tried");
    }
    let mut tx = services.begin().await?;
    let entry = Entry { action: "family.join_refused", subject_kind: "account", subject: Some(account.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    Ok(tx.commit().await?)
}

/// Whoever is invited when a contract is made.
#[derive(Clone, Debug)]
pub struct Founder {
    /// As what.
    pub kin: Kin,
    /// The mother.
    pub mother: bool,
    /// The mobile number that is registered.
    pub phone: Phone,
}

/// A family with its contract, as the contracts' office has it.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The contract's number.
    pub number: ContractNumber,
    /// For whose use.
    pub pool: Pool,
    /// How far the contract is.
    pub state: ContractState,
    /// When it was signed, and the last day of its term.
    pub term: Option<(Date, Date)>,
    /// The unit it keeps.
    pub unit: Option<UnitId>,
    /// The child: its name, when it was born, where it is reached when it is of age.
    pub child: (PersonName, Date, Option<Phone>),
    /// Who is invited.
    pub invited: Vec<Founder>,
    /// What it costs: what for (`preparation`, `storage`), until when, how much in fen, when it came.
    pub prices: Vec<(&'static str, Date, i64, Option<Date>)>,
}

/// Makes a family with its child, its contract and its invitations, in the caller's transaction, and gives it the unit that the
/// contract keeps. For staff (`HandleContracts`) and the house.
///
/// # Errors
/// `Denied`; `Over` where there is a contract of this number, or the unit is another family's; `NotFound` where there is no such unit;
/// `Database`.
pub async fn found_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    new: &Founding,
) -> Result<(FamilyId, ContractId), FamilyError> {
    context.require(Capability::HandleContracts)?;
    let (family, contract): (FamilyId, ContractId) = (context.new_id(), context.new_id());
    let vault = &services.vault;
    sql::add_family(&mut *db, family.0, context.now).await?;
    let child = add_child(services, db, context, family, &new.child).await?;
    let row = sql::NewContract {
        id: contract.0,
        family: family.0,
        unit: new.unit.map(|unit| unit.0),
        child: Some(child),
        number: &vault.seal(place("family_contract", "number_sealed", contract.0), new.number.as_str().as_bytes()),
        number_index: &vault.blind_index(CONTRACT_NUMBERS, new.number.as_str()),
        pool: new.pool.name(),
        state: new.state.name(),
        signed_on: new.term.map(|(from, _)| from),
        ends_on: new.term.map(|(_, until)| until),
    };
    if !sql::add_contract(&mut *db, row, context.now).await? {
        return Err(FamilyError::Over);
    }
    for (at, (kind, due_on, fen, paid_on)) in new.prices.iter().enumerate() {
        let nth = i16::try_from(at + 1).map_err(|_| FamilyError::Unreadable)?;
        sql::add_price(&mut *db, (contract.0, nth), (*kind, *due_on, *fen), *paid_on).await?;
    }
    for founder in &new.invited {
        let invited = Invited { family, contract: contract.0, child: None, kin: founder.kin, mother: founder.mother };
        invite_in(services, db, context, &invited, &founder.phone).await?;
    }
    if let Some(unit) = new.unit {
        assign_in(services, db, context, unit, family).await.map_err(|error| match error {
            CustodyError::Refused(_) => FamilyError::Over,
            error => error.into(),
        })?;
    }
    let detail = json!({ "contract": contract, "invited": new.invited.len() });
    let entry = Entry { action: "family.founded", subject_kind: "family", subject: Some(family.0), detail };
    audit::record(db, context, &[entry]).await?;
    Ok((family, contract))
}

async fn add_child(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    family: FamilyId,
    (name, born, phone): &(PersonName, Date, Option<Phone>),
) -> Result<Uuid, FamilyError> {
    let (id, vault): (Uuid, _) = (context.new_id(), &services.vault);
    let sealed = |column, text: &str| vault.seal(place("family_child", column, id), text.as_bytes());
    let of_age_in = comes_of_age_on(*born).ok_or(FamilyError::Unreadable)?.year();
    let phone = phone
        .as_ref()
        .map(|phone| (sealed("phone_sealed", phone.digits()), contact_index(vault, &Contact::Phone(phone.clone()))));
    let row = sql::NewChild {
        id,
        family: family.0,
        name: &sealed("name_sealed", name.as_str()),
        born: &sealed("born_sealed", &born.to_string()),
        of_age_in,
        phone: phone.as_ref().map(|(sealed, index)| (sealed.as_slice(), index.as_slice())),
    };
    sql::add_child(&mut *db, row).await?;
    Ok(id)
}

/// Whom an invitation is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Invited {
    pub family: FamilyId,
    pub contract: Uuid,
    pub child: Option<Uuid>,
    pub kin: Kin,
    pub mother: bool,
}

/// Writes an invitation of a mobile number; answers its id, or nothing where one can be claimed.
pub(super) async fn invite_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    invited: &Invited,
    phone: &Phone,
) -> Result<Option<Uuid>, FamilyError> {
    let id: Uuid = context.new_id();
    let expires_at = context.now.saturating_add(INVITED_FOR).unwrap_or(Timestamp::MAX);
    let row = sql::NewInvitation {
        id,
        family: invited.family.0,
        contract: invited.contract,
        child: invited.child,
        kin: invited.kin.name(),
        mother: invited.mother,
        phone: &services.vault.seal(place("family_invitation", "phone_sealed", id), phone.digits().as_bytes()),
        phone_index: &contact_index(&services.vault, &Contact::Phone(phone.clone())),
        expires_at,
    };
    Ok(sql::invite(db, row, context.now).await?.then_some(id))
}
