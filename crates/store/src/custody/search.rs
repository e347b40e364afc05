//! Lists of units for the desk: what is looked for, what waits. Nothing of what an event says, nothing of whose a unit is.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A unit of a list.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Which.
    pub id: Uuid,
    /// Its donation identification number, thirteen characters.
    pub din: String,
    /// The word of its pool.
    pub pool: String,
    /// The stored word of its state.
    pub state: String,
    /// Deviations that are open.
    pub open_deviations: i32,
    /// Bits of the preparation steps that were done.
    pub steps_done: i64,
    /// Bits of the tests that are final.
    pub tests_final: i64,
    /// Steps of its catalogue; none before its work began.
    pub steps: Option<i64>,
    /// Tests of its catalogue.
    pub tests: Option<i64>,
    /// When it was registered.
    pub registered_at: SqlTimestamp,
    /// When something last happened to it.
    pub changed_at: SqlTimestamp,
    /// The tank it lies in.
    pub tank: Option<String>,
    /// From 1.
    pub tower: Option<i16>,
    /// From 1.
    pub frame: Option<i16>,
    /// From 1.
    pub slot: Option<i16>,
}

/// Which units.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// In this state.
    pub state: Option<&'a str>,
    /// That lie in this tank.
    pub tank: Option<Uuid>,
    /// Into which a lot of this number went.
    pub lot: Option<&'a str>,
    /// Registered at or after.
    pub from: Option<Timestamp>,
    /// Registered before.
    pub until: Option<Timestamp>,
    /// With an open deviation only.
    pub deviating: bool,
}

/// Units of a list, narrowed and ordered by the tail.
macro_rules! listed {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            UnitRow,
            r#"select u.id as "id!", u.din as "din!", u.pool as "pool!", u.state as "state!",
                      u.open_deviations as "open_deviations!", u.steps_done as "steps_done!", u.tests_final as "tests_final!",
                      (select count(*) from custody_catalogue_item i where i.catalogue_id = u.preparation_id) as "steps?",
                      (select count(*) from custody_catalogue_item i where i.catalogue_id = u.tests_id) as "tests?",
                      u.registered_at as "registered_at!: SqlTimestamp", u.changed_at as "changed_at!: SqlTimestamp",
                      t.code as "tank?", p.tower as "tower?", p.frame as "frame?", p.slot as "slot?"
               from custody_unit u
               left join custody_placement p on p.unit_id = u.id and p.taken_at is null
               left join custody_tank t on t.id = p.tank_id "#
                + $tail
            $(, $arg)*
        )
    };
}

