//! Money that is asked back of cases, and what became of it.

use crate::ledger::sql_day;
use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The award of a case of which something was paid, with what of it is paid, in fen. There is one: nothing is granted again
/// once something was paid.
pub async fn paid_award(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<(Uuid, i64)>> {
    let row = sqlx::query!(
        "select a.id, b.paid from ledger_award a join ledger_award_balance b on b.award_id = a.id
         where a.case_id = $1 and b.paid > 0 order by b.paid desc, a.id limit 1",
        case
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.id, row.paid)))
}

/// What is demanded.
#[derive(Debug, Clone, Copy)]
pub struct NewClawback {
    /// Which.
    pub id: Uuid,
    /// Of which case.
    pub case: Uuid,
    /// The version of its history that says why.
    pub version: i32,
    /// Which award's money.
    pub award: Uuid,
    /// In fen.
    pub amount: i64,
    /// The last day.
    pub due: civil::Date,
    /// Who asks.
    pub by: Uuid,
}

/// Writes a demand.
pub async fn add(db: impl PgExecutor<'_>, new: NewClawback, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_clawback (id, case_id, case_version, award_id, amount, due_on, asked_by, asked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id,
        new.case,
        new.version,
        new.award,
        new.amount,
        sql_day(new.due) as SqlDate,
        new.by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A demand as it stands.
#[derive(Debug, Clone)]
pub struct ClawbackRow {
    /// Which.
    pub id: Uuid,
    /// Of which case.
    pub case_id: Uuid,
    /// The version of its history that says why.
    pub case_version: i32,
    /// Which award's money.
    pub award_id: Uuid,
    /// In fen.
    pub amount: i64,
    /// The last day.
    pub due_on: SqlDate,
    /// Who asked.
    pub asked_by: Uuid,
    /// When.
    pub asked_at: SqlTimestamp,
    /// When nothing was left of it.
    pub settled_at: Option<SqlTimestamp>,
    /// What came back or was waived, waiting for a second person or not, in fen.
    pub stands: i64,
    /// Of that, what waits for a second person.
    pub waits: i64,
}

/// Demands: one of them where it is named, those that are open where `open`; the one that is due first is first.
pub async fn all(db: impl PgExecutor<'_>, one: Option<Uuid>, open: bool) -> sqlx::Result<Vec<ClawbackRow>> {
    sqlx::query_as!(
        ClawbackRow,
        r#"select c.id, c.case_id, c.case_version, c.award_id, c.amount, c.due_on, c.asked_by, c.asked_at, c.settled_at,
                  spark_clawback_stands(c.id) as "stands!",
                  (select coalesce(sum(p.amount), 0)::bigint from spark_clawback_part p
                   where p.clawback_id = c.id and p.kind <> 'bank' and p.confirmed_by is null and p.refused_by is null)
                    as "waits!"
           from spark_clawback c
           where ($1::uuid is null or c.id = $1) and (not $2 or c.settled_at is null)
           order by c.settled_at is not null, c.due_on, c.id limit 500"#,
        one,
        open
    )
    .fetch_all(db)
    .await
}

/// The latest demand of a case.
pub async fn of_case(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from spark_clawback where case_id = $1 order by asked_at desc, id desc limit 1",
        case
    )
    .fetch_optional(db)
    .await
}

/// Whether something is asked back of a case by a day that nobody paid or waived, waiting for a second person or not.
pub async fn is_owed(db: impl PgExecutor<'_>, case: Uuid, due: civil::Date) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from spark_clawback where case_id = $1 and due_on = $2 and settled_at is null
                            and spark_clawback_stands(id) < amount) as "owed!""#,
        case,
        sql_day(due) as SqlDate,
    )
    .fetch_one(db)
    .await
}

/// Locks a demand until the transaction ends. After the award's lock.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ClawbackRow>> {
    sqlx::query_scalar!("select id from spark_clawback where id = $1 for no key update", id)
        .fetch_optional(&mut *db)
        .await?;
    Ok(all(db, Some(id), false).await?.pop())
}

