//! Support: an agent opens a family's record by the number of a contract, for a reason that the family reads at once, and for half
//! an hour. What is shown helps with a question: contracts, how far units are, who belongs to the family; no value of a test, no
//! name, no telephone number.

use super::{CONTRACT_NUMBERS, FamilyError, number_end, opened, place};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::limits;
use crate::{Context, Services};
use domain::account::{Capability, Denied, Role};
use domain::custody::{Din, State};
use domain::family::{ContractNumber, ContractState, Kin};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, FamilyId, UnitId};
use domain::typed;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::family::support::{self as sql, OpeningRow};
use store::family::{own, said};
use uuid::Uuid;

/// How long a record stays open.
const LASTS: SignedDuration = SignedDuration::from_mins(30);
/// The shortest reason, in characters: "查看" says nothing.
const SHORTEST: u32 = 6;
/// The longest.
const LONGEST: u32 = 200;

/// Why an agent opens a record, as it is typed.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The form's own: pressed twice it is one.
    pub form: Uuid,
    /// The number of a contract of the family.
    pub number: String,
    /// Why: the family reads it.
    pub reason: String,
    /// The family did not ask for it.
    pub unasked: bool,
}

/// A record that is open to whoever asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenRecord {
    /// Whose.
    pub family: FamilyId,
    /// Why it was opened.
    pub reason: String,
    /// When.
    pub begun_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// A contract, as support sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupportContract {
    /// The last four digits of its number.
    pub number_end: String,
    /// How far it is.
    pub state: ContractState,
    /// The last day of its term.
    pub ends_on: Option<Date>,
    /// The child it is for died: nobody asks how it is.
    pub child_died: bool,
}

/// A unit, as support sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupportUnit {
    /// Which.
    pub id: UnitId,
    /// Its number without the part in the middle.
    pub masked: String,
    /// Where it is on its way.
    pub state: State,
    /// Preparation steps that were done.
    pub steps: u32,
    /// Tests that are final.
    pub tests: u32,
    /// When something last happened to it.
    pub changed_at: Timestamp,
}

/// A family's record, as support sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupportRecord {
    /// Why it is open, and until when.
    pub open: OpenRecord,
    /// Contracts, the newest first.
    pub contracts: Vec<SupportContract>,
    /// Units.
    pub units: Vec<SupportUnit>,
    /// Who belongs to it, and since when.
    pub members: Vec<(Kin, Timestamp)>,
}

fn agent(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::SupportFamilies)?;
    context.actor.account().ok_or(Denied::SignInNeeded)
}

/// Opens the record of the family of a contract. The reason stands in the family's own log before anything is shown. Pressed twice
/// it is one opening.
///
/// # Errors
/// `Denied` without `SupportFamilies`; `Fields` (`number`, also where no contract has it, `reason`); `SentBefore` for a form that
/// opened another record; `Limited`; `Crypto`, `Database`.
pub async fn open_for_support(services: &Services, context: &Context, new: &Opening) -> Result<FamilyId, FamilyError> {
    let account = agent(context)?;
    let number = ContractNumber::parse(&new.number).map_err(|fault| FieldError::new("number", fault));
    let reason = typed::line(&new.reason, LONGEST).and_then(|reason| {
        if reason.chars().count() < SHORTEST as usize { Err(Fault::TooShort { min: SHORTEST }) } else { Ok(reason) }
    });
    let (number, reason) = match (number, reason.map_err(|fault| FieldError::new("reason", fault))) {
        (Ok(number), Ok(reason)) => (number, reason),
        (number, reason) => return Err(FamilyError::Fields(number.err().into_iter().chain(reason.err()).collect())),
    };
    limits::hit(services, &limits::SUPPORT_OPENED, &account.to_string()).await?;
    let index = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
    let (services, context, new) = (services.clone(), context.clone(), new.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let found = sql::family_of(&mut *tx, &index).await?;
        // A form that was sent says nothing of another number, not even whether there is a contract of it.
        if let Some(before) = sql::sent(&mut *tx, new.form).await? {
            return pressed_again(&before, account, found);
        }
        let Some(family) = found else {
            return Err(FamilyError::Fields(vec![FieldError::new("number", Fault::ContractUnknown)]));
        };
        let sealed = services.vault.seal(place("family_support", "reason_sealed", new.form), reason.as_bytes());
        let until = context.now + LASTS;
        let row = sql::NewOpening { id: new.form, family, account: account.0, reason: &sealed, until };
        if !sql::open(&mut *tx, row, context.now).await? {
            // Pressed twice in one instant.
            let before = sql::sent(&mut *tx, new.form).await?.ok_or(FamilyError::Unreadable)?;
            return pressed_again(&before, account, Some(family));
        }
        let id: Uuid = context.new_id();
        let look = said::NewLook {
            id,
            family,
            unit: None,
            actor: account.0,
            role: Role::FamilySupport.name(),
            what: "family",
            reason: &services.vault.seal(place("family_access", "reason_sealed", id), reason.as_bytes()),
            break_glass: new.unasked,
        };
        said::add_look(&mut *tx, look, context.now).await?;
        let mut detail = json!({ "until": until.to_string(), "unasked": new.unasked });
        if new.unasked {
            detail["alert"] = json!("unasked");
        }
        audit::record(&mut tx, &context, &[entry("family.opened_for_support", family, detail)]).await?;
        tx.commit().await?;
        Ok(FamilyId(family))
    })
    .await
}

