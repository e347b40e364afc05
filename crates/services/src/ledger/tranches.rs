//! Tranches: one of finance sees the evidence and prepares, another lets the payment go.

use super::awards::state_of;
use super::locks::{self, Award};
use super::said::{About, say};
use super::{LedgerError, note, person};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AccountId, AwardId, CaseId, PaymentId, TrancheId};
use domain::ledger::{AwardState, Evidence, PaymentState, TrancheEvent, TrancheState};
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::awards::{self as sql, TrancheRow};
use store::ledger::payees;
use store::ledger::payments::{self, PaymentRow};
use uuid::Uuid;

/// A tranche under the lock of its award.
struct Under {
    award: Award,
    tranche: TrancheRow,
    state: TrancheState,
}

async fn under(db: &mut PgConnection, id: TrancheId) -> Result<Under, LedgerError> {
    let award = sql::award_of(&mut *db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let award = locks::award(db, AwardId(award)).await?;
    let all = sql::tranches(db, award.id.0).await?;
    let tranche = all.into_iter().find(|tranche| tranche.id == id.0).ok_or(LedgerError::NotFound)?;
    let state = state_of(&tranche)?;
    Ok(Under { award, tranche, state })
}

impl Under {
    fn next(&self, event: TrancheEvent) -> Result<TrancheState, LedgerError> {
        self.state.next(event).map_err(LedgerError::impossible(TrancheState::name))
    }
}

fn names(kinds: &[Evidence]) -> Vec<String> {
    kinds.iter().map(|kind| kind.name().to_owned()).collect()
}

/// Notes papers that were seen. What was noted before stays as it was.
///
/// # Errors
/// `Denied`, `NotFound`, `State` once the tranche has ended.
pub async fn note_evidence(
    services: &Services,
    context: &Context,
    tranche: TrancheId,
    seen: &[Evidence],
) -> Result<(), LedgerError> {
    context.require(Capability::PreparePayments)?;
    let by = person(context)?;
    let mut tx = services.begin().await?;
    let under = under(&mut tx, tranche).await?;
    if matches!(under.state, TrancheState::Ended) {
        return Err(LedgerError::State(under.state.name()));
    }
    sql::note_evidence(&mut *tx, tranche.0, &names(seen), by.0, context.now).await?;
    let detail = json!({ "seen": names(seen), "award": under.award.id });
    note(&mut tx, context, "ledger.evidence_noted", ("tranche", tranche.0), detail).await?;
    Ok(tx.commit().await?)
}

/// Notes that the agreement of a case is there, in the transaction of its signature, whose policy has been asked: what is kept
/// for the case is locked already ([`locks::for_case`]). Nobody of finance has to look for it.
///
/// # Errors
/// `Database`.
pub(crate) async fn agreement_signed_in(
    db: &mut PgConnection,
    context: &Context,
    case: CaseId,
    agreement: Uuid,
) -> sqlx::Result<()> {
    for (tranche, award) in sql::note_agreement(&mut *db, case.0, context.now).await? {
        let detail = json!({ "seen": names(&[Evidence::Agreement]), "award": award, "agreement": agreement });
        note(&mut *db, context, "ledger.evidence_noted", ("tranche", tranche), detail).await?;
    }
    Ok(())
}

/// Prepares a tranche: its papers are there.
///
/// # Errors
/// `Denied`, `NotFound`, `State`, `Evidence` with those that are missing.
pub async fn prepare(services: &Services, context: &Context, tranche: TrancheId) -> Result<(), LedgerError> {
    context.require(Capability::PreparePayments)?;
    let by = person(context)?;
    let mut tx = services.begin().await?;
    let under = under(&mut tx, tranche).await?;
    let then = under.next(TrancheEvent::Prepare)?;
    let seen = sql::evidence(&mut *tx, tranche.0).await?;
    let missing = under.tranche.needs.iter().filter(|kind| !seen.contains(kind));
    let missing: Vec<Evidence> = missing.filter_map(|kind| Evidence::from_name(kind)).collect();
    if !missing.is_empty() {
        return Err(LedgerError::Evidence(missing));
    }
    sql::set_tranche(&mut *tx, tranche.0, then.name(), Some(by.0)).await?;
    let detail = json!({ "fen": under.tranche.amount, "award": under.award.id });
    note(&mut tx, context, "ledger.prepared", ("tranche", tranche.0), detail).await?;
    Ok(tx.commit().await?)
}

/// Gives a tranche back to whoever prepared it, with a question.
///
/// # Errors
/// `Denied`, `NotFound`, `State`.
pub async fn send_back(
    services: &Services,
    context: &Context,
    tranche: TrancheId,
    reason: &str,
) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let mut tx = services.begin().await?;
    let under = under(&mut tx, tranche).await?;
    let then = under.next(TrancheEvent::SendBack)?;
    sql::set_tranche(&mut *tx, tranche.0, then.name(), None).await?;
    say(services, &mut tx, context, under.award.id, (About::SentBack, tranche.0), reason).await?;
    note(&mut tx, context, "ledger.sent_back", ("tranche", tranche.0), json!({})).await?;
    Ok(tx.commit().await?)
}

