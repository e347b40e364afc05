//! Entries of the waiting list: a party, what it waits for, what became of it; and the drafts they come from.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A party to put on the list. Sealed columns come sealed.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Entry.
    pub id: Uuid,
    /// Activity.
    pub activity_id: Uuid,
    /// Everybody.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
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
    /// The draft it came from; a machine needs none.
    pub draft_id: Option<Uuid>,
    /// The machine that put it there.
    pub client_id: Option<Uuid>,
}

/// Puts a party at the end of the list of each of these sessions, closes its draft and takes over what was answered in it,
/// to be kept until the last of them is over.
pub async fn add(db: &mut PgConnection, now: jiff::Timestamp, fresh: &NewEntry, sessions: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into waiting_entry (id, activity_id, state, people, children, locale, account_id, name_sealed, phone_sealed,
                                    phone_index, mail_sealed, mail_index, created_at, updated_at)
         values ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        fresh.id,
        fresh.activity_id,
        fresh.people,
        fresh.children,
        fresh.locale,
        fresh.account_id,
        fresh.name_sealed,
        fresh.phone_sealed,
        fresh.phone_index,
        fresh.mail_sealed,
        fresh.mail_index,
        now.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with closed as (update booking_draft set waiting_id = $1, document_sealed = null, typed_sealed = null where id = $3),
              answered as (update event_answers set waiting_id = $1,
                                  expires_at = (select max(ends_at) from session where id = any($2))
                           where draft_id = $3 and booking_id is null),
              noted as (insert into api_waiting (client_id, waiting_id, created_at)
                        select id, $1, $5 from api_client where id = $4)
         insert into waiting_wish (session_id, place, waiting_id)
         select wished, (select coalesce(max(place), 0) + 1 from waiting_wish w where w.session_id = wished), $1
         from unnest($2::uuid[]) as wished",
        fresh.id,
        sessions,
        fresh.draft_id,
        fresh.client_id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The live entries of a person: which sessions they wait for.
pub async fn live_of_person(db: &mut PgConnection, activity: Uuid, person: &[u8]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select e.id, w.session_id from waiting_entry e join waiting_wish w on w.waiting_id = e.id
         where e.activity_id = $1 and (e.phone_index = $2 or e.mail_index = $2)
           and e.state in ('waiting', 'offered') and not w.over",
        activity,
        person
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.session_id)).collect())
}

/// An entry, sealed columns as they are.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Entry.
    pub id: Uuid,
    /// Activity.
    pub activity_id: Uuid,
    /// domain::booking::WaitingState.
    pub state: String,
    /// Everybody.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// Language of its messages.
    pub locale: String,
    /// Whose account.
    pub account_id: Option<Uuid>,
    /// Name, until it is erased.
    pub name_sealed: Option<Vec<u8>>,
    /// Phone.
    pub phone_sealed: Option<Vec<u8>>,
    /// Mail.
    pub mail_sealed: Option<Vec<u8>>,
    /// Keyed hash of the phone or the address the limits count; nothing once it is erased.
    pub person: Option<Vec<u8>>,
    /// The session offered.
    pub offered_session: Option<Uuid>,
    /// Until when.
    pub offer_expires_at: Option<Timestamp>,
    /// Offers made so far.
    pub offers: i32,
    /// The booking it became.
    pub booking_id: Option<Uuid>,
    /// Since when it waits.
    pub created_at: Timestamp,
}

/// One entry.
pub async fn entry(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        "select id, activity_id, state, people, children, locale, account_id, name_sealed, phone_sealed, mail_sealed,
                coalesce(phone_index, mail_index) as person, offered_session, offer_expires_at, offers, booking_id, created_at
         from waiting_entry where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// Several entries, in the order of their ids.
pub async fn entries(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        "select id, activity_id, state, people, children, locale, account_id, name_sealed, phone_sealed, mail_sealed,
                coalesce(phone_index, mail_index) as person, offered_session, offer_expires_at, offers, booking_id, created_at
         from waiting_entry where id = any($1) order by id",
        ids
    )
    .fetch_all(db)
    .await
}

/// The machine put the entry on the list.
pub async fn is_of_client(db: &mut PgConnection, client: Uuid, entry: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from api_waiting where client_id = $1 and waiting_id = $2) as "made!""#,
        client,
        entry
    )
    .fetch_one(db)
    .await
}

