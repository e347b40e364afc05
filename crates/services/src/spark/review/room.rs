//! A meeting as its secretary holds it: who can sit, what can come before it, how far each item is, and what stands in the way of
//! its minutes. Nothing here says whose a case is.

use super::meeting::{Convened, hidden, meeting, not_sitting, secretary, state_of};
use super::minutes::{involved_of, proceedings};
use super::ties::{ALL, Someone, consent};
use super::{ReviewError, pack};
use crate::ledger::views::{Names, Person};
use crate::spark::cases::{CaseError, may_read};
use crate::{Context, Services};
use domain::account::Role;
use domain::booking::Reference;
use domain::ids::{AccountId, CaseId, MeetingId};
use domain::ledger::{DiseaseGroup, Fen};
use domain::spark::review::committee::{majority, quorum};
use domain::spark::review::meeting::State;
use domain::spark::review::minutes::{Settled, Unsettled};
use domain::spark::review::pack::Change;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::spark::access as who;
use store::spark::cases::{self as case_sql, CaseRow};
use store::spark::review::meetings::{self as sql, MeetingRow};
use store::spark::review::{profiles, rooms};
use uuid::Uuid;

/// Cases that are offered for an agenda: the longest waiting.
const OFFERED: usize = 200;

/// Somebody who can sit on the committee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sitter {
    /// Who.
    pub person: Person,
    /// They can lead it.
    pub chairs: bool,
    /// What ties them to others is known: without it nothing is frozen.
    pub known: bool,
}

/// A case as it is named on an agenda.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Which.
    pub case: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Which group.
    pub group: DiseaseGroup,
    /// The patient's age in whole years.
    pub age: u8,
    /// How much is asked for.
    pub asked: Fen,
    /// It is an appeal.
    pub appeal: bool,
}

/// A case that could come on the agenda.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Before {
    /// Which.
    pub named: Named,
    /// Since when it waits.
    pub since: Timestamp,
    /// A signed meeting has decided about it already, and nobody carried that out.
    pub decided: bool,
}

/// How far an item is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// It was put off.
    pub stands_over: bool,
    /// Who was noted as in the room for it.
    pub present: BTreeSet<AccountId>,
    /// Who is recused from it, as things are known now.
    pub recused: BTreeSet<AccountId>,
    /// How many have a vote on it that counts.
    pub voted: usize,
    /// How many who are not recused have to be there.
    pub quorum: usize,
    /// How many of those who are there and not recused have to be for something.
    pub majority: usize,
    /// What became of it, or why nothing did yet.
    pub settled: Result<Settled, Unsettled>,
    /// What is different since it was frozen.
    pub changes: Vec<Change>,
    /// It waits for the committee no more.
    pub gone: bool,
    /// The family took back a consent without which it is not decided.
    pub withdrawn: bool,
    /// What was decided was carried out.
    pub carried: bool,
}

/// An item of the agenda.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnTable {
    /// Which case.
    pub named: Named,
    /// How far it is, once the pack is frozen.
    pub progress: Option<Progress>,
}

/// A meeting, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Room {
    /// The meeting.
    pub meeting: Convened,
    /// Who sits: the chair, the deputy, the others by name.
    pub seats: Vec<Sitter>,
    /// The agenda in its order.
    pub items: Vec<OnTable>,
    /// Whoever holds it can bring it further: every item of it is there for them.
    pub leads: bool,
    /// What else could come on it, while it is planned.
    pub before: Vec<Before>,
    /// Who closed the minutes.
    pub closed_by: Option<Person>,
}

/// A meeting that has or had a case on its agenda.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MeetingOf {
    /// Which.
    pub meeting: MeetingId,
    /// How far it is.
    pub state: State,
    /// When it is held.
    pub day: Date,
}

pub(super) fn named(row: &CaseRow, asked: i64) -> Result<Named, ReviewError> {
    Ok(Named {
        case: CaseId(row.id),
        reference: Reference::parse(&row.reference).map_err(|_| ReviewError::Unreadable)?.to_string(),
        group: DiseaseGroup::from_name(&row.disease_group).ok_or(ReviewError::Unreadable)?,
        age: u8::try_from(row.age).map_err(|_| ReviewError::Unreadable)?,
        asked: Fen::new(asked),
        appeal: row.state == domain::spark::State::Appeal.name() || row.appealed,
    })
}

/// The names of people of the house.
pub(super) async fn names_of(services: &Services, ids: impl IntoIterator<Item = Uuid>) -> Result<Names, ReviewError> {
    Ok(Names::of(services, ids).await.map_err(CaseError::from)?)
}

