//! Sessions that need no booking (免预约): saying so of a session, the note the public reads, and taking it back. The act itself:
//! [`super::acts`].

use jiff_sqlx::{Date, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// An act passes over one of its sessions, which is closed or over: nobody was told to just come, so that nobody is excused
/// for it. The caller holds the session's lock.
pub async fn pass_over(db: &mut PgConnection, act: Uuid, session: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update open_door_session set state = 'void' where open_door_id = $1 and session_id = $2 and state = 'open'",
        act,
        session
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What stays booked of a session that needs no booking.
#[derive(Debug, Clone, Copy)]
pub struct StandingRow {
    /// Confirmed bookings.
    pub bookings: i64,
    /// Their people.
    pub people: i64,
}

/// A session needs no booking from now on: nobody's form keeps places any more, and what is booked stays. The caller holds
/// the session's lock.
pub async fn set(db: &mut PgConnection, session: Uuid, act: Uuid) -> sqlx::Result<StandingRow> {
    sqlx::query!(
        "with freed as (delete from hold where session_id = $1)
         update session set open_door_id = $2, version = version + 1 where id = $1",
        session,
        act
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_as!(
        StandingRow,
        r#"select count(*) as "bookings!", coalesce(sum(people), 0) as "people!" from booking
           where session_id = $1 and state = 'confirmed'"#,
        session
    )
    .fetch_one(db)
    .await
}

/// A session needs bookings again, if nobody changed it since `version`, where one is named; no act that has yet to reach it
/// will. Answers whether it needed none. The caller holds the session's lock.
pub async fn take_back(
    db: &mut PgConnection,
    session: Uuid,
    version: Option<i32>,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update session set open_door_id = null, version = version + 1
         where id = $1 and open_door_id is not null and ($2::integer is null or version = $2)",
        session,
        version
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update open_door_session set ended_at = $2, state = case state when 'open' then 'void' else state end
         where session_id = $1 and ended_at is null",
        session,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// A day needs bookings again, whatever sessions are made on it from now on, and no act reaches those it has not reached yet.
/// Answers how many those were.
pub async fn end_day(db: &mut PgConnection, activity: Uuid, day: Date, now: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with ended as (
           update open_door set ended_at = $3 where activity_id = $1 and day = $2 and ended_at is null returning id)
         update open_door_session set state = 'void', ended_at = $3
         where state = 'open' and (open_door_id in (select id from ended) or session_id in (
           select id from session where activity_id = $1 and (starts_at at time zone 'Asia/Shanghai')::date = $2))",
        activity,
        day as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// No act that has yet to reach these sessions will, where none has: one that needs no booking already is taken back under
/// its lock. Answers how many sessions of acts those were.
pub async fn end_pending(db: &mut PgConnection, sessions: &[Uuid], now: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update open_door_session set state = 'void', ended_at = $2
         where session_id = any($1) and state = 'open' and exists (
           select from session s where s.id = session_id and s.open_door_id is null)",
        sessions,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Sessions that were just made on a day that needs no booking need none either. The caller holds the activity's lock.
pub async fn follow_their_day(db: &mut PgConnection, activity: Uuid, fresh: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "with fresh as (
           select s.id, d.id as act from session s
           join lateral (select o.id from open_door o
                         where o.activity_id = s.activity_id and o.ended_at is null
                           and o.day = (s.starts_at at time zone 'Asia/Shanghai')::date
                         order by o.created_at desc, o.id desc limit 1) d on true
           where s.activity_id = $1 and s.id = any($2) and s.open_door_id is null),
         noted as (
           insert into open_door_session (open_door_id, session_id, state) select act, id, 'done' from fresh)
         update session s set open_door_id = fresh.act from fresh where s.id = fresh.id",
        activity,
        fresh
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What staff wrote to a session that needs no booking.
#[derive(Debug, Clone)]
pub struct NoteRow {
    /// Session.
    pub session_id: Uuid,
    /// In Chinese.
    pub note_zh: String,
    /// In English.
    pub note_en: String,
}

/// What staff wrote to the sessions of an activity that need no booking and begin after an instant, where they wrote anything.
pub async fn notes(db: &mut PgConnection, activity: Uuid, from: jiff::Timestamp) -> sqlx::Result<Vec<NoteRow>> {
    sqlx::query_as!(
        NoteRow,
        "select s.id as session_id, o.note_zh, o.note_en from session s join open_door o on o.id = s.open_door_id
         where s.activity_id = $1 and s.starts_at >= $2 and o.note_zh <> ''",
        activity,
        from.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The same of one session.
pub async fn note(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Option<NoteRow>> {
    sqlx::query_as!(
        NoteRow,
        "select s.id as session_id, o.note_zh, o.note_en from session s join open_door o on o.id = s.open_door_id
         where s.id = $1 and o.note_zh <> ''",
        session
    )
    .fetch_optional(db)
    .await
}

/// What a session is at this moment.
#[derive(Debug, Clone, Copy)]
pub struct DoorRow {
    /// The house closed it.
    pub closed: bool,
    /// Nobody needs a booking.
    pub open_door: bool,
    /// So does every session of its activity on its day.
    pub whole_day: bool,
}

/// Whether a session needs bookings at this moment, and whether its day does.
pub async fn door(db: &mut PgConnection, session: Uuid, now: jiff::Timestamp) -> sqlx::Result<Option<DoorRow>> {
    sqlx::query_as!(
        DoorRow,
        r#"select s.state <> 'open' as "closed!", s.open_door_id is not null and s.state = 'open' as "open_door!",
                  not exists (
                    select from session o
                    where o.activity_id = s.activity_id and (o.open_door_id is null or o.state <> 'open') and o.ends_at > $2
                      and o.starts_at >= date_trunc('day', s.starts_at, 'Asia/Shanghai')
                      and o.starts_at < date_trunc('day', s.starts_at, 'Asia/Shanghai') + interval '1 day') as "whole_day!"
           from session s where s.id = $1"#,
        session,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// The sessions a party is told, in this moment, to just come to: those it waited for that the act freed, where it is known,
/// and that need no booking now and are not over. Noted with its wishes, so that it hears of it should that end, whatever has
/// become of its waiting. In their order.
pub async fn tell(
    db: &mut PgConnection,
    entry: Uuid,
    act: Option<Uuid>,
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with told as (
             update waiting_wish w set told_to_come = true from session s
             where w.waiting_id = $1 and w.open_door and s.id = w.session_id and s.open_door_id is not null
               and s.state = 'open' and s.ends_at > $3
               and ($2::uuid is null or exists (
                 select from open_door_session o where o.open_door_id = $2 and o.session_id = s.id and o.state = 'done'
                   and o.ended_at is null))
             returning s.id, s.starts_at)
           select id as "id!" from told order by starts_at, id"#,
        entry,
        act,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A party has been told to just come to a session, as far as is known: a server of before does not note it.
pub async fn was_told(db: &mut PgConnection, session: Uuid, entry: Uuid) -> sqlx::Result<bool> {
    let told = sqlx::query_scalar!(
        r#"select told_to_come is not false as "told!" from waiting_wish where session_id = $1 and waiting_id = $2"#,
        session,
        entry
    );
    Ok(told.fetch_optional(db).await?.unwrap_or(false))
}

/// Parties are told that they need not wait for a session. Noted with the wish, so that they can be told otherwise.
pub async fn note_told(db: &mut PgConnection, session: Uuid, entries: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "update waiting_wish set open_door = true, told_to_come = false where session_id = $1 and waiting_id = any($2)",
        session,
        entries
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A party that need not wait for a session any more and is told otherwise.
#[derive(Debug, Clone, Copy)]
pub struct ToldRow {
    /// The party.
    pub id: Uuid,
    /// It is told with another session that is still to come.
    pub later: bool,
}

/// The parties that need not wait for a session any more, and are told otherwise: all whose waiting ended with that or goes
/// on, and of the others (who left, declined or booked elsewhere) those whom the message may have reached. Marked are those
/// that will be told, by the same measure, with another of the `later` sessions. Nobody is named twice.
pub async fn told(db: &mut PgConnection, session: Uuid, later: &[Uuid]) -> sqlx::Result<Vec<ToldRow>> {
    sqlx::query_as!(
        ToldRow,
        r#"with cleared as (
             update waiting_wish set open_door = false where session_id = $1 and open_door returning waiting_id, told_to_come)
           select e.id as "id!", exists (
             select from waiting_wish o where o.waiting_id = e.id and o.open_door and o.session_id = any($2)
               and (o.told_to_come is not false or e.state in ('not_needed', 'waiting', 'offered'))) as "later!"
           from cleared c join waiting_entry e on e.id = c.waiting_id
           where c.told_to_come is not false or e.state in ('not_needed', 'waiting', 'offered')
           order by e.id"#,
        session,
        later
    )
    .fetch_all(db)
    .await
}
