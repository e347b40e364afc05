//! What is not as it should be: deviations, lots, recalls.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A deviation as stored.
#[derive(Debug, Clone)]
pub struct DeviationRow {
    /// Which.
    pub id: Uuid,
    /// Of which unit.
    pub unit_id: Uuid,
    /// The word of its kind.
    pub kind: String,
    /// Who opened it; none: the house.
    pub opened_by: Option<Uuid>,
    /// When.
    pub opened_at: SqlTimestamp,
    /// By which event.
    pub opened_seq: i32,
    /// When it was closed.
    pub closed_at: Option<SqlTimestamp>,
    /// By which event.
    pub closed_seq: Option<i32>,
}

/// Who opened a deviation, by every name they have.
#[derive(Debug, Clone)]
pub struct OpenedRow {
    /// Which.
    pub id: Uuid,
    /// Of which unit.
    pub unit_id: Uuid,
    /// The account or the machine that told it; none: the house.
    pub opened_by: Option<Uuid>,
    /// The operator it named.
    pub named: Option<Uuid>,
    /// The operator who works under the account.
    pub linked: Option<Uuid>,
    /// Where the house opened it: the account that noted what it doubts. Who works under it is `linked`.
    pub noted_by: Option<Uuid>,
    /// The operator who noted it.
    pub noted_operator: Option<Uuid>,
    /// Who was there.
    pub noted_with: Option<Uuid>,
    /// It is closed.
    pub closed: bool,
}

/// Who opened the deviations of these names.
pub async fn deviations(db: impl PgExecutor<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<OpenedRow>> {
    sqlx::query_as!(
        OpenedRow,
        r#"select d.id as "id!", d.unit_id as "unit_id!", d.opened_by as "opened_by?", d.opened_operator as "named?",
                  o.id as "linked?", d.noted_by as "noted_by?", d.noted_operator as "noted_operator?",
                  d.noted_with as "noted_with?", d.closed_at is not null as "closed!"
           from custody_deviation d left join custody_operator o on o.account_id = coalesce(d.opened_by, d.noted_by)
           where d.id = any($1)"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// The deviations of a unit, the oldest first.
pub async fn of_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<DeviationRow>> {
    sqlx::query_as!(
        DeviationRow,
        r#"select id, unit_id, kind, opened_by, opened_at as "opened_at: SqlTimestamp", opened_seq,
                  closed_at as "closed_at: SqlTimestamp", closed_seq
           from custody_deviation where unit_id = $1 order by opened_seq"#,
        unit
    )
    .fetch_all(db)
    .await
}

/// Who noted what the house doubts of a unit: deviations and accounts. Asked as the house.
pub async fn noters(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"select d.id as "id!", d.noted_by as "account!" from custody_deviation d where d.unit_id = $1 and d.noted_by is not null
           union
           select d.id, o.account_id from custody_deviation d
           join custody_operator o on o.id in (d.noted_operator, d.noted_with)
           where d.unit_id = $1 and o.account_id is not null"#,
        unit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.account)).collect())
}

/// Deviations to be written, column by column: all of one length.
#[derive(Debug, Default)]
pub struct NewDeviations {
    /// Names.
    pub ids: Vec<Uuid>,
    /// Units.
    pub units: Vec<Uuid>,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Where they come from.
    pub causes: Vec<Option<Uuid>>,
    /// The events that open them.
    pub seqs: Vec<i32>,
    /// By whom.
    pub by: Vec<Option<Uuid>>,
    /// The operators who are named.
    pub operators: Vec<Option<Uuid>>,
    /// Where the house opens it: the accounts that noted what it doubts.
    pub noted_by: Vec<Option<Uuid>>,
    /// The operators who did.
    pub noted_operators: Vec<Option<Uuid>>,
    /// Who was there.
    pub noted_with: Vec<Option<Uuid>>,
}

