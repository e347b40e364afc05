//! Changing a booking: cancel, fewer people, another session. Each is one transaction under the sessions' locks, runs to
//! its end when the caller goes away, and queues its message in the same transaction.

use super::BookingError;
use super::claims::{activity, lock, lock_key};
use super::document::{sealed, still_coming};
use super::entrance::{Who, pass, running};
use super::persons::{Persons, since};
use super::retry::again;
use super::view::{BookingView, open};
use super::waiting::{handed_on, lock_lines, promote, standing};
use crate::audit::{self, Entry};
use crate::crypto::LinkPurpose;
use crate::db::to_the_end;
use crate::machines::Repeatable;
use crate::messages::{self, Template};
use crate::webhooks::news;
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::booking::{
    BookingFacts, Party, Policy, Pool, Refusal, SessionFacts, booking_needed, documents_within_limits, house_may_book,
    may_cancel, may_have_children, may_move,
};
use domain::ids::{BookingId, SessionId};
use domain::time::local_day;
use domain::webhooks::Topic;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgConnection;
use store::booking::{bookings as sql, claims};

/// How a caller names a booking.
#[derive(Clone, Debug)]
pub enum Handle {
    /// By a signed link: whoever has it may see and change the booking.
    Link(String),
    /// By id: the account's owner, staff and machines that may.
    Id(BookingId),
}

/// The row behind a handle, if the caller may have it. The two kinds of "no" are one.
pub(super) async fn resolve(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    handle: &Handle,
) -> Result<sql::BookingRow, BookingError> {
    let id = match handle {
        Handle::Link(text) => {
            let opened = services.vault.open_link(LinkPurpose::ManageBooking, text, context.now);
            opened.map_err(|_| BookingError::NotFound)?
        }
        Handle::Id(id) => {
            let may = match &context.actor {
                Actor::Visitor { account, .. } => sql::is_of_account(db, account.0, id.0).await?,
                _ => context.require(Capability::SeeBookings).is_ok(),
            };
            may.then_some(id.0).ok_or(BookingError::NotFound)?
        }
    };
    sql::booking(db, id).await?.ok_or(BookingError::NotFound)
}

/// A handle that may also change: seeing is not enough for those who see by id.
pub(super) fn require_change(context: &Context, handle: &Handle) -> Result<(), BookingError> {
    match (handle, &context.actor) {
        (Handle::Link(_), _) | (Handle::Id(_), Actor::Visitor { .. }) => Ok(()),
        (Handle::Id(_), _) => Ok(context.require(Capability::BookOnBehalf)?),
    }
}

fn changed_by(context: &Context) -> &'static str {
    match context.actor {
        Actor::Staff { .. } | Actor::System => "staff",
        Actor::Client { .. } | Actor::Device { .. } | Actor::Display { .. } => "api",
        Actor::Anonymous | Actor::Visitor { .. } => "visitor",
    }
}

/// Whether the house itself acts, which is not bound by what the public is bound by.
fn by_house(context: &Context) -> bool {
    matches!(context.actor, Actor::Staff { .. } | Actor::System)
}

/// Staff change bookings as long as nobody has come; the public keeps the policy's deadline.
fn deadline(
    policy: &Policy,
    context: &Context,
    session: &SessionFacts,
    booking: &sql::BookingRow,
) -> Result<(), Refusal> {
    let decided = may_cancel(policy, context.now, session, booking.arrived.max(0) as u32, booking.state == "cancelled");
    match decided {
        Err(Refusal::TooLate | Refusal::ChangesOver { .. }) if by_house(context) => Ok(()),
        other => other,
    }
}

/// What is to become of a booking.
#[derive(Clone, Debug)]
pub enum Work {
    /// It is cancelled.
    Cancel,
    /// Another party comes; of those whose documents are there these, by their places, where it is said who.
    Party(Party, Option<Vec<usize>>),
    /// It moves to another session.
    Move(SessionId),
}

/// How an answer is made of what was changed.
pub type Answering<Seen> = dyn Fn(&Services, &Seen) -> serde_json::Value + Send + Sync;

/// The answer to a request that may be repeated: made of what was changed and kept under the request's key, in the
/// transaction of the change.
pub struct Remember<Seen = BookingView> {
    /// The key.
    pub under: Repeatable,
    /// The answer.
    pub answer: Box<Answering<Seen>>,
}

