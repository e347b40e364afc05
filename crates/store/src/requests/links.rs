//! Short links that lead to a request: ten characters of a text message. Each kind has a column of its own that says which.

use super::Of;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// A statement about the short links of a kind, by the names of its table and its column.
macro_rules! of_kind {
    ($of:expr, $statement:ident) => {
        match $of {
            Of::Bus => $statement!("bus_short_link", "request_id"),
            Of::Groups => $statement!("short_link", "group_id"),
            Of::Ambassadors => $statement!("short_link", "ambassador_id"),
        }
    };
}

/// Keeps a short link to a request until `expires_at`.
pub async fn keep(
    db: &mut PgConnection,
    of: Of,
    code_hash: &[u8],
    request: Uuid,
    expires_at: jiff::Timestamp,
) -> sqlx::Result<()> {
    macro_rules! keep {
        ($table:literal, $column:literal) => {
            sqlx::query!(
                "insert into "
                    + $table
                    + " as kept (code_hash, "
                    + $column
                    + ", expires_at) values ($1, $2, $3) on conflict ("
                    + $column
                    + ") do update set expires_at = greatest(kept.expires_at, excluded.expires_at)",
                code_hash,
                request,
                expires_at.to_sqlx() as _
            )
            .execute(db)
            .await
        };
    }
    of_kind!(of, keep)?;
    Ok(())
}

/// The request a short link leads to, and until when it does.
pub async fn follow(
    db: &mut PgConnection,
    of: Of,
    code_hash: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<(Uuid, jiff::Timestamp)>> {
    macro_rules! follow {
        ($table:literal, $column:literal) => {{
            let found = sqlx::query!(
                "select "
                    + $column
                    + " as \"request!\", expires_at from "
                    + $table
                    + " where code_hash = $1 and expires_at > $2 and "
                    + $column
                    + " is not null",
                code_hash,
                now.to_sqlx() as _
            );
            found.fetch_optional(db).await?.map(|row| (row.request, row.expires_at.to_jiff()))
        }};
    }
    Ok(of_kind!(of, follow))
}

/// Forgets the short link to a request.
pub async fn remove(db: &mut PgConnection, of: Of, request: Uuid) -> sqlx::Result<()> {
    macro_rules! remove {
        ($table:literal, $column:literal) => {
            sqlx::query!("delete from " + $table + " where " + $column + " = $1", request).execute(db).await
        };
    }
    of_kind!(of, remove)?;
    Ok(())
}
