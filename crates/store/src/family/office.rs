//! Contracts at the office: lists, one contract with its history, and what is written of it. Asked as the house.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// The contract of a number, by its keyed hash.
pub async fn of_number(db: impl PgExecutor<'_>, number: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from family_contract where number_index = $1", number).fetch_optional(db).await
}

/// The contract a form wrote.
pub async fn of_form(db: impl PgExecutor<'_>, form: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from family_contract where form_id = $1", form).fetch_optional(db).await
}

/// Writes down which form a contract came from.
pub async fn mark_form(db: impl PgExecutor<'_>, contract: Uuid, form: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update family_contract set form_id = $2 where id = $1", contract, form).execute(db).await?;
    Ok(())
}

/// Frees the number of a contract that ended and was never signed: another is written with it.
pub async fn free_number(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update family_contract set number_index = null where id = $1", contract).execute(db).await?;
    Ok(())
}

/// A contract of a list.
#[derive(Debug, Clone)]
pub struct ListedRow {
    /// Which.
    pub id: Uuid,
    /// Its number, sealed.
    pub number_sealed: Vec<u8>,
    /// For whose use.
    pub pool: String,
    /// The last day of its term.
    pub ends_on: Option<SqlDate>,
    /// When it was written.
    pub made_at: SqlTimestamp,
    /// The day of the first price that is not paid.
    pub next_due: Option<SqlDate>,
    /// The child it is for.
    pub child_id: Option<Uuid>,
    /// What it is called, sealed.
    pub child_name: Option<Vec<u8>>,
}