/// Whether somebody's word is already in it that the tranche's last payment came to nothing. A statement is a file that one
/// person hands in: neither this person, nor who let that payment go, sends the money once more. Where a person decided it,
/// that was another than who prepared and released it, and only the decision is not one's own.
async fn has_vouched(db: &mut PgConnection, tranche: TrancheId, by: AccountId) -> Result<bool, LedgerError> {
    let Some(last) = payments::came_to_nothing(db, tranche.0).await? else { return Ok(false) };
    Ok(match last.read_by {
        Some(read_by) => [read_by, last.released_by].contains(&by.0),
        None => last.written_by == Some(by.0),
    })
}

/// Lets a payment go that somebody else prepared: it leaves with the next file. `payment` is the form's own, so that a second
/// press, or one after a crash, is the same payment. After a payment that came to nothing it is somebody who has no part in
/// that being said: who lets the money go again confirms that it is still here.
///
/// # Errors
/// `Denied`, `NotFound`, `SamePerson`, `AccountNotConfirmed`, `State` when another was first.
pub async fn let_go(
    services: &Services,
    context: &Context,
    tranche: TrancheId,
    payment: PaymentId,
) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let by = person(context)?;
    let mut tx = services.begin().await?;
    let under = under(&mut tx, tranche).await?;
    if let Some(there) = payments::one(&mut *tx, payment.0).await? {
        // One that came to nothing is no answer to a new press.
        let live = PaymentState::from_name(&there.state).is_some_and(PaymentState::is_live);
        let same = live && there.tranche_id == tranche.0 && there.released_by == by.0;
        return if same { Ok(()) } else { Err(LedgerError::State(under.state.name())) };
    }
    let then = under.next(TrancheEvent::Release)?;
    if under.award.state != AwardState::Reserved {
        return Err(LedgerError::State(under.award.state.name()));
    }
    let prepared_by: Uuid = under.tranche.prepared_by.ok_or(LedgerError::Unreadable)?;
    if prepared_by == by.0 || has_vouched(&mut tx, tranche, by).await? {
        return Err(LedgerError::SamePerson);
    }
    let payee = payees::latest(&mut *tx, under.award.id.0).await?.filter(|payee| payee.confirmed_by.is_some());
    let payee = payee.ok_or(LedgerError::AccountNotConfirmed)?;
    let new = PaymentRow {
        id: payment.0,
        tranche_id: tranche.0,
        award_id: under.award.id.0,
        payee_id: payee.id,
        amount: under.tranche.amount,
        state: PaymentState::Released.name().to_owned(),
        file_id: None,
        prepared_by,
        released_by: by.0,
    };
    payments::add(&mut *tx, &new, context.now).await?;
    sql::set_tranche(&mut *tx, tranche.0, then.name(), None).await?;
    let detail = json!({ "tranche": tranche, "award": under.award.id, "fen": under.tranche.amount });
    note(&mut tx, context, "ledger.released_payment", ("payment", payment.0), detail).await?;
    Ok(tx.commit().await?)
}
