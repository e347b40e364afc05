//! Erasing who coordinated a visit, when its time is over: what remains counts people and names a school.

use crate::Services;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::db::{self, to_the_end};
use domain::bus::{Event, State, next};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::bus::requests::{self as sql, Change};
use store::bus::{held, stops};
use uuid::Uuid;

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
    for (id, state) in &due {
        let closed = close(&mut tx, *id, state, context.now).await?;
        empty(services, &mut tx, *id, context.now).await?;
        let entry = Entry {
            action: "privacy.bus_request_erased",
            subject_kind: "bus_request",
            subject: Some(*id),
            detail: json!({ "closed": closed }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
    }
    tx.commit().await?;
    Ok(due.len() as u64)
}

/// Ends a request that was left open: without anybody to ask or to answer it cannot be dispatched, and no vehicle waits for
/// it. Answers whether there was something to end.
async fn close(db: &mut PgConnection, id: Uuid, state: &str, now: Timestamp) -> sqlx::Result<bool> {
    let Some(Ok(then)) = State::from_name(state).map(|state| next(state, Event::Refuse)) else { return Ok(false) };
    sql::advance(db, id, then.name(), &Change::default(), now).await?;
    stops::advance(db, id, "released", now).await?;
    Ok(true)
}

/// Empties a request of who coordinated it, with every word that was written about it and the link to it.
pub(super) async fn empty(services: &Services, db: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<()> {
    let seal = |column| services.vault.seal(Place { table: "bus_request", column, row: id }, ERASED.as_bytes());
    let (name, post, note) = (seal("name_sealed"), seal("post_sealed"), seal("note_sealed"));
    sql::erase(db, id, &name, &post, &note, now).await?;
    stops::forget_words(db, id).await?;
    held::remove_short_link(db, id).await
}
