//! Writing into the journal: one fact, one entry.

use super::LedgerError;
use crate::Context;
use domain::contact::half_width;
use domain::ids::{AwardId, EnvelopeId, FundId, LedgerEntryId, PaymentId};
use domain::ledger::{Account, Entry, EntryKind, Fen, Posting};
use domain::time::local_day;
use jiff::{ToSpan, civil};
use sqlx::PgConnection;
use store::ledger::journal::{self as sql, EntryRow, Lines, NewEntry};

/// Begins the key of what came by a row of the bank.
const BANK: &str = "bank:";
/// Begins the key of a fact that is entered again.
const AGAIN: &str = "again-";

/// What an entry says beside its amounts.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// Whose books.
    pub fund: FundId,
    /// What makes the same fact twice one entry.
    pub key: String,
    /// The day it belongs to, in Shandong.
    pub day: civil::Date,
    /// Where it comes from.
    pub source: Option<&'a str>,
    /// Families helped before the books began.
    pub families: Option<u32>,
    /// The entry that was a mistake.
    pub reverses: Option<LedgerEntryId>,
    /// The award it belongs to.
    pub award: Option<AwardId>,
    /// The payment it belongs to.
    pub payment: Option<PaymentId>,
}

impl Facts<'_> {
    /// Of a fund, on a day, and nothing else yet.
    pub(super) const fn new(fund: FundId, key: String, day: civil::Date) -> Self {
        Self { fund, key, day, source: None, families: None, reverses: None, award: None, payment: None }
    }
}

/// The fact that money came by a row of the bank. Donation or money given back: the row is one fact, and not one of each.
/// The number is as the statement has it, however wide it was typed.
pub(super) fn bank_fact(reference: &str) -> String {
    format!("{BANK}{}", half_width(reference).trim())
}

/// The bank's number in the key of an entry, where it came by a row of the bank.
pub(super) fn reference_of(key: &str) -> Option<&str> {
    let fact = key.strip_prefix(AGAIN).and_then(|rest| rest.split_once(':')).map_or(key, |(_, fact)| fact);
    fact.strip_prefix(BANK)
}

/// The entry of a fact that stands, if there is one, and the key under which it stands or would: one that was reversed has
/// freed its own, and what is entered after it is counted. No fact begins with that count's word.
pub(super) async fn standing(db: &mut PgConnection, fact: &str) -> Result<(String, Option<EntryRow>), LedgerError> {
    let mut key = fact.to_owned();
    let mut reversed = 0_u32;
    loop {
        let Some(there) = sql::of_key(&mut *db, &key).await? else { return Ok((key, None)) };
        if !sql::is_reversed(&mut *db, there.id).await? {
            return Ok((key, Some(there)));
        }
        reversed += 1;
        key = format!("{AGAIN}{reversed}:{fact}");
    }
}

/// Writes an entry; `None` where the same fact stands there already.
///
/// # Errors
/// `Otherwise` where it stands there with other amounts, on another day, or of another award or payment; whatever the database
/// would not have.
pub(super) async fn write(
    db: &mut PgConnection,
    context: &Context,
    entry: &Entry,
    facts: &Facts<'_>,
) -> Result<Option<LedgerEntryId>, LedgerError> {
    let id: LedgerEntryId = context.new_id();
    let (key, _) = standing(db, &facts.key).await?;
    let new = NewEntry {
        id: id.0,
        kind: entry.kind().name(),
        key: &key,
        fund: facts.fund.0,
        day: facts.day,
        actor: context.actor.account().map(|account| account.0),
        source: facts.source,
        families: facts.families.and_then(|families| i32::try_from(families).ok()),
        reverses: facts.reverses.map(|entry| entry.0),
        award: facts.award.map(|award| award.0),
        payment: facts.payment.map(|payment| payment.0),
    };
    if sql::add(db, new, &lines(entry), context.now).await? {
        return Ok(Some(id));
    }
    let there = sql::of_key(&mut *db, &key).await?.ok_or(LedgerError::Unreadable)?;
    let written = read(db, LedgerEntryId(there.id)).await?;
    let same = written.kind() == entry.kind() && written.postings() == entry.postings();
    if same && says_the_same(&there, new) { Ok(None) } else { Err(LedgerError::Otherwise) }
}

/// Beside the amounts. The day is a part of what a person enters from a paper; of everything else it is the day on which it
/// was written, and pressed again after midnight it is still the same.
fn says_the_same(there: &EntryRow, new: NewEntry<'_>) -> bool {
    let is_dated = EntryKind::from_name(new.kind)
        .is_some_and(|kind| matches!(kind, EntryKind::Opening | EntryKind::Donation | EntryKind::Allocation));
    let of = (there.fund_id, there.award_id, there.payment_id, there.families);
    of == (new.fund, new.award, new.payment, new.families) && (!is_dated || there.day.to_jiff() == new.day)
}

/// An entry as it stands in the journal.
///
/// # Errors
/// `NotFound`, `Unreadable`.
pub(super) async fn read(db: &mut PgConnection, id: LedgerEntryId) -> Result<Entry, LedgerError> {
    let row = sql::one(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let kind = EntryKind::from_name(&row.kind).ok_or(LedgerError::Unreadable)?;
    let postings = sql::postings(db, id.0).await?.into_iter().map(|row| {
        let account = Account::from_name(&row.account)?;
        Some(Posting { envelope: EnvelopeId(row.envelope_id), account, amount: Fen::new(row.amount) })
    });
    let postings: Option<Vec<Posting>> = postings.collect();
    postings.and_then(|postings| Entry::from_journal(kind, postings)).ok_or(LedgerError::Unreadable)
}

/// The day on which what the bank tells of is written down: its own, or the first that is not closed.
pub(super) async fn open_day(
    db: &mut PgConnection,
    context: &Context,
    day: civil::Date,
) -> Result<civil::Date, LedgerError> {
    let closed = sql::closed_through(db).await?;
    let first = closed.map_or(civil::Date::MIN, |last| last.saturating_add(1.day()));
    Ok(day.max(first).min(local_day(context.now)))
}

fn lines(entry: &Entry) -> Lines {
    let mut lines = Lines::default();
    for posting in entry.postings() {
        lines.envelopes.push(posting.envelope.0);
        lines.accounts.push(posting.account.name().to_owned());
        lines.amounts.push(posting.amount.get());
    }
    lines
}
