//! The demo: one partner's endpoint that was paused for maintenance, with what it took, what it refused, and what waits.

use super::signature::{Column, Secret};
use super::{WebhookError, endpoints::note};
use crate::context::new_uuid;
use crate::{Context, Services};
use domain::ids::WebhookId;
use domain::webhooks::{Pause, Topic};
use jiff::SignedDuration;
use serde_json::json;
use store::webhooks::{deliveries, endpoints, events};

/// What happened so many hours ago: topic, how the delivery stands, attempts, status, failure.
type Past = (i64, Topic, &'static str, i32, Option<i32>, Option<&'static str>);

const PAST: [Past; 6] = [
    (75, Topic::EventPublished, "delivered", 1, Some(204), None),
    (52, Topic::SessionChanged, "delivered", 1, Some(204), None),
    (49, Topic::SessionClosed, "delivered", 3, Some(204), None),
    (27, Topic::BusStopPublished, "delivered", 1, Some(204), None),
    (6, Topic::SessionChanged, "waiting", 2, Some(503), Some("refused")),
    (5, Topic::EventWithdrawn, "waiting", 0, None, None),
];

const URL: &str = "https://hospital.example/cordblood/hooks";

/// Adds the invented partner. Repeating it adds nothing.
///
/// # Errors
/// `Database`.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), WebhookError> {
    let mut tx = services.begin().await?;
    if endpoints::list(&mut *tx, None).await?.iter().any(|row| row.url == URL) {
        return Ok(());
    }
    let id = context.new_id::<WebhookId>();
    let kinds: Vec<String> =
        Topic::ALL.into_iter().filter(|topic| !topic.is_own()).map(|topic| topic.name().to_owned()).collect();
    let sealed = Secret::new().seal(&services.vault, Column::Present, id.0);
    let row = endpoints::NewEndpoint {
        id: id.0,
        client_id: None,
        url: URL,
        description: "演示医院预约系统",
        kinds: &kinds,
        secret_sealed: &sealed,
    };
    endpoints::add(&mut *tx, row, context.now - SignedDuration::from_hours(24 * 9)).await?;
    for (hours, topic, state, attempts, status, error) in PAST {
        let at = context.now - SignedDuration::from_hours(hours);
        let event = new_uuid(at);
        let new = events::NewEvents {
            ids: vec![event],
            kinds: vec![topic.name().to_owned()],
            subjects: vec![new_uuid(at)],
            clients: vec![None],
            endpoints: vec![Some(id.0)],
            data: vec![json!({})],
        };
        events::add(&mut tx, at, &new).await?;
        events::take(&mut tx, event, at).await?;
        deliveries::spread(&mut tx, event, at).await?;
        for attempt in 0..attempts {
            deliveries::begin(&mut *tx, id.0, event, at + SignedDuration::from_mins(i64::from(attempt * 2))).await?;
        }
        let next_at = at + SignedDuration::from_mins(7);
        if attempts > 0 {
            deliveries::end(&mut tx, id.0, event, deliveries::Ended { state, next_at, status, error }).await?;
        }
    }
    let paused = context.now - SignedDuration::from_hours(5);
    endpoints::set_pause(&mut *tx, id.0, Some(Pause::Staff.name()), paused).await?;
    note(&mut tx, context, "webhook.added", id.0, json!({ "topics": kinds, "client": null })).await?;
    tx.commit().await?;
    Ok(())
}
