//! What a batch of claims reads and writes, in the order of a transaction: lock, look, write.

use jiff_sqlx::{Timestamp, ToSqlx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A session as the engine decides on it, read under its lock.
#[derive(Debug, Clone)]
pub struct LockedSession {
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
    /// `open` or `closed`; closed too while the activity is not published.
    pub state: String,
    /// Nobody needs a booking.
    pub open_door: bool,
    /// domain::booking::Policy as JSON.
    pub policy: Value,
    /// Its version.
    pub policy_version: i32,
}

/// Locks sessions in the order of their ids, so that two transactions over the same sessions never wait in a circle.
/// The lock is the engine's only one; a reader never waits for it.
pub async fn lock_sessions(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<LockedSession>> {
    sqlx::query_as!(
        LockedSession,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity,
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  case when a.published then s.state else 'closed' end as "state!",
                  s.open_door_id is not null as "open_door!", a.policy, a.policy_version
           from session s join activity a on a.id = s.activity_id
           where s.id = any($1) order by s.id for no key update of s"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// [`lock_sessions`] for one who must not wait: sessions that somebody else has locked are left out, like those that do not
/// exist.
pub async fn lock_free_sessions(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<LockedSession>> {
    sqlx::query_as!(
        LockedSession,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity,
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  case when a.published then s.state else 'closed' end as "state!",
                  s.open_door_id is not null as "open_door!", a.policy, a.policy_version
           from session s join activity a on a.id = s.activity_id
           where s.id = any($1) order by s.id for no key update of s skip locked"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// The same without the lock: for the negative control of the races, and for pages.
pub async fn find_sessions(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<LockedSession>> {
    sqlx::query_as!(
        LockedSession,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity,
                  s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                  case when a.published then s.state else 'closed' end as "state!",
                  s.open_door_id is not null as "open_door!", a.policy, a.policy_version
           from session s join activity a on a.id = s.activity_id
           where s.id = any($1) order by s.id"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// Transaction-level locks on persons and idempotency keys, in ascending order: two claims of one phone on two sessions
/// must count each other. Always taken after the session's lock.
pub async fn lock_keys(db: &mut PgConnection, keys: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select count(pg_advisory_xact_lock(728, key)) as "locked!"
           from (select distinct (key % 2147483647)::integer as key from unnest($1::bigint[]) as key order by 1 offset 0) as ordered"#,
        keys
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// [`lock_keys`] for one who must not wait. Answers the keys that somebody else has locked.
pub async fn try_lock_keys(db: &mut PgConnection, keys: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select key as "key!" from unnest($1::bigint[]) as key
           where not pg_try_advisory_xact_lock(728, (key % 2147483647)::integer)"#,
        keys
    )
    .fetch_all(db)
    .await
}

/// People with a confirmed booking of a session.
pub async fn people_booked(db: &mut PgConnection, session: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(people), 0) as "people!" from booking where session_id = $1 and state = 'confirmed'"#,
        session
    )
    .fetch_one(db)
    .await
}

/// People with a confirmed booking of a session, and whose places they draw on.
#[derive(Debug, Clone)]
pub struct Booked {
    /// Session.
    pub session_id: Uuid,
    /// Everybody.
    pub people: i64,
    /// Of whom drawing on the groups' places.
    pub of_groups: i64,
    /// Of whom drawing on the desk's.
    pub of_staff: i64,
}

/// [`people_booked`] of several sessions, pool by pool; those without a booking are left out.
pub async fn people_booked_each(db: &mut PgConnection, sessions: &[Uuid]) -> sqlx::Result<Vec<Booked>> {
    sqlx::query_as!(
        Booked,
        r#"select session_id, sum(people) as "people!",
                  coalesce(sum(people) filter (where pool = 'group'), 0) as "of_groups!",
                  coalesce(sum(people) filter (where pool = 'staff'), 0) as "of_staff!"
           from booking where session_id = any($1) and state = 'confirmed' group by session_id"#,
        sessions
    )
    .fetch_all(db)
    .await
}

/// A hold that is still alive.
#[derive(Debug, Clone)]
pub struct LiveHold {
    /// Hold.
    pub id: Uuid,
    /// People.
    pub people: i32,
}

/// The holds of a session that are alive at `now`.
pub async fn live_holds(db: &mut PgConnection, session: Uuid, now: jiff::Timestamp) -> sqlx::Result<Vec<LiveHold>> {
    sqlx::query_as!(
        LiveHold,
        "select id, people from hold where session_id = $1 and expires_at > $2",
        session,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A live booking of a person: when they are where. Or a session they missed.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Keyed hash of the phone, the mail address or a document it was booked with; or the account's id, byte by byte.
    pub person: Vec<u8>,
    /// Activity.
    pub activity: Uuid,
    /// The session begins.
    pub starts_at: Timestamp,
    /// It ends.
    pub ends_at: Timestamp,
    /// The people it counts for this person. A group's are the group's; each of several documents stands for its holder.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// Nobody of the party came: a no-show that stands.
    pub missed: bool,
}

/// The live bookings of these persons and accounts whose sessions begin at `since` or later, of any activity, and their no-shows
/// of any time; the booking `except` is not counted.
///
/// One round trip, since every claim asks; written so that every plan begins with the few bookings of the persons and looks
/// up their sessions one by one: a join that begins with sessions reads them all.
pub async fn visits(
    db: &mut PgConnection,
    (persons, accounts): (&[Vec<u8>], &[Uuid]),
    since: jiff::Timestamp,
    except: Option<Uuid>,
) -> sqlx::Result<Vec<Visit>> {
    sqlx::query_as!(
        Visit,
        r#"select phone_index as "person!", activity_id as "activity!", s.starts_at as "starts_at!", s.ends_at as "ends_at!",
                  case pool when 'group' then 0 else people end as "people!",
                  case pool when 'group' then 0 else children end as "children!", false as "missed!"
           from booking
           cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
           where phone_index = any($1) and state = 'confirmed' and s.starts_at >= $2 and id is distinct from $3
           union all
           select mail_index, activity_id, s.starts_at, s.ends_at,
                  case pool when 'group' then 0 else people end, case pool when 'group' then 0 else children end, false
           from booking
           cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
           where mail_index = any($1) and state = 'confirmed' and s.starts_at >= $2 and id is distinct from $3
           union all
           select uuid_send(account_id), activity_id, s.starts_at, s.ends_at,
                  case pool when 'group' then 0 else people end, case pool when 'group' then 0 else children end, false
           from booking
           cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
           where account_id = any($4) and state = 'confirmed' and s.starts_at >= $2 and id is distinct from $3
           union all
           select document_index, activity_id, s.starts_at, s.ends_at,
                  case when companion_index is null then people else 1 end,
                  case when companion_index is null then children else 0 end, false
           from booking
           cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
           where document_index = any($1) and state = 'confirmed' and s.starts_at >= $2 and id is distinct from $3
           union all
           select companion, activity_id, s.starts_at, s.ends_at, 1, 0, false
           from booking
           cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
           cross join lateral unnest(companion_index) as companion
           where companion_index && $1 and companion = any($1) and state = 'confirmed' and s.starts_at >= $2
             and id is distinct from $3
           union all
           select person_index, activity_id, ended_at, ended_at, 0, 0, true from no_show
           where person_index = any($1) and over_at is null and whole
           union all
           select uuid_send(account_id), activity_id, ended_at, ended_at, 0, 0, true from no_show
           where account_id = any($4) and over_at is null and whole"#,
        persons,
        since.to_sqlx() as _,
        except,
        accounts
    )
    .fetch_all(db)
    .await
}

/// An answer given before.
#[derive(Debug, Clone)]
pub struct SavedAnswer {
    /// Who may repeat it.
    pub scope: String,
    /// The key.
    pub key: String,
    /// Hash of the body it was given to.
    pub body_hash: Vec<u8>,
    /// The answer.
    pub answer: Value,
}

/// The answers already given to these (scope, key) pairs.
pub async fn saved_answers(
    db: &mut PgConnection,
    scopes: &[String],
    keys: &[String],
) -> sqlx::Result<Vec<SavedAnswer>> {
    sqlx::query_as!(
        SavedAnswer,
        "select i.scope, i.key, i.body_hash, i.answer
         from idempotency i join unnest($1::text[], $2::text[]) as asked (scope, key) using (scope, key)",
        scopes,
        keys
    )
    .fetch_all(db)
    .await
}

/// Answers to remember.
pub async fn save_answers(db: &mut PgConnection, now: jiff::Timestamp, answers: &[SavedAnswer]) -> sqlx::Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&SavedAnswer) -> &String| answers.iter().map(of).cloned().collect::<Vec<_>>();
    let hashes: Vec<Vec<u8>> = answers.iter().map(|a| a.body_hash.clone()).collect();
    let bodies: Vec<Value> = answers.iter().map(|a| a.answer.clone()).collect();
    sqlx::query!(
        "insert into idempotency (scope, key, body_hash, answer, created_at)
         select scope, key, body_hash, answer, $5
         from unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[]) as fresh (scope, key, body_hash, answer)",
        &column(|a| &a.scope),
        &column(|a| &a.key),
        &hashes,
        &bodies,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A booking to write. Sealed columns come sealed.
#[derive(Debug, Clone)]
pub struct NewBooking {
    /// Booking.
    pub id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// Everybody.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// `web`, `staff` or `api`.
    pub channel: &'static str,
    /// Whose places it draws on: domain::booking::Pool.
    pub pool: &'static str,
    /// Language of its messages.
    pub locale: &'static str,
    /// Whose account, if any.
    pub account_id: Option<Uuid>,
    /// Name.
    pub name_sealed: Vec<u8>,
    /// Phone.
    pub phone_sealed: Option<Vec<u8>>,
    /// Keyed hash.
    pub phone_index: Option<Vec<u8>>,
    /// Mail address.
    pub mail_sealed: Option<Vec<u8>>,
    /// Keyed hash.
    pub mail_index: Option<Vec<u8>>,
    /// The documents that were shown.
    pub document_sealed: Option<Vec<u8>>,
    /// Keyed hash of the first of them.
    pub document_index: Option<Vec<u8>>,
    /// Keyed hashes of the others.
    pub companion_index: Vec<Vec<u8>>,
    /// The hold it consumes.
    pub hold_id: Option<Uuid>,
    /// The draft it came from.
    pub draft_id: Option<Uuid>,
}

/// Writes bookings, each of its session; consumes their holds, closes their drafts and takes over what was answered in
/// them: one statement for the whole batch.
pub async fn insert_bookings(
    db: &mut PgConnection,
    now: jiff::Timestamp,
    fresh: &[(&LockedSession, &NewBooking)],
) -> sqlx::Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    fn of_session<T>(fresh: &[(&LockedSession, &NewBooking)], of: impl Fn(&LockedSession) -> T) -> Vec<T> {
        fresh.iter().map(|(session, _)| of(session)).collect()
    }
    fn column<T>(fresh: &[(&LockedSession, &NewBooking)], of: impl Fn(&NewBooking) -> T) -> Vec<T> {
        fresh.iter().map(|(_, booking)| of(booking)).collect()
    }
    let companions: Vec<(Uuid, &[u8])> = fresh
        .iter()
        .flat_map(|(_, booking)| booking.companion_index.iter().map(|index| (booking.id, index.as_slice())))
        .collect();
    sqlx::query!(
        "with fresh as (
           select * from unnest($1::uuid[], $2::uuid[], $3::integer[],
                                $5::uuid[], $6::text[], $7::integer[], $8::integer[], $9::text[], $10::text[], $11::uuid[],
                                $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[], $16::bytea[], $17::uuid[], $18::uuid[],
                                $19::text[], $20::bytea[], $21::bytea[])
             as fresh (session_id, activity_id, policy_version,
                       id, reference, people, children, channel, locale, account_id,
                       name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, hold_id, draft_id, pool,
                       document_sealed, document_index)),
         consumed as (delete from hold using fresh where hold.session_id = fresh.session_id and hold.id = fresh.hold_id),
         closed as (update booking_draft d set booking_id = fresh.id, document_sealed = null, typed_sealed = null
                    from fresh where d.id = fresh.draft_id),
         answered as (update event_answers a set booking_id = fresh.id from fresh
                      where a.draft_id = fresh.draft_id and a.booking_id is null)
         insert into booking (session_id, id, activity_id, reference, state, people, children, channel, locale, account_id,
                              name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, policy_version,
                              created_at, updated_at, pool, document_sealed, document_index, companion_index)
         select session_id, id, activity_id, reference, 'confirmed', people, children, channel, locale, account_id,
                name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, policy_version, $4, $4, pool,
                document_sealed, document_index,
                (select array_agg(companion.index order by companion.place)
                 from unnest($22::uuid[], $23::bytea[]) with ordinality as companion (booking, index, place)
                 where companion.booking = fresh.id)
         from fresh",
        &of_session(fresh, |s| s.id),
        &of_session(fresh, |s| s.activity_id),
        &of_session(fresh, |s| s.policy_version),
        now.to_sqlx() as _,
        &column(fresh, |b| b.id),
        &column(fresh, |b| b.reference.clone()),
        &column(fresh, |b| b.people),
        &column(fresh, |b| b.children),
        &column(fresh, |b| b.channel.to_owned()),
        &column(fresh, |b| b.locale.to_owned()),
        &column(fresh, |b| b.account_id) as _,
        &column(fresh, |b| b.name_sealed.clone()),
        &column(fresh, |b| b.phone_sealed.clone()) as _,
        &column(fresh, |b| b.phone_index.clone()) as _,
        &column(fresh, |b| b.mail_sealed.clone()) as _,
        &column(fresh, |b| b.mail_index.clone()) as _,
        &column(fresh, |b| b.hold_id) as _,
        &column(fresh, |b| b.draft_id) as _,
        &column(fresh, |b| b.pool.to_owned()),
        &column(fresh, |b| b.document_sealed.clone()) as _,
        &column(fresh, |b| b.document_index.clone()) as _,
        &companions.iter().map(|(booking, _)| *booking).collect::<Vec<_>>(),
        &companions.iter().map(|(_, index)| index.to_vec()).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}
