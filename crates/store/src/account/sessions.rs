//! Browsers that are signed in.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A session to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// The row.
    pub id: Uuid,
    /// Hash of the cookie's value.
    pub token_hash: &'a [u8],
    /// Whose.
    pub account: Uuid,
    /// What the person will recognise it by.
    pub label: &'a str,
    /// Now.
    pub now: Timestamp,
    /// When it ends however busy it is.
    pub expires_at: Timestamp,
    /// When the person proved who it is: staff by the second factor, visitors by a code.
    pub stepped_up_at: Option<Timestamp>,
    /// By which contact a visitor did: `phone` or `mail`.
    pub proven_by: Option<&'a str>,
}

/// Begins a session.
pub async fn add(db: impl PgExecutor<'_>, session: NewSession<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into login_session
           (id, token_hash, account_id, label, created_at, last_seen_at, expires_at, stepped_up_at, proven_by)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8)",
        session.id,
        session.token_hash,
        session.account,
        session.label,
        session.now.to_sqlx() as SqlTimestamp,
        session.expires_at.to_sqlx() as SqlTimestamp,
        session.stepped_up_at.map(ToSqlx::to_sqlx) as Option<SqlTimestamp>,
        session.proven_by,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who a cookie stands for.
#[derive(Debug)]
pub struct SignedInRow {
    /// The session.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// `visitor` or `staff`.
    pub kind: String,
    /// The language of the account.
    pub locale: String,
    /// The stored names of the roles.
    pub roles: Vec<String>,
    /// When the cookie was last seen, to a minute.
    pub last_seen_at: SqlTimestamp,
    /// When the second factor was last shown.
    pub stepped_up_at: Option<SqlTimestamp>,
}

/// Who a cookie stands for, if anybody: one query on every request, so that revoking, a changed role and a deleted
/// account work at once. A cookie that was renewed after `renewed_after` still stands for its session, and shows no fresh
/// proof.
pub async fn by_token(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    now: Timestamp,
    staff_seen_after: Timestamp,
    visitor_seen_after: Timestamp,
    renewed_after: Timestamp,
) -> sqlx::Result<Option<SignedInRow>> {
    sqlx::query_as!(
        SignedInRow,
        r#"select s.id, s.account_id, a.kind, a.locale, s.last_seen_at,
                  case when s.token_hash = $1 then s.stepped_up_at end as stepped_up_at,
                  array(select role from account_role r where r.account_id = a.id order by role) as "roles!"
           from login_session s join account a on a.id = s.account_id
           where s.id = (select id from login_session where token_hash = $1
                         union all
                         select id from login_session where previous_hash = $1 and renewed_at > $5 limit 1)
             and s.revoked_at is null and s.expires_at > $2 and a.deleted_at is null
             and s.last_seen_at > case a.kind when 'staff' then $3::timestamptz else $4 end"#,
        token_hash,
        now.to_sqlx() as SqlTimestamp,
        staff_seen_after.to_sqlx() as SqlTimestamp,
        visitor_seen_after.to_sqlx() as SqlTimestamp,
        renewed_after.to_sqlx() as SqlTimestamp,
    )
    .fetch_optional(db)
    .await
}

/// Notes that a session was seen, unless another request noted it after `not_since`.
pub async fn touch(db: impl PgExecutor<'_>, id: Uuid, now: Timestamp, not_since: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update login_session set last_seen_at = $2 where id = $1 and last_seen_at <= $3 and revoked_at is null",
        id,
        now.to_sqlx() as SqlTimestamp,
        not_since.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A session as its owner sees it.
#[derive(Debug)]
pub struct OwnSessionRow {
    /// Which.
    pub id: Uuid,
    /// What the person recognises it by.
    pub label: String,
    /// Since when.
    pub created_at: SqlTimestamp,
    /// When it was last seen.
    pub last_seen_at: SqlTimestamp,
    /// When it ends.
    pub expires_at: SqlTimestamp,
}

/// The live sessions of an account, the last seen first.
pub async fn of_account(
    db: impl PgExecutor<'_>,
    account: Uuid,
    now: Timestamp,
    seen_after: Timestamp,
) -> sqlx::Result<Vec<OwnSessionRow>> {
    sqlx::query_as!(
        OwnSessionRow,
        "select id, label, created_at, last_seen_at, expires_at from login_session
         where account_id = $1 and revoked_at is null and expires_at > $2 and last_seen_at > $3
         order by last_seen_at desc, id desc",
        account,
        now.to_sqlx() as SqlTimestamp,
        seen_after.to_sqlx() as SqlTimestamp,
    )
    .fetch_all(db)
    .await
}

/// Ends one session of an account.
pub async fn revoke(db: impl PgExecutor<'_>, account: Uuid, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update login_session set revoked_at = $3 where id = $2 and account_id = $1 and revoked_at is null",
        account,
        id,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Ends all sessions of an account, or all but one.
pub async fn revoke_all(
    db: impl PgExecutor<'_>,
    account: Uuid,
    except: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update login_session set revoked_at = $3
         where account_id = $1 and revoked_at is null and ($2::uuid is null or id <> $2)",
        account,
        except,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Ends the sessions of an account beyond the `most` that were seen last. How many.
pub async fn revoke_beyond(db: impl PgExecutor<'_>, account: Uuid, most: i64, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update login_session set revoked_at = $3
         where id in (select id from login_session where account_id = $1 and revoked_at is null and expires_at > $3
                      order by last_seen_at desc, id desc offset $2)",
        account,
        most,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A person who is signed in proved again who it is: the session goes on under another cookie. When it ends, if it lives.
pub async fn renew(
    db: impl PgExecutor<'_>,
    account: Uuid,
    id: Uuid,
    token_hash: &[u8],
    proven_by: Option<&str>,
    now: Timestamp,
) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(
        "update login_session set previous_hash = token_hash, token_hash = $3, renewed_at = $5, stepped_up_at = $5,
           proven_by = $4
         where id = $2 and account_id = $1 and revoked_at is null returning expires_at",
        account,
        id,
        token_hash,
        proven_by,
        now.to_sqlx() as SqlTimestamp,
    )
    .fetch_optional(db)
    .await
}

/// When a visitor last proved a contact in this session, and which.
#[derive(Debug)]
pub struct ProofRow {
    /// When.
    pub stepped_up_at: Option<SqlTimestamp>,
    /// `phone` or `mail`.
    pub proven_by: Option<String>,
}

/// The proof of a session.
pub async fn proof(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ProofRow>> {
    sqlx::query_as!(ProofRow, "select stepped_up_at, proven_by from login_session where id = $1", id)
        .fetch_optional(db)
        .await
}

/// Forgets sessions that ended before `instant`.
pub async fn remove_ended(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from login_session where expires_at < $1 or revoked_at < $1",
        instant.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}
