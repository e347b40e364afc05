//! Proposals: the first of two people says what is to be done, the second does it with them, under an account of their own. What
//! is moved is scanned by both.

use super::DeskError;
use super::act::{entry, hand, keep, locked};
use super::acts::{Act, Ask};
use super::said::{People, Said, payloads, scanned, typed};
use crate::audit;
use crate::crypto::Place;
use crate::custody::{Recorded, Refused, UnitView};
use crate::db::{Tx, to_the_end};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::custody::{Says, Slot};
use domain::ids::{AccountId, UnitId};
use domain::two::{First, Outcome, Turn, Who};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use store::custody::desk::{self as sql, ProposalRow};
use uuid::Uuid;

/// How long a colleague has to confirm: a shift.
const LASTS: SignedDuration = SignedDuration::from_hours(12);

/// What somebody proposes, as it is typed.
#[derive(Clone, Debug)]
pub struct Proposing {
    /// The form's own: pressed twice it is one.
    pub form: Uuid,
    /// Of which unit.
    pub unit: UnitId,
    /// The version that was shown.
    pub version: u32,
    /// What.
    pub act: Act,
    /// The bag's number as it was scanned, where that is asked for.
    pub din: String,
    /// The slot's label as it was scanned: where it is put, or where it lies.
    pub slot: String,
    /// Why, where that is asked for.
    pub reason: String,
    /// The event that is corrected.
    pub event: String,
    /// The request, the courier or the bank, where one is asked for.
    pub name: String,
    /// Degrees Celsius, where they are asked for.
    pub celsius: String,
    /// The logger that was started, where one is asked for.
    pub logger: String,
    /// The codes of the steps that were done, where they are asked for.
    pub steps: Vec<String>,
    /// Per cent of living cells that steps among these read, in the order of [`RELEASED_ABOVE`].
    ///
    /// [`RELEASED_ABOVE`]: domain::custody::ranges::RELEASED_ABOVE
    pub alive: [String; 2],
}

/// A proposal that waits for a colleague.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// Its own.
    pub id: Uuid,
    /// Of which unit.
    pub unit: UnitId,
    /// What.
    pub act: Act,
    /// Where, if it moves.
    pub slot: Option<Slot>,
    /// Why.
    pub reason: Option<String>,
    /// The event that is corrected.
    pub event: Option<u32>,
    /// The request, the courier or the bank.
    pub name: Option<String>,
    /// Tenths of a degree Celsius.
    pub tenths: Option<i32>,
    /// The logger that was started.
    pub logger: Option<String>,
    /// The codes of the steps that were done.
    pub steps: Vec<String>,
    /// Per cent of living cells that some of them read, in hundredths, by their codes.
    pub alive: BTreeMap<String, i32>,
    /// Of three, who looked it over, and their code.
    pub checked: Option<(AccountId, String)>,
    /// By whom.
    pub by: AccountId,
    /// Their code.
    pub code: String,
    /// When.
    pub at: Timestamp,
    /// Until when it can be confirmed.
    pub until: Timestamp,
    /// Something happened to the unit since, and nobody scans it: it is confirmed no more.
    pub outdated: bool,
}

impl Proposal {
    /// What one has to be able to do to go on with it now: steps of a release are confirmed by whoever notes them; what three people do
    /// is looked over by anybody of the laboratory, and then confirmed as its act says.
    pub fn goes_on_by(&self, unit: &UnitView) -> Capability {
        let says = unit.release.catalogue.says(self.act.kind(), &self.steps);
        if self.act.needs_third() && self.checked.is_none() { says.begins() } else { says.confirms() }
    }
}

const fn place(row: Uuid) -> Place {
    Place { table: "custody_proposal", column: "said_sealed", row }
}

/// By whom this is proposed and confirmed, for the steps of a release that it names, too. Judgement and approvals are said by two of
/// those who answer for units, and not by one of them who takes another's word.
async fn says(services: &Services, tx: &mut Tx, (act, said): (Act, &Said)) -> Result<Says, DeskError> {
    let shelf = services.custody.read(tx, &services.clock).await?;
    Ok(shelf.says(act.kind(), &said.steps))
}

