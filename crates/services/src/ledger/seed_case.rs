//! The cases of the demo's awards: invented families, whose cases go their way as every case does.

use super::seed::{faulty, hire};
use super::seed_committee::{Committee, committee, marks};
use super::{LedgerError, Part};
use crate::account::{contact_index, place};
use crate::spark::cases::{Act, CaseError, Decided, Moved, NewCase, NewParty, Opened, Question, act, ask, open_in};
use crate::spark::review::{NewMeeting, ReviewError, Sitting, hold_meeting, plan, review_case, set_agenda};
use crate::{Context, Services};
use domain::account::{Actor, Role};
use domain::bus::City;
use domain::contact::Contact;
use domain::ids::{AccountId, AwardId, CaseId, EnvelopeId, LoginSessionId, MeetingId};
use domain::ledger::{Amount, DiseaseGroup, Fen};
use domain::spark::application::{Purpose, Section};
use domain::spark::review::committee::Roll;
use domain::spark::review::vote::Vote;
use domain::spark::{Event, Part as Acting};
use domain::time::local_day;
use jiff::ToSpan as _;
use store::ToSqlx as _;
use store::account::people::{ContactColumn, ProvenVisitor, find_or_make};
use store::spark::consents::ConsentRow;
use store::spark::{apply, consents};
use uuid::Uuid;

/// Who looks after the demo's cases, who decides, and the family that signs in for all of them.
pub(super) struct People {
    pub officer: Actor,
    pub chair: Actor,
    pub committee: Committee,
    pub family: AccountId,
}

/// What the committee grants.
pub(super) struct Granted {
    pub award: AwardId,
    pub envelope: EnvelopeId,
    pub group: DiseaseGroup,
    pub city: City,
    pub parts: Vec<Part>,
    /// Whether the agreement is signed, so that it may be paid.
    pub signed: bool,
}

/// The demo's people. None where a login is taken from an earlier run.
pub(super) async fn people(services: &Services, context: &Context) -> Result<Option<People>, LedgerError> {
    let officer = hire(services, context, "demo-case-officer", "演示·经办员", Role::CaseOfficer).await?;
    let chair = hire(services, context, "demo-chair", "演示·主任委员", Role::Chair).await?;
    let (Some(officer), Some(chair)) = (officer, chair) else { return Ok(None) };
    let Some(committee) = committee(services, context, &chair).await? else { return Ok(None) };
    let mail = Contact::parse("demo-family@example.com").map_err(faulty)?;
    let id: Uuid = context.new_id();
    let family = ProvenVisitor {
        id,
        column: ContactColumn::Mail,
        sealed: &services.vault.seal(place("mail_sealed", id), mail.expose().as_bytes()),
        index: &contact_index(&services.vault, &mail),
        locale: context.locale.tag(),
        now: context.now,
    };
    let family = AccountId(find_or_make(&services.db, family).await?.id);
    Ok(Some(People { officer, chair, committee, family }))
}

/// A case from the application to the decision, and to the first payment where the agreement is signed.
pub(super) async fn granted(
    services: &Services,
    people: &People,
    day: &Context,
    granted: Granted,
) -> Result<(), LedgerError> {
    walk(services, people, day, granted).await.map(|_| ()).map_err(told)
}

pub(super) fn told(error: CaseError) -> LedgerError {
    match error {
        CaseError::Money(error) => error,
        CaseError::Database(error) => error.into(),
        error => {
            tracing::error!(%error, "a case of the demo goes no further");
            LedgerError::Unreadable
        }
    }
}

/// Two that wait: one that has just come, and one whose family is asked for something.
pub(super) async fn waiting(services: &Services, people: &People, day: &Context) -> Result<(), LedgerError> {
    wait(services, people, day).await.map_err(told)
}

