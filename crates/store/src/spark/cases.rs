//! Cases: where they stand, their keys, who takes part, what happened. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A case as stored.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Which.
    pub id: Uuid,
    /// Eight characters, without the dash.
    pub reference: String,
    /// The stored word of its state.
    pub state: String,
    /// The state it was held in.
    pub held_in: Option<String>,
    /// Counts the changes of its state.
    pub version: i32,
    /// The fund it asks, if it names one.
    pub fund_id: Option<Uuid>,
    /// The disease group's word.
    pub disease_group: String,
    /// A city's code.
    pub city: String,
    /// The patient's age in years when it was sent.
    pub age: i16,
    /// In fen.
    pub asked: i64,
    /// Who looks after it.
    pub officer_id: Option<Uuid>,
    /// `granted`, `partial`, `refused`, `deferred`, `ineligible`.
    pub decision: Option<String>,
    /// What was granted, in fen.
    pub decided_fen: Option<i64>,
    /// When.
    pub decided_at: Option<SqlTimestamp>,
    /// It was appealed.
    pub appealed: bool,
    /// When it came.
    pub opened_at: SqlTimestamp,
    /// Since when it is where it is.
    pub changed_at: SqlTimestamp,
}

/// A case to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewCase<'a> {
    /// Which.
    pub id: Uuid,
    /// Eight characters.
    pub reference: &'a str,
    /// The fund it asks.
    pub fund: Option<Uuid>,
    /// The disease group's word.
    pub group: &'a str,
    /// A city's code.
    pub city: &'a str,
    /// In years.
    pub age: i16,
    /// In fen.
    pub asked: i64,
    /// The keyed hash of the patient's document.
    pub patient_index: Option<&'a [u8]>,
}

/// Writes a case as a draft, with its key. `false` when there is one of that id.
pub async fn add(db: &mut PgConnection, new: NewCase<'_>, key: &[u8], now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_case (id, reference, state, version, fund_id, disease_group, city, age, asked, patient_index,
                                 opened_at, changed_at)
         values ($1, $2, 'draft', 0, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (id) do nothing",
        new.id,
        new.reference,
        new.fund,
        new.group,
        new.city,
        new.age,
        new.asked,
        new.patient_index,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("insert into spark_case_key (case_id, key_sealed) values ($1, $2)", new.id, key).execute(db).await?;
    Ok(true)
}

