//! What waits for whom: lists of work, the longest waiting first, without whose the cases are.

use super::{CaseError, policy, state_of};
use crate::{Context, Services};
use domain::account::Denied;
use domain::booking::Reference;
use domain::ids::{AccountId, CaseId};
use domain::spark::{DiseaseGroup, Part, State, Turn};
use domain::time::local_day;
use domain::workdays;
use jiff::Timestamp;
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
}

/// Where the next page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct After {
    since: Timestamp,
    id: Uuid,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Desk {
    /// The cases.
    pub cases: Vec<Waiting>,
    /// Where the next page begins; nothing where this one is the last.
    pub next: Option<After>,
}

/// What waits for somebody in a part: an officer is shown the cases one looks after and those nobody does.
///
/// # Errors
/// `Denied` where the part is not theirs, or moves no case; `Unreadable`, `Database`.
pub async fn desk(services: &Services, context: &Context, part: Part, after: Option<After>) -> Result<Desk, CaseError> {
    policy::in_part(context, part)?;
    // Reviewers see the cases they were asked about, and nothing of others: `to_review`.
    if part == Part::MedicalReviewer {
        return Err(Denied::NotAllowed.into());
    }
    let waits = |state: &State| state.turn() == Turn::House(part);
    let states: Vec<String> = State::ALL.into_iter().filter(waits).map(|state| state.name().to_owned()).collect();
    let officer = context.actor.account().filter(|_| part == Part::CaseOfficer).map(|account| account.0);
    let from = after.map_or((Timestamp::UNIX_EPOCH, Uuid::nil()), |after| (after.since, after.id));
    let limit = PAGE as i64 + 1;
    let mut rows = sql::waiting(&services.db, &states, officer, from, limit).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| After { since: row.changed_at.to_jiff(), id: row.id });
    let read = |row: WaitingRow| {
        let since = row.changed_at.to_jiff();
        Ok(Waiting {
            id: CaseId(row.id),
            reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
            state: state_of(&row.state)?,
            version: row.version,
            group: DiseaseGroup::from_name(&row.disease_group).ok_or(CaseError::Unreadable)?,
            officer: row.officer_id.map(AccountId),
            since,
            days: workdays::between(local_day(since), local_day(context.now)),
        })
    };
    Ok(Desk { cases: rows.into_iter().map(read).collect::<Result<_, CaseError>>()?, next })
}
