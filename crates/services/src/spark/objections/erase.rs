//! Erasing who objected and why when its time is over.

use crate::Services;
use crate::audit::{self, Entry};
use crate::privacy::in_batches;
use jiff::Timestamp;
use serde_json::json;
use store::spark::objections as sql;

/// Objections of one transaction.
const BATCH: i64 = 100;

/// How many [`erase_due`] would erase.
pub(crate) async fn count_due(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::count_due(&services.db, before).await?.unsigned_abs())
}

/// Erases what was said in objections that were decided before an instant, with a proof in the trail.
pub(crate) async fn erase_due(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    in_batches(services, BATCH, move |services| async move { batch(&services, before).await }).await
}

async fn batch(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let erased = sql::erase(&mut *tx, before, BATCH, context.now).await?;
    let entry = |id: &uuid::Uuid| Entry {
        action: "spark.objection_erased",
        subject_kind: "spark_objection",
        subject: Some(*id),
        detail: json!({}),
    };
    audit::record(&mut tx, &context, &erased.iter().map(entry).collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(erased.len() as u64)
}
