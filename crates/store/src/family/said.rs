//! What is written down for a family: consents, notices, who looked, what was reminded of. Asked as the house.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Writes down what a member says of a purpose, later than what it said before, also within one instant: the last word is the one that holds.
pub async fn add_consent(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (family, account): (Uuid, Uuid),
    (purpose, given): (&str, bool),
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into family_consent (id, family_id, account_id, purpose, given, at)
         values ($1, $2, $3, $4, $5, greatest($6, (
           select max(c.at) + interval '1 microsecond' from family_consent c
           where c.family_id = $2 and c.account_id = $3 and c.purpose = $4)))",
        id,
        family,
        account,
        purpose,
        given,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those of some units that may serve research. What was given to anybody and is no family's was given with that consent, on paper, at
/// its donation; of a family's unit everybody who decides (`acting`: what they are in it) said so, by their last word, and somebody
/// does; a unit that is kept for a family and is nobody's yet has nobody who could have been asked. The word of a child that took over
/// and died is nobody's any more: nobody could take it back. Whoever asks has the units locked:
/// then nobody of their families says otherwise before the transaction ends ([`lock_units`]).
pub async fn lets_research(
    db: impl PgExecutor<'_>,
    units: &[Uuid],
    (purpose, acting, for_anybody): (&str, &[String], &str),
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select u.id from custody_unit u
           where u.id = any($1) and case when u.family_id is null then u.pool = $4
             else coalesce((
               select bool_and(coalesce((
                 select c.given from family_consent c
                 where c.family_id = m.family_id and c.account_id = m.account_id and c.purpose = $2
                 order by c.at desc, c.id desc limit 1), false)
                 and not (m.kin = 'adult_child' and exists (
                   select from family_child k
                   where k.family_id = m.family_id and k.took_over_at is not null and k.death_noted_at is not null)))
               from family_member m where m.family_id = u.family_id and m.until is null and m.kin = any($3)), false) end"#,
        units,
        purpose,
        acting,
        for_anybody
    )
    .fetch_all(db)
    .await
}

/// Locks the units of a family, in the order of their ids, until the transaction ends: what is recorded of them now is decided before
/// what is said here, or after it.
pub async fn lock_units(db: impl PgExecutor<'_>, family: Uuid) -> sqlx::Result<u64> {
    let rows =
        sqlx::query_scalar!("select id from custody_unit where family_id = $1 order by id for no key update", family);
    Ok(rows.fetch_all(db).await?.len() as u64)
}

/// A notice to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewNotice<'a> {
    /// Its own.
    pub id: Uuid,
    /// To which family.
    pub family: Uuid,
    /// About which unit.
    pub unit: Option<Uuid>,
    /// What it says.
    pub kind: &'a str,
    /// What it comes from: of one cause a family is told once.
    pub cause: Uuid,
    /// The day it is about.
    pub day: Option<civil::Date>,
}

/// Writes a notice. `false` where the family was told of this cause.
pub async fn add_notice(db: impl PgExecutor<'_>, new: NewNotice<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_notice (id, family_id, unit_id, kind, cause_id, day, made_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (family_id, kind, cause_id) do nothing",
        new.id,
        new.family,
        new.unit,
        new.kind,
        new.cause,
        new.day.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Notices about units to be written, column by column: all of one length.
#[derive(Debug, Default)]
pub struct NewNotices {
    /// Their own.
    pub ids: Vec<Uuid>,
    /// To which families.
    pub families: Vec<Uuid>,
    /// About which units.
    pub units: Vec<Uuid>,
    /// What they say.
    pub kinds: Vec<String>,
    /// What they come from: of one cause a family is told once.
    pub causes: Vec<Uuid>,
}

/// Writes notices. Answers the family of each that was written: not of those it was told of before.
pub async fn add_notices(db: impl PgExecutor<'_>, new: &NewNotices, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    // In one order for everybody: two batches with the same notices wait for each other in one direction.
    sqlx::query_scalar!(
        "insert into family_notice (id, family_id, unit_id, kind, cause_id, made_at)
         select n.id, n.family, n.unit, n.kind, n.cause, $6
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[]) as n (id, family, unit, kind, cause)
         order by n.family, n.kind, n.cause
         on conflict (family_id, kind, cause_id) do nothing
         returning family_id",
        &new.ids,
        &new.families,
        &new.units,
        &new.kinds,
        &new.causes,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await
}

/// The families of some of these units, each once for each unit.
pub async fn families_of(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"select id, family_id as "family_id!" from custody_unit where id = any($1) and family_id is not null"#,
        units
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.family_id)).collect())
}

/// Writes down that somebody of a family read a notice. `false` where they had.
pub async fn acknowledge(db: impl PgExecutor<'_>, notice: Uuid, account: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_notice_read (notice_id, account_id, at) values ($1, $2, $3) on conflict do nothing",
        notice,
        account,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A look to be written down.
#[derive(Debug, Clone, Copy)]
pub struct NewLook<'a> {
    /// Its own.
    pub id: Uuid,
    /// At whose record.
    pub family: Uuid,
    /// At which unit.
    pub unit: Option<Uuid>,
    /// Who.
    pub actor: Uuid,
    /// In which role.
    pub role: &'a str,
    /// At what.
    pub what: &'a str,
    /// Why, sealed.
    pub reason: &'a [u8],
    /// Without having been asked by the family.
    pub break_glass: bool,
}

