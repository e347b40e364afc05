//! Requests of schools and communities.

use jiff_sqlx::{Date, Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A request to add.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Request.
    pub id: Uuid,
    /// The draft it comes from.
    pub draft_id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// Who asks.
    pub organisation: String,
    /// Who will come.
    pub audience: String,
    /// Their ages.
    pub ages: String,
    /// How many.
    pub people: i32,
    /// City.
    pub city: String,
    /// East on the map.
    pub x: i32,
    /// South on the map.
    pub y: i32,
    /// Street and number.
    pub address: String,
    /// Preferred days.
    pub days: Vec<Date>,
    /// `any`, `morning`, `afternoon`.
    pub half_day: String,
    /// Metres to park.
    pub parking_m: i32,
    /// A socket.
    pub power: bool,
    /// A hall.
    pub indoor: bool,
    /// Language of its messages.
    pub locale: String,
    /// Sealed name of the coordinator.
    pub name_sealed: Vec<u8>,
    /// Sealed post.
    pub post_sealed: Vec<u8>,
    /// Sealed number.
    pub phone_sealed: Option<Vec<u8>>,
    /// Its index.
    pub phone_index: Option<Vec<u8>>,
    /// Sealed address.
    pub mail_sealed: Option<Vec<u8>>,
    /// Its index.
    pub mail_index: Option<Vec<u8>>,
    /// Sealed note.
    pub note_sealed: Vec<u8>,
}