/// The contracts of a state, the newest first, below one.
pub async fn of_state(
    db: impl PgExecutor<'_>,
    state: &str,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<ListedRow>> {
    sqlx::query_as!(
        ListedRow,
        r#"select c.id, c.number_sealed, c.pool, c.ends_on as "ends_on: SqlDate", c.made_at as "made_at: SqlTimestamp",
                  (select min(d.due_on) from family_contract_due d
                   where d.contract_id = c.id and d.paid_on is null) as "next_due?: SqlDate",
                  c.child_id, k.name_sealed as "child_name?"
           from family_contract c left join family_child k on k.id = c.child_id
           where c.state = $1 and (c.made_at, c.id)
                 < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
           order by c.made_at desc, c.id desc limit $4"#,
        state,
        after.map(|(at, _)| at.to_sqlx()) as Option<SqlTimestamp>,
        after.map(|(_, id)| id) as Option<Uuid>,
        limit
    )
    .fetch_all(db)
    .await
}

/// Something owed, of a list.
#[derive(Debug, Clone)]
pub struct OwedRow {
    /// By which contract.
    pub contract_id: Uuid,
    /// Which of its prices.
    pub nth: i16,
    /// Until when.
    pub due_on: SqlDate,
    /// What for.
    pub kind: String,
    /// How much.
    pub fen: i64,
    /// Its family was reminded.
    pub reminded: bool,
    /// The contract's number, sealed.
    pub number_sealed: Vec<u8>,
    /// How far the contract is.
    pub state: String,
    /// The child it is for.
    pub child_id: Option<Uuid>,
    /// What it is called, sealed.
    pub child_name: Option<Vec<u8>>,
}

/// What is owed between two days, both included, by contracts that were signed and did not end; the first first, below one.
pub async fn owed(
    db: impl PgExecutor<'_>,
    (from, until): (civil::Date, civil::Date),
    after: Option<(civil::Date, Uuid, i16)>,
    limit: i64,
) -> sqlx::Result<Vec<OwedRow>> {
    sqlx::query_as!(
        OwedRow,
        r#"select d.contract_id, d.nth, d.due_on as "due_on: SqlDate", p.kind, p.fen, d.reminded_at is not null as "reminded!",
                  c.number_sealed, c.state, c.child_id, k.name_sealed as "child_name?"
           from family_contract_due d
           join family_contract_price p on p.contract_id = d.contract_id and p.nth = d.nth
           join family_contract c on c.id = d.contract_id
           left join family_child k on k.id = c.child_id
           where d.paid_on is null and d.due_on between $1 and $2 and c.state in ('signed', 'active', 'arrears', 'expired')
             and (d.due_on, d.contract_id, d.nth)
                 > (coalesce($3::date, '-infinity'), coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'),
                    coalesce($5::smallint, 0::smallint))
           order by d.due_on, d.contract_id, d.nth limit $6"#,
        from.to_sqlx() as SqlDate,
        until.to_sqlx() as SqlDate,
        after.map(|(day, _, _)| day.to_sqlx()) as Option<SqlDate>,
        after.map(|(_, id, _)| id) as Option<Uuid>,
        after.map(|(_, _, nth)| nth) as Option<i16>,
        limit
    )
    .fetch_all(db)
    .await
}

/// A contract, whole.
#[derive(Debug, Clone)]
pub struct ContractRow {
    /// Which.
    pub id: Uuid,
    /// Of which family.
    pub family_id: Uuid,
    /// The unit it keeps.
    pub unit_id: Option<Uuid>,
    /// The unit's number.
    pub din: Option<String>,
    /// How far the unit is.
    pub unit_state: Option<String>,
    /// It is another family's.
    pub unit_went: bool,
    /// The child it is for.
    pub child_id: Option<Uuid>,
    /// What it is called, sealed.
    pub child_name: Option<Vec<u8>>,
    /// The child took over.
    pub took_over: bool,
    /// When it was noted that the child died.
    pub death_noted_at: Option<SqlTimestamp>,
    /// By whom.
    pub death_noted_by: Option<Uuid>,
    /// When that was and by what paper, sealed.
    pub death_sealed: Option<Vec<u8>>,
    /// Its number, sealed.
    pub number_sealed: Vec<u8>,
    /// For whose use.
    pub pool: String,
    /// How far it is.
    pub state: String,
    /// Of its last change.
    pub version: i32,
    /// When it was signed.
    pub signed_on: Option<SqlDate>,
    /// The last day of its term.
    pub ends_on: Option<SqlDate>,
    /// When it was written.
    pub made_at: SqlTimestamp,
}

/// One contract.
pub async fn contract(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ContractRow>> {
    sqlx::query_as!(
        ContractRow,
        r#"select c.id, c.family_id, c.unit_id, u.din as "din?", u.state as "unit_state?",
                  u.id is not null and u.family_id is distinct from c.family_id as "unit_went!", c.child_id, k.name_sealed as "child_name?",
                  coalesce(k.took_over_at is not null, false) as "took_over!",
                  k.death_noted_at as "death_noted_at?: SqlTimestamp", k.death_noted_by as "death_noted_by?",
                  k.death_sealed as "death_sealed?", c.number_sealed, c.pool, c.state, c.version,
                  c.signed_on as "signed_on: SqlDate", c.ends_on as "ends_on: SqlDate", c.made_at as "made_at: SqlTimestamp"
           from family_contract c
           left join custody_unit u on u.id = c.unit_id
           left join family_child k on k.id = c.child_id
           where c.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// What decides about a contract.
#[derive(Debug, Clone)]
pub struct LockedRow {
    /// Which.
    pub id: Uuid,
    /// Of which family.
    pub family_id: Uuid,
    /// The unit it keeps.
    pub unit_id: Option<Uuid>,
    /// The child it is for.
    pub child_id: Option<Uuid>,
    /// For whose use.
    pub pool: String,
    /// How far it is.
    pub state: String,
    /// Of its last change.
    pub version: i32,
}

/// One contract, locked until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<LockedRow>> {
    sqlx::query_as!(
        LockedRow,
        "select id, family_id, unit_id, child_id, pool, state, version from family_contract where id = $1 for update",
        id
    )
    .fetch_optional(db)
    .await
}

/// Something that happened to a contract.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// The contract's version after it.
    pub version: i32,
    /// What.
    pub event: String,
    /// How far it was then.
    pub to_state: String,
    /// Somebody did it; otherwise its day came.
    pub by_staff: bool,
    /// When.
    pub at: SqlTimestamp,
    /// Its reason's own id.
    pub reason_id: Option<Uuid>,
    /// Why, sealed.
    pub reason_sealed: Option<Vec<u8>>,
}

/// What happened to a contract, the last first.
pub async fn events(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"select e.version, e.event, e.to_state, e.actor_id is not null as "by_staff!", e.at as "at: SqlTimestamp",
                  r.id as "reason_id?", r.reason_sealed as "reason_sealed?"
           from family_contract_event e
           left join family_contract_reason r on r.contract_id = e.contract_id and r.version = e.version
           where e.contract_id = $1 order by e.version desc"#,
        contract
    )
    .fetch_all(db)
    .await
}

/// Writes why a contract ended.
pub async fn add_reason(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (contract, version): (Uuid, i32),
    reason: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into family_contract_reason (id, contract_id, version, reason_sealed) values ($1, $2, $3, $4)",
        id,
        contract,
        version,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes the term of a contract, which is locked. Without a day of signing that one stays.
pub async fn set_term(
    db: impl PgExecutor<'_>,
    contract: Uuid,
    signed_on: Option<civil::Date>,
    ends_on: civil::Date,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update family_contract set signed_on = coalesce($2, signed_on), ends_on = $3 where id = $1",
        contract,
        signed_on.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        ends_on.to_sqlx() as SqlDate
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A unit that is to be kept under a contract.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Whose it is.
    pub family_id: Option<Uuid>,
    /// For whose use.
    pub pool: String,
    /// Where it is on its way.
    pub state: String,
    /// Another contract keeps it.
    pub kept: bool,
}

/// A unit, locked until the transaction ends.
pub async fn lock_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Option<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select u.family_id, u.pool, u.state,
                  exists (select from family_contract c
                          where c.unit_id = u.id and c.state not in ('terminated', 'transferred')) as "kept!"
           from custody_unit u where u.id = $1 for update of u"#,
        unit
    )
    .fetch_optional(db)
    .await
}

