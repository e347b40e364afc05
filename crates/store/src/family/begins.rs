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
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

/// Proposes a unit. `false` where one is proposed.
pub async fn propose(db: impl PgExecutor<'_>, new: NewBegin<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_contract_begin (id, contract_id, unit_id, born_sealed, proposed_by, proposed_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (contract_id) where outcome is null do nothing",
        new.id,
        new.contract,
        new.unit,
        new.born,
        new.by,
        now.to_sqlx() as SqlTimestamp,
        new.expires_at.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A unit that was proposed for a contract.
#[derive(Debug, Clone)]
pub struct BeginRow {
    /// Its own.
    pub id: Uuid,
    /// For which contract.
    pub contract_id: Uuid,
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
    /// Until when it can be confirmed.
    pub expires_at: SqlTimestamp,
    /// What became of it.
    pub outcome: Option<String>,
    /// By whom.
    pub settled_by: Option<Uuid>,
}

/// Proposals; which stands in the tail of the query.
macro_rules! begins {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            BeginRow,
            r#"select b.id, b.contract_id, b.unit_id, u.din, u.state as unit_state, b.born_sealed, b.proposed_by,
                      b.proposed_at as "proposed_at: SqlTimestamp", b.expires_at as "expires_at: SqlTimestamp",
                      b.outcome, b.settled_by
               from family_contract_begin b join custody_unit u on u.id = b.unit_id "# + $tail
            $(, $arg)*
        )
    };
}

/// A proposal.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<BeginRow>> {
    begins!("where b.id = $1", id).fetch_optional(db).await
}

/// What can be confirmed of a contract.
pub async fn open(db: impl PgExecutor<'_>, contract: Uuid, now: Timestamp) -> sqlx::Result<Option<BeginRow>> {
    begins!(
        "where b.contract_id = $1 and b.outcome is null and b.expires_at > $2",
        contract,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_optional(db)
    .await
}

crate::two::settles!("family_contract_begin", "born_sealed");
crate::two::expires!("family_contract_begin", "born_sealed");
crate::two::expires_of_contract!("family_contract_begin", "born_sealed");
