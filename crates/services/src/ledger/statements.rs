//! Reading the bank's statements, and what is left over when books and bank are compared.
//!
//! A statement is read as a whole or not at all; the same bytes are read once, and a row that the bank tells of in several
//! statements is one row. What a row says happens to its payment, unless it does not fit: then a person looks at it.

use super::journal::{bank_fact, standing};
use super::payments::{happen, said};
use super::{LedgerError, locks, note, person};
use crate::crypto::digest_hex;
use crate::{Context, Services};
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::ids::{AwardId, PaymentId, StatementId};
use domain::ledger::{
    Account, Amount, Answer, EntryKind, PaymentEvent, PaymentState, StatementRow, is_heading, read_row,
};
use domain::time::local_day;
use jiff::civil;
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::payments::PaymentRow;
use store::ledger::statements::{self as sql, NewRow, OpenRow};
use store::ledger::{awards, journal, payments};
use uuid::Uuid;

/// Bytes of a statement.
pub const LARGEST_STATEMENT: usize = 5 * 1024 * 1024;
/// Rows of a statement.
const MOST_ROWS: u32 = 5_000;

/// A row that cannot be read, with what is wrong in each of its columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowErrors {
    /// As a spreadsheet counts: the heading is the first.
    pub row: u64,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// What came of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It happened to its payment, or its donation stands in the books.
    Matched,
    /// It says what was known.
    Known,
    /// Money came of which the books know nothing yet.
    Open,
    /// It names no payment of the house.
    Unmatched,
    /// Its payment has another amount.
    AmountDiffers,
    /// It does not fit to where its payment stands: a person looks at it.
    Impossible,
}

impl Outcome {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Known => "known",
            Self::Open => "open",
            Self::Unmatched => "unmatched",
            Self::AmountDiffers => "amount_differs",
            Self::Impossible => "impossible",
        }
    }

    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Matched, Self::Known, Self::Open, Self::Unmatched, Self::AmountDiffers, Self::Impossible];

    /// The outcome of a stored word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What came of a statement.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Imported {
    /// These very bytes were read before: nothing was done.
    pub again: bool,
    /// Rows that the bank had told of before.
    pub repeated: u32,
    /// What came of each of the others, by the bank's number.
    pub rows: Vec<(String, Outcome)>,
}

/// What books and bank do not agree about, to be looked at every day.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    /// Rows of the bank that nothing in the books explains.
    pub rows: Vec<OpenRow>,
    /// Payments of which nobody knows.
    pub in_doubt: Vec<PaymentId>,
}

/// What has to be looked at.
///
/// # Errors
/// `Denied`.
pub async fn reconciliation(services: &Services, context: &Context) -> Result<Reconciliation, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let in_doubt = payments::in_doubt(&services.db).await?.into_iter().map(PaymentId).collect();
    Ok(Reconciliation { rows: sql::open(&services.db).await?, in_doubt })
}

/// Reads a statement: a csv file with a heading and the columns of [`domain::ledger::COLUMNS`], by their English or Chinese
/// names, in UTF-8 or as a Chinese spreadsheet writes it.
///
/// # Errors
/// `Denied`, `Fields` where it is no such file, `Rows` with every row that cannot be read, or that says something else under
/// a number of which the bank has told before.
pub async fn import(
    services: &Services,
    context: &Context,
    id: StatementId,
    bytes: &[u8],
) -> Result<Imported, LedgerError> {
    context.require(Capability::KeepBooks)?;
    let by = person(context)?;
    let rows = read(bytes, local_day(context.now))?;
    let mut tx = services.begin().await?;
    if !sql::add(&mut *tx, id.0, &digest_hex(bytes), by.0, context.now).await? {
        return Ok(Imported { again: true, ..Imported::default() });
    }
    hold(&mut tx, &rows).await?;
    let mut imported = Imported::default();
    let mut otherwise = Vec::new();
    for (line, row) in rows {
        let new = NewRow {
            reference: &row.reference,
            statement: id.0,
            day: row.day,
            result: row.answer.name(),
            amount: row.amount.get(),
            payment: row.payment.map(|payment| payment.0),
            outcome: Outcome::Open.name(),
        };
        if !sql::add_row(&mut *tx, new).await? {
            if !is_repeated(&mut tx, new).await? {
                let errors = vec![FieldError::new("reference", Fault::AlreadyExists)];
                otherwise.push(RowErrors { row: line, errors });
            }
            imported.repeated += 1;
            continue;
        }
        let outcome = settle(&mut tx, context, &row).await?;
        sql::set_outcome(&mut *tx, &row.reference, outcome.name()).await?;
        imported.rows.push((row.reference, outcome));
    }
    if !otherwise.is_empty() {
        // The transaction ends here: nothing of the file has happened.
        return Err(LedgerError::Rows(otherwise));
    }
    let detail = json!({ "rows": imported.rows.len(), "repeated": imported.repeated });
    note(&mut tx, context, "ledger.statement_read", ("statement", id.0), detail).await?;
    tx.commit().await?;
    Ok(imported)
}

