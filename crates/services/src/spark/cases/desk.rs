//! What waits for whom: lists of work, the longest waiting first, without whose the cases are.

use super::{CaseError, clarify, policy, state_of};
use crate::keyset::{self, After};
use crate::spark::review;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::booking::Reference;
use domain::ids::{AccountId, CaseId};
use domain::spark::review::clock;
use domain::spark::{DiseaseGroup, Part, State, Turn};
use domain::time::local_day;
use domain::workdays;
use jiff::Timestamp;
use store::spark::cases;
use store::spark::desk::{self as sql, WaitingRow};
use uuid::Uuid;

/// Cases on a page.
pub const PAGE: usize = 50;

/// A case that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Which.
    pub id: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Where it is.
    pub state: State,
    /// At which version: what is done from the list is done at it.
    pub version: i32,
    /// Which group.
    pub group: DiseaseGroup,
    /// Who looks after it.
    pub officer: Option<AccountId>,
    /// Since when it waits.
    pub since: Timestamp,
    /// Business days since then: the day it came is not one.
    pub days: u32,
    /// Business days of the house since it was sent: those on which a family had been asked are not counted.
    pub age: u32,
}

/// Which of the cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// In this state; those that wait for the part where none is named.
    pub state: Option<State>,
    /// Of this group.
    pub group: Option<DiseaseGroup>,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Desk {
    /// The cases.
    pub cases: Vec<Waiting>,
    /// Where the next page begins; nothing where this one is the last.
    pub next: Option<After>,
}

/// What waits for somebody in a part: an officer is shown the cases one looks after and those nobody does, a chair those one has
/// no conflict with.
///
/// # Errors
/// `Denied` where the part is not theirs, or moves no case; `Unreadable`, `Database`.
pub async fn desk(services: &Services, context: &Context, part: Part, after: Option<After>) -> Result<Desk, CaseError> {
    work(services, context, part, Wanted::default(), after).await
}

/// The same, narrowed. Whoever may see cases may also ask for those that wait for others: an officer for one's own and
/// nobody's.
///
/// # Errors
/// As [`desk`].
pub async fn work(
    services: &Services,
    context: &Context,
    part: Part,
    wanted: Wanted,
    after: Option<After>,
) -> Result<Desk, CaseError> {
    policy::in_part(context, part)?;
    // Reviewers see the cases they were asked about, and nothing of others: `to_review`.
    if part == Part::MedicalReviewer {
        return Err(Denied::NotAllowed.into());
    }
    let waits = |state: &State| state.turn() == Turn::House(part);
    if wanted.state.is_some_and(|state| !waits(&state)) {
        context.require(Capability::SeeCases)?;
    }
    let asked = |state: &State| wanted.state.map_or_else(|| waits(state), |only| only == *state);
    let states: Vec<String> = State::ALL.into_iter().filter(asked).map(|state| state.name().to_owned()).collect();
    let officer = context.actor.account().filter(|_| part == Part::CaseOfficer).map(|account| account.0);
    let group = wanted.group.map(DiseaseGroup::name);
    let mut rows = if part == Part::Chair {
        clear(services, context, &states, group, after).await?
    } else {
        sql::waiting(&services.db, &states, (officer, group), begin(after), PAGE as i64 + 1).await?
    };
    let next = keyset::cut(&mut rows, PAGE, |row| (row.changed_at.to_jiff(), row.id));
    Ok(Desk { cases: read(services, context, rows).await?, next })
}

fn begin(after: Option<After>) -> (Timestamp, Uuid) {
    after.map_or((Timestamp::UNIX_EPOCH, Uuid::nil()), After::key)
}

/// Of what waits for a chair what they have no conflict with, as though there were no others: a page is as long as any.
async fn clear(
    services: &Services,
    context: &Context,
    states: &[String],
    group: Option<&str>,
    after: Option<After>,
) -> Result<Vec<WaitingRow>, CaseError> {
    let account = context.actor.account().ok_or(Denied::NotAllowed)?;
    let mut db = services.db.acquire().await?;
    let (mut shown, mut from) = (Vec::new(), begin(after));
    loop {
        let rows = sql::waiting(&mut *db, states, (None, group), from, PAGE as i64 + 1).await?;
        let last = rows.len() <= PAGE;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let whole = cases::many(&mut *db, &ids).await?;
        let clear = review::clear_of(&mut db, &whole, account).await?;
        for row in rows {
            from = (row.changed_at.to_jiff(), row.id);
            if clear.contains(&row.id) {
                shown.push(row);
            }
            if shown.len() > PAGE {
                return Ok(shown);
            }
        }
        if last {
            return Ok(shown);
        }
    }
}

/// The case of a reference, for whoever may see cases: as it is named on the telephone.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn named(
    services: &Services,
    context: &Context,
    reference: &Reference,
) -> Result<Option<Waiting>, CaseError> {
    context.require(Capability::SeeCases)?;
    let Some(row) = sql::named(&services.db, reference.as_str()).await? else { return Ok(None) };
    let mut db = services.db.acquire().await?;
    match policy::may_read(&mut db, context, CaseId(row.id)).await {
        Ok(_) => {}
        Err(CaseError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    }
    drop(db);
    Ok(read(services, context, vec![row]).await?.pop())
}

async fn read(services: &Services, context: &Context, rows: Vec<WaitingRow>) -> Result<Vec<Waiting>, CaseError> {
    let today = local_day(context.now);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let pauses = clarify::pauses(&services.db, &ids, today).await?;
    let read = |row: WaitingRow| {
        let since = row.changed_at.to_jiff();
        let own = pauses.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        Ok(Waiting {
            id: CaseId(row.id),
            reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
            state: state_of(&row.state)?,
            version: row.version,
            group: DiseaseGroup::from_name(&row.disease_group).ok_or(CaseError::Unreadable)?,
            officer: row.officer_id.map(AccountId),
            since,
            days: workdays::between(local_day(since), today),
            age: clock::age(local_day(row.opened_at.to_jiff()), today, own),
        })
    };
    rows.into_iter().map(read).collect()
}
