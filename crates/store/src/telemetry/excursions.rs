//! Times in which tanks were too warm, and the units that lay in them then.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// How far apart the laboratory's clock and ours may be: no more than this is a removal taken to have been later than the laboratory
/// says, however late the house hears of it. Without it a feed that catches up after days would put units into excursions they
/// had long been moved out of.
pub const CLOCKS_APART_HOURS: i32 = 24;

/// Those of some channels that say how cold a tank is, with their tank.
pub async fn cold(db: impl PgExecutor<'_>, channels: &[i32]) -> sqlx::Result<Vec<(i32, Uuid)>> {
    let rows = sqlx::query!(
        r#"select id, tank_id as "tank!" from telemetry_channel
           where id = any ($1) and kind in ('temperature_top', 'temperature_bottom') and tank_id is not null order by tank_id, id"#,
        channels
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.tank)).collect())
}

/// Locks a tank until the transaction is over: its excursions are put together by one at a time.
pub async fn lock_tank(db: impl PgExecutor<'_>, tank: Uuid) -> sqlx::Result<()> {
    sqlx::query!("select id from custody_tank where id = $1 for no key update", tank).fetch_optional(db).await?;
    Ok(())
}

/// An excursion.
#[derive(Debug, Clone)]
pub struct ExcursionRow {
    /// Its own.
    pub id: Uuid,
    /// Of which tank.
    pub tank_id: Uuid,
    /// The first reading above the limit.
    pub begins_at: SqlTimestamp,
    /// The last.
    pub ends_at: SqlTimestamp,
    /// °C.
    pub peak: f32,
    /// It was above the critical limit.
    pub critical: bool,
}

