//! What changes a request: one transaction under its row's lock, the state machine asked, places given back, the message
//! queued, the trail written. What the group itself does stands here; the house's side uses the same tools.

use super::GroupError;
use super::office::read_policy;
use super::view::{Handle, RequestView, load, resolve, sealed};
use crate::audit::{self, Entry};
use crate::booking::within::lock_for;
use crate::booking::{self, manage_link as booking_link};
use crate::db::to_the_end;
use crate::messages::{self, GroupTemplate};
use crate::{Context, Services};
use domain::booking::Refusal;
use domain::field::{Faults, FieldError};
use domain::groups::{Event, State, next, smaller as read_smaller};
use domain::ids::GroupRequestId;
use domain::typed;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::time::Duration;
use store::groups::requests::{self as sql, Change};

/// Locks a request and answers it as it is at this moment. What has happened to it by itself is written down here and now,
/// so that whoever acts next acts on what is so. `version` is what the caller saw; none for what does not mind.
pub(super) async fn locked(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: GroupRequestId,
    version: Option<i32>,
) -> Result<RequestView, GroupError> {
    let row = sql::lock(db, id.0).await?.ok_or(GroupError::NotFound)?;
    let seen = row.version;
    let request = load(services, db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    if version.is_some_and(|version| version != seen) {
        return Err(GroupError::StateHasChanged);
    }
    let Some(event) = happened(&request) else { return Ok(request) };
    let before = RequestView { state: request.stored, ..request };
    step(services, context, db, &before, event, Change::default(), json!({})).await?;
    load(services, db, id, context.now).await?.ok_or(GroupError::NotFound)
}

/// What has brought a request from where somebody left it to where it is.
fn happened(request: &RequestView) -> Option<Event> {
    let leads = |event: &Event| next(request.stored, *event) == Ok(request.state);
    let by_itself = [Event::Lapse, Event::Close, Event::Cancel, Event::Visit];
    (request.stored != request.state).then(|| by_itself.into_iter().find(leads)).flatten()
}

/// Takes a locked request one event further and writes the trail. Places that were kept for what is not to be are given back.
pub(super) async fn step(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    request: &RequestView,
    event: Event,
    change: Change,
    detail: Value,
) -> Result<State, GroupError> {
    let then = next(request.state, event)?;
    sql::advance(db, request.id.0, then.name(), &change, context.now).await?;
    let ends = matches!(event, Event::Decline | Event::Lapse | Event::Refuse | Event::Withdraw);
    if let Some((session, hold)) = request.hold.filter(|_| ends) {
        sql::set_hold(db, request.id.0, None).await?;
        lock_for(services, context, db, [session]).await?.give_back(db, session, hold).await?;
    }
    let entry = Entry {
        action: action(event),
        subject_kind: "group_request",
        subject: Some(request.id.0),
        detail: json!({ "from": request.state.name(), "to": then.name(), "with": detail }),
    };
    audit::record(db, context, &[entry]).await?;
    Ok(then)
}

/// The word of the audit trail.
const fn action(event: Event) -> &'static str {
    match event {
        Event::Submit => "group.requested",
        Event::Ask => "group.asked",
        Event::Answer => "group.answered",
        Event::Propose => "group.proposed",
        Event::Accept => "group.accepted",
        Event::Decline => "group.declined",
        Event::Lapse => "group.lapsed",
        Event::Approve => "group.approved",
        Event::Close => "group.closed",
        Event::Cancel => "group.cancelled",
        Event::Visit => "group.visited",
        Event::Refuse => "group.refused",
        Event::Withdraw => "group.withdrawn",
    }
}

/// Does a whole change to its end, also when the caller goes away; again when the database says that may help.
pub(super) async fn run<F, T>(work: impl Fn() -> F) -> Result<T, GroupError>
where
    F: Future<Output = Result<T, GroupError>> + Send + 'static,
    T: Send + 'static,
{
    let mut tries = 0;
    loop {
        match to_the_end(work()).await {
            Err(GroupError::Database(error)) if store::is_transient(&error) => {
                if tries == 3 {
                    return Err(GroupError::Booking(Refusal::Busy));
                }
                tries += 1;
                tokio::time::sleep(Duration::from_millis(5 << tries)).await;
            }
            other => return other,
        }
    }
}

