//! What changes a request: one transaction under its row's lock, the state machine asked, the stop taken along, the
//! message queued, the trail written. What the school itself does stands here; the coordinator's side uses the same tools.

use super::BusError;
use super::view::{Handle, RequestView, load, resolve, sealed};
use crate::audit::{self, Entry};
use crate::db::{self, to_the_end};
use crate::messages::{self, BusTemplate};
use crate::{Context, Services};
use domain::bus::{Event, State, next};
use domain::ids::BusRequestId;
use domain::typed;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::bus::requests::{self as sql, Change};
use store::bus::stops;

/// Locks a request and answers it as it is at this moment. A proposal that ran out is ended here and now, so that whoever
/// acts after its time finds vehicle and crew free. `version` is what the caller saw; none for what does not mind.
pub(super) async fn locked(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: BusRequestId,
    version: Option<i32>,
) -> Result<RequestView, BusError> {
    let row = sql::lock(db, id.0).await?.ok_or(BusError::NotFound)?;
    let (stored, seen) = (State::from_name(&row.state), row.version);
    let request = load(services, db, id, context.now).await?.ok_or(BusError::NotFound)?;
    let lapsed = stored == Some(State::Proposed) && request.state == State::Submitted;
    if version.is_some_and(|version| version != seen) {
        return Err(BusError::StateHasChanged);
    }
    if !lapsed {
        return Ok(request);
    }
    let before = RequestView { state: State::Proposed, ..request };
    step(context, db, &before, Event::Lapse, Change::default(), json!({})).await?;
    load(services, db, id, context.now).await?.ok_or(BusError::NotFound)
}

/// Takes a locked request one event further, with its stop, and writes the trail. Answers the new state.
pub(super) async fn step(
    context: &Context,
    db: &mut PgConnection,
    request: &RequestView,
    event: Event,
    change: Change,
    detail: Value,
) -> Result<State, BusError> {
    let then = next(request.state, event)?;
    sql::advance(db, request.id.0, then.name(), &change, context.now).await?;
    if event != Event::Propose {
        // A new proposal makes a stop of its own; everything else takes the one that is there along.
        let stop = if then.holds_a_stop() { then.name() } else { "released" };
        stops::advance(db, request.id.0, stop, context.now).await?;
    }
    let entry = Entry {
        action: action(event),
        subject_kind: "bus_request",
        subject: Some(request.id.0),
        detail: json!({ "from": request.state.name(), "to": then.name(), "with": detail }),
    };
    audit::record(db, context, &[entry]).await?;
    Ok(then)
}

/// The word of the audit trail.
const fn action(event: Event) -> &'static str {
    match event {
        Event::Submit => "bus.requested",
        Event::Ask => "bus.asked",
        Event::Answer => "bus.answered",
        Event::Propose => "bus.proposed",
        Event::Accept => "bus.accepted",
        Event::Decline => "bus.declined",
        Event::Lapse => "bus.lapsed",
        Event::Release => "bus.released",
        Event::Schedule => "bus.scheduled",
        Event::Visit => "bus.visited",
        Event::Refuse => "bus.refused",
        Event::Withdraw => "bus.withdrawn",
    }
}

/// One event of one request, whole: lock, step, message, commit.
pub(super) async fn one(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: Option<i32>,
    event: Event,
    change: Change,
    template: Option<BusTemplate>,
) -> Result<(), BusError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = db::begin(&services.db).await?;
        let request = locked(&services, &context, &mut tx, id, version).await?;
        match step(&context, &mut tx, &request, event, change, json!({})).await {
            Ok(_) => {}
            Err(refused) => {
                // What ran out by itself stays ended, whatever is said to who came too late.
                tx.commit().await?;
                return Err(refused);
            }
        }
        if let Some(template) = template {
            messages::queue_bus(&mut tx, context.now, id, template).await?;
        }
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// Text somebody wrote to somebody else: at least a character, at most 500.
pub(super) fn words(field: &str, text: &str) -> Result<String, BusError> {
    typed::words(text, 500).map_err(|fault| BusError::field(field, fault))
}

