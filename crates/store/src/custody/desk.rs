//! What the desk needs of a unit beside its record: the lock under which somebody acts, proposals, who works under which code,
//! where it lay, which lots went into it. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A unit as somebody acts on it.
#[derive(Debug, Clone)]
pub struct Locked {
    /// The number of its last event.
    pub seq: i32,
    /// Its number, thirteen characters.
    pub din: String,
    /// The word of its pool.
    pub pool: String,
}

/// Locks a unit until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Option<Locked>> {
    sqlx::query_as!(Locked, "select seq, din, pool from custody_unit where id = $1 for update", unit)
        .fetch_optional(db)
        .await
}

/// Somebody who works with units.
#[derive(Debug, Clone)]
pub struct OperatorRow {
    /// Which.
    pub id: Uuid,
    /// The code.
    pub code: String,
}

/// Under which code an account works on a day.
pub async fn operator_of(db: impl PgExecutor<'_>, account: Uuid, day: Date) -> sqlx::Result<Option<OperatorRow>> {
    sqlx::query_as!(
        OperatorRow,
        "select id, code from custody_operator where account_id = $1 and since <= $2 and (until is null or until >= $2)",
        account,
        day.to_sqlx() as SqlDate
    )
    .fetch_optional(db)
    .await
}

/// A proposal to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewProposal<'a> {
    /// The form's own.
    pub id: Uuid,
    /// Of which unit.
    pub unit: Uuid,
    /// The word of what.
    pub act: &'a str,
    /// Slot, reason, event, sealed.
    pub said: &'a [u8],
    /// The number of the unit's last event.
    pub seq: i32,
    /// The account.
    pub by: Uuid,
    /// Whose code it is.
    pub operator: Uuid,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

