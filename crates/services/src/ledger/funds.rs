//! Funds and envelopes, what is given to them, what was before the books began, and closing a month.

use super::charters::row_of;
use super::journal::{Facts, bank_fact, read, reference_of, write};
use super::payments::claw_back_reversed;
use super::said::{About, SEALED, say};
use super::{LedgerError, locks, note, person};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, EnvelopeId, FundId, LedgerEntryId};
use domain::ledger::{Amount, Entry, EntryKind, Fen, FundCode, Month, Purpose};
use domain::outreach::Bilingual;
use domain::time::local_day;
use jiff::civil;
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::{self as sql, BalanceRow, FundView};
use store::spark::clawbacks;

/// A fund to be opened.
#[derive(Clone, Debug)]
pub struct NewFund {
    /// The form's own: two presses are one fund.
    pub id: FundId,
    /// Its short name.
    pub code: FundCode,
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// What it is for.
    pub purpose: Purpose,
}

/// Money that came, or moved between envelopes.
#[derive(Clone, Debug)]
pub struct Given {
    /// What makes it one fact: the bank's number of the row, or the form's own.
    pub key: String,
    /// For which envelope.
    pub envelope: EnvelopeId,
    /// How much.
    pub amount: Amount,
    /// When it came.
    pub day: civil::Date,
    /// Where that is written: a receipt, a decision. No names.
    pub source: String,
}

/// What was before the books began.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What was given, with its source.
    pub given: Given,
    /// What of it was paid.
    pub paid: Option<Amount>,
    /// To how many families.
    pub families: Option<u32>,
}

/// What a fund or an envelope has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Balance {
    /// Given.
    pub received: Fen,
    /// Paid, on its way or there.
    pub paid: Fen,
    /// On its way.
    pub in_transit: Fen,
    /// Promised and not paid.
    pub committed: Fen,
    /// What can still be promised.
    pub available: Fen,
    /// What the bank's statement should show.
    pub bank: Fen,
}

impl From<BalanceRow> for Balance {
    fn from(row: BalanceRow) -> Self {
        Self {
            received: Fen::new(row.received),
            paid: Fen::new(row.paid),
            in_transit: Fen::new(row.in_transit),
            committed: Fen::new(row.committed),
            available: Fen::new(row.available),
            bank: Fen::new(row.bank),
        }
    }
}

/// Opens a fund for a purpose, which never changes: donors gave for it.
///
/// # Errors
/// `Denied`, `Fields` where its short name is another fund's.
pub async fn open_fund(services: &Services, context: &Context, new: &NewFund) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let mut tx = services.begin().await?;
    open_fund_in(&mut tx, context, new).await?;
    Ok(tx.commit().await?)
}

/// The same in the caller's transaction, whose policy has been asked. `false` where it is open already.
pub(super) async fn open_fund_in(db: &mut PgConnection, context: &Context, new: &NewFund) -> Result<bool, LedgerError> {
    let name = Bilingual::new(new.name_zh.as_str(), new.name_en.as_str());
    let row = row_of(new.id, new.code.as_str(), &name, &new.purpose);
    let opened = sql::add_fund(&mut *db, &row, context.now).await?;
    if opened {
        note(db, context, "ledger.fund_opened", ("fund", new.id.0), json!({ "code": row.code })).await?;
    }
    Ok(opened)
}

/// Writes down that money came.
///
/// # Errors
/// `Denied`, `NotFound`, `Month`, `Otherwise`.
pub async fn donate(services: &Services, context: &Context, given: &Given) -> Result<(), LedgerError> {
    let entry = Entry::donation(given.envelope, given.amount)?;
    keep(services, context, "ledger.donation_recorded", (given, None), &[given.envelope], &entry).await
}

/// Moves money from one envelope of a fund to another: `given` names the one it goes to.
///
/// # Errors
/// `Denied`, `NotFound`, `Month`, `Overdrawn`, `Unpostable`.
pub async fn allocate(
    services: &Services,
    context: &Context,
    from: EnvelopeId,
    given: &Given,
) -> Result<(), LedgerError> {
    let entry = Entry::allocation(from, given.envelope, given.amount)?;
    let both = [from, given.envelope];
    keep(services, context, "ledger.allocated", (given, None), &both, &entry).await
}

/// Writes down what was given and paid before the books began, on its day and with its source.
///
/// # Errors
/// `Denied`, `NotFound`, `Month`, `Unpostable`.
pub async fn open(services: &Services, context: &Context, opening: &Opening) -> Result<(), LedgerError> {
    let given = &opening.given;
    let entry = Entry::opening(given.envelope, given.amount, opening.paid)?;
    let facts = (given, opening.families);
    keep(services, context, "ledger.opening_recorded", facts, &[given.envelope], &entry).await
}

