//! A meeting from its plan on: the roll, the agenda, who is there, its states. ([`super::pack`] freezes it, [`super::votes`] and
//! [`super::minutes`] hold it.)

use super::ReviewError;
use super::pages::{Earlier, MeetingList, ROWS, begin, page};
use super::ties::Someone;
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, CaseId, MeetingId};
use domain::spark::review::committee::Roll;
use domain::spark::review::meeting::{Event, Refused, State, next};
use domain::spark::review::pack::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use store::ToSqlx as _;
use store::spark::cases as case_sql;
use store::spark::review::meetings::{self as sql, MeetingRow};
use store::spark::review::votes;
use uuid::Uuid;

/// The most cases on an agenda.
const MOST: usize = 60;

/// A meeting to be planned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewMeeting {
    /// Its own; planned twice it is one.
    pub id: MeetingId,
    /// When it is held.
    pub day: Date,
    /// Who sits.
    pub roll: Roll,
}

/// A meeting as those see it who hold it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Convened {
    /// Which.
    pub id: MeetingId,
    /// How far it is.
    pub state: State,
    /// At which version: what is done with it is done at it.
    pub version: i32,
    /// When it is held.
    pub day: Date,
    /// Who sits.
    pub roll: Roll,
    /// The hash of what lies before it, once that is frozen.
    pub pack: Option<Digest>,
    /// Who closed the minutes, and when.
    pub closed: Option<(AccountId, Timestamp)>,
}

/// Who keeps the minutes.
pub(super) fn secretary(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::ConveneCommittee)?;
    context.actor.account().ok_or(Denied::NotAllowed)
}

/// Whoever sits at a meeting has a member's view of it and no other: what its secretary does and sees is not there for them.
pub(super) fn not_sitting(row: &MeetingRow, by: AccountId) -> Result<(), ReviewError> {
    if row.members.contains(&by.0) { Err(ReviewError::NotFound) } else { Ok(()) }
}

/// Whoever brings a meeting a step further does it with every item of it: not whoever sits, and not somebody for whom an item is
/// not there.
pub(super) async fn leads(db: &mut PgConnection, row: &MeetingRow, by: AccountId) -> Result<(), ReviewError> {
    not_sitting(row, by)?;
    if hidden(db, MeetingId(row.id), by).await?.is_empty() { Ok(()) } else { Err(ReviewError::NotFound) }
}

/// The cases on the agenda of a meeting that are not there for whoever holds it: those they have a conflict with.
pub(super) async fn hidden(
    db: &mut PgConnection,
    meeting: MeetingId,
    by: AccountId,
) -> Result<BTreeSet<Uuid>, ReviewError> {
    let by = Someone::read(db, by).await?;
    let on: BTreeSet<Uuid> = sql::items(&mut *db, meeting.0).await?.into_iter().map(|item| item.case_id).collect();
    let ids: Vec<Uuid> = on.iter().copied().collect();
    let cases = case_sql::many(&mut *db, &ids).await?;
    let there = by.cares_for(db, &cases).await?;
    Ok(on.difference(&there).copied().collect())
}

pub(super) fn state_of(row: &MeetingRow) -> Result<State, ReviewError> {
    State::from_name(&row.state).ok_or(ReviewError::Unreadable)
}

pub(super) fn roll_of(row: &MeetingRow) -> Result<Roll, ReviewError> {
    let members = row.members.iter().copied().map(AccountId);
    Roll::new(AccountId(row.chair_id), AccountId(row.deputy_id), members).map_err(|_| ReviewError::Unreadable)
}

/// A meeting, locked at the version that was shown. Two who press at once: the second is told who closed it, or that it changed.
pub(super) async fn locked(db: &mut PgConnection, meeting: MeetingId, version: i32) -> Result<MeetingRow, ReviewError> {
    let row = sql::lock(db, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    if row.version == version {
        return Ok(row);
    }
    Err(match (row.closed_by, row.closed_at) {
        (Some(by), Some(at)) => ReviewError::First { by: AccountId(by), at: at.to_jiff() },
        _ => ReviewError::Stale,
    })
}

fn read(row: &MeetingRow) -> Result<Convened, ReviewError> {
    Ok(Convened {
        id: MeetingId(row.id),
        state: state_of(row)?,
        version: row.version,
        day: row.day.to_jiff(),
        roll: roll_of(row)?,
        pack: row.pack_digest.as_deref().map(super::pack::digest_of).transpose()?,
        closed: row.closed_by.map(AccountId).zip(row.closed_at.map(|at| at.to_jiff())),
    })
}

/// The meetings that are over, or those that are not, the latest first, for whoever convenes them.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn meetings(
    services: &Services,
    context: &Context,
    over: bool,
    after: Option<Earlier>,
) -> Result<MeetingList<Convened>, ReviewError> {
    secretary(context)?;
    let states = State::ALL.into_iter().filter(|state| state.is_over() == over);
    let states: Vec<String> = states.map(|state| state.name().to_owned()).collect();
    page(&sql::list(&services.db, &states, begin(after), ROWS).await?, read)
}

