//! Wrapped keys: the data keys of the envelope encryption and the signing keys. Nothing here can open them.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgExecutor, Result, query, query_as, query_scalar};
use uuid::Uuid;

/// A data key, wrapped by the master key. Version 0 is the root of lookups and never changes; 1 and up seal values.
pub struct DataKeyRow {
    /// The number inside every value it sealed.
    pub version: i32,
    /// The suite of algorithms it is for.
    pub algorithm: String,
    /// The key, sealed by the master key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: SqlTimestamp,
}

/// A signing key; its private half is wrapped by the master key.
pub struct SigningKeyRow {
    /// Its public name.
    pub kid: String,
    /// `EdDSA`.
    pub algorithm: String,
    /// 32 bytes of an Ed25519 public key.
    pub public_key: Vec<u8>,
    /// PKCS#8, sealed by the master key.
    pub wrapped_private: Vec<u8>,
    /// When it was made.
    pub created_at: SqlTimestamp,
    /// From when it is no longer good; may be planned for later.
    pub retired_at: Option<SqlTimestamp>,
}

/// Every data key, the oldest first.
pub async fn data_keys(db: impl PgExecutor<'_>) -> Result<Vec<DataKeyRow>> {
    query_as!(DataKeyRow, "select version, algorithm, wrapped, created_at from data_key order by version")
        .fetch_all(db)
        .await
}

/// Every signing key, also the retired ones (their signatures on old audit heads stay good), the oldest first.
pub async fn signing_keys(db: impl PgExecutor<'_>) -> Result<Vec<SigningKeyRow>> {
    query_as!(
        SigningKeyRow,
        "select kid, algorithm, public_key, wrapped_private, created_at, retired_at from signing_key order by created_at, kid"
    )
    .fetch_all(db)
    .await
}

/// Adds a data key unless its version is taken.
pub async fn add_data_key(db: impl PgExecutor<'_>, key: &DataKeyRow) -> Result<bool> {
    let added = query!(
        "insert into data_key (version, algorithm, wrapped, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        key.version,
        key.algorithm,
        key.wrapped,
        key.created_at as SqlTimestamp,
    );
    Ok(added.execute(db).await?.rows_affected() == 1)
}

/// Adds a signing key.
pub async fn add_signing_key(db: impl PgExecutor<'_>, key: &SigningKeyRow) -> Result<()> {
    query!(
        "insert into signing_key (kid, algorithm, public_key, wrapped_private, created_at, retired_at) \
         values ($1, $2, $3, $4, $5, $6)",
        key.kid,
        key.algorithm,
        key.public_key,
        key.wrapped_private,
        key.created_at as SqlTimestamp,
        key.retired_at as Option<SqlTimestamp>,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets one transaction at a time make keys: locks the row of version 0, which must exist.
pub async fn lock(db: impl PgExecutor<'_>) -> Result<()> {
    query_scalar!("select version from data_key where version = 0 for update").fetch_one(db).await?;
    Ok(())
}

/// Notes that data keys below `version` seal nothing new from `at`; they keep opening.
pub async fn end_data_keys_below(db: impl PgExecutor<'_>, version: i32, at: Timestamp) -> Result<()> {
    query!(
        "update data_key set retired_at = $2 where version between 1 and $1 - 1 and retired_at is null",
        version,
        at.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Plans the end of every signing key but `kid` that has none yet.
pub async fn end_signing_keys_but(db: impl PgExecutor<'_>, kid: &str, at: Timestamp) -> Result<()> {
    query!(
        "update signing_key set retired_at = $2 where kid <> $1 and retired_at is null",
        kid,
        at.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends one signing key. Answers whether it exists.
pub async fn end_signing_key(db: impl PgExecutor<'_>, kid: &str, at: Timestamp) -> Result<bool> {
    let ended = query!("update signing_key set retired_at = $2 where kid = $1", kid, at.to_sqlx() as SqlTimestamp);
    Ok(ended.execute(db).await?.rows_affected() == 1)
}

/// Replaces the wrapping of a data key.
pub async fn rewrap_data_key(db: impl PgExecutor<'_>, version: i32, wrapped: &[u8]) -> Result<()> {
    query!("update data_key set wrapped = $2 where version = $1", version, wrapped).execute(db).await?;
    Ok(())
}

/// Replaces the wrapping of a signing key.
pub async fn rewrap_signing_key(db: impl PgExecutor<'_>, kid: &str, wrapped: &[u8]) -> Result<()> {
    query!("update signing_key set wrapped_private = $2 where kid = $1", kid, wrapped).execute(db).await?;
    Ok(())
}

/// Table, sealed column, and the column of the id bound into the seal. Names of the code, never a user's text.
pub type SealedColumn = (&'static str, &'static str, &'static str);

/// Values of a column that another key than `version` sealed, by id after `after`. The version stands in bytes 2 to 5.
pub async fn sealed_by_others(
    db: impl PgExecutor<'_>,
    (table, column, key): SealedColumn,
    version: u32,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let sql = format!(
        "select {key}, {column} from {table} \
         where {key} > $1 and {column} is not null and substring({column} from 2 for 4) <> $2 order by {key} limit $3"
    );
    let found = sqlx::query_as(AssertSqlSafe(sql)).bind(after).bind(version.to_be_bytes()).bind(limit);
    found.fetch_all(db).await
}

/// Puts `fresh` where `stale` still is. Answers how many rows that was.
pub async fn exchange_sealed(
    db: impl PgExecutor<'_>,
    (table, column, key): SealedColumn,
    row: Uuid,
    stale: &[u8],
    fresh: &[u8],
) -> Result<u64> {
    let sql = format!("update {table} set {column} = $3 where {key} = $1 and {column} = $2");
    let done = sqlx::query(AssertSqlSafe(sql)).bind(row).bind(stale).bind(fresh).execute(db).await?;
    Ok(done.rows_affected())
}
