//! What all funds still have, under their locks: what whoever calls up cases for money asks.

use super::LedgerError;
use super::awards::purpose;
use super::charters::under;
use super::locks;
use domain::ids::{EnvelopeId, FundId};
use domain::ledger::{Fen, Purpose};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::ledger::{charters, views};

/// An envelope with what can still be promised of it, and what its fund is for.
#[derive(Clone, Debug)]
pub(crate) struct FundPurse {
    /// Of which fund.
    pub fund: FundId,
    /// What can still be promised.
    pub available: Fen,
    /// What the fund is for.
    pub purpose: Purpose,
    /// Since when the fund takes no new applications.
    pub closed_at: Option<Timestamp>,
}

impl FundPurse {
    /// It may help a case that was opened then.
    pub fn takes(&self, opened_at: Timestamp) -> bool {
        self.closed_at.is_none_or(|closed_at| opened_at < closed_at)
    }
}

/// Every envelope of every fund, in the order in which they were opened, with their funds locked until the transaction ends:
/// nobody gives, takes or promises meanwhile. Cases are locked after.
///
/// # Errors
/// `Busy`, `Unreadable`, `Database`.
pub(crate) async fn locked_purses(db: &mut PgConnection) -> Result<Vec<FundPurse>, LedgerError> {
    let all: Vec<EnvelopeId> = views::envelopes(&mut *db).await?.iter().map(|row| EnvelopeId(row.id)).collect();
    let held = locks::envelopes(db, &all).await?;
    // As they stand under the locks.
    let texts = charters::all(&mut *db).await?;
    let mut purses = Vec::with_capacity(all.len());
    for row in views::envelopes(&mut *db).await? {
        let Some(fund) = held.funds.iter().find(|fund| fund.id == row.fund_id) else { continue };
        let available = Fen::new(row.sums.available);
        // Under a ceiling no more is promised, whatever there is.
        let left = under(row.ceiling, row.sums.paid, row.sums.committed);
        purses.push(FundPurse {
            fund: FundId(row.fund_id),
            available: left.map_or(available, |left| available.min(left)),
            purpose: purpose(fund)?,
            closed_at: texts
                .iter()
                .find(|text| text.id == fund.id)
                .and_then(|text| text.closed_at)
                .map(|at| at.to_jiff()),
        });
    }
    Ok(purses)
}