/// Everybody who can sit on the committee: chairs first, then by name.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn sitters(services: &Services, context: &Context) -> Result<Vec<Sitter>, ReviewError> {
    secretary(context)?;
    let mut db = services.db.acquire().await?;
    let chairs = who::staff_in(&mut *db, Role::Chair.name()).await?;
    let mut all = chairs.clone();
    let members = who::staff_in(&mut *db, Role::CommitteeMember.name()).await?;
    all.extend(members.into_iter().filter(|id| !chairs.contains(id)));
    let known = known(&mut db, &all).await?;
    drop(db);
    let names = names_of(services, all.iter().copied()).await?;
    let sitter =
        |id: Uuid| Sitter { person: names.person(id), chairs: chairs.contains(&id), known: known.contains(&id) };
    let mut sitters: Vec<Sitter> = all.into_iter().map(sitter).collect();
    sitters.sort_by(|a, b| (!a.chairs, &a.person.name).cmp(&(!b.chairs, &b.person.name)));
    Ok(sitters)
}

/// Who of these has a profile.
async fn known(db: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, ReviewError> {
    Ok(profiles::of(db, ids).await?.into_iter().map(|row| row.account_id).collect())
}

/// The names of these people, for whoever holds meetings: of faults that name people.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn people_named(
    services: &Services,
    context: &Context,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<Person>, ReviewError> {
    secretary(context)?;
    let ids: Vec<Uuid> = accounts.into_iter().map(|account| account.0).collect();
    let names = names_of(services, ids.iter().copied()).await?;
    Ok(ids.into_iter().map(|id| names.person(id)).collect())
}

/// The cases of these ids as an agenda names them, for whoever holds meetings: without those they have a conflict with.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn cases_named(
    services: &Services,
    context: &Context,
    cases: &[CaseId],
) -> Result<BTreeMap<CaseId, Named>, ReviewError> {
    let by = secretary(context)?;
    let mut db = services.db.acquire().await?;
    let by = Someone::read(&mut db, by).await?;
    let ids: Vec<Uuid> = cases.iter().map(|case| case.0).collect();
    let rows = case_sql::many(&mut *db, &ids).await?;
    let there = by.cares_for(&mut db, &rows).await?;
    let there = rows.iter().filter(|row| there.contains(&row.id));
    there.map(|row| Ok((CaseId(row.id), named(row, row.asked)?))).collect()
}

/// A meeting as its secretary holds it: without the items they have a conflict with, and then without the hash over all.
///
/// # Errors
/// `Denied`; `NotFound`, also for whoever sits; `Unreadable`, `Database`.
pub async fn room(services: &Services, context: &Context, id: MeetingId) -> Result<Room, ReviewError> {
    let by = secretary(context)?;
    let mut convened = meeting(services, context, id).await?;
    let mut db = services.db.acquire().await?;
    let row = sql::one(&mut *db, id.0).await?.ok_or(ReviewError::NotFound)?;
    not_sitting(&row, by)?;
    let hidden = hidden(&mut db, id, by).await?;
    if !hidden.is_empty() {
        convened.pack = None;
    }
    let progress = if convened.state.is_frozen() { progress(&mut db, &row).await? } else { BTreeMap::new() };
    let agenda = sql::items(&mut *db, id.0).await?;
    let ids: Vec<Uuid> = agenda.iter().map(|item| item.case_id).collect();
    let cases = case_sql::many(&mut *db, &ids).await?;
    let mut items = Vec::new();
    for item in agenda.into_iter().filter(|item| !hidden.contains(&item.case_id)) {
        let case = cases.iter().find(|case| case.id == item.case_id).ok_or(ReviewError::Unreadable)?;
        let asked = item.requested.unwrap_or(case.asked);
        let progress = progress.get(&CaseId(item.case_id)).cloned();
        items.push(OnTable { named: named(case, asked)?, progress });
    }
    let before = if convened.state == State::Planned { before(&mut db, id, by).await? } else { Vec::new() };
    let (chair, deputy) = (convened.roll.chair(), convened.roll.deputy());
    let members: Vec<Uuid> = convened.roll.members().iter().map(|member| member.0).collect();
    let known = known(&mut db, &members).await?;
    drop(db);
    let closer = convened.closed.map(|(by, _)| by.0);
    let names = names_of(services, members.iter().copied().chain(closer)).await?;
    let seat = |id: Uuid| Sitter {
        person: names.person(id),
        chairs: chair.0 == id || deputy.0 == id,
        known: known.contains(&id),
    };
    let mut seats: Vec<Sitter> = members.into_iter().map(seat).collect();
    let place = |seat: &Sitter| [chair, deputy].iter().position(|one| *one == seat.person.account).unwrap_or(2);
    seats.sort_by(|a, b| (place(a), &a.person.name).cmp(&(place(b), &b.person.name)));
    let leads = hidden.is_empty();
    Ok(Room { meeting: convened, seats, items, leads, before, closed_by: closer.map(|id| names.person(id)) })
}

