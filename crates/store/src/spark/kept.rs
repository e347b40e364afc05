//! Cases whose time is over, and those that are kept all the same. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A case that is over for so long that it is forgotten.
#[derive(Debug, Clone)]
pub struct DueRow {
    /// Which.
    pub id: Uuid,
    /// Eight characters, without the dash.
    pub reference: String,
    /// The stored word of its state.
    pub state: String,
    /// Since when it is over.
    pub changed_at: SqlTimestamp,
    /// Something was paid.
    pub helped: bool,
}

/// Cases that are over for so long that they are forgotten on a day: since before `helped` where something was paid, since before
/// `other` where nothing was; none that is kept on that day. The longest over first.
pub async fn forgettable(
    db: impl PgExecutor<'_>,
    (helped, other): (Timestamp, Timestamp),
    today: civil::Date,
    limit: i64,
) -> sqlx::Result<Vec<DueRow>> {
    sqlx::query_as!(
        DueRow,
        r#"select c.id, c.reference, c.state, c.changed_at, p.helped as "helped!"
           from spark_case c join spark_case_key k on k.case_id = c.id
           cross join lateral (select exists (select from ledger_award a join ledger_payment p on p.award_id = a.id
                                              where a.case_id = c.id and p.state in ('settled', 'returned')) as helped) p
           where k.key_sealed is not null and c.state in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')
             and c.changed_at < $2 and (c.changed_at < $1 or not p.helped)
             and not exists (select from spark_case_hold h where h.case_id = c.id and h.lifted_at is null
                               and (h.until is null or h.until >= $3))
           order by c.changed_at, c.id limit $4"#,
        helped.to_sqlx() as SqlTimestamp,
        other.to_sqlx() as SqlTimestamp,
        today.to_sqlx() as SqlDate,
        limit
    )
    .fetch_all(db)
    .await
}

/// Whether a case is kept, whatever its clock says.
pub async fn is_held(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from spark_case_hold where case_id = $1 and lifted_at is null) as "held!""#,
        case
    )
    .fetch_one(db)
    .await
}

/// Keeps a case, until a last day where one is named. `false` where it is kept already.
pub async fn hold(
    db: impl PgExecutor<'_>,
    (id, case, by): (Uuid, Uuid, Uuid),
    (reason, until): (&[u8], Option<civil::Date>),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_case_hold (id, case_id, reason_sealed, held_by, held_at, until) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        id,
        case,
        reason,
        by,
        now.to_sqlx() as SqlTimestamp,
        until.map(|day| day.to_sqlx()) as Option<SqlDate>,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lets the clock of a case run again. `false` where it was not kept.
pub async fn lift_hold(db: impl PgExecutor<'_>, case: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_case_hold set lifted_by = $2, lifted_at = $3 where case_id = $1 and lifted_at is null",
        case,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lets go of what was kept until a day before `today`, for the house itself; answers of which cases.
pub async fn end_holds(db: impl PgExecutor<'_>, today: civil::Date, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "update spark_case_hold set lifted_at = $2 where lifted_at is null and until < $1 returning case_id",
        today.to_sqlx() as SqlDate,
        now.to_sqlx() as SqlTimestamp,
    )
    .fetch_all(db)
    .await
}

/// A case that is kept.
#[derive(Debug, Clone)]
pub struct HoldRow {
    /// Its own.
    pub id: Uuid,
    /// Which case.
    pub case_id: Uuid,
    /// Eight characters, without the dash.
    pub reference: String,
    /// The stored word of the case's state.
    pub state: String,
    /// Why, under the case's key.
    pub reason_sealed: Vec<u8>,
    /// By whom.
    pub held_by: Uuid,
    /// Since when.
    pub held_at: SqlTimestamp,
    /// Until which day, where one was named.
    pub until: Option<SqlDate>,
}

/// The cases that are kept, or the one that is named: those whose last day comes first before the others.
pub async fn held(db: impl PgExecutor<'_>, case: Option<Uuid>) -> sqlx::Result<Vec<HoldRow>> {
    sqlx::query_as!(
        HoldRow,
        r#"select h.id, h.case_id, c.reference, c.state, h.reason_sealed, h.held_by,
                  h.held_at, h.until
           from spark_case_hold h join spark_case c on c.id = h.case_id
           where h.lifted_at is null and ($1::uuid is null or h.case_id = $1)
           order by h.until nulls last, h.held_at limit 500"#,
        case
    )
    .fetch_all(db)
    .await
}
