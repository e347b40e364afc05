//! What somebody typed into the form of a request before the contact was proven. Each kind of request has a table of its own
//! and all of them one shape: a statement is written once and checked for each.

use super::Of;
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// One statement of each table, from the words before its name and those after it.
macro_rules! on {
    ($of:expr, $query:ident!($($row:ty,)? $before:literal, $after:literal $(, $arg:expr)* $(,)?), $run:ident($db:expr)) => {
        match $of {
            Of::Bus => sqlx::$query!($($row,)? $before + "bus_draft" + $after $(, $arg)*).$run($db).await,
            Of::Groups => sqlx::$query!($($row,)? $before + "group_draft" + $after $(, $arg)*).$run($db).await,
            Of::Ambassadors => sqlx::$query!($($row,)? $before + "ambassador_draft" + $after $(, $arg)*).$run($db).await,
        }
    };
}

/// A draft.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// Draft.
    pub id: Uuid,
    /// Sealed fields of the form.
    pub sealed: Option<Vec<u8>>,
    /// When the contact was proven.
    pub verified_at: Option<Timestamp>,
    /// The request it became.
    pub request_id: Option<Uuid>,
    /// Nothing typed is kept longer.
    pub expires_at: Timestamp,
}

/// Begins a draft.
pub async fn add(
    db: &mut PgConnection,
    of: Of,
    id: Uuid,
    visitor_hash: &[u8],
    locale: &str,
    (now, expires_at): (jiff::Timestamp, jiff::Timestamp),
) -> sqlx::Result<()> {
    on!(
        of,
        query!(
            "insert into ",
            " (id, visitor_hash, locale, created_at, expires_at) values ($1, $2, $3, $4, $5)",
            id,
            visitor_hash,
            locale,
            now.to_sqlx() as _,
            expires_at.to_sqlx() as _
        ),
        execute(db)
    )?;
    Ok(())
}

/// A draft, for the browser that began it.
pub async fn draft(
    db: &mut PgConnection,
    of: Of,
    id: Uuid,
    visitor_hash: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<DraftRow>> {
    on!(
        of,
        query_as!(
            DraftRow,
            "select id, sealed, verified_at, request_id, expires_at from ",
            " where id = $1 and visitor_hash = $2 and expires_at > $3",
            id,
            visitor_hash,
            now.to_sqlx() as _
        ),
        fetch_optional(db)
    )
}

/// Keeps what was typed; none while the contact cannot be read. A proven contact that changes must be proven again.
pub async fn save(
    db: &mut PgConnection,
    of: Of,
    id: Uuid,
    sealed: &[u8],
    contact_index: Option<&[u8]>,
) -> sqlx::Result<()> {
    on!(
        of,
        query!(
            "update ",
            " set sealed = $2, contact_index = $3, verified_at = case when contact_index = $3 then verified_at end
             where id = $1 and request_id is null",
            id,
            sealed,
            contact_index
        ),
        execute(db)
    )?;
    Ok(())
}

/// A draft that is locked.
#[derive(Debug, Clone, Copy)]
pub struct Locked {
    /// The request it became.
    pub request_id: Option<Uuid>,
    /// Its contact is proven.
    pub proven: bool,
}

/// Locks a draft.
pub async fn lock(db: &mut PgConnection, of: Of, id: Uuid) -> sqlx::Result<Option<Locked>> {
    on!(
        of,
        query_as!(
            Locked,
            r#"select request_id, verified_at is not null as "proven!" from "#,
            " where id = $1 for update",
            id
        ),
        fetch_optional(db)
    )
}

/// Notes the request a draft became. What was typed goes with it: the request has it.
pub async fn became(db: &mut PgConnection, of: Of, id: Uuid, request: Uuid) -> sqlx::Result<()> {
    on!(of, query!("update ", " set request_id = $2, sealed = null where id = $1", id, request), execute(db))?;
    Ok(())
}

/// Whether a request came of a form of this visitor's.
pub async fn is_of(db: &mut PgConnection, of: Of, request: Uuid, visitor_hash: &[u8]) -> sqlx::Result<bool> {
    on!(
        of,
        query_scalar!(
            "select exists (select from ",
            r#" where request_id = $1 and visitor_hash = $2) as "own!""#,
            request,
            visitor_hash
        ),
        fetch_one(db)
    )
}

/// Forgets every form with this contact, sent or not.
pub async fn remove_of_contact(db: &mut PgConnection, of: Of, contact_index: &[u8]) -> sqlx::Result<()> {
    on!(of, query!("delete from ", " where contact_index = $1", contact_index), execute(db))?;
    Ok(())
}
