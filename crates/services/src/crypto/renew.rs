//! Sealing everything anew after a rotation, slowly and beside the work of the day: afterwards nothing lasting is sealed
//! by an older key. Needed when a data key may have leaked; harmless at any time, and may be stopped and begun again.

use super::{Place, version_of};
use crate::Services;
use crate::privacy::{FIELDS, Protection, Term};
use uuid::Uuid;

/// Values of one step.
const BATCH: i64 = 200;

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Renewed {
    /// Values that are now sealed by the present key.
    pub sealed: u64,
    /// Values that do not open: they were left as they are, and somebody should look.
    pub unreadable: u64,
}

/// The column that gives `Place::row` of a table.
fn row_column(table: &str) -> &'static str {
    match table {
        "event_answers" => "draft_id",
        "staff_passkey" => "id",
        "group_roster" => "request_id",
        "spark_case_key" => "case_id",
        "spark_reviewer_profile" => "account_id",
        table if table.starts_with("staff_") => "account_id",
        _ => "id",
    }
}

/// What a value is bound to: its own row; the key of an application to the row of the case it becomes, where it goes as it is.
fn bound(table: &'static str, column: &'static str, row: Uuid) -> Place {
    match (table, column) {
        ("spark_application", "key_sealed") => Place { table: "spark_case_key", column, row },
        _ => Place { table, column, row },
    }
}

/// Seals every lasting value of an older key with the present one. What lives a day or less is left to its end. A value
/// that changes meanwhile is not touched: who changed it used the present key.
pub async fn renew(services: &Services) -> sqlx::Result<Renewed> {
    let mut renewed = Renewed::default();
    let lasting = FIELDS.iter().filter(|field| field.protection == Protection::Sealed);
    let lasting = lasting.filter(|field| !matches!(field.term, Term::Draft | Term::Code));
    for (table, column) in lasting.flat_map(|field| field.columns.iter().map(|column| (field.table, *column))) {
        renew_column(services, table, column, &mut renewed).await?;
    }
    Ok(renewed)
}

async fn renew_column(
    services: &Services,
    table: &'static str,
    column: &'static str,
    renewed: &mut Renewed,
) -> sqlx::Result<()> {
    let key = row_column(table);
    let mut after = Uuid::nil();
    loop {
        let version = services.vault.sealing_version();
        let rows = store::keys::sealed_by_others(&services.db, (table, column, key), version, after, BATCH).await?;
        for (row, sealed) in &rows {
            after = *row;
            match services.vault.reseal(bound(table, column, *row), sealed) {
                Ok(Some(fresh)) => {
                    debug_assert_eq!(version_of(&fresh), Some(services.vault.sealing_version()));
                    let done = store::keys::exchange_sealed(&services.db, (table, column, key), *row, sealed, &fresh);
                    renewed.sealed += done.await?;
                }
                Ok(None) => {}
                Err(_) => {
                    renewed.unreadable += 1;
                    tracing::error!(table, column, %row, "a sealed value does not open");
                }
            }
        }
        if (rows.len() as i64) < BATCH {
            return Ok(());
        }
    }
}
