//! What partners are told of a session: its times, whether it is open, and its places. Nothing of those who come.

use super::BookingError;
use super::calendar::session as read;
use crate::webhooks::{News, announce};
use domain::ids::SessionId;
use domain::webhooks::Topic;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::booking::sessions;

/// Tells what a session is now, in the transaction that changes it and under its lock. Of what the public does not see yet
/// nobody is told.
pub(crate) async fn tell_session(
    db: &mut PgConnection,
    now: Timestamp,
    session: SessionId,
    topic: Topic,
) -> Result<(), BookingError> {
    if !sessions::is_published(&mut *db, session.0).await? {
        return Ok(());
    }
    let after = read(db, session, now).await?;
    let facts = after.facts;
    let data = json!({
        "session": session, "activity": after.activity, "starts_at": facts.starts_at, "ends_at": facts.ends_at,
        "state": if facts.closed { "closed" } else { "open" }, "capacity": facts.capacity, "free": facts.free(),
    });
    Ok(announce(db, now, &[News::new(topic, session, data)]).await?)
}
