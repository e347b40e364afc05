//! What the pages of the books read: funds with their envelopes, the journal page by page, awards, payments, statements, the
//! months. Each asks for `ReadLedger`, but for what a chair promises money of ([`funds_for`]); what anybody may know stands in [`public`].

mod awards;
mod bank;
mod clawbacks;
mod journal;
mod public;

pub use awards::{
    AwardLine, AwardPage, PayeeLine, PaymentLine, SaidLine, TrancheLine, award, award_of_tranche, awards,
    payments_board,
};
pub use bank::{BankRow, FileLine, Standing, StatementLine, files, month_standing, statement, statements};
pub use clawbacks::{ClawbackLine, ClawbackPage, Income, PartKind, PartLine, clawback, clawbacks};
pub use journal::{EntryPage, JournalPage, Line, Wanted, entry, journal};
pub use public::{GroupStanding, open_groups, open_terms};

use super::LedgerError;
use super::awards::purpose;
use crate::account::{open_text, place};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AccountId, EnvelopeId, FundId};
use domain::ledger::{Beneficiary, Fen, Purpose};
use domain::outreach::Bilingual;
use domain::time::local_day;
use jiff::Timestamp;
use std::collections::HashMap;
use store::ledger::{self as sql, SumsRow, charters, views};
use uuid::Uuid;

/// Somebody of the house.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Who.
    pub account: AccountId,
    /// What they are called; empty where the account has no name any more.
    pub name: String,
}

/// A fund with its purpose, its envelopes and what it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fund {
    /// Which.
    pub id: FundId,
    /// Its short name.
    pub code: String,
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// What it is for.
    pub purpose: Purpose,
    /// What the public is told of it.
    pub terms: Bilingual,
    /// Since when it takes no new applications.
    pub closed_at: Option<Timestamp>,
    /// Counts changes of what it says of itself.
    pub version: i32,
    /// Something is written in its books: its purpose stands.
    pub used: bool,
    /// What it has.
    pub has: Purse,
    /// Its parts.
    pub envelopes: Vec<Envelope>,
}

/// A part of a fund with what it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// Which.
    pub id: EnvelopeId,
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// What it is for; may be empty.
    pub purpose: Bilingual,
    /// The most that is promised and paid of it.
    pub ceiling: Option<Fen>,
    /// Counts changes of what it says of itself.
    pub version: i32,
    /// What it has.
    pub has: Purse,
}

/// What a fund or an envelope has: the three numbers and what they leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purse {
    /// Given.
    pub received: Fen,
    /// Paid, on its way or there.
    pub paid: Fen,
    /// Promised and not paid.
    pub committed: Fen,
    /// What can still be promised.
    pub available: Fen,
}

impl From<SumsRow> for Purse {
    fn from(row: SumsRow) -> Self {
        let [received, paid, committed, available] =
            [row.received, row.paid, row.committed, row.available].map(Fen::new);
        Self { received, paid, committed, available }
    }
}

/// Every fund, by its short name.
///
/// # Errors
/// `Denied`.
pub async fn all_funds(services: &Services, context: &Context) -> Result<Vec<Fund>, LedgerError> {
    context.require(Capability::ReadLedger)?;
    read_funds(services).await
}

/// The funds that are for a case today, for whoever promises their money.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn funds_for(services: &Services, context: &Context, whom: Beneficiary) -> Result<Vec<Fund>, LedgerError> {
    context.require(Capability::CommitFunds)?;
    let today = local_day(context.now);
    Ok(read_funds(services).await?.into_iter().filter(|fund| fund.purpose.admits(whom, today).is_ok()).collect())
}

/// A fund.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn fund(services: &Services, context: &Context, id: FundId) -> Result<Fund, LedgerError> {
    let funds = all_funds(services, context).await?;
    funds.into_iter().find(|fund| fund.id == id).ok_or(LedgerError::NotFound)
}

async fn read_funds(services: &Services) -> Result<Vec<Fund>, LedgerError> {
    let mut db = services.db.acquire().await?;
    let rows = views::funds(&mut *db).await?;
    let balances = sql::funds(&mut *db).await?;
    let envelopes = views::envelopes(&mut *db).await?;
    let texts = charters::all(&mut *db).await?;
    let mut funds = Vec::with_capacity(rows.len());
    for row in rows {
        let has = balances.iter().find(|balance| balance.id == row.id).ok_or(LedgerError::Unreadable)?;
        let text = texts.iter().find(|text| text.id == row.id).ok_or(LedgerError::Unreadable)?;
        let own = envelopes.iter().filter(|envelope| envelope.fund_id == row.id).map(|envelope| Envelope {
            id: EnvelopeId(envelope.id),
            name_zh: envelope.name_zh.clone(),
            name_en: envelope.name_en.clone(),
            purpose: Bilingual::new(envelope.purpose_zh.clone(), envelope.purpose_en.clone()),
            ceiling: envelope.ceiling.map(Fen::new),
            version: envelope.version,
            has: envelope.sums.into(),
        });
        funds.push(Fund {
            id: FundId(row.id),
            purpose: purpose(&row)?,
            terms: Bilingual::new(text.terms_zh.clone(), text.terms_en.clone()),
            closed_at: text.closed_at.map(|at| at.to_jiff()),
            version: text.version,
            used: text.used,
            has: has.sums.into(),
            envelopes: own.collect(),
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
        });
    }
    Ok(funds)
}

/// The names of those who had a hand in something.
pub(crate) struct Names(HashMap<Uuid, String>);

impl Names {
    /// Of these members of staff.
    pub(crate) async fn of(services: &Services, ids: impl IntoIterator<Item = Uuid>) -> Result<Self, LedgerError> {
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        let sealed = views::names(&services.db, &ids).await?;
        let open =
            |(id, sealed): (Uuid, Vec<u8>)| Ok((id, open_text(&services.vault, place("name_sealed", id), &sealed)?));
        Ok(Self(sealed.into_iter().map(open).collect::<Result<_, LedgerError>>()?))
    }

    /// One of them.
    pub(crate) fn person(&self, id: Uuid) -> Person {
        Person { account: AccountId(id), name: self.0.get(&id).cloned().unwrap_or_default() }
    }
}
