//! What becomes of a payment: taken back before it left, answered by the bank, decided by a person where the bank does not
//! know, given back.

use super::awards::state_of;
use super::journal::{Facts, bank_fact, open_day, reference_of, write};
use super::locks::{self, Award};
use super::said::{About, SEALED, say};
use super::statements::look_again;
use super::{LedgerError, note, person};
use crate::{Context, Services};
use domain::account::Capability;
use domain::field::FieldError;
use domain::ids::{AwardId, LedgerEntryId, PaymentId};
use domain::ledger::{
    Amount, AwardEvent, AwardState, Entry, EntryKind, PaymentEvent, PaymentState, TrancheEvent, TrancheState,
};
use domain::time::local_day;
use domain::typed;
use jiff::civil;
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::awards as sql;
use store::ledger::journal::ends_of;
use store::ledger::payments::{self, PaymentRow};
use store::ledger::statements::explain_income;

/// Characters of a reason.
const REASON: u32 = 200;

/// What a person found out about a payment in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It arrived.
    Arrived,
    /// It did not.
    Failed,
}

/// Takes a payment back before it leaves: what is promised stays promised.
///
/// # Errors
/// `Denied`, `NotFound`, `State`.
pub async fn cancel(
    services: &Services,
    context: &Context,
    payment: PaymentId,
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let reason = said(reason)?;
    let mut tx = services.begin().await?;
    happen(&mut tx, context, payment, PaymentEvent::Cancel, (local_day(context.now), Some(SEALED))).await?;
    explain(services, &mut tx, context, payment, &reason).await?;
    Ok(tx.commit().await?)
}

/// Decides what became of a payment in doubt: somebody has asked the bank, and says what it said. It is neither who prepared
/// the payment nor who let it go. Rows of the bank that did not fit meanwhile are looked at once more.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` without a reason, `SamePerson`, `State`.
pub async fn decide(
    services: &Services,
    context: &Context,
    payment: PaymentId,
    decision: Decision,
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let by = person(context)?;
    let reason = said(reason)?;
    let event = match decision {
        Decision::Arrived => PaymentEvent::DecideSettled,
        Decision::Failed => PaymentEvent::DecideFailed,
    };
    let mut tx = services.begin().await?;
    let own = payments::one(&mut *tx, payment.0).await?.ok_or(LedgerError::NotFound)?;
    if [own.prepared_by, own.released_by].contains(&by.0) {
        return Err(LedgerError::SamePerson);
    }
    happen(&mut tx, context, payment, event, (local_day(context.now), Some(SEALED))).await?;
    explain(services, &mut tx, context, payment, &reason).await?;
    look_again(&mut tx, context, payment).await?;
    Ok(tx.commit().await?)
}

/// A reason that was given.
pub(super) fn said(reason: &str) -> Result<String, LedgerError> {
    typed::line(reason, REASON).map_err(|fault| LedgerError::Fields(vec![FieldError::new("reason", fault)]))
}

/// Why somebody did that to a payment, under the key of its case.
async fn explain(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    payment: PaymentId,
    reason: &str,
) -> Result<(), LedgerError> {
    let award = payments::one(&mut *db, payment.0).await?.ok_or(LedgerError::NotFound)?.award_id;
    say(services, db, context, AwardId(award), (About::Payment, payment.0), reason).await
}