/// Opens deviations.
pub async fn open(db: impl PgExecutor<'_>, new: &NewDeviations, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into custody_deviation (id, unit_id, kind, cause_id, opened_seq, opened_by, opened_operator, noted_by, noted_operator,
                                        noted_with, opened_at)
         select d.*, $11
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::integer[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[],
                     $10::uuid[]) as d",
        &new.ids,
        &new.units,
        &new.kinds,
        &new.causes as &[Option<Uuid>],
        &new.seqs,
        &new.by as &[Option<Uuid>],
        &new.operators as &[Option<Uuid>],
        &new.noted_by as &[Option<Uuid>],
        &new.noted_operators as &[Option<Uuid>],
        &new.noted_with as &[Option<Uuid>],
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Closes deviations: which, by which event, by whom.
pub async fn close(
    db: impl PgExecutor<'_>,
    (ids, seqs, by): (&[Uuid], &[i32], &[Uuid]),
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update custody_deviation d set closed_seq = c.seq, closed_by = c.by, closed_at = $4
         from unnest($1::uuid[], $2::integer[], $3::uuid[]) as c (id, seq, by)
         where d.id = c.id and d.closed_at is null",
        ids,
        seqs,
        by,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lots that went into units, column by column: all of one length.
#[derive(Debug, Default)]
pub struct Uses {
    /// Ids for lots that are new.
    pub ids: Vec<Uuid>,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Numbers.
    pub numbers: Vec<String>,
    /// Units.
    pub units: Vec<Uuid>,
}

/// Writes which lots went into which units, their numbers in capitals; what is written already stays.
pub async fn add_uses(db: &mut sqlx::PgConnection, uses: &Uses) -> sqlx::Result<()> {
    // In one order for everybody, so that two batches with the same new lots wait for each other in one direction.
    sqlx::query!(
        "insert into custody_lot (id, kind, number)
         select (array_agg(l.id))[1], l.kind, upper(l.number) from unnest($1::uuid[], $2::text[], $3::text[]) as l (id, kind, number)
         group by l.kind, upper(l.number) order by l.kind, upper(l.number) on conflict (kind, number) do nothing",
        &uses.ids,
        &uses.kinds,
        &uses.numbers
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into custody_lot_use (lot_id, unit_id)
         select distinct l.id, u.unit from unnest($1::text[], $2::text[], $3::uuid[]) as u (kind, number, unit)
         join custody_lot l on l.kind = u.kind and l.number = upper(u.number) on conflict do nothing",
        &uses.kinds,
        &uses.numbers,
        &uses.units
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A recall.
#[derive(Debug, Clone)]
pub struct RecallRow {
    /// Which.
    pub id: Uuid,
    /// Of the lot of this kind.
    pub kind: String,
    /// And number, as it was asked for.
    pub number: String,
    /// Who began it.
    pub begun_by: Uuid,
    /// When it was ended.
    pub ended_at: Option<SqlTimestamp>,
}

/// The recalls of these lots, those that ended as well, however their numbers are typed: kinds and numbers side by side.
pub async fn recalls(db: impl PgExecutor<'_>, kinds: &[String], numbers: &[String]) -> sqlx::Result<Vec<RecallRow>> {
    sqlx::query_as!(
        RecallRow,
        r#"select distinct r.id as "id!", a.kind as "kind!", a.number as "number!", r.begun_by as "begun_by!",
                  r.ended_at as "ended_at?: SqlTimestamp"
           from unnest($1::text[], $2::text[]) as a (kind, number)
           join custody_lot l on l.kind = a.kind and upper(l.number) = upper(a.number)
           join custody_recall r on r.lot_id = l.id"#,
        kinds,
        numbers
    )
    .fetch_all(db)
    .await
}

/// A lot by what is printed on it. Of before there may be several that are one: the first of them.
pub async fn lot(db: impl PgExecutor<'_>, kind: &str, number: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from custody_lot where kind = $1 and upper(number) = upper($2) order by id limit 1",
        kind,
        number
    )
    .fetch_optional(db)
    .await
}

/// Begins a recall of a lot. `false` when one runs.
pub async fn begin_recall(
    db: impl PgExecutor<'_>,
    id: Uuid,
    lot: Uuid,
    reason: &str,
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_recall (id, lot_id, reason, begun_by, begun_at) values ($1, $2, $3, $4, $5)
         on conflict (lot_id) where ended_at is null do nothing",
        id,
        lot,
        reason,
        by,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The recall of a lot that runs: which, and who began it.
pub async fn running_recall(db: impl PgExecutor<'_>, lot: Uuid) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    let row = sqlx::query!(
        r#"select r.id as "id!", r.begun_by as "begun_by!" from custody_lot called
           join custody_lot l on l.kind = called.kind and upper(l.number) = upper(called.number)
           join custody_recall r on r.lot_id = l.id and r.ended_at is null
           where called.id = $1 order by r.begun_at, r.id limit 1"#,
        lot
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.id, row.begun_by)))
}