/// A row that the bank told of before says what it said then. Another under the same number is none of the two to believe.
async fn is_repeated(db: &mut PgConnection, new: NewRow<'_>) -> Result<bool, LedgerError> {
    let there = sql::one(db, new.reference).await?.ok_or(LedgerError::Unreadable)?;
    Ok((there.result.as_str(), there.amount, there.payment_id) == (new.result, new.amount, new.payment))
}

/// Closes a row that a person has looked at, and says why: interest of the bank, a row that it corrected itself. The books do
/// not change by it; the reason stands in the trail. It is another than who handed in the statement.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` without a reason, `SamePerson`, `State` when nothing is left to be explained.
pub async fn resolve(services: &Services, context: &Context, reference: &str, reason: &str) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let by = person(context)?;
    let reason = said(reason)?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, reference).await?.ok_or(LedgerError::NotFound)?;
    if let Some(closed) = [Outcome::Matched, Outcome::Known].iter().find(|one| one.name() == row.outcome) {
        return Err(LedgerError::State(closed.name()));
    }
    if row.read_by == by.0 {
        return Err(LedgerError::SamePerson);
    }
    sql::set_outcome(&mut *tx, reference, Outcome::Known.name()).await?;
    let detail = json!({ "reference": reference, "was": row.outcome, "reason": reason });
    note(&mut tx, context, "ledger.row_resolved", ("statement", row.statement_id), detail).await?;
    Ok(tx.commit().await?)
}

/// Looks once more at the rows that did not fit to where a payment stood, now that a person has decided about it. Under the
/// award's lock.
///
/// # Errors
/// As of a statement's rows.
pub(super) async fn look_again(db: &mut PgConnection, context: &Context, id: PaymentId) -> Result<(), LedgerError> {
    for row in sql::impossible_of(&mut *db, id.0).await? {
        let row = StatementRow {
            day: row.day.to_jiff(),
            reference: row.reference,
            answer: Answer::from_name(&row.result).ok_or(LedgerError::Unreadable)?,
            amount: Amount::new(row.amount).map_err(|_| LedgerError::Unreadable)?,
            payment: Some(id),
        };
        let outcome = settle(db, context, &row).await?;
        sql::set_outcome(&mut *db, &row.reference, outcome.name()).await?;
    }
    Ok(())
}

fn refused(fault: Fault) -> LedgerError {
    LedgerError::Fields(vec![FieldError::new("file", fault)])
}

/// The rows, each with its line as a spreadsheet counts.
fn read(bytes: &[u8], today: civil::Date) -> Result<Vec<(u64, StatementRow)>, LedgerError> {
    if bytes.len() > LARGEST_STATEMENT {
        return Err(refused(Fault::FileTooHeavy { max: (LARGEST_STATEMENT / 1024 / 1024) as u32 }));
    }
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = encoding_rs::UTF_8
        .decode_without_bom_handling_and_without_replacement(plain)
        .or_else(|| encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(plain))
        .ok_or(refused(Fault::FileUnreadable))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let heading = reader.headers().map_err(|_| refused(Fault::FileUnreadable))?;
    if !is_heading(&heading.iter().collect::<Vec<_>>()) {
        return Err(refused(Fault::FileUnreadable));
    }
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let mut lines = Lines { text: &text, at: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(|_| refused(Fault::FileUnreadable))?;
        if rows.len() + wrong.len() >= MOST_ROWS as usize {
            return Err(refused(Fault::TooManyRows { max: MOST_ROWS }));
        }
        let row = lines.of(record.position().map_or(0, csv::Position::byte) as usize);
        match read_row(&record.iter().collect::<Vec<_>>(), today) {
            Ok(read) => rows.push((row, read)),
            Err(faults) => wrong.push(RowErrors { row, errors: faults.into_errors() }),
        }
    }
    if !wrong.is_empty() {
        Err(LedgerError::Rows(wrong))
    } else if rows.is_empty() {
        Err(refused(Fault::FileUnreadable))
    } else {
        Ok(rows)
    }
}

