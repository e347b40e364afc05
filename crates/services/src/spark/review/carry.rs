//! Carrying out what a signed meeting decided, case by case: the chair says out of which envelope and in which parts, and why;
//! `cases::act_saying` does it. What is done follows from the decision, and cannot be chosen.

use super::bound::outcome_of;
use super::room::{Named, free_of, named};
use super::ties::Someone;
use super::{ReviewError, meeting::state_of};
use crate::ledger::views::{Fund, funds_for};
use crate::spark::cases::{self, Act, CaseError, Decided, Happened};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::bus::City;
use domain::ids::{AccountId, CaseId, MeetingId};
use domain::ledger::{Beneficiary, DiseaseGroup};
use domain::spark::letter::Ground;
use domain::spark::review::meeting::State as Meeting;
use domain::spark::review::vote::Outcome;
use domain::spark::{Event, Part, State};
use jiff::civil::Date;
use std::slice;
use store::spark::cases::{self as case_sql, CaseRow};
use store::spark::review::{meetings as sql, rooms};
use uuid::Uuid;

/// Decisions on a page.
const PAGE: usize = 200;

/// A decision that nobody carried out yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Uncarried {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// When it was held.
    pub day: Date,
    /// Of which case.
    pub named: Named,
    /// What was decided.
    pub outcome: Outcome,
}

/// A decision before whoever carries it out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carrying {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// When it was held.
    pub day: Date,
    /// Of which case.
    pub named: Named,
    /// The version of the case: what is done is done at it.
    pub version: i32,
    /// What was decided.
    pub outcome: Outcome,
    /// What happens to the case by it.
    pub event: Event,
    /// It was carried out.
    pub done: bool,
    /// Funds that are for this case, with their envelopes; none where nothing is granted.
    pub funds: Vec<Fund>,
}

/// How a decision is carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct How {
    /// At the version of the case that was shown.
    pub version: i32,
    /// Why: stays in the house, sealed with the case.
    pub reason: Option<String>,
    /// What the family's letter tells.
    pub grounds: Vec<Ground>,
    /// Out of which envelope and in which parts, where something is granted.
    pub award: Option<Decided>,
}

fn chair(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::DecideCases)?;
    context.actor.account().ok_or(Denied::NotAllowed)
}

/// What happens to a case by a decision: an appeal against a case that was found not to be for this fund is refused by finding so
/// again.
fn event_of(row: &CaseRow, outcome: Outcome) -> Event {
    let at = [State::Appeal, State::Ineligible].iter().any(|state| state.name() == row.state);
    let ruled_out = at && row.decision.as_deref() == Some("ineligible");
    match outcome {
        Outcome::Granted(_) => Event::Grant,
        Outcome::Partial(_) => Event::GrantPart,
        Outcome::Refused if ruled_out => Event::RuleOut,
        Outcome::Refused => Event::Refuse,
        Outcome::Deferred => Event::Defer,
    }
}

/// The decisions that wait to be carried out, the oldest meeting first: those of cases one has a conflict with, or had a part in
/// what is appealed of, are not there.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn to_carry_out(services: &Services, context: &Context) -> Result<Vec<Uncarried>, ReviewError> {
    let account = chair(context)?;
    let mut db = services.db.acquire().await?;
    let by = Someone::read(&mut db, account).await?;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let rows = rooms::uncarried(&mut *db, after, PAGE as i64).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = Some((last.day.to_jiff(), last.meeting_id, last.position));
        let ids: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
        let cases = case_sql::many(&mut *db, &ids).await?;
        let free = free_of(&mut db, &cases, &by).await?;
        for row in rows.into_iter().filter(|row| free.contains(&row.case_id)) {
            let case = cases.iter().find(|case| case.id == row.case_id).ok_or(ReviewError::Unreadable)?;
            let outcome = outcome_of(&row.outcome, row.outcome_fen).ok_or(ReviewError::Unreadable)?;
            let (meeting, day) = (MeetingId(row.meeting_id), row.day.to_jiff());
            all.push(Uncarried { meeting, day, named: named(case, case.asked)?, outcome });
            if all.len() == PAGE {
                return Ok(all);
            }
        }
    }
}