/// A recall that runs, and what it says.
#[derive(Debug, Clone)]
pub struct RunningRow {
    /// Which.
    pub id: Uuid,
    /// Of which lot.
    pub lot_id: Uuid,
    /// Why.
    pub reason: String,
    /// Who began it.
    pub begun_by: Uuid,
}

/// The recalls that run, or this one if it does; the oldest first.
pub async fn running(db: impl PgExecutor<'_>, recall: Option<Uuid>) -> sqlx::Result<Vec<RunningRow>> {
    sqlx::query_as!(
        RunningRow,
        "select id, lot_id, reason, begun_by from custody_recall
         where ended_at is null and ($1::uuid is null or id = $1) order by begun_at, id",
        recall
    )
    .fetch_all(db)
    .await
}

/// Ends a recall. `false` when it does not run, or was begun by whoever ends it.
pub async fn end_recall(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update custody_recall set ended_by = $2, ended_at = $3 where id = $1 and ended_at is null and begun_by <> $2",
        id,
        by,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a recall was ended; nothing where there is none.
pub async fn is_ended(db: impl PgExecutor<'_>, recall: Uuid) -> sqlx::Result<Option<bool>> {
    sqlx::query_scalar!(r#"select ended_at is not null as "ended!" from custody_recall where id = $1"#, recall)
        .fetch_optional(db)
        .await
}

/// Units behind one that a lot went into and that have no deviation of this cause yet, by id.
pub async fn not_recalled(
    db: impl PgExecutor<'_>,
    (lot, cause): (Uuid, Uuid),
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct u.unit_id as "unit_id!" from custody_lot called
           join custody_lot l on l.kind = called.kind and upper(l.number) = upper(called.number)
           join custody_lot_use u on u.lot_id = l.id
           where called.id = $1 and u.unit_id > $3 and not exists (
             select from custody_deviation d where d.cause_id = $2 and d.unit_id = u.unit_id)
           order by 1 limit $4"#,
        lot,
        cause,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Of these causes and these units, those units with a deviation of a cause.
pub async fn caused(db: impl PgExecutor<'_>, causes: &[Uuid], units: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"select cause_id as "cause_id!", unit_id from custody_deviation where cause_id = any($1) and unit_id = any($2)"#,
        causes,
        units
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.cause_id, row.unit_id)).collect())
}

/// Until the transaction ends no recall begins; others who write what went into units are not in the way.
pub async fn share_lots(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query_scalar!(r#"select count(pg_advisory_xact_lock_shared(56015)) as "locked!""#).fetch_one(db).await?;
    Ok(())
}

/// Until the transaction ends nobody writes what went into units: whoever did is waited for.
pub async fn lock_lots(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query_scalar!(r#"select count(pg_advisory_xact_lock(56015)) as "locked!""#).fetch_one(db).await?;
    Ok(())
}