/// Counts lines as people see them: the reader passes over empty ones and says where it began to look.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of what stands at `byte` or, after empty lines, behind it. Asked from the beginning to the end.
    fn of(&mut self, byte: usize) -> u64 {
        let rest = self.text.get(byte..).unwrap_or_default();
        let begins = byte + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        self.line += self.text.get(self.at..begins).unwrap_or_default().matches('\n').count() as u64;
        self.at = self.at.max(begins);
        self.line
    }
}

/// Locks everything that the rows can concern, in the one order, before anything happens.
async fn hold(db: &mut PgConnection, rows: &[(u64, StatementRow)]) -> Result<(), LedgerError> {
    let named: Vec<Uuid> = rows.iter().filter_map(|(_, row)| row.payment).map(|payment| payment.0).collect();
    let awards: Vec<AwardId> = payments::awards_of(&mut *db, &named).await?.into_iter().map(AwardId).collect();
    locks::awards(db, &awards).await?;
    Ok(())
}

async fn settle(db: &mut PgConnection, context: &Context, row: &StatementRow) -> Result<Outcome, LedgerError> {
    let Some(id) = row.payment.filter(|_| row.answer.is_of_a_payment()) else { return income(db, row).await };
    let Some(payment) = payments::one(&mut *db, id.0).await? else { return Ok(Outcome::Unmatched) };
    if payment.amount != row.amount.get() {
        return Ok(Outcome::AmountDiffers);
    }
    let sent = journal::of_key(&mut *db, &format!("{}:{id}", EntryKind::PaymentSent.name())).await?;
    if sent.is_some_and(|sent| row.day < sent.day.to_jiff()) {
        return Ok(Outcome::Impossible); // Nothing happens to a payment before it leaves.
    }
    let state = PaymentState::from_name(&payment.state).ok_or(LedgerError::Unreadable)?;
    let (event, says) = match row.answer {
        Answer::Settled => (PaymentEvent::Settle, PaymentState::Settled),
        Answer::Refused => (PaymentEvent::Fail, PaymentState::Failed),
        Answer::Unknown => (PaymentEvent::Doubt, PaymentState::InDoubt),
        Answer::Returned => (PaymentEvent::Return, PaymentState::Returned),
        Answer::Income => return Ok(Outcome::Open),
    };
    if state == says {
        return Ok(Outcome::Known);
    }
    if state.next(event).is_err() || !can_come_back(db, event, &payment).await? {
        return Ok(Outcome::Impossible);
    }
    happen(db, context, id, event, (row.day, None)).await?;
    Ok(Outcome::Matched)
}

/// Money that came: finance may have written it down before the bank told of it, under the bank's number.
async fn income(db: &mut PgConnection, row: &StatementRow) -> Result<Outcome, LedgerError> {
    let (_, entry) = standing(db, &bank_fact(&row.reference)).await?;
    let Some(entry) = entry else { return Ok(Outcome::Open) };
    let lines = journal::postings(db, entry.id).await?;
    let same = lines.iter().any(|line| line.account == Account::Bank.name() && line.amount == row.amount.get());
    Ok(if same { Outcome::Matched } else { Outcome::AmountDiffers })
}

/// More does not come back than was paid: a part of it may have been clawed back before.
async fn can_come_back(db: &mut PgConnection, event: PaymentEvent, payment: &PaymentRow) -> Result<bool, LedgerError> {
    if event != PaymentEvent::Return {
        return Ok(true);
    }
    let (_, paid) = awards::balance(db, payment.award_id).await?.ok_or(LedgerError::Unreadable)?;
    Ok(paid >= payment.amount)
}
