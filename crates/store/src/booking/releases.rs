//! Releases and the tickets of those who wait for them. Who moves a line on has locked its row.

use crate::SqlTimestamp;
use jiff_sqlx::{Date, Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A release with the numbers of its line.
#[derive(Debug, Clone)]
pub struct ReleaseRow {
    /// Release.
    pub id: Uuid,
    /// Whose sessions.
    pub activity_id: Uuid,
    /// Their day.
    pub day: Date,
    /// Staff planned it.
    pub planned: bool,
    /// When booking opens.
    pub opens_at: Timestamp,
    /// From when tickets are given out.
    pub early_from: Timestamp,
    /// Until when those who come are drawn.
    pub draw_until: Timestamp,
    /// From when nobody is asked for a ticket.
    pub ends_at: Timestamp,
    /// domain::booking::Room.
    pub room: String,
    /// So many need no room.
    pub calm: i32,
    /// The most people a minute.
    pub most: i32,
    /// SHA-256 of the seed.
    pub commitment: Vec<u8>,
    /// When it stood here first.
    pub committed_at: Timestamp,
    /// Tickets given out.
    pub arrived: i32,
    /// Places of the line that were let in.
    pub admitted: i32,
    /// The draw is of the tickets after this one …
    pub drawn_from: Option<i32>,
    /// … up to this one.
    pub drawn_to: Option<i32>,
    /// People a minute, as measured.
    pub pace: i32,
    /// Up to when people were let in.
    pub advanced_at: Timestamp,
    /// When the pace was measured.
    pub paced_at: Timestamp,
    /// What the database's clock says.
    pub now: Timestamp,
}

/// A ticket.
#[derive(Debug, Clone)]
pub struct TicketRow {
    /// Of which release.
    pub release_id: Uuid,
    /// Whose: keyed hash of a browser's token.
    pub visitor_hash: Vec<u8>,
    /// Ticket.
    pub id: Uuid,
    /// Its number, from 1 in the order they were given out.
    pub number: i32,
    /// The session chosen last.
    pub session_id: Uuid,
    /// For so many.
    pub people: i32,
    /// How often it was used.
    pub entries: i32,
}

/// What opens of the activity on a day is there, once: a release that is there already stays as it is.
pub async fn add(db: &mut PgConnection, fresh: &ReleaseRow) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into release (id, activity_id, day, planned, opens_at, early_from, draw_until, ends_at, room, calm, most,
                              commitment, committed_at, drawn_from, pace, advanced_at, paced_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (activity_id, day) do nothing",
        fresh.id,
        fresh.activity_id,
        fresh.day as Date,
        fresh.planned,
        fresh.opens_at as Timestamp,
        fresh.early_from as Timestamp,
        fresh.draw_until as Timestamp,
        fresh.ends_at as Timestamp,
        fresh.room,
        fresh.calm,
        fresh.most,
        fresh.commitment,
        fresh.committed_at as Timestamp,
        fresh.drawn_from,
        fresh.pace,
        fresh.advanced_at as Timestamp,
        fresh.paced_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Releases that have not ended at `now`, those that open first first.
pub async fn current(db: impl PgExecutor<'_>, now: jiff::Timestamp) -> sqlx::Result<Vec<ReleaseRow>> {
    sqlx::query_as!(
        ReleaseRow,
        r#"select id, activity_id, day as "day: Date", planned, opens_at as "opens_at: Timestamp",
                  early_from as "early_from: Timestamp", draw_until as "draw_until: Timestamp",
                  ends_at as "ends_at: Timestamp", room, calm, most, commitment,
                  committed_at as "committed_at: Timestamp", arrived, admitted, drawn_from, drawn_to, pace,
                  advanced_at as "advanced_at: Timestamp", paced_at as "paced_at: Timestamp",
                  clock_timestamp() as "now!: Timestamp"
           from release where ends_at > $1 order by opens_at, id"#,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await
}

/// Releases of an activity that ended before `now`, the last first.
pub async fn past(
    db: impl PgExecutor<'_>,
    activity: Uuid,
    now: jiff::Timestamp,
    most: i64,
) -> sqlx::Result<Vec<ReleaseRow>> {
    sqlx::query_as!(
        ReleaseRow,
        r#"select id, activity_id, day as "day: Date", planned, opens_at as "opens_at: Timestamp",
                  early_from as "early_from: Timestamp", draw_until as "draw_until: Timestamp",
                  ends_at as "ends_at: Timestamp", room, calm, most, commitment,
                  committed_at as "committed_at: Timestamp", arrived, admitted, drawn_from, drawn_to, pace,
                  advanced_at as "advanced_at: Timestamp", paced_at as "paced_at: Timestamp",
                  clock_timestamp() as "now!: Timestamp"
           from release where activity_id = $1 and ends_at <= $2 and arrived > 0 order by opens_at desc, id limit $3"#,
        activity,
        now.to_sqlx() as SqlTimestamp,
        most
    )
    .fetch_all(db)
    .await
}

/// A release.
pub async fn release(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ReleaseRow>> {
    sqlx::query_as!(
        ReleaseRow,
        r#"select id, activity_id, day as "day: Date", planned, opens_at as "opens_at: Timestamp",
                  early_from as "early_from: Timestamp", draw_until as "draw_until: Timestamp",
                  ends_at as "ends_at: Timestamp", room, calm, most, commitment,
                  committed_at as "committed_at: Timestamp", arrived, admitted, drawn_from, drawn_to, pace,
                  advanced_at as "advanced_at: Timestamp", paced_at as "paced_at: Timestamp",
                  clock_timestamp() as "now!: Timestamp"
           from release where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// A release, locked until the transaction ends. The clock is read when the lock is there, not when it was asked for.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ReleaseRow>> {
    let found = sqlx::query_scalar!("select id from release where id = $1 for update", id);
    if found.fetch_optional(&mut *db).await?.is_none() {
        return Ok(None);
    }
    release(db, id).await
}

/// The release of an activity's day, locked.
pub async fn lock_of_day(db: &mut PgConnection, activity: Uuid, day: Date) -> sqlx::Result<Option<ReleaseRow>> {
    let found = sqlx::query_scalar!(
        "select id from release where activity_id = $1 and day = $2 for update",
        activity,
        day as Date
    );
    match found.fetch_optional(&mut *db).await? {
        Some(id) => release(db, id).await,
        None => Ok(None),
    }
}

/// Writes where the line of a locked release is now.
pub async fn set_line(db: &mut PgConnection, row: &ReleaseRow) -> sqlx::Result<()> {
    sqlx::query!(
        "update release set arrived = $2, admitted = $3, drawn_from = $4, drawn_to = $5, pace = $6, advanced_at = $7,
                            paced_at = $8
         where id = $1",
        row.id,
        row.arrived,
        row.admitted,
        row.drawn_from,
        row.drawn_to,
        row.pace,
        row.advanced_at as Timestamp,
        row.paced_at as Timestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a release away, with the tickets of its line.
pub async fn remove(db: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from release where id = $1", id).execute(db).await?;
    Ok(())
}

/// Takes back what was promised by an activity's policy of openings that nobody stands in line for, and gives out no tickets
/// yet. How many.
pub async fn take_back_promises(db: &mut PgConnection, activity: Uuid, now: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from release where activity_id = $1 and not planned and arrived = 0 and early_from > $2",
        activity,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// The tickets these browsers have of a release.
pub async fn tickets_of(db: impl PgExecutor<'_>, release: Uuid, visitors: &[Vec<u8>]) -> sqlx::Result<Vec<TicketRow>> {
    sqlx::query_as!(
        TicketRow,
        "select release_id, visitor_hash, id, number, session_id, people, entries from release_ticket
         where release_id = $1 and visitor_hash = any($2)",
        release,
        visitors
    )
    .fetch_all(db)
    .await
}

/// A ticket.
pub async fn ticket(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<TicketRow>> {
    sqlx::query_as!(
        TicketRow,
        "select release_id, visitor_hash, id, number, session_id, people, entries from release_ticket where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// Gives out tickets of a locked release.
pub async fn add_tickets(db: &mut PgConnection, now: jiff::Timestamp, fresh: &[TicketRow]) -> sqlx::Result<()> {
    let column = |of: fn(&TicketRow) -> Uuid| fresh.iter().map(of).collect::<Vec<_>>();
    let number = |of: fn(&TicketRow) -> i32| fresh.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "insert into release_ticket (release_id, visitor_hash, id, number, session_id, people, entries, arrived_at)
         select fresh.*, $8 from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::int[], $5::uuid[], $6::int[], $7::int[])
           as fresh",
        &column(|row| row.release_id),
        &fresh.iter().map(|row| row.visitor_hash.clone()).collect::<Vec<_>>(),
        &column(|row| row.id),
        &number(|row| row.number),
        &column(|row| row.session_id),
        &number(|row| row.people),
        &number(|row| row.entries),
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps what somebody in the line has chosen last.
pub async fn choose(db: impl PgExecutor<'_>, ticket: Uuid, session: Uuid, people: i32) -> sqlx::Result<()> {
    sqlx::query!("update release_ticket set session_id = $2, people = $3 where id = $1", ticket, session, people)
        .execute(db)
        .await?;
    Ok(())
}

/// Uses a ticket that may be used `most` times. Answers whether it could be used once more.
pub async fn enter(db: impl PgExecutor<'_>, ticket: Uuid, most: i32) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update release_ticket set entries = entries + 1 where id = $1 and entries < $2", ticket, most);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Gives a use of a ticket back.
pub async fn give_back(db: impl PgExecutor<'_>, ticket: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update release_ticket set entries = greatest(entries - 1, 0) where id = $1", ticket)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets the tickets of releases that ended before `instant`. Their numbers stay, so that a draw can be checked.
pub async fn forget_tickets(db: impl PgExecutor<'_>, instant: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from release_ticket using release where release.id = release_id and ends_at < $1",
        instant.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected())
}
