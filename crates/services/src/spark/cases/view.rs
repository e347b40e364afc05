//! A case as staff read it: where it stands, what happened, whose it is (masked), what was asked, who judges it, and what can be
//! done now. Whatever says whose it is is shown by [`super::access`] only, and each reading is written into the trail.

use super::access::{self, Access};
use super::clarify::{self, Clarified};
use super::{CaseError, Happened, history, keys, mask, place_of};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place};
use crate::ledger::views::{Names, Person};
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::account::{Actor, Capability, Role};
use domain::booking::Reference;
use domain::bus::City;
use domain::ids::{AccountId, CaseId};
use domain::ledger::{Amount, Fen};
use domain::spark::application::Form;
use domain::spark::review::clock;
use domain::spark::{DiseaseGroup, Event, Part, State, ways};
use domain::time::local_day;
use domain::workdays;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::spark::access as who;
use store::spark::cases::{self as sql, CaseRow, EventRow};
use store::spark::review::people as absences;
use store::spark::reviewers;
use uuid::Uuid;

/// Somebody who takes part for the family.
#[derive(Clone, PartialEq, Eq)]
pub struct PartyView {
    /// In which part.
    pub part: Part,
    /// What is known of them: the form's field, and the answer, masked or whole.
    pub particulars: Vec<(String, String)>,
    /// They have an account to sign in with.
    pub signs_in: bool,
}

impl std::fmt::Debug for PartyView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartyView({})", self.part.name())
    }
}

/// A change as staff read it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepView {
    /// What happened.
    pub happened: Happened,
    /// By whom of the house; nobody where the house itself or the family did it.
    pub by: Option<Person>,
    /// Why; nothing for whoever does not read the case.
    pub reason: Option<String>,
}

/// A medical reviewer, and how many cases one has before one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReviewerView {
    /// Who.
    pub person: Person,
    /// Cases.
    pub load: u32,
    /// Since when one is asked about this case.
    pub asked_at: Option<Timestamp>,
    /// Is away today, or takes no cases at present.
    pub away: bool,
}

/// Something that can happen to the case where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Can {
    /// What.
    pub event: Event,
    /// By whom.
    pub by: &'static [Part],
    /// In which part whoever looks may do it now; nothing where it is not theirs.
    pub own: Option<Part>,
}

/// A case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseView {
    /// Which.
    pub id: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Where it is.
    pub state: State,
    /// Where it was when it was held.
    pub held_in: Option<State>,
    /// At which version.
    pub version: i32,
    /// Which group.
    pub group: DiseaseGroup,
    /// Where the family lives.
    pub city: City,
    /// The patient's age in years when it was sent.
    pub age: u8,
    /// How much is asked for.
    pub asked: Amount,
    /// The word of what was decided, and the sum, where one was granted.
    pub decision: Option<(String, Option<Fen>)>,
    /// Who looks after it.
    pub officer: Option<Person>,
    /// It is whoever looks.
    pub own: bool,
    /// When it was sent.
    pub opened_at: Timestamp,
    /// Since when it is where it is.
    pub changed_at: Timestamp,
    /// Business days it is there.
    pub days: u32,
    /// Business days of the house since it was sent.
    pub house_days: u32,
    /// By what it is read.
    pub access: Access,
    /// Its key was destroyed.
    pub forgotten: bool,
    /// Who takes part, masked; nobody for whoever does not read it.
    pub parties: Vec<PartyView>,
    /// What happened, in order.
    pub steps: Vec<StepView>,
    /// What was asked of the family; nothing for whoever does not read it.
    pub clarifications: Vec<Clarified>,
    /// Who judges it as a physician, and who could; nobody for whoever does not handle cases.
    pub reviewers: Vec<ReviewerView>,
    /// Officers that could be let read it; nobody for whoever may not let them.
    pub officers: Vec<Person>,
    /// What can happen now.
    pub can: Vec<Can>,
}