/// The units that are wanted, the latest registered first, before this one in that order. What lies in a tank, and what a lot went into, is
/// found first: both are of one time, so that whoever walks all units in their order may pass by all others before the first of them.
pub async fn found(
    db: impl PgExecutor<'_>,
    wanted: Wanted<'_>,
    (before, before_id): (Timestamp, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<UnitRow>> {
    listed!(
        "where (u.registered_at, u.id) < ($1, $2)
           and ($3::text is null or u.state = $3)
           and ($4::uuid is null or u.id = any(array(
             select w.unit_id from custody_placement w where w.tank_id = $4 and w.taken_at is null)))
           and ($5::text is null or u.id = any(array(
             select lu.unit_id from custody_lot l join custody_lot_use lu on lu.lot_id = l.id where upper(l.number) = upper($5))))
           and ($6::timestamptz is null or u.registered_at >= $6)
           and ($7::timestamptz is null or u.registered_at < $7)
           and (not $8 or u.open_deviations > 0)
         order by u.registered_at desc, u.id desc limit $9",
        before.to_sqlx() as SqlTimestamp,
        before_id,
        wanted.state,
        wanted.tank,
        wanted.lot,
        wanted.from.map(ToSqlx::to_sqlx) as Option<SqlTimestamp>,
        wanted.until.map(ToSqlx::to_sqlx) as Option<SqlTimestamp>,
        wanted.deviating,
        limit
    )
    .fetch_all(db)
    .await
}

/// The units in a state, those first to which nothing happened for longest, after this one in that order. With `untested` only
/// those of whose tests one is not final.
pub async fn waiting(
    db: impl PgExecutor<'_>,
    (state, untested): (&str, bool),
    (after, after_id): (Timestamp, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<UnitRow>> {
    listed!(
        "where u.state = $1 and (u.changed_at, u.id) > ($2, $3)
           and (not $4 or u.tests_id is null or exists (
             select from custody_catalogue_item i
             where i.catalogue_id = u.tests_id and (u.tests_final >> (i.position - 1)) & 1 = 0))
         order by u.changed_at, u.id limit $5",
        state,
        after.to_sqlx() as SqlTimestamp,
        after_id,
        untested,
        limit
    )
    .fetch_all(db)
    .await
}

/// The unit of a number.
pub async fn of_din(db: impl PgExecutor<'_>, din: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from custody_unit where din = $1", din).fetch_optional(db).await
}

/// A deviation of a list.
#[derive(Debug, Clone)]
pub struct DeviationRow {
    /// Which.
    pub id: Uuid,
    /// Of which unit.
    pub unit_id: Uuid,
    /// The unit's number.
    pub din: String,
    /// The stored word of the unit's state.
    pub state: String,
    /// Of what.
    pub kind: String,
    /// The excursion or the recall it comes from.
    pub cause_id: Option<Uuid>,
    /// When it was opened.
    pub opened_at: SqlTimestamp,
    /// By whom; none: the house itself.
    pub opened_by: Option<Uuid>,
}

/// The deviations that are open, the oldest first, after this one in that order; of a kind, where one is named.
pub async fn open_deviations(
    db: impl PgExecutor<'_>,
    kind: Option<&str>,
    (after, after_id): (Timestamp, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<DeviationRow>> {
    sqlx::query_as!(
        DeviationRow,
        r#"select d.id, d.unit_id, u.din, u.state, d.kind, d.cause_id, d.opened_at as "opened_at: SqlTimestamp", d.opened_by
           from custody_deviation d join custody_unit u on u.id = d.unit_id
           where d.closed_at is null and (d.opened_at, d.id) > ($1, $2) and ($3::text is null or d.kind = $3)
           order by d.opened_at, d.id limit $4"#,
        after.to_sqlx() as SqlTimestamp,
        after_id,
        kind,
        limit
    )
    .fetch_all(db)
    .await
}

/// A tank, as one chooses it.
#[derive(Debug, Clone)]
pub struct TankName {
    /// Which.
    pub id: Uuid,
    /// Its code.
    pub code: String,
}

/// Every tank, by its code.
pub async fn tank_names(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<TankName>> {
    sqlx::query_as!(TankName, "select id, code from custody_tank order by code").fetch_all(db).await
}

/// A lot and the units it went into.
#[derive(Debug, Clone)]
pub struct LotRow {
    /// Of what.
    pub kind: String,
    /// As printed on it, in capitals.
    pub number: String,
    /// Units it went into.
    pub units: i64,
    /// Those of them that a recall would hold.
    pub holdable: i64,
    /// A recall runs.
    pub running: bool,
}

/// The lots of a number, however it is typed, with how many units each went into, and how many of those are in one of these states.
pub async fn lots_numbered(db: impl PgExecutor<'_>, number: &str, states: &[String]) -> sqlx::Result<Vec<LotRow>> {
    sqlx::query_as!(
        LotRow,
        r#"select l.kind, upper(l.number) as "number!", count(distinct u.id) as "units!",
                  count(distinct u.id) filter (where u.state = any($2)) as "holdable!", bool_or(r.id is not null) as "running!"
           from custody_lot l
           left join custody_recall r on r.lot_id = l.id and r.ended_at is null
           left join custody_lot_use x on x.lot_id = l.id
           left join custody_unit u on u.id = x.unit_id
           where upper(l.number) = upper($1) group by l.kind, upper(l.number) order by l.kind"#,
        number,
        states
    )
    .fetch_all(db)
    .await
}

/// A recall that runs.
#[derive(Debug, Clone)]
pub struct RecallRow {
    /// Which.
    pub id: Uuid,
    /// Of what.
    pub kind: String,
    /// As printed on it.
    pub number: String,
    /// Why: names nobody.
    pub reason: String,
    /// By which account.
    pub begun_by: Uuid,
    /// When.
    pub begun_at: SqlTimestamp,
    /// Units with a deviation of it.
    pub units: i64,
    /// Those of them that are open.
    pub open: i64,
}

/// The recalls that run, the last first.
pub async fn running_recalls(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<RecallRow>> {
    sqlx::query_as!(
        RecallRow,
        r#"select r.id, l.kind, l.number, r.reason, r.begun_by, r.begun_at as "begun_at: SqlTimestamp",
                  (select count(*) from custody_deviation d where d.cause_id = r.id) as "units!",
                  (select count(*) from custody_deviation d where d.cause_id = r.id and d.closed_at is null) as "open!"
           from custody_recall r join custody_lot l on l.id = r.lot_id
           where r.ended_at is null order by r.begun_at desc, r.id"#
    )
    .fetch_all(db)
    .await
}
