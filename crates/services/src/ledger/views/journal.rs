//! The journal of a fund, page by page, and one entry of it.

use super::{Names, Person};
use crate::ledger::LedgerError;
use crate::ledger::journal::{read, reference_of};
use crate::ledger::said::{self, SEALED};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, ClawbackId, FundId, LedgerEntryId};
use domain::ledger::{EntryKind, Fen, Month, Posting};
use jiff::{Timestamp, civil};
use store::ledger::views::{self, LineRow};
use store::spark::clawbacks;

/// Entries on a page.
const PAGE: i64 = 40;

/// Which entries are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Wanted {
    /// Of this month.
    pub month: Option<Month>,
    /// Of this kind.
    pub kind: Option<EntryKind>,
    /// Behind this one.
    pub after: Option<(civil::Date, LedgerEntryId)>,
}

/// An entry with what it changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Which.
    pub id: LedgerEntryId,
    /// What it is about.
    pub kind: EntryKind,
    /// Of Shandong.
    pub day: civil::Date,
    /// What moved, above zero.
    pub amount: Fen,
    /// By how much what was given grows.
    pub received: Fen,
    /// By how much what was paid grows.
    pub paid: Fen,
    /// By how much what is promised grows.
    pub committed: Fen,
    /// Where it comes from.
    pub source: Option<String>,
    /// The award it belongs to.
    pub award: Option<AwardId>,
    /// The entry that it reverses.
    pub reverses: Option<LedgerEntryId>,
    /// The entry that reverses it.
    pub reversed_by: Option<LedgerEntryId>,
}

impl Line {
    fn read(row: LineRow) -> Result<Self, LedgerError> {
        Ok(Self {
            id: LedgerEntryId(row.id),
            kind: EntryKind::from_name(&row.kind).ok_or(LedgerError::Unreadable)?,
            day: row.day.to_jiff(),
            amount: Fen::new(row.amount),
            received: Fen::new(row.received),
            paid: Fen::new(row.paid),
            committed: Fen::new(row.committed),
            source: row.source,
            award: row.award_id.map(AwardId),
            reverses: row.reverses.map(LedgerEntryId),
            reversed_by: row.reversed_by.map(LedgerEntryId),
        })
    }
}

/// A page of the journal.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct JournalPage {
    /// Its entries, the latest first.
    pub lines: Vec<Line>,
    /// Behind which the next page begins, if there is one.
    pub next: Option<(civil::Date, LedgerEntryId)>,
}

/// A page of a fund's journal.
///
/// # Errors
/// `Denied`.
pub async fn journal(
    services: &Services,
    context: &Context,
    fund: FundId,
    wanted: Wanted,
) -> Result<JournalPage, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let asked = views::Wanted {
        first: wanted.month.map(Month::first),
        last: wanted.month.map(Month::last),
        kind: wanted.kind.map(EntryKind::name),
        after: wanted.after.map(|(day, id)| (day, id.0)),
    };
    let rows = views::journal(&services.db, fund.0, asked, PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    let lines: Vec<Line> = rows.into_iter().take(PAGE as usize).map(Line::read).collect::<Result<_, _>>()?;
    let next = lines.last().filter(|_| more).map(|last| (last.day, last.id));
    Ok(JournalPage { lines, next })
}

/// An entry with its postings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryPage {
    /// What it is about.
    pub kind: EntryKind,
    /// Whose books.
    pub fund: FundId,
    /// Of Shandong.
    pub day: civil::Date,
    /// When it was written.
    pub entered_at: Timestamp,
    /// Who wrote it; none: the house itself.
    pub by: Option<Person>,
    /// Where it comes from.
    pub source: Option<String>,
    /// The bank's number of the row, where it came by one.
    pub reference: Option<String>,
    /// Families helped before the books began.
    pub families: Option<u32>,
    /// The award it belongs to.
    pub award: Option<AwardId>,
    /// The entry that it reverses.
    pub reverses: Option<LedgerEntryId>,
    /// The entry that reverses it.
    pub reversed_by: Option<LedgerEntryId>,
    /// The demand of which it is a part, and whether that is settled.
    pub demand: Option<(ClawbackId, bool)>,
    /// Its lines.
    pub postings: Vec<Posting>,
}

impl EntryPage {
    /// It can still be reversed: nothing was settled with it.
    pub const fn is_reversible(&self) -> bool {
        self.kind.is_reversible() && self.reversed_by.is_none() && !matches!(self.demand, Some((_, true)))
    }
}

/// An entry.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn entry(services: &Services, context: &Context, id: LedgerEntryId) -> Result<EntryPage, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let mut db = services.db.acquire().await?;
    let row = views::entry(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let written = read(&mut db, id).await?;
    let demand = match clawbacks::of_entry(&mut *db, id.0).await? {
        Some(demand) => clawbacks::all(&mut *db, Some(demand), false).await?.pop(),
        None => None,
    };
    drop(db);
    let names = Names::of(services, row.actor_id).await?;
    let source = match row.award_id.zip(row.reverses) {
        Some((award, of)) if row.source.as_deref() == Some(SEALED) => {
            said::of_reversal(services, AwardId(award), of).await?
        }
        _ => row.source,
    };
    Ok(EntryPage {
        kind: written.kind(),
        fund: FundId(row.fund_id),
        day: row.day.to_jiff(),
        entered_at: row.entered_at.to_jiff(),
        by: row.actor_id.map(|actor| names.person(actor)),
        reference: reference_of(&row.key).map(str::to_owned),
        source,
        families: row.families.and_then(|families| u32::try_from(families).ok()),
        award: row.award_id.map(AwardId),
        reverses: row.reverses.map(LedgerEntryId),
        reversed_by: row.reversed_by.map(LedgerEntryId),
        demand: demand.map(|demand| (ClawbackId(demand.id), demand.settled_at.is_some())),
        postings: written.postings().to_vec(),
    })
}
