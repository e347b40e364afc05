//! The lists the bank works by, its rules, and who works.

use crate::SqlTimestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// One entry of a version of a list.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// Of which version.
    pub catalogue_id: Uuid,
    /// `preparation`, `test`, `release`.
    pub kind: String,
    /// From 1.
    pub version: i32,
    /// The first midnight of Shandong that it holds from.
    pub valid_from: SqlTimestamp,
    /// From 1 to 63.
    pub position: i16,
    /// Its name for machines.
    pub code: String,
    /// Its section.
    pub section: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// All versions of all lists, entry by entry.
pub async fn items(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        r#"select c.id as "catalogue_id!", c.kind as "kind!", c.version as "version!",
                  (c.valid_from::timestamp at time zone 'Asia/Shanghai') as "valid_from!: SqlTimestamp",
                  i.position as "position!", i.code as "code!", i.section as "section!", i.zh as "zh!", i.en as "en!"
           from custody_catalogue c join custody_catalogue_item i on i.catalogue_id = c.id
           order by c.kind, c.version, i.position"#
    )
    .fetch_all(db)
    .await
}

/// One version of the rules.
#[derive(Debug, Clone, Copy)]
pub struct RulesRow {
    /// The first midnight of Shandong that it holds from.
    pub valid_from: SqlTimestamp,
    /// Minutes on the way: more opens a deviation.
    pub transit_alarm_min: i32,
    /// More is not taken in.
    pub transit_reject_min: i32,
}

/// All versions of the rules, the oldest first.
pub async fn rules(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<RulesRow>> {
    sqlx::query_as!(
        RulesRow,
        r#"select (valid_from::timestamp at time zone 'Asia/Shanghai') as "valid_from!: SqlTimestamp",
                  transit_alarm_min, transit_reject_min
           from custody_rules order by valid_from, version"#
    )
    .fetch_all(db)
    .await
}

/// Somebody who works with units.
#[derive(Debug, Clone)]
pub struct OperatorRow {
    /// Which.
    pub id: Uuid,
    /// As on the badge.
    pub code: String,
    /// The first midnight of Shandong.
    pub since: SqlTimestamp,
    /// The midnight after the last day.
    pub until: Option<SqlTimestamp>,
}

/// Those of these codes, held as they are until what is recorded of them stands: nobody's code leaves its account meanwhile.
pub async fn operators(db: impl PgExecutor<'_>, codes: &[String]) -> sqlx::Result<Vec<OperatorRow>> {
    sqlx::query_as!(
        OperatorRow,
        r#"select id, code, (since::timestamp at time zone 'Asia/Shanghai') as "since!: SqlTimestamp",
                  ((until + 1)::timestamp at time zone 'Asia/Shanghai') as "until: SqlTimestamp"
           from custody_operator where code = any($1) order by id for key share"#,
        codes
    )
    .fetch_all(db)
    .await
}

/// Writes an operator who works from the day on. `false` when the code is taken.
pub async fn add_operator(db: impl PgExecutor<'_>, id: Uuid, code: &str, since: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_operator (id, code, since) values ($1, $2, $3::text::date) on conflict (code) do nothing",
        id,
        code,
        since
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