/// Writes that nothing is left of a demand.
pub async fn settle(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_clawback set settled_by = $2, settled_at = $3 where id = $1",
        id,
        by,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What stands in the place of words that are sealed.
pub const SEALED: &str = "·";

/// A part to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewPart<'a> {
    /// Which.
    pub id: Uuid,
    /// Of which demand.
    pub clawback: Uuid,
    /// `bank`, `paper`, `waived`.
    pub kind: &'a str,
    /// In fen.
    pub amount: i64,
    /// When it came, or was waived.
    pub day: civil::Date,
    /// The bank's number.
    pub reference: Option<&'a str>,
    /// The receipt, or why it is waived, under the case's key; of the bank's row nothing is said but its number.
    pub said: Option<&'a [u8]>,
    /// Who enters it.
    pub by: Uuid,
    /// The journal's entry, where it is written at once.
    pub entry: Option<Uuid>,
}

/// Writes a part. `false` when there is one of that id.
pub async fn add_part(db: impl PgExecutor<'_>, new: NewPart<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_clawback_part (id, clawback_id, kind, amount, day, reference, said, entered_by, entered_at, entry_id,
                                          said_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing",
        new.id,
        new.clawback,
        new.kind,
        new.amount,
        sql_day(new.day) as SqlDate,
        new.reference,
        if new.said.is_some() { SEALED } else { new.reference.unwrap_or(SEALED) },
        new.by,
        now.to_sqlx() as SqlTimestamp,
        new.entry,
        new.said,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A part as it stands.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// Which.
    pub id: Uuid,
    /// Of which demand.
    pub clawback_id: Uuid,
    /// `bank`, `paper`, `waived`.
    pub kind: String,
    /// In fen.
    pub amount: i64,
    /// When it came, or was waived.
    pub day: SqlDate,
    /// The bank's number.
    pub reference: Option<String>,
    /// What was said before words were sealed, or the bank's number; otherwise [`SEALED`].
    pub said: String,
    /// The receipt, or why it is waived, under the case's key.
    pub said_sealed: Option<Vec<u8>>,
    /// Why it is not so, under the case's key.
    pub refused_sealed: Option<Vec<u8>>,
    /// Who entered it.
    pub entered_by: Uuid,
    /// Who else said so.
    pub confirmed_by: Option<Uuid>,
    /// Who said otherwise.
    pub refused_by: Option<Uuid>,
    /// The journal's entry.
    pub entry_id: Option<Uuid>,
    /// That entry was a mistake.
    pub reversed: bool,
}

/// The parts of a demand, in the order in which they were entered.
pub async fn parts(db: impl PgExecutor<'_>, clawback: Uuid) -> sqlx::Result<Vec<PartRow>> {
    sqlx::query_as!(
        PartRow,
        r#"select p.id, p.clawback_id, p.kind, p.amount, p.day, p.reference, p.said, p.said_sealed, p.refused_sealed,
                  p.entered_by, p.confirmed_by, p.refused_by, p.entry_id,
                  exists (select from ledger_entry r where r.reverses = p.entry_id) as "reversed!"
           from spark_clawback_part p where p.clawback_id = $1 order by p.entered_at, p.id"#,
        clawback
    )
    .fetch_all(db)
    .await
}

/// The demand of a part.
pub async fn of_part(db: impl PgExecutor<'_>, part: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select clawback_id from spark_clawback_part where id = $1", part).fetch_optional(db).await
}

/// The demand of which an entry of the journal is a part.
pub async fn of_entry(db: impl PgExecutor<'_>, entry: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select clawback_id from spark_clawback_part where entry_id = $1", entry)
        .fetch_optional(db)
        .await
}

/// Writes what a second person said of a part: that it is so, with the journal's entry where it is money, or that it is not, and
/// why not, under the case's key. `false` where it was said already.
pub async fn decide_part(
    db: impl PgExecutor<'_>,
    part: Uuid,
    (confirmed, by): (bool, Uuid),
    (entry, why_not): (Option<Uuid>, Option<&[u8]>),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_clawback_part
         set confirmed_by = case when $2 then $3::uuid end, confirmed_at = case when $2 then $4::timestamptz end,
             refused_by = case when $2 then null else $3::uuid end,
             refused_at = case when $2 then null else $4::timestamptz end, entry_id = $5, refused_sealed = $6
         where id = $1 and confirmed_by is null and refused_by is null",
        part,
        confirmed,
        by,
        now.to_sqlx() as SqlTimestamp,
        entry,
        why_not,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lets go of what was typed of money that was asked back of a case, whose key is destroyed: the sums stay.
pub(super) async fn forget(db: &mut PgConnection, case: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_clawback_part set said = $2, said_sealed = null, refused_sealed = null
         where kind <> 'bank' and clawback_id in (select id from spark_clawback where case_id = $1)",
        case,
        SEALED,
    )
    .execute(db)
    .await?;
    Ok(())
}
