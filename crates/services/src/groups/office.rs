//! The house's desk for groups: the rules, the board, the sessions a request can be answered with, proposing, approving.

use super::change::settle_due;
use super::draft::is_offered;
use super::kind::{GroupError, GroupFault, Groups, RequestView, of_booking};
use super::letter;
use super::view::open_readable;
use crate::audit::{self, Entry};
use crate::booking::within::{self, Asked, lock_for};
use crate::booking::{Person, SessionView, museum};
use crate::messages::GroupTemplate;
use crate::requests::{Notice, finished, locked, run, sealed, step, tell};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Pool, Reference, Refusal};
use domain::groups::{Event, GroupPolicy, Holding, State};
use domain::ids::{GroupRequestId, HoldId, SessionId};
use domain::typed;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::groups::requests::{self as sql, Change};

/// How long a request that is over stays on the board.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_hours(24 * 14);
/// Sessions that are shown to be proposed.
const NEARBY: usize = 12;

/// The rules in force, with their version; the usual ones before the house has written any.
pub(super) async fn read_policy(db: &mut PgConnection) -> Result<(i32, GroupPolicy), GroupError> {
    match sql::policy(db).await? {
        None => Ok((0, GroupPolicy::default())),
        Some((version, policy)) => {
            let policy = serde_json::from_value(policy).map_err(|_| GroupError::Damaged("the groups' policy"))?;
            Ok((version, policy))
        }
    }
}

/// The rules in force: public knowledge.
///
/// # Errors
/// `Database`.
pub async fn policy(services: &Services) -> Result<(i32, GroupPolicy), GroupError> {
    let mut db = services.db.acquire().await?;
    read_policy(&mut db).await
}

/// Writes new rules. Requests that were sent under older ones stay as they are; what is decided from now on is decided by
/// the new ones.
///
/// # Errors
/// `Denied`; `StateHasChanged` when others wrote new ones since `version`.
pub async fn change_policy(
    services: &Services,
    context: &Context,
    version: i32,
    fresh: GroupPolicy,
) -> Result<(), GroupError> {
    context.require(Capability::ManageSessions)?;
    run(|| {
        let (services, context, fresh) = (services.clone(), context.clone(), fresh.clone());
        async move { policy_changed(&services, &context, version, &fresh).await }
    })
    .await
}

async fn policy_changed(
    services: &Services,
    context: &Context,
    version: i32,
    fresh: &GroupPolicy,
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let value = serde_json::to_value(fresh).map_err(|_| GroupError::Damaged("the groups' policy"))?;
    let (now, before) = read_policy(&mut tx).await?;
    if now != version {
        return Err(GroupError::StateHasChanged);
    }
    let by = context.actor.account().map(|account| account.0);
    match sql::add_policy(&mut tx, version + 1, &value, by, context.now).await {
        Err(error) if store::constraint_of(&error) == Some("group_policy_pkey") => {
            return Err(GroupError::StateHasChanged);
        }
        other => other?,
    }
    let detail = json!({ "version": version + 1, "from": before, "to": fresh });
    let entry = Entry { action: "group.policy_changed", subject_kind: "group_policy", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(())
}

/// What staff look for: part of an organisation's name, or a reference.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// As typed.
    pub text: String,
}

/// Every request under way, and what ended in the last fortnight; the oldest first. Particulars print masked.
///
/// # Errors
/// `Denied`.
pub async fn board(services: &Services, context: &Context, wanted: &Wanted) -> Result<Vec<RequestView>, GroupError> {
    context.require(Capability::HandleGroups)?;
    // The board shows what is so in any case; it is only not written down yet.
    if let Err(error) = settle_due(services).await {
        tracing::error!(%error, "what happened to groups' requests could not be written down");
    }
    let text = wanted.text.trim();
    let reference = Reference::parse(text).ok().map(|reference| reference.as_str().to_owned());
    let text = (!text.is_empty()).then_some(text);
    let mut db = services.db.acquire().await?;
    let rows = sql::board(&mut db, text, reference.as_deref(), context.now - SHOWN_AFTER).await?;
    open_readable(services, &mut db, rows, context.now).await
}

