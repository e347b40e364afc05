//! The aid standards: versions that are added and never changed.

use jiff_sqlx::{Date, ToSqlx};
use sqlx::PgConnection;

/// A version.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Its number.
    pub version: i32,
    /// The first day it is in force.
    pub holds_from: Date,
    /// Made for the demo.
    pub demo: bool,
    /// By whom it was decided.
    pub decided_zh: String,
    /// The same in English.
    pub decided_en: String,
}

/// A line of a version.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// For which disease group.
    pub disease_group: String,
    /// What is aided.
    pub title_zh: String,
    /// The same in English.
    pub title_en: String,
    /// Which costs.
    pub covers_zh: String,
    /// The same in English.
    pub covers_en: String,
    /// The most, in fen: whole yuan.
    pub most_fen: i64,
    /// `case` or `year`.
    pub per: String,
}

/// The newest version in force on `day`.
pub async fn in_force(db: &mut PgConnection, day: jiff::civil::Date) -> sqlx::Result<Option<VersionRow>> {
    sqlx::query_as!(
        VersionRow,
        "select version, holds_from as \"holds_from: Date\", demo, decided_zh, decided_en from spark_standard_version
         where holds_from <= $1 order by version desc limit 1",
        day.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// The lines of a version, in their order.
pub async fn lines(db: &mut PgConnection, version: i32) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        "select disease_group, title_zh, title_en, covers_zh, covers_en, most_fen, per from spark_standard
         where version = $1 order by position",
        version
    )
    .fetch_all(db)
    .await
}

/// Adds a version of so many lines, which the same transaction adds. Answers whether there was none of that number.
pub async fn add_version(
    db: &mut PgConnection,
    fresh: &VersionRow,
    lines: i16,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_standard_version (version, holds_from, demo, decided_zh, decided_en, lines, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (version) do nothing",
        fresh.version,
        fresh.holds_from as Date,
        fresh.demo,
        fresh.decided_zh,
        fresh.decided_en,
        lines,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a line to a version.
pub async fn add_line(db: &mut PgConnection, version: i32, position: i16, line: &LineRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_standard
           (version, position, disease_group, title_zh, title_en, covers_zh, covers_en, most_fen, per)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        version,
        position,
        line.disease_group,
        line.title_zh,
        line.title_en,
        line.covers_zh,
        line.covers_en,
        line.most_fen,
        line.per
    )
    .execute(db)
    .await?;
    Ok(())
}
