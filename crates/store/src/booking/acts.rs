//! Acts of staff over sessions: closing them, and saying that they need no booking. What is the same of both: the act with
//! its form's key and its two texts, and which sessions it has still to reach.
//!
//! Each kind keeps tables of its own: sessions and bookings name the closure that ended them, and servers of before write
//! both, so that one table would need a view, triggers or a second writing for as long as they run. The statements are
//! written once here and checked for each.

use jiff_sqlx::{Date, Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// One act.
#[derive(Debug, Clone)]
pub struct ActRow {
    /// Also the key of the form it came from.
    pub id: Uuid,
    /// Activity.
    pub activity_id: Uuid,
    /// The whole day, or `None` for sessions that were named.
    pub day: Option<Date>,
    /// What the public reads, in Chinese.
    pub text_zh: String,
    /// What the public reads, in English.
    pub text_en: String,
}

/// The tables of one kind of act.
pub trait Tables {
    /// Adds an act unless its key is known. Answers whether it is new.
    fn add(
        db: &mut PgConnection,
        now: jiff::Timestamp,
        fresh: &ActRow,
        by: Option<Uuid>,
    ) -> impl Future<Output = sqlx::Result<bool>> + Send;

    /// An act.
    fn act(db: &mut PgConnection, id: Uuid) -> impl Future<Output = sqlx::Result<Option<ActRow>>> + Send;

    /// Writes which sessions an act is to reach.
    fn add_targets(
        db: &mut PgConnection,
        act: Uuid,
        sessions: &[Uuid],
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// The sessions an act has still to reach.
    fn targets(db: &mut PgConnection, act: Uuid) -> impl Future<Output = sqlx::Result<Vec<Uuid>>> + Send;

    /// Every session an act is, or was, to reach.
    fn all_targets(db: &mut PgConnection, act: Uuid) -> impl Future<Output = sqlx::Result<Vec<Uuid>>> + Send;

    /// An act reaches one of its sessions: once, and not after that was taken back. The caller holds the session's lock.
    fn settle(db: &mut PgConnection, act: Uuid, session: Uuid) -> impl Future<Output = sqlx::Result<bool>> + Send;
}

macro_rules! tables {
    ($(#[$doc:meta])* $kind:ident, $act:literal, $reached:literal, $id:literal, $zh:literal, $en:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}

        impl Tables for $kind {
            async fn add(
                db: &mut PgConnection,
                now: jiff::Timestamp,
                fresh: &ActRow,
                by: Option<Uuid>,
            ) -> sqlx::Result<bool> {
                let done = sqlx::query!(
                    "insert into " + $act + " (id, activity_id, day, " + $zh + ", " + $en + ", created_at, created_by)
                     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
                    fresh.id,
                    fresh.activity_id,
                    fresh.day as _,
                    fresh.text_zh,
                    fresh.text_en,
                    now.to_sqlx() as _,
                    by
                )
                .execute(db)
                .await?;
                Ok(done.rows_affected() == 1)
            }

            async fn act(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ActRow>> {
                sqlx::query_as!(
                    ActRow,
                    "select id, activity_id, day as \"day: Date\", " + $zh + " as text_zh, " + $en + " as text_en from " + $act
                        + " where id = $1",
                    id
                )
                .fetch_optional(db)
                .await
            }

            async fn add_targets(db: &mut PgConnection, act: Uuid, sessions: &[Uuid]) -> sqlx::Result<()> {
                sqlx::query!(
                    "insert into " + $reached + " (" + $id + ", session_id, state)
                     select $1, wanted, 'open' from unnest($2::uuid[]) as wanted",
                    act,
                    sessions
                )
                .execute(db)
                .await?;
                Ok(())
            }

            async fn targets(db: &mut PgConnection, act: Uuid) -> sqlx::Result<Vec<Uuid>> {
                sqlx::query_scalar!(
                    "select session_id from " + $reached + " where " + $id + " = $1 and state = 'open' order by session_id",
                    act
                )
                .fetch_all(db)
                .await
            }

            async fn all_targets(db: &mut PgConnection, act: Uuid) -> sqlx::Result<Vec<Uuid>> {
                sqlx::query_scalar!(
                    "select session_id from " + $reached + " where " + $id + " = $1 order by session_id",
                    act
                )
                .fetch_all(db)
                .await
            }

            async fn settle(db: &mut PgConnection, act: Uuid, session: Uuid) -> sqlx::Result<bool> {
                let done = sqlx::query!(
                    "update " + $reached + " set state = 'done' where " + $id + " = $1 and session_id = $2 and state = 'open'",
                    act,
                    session
                )
                .execute(db)
                .await?;
                Ok(done.rows_affected() == 1)
            }
        }
    };
}

tables!(
    /// Closing sessions.
    Closures, "closure", "closure_session", "closure_id", "reason_zh", "reason_en"
);
tables!(
    /// Saying that sessions need no booking.
    OpenDoors, "open_door", "open_door_session", "open_door_id", "note_zh", "note_en"
);

/// Locks an activity, so that making sessions from templates and an act over a day never overlook each other.
pub async fn lock_activity(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<()> {
    sqlx::query!("select id from activity where id = $1 for no key update", activity).fetch_optional(db).await?;
    Ok(())
}

/// Whether an activity is an event: what has dates of its own, not templates.
pub async fn is_event(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from activity where id = $1 and kind = 'event') as "event!""#,
        activity
    )
    .fetch_one(db)
    .await
}

/// Whom an act touches.
#[derive(Debug, Clone)]
pub struct TouchedRow {
    /// Session.
    pub id: Uuid,
    /// Its activity.
    pub activity_id: Uuid,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// `open`, `closed`.
    pub state: String,
    /// Nobody needs a booking.
    pub open_door: bool,
    /// Confirmed bookings.
    pub bookings: i64,
    /// Their people.
    pub people: i64,
    /// Of those bookings, how many left neither phone nor address.
    pub unreachable: i64,
    /// People who came already.
    pub arrived: i64,
    /// Places kept for somebody who is filling in the form.
    pub held: i64,
    /// Parties on the waiting list.
    pub waiting: i64,
}

/// Whom an act would touch: one session, or the sessions of an activity that begin in `from..until`.
pub async fn touched(
    db: &mut PgConnection,
    activity: Uuid,
    session: Option<Uuid>,
    (from, until): (jiff::Timestamp, jiff::Timestamp),
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<TouchedRow>> {
    sqlx::query_as!(
        TouchedRow,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.state, s.open_door_id is not null as "open_door!",
                  coalesce(b.bookings, 0) as "bookings!", coalesce(b.people, 0) as "people!",
                  coalesce(b.unreachable, 0) as "unreachable!", coalesce(b.arrived, 0) as "arrived!",
                  coalesce(h.people, 0) as "held!", coalesce(w.parties, 0) as "waiting!"
           from session s
           left join lateral (select count(*) as bookings, sum(people) as people, sum(arrived) as arrived,
                                     count(*) filter (where phone_sealed is null and mail_sealed is null) as unreachable
                              from booking where session_id = s.id and state = 'confirmed') b on true
           left join lateral (select sum(people) as people from hold where session_id = s.id and expires_at > $5) h on true
           left join lateral (select count(*) as parties from waiting_wish x join waiting_entry e on e.id = x.waiting_id
                              where x.session_id = s.id and not x.over) w on true
           where s.activity_id = $1 and case when $2::uuid is null then s.starts_at >= $3 and s.starts_at < $4 else s.id = $2 end
           order by s.starts_at, s.id"#,
        activity,
        session,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}
