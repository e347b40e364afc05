//! Finding contracts: one by its number, many by how far they are, and what is owed soon or was.

use super::{child, fault, number_end, officer};
use crate::family::{CONTRACT_NUMBERS, FamilyError};
use crate::keyset::{self, After};
use crate::limits;
use crate::{Context, Services};
use domain::custody::Pool;
use domain::family::{ContractNumber, ContractState};
use domain::field::Fault;
use domain::ids::ContractId;
use domain::ledger::Fen;
use domain::time::local_day;
use jiff::civil::{self, Date};
use jiff::{Timestamp, ToSpan as _};
use store::family::office as sql;
use uuid::Uuid;

/// Rows of a page.
const PAGE: usize = 30;
/// Days that are soon.
const SOON: i64 = 30;

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<T, A> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where the next page begins; nothing where this one is the last.
    pub next: Option<A>,
}

/// Where the next page of what is owed begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwedAfter {
    day: Date,
    id: Uuid,
    nth: i16,
}

impl OwedAfter {
    /// As it stands in an address.
    pub fn text(self) -> String {
        format!("{}.{}.{}", self.day, self.id, self.nth)
    }

    /// Reads what [`text`](Self::text) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (day, id, nth) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { day: domain::time::day(day).ok()?, id: id.parse().ok()?, nth: nth.parse().ok()? })
    }
}

/// A contract of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Which.
    pub id: ContractId,
    /// The last four digits of its number.
    pub number_end: String,
    /// The child it is for, masked.
    pub child: Option<String>,
    /// For whose use.
    pub pool: Pool,
    /// The last day of its term.
    pub ends_on: Option<Date>,
    /// The day of the first price that is not paid.
    pub next_due: Option<Date>,
    /// When it was written.
    pub made_at: Timestamp,
}

/// Something owed, of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owed {
    /// By which contract.
    pub contract: ContractId,
    /// The last four digits of its number.
    pub number_end: String,
    /// The child it is for, masked.
    pub child: Option<String>,
    /// How far the contract is.
    pub state: ContractState,
    /// What for: `preparation` or `storage`.
    pub kind: String,
    /// Until when.
    pub due_on: Date,
    /// How much.
    pub amount: Fen,
    /// Its family was reminded.
    pub reminded: bool,
}

/// What of what is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwedWhich {
    /// Its day comes within a month.
    Soon,
    /// Its day has passed.
    Overdue,
}

/// The contract of a number that somebody typed.
///
/// # Errors
/// `Denied`; `Fields` (`number`, also where no contract has it); `Limited`; `Database`.
pub async fn find(services: &Services, context: &Context, number: &str) -> Result<ContractId, FamilyError> {
    let account = officer(context)?;
    let number = ContractNumber::parse(number).map_err(|why| fault("number", why))?;
    limits::hit(services, &limits::CONTRACT_ASKED, &account.to_string()).await?;
    let index = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
    let found = sql::of_number(&services.db, &index).await?;
    found.map(ContractId).ok_or_else(|| fault("number", Fault::ContractUnknown))
}

/// Contracts of a state, the newest first.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn list(
    services: &Services,
    context: &Context,
    state: ContractState,
    after: Option<After>,
) -> Result<Page<Listed, After>, FamilyError> {
    officer(context)?;
    let mut rows = sql::of_state(&services.db, state.name(), after.map(After::key), PAGE as i64 + 1).await?;
    let next = keyset::cut(&mut rows, PAGE, |row| (row.made_at.to_jiff(), row.id));
    let read = |row: sql::ListedRow| {
        Ok::<_, FamilyError>(Listed {
            id: ContractId(row.id),
            number_end: number_end(services, row.id, &row.number_sealed)?,
            child: child(services, row.child_id.zip(row.child_name.as_deref()))?,
            pool: Pool::from_name(&row.pool).ok_or(FamilyError::Unreadable)?,
            ends_on: row.ends_on.map(|day| day.to_jiff()),
            next_due: row.next_due.map(|day| day.to_jiff()),
            made_at: row.made_at.to_jiff(),
        })
    };
    Ok(Page { rows: rows.into_iter().map(read).collect::<Result<_, _>>()?, next })
}

/// What is owed soon, or was; the first first. What a draft says, and what ended, is not owed.
///
/// # Errors
/// `Denied`, `Crypto`, `Unreadable`, `Database`.
pub async fn owed(
    services: &Services,
    context: &Context,
    which: OwedWhich,
    after: Option<OwedAfter>,
) -> Result<Page<Owed, OwedAfter>, FamilyError> {
    officer(context)?;
    let today = local_day(context.now);
    let between = match which {
        OwedWhich::Soon => (today, today.saturating_add(SOON.days())),
        OwedWhich::Overdue => (civil::date(1900, 1, 1), today.saturating_sub(1.day())),
    };
    let after = after.map(|after| (after.day, after.id, after.nth));
    let mut rows = sql::owed(&services.db, between, after, PAGE as i64 + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more);
    let next = next.map(|row| OwedAfter { day: row.due_on.to_jiff(), id: row.contract_id, nth: row.nth });
    let read = |row: sql::OwedRow| {
        Ok::<_, FamilyError>(Owed {
            contract: ContractId(row.contract_id),
            number_end: number_end(services, row.contract_id, &row.number_sealed)?,
            child: child(services, row.child_id.zip(row.child_name.as_deref()))?,
            state: ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?,
            kind: row.kind,
            due_on: row.due_on.to_jiff(),
            amount: Fen::new(row.fen),
            reminded: row.reminded,
        })
    };
    Ok(Page { rows: rows.into_iter().map(read).collect::<Result<_, _>>()?, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_read_as_it_is_written() {
        let id = Uuid::from_u128(7);
        let owed = OwedAfter { day: jiff::civil::date(2026, 8, 10), id, nth: 2 };
        assert_eq!(OwedAfter::parse(&owed.text()), Some(owed));
        for other in ["", ".", "x.y", "2026-08-10", "2026-08-10..1"] {
            assert_eq!(OwedAfter::parse(other), None, "{other}");
        }
    }
}
