//! Erasing personal data whose time is over. Each statement is bounded, so that erasing never holds the house up.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgExecutor, Result, query, query_as, query_scalar};
use uuid::Uuid;

/// A booking whose name and contacts are due.
pub struct DueBooking {
    /// Its session.
    pub session_id: Uuid,
    /// Which.
    pub id: Uuid,
}

/// Bookings of sessions that ended before `ended`, not erased yet; locked, skipping those another server erases.
pub async fn due_bookings(db: impl PgExecutor<'_>, ended: Timestamp, limit: i64) -> Result<Vec<DueBooking>> {
    query_as!(
        DueBooking,
        "select b.session_id, b.id from booking b join session s on s.id = b.session_id \
         where b.erased_at is null and s.ends_at < $1 order by b.session_id, b.id limit $2 \
         for update of b skip locked",
        ended.to_sqlx() as SqlTimestamp,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many bookings [`due_bookings`] would find without a limit.
pub async fn count_due_bookings(db: impl PgExecutor<'_>, ended: Timestamp) -> Result<i64> {
    query_scalar!(
        r#"select count(*) as "due!" from booking b join session s on s.id = b.session_id
           where b.erased_at is null and s.ends_at < $1"#,
        ended.to_sqlx() as SqlTimestamp
    )
    .fetch_one(db)
    .await
}

/// Empties bookings: `names` are sealed placeholders. What remains counts people and names nobody.
pub async fn erase_bookings(
    db: impl PgExecutor<'_>,
    sessions: &[Uuid],
    bookings: &[Uuid],
    names: &[Vec<u8>],
    now: Timestamp,
) -> Result<u64> {
    let done = query!(
        "update booking b set name_sealed = due.name, phone_sealed = null, phone_index = null, mail_sealed = null, \
                mail_index = null, document_sealed = null, document_index = null, companion_index = null, \
                account_id = null, erased_at = $4, updated_at = $4 \
         from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as due (session_id, id, name) \
         where b.session_id = due.session_id and b.id = due.id",
        sessions,
        bookings,
        names,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Bookings of sessions that ended before `ended`, and those that the house closed before it, which still have a document: who
/// booked another session instead has taken it along by then. Locked, skipping those another server has.
pub async fn due_documents(db: impl PgExecutor<'_>, ended: Timestamp, limit: i64) -> Result<Vec<DueBooking>> {
    query_as!(
        DueBooking,
        "select b.session_id, b.id from booking b join session s on s.id = b.session_id \
         where b.document_index is not null and (s.ends_at < $1 or b.cancelled_at < $1) order by b.session_id, b.id limit $2 \
         for update of b skip locked",
        ended.to_sqlx() as SqlTimestamp,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many [`due_documents`] would find without a limit.
pub async fn count_due_documents(db: impl PgExecutor<'_>, ended: Timestamp) -> Result<i64> {
    query_scalar!(
        r#"select count(*) as "due!" from booking b join session s on s.id = b.session_id
           where b.document_index is not null and (s.ends_at < $1 or b.cancelled_at < $1)"#,
        ended.to_sqlx() as SqlTimestamp
    )
    .fetch_one(db)
    .await
}

/// Deletes the documents of bookings.
pub async fn erase_documents(db: impl PgExecutor<'_>, sessions: &[Uuid], bookings: &[Uuid]) -> Result<u64> {
    let done = query!(
        "update booking b set document_sealed = null, document_index = null, companion_index = null \
         from unnest($1::uuid[], $2::uuid[]) as due (session_id, id) \
         where b.session_id = due.session_id and b.id = due.id and b.document_index is not null",
        sessions,
        bookings,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Visitors' accounts nobody has used since `unused` and that nothing is kept of: no booking, no case, no family of a stored unit.
pub async fn due_accounts(db: impl PgExecutor<'_>, unused: Timestamp, limit: i64) -> Result<Vec<Uuid>> {
    query_scalar!(
        "select a.id from account a \
         where a.kind = 'visitor' and a.deleted_at is null and a.created_at < $1 \
           and not exists (select from login_session l where l.account_id = a.id and l.last_seen_at >= $1) \
           and not exists (select from booking b where b.account_id = a.id) \
           and not exists (select from spark_case_party p where p.account_id = a.id) \
           and not exists (select from family_member m where m.account_id = a.id) \
         order by a.created_at, a.id limit $2",
        unused.to_sqlx() as SqlTimestamp,
        limit
    )
    .fetch_all(db)
    .await
}

/// Empties accounts; what remains is an id the audit trail speaks of.
pub async fn erase_accounts(db: impl PgExecutor<'_>, accounts: &[Uuid], now: Timestamp) -> Result<u64> {
    let done = query!(
        "with waiting as (delete from contact_change where account_id = any($1)), \
              links as (delete from contact_change_stop where account_id = any($1)) \
         update account set name_sealed = null, phone_sealed = null, phone_index = null, mail_sealed = null, \
                mail_index = null, deleted_at = $2 \
         where id = any($1) and kind = 'visitor' and deleted_at is null",
        accounts,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// What is simply deleted, how much of it is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Drafts nobody finished, and what was answered in them.
    pub drafts: i64,
    /// One-time codes.
    pub codes: i64,
    /// Sign-ins that ended.
    pub logins: i64,
    /// Counters of limits.
    pub limits: i64,
    /// Answers kept for repeated requests.
    pub answers: i64,
    /// Messages shown in development.
    pub mailbox: i64,
    /// Work nobody could do.
    pub jobs: i64,
    /// Missed visits that count no more.
    pub missed: i64,
}

/// Before which instants things are due.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Drafts that expired.
    pub drafts: Timestamp,
    /// Codes that expired.
    pub codes: Timestamp,
    /// Sign-ins that expired or were ended.
    pub logins: Timestamp,
    /// Windows of limits.
    pub limits: Timestamp,
    /// Kept answers.
    pub answers: Timestamp,
    /// Messages of the development mailbox.
    pub mailbox: Timestamp,
    /// Jobs that failed for good.
    pub jobs: Timestamp,
    /// Sessions that were missed ended.
    pub missed: Timestamp,
}

/// Counts what [`sweep`] would delete.
pub async fn count_due(db: impl PgExecutor<'_>, due: &Due) -> Result<Swept> {
    query_as!(
        Swept,
        r#"select (select count(*) from booking_draft where expires_at < $1)
                    + (select count(*) from event_answers where booking_id is null and expires_at < $1)
                    + (select count(*) from bus_draft where expires_at < $1)
                    + (select count(*) from group_draft where expires_at < $1)
                    + (select count(*) from ambassador_draft where expires_at < $1) as "drafts!",
                  (select count(*) from one_time_code where expires_at < $2)
                    + (select count(*) from short_link where expires_at < $2)
                    + (select count(*) from bus_short_link where expires_at < $2) as "codes!",
                  (select count(*) from login_session where expires_at < $3 or revoked_at < $3) as "logins!",
                  (select count(*) from rate_limit where window_start < $4) as "limits!",
                  (select count(*) from idempotency where created_at < $5) as "answers!",
                  (select count(*) from dev_mailbox where created_at < $6) as "mailbox!",
                  (select count(*) from job where state = 'dead' and created_at < $7) as "jobs!",
                  (select count(*) from no_show where ended_at < $8) as "missed!""#,
        due.drafts.to_sqlx() as SqlTimestamp,
        due.codes.to_sqlx() as SqlTimestamp,
        due.logins.to_sqlx() as SqlTimestamp,
        due.limits.to_sqlx() as SqlTimestamp,
        due.answers.to_sqlx() as SqlTimestamp,
        due.mailbox.to_sqlx() as SqlTimestamp,
        due.jobs.to_sqlx() as SqlTimestamp,
        due.missed.to_sqlx() as SqlTimestamp,
    )
    .fetch_one(db)
    .await
}

/// Deletes what is due and answers how much it was.
pub async fn sweep(db: impl PgExecutor<'_>, due: &Due) -> Result<Swept> {
    query_as!(
        Swept,
        r#"with drafts as (delete from booking_draft where expires_at < $1 returning 1),
                answered as (delete from event_answers where booking_id is null and expires_at < $1 returning 1),
                bus_drafts as (delete from bus_draft where expires_at < $1 returning 1),
                group_drafts as (delete from group_draft where expires_at < $1 returning 1),
                ambassador_drafts as (delete from ambassador_draft where expires_at < $1 returning 1),
                bus_links as (delete from bus_short_link where expires_at < $2 returning 1),
                codes as (delete from one_time_code where expires_at < $2 returning 1),
                links as (delete from short_link where expires_at < $2 returning 1),
                logins as (delete from login_session where expires_at < $3 or revoked_at < $3 returning 1),
                limits as (delete from rate_limit where window_start < $4 returning 1),
                answers as (delete from idempotency where created_at < $5 returning 1),
                mailbox as (delete from dev_mailbox where created_at < $6 returning 1),
                jobs as (delete from job where state = 'dead' and created_at < $7 returning 1),
                missed as (delete from no_show where ended_at < $8 returning 1)
           select (select count(*) from drafts) + (select count(*) from answered)
                    + (select count(*) from bus_drafts)
                    + (select count(*) from group_drafts)
                    + (select count(*) from ambassador_drafts) as "drafts!",
                  (select count(*) from codes) + (select count(*) from links) + (select count(*) from bus_links) as "codes!",
                  (select count(*) from logins) as "logins!", (select count(*) from limits) as "limits!",
                  (select count(*) from answers) as "answers!", (select count(*) from mailbox) as "mailbox!",
                  (select count(*) from jobs) as "jobs!", (select count(*) from missed) as "missed!""#,
        due.drafts.to_sqlx() as SqlTimestamp,
        due.codes.to_sqlx() as SqlTimestamp,
        due.logins.to_sqlx() as SqlTimestamp,
        due.limits.to_sqlx() as SqlTimestamp,
        due.answers.to_sqlx() as SqlTimestamp,
        due.mailbox.to_sqlx() as SqlTimestamp,
        due.jobs.to_sqlx() as SqlTimestamp,
        due.missed.to_sqlx() as SqlTimestamp,
    )
    .fetch_one(db)
    .await
}

/// An entry of the audit trail that proves that something was erased.
pub struct ProofRow {
    /// When.
    pub at: SqlTimestamp,
    /// `room.verb`.
    pub action: String,
    /// What was erased, or what it was erased of.
    pub subject_kind: String,
    /// Which.
    pub subject_id: Option<Uuid>,
    /// Counts.
    pub detail: serde_json::Value,
    /// Its position in the trail, from 0; none in its first second.
    pub position: Option<i64>,
    /// Its hash there.
    pub hash: Option<Vec<u8>>,
}

/// The last proofs, the newest first.
pub async fn proofs(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<ProofRow>> {
    query_as!(
        ProofRow,
        r#"select e.at as "at: SqlTimestamp", e.action, e.subject_kind, e.subject_id, e.detail,
                  l.position as "position?", l.hash as "hash?"
           from audit_entry e left join audit_leaf l on l.entry_id = e.id
           where starts_with(e.action, 'privacy.')
             or e.action in ('spark.case_forgotten', 'spark.objection_erased', 'custody.unit_forgotten')
           order by e.at desc, e.id desc limit $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Every column of the public tables, for the test that all personal ones are registered.
pub async fn columns(db: impl PgExecutor<'_>) -> Result<Vec<(String, String)>> {
    let rows = query!(
        r#"select table_name as "table!", column_name as "column!" from information_schema.columns
           where table_schema = 'public'
             -- A part of a table has the columns of the whole.
             and not exists (select from pg_class c where c.oid = to_regclass(format('%I.%I', table_schema, table_name))
                             and c.relispartition)
           order by table_name, ordinal_position"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.table, row.column)).collect())
}
