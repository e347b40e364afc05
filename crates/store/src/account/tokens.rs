//! Machines: API clients and their refresh tokens.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A client to add.
#[derive(Clone, Copy, Debug)]
pub struct NewClient<'a> {
    /// The row.
    pub id: Uuid,
    /// What people call it.
    pub name: &'a str,
    /// The stored names of its scopes.
    pub scopes: &'a [String],
    /// Hash of its secret.
    pub secret_hash: &'a [u8],
    /// Now.
    pub now: Timestamp,
}

/// Adds a client. Fails with `api_client_name_once` when a live client has the name.
pub async fn add_client(db: impl PgExecutor<'_>, client: NewClient<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_client (id, name, scopes, secret_hash, created_at) values ($1, $2, $3, $4, $5)",
        client.id,
        client.name,
        client.scopes,
        client.secret_hash,
        client.now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A client as stored.
#[derive(Debug)]
pub struct ClientRow {
    /// Which.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The stored names of its scopes.
    pub scopes: Vec<String>,
    /// Hash of its secret.
    pub secret_hash: Vec<u8>,
    /// Since when.
    pub created_at: SqlTimestamp,
    /// When a token of it was last taken, to a minute.
    pub last_used_at: Option<SqlTimestamp>,
    /// Revoked then.
    pub revoked_at: Option<SqlTimestamp>,
}

/// The client, revoked or not.
pub async fn client(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "select id, name, scopes, secret_hash, created_at, last_used_at, revoked_at from api_client where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// All clients, those that live before those that ended, the newest first.
pub async fn clients(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "select id, name, scopes, secret_hash, created_at, last_used_at, revoked_at from api_client
         order by revoked_at is not null, created_at desc, id desc"
    )
    .fetch_all(db)
    .await
}

/// Revokes a client. Its tokens end with it: whoever looks at one asks for its client too ([`live_client`]). `false` when
/// it was not live.
pub async fn revoke_client(db: impl PgExecutor<'_>, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update api_client set revoked_at = $2 where id = $1 and revoked_at is null",
        id,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A refresh token to add. The first of a family has the family's id.
#[derive(Clone, Copy, Debug)]
pub struct NewRefreshToken<'a> {
    /// The row.
    pub id: Uuid,
    /// The grant it descends from.
    pub family: Uuid,
    /// Whose.
    pub client: Uuid,
    /// Hash of the token.
    pub token_hash: &'a [u8],
    /// Now.
    pub now: Timestamp,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// The stored names of what it was granted for.
    pub scopes: &'a [String],
}

/// Adds a refresh token.
pub async fn add_refresh_token(db: impl PgExecutor<'_>, token: NewRefreshToken<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into refresh_token (id, family, client_id, token_hash, issued_at, expires_at, scopes)
         values ($1, $2, $3, $4, $5, $6, $7)",
        token.id,
        token.family,
        token.client,
        token.token_hash,
        token.now.to_sqlx() as SqlTimestamp,
        token.expires_at.to_sqlx() as SqlTimestamp,
        token.scopes,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A refresh token as stored.
#[derive(Debug)]
pub struct RefreshTokenRow {
    /// Which.
    pub id: Uuid,
    /// The grant it descends from.
    pub family: Uuid,
    /// Whose.
    pub client_id: Uuid,
    /// Until when it may be used.
    pub expires_at: SqlTimestamp,
    /// Used then.
    pub used_at: Option<SqlTimestamp>,
    /// Revoked then.
    pub revoked_at: Option<SqlTimestamp>,
    /// The stored names of what it was granted for.
    pub scopes: Vec<String>,
}

/// The family a token belongs to; `None` when nobody ever got such a token.
pub async fn family_of(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select family from refresh_token where token_hash = $1", token_hash).fetch_optional(db).await
}

/// Locks a family by its first token: whoever rotates it or revokes it waits here, so that no token is born into a
/// family that is being revoked.
pub async fn lock_family(db: &mut PgConnection, family: Uuid) -> sqlx::Result<bool> {
    let found = sqlx::query!("select id from refresh_token where id = $1 for update", family);
    Ok(found.fetch_optional(db).await?.is_some())
}

/// The token, as it is after the family was locked.
pub async fn refresh_token(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<Option<RefreshTokenRow>> {
    sqlx::query_as!(
        RefreshTokenRow,
        "select id, family, client_id, expires_at, used_at, revoked_at, scopes from refresh_token where token_hash = $1",
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Uses a token up. `false` when it was used before.
pub async fn use_refresh_token(db: impl PgExecutor<'_>, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update refresh_token set used_at = $2 where id = $1 and used_at is null and revoked_at is null",
        id,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Revokes all tokens of a family. How many were live.
pub async fn revoke_family(db: impl PgExecutor<'_>, family: Uuid, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update refresh_token set revoked_at = $2 where family = $1 and revoked_at is null",
        family,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A client whose token was looked at.
#[derive(Debug)]
pub struct LiveClientRow {
    /// The stored names of what it may do now.
    pub scopes: Vec<String>,
    /// When a token of it was last taken, to a minute.
    pub last_used_at: Option<SqlTimestamp>,
}

/// The client of a token, if both it and the grant are still good.
pub async fn live_client(db: impl PgExecutor<'_>, client: Uuid, family: Uuid) -> sqlx::Result<Option<LiveClientRow>> {
    sqlx::query_as!(
        LiveClientRow,
        "select c.scopes, c.last_used_at from api_client c join refresh_token t on t.client_id = c.id
         where c.id = $1 and t.id = $2 and c.revoked_at is null and t.revoked_at is null",
        client,
        family
    )
    .fetch_optional(db)
    .await
}

/// Notes that a client was heard, unless another request noted it after `not_since`.
pub async fn touch_client(
    db: impl PgExecutor<'_>,
    id: Uuid,
    now: Timestamp,
    not_since: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update api_client set last_used_at = $2
         where id = $1 and revoked_at is null and (last_used_at is null or last_used_at <= $3)",
        id,
        now.to_sqlx() as SqlTimestamp,
        not_since.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Forgets families all of whose tokens ended before `instant`.
pub async fn remove_ended(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from refresh_token t where t.expires_at < $1
           and not exists (select from refresh_token o where o.family = t.family and o.expires_at >= $1)",
        instant.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}
