//! Certificates and their numbers.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Takes the next serial of a year. The year's row stays locked until the caller's transaction ends, and a transaction that
/// fails gives the serial back: numbers have no gaps.
pub async fn next_serial(db: &mut PgConnection, year: i32) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into ambassador_serial (year, last) values ($1, 1)
         on conflict (year) do update set last = ambassador_serial.last + 1 returning last",
        year
    )
    .fetch_one(db)
    .await
}

/// A certificate to add.
#[derive(Debug, Clone)]
pub struct NewCertificate<'a> {
    /// Certificate.
    pub id: Uuid,
    /// Whose.
    pub application: Uuid,
    /// Its year.
    pub year: i32,
    /// Its serial.
    pub serial: i32,
    /// Sealed name.
    pub name_sealed: &'a [u8],
    /// Which school.
    pub organisation: &'a str,
    /// What the round is called.
    pub round_zh: &'a str,
    /// In English.
    pub round_en: &'a str,
}

/// Adds a certificate.
pub async fn add(db: &mut PgConnection, fresh: &NewCertificate<'_>, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ambassador_certificate (id, application_id, year, serial, name_sealed, organisation, round_zh, round_en,
                issued_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        fresh.id,
        fresh.application,
        fresh.year,
        fresh.serial,
        fresh.name_sealed,
        fresh.organisation,
        fresh.round_zh,
        fresh.round_en,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A certificate.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// Certificate.
    pub id: Uuid,
    /// Whose.
    pub application_id: Uuid,
    /// Its year.
    pub year: i32,
    /// Its serial.
    pub serial: i32,
    /// Sealed name.
    pub name_sealed: Vec<u8>,
    /// Which school.
    pub organisation: String,
    /// What the round was called.
    pub round_zh: String,
    /// In English.
    pub round_en: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Sealed: why.
    pub revoked_reason_sealed: Option<Vec<u8>>,
    /// When its name was erased.
    pub erased_at: Option<Timestamp>,
}

/// The certificate of a number.
pub async fn of_number(db: &mut PgConnection, year: i32, serial: i32) -> sqlx::Result<Option<CertificateRow>> {
    sqlx::query_as!(
        CertificateRow,
        "select id, application_id, year, serial, name_sealed, organisation, round_zh, round_en, issued_at, revoked_at,
                revoked_reason_sealed, erased_at
         from ambassador_certificate where year = $1 and serial = $2",
        year,
        serial
    )
    .fetch_optional(db)
    .await
}

/// The certificate of an application; locked when it is to be changed with the application, which the caller has locked.
pub async fn of_application(db: &mut PgConnection, application: Uuid) -> sqlx::Result<Option<CertificateRow>> {
    sqlx::query_as!(
        CertificateRow,
        "select id, application_id, year, serial, name_sealed, organisation, round_zh, round_en, issued_at, revoked_at,
                revoked_reason_sealed, erased_at
         from ambassador_certificate where application_id = $1",
        application
    )
    .fetch_optional(db)
    .await
}

/// Writes a corrected name: the number stays. A name that was erased does not come back.
pub async fn rename(db: &mut PgConnection, id: Uuid, name_sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_certificate set name_sealed = $2, version = version + 1
         where id = $1 and erased_at is null",
        id,
        name_sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Revokes a certificate, with the reason; without it where the name was erased: nobody would erase it again.
pub async fn revoke(db: &mut PgConnection, id: Uuid, reason_sealed: &[u8], now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update ambassador_certificate
         set revoked_at = $2, revoked_reason_sealed = case when erased_at is null then $3::bytea end
         where id = $1",
        id,
        now.to_sqlx() as _,
        reason_sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The certificates issued before an instant that still name somebody; locked with their applications, skipping those that
/// somebody else changes.
pub async fn due(db: &mut PgConnection, before: jiff::Timestamp, most: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select c.id from ambassador_certificate c join ambassador_application a on a.id = c.application_id
         where c.issued_at < $1 and c.erased_at is null
         order by c.id limit $2 for update of a, c skip locked",
        before.to_sqlx() as _,
        most
    )
    .fetch_all(db)
    .await
}

/// How many [`due`] would find.
pub async fn count_due(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from ambassador_certificate where issued_at < $1 and erased_at is null",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Takes the name off a certificate: number, school and date stay. Whoever saw the application
/// before looks again; one that was emptied kept the way to the certificate, which goes now.
pub async fn erase(db: &mut PgConnection, id: Uuid, name_sealed: &[u8], now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with done as (update ambassador_certificate
                       set name_sealed = $2, revoked_reason_sealed = null, erased_at = $3, version = version + 1
                       where id = $1 returning application_id)
         update ambassador_application a
         set version = version + 1,
             phone_index = case when erased_at is null then phone_index end,
             mail_index = case when erased_at is null then mail_index end,
             account_id = case when erased_at is null then account_id end
         from done where a.id = done.application_id",
        id,
        name_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