/// Writes somebody who takes part.
pub async fn add_party(
    db: impl PgExecutor<'_>,
    id: Uuid,
    case: Uuid,
    (part, account): (&str, Option<Uuid>),
    particulars: &[u8],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_case_party (id, case_id, part, account_id, particulars_sealed, added_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        case,
        part,
        account,
        particulars,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A case.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<CaseRow>> {
    sqlx::query_as!(
        CaseRow,
        "select id, reference, state, held_in, version, fund_id, disease_group, city, age, asked, officer_id, decision,
                decided_fen, decided_at, appealed, opened_at, changed_at
         from spark_case where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// These cases, as far as there are such, in no order.
pub async fn many(db: impl PgExecutor<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<CaseRow>> {
    sqlx::query_as!(
        CaseRow,
        "select id, reference, state, held_in, version, fund_id, disease_group, city, age, asked, officer_id, decision,
                decided_fen, decided_at, appealed, opened_at, changed_at
         from spark_case where id = any ($1)",
        ids
    )
    .fetch_all(db)
    .await
}

/// A case, locked until the transaction ends. After the locks of funds, envelopes and awards.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<CaseRow>> {
    sqlx::query_as!(
        CaseRow,
        "select id, reference, state, held_in, version, fund_id, disease_group, city, age, asked, officer_id, decision,
                decided_fen, decided_at, appealed, opened_at, changed_at
         from spark_case where id = $1 for no key update",
        id
    )
    .fetch_optional(db)
    .await
}

/// Where a case goes.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// Which.
    pub case: Uuid,
    /// The version it has now; the next one after.
    pub version: i32,
    /// To which state.
    pub state: &'a str,
    /// Held in which.
    pub held_in: Option<&'a str>,
    /// Who looks after it from now on; nobody else than before where none is named.
    pub officer: Option<Uuid>,
    /// What was decided, with the amount in fen; as before where nothing is.
    pub decision: Option<(&'a str, Option<i64>)>,
    /// It is appealed by this.
    pub appeal: bool,
}

/// Moves a case. `false` when it is not at that version.
pub async fn set_state(db: impl PgExecutor<'_>, to: Move<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_case set state = $3, held_in = $4, version = version + 1, changed_at = $9,
                officer_id = coalesce($5, officer_id), appealed = appealed or $8,
                decision = coalesce($6, decision),
                decided_fen = case when $6::text is null then decided_fen else $7 end,
                decided_at = case when $6::text is null then decided_at else $9 end
         where id = $1 and version = $2",
        to.case,
        to.version,
        to.state,
        to.held_in,
        to.officer,
        to.decision.map(|(word, _)| word),
        to.decision.and_then(|(_, fen)| fen),
        to.appeal,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Gives a case to an officer.
pub async fn set_officer(db: impl PgExecutor<'_>, case: Uuid, officer: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update spark_case set officer_id = $2 where id = $1", case, officer).execute(db).await?;
    Ok(())
}

/// Takes a case from the officer who looks after it. `false` where that is another, or nobody.
pub async fn unset_officer(db: impl PgExecutor<'_>, case: Uuid, officer: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("update spark_case set officer_id = null where id = $1 and officer_id = $2", case, officer);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Something that happened, to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Its own.
    pub id: Uuid,
    /// To which case.
    pub case: Uuid,
    /// The version it made.
    pub version: i32,
    /// The event's word.
    pub event: &'a str,
    /// From where.
    pub from: &'a str,
    /// To where.
    pub to: &'a str,
    /// In which part it was done.
    pub part: &'a str,
    /// By whom; none: the house itself.
    pub actor: Option<Uuid>,
    /// Why, under the case's key.
    pub reason: Option<&'a [u8]>,
}

/// Writes what happened.
pub async fn add_event(db: impl PgExecutor<'_>, new: NewEvent<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_case_event (id, case_id, version, event, from_state, to_state, part, actor_id, reason_sealed, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id,
        new.case,
        new.version,
        new.event,
        new.from,
        new.to,
        new.part,
        new.actor,
        new.reason,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Something that happened, as stored.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its own.
    pub id: Uuid,
    /// The version it made.
    pub version: i32,
    /// The event's word.
    pub event: String,
    /// From where.
    pub from_state: String,
    /// To where.
    pub to_state: String,
    /// In which part it was done.
    pub part: String,
    /// By whom.
    pub actor_id: Option<Uuid>,
    /// Why, under the case's key.
    pub reason_sealed: Option<Vec<u8>>,
    /// When.
    pub at: SqlTimestamp,
}

/// What happened to a case since a version, in order; from 0 all of it.
pub async fn events(db: impl PgExecutor<'_>, case: Uuid, since: i32) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        "select id, version, event, from_state, to_state, part, actor_id, reason_sealed, at
         from spark_case_event where case_id = $1 and version > $2 order by version",
        case,
        since
    )
    .fetch_all(db)
    .await
}

/// Whether somebody of the house did anything with a case before it was appealed: ever, of one that was not.
pub async fn took_part(db: impl PgExecutor<'_>, case: Uuid, account: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from spark_case_event e where e.case_id = $1 and e.actor_id = $2
             and e.version < coalesce((select min(version) from spark_case_event where case_id = $1 and event = 'appeal'),
                                      2147483647)) as "took!""#,
        case,
        account
    )
    .fetch_one(db)
    .await
}

/// Whether an account takes part in a case in this part.
pub async fn is_party(db: impl PgExecutor<'_>, case: Uuid, part: &str, account: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from spark_case_party where case_id = $1 and part = $2 and account_id = $3) as "is!""#,
        case,
        part,
        account
    )
    .fetch_one(db)
    .await
}

/// In which parts an account takes part in a case.
pub async fn parts(db: impl PgExecutor<'_>, case: Uuid, account: Uuid) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select part from spark_case_party where case_id = $1 and account_id = $2 order by part",
        case,
        account
    )
    .fetch_all(db)
    .await
}

/// The accounts of the family: who is told when something changes. (A social worker is not.)
pub async fn family(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct account_id as "account!" from spark_case_party
           where case_id = $1 and part in ('applicant', 'guardian') and account_id is not null"#,
        case
    )
    .fetch_all(db)
    .await
}

