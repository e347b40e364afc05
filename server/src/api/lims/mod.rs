//! `/api/v1/lims/…`: what the laboratory's system tells of units, in batches; what could not be kept; where a unit is.
//!
//! A batch has no `Idempotency-Key`: each of its records has a key of its own, and the same batch is sent again until it was
//! answered.

mod payload;
mod told;

pub use payload::Payloads;
pub use told::{LimsEvent, LimsOutcome, LimsUpload};

use super::cursor::Cursor;
use super::extract::{Body, Caller, Id, Query};
use super::problem::{self, Problem};
use super::sessions::polled;
use super::turns::{Turn, Turns};
use super::{ProblemSchema, authorize};
use crate::house::House;
use crate::router::{Policy, Routes};
use crate::trouble::Trouble;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Json};
use domain::account::Capability;
use domain::custody::Din;
use domain::ids::UnitId;
use domain::lims::LetterState;
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::db::to_the_end;
use services::lims::{self, Letter, LimsError, Missing, Which};
use std::sync::Arc;
use tracing::Instrument as _;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The largest batch, in bytes: ten thousand records of some 800.
pub const LARGEST: usize = 8 * 1024 * 1024;

impl From<LimsError> for Problem {
    fn from(error: LimsError) -> Self {
        match error {
            LimsError::Denied(denied) => denied.into(),
            LimsError::NotFound => Self::new(problem::NOT_FOUND),
            LimsError::Fields(errors) => Self::new(problem::INVALID).errors(errors),
            LimsError::Ended => Self::new(problem::CHANGED).detail("The letter was given up."),
            LimsError::NeverApplied => Self::new(problem::CHANGED)
                .detail("The key is another record's. Send the record with a key of its own."),
            LimsError::Busy => Self::of(Trouble::Busy),
            LimsError::Unreadable => {
                tracing::error!("something of the feed is damaged");
                Self::of(Trouble::Broken)
            }
            LimsError::Database(error) => error.into(),
        }
    }
}

/// The routes of the feed. The first takes bodies of up to [`LARGEST`].
pub fn routes(house: &House) -> [Routes; 2] {
    let machine = |handler: MethodRouter<House>| {
        handler.layer(from_fn_with_state((Arc::clone(house), Capability::FeedLims), authorize::client))
    };
    let policy = Policy::Machine(Capability::FeedLims);
    let events = machine(post(events).layer(Extension(Turns::of("lims"))));
    let batches = Routes::default().add("POST", "/api/v1/lims/events", policy, events);
    let others = Routes::default()
        .add("GET", "/api/v1/lims/dead-letters", policy, machine(get(dead_letters)))
        .add("POST", "/api/v1/lims/dead-letters/{id}/replay", policy, machine(post(replay)))
        .add("GET", "/api/v1/lims/units/{din}", policy, machine(get(unit)));
    [batches, others]
}

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub struct LimsTaken {
    /// The house's time.
    #[schema(value_type = String, format = DateTime)]
    server_at: Timestamp,
    /// How far the source's clock is ahead of the house's, in seconds, by `sent_at`; negative where it is behind.
    clock_ahead_seconds: Option<i64>,
    /// Records that were kept now.
    applied: usize,
    /// Of each record, in their order.
    results: Vec<LimsOutcome>,
}

