//! `/api/v1/telemetry/…`: what gateways measure of tanks and rooms, and which channels there are for it.

use super::batch::Records;
use super::cursor::Cursor;
use super::extract::{Body, Caller, Query};
use super::problem::{self, Problem};
use super::sessions::polled;
use super::turns::Turn;
use crate::house::House;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::telemetry::Quality;
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::db::to_the_end;
use services::telemetry::{self, FedChannel, MOST, Reading, TelemetryError};
use tracing::Instrument as _;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The largest body: ten thousand readings of 200 bytes, twice.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// One reading.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayReading {
    /// `T-07/temperature_top`: the code of the tank or the room, and what is measured.
    channel: String,
    /// By the device's clock.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// In the channel's unit: °C, %, Pa, minutes; 1 and 0 for on and off.
    value: f64,
    /// `ok`, `stale`, `implausible`, `calibration`, `maintenance`.
    #[schema(value_type = String)]
    quality: Quality,
}

impl GatewayReading {
    /// As it is kept; none where the text is no reading.
    fn read(text: &str) -> Option<Reading> {
        let Self { channel, at, value, quality } = serde_json::from_str::<Self>(text).ok()?;
        Some(Reading { channel, at, value, quality })
    }
}

/// The readings of a batch, each as its text.
type Sent = Records<MOST>;

/// A batch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Readings {
    /// At most 10,000, in any order.
    #[schema(value_type = Vec<GatewayReading>)]
    readings: Sent,
}

/// A reading that was not taken. Sending it again changes nothing.
#[derive(Serialize, ToSchema)]
pub struct RefusedReading {
    /// Its place in the batch, from 0.
    position: u32,
    /// `unreadable`, `unknown_channel`, `ahead`, `too_old`, `not_a_number`, `differs`.
    code: &'static str,
}

/// What became of a batch: `kept`, `known` and the refused are all that was sent.
#[derive(Serialize, ToSchema)]
pub struct TakenReadings {
    /// Our clock, to set the gateway's by.
    #[schema(value_type = String, format = DateTime)]
    server_at: Timestamp,
    /// Kept now.
    kept: u32,
    /// Of those, older than the newest of their channel.
    late: u32,
    /// Known before: the same channel, instant and value.
    known: u32,
    /// Not taken.
    refused: Vec<RefusedReading>,
}

impl From<TelemetryError> for Problem {
    fn from(error: TelemetryError) -> Self {
        match error {
            TelemetryError::Denied(denied) => denied.into(),
            TelemetryError::TooMany => Self::new(problem::TOO_LARGE),
            TelemetryError::Busy => Self::new(problem::BUSY).retry_after(1),
            TelemetryError::NotFound => Self::new(problem::NOT_FOUND),
            TelemetryError::Database(error) => error.into(),
            other => {
                tracing::error!(error = %other, "readings could not be taken");
                Self::new(problem::BROKEN)
            }
        }
    }
}

/// Send readings.
///
/// One bad reading never rejects the others. Late ones are kept. Where the house is busy with other batches it answers `busy` before
/// it reads one.
///
/// No `Idempotency-Key`: a reading is known by its channel and its instant, so that a batch that was not answered is sent again as it
/// is, and nothing is counted twice.
#[utoipa::path(
    post, path = "/api/v1/telemetry/readings", tag = "telemetry",
    request_body = Readings,
    responses(
        (status = 200, description = "What became of each", body = TakenReadings),
        (status = 413, description = "`too-large`: more than 10,000 readings, or 4 MiB", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn feed(
    State(house): State<House>,
    Caller(context): Caller,
    turn: Turn,
    body: Body<Readings>,
) -> Result<Json<TakenReadings>, Problem> {
    let Readings { readings } = body.value;
    drop(body.text);
    let texts = readings.within_bounds()?;
    let (services, asks) = (house.services.clone(), context.clone());
    // A gateway that hangs up gives no turn back before its batch is done.
    let work = async move {
        let batch: Vec<Option<Reading>> = texts.iter().map(|text| GatewayReading::read(text)).collect();
        let taken = telemetry::feed(&services, &asks, batch).await;
        drop(turn);
        taken
    };
    let taken = to_the_end(work.in_current_span()).await?;
    Ok(Json(TakenReadings {
        server_at: context.now,
        kept: taken.kept,
        late: taken.late,
        known: taken.known,
        refused: taken
            .refused
            .into_iter()
            .map(|(position, refusal)| RefusedReading { position, code: refusal.code() })
            .collect(),
    }))
}

/// Which channels.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WantedChannels {
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A channel in use: something that is measured of a tank or a room.
#[derive(Serialize, ToSchema)]
pub struct GatewayChannel {
    /// `T-07/temperature_top`: what readings name it by.
    channel: String,
    /// What is measured.
    kind: &'static str,
    /// Of its values: `°C`, `%`, `Pa`, `min`; absent for what is 1 for on and 0 for off.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// A reading is expected every so many seconds.
    interval_seconds: u32,
    /// The newest reading that came, by its device's clock; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    newest_at: Option<Timestamp>,
    /// When something new of it last came, by our clock; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    heard_at: Option<Timestamp>,
}

impl From<FedChannel> for GatewayChannel {
    fn from(channel: FedChannel) -> Self {
        Self {
            channel: channel.code,
            kind: channel.kind.name(),
            unit: Some(channel.kind.unit()).filter(|unit| !unit.is_empty()),
            interval_seconds: channel.interval,
            newest_at: channel.newest,
            heard_at: channel.heard,
        }
    }
}

/// A page of channels.
#[derive(Serialize, ToSchema)]
pub struct GatewayChannels {
    /// In the order in which they were set up, five hundred of a page.
    channels: Vec<GatewayChannel>,
    /// For `cursor`; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List the channels.
///
/// Those in use: what a reading may name, in which unit its values are, how often one is expected, and what came last. A channel that is
/// set up stands here at once, and one that is taken out of use no more.
#[utoipa::path(
    get, path = "/api/v1/telemetry/channels", tag = "telemetry", params(WantedChannels),
    responses(
        (status = 200, description = "A page", body = GatewayChannels, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 400, description = "`malformed`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn channels(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Query(wanted): Query<WantedChannels>,
) -> Result<Response, Problem> {
    const LIST: &str = "telemetry channels";
    let vault = &house.services.vault;
    let after = wanted.cursor.as_deref().map(|text| Cursor::parse(vault, LIST, text)).transpose()?;
    // Channels are counted: a place in their order is a number, and no time.
    let after = after.and_then(|cursor| i32::try_from(cursor.id.as_u128()).ok());
    let (page, more) = telemetry::fed_channels(&house.services, &context, after).await?;
    let last = page.last().filter(|_| more).map(|last| Uuid::from_u128(u128::from(last.id.unsigned_abs())));
    let next = last.map(|id| Cursor { at: Timestamp::UNIX_EPOCH, id }.text(vault, LIST));
    let channels = page.into_iter().map(GatewayChannel::from).collect();
    polled(&house, &headers, &GatewayChannels { channels, next })
}
