//! Certificates that a unit is stored.

use crate::ToSqlx;
use jiff::civil;
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A certificate as stored.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// Its own.
    pub id: Uuid,
    /// Of which unit.
    pub unit_id: Uuid,
    /// Eight characters.
    pub number: String,
    /// When it was issued.
    pub issued_on: SqlDate,
}

/// Issues the certificate of a unit, unless there is one.
pub async fn issue(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (family, unit): (Uuid, Uuid),
    number: &str,
    day: civil::Date,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_certificate (id, family_id, unit_id, number, issued_on) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        id,
        family,
        unit,
        number,
        day.to_sqlx() as SqlDate
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The certificate of a unit.
pub async fn of_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Option<CertificateRow>> {
    sqlx::query_as!(
        CertificateRow,
        r#"select id, unit_id, number, issued_on as "issued_on: SqlDate" from family_certificate where unit_id = $1"#,
        unit
    )
    .fetch_optional(db)
    .await
}

/// The certificate of a number, and where its unit is now.
#[derive(Debug, Clone)]
pub struct NumberedRow {
    /// Its own.
    pub id: Uuid,
    /// The unit's state.
    pub state: String,
}

/// The certificate of a number.
pub async fn numbered(db: impl PgExecutor<'_>, number: &str) -> sqlx::Result<Option<NumberedRow>> {
    sqlx::query_as!(
        NumberedRow,
        "select c.id, u.state from family_certificate c join custody_unit u on u.id = c.unit_id where c.number = $1",
        number
    )
    .fetch_optional(db)
    .await
}
