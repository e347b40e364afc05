//! Who stands on the ladder. Contacts are sealed bytes here.

use sqlx::PgExecutor;
use uuid::Uuid;

/// Somebody of the staff who can be told of an alarm.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The account.
    pub id: Uuid,
    /// Its address.
    pub mail_sealed: Option<Vec<u8>>,
    /// Its telephone.
    pub phone_sealed: Option<Vec<u8>>,
    /// The language of messages.
    pub locale: String,
}

/// Everybody with one of these roles whose account is live and who can be told, with the role; whoever has two stands there twice.
pub async fn with_roles(db: impl PgExecutor<'_>, roles: &[String]) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "select r.role, a.id from account a join account_role r on r.account_id = a.id
         where a.kind = 'staff' and a.deleted_at is null and r.role = any ($1)
           and (a.mail_sealed is not null or a.phone_sealed is not null)
         order by r.role, a.id",
        roles
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.role, row.id)).collect())
}

/// One of the staff whose account is live.
pub async fn one(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Option<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        "select id, mail_sealed, phone_sealed, locale from account where id = $1 and kind = 'staff' and deleted_at is null",
        account
    )
    .fetch_optional(db)
    .await
}

/// The sealed name of each of these accounts.
pub async fn names(db: impl PgExecutor<'_>, accounts: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Option<Vec<u8>>)>> {
    let rows = sqlx::query!("select id, name_sealed from account where id = any ($1)", accounts).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name_sealed)).collect())
}