/// One event of one request, whole: lock, step, message, commit.
pub(super) async fn one(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    version: Option<i32>,
    (event, change): (Event, Change),
    template: Option<GroupTemplate>,
) -> Result<(), GroupError> {
    run(|| {
        let (services, context, change) = (services.clone(), context.clone(), change.clone());
        async move {
            let mut tx = services.begin().await?;
            let request = locked(&services, &context, &mut tx, id, version).await?;
            match step(&services, &context, &mut tx, &request, event, change, json!({})).await {
                Ok(_) => {}
                Err(refused @ GroupError::Refused(_)) => {
                    // What happened by itself stays written, whatever is said to who came too late.
                    tx.commit().await?;
                    return Err(refused);
                }
                Err(error) => return Err(error),
            }
            if event == Event::Accept {
                keep_accepted(&services, &context, &mut tx, &request).await?;
            }
            if let Some(template) = template {
                messages::queue_group(&mut tx, context.now, id, template, None).await?;
            }
            tx.commit().await?;
            services.job_bell.notify_one();
            Ok(())
        }
    })
    .await
}

/// Places that were kept for a proposal are kept on until the house approves it.
async fn keep_accepted(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    request: &RequestView,
) -> Result<(), GroupError> {
    let (Some((session, hold)), Some(proposal)) = (request.hold, &request.proposal) else { return Ok(()) };
    let (_, policy) = read_policy(db).await?;
    let until = policy.keep_until(context.now, proposal.span.starts_at);
    let locked = lock_for(services, context, db, [session]).await?;
    locked.renew(db, session, hold, (request.people(), until)).await?;
    Ok(())
}

/// Text somebody wrote to somebody else: at least a character, at most 500.
pub(super) fn words(field: &str, text: &str) -> Result<String, GroupError> {
    typed::words(text, 500).map_err(|fault| GroupError::field(field, fault))
}

/// What a group does, as it is remembered: the same button pressed twice is done once, and both presses are told so.
struct Press<'a> {
    event: Event,
    /// Where a request stands after it.
    then: State,
    /// The words that came with it: two answers are one answer when they say the same.
    text: Option<&'a str>,
    template: Option<GroupTemplate>,
}

/// One event of a group. The second press of a double tap names the version before the first: where the request stands as
/// the first one left it, it has nothing more to do.
async fn pressed(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    version: Option<i32>,
    press: Press<'_>,
) -> Result<(), GroupError> {
    let answer_sealed = press.text.map(|text| sealed(services, "answer_sealed", id, text));
    let change = Change { answer_sealed, ..Change::default() };
    let done = one(services, context, id, version, (press.event, change), press.template).await;
    match (done, version) {
        (Err(GroupError::StateHasChanged), Some(version)) => {
            let mut db = services.db.acquire().await?;
            let now = load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
            let said = press.text.is_none_or(|text| now.answer.as_deref() == Some(text));
            let stands = now.version == version.saturating_add(1) && now.state == press.then && said;
            if stands { Ok(()) } else { Err(GroupError::StateHasChanged) }
        }
        (done, _) => done,
    }
}

/// The group answers what was asked.
///
/// # Errors
/// `NotFound` for a link that is none; `Fields`; `Refused`; `StateHasChanged`.
pub async fn answer(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    text: &str,
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let text = words("answer", text)?;
    let press = Press { event: Event::Answer, then: State::Submitted, text: Some(&text), template: None };
    pressed(services, context, id, version, press).await
}

/// The group accepts the session that was proposed. Pressed twice it is accepted once.
///
/// # Errors
/// As [`answer`]; `Refused` also when the proposal has run out meanwhile.
pub async fn accept(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let press = Press { event: Event::Accept, then: State::Accepted, text: None, template: None };
    pressed(services, context, id, version, press).await
}

/// The group would rather have another session, and says what suits it.
///
/// # Errors
/// As [`answer`].
pub async fn decline(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    text: &str,
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let text = words("wish", text)?;
    let press = Press { event: Event::Decline, then: State::Submitted, text: Some(&text), template: None };
    pressed(services, context, id, version, press).await
}

/// The group takes its request back; where it is a booking already, that is cancelled, under the rules of bookings. Its
/// places are free at once.
///
/// # Errors
/// As [`answer`]; `Booking` when the booking can no longer be cancelled.
pub async fn withdraw(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    let request = load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    drop(db);
    if request.state == State::Approved {
        return cancel_booking(services, context, &request).await;
    }
    let template = Some(GroupTemplate::Withdrawn);
    let press = Press { event: Event::Withdraw, then: State::Withdrawn, text: None, template };
    pressed(services, context, id, version, press).await
}