/// The excursions of a tank that touch a time, the first first.
pub async fn touching(
    db: impl PgExecutor<'_>,
    tank: Uuid,
    (from, until): (Timestamp, Timestamp),
) -> sqlx::Result<Vec<ExcursionRow>> {
    sqlx::query_as!(
        ExcursionRow,
        r#"select id, tank_id, begins_at as "begins_at: SqlTimestamp", ends_at as "ends_at: SqlTimestamp", peak, critical
           from telemetry_excursion
           where tank_id = $1 and begins_at <= $3 and ends_at >= $2 and merged_into is null order by begins_at, id"#,
        tank,
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Writes an excursion down.
pub async fn add(db: impl PgExecutor<'_>, new: &ExcursionRow, rules_version: i32, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_excursion (id, tank_id, rules_version, begins_at, ends_at, peak, critical, found_at, critical_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, case when $7 then $8::timestamptz end)",
        new.id,
        new.tank_id,
        rules_version,
        new.begins_at as _,
        new.ends_at as _,
        new.peak,
        new.critical,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes what more is known of an excursion.
pub async fn widen(db: impl PgExecutor<'_>, row: &ExcursionRow, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_excursion set begins_at = $2, ends_at = $3, peak = $4, critical = $5,
                critical_at = case when $5 and not critical then $6::timestamptz else critical_at end
         where id = $1",
        row.id,
        row.begins_at as _,
        row.ends_at as _,
        row.peak,
        row.critical,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Some excursions turned out to be one.
pub async fn merge(db: impl PgExecutor<'_>, others: &[Uuid], into: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update telemetry_excursion set merged_into = $2 where id = any ($1)", others, into)
        .execute(db)
        .await?;
    Ok(())
}

/// Joins excursions that ended or were found after an instant to the units that lay in their tanks at the time, also those moved since; a unit
/// that one of their parts has already is left. The laboratory's clock may be wrong: a unit lay there from the earlier of when it was
/// put away and when the house heard so, until the later of when it was taken out and when the house heard so, the latter by
/// [`CLOCKS_APART_HOURS`] at most. Each excursion is looked at by itself, and each unit of it: no plan reads all units of all tanks.
/// At most so many at once; answers how many units were added, nothing once there is nothing to add. One that lay in two places of its tank
/// is added once.
pub async fn join_units(db: impl PgExecutor<'_>, since: Timestamp, most: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into telemetry_excursion_unit (excursion_id, unit_id)
         select e.id, p.unit_id
         from telemetry_excursion e
         cross join lateral (
           select unit_id from custody_placement
           where tank_id = e.tank_id and least(put_at, put_received_at) <= e.ends_at
             and (taken_at is null
                  or greatest(taken_at, least(coalesce(taken_received_at, taken_at), taken_at + make_interval(hours => $2))) >= e.begins_at)
           offset 0) p
         left join lateral (
           select true as found from telemetry_excursion_unit u join telemetry_excursion o on o.id = u.excursion_id
           where u.unit_id = p.unit_id and (o.id = e.id or o.merged_into = e.id) limit 1) there on true
         where greatest(e.ends_at, e.found_at) >= $1 and e.merged_into is null and there.found is null
         limit $3
         on conflict do nothing",
        since.to_sqlx() as _,
        CLOCKS_APART_HOURS,
        most
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Of excursions that ended after an instant: units whose deviations are all closed, and where it went on around the unit after that,
/// or was found critical after that, have another round. Answers how many.
pub async fn again(db: impl PgExecutor<'_>, since: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into telemetry_excursion_unit (excursion_id, unit_id, round)
         select c.id, c.unit_id,
                (select coalesce(max(x.round), 0) + 1 from telemetry_excursion_unit x
                 where x.excursion_id = c.id and x.unit_id = c.unit_id)::smallint
         from (
           select e.id, e.tank_id, e.ends_at, e.critical_at, u.unit_id, u.closed_at
           from telemetry_excursion e cross join lateral (
             select u.unit_id, max(d.closed_at) as closed_at
             from (select e.id union all select m.id from telemetry_excursion m where m.merged_into = e.id) o
             join telemetry_excursion_unit u on u.excursion_id = o.id
             left join custody_deviation d on d.id = u.deviation_id
             group by u.unit_id having bool_and(d.closed_at is not null)) u
           where e.ends_at >= $1 and greatest(e.ends_at, e.found_at) >= $1 and e.merged_into is null) c
         where c.critical_at > c.closed_at
            or (c.ends_at > c.closed_at and exists (
                 select from custody_placement p
                 where p.unit_id = c.unit_id and p.tank_id = c.tank_id and least(p.put_at, p.put_received_at) <= c.ends_at
                   and (p.taken_at is null
                        or greatest(p.taken_at, least(coalesce(p.taken_received_at, p.taken_at), p.taken_at + make_interval(hours => $2))) >= c.closed_at)))
         on conflict do nothing",
        since.to_sqlx() as _,
        CLOCKS_APART_HOURS
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// A unit that was in an excursion, without its deviation yet.
#[derive(Debug, Clone)]
pub struct DueRow {
    /// Which excursion.
    pub excursion_id: Uuid,
    /// Which unit.
    pub unit_id: Uuid,
    /// From 1; more where it went on after the deviation was closed.
    pub round: i16,
    /// The code of the tank.
    pub tank: String,
    /// The first reading above the limit.
    pub begins_at: SqlTimestamp,
    /// The last.
    pub ends_at: SqlTimestamp,
    /// °C.
    pub peak: f32,
}

/// Units whose deviation is to be opened, at most so many, locked; those that another has are left to it.
pub async fn due(db: impl PgExecutor<'_>, most: i64) -> sqlx::Result<Vec<DueRow>> {
    sqlx::query_as!(
        DueRow,
        r#"select u.excursion_id, u.unit_id, u.round, t.code as tank, e.begins_at as "begins_at: SqlTimestamp",
                  e.ends_at as "ends_at: SqlTimestamp", e.peak
           from telemetry_excursion_unit u join telemetry_excursion e on e.id = u.excursion_id join custody_tank t on t.id = e.tank_id
           where u.deviation_id is null and u.refused is null order by u.excursion_id, u.unit_id, u.round limit $1 for update of u skip locked"#,
        most
    )
    .fetch_all(db)
    .await
}

/// What became of some units: their deviations, or why there is none.
#[derive(Debug, Default)]
pub struct Settled {
    /// Of which excursion.
    pub excursions: Vec<Uuid>,
    /// Of which unit.
    pub units: Vec<Uuid>,
    /// In which round.
    pub rounds: Vec<i16>,
    /// The deviation that was opened.
    pub deviations: Vec<Option<Uuid>>,
    /// Why none was.
    pub refused: Vec<Option<String>>,
}

/// Writes down what became of units.
pub async fn settle(db: impl PgExecutor<'_>, settled: &Settled) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_excursion_unit u set deviation_id = n.deviation, refused = n.refused
         from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[]) as n (excursion, unit, round, deviation, refused)
         where u.excursion_id = n.excursion and u.unit_id = n.unit and u.round = n.round",
        &settled.excursions,
        &settled.units,
        &settled.rounds,
        &settled.deviations as &[Option<Uuid>],
        &settled.refused as &[Option<String>]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The excursions a unit was in, the latest first.
pub async fn of_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<ExcursionRow>> {
    sqlx::query_as!(
        ExcursionRow,
        r#"select e.id, e.tank_id, e.begins_at as "begins_at: SqlTimestamp", e.ends_at as "ends_at: SqlTimestamp", e.peak, e.critical
           from telemetry_excursion e
           where e.id in (select u.excursion_id from telemetry_excursion_unit u where u.unit_id = $1) and e.merged_into is null
           order by e.begins_at desc limit 100"#,
        unit
    )
    .fetch_all(db)
    .await
}

/// The excursions of a tank, the latest first, each with how many units were in it: each has a first round.
pub async fn of_tank(db: impl PgExecutor<'_>, tank: Uuid) -> sqlx::Result<Vec<(ExcursionRow, i64)>> {
    let rows = sqlx::query!(
        r#"select e.id, e.tank_id, e.begins_at as "begins_at: SqlTimestamp", e.ends_at as "ends_at: SqlTimestamp", e.peak, e.critical,
                  (select count(*) from telemetry_excursion_unit u where u.excursion_id = e.id and u.round = 1) as "units!"
           from telemetry_excursion e where e.tank_id = $1 and e.merged_into is null order by e.begins_at desc limit 50"#,
        tank
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let excursion = ExcursionRow {
                id: row.id,
                tank_id: row.tank_id,
                begins_at: row.begins_at,
                ends_at: row.ends_at,
                peak: row.peak,
                critical: row.critical,
            };
            (excursion, row.units)
        })
        .collect())
}
