//! What happens to contracts: what follows from days, and how far they are after it.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A contract that something happens to.
#[derive(Debug, Clone)]
pub struct StandingRow {
    /// Which.
    pub id: Uuid,
    /// How far it is.
    pub state: String,
    /// Of its last change.
    pub version: i32,
}

/// Contracts that run, with something unpaid whose day has passed, by the hundred. By what is unpaid, which is little: of all that run
/// each would be asked.
pub async fn behind(db: impl PgExecutor<'_>, today: civil::Date) -> sqlx::Result<Vec<StandingRow>> {
    sqlx::query_as!(
        StandingRow,
        r#"with late as materialized (
             select distinct contract_id from family_contract_due where paid_on is null and due_on < $1)
           select c.id as "id!", c.state as "state!", c.version as "version!"
           from late cross join lateral (
             select id, state, version from family_contract where id = late.contract_id and state = 'active' limit 1) c
           order by c.id limit 100"#,
        today.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}

/// Contracts in arrears with nothing left unpaid whose day has passed, by the hundred.
pub async fn caught_up(db: impl PgExecutor<'_>, today: civil::Date) -> sqlx::Result<Vec<StandingRow>> {
    sqlx::query_as!(
        StandingRow,
        "select c.id, c.state, c.version from family_contract c
         where c.state = 'arrears' and not exists (
           select from family_contract_due d where d.contract_id = c.id and d.paid_on is null and d.due_on < $1)
         order by c.id limit 100",
        today.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}

/// Contracts whose term is over, by the hundred.
pub async fn over(db: impl PgExecutor<'_>, today: civil::Date) -> sqlx::Result<Vec<StandingRow>> {
    sqlx::query_as!(
        StandingRow,
        "select c.id, c.state, c.version from family_contract c
         where c.state in ('active', 'arrears') and c.ends_on < $1 order by c.ends_on, c.id limit 100",
        today.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}

/// Changes the state of a contract that still has a version, and writes down what happened. `false` where it has another.
pub async fn advance(
    db: impl PgExecutor<'_>,
    row: &StandingRow,
    (event, to): (&str, &str),
    (actor, now): (Option<Uuid>, Timestamp),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with changed as (
           update family_contract set state = $3, version = version + 1 where id = $1 and version = $2 returning id, version)
         insert into family_contract_event (contract_id, version, event, from_state, to_state, actor_id, at)
         select id, version, $4, $5, $3, $6, $7 from changed",
        row.id,
        row.version,
        to,
        event,
        row.state,
        actor,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
