//! Applications, with what stands around them: the round, the training date, the certificate.

use crate::requests::rows::{self, Fresh, Words};
use crate::requests::{Of, request_row};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// An application to add.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// What every kind has.
    pub common: Fresh,
    /// The round it is for.
    pub round_id: Uuid,
    /// As what.
    pub capacity: String,
    /// How old.
    pub age: i32,
    /// Sealed name of the guardian who consented.
    pub guardian_sealed: Option<Vec<u8>>,
}

/// Adds an application.
pub async fn add(db: &mut PgConnection, fresh: &NewApplication, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ambassador_application (id, draft_id, round_id, reference, state, capacity, age, organisation, city,
                locale, account_id, name_sealed, guardian_sealed, post_sealed, phone_sealed, phone_index, mail_sealed,
                mail_index, note_sealed, created_at, updated_at)
         values ($1, $2, $3, $4, 'submitted', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19)",
        fresh.common.id,
        fresh.common.draft_id,
        fresh.round_id,
        fresh.common.reference,
        fresh.capacity,
        fresh.age,
        fresh.common.organisation,
        fresh.common.city,
        fresh.common.locale,
        fresh.common.account_id,
        fresh.common.name_sealed,
        fresh.guardian_sealed,
        fresh.common.post_sealed,
        fresh.common.phone_sealed,
        fresh.common.phone_index,
        fresh.common.mail_sealed,
        fresh.common.mail_index,
        fresh.common.note_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

request_row! {
    /// An application with what stands around it.
    ApplicationRow {
        /// Its round.
        round_id: Uuid,
        /// As what.
        capacity: String,
        /// How old; none once it was erased.
        age: Option<i32>,
        /// Sealed name of the guardian.
        guardian_sealed: Option<Vec<u8>>,
        /// What is to become of it.
        decision: Option<String>,
        /// Its place on the reserve.
        rank: Option<i32>,
        /// What its round is called.
        round_zh: String,
        /// In English.
        round_en: String,
        /// Until when one could apply.
        closes_at: Timestamp,
        /// When the selection was made public.
        selected_at: Option<Timestamp>,
        /// The end of the last training date of the round.
        last_training: Option<Timestamp>,
        /// The date they come to.
        training_id: Option<Uuid>,
        /// Its beginning.
        training_starts: Option<Timestamp>,
        /// Its end.
        training_ends: Option<Timestamp>,
        /// Where.
        training_place: Option<String>,
        /// The certificate.
        certificate_id: Option<Uuid>,
        /// Its year.
        certificate_year: Option<i32>,
        /// Its serial.
        certificate_serial: Option<i32>,
        /// When it was issued.
        certificate_issued: Option<Timestamp>,
        /// When it was revoked.
        certificate_revoked: Option<Timestamp>,
        /// When its name was erased.
        certificate_erased: Option<Timestamp>,
    }
}

/// Applications with what stands around them, narrowed and ordered by the tail.
macro_rules! applications {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            ApplicationRow,
            r#"select a.id, a.round_id, a.reference, a.state, a.version, a.capacity, a.age, a.organisation, a.city, a.locale,
                      a.name_sealed, a.guardian_sealed, a.post_sealed, a.phone_sealed, a.mail_sealed, a.note_sealed,
                      a.question_sealed, a.answer_sealed, a.reason_sealed, a.decision, a.created_at, a.updated_at,
                      -- On the reserve: the place among those who still wait; before, the one that was decided.
                      case when a.state <> 'reserve' then a.rank
                           else (select count(*)::integer from ambassador_application o
                                 where o.round_id = a.round_id and o.state = 'reserve' and o.erased_at is null
                                   and (o.rank, o.created_at, o.id) <= (a.rank, a.created_at, a.id)) end as "rank?",
                      r.title_zh as round_zh, r.title_en as round_en, r.closes_at, r.selected_at,
                      (select max(ends_at) from ambassador_training where round_id = r.id) as "last_training?",
                      a.training_id, t.starts_at as "training_starts?", t.ends_at as "training_ends?",
                      t.place as "training_place?", c.id as "certificate_id?", c.year as "certificate_year?",
                      c.serial as "certificate_serial?", c.issued_at as "certificate_issued?",
                      c.revoked_at as "certificate_revoked?", c.erased_at as "certificate_erased?"
               from ambassador_application a
               join ambassador_round r on r.id = a.round_id
               left join ambassador_training t on t.id = a.training_id
               left join ambassador_certificate c on c.application_id = a.id "#
                + $tail
            $(, $arg)*
        )
    };
}

/// One application.
pub async fn application(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ApplicationRow>> {
    applications!("where a.id = $1", id).fetch_optional(db).await
}

/// Locks an application for a change, its round before it: a place that comes free is given on under one lock. Answers
/// whether it is there.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let round = sqlx::query_scalar!("select round_id from ambassador_application where id = $1", id);
    let Some(round) = round.fetch_optional(&mut *db).await? else { return Ok(false) };
    sqlx::query!("select id from ambassador_round where id = $1 for update", round).fetch_one(&mut *db).await?;
    rows::lock(db, Of::Ambassadors, id).await
}