/// Who takes part, as stored.
#[derive(Debug, Clone)]
pub struct PartyRow {
    /// Its own.
    pub id: Uuid,
    /// The part's word.
    pub part: String,
    /// Who signs in for it.
    pub account_id: Option<Uuid>,
    /// Under the case's key.
    pub particulars_sealed: Vec<u8>,
}

/// Who takes part in a case.
pub async fn parties(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<PartyRow>> {
    sqlx::query_as!(
        PartyRow,
        "select id, part, account_id, particulars_sealed from spark_case_party where case_id = $1 order by part",
        case
    )
    .fetch_all(db)
    .await
}

/// The sealed key of a case: `Some(None)` of one that was destroyed.
pub async fn key(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<Option<Vec<u8>>>> {
    sqlx::query_scalar!("select key_sealed from spark_case_key where case_id = $1", case).fetch_optional(db).await
}

/// Destroys the key of a case, what finds its patient, and what was sent with its papers. `false` when it was destroyed before.
pub async fn destroy_key(db: &mut PgConnection, case: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_case_key set key_sealed = null, destroyed_at = $2 where case_id = $1 and key_sealed is not null",
        case,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update spark_case set patient_index = null where id = $1", case).execute(&mut *db).await?;
    // (Only once the key is destroyed does the database let papers go.)
    sqlx::query!("delete from spark_paper where application_id = $1", case).execute(&mut *db).await?;
    super::review::profiles::forget_case_ties(&mut *db, case).await?;
    super::decided::forget(&mut *db, case).await?;
    super::letters::forget(&mut *db, case).await?;
    super::objections::forget(&mut *db, case, now).await?;
    super::clawbacks::forget(&mut *db, case).await?;
    crate::ledger::said::forget(&mut *db, case).await?;
    sqlx::query!("update spark_case_party set account_id = null where case_id = $1", case).execute(&mut *db).await?;
    super::due::remove_application(db, case).await?;
    Ok(done.rows_affected() == 1)
}

/// What there is of a case's award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwardRow {
    /// Which.
    pub id: Uuid,
    /// In fen.
    pub amount: i64,
    /// Money of it is kept.
    pub reserved: bool,
}

/// The award that is kept for a case, or all paid.
pub async fn award(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<AwardRow>> {
    sqlx::query_as!(
        AwardRow,
        r#"select id, amount, state = 'reserved' as "reserved!" from ledger_award
           where case_id = $1 and state in ('reserved', 'fulfilled')"#,
        case
    )
    .fetch_optional(db)
    .await
}

/// Whether something was paid for a case, is on its way, or may have been.
pub async fn is_paid(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from ledger_award a join ledger_payment p on p.award_id = a.id
             where a.case_id = $1 and p.state in ('released', 'sent', 'settled', 'in_doubt')) as "paid!""#,
        case
    )
    .fetch_one(db)
    .await
}

/// Live cases of the families an account acts for: whoever helps them with the form may leave.
pub async fn live_of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select distinct c.id from spark_case_party p join spark_case c on c.id = p.case_id
         where p.account_id = $1 and p.part in ('applicant', 'guardian')
           and c.state not in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')",
        account
    )
    .fetch_all(db)
    .await
}

/// A case an account takes part in, as far as it is told of.
#[derive(Debug, Clone)]
pub struct OwnRow {
    /// Eight characters, without the dash.
    pub reference: String,
    /// The part's word.
    pub part: String,
    /// The stored word of its state.
    pub state: String,
    /// When it came.
    pub opened_at: SqlTimestamp,
}

/// The cases an account takes part in, the newest first.
pub async fn of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<OwnRow>> {
    sqlx::query_as!(
        OwnRow,
        "select c.reference, p.part, c.state, c.opened_at from spark_case_party p join spark_case c on c.id = p.case_id
         where p.account_id = $1 order by c.opened_at desc, c.id",
        account
    )
    .fetch_all(db)
    .await
}

/// Takes an account out of every case it takes part in.
pub async fn leave(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!("update spark_case_party set account_id = null where account_id = $1", account);
    Ok(done.execute(db).await?.rows_affected())
}

/// Every way the database lets a case go: from, by, to.
pub async fn ways(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(String, String, String)>> {
    let rows = sqlx::query!("select from_state, event, to_state from spark_way order by 1, 2, 3");
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.from_state, row.event, row.to_state)).collect())
}
