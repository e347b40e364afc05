//! What a snapshot of a quarter is made from.

use super::DisclosureError;
use crate::crypto::digest_hex;
use domain::bus::City;
use domain::disclosure::{DiseaseGroup, Family, Fen, Opening, Payment, Place, Quarter};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::disclosure::facts::{self as sql, OpeningRow, PaidRow};
use uuid::Uuid;

/// What the ledger says of a quarter and no snapshot counts.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Money that reached families, in the order of the journal.
    pub payments: Vec<Payment>,
    /// What was paid before the books began.
    pub openings: Vec<Opening>,
    /// The families of all payments that are counted.
    pub counted: BTreeSet<Family>,
    /// The entry at each position.
    pub entries: BTreeMap<u64, Uuid>,
    /// What was received, by year.
    pub received: BTreeMap<i16, Fen>,
    /// Payments and sums that belong to a later quarter, or stand behind one that does.
    pub later: usize,
}

/// Reads it. Payments count in the order of the journal: from the first of a later quarter on, they are for the next report,
/// so that a position says of every payment whether it is in a report.
pub(super) async fn read(db: &mut PgConnection, quarter: Quarter) -> Result<Ledger, DisclosureError> {
    let last = quarter.period().last();
    let paid = sql::paid(&mut *db).await?;
    let openings = sql::openings(&mut *db).await?;
    let openings: Vec<OpeningRow> = openings.into_iter().filter(|row| !row.counted).collect();
    let days = paid.iter().map(|row| (row.position, row.day)).chain(openings.iter().map(|row| (row.position, row.day)));
    let all = paid.len() + openings.len();
    let end = days.filter(|(_, day)| day.to_jiff() > last).map(|(position, _)| position).min().unwrap_or(i64::MAX);
    let mut ledger = Ledger::default();
    for row in paid.into_iter().filter(|row| row.position < end) {
        let payment = payment(&row).ok_or(DisclosureError::Unreadable)?;
        ledger.entries.insert(payment.position(), row.entry_id);
        ledger.payments.push(payment);
    }
    for row in openings.into_iter().filter(|row| row.position < end) {
        let opening = opening(&row).ok_or(DisclosureError::Unreadable)?;
        ledger.entries.insert(opening.position(), row.entry_id);
        ledger.openings.push(opening);
    }
    ledger.later = all - ledger.entries.len();
    ledger.counted = sql::families(&mut *db).await?.into_iter().map(Family).collect();
    let received = sql::received(db, last).await?;
    ledger.received = received.into_iter().map(|row| (row.year, Fen::new(row.amount))).collect();
    Ok(ledger)
}

fn payment(row: &PaidRow) -> Option<Payment> {
    let position = u64::try_from(row.position).ok()?;
    let group = DiseaseGroup::from_name(row.disease_group.as_deref()?)?;
    let place = Place::City(City::from_code(row.city.as_deref()?)?);
    Payment::new(position, family(row), (group, place), row.day.to_jiff(), Fen::new(row.amount)).ok()
}

fn opening(row: &OpeningRow) -> Option<Opening> {
    let position = u64::try_from(row.position).ok()?;
    let group = row.disease.as_deref().map(DiseaseGroup::from_name);
    // A fund of a group that nobody knows is a fault, and not a fund of any.
    let group = match group {
        Some(None) => return None,
        Some(group) => group,
        None => None,
    };
    let families = u32::try_from(row.families).ok()?;
    Opening::new(position, group, row.day.to_jiff(), families, Fen::new(row.amount)).ok()
}

/// A family is its patient: known again by the hash of a keyed hash of the document, as long as a case has that; of a case that
/// is forgotten, by the key under which it was counted.
fn family(row: &PaidRow) -> Family {
    if let Some(counted) = row.counted_as {
        return Family(counted);
    }
    let key = match &row.patient_index {
        Some(index) => [b"patient ".as_slice(), index].concat(),
        None => [b"case ".as_slice(), row.case_id.as_bytes()].concat(),
    };
    let hex = digest_hex(&key);
    Family(Uuid::from_u128(u128::from_str_radix(&hex[..32], 16).unwrap_or_default()))
}