impl<Seen> Remember<Seen> {
    /// Keeps the answer. Before the commit, which must not follow an error.
    ///
    /// # Errors
    /// `Refused(Busy)` when another request has answered under the key meanwhile.
    pub(super) async fn keep(
        &self,
        services: &Services,
        db: &mut PgConnection,
        seen: &Seen,
    ) -> Result<(), BookingError> {
        let kept = self.under.keep_in(db, services, &(self.answer)(services, seen)).await?;
        if kept { Ok(()) } else { Err(Refusal::Busy.into()) }
    }
}

/// Does `work` and keeps the answer with it, both or neither.
///
/// # Errors
/// As [`cancel`], [`change_party`], [`move_to`]; `Refused(Busy)` when another request has answered under the key meanwhile.
pub async fn change_and_remember(
    services: &Services,
    context: &Context,
    handle: Handle,
    version: Option<i32>,
    work: Work,
    remember: Remember,
) -> Result<BookingView, BookingError> {
    run(services, context, handle, version, (work, Some(remember))).await
}

/// Cancels a booking.
///
/// # Errors
/// `Refused`: cancelled already, arrived, too late; `StateHasChanged` when `version` is not the present one.
pub async fn cancel(
    services: &Services,
    context: &Context,
    handle: Handle,
    version: Option<i32>,
) -> Result<BookingView, BookingError> {
    run(services, context, handle, version, (Work::Cancel, None)).await
}

/// Makes the party smaller (or, for staff, larger while there is room).
///
/// # Errors
/// As [`cancel`]; `Refused(NotSmaller)`, `Refused(Full)`; `Fields` where everybody's document is there and nobody said who
/// still comes.
pub async fn change_party(
    services: &Services,
    context: &Context,
    handle: Handle,
    version: Option<i32>,
    party: Party,
) -> Result<BookingView, BookingError> {
    run(services, context, handle, version, (Work::Party(party, None), None)).await
}

/// [`change_party`] that says who still comes, by the places of their documents: those of the others are forgotten.
///
/// # Errors
/// As [`change_party`].
pub async fn change_party_of(
    services: &Services,
    context: &Context,
    handle: Handle,
    version: Option<i32>,
    (party, stay): (Party, Vec<usize>),
) -> Result<BookingView, BookingError> {
    run(services, context, handle, version, (Work::Party(party, Some(stay)), None)).await
}

/// Moves a booking to another session in one swap: the old places are kept until the new ones are won.
///
/// # Errors
/// As [`cancel`], and whatever refuses a booking of the new session.
pub async fn move_to(
    services: &Services,
    context: &Context,
    handle: Handle,
    version: Option<i32>,
    target: SessionId,
) -> Result<BookingView, BookingError> {
    run(services, context, handle, version, (Work::Move(target), None)).await
}