/// The rules of an activity: domain::booking::Policy as JSON.
pub async fn policy(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Option<serde_json::Value>> {
    sqlx::query_scalar!("select policy from activity where id = $1", activity).fetch_optional(db).await
}

/// A session an entry waits for.
#[derive(Debug, Clone)]
pub struct WishRow {
    /// Session.
    pub session_id: Uuid,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// It no longer waits for this one.
    pub over: bool,
    /// Live parties before it in that session's list.
    pub before: i64,
}

/// The sessions an entry waits for, in order of time.
pub async fn wishes(db: &mut PgConnection, entry: Uuid) -> sqlx::Result<Vec<WishRow>> {
    sqlx::query_as!(
        WishRow,
        r#"select w.session_id, s.starts_at, s.ends_at, w.over,
                  (select count(*) from waiting_wish o join waiting_entry e on e.id = o.waiting_id
                   where o.session_id = w.session_id and not o.over and o.place < w.place and e.state = 'waiting') as "before!"
           from waiting_wish w join session s on s.id = w.session_id where w.waiting_id = $1 order by s.starts_at, s.id"#,
        entry
    )
    .fetch_all(db)
    .await
}

/// An entry does not wait for this session any more. Answers how many sessions are left that it waits for.
pub async fn drop_wish(db: &mut PgConnection, entry: Uuid, session: Uuid) -> sqlx::Result<i64> {
    sqlx::query!("update waiting_wish set over = true where session_id = $1 and waiting_id = $2", session, entry)
        .execute(&mut *db)
        .await?;
    sqlx::query_scalar!(r#"select count(*) as "left!" from waiting_wish where waiting_id = $1 and not over"#, entry)
        .fetch_one(db)
        .await
}

/// Keeps the documents that were typed with an offer, for as long as it stands.
pub async fn keep_documents(db: &mut PgConnection, entry: Uuid, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("update waiting_entry set document_sealed = $2 where id = $1 and state = 'offered'", entry, sealed)
        .execute(db)
        .await?;
    Ok(())
}

/// The documents that were typed with an offer that stands.
pub async fn documents(db: &mut PgConnection, entry: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    let found =
        sqlx::query_scalar!("select document_sealed from waiting_entry where id = $1 and state = 'offered'", entry);
    Ok(found.fetch_optional(db).await?.flatten())
}

/// The same, for whoever is about to write them: nobody else does meanwhile. `None` where no offer stands.
pub async fn lock_documents(db: &mut PgConnection, entry: Uuid) -> sqlx::Result<Option<Option<Vec<u8>>>> {
    sqlx::query_scalar!(
        "select document_sealed from waiting_entry where id = $1 and state = 'offered' for no key update",
        entry
    )
    .fetch_optional(db)
    .await
}

/// Deletes the documents of so many entries whose offer is over; a server of before may have left them there.
pub async fn forget_leftovers(db: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with left_over as (select id from waiting_entry where document_sealed is not null and state <> 'offered'
                            order by id limit $1 for no key update skip locked)
         update waiting_entry set document_sealed = null where id in (select id from left_over)",
        limit
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// How many [`forget_leftovers`] would find without a limit.
pub async fn count_leftovers(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "due!" from waiting_entry where document_sealed is not null and state <> 'offered'"#
    )
    .fetch_one(db)
    .await
}

/// An entry gets another state; its offer, the places kept for it and what was typed of documents are over. One that ends waits for nothing any more: what
/// it answered goes over to the booking it became, or is forgotten.
pub async fn set_state(
    db: &mut PgConnection,
    entry: Uuid,
    state: &str,
    live: bool,
    booking: Option<Uuid>,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with freed as (delete from hold where id = $1),
              over as (update waiting_wish set over = true where waiting_id = $1 and not $3),
              answered as (update event_answers set booking_id = $5
                           where waiting_id = $1 and booking_id is null and $5::uuid is not null),
              forgotten as (delete from event_answers
                            where waiting_id = $1 and booking_id is null and $5 is null and not $3)
         update waiting_entry set state = $2, offered_session = null, offer_expires_at = null, updated_at = $4::timestamptz,
                document_sealed = null, booking_id = coalesce($5, booking_id), ended_at = case when $3 then null else $4 end
         where id = $1",
        entry,
        state,
        live,
        now.to_sqlx() as _,
        booking
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The live entries of an account: its own, and those under a phone or address it has proven since.
pub async fn live_of_account(
    db: &mut PgConnection,
    account: Uuid,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from waiting_entry
         where (account_id = $1 or phone_index = $2 or mail_index = $3) and state in ('waiting', 'offered') order by id",
        account,
        phone_index,
        mail_index
    )
    .fetch_all(db)
    .await
}

/// Every entry of an account by the same rule, the newest first.
pub async fn of_account(
    db: &mut PgConnection,
    account: Uuid,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
) -> sqlx::Result<Vec<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        "select id, activity_id, state, people, children, locale, account_id, name_sealed, phone_sealed, mail_sealed,
                coalesce(phone_index, mail_index) as person, offered_session, offer_expires_at, offers, booking_id, created_at
         from waiting_entry where account_id = $1 or phone_index = $2 or mail_index = $3 order by created_at desc, id desc",
        account,
        phone_index,
        mail_index
    )
    .fetch_all(db)
    .await
}

