//! Everybody who looks after cases, judges them or decides on them: what of their profiles may be read, and when they are away.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Members of staff in one of these roles whose accounts are in use, with each of the roles.
pub async fn staff(db: impl PgExecutor<'_>, roles: &[String]) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select a.id, r.role from account a join account_role r on r.account_id = a.id
         where r.role = any ($1) and a.kind = 'staff' and a.deleted_at is null order by a.id, r.role",
        roles
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.role)).collect())
}

/// What of a profile may be read beside its row.
#[derive(Debug, Clone)]
pub struct KeptRow {
    /// Whose.
    pub account_id: Uuid,
    /// Where they work.
    pub hospital_sealed: Option<Vec<u8>>,
    /// When it was kept.
    pub updated_at: SqlTimestamp,
    /// How many ties are known.
    pub ties: i64,
}

/// That of these accounts.
pub async fn kept(db: impl PgExecutor<'_>, accounts: &[Uuid]) -> sqlx::Result<Vec<KeptRow>> {
    sqlx::query_as!(
        KeptRow,
        r#"select p.account_id, p.hospital_sealed, p.updated_at as "updated_at: SqlTimestamp",
                  (select count(*) from spark_reviewer_tie t where t.account_id = p.account_id) as "ties!"
           from spark_reviewer_profile p where p.account_id = any ($1)"#,
        accounts
    )
    .fetch_all(db)
    .await
}

/// Where somebody works.
pub async fn hospital(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    let found =
        sqlx::query_scalar!("select hospital_sealed from spark_reviewer_profile where account_id = $1", account);
    Ok(found.fetch_optional(db).await?.flatten())
}

/// Writes it into the profile that is there.
pub async fn set_hospital(db: impl PgExecutor<'_>, account: Uuid, sealed: Option<&[u8]>) -> sqlx::Result<()> {
    sqlx::query!("update spark_reviewer_profile set hospital_sealed = $2 where account_id = $1", account, sealed)
        .execute(db)
        .await?;
    Ok(())
}

/// Adds a tie to those there are.
pub async fn add_tie(db: impl PgExecutor<'_>, account: Uuid, kind: &str, value: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_reviewer_tie (account_id, kind, value_index) values ($1, $2, $3) on conflict do nothing",
        account,
        kind,
        value
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When each of these reviewers last gave a review.
pub async fn last_reviews(db: impl PgExecutor<'_>, reviewers: &[Uuid]) -> sqlx::Result<Vec<(Uuid, SqlTimestamp)>> {
    let rows = sqlx::query!(
        r#"select reviewer_id, max(submitted_at) as "last!: SqlTimestamp" from spark_review
           where reviewer_id = any ($1) and submitted_at is not null group by reviewer_id"#,
        reviewers
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.reviewer_id, row.last)).collect())
}

/// How many cases that go on each of these officers looks after.
pub async fn officers_loads(db: impl PgExecutor<'_>, officers: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let rows = sqlx::query!(
        r#"select officer_id as "officer!", count(*) as "cases!" from spark_case
           where officer_id = any ($1) and state not in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')
           group by officer_id"#,
        officers
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.officer, row.cases)).collect())
}

/// When somebody is away, as stored.
#[derive(Debug, Clone, Copy)]
pub struct AbsenceRow {
    /// Who.
    pub account_id: Uuid,
    /// The first day; none where there is no absence any more.
    pub from_day: Option<SqlDate>,
    /// The last day, where it is known.
    pub until_day: Option<SqlDate>,
    /// Counts the changes.
    pub version: i32,
}

/// That of these accounts.
pub async fn absences(db: impl PgExecutor<'_>, accounts: &[Uuid]) -> sqlx::Result<Vec<AbsenceRow>> {
    sqlx::query_as!(
        AbsenceRow,
        r#"select account_id, from_day as "from_day: SqlDate", until_day as "until_day: SqlDate", version
           from spark_absence where account_id = any ($1)"#,
        accounts
    )
    .fetch_all(db)
    .await
}

/// Writes it over the version that was shown, 0 for a first one. `false` where it has another by now.
pub async fn save_absence(
    db: impl PgExecutor<'_>,
    account: Uuid,
    (days, based_on): (Option<(civil::Date, Option<civil::Date>)>, i32),
    by: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_absence as a (account_id, from_day, until_day, version, kept_by, kept_at)
         select $1, $2, $3, 1, $5, $6 where $4 = 0 or exists (select from spark_absence where account_id = $1)
         on conflict (account_id) do update set from_day = excluded.from_day, until_day = excluded.until_day,
           version = a.version + 1, kept_by = excluded.kept_by, kept_at = excluded.kept_at
         where a.version = $4",
        account,
        days.map(|(from, _)| from.to_sqlx()) as Option<SqlDate>,
        days.and_then(|(_, until)| until).map(|until| until.to_sqlx()) as Option<SqlDate>,
        based_on,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Who of these is away on a day, or takes no cases until further notice.
pub async fn away(db: impl PgExecutor<'_>, accounts: &[Uuid], day: civil::Date) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select account_id as "account!" from spark_absence
             where account_id = any ($1) and from_day <= $2 and (until_day is null or until_day >= $2)
           union select account_id from spark_reviewer_profile where account_id = any ($1) and away"#,
        accounts,
        day.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}
