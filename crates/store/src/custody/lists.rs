//! The lists the bank works by, its rules, and who works.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
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

/// A version of a list that is to be written, its entries column by column.
#[derive(Debug, Clone, Default)]
pub struct NewItems {
    /// From 1.
    pub positions: Vec<i16>,
    /// Their names for machines.
    pub codes: Vec<String>,
    /// Their sections.
    pub sections: Vec<String>,
    /// In Chinese.
    pub zh: Vec<String>,
    /// In English.
    pub en: Vec<String>,
}

/// Whose word a version is, and why.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The account.
    pub by: Uuid,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
}

/// The account of the staff with a name to sign in with; nothing where there is none.
pub async fn colleague(db: impl PgExecutor<'_>, login: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from staff_credential c join account a on a.id = c.account_id where c.login = $1 and a.deleted_at is null",
        login
    )
    .fetch_optional(db)
    .await
}

/// Who set a version of a list, when and why; nothing is known of that where all are none.
#[derive(Debug, Clone)]
pub struct ListSaidRow {
    /// Of which version.
    pub id: Uuid,
    /// When.
    pub added_at: Option<SqlTimestamp>,
    /// Who.
    pub added_by: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
}

/// Who set each version of each list, when and why.
pub async fn lists_said(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ListSaidRow>> {
    sqlx::query_as!(
        ListSaidRow,
        r#"select id, added_at as "added_at: SqlTimestamp", added_by, reason from custody_catalogue"#
    )
    .fetch_all(db)
    .await
}

/// Writes a version of a list (`kind`), which holds from a day on. `false` where there is one of this number.
pub async fn add_list(
    db: &mut PgConnection,
    (id, kind, version): (Uuid, &str, i32),
    from: Date,
    items: &NewItems,
    word: Word<'_>,
) -> sqlx::Result<bool> {
    let added = sqlx::query!(
        "insert into custody_catalogue (id, kind, version, valid_from, added_at, added_by, reason)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (kind, version) do nothing",
        id,
        kind,
        version,
        from.to_sqlx() as SqlDate,
        word.at.to_sqlx() as _,
        word.by,
        word.reason
    )
    .execute(&mut *db)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into custody_catalogue_item (catalogue_id, position, code, section, zh, en)
         select $1, n.* from unnest($2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[]) as n",
        id,
        &items.positions,
        &items.codes,
        &items.sections,
        &items.zh,
        &items.en
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// One version of the rules, with its number and its day.
#[derive(Debug, Clone)]
pub struct RulesVersionRow {
    /// From 1.
    pub version: i32,
    /// The first day of Shandong.
    pub valid_from: SqlDate,
    /// Minutes on the way: more opens a deviation.
    pub transit_alarm_min: i32,
    /// More is not taken in.
    pub transit_reject_min: i32,
    /// When it was set; none of this is known of versions of before it was noted.
    pub added_at: Option<SqlTimestamp>,
    /// Who set it.
    pub added_by: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
}

/// All versions of the rules, the first one first.
pub async fn rules_versions(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<RulesVersionRow>> {
    sqlx::query_as!(
        RulesVersionRow,
        r#"select version, valid_from as "valid_from: SqlDate", transit_alarm_min, transit_reject_min,
                  added_at as "added_at: SqlTimestamp", added_by, reason
           from custody_rules order by version"#
    )
    .fetch_all(db)
    .await
}

/// Writes a version of the rules, which holds from a day on: after how many minutes on the way a deviation is opened, and a unit not taken
/// in. `false` where there is one of this number.
pub async fn add_rules(
    db: impl PgExecutor<'_>,
    version: i32,
    from: Date,
    (alarm, reject): (i32, i32),
    word: Word<'_>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_rules (version, valid_from, transit_alarm_min, transit_reject_min, added_at, added_by, reason)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (version) do nothing",
        version,
        from.to_sqlx() as SqlDate,
        alarm,
        reject,
        word.at.to_sqlx() as _,
        word.by,
        word.reason
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
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
    /// The stored names of the roles that the account of the code has now; none where it has no live account.
    pub roles: Vec<String>,
}

/// Those of these codes, held as they are until what is recorded of them stands: nobody's code leaves its account meanwhile.
pub async fn operators(db: impl PgExecutor<'_>, codes: &[String]) -> sqlx::Result<Vec<OperatorRow>> {
    sqlx::query_as!(
        OperatorRow,
        r#"select id, code, (since::timestamp at time zone 'Asia/Shanghai') as "since!: SqlTimestamp",
                  ((until + 1)::timestamp at time zone 'Asia/Shanghai') as "until: SqlTimestamp",
                  array(select r.role from account_role r join account a on a.id = r.account_id
                        where a.id = o.account_id and a.deleted_at is null order by r.role) as "roles!"
           from custody_operator o where code = any($1) order by id for key share of o"#,
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