/// A session a request may be answered with.
#[derive(Clone, Copy, Debug)]
pub struct Answerable {
    /// The session, as full as it is.
    pub session: SessionView,
    /// People too many for it at this moment; what is kept for the request itself is not counted.
    pub over_by: u32,
    /// The group named it, or accepted it: it can be approved at once.
    pub agreed: bool,
}

/// The sessions a request can be answered with: those it named or accepted, and the nearest others that have room.
///
/// # Errors
/// `Denied`.
pub async fn nearby(
    services: &Services,
    context: &Context,
    request: &RequestView,
) -> Result<Vec<Answerable>, GroupError> {
    context.require(Capability::HandleGroups)?;
    let (_, policy) = policy(services).await?;
    let museum = museum(services).await?;
    let own = |session: &SessionView| match request.kept {
        Some((kept, _)) if kept == session.id => request.people(),
        _ => 0,
    };
    let answerable = |session: &SessionView| Answerable {
        session: *session,
        over_by: request.people().saturating_sub(session.facts.free_for(Pool::Group) + own(session)),
        agreed: agreed(request, session.id),
    };
    let mut all: Vec<Answerable> = museum.upcoming(context.now).map(answerable).collect();
    let to = request.session().map_or(context.now, |span| span.starts_at);
    let distance = |it: &Answerable| it.session.facts.starts_at.duration_since(to).abs();
    let fits = |it: &Answerable| it.over_by == 0 && is_offered(&policy, &it.session, request.people(), context.now);
    let mut others: Vec<Answerable> = all.iter().copied().filter(|it| !it.agreed && fits(it)).collect();
    others.sort_by_key(distance);
    others.truncate(NEARBY);
    others.sort_by_key(|it| it.session.facts.starts_at);
    all.retain(|it| it.agreed);
    let rank = |it: &Answerable| request.wishes.iter().position(|wish| wish.session == it.session.id);
    all.sort_by_key(rank);
    all.extend(others);
    Ok(all)
}

/// The group has said of this session that it comes.
fn agreed(request: &RequestView, session: SessionId) -> bool {
    match (request.state, &request.proposal) {
        (State::Accepted, Some(proposal)) => proposal.span.session == session,
        _ => request.wishes.iter().any(|wish| wish.session == session),
    }
}

/// Another session for a group.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Whose.
    pub request: GroupRequestId,
    /// As the page showed it.
    pub version: i32,
    /// Which.
    pub session: SessionId,
    /// Words with it, or none.
    pub message: String,
}

/// Proposes a session; by the policy its places are kept until the group answers or the time is over. One proposed before
/// is given back only with it.
///
/// # Errors
/// `Denied`, `Fields`, `Refused`, `StateHasChanged`; `Over`; `Booking` for a session that is closed or has begun.
pub async fn propose(services: &Services, context: &Context, asked: Proposal) -> Result<(), GroupError> {
    context.require(Capability::HandleGroups)?;
    let message = typed::text(&asked.message, 500).map_err(|fault| GroupError::field("message", fault))?;
    let museum = museum(services).await?;
    let starts_at = museum.session(asked.session).ok_or(GroupError::NotFound)?.facts.starts_at;
    if starts_at <= context.now {
        return Err(GroupFault::Booking(Refusal::TooLate).into());
    }
    run(|| {
        let (services, context, asked, message) = (services.clone(), context.clone(), asked.clone(), message.clone());
        async move { proposed(&services, &context, &asked, &message, starts_at).await }
    })
    .await
}

async fn proposed(
    services: &Services,
    context: &Context,
    asked: &Proposal,
    message: &str,
    starts_at: Timestamp,
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let request = locked::<Groups>(services, context, &mut tx, asked.request, Some(asked.version)).await?;
    let (_, policy) = read_policy(&mut tx).await?;
    let answer_by = policy.answer_by(context.now, starts_at);
    let message_sealed =
        (!message.is_empty()).then(|| sealed::<Groups>(services, "message_sealed", request.id, message));
    let change = Change { proposal: Some((asked.session.0, answer_by, message_sealed)), ..Change::default() };
    let detail = json!({ "session": asked.session, "answer_by": answer_by });
    step(services, context, &mut tx, &request, Event::Propose, change, detail).await?;
    let keeps = policy.holding != Holding::Nothing;
    let hold = move_hold(services, context, &mut tx, &request, (asked.session, answer_by), keeps).await?;
    sql::set_hold(&mut tx, request.id.0, hold.map(|hold| (asked.session.0, hold.0))).await?;
    let told = Notice::now(request.id, GroupTemplate::Proposed).about(asked.session);
    tell::<Groups>(&mut tx, context.now, &[told]).await?;
    finished(services, tx).await
}