/// Send what happened.
///
/// A batch of up to 10,000 records. Each is kept once by its key, whatever becomes of the others; of one unit they are applied in
/// the order of `source_seq`. The answer to a record is `applied` with the number it has in the unit's chain; `duplicate`, with
/// what it had become before; `dead` with the reason, where it could not be kept (it waits as a dead letter); or `conflict`, where
/// its key is another record's. Steps of a release that quality alone notes (sections VI and VIII), and that a unit was handed to its
/// courier, are said at the desk: here they are `dead` with `only-quality`. What quality confirms (banking, discarding and the like)
/// is kept where `with` is the code of somebody of quality, else `dead` with `second-not-quality`. Where the house is busy with other
/// batches it answers `busy` before it reads one.
///
/// No `Idempotency-Key`: each record has a key of its own, and a batch without an answer is sent again as it was.
#[utoipa::path(
    post, path = "/api/v1/lims/events", tag = "lims",
    request_body = LimsUpload,
    responses(
        (status = 200, description = "What became of each", body = LimsTaken),
        (status = 413, description = "`too-large`: more than 10,000 records, or 8 MiB. Nothing of it was taken", body = ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(house): State<House>,
    Caller(context): Caller,
    turn: Turn,
    body: Body<LimsUpload>,
) -> Result<Json<LimsTaken>, Problem> {
    let LimsUpload { sent_at, events } = body.value;
    drop(body.text);
    let texts = events.within_bounds()?;
    let (services, asks) = (house.services.clone(), context.clone());
    // A sender that hangs up gives no turn back before its batch is done.
    let work = async move {
        let answers = lims::take(&services, &asks, texts).await;
        drop(turn);
        answers
    };
    let answers = to_the_end(work.in_current_span()).await?;
    let results: Vec<LimsOutcome> = answers.into_iter().map(LimsOutcome::of).collect();
    Ok(Json(LimsTaken {
        server_at: context.now,
        clock_ahead_seconds: sent_at.map(|at| at.duration_since(context.now).as_secs()),
        applied: results.iter().filter(|result| result.outcome == "applied").count(),
        results,
    }))
}

/// Which letters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WantedLetters {
    /// `open`, `applied`, `given_up`; all where absent.
    #[param(value_type = Option<String>)]
    state: Option<LetterState>,
    /// With this reason only.
    code: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A record that could not be kept.
#[derive(Serialize, ToSchema)]
pub struct DeadLetter {
    /// Which.
    id: Uuid,
    /// The record's key.
    key: Option<String>,
    /// The record as it was sent; at most its first 16 KiB.
    record: Option<String>,
    /// The unit's number, where one could be read.
    #[schema(value_type = Option<String>)]
    din: Option<Din>,
    /// What was to happen.
    kind: Option<String>,
    /// Its place in the order of the source.
    source_seq: Option<i64>,
    /// Why it was not kept when it was last tried.
    code: String,
    /// What about: `steps: d_second_label_check 38`.
    detail: String,
    /// It is tried again by itself when something of its unit comes.
    waits: bool,
    /// How often it was tried.
    tries: u32,
    /// `open`, `applied`, `given_up`.
    #[schema(value_type = String)]
    state: LetterState,
    /// The unit, once it was kept.
    #[schema(value_type = Option<String>, format = Uuid)]
    unit: Option<UnitId>,
    /// The event's number in the unit's chain, once it was kept.
    seq: Option<u32>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    came_at: Timestamp,
    /// When it was last tried.
    #[schema(value_type = String, format = DateTime)]
    tried_at: Timestamp,
}

impl From<Letter> for DeadLetter {
    fn from(letter: Letter) -> Self {
        Self {
            id: letter.id,
            key: letter.key,
            record: letter.record,
            din: letter.din,
            kind: letter.kind,
            source_seq: letter.source_seq,
            code: letter.code,
            detail: letter.detail,
            waits: letter.waits,
            tries: letter.tries,
            state: letter.state,
            unit: letter.unit,
            seq: letter.seq,
            came_at: letter.came_at,
            tried_at: letter.tried_at,
        }
    }
}

/// A page of letters.
#[derive(Serialize, ToSchema)]
pub struct DeadLetters {
    /// The letters, the oldest first.
    letters: Vec<DeadLetter>,
    /// Where the next page begins; absent on the last.
    next: Option<String>,
}

/// List what could not be kept.
///
/// The client's own records that became dead letters, the oldest first, a hundred of a page.
#[utoipa::path(
    get, path = "/api/v1/lims/dead-letters", tag = "lims", params(WantedLetters),
    responses(
        (status = 200, description = "A page", body = DeadLetters, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
    )
)]
pub async fn dead_letters(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Query(wanted): Query<WantedLetters>,
) -> Result<Response, Problem> {
    const LIST: &str = "lims dead letters";
    let vault = &house.services.vault;
    let after = wanted.cursor.as_deref().map(|text| Cursor::parse(vault, LIST, text)).transpose()?;
    let which = Which {
        state: wanted.state,
        // No reason is written with it, and no text of the database can hold it.
        code: wanted.code.filter(|code| !code.contains('\0')),
        after: after.map(|cursor| (cursor.at, cursor.id)),
    };
    let page = lims::letters(&house.services, &context, &which).await?;
    let last = page.letters.last().filter(|_| page.more);
    let next = last.map(|letter| Cursor { at: letter.came_at, id: letter.id }.text(vault, LIST));
    let letters = page.letters.into_iter().map(DeadLetter::from).collect();
    polled(&house, &headers, &DeadLetters { letters, next })
}

