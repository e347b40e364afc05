//! Contracts that took over a unit from another: written once, beside the event that says so. Asked as the house.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A transfer to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewTransfer {
    /// The contract that kept the unit.
    pub contract: Uuid,
    /// The one that takes over.
    pub to_contract: Uuid,
    /// The form's own.
    pub form: Uuid,
    /// Which unit.
    pub unit: Uuid,
    /// The event of its chain that says so.
    pub seq: i32,
    /// Whose it was.
    pub from: Uuid,
    /// Whose it is now.
    pub to: Uuid,
}

/// Writes a transfer. `false` where the form made another in this instant.
pub async fn add(db: impl PgExecutor<'_>, new: NewTransfer, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_contract_transfer (contract_id, to_contract_id, form_id, unit_id, seq, from_family_id, to_family_id, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (form_id) do nothing",
        new.contract,
        new.to_contract,
        new.form,
        new.unit,
        new.seq,
        new.from,
        new.to,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Makes a unit another family's. `false` where it is not the first one's. The database asks for the transfer and its event
/// (`custody_unit_assigned`), in the same transaction.
pub async fn pass_on(db: impl PgExecutor<'_>, unit: Uuid, (from, to): (Uuid, Uuid)) -> sqlx::Result<bool> {
    let done = sqlx::query!("update custody_unit set family_id = $3 where id = $1 and family_id = $2", unit, from, to);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The contract that a form transferred.
pub async fn of_form(db: impl PgExecutor<'_>, form: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select contract_id from family_contract_transfer where form_id = $1", form)
        .fetch_optional(db)
        .await
}

/// Who noted last that a contract was signed; nothing where nobody of the office did.
pub async fn signer(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row = sqlx::query_scalar!(
        "select actor_id from family_contract_event where contract_id = $1 and event = 'sign' order by version desc limit 1",
        contract
    );
    Ok(row.fetch_optional(db).await?.flatten())
}

/// The contract that took over a contract's unit, and the one that it took over from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside {
    /// Its unit went there.
    pub went_to: Option<Uuid>,
    /// Its unit came from there.
    pub came_from: Option<Uuid>,
}

/// Where a contract's unit went, and where it came from.
pub async fn beside(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<Beside> {
    let row = sqlx::query!(
        r#"select (select t.to_contract_id from family_contract_transfer t where t.contract_id = $1) as "went_to?",
                  (select t.contract_id from family_contract_transfer t where t.to_contract_id = $1) as "came_from?""#,
        contract
    );
    let row = row.fetch_one(db).await?;
    Ok(Beside { went_to: row.went_to, came_from: row.came_from })
}
