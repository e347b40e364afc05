//! Units whose time is over, and what else says something of them. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A unit that is over for so long that it is forgotten.
#[derive(Debug, Clone)]
pub struct DueRow {
    /// Which.
    pub id: Uuid,
    /// The stored word of its state.
    pub state: String,
}

/// Which units are looked for.
#[derive(Debug, Clone)]
pub struct Over {
    /// States in which nothing more happens.
    pub states: Vec<String>,
    /// Events that lead there.
    pub kinds: Vec<String>,
    /// By the clock of their source they happened before this.
    pub ended: Timestamp,
    /// By our own clock we know it since before this.
    pub known: Timestamp,
}

/// Units that are over for so long that they are forgotten: a signed root covers all that was said, and nothing of them is open. The
/// longest over first.
pub async fn forgettable(db: impl PgExecutor<'_>, over: &Over, limit: i64) -> sqlx::Result<Vec<DueRow>> {
    sqlx::query_as!(
        DueRow,
        "select u.id, u.state from custody_unit u
         where u.key_sealed is not null and u.state = any($1) and u.rooted_seq = u.seq and u.open_deviations = 0
           and exists (select from custody_event e where e.unit_id = u.id and e.kind = any($2) and e.occurred_at < $3
                         and e.received_at < $4)
         order by u.changed_at, u.id limit $5",
        &over.states,
        &over.kinds,
        over.ended.to_sqlx() as SqlTimestamp,
        over.known.to_sqlx() as SqlTimestamp,
        limit
    )
    .fetch_all(db)
    .await
}

/// Deletes the letters of the laboratory's system about a unit whose key was destroyed; of any other the database deletes none. Answers
/// how many there were.
pub async fn delete_letters(db: impl PgExecutor<'_>, unit: Uuid, din: &str) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from lims_dead_letter where unit_id = $1 or din = $2", unit, din);
    Ok(done.execute(db).await?.rows_affected())
}

/// Settles the proposals of a unit that nobody settled; what was typed for them goes. Answers how many there were.
pub async fn expire_proposals(db: impl PgExecutor<'_>, unit: Uuid, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update custody_proposal set outcome = 'expired', settled_at = $2, said_sealed = null
         where unit_id = $1 and outcome is null",
        unit,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}
