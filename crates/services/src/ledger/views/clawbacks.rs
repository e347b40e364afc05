//! Money that is asked back: the demands, and one of them with what became of it and the rows of the bank that may be it.

use super::{Names, Person};
use crate::crypto::CaseKey;
use crate::ledger::clawbacks::{key, left, place};
use crate::ledger::{LedgerError, Outcome};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, CaseId, ClawbackId, ClawbackPartId, LedgerEntryId};
use domain::ledger::{Answer, Fen};
use jiff::{Timestamp, civil};
use store::ledger::views;
use store::spark::clawbacks::{self as sql, ClawbackRow, PartRow};

/// A demand in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClawbackLine {
    /// Which.
    pub id: ClawbackId,
    /// Of which case.
    pub case: CaseId,
    /// Which award's money.
    pub award: AwardId,
    /// How much.
    pub amount: Fen,
    /// Until when.
    pub due: civil::Date,
    /// Who asked.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What came back or was waived.
    pub done: Fen,
    /// What waits for a second person.
    pub waits: Fen,
    /// What nothing is said of.
    pub left: Fen,
    /// Nothing is left, and the case is closed.
    pub settled: bool,
}

impl ClawbackLine {
    fn read(row: &ClawbackRow, names: &Names) -> Self {
        Self {
            id: ClawbackId(row.id),
            case: CaseId(row.case_id),
            award: AwardId(row.award_id),
            amount: Fen::new(row.amount),
            due: row.due_on.to_jiff(),
            by: names.person(row.asked_by),
            at: row.asked_at.to_jiff(),
            done: Fen::new(row.stands - row.waits),
            waits: Fen::new(row.waits),
            left: left(row),
            settled: row.settled_at.is_some(),
        }
    }
}

/// What a part is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartKind {
    /// A row of the bank's statement.
    Bank,
    /// Money that a paper tells of.
    Paper,
    /// Waived.
    Waived,
}

impl PartKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Bank, Self::Paper, Self::Waived];

    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Paper => "paper",
            Self::Waived => "waived",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A part of a demand that came back or is waived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartLine {
    /// Which.
    pub id: ClawbackPartId,
    /// What it is.
    pub kind: PartKind,
    /// How much.
    pub amount: Fen,
    /// When it came, or was waived.
    pub day: civil::Date,
    /// The bank's number.
    pub reference: Option<String>,
    /// The receipt, or why it is waived; nothing where the bank's number says it all, or once the case is forgotten.
    pub said: Option<String>,
    /// Why it is not so; nothing once the case is forgotten.
    pub why_not: Option<String>,
    /// Who entered it.
    pub entered_by: Person,
    /// Who else said so.
    pub confirmed_by: Option<Person>,
    /// Who said otherwise.
    pub refused_by: Option<Person>,
    /// The journal's entry.
    pub entry: Option<LedgerEntryId>,
    /// That entry was a mistake: the part counts for nothing.
    pub reversed: bool,
}

impl PartLine {
    fn read(row: PartRow, names: &Names, key: Option<&CaseKey>) -> Result<Self, LedgerError> {
        let id = ClawbackPartId(row.id);
        let opened = |column, sealed: Option<&Vec<u8>>| -> Result<Option<String>, LedgerError> {
            let Some((key, sealed)) = key.zip(sealed) else { return Ok(None) };
            let plain = key.open(place(column, id), sealed)?;
            String::from_utf8(plain).map(Some).map_err(|_| LedgerError::Unreadable)
        };
        let said = opened("said_sealed", row.said_sealed.as_ref())?;
        let why_not = opened("refused_sealed", row.refused_sealed.as_ref())?;
        // Of the bank's row it is its number; what an older server wrote stands as it is.
        let plain = (row.kind != PartKind::Bank.name() && row.said != sql::SEALED).then_some(row.said);
        Ok(Self {
            id,
            kind: PartKind::from_name(&row.kind).ok_or(LedgerError::Unreadable)?,
            amount: Fen::new(row.amount),
            day: row.day.to_jiff(),
            reference: row.reference,
            said: said.or(plain),
            why_not,
            entered_by: names.person(row.entered_by),
            confirmed_by: row.confirmed_by.map(|by| names.person(by)),
            refused_by: row.refused_by.map(|by| names.person(by)),
            entry: row.entry_id.map(LedgerEntryId),
            reversed: row.reversed,
        })
    }

    /// It waits for a second person.
    pub fn waits(&self) -> bool {
        self.kind != PartKind::Bank && self.confirmed_by.is_none() && self.refused_by.is_none()
    }
}

/// A row of the bank that may be money of a demand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Income {
    /// The bank's number.
    pub reference: String,
    /// The bank's day.
    pub day: civil::Date,
    /// How much.
    pub amount: Fen,
}

/// A demand with what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClawbackPage {
    /// The demand.
    pub line: ClawbackLine,
    /// What came back or is waived, in the order in which it was entered.
    pub parts: Vec<PartLine>,
    /// Money at the bank that nothing explains, of no more than what is left.
    pub income: Vec<Income>,
}

/// The demands: what is open first, the one that is due first at the top.
///
/// # Errors
/// `Denied`.
pub async fn clawbacks(services: &Services, context: &Context) -> Result<Vec<ClawbackLine>, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let rows = sql::all(&services.db, None, false).await?;
    let names = Names::of(services, rows.iter().map(|row| row.asked_by)).await?;
    Ok(rows.iter().map(|row| ClawbackLine::read(row, &names)).collect())
}

/// A demand.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn clawback(services: &Services, context: &Context, id: ClawbackId) -> Result<ClawbackPage, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let row = sql::all(&services.db, Some(id.0), false).await?.pop().ok_or(LedgerError::NotFound)?;
    let parts = sql::parts(&services.db, id.0).await?;
    // (A list of its own: what borrows the rows does not live across an await.)
    let mut hands = vec![row.asked_by];
    for part in &parts {
        hands.extend([Some(part.entered_by), part.confirmed_by, part.refused_by].into_iter().flatten());
    }
    let names = Names::of(services, hands).await?;
    let key = key(services, &mut *services.db.acquire().await?, CaseId(row.case_id)).await?;
    let line = ClawbackLine::read(&row, &names);
    let is_income = |row: &views::RowView| {
        row.result == Answer::Income.name()
            && row.outcome == Outcome::Open.name()
            && Fen::new(row.amount) <= line.left
            && !line.settled
    };
    let income = views::rows(&services.db, None).await?.into_iter().filter(is_income).map(|row| Income {
        reference: row.reference,
        day: row.day.to_jiff(),
        amount: Fen::new(row.amount),
    });
    let income = income.collect();
    let parts = parts.into_iter().map(|part| PartLine::read(part, &names, key.as_ref())).collect::<Result<_, _>>()?;
    Ok(ClawbackPage { line, parts, income })
}
