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

/// Issues the certificate of a unit for an account, unless there is one, or the unit is not of this family any more, or the account
/// is not.
pub async fn issue(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (family, unit, account): (Uuid, Uuid, Uuid),
    number: &str,
    day: civil::Date,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_certificate (id, family_id, unit_id, number, issued_on)
         select $1::uuid, u.family_id, u.id, $4::text, $5::date
         from custody_unit u join family_member m on m.family_id = u.family_id
         where u.family_id = $2 and u.id = $3 and m.account_id = $6 and m.until is null
         on conflict do nothing",
        id,
        family,
        unit,
        number,
        day.to_sqlx() as SqlDate,
        account
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The certificate of a unit of a family.
pub async fn of_unit(db: impl PgExecutor<'_>, (family, unit): (Uuid, Uuid)) -> sqlx::Result<Option<CertificateRow>> {
    sqlx::query_as!(
        CertificateRow,
        r#"select id, unit_id, number, issued_on as "issued_on: SqlDate" from family_certificate
           where family_id = $1 and unit_id = $2"#,
        family,
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
    /// Where it was when it was held, while it is.
    pub held_in: Option<String>,
}

/// The certificate of a number; nothing once its unit is another family's.
pub async fn numbered(db: impl PgExecutor<'_>, number: &str) -> sqlx::Result<Option<NumberedRow>> {
    sqlx::query_as!(
        NumberedRow,
        "select c.id, u.state, u.held_in from family_certificate c
         join custody_unit u on u.id = c.unit_id and u.family_id = c.family_id where c.number = $1",
        number
    )
    .fetch_optional(db)
    .await
}
