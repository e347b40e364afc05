//! Erasing who coordinated a visit, when its time is over: what remains counts people and names a school.

use crate::Services;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::db::{self, to_the_end};
use jiff::Timestamp;
use serde_json::json;
use store::bus::requests as sql;

/// Requests of one transaction.
const BATCH: i64 = 100;
/// What stands in the place of an erased text.
const ERASED: &str = "已删除";

/// How many requests [`erase_due`] would empty.
pub(crate) async fn count_due(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::count_due(&services.db, before).await?.unsigned_abs())
}

/// Empties requests that have been over, or whose last day has been past, since `before`; with a proof in the trail.
pub(crate) async fn erase_due(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let mut erased = 0;
    loop {
        let services = services.clone();
        let done = to_the_end(async move { batch(&services, before).await }).await?;
        erased += done;
        if done < BATCH.unsigned_abs() {
            return Ok(erased);
        }
    }
}

async fn batch(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = db::begin(&services.db).await?;
    let due = sql::due(&mut tx, before, BATCH).await?;
    for id in &due {
        let seal = |column| services.vault.seal(Place { table: "bus_request", column, row: *id }, ERASED.as_bytes());
        let (name, post, note) = (seal("name_sealed"), seal("post_sealed"), seal("note_sealed"));
        sql::erase(&mut tx, *id, &name, &post, &note, context.now).await?;
    }
    let entry = |id: &uuid::Uuid| Entry {
        action: "privacy.bus_request_erased",
        subject_kind: "bus_request",
        subject: Some(*id),
        detail: json!({}),
    };
    audit::record(&mut tx, &context, &due.iter().map(entry).collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(due.len() as u64)
}
