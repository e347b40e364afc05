//! What a batch of claims on one session reads and writes, in the order of a transaction: lock, look, write.

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
    /// `open` or `closed`; closed too while the activity is not published.
    pub state: String,
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
                  case when a.published then s.state else 'closed' end as "state!", a.policy, a.policy_version
           from session s join activity a on a.id = s.activity_id
           where s.id = any($1) order by s.id for no key update of s"#,
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
                  case when a.published then s.state else 'closed' end as "state!", a.policy, a.policy_version
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

/// People with a confirmed booking of a session.
pub async fn people_booked(db: &mut PgConnection, session: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(people), 0) as "people!" from booking where session_id = $1 and state = 'confirmed'"#,
        session
    )
    .fetch_one(db)
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

/// Live bookings of one person.
#[derive(Debug, Clone)]
pub struct PersonCount {
    /// Keyed hash of the phone, if that is how the person is known.
    pub phone_index: Option<Vec<u8>>,
    /// Keyed hash of the mail address.
    pub mail_index: Option<Vec<u8>>,
    /// Bookings on the day.
    pub on_day: i64,
    /// Bookings in the window.
    pub in_window: i64,
    /// Bookings whose session is going on at the same time.
    pub overlapping: i64,
}

/// Spans of time a person's bookings are counted in.
#[derive(Debug, Clone, Copy)]
pub struct Spans {
    /// First instant of the day.
    pub day_from: jiff::Timestamp,
    /// First instant after it.
    pub day_until: jiff::Timestamp,
    /// First instant of the window.
    pub window_from: jiff::Timestamp,
    /// First instant after it.
    pub window_until: jiff::Timestamp,
    /// Beginning of the session itself.
    pub starts_at: jiff::Timestamp,
    /// Its end.
    pub ends_at: jiff::Timestamp,
}

/// The live bookings that these persons have of an activity, `except` not counted.
///
/// Written so that every plan begins with the few bookings of the persons and looks up their sessions one by one: a join
/// that begins with the sessions of the window reads them all, and the persons' bookings again for each of them.
pub async fn person_counts(
    db: &mut PgConnection,
    activity: Uuid,
    persons: &[Vec<u8>],
    spans: Spans,
    except: Option<Uuid>,
) -> sqlx::Result<Vec<PersonCount>> {
    sqlx::query_as!(
        PersonCount,
        r#"with own as materialized (
             select phone_index, mail_index, s.starts_at, s.ends_at
             from booking
             cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
             where phone_index = any($2) and activity_id = $1 and state = 'confirmed' and id is distinct from $7
             union all
             select phone_index, mail_index, s.starts_at, s.ends_at
             from booking
             cross join lateral (select starts_at, ends_at from session where session.id = session_id offset 0) s
             where mail_index = any($2) and activity_id = $1 and state = 'confirmed' and id is distinct from $7)
           select phone_index, mail_index,
                  count(*) filter (where starts_at >= $3 and starts_at < $4) as "on_day!",
                  count(*) as "in_window!",
                  count(*) filter (where starts_at < $9 and ends_at > $8) as "overlapping!"
           from own where starts_at >= least($3, $5) and starts_at < greatest($4, $6)
           group by phone_index, mail_index"#,
        activity,
        persons,
        spans.day_from.to_sqlx() as _,
        spans.day_until.to_sqlx() as _,
        spans.window_from.to_sqlx() as _,
        spans.window_until.to_sqlx() as _,
        except,
        spans.starts_at.to_sqlx() as _,
        spans.ends_at.to_sqlx() as _
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

/// A hold and the draft it was taken for.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// Hold.
    pub id: Uuid,
    /// People.
    pub people: i32,
    /// Alive until.
    pub expires_at: jiff::Timestamp,
    /// The draft.
    pub draft: Uuid,
    /// Hash of the browser's token: only that browser reads the draft.
    pub visitor_hash: Vec<u8>,
    /// Language.
    pub locale: &'static str,
    /// The draft itself lives longer than the hold: what was typed is not lost with the places.
    pub draft_expires_at: jiff::Timestamp,
}