/// What finance writes down by itself, from a paper that says so.
async fn keep(
    services: &Services,
    context: &Context,
    action: &'static str,
    (given, families): (&Given, Option<u32>),
    envelopes: &[EnvelopeId],
    entry: &Entry,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let key = match entry.kind() {
        EntryKind::Donation => bank_fact(&given.key),
        kind => format!("{}:{}", kind.name(), given.key),
    };
    let mut tx = services.begin().await?;
    let held = locks::envelopes(&mut tx, envelopes).await?;
    let facts = Facts { source: Some(&given.source), families, ..Facts::new(held.fund()?, key, given.day) };
    if let Some(id) = write(&mut tx, context, entry, &facts).await? {
        if let Some(reference) = reference_of(&facts.key) {
            sql::statements::explain_income(&mut *tx, reference, given.amount.get()).await?;
        }
        let detail = json!({ "envelope": given.envelope, "fen": given.amount, "day": given.day.to_string() });
        note(&mut tx, context, action, ("ledger_entry", id.0), detail).await?;
    }
    Ok(tx.commit().await?)
}

/// Reverses an entry that was a mistake, today, and says why. The fact can be entered again, and the bank's row that it
/// explained is open until then; an award stands again where it stood before money of it was given back.
///
/// # Errors
/// `Denied`, `NotFound`, `Month`, `Overdrawn` where the money is promised or paid already, `ReversedAlready`, `Unpostable`,
/// `AwardedAlready` where the award's case has another one by now, `State` where it is a part of what was asked back and that is
/// settled.
pub async fn reverse(
    services: &Services,
    context: &Context,
    id: LedgerEntryId,
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let mut tx = services.begin().await?;
    let row = sql::journal::one(&mut *tx, id.0).await?.ok_or(LedgerError::NotFound)?;
    let mistake = read(&mut tx, id).await?;
    let award = row.award_id.map(AwardId);
    let held = if let Some(award) = award {
        locks::awards(&mut tx, &[award]).await?
    } else {
        let mut envelopes: Vec<EnvelopeId> = mistake.postings().iter().map(|posting| posting.envelope).collect();
        envelopes.dedup();
        locks::envelopes(&mut tx, &envelopes).await?
    };
    if sql::journal::is_reversed(&mut *tx, id.0).await? {
        return Err(LedgerError::ReversedAlready);
    }
    // What was settled with it would not be any more, and its case is closed.
    if let Some(demand) = clawbacks::of_entry(&mut *tx, id.0).await? {
        let demand = clawbacks::lock(&mut tx, demand).await?.ok_or(LedgerError::NotFound)?;
        if demand.settled_at.is_some() {
            return Err(LedgerError::State("settled"));
        }
    }
    // Of a case's money it lies under the key of the case.
    let facts = Facts {
        source: Some(if award.is_some() { SEALED } else { reason }),
        reverses: Some(id),
        award,
        ..Facts::new(held.fund()?, format!("reversal:{id}"), local_day(context.now))
    };
    if write(&mut tx, context, &Entry::reversal(&mistake)?, &facts).await?.is_none() {
        return Err(LedgerError::ReversedAlready);
    }
    let mut detail = json!({});
    if let Some(award) = award {
        say(services, &mut tx, context, award, (About::Reversed, id.0), reason).await?;
        claw_back_reversed(&mut tx, award).await?;
    } else {
        detail["reason"] = json!(reason);
    }
    if let Some(reference) = reference_of(&row.key) {
        sql::statements::reopen_income(&mut *tx, reference).await?;
    }
    note(&mut tx, context, "ledger.reversed", ("ledger_entry", id.0), detail).await?;
    Ok(tx.commit().await?)
}

/// Closes the books through the end of a month, for good.
///
/// # Errors
/// `Denied`, `Month` when it is not over or closed already.
pub async fn close_month(services: &Services, context: &Context, month: Month) -> Result<(), LedgerError> {
    context.require(Capability::CloseBooks)?;
    let by = person(context)?;
    if !month.is_over(local_day(context.now)) {
        return Err(LedgerError::Month);
    }
    let mut tx = services.begin().await?;
    sql::journal::close(&mut *tx, month.first(), by.0, context.now).await?;
    let detail = json!({ "month": month.to_string() });
    note(&mut tx, context, "ledger.month_closed", ("ledger_month", context.new_id()), detail).await?;
    Ok(tx.commit().await?)
}

/// Every fund with what it has.
///
/// # Errors
/// `Denied`.
pub async fn funds(services: &Services, context: &Context) -> Result<Vec<FundView>, LedgerError> {
    context.require(Capability::ReadLedger)?;
    Ok(sql::funds(&services.db).await?)
}

/// What a fund has.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn balance_of_fund(services: &Services, context: &Context, id: FundId) -> Result<Balance, LedgerError> {
    context.require(Capability::ReadLedger)?;
    Ok(sql::fund_balance(&services.db, id.0).await?.ok_or(LedgerError::NotFound)?.into())
}

/// What an envelope has.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn balance_of_envelope(
    services: &Services,
    context: &Context,
    id: EnvelopeId,
) -> Result<Balance, LedgerError> {
    context.require(Capability::ReadLedger)?;
    Ok(sql::envelope_balance(&services.db, id.0).await?.ok_or(LedgerError::NotFound)?.into())
}