async fn cancel_booking(services: &Services, context: &Context, request: &RequestView) -> Result<(), GroupError> {
    let booked = request.booking.ok_or(GroupError::Damaged("an approved request without a booking"))?;
    let handle = booking::Handle::Link(booking_link(services, booked.booking, booked.span.ends_at));
    booking::cancel(services, context, handle, None).await?;
    settle(services, context, request.id).await
}

/// The group becomes smaller. Of a booking the places go to those who wait; of a request what was kept is less.
///
/// # Errors
/// As [`answer`]; `Booking` when the booking can no longer be changed.
pub async fn smaller(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    (members, adults): (&str, &str),
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    let request = load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    let (_, policy) = read_policy(&mut db).await?;
    drop(db);
    // The second press of a double tap: the first has made it so.
    let wanted = (members.trim().parse().ok(), adults.trim().parse().ok());
    let next_version = version.map(|version| version.saturating_add(1));
    if next_version == Some(request.version) && wanted == (Some(request.members), Some(request.adults)) {
        return Ok(());
    }
    let mut faults = Faults::default();
    let now = (request.members, request.adults);
    let read = read_smaller(&policy, request.ages, now, (members, adults), &mut faults);
    let to = read.ok_or_else(|| GroupError::Fields(faults.into_errors()))?;
    if version.is_some_and(|version| version != request.version) {
        return Err(GroupError::StateHasChanged);
    }
    if request.state == State::Approved {
        let booked = request.booking.ok_or(GroupError::Damaged("an approved request without a booking"))?;
        let handle = booking::Handle::Link(booking_link(services, booked.booking, booked.span.ends_at));
        let party = booking::within::party(to.0 + to.1, request.ages.under_14(to.0))?;
        let changed = booking::change_party(services, context, handle, None, party).await;
        changed.map_err(|error| under(error.into(), "members"))?;
    }
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { resize(&services, &context, id, to).await }
    })
    .await
}

/// A fault of the engine's form stands under the group's own field.
fn under(error: GroupError, field: &str) -> GroupError {
    match error {
        GroupError::Fields(errors) => {
            GroupError::Fields(errors.into_iter().map(|error| FieldError::new(field, error.fault)).collect())
        }
        other => other,
    }
}

async fn resize(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    (members, adults): (u32, u32),
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let request = locked(services, context, &mut tx, id, None).await?;
    // How many people an approved group is says its booking, which has become smaller by now.
    let fewer = members <= request.members && adults <= request.adults;
    if !(request.state == State::Approved || (request.state.is_pending() && fewer)) {
        return Err(GroupError::StateHasChanged);
    }
    sql::resize(&mut tx, id.0, members as i32, adults as i32, context.now).await?;
    if let (Some((session, hold)), Some((_, until))) = (request.hold, request.kept) {
        let sessions = lock_for(services, context, &mut tx, [session]).await?;
        sessions.renew(&mut tx, session, hold, (members + adults, until)).await?;
    }
    let entry = Entry {
        action: "group.resized",
        subject_kind: "group_request",
        subject: Some(id.0),
        detail: json!({ "from": [request.members, request.adults], "to": [members, adults] }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(())
}

async fn settle(services: &Services, context: &Context, id: GroupRequestId) -> Result<(), GroupError> {
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let mut tx = services.begin().await?;
            locked(&services, &context, &mut tx, id, None).await?;
            tx.commit().await?;
            Ok(())
        }
    })
    .await
}

/// Writes down what has happened to requests by itself, each in a transaction of its own. How many.
///
/// # Errors
/// `Database`.
pub async fn settle_due(services: &Services) -> Result<usize, GroupError> {
    let context = services.system();
    let due = {
        let mut db = services.db.acquire().await?;
        sql::unsettled(&mut db, context.now).await?
    };
    let mut settled = 0;
    for id in &due {
        match settle(services, &context, GroupRequestId(*id)).await {
            Ok(()) => settled += 1,
            // It is tried again the next time; the others must not wait for it.
            Err(error) => tracing::error!(request = %id, %error, "a group's request could not be settled"),
        }
    }
    Ok(settled)
}