/// Try a letter again.
///
/// Answers the letter as it is afterwards: `applied` with unit and number, or `open` with the reason of this time.
///
/// No `Idempotency-Key`: a letter that was kept before answers the same again, and one that was not is tried once more.
#[utoipa::path(
    post, path = "/api/v1/lims/dead-letters/{id}/replay", tag = "lims",
    params(("id" = Uuid, Path, description = "Which")),
    responses(
        (status = 200, description = "As it is now", body = DeadLetter),
        (status = 404, description = "`not-found`", body = ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`changed`: it was given up, or its key is another record's", body = ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn replay(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<Uuid>,
) -> Result<Json<DeadLetter>, Problem> {
    Ok(Json(lims::replay(&house.services, &context, id).await?.into()))
}

/// An item of a list that is not done.
#[derive(Serialize, ToSchema)]
pub struct MissingItem {
    /// Its place in the list, from 1.
    position: u16,
    /// Its code.
    code: String,
}

impl From<Missing> for MissingItem {
    fn from(missing: Missing) -> Self {
        Self { position: missing.position, code: missing.code }
    }
}

/// Where a unit is.
#[derive(Serialize, ToSchema)]
pub struct UnitStatus {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    unit: UnitId,
    /// Its number, without the check character.
    #[schema(value_type = String)]
    din: Din,
    /// `expected`, `processing`, `banked` …
    state: String,
    /// Where it comes back to, while it is held.
    held_in: Option<String>,
    /// The number of its last event.
    seq: u32,
    /// When that came.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// Preparation steps that are not done.
    missing_steps: Vec<MissingItem>,
    /// Tests without a final result.
    missing_tests: Vec<MissingItem>,
    /// Steps of a release that are not done.
    missing_release: Vec<MissingItem>,
    /// The batch record is signed.
    record_signed: bool,
    /// Deviations that are open.
    open_deviations: u32,
    /// Dead letters that wait for something of it.
    waiting_letters: u64,
}

/// Show where a unit is.
///
/// By its number, with or without the check character: the state, and what is still missing before it is banked or released. Who
/// asks for too many numbers that no unit has is told `busy`, whatever is asked for next.
#[utoipa::path(
    get, path = "/api/v1/lims/units/{din}", tag = "lims",
    params(("din" = String, Path, description = "13 characters, or 14 with the check character")),
    responses(
        (status = 200, description = "Where it is", body = UnitStatus, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`", body = ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn unit(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(din): Id<Number>,
) -> Result<Response, Problem> {
    let status = lims::status(&house.services, &context, &din.0).await?;
    let all = |missing: Vec<Missing>| missing.into_iter().map(MissingItem::from).collect();
    let shown = UnitStatus {
        unit: status.unit,
        din: status.din,
        state: status.state,
        held_in: status.held_in,
        seq: status.seq,
        changed_at: status.changed_at,
        missing_steps: all(status.steps),
        missing_tests: all(status.tests),
        missing_release: all(status.release),
        record_signed: status.record_signed,
        open_deviations: status.open_deviations,
        waiting_letters: status.letters,
    };
    polled(&house, &headers, &shown)
}

/// A number in a path.
pub struct Number(Din);

impl std::str::FromStr for Number {
    type Err = domain::custody::DinFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Din::parse(text).map(Self)
    }
}