/// One line of text with at least a character.
pub(super) fn line(field: &str, text: &str, max: u32) -> Result<String, BusError> {
    typed::line(text, max).map_err(|fault| BusError::field(field, fault))
}

/// [`words`], or nothing.
pub(super) fn optional_words(field: &str, text: &str) -> Result<Option<String>, BusError> {
    if text.trim().is_empty() { Ok(None) } else { words(field, text).map(Some) }
}

/// What a school does, as it is remembered: the same button pressed twice is done once, and both presses are told so.
struct Press<'a> {
    event: Event,
    /// Where a request stands after it.
    then: State,
    /// The words that came with it: two answers are one answer when they say the same.
    text: Option<&'a str>,
    template: Option<BusTemplate>,
}

/// One event of a school. The second press of a double tap names the version before the first: where the request stands as
/// the first one left it, it has nothing more to do.
async fn pressed(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: Option<i32>,
    press: Press<'_>,
) -> Result<(), BusError> {
    let answer_sealed = press.text.map(|text| sealed(services, "answer_sealed", id, text));
    let change = Change { answer_sealed, ..Change::default() };
    let done = one(services, context, id, version, press.event, change, press.template).await;
    match (done, version) {
        (Err(BusError::StateHasChanged), Some(version)) => {
            let mut db = services.db.acquire().await?;
            let now = load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)?;
            let said = press.text.is_none_or(|text| now.answer.as_deref() == Some(text));
            let stands = now.version == version.saturating_add(1) && now.state == press.then && said;
            if stands { Ok(()) } else { Err(BusError::StateHasChanged) }
        }
        (done, _) => done,
    }
}

/// The school answers what was asked.
///
/// # Errors
/// `NotFound` for a link that is none; `Fields`; `Refused`; `StateHasChanged`.
pub async fn answer(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    text: &str,
) -> Result<(), BusError> {
    let id = resolve(services, context, handle)?;
    let text = words("answer", text)?;
    let text = Some(text.as_str());
    let press = Press { event: Event::Answer, then: State::Submitted, text, template: None };
    pressed(services, context, id, version, press).await
}

/// The school accepts the date that was proposed. Pressed twice it is accepted once.
///
/// # Errors
/// As [`answer`]; `Refused` also when the proposal has run out meanwhile.
pub async fn accept(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
) -> Result<(), BusError> {
    let id = resolve(services, context, handle)?;
    let press = Press { event: Event::Accept, then: State::Accepted, text: None, template: None };
    pressed(services, context, id, version, press).await
}

/// The school would rather have another date, and says what suits it.
///
/// # Errors
/// As [`answer`].
pub async fn decline(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    text: &str,
) -> Result<(), BusError> {
    let id = resolve(services, context, handle)?;
    let text = words("wish", text)?;
    let text = Some(text.as_str());
    let press = Press { event: Event::Decline, then: State::Submitted, text, template: None };
    pressed(services, context, id, version, press).await
}

/// The school takes its request back. Vehicle and crew are free at once.
///
/// # Errors
/// As [`answer`].
pub async fn withdraw(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
) -> Result<(), BusError> {
    let id = resolve(services, context, handle)?;
    let template = Some(BusTemplate::Withdrawn);
    let press = Press { event: Event::Withdraw, then: State::Withdrawn, text: None, template };
    pressed(services, context, id, version, press).await
}

/// Ends the proposals nobody answered in time, each in a transaction of its own. How many.
///
/// # Errors
/// `Database`.
pub async fn lapse_due(services: &Services) -> Result<u64, BusError> {
    let context = services.system();
    let due = {
        let mut db = services.db.acquire().await?;
        stops::lapsed(&mut db, context.now).await?
    };
    let mut ended = 0;
    for id in due {
        let (services, context) = (services.clone(), context.clone());
        to_the_end(async move {
            let mut tx = db::begin(&services.db).await?;
            locked(&services, &context, &mut tx, BusRequestId(id), None).await?;
            tx.commit().await?;
            Ok::<(), BusError>(())
        })
        .await?;
        ended += 1;
    }
    Ok(ended)
}
