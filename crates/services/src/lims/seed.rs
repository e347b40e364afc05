//! The demo: a few records of the laboratory's system that could not be kept, so that the desk has something to look at.

use super::{LimsError, take};
use crate::{Context, Services};
use domain::account::{Actor, Denied, Scope};
use domain::ids::ClientId;
use serde_json::{Value, json};
use store::lims as sql;
use uuid::Uuid;

/// The demo's laboratory.
const LABORATORY: ClientId = ClientId(Uuid::from_u128(0x0193_c000_0000_7000_8000_0000_0000_3001));

/// Sends them. Repeating it adds nothing. Only the house itself does.
///
/// # Errors
/// `Denied`, `Busy`, `Unreadable`, `Database`.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), LimsError> {
    if context.actor != Actor::System {
        return Err(Denied::NotAllowed.into());
    }
    // Sent another day they would be other records under the same keys.
    if sql::has_sent(&services.db, LABORATORY.0).await? {
        return Ok(());
    }
    let Some(din) = sql::in_work(&services.db).await? else { return Ok(()) };
    let at = context.now.to_string();
    let record = |number: i64, payload: Value| {
        json!({
            "key": format!("DEMO-{number}"), "source_seq": 900_000 + number, "unit": { "din": din }, "occurred_at": at,
            "payload": payload,
        })
    };
    let records = [
        record(1, json!({ "kind": "banked", "operator": "LAB-01", "with": "QA-01" })),
        record(2, json!({ "kind": "step_done", "step": "injected_evenly", "operator": "TEMP-9" })),
        record(3, json!({ "kind": "step_done", "step": "centrifuged_twice", "operator": "LAB-01" })),
        record(4, json!({ "kind": "test_final", "test": "viability" })),
    ];
    let laboratory =
        Context { actor: Actor::Client { client: LABORATORY, scopes: vec![Scope::LimsWrite] }, ..context.clone() };
    take(services, &laboratory, records.iter().map(Value::to_string).collect()).await?;
    Ok(())
}
