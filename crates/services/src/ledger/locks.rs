//! The one order in which rows are locked: funds, envelopes, awards, each by their ids. Two changes that need the same rows
//! wait for each other and never crosswise.

use super::LedgerError;
use domain::ids::{AwardId, EnvelopeId, FundId};
use domain::ledger::AwardState;
use sqlx::PgConnection;
use store::ledger::awards::AwardRow;
use store::ledger::{self as sql, FundRow, awards};
use uuid::Uuid;

/// What is held until the transaction ends.
#[derive(Debug)]
pub(super) struct Held {
    /// The funds, by their ids.
    pub funds: Vec<FundRow>,
    /// The awards, by their ids, as they stand under the lock.
    pub awards: Vec<AwardRow>,
}

impl Held {
    /// The fund of the change's only envelope.
    ///
    /// # Errors
    /// `NotFound`.
    pub(super) fn fund(&self) -> Result<FundId, LedgerError> {
        self.funds.first().map(|fund| FundId(fund.id)).ok_or(LedgerError::NotFound)
    }
}

/// An award under its lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Award {
    /// Which.
    pub id: AwardId,
    /// Out of which fund.
    pub fund: FundId,
    /// Out of which envelope.
    pub envelope: EnvelopeId,
    /// How far it is.
    pub state: AwardState,
}

impl Award {
    fn read(row: &AwardRow) -> Result<Self, LedgerError> {
        Ok(Self {
            id: AwardId(row.id),
            fund: FundId(row.fund_id),
            envelope: EnvelopeId(row.envelope_id),
            state: AwardState::from_name(&row.state).ok_or(LedgerError::Unreadable)?,
        })
    }
}

/// Locks envelopes with their funds.
///
/// # Errors
/// `NotFound`, `Busy`.
pub(super) async fn envelopes(db: &mut PgConnection, ids: &[EnvelopeId]) -> Result<Held, LedgerError> {
    let mut funds = Vec::new();
    for id in ids {
        funds.push(sql::fund_of(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?);
    }
    let envelopes: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    all(db, &funds, &envelopes, &[]).await
}

/// Locks awards with their envelopes and funds: which those are never changes, so that they are looked up before. What is
/// not there is not among what is held.
///
/// # Errors
/// `Busy`.
pub(super) async fn awards(db: &mut PgConnection, ids: &[AwardId]) -> Result<Held, LedgerError> {
    let own: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let (funds, envelopes): (Vec<Uuid>, Vec<Uuid>) = awards::places(&mut *db, &own).await?.into_iter().unzip();
    all(db, &funds, &envelopes, &own).await
}

/// Locks one award.
///
/// # Errors
/// `NotFound`, `Busy`.
pub(super) async fn award(db: &mut PgConnection, id: AwardId) -> Result<Award, LedgerError> {
    let held = awards(db, &[id]).await?;
    held.awards.first().ok_or(LedgerError::NotFound).and_then(Award::read)
}

/// Locks what a change of a case touches: the envelope its money comes out of, and the award there is. The case itself is
/// locked after.
///
/// # Errors
/// `NotFound`, `Busy`.
pub(crate) async fn for_case(
    db: &mut PgConnection,
    envelope: Option<EnvelopeId>,
    award: Option<AwardId>,
) -> Result<(), LedgerError> {
    let own: Vec<Uuid> = award.iter().map(|id| id.0).collect();
    let (mut funds, mut envelopes): (Vec<Uuid>, Vec<Uuid>) = awards::places(&mut *db, &own).await?.into_iter().unzip();
    if let Some(id) = envelope {
        funds.push(sql::fund_of(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?);
        envelopes.push(id.0);
    }
    if !envelopes.is_empty() {
        all(db, &funds, &envelopes, &own).await?;
    }
    Ok(())
}

async fn all(db: &mut PgConnection, funds: &[Uuid], envelopes: &[Uuid], own: &[Uuid]) -> Result<Held, LedgerError> {
    let funds = sql::lock_funds(db, funds).await?;
    sql::lock_envelopes(db, envelopes).await?;
    let awards = awards::lock(db, own).await?;
    Ok(Held { funds, awards })
}
