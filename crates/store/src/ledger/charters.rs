//! What a fund and its envelopes say of themselves: names, purpose, terms, ceilings, and whether applications are taken.

use super::FundRow;
use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A fund's texts beside its purpose.
#[derive(Debug, Clone)]
pub struct CharterRow {
    /// Of which fund.
    pub id: Uuid,
    /// What the public is told, 简体中文.
    pub terms_zh: String,
    /// What the public is told, English.
    pub terms_en: String,
    /// Since when it takes no new applications.
    pub closed_at: Option<SqlTimestamp>,
    /// Counts changes.
    pub version: i32,
    /// Something is written in its books: its purpose stands.
    pub used: bool,
}

/// The texts of all funds.
pub async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<CharterRow>> {
    sqlx::query_as!(
        CharterRow,
        r#"select id, terms_zh, terms_en, closed_at, version,
                  exists (select from ledger_entry e where e.fund_id = f.id) as "used!"
           from ledger_fund f"#
    )
    .fetch_all(db)
    .await
}

/// Writes the texts of a fund that was just opened.
pub async fn set_terms(db: impl PgExecutor<'_>, id: Uuid, (zh, en): (&str, &str)) -> sqlx::Result<()> {
    sqlx::query!("update ledger_fund set terms_zh = $2, terms_en = $3 where id = $1", id, zh, en).execute(db).await?;
    Ok(())
}

/// Changes a fund that is at `version`. `false` where it is not.
pub async fn change(
    db: impl PgExecutor<'_>,
    fund: &FundRow,
    (terms_zh, terms_en): (&str, &str),
    version: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update ledger_fund set name_zh = $3, name_en = $4, disease = $5, city = $6, age_from = $7, age_until = $8,
                valid_from = $9, valid_until = $10, terms_zh = $11, terms_en = $12, version = version + 1
         where id = $1 and version = $2",
        fund.id,
        version,
        fund.name_zh,
        fund.name_en,
        fund.disease,
        fund.city,
        fund.age_from,
        fund.age_until,
        fund.valid_from as Option<SqlDate>,
        fund.valid_until as Option<SqlDate>,
        terms_zh,
        terms_en,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Closes a fund that is at `version` to new applications, or opens it to them again. `false` where it is not at that version.
pub async fn set_closed(
    db: impl PgExecutor<'_>,
    id: Uuid,
    version: i32,
    closed: Option<(Timestamp, Uuid)>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update ledger_fund set closed_at = $3, closed_by = $4, version = version + 1 where id = $1 and version = $2",
        id,
        version,
        closed.map(|(at, _)| at.to_sqlx()) as Option<SqlTimestamp>,
        closed.map(|(_, by)| by),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What an envelope says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeText {
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// What it is for, 简体中文.
    pub purpose_zh: String,
    /// What it is for, English.
    pub purpose_en: String,
    /// The most that is promised and paid of it, in fen.
    pub ceiling: Option<i64>,
}

/// Opens an envelope. `false` when there is one of that id.
pub async fn add_envelope(
    db: impl PgExecutor<'_>,
    id: Uuid,
    fund: Uuid,
    text: &EnvelopeText,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_envelope (id, fund_id, name_zh, name_en, purpose_zh, purpose_en, ceiling, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing",
        id,
        fund,
        text.name_zh,
        text.name_en,
        text.purpose_zh,
        text.purpose_en,
        text.ceiling,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// An envelope with its fund and version, as it stands.
pub async fn envelope(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<(Uuid, i32, EnvelopeText)>> {
    let row = sqlx::query!(
        "select fund_id, version, name_zh, name_en, purpose_zh, purpose_en, ceiling from ledger_envelope where id = $1",
        id
    );
    Ok(row.fetch_optional(db).await?.map(|row| {
        let text = EnvelopeText {
            name_zh: row.name_zh,
            name_en: row.name_en,
            purpose_zh: row.purpose_zh,
            purpose_en: row.purpose_en,
            ceiling: row.ceiling,
        };
        (row.fund_id, row.version, text)
    }))
}

/// Changes an envelope that is at `version`. `false` where it is not.
pub async fn change_envelope(
    db: impl PgExecutor<'_>,
    id: Uuid,
    text: &EnvelopeText,
    version: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update ledger_envelope set name_zh = $3, name_en = $4, purpose_zh = $5, purpose_en = $6, ceiling = $7,
                version = version + 1
         where id = $1 and version = $2",
        id,
        version,
        text.name_zh,
        text.name_en,
        text.purpose_zh,
        text.purpose_en,
        text.ceiling,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Whether a fund was closed to new applications before this case was opened. A case nobody knows was not.
pub async fn closed_before(db: impl PgExecutor<'_>, fund: Uuid, case: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from ledger_fund f join spark_case c on c.id = $2
             where f.id = $1 and f.closed_at <= c.opened_at) as "closed!""#,
        fund,
        case
    )
    .fetch_one(db)
    .await
}