/// Lets something happen to a payment that has been let go: its state, its tranche's, its award's, the journal and the trail,
/// under the award's lock. A reason that is given is the point that stands for one that is sealed ([`explain`]).
///
/// # Errors
/// `NotFound`, `State`, whatever the database would not have.
pub(super) async fn happen(
    db: &mut PgConnection,
    context: &Context,
    id: PaymentId,
    event: PaymentEvent,
    (day, reason): (civil::Date, Option<&str>),
) -> Result<(), LedgerError> {
    let award = payments::one(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?.award_id;
    let award = locks::award(db, AwardId(award)).await?;
    let payment = payments::one(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let state = PaymentState::from_name(&payment.state).ok_or(LedgerError::Unreadable)?;
    let then = state.next(event).map_err(LedgerError::impossible(PaymentState::name))?;
    payments::set_state(&mut *db, id.0, then.name(), reason).await?;
    if let Some(entry) = entry_of(event, &award, &payment)? {
        let facts = Facts {
            award: Some(award.id),
            payment: Some(id),
            ..Facts::new(award.fund, format!("{}:{id}", entry.kind().name()), open_day(db, context, day).await?)
        };
        write(db, context, &entry, &facts).await?;
    }
    follow(db, &award, &payment, event).await?;
    let detail = json!({ "event": event.name(), "state": then.name(), "fen": payment.amount });
    Ok(note(db, context, "ledger.payment", ("payment", id.0), detail).await?)
}

fn entry_of(event: PaymentEvent, award: &Award, payment: &PaymentRow) -> Result<Option<Entry>, LedgerError> {
    let amount = Amount::new(payment.amount).map_err(|_| LedgerError::Unreadable)?;
    Ok(match event {
        PaymentEvent::Send => Some(Entry::payment_sent(award.envelope, amount)?),
        PaymentEvent::Settle | PaymentEvent::DecideSettled => Some(Entry::payment_settled(award.envelope, amount)?),
        PaymentEvent::Fail | PaymentEvent::DecideFailed => Some(Entry::payment_failed(award.envelope, amount)?),
        PaymentEvent::Return => Some(Entry::payment_returned(award.envelope, amount, award.state.is_live())?),
        PaymentEvent::Cancel | PaymentEvent::Doubt => None,
    })
}

/// The tranche and the award after what happened to the payment.
async fn follow(
    db: &mut PgConnection,
    award: &Award,
    payment: &PaymentRow,
    event: PaymentEvent,
) -> Result<(), LedgerError> {
    let event = match event {
        PaymentEvent::Send | PaymentEvent::Doubt => return Ok(()),
        PaymentEvent::Settle | PaymentEvent::DecideSettled => TrancheEvent::Settle,
        PaymentEvent::Cancel | PaymentEvent::Fail | PaymentEvent::DecideFailed => TrancheEvent::Fail,
        PaymentEvent::Return => TrancheEvent::Return,
    };
    let tranches = sql::tranches(&mut *db, award.id.0).await?;
    let own = tranches.iter().find(|tranche| tranche.id == payment.tranche_id).ok_or(LedgerError::Unreadable)?;
    let impossible = LedgerError::impossible(TrancheState::name);
    let mut then = state_of(own)?.next(event).map_err(&impossible)?;
    if event == TrancheEvent::Return && !award.state.is_live() {
        then = then.next(TrancheEvent::End).map_err(&impossible)?;
    }
    sql::set_tranche(&mut *db, own.id, then.name(), None).await?;
    let others_paid = || tranches.iter().filter(|one| one.id != own.id).all(|one| state_of(one).is_ok_and(is_paid));
    let of_award = match event {
        TrancheEvent::Settle if others_paid() => AwardEvent::Fulfil,
        TrancheEvent::Return => AwardEvent::Return,
        _ => return Ok(()),
    };
    let then = award.state.next(of_award).map_err(LedgerError::impossible(AwardState::name))?;
    if then != award.state {
        sql::set_state(db, award.id.0, then.name()).await?;
    }
    Ok(())
}

fn is_paid(state: TrancheState) -> bool {
    state == TrancheState::Paid
}

/// Writes down that a family or a hospital gave money back that it should not have had. `key` is the bank's number of the row.
///
/// # Errors
/// `Denied`, `NotFound`, `State` while the award still keeps money, `Overdrawn` when it is more than was paid, `Otherwise`.
pub async fn claw_back(
    services: &Services,
    context: &Context,
    award: AwardId,
    (key, amount): (&str, Amount),
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::KeepBooks)?;
    let reason = said(reason)?;
    let mut tx = services.begin().await?;
    locks::award(&mut tx, award).await?;
    give_back_in(&mut tx, context, award, (bank_fact(key), amount, local_day(context.now)), &reason).await?;
    Ok(tx.commit().await?)
}

/// The same in the caller's transaction, which holds the award's lock and has asked the policy: `None` where this very fact
/// stands in the books.
///
/// # Errors
/// `NotFound`, `State` while the award still keeps money, `Overdrawn`, `Otherwise`.
pub(super) async fn give_back_in(
    db: &mut PgConnection,
    context: &Context,
    award: AwardId,
    (fact, amount, day): (String, Amount, civil::Date),
    source: &str,
) -> Result<Option<LedgerEntryId>, LedgerError> {
    let award = locks::award(&mut *db, award).await?;
    let then = award.state.next(AwardEvent::ClawBack).map_err(LedgerError::impossible(AwardState::name))?;
    let facts = Facts {
        source: Some(source),
        award: Some(award.id),
        ..Facts::new(award.fund, fact, open_day(&mut *db, context, day).await?)
    };
    let written = write(&mut *db, context, &Entry::clawback(award.envelope, amount)?, &facts).await?;
    if written.is_some() {
        sql::set_state(&mut *db, award.id.0, then.name()).await?;
        if let Some(reference) = reference_of(&facts.key) {
            explain_income(&mut *db, reference, amount.get()).await?;
        }
        let detail = json!({ "fen": amount, "reason": source });
        note(db, context, "ledger.clawed_back", ("award", award.id.0), detail).await?;
    }
    Ok(written)
}

/// The award's state after an entry of money given back was reversed: where other money was, it stays asked back.
///
/// # Errors
/// `NotFound`, `AwardedAlready` where its case has another award by now.
pub(super) async fn claw_back_reversed(db: &mut PgConnection, award: AwardId) -> Result<(), LedgerError> {
    let ends: Vec<EntryKind> =
        ends_of(&mut *db, award.0).await?.iter().filter_map(|word| EntryKind::from_name(word)).collect();
    if ends.contains(&EntryKind::Clawback) {
        return Ok(());
    }
    let tranches = sql::tranches(&mut *db, award.0).await?;
    let all_paid = tranches.iter().all(|tranche| state_of(tranche).is_ok_and(is_paid));
    let then = AwardState::without_claw_back(ends.first().copied(), all_paid);
    Ok(sql::set_state(db, award.0, then.name()).await?)
}
