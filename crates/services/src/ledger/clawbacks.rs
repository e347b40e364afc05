//! What becomes of money that is asked back (`services::spark::cases::claw_back` asks for it): a row of the bank's statement is
//! it; a paper tells of it, entered by one person and confirmed by another; or it is waived, by one person for a reason and by
//! another. What comes is an entry of the journal, linked to the demand. No more comes than was asked for. What is typed of it lies
//! under the key of its case, and is gone with it: the journal has sums and numbers, the trail who did it.

use super::journal::bank_fact;
use super::payments::{give_back_in, said};
use super::{LedgerError, Outcome, locks, note, person};
use crate::crypto::{CaseKey, Place};
use crate::spark::cases::{self, CaseError};
use crate::{Context, Services};
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::ids::{AwardId, CaseId, ClawbackId, ClawbackPartId};
use domain::ledger::{Amount, Answer, Fen};
use domain::time::local_day;
use domain::typed;
use jiff::civil;
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::statements;
use store::spark::clawbacks::{self as sql, ClawbackRow, NewPart, PartRow};

/// Characters of the bank's number.
const REFERENCE: u32 = 64;

/// Money that a paper tells of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Returned {
    /// The form's own: two presses are one.
    pub id: ClawbackPartId,
    /// Of which demand.
    pub clawback: ClawbackId,
    /// How much.
    pub amount: Amount,
    /// When it came.
    pub day: civil::Date,
    /// The bank's number of the row, or of the receipt.
    pub reference: String,
    /// Where that is written. No names.
    pub source: String,
}

/// Says that a row of the bank's statement, which nothing explains yet, is money of this demand. Pressed twice it is one.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` (`row`) where it is no such row or more than is left, `State` once the demand is settled,
/// `Month`, `Busy`.
pub async fn match_row(
    services: &Services,
    context: &Context,
    id: ClawbackId,
    reference: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let by = person(context)?;
    let mut tx = services.begin().await?;
    let demand = held(&mut tx, id).await?;
    let parts = sql::parts(&mut *tx, id.0).await?;
    if parts.iter().any(|part| part.kind == "bank" && !part.reversed && part.reference.as_deref() == Some(reference)) {
        return Ok(());
    }
    let fault = |fault| LedgerError::Fields(vec![FieldError::new("row", fault)]);
    statements::lock(&mut *tx, reference).await?.ok_or_else(|| fault(Fault::NotAChoice))?;
    let row = statements::one(&mut *tx, reference).await?.ok_or_else(|| fault(Fault::NotAChoice))?;
    if row.result != Answer::Income.name() || row.outcome != Outcome::Open.name() {
        return Err(fault(Fault::NotAChoice));
    }
    let amount = Amount::new(row.amount).map_err(|_| LedgerError::Unreadable)?;
    if amount.fen() > left(&demand) {
        return Err(fault(Fault::MoreThanOwed));
    }
    let (day, award) = (row.day.to_jiff(), AwardId(demand.award_id));
    let entry = give_back_in(&mut tx, context, award, (bank_fact(reference), amount, day), reference).await?;
    let part: ClawbackPartId = context.new_id();
    let new = NewPart {
        id: part.0,
        clawback: id.0,
        kind: "bank",
        amount: amount.get(),
        day,
        reference: Some(reference),
        said: None,
        by: by.0,
        entry: Some(entry.ok_or(LedgerError::Otherwise)?.0),
    };
    sql::add_part(&mut *tx, new, context.now).await?;
    told(&mut tx, context, "ledger.return_matched", &demand, (part, amount)).await?;
    Ok(tx.commit().await?)
}

