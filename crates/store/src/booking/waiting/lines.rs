//! The lines of sessions: who keeps places, who waits and in which order, offers and what ran out.
//!
//! Whatever decides here is called under the session's lock. A party may wait for several sessions, so its own row is
//! locked too before it changes: [`lock_lines`] does that once for a transaction, after the sessions and the persons.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// Locks every party that waits for one of these sessions or has an offer of it, in the order of ids. A transaction over
/// several sessions names them all at once: parties wait for the same sessions, and locking them line by line would make
/// two transactions wait in a circle. Nobody joins a line without its session's lock, so that nobody is missed.
pub async fn lock_lines(db: &mut PgConnection, sessions: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "select id from waiting_entry
         where id in (select waiting_id from waiting_wish where session_id = any($1) and not over)
         order by id for no key update",
        sessions
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// People the places of a session are spoken for by, besides its bookings.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// Session.
    pub session_id: Uuid,
    /// The hold, or the entry of the waiting list.
    pub id: Uuid,
    /// People.
    pub people: i32,
    /// Of whom under 14, where a party waits.
    pub children: i32,
    /// The place in the line of a party that waits or has an offer; `None` for a hold that is alive.
    pub place: Option<i32>,
    /// The party has a live offer of this session: its places are those of the hold of the same id.
    pub offered: bool,
    /// Whose places a hold draws on: domain::booking::Pool.
    pub pool: Option<String>,
    /// Keyed hash of the party's phone or address.
    pub person: Option<Vec<u8>>,
    /// Its account, if it has one.
    pub account: Option<Uuid>,
}

/// The holds of these sessions that are alive at `now` (those of offers among them), then the parties that wait for them or
/// have an offer, session by session and in the order of the line: in one round trip, since every claim asks. A party whose
/// offer of another session has run out waits again, whether or not anybody has noted it.
pub async fn spoken_for(db: &mut PgConnection, sessions: &[Uuid], now: jiff::Timestamp) -> sqlx::Result<Vec<Spoken>> {
    sqlx::query_as!(
        Spoken,
        r#"select session_id as "session_id!", id as "id!", people as "people!", 0 as "children!",
                  null::integer as "place?", false as "offered!", pool as "pool?", null::bytea as "person?", null::uuid as "account?"
           from hold where session_id = any($1) and expires_at > $2
           union all
           (select w.session_id, e.id, e.people, e.children, w.place,
                   e.state = 'offered' and e.offered_session = w.session_id, null, coalesce(e.phone_index, e.mail_index), e.account_id
            from waiting_wish w join waiting_entry e on e.id = w.waiting_id
            where w.session_id = any($1) and not w.over
              and (e.state = 'waiting'
                   or (e.state = 'offered' and (e.offered_session = w.session_id) = (e.offer_expires_at > $2))))
           order by 1, 5 nulls first"#,
        sessions,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Whether anybody waits for one of these sessions or has an offer of it.
pub async fn anybody(db: &mut PgConnection, sessions: &[Uuid]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from waiting_wish where session_id = any($1) and not over) as "anybody!""#,
        sessions
    )
    .fetch_one(db)
    .await
}

/// The entries whose offer of a session has run out.
pub async fn run_out(db: &mut PgConnection, session: Uuid, now: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from waiting_entry where state = 'offered' and offered_session = $1 and offer_expires_at <= $2 order by id",
        session,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Every entry with a live wish for a session.
pub async fn of_session(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select waiting_id from waiting_wish where session_id = $1 and not over order by waiting_id",
        session
    )
    .fetch_all(db)
    .await
}

