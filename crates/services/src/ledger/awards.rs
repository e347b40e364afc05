//! Awards: a fund's money is kept for a case, and what is not used is free again, once.

use super::journal::{Facts, write};
use super::locks::{self, Award};
use super::said::{About, say};
use super::{LedgerError, note};
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::City;
use domain::ids::{AwardId, EnvelopeId, FundId, TrancheId};
use domain::ledger::{
    Amount, AwardEvent, AwardState, Beneficiary, DiseaseGroup, Entry, Evidence, Fen, Overdrawn, Purpose, TrancheEvent,
    TrancheState,
};
use domain::time::local_day;
use jiff::SignedDuration;
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::awards::{self as sql, AwardRow, NewAward, TrancheRow};
use store::ledger::{FundRow, charters, envelope_balance};
use uuid::Uuid;

/// How long an award waits for its first payment (spark.md: 120 days, a reminder at 90).
pub(super) const LASTS: SignedDuration = SignedDuration::from_hours(24 * 120);

/// A part of an award that is paid at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// How much.
    pub amount: Amount,
    /// What has to be there before it is paid.
    pub needs: Vec<Evidence>,
}

/// What was decided for a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The decision's own: made twice it is one award.
    pub award: AwardId,
    /// For which case.
    pub case: Uuid,
    /// Out of which envelope.
    pub envelope: EnvelopeId,
    /// Whom it helps.
    pub beneficiary: Beneficiary,
    /// In which parts.
    pub parts: Vec<Part>,
}

impl Grant {
    /// All of it.
    ///
    /// # Errors
    /// `Fields` where it is nothing or too much.
    fn amount(&self) -> Result<Amount, LedgerError> {
        let sum = Fen::sum(self.parts.iter().map(|part| part.amount.fen())).map_err(Overdrawn::from)?;
        Amount::new(sum.get())
            .map_err(|fault| LedgerError::Fields(vec![domain::field::FieldError::new("amount", fault)]))
    }
}

/// Keeps a fund's money for a case, in the transaction of the decision, whose policy has been asked. It locks the fund and the envelope: what else
/// the transaction locks comes after.
///
/// # Errors
/// `NotFound`, `Purpose`, `FundClosed`, `Ceiling`, `Overdrawn` with what is available, `AwardedAlready`, `Otherwise`, `State`
/// where this very award has ended.
pub async fn reserve_in(db: &mut PgConnection, context: &Context, grant: &Grant) -> Result<(), LedgerError> {
    let amount = grant.amount()?;
    let held = locks::envelopes(db, &[grant.envelope]).await?;
    let fund = held.funds.first().ok_or(LedgerError::NotFound)?;
    if let Some(there) = sql::one(&mut *db, grant.award.0).await? {
        return is_this(db, &there, grant).await;
    }
    let today = local_day(context.now);
    purpose(fund)?.admits(grant.beneficiary, today).map_err(LedgerError::Purpose)?;
    if charters::closed_before(&mut *db, fund.id, grant.case).await? {
        return Err(LedgerError::FundClosed);
    }
    let has = envelope_balance(&mut *db, grant.envelope.0).await?.ok_or(LedgerError::NotFound)?;
    if let Some((_, _, text)) = charters::envelope(&mut *db, grant.envelope.0).await?
        && let Some(left) = super::charters::under(text.ceiling, has.paid, has.committed)
        && left < amount.fen()
    {
        return Err(LedgerError::Ceiling { left });
    }
    if has.available < amount.get() {
        return Err(Overdrawn::Available { available: Fen::new(has.available) }.into());
    }
    let lapses_at = context.now.saturating_add(LASTS).unwrap_or(context.now);
    let new = NewAward {
        id: grant.award.0,
        case: grant.case,
        fund: fund.id,
        envelope: grant.envelope.0,
        amount: amount.get(),
        lapses_at,
    };
    sql::add(&mut *db, new, context.now).await?;
    for (nth, part) in (1_i16..).zip(&grant.parts) {
        let needs: Vec<String> = part.needs.iter().map(|kind| kind.name().to_owned()).collect();
        let id: TrancheId = context.new_id();
        sql::add_tranche(&mut *db, id.0, grant.award.0, (nth, part.amount.get()), &needs).await?;
    }
    let facts =
        Facts { award: Some(grant.award), ..Facts::new(FundId(fund.id), format!("reserved:{}", grant.award), today) };
    write(db, context, &Entry::reserved(grant.envelope, amount)?, &facts).await?;
    let detail = json!({ "envelope": grant.envelope, "fen": amount, "tranches": grant.parts.len() });
    Ok(note(db, context, "ledger.reserved", ("award", grant.award.0), detail).await?)
}

/// An award that stands there is the one that is wanted: of the same case and envelope, in the same parts, and alive.
///
/// # Errors
/// `Otherwise`, `State` when it has ended.
async fn is_this(db: &mut PgConnection, there: &AwardRow, grant: &Grant) -> Result<(), LedgerError> {
    let own = sql::tranches(db, there.id).await?;
    let parts = own.len() == grant.parts.len()
        && own.iter().zip(&grant.parts).all(|(tranche, part)| {
            let needs = part.needs.iter().map(|kind| kind.name());
            tranche.amount == part.amount.get() && needs.eq(tranche.needs.iter().map(String::as_str))
        });
    if there.case_id != grant.case || there.envelope_id != grant.envelope.0 || !parts {
        return Err(LedgerError::Otherwise);
    }
    let state = AwardState::from_name(&there.state).ok_or(LedgerError::Unreadable)?;
    if state.is_live() { Ok(()) } else { Err(LedgerError::State(state.name())) }
}

