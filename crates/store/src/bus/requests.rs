//! Requests of schools and communities.

use crate::requests::request_row;
use crate::requests::rows::{Fresh, Words};
use jiff_sqlx::{Date, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A request to add.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// What every kind has.
    pub common: Fresh,
    /// Who will come.
    pub audience: String,
    /// Their ages.
    pub ages: String,
    /// How many.
    pub people: i32,
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
}

/// Adds a request.
pub async fn add(db: &mut PgConnection, fresh: &NewRequest, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_request (id, draft_id, reference, state, organisation, audience, ages, people, city, x, y, address,
                days, half_day, parking_m, power, indoor, locale, name_sealed, post_sealed, phone_sealed, phone_index,
                mail_sealed, mail_index, note_sealed, account_id, created_at, updated_at)
         values ($1, $2, $3, 'submitted', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $26)",
        fresh.common.id,
        fresh.common.draft_id,
        fresh.common.reference,
        fresh.common.organisation,
        fresh.audience,
        fresh.ages,
        fresh.people,
        fresh.common.city,
        fresh.x,
        fresh.y,
        fresh.address,
        &fresh.days as _,
        fresh.half_day,
        fresh.parking_m,
        fresh.power,
        fresh.indoor,
        fresh.common.locale,
        fresh.common.name_sealed,
        fresh.common.post_sealed,
        fresh.common.phone_sealed,
        fresh.common.phone_index,
        fresh.common.mail_sealed,
        fresh.common.mail_index,
        fresh.common.note_sealed,
        fresh.common.account_id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

request_row! {
    /// A request with its live stop.
    RequestRow {
        /// Who will come.
        audience: String,
        /// Their ages.
        ages: String,
        /// How many.
        people: i32,
        /// East on the map.
        x: i32,
        /// South on the map.
        y: i32,
        /// Street and number.
        address: String,
        /// Preferred days.
        days: Vec<Date>,
        /// `any`, `morning`, `afternoon`.
        half_day: String,
        /// Metres to park.
        parking_m: i32,
        /// A socket.
        power: bool,
        /// A hall.
        indoor: bool,
    }
}

/// Requests, narrowed and ordered by the tail.
macro_rules! requests {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            RequestRow,
            r#"select id, reference, state, version, organisation, audience, ages, people, city, x, y, address,
                      days as "days: _", half_day, parking_m, power, indoor, locale, name_sealed, post_sealed, phone_sealed,
                      mail_sealed, note_sealed, question_sealed, answer_sealed, reason_sealed, created_at, updated_at
               from bus_request "#
                + $tail
            $(, $arg)*
        )
    };
}

/// One request.
pub async fn request(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<RequestRow>> {
    requests!("where id = $1", id).fetch_optional(db).await
}

/// The requests that are not over, and those that ended after `since`; the oldest first. `city` narrows.
pub async fn board(db: &mut PgConnection, city: Option<&str>, since: jiff::Timestamp) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "where ($1::text is null or city = $1)
           and (state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled') or (updated_at > $2 and erased_at is null))
         order by created_at, id limit 500",
        city,
        since.to_sqlx() as _,
    )
    .fetch_all(db)
    .await
}

/// The requests that wait for a date and were not told yet that none of their days is left, in the order of their ids; locked.
/// One whose proposal ran out waits again.
pub async fn lock_waiting(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "where no_day_left_told_at is null and erased_at is null
           and (state in ('submitted', 'asked') or (state = 'proposed' and exists
                 (select from bus_stop s where s.request_id = bus_request.id and s.state = 'proposed' and s.answer_by <= $1)))
         order by id for update of bus_request",
        now.to_sqlx() as _,
    )
    .fetch_all(db)
    .await
}

/// The same, locked by nobody: for tests that show what happens then.
pub async fn waiting(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "where no_day_left_told_at is null and erased_at is null
           and (state in ('submitted', 'asked') or (state = 'proposed' and exists
                 (select from bus_stop s where s.request_id = bus_request.id and s.state = 'proposed' and s.answer_by <= $1)))
         order by id",
        now.to_sqlx() as _,
    )
    .fetch_all(db)
    .await
}

/// Notes that a school is told that none of its days is left. Answers whether it was not told before.
pub async fn note_told_of_no_day(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let told = sqlx::query!(
        "update bus_request set no_day_left_told_at = $2 where id = $1 and no_day_left_told_at is null",
        id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(told.rows_affected() == 1)
}

/// Gives a locked request other days. Should all of them be taken, too, it is told so again.
pub async fn choose_days(db: &mut PgConnection, id: Uuid, days: &[Date], now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_request set days = $2, no_day_left_told_at = null, version = version + 1, updated_at = $3 where id = $1",
        id,
        days as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves a request, which the caller has locked, to another state. A new proposal ends what was said of the date before.
pub async fn advance(
    db: &mut PgConnection,
    id: Uuid,
    state: &str,
    words: &Words,
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
        words.question_sealed,
        words.answer_sealed,
        words.reason_sealed
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