/// Offers places of a session to entries: each gets a hold of its own. An offer of another session that has run out is over,
/// with what was typed for it.
pub async fn offer(
    db: &mut PgConnection,
    session: Uuid,
    entries: &[Uuid],
    until: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with missed as (
           update waiting_wish w set over = true from waiting_entry e
           where e.id = any($2) and w.waiting_id = e.id and e.state = 'offered' and w.session_id = e.offered_session),
         held as (
           insert into hold (session_id, id, people, expires_at, created_at)
           select $1, id, people, $3, $4 from waiting_entry where id = any($2))
         update waiting_entry set state = 'offered', offered_session = $1, offer_expires_at = $3, offers = offers + 1,
                document_sealed = null, updated_at = $4
         where id = any($2)",
        session,
        entries,
        until.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A session somebody waits for or has an offer of, with what decides whether anything is due.
#[derive(Debug, Clone)]
pub struct WaitedFor {
    /// Session.
    pub id: Uuid,
    /// Its activity.
    pub activity_id: Uuid,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Places.
    pub capacity: i32,
    /// Of which kept for groups …
    pub group_places: i32,
    /// … until so many hours before the beginning.
    pub group_release_hours: i32,
    /// Of which kept for the house's own desk …
    pub staff_places: i32,
    /// … until so many hours before the beginning.
    pub staff_release_hours: i32,
    /// `open`, `closed`.
    pub state: String,
    /// Nobody needs a booking.
    pub open_door: bool,
    /// domain::booking::Policy.
    pub policy: serde_json::Value,
    /// People with a confirmed booking.
    pub booked: i64,
    /// Of whom drawing on the groups' places.
    pub booked_by_groups: i64,
    /// Of whom drawing on the desk's.
    pub booked_by_staff: i64,
    /// An offer of it has run out.
    pub run_out: bool,
}

/// Sessions somebody waits for or has an offer of, the soonest first. Read without a lock: what is due is decided again
/// under it.
pub async fn sessions(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<Vec<WaitedFor>> {
    sqlx::query_as!(
        WaitedFor,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity, s.state, a.policy,
                  s.open_door_id is not null as "open_door!",
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  coalesce(b.people, 0) as "booked!", coalesce(b.of_groups, 0) as "booked_by_groups!",
                  coalesce(b.of_staff, 0) as "booked_by_staff!",
                  exists (select from waiting_entry where state = 'offered' and offered_session = s.id
                            and offer_expires_at <= $1) as "run_out!"
           from session s join activity a on a.id = s.activity_id
           left join lateral (select sum(people) as people,
                                     sum(people) filter (where pool = 'group') as of_groups,
                                     sum(people) filter (where pool = 'staff') as of_staff
                              from booking where session_id = s.id and state = 'confirmed') b on true
           where exists (select from waiting_wish w where w.session_id = s.id and not w.over)
           order by s.starts_at, s.id limit 500"#,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A line of the staff's list of one session.
#[derive(Debug, Clone)]
pub struct ListedRow {
    /// Entry.
    pub id: Uuid,
    /// Its place.
    pub place: i32,
    /// domain::booking::WaitingState.
    pub state: String,
    /// People.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// Name, sealed, until it is erased.
    pub name_sealed: Option<Vec<u8>>,
    /// The session offered.
    pub offered_session: Option<Uuid>,
    /// Until when.
    pub offer_expires_at: Option<Timestamp>,
    /// Other sessions it waits for.
    pub others: i64,
    /// It waits for this session no more.
    pub over: bool,
    /// Since when.
    pub created_at: Timestamp,
}

/// The list of a session, those that are over too, in order.
pub async fn list(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Vec<ListedRow>> {
    sqlx::query_as!(
        ListedRow,
        r#"select e.id, w.place, e.state, e.people, e.children, e.name_sealed, e.offered_session, e.offer_expires_at,
                  (select count(*) from waiting_wish o where o.waiting_id = e.id and not o.over and o.session_id <> $1) as "others!",
                  w.over, e.created_at
           from waiting_wish w join waiting_entry e on e.id = w.waiting_id where w.session_id = $1 order by w.place"#,
        session
    )
    .fetch_all(db)
    .await
}