/// What a fund is for.
pub(super) fn purpose(fund: &FundRow) -> Result<Purpose, LedgerError> {
    let age = |years: Option<i16>| years.map(u8::try_from).transpose().map_err(|_| LedgerError::Unreadable);
    let group = fund.disease.as_deref().map(|word| DiseaseGroup::from_name(word).ok_or(LedgerError::Unreadable));
    let city = fund.city.as_deref().map(|code| City::from_code(code).ok_or(LedgerError::Unreadable));
    Ok(Purpose {
        group: group.transpose()?,
        city: city.transpose()?,
        age_from: age(fund.age_from)?,
        age_until: age(fund.age_until)?,
        from: fund.valid_from.map(|day| day.to_jiff()),
        until: fund.valid_until.map(|day| day.to_jiff()),
    })
}

/// Gives back what an award has not used, because it is not needed (a tranche will not come any more), for a reason: by whoever
/// leads the committee that kept it, or by whoever lets money go, with a fresh second factor. A case that still counts on all of
/// it keeps it: it is refused, recalled or withdrawn first.
///
/// # Errors
/// `Denied`, `NotFound`, `Fields` without a reason, `State` while a payment is under way, when it has ended, or while its case
/// counts on it.
pub async fn release(services: &Services, context: &Context, award: AwardId, reason: &str) -> Result<(), LedgerError> {
    if context.require(Capability::CommitFunds).is_err() {
        context.require(Capability::ReleasePayments)?;
    }
    let reason = super::payments::said(reason)?;
    let mut tx = services.begin().await?;
    let held = locks::award(&mut tx, award).await?;
    end(&mut tx, context, held, AwardEvent::Release).await?;
    say(services, &mut tx, context, award, (About::Released, award.0), &reason).await?;
    Ok(tx.commit().await?)
}

/// Gives back what an award has not used, in the transaction of the case's change, whose policy has been asked: `Lapse` where
/// its time ran out, `Release` where it is not needed. Its fund, its envelope and it are locked already ([`locks::for_case`]).
///
/// # Errors
/// `NotFound`, `State` while a payment is under way or when it has ended.
pub(crate) async fn end_in(
    db: &mut PgConnection,
    context: &Context,
    award: AwardId,
    event: AwardEvent,
) -> Result<(), LedgerError> {
    let award = locks::award(db, award).await?;
    end(db, context, award, event).await
}

/// Gives back what awards have not used in time. An award of which a payment was let go is used and does not lapse, whatever
/// became of that payment: one that comes back after five months is paid again, and a part that waits for the follow-up of
/// half a year waits for it. What is left over of such an award is given back by a person ([`release`]). Done by the house
/// itself; on several servers at once each is done once. One that cannot be ended is told in the log, and holds up no other.
///
/// # Errors
/// `Database` where nobody knows which are due.
pub async fn lapse_due(services: &Services) -> Result<u32, LedgerError> {
    let context = services.system();
    let (mut lapsed, mut last) = (0, Uuid::nil());
    loop {
        let page = sql::due(&services.db, context.now, last).await?;
        let Some(end_of_page) = page.last() else { return Ok(lapsed) };
        last = *end_of_page;
        for id in page {
            match lapse(services, &context, AwardId(id)).await {
                Ok(()) => lapsed += 1,
                // Another server, or a person, was first.
                Err(LedgerError::State(_)) => {}
                Err(error) => {
                    tracing::error!(award = %id, %error, "an award that was not used in time could not be ended")
                }
            }
        }
    }
}

async fn lapse(services: &Services, context: &Context, id: AwardId) -> Result<(), LedgerError> {
    let mut tx = services.begin().await?;
    let award = locks::award(&mut tx, id).await?;
    if sql::is_used(&mut *tx, id.0).await? {
        return Err(LedgerError::State(award.state.name())); // Let go since it was looked for.
    }
    end(&mut tx, context, award, AwardEvent::Lapse).await?;
    Ok(tx.commit().await?)
}

async fn end(db: &mut PgConnection, context: &Context, award: Award, event: AwardEvent) -> Result<(), LedgerError> {
    let then = award.state.next(event).map_err(LedgerError::impossible(AwardState::name))?;
    let mut freed = Vec::new();
    for tranche in sql::tranches(&mut *db, award.id.0).await? {
        let state = state_of(&tranche)?;
        if state == TrancheState::Paid {
            continue;
        }
        let ended = state.next(TrancheEvent::End).map_err(LedgerError::impossible(TrancheState::name))?;
        sql::set_tranche(&mut *db, tranche.id, ended.name(), None).await?;
        freed.push(Fen::new(tranche.amount));
    }
    let sum = Fen::sum(freed).map_err(Overdrawn::from)?;
    let amount = Amount::new(sum.get()).map_err(|_| LedgerError::Unreadable)?;
    let (entry, action) = match event {
        AwardEvent::Lapse => (Entry::lapsed(award.envelope, amount)?, "ledger.lapsed"),
        _ => (Entry::released(award.envelope, amount)?, "ledger.released"),
    };
    let facts = Facts {
        award: Some(award.id),
        ..Facts::new(award.fund, format!("resolved:{}", award.id), local_day(context.now))
    };
    write(db, context, &entry, &facts).await?;
    sql::set_state(&mut *db, award.id.0, then.name()).await?;
    Ok(note(db, context, action, ("award", award.id.0), json!({ "fen": amount })).await?)
}

/// How far a tranche is.
pub(super) fn state_of(tranche: &TrancheRow) -> Result<TrancheState, LedgerError> {
    TrancheState::from_name(&tranche.state).ok_or(LedgerError::Unreadable)
}