/// Writes down who looked, and why.
pub async fn add_look(db: impl PgExecutor<'_>, new: NewLook<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into family_access (id, family_id, unit_id, actor_id, role, what, reason_sealed, break_glass, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        new.family,
        new.unit,
        new.actor,
        new.role,
        new.what,
        new.reason,
        new.break_glass,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether somebody looked at a thing of a family after an instant.
pub async fn looked(
    db: impl PgExecutor<'_>,
    (family, actor): (Uuid, Uuid),
    what: &str,
    since: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from family_access
                          where family_id = $1 and actor_id = $2 and what = $3 and at > $4) as "looked!""#,
        family,
        actor,
        what,
        since.to_sqlx() as SqlTimestamp
    )
    .fetch_one(db)
    .await
}

/// Whose a unit is.
pub async fn family_of_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row = sqlx::query_scalar!("select family_id from custody_unit where id = $1", unit);
    Ok(row.fetch_optional(db).await?.flatten())
}

/// Something owed, of which nobody was reminded.
#[derive(Debug, Clone, Copy)]
pub struct DueRow {
    /// By which contract.
    pub contract_id: Uuid,
    /// Which of its prices.
    pub nth: i16,
    /// Of which family.
    pub family_id: Uuid,
    /// The unit it keeps.
    pub unit_id: Option<Uuid>,
    /// Until when.
    pub due_on: SqlDate,
    /// How often a payment of it was taken back: each time it was owed anew.
    pub taken_back: i64,
}

/// What is owed until a day and was not reminded of, by the hundred. Nobody is reminded of what was agreed for a child that died.
pub async fn due(db: impl PgExecutor<'_>, until: civil::Date) -> sqlx::Result<Vec<DueRow>> {
    sqlx::query_as!(
        DueRow,
        r#"select d.contract_id, d.nth, c.family_id, c.unit_id, d.due_on as "due_on: SqlDate",
                  (select count(*) from family_contract_payment p
                   where p.contract_id = d.contract_id and d.nth = any(p.taken_back_nths)) as "taken_back!"
           from family_contract_due d join family_contract c on c.id = d.contract_id
           where d.paid_on is null and d.reminded_at is null and d.due_on <= $1 and c.state in ('active', 'arrears')
             and not exists (select from family_child k where k.id = c.child_id and k.death_noted_at is not null)
           order by d.due_on, d.contract_id, d.nth limit 100"#,
        until.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}

/// Marks that a family was reminded. `false` where it was, or has paid.
pub async fn reminded(db: impl PgExecutor<'_>, (contract, nth): (Uuid, i16), now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_contract_due set reminded_at = $3
         where contract_id = $1 and nth = $2 and paid_on is null and reminded_at is null",
        contract,
        nth,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A contract whose last day a family was not told of.
#[derive(Debug, Clone, Copy)]
pub struct EndingRow {
    /// Which.
    pub contract_id: Uuid,
    /// Of which family.
    pub family_id: Uuid,
    /// The unit it keeps.
    pub unit_id: Option<Uuid>,
    /// The last day of its term.
    pub ends_on: SqlDate,
}

/// Contracts in one of some states whose term ends on a day or before it, of which their families were not told in that state (another
/// term has another last day), by the hundred. Not those of a unit in one of the states `gone`, of a child that died, or whose last day is long over.
/// The first line is that of the index, which has those alone that nobody was told of.
pub async fn ending(
    db: impl PgExecutor<'_>,
    (states, gone): (&[String], &[String]),
    until: civil::Date,
) -> sqlx::Result<Vec<EndingRow>> {
    sqlx::query_as!(
        EndingRow,
        r#"select c.id as contract_id, c.family_id, c.unit_id, c.ends_on as "ends_on!: SqlDate"
           from family_contract c left join custody_unit u on u.id = c.unit_id
           where c.state in ('active', 'arrears', 'expired') and c.end_told_on is distinct from c.ends_on
             and c.state = any($1) and c.ends_on <= $3 and c.ends_on > $3 - 180 and (u.state <> all($2)) is not false
             and not exists (select from family_child k where k.id = c.child_id and k.death_noted_at is not null)
           order by c.ends_on, c.id limit 100"#,
        states,
        gone,
        until.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}

/// Marks that a family is told of the last day of a contract, which is in one of some states. `false` where it was, and where the
/// contract has another meanwhile.
pub async fn mark_end_told(
    db: impl PgExecutor<'_>,
    (contract, states): (Uuid, &[String]),
    ends_on: civil::Date,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_contract set end_told_on = ends_on
         where id = $1 and state = any($2) and ends_on = $3 and end_told_on is distinct from ends_on",
        contract,
        states,
        ends_on.to_sqlx() as SqlDate
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
