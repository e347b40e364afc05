//! One-time codes: one row per subject and purpose, the newest.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A code to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewCode<'a> {
    /// The row.
    pub id: Uuid,
    /// `sign_in`, `booking`, `contact`, `proof`.
    pub purpose: &'a str,
    /// What it is for.
    pub subject: Uuid,
    /// Keyed hash of the contact it goes to.
    pub contact_index: &'a [u8],
    /// The contact, sealed for this row.
    pub contact_sealed: &'a [u8],
    /// Keyed hash of the code, bound to purpose and subject.
    pub code_hash: &'a [u8],
    /// Now.
    pub now: Timestamp,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// The job that sends it, in its urgent lane (`jobs::URGENT_KIND`).
    pub job: Uuid,
    /// What the job is about.
    pub job_payload: &'a serde_json::Value,
}

/// When the subject's code was made, if it went to this contact.
pub async fn last_made(
    db: impl PgExecutor<'_>,
    purpose: &str,
    subject: Uuid,
    contact_index: &[u8],
) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(
        "select created_at from one_time_code where subject = $2 and purpose = $1 and contact_index = $3",
        purpose,
        subject,
        contact_index
    )
    .fetch_optional(db)
    .await
}

/// Keeps a code in place of the subject's former one and queues the job that sends it, both or neither. `false` when the
/// former one went to the same contact after `cooldown`: of two requests at once one is kept.
pub async fn put(db: impl PgExecutor<'_>, code: NewCode<'_>, cooldown: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with kept as (
           insert into one_time_code
             (id, purpose, subject, contact_index, contact_sealed, code_hash, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict (subject, purpose) do update set
             id = excluded.id, contact_index = excluded.contact_index, contact_sealed = excluded.contact_sealed,
             code_hash = excluded.code_hash, created_at = excluded.created_at, expires_at = excluded.expires_at,
             attempts = 0, consumed_at = null
           where one_time_code.created_at <= $9 or one_time_code.contact_index <> excluded.contact_index
           returning id)
         insert into job (id, kind, payload, run_at, created_at) select $10, $11, $12, $7, $7 from kept",
        code.id,
        code.purpose,
        code.subject,
        code.contact_index,
        code.contact_sealed,
        code.code_hash,
        code.now.to_sqlx() as SqlTimestamp,
        code.expires_at.to_sqlx() as SqlTimestamp,
        cooldown.to_sqlx() as SqlTimestamp,
        code.job,
        crate::jobs::URGENT_KIND,
        code.job_payload,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What a guess met.
#[derive(Debug)]
pub struct GuessRow {
    /// The code's row.
    pub id: Uuid,
    /// Attempts used, this one included.
    pub attempts: i32,
    /// The contact, sealed for the row.
    pub contact_sealed: Option<Vec<u8>>,
    /// Keyed hash of the contact.
    pub contact_index: Vec<u8>,
    /// It was the code; it is used up now.
    pub right: bool,
    /// It was the code of a draft, and the contact it went to is still the draft's: that is proven now.
    pub draft_proven: bool,
}

/// Spends one attempt on a guess: `None` when no code of the subject (to this
/// contact, if one is named) can be used. One statement, so that no number of parallel guesses gets more than `max_attempts`: each waits for the row and asks again what is left.
/// The comparison of keyed hashes tells nobody anything by its time.
///
/// A code of purpose `booking` or `bus` has a draft as its subject, and proves the draft's contact in the same statement:
/// not one that was typed in the meantime, and never without having been used up.
pub async fn guess(
    db: impl PgExecutor<'_>,
    purpose: &str,
    subject: Uuid,
    contact_index: Option<&[u8]>,
    code_hash: &[u8],
    now: Timestamp,
    max_attempts: i32,
) -> sqlx::Result<Option<GuessRow>> {
    sqlx::query_as!(
        GuessRow,
        r#"with spent as (
             update one_time_code
             set attempts = attempts + 1, consumed_at = case when code_hash = $3 then $4::timestamptz end
             where subject = $2 and purpose = $1 and attempts < $5 and consumed_at is null and expires_at > $4
               and ($6::bytea is null or contact_index = $6)
             returning id, attempts, contact_sealed, contact_index, consumed_at is not null as hit),
           proven as (
             update booking_draft d set verified_at = $4 from spent
             where $1 = 'booking' and d.id = $2 and spent.hit and d.contact_index = spent.contact_index
             returning d.id),
           proven_bus as (
             update bus_draft d set verified_at = $4 from spent
             where $1 = 'bus' and d.id = $2 and spent.hit and d.contact_index = spent.contact_index
             returning d.id),
           proven_group as (
             update group_draft d set verified_at = $4 from spent
             where $1 = 'group' and d.id = $2 and spent.hit and d.contact_index = spent.contact_index
             returning d.id),
           proven_ambassador as (
             update ambassador_draft d set verified_at = $4 from spent
             where $1 = 'ambassador' and d.id = $2 and spent.hit and d.contact_index = spent.contact_index
             returning d.id)
           select id, attempts, contact_sealed, contact_index, hit as "right!",
                  exists (select from proven) or exists (select from proven_bus)
                    or exists (select from proven_group) or exists (select from proven_ambassador) as "draft_proven!"
           from spent"#,
        purpose,
        subject,
        code_hash,
        now.to_sqlx() as SqlTimestamp,
        max_attempts,
        contact_index,
    )
    .fetch_optional(db)
    .await
}

/// Forgets codes that ended before `instant`.
pub async fn remove_ended(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from one_time_code where expires_at < $1", instant.to_sqlx() as SqlTimestamp);
    Ok(done.execute(db).await?.rows_affected())
}

/// Forgets every code that went to a contact.
pub async fn remove_of_contact(db: impl PgExecutor<'_>, contact_index: &[u8]) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from one_time_code where contact_index = $1", contact_index);
    Ok(done.execute(db).await?.rows_affected())
}
