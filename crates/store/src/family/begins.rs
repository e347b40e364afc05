//! Which unit is proposed for a contract, until another of the office confirms it. Asked as the house.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A unit to be proposed.
#[derive(Debug, Clone, Copy)]
pub struct NewBegin<'a> {
    /// Its own.
    pub id: Uuid,
    /// For which contract.
    pub contract: Uuid,
    /// Which.
    pub unit: Uuid,
    /// When the child was born, sealed.
    pub born: &'a [u8],
    /// By whom.
    pub by: Uuid,
}

/// Proposes a unit. `false` where one is proposed.
pub async fn propose(db: impl PgExecutor<'_>, new: NewBegin<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_contract_begin (id, contract_id, unit_id, born_sealed, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (contract_id) where outcome is null do nothing",
        new.id,
        new.contract,
        new.unit,
        new.born,
        new.by,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A unit that was proposed for a contract.
#[derive(Debug, Clone)]
pub struct BeginRow {
    /// Its own.
    pub id: Uuid,
    /// Which unit.
    pub unit_id: Uuid,
    /// The unit's number.
    pub din: String,
    /// How far the unit is.
    pub unit_state: String,
    /// When the child was born, sealed; nothing once it is settled.
    pub born_sealed: Option<Vec<u8>>,
    /// By whom.
    pub proposed_by: Uuid,
    /// When.
    pub proposed_at: SqlTimestamp,
    /// What became of it.
    pub outcome: Option<String>,
    /// By whom.
    pub settled_by: Option<Uuid>,
}

/// What was proposed for a contract, the last first: one of it at most is not settled, and it is the first.
pub async fn of_contract(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<Vec<BeginRow>> {
    sqlx::query_as!(
        BeginRow,
        r#"select b.id, b.unit_id, u.din, u.state as unit_state, b.born_sealed, b.proposed_by,
                  b.proposed_at as "proposed_at: SqlTimestamp", b.outcome, b.settled_by
           from family_contract_begin b join custody_unit u on u.id = b.unit_id
           where b.contract_id = $1 order by b.outcome is not null, b.proposed_at desc, b.id"#,
        contract
    )
    .fetch_all(db)
    .await
}

crate::two::settles!("family_contract_begin", "born_sealed");