/// Writes holds with their drafts; a draft that exists already gets the new hold (its visitor chose another session).
pub async fn insert_holds(
    db: &mut PgConnection,
    session: Uuid,
    now: jiff::Timestamp,
    holds: &[NewHold],
) -> sqlx::Result<()> {
    if holds.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = holds.iter().map(|h| h.id).collect();
    let people: Vec<i32> = holds.iter().map(|h| h.people).collect();
    let expires: Vec<Timestamp> = holds.iter().map(|h| h.expires_at.to_sqlx()).collect();
    let drafts: Vec<Uuid> = holds.iter().map(|h| h.draft).collect();
    let visitors: Vec<Vec<u8>> = holds.iter().map(|h| h.visitor_hash.clone()).collect();
    let locales: Vec<String> = holds.iter().map(|h| h.locale.to_owned()).collect();
    let draft_expires: Vec<Timestamp> = holds.iter().map(|h| h.draft_expires_at.to_sqlx()).collect();
    sqlx::query!(
        "with fresh as (
           select * from unnest($2::uuid[], $3::integer[], $4::timestamptz[], $5::uuid[], $6::bytea[], $7::text[], $8::timestamptz[])
             as fresh (id, people, expires_at, draft, visitor_hash, locale, draft_expires_at)),
         replaced as (delete from hold using booking_draft d, fresh where d.id = fresh.draft and hold.id = d.hold_id),
         held as (
           insert into hold (session_id, id, people, expires_at, created_at)
           select $1, id, people, expires_at, $9 from fresh)
         insert into booking_draft (id, visitor_hash, session_id, hold_id, people, locale, created_at, expires_at)
         select draft, visitor_hash, $1, id, people, locale, $9, draft_expires_at from fresh
         on conflict (id) do update set session_id = excluded.session_id, hold_id = excluded.hold_id,
           people = excluded.people, expires_at = excluded.expires_at, waits = false
         where booking_draft.booking_id is null and booking_draft.waiting_id is null",
        session,
        &ids,
        &people,
        &expires as _,
        &drafts,
        &visitors,
        &locales,
        &draft_expires as _,
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
    /// The hold it consumes.
    pub hold_id: Option<Uuid>,
    /// The draft it came from.
    pub draft_id: Option<Uuid>,
}

/// Writes bookings of one session, consumes their holds, closes their drafts and takes over what was answered in them: one
/// statement for the whole batch.
pub async fn insert_bookings(
    db: &mut PgConnection,
    session: &LockedSession,
    now: jiff::Timestamp,
    fresh: &[NewBooking],
) -> sqlx::Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    fn column<T>(fresh: &[NewBooking], of: impl Fn(&NewBooking) -> T) -> Vec<T> {
        fresh.iter().map(of).collect()
    }
    sqlx::query!(
        "with fresh as (
           select * from unnest($5::uuid[], $6::text[], $7::integer[], $8::integer[], $9::text[], $10::text[], $11::uuid[],
                                $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[], $16::bytea[], $17::uuid[], $18::uuid[])
             as fresh (id, reference, people, children, channel, locale, account_id,
                       name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, hold_id, draft_id)),
         consumed as (delete from hold using fresh where hold.session_id = $1 and hold.id = fresh.hold_id),
         closed as (update booking_draft d set booking_id = fresh.id from fresh where d.id = fresh.draft_id),
         answered as (update event_answers a set booking_id = fresh.id from fresh
                      where a.draft_id = fresh.draft_id and a.booking_id is null)
         insert into booking (session_id, id, activity_id, reference, state, people, children, channel, locale, account_id,
                              name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, policy_version,
                              created_at, updated_at)
         select $1, id, $2, reference, 'confirmed', people, children, channel, locale, account_id,
                name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, $3, $4, $4
         from fresh",
        session.id,
        session.activity_id,
        session.policy_version,
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
        &column(fresh, |b| b.draft_id) as _
    )
    .execute(db)
    .await?;
    Ok(())
}
