//! Erasing what names people when its time is over: the lists soon after the visit, the leader with the request. What
//! remains counts people and names an organisation.

use super::change::step;
use super::view::load;
use super::{GroupError, RequestView};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::groups::{Event, next};
use domain::ids::GroupRequestId;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::groups::requests::Change;
use store::groups::{held as sql, rosters};
use uuid::Uuid;

/// Requests of one transaction.
const BATCH: i64 = 100;
/// What stands in the place of an erased text.
const ERASED: &str = "已删除";

/// How many requests [`erase_due`] would empty.
pub(crate) async fn count_due(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::count_due(&services.db, before).await?.unsigned_abs())
}

/// How many lists [`erase_due_rosters`] would delete.
pub(crate) async fn count_due_rosters(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(rosters::count_due(&services.db, before).await?.unsigned_abs())
}

/// Deletes the lists of visits that are past since `before`; with a proof in the trail.
pub(crate) async fn erase_due_rosters(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let mut erased = 0;
    loop {
        let services = services.clone();
        let done = to_the_end(async move { rosters_batch(&services, before).await }).await?;
        erased += done;
        if done < BATCH.unsigned_abs() {
            return Ok(erased);
        }
    }
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
    let mut tx = services.begin().await?;
    let due = sql::due(&mut tx, before, BATCH).await?;
    for (id, _) in &due {
        let closed = match close(services, &context, &mut tx, GroupRequestId(*id)).await {
            Ok(closed) => closed,
            Err(GroupError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(request = %id, %error, "a group's request could not be ended before it is emptied");
                false
            }
        };
        empty(services, &mut tx, *id, context.now).await?;
        let entry = Entry {
            action: "privacy.group_request_erased",
            subject_kind: "group_request",
            subject: Some(*id),
            detail: json!({ "closed": closed }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
    }
    tx.commit().await?;
    Ok(due.len() as u64)
}

/// Ends a request that was left open: without anybody to ask or to answer it cannot go on. Answers whether there was
/// something to end.
async fn close(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: GroupRequestId,
) -> Result<bool, GroupError> {
    let Some(request) = load(services, db, id, context.now).await? else { return Ok(false) };
    let request = RequestView { state: request.stored, ..request };
    if next(request.state, Event::Refuse).is_err() {
        return Ok(false);
    }
    step(services, context, db, &request, Event::Refuse, Change::default(), json!({})).await?;
    Ok(true)
}

/// Empties a request of who leads the group, with every word that was written about it, its list and the link to it.
pub(super) async fn empty(services: &Services, db: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<()> {
    let seal = |column| services.vault.seal(Place { table: "group_request", column, row: id }, ERASED.as_bytes());
    let (name, post, note) = (seal("name_sealed"), seal("post_sealed"), seal("note_sealed"));
    sql::erase(db, id, (&name, &post, &note), now).await
}