/// Proposes what two people do. Pressed twice it is one.
///
/// # Errors
/// `Denied` without `HandleUnits`; `NoCode`; `NotFound`; `Fields` (`din`, `slot`, `reason`, `event`, `name`, `celsius`, `logger`,
/// `steps`, and what steps of them read, by their codes); `QualitySteps` where one of the steps is noted by those who answer for units, and nothing of the others is proposed;
/// `Denied`, too, for these where the second factor grew stale; `Stale`; `Refused` where the bag is another unit's, and for what can never be; `Busy`, `Database`.
pub async fn propose(services: &Services, context: &Context, new: &Proposing) -> Result<(), DeskError> {
    context.require(Capability::HandleUnits)?;
    let hand = hand(services, context).await?;
    let (bag, said) = typed(new)?;
    let plain = serde_json::to_vec(&said).map_err(|_| DeskError::Unreadable)?;
    let sealed = services.vault.seal(place(new.form), &plain);
    let (services, context, new) = (services.clone(), context.clone(), new.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        context.require(says(&services, &mut tx, (new.act, &said)).await?.begins()).map_err(|denied| match denied {
            Denied::NotAllowed => DeskError::QualitySteps,
            denied => denied.into(),
        })?;
        // The second press finds the first, whatever happened to the unit since.
        if let Some(before) = sql::proposal(&mut *tx, new.form).await? {
            let same = before.unit_id == new.unit.0
                && before.act == new.act.name()
                && match read_said(&services, &before) {
                    Ok(before) => before == said,
                    Err(DeskError::Settled) => true,
                    Err(error) => return Err(error),
                };
            return Ok(standing(&before)?.again(hand.who(), same)?);
        }
        let unit = locked(&mut tx, new.unit, Some(new.version)).await?;
        if bag.is_some_and(|bag| bag.as_str() != unit.din) {
            return Err(DeskError::Refused(Refused::UnitMismatch));
        }
        // Whose use it is kept for does not change: nobody is asked to confirm what the record refuses for ever.
        let pool = domain::custody::Pool::from_name(&unit.pool);
        if new.act == Act::List && !pool.is_some_and(domain::custody::Pool::is_for_others) {
            return Err(DeskError::Refused(Refused::Unmet(vec![domain::custody::Unmet::NotForOthers])));
        }
        let row = sql::NewProposal {
            id: new.form,
            unit: new.unit.0,
            act: new.act.name(),
            said: &sealed,
            seq: unit.seq,
            by: hand.account.0,
            operator: hand.operator.id,
            expires_at: context.now + LASTS,
        };
        if !sql::propose(&mut *tx, row, context.now).await? {
            return Err(DeskError::Busy);
        }
        let entry = entry("custody.proposed", new.unit, json!({ "act": new.act.name(), "proposal": new.form }));
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

fn read_said(services: &Services, row: &ProposalRow) -> Result<Said, DeskError> {
    let sealed = row.said_sealed.as_deref().ok_or(DeskError::Settled)?;
    let plain = services.vault.open_sealed(place(row.id), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| DeskError::Unreadable)
}

/// A proposal, as the rules of two people read it.
fn standing(row: &ProposalRow) -> Result<First, DeskError> {
    let outcome =
        row.outcome.as_deref().map(|name| Outcome::from_name(name).ok_or(DeskError::Unreadable)).transpose()?;
    let settled = outcome.map(|outcome| (outcome, row.settled_by.map(AccountId)));
    let by = Who::operator(AccountId(row.proposed_by), row.operator_id);
    Ok(First { by: Some(by), settled, until: Some(row.expires_at.to_jiff()) })
}

/// Who proposed it judged what was known then. What is moved is judged by the two who hold it.
fn is_outdated(act: Act, proposed: i32, now: i32) -> bool {
    !act.asks(Ask::Slot) && proposed != now
}

fn read(services: &Services, row: &ProposalRow) -> Result<Proposal, DeskError> {
    let said = read_said(services, row)?;
    let act = Act::from_name(&row.act).ok_or(DeskError::Unreadable)?;
    Ok(Proposal {
        id: row.id,
        unit: UnitId(row.unit_id),
        act,
        slot: said.slot,
        reason: said.reason,
        event: said.event,
        name: said.name,
        tenths: said.tenths,
        logger: said.logger,
        steps: said.steps,
        alive: said.alive,
        checked: row.checked_by.map(AccountId).zip(row.checked_code.clone()),
        by: AccountId(row.proposed_by),
        code: row.code.clone(),
        at: row.proposed_at.to_jiff(),
        until: row.expires_at.to_jiff(),
        outdated: is_outdated(act, row.seq, row.unit_seq),
    })
}

/// What waits for a second person: of a unit, or of all.
///
/// # Errors
/// `Denied` without `SeeUnits`; `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn proposals(
    services: &Services,
    context: &Context,
    unit: Option<UnitId>,
) -> Result<Vec<Proposal>, DeskError> {
    context.require(Capability::SeeUnits)?;
    let rows = sql::open_proposals(&services.db, unit.map(|unit| unit.0), context.now).await?;
    rows.iter().map(|row| read(services, row)).collect()
}

/// What the second person says: the version that was shown, and their own scans.
#[derive(Clone, Debug)]
pub struct Confirming {
    /// Which proposal.
    pub id: Uuid,
    /// The version of the unit that was shown.
    pub version: u32,
    /// The bag's number as they scanned it, where that is asked for.
    pub din: String,
    /// The slot's label as they scanned it.
    pub slot: String,
}

/// Does what a colleague proposed, with both named. Pressed twice it is one.
///
/// # Errors
/// `Denied`, after the second factor grew stale, too, and for steps of a release that others confirm; `NoCode`; `NotFound`;
/// `OwnProposal`; `Settled` for one that was withdrawn, confirmed by another, or is too old; `Fields` (`din`, `slot`); `OtherScan` where the two scans differ; `Stale`, also where
/// something happened to the unit since it was proposed, of what nobody scans: it is proposed anew, over what is known now;
/// `Refused`, and then it still waits; `Unchecked` for what three people do and nobody has looked over ([`look_over`]); `Crypto`,
/// `Unreadable`, `Busy`, `Database`.
pub async fn confirm(services: &Services, context: &Context, said: &Confirming) -> Result<Option<Recorded>, DeskError> {
    context.require(Capability::HandleUnits)?;
    let hand = hand(services, context).await?;
    let (services, context, said) = (services.clone(), context.clone(), said.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::proposal(&mut *tx, said.id).await?.ok_or(DeskError::NotFound)?;
        let act = Act::from_name(&row.act).ok_or(DeskError::Unreadable)?;
        context.require(act.confirmed_by())?;
        if standing(&row)?.confirm(hand.who(), context.now)? == Turn::Before {
            return Ok(None); // the second press
        }
        let first = seen_again(&services, &mut tx, (act, &row), &said).await?;
        context.require(says(&services, &mut tx, (act, &first)).await?.confirms())?;
        let of = UnitId(row.unit_id);
        let lies = if act == Act::Move { lies(&mut tx, of).await? } else { None };
        let own = hand.operator.code.as_str();
        let people = if act.needs_third() {
            let second = row.checked_code.as_deref().ok_or(DeskError::Unchecked)?;
            if row.checked_by == Some(hand.account.0) || row.checked_as == Some(hand.operator.id) {
                return Err(DeskError::Unchecked);
            }
            People { operator: &row.code, with: second, third: Some(own) }
        } else {
            People { operator: &row.code, with: own, third: None }
        };
        let payloads = payloads(act, &first, people, lies)?;
        let kept = keep(&services, &mut tx, &context, of, payloads).await?;
        if !sql::settle(&mut *tx, row.id, (Outcome::Confirmed.name(), hand.account.0), context.now).await? {
            return Err(DeskError::Settled);
        }
        let detail = json!({ "act": act.name(), "proposal": row.id, "seq": kept.seq });
        audit::record(&mut tx, &context, &[entry("custody.confirmed", of, detail)]).await?;
        tx.commit().await?;
        Ok(Some(kept))
    })
    .await
}

