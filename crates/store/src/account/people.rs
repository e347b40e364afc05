//! Accounts themselves.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// An account as stored.
#[derive(Debug)]
pub struct AccountRow {
    /// Who.
    pub id: Uuid,
    /// `visitor` or `staff`.
    pub kind: String,
    /// The language of messages.
    pub locale: String,
    /// The name.
    pub name_sealed: Option<Vec<u8>>,
    /// The mobile number.
    pub phone_sealed: Option<Vec<u8>>,
    /// Its keyed hash.
    pub phone_index: Option<Vec<u8>>,
    /// The mail address.
    pub mail_sealed: Option<Vec<u8>>,
    /// Its keyed hash.
    pub mail_index: Option<Vec<u8>>,
    /// Since when.
    pub created_at: SqlTimestamp,
}

/// The account, unless it was deleted.
pub async fn live(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<AccountRow>> {
    sqlx::query_as!(
        AccountRow,
        "select id, kind, locale, name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, created_at
         from account where id = $1 and deleted_at is null",
        id
    )
    .fetch_optional(db)
    .await
}

/// The account, locked until the transaction ends, unless it was deleted.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<AccountRow>> {
    sqlx::query_as!(
        AccountRow,
        "select id, kind, locale, name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, created_at
         from account where id = $1 and deleted_at is null for update",
        id
    )
    .fetch_optional(db)
    .await
}

/// Which of the two contacts of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContactColumn {
    /// The mobile number.
    Phone,
    /// The mail address.
    Mail,
}

/// A visitor's account found or made.
#[derive(Clone, Copy, Debug)]
pub struct FoundOrMade {
    /// Who.
    pub id: Uuid,
    /// Made just now.
    pub made: bool,
}

/// A visitor who proved a contact.
#[derive(Clone, Copy, Debug)]
pub struct ProvenVisitor<'a> {
    /// The id of the account if it has to be made.
    pub id: Uuid,
    /// Which contact.
    pub column: ContactColumn,
    /// The contact, sealed for `id`.
    pub sealed: &'a [u8],
    /// Its keyed hash.
    pub index: &'a [u8],
    /// The language of this visit.
    pub locale: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// The account of a proven contact, made if there is none: the same one statement either way, so that neither its
/// time nor its locks tell whether the account existed.
pub async fn find_or_make(db: impl PgExecutor<'_>, visitor: ProvenVisitor<'_>) -> sqlx::Result<FoundOrMade> {
    let now = visitor.now.to_sqlx();
    match visitor.column {
        ContactColumn::Phone => {
            sqlx::query_as!(
                FoundOrMade,
                r#"insert into account (id, kind, locale, phone_sealed, phone_index, created_at)
                   values ($1, 'visitor', $2, $3, $4, $5)
                   on conflict (phone_index) where deleted_at is null and kind = 'visitor'
                     do update set locale = excluded.locale
                   returning id, (id = $1) as "made!""#,
                visitor.id,
                visitor.locale,
                visitor.sealed,
                visitor.index,
                now as SqlTimestamp,
            )
            .fetch_one(db)
            .await
        }
        ContactColumn::Mail => {
            sqlx::query_as!(
                FoundOrMade,
                r#"insert into account (id, kind, locale, mail_sealed, mail_index, created_at)
                   values ($1, 'visitor', $2, $3, $4, $5)
                   on conflict (mail_index) where deleted_at is null and kind = 'visitor'
                     do update set locale = excluded.locale
                   returning id, (id = $1) as "made!""#,
                visitor.id,
                visitor.locale,
                visitor.sealed,
                visitor.index,
                now as SqlTimestamp,
            )
            .fetch_one(db)
            .await
        }
    }
}

/// Gives an account a contact. Fails with `account_phone_once` or `account_mail_once` when it belongs to another.
pub async fn set_contact(
    db: impl PgExecutor<'_>,
    id: Uuid,
    column: ContactColumn,
    sealed: &[u8],
    index: &[u8],
) -> sqlx::Result<bool> {
    let done = match column {
        ContactColumn::Phone => {
            sqlx::query!(
                "update account set phone_sealed = $2, phone_index = $3 where id = $1 and deleted_at is null",
                id,
                sealed,
                index
            )
            .execute(db)
            .await?
        }
        ContactColumn::Mail => {
            sqlx::query!(
                "update account set mail_sealed = $2, mail_index = $3 where id = $1 and deleted_at is null",
                id,
                sealed,
                index
            )
            .execute(db)
            .await?
        }
    };
    Ok(done.rows_affected() == 1)
}

/// Takes the mail address out of an account of the staff.
pub async fn clear_mail(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update account set mail_sealed = null, mail_index = null
         where id = $1 and kind = 'staff' and deleted_at is null and mail_sealed is not null",
        id
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The visitor's account that has a contact, if there is one.
pub async fn of_contact(db: impl PgExecutor<'_>, index: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from account where kind = 'visitor' and deleted_at is null and (phone_index = $1 or mail_index = $1)",
        index
    )
    .fetch_optional(db)
    .await
}

/// What the person is called.
pub async fn set_name(db: impl PgExecutor<'_>, id: Uuid, sealed: Option<&[u8]>) -> sqlx::Result<bool> {
    let done = sqlx::query!("update account set name_sealed = $2 where id = $1 and deleted_at is null", id, sealed);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The language of messages.
pub async fn set_locale(db: impl PgExecutor<'_>, id: Uuid, locale: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("update account set locale = $2 where id = $1 and deleted_at is null", id, locale);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
