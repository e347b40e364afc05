//! Schedules by which staff are told of exports, what was sent by them, and who may fetch it.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A schedule as stored.
#[derive(Debug, Clone)]
pub struct ScheduleRow {
    /// Which.
    pub id: Uuid,
    /// Who vouches for it.
    pub owner_id: Uuid,
    /// `numbers`, `bookings`.
    pub what: String,
    /// `museum`, `events`.
    pub subject: String,
    /// `week`, `month`, `quarter`.
    pub span: String,
    /// `csv`, `xlsx`.
    pub format: String,
    /// `week`, `month`.
    pub every: String,
    /// Of the week or of the month.
    pub day: i16,
    /// Of Shandong.
    pub hour: i16,
    /// Why, of bookings.
    pub reason: Option<String>,
    /// `active`, `paused`, `ended`.
    pub state: String,
    /// `staff`, `owner`.
    pub paused_for: Option<String>,
    /// When it is due next.
    pub next_at: SqlTimestamp,
    /// Counts changes.
    pub version: i32,
}

/// What a schedule says, to be written.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Which.
    pub id: Uuid,
    /// Who vouches for it.
    pub owner_id: Uuid,
    /// `numbers`, `bookings`.
    pub what: &'a str,
    /// `museum`, `events`.
    pub subject: &'a str,
    /// `week`, `month`, `quarter`.
    pub span: &'a str,
    /// `csv`, `xlsx`.
    pub format: &'a str,
    /// `week`, `month`.
    pub every: &'a str,
    /// Of the week or of the month.
    pub day: i16,
    /// Of Shandong.
    pub hour: i16,
    /// Why, of bookings.
    pub reason: Option<&'a str>,
    /// When it is due next.
    pub next_at: Timestamp,
    /// Who is told.
    pub recipients: &'a [Uuid],
}

/// Adds a schedule. `false` when the form was sent before.
pub async fn add(db: &mut PgConnection, new: &Wanted<'_>, now: Timestamp) -> sqlx::Result<bool> {
    write(db, new, false, now).await
}

/// Writes what a schedule says now, and who vouches for it. What is paused stays paused, for want of an owner no longer.
pub async fn change(db: &mut PgConnection, new: &Wanted<'_>, now: Timestamp) -> sqlx::Result<()> {
    write(db, new, true, now).await.map(drop)
}

/// Writes a schedule down: a new one, or (`over`) what one that is there says now. `false` where it is there and stays as it is.
async fn write(db: &mut PgConnection, new: &Wanted<'_>, over: bool, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into export_schedule as s
           (id, owner_id, what, subject, span, format, every, day, hour, reason, next_at, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12)
         on conflict (id) do update set
           (owner_id, what, subject, span, format, every, day, hour, reason, next_at, version, paused_for)
           = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, s.version + 1, case when s.state = 'paused' then 'staff' end)
         where $13",
        new.id,
        new.owner_id,
        new.what,
        new.subject,
        new.span,
        new.format,
        new.every,
        new.day,
        new.hour,
        new.reason,
        new.next_at.to_sqlx() as SqlTimestamp,
        now.to_sqlx() as SqlTimestamp,
        over,
    )
    .execute(&mut *db)
    .await?;
    let written = done.rows_affected() == 1;
    if written {
        set_recipients(db, new.id, new.recipients).await?;
    }
    Ok(written)
}