/// The applications of a round, those sent first first; narrowed to a state and to schools that hold a text.
pub async fn of_round(
    db: &mut PgConnection,
    round: Uuid,
    state: Option<&str>,
    text: Option<&str>,
) -> sqlx::Result<Vec<ApplicationRow>> {
    applications!(
        "where a.round_id = $1 and ($2::text is null or a.state = $2)
           and ($3::text is null or a.reference = upper($3) or strpos(lower(a.organisation), lower($3)) > 0)
         order by a.rank nulls last, a.created_at, a.id limit 2000",
        round,
        state,
        text,
    )
    .fetch_all(db)
    .await
}

/// An application that waits for the selection of its round.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    /// Application.
    pub id: Uuid,
    /// Where it stands.
    pub state: String,
    /// What is to become of it.
    pub decision: Option<String>,
}

/// Locks every application of a locked round that waits for the selection, in the order of the ids.
pub async fn lock_waiting(db: &mut PgConnection, round: Uuid) -> sqlx::Result<Vec<WaitingRow>> {
    sqlx::query_as!(
        WaitingRow,
        "select id, state, decision from ambassador_application where round_id = $1 and state in ('submitted', 'asked')
         order by id for update",
        round
    )
    .fetch_all(db)
    .await
}

/// Locks the first of the reserve of a locked round.
pub async fn lock_first_reserve(db: &mut PgConnection, round: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from ambassador_application where round_id = $1 and state = 'reserve' and erased_at is null
         order by rank, created_at, id limit 1 for update",
        round
    )
    .fetch_optional(db)
    .await
}

/// How many of a round have a place.
pub async fn with_a_place(db: &mut PgConnection, round: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from ambassador_application
           where round_id = $1 and state in ('selected', 'confirmed', 'trained', 'absent', 'certified')"#,
        round
    )
    .fetch_one(db)
    .await
}

/// Locks the trained of a locked round who have no certificate, in the order they applied: nobody empties one of them while
/// its certificate is made.
pub async fn trained(db: &mut PgConnection, round: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from ambassador_application where round_id = $1 and state = 'trained' and erased_at is null
         order by created_at, id for update",
        round
    )
    .fetch_all(db)
    .await
}

/// The selected of a locked round.
pub async fn selected(db: &mut PgConnection, round: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from ambassador_application where round_id = $1 and state = 'selected' and erased_at is null
         order by created_at, id",
        round
    )
    .fetch_all(db)
    .await
}

/// Whether this contact has an application for the round that was neither withdrawn nor refused.
pub async fn has_live(db: &mut PgConnection, round: Uuid, contact_index: &[u8]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists(select from ambassador_application
                         where round_id = $1 and (phone_index = $2 or mail_index = $2)
                           and state not in ('withdrawn', 'refused')) as "live!""#,
        round,
        contact_index
    )
    .fetch_one(db)
    .await
}

/// What a change writes besides the state; what is none stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What was said.
    pub words: Words,
    /// The date they come to.
    pub training: Option<Uuid>,
}

impl From<Words> for Change {
    fn from(words: Words) -> Self {
        Self { words, ..Self::default() }
    }
}

/// Moves an application, which the caller has locked, to another state. Whoever is selected anew has chosen no date.
pub async fn advance(
    db: &mut PgConnection,
    id: Uuid,
    state: &str,
    change: &Change,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_application set state = $2, version = version + 1, updated_at = $3,
                question_sealed = coalesce($4, question_sealed), answer_sealed = coalesce($5, answer_sealed),
                reason_sealed = coalesce($6, reason_sealed),
                training_id = case when $2 in ('selected', 'withdrawn') then null else coalesce($7, training_id) end
         where id = $1",
        id,
        state,
        now.to_sqlx() as _,
        change.words.question_sealed,
        change.words.answer_sealed,
        change.words.reason_sealed,
        change.training
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes what is to become of a locked application; the reason is the one they will read.
pub async fn decide(
    db: &mut PgConnection,
    id: Uuid,
    decision: Option<&str>,
    rank: Option<i32>,
    reason_sealed: Option<&[u8]>,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_application set decision = $2, rank = $3, reason_sealed = $4, version = version + 1, updated_at = $5
         where id = $1",
        id,
        decision,
        rank,
        reason_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a locked application's name right, and says so to whoever saw it before. One that was emptied stays so.
pub async fn rename(db: &mut PgConnection, id: Uuid, name_sealed: &[u8], now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_application
         set name_sealed = case when erased_at is null then $2 else name_sealed end, version = version + 1, updated_at = $3
         where id = $1",
        id,
        name_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
