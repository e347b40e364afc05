//! Reviewers, what ties them to others, and what ties a case: keyed hashes, which are bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A reviewer, or a member of the committee.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    /// Who.
    pub account_id: Uuid,
    /// Numbers of the national list of specialities.
    pub specialities: Vec<String>,
    /// Takes no cases at present.
    pub away: bool,
    /// The keyed hash of their identity document.
    pub person_index: Vec<u8>,
    /// Counts the changes.
    pub version: i32,
}

/// One tie of a reviewer.
#[derive(Debug, Clone)]
pub struct TieRow {
    /// Whose.
    pub owner: Uuid,
    /// `kin`, `phone`, `address`, `employer`.
    pub kind: String,
    /// The keyed hash.
    pub value: Vec<u8>,
}

/// Somebody said that somebody has a conflict.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredRow {
    /// Who has it.
    pub account_id: Uuid,
    /// Who said so.
    pub declared_by: Uuid,
}

/// Writes a profile over the version that was shown, 0 for a new one. `false` where it has another by now.
pub async fn save(
    db: impl PgExecutor<'_>,
    row: &ProfileRow,
    based_on: i32,
    by: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_reviewer_profile as p (account_id, specialities, away, person_index, version, updated_by, updated_at)
         select $1, $2, $3, $4, 1, $6, $7 where $5 = 0 or exists (select from spark_reviewer_profile where account_id = $1)
         on conflict (account_id) do update set specialities = excluded.specialities, away = excluded.away,
           person_index = excluded.person_index, version = p.version + 1, updated_by = excluded.updated_by,
           updated_at = excluded.updated_at
         where p.version = $5",
        row.account_id,
        &row.specialities[..],
        row.away,
        &row.person_index[..],
        based_on,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Puts these ties in the place of all a reviewer had.
pub async fn set_ties(db: &mut PgConnection, account: Uuid, ties: &[(&str, Vec<u8>)]) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_reviewer_tie where account_id = $1", account).execute(&mut *db).await?;
    for (kind, value) in ties {
        sqlx::query!(
            "insert into spark_reviewer_tie (account_id, kind, value_index) values ($1, $2, $3) on conflict do nothing",
            account,
            *kind,
            &value[..]
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// The profiles of these accounts.
pub async fn of(db: impl PgExecutor<'_>, accounts: &[Uuid]) -> sqlx::Result<Vec<ProfileRow>> {
    sqlx::query_as!(
        ProfileRow,
        "select account_id, specialities, away, person_index, version from spark_reviewer_profile
         where account_id = any ($1) order by account_id",
        accounts
    )
    .fetch_all(db)
    .await
}

/// Everybody with a speciality.
pub async fn reviewers(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ProfileRow>> {
    sqlx::query_as!(
        ProfileRow,
        "select account_id, specialities, away, person_index, version from spark_reviewer_profile
         where cardinality(specialities) > 0 order by account_id"
    )
    .fetch_all(db)
    .await
}

/// The ties of these accounts.
pub async fn ties(db: impl PgExecutor<'_>, accounts: &[Uuid]) -> sqlx::Result<Vec<TieRow>> {
    sqlx::query_as!(
        TieRow,
        r#"select account_id as owner, kind, value_index as value from spark_reviewer_tie where account_id = any ($1)"#,
        accounts
    )
    .fetch_all(db)
    .await
}

/// Notes a tie of a case.
pub async fn add_case_tie(
    db: impl PgExecutor<'_>,
    case: Uuid,
    (party, kind): (&str, &str),
    value: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_case_tie (case_id, party, kind, value_index) values ($1, $2, $3, $4) on conflict do nothing",
        case,
        party,
        kind,
        value
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a tie of a case is known.
pub async fn is_tied(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from spark_case_tie where case_id = $1) as "is!""#, case)
        .fetch_one(db)
        .await
}

/// Live cases of which no tie is known: after this one in the order of their ids, so many.
pub async fn untied(db: impl PgExecutor<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select c.id from spark_case c join spark_case_key k on k.case_id = c.id
         where k.key_sealed is not null and c.state not in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')
           and c.id > $1 and not exists (select from spark_case_tie t where t.case_id = c.id)
         order by c.id limit $2",
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Forgets them, with the case's key.
pub async fn forget_case_ties(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_case_tie where case_id = $1", case).execute(db).await?;
    Ok(())
}

/// Notes a conflict that was declared.
pub async fn declare(
    db: impl PgExecutor<'_>,
    (id, case): (Uuid, Uuid),
    row: DeclaredRow,
    reason: &[u8],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_conflict (id, case_id, account_id, declared_by, reason_sealed, declared_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        case,
        row.account_id,
        row.declared_by,
        reason,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who is asked to review a case now.
pub async fn assigned(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select reviewer_id from spark_case_reviewer where case_id = $1 and released_at is null order by assigned_at, id",
        case
    )
    .fetch_all(db)
    .await
}

/// Who was ever asked.
pub async fn ever_assigned(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select distinct reviewer_id from spark_case_reviewer where case_id = $1", case)
        .fetch_all(db)
        .await
}

/// The open reviews of these reviewers: since when each.
pub async fn open_reviews(db: impl PgExecutor<'_>, reviewers: &[Uuid]) -> sqlx::Result<Vec<(Uuid, SqlTimestamp)>> {
    let rows = sqlx::query!(
        "select r.reviewer_id, r.assigned_at from spark_case_reviewer r join spark_case c on c.id = r.case_id
         where r.reviewer_id = any ($1) and r.released_at is null and c.state in ('completeness', 'medical_review')
           and not exists (select from spark_review v where v.case_id = r.case_id and v.reviewer_id = r.reviewer_id
                             and v.submitted_at > r.assigned_at)",
        reviewers
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.reviewer_id, row.assigned_at)).collect())
}