/// Writes a proposal. `false` where one was sent by the same form.
pub async fn propose(db: impl PgExecutor<'_>, new: NewProposal<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_proposal (id, unit_id, act, said_sealed, seq, proposed_by, operator_id, proposed_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        new.id,
        new.unit,
        new.act,
        new.said,
        new.seq,
        new.by,
        new.operator,
        now.to_sqlx() as SqlTimestamp,
        new.expires_at.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A proposal as stored.
#[derive(Debug, Clone)]
pub struct ProposalRow {
    /// Its own.
    pub id: Uuid,
    /// Of which unit.
    pub unit_id: Uuid,
    /// The word of what.
    pub act: String,
    /// Slot, reason, event, sealed; nothing once it is settled.
    pub said_sealed: Option<Vec<u8>>,
    /// The number of the unit's last event when it was proposed.
    pub seq: i32,
    /// The number of its last event now.
    pub unit_seq: i32,
    /// The account.
    pub proposed_by: Uuid,
    /// Whose code it is.
    pub operator_id: Uuid,
    /// The code.
    pub code: String,
    /// When.
    pub proposed_at: SqlTimestamp,
    /// Until when it can be confirmed.
    pub expires_at: SqlTimestamp,
    /// `confirmed`, `withdrawn`, `expired`.
    pub outcome: Option<String>,
    /// By whom.
    pub settled_by: Option<Uuid>,
    /// Of three, who looked it over: the account.
    pub checked_by: Option<Uuid>,
    /// Whose code that is.
    pub checked_as: Option<Uuid>,
    /// The code.
    pub checked_code: Option<String>,
}

/// A proposal, locked until the transaction ends.
pub async fn proposal(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ProposalRow>> {
    sqlx::query_as!(
        ProposalRow,
        r#"select p.id, p.unit_id, p.act, p.said_sealed, p.seq, u.seq as unit_seq, p.proposed_by, p.operator_id, o.code,
                  p.proposed_at as "proposed_at: SqlTimestamp", p.expires_at as "expires_at: SqlTimestamp",
                  p.outcome, p.settled_by, p.checked_by, p.checked_as, c.code as "checked_code?"
           from custody_proposal p join custody_operator o on o.id = p.operator_id
           left join custody_operator c on c.id = p.checked_as
           join custody_unit u on u.id = p.unit_id
           where p.id = $1 for update of p"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// What can be confirmed of a unit, or of all, the oldest first.
pub async fn open_proposals(
    db: impl PgExecutor<'_>,
    unit: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<Vec<ProposalRow>> {
    sqlx::query_as!(
        ProposalRow,
        r#"select p.id, p.unit_id, p.act, p.said_sealed, p.seq, u.seq as unit_seq, p.proposed_by, p.operator_id, o.code,
                  p.proposed_at as "proposed_at: SqlTimestamp", p.expires_at as "expires_at: SqlTimestamp",
                  p.outcome, p.settled_by, p.checked_by, p.checked_as, c.code as "checked_code?"
           from custody_proposal p join custody_operator o on o.id = p.operator_id
           left join custody_operator c on c.id = p.checked_as
           join custody_unit u on u.id = p.unit_id
           where p.outcome is null and p.expires_at > $2 and ($1::uuid is null or p.unit_id = $1)
           order by p.proposed_at, p.id limit 200"#,
        unit,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await
}

/// Notes who looked a proposal over. `false` where somebody did, or it was settled.
pub async fn check(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (by, operator): (Uuid, Uuid),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update custody_proposal set checked_by = $2, checked_as = $3, checked_at = $4
         where id = $1 and outcome is null and checked_by is null",
        id,
        by,
        operator,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

crate::two::settles!("custody_proposal", "said_sealed");
crate::two::expires!("custody_proposal", "said_sealed");

/// Where a unit lay, and lies.
#[derive(Debug, Clone)]
pub struct LainRow {
    /// The tank's code.
    pub tank: String,
    /// From 1.
    pub tower: i16,
    /// From 1.
    pub frame: i16,
    /// From 1.
    pub slot: i16,
    /// Since when.
    pub put_at: SqlTimestamp,
    /// The code whose scan came first.
    pub put_by: String,
    /// Whose came second.
    pub put_with: String,
    /// Until when.
    pub taken_at: Option<SqlTimestamp>,
    /// The code whose scan came first.
    pub taken_by: Option<String>,
    /// Whose came second.
    pub taken_with: Option<String>,
}

/// Where a unit lay, the first place first.
pub async fn lain(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<LainRow>> {
    sqlx::query_as!(
        LainRow,
        r#"select t.code as tank, p.tower, p.frame, p.slot, p.put_at as "put_at: SqlTimestamp", a.code as put_by,
                  b.code as put_with, p.taken_at as "taken_at: SqlTimestamp", c.code as "taken_by?", d.code as "taken_with?"
           from custody_placement p
           join custody_tank t on t.id = p.tank_id
           join custody_operator a on a.id = p.put_by
           join custody_operator b on b.id = p.put_with
           left join custody_operator c on c.id = p.taken_by
           left join custody_operator d on d.id = p.taken_with
           where p.unit_id = $1 order by p.put_at, p.id"#,
        unit
    )
    .fetch_all(db)
    .await
}

/// A lot that went into a unit.
#[derive(Debug, Clone)]
pub struct LotRow {
    /// Of what.
    pub kind: String,
    /// As printed on it.
    pub number: String,
    /// It is being recalled.
    pub recalled: bool,
}

/// The lots that went into a unit.
pub async fn lots(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<LotRow>> {
    sqlx::query_as!(
        LotRow,
        r#"select l.kind, l.number,
                  exists (select from custody_lot called join custody_recall r on r.lot_id = called.id
                          where called.kind = l.kind and upper(called.number) = upper(l.number) and r.ended_at is null) as "recalled!"
           from custody_lot_use u join custody_lot l on l.id = u.lot_id
           where u.unit_id = $1 order by l.kind, l.number"#,
        unit
    )
    .fetch_all(db)
    .await
}