/// Adds a request.
pub async fn add(db: &mut PgConnection, fresh: &NewRequest, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_request (id, draft_id, reference, state, organisation, audience, ages, people, city, x, y, address,
                days, half_day, parking_m, power, indoor, locale, name_sealed, post_sealed, phone_sealed, phone_index,
                mail_sealed, mail_index, note_sealed, created_at, updated_at)
         values ($1, $2, $3, 'submitted', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $25)",
        fresh.id,
        fresh.draft_id,
        fresh.reference,
        fresh.organisation,
        fresh.audience,
        fresh.ages,
        fresh.people,
        fresh.city,
        fresh.x,
        fresh.y,
        fresh.address,
        &fresh.days as _,
        fresh.half_day,
        fresh.parking_m,
        fresh.power,
        fresh.indoor,
        fresh.locale,
        fresh.name_sealed,
        fresh.post_sealed,
        fresh.phone_sealed,
        fresh.phone_index,
        fresh.mail_sealed,
        fresh.mail_index,
        fresh.note_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A request with its live stop.
#[derive(Debug, Clone)]
pub struct RequestRow {
    /// Request.
    pub id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// Where it stands.
    pub state: String,
    /// Edit counter.
    pub version: i32,
    /// Who asks.
    pub organisation: String,
    /// Who will come.
    pub audience: String,
    /// Their ages.
    pub ages: String,
    /// How many.
    pub people: i32,
    /// City.
    pub city: String,
    /// East on the map.
    pub x: i32,
    /// South on the map.
    pub y: i32,
    /// Street and number.
    pub address: String,
    /// Preferred days.
    pub days: Vec<Date>,
    /// `any`, `morning`, `afternoon`.
    pub half_day: String,
    /// Metres to park.
    pub parking_m: i32,
    /// A socket.
    pub power: bool,
    /// A hall.
    pub indoor: bool,
    /// Language of its messages.
    pub locale: String,
    /// Sealed name of the coordinator.
    pub name_sealed: Vec<u8>,
    /// Sealed post.
    pub post_sealed: Vec<u8>,
    /// Sealed number.
    pub phone_sealed: Option<Vec<u8>>,
    /// Sealed address.
    pub mail_sealed: Option<Vec<u8>>,
    /// Sealed note.
    pub note_sealed: Vec<u8>,
    /// Sealed question.
    pub question_sealed: Option<Vec<u8>>,
    /// Sealed answer.
    pub answer_sealed: Option<Vec<u8>>,
    /// Sealed reason.
    pub reason_sealed: Option<Vec<u8>>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
}

/// One request.
pub async fn request(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<RequestRow>> {
    sqlx::query_as!(
        RequestRow,
        "select id, reference, state, version, organisation, audience, ages, people, city, x, y, address,
                days as \"days: _\", half_day, parking_m, power, indoor, locale, name_sealed, post_sealed, phone_sealed,
                mail_sealed, note_sealed, question_sealed, answer_sealed, reason_sealed, created_at, updated_at, erased_at
         from bus_request where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// Locks a request for a change. Answers whether it is there.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let there = sqlx::query_scalar!("select id from bus_request where id = $1 for update", id).fetch_optional(db);
    Ok(there.await?.is_some())
}

/// The requests that are not over, and those that ended after `since`; the oldest first. `city` narrows.
pub async fn board(db: &mut PgConnection, city: Option<&str>, since: jiff::Timestamp) -> sqlx::Result<Vec<RequestRow>> {
    sqlx::query_as!(
        RequestRow,
        "select id, reference, state, version, organisation, audience, ages, people, city, x, y, address,
                days as \"days: _\", half_day, parking_m, power, indoor, locale, name_sealed, post_sealed, phone_sealed,
                mail_sealed, note_sealed, question_sealed, answer_sealed, reason_sealed, created_at, updated_at, erased_at
         from bus_request
         where ($1::text is null or city = $1)
           and (state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled') or (updated_at > $2 and erased_at is null))
         order by created_at, id limit 500",
        city,
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The live requests of one phone or address.
pub async fn live_of_contact(db: &mut PgConnection, contact_index: &[u8]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from bus_request
         where (phone_index = $1 or mail_index = $1) and state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled')",
        contact_index
    )
    .fetch_one(db)
    .await
}

/// What a change writes besides the state; what is none stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// A new question.
    pub question_sealed: Option<Vec<u8>>,
    /// The answer to it.
    pub answer_sealed: Option<Vec<u8>>,
    /// A reason.
    pub reason_sealed: Option<Vec<u8>>,
}

/// Moves a request, which the caller has locked, to another state. A new proposal ends what was said of the date before.
pub async fn advance(
    db: &mut PgConnection,
    id: Uuid,
    state: &str,
    change: &Change,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_request set state = $2, version = version + 1, updated_at = $3,
                question_sealed = coalesce($4, question_sealed), answer_sealed = coalesce($5, answer_sealed),
                reason_sealed = case when $2 = 'proposed' then $6 else coalesce($6, reason_sealed) end
         where id = $1",
        id,
        state,
        now.to_sqlx() as _,
        change.question_sealed,
        change.answer_sealed,
        change.reason_sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that something of a locked request changed which is not its state: whoever saw it before looks again.
pub async fn touch(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update bus_request set version = version + 1, updated_at = $2 where id = $1", id, now.to_sqlx() as _)
        .execute(db)
        .await?;
    Ok(())
}

/// A message about a request, as staff see it beside it: which text, by which way, what became of it, when it left.
pub async fn messages(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Vec<crate::messages::MessageRow>> {
    sqlx::query_as!(
        crate::messages::MessageRow,
        "select id, template, channel, state, created_at, sent_at from message where bus_request_id = $1 order by created_at, id",
        id
    )
    .fetch_all(db)
    .await
}

/// Keeps a short link to a request until `expires_at`.
pub async fn keep_short_link(
    db: impl sqlx::PgExecutor<'_>,
    code_hash: &[u8],
    request: Uuid,
    expires_at: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_short_link (code_hash, request_id, expires_at) values ($1, $2, $3)
         on conflict (request_id) do update set expires_at = greatest(bus_short_link.expires_at, excluded.expires_at)",
        code_hash,
        request,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The request a short link leads to, and until when it does.
pub async fn follow_short_link(
    db: impl sqlx::PgExecutor<'_>,
    code_hash: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<(Uuid, jiff::Timestamp)>> {
    let found = sqlx::query!(
        "select request_id, expires_at from bus_short_link where code_hash = $1 and expires_at > $2",
        code_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|row| (row.request_id, row.expires_at.to_jiff())))
}

/// The next request after `after` that has been over, or whose last day has been past, since `before`, and is not erased
/// yet; locked, skipping those another server erases.
pub async fn next_due(db: &mut PgConnection, before: jiff::Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from bus_request r
         where id > $2 and erased_at is null and updated_at < $1
           and (state in ('visited', 'refused', 'withdrawn') or (select max(day) from unnest(days) as day) < ($1::timestamptz)::date)
         order by id limit 1 for update of r skip locked",
        before.to_sqlx() as _,
        after
    )
    .fetch_optional(db)
    .await
}

/// How many requests [`next_due`] would find, one after the other.
pub async fn count_due(db: impl sqlx::PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from bus_request
         where erased_at is null and updated_at < $1
           and (state in ('visited', 'refused', 'withdrawn') or (select max(day) from unnest(days) as day) < ($1::timestamptz)::date)",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Empties a request: the texts are sealed placeholders. What remains counts people and names a school.
pub async fn erase(
    db: &mut PgConnection,
    id: Uuid,
    name: &[u8],
    post: &[u8],
    note: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_request set name_sealed = $2, post_sealed = $3, note_sealed = $4, phone_sealed = null, phone_index = null,
                mail_sealed = null, mail_index = null, question_sealed = null, answer_sealed = null, reason_sealed = null,
                erased_at = $5
         where id = $1",
        id,
        name,
        post,
        note,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