/// A case, for whoever may see cases. What says whose it is stands in it for whoever reads it ([`Access`]), and is written down.
///
/// # Errors
/// `Denied`, `NotFound`, `Crypto`, `Unreadable`, `Database`.
pub async fn view(services: &Services, context: &Context, case: CaseId) -> Result<CaseView, CaseError> {
    let mut tx = services.begin().await?;
    let access = access::access(&mut tx, context, case).await?;
    let row = sql::one(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    let key = match keys::key(services, &mut tx, case).await {
        Ok(key) => Some(key),
        Err(CaseError::Forgotten) => None,
        Err(error) => return Err(error),
    };
    let today = local_day(context.now);
    let shown = key.as_ref().filter(|_| access.reads());
    let parties = parties(&mut tx, case, shown, true).await?;
    let events = sql::events(&mut *tx, case.0, 0).await?;
    let clarifications = match shown {
        Some(key) => clarify::of_case(&mut tx, case, Some(key), today).await?,
        None => Vec::new(),
    };
    let pauses = clarify::pauses(&mut *tx, &[case.0], today).await?;
    let own = pauses.get(&case.0).map(Vec::as_slice).unwrap_or_default();
    let house_days = clock::age(local_day(row.opened_at.to_jiff()), today, own);
    let judges = reviewers(&mut tx, context, case).await?;
    let ids: Vec<Uuid> = judges.iter().map(|(id, ..)| *id).collect();
    let absent = absences::away(&mut *tx, &ids, today).await?;
    let officers = match context.require(Capability::OverseeCases) {
        Ok(()) => who::staff_in(&mut *tx, Role::CaseOfficer.name()).await?,
        Err(_) => Vec::new(),
    };
    if shown.is_some() {
        access::noted(&mut tx, context, case, (access, "case")).await?;
    }
    tx.commit().await?;

    let hands = row.officer_id.into_iter().chain(officers.iter().copied());
    let of_house = |event: &EventRow| Part::from_name(&event.part).is_some_and(|part| !part.is_family());
    let hands = hands.chain(events.iter().filter(|event| of_house(event)).filter_map(|event| event.actor_id));
    let names = Names::of(services, hands.chain(judges.iter().map(|(id, ..)| *id))).await?;
    let judge = |(id, load, asked_at): Judges| {
        let away = absent.contains(&id);
        ReviewerView { person: names.person(id), load, asked_at, away }
    };
    Ok(CaseView {
        reviewers: judges.into_iter().map(judge).collect(),
        steps: steps(&events, shown, &names)?,
        officer: row.officer_id.map(|id| names.person(id)),
        officers: officers.into_iter().map(|id| names.person(id)).collect(),
        parties,
        clarifications,
        house_days,
        access,
        forgotten: key.is_none(),
        ..facts(context, &row)?
    })
}

/// What stands in the case's own row.
fn facts(context: &Context, row: &CaseRow) -> Result<CaseView, CaseError> {
    let at = place_of(row)?;
    let account = context.actor.account().map(|account| account.0);
    let own = account.is_some() && row.officer_id == account;
    let roles: &[Role] = match &context.actor {
        Actor::Staff { roles, .. } => roles,
        _ => &[],
    };
    let parts: Vec<Part> = roles.iter().filter_map(|role| Part::of_role(*role)).collect();
    let theirs = |part: Part| parts.contains(&part) && (part != Part::CaseOfficer || own || row.officer_id.is_none());
    let from_here = ways().iter().filter(|way| way.from == at.state());
    let can = from_here.map(|way| Can {
        event: way.event,
        by: way.by,
        own: way.by.iter().copied().find(|part| theirs(*part)),
    });
    let changed_at = row.changed_at.to_jiff();
    Ok(CaseView {
        id: CaseId(row.id),
        reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
        state: at.state(),
        held_in: at.held_in(),
        version: row.version,
        group: DiseaseGroup::from_name(&row.disease_group).ok_or(CaseError::Unreadable)?,
        city: City::from_code(&row.city).ok_or(CaseError::Unreadable)?,
        age: u8::try_from(row.age).map_err(|_| CaseError::Unreadable)?,
        asked: Amount::new(row.asked).map_err(|_| CaseError::Unreadable)?,
        decision: row.decision.clone().map(|word| (word, row.decided_fen.map(Fen::new))),
        officer: None,
        own,
        opened_at: row.opened_at.to_jiff(),
        changed_at,
        days: workdays::between(local_day(changed_at), local_day(context.now)),
        house_days: 0,
        access: Access::None { minor: true },
        forgotten: false,
        parties: Vec::new(),
        steps: Vec::new(),
        clarifications: Vec::new(),
        reviewers: Vec::new(),
        officers: Vec::new(),
        can: can.collect(),
    })
}

fn steps(events: &[EventRow], key: Option<&CaseKey>, names: &Names) -> Result<Vec<StepView>, CaseError> {
    let all = history::happened(events)?.into_iter().zip(events);
    all.map(|(happened, row)| {
        let reason = match key {
            Some(key) => history::reason(key, row)?,
            None => None,
        };
        let by = row.actor_id.filter(|_| !happened.part.is_family()).map(|id| names.person(id));
        Ok(StepView { happened, by, reason })
    })
    .collect()
}

/// Who takes part, as it was handed over when the case was opened.
async fn parties(
    db: &mut PgConnection,
    case: CaseId,
    key: Option<&CaseKey>,
    hide: bool,
) -> Result<Vec<PartyView>, CaseError> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let form = Form::current();
    let mut all = Vec::new();
    for row in sql::parties(db, case.0).await? {
        let place = Place { table: "spark_case_party", column: "particulars_sealed", row: row.id };
        let plain = key.open(place, &row.particulars_sealed)?;
        let known: BTreeMap<String, String> = serde_json::from_slice(&plain).map_err(|_| CaseError::Unreadable)?;
        // In the order of the form; what it does not know comes last.
        let order = |field: &str| {
            let fields = form.pages.iter().flat_map(|page| page.fields);
            fields.enumerate().find(|(_, known)| known.key == field).map_or(usize::MAX, |(at, _)| at)
        };
        let mut known: Vec<(String, String)> = known.into_iter().collect();
        known.sort_by_key(|(field, _)| order(field));
        let shown = |(field, answer): (String, String)| {
            let answer = if hide { mask::masked(form, &field, &answer) } else { answer };
            (field, answer)
        };
        all.push(PartyView {
            part: Part::from_name(&row.part).ok_or(CaseError::Unreadable)?,
            particulars: known.into_iter().map(shown).collect(),
            signs_in: row.account_id.is_some(),
        });
    }
    all.sort_by_key(|party| party.part);
    Ok(all)
}

