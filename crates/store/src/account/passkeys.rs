//! Passkeys of staff, and the challenges they answer. The time of a challenge is the database's, so that it lasts as long
//! on every server.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Whose challenge, and what for: another one takes the place of the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChallengeKey<'a> {
    /// `enrol`, `first`, `sign_in`, `step_up`.
    pub purpose: &'a str,
    /// Where it was asked for: a session, a sign-in, an enrolment.
    pub subject: Uuid,
    /// Who was asked.
    pub account: Uuid,
}

/// Keeps a challenge.
pub async fn put_challenge(db: impl PgExecutor<'_>, key: ChallengeKey<'_>, challenge: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into staff_passkey_challenge (subject, purpose, account_id, challenge, made_at)
         values ($1, $2, $3, $4, now())
         on conflict (subject, purpose) do update
           set account_id = excluded.account_id, challenge = excluded.challenge, made_at = excluded.made_at",
        key.subject,
        key.purpose,
        key.account,
        challenge,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a challenge that is no older than five minutes; it is gone with that. One statement, so that of two answers at
/// once one gets it.
pub async fn take_challenge(db: impl PgExecutor<'_>, key: ChallengeKey<'_>) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "delete from staff_passkey_challenge
         where subject = $1 and purpose = $2 and account_id = $3 and made_at > now() - interval '5 minutes'
         returning challenge",
        key.subject,
        key.purpose,
        key.account,
    )
    .fetch_optional(db)
    .await
}

/// Forgets challenges that nobody answered in an hour.
pub async fn remove_old_challenges(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from staff_passkey_challenge where made_at < now() - interval '1 hour'");
    Ok(done.execute(db).await?.rows_affected())
}

/// A passkey.
#[derive(Debug)]
pub struct PasskeyRow {
    /// Which.
    pub id: Uuid,
    /// What the authenticator knows it by.
    pub credential_id: Vec<u8>,
    /// Whose it is and its key, sealed for the row.
    pub key_sealed: Vec<u8>,
    /// What the authenticator counted last; 0 where it does not count.
    pub sign_count: i64,
    /// Ways to the authenticator.
    pub transports: Vec<String>,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: SqlTimestamp,
    /// When it was shown last.
    pub last_used_at: Option<SqlTimestamp>,
}

/// The passkeys of an account, the oldest first.
pub async fn of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<PasskeyRow>> {
    sqlx::query_as!(
        PasskeyRow,
        "select id, credential_id, key_sealed, sign_count, transports, name, created_at, last_used_at
         from staff_passkey where account_id = $1 order by created_at, id",
        account,
    )
    .fetch_all(db)
    .await
}

/// A passkey to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// The row.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// What the authenticator knows it by.
    pub credential_id: &'a [u8],
    /// Whose it is and its key, sealed for the row.
    pub key_sealed: &'a [u8],
    /// What the authenticator counts from.
    pub sign_count: i64,
    /// Ways to the authenticator.
    pub transports: &'a [String],
    /// What its owner calls it.
    pub name: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// Keeps a passkey. Fails with `staff_passkey_once` when anybody has it already.
pub async fn add(db: impl PgExecutor<'_>, passkey: NewPasskey<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into staff_passkey
           (id, account_id, credential_id, key_sealed, sign_count, transports, name, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        passkey.id,
        passkey.account,
        passkey.credential_id,
        passkey.key_sealed,
        passkey.sign_count,
        passkey.transports,
        passkey.name,
        passkey.now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a passkey was shown. `false` when its authenticator did not count on from what was seen last.
pub async fn used(db: impl PgExecutor<'_>, id: Uuid, sign_count: i64, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_passkey set sign_count = $2, last_used_at = $3
         where id = $1 and (sign_count < $2 or sign_count = 0 and $2 = 0)",
        id,
        sign_count,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Forgets one passkey of an account.
pub async fn remove(db: impl PgExecutor<'_>, account: Uuid, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from staff_passkey where id = $2 and account_id = $1", account, id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Forgets all passkeys of an account, and what was asked of them.
pub async fn remove_all(db: &mut PgConnection, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from staff_passkey where account_id = $1", account).execute(&mut *db).await?;
    sqlx::query!("delete from staff_passkey_challenge where account_id = $1", account).execute(&mut *db).await?;
    Ok(())
}
