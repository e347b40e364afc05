//! Rounds and their training dates.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// What staff write about a round.
#[derive(Debug, Clone)]
pub struct Texts<'a> {
    /// What it is called.
    pub title_zh: &'a str,
    /// In English; may be empty.
    pub title_en: &'a str,
    /// What it is about.
    pub story_zh: &'a str,
    /// In English; may be empty.
    pub story_en: &'a str,
    /// Of one city only.
    pub city: Option<&'a str>,
    /// Places.
    pub places: i32,
    /// From when one may apply.
    pub opens_at: jiff::Timestamp,
    /// Until when.
    pub closes_at: jiff::Timestamp,
}

/// A round.
#[derive(Debug, Clone)]
pub struct RoundRow {
    /// Round.
    pub id: Uuid,
    /// What it is called.
    pub title_zh: String,
    /// In English.
    pub title_en: String,
    /// What it is about.
    pub story_zh: String,
    /// In English.
    pub story_en: String,
    /// Of one city only.
    pub city: Option<String>,
    /// Places.
    pub places: i32,
    /// From when one may apply.
    pub opens_at: Timestamp,
    /// Until when.
    pub closes_at: Timestamp,
    /// The public sees it.
    pub published: bool,
    /// When its selection was made public.
    pub selected_at: Option<Timestamp>,
    /// Edit counter.
    pub version: i32,
    /// Applications that were not withdrawn.
    pub applications: i64,
    /// Of these, how many nobody has decided on.
    pub undecided: i64,
    /// How many have a place, or are to have one.
    pub taken: i64,
}

/// Rounds with their numbers, narrowed and ordered by the tail.
macro_rules! rounds {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            RoundRow,
            r#"select r.id, r.title_zh, r.title_en, r.story_zh, r.story_en, r.city, r.places, r.opens_at, r.closes_at,
                      r.published, r.selected_at, r.version,
                      (select count(*) from ambassador_application a
                       where a.round_id = r.id and a.state <> 'withdrawn') as "applications!",
                      (select count(*) from ambassador_application a
                       where a.round_id = r.id and a.state in ('submitted', 'asked') and a.decision is null) as "undecided!",
                      (select count(*) from ambassador_application a
                       where a.round_id = r.id
                         and (a.state in ('selected', 'confirmed', 'trained', 'absent', 'certified')
                              or (a.state in ('submitted', 'asked') and a.decision = 'selected'))) as "taken!"
               from ambassador_round r "#
                + $tail
            $(, $arg)*
        )
    };
}

/// Every round, the newest first.
pub async fn all(db: &mut PgConnection) -> sqlx::Result<Vec<RoundRow>> {
    rounds!("order by r.opens_at desc, r.id limit 200").fetch_all(db).await
}

/// The rounds the public sees, the newest first.
pub async fn published(db: &mut PgConnection) -> sqlx::Result<Vec<RoundRow>> {
    rounds!("where r.published order by r.opens_at desc, r.id limit 50").fetch_all(db).await
}

/// One round.
pub async fn round(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<RoundRow>> {
    rounds!("where r.id = $1", id).fetch_optional(db).await
}

/// A round that is locked, and what the database's clock said then.
#[derive(Debug, Clone)]
pub struct LockedRound {
    /// Places.
    pub places: i32,
    /// Of one city only.
    pub city: Option<String>,
    /// From when one may apply.
    pub opens_at: Timestamp,
    /// Until when.
    pub closes_at: Timestamp,
    /// The public sees it.
    pub published: bool,
    /// When its selection was made public.
    pub selected_at: Option<Timestamp>,
    /// Edit counter.
    pub version: i32,
    /// The database's clock, under the lock.
    pub database_now: Timestamp,
}

/// Locks a round: whatever concerns its places goes one after the other.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<LockedRound>> {
    let there = sqlx::query_scalar!("select id from ambassador_round where id = $1 for update", id);
    if there.fetch_optional(&mut *db).await?.is_none() {
        return Ok(None);
    }
    // Read anew: what the lock was waited for has changed it, and the clock went on.
    sqlx::query_as!(
        LockedRound,
        r#"select places, city, opens_at, closes_at, published, selected_at, version,
                  clock_timestamp() as "database_now!: Timestamp"
           from ambassador_round where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Adds a round the public does not see yet.
pub async fn add(db: &mut PgConnection, id: Uuid, texts: &Texts<'_>, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ambassador_round (id, title_zh, title_en, story_zh, story_en, city, places, opens_at, closes_at,
                created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        id,
        texts.title_zh,
        texts.title_en,
        texts.story_zh,
        texts.story_en,
        texts.city,
        texts.places,
        texts.opens_at.to_sqlx() as _,
        texts.closes_at.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes a locked round.
pub async fn change(db: &mut PgConnection, id: Uuid, texts: &Texts<'_>, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_round set title_zh = $2, title_en = $3, story_zh = $4, story_en = $5, city = $6, places = $7,
                opens_at = $8, closes_at = $9, version = version + 1, updated_at = $10
         where id = $1",
        id,
        texts.title_zh,
        texts.title_en,
        texts.story_zh,
        texts.story_en,
        texts.city,
        texts.places,
        texts.opens_at.to_sqlx() as _,
        texts.closes_at.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Shows a locked round to the public, or no longer.
pub async fn publish(db: &mut PgConnection, id: Uuid, published: bool, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_round set published = $2, version = version + 1, updated_at = $3 where id = $1",
        id,
        published,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down that the selection of a locked round is public.
pub async fn selected(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_round set selected_at = $2, version = version + 1, updated_at = $2 where id = $1",
        id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
