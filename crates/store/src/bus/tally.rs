//! What is counted: visits and people by city, marks, and how many requests wait.

use jiff_sqlx::{Date, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A city's numbers.
#[derive(Debug, Clone)]
pub struct CityRow {
    /// City.
    pub city: String,
    /// Requests of the time.
    pub requests: i64,
    /// Of which the bus came to.
    pub visits: i64,
    /// People who came.
    pub people: i64,
}

/// Requests made in `from..until`, and visits that began in it, by city.
pub async fn by_city(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
) -> sqlx::Result<Vec<CityRow>> {
    sqlx::query_as!(
        CityRow,
        "select city as \"city!\", count(*) filter (where not visit) as \"requests!\", count(*) filter (where visit) as \"visits!\",
                coalesce(sum(people), 0)::bigint as \"people!\"
         from (select city, false as visit, 0 as people from bus_request where created_at >= $1 and created_at < $2
               union all
               select r.city, true, s.people_came from bus_stop s join bus_request r on r.id = s.request_id
               where s.state = 'visited' and s.starts_at >= $1 and s.starts_at < $2) as of_the_time
         group by city order by city",
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Visits and people of a month of Shandong.
#[derive(Debug, Clone)]
pub struct MonthRow {
    /// The first day of the month.
    pub month: Date,
    /// Visits.
    pub visits: i64,
    /// People who came.
    pub people: i64,
}

/// Visits that began in `from..until`, by month.
pub async fn by_month(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
) -> sqlx::Result<Vec<MonthRow>> {
    sqlx::query_as!(
        MonthRow,
        "select date_trunc('month', starts_at at time zone 'Asia/Shanghai')::date as \"month!: Date\", count(*) as \"visits!\",
                coalesce(sum(people_came), 0) as \"people!\"
         from bus_stop where state = 'visited' and starts_at >= $1 and starts_at < $2 group by 1 order by 1",
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The marks of schools whose visit began in `from..until`, as sums, so that an average has no rounding of its own.
#[derive(Debug, Clone, Default)]
pub struct MarksRow {
    /// Answers.
    pub answers: i64,
    /// Sum of "liked".
    pub liked: i64,
    /// Sum of "understood".
    pub understood: i64,
    /// Sum of "organised".
    pub organised: i64,
    /// Who would have the bus again.
    pub again: i64,
}

/// The marks of a time.
pub async fn marks(db: &mut PgConnection, from: jiff::Timestamp, until: jiff::Timestamp) -> sqlx::Result<MarksRow> {
    sqlx::query_as!(
        MarksRow,
        "select count(*) as \"answers!\", coalesce(sum(liked), 0) as \"liked!\", coalesce(sum(understood), 0) as \"understood!\",
                coalesce(sum(organised), 0) as \"organised!\", count(*) filter (where again) as \"again!\"
         from bus_feedback f join bus_stop s on s.request_id = f.request_id and s.state = 'visited'
         where s.starts_at >= $1 and s.starts_at < $2",
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// What a school thought.
#[derive(Debug, Clone, Copy)]
pub struct FeedbackRow {
    /// One to five.
    pub liked: i32,
    /// One to five.
    pub understood: i32,
    /// One to five.
    pub organised: i32,
    /// The bus may come again.
    pub again: bool,
}

/// Keeps what a school thought. Answers whether it is the first answer.
pub async fn add_feedback(
    db: &mut PgConnection,
    request: Uuid,
    marks: FeedbackRow,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into bus_feedback (request_id, liked, understood, organised, again, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (request_id) do nothing",
        request,
        marks.liked,
        marks.understood,
        marks.organised,
        marks.again,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a school thought, if it said.
pub async fn feedback(db: &mut PgConnection, request: Uuid) -> sqlx::Result<Option<FeedbackRow>> {
    sqlx::query_as!(
        FeedbackRow,
        "select liked, understood, organised, again from bus_feedback where request_id = $1",
        request
    )
    .fetch_optional(db)
    .await
}
