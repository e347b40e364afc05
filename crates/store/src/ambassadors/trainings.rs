//! Training dates of rounds, and who comes to them.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A training date.
#[derive(Debug, Clone)]
pub struct TrainingRow {
    /// Training date.
    pub id: Uuid,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Where.
    pub place: String,
    /// Places; none: no limit of its own.
    pub places: Option<i32>,
    /// How many come to it, or came.
    pub people: i64,
    /// Of these, of how many it is written down whether they came.
    pub marked: i64,
}

/// Training dates with their numbers, narrowed and ordered by the tail.
macro_rules! trainings {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            TrainingRow,
            r#"select t.id, t.starts_at, t.ends_at, t.place, t.places,
                      (select count(*) from ambassador_application a
                       where a.training_id = t.id and a.state in ('confirmed', 'trained', 'absent', 'certified')) as "people!",
                      (select count(*) from ambassador_application a
                       where a.training_id = t.id and a.state in ('trained', 'absent', 'certified')) as "marked!"
               from ambassador_training t "#
                + $tail
            $(, $arg)*
        )
    };
}

/// The training dates of a round, the first first.
pub async fn of_round(db: &mut PgConnection, round: Uuid) -> sqlx::Result<Vec<TrainingRow>> {
    trainings!("where t.round_id = $1 order by t.starts_at, t.id", round).fetch_all(db).await
}

/// A date of a round. Whoever chooses it, and whoever changes it, has locked the round before: so its numbers stand.
pub async fn of_locked_round(db: &mut PgConnection, id: Uuid, round: Uuid) -> sqlx::Result<Option<TrainingRow>> {
    trainings!("where t.id = $1 and t.round_id = $2", id, round).fetch_optional(db).await
}

/// A training date to add.
#[derive(Debug, Clone, Copy)]
pub struct NewTraining<'a> {
    /// Training date.
    pub id: Uuid,
    /// Its round.
    pub round: Uuid,
    /// Beginning.
    pub starts_at: jiff::Timestamp,
    /// End.
    pub ends_at: jiff::Timestamp,
    /// Where.
    pub place: &'a str,
    /// Places.
    pub places: Option<i32>,
}

/// Adds a training date to a locked round; the constraint `ambassador_training_once` tells of one that is there.
pub async fn add(db: &mut PgConnection, fresh: NewTraining<'_>, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ambassador_training (id, round_id, starts_at, ends_at, place, places, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        fresh.id,
        fresh.round,
        fresh.starts_at.to_sqlx() as _,
        fresh.ends_at.to_sqlx() as _,
        fresh.place,
        fresh.places,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a date of a locked round another number of places.
pub async fn set_places(db: &mut PgConnection, id: Uuid, places: Option<i32>) -> sqlx::Result<()> {
    sqlx::query!("update ambassador_training set places = $2 where id = $1", id, places).execute(db).await?;
    Ok(())
}

/// Locks those who said they come to a date of a locked round, in the order of their ids.
pub async fn lock_chosen(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from ambassador_application where training_id = $1 and state = 'confirmed' order by id for update",
        id
    )
    .fetch_all(db)
    .await
}

/// Removes a date of a locked round to which nobody comes.
pub async fn remove(db: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from ambassador_training where id = $1", id).execute(db).await?;
    Ok(())
}