async fn wait(services: &Services, people: &People, day: &Context) -> Result<(), CaseError> {
    let (family, officer) = (people.family(day), as_of(day, &people.officer));
    let asked = Amount::new(1_200_000).map_err(|_| CaseError::Unreadable)?;
    opened(services, people, &family, (DiseaseGroup::Rare, City::ALL[0], asked)).await?;
    let Opened { id, version, .. } =
        opened(services, people, &family, (DiseaseGroup::Refractory, City::ALL[0], asked)).await?;
    let take = Act { case: id, version, part: Acting::CaseOfficer, event: Event::TakeUp, reason: None, award: None };
    let Moved { version, .. } = act(services, &officer, &take).await?;
    let text = "演示：请说明最近一次治疗的时间，并更正家庭收入。".to_owned();
    let sections = vec![Section::Illness, Section::Means];
    ask(services, &officer, &Question { case: id, version, sections, days: 10, text }).await?;
    Ok(())
}

/// Somebody, on a day.
pub(super) fn as_of(day: &Context, actor: &Actor) -> Context {
    let actor = match actor.clone() {
        Actor::Staff { account, login, roles, .. } => {
            Actor::Staff { account, login, roles, stepped_up_at: Some(day.now) }
        }
        other => other,
    };
    Context { actor, ..day.clone() }
}

impl People {
    /// The family, on a day.
    fn family(&self, day: &Context) -> Context {
        let family =
            Actor::Visitor { account: self.family, login: LoginSessionId(Uuid::nil()), stepped_up_at: Some(day.now) };
        as_of(day, &family)
    }
}

/// A case that the family has sent.
async fn opened(
    services: &Services,
    people: &People,
    family: &Context,
    (group, city, asked): (DiseaseGroup, City, Amount),
) -> Result<Opened, CaseError> {
    let id: CaseId = family.new_id();
    let new = NewCase {
        id,
        fund: None,
        group,
        city,
        age: if group == DiseaseGroup::Infertility { 31 } else { 9 },
        asked,
        parties: vec![NewParty {
            part: Acting::Applicant,
            account: Some(people.family),
            particulars: r#"{"patient_name":"演示"}"#.into(),
            identity: Some(format!("demo {id}")),
        }],
        key: services.vault.new_case_key(),
    };
    let mut tx = services.begin().await?;
    let opened = open_in(services, &mut tx, family, new, Acting::Applicant).await?;
    tx.commit().await?;
    Ok(opened)
}

/// A case that is complete and reviewed, so that it waits for the committee; and its version.
pub(super) async fn reviewed(
    services: &Services,
    people: &People,
    day: &Context,
    about: (DiseaseGroup, City, Amount),
) -> Result<(CaseId, i32), CaseError> {
    let (officer, family) = (as_of(day, &people.officer), people.family(day));
    let reviewers: Vec<Context> = people.committee.reviewers.iter().map(|actor| as_of(day, actor)).collect();
    let opened = opened(services, people, &family, about).await?;
    let case = opened.id;
    agreed(services, day, &opened, people.family).await?;
    let mut version = opened.version;
    for event in [Event::TakeUp, Event::Complete] {
        version = plain(services, &officer, (case, version), (Acting::CaseOfficer, event)).await?;
    }
    review_case(services, &officer, (case, &reviewers), &marks()).await?;
    // Its reviewers moved it on.
    Ok((case, version + 1))
}

/// Before the committee: a meeting that is planned for next week with two cases on its agenda, a third that could come on it, and
/// one that a meeting has decided about, which the chair has still to carry out.
pub(super) async fn before_committee(services: &Services, people: &People, day: &Context) -> Result<(), LedgerError> {
    come_before(services, people, day).await.map_err(told)
}