/// Empties entries: what remains counts people and names nobody.
pub async fn empty(db: &mut PgConnection, entries: &[Uuid], now: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with locked as (select id from waiting_entry where id = any($1) order by id for no key update)
         update waiting_entry set name_sealed = null, phone_sealed = null, phone_index = null, mail_sealed = null,
                mail_index = null, document_sealed = null, account_id = null, erased_at = $2, updated_at = $2
         where id in (select id from locked)",
        entries,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Entries whose every session ended before `ended` and that still name somebody.
pub async fn due(db: &mut PgConnection, ended: jiff::Timestamp, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select e.id from waiting_entry e where e.erased_at is null
           and not exists (select from waiting_wish w join session s on s.id = w.session_id
                           where w.waiting_id = e.id and s.ends_at >= $1)
         order by e.id limit $2 for update of e skip locked",
        ended.to_sqlx() as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many entries [`due`] would find without a limit.
pub async fn count_due(db: impl PgExecutor<'_>, ended: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "due!" from waiting_entry e where e.erased_at is null
             and not exists (select from waiting_wish w join session s on s.id = w.session_id
                             where w.waiting_id = e.id and s.ends_at >= $1)"#,
        ended.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Begins a draft that keeps no places: its visitor waits for a session that is full.
#[derive(Debug, Clone)]
pub struct NewDraft {
    /// Draft.
    pub id: Uuid,
    /// Hash of the browser's token.
    pub visitor_hash: Vec<u8>,
    /// Session.
    pub session_id: Uuid,
    /// The name a hold of it would have.
    pub hold_id: Uuid,
    /// People.
    pub people: i32,
    /// Language.
    pub locale: &'static str,
    /// Nothing typed is kept longer.
    pub expires_at: jiff::Timestamp,
}

/// Adds such a draft.
pub async fn begin(db: &mut PgConnection, now: jiff::Timestamp, fresh: &NewDraft) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into booking_draft (id, visitor_hash, session_id, hold_id, people, locale, waits, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, true, $7, $8)",
        fresh.id,
        fresh.visitor_hash,
        fresh.session_id,
        fresh.hold_id,
        fresh.people,
        fresh.locale,
        now.to_sqlx() as _,
        fresh.expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A draft waits from now on, for a session and these others, unless it is a booking or an entry already.
pub async fn set_wishes(db: &mut PgConnection, draft: Uuid, session: Uuid, also: &[Uuid]) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update booking_draft set waits = true, series = false, session_id = $3, also = $2 where id = $1 and booking_id is null and waiting_id is null",
        draft,
        also,
        session
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a draft became: an entry, a booking.
pub async fn of_draft(db: &mut PgConnection, draft: Uuid) -> sqlx::Result<(Option<Uuid>, Option<Uuid>)> {
    let found = sqlx::query!("select waiting_id, booking_id from booking_draft where id = $1", draft)
        .fetch_optional(db)
        .await?;
    Ok(found.map_or((None, None), |row| (row.waiting_id, row.booking_id)))
}