/// A reviewer, the cases one has, and since when one is asked about this one.
type Judges = (Uuid, u32, Option<Timestamp>);

/// Every reviewer with a load, those who are asked about the case first.
async fn reviewers(db: &mut PgConnection, context: &Context, case: CaseId) -> Result<Vec<Judges>, CaseError> {
    if context.require(Capability::HandleCases).is_err() {
        return Ok(Vec::new());
    }
    let asked = who::asked_now(&mut *db, case.0).await?;
    let mut ids: Vec<Uuid> = asked.iter().map(|(id, _)| *id).collect();
    let others = who::staff_in(&mut *db, Role::MedicalReviewer.name()).await?;
    ids.extend(others.into_iter().filter(|id| !asked.iter().any(|(known, _)| known == id)));
    let loads = reviewers::loads(db, &ids).await?;
    let load = |id: Uuid| loads.iter().find(|(of, _)| *of == id).map_or(0, |(_, cases)| *cases);
    let since = |id: Uuid| asked.iter().find(|(of, _)| *of == id).map(|(_, at)| at.to_jiff());
    Ok(ids.into_iter().map(|id| (id, u32::try_from(load(id)).unwrap_or(u32::MAX), since(id))).collect())
}

/// Who takes part, whole, for whoever reads the case, has just shown the second factor, and says why; once more written down, with
/// the reason sealed.
///
/// # Errors
/// `Denied`, also with a second factor that is stale; `NotFound`; `Fields` (`show_reason`) without a reason; `Unread`, `Forgotten`, `Database`.
pub async fn particulars(
    services: &Services,
    context: &Context,
    case: CaseId,
    reason: &str,
) -> Result<Vec<PartyView>, CaseError> {
    context.require(Capability::RevealParties)?;
    let reason = access::reason_of(reason, "show_reason")?;
    let mut tx = services.begin().await?;
    let access = access::reads(&mut tx, context, case).await?;
    let key = keys::key(services, &mut tx, case).await?;
    let all = parties(&mut tx, case, Some(&key), false).await?;
    let id: Uuid = context.new_id();
    let sealed = access::sealed(services, &mut tx, (case, id, "shown"), &reason).await?;
    let mut detail = json!({
        "by": access.name(), "reason_id": id, "reason_sealed": BASE64_URL_SAFE_NO_PAD.encode(sealed),
    });
    if access != Access::Assigned {
        detail["alert"] = json!("not_assigned");
    }
    let entry =
        Entry { action: "spark.case_particulars_shown", subject_kind: "spark_case", subject: Some(case.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(all)
}

/// The names of these people of the house, as a list of cases shows who looks after each.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn people(
    services: &Services,
    context: &Context,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, Person>, CaseError> {
    context.require(Capability::SeeCases)?;
    let ids: Vec<Uuid> = accounts.into_iter().map(|account| account.0).collect();
    let names = Names::of(services, ids.iter().copied()).await?;
    Ok(ids.into_iter().map(|id| (AccountId(id), names.person(id))).collect())
}