/// What could come on an agenda: what whoever asks has no conflict with, as though there were no other.
async fn before(db: &mut PgConnection, meeting: MeetingId, by: AccountId) -> Result<Vec<Before>, ReviewError> {
    let by = Someone::read(db, by).await?;
    let (mut all, mut after) = (Vec::new(), (Timestamp::UNIX_EPOCH, Uuid::nil()));
    loop {
        let waits = rooms::before(&mut *db, meeting.0, after, OFFERED as i64).await?;
        let Some(last) = waits.last() else { return Ok(all) };
        after = (last.changed_at.to_jiff(), last.id);
        let ids: Vec<Uuid> = waits.iter().map(|row| row.id).collect();
        let cases = case_sql::many(&mut *db, &ids).await?;
        let there = by.cares_for(db, &cases).await?;
        for row in waits.into_iter().filter(|row| there.contains(&row.id)) {
            let case = cases.iter().find(|case| case.id == row.id).ok_or(ReviewError::Unreadable)?;
            let since = row.changed_at.to_jiff();
            all.push(Before { named: named(case, case.asked)?, since, decided: row.decided });
            if all.len() == OFFERED {
                return Ok(all);
            }
        }
    }
}

/// How far each item of a frozen meeting is, as things are known now.
async fn progress(db: &mut PgConnection, row: &MeetingRow) -> Result<BTreeMap<CaseId, Progress>, ReviewError> {
    let (proceedings, changed) = proceedings(db, row).await?;
    let carried = rooms::carried(&mut *db, row.id).await?;
    let ids: Vec<Uuid> = proceedings.items.iter().map(|item| item.case.0).collect();
    let cases = case_sql::many(&mut *db, &ids).await?;
    let mut all = BTreeMap::new();
    for item in &proceedings.items {
        let case = cases.iter().find(|case| case.id == item.case.0).ok_or(ReviewError::Unreadable)?;
        let withdrawn = match consent(db, item.case, ALL).await {
            Ok(()) => false,
            Err(ReviewError::ConsentWithdrawn(_)) => true,
            Err(error) => return Err(error),
        };
        let entitled = proceedings.roll.members().difference(&item.recused).count();
        let there = item.present.difference(&item.recused).count();
        let changes = changed.iter().find(|(case, _)| *case == item.case).map(|(_, changes)| changes.clone());
        let carried = carried.contains(&item.case.0);
        let progress = Progress {
            stands_over: item.stands_over,
            present: item.present.clone(),
            recused: item.recused.clone(),
            voted: item.ballots.len(),
            quorum: quorum(entitled),
            majority: majority(there),
            settled: item.settled(&proceedings.roll),
            changes: changes.unwrap_or_default(),
            gone: !carried && !pack::is_before(case),
            withdrawn,
            carried,
        };
        all.insert(item.case, progress);
    }
    Ok(all)
}

/// The meetings that have or had a case on their agenda, the latest first, for whoever holds meetings.
///
/// # Errors
/// `Denied`; `NotFound`, also for an officer who has a conflict with it; `Unreadable`, `Database`.
pub async fn meetings_of(services: &Services, context: &Context, case: CaseId) -> Result<Vec<MeetingOf>, ReviewError> {
    secretary(context)?;
    let mut db = services.db.acquire().await?;
    may_read(&mut db, context, case).await?;
    let read = |row: rooms::WithCaseRow| {
        let state = State::from_name(&row.state).ok_or(ReviewError::Unreadable)?;
        Ok(MeetingOf { meeting: MeetingId(row.id), state, day: row.day.to_jiff() })
    };
    rooms::with_case(&mut *db, case.0).await?.into_iter().map(read).collect()
}

/// Those of these cases that somebody would decide on with nothing against them: no conflict, and no part in what is appealed.
pub(super) async fn free_of(
    db: &mut PgConnection,
    cases: &[CaseRow],
    by: &Someone,
) -> Result<BTreeSet<Uuid>, ReviewError> {
    let mut clear = by.clear_of(db, cases).await?;
    let involved = involved_of(db, cases).await?;
    clear.retain(|case| involved.get(case).is_none_or(|involved| involved.bars(by.account).is_empty()));
    Ok(clear)
}

/// Where a stored meeting stands, and when it is held.
pub(super) fn standing(row: &MeetingRow) -> Result<MeetingOf, ReviewError> {
    Ok(MeetingOf { meeting: MeetingId(row.id), state: state_of(row)?, day: row.day.to_jiff() })
}
