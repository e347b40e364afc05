//! What there is to tell: rows with an id of their own, written in the transaction of the change.

use super::work::spread_job;
use crate::context::new_uuid;
use domain::webhooks::{TEST, Topic};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::webhooks::events as sql;
use uuid::Uuid;

/// Something to tell.
#[derive(Clone, Debug)]
pub struct News {
    topic: Topic,
    subject: Uuid,
    client: Option<Uuid>,
    data: Value,
}

impl News {
    /// For everybody who hears of such things. `data` holds ids, states, instants and numbers, never a person's words.
    pub fn new(topic: Topic, subject: impl Into<Uuid>, data: Value) -> Self {
        Self { topic, subject: subject.into(), client: None, data }
    }
}

/// Writes what there is to tell, and the job that spreads it, in the caller's transaction. Ring `Services::job_bell` after
/// the commit, or it waits for the next poll.
pub async fn announce(db: &mut PgConnection, now: Timestamp, all: &[News]) -> sqlx::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let mut new = sql::NewEvents::default();
    for news in all {
        new.ids.push(new_uuid(now));
        new.kinds.push(news.topic.name().to_owned());
        new.subjects.push(news.subject);
        new.clients.push(news.client);
        new.endpoints.push(None);
        new.data.push(news.data.clone());
    }
    sql::add(db, now, &new).await?;
    spread_job(db, now, &new.ids).await
}

/// Writes a test for one endpoint. The same `id` again is the same test. `false` when there was one.
pub(super) async fn announce_test(
    db: &mut PgConnection,
    now: Timestamp,
    endpoint: Uuid,
    id: Uuid,
) -> sqlx::Result<bool> {
    let new = sql::NewEvents {
        ids: vec![id],
        kinds: vec![TEST.to_owned()],
        subjects: vec![endpoint],
        clients: vec![None],
        endpoints: vec![Some(endpoint)],
        data: vec![json!({ "endpoint": endpoint })],
    };
    let fresh = sql::add(db, now, &new).await? == 1;
    if fresh {
        spread_job(db, now, &new.ids).await?;
    }
    Ok(fresh)
}

/// Tells the machines that made these bookings what they are now; bookings of nobody's machine are told to nobody.
pub(crate) async fn own_bookings(
    db: &mut PgConnection,
    now: Timestamp,
    topic: Topic,
    bookings: &[Uuid],
) -> sqlx::Result<()> {
    if bookings.is_empty() {
        return Ok(());
    }
    let own = sql::own_bookings(db, bookings).await?;
    let news: Vec<News> = own
        .into_iter()
        .map(|row| News {
            topic,
            subject: row.id,
            client: Some(row.client_id),
            data: json!({
                "booking": row.id, "session": row.session_id, "starts_at": row.starts_at.to_jiff(), "state": row.state,
                "people": row.people,
            }),
        })
        .collect();
    announce(db, now, &news).await
}

/// Tells the machines that put these parties on the waiting list how they stand to a session; parties of nobody's machine are told to
/// nobody.
pub(crate) async fn own_waiting(
    db: &mut PgConnection,
    now: Timestamp,
    topic: Topic,
    session: Uuid,
    entries: &[Uuid],
) -> sqlx::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let own = sql::own_waiting(db, session, entries).await?;
    let news: Vec<News> = own
        .into_iter()
        .map(|row| {
            let mut data = json!({
                "waiting": row.id, "session": session, "starts_at": row.starts_at.to_jiff(), "state": row.state,
                "people": row.people,
            });
            if let Some(until) = row.until {
                data["until"] = json!(until.to_jiff());
            }
            News { topic, subject: row.id, client: Some(row.client_id), data }
        })
        .collect();
    announce(db, now, &news).await
}
