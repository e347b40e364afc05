//! Erasing the lists of who came, soon after the visit.

use crate::Services;
use crate::audit::{self, Entry};
use crate::privacy::in_batches;
use jiff::Timestamp;
use serde_json::json;
use store::groups::rosters;

/// Lists of one transaction.
const BATCH: i64 = 100;

/// How many lists [`erase_due_rosters`] would delete.
pub(crate) async fn count_due_rosters(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(rosters::count_due(&services.db, before).await?.unsigned_abs())
}

/// Deletes the lists of visits that are past since `before`; with a proof in the trail.
pub(crate) async fn erase_due_rosters(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    in_batches(services, BATCH, move |services| async move { rosters_batch(&services, before).await }).await
}

async fn rosters_batch(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let due = rosters::due(&mut tx, before, BATCH).await?;
    let mut entries = Vec::with_capacity(due.len());
    for id in &due {
        rosters::remove(&mut tx, *id).await?;
        entries.push(Entry {
            action: "privacy.group_roster_erased",
            subject_kind: "group_request",
            subject: Some(*id),
            detail: json!({}),
        });
    }
    audit::record(&mut tx, &context, &entries).await?;
    tx.commit().await?;
    Ok(due.len() as u64)
}