async fn set_recipients(db: &mut PgConnection, schedule: Uuid, accounts: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("delete from export_recipient where schedule_id = $1", schedule).execute(&mut *db).await?;
    sqlx::query!(
        "insert into export_recipient (schedule_id, account_id) select $1, one from unnest($2::uuid[]) as one
         on conflict do nothing",
        schedule,
        accounts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a schedule rest, go on or end. One that goes on is due at `next_at`.
pub async fn set_state(
    db: impl PgExecutor<'_>,
    id: Uuid,
    state: &str,
    paused_for: Option<&str>,
    next_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update export_schedule set state = $2, paused_for = $3, next_at = $4, version = version + 1 where id = $1",
        id,
        state,
        paused_for,
        next_at.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who vouches for a schedule.
pub async fn set_owner(db: impl PgExecutor<'_>, id: Uuid, owner: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update export_schedule set owner_id = $2 where id = $1", id, owner).execute(db).await?;
    Ok(())
}

/// When a schedule is due next.
pub async fn set_next(db: impl PgExecutor<'_>, id: Uuid, next_at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update export_schedule set next_at = $2 where id = $1", id, next_at.to_sqlx() as SqlTimestamp)
        .execute(db)
        .await?;
    Ok(())
}

/// Schedules, narrowed and ordered by the tail.
macro_rules! schedules {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            ScheduleRow,
            "select id, owner_id, what, subject, span, format, every, day, hour, reason, state, paused_for, next_at, version
             from export_schedule " + $tail
            $(, $arg)*
        )
    };
}

/// The schedules that have not ended, the next one first.
pub async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ScheduleRow>> {
    schedules!("where state <> 'ended' order by state, next_at, id").fetch_all(db).await
}

/// A schedule.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ScheduleRow>> {
    schedules!("where id = $1", id).fetch_optional(db).await
}

/// A schedule, locked until the transaction ends.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ScheduleRow>> {
    schedules!("where id = $1 for update", id).fetch_optional(db).await
}

/// The schedules that are due.
pub async fn due(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from export_schedule where state = 'active' and next_at <= $1 order by next_at, id limit 100",
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await
}

/// Who is told, by schedule.
pub async fn recipients(db: impl PgExecutor<'_>, schedules: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select schedule_id, account_id from export_recipient where schedule_id = any ($1) order by schedule_id, account_id",
        schedules
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.schedule_id, row.account_id)).collect())
}

/// A member of staff as somebody who might be told.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Who.
    pub id: Uuid,
    /// The name, sealed for the account.
    pub name_sealed: Option<Vec<u8>>,
    /// The address, sealed for the account.
    pub mail_sealed: Option<Vec<u8>>,
    /// The language of messages.
    pub locale: String,
    /// The stored names of the roles.
    pub roles: Vec<String>,
    /// The account has not ended.
    pub live: bool,
}

/// Members of staff, narrowed and ordered by the tail.
macro_rules! people {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            PersonRow,
            r#"select a.id, a.name_sealed, a.mail_sealed, a.locale, a.deleted_at is null as "live!",
                      array(select role from account_role r where r.account_id = a.id order by role) as "roles!"
               from account a where a.kind = 'staff' "# + $tail
            $(, $arg)*
        )
    };
}

/// The staff whose accounts are live, and whoever else of these.
pub async fn people(db: impl PgExecutor<'_>, besides: &[Uuid]) -> sqlx::Result<Vec<PersonRow>> {
    people!("and (a.deleted_at is null or a.id = any ($1)) order by a.id", besides).fetch_all(db).await
}

