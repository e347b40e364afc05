//! Places that are kept: while somebody fills in a form, many in one statement, and for longer than that, of groups. The
//! caller has locked the sessions.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A hold and the draft it was taken for.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// The session whose places it keeps.
    pub session: Uuid,
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
pub async fn insert_holds(db: &mut PgConnection, now: jiff::Timestamp, holds: &[NewHold]) -> sqlx::Result<()> {
    if holds.is_empty() {
        return Ok(());
    }
    let sessions: Vec<Uuid> = holds.iter().map(|h| h.session).collect();
    let ids: Vec<Uuid> = holds.iter().map(|h| h.id).collect();
    let people: Vec<i32> = holds.iter().map(|h| h.people).collect();
    let expires: Vec<Timestamp> = holds.iter().map(|h| h.expires_at.to_sqlx()).collect();
    let drafts: Vec<Uuid> = holds.iter().map(|h| h.draft).collect();
    let visitors: Vec<Vec<u8>> = holds.iter().map(|h| h.visitor_hash.clone()).collect();
    let locales: Vec<String> = holds.iter().map(|h| h.locale.to_owned()).collect();
    let draft_expires: Vec<Timestamp> = holds.iter().map(|h| h.draft_expires_at.to_sqlx()).collect();
    sqlx::query!(
        "with fresh as (
           select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::uuid[], $6::bytea[], $7::text[],
                                $8::timestamptz[])
             as fresh (session_id, id, people, expires_at, draft, visitor_hash, locale, draft_expires_at)),
         replaced as (delete from hold using booking_draft d, fresh where d.id = fresh.draft and hold.id = d.hold_id),
         held as (
           insert into hold (session_id, id, people, expires_at, created_at)
           select session_id, id, people, expires_at, $9 from fresh)
         insert into booking_draft (id, visitor_hash, session_id, hold_id, people, locale, created_at, expires_at)
         select draft, visitor_hash, session_id, id, people, locale, $9, draft_expires_at from fresh
         on conflict (id) do update set session_id = excluded.session_id, hold_id = excluded.hold_id,
           people = excluded.people, expires_at = excluded.expires_at, waits = false, series = false
         where booking_draft.booking_id is null and booking_draft.waiting_id is null",
        &sessions,
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

/// A hold that a browser took for a draft that has become nothing yet.
#[derive(Debug, Clone)]
pub struct OwnHold {
    /// Hash of the browser's token.
    pub visitor_hash: Vec<u8>,
    /// The session whose places it keeps.
    pub session_id: Uuid,
    /// Hold.
    pub id: Uuid,
}

/// The holds of these sessions that these browsers took for drafts that have become nothing yet. To be read under the
/// locks of the sessions.
pub async fn own_holds(db: &mut PgConnection, visitors: &[Vec<u8>], sessions: &[Uuid]) -> sqlx::Result<Vec<OwnHold>> {
    sqlx::query_as!(
        OwnHold,
        "select d.visitor_hash, h.session_id, h.id
         from booking_draft d join hold h on h.id = d.hold_id and h.session_id = any($2)
         where d.visitor_hash = any($1) and d.booking_id is null and d.waiting_id is null",
        visitors,
        sessions
    )
    .fetch_all(db)
    .await
}

/// Places a browser keeps for a draft that has become nothing yet.
#[derive(Debug, Clone)]
pub struct KeptRow {
    /// The draft.
    pub draft_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// People.
    pub people: i32,
    /// Alive until.
    pub expires_at: Timestamp,
}

/// What [`own_holds`] finds of one browser and is alive at `now`, for whoever only looks; what ends first in front.
pub async fn kept_by(
    db: &mut PgConnection,
    visitor_hash: &[u8],
    sessions: &[Uuid],
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<KeptRow>> {
    sqlx::query_as!(
        KeptRow,
        "select d.id as draft_id, h.session_id, h.people, h.expires_at
         from booking_draft d join hold h on h.id = d.hold_id and h.session_id = any($2)
         where d.visitor_hash = $1 and d.booking_id is null and d.waiting_id is null and h.expires_at > $3
         order by h.expires_at, h.session_id, d.id",
        visitor_hash,
        sessions,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Gives the places of several holds back, by session and hold. The caller has locked the sessions.
pub async fn give_back_holds(db: &mut PgConnection, holds: &[(Uuid, Uuid)]) -> sqlx::Result<()> {
    if holds.is_empty() {
        return Ok(());
    }
    let (sessions, ids): (Vec<Uuid>, Vec<Uuid>) = holds.iter().copied().unzip();
    sqlx::query!(
        "delete from hold using unnest($1::uuid[], $2::uuid[]) as back (session_id, id)
         where hold.session_id = back.session_id and hold.id = back.id",
        &sessions,
        &ids
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps places of a pool (domain::booking::Pool) until `expires_at`.
pub async fn add(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    (people, pool): (i32, &str),
    expires_at: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into hold (session_id, id, people, expires_at, created_at, pool) values ($1, $2, $3, $4, $5, $6)",
        session,
        id,
        people,
        expires_at.to_sqlx() as _,
        now.to_sqlx() as _,
        pool
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the places of a hold back. Answers whether there was one.
pub async fn remove(db: &mut PgConnection, session: Uuid, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from hold where session_id = $1 and id = $2", session, id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a hold live until `expires_at` and, where it was for more people, for `people` only. Answers whether it is there.
pub async fn renew(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    people: i32,
    expires_at: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update hold set people = least(people, $3), expires_at = $4 where session_id = $1 and id = $2",
        session,
        id,
        people,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
