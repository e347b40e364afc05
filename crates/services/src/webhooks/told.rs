//! What an endpoint was told, as staff see it: a page at a time, the newest event first.

use super::WebhookError;
use crate::context::{Context, Services};
use domain::account::Capability;
use domain::ids::{WebhookEventId, WebhookId};
use jiff::Timestamp;
use store::webhooks::deliveries as sent;

/// Deliveries of one page.
pub const PAGE: usize = 100;

/// How a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It is tried, or will be.
    Waiting,
    /// Taken.
    Delivered,
    /// Not tried any more by itself.
    GivenUp,
}

/// One event told to one endpoint.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The event.
    pub event: WebhookEventId,
    /// What kind: a topic's name, or a test.
    pub kind: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Its number among what happened to that.
    pub sequence: i64,
    /// How it stands.
    pub progress: Progress,
    /// Attempts so far.
    pub attempts: u32,
    /// The last of them.
    pub last_at: Option<Timestamp>,
    /// The next, if it waits.
    pub next_at: Option<Timestamp>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// The kind of the last failure.
    pub error: Option<String>,
}

impl Delivery {
    fn of(row: sent::DeliveryRow) -> Self {
        let progress = match row.state.as_str() {
            "delivered" => Progress::Delivered,
            "given_up" => Progress::GivenUp,
            _ => Progress::Waiting,
        };
        Self {
            event: WebhookEventId(row.event_id),
            kind: row.kind,
            occurred_at: row.occurred_at.to_jiff(),
            sequence: row.sequence,
            progress,
            attempts: row.attempts.unsigned_abs(),
            last_at: row.last_at.map(|at| at.to_jiff()),
            next_at: (progress == Progress::Waiting).then(|| row.next_at.to_jiff()),
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            error: row.error,
        }
    }
}

/// The last row of the page before: when it happened, its number, its event.
pub type After = (Timestamp, i64, WebhookEventId);

/// The deliveries of an endpoint, those after a row, one more than [`PAGE`] when there is a next page.
///
/// # Errors
/// `Denied`.
pub async fn deliveries(
    services: &Services,
    context: &Context,
    id: WebhookId,
    after: Option<After>,
) -> Result<Vec<Delivery>, WebhookError> {
    context.require(Capability::ManageClients)?;
    let after = after.map(|(at, sequence, event)| (at, sequence, event.0));
    let rows = sent::list(&services.db, id.0, after, PAGE as i64 + 1).await?;
    Ok(rows.into_iter().map(Delivery::of).collect())
}
