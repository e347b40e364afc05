//! What a support agent opens: a family's record, for a time.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// The family of a contract, by the index of its number.
pub async fn family_of(db: impl PgExecutor<'_>, number: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select family_id from family_contract where number_index = $1", number)
        .fetch_optional(db)
        .await
}

/// An opening to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewOpening<'a> {
    /// The form's own.
    pub id: Uuid,
    /// Whose record.
    pub family: Uuid,
    /// Who opens it.
    pub account: Uuid,
    /// Why, sealed.
    pub reason: &'a [u8],
    /// Until when it stays open.
    pub until: Timestamp,
}

/// Opens a record. `false` where the same form opened one.
pub async fn open(db: impl PgExecutor<'_>, new: NewOpening<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_support (id, family_id, account_id, reason_sealed, begun_at, until) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do nothing",
        new.id,
        new.family,
        new.account,
        new.reason,
        now.to_sqlx() as SqlTimestamp,
        new.until.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What a form opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRow {
    /// Whose record.
    pub family_id: Uuid,
    /// Who opened it.
    pub account_id: Uuid,
}

/// What a form opened before.
pub async fn sent(db: impl PgExecutor<'_>, form: Uuid) -> sqlx::Result<Option<SentRow>> {
    sqlx::query_as!(SentRow, "select family_id, account_id from family_support where id = $1", form)
        .fetch_optional(db)
        .await
}

/// An opening.
#[derive(Debug, Clone)]
pub struct OpeningRow {
    /// Its own.
    pub id: Uuid,
    /// Whose record.
    pub family_id: Uuid,
    /// Why, sealed.
    pub reason_sealed: Vec<u8>,
    /// Since when.
    pub begun_at: SqlTimestamp,
    /// Until when.
    pub until: SqlTimestamp,
}

/// What somebody has open, the last first; of one family, where it is named.
pub async fn opened(
    db: impl PgExecutor<'_>,
    account: Uuid,
    family: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<Vec<OpeningRow>> {
    sqlx::query_as!(
        OpeningRow,
        r#"select id, family_id, reason_sealed, begun_at as "begun_at: SqlTimestamp", until as "until: SqlTimestamp"
           from family_support where account_id = $1 and until > $3 and ($2::uuid is null or family_id = $2)
           order by until desc limit 20"#,
        account,
        family,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await
}

/// Ends what somebody has open of a family.
pub async fn close(db: impl PgExecutor<'_>, account: Uuid, family: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_support set until = greatest($3, begun_at + interval '1 microsecond')
         where account_id = $1 and family_id = $2 and until > $3",
        account,
        family,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// A unit of a family, as support sees it.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Which.
    pub id: Uuid,
    /// Its number, thirteen characters.
    pub din: String,
    /// The stored word of its state.
    pub state: String,
    /// Bits of the steps that were done.
    pub steps_done: i64,
    /// Bits of the tests that are final.
    pub tests_final: i64,
    /// When something last happened to it.
    pub changed_at: SqlTimestamp,
}

/// The units of a family.
pub async fn units(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<Vec<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select id, din, state, steps_done, tests_final, changed_at as "changed_at: SqlTimestamp"
           from custody_unit where family_id = $1 order by registered_at, id"#,
        family
    )
    .fetch_all(db)
    .await
}