async fn come_before(services: &Services, people: &People, day: &Context) -> Result<(), CaseError> {
    let mut cases = Vec::new();
    for (group, yuan) in [
        (DiseaseGroup::Rare, 16_000),
        (DiseaseGroup::Refractory, 24_000),
        (DiseaseGroup::Rare, 9_500),
        (DiseaseGroup::Rare, 11_000),
    ] {
        let asked = Amount::new(yuan * 100).map_err(|_| CaseError::Unreadable)?;
        cases.push(reviewed(services, people, day, (group, City::ALL[0], asked)).await?.0);
    }
    let secretary = as_of(day, &people.officer);
    let members: Vec<Context> = people.committee.members.iter().map(|actor| as_of(day, actor)).collect();
    let accounts: Vec<AccountId> = members.iter().filter_map(|member| member.actor.account()).collect();
    if let Some(decided) = cases.pop() {
        let sitting = Sitting { secretary: secretary.clone(), members };
        hold_meeting(services, &sitting, &[(decided, Vote::Grant)]).await?;
    }
    let [chair, deputy, ..] = accounts[..] else { return Err(CaseError::Unreadable) };
    let roll = Roll::new(chair, deputy, accounts).map_err(ReviewError::from)?;
    let id: MeetingId = secretary.new_id();
    let today = local_day(day.now);
    let next = today.checked_add(10.days()).unwrap_or(today);
    plan(services, &secretary, &NewMeeting { id, day: next, roll }).await?;
    let agenda: Vec<CaseId> = cases.into_iter().take(2).collect();
    set_agenda(services, &secretary, id, (0, &agenda)).await?;
    Ok(())
}

/// Answers the case, and its version.
pub(super) async fn walk(
    services: &Services,
    people: &People,
    day: &Context,
    granted: Granted,
) -> Result<(CaseId, i32), CaseError> {
    let (officer, chair, family) = (as_of(day, &people.officer), as_of(day, &people.chair), people.family(day));
    let system = as_of(day, &Actor::System);
    let members: Vec<Context> = people.committee.members.iter().map(|actor| as_of(day, actor)).collect();
    let sum = Fen::sum(granted.parts.iter().map(|part| part.amount.fen())).map_err(|_| CaseError::Unreadable)?;
    let asked = Amount::new(sum.get()).map_err(|_| CaseError::Unreadable)?;
    let about = (granted.group, granted.city, asked);
    let (case, mut version) = reviewed(services, people, day, about).await?;
    hold_meeting(services, &Sitting { secretary: officer.clone(), members }, &[(case, Vote::Grant)]).await?;
    let award = Some(Decided { award: granted.award, envelope: granted.envelope, parts: granted.parts });
    let grant =
        Act { case, version, part: Acting::Chair, event: Event::Grant, reason: Some("演示".to_owned()), award };
    Moved { version, .. } = act(services, &chair, &grant).await?;
    if granted.signed {
        for (by, part, event) in [
            (&officer, Acting::CaseOfficer, Event::Publish),
            (&system, Acting::System, Event::Stand),
            (&family, Acting::Applicant, Event::Sign),
        ] {
            version = plain(services, by, (case, version), (part, event)).await?;
        }
    }
    Ok((case, version))
}

/// Something without money; answers the new version.
pub(super) async fn plain(
    services: &Services,
    by: &Context,
    (case, version): (CaseId, i32),
    (part, event): (Acting, Event),
) -> Result<i32, CaseError> {
    let reason = event.needs_reason().then(|| "演示".to_owned());
    Ok(act(services, by, &Act { case, version, part, event, reason, award: None }).await?.version)
}

/// What the family agreed to, as an application that was sent on paper has it.
async fn agreed(services: &Services, day: &Context, opened: &Opened, family: AccountId) -> Result<(), CaseError> {
    let mut tx = services.begin().await?;
    apply::add(&mut tx, (opened.id.0, family.0), 1, day.locale.tag(), day.now).await?;
    apply::submitted(&mut tx, opened.id.0, &opened.reference, family.0, day.now).await?;
    for purpose in Purpose::ALL {
        let (purpose, given_at) = (purpose.name().to_owned(), day.now.to_sqlx());
        let row = ConsentRow { purpose, agreed: true, notice: 1, given_at };
        consents::add(&mut tx, (day.new_id(), opened.id.0, family.0), &row).await?;
    }
    Ok(tx.commit().await?)
}