/// Enters money that a paper tells of. It is in the books once another person has confirmed it ([`confirm`]).
///
/// # Errors
/// `Denied`, `NotFound`, `Fields`, `State` once the demand is settled, `Otherwise` where another is entered under this id.
pub async fn enter_return(services: &Services, context: &Context, new: &Returned) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let source = typed::line(&new.source, 200).map_err(|fault| field("source", fault))?;
    let reference = typed::line(&new.reference, REFERENCE).map_err(|fault| field("reference", fault))?;
    if new.day > local_day(context.now) {
        return Err(field("day", Fault::NotYet));
    }
    let part = (new.id, new.amount, new.day);
    propose(services, context, new.clawback, ("paper", part, Some(&reference), &source)).await
}

/// Proposes to waive a part of what is asked back, for a reason. It is waived once another person has confirmed it ([`confirm`]).
///
/// # Errors
/// `Denied`, `NotFound`, `Fields`, `State` once the demand is settled, `Otherwise`.
pub async fn waive(
    services: &Services,
    context: &Context,
    (clawback, id): (ClawbackId, ClawbackPartId),
    amount: Amount,
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::OverseeCases)?;
    let reason = said(reason)?;
    let part = (id, amount, local_day(context.now));
    propose(services, context, clawback, ("waived", part, None, &reason)).await
}

type Proposed<'a> = (&'static str, (ClawbackPartId, Amount, civil::Date), Option<&'a str>, &'a str);

async fn propose(
    services: &Services,
    context: &Context,
    id: ClawbackId,
    (kind, (part, amount, day), reference, said): Proposed<'_>,
) -> Result<(), LedgerError> {
    let by = person(context)?;
    let mut tx = services.begin().await?;
    let demand = held(&mut tx, id).await?;
    if let Some(there) = sql::parts(&mut *tx, id.0).await?.into_iter().find(|one| one.id == part.0) {
        let same = there.kind == kind && there.amount == amount.get() && there.entered_by == by.0;
        return if same { Ok(()) } else { Err(LedgerError::Otherwise) };
    }
    if amount.fen() > left(&demand) {
        return Err(field("amount", Fault::MoreThanOwed));
    }
    let said = sealed(services, &mut tx, &demand, ("said_sealed", part), said).await?;
    let new = NewPart {
        id: part.0,
        clawback: id.0,
        kind,
        amount: amount.get(),
        day,
        reference,
        said: Some(said.as_slice()),
        by: by.0,
        entry: None,
    };
    if !sql::add_part(&mut *tx, new, context.now).await? {
        return Err(LedgerError::Otherwise);
    }
    let action = if kind == "waived" { "ledger.waiver_proposed" } else { "ledger.return_entered" };
    told(&mut tx, context, action, &demand, (part, amount)).await?;
    Ok(tx.commit().await?)
}

/// Confirms what another person entered: money is in the books from then on, what is waived is waived. Pressed twice it is once.
///
/// # Errors
/// `Denied`, `NotFound`, `SamePerson`, `State` where it was refused or the demand is settled, `Otherwise` where the bank's number
/// stands in the books for something else.
pub async fn confirm(services: &Services, context: &Context, id: ClawbackPartId) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let by = person(context)?;
    let mut tx = services.begin().await?;
    let (demand, part) = waiting(&mut tx, id).await?;
    if part.confirmed_by.is_some() {
        return Ok(());
    }
    if part.refused_by.is_some() {
        return Err(LedgerError::State("refused"));
    }
    if part.entered_by == by.0 {
        return Err(LedgerError::SamePerson);
    }
    let amount = Amount::new(part.amount).map_err(|_| LedgerError::Unreadable)?;
    let entry = match part.reference.as_deref().filter(|_| part.kind == "paper") {
        Some(reference) => {
            let fact = (bank_fact(reference), amount, part.day.to_jiff());
            let written = give_back_in(&mut tx, context, AwardId(demand.award_id), fact, reference).await?;
            Some(written.ok_or(LedgerError::Otherwise)?.0)
        }
        None => None,
    };
    if !sql::decide_part(&mut *tx, id.0, (true, by.0), (entry, None), context.now).await? {
        return Err(LedgerError::Busy);
    }
    let action = if entry.is_some() { "ledger.return_confirmed" } else { "ledger.waiver_confirmed" };
    told(&mut tx, context, action, &demand, (id, amount)).await?;
    Ok(tx.commit().await?)
}

