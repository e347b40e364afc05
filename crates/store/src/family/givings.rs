//! Contracts of which one of the office proposed that another takes them over, until a colleague confirms it. Asked as the house.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A transfer to be proposed.
#[derive(Debug, Clone, Copy)]
pub struct NewGiving<'a> {
    /// The form's own.
    pub id: Uuid,
    /// The contract that goes.
    pub contract: Uuid,
    /// The one that takes over, and the unit that goes along; nothing where the bank has none of it.
    pub to: Option<(Uuid, Uuid)>,
    /// Why, and when the child was born, sealed.
    pub said: &'a [u8],
    /// By whom.
    pub by: Uuid,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

/// Proposes a transfer. `false` where one of this contract is proposed, or the form proposed another in this instant.
pub async fn propose(db: impl PgExecutor<'_>, new: NewGiving<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_contract_giving
           (id, contract_id, to_contract_id, unit_id, said_sealed, proposed_by, proposed_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        new.id,
        new.contract,
        new.to.map(|(contract, _)| contract) as Option<Uuid>,
        new.to.map(|(_, unit)| unit) as Option<Uuid>,
        new.said,
        new.by,
        now.to_sqlx() as SqlTimestamp,
        new.expires_at.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A transfer that was proposed.
#[derive(Debug, Clone)]
pub struct GivingRow {
    /// Its own.
    pub id: Uuid,
    /// The contract that goes.
    pub contract_id: Uuid,
    /// The one that takes over.
    pub to_contract_id: Option<Uuid>,
    /// Its number, sealed.
    pub to_number_sealed: Option<Vec<u8>>,
    /// The unit that goes along.
    pub unit_id: Option<Uuid>,
    /// The unit's number.
    pub din: Option<String>,
    /// How far the unit is.
    pub unit_state: Option<String>,
    /// Why, and when the child was born, sealed; nothing once it is settled.
    pub said_sealed: Option<Vec<u8>>,
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
macro_rules! givings {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            GivingRow,
            r#"select g.id, g.contract_id, g.to_contract_id, t.number_sealed as "to_number_sealed?", g.unit_id, u.din as "din?",
                      u.state as "unit_state?", g.said_sealed, g.proposed_by, g.proposed_at as "proposed_at: SqlTimestamp",
                      g.expires_at as "expires_at: SqlTimestamp", g.outcome, g.settled_by
               from family_contract_giving g
               left join family_contract t on t.id = g.to_contract_id
               left join custody_unit u on u.id = g.unit_id "# + $tail
            $(, $arg)*
        )
    };
}

/// A proposal.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<GivingRow>> {
    givings!("where g.id = $1", id).fetch_optional(db).await
}

/// What can be confirmed of a contract.
pub async fn open(db: impl PgExecutor<'_>, contract: Uuid, now: Timestamp) -> sqlx::Result<Option<GivingRow>> {
    givings!(
        "where g.contract_id = $1 and g.outcome is null and g.expires_at > $2",
        contract,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_optional(db)
    .await
}

/// Takes back what is proposed of a contract, and to it. Answers which it was, and of which contract.
pub async fn withdraw_all(
    db: impl PgExecutor<'_>,
    contract: Uuid,
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "update family_contract_giving set outcome = 'withdrawn', settled_by = $2, settled_at = $3, said_sealed = null
         where outcome is null and (contract_id = $1 or to_contract_id = $1) returning id, contract_id",
        contract,
        by,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.contract_id)).collect())
}

crate::two::settles!("family_contract_giving", "said_sealed");
crate::two::expires!("family_contract_giving", "said_sealed");
crate::two::expires_of_contract!("family_contract_giving", "said_sealed");
