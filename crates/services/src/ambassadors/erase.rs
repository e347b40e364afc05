//! Erasing what is due: the names on old certificates.

use crate::Services;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::privacy::in_batches;
use crate::requests::ERASED;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::ambassadors::certificates;
use uuid::Uuid;

/// Certificates of one transaction.
const BATCH: i64 = 100;

/// How many certificates [`erase_due_certificates`] would take the name off.
pub(crate) async fn count_due_certificates(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(certificates::count_due(&services.db, before).await?.unsigned_abs())
}

/// Takes the names off certificates issued before an instant, with a proof in the trail.
pub(crate) async fn erase_due_certificates(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    in_batches(services, BATCH, move |services| async move { batch(&services, before).await }).await
}

/// Takes the name off a certificate.
pub(super) async fn nameless(
    services: &Services,
    db: &mut PgConnection,
    certificate: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    let place = Place { table: "ambassador_certificate", column: "name_sealed", row: certificate };
    let nobody = services.vault.seal(place, ERASED.as_bytes());
    certificates::erase(db, certificate, &nobody, now).await
}

async fn batch(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let due = certificates::due(&mut tx, before, BATCH).await?;
    let mut entries = Vec::with_capacity(due.len());
    for id in &due {
        nameless(services, &mut tx, *id, context.now).await?;
        entries.push(Entry {
            action: "privacy.ambassador_certificate_erased",
            subject_kind: "ambassador_certificate",
            subject: Some(*id),
            detail: json!({}),
        });
    }
    audit::record(&mut tx, &context, &entries).await?;
    tx.commit().await?;
    Ok(due.len() as u64)
}
