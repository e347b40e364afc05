//! What went to the bank and what it said; and what stands in the way of closing a month.

use super::{Names, Person};
use crate::ledger::{LedgerError, Outcome};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, PaymentFileId, StatementId};
use domain::ledger::{Answer, Fen, Month};
use domain::time::local_day;
use jiff::{Timestamp, civil};
use store::ledger::journal::{self as journal, MonthRow};
use store::ledger::views::{self, RowView, StatementView};

/// Files and statements in a list.
const MOST: i64 = 50;

/// A file that was made for the bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileLine {
    /// Which.
    pub id: PaymentFileId,
    /// How many payments.
    pub lines: u32,
    /// All of them together.
    pub total: Fen,
    /// Of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Who made it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
}

/// The latest files.
///
/// # Errors
/// `Denied`.
pub async fn files(services: &Services, context: &Context) -> Result<Vec<FileLine>, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let rows = views::files(&services.db, MOST).await?;
    let names = Names::of(services, rows.iter().map(|row| row.made_by)).await?;
    let line = |row: views::FileView| FileLine {
        id: PaymentFileId(row.id),
        lines: u32::try_from(row.lines).unwrap_or_default(),
        total: Fen::new(row.total),
        sha256: row.sha256,
        by: names.person(row.made_by),
        at: row.made_at.to_jiff(),
    };
    Ok(rows.into_iter().map(line).collect())
}

/// A statement that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementLine {
    /// Which.
    pub id: StatementId,
    /// Who handed it in.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Rows that came with it first.
    pub rows: u32,
    /// Of these, what nothing explains.
    pub open: u32,
}

/// A row of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankRow {
    /// The bank's number.
    pub reference: String,
    /// The bank's day.
    pub day: civil::Date,
    /// What it says.
    pub answer: Answer,
    /// How much.
    pub amount: Fen,
    /// The award of the payment it names, where that is one of ours.
    pub award: Option<AwardId>,
    /// What came of it.
    pub outcome: Outcome,
    /// Who handed in its statement.
    pub read_by: Person,
}

impl BankRow {
    fn read(row: RowView, names: &Names) -> Result<Self, LedgerError> {
        Ok(Self {
            reference: row.reference,
            day: row.day.to_jiff(),
            answer: Answer::from_name(&row.result).ok_or(LedgerError::Unreadable)?,
            amount: Fen::new(row.amount),
            award: row.award_id.map(AwardId),
            outcome: Outcome::from_name(&row.outcome).ok_or(LedgerError::Unreadable)?,
            read_by: names.person(row.read_by),
        })
    }
}

fn line(row: &StatementView, names: &Names) -> StatementLine {
    let count = |n: i64| u32::try_from(n).unwrap_or_default();
    StatementLine {
        id: StatementId(row.id),
        by: names.person(row.read_by),
        at: row.read_at.to_jiff(),
        rows: count(row.rows),
        open: count(row.open),
    }
}

async fn rows(services: &Services, of: Option<StatementId>) -> Result<Vec<BankRow>, LedgerError> {
    let rows = views::rows(&services.db, of.map(|id| id.0)).await?;
    let names = Names::of(services, rows.iter().map(|row| row.read_by)).await?;
    rows.into_iter().map(|row| BankRow::read(row, &names)).collect()
}

/// The latest statements, and the rows of all of them that nothing in the books explains.
///
/// # Errors
/// `Denied`.
pub async fn statements(
    services: &Services,
    context: &Context,
) -> Result<(Vec<StatementLine>, Vec<BankRow>), LedgerError> {
    context.require(Capability::ReadLedger)?;
    let all = views::statements(&services.db, None, MOST).await?;
    let names = Names::of(services, all.iter().map(|row| row.read_by)).await?;
    Ok((all.iter().map(|row| line(row, &names)).collect(), rows(services, None).await?))
}

/// A statement with its rows.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn statement(
    services: &Services,
    context: &Context,
    id: StatementId,
) -> Result<(StatementLine, Vec<BankRow>), LedgerError> {
    context.require(Capability::ReadLedger)?;
    let one = views::statements(&services.db, Some(id.0), 1).await?.pop().ok_or(LedgerError::NotFound)?;
    let names = Names::of(services, [one.read_by]).await?;
    Ok((line(&one, &names), rows(services, Some(id)).await?))
}

/// The months that were closed, and the next one with what is open of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The months that were closed, the latest first: month, given, paid, promised, entries.
    pub closed: Vec<(Month, [Fen; 3], u64)>,
    /// The month to be closed next; none while nothing was ever written.
    pub next: Option<Month>,
    /// It is over.
    pub over: bool,
    /// Payments up to its end of which nobody knows.
    pub in_doubt: u32,
    /// Payments up to its end that the bank has not answered.
    pub unanswered: u32,
    /// Rows of the bank up to its end that nothing explains.
    pub rows: u32,
}

impl Standing {
    /// Nothing has to be looked at before it is closed.
    pub const fn is_clear(&self) -> bool {
        self.in_doubt == 0 && self.unanswered == 0 && self.rows == 0
    }
}

/// The months of the books.
///
/// # Errors
/// `Denied`.
pub async fn month_standing(services: &Services, context: &Context) -> Result<Standing, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let today = local_day(context.now);
    let closed = journal::months(&services.db).await?.iter().map(month).collect();
    let through = journal::closed_through(&services.db).await?;
    let first = views::open_until(&services.db, today).await?.first.map(|day| Month::of(day.to_jiff()));
    let next = through.map(|last| Month::of(last).next()).or(first);
    let open = views::open_until(&services.db, next.map_or(today, Month::last)).await?;
    let count = |n: i64| u32::try_from(n).unwrap_or_default();
    Ok(Standing {
        closed,
        next,
        over: next.is_some_and(|month| month.is_over(today)),
        in_doubt: count(open.in_doubt),
        unanswered: count(open.unanswered),
        rows: count(open.rows),
    })
}

fn month(row: &MonthRow) -> (Month, [Fen; 3], u64) {
    let figures = [row.received, row.paid, row.committed].map(Fen::new);
    (Month::of(row.month.to_jiff()), figures, u64::try_from(row.entries).unwrap_or_default())
}