/// Says that what another person entered is not so. It counts for nothing from then on.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` without a reason, `SamePerson`, `State` where it was confirmed or the demand is settled.
pub async fn refuse(
    services: &Services,
    context: &Context,
    id: ClawbackPartId,
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let by = person(context)?;
    let reason = said(reason)?;
    let mut tx = services.begin().await?;
    let (demand, part) = waiting(&mut tx, id).await?;
    if part.refused_by.is_some() {
        return Ok(());
    }
    if part.confirmed_by.is_some() || part.kind == "bank" {
        return Err(LedgerError::State("confirmed"));
    }
    if part.entered_by == by.0 {
        return Err(LedgerError::SamePerson);
    }
    let why = sealed(services, &mut tx, &demand, ("refused_sealed", id), &reason).await?;
    if !sql::decide_part(&mut *tx, id.0, (false, by.0), (None, Some(why.as_slice())), context.now).await? {
        return Err(LedgerError::Busy);
    }
    let detail = json!({ "part": id, "fen": part.amount });
    note(&mut tx, context, "ledger.return_refused", ("clawback", demand.id), detail).await?;
    Ok(tx.commit().await?)
}

/// A demand under its lock, after its award's; it is open.
async fn held(db: &mut PgConnection, id: ClawbackId) -> Result<ClawbackRow, LedgerError> {
    let there = sql::all(&mut *db, Some(id.0), false).await?.pop().ok_or(LedgerError::NotFound)?;
    locks::award(db, AwardId(there.award_id)).await?;
    let demand = sql::lock(db, id.0).await?.ok_or(LedgerError::NotFound)?;
    if demand.settled_at.is_some() { Err(LedgerError::State("settled")) } else { Ok(demand) }
}

/// A part with its demand, both as they stand under the locks.
async fn waiting(db: &mut PgConnection, id: ClawbackPartId) -> Result<(ClawbackRow, PartRow), LedgerError> {
    let of = sql::of_part(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let demand = held(db, ClawbackId(of)).await?;
    let part = sql::parts(db, of).await?.into_iter().find(|part| part.id == id.0);
    Ok((demand, part.ok_or(LedgerError::NotFound)?))
}

/// Where a part's words lie.
pub(super) const fn place(column: &'static str, part: ClawbackPartId) -> Place {
    Place { table: "spark_clawback_part", column, row: part.0 }
}

/// What was typed of a part, under the key of its demand's case.
async fn sealed(
    services: &Services,
    db: &mut PgConnection,
    demand: &ClawbackRow,
    (column, part): (&'static str, ClawbackPartId),
    text: &str,
) -> Result<Vec<u8>, LedgerError> {
    let key = key(services, db, CaseId(demand.case_id)).await?.ok_or(LedgerError::State("forgotten"))?;
    Ok(key.seal(place(column, part), text.as_bytes()))
}

/// The key of a case; `None` once it is destroyed.
pub(super) async fn key(
    services: &Services,
    db: &mut PgConnection,
    case: CaseId,
) -> Result<Option<CaseKey>, LedgerError> {
    match cases::key(services, db, case).await {
        Ok(key) => Ok(Some(key)),
        Err(CaseError::Forgotten) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What is neither back, nor waived, nor waits for a second person.
pub(super) fn left(demand: &ClawbackRow) -> Fen {
    Fen::new(demand.amount.saturating_sub(demand.stands))
}

fn field(name: &'static str, fault: Fault) -> LedgerError {
    LedgerError::Fields(vec![FieldError::new(name, fault)])
}

async fn told(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    demand: &ClawbackRow,
    (part, amount): (ClawbackPartId, Amount),
) -> sqlx::Result<()> {
    note(db, context, action, ("clawback", demand.id), json!({ "part": part, "fen": amount })).await
}
