//! Emptying requests when their time is over: what remains counts people and names an organisation.

use super::{Kind, RequestError, View, run, sealed, step};
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::requests::{Machine, Step};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::requests::{links, rows};
use uuid::Uuid;

/// What stands in the place of an erased text.
pub(crate) const ERASED: &str = "已删除";

/// How many requests are due to be emptied.
pub(crate) async fn count_due<K: Kind>(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let mut db = services.db.acquire().await?;
    Ok(K::count_due(&mut db, before).await?.unsigned_abs())
}

/// Empties a locked request of whoever asked, with every word that was written about it and its short link.
pub(crate) async fn empty<K: Kind>(
    services: &Services,
    db: &mut PgConnection,
    id: K::Id,
    now: Timestamp,
) -> sqlx::Result<()> {
    let seal = |column| sealed::<K>(services, column, id, ERASED);
    let (name, post, note) = (seal("name_sealed"), seal("post_sealed"), seal("note_sealed"));
    rows::empty(db, K::OF, id.into(), (&name, &post, &note), now).await?;
    links::remove(db, K::OF, id.into()).await?;
    if K::emptied(services, db, id, now).await? { Ok(()) } else { rows::unlink(db, K::OF, id.into()).await }
}

/// Empties requests that have been over, or whose last day has been past, since `before`; with a proof in the trail. Each in
/// a transaction of its own, so that what is locked besides is that request's only. How many.
pub(crate) async fn erase_due<K: Kind>(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let (mut after, mut erased) = (Uuid::nil(), 0);
    loop {
        let next = run::<K, _, _>(|| {
            let services = services.clone();
            async move { empty_next::<K>(&services, before, after).await }
        });
        match next.await {
            Ok(Some(id)) => {
                after = id;
                erased += 1;
            }
            Ok(None) => return Ok(erased),
            Err(RequestError::Database(error)) => return Err(error),
            // What is in the way goes by itself: the next run takes up from here.
            Err(error) => {
                tracing::warn!(kind = K::TABLE, %error, "requests are emptied later");
                return Ok(erased);
            }
        }
    }
}

async fn empty_next<K: Kind>(
    services: &Services,
    before: Timestamp,
    after: Uuid,
) -> Result<Option<Uuid>, RequestError<K>> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let Some(id) = K::next_due(&mut tx, before, after).await? else { return Ok(None) };
    let closed = match close::<K>(services, &context, &mut tx, id.into()).await {
        Ok(closed) => closed,
        Err(error @ RequestError::Database(_)) => return Err(error),
        Err(error) => {
            tracing::error!(kind = K::TABLE, request = %id, %error, "a request could not be ended before it is emptied");
            false
        }
    };
    empty::<K>(services, &mut tx, id.into(), context.now).await?;
    let entry =
        Entry { action: K::ERASED, subject_kind: K::TABLE, subject: Some(id), detail: json!({ "closed": closed }) };
    audit::record(&mut tx, &context, &[entry]).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Ends a request that was left open: without anybody to ask or to answer it cannot go on, and nothing is kept for it.
/// Answers whether there was something to end.
async fn close<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: K::Id,
) -> Result<bool, RequestError<K>> {
    let Some(request) = K::load(services, db, id, context.now).await? else { return Ok(false) };
    let request = View { state: request.stored, ..request };
    let refuse = K::State::event(Step::Refuse);
    if request.state.next(refuse).is_err() {
        return Ok(false);
    }
    step(services, context, db, &request, refuse, K::Change::default(), json!({})).await?;
    Ok(true)
}