/// What a proposal says that somebody goes on with, over the version they saw and with scans of their own.
async fn seen_again(
    services: &Services,
    tx: &mut Tx,
    (act, row): (Act, &ProposalRow),
    said: &Confirming,
) -> Result<Said, DeskError> {
    let first = read_said(services, row)?;
    let (bag, slot) = scanned(act, &said.din, &said.slot)?;
    let unit = locked(tx, UnitId(row.unit_id), Some(said.version)).await?;
    if is_outdated(act, row.seq, unit.seq) {
        return Err(DeskError::Stale);
    }
    if bag.is_some_and(|bag| bag.as_str() != unit.din) {
        return Err(DeskError::Refused(Refused::UnitMismatch));
    }
    if slot == first.slot { Ok(first) } else { Err(DeskError::OtherScan) }
}

/// Looks over what three people do, before the third confirms it: the second of them, under an account and a code of their own, with a
/// scan of their own; anybody of the laboratory, while who confirms it coordinates releases. Nothing happens to the unit yet. Pressed
/// twice it is one.
///
/// # Errors
/// As [`confirm`], but `Denied` without `HandleUnits` alone; `Settled`, too, where another looked it over, and for what two people do.
pub async fn look_over(services: &Services, context: &Context, said: &Confirming) -> Result<(), DeskError> {
    context.require(Capability::HandleUnits)?;
    let hand = hand(services, context).await?;
    let (services, context, said) = (services.clone(), context.clone(), said.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::proposal(&mut *tx, said.id).await?.ok_or(DeskError::NotFound)?;
        let act = Act::from_name(&row.act).ok_or(DeskError::Unreadable)?;
        // Whoever looks it over does so once and with somebody else, as if that were all of it.
        let mut looked = standing(&row)?;
        looked.settled = row.checked_by.map(|by| (Outcome::Confirmed, Some(AccountId(by)))).or(looked.settled);
        if looked.confirm(hand.who(), context.now)? == Turn::Before {
            return Ok(()); // the second press
        }
        seen_again(&services, &mut tx, (act, &row), &said).await?;
        let by = (hand.account.0, hand.operator.id);
        if !act.needs_third() || !sql::check(&mut *tx, row.id, by, context.now).await? {
            return Err(DeskError::Settled);
        }
        let detail = json!({ "act": act.name(), "proposal": row.id });
        audit::record(&mut tx, &context, &[entry("custody.looked_over", UnitId(row.unit_id), detail)]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Where a unit lies.
async fn lies(tx: &mut Tx, unit: UnitId) -> Result<Option<Slot>, DeskError> {
    let lies = sql::lain(&mut **tx, unit.0).await?.pop().filter(|row| row.taken_at.is_none());
    let part = |n: i16| n.unsigned_abs();
    Ok(lies.map(|row| Slot { tank: row.tank, tower: part(row.tower), frame: part(row.frame), slot: part(row.slot) }))
}

/// Settles what nobody confirmed within its time, for the house itself; what was typed for it goes. Answers how many there were.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn settle_expired(services: &Services) -> Result<u64, DeskError> {
    Ok(sql::expire(&services.db, services.clock.now()).await?)
}

/// Takes a proposal back: by whoever made it, or by quality. Pressed twice it is one.
///
/// # Errors
/// `Denied`; `NotFound`; `Settled` for one that was confirmed, or ran out; `Busy`, `Database`.
pub async fn withdraw(services: &Services, context: &Context, id: Uuid) -> Result<(), DeskError> {
    context.require(Capability::HandleUnits)?;
    let account = hand(services, context).await?.account;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::proposal(&mut *tx, id).await?.ok_or(DeskError::NotFound)?;
        if row.proposed_by != account.0 {
            context.require(Capability::ReleaseUnits)?;
        }
        if standing(&row)?.withdraw(context.now)? == Turn::Before {
            return Ok(()); // the second press
        }
        if !sql::settle(&mut *tx, id, (Outcome::Withdrawn.name(), account.0), context.now).await? {
            return Err(DeskError::Settled);
        }
        let detail = json!({ "act": row.act, "proposal": id });
        audit::record(&mut tx, &context, &[entry("custody.withdrawn", UnitId(row.unit_id), detail)]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