/// Keeps places in `session`, and gives back those that were kept elsewhere once the new ones are won. Without `keeps` it is
/// only asked whether there is room.
async fn move_hold(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    request: &RequestView,
    (session, until): (SessionId, Timestamp),
    keeps: bool,
) -> Result<Option<HoldId>, GroupError> {
    let people = request.people();
    let over = |error| of_booking(error, people);
    let sessions = [Some(session), request.hold.map(|(session, _)| session)];
    let locked = lock_for(services, context, db, sessions.into_iter().flatten()).await?;
    if let Some((here, hold)) = request.hold.filter(|(here, _)| *here == session && keeps)
        && request.kept.is_some()
        && locked.renew(db, here, hold, (people, until)).await?
    {
        return Ok(Some(hold));
    }
    let fresh = if keeps {
        Some(locked.keep(db, session, people, until).await.map_err(over)?)
    } else {
        // What an older rule kept here is the group's own, and must not stand in its way.
        let own = request.hold.filter(|(here, _)| *here == session).map(|(_, hold)| hold);
        locked.has_room(db, session, people, own).await.map_err(over)?;
        None
    };
    if let Some((there, hold)) = request.hold {
        locked.give_back(db, there, hold).await?;
    }
    Ok(fresh)
}

/// Approves a request for a session the group named or accepted: it becomes a booking, if there is room for all of it at
/// this moment, under the session's lock. What was kept for it is its own.
///
/// # Errors
/// `Denied`, `Refused`, `StateHasChanged`; `Over` by so many people; `Booking`: closed, over; `LetterMissing` where the rules
/// ask for one; `NotFound` for a session nobody agreed on.
pub async fn approve(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    version: i32,
    session: SessionId,
) -> Result<(), GroupError> {
    context.require(Capability::HandleGroups)?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { approved(&services, &context, id, version, session).await }
    })
    .await
}

async fn approved(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    version: i32,
    session: SessionId,
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let request = locked::<Groups>(services, context, &mut tx, id, Some(version)).await?;
    domain::groups::next(request.state, Event::Approve)?;
    if !agreed(&request, session) {
        return Err(GroupError::NotFound);
    }
    let (_, policy) = read_policy(&mut tx).await?;
    if policy.needs_letter(request.kind) && letter::read(&mut tx, id).await?.is_none() {
        return Err(GroupFault::LetterMissing.into());
    }
    let sessions = [Some(session), request.hold.map(|(session, _)| session)];
    let locked = lock_for(services, context, &mut tx, sessions.into_iter().flatten()).await?;
    let person = Person { name: request.name.clone(), contact: request.contact.clone() };
    let under_14 = request.ages.under_14(request.members);
    let own = request.hold.filter(|(here, _)| *here == session).map(|(_, hold)| hold);
    let asked = Asked {
        session,
        person: &person,
        party: within::party(request.people(), under_14)?,
        account: request.account,
        hold: own,
    };
    let over = |error| of_booking(error, request.people());
    // What the group is told of its booking it is told in its own language.
    let spoken = Context { locale: request.locale, ..context.clone() };
    let locked = locked.speaking(&spoken);
    let booked = locked.book(&mut tx, asked).await.map_err(over)?;
    if let Some((there, hold)) = request.hold.filter(|_| own.is_none()) {
        locked.give_back(&mut tx, there, hold).await?;
    }
    sql::set_hold(&mut tx, id.0, None).await?;
    let change = Change { booking: Some(booked.booking.0), ..Change::default() };
    let detail = json!({ "session": session, "booking": booked.booking, "people": request.people() });
    step(services, context, &mut tx, &request, Event::Approve, change, detail).await?;
    finished(services, tx).await
}