/// The second press of a form, if it is one: by the same agent, for the same family.
fn pressed_again(before: &sql::SentRow, account: AccountId, found: Option<Uuid>) -> Result<FamilyId, FamilyError> {
    let same = before.account_id == account.0 && found == Some(before.family_id);
    if same { Ok(FamilyId(before.family_id)) } else { Err(FamilyError::SentBefore) }
}

fn entry(action: &'static str, family: Uuid, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "family", subject: Some(family), detail }
}

fn read(services: &Services, row: &OpeningRow) -> Result<OpenRecord, FamilyError> {
    Ok(OpenRecord {
        family: FamilyId(row.family_id),
        reason: opened(services, ("family_support", "reason_sealed", row.id), &row.reason_sealed)?,
        begun_at: row.begun_at.to_jiff(),
        until: row.until.to_jiff(),
    })
}

/// What whoever asks has open, the last first.
///
/// # Errors
/// `Denied` without `SupportFamilies`; `Crypto`, `Unreadable`, `Database`.
pub async fn open_records(services: &Services, context: &Context) -> Result<Vec<OpenRecord>, FamilyError> {
    let account = agent(context)?;
    let rows = sql::opened(&services.db, account.0, None, context.now).await?;
    rows.iter().map(|row| read(services, row)).collect()
}

/// A record that whoever asks has open; written into the trail as a reading.
///
/// # Errors
/// `Denied` without `SupportFamilies`; `NotFound` for one that is not open to them, or not any more, whether there is such a family or
/// not; `Crypto`, `Unreadable`, `Database`.
pub async fn support_record(
    services: &Services,
    context: &Context,
    family: FamilyId,
) -> Result<SupportRecord, FamilyError> {
    let account = agent(context)?;
    let mut tx = services.begin().await?;
    let opening = sql::opened(&mut *tx, account.0, Some(family.0), context.now).await?.into_iter().next();
    let open = read(services, &opening.ok_or(FamilyError::NotFound)?)?;
    let contract = |row: own::ContractRow| {
        Ok::<_, FamilyError>(SupportContract {
            number_end: number_end(services, row.id, &row.number_sealed)?,
            state: ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?,
            ends_on: row.ends_on.map(|day| day.to_jiff()),
            child_died: row.child_died,
        })
    };
    let contracts = own::contracts(&mut *tx, family.0).await?.into_iter().map(contract).collect::<Result<_, _>>()?;
    let unit = |row: sql::UnitRow| {
        let din = Din::parse(&row.din).map_err(|_| FamilyError::Unreadable)?;
        Ok::<_, FamilyError>(SupportUnit {
            id: UnitId(row.id),
            masked: crate::custody::search::masked(&din),
            state: State::from_name(&row.state).ok_or(FamilyError::Unreadable)?,
            steps: row.steps_done.count_ones(),
            tests: row.tests_final.count_ones(),
            changed_at: row.changed_at.to_jiff(),
        })
    };
    let units = sql::units(&mut *tx, family.0).await?.into_iter().map(unit).collect::<Result<_, _>>()?;
    let member = |row: own::MemberRow| {
        Ok::<_, FamilyError>((Kin::from_name(&row.kin).ok_or(FamilyError::Unreadable)?, row.since.to_jiff()))
    };
    let members = own::members(&mut *tx, family.0).await?.into_iter().map(member).collect::<Result<_, _>>()?;
    audit::record(&mut tx, context, &[entry("family.read_for_support", family.0, json!({}))]).await?;
    tx.commit().await?;
    Ok(SupportRecord { open, contracts, units, members })
}

/// The numbers of the contracts of a unit's family, the newest first. The caller has asked the policy and written the look down.
///
/// # Errors
/// `Crypto`, `Unreadable`, `Database`.
pub(crate) async fn contract_numbers(
    services: &Services,
    db: &mut PgConnection,
    unit: UnitId,
) -> Result<Vec<String>, FamilyError> {
    let Some(family) = said::family_of_unit(&mut *db, unit.0).await? else { return Ok(Vec::new()) };
    let number =
        |row: own::ContractRow| opened(services, ("family_contract", "number_sealed", row.id), &row.number_sealed);
    own::contracts(db, family).await?.into_iter().map(number).collect()
}

/// Closes what whoever asks has open of a family, before its time.
///
/// # Errors
/// `Denied` without `SupportFamilies`; `Database`.
pub async fn close_for_support(services: &Services, context: &Context, family: FamilyId) -> Result<(), FamilyError> {
    let account = agent(context)?;
    let mut tx = services.begin().await?;
    if sql::close(&mut *tx, account.0, family.0, context.now).await? {
        audit::record(&mut tx, context, &[entry("family.closed_for_support", family.0, json!({}))]).await?;
    }
    tx.commit().await?;
    Ok(())
}
