//! What there is to tell, written in the transaction of the change.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// News to add, column by column, all of one length.
#[derive(Debug, Default)]
pub struct NewEvents {
    /// Ids.
    pub ids: Vec<Uuid>,
    /// `session.changed` …
    pub kinds: Vec<String>,
    /// What it happened to.
    pub subjects: Vec<Uuid>,
    /// For this machine's endpoints only.
    pub clients: Vec<Option<Uuid>>,
    /// For this endpoint only.
    pub endpoints: Vec<Option<Uuid>>,
    /// What is told.
    pub data: Vec<Value>,
}

/// Adds news in one statement, each with the next number of its subject: whoever adds to one subject at the same time waits,
/// so that numbers are in the order of the commits. What has an id that is there already is left out.
pub async fn add(db: &mut PgConnection, now: Timestamp, new: &NewEvents) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with fresh as (
           select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::jsonb[])
             with ordinality as f (id, kind, subject, client_id, endpoint_id, data, n)
           where not exists (select from webhook_event e where e.id = f.id)),
         counted as (
           insert into webhook_subject as s (id, sequence)
           select subject, count(*) from fresh group by subject order by subject
           on conflict (id) do update set sequence = s.sequence + excluded.sequence
           returning id, sequence)
         insert into webhook_event (id, kind, subject, sequence, client_id, endpoint_id, data, occurred_at)
         select f.id, f.kind, f.subject,
                c.sequence - count(*) over (partition by f.subject) + row_number() over (partition by f.subject order by f.n),
                f.client_id, f.endpoint_id, f.data, $7
         from fresh f join counted c on c.id = f.subject",
        &new.ids,
        &new.kinds,
        &new.subjects,
        &new.clients as _,
        &new.endpoints as _,
        &new.data,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Locks what is still to be spread. `false` when another worker has done it, or there is no such row any more.
pub async fn take(db: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update webhook_event set spread_at = $2 where id = $1 and spread_at is null",
        id,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A booking that a machine made, as its partner is told of it.
#[derive(Clone, Debug)]
pub struct OwnBooking {
    /// Booking.
    pub id: Uuid,
    /// The machine's.
    pub client_id: Uuid,
    /// Its session now.
    pub session_id: Uuid,
    /// When that begins.
    pub starts_at: SqlTimestamp,
    /// `confirmed`, `cancelled`.
    pub state: String,
    /// People.
    pub people: i32,
}

/// Those of these bookings that machines made.
pub async fn own_bookings(db: &mut PgConnection, bookings: &[Uuid]) -> sqlx::Result<Vec<OwnBooking>> {
    sqlx::query_as!(
        OwnBooking,
        "select b.id, a.client_id, b.session_id, s.starts_at, b.state, b.people
         from api_booking a join booking b on b.id = a.booking_id join session s on s.id = b.session_id
         where a.booking_id = any($1) order by b.id",
        bookings
    )
    .fetch_all(db)
    .await
}

/// A party that a machine put on a waiting list, as its partner is told of it.
#[derive(Clone, Debug)]
pub struct OwnWaiting {
    /// Entry.
    pub id: Uuid,
    /// The machine's.
    pub client_id: Uuid,
    /// When the session begins that is or was offered.
    pub starts_at: SqlTimestamp,
    /// `offered`, `waiting`, `expired` …
    pub state: String,
    /// People.
    pub people: i32,
    /// Until when the offer of that session is good, while there is one.
    pub until: Option<SqlTimestamp>,
}

/// Those of these entries that machines made, as they stand to a session.
pub async fn own_waiting(db: &mut PgConnection, session: Uuid, entries: &[Uuid]) -> sqlx::Result<Vec<OwnWaiting>> {
    sqlx::query_as!(
        OwnWaiting,
        r#"select e.id, a.client_id, s.starts_at, e.state, e.people,
                  case when e.state = 'offered' and e.offered_session = s.id then e.offer_expires_at end as "until?"
           from api_waiting a join waiting_entry e on e.id = a.waiting_id join session s on s.id = $1
           where a.waiting_id = any($2) order by e.id"#,
        session,
        entries
    )
    .fetch_all(db)
    .await
}

/// Removes what is older than `instant` and was told or given up, with its deliveries. Answers how many events.
pub async fn remove_before(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with old as (
           select e.id from webhook_event e
           where e.occurred_at < $1 and not exists (
             select from webhook_delivery d join webhook_endpoint w on w.id = d.endpoint_id
             where d.event_id = e.id and d.state = 'waiting' and w.state = 'active')
           order by e.occurred_at limit 5000),
         told as (delete from webhook_delivery d using old where d.event_id = old.id)
         delete from webhook_event e using old where e.id = old.id",
        instant.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Removes the numbers of what is not there any more and of which nothing is kept that was told: it is never told of again.
/// Those of what is there stay, or its numbers would begin anew.
pub async fn remove_subjects(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from webhook_subject where id in (
           select s.id from webhook_subject s
           where not exists (select from webhook_event e where e.subject = s.id)
             and not exists (select from session x where x.id = s.id)
             and not exists (select from booking x where x.id = s.id)
             and not exists (select from activity x where x.id = s.id)
             and not exists (select from bus_stop x where x.id = s.id)
             and not exists (select from waiting_entry x where x.id = s.id)
             and not exists (select from webhook_endpoint x where x.id = s.id)
           limit 5000)"
    );
    Ok(done.execute(db).await?.rows_affected())
}