/// Puts a unit under a contract, which are both locked.
pub async fn keep_unit(db: impl PgExecutor<'_>, contract: Uuid, unit: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update family_contract set unit_id = $2 where id = $1", contract, unit).execute(db).await?;
    Ok(())
}

/// Says when a child was born, which was expected when its contract was written. Nothing changes once it was invited to take over.
pub async fn set_born(db: impl PgExecutor<'_>, child: Uuid, born: &[u8], of_age_in: i16) -> sqlx::Result<()> {
    sqlx::query!(
        "update family_child set born_sealed = $2, of_age_in = $3 where id = $1 and invited_at is null",
        child,
        born,
        of_age_in
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a child died: by whom, and sealed when that was and by what paper. `false` where it was noted.
pub async fn note_death(
    db: impl PgExecutor<'_>,
    child: Uuid,
    (by, said): (Uuid, &[u8]),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_child set death_noted_at = $4, death_noted_by = $2, death_sealed = $3
         where id = $1 and death_noted_at is null",
        child,
        by,
        said,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Takes back that a child died, which was noted wrongly. `false` where it is not noted.
pub async fn undo_death(db: impl PgExecutor<'_>, child: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_child set death_noted_at = null, death_noted_by = null, death_sealed = null
         where id = $1 and death_noted_at is not null",
        child
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// An invitation, for the office.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Which.
    pub id: Uuid,
    /// As what.
    pub kin: String,
    /// The mother.
    pub mother: bool,
    /// The child that takes over by it.
    pub child_id: Option<Uuid>,
    /// The mobile number, sealed.
    pub phone_sealed: Vec<u8>,
    /// Until when it can be claimed.
    pub expires_at: SqlTimestamp,
    /// When it was.
    pub claimed_at: Option<SqlTimestamp>,
    /// Who came in by it.
    pub account_id: Option<Uuid>,
    /// When it was sent last.
    pub sent_at: Option<SqlTimestamp>,
    /// When the office blocked it.
    pub blocked_at: Option<SqlTimestamp>,
}

/// The invitations of a contract, the first first.
pub async fn invitations(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<Vec<InvitationRow>> {
    sqlx::query_as!(
        InvitationRow,
        r#"select id, kin, mother, child_id, phone_sealed, expires_at as "expires_at: SqlTimestamp",
                  claimed_at as "claimed_at: SqlTimestamp", account_id, sent_at as "sent_at: SqlTimestamp",
                  blocked_at as "blocked_at: SqlTimestamp"
           from family_invitation where contract_id = $1 order by made_at, kin <> 'owner', id"#,
        contract
    )
    .fetch_all(db)
    .await
}

/// Marks that an invitation is sent now. `false` where it was after an instant, and where it cannot be claimed any more.
pub async fn mark_sent(
    db: impl PgExecutor<'_>,
    invitation: Uuid,
    (now, since): (Timestamp, Timestamp),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_invitation set sent_at = $2
         where id = $1 and claimed_at is null and expires_at > $2 and (sent_at is null or sent_at <= $3)",
        invitation,
        now.to_sqlx() as SqlTimestamp,
        since.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Blocks what can still be claimed of a contract: one invitation, or all. How many.
pub async fn block(
    db: impl PgExecutor<'_>,
    contract: Uuid,
    invitation: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_invitation set expires_at = $3, blocked_at = $3
         where contract_id = $1 and ($2::uuid is null or id = $2) and claimed_at is null and expires_at > $3",
        contract,
        invitation,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Ends that somebody belongs to a family as what they are. `false` where they do not any more, or are something else.
pub async fn end_member(db: impl PgExecutor<'_>, member: Uuid, kin: &str, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_member set until = $3 where id = $1 and kin = $2 and until is null",
        member,
        kin,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