/// One of the staff.
pub async fn person(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<PersonRow>> {
    people!("and a.id = $1", id).fetch_optional(db).await
}

/// A sending to write down.
#[derive(Debug, Clone, Copy)]
pub struct NewRun {
    /// Which.
    pub id: Uuid,
    /// Of which schedule.
    pub schedule: Uuid,
    /// The instant it was due.
    pub due_at: Timestamp,
    /// Somebody pressed a button.
    pub by_hand: bool,
    /// Its first day.
    pub first: civil::Date,
    /// Its last day.
    pub last: civil::Date,
    /// Until when its link is good.
    pub open_until: Timestamp,
}

/// Writes a sending down, with what its schedule says and whom it tells now. `false` when it is there already.
pub async fn add_run(db: &mut PgConnection, run: NewRun, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into export_run (id, schedule_id, due_at, by_hand, what, subject, format, reason, first_day, last_day, made_at,
                                 open_until)
         select $1, s.id, $3, $4, s.what, s.subject, s.format, s.reason, $5, $6, $7, $8
         from export_schedule s where s.id = $2 on conflict do nothing",
        run.id,
        run.schedule,
        run.due_at.to_sqlx() as SqlTimestamp,
        run.by_hand,
        run.first.to_sqlx() as SqlDate,
        run.last.to_sqlx() as SqlDate,
        now.to_sqlx() as SqlTimestamp,
        run.open_until.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    let added = done.rows_affected() == 1;
    if added {
        sqlx::query!(
            "insert into export_run_recipient (run_id, account_id, outcome)
             select $1, account_id, 'waiting' from export_recipient where schedule_id = $2",
            run.id,
            run.schedule,
        )
        .execute(db)
        .await?;
    }
    Ok(added)
}

/// A sending as stored.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Which.
    pub id: Uuid,
    /// Of which schedule.
    pub schedule_id: Uuid,
    /// The instant it was due.
    pub due_at: SqlTimestamp,
    /// Somebody pressed a button.
    pub by_hand: bool,
    /// `numbers`, `bookings`.
    pub what: String,
    /// `museum`, `events`.
    pub subject: String,
    /// `csv`, `xlsx`.
    pub format: String,
    /// Why, of bookings.
    pub reason: Option<String>,
    /// Its first day.
    pub first_day: SqlDate,
    /// Its last day.
    pub last_day: SqlDate,
    /// Until when its link is good.
    pub open_until: SqlTimestamp,
}

/// Sendings, narrowed and ordered by the tail.
macro_rules! sendings {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            RunRow,
            "select id, schedule_id, due_at, by_hand, what, subject, format, reason, first_day, last_day, open_until
             from export_run " + $tail
            $(, $arg)*
        )
    };
}

/// A sending.
pub async fn run(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<RunRow>> {
    sendings!("where id = $1", id).fetch_optional(db).await
}

/// The latest sendings of a schedule.
pub async fn runs(db: impl PgExecutor<'_>, schedule: Uuid, most: i64) -> sqlx::Result<Vec<RunRow>> {
    sendings!("where schedule_id = $1 order by due_at desc limit $2", schedule, most).fetch_all(db).await
}

/// How it went with one of those who were to be told.
#[derive(Debug, Clone)]
pub struct ToldRow {
    /// Of which sending.
    pub run_id: Uuid,
    /// Who.
    pub account_id: Uuid,
    /// `waiting`, `told`, `not_allowed`, `no_address`, `ended`, `owner`, `undeliverable`.
    pub outcome: String,
    /// When the file was fetched first.
    pub fetched_at: Option<SqlTimestamp>,
}

/// How it went with everybody of some sendings.
pub async fn told(db: impl PgExecutor<'_>, runs: &[Uuid]) -> sqlx::Result<Vec<ToldRow>> {
    sqlx::query_as!(
        ToldRow,
        "select run_id, account_id, outcome, fetched_at from export_run_recipient where run_id = any ($1)
         order by run_id, account_id",
        runs
    )
    .fetch_all(db)
    .await
}

/// Says how it went, once: `false` when that was said before. What could not be delivered may still be, when staff try again.
pub async fn settle(db: impl PgExecutor<'_>, run: Uuid, account: Uuid, outcome: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update export_run_recipient set outcome = $3
         where run_id = $1 and account_id = $2 and outcome in ('waiting', 'undeliverable') and outcome <> $3",
        run,
        account,
        outcome
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lets those whom the mail of a sending did not reach wait for another. Answers who.
pub async fn wait_again(db: impl PgExecutor<'_>, run: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "update export_run_recipient set outcome = 'waiting'
         where run_id = $1 and outcome = 'undeliverable' and fetched_at is null returning account_id",
        run
    )
    .fetch_all(db)
    .await
}

/// Notes the first time that somebody fetched the file.
pub async fn fetched(db: impl PgExecutor<'_>, run: Uuid, account: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update export_run_recipient set fetched_at = $3
         where run_id = $1 and account_id = $2 and fetched_at is null",
        run,
        account,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets sendings of before an instant; the audit trail has them.
pub async fn remove_before(db: impl PgExecutor<'_>, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from export_run where made_at < $1", before.to_sqlx() as SqlTimestamp);
    Ok(done.execute(db).await?.rows_affected())
}