/// One of them.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn meeting(services: &Services, context: &Context, meeting: MeetingId) -> Result<Convened, ReviewError> {
    secretary(context)?;
    read(&sql::one(&services.db, meeting.0).await?.ok_or(ReviewError::NotFound)?)
}

async fn record(
    db: &mut PgConnection,
    context: &Context,
    meeting: MeetingId,
    detail: serde_json::Value,
) -> Result<(), ReviewError> {
    let (action, subject) = ("spark.meeting_changed", Some(meeting.0));
    Ok(audit::record(db, context, &[Entry { action, subject_kind: "spark_meeting", subject, detail }]).await?)
}

/// Plans a meeting.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn plan(services: &Services, context: &Context, new: &NewMeeting) -> Result<(), ReviewError> {
    let by = secretary(context)?;
    let row = MeetingRow {
        id: new.id.0,
        state: State::Planned.name().to_owned(),
        version: 0,
        day: new.day.to_sqlx(),
        chair_id: new.roll.chair().0,
        deputy_id: new.roll.deputy().0,
        members: new.roll.members().iter().map(|member| member.0).collect(),
        pack_digest: None,
        minutes: None,
        closed_by: None,
        closed_at: None,
    };
    let mut tx = services.begin().await?;
    if sql::add(&mut *tx, &row, by.0, context.now).await? {
        record(&mut tx, context, new.id, json!({ "event": "plan", "members": row.members.len() })).await?;
    }
    Ok(tx.commit().await?)
}

/// Puts an agenda in the place of the one there was, while the meeting is planned: cases that are not there for whoever does stay
/// where they are. Answers the new version.
///
/// # Errors
/// `Denied`; `NotFound`, also where a case is put on it that is not there for whoever does, and for whoever sits; `Fields` for
/// more than sixty, those that stay counted; `Stale`; `Refused` once it is frozen; `Unfrozen` where a case stands on it twice; `Database`.
pub async fn set_agenda(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    (version, cases): (i32, &[CaseId]),
) -> Result<i32, ReviewError> {
    use domain::spark::review::pack::Unfrozen;
    let by = secretary(context)?;
    let too_many =
        || ReviewError::Fields(vec![FieldError::new("cases", Fault::OutOfRange { min: 1, max: MOST as u32 })]);
    if cases.len() > MOST {
        return Err(too_many());
    }
    let twice = |(nth, case): (usize, &CaseId)| cases[..nth].contains(case).then_some(*case);
    if let Some(case) = cases.iter().enumerate().find_map(twice) {
        return Err(Unfrozen::Twice(case).into());
    }
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, meeting, version).await?;
    not_sitting(&row, by)?;
    next(state_of(&row)?, Event::Freeze)?;
    let mut ids: Vec<Uuid> = cases.iter().map(|case| case.0).collect();
    // Whoever has a conflict with a case puts it on no agenda and takes it off none: they do not know that there is one.
    let hidden = hidden(&mut tx, meeting, by).await?;
    let someone = Someone::read(&mut tx, by).await?;
    let there: Vec<Uuid> = sql::items(&mut *tx, meeting.0).await?.into_iter().map(|item| item.case_id).collect();
    let new = ids.iter().filter(|id| !there.contains(id) || hidden.contains(*id)).copied();
    let new: Vec<Uuid> = new.collect();
    let rows = case_sql::many(&mut *tx, &new).await?;
    if someone.cares_for(&mut tx, &rows).await?.len() < new.len() {
        return Err(ReviewError::NotFound);
    }
    for (nth, id) in there.into_iter().enumerate().filter(|(_, id)| hidden.contains(id)) {
        ids.insert(nth.min(ids.len()), id);
    }
    // All of them: those that stay where they are, too.
    if ids.len() > MOST {
        return Err(too_many());
    }
    sql::set_agenda(&mut tx, meeting.0, &ids).await?;
    if !sql::touch(&mut *tx, (meeting.0, version), context.now).await? {
        return Err(ReviewError::Stale);
    }
    record(&mut tx, context, meeting, json!({ "event": "agenda", "items": ids.len() })).await?;
    tx.commit().await?;
    Ok(version + 1)
}