async fn run(
    services: &Services,
    context: &Context,
    handle: Handle,
    version: Option<i32>,
    (work, remember): (Work, Option<Remember>),
) -> Result<BookingView, BookingError> {
    require_change(context, &handle)?;
    if let Work::Move(target) = work {
        line_up(services, context, &handle, target).await?;
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(
        async move { again(|| transaction(&services, &context, &handle, version, (&work, remember.as_ref()))).await },
    )
    .await
}

/// A booking that moves to a session which is opening stands in its line like everybody else.
async fn line_up(
    services: &Services,
    context: &Context,
    handle: &Handle,
    target: SessionId,
) -> Result<(), BookingError> {
    if running(services, context, target).await?.is_none() {
        return Ok(());
    }
    let booking = resolve(services, context, &mut *services.db.acquire().await?, handle).await?;
    let line = format!("moves {}", booking.id);
    pass(services, context, target, booking.people.max(1).unsigned_abs(), Who::Request(&line)).await.map(|_| ())
}

async fn transaction(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    (work, remember): (&Work, Option<&Remember>),
) -> Result<BookingView, BookingError> {
    let mut tx = services.begin().await?;
    let seen = resolve(services, context, &mut tx, handle).await?;
    let mut sessions = vec![seen.session_id];
    if let Work::Move(target) = work {
        sessions.push(target.0);
    }
    let locked = lock(services, &mut tx, &sessions).await?;
    // What was read before the lock may be old; what is read now cannot change.
    let booking = sql::booking(&mut tx, seen.id).await?.ok_or(BookingError::NotFound)?;
    if booking.session_id != seen.session_id || version.is_some_and(|v| v != booking.version) {
        return Err(BookingError::StateHasChanged);
    }
    let own = locked.iter().find(|s| s.id == booking.session_id).ok_or(BookingError::NotFound)?;
    let policy = policy_of(own)?;
    by_itself(&mut tx, &policy, context, &booking).await?;
    let now = services.clock.now();
    let own_facts = standing(&mut tx, own, &policy, now).await?.facts;
    deadline(&policy, context, &own_facts, &booking)?;
    match work {
        Work::Cancel => do_cancel(context, &mut tx, &booking).await?,
        Work::Party(party, stay) => {
            let asked = (*party, stay.as_deref());
            do_party(services, context, &mut tx, &booking, (own, &policy, &own_facts, now), asked).await?
        }
        Work::Move(target) => {
            let target = locked.iter().find(|s| s.id == target.0).ok_or(BookingError::NotFound)?;
            do_move(services, context, &mut tx, &booking, own, target).await?;
        }
    }
    // Places that came free are somebody's before anybody else can ask for them.
    promote(services, context, &mut tx, std::slice::from_ref(own)).await?;
    let after = sql::booking(&mut tx, seen.id).await?.ok_or(BookingError::NotFound)?;
    let after = open(services, after)?;
    if let Some(remember) = remember {
        remember.keep(services, &mut tx, &after).await?;
    }
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(after)
}

async fn note(
    context: &Context,
    db: &mut PgConnection,
    booking: &sql::BookingRow,
    (action, template): (&'static str, Template),
    detail: serde_json::Value,
) -> Result<(), BookingError> {
    let entry = Entry { action, subject_kind: "booking", subject: Some(booking.id), detail };
    audit::record(db, context, &[entry]).await?;
    let topic = if template == Template::Cancelled { Topic::BookingCancelled } else { Topic::BookingChanged };
    news::own_bookings(db, context.now, topic, &[booking.id]).await?;
    messages::queue_booking(db, context.now, BookingId(booking.id), template).await?;
    Ok(())
}

/// A date of a series that is booked as a whole is not changed or given back by itself: nobody could have it. The house may.
async fn by_itself(
    db: &mut PgConnection,
    policy: &Policy,
    context: &Context,
    booking: &sql::BookingRow,
) -> Result<(), BookingError> {
    let bound = !policy.series.allows_dates() && !by_house(context) && booking.state == "confirmed";
    if bound && store::booking::series::of_booking(db, booking.id).await?.len() > 1 {
        return Err(Refusal::WholeSeriesOnly.into());
    }
    Ok(())
}

/// Cancels one booking of several in the caller's transaction, if it still can be; places that come free are passed on by
/// the caller, who holds the locks of the sessions and their lines.
pub(super) async fn cancel_in(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    own: &claims::LockedSession,
    booking: &sql::BookingRow,
) -> Result<(), BookingError> {
    let policy = policy_of(own)?;
    let facts = standing(db, own, &policy, services.clock.now()).await?.facts;
    deadline(&policy, context, &facts, booking)?;
    do_cancel(context, db, booking).await
}

async fn do_cancel(context: &Context, db: &mut PgConnection, booking: &sql::BookingRow) -> Result<(), BookingError> {
    sql::cancel(db, booking.session_id, booking.id, changed_by(context), context.now).await?;
    let detail = serde_json::json!({ "session": booking.session_id, "people": booking.people });
    note(context, db, booking, ("booking.cancelled", Template::Cancelled), detail).await
}

async fn do_party(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    booking: &sql::BookingRow,
    (own, policy, session, now): (&claims::LockedSession, &Policy, &SessionFacts, Timestamp),
    (party, stay): (Party, Option<&[usize]>),
) -> Result<(), BookingError> {
    let (old, new) = (booking.people.max(0) as u32, party.people.get());
    let same = new == old && i32::from(party.children) == booking.children;
    if same || (new > old && !by_house(context)) {
        return Err(Refusal::NotSmaller.into());
    }
    let pool = pool_of(booking)?;
    if new > old {
        // Where nobody needs a booking whoever comes in addition needs none either.
        booking_needed(now, session)?;
        let free = session.free_for(pool);
        if new - old > free {
            return Err(Refusal::Full { free }.into());
        }
    }
    if policy.children_need_adult && party.children > 0 && party.adults() == 0 {
        return Err(Refusal::ChildrenNeedAdult.into());
    }
    if i32::from(party.children) > booking.children && !by_house(context) {
        let view = open(services, booking.clone())?;
        let (person, documents) = other_bookings(services, db, policy, own, &view).await?;
        may_have_children(policy, party, person, &documents)?;
    }
    documents_stay(services, db, booking, (party, local_day(session.starts_at)), stay).await?;
    let change = sql::Change {
        session: booking.session_id,
        people: new as i32,
        children: i32::from(party.children),
        moves: 0,
        pool: pool.name(),
    };
    sql::change(db, booking.session_id, booking.id, change, now).await?;
    let detail = serde_json::json!({ "from": old, "to": new });
    note(context, db, booking, ("booking.resized", Template::Changed), detail).await
}

/// Forgets the documents of those who do not come any more; those of the others allow the children that are said.
async fn documents_stay(
    services: &Services,
    db: &mut PgConnection,
    booking: &sql::BookingRow,
    (party, day): (Party, Date),
    stay: Option<&[usize]>,
) -> Result<(), BookingError> {
    let documents = open(services, booking.clone())?.documents;
    let people = (booking.people.max(0) as u32, party.people.get());
    let staying = still_coming(&documents, people, stay)?;
    let fits = staying.as_ref().unwrap_or(&documents).allows(party, day);
    fits.map_err(|fault| BookingError::field("children", fault))?;
    if let Some(staying) = staying.and_then(|staying| sealed(services, booking.id, &staying)) {
        sql::keep_documents(db, booking.session_id, booking.id, &staying).await?;
    }
    Ok(())
}

async fn do_move(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    booking: &sql::BookingRow,
    own: &claims::LockedSession,
    target: &claims::LockedSession,
) -> Result<(), BookingError> {
    if target.id == own.id {
        return Err(Refusal::SameSession.into());
    }
    if activity(target) != activity(own) {
        return Err(BookingError::NotFound);
    }
    let target_policy = policy_of(target)?;
    let view = open(services, booking.clone())?;
    // The person's key before anybody's entry: the order every transaction locks in.
    let (person, documents) = other_bookings(services, db, &target_policy, target, &view).await?;
    lock_lines(services, db, &[own.id, target.id]).await?;
    let now = services.clock.now();
    let (stands, _) = handed_on(services, db, target, &target_policy, now).await?;
    let session = stands.facts;
    let pool = pool_after(context, pool_of(booking)?);
    let moves = if by_house(context) {
        house_may_book(context.now, &session, view.party, pool)?;
        0
    } else {
        documents_within_limits(&target_policy, context.now, &documents, view.party)?;
        may_move(&target_policy, context.now, &session, view.party, view.moves, person)?;
        1
    };
    let (people, children) = (booking.people, booking.children);
    let change = sql::Change { session: target.id, people, children, moves, pool: pool.name() };
    sql::change(db, own.id, booking.id, change, now).await?;
    messages::queue_reminders(db, context.now, &[BookingId(booking.id)], target.starts_at.to_jiff()).await?;
    let detail = serde_json::json!({ "from": own.id, "to": target.id });
    note(context, db, booking, ("booking.moved", Template::Changed), detail).await
}

fn pool_of(booking: &sql::BookingRow) -> Result<Pool, BookingError> {
    Pool::from_name(&booking.pool).ok_or(BookingError::Damaged("the pool of a booking"))
}

/// Whose places a booking draws on once it has moved: the house moves groups into the groups' places and everybody else
/// into its own; what the public moves, it moves into what is the public's.
fn pool_after(context: &Context, before: Pool) -> Pool {
    match (by_house(context), before) {
        (false, _) => Pool::Individual,
        (true, Pool::Group) => Pool::Group,
        (true, _) => Pool::Staff,
    }
}

/// What else the person has booked around the target's day, and what was booked with each of their documents, under the locks
/// of all.
async fn other_bookings(
    services: &Services,
    db: &mut PgConnection,
    policy: &Policy,
    target: &claims::LockedSession,
    view: &BookingView,
) -> Result<(BookingFacts, Vec<BookingFacts>), BookingError> {
    let (signs, documents) = (view.signs(services), view.document_signs(services));
    let counted: Vec<Vec<u8>> = signs.iter().chain(&documents).cloned().collect();
    if counted.is_empty() {
        return Ok(Default::default());
    }
    claims::lock_keys(db, &counted.iter().map(|index| lock_key(index)).collect::<Vec<_>>()).await?;
    let since = since(policy, target.starts_at.to_jiff());
    let had = Persons::read_except(db, counted, since, Some(view.id)).await?;
    // A pause keeps nobody from coming on another day than the one that was booked before it.
    let of = |signs: &[Vec<u8>]| BookingFacts {
        suspended_until: None,
        ..had.at_all(policy, services.clock.now(), target, signs)
    };
    Ok((of(&signs), documents.iter().map(|document| of(std::slice::from_ref(document))).collect()))
}

pub(super) fn policy_of(session: &claims::LockedSession) -> Result<Policy, BookingError> {
    serde_json::from_value(session.policy.clone()).map_err(|_| BookingError::Damaged("a policy"))
}
