//! Applications: their pages until they are sent, their snapshots afterwards.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// An application.
#[derive(Debug, Clone)]
pub struct ApplicationRow {
    /// Which.
    pub id: Uuid,
    /// Who fills it in.
    pub owner_id: Uuid,
    /// The version of its form.
    pub form: i32,
    /// The keyed hash of the family's telephone.
    pub family_index: Option<Vec<u8>>,
    /// Eight characters, once it is sent.
    pub reference: Option<String>,
    /// When it was sent.
    pub submitted_at: Option<Timestamp>,
    /// Who sent it.
    pub submitted_by: Option<Uuid>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// A page as it was last saved.
#[derive(Debug, Clone)]
pub struct PageRow {
    /// What the sealed value is bound to.
    pub id: Uuid,
    /// The page.
    pub page: String,
    /// How often it changed.
    pub version: i32,
    /// What was typed.
    pub sealed: Vec<u8>,
}

/// What was sent.
#[derive(Debug, Clone)]
pub struct SnapshotRow {
    /// What the sealed value is bound to.
    pub id: Uuid,
    /// 1 for the first.
    pub number: i32,
    /// The text.
    pub sealed: Vec<u8>,
    /// Its SHA-256.
    pub digest: Vec<u8>,
    /// When.
    pub taken_at: Timestamp,
}

/// Begins an application.
pub async fn add(
    db: &mut PgConnection,
    (id, owner): (Uuid, Uuid),
    form: i32,
    locale: &str,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_application (id, owner_id, form, locale, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)",
        id,
        owner,
        form,
        locale,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The account's applications that are not sent.
pub async fn count_open(db: &mut PgConnection, owner: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"count!\" from spark_application where owner_id = $1 and submitted_at is null",
        owner
    )
    .fetch_one(db)
    .await
}

/// An application of the account in which nothing was saved.
pub async fn empty_of(db: &mut PgConnection, owner: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from spark_application a where owner_id = $1 and submitted_at is null
           and not exists (select from spark_application_page p where p.application_id = a.id)
         order by id limit 1",
        owner
    )
    .fetch_optional(db)
    .await
}

/// An application.
pub async fn application(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ApplicationRow>> {
    sqlx::query_as!(
        ApplicationRow,
        "select id, owner_id, form, family_index, reference, submitted_at, submitted_by, created_at,
                updated_at
         from spark_application where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// An application, locked until the transaction ends.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ApplicationRow>> {
    sqlx::query_as!(
        ApplicationRow,
        "select id, owner_id, form, family_index, reference, submitted_at, submitted_by, created_at,
                updated_at
         from spark_application where id = $1 for update",
        id
    )
    .fetch_optional(db)
    .await
}

/// The applications an account fills in, sends as the family, or has sent; the newest first. Once one is sent it is of the account
/// that sent it, and of no later holder of the number.
pub async fn of_account(
    db: &mut PgConnection,
    account: Uuid,
    phone_index: Option<&[u8]>,
) -> sqlx::Result<Vec<ApplicationRow>> {
    sqlx::query_as!(
        ApplicationRow,
        "select id, owner_id, form, family_index, reference, submitted_at, submitted_by, created_at,
                updated_at
         from spark_application
         where owner_id = $1 or submitted_by = $1 or (submitted_at is null and family_index = $2)
         order by id desc limit 200",
        account,
        phone_index
    )
    .fetch_all(db)
    .await
}

/// The pages of an application, as they were last saved.
pub async fn pages(db: &mut PgConnection, application: Uuid) -> sqlx::Result<Vec<PageRow>> {
    sqlx::query_as!(
        PageRow,
        "select id, page, version, sealed from spark_application_page where application_id = $1 order by page",
        application
    )
    .fetch_all(db)
    .await
}

/// Keeps a page in the place of the version before it. Answers whether that is what stood there: for who holds the lock of the
/// application it always is.
pub async fn save_page(
    db: &mut PgConnection,
    application: Uuid,
    row: &PageRow,
    based_on: i32,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_application_page as p (id, application_id, page, version, sealed, saved_at)
         values ($1, $2, $3, $4, $5, $7)
         on conflict (application_id, page) do update
           set id = excluded.id, version = excluded.version, sealed = excluded.sealed, saved_at = excluded.saved_at
         where p.version = $6",
        row.id,
        application,
        row.page,
        row.version,
        row.sealed,
        based_on,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets the pages of an application.
pub async fn forget_pages(db: &mut PgConnection, application: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from spark_application_page where application_id = $1", application).execute(db).await?;
    Ok(())
}

/// Notes that something of an application was saved.
pub async fn touch(
    db: &mut PgConnection,
    id: Uuid,
    form: i32,
    family_index: Option<&[u8]>,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_application set form = $2, family_index = $3, updated_at = $4 where id = $1",
        id,
        form,
        family_index,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The sealed key of an application that is not sent: `Some(None)` of one that has none yet.
pub async fn key(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Option<Vec<u8>>>> {
    sqlx::query_scalar!("select key_sealed from spark_application where id = $1 and submitted_at is null", id)
        .fetch_optional(db)
        .await
}

/// Gives a key to an application that is not sent and has none. Answers the one it has then, whoever gave it.
pub async fn give_key(db: &mut PgConnection, id: Uuid, fresh: &[u8]) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "update spark_application set key_sealed = coalesce(key_sealed, $2) where id = $1 and submitted_at is null
         returning key_sealed as \"key_sealed!\"",
        id,
        fresh
    )
    .fetch_optional(db)
    .await
}

/// Notes that an application was sent. Its key is the case's from now on.
pub async fn submitted(
    db: &mut PgConnection,
    id: Uuid,
    reference: &str,
    by: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_application set reference = $2, submitted_by = $3, submitted_at = $4, updated_at = $4, key_sealed = null
         where id = $1",
        id,
        reference,
        by,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds what was sent.
pub async fn add_snapshot(
    db: &mut PgConnection,
    application: Uuid,
    form: i32,
    row: &SnapshotRow,
    by: Uuid,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_snapshot (id, application_id, number, form, sealed, digest, taken_by, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        row.id,
        application,
        row.number,
        form,
        row.sealed,
        row.digest,
        by,
        row.taken_at as Timestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was sent last of an application.
pub async fn last_snapshot(db: &mut PgConnection, application: Uuid) -> sqlx::Result<Option<SnapshotRow>> {
    sqlx::query_as!(
        SnapshotRow,
        "select id, number, sealed, digest, taken_at as \"taken_at: Timestamp\" from spark_snapshot
         where application_id = $1 order by number desc limit 1",
        application
    )
    .fetch_optional(db)
    .await
}

/// Deletes an application that was not sent, with its pages. Answers whether there was one.
pub async fn discard(db: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("delete from spark_application where id = $1 and submitted_at is null", id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes what an account began and did not send. Answers how many.
pub async fn discard_of(db: &mut PgConnection, owner: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from spark_application where owner_id = $1 and submitted_at is null", owner);
    Ok(done.execute(db).await?.rows_affected())
}

/// Deletes up to `limit` applications that were last saved before `before` and not sent, skipping those another server has.
pub async fn discard_stale(db: &mut PgConnection, before: jiff::Timestamp, limit: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from spark_application where id in
           (select id from spark_application where submitted_at is null and updated_at < $1
            order by updated_at limit $2 for update skip locked)",
        before.to_sqlx() as _,
        limit
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// How many [`discard_stale`] would delete without a limit.
pub async fn count_stale(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from spark_application where submitted_at is null and updated_at < $1",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}