/// What a signed meeting decided about a case, before it is carried out or after.
///
/// # Errors
/// `Denied`; `NotFound` where the meeting is not signed or decided nothing about it, and where one has a conflict with the case;
/// `Unreadable`, `Database`.
pub async fn carrying(
    services: &Services,
    context: &Context,
    (meeting, case): (MeetingId, CaseId),
) -> Result<Carrying, ReviewError> {
    let account = chair(context)?;
    let mut db = services.db.acquire().await?;
    let held = sql::one(&mut *db, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    if state_of(&held)? != Meeting::MinutesSigned {
        return Err(ReviewError::NotFound);
    }
    let row = case_sql::one(&mut *db, case.0).await?.ok_or(ReviewError::NotFound)?;
    let by = Someone::read(&mut db, account).await?;
    if free_of(&mut db, slice::from_ref(&row), &by).await?.is_empty() {
        return Err(ReviewError::NotFound);
    }
    let settled = sql::outcome(&mut *db, meeting.0, case.0).await?.ok_or(ReviewError::NotFound)?;
    drop(db);
    let word = settled.outcome.as_deref().ok_or(ReviewError::NotFound)?;
    let outcome = outcome_of(word, settled.outcome_fen).ok_or(ReviewError::Unreadable)?;
    let event = event_of(&row, outcome);
    let done = settled.carried_version.is_some();
    let funds = if event.grants() && !done { funds_for(services, context, whom(&row)?).await } else { Ok(Vec::new()) };
    Ok(Carrying {
        meeting,
        day: held.day.to_jiff(),
        named: named(&row, row.asked)?,
        version: row.version,
        outcome,
        event,
        done,
        funds: funds.map_err(CaseError::from)?,
    })
}

fn whom(row: &CaseRow) -> Result<Beneficiary, ReviewError> {
    Ok(Beneficiary {
        group: DiseaseGroup::from_name(&row.disease_group).ok_or(ReviewError::Unreadable)?,
        city: City::from_code(&row.city).ok_or(ReviewError::Unreadable)?,
        age: u8::try_from(row.age).map_err(|_| ReviewError::Unreadable)?,
    })
}

/// Carries out what a signed meeting decided about a case: once, however often it is asked for.
///
/// # Errors
/// `Denied`, `NotFound` as [`carrying`]; `Elsewhere` where another signed meeting decided about it later; `Case` with what
/// `cases::act_saying` says; `Fields`, `Busy`, `Database`.
pub async fn carry_out(
    services: &Services,
    context: &Context,
    (meeting, case): (MeetingId, CaseId),
    how: &How,
) -> Result<(), ReviewError> {
    let account = chair(context)?;
    let before = carrying(services, context, (meeting, case)).await?;
    let last = sql::settled(&services.db, case.0).await?;
    if last.is_some_and(|last| last.meeting_id != meeting.0) {
        return Err(ReviewError::Elsewhere(case));
    }
    let event = before.event;
    let award = how.award.clone().filter(|_| event.grants());
    let version = how.version;
    let act = Act { case, version, part: Part::Chair, event, reason: how.reason.clone(), award: award.clone() };
    match cases::act_saying(services, context, &act, &how.grounds).await {
        Ok(_) => Ok(()),
        // Pressed twice: the same award, or none.
        Err(CaseError::Stale(since)) if is_this(&since, (version, event), account) => {
            let kept = case_sql::award(&services.db, case.0).await?.map(|kept| kept.id);
            match award {
                Some(award) if kept != Some(award.award.0) => Err(CaseError::Stale(since).into()),
                _ => Ok(()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn is_this(since: &[Happened], (version, event): (i32, Event), by: AccountId) -> bool {
    since.first().is_some_and(|first| first.version == version + 1 && first.event == event && first.by == Some(by))
}
