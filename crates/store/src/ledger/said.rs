//! What staff typed of a case's money. It is sealed bytes here, and goes with the key of the case.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Something to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewSaid<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which award.
    pub award: Uuid,
    /// `released`, `sent_back`, `payment`, `reversed`.
    pub about: &'a str,
    /// The award, the tranche, the payment, the entry that is reversed.
    pub subject: Uuid,
    /// What, under the case's key.
    pub said: &'a [u8],
    /// By whom.
    pub by: Uuid,
}

/// Writes it down.
pub async fn add(db: impl PgExecutor<'_>, new: NewSaid<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_said (id, award_id, about, subject_id, said_sealed, said_by, said_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.award,
        new.about,
        new.subject,
        new.said,
        new.by,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Something as stored.
#[derive(Debug, Clone)]
pub struct SaidRow {
    /// Its own.
    pub id: Uuid,
    /// `released`, `sent_back`, `payment`, `reversed`.
    pub about: String,
    /// The award, the tranche, the payment, the entry that is reversed.
    pub subject_id: Uuid,
    /// What, under the case's key.
    pub said_sealed: Vec<u8>,
    /// By whom.
    pub said_by: Uuid,
    /// When.
    pub said_at: SqlTimestamp,
}

/// What was typed of an award, the first first.
pub async fn of_award(db: impl PgExecutor<'_>, award: Uuid) -> sqlx::Result<Vec<SaidRow>> {
    sqlx::query_as!(
        SaidRow,
        r#"select id, about, subject_id, said_sealed, said_by, said_at as "said_at: SqlTimestamp"
           from ledger_said where award_id = $1 order by said_at, id"#,
        award
    )
    .fetch_all(db)
    .await
}

/// Lets go of what was typed of the awards of a case, whose key is destroyed.
pub(crate) async fn forget(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from ledger_said where award_id in (select id from ledger_award where case_id = $1)", case)
        .execute(db)
        .await?;
    Ok(())
}