/// Notes who is in the room, for one item or for all, in the place of whoever was noted before. Who is not on the roll counts
/// nowhere. Items that are not there for whoever notes it stay as they are.
///
/// # Errors
/// `Denied`; `NotFound`, also for whoever sits; `NotSitting` before the pack is frozen and once the minutes are closed; `Database`.
pub async fn attend(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    (case, present): (Option<CaseId>, &BTreeSet<AccountId>),
) -> Result<(), ReviewError> {
    let by = secretary(context)?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    not_sitting(&row, by)?;
    let state = state_of(&row)?;
    if !matches!(state, State::PackFrozen | State::InSession | State::Adjourned) {
        return Err(ReviewError::NotSitting(state));
    }
    let there: Vec<Uuid> = roll_of(&row)?.members().intersection(present).map(|member| member.0).collect();
    let hidden = hidden(&mut tx, meeting, by).await?;
    let items = sql::items(&mut *tx, meeting.0).await?;
    let meant = |id: &Uuid| case.is_none_or(|case| case.0 == *id) && !hidden.contains(id);
    let asked: Vec<Uuid> = items.iter().map(|item| item.case_id).filter(meant).collect();
    if asked.is_empty() {
        return Err(ReviewError::NotFound);
    }
    for id in asked {
        votes::set_present(&mut tx, meeting.0, id, &there).await?;
    }
    record(&mut tx, context, meeting, json!({ "event": "attend", "present": there.len() })).await?;
    Ok(tx.commit().await?)
}

/// Puts an item off to another meeting, or takes it up again.
///
/// # Errors
/// `Denied`; `NotFound`, also for whoever has a conflict with the case or sits; `NotSitting`, `Database`.
pub async fn put_off(
    services: &Services,
    context: &Context,
    (meeting, case): (MeetingId, CaseId),
    over: bool,
) -> Result<(), ReviewError> {
    let by = secretary(context)?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    not_sitting(&row, by)?;
    let state = state_of(&row)?;
    if !matches!(state, State::InSession | State::Adjourned) {
        return Err(ReviewError::NotSitting(state));
    }
    if hidden(&mut tx, meeting, by).await?.contains(&case.0)
        || !sql::stand_over(&mut *tx, meeting.0, case.0, over).await?
    {
        return Err(ReviewError::NotFound);
    }
    record(&mut tx, context, meeting, json!({ "event": "put_off", "case": case, "over": over })).await?;
    Ok(tx.commit().await?)
}

/// Opens a frozen meeting or one that broke off, breaks it off, thaws its pack, or calls it off. Answers the new version.
///
/// # Errors
/// `Denied`; `NotFound`, also for whoever sits or has a conflict with any item; `Stale`, `First`, `Refused` (also for what has a
/// function of its own), `Unable` to open without a quorum, `Database`.
pub async fn step(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    (version, event): (i32, Event),
) -> Result<i32, ReviewError> {
    let by = secretary(context)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, meeting, version).await?;
    leads(&mut tx, &row, by).await?;
    let state = state_of(&row)?;
    let to = next(state, event)?;
    match event {
        Event::Open => {
            let there: BTreeSet<AccountId> =
                votes::present(&mut *tx, meeting.0).await?.into_iter().map(|(_, member)| AccountId(member)).collect();
            // Who is recused from which item is counted item by item, when the minutes are closed.
            roll_of(&row)?.convene(&BTreeSet::new(), &there)?;
        }
        Event::Thaw => votes::clear_present(&mut *tx, meeting.0).await?,
        Event::Adjourn | Event::Cancel => {}
        Event::Freeze | Event::Close | Event::Reopen | Event::Sign => return Err(Refused { state, event }.into()),
    }
    if !sql::set_state(&mut *tx, (meeting.0, version), to.name(), context.now).await? {
        return Err(ReviewError::Stale);
    }
    record(&mut tx, context, meeting, json!({ "event": event, "to": to })).await?;
    tx.commit().await?;
    Ok(version + 1)
}
