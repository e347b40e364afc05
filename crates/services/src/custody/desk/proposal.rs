//! Proposals: the first of two people says what is to be done, the second does it with them, under an account of their own. What
//! is moved is scanned by both.

use super::DeskError;
use super::act::{Act, Hand, LONGEST, entry, hand, keep, locked};
use crate::audit;
use crate::crypto::Place;
use crate::custody::{Recorded, Refused};
use crate::db::{Tx, to_the_end};
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::{Din, Payload, Slot};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, UnitId};
use domain::typed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
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
}

/// What lies sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slot: Option<Slot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<u32>,
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

const fn place(row: Uuid) -> Place {
    Place { table: "custody_proposal", column: "said_sealed", row }
}

/// The label of a slot: `LN2-01/3-2-14` is tower 3, frame 2, slot 14 of the tank.
pub fn slot_label(slot: &Slot) -> String {
    format!("{}/{}-{}-{}", slot.tank, slot.tower, slot.frame, slot.slot)
}

/// Reads a slot's label.
///
/// # Errors
/// `Required`, `SlotShape`.
pub fn read_slot(text: &str) -> Result<Slot, Fault> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    if plain.is_empty() {
        return Err(Fault::Required);
    }
    let read = || {
        let (tank, rest) = plain.split_once('/')?;
        let mut parts = rest.split('-').map(|part| part.parse::<u16>().ok().filter(|n| (1..=999).contains(n)));
        let (tower, frame, slot) = (parts.next()??, parts.next()??, parts.next()??);
        let whole = parts.next().is_none() && (2..=20).contains(&tank.len());
        let fits = whole && tank.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Slot { tank: tank.to_owned(), tower, frame, slot })
    };
    read().ok_or(Fault::SlotShape)
}

/// What somebody scanned of a bag and a slot, told together with what is wrong.
fn scanned(din: &str, slot: &str) -> Result<(Din, Slot), DeskError> {
    let din = crate::custody::search::typed(din).map_err(|fault| FieldError::new("din", fault));
    let slot = read_slot(slot).map_err(|fault| FieldError::new("slot", fault));
    match (din, slot) {
        (Ok(din), Ok(slot)) => Ok((din, slot)),
        (din, slot) => Err(DeskError::Fields(din.err().into_iter().chain(slot.err()).collect())),
    }
}

/// Proposes what two people do. Pressed twice it is one.
///
/// # Errors
/// `Denied` without `HandleUnits`; `NoCode`; `NotFound`; `Fields` (`din`, `slot`, `reason`, `event`); `Stale`; `Refused` where the
/// bag is another unit's; `Busy`, `Database`.
pub async fn propose(services: &Services, context: &Context, new: &Proposing) -> Result<(), DeskError> {
    context.require(Capability::HandleUnits)?;
    let hand = hand(services, context).await?;
    let scans = if new.act.scans() { Some(scanned(&new.din, &new.slot)?) } else { None };
    let reason = if new.act.needs_reason() { Some(typed::line(&new.reason, LONGEST)) } else { None };
    let reason = reason.transpose().map_err(|fault| FieldError::new("reason", fault));
    let event = (new.act == Act::Correct).then(|| typed::number(&new.event, 1, new.version.max(1)));
    let event = event.transpose().map_err(|fault| FieldError::new("event", fault));
    let (reason, event) = match (reason, event) {
        (Ok(reason), Ok(event)) => (reason, event),
        (reason, event) => return Err(DeskError::Fields(reason.err().into_iter().chain(event.err()).collect())),
    };
    let (bag, slot) = scans.unzip();
    let said = Said { slot, reason, event };
    let plain = serde_json::to_vec(&said).map_err(|_| DeskError::Unreadable)?;
    let sealed = services.vault.seal(place(new.form), &plain);
    let (services, context, new) = (services.clone(), context.clone(), new.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        // The second press finds the first, whatever happened to the unit since.
        if let Some(before) = sql::proposal(&mut *tx, new.form).await? {
            let same = before.unit_id == new.unit.0
                && before.act == new.act.name()
                && before.proposed_by == hand.account.0
                && match read_said(&services, &before) {
                    Ok(before) => before == said,
                    Err(DeskError::Settled) => true,
                    Err(error) => return Err(error),
                };
            return if same { Ok(()) } else { Err(DeskError::SentBefore) };
        }
        let unit = locked(&mut tx, new.unit, Some(new.version)).await?;
        if bag.is_some_and(|bag| bag.as_str() != unit.din) {
            return Err(DeskError::Refused(Refused::UnitMismatch));
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

/// Who proposed it judged what was known then. A bag and a slot are judged by the two who hold them.
const fn is_outdated(act: Act, proposed: i32, now: i32) -> bool {
    !act.scans() && proposed != now
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
/// `Denied`, after the second factor grew stale, too; `NoCode`; `NotFound`; `OwnProposal`; `Settled` for one that was withdrawn,
/// confirmed by another, or is too old; `Fields` (`din`, `slot`); `OtherScan` where the two scans differ; `Stale`, also where
/// something happened to the unit since it was proposed, of what nobody scans: it is proposed anew, over what is known now;
/// `Refused`, and then it still waits; `Crypto`, `Unreadable`, `Busy`, `Database`.
pub async fn confirm(services: &Services, context: &Context, said: &Confirming) -> Result<Option<Recorded>, DeskError> {
    context.require(Capability::HandleUnits)?;
    let hand = hand(services, context).await?;
    let (services, context, said) = (services.clone(), context.clone(), said.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::proposal(&mut *tx, said.id).await?.ok_or(DeskError::NotFound)?;
        let act = Act::from_name(&row.act).ok_or(DeskError::Unreadable)?;
        context.require(act.confirmed_by())?;
        if row.outcome.as_deref() == Some("confirmed") && row.settled_by == Some(hand.account.0) {
            return Ok(None); // the second press
        }
        if row.proposed_by == hand.account.0 || row.operator_id == hand.operator.id {
            return Err(DeskError::OwnProposal);
        }
        if row.outcome.is_some() || row.expires_at.to_jiff() <= context.now {
            return Err(DeskError::Settled);
        }
        let proposal = read(&services, &row)?;
        let scans = if act.scans() { Some(scanned(&said.din, &said.slot)?) } else { None };
        let unit = locked(&mut tx, proposal.unit, Some(said.version)).await?;
        if is_outdated(act, row.seq, unit.seq) {
            return Err(DeskError::Stale);
        }
        if let Some((bag, slot)) = scans {
            if bag.as_str() != unit.din {
                return Err(DeskError::Refused(Refused::UnitMismatch));
            }
            if Some(&slot) != proposal.slot.as_ref() {
                return Err(DeskError::OtherScan);
            }
        }
        let payloads = payloads(&mut tx, &proposal, &hand).await?;
        let kept = keep(&services, &mut tx, &context, proposal.unit, payloads).await?;
        if !sql::settle(&mut *tx, row.id, ("confirmed", hand.account.0), context.now).await? {
            return Err(DeskError::Settled);
        }
        let detail = json!({ "act": act.name(), "proposal": row.id, "seq": kept.seq });
        audit::record(&mut tx, &context, &[entry("custody.confirmed", proposal.unit, detail)]).await?;
        tx.commit().await?;
        Ok(Some(kept))
    })
    .await
}

/// What is kept of the unit: who proposed it first, then who confirms it.
async fn payloads(tx: &mut Tx, proposal: &Proposal, hand: &Hand) -> Result<Vec<Payload>, DeskError> {
    let (operator, with) = (proposal.code.clone(), hand.operator.code.clone());
    let slot = || proposal.slot.clone().ok_or(DeskError::Unreadable);
    let reason = || proposal.reason.clone().ok_or(DeskError::Unreadable);
    Ok(match proposal.act {
        Act::Bank => vec![Payload::Banked { operator, with }],
        Act::LiftHold => vec![Payload::HoldLifted { operator, with }],
        Act::PutAway => vec![Payload::PutAway { slot: slot()?, operator, with }],
        Act::TakeOut => vec![Payload::TakenOut { slot: slot()?, operator, with }],
        Act::Move => {
            let lies = sql::lain(&mut **tx, proposal.unit.0).await?.pop().filter(|row| row.taken_at.is_none());
            let lies = lies.ok_or(DeskError::Refused(Refused::NotInSlot))?;
            let part = |n: i16| n.unsigned_abs();
            let from =
                Slot { tank: lies.tank, tower: part(lies.tower), frame: part(lies.frame), slot: part(lies.slot) };
            vec![
                Payload::TakenOut { slot: from, operator: operator.clone(), with: with.clone() },
                Payload::PutAway { slot: slot()?, operator, with },
            ]
        }
        Act::Discard => vec![Payload::Discarded { reason: reason()?, operator, with }],
        Act::Correct => {
            let seq = proposal.event.ok_or(DeskError::Unreadable)?;
            vec![Payload::Corrected { seq, said: reason()?, operator, with }]
        }
        Act::ApproveRelease => vec![Payload::ReleaseApproved { operator, with }],
    })
}

/// Takes a proposal back: by whoever made it, or by quality. Pressed twice it is one.
///
/// # Errors
/// `Denied`; `NotFound`; `Settled` for one that was confirmed; `Busy`, `Database`.
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
        match row.outcome.as_deref() {
            Some("withdrawn") => return Ok(()), // the second press
            Some(_) => return Err(DeskError::Settled),
            None => {}
        }
        if !sql::settle(&mut *tx, id, ("withdrawn", account.0), context.now).await? {
            return Err(DeskError::Settled);
        }
        let detail = json!({ "act": row.act, "proposal": id });
        audit::record(&mut tx, &context, &[entry("custody.withdrawn", UnitId(row.unit_id), detail)]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slots_label_is_read_as_it_is_written() {
        let slot = Slot { tank: "LN2-01".to_owned(), tower: 3, frame: 2, slot: 14 };
        assert_eq!(read_slot(&slot_label(&slot)), Ok(slot.clone()));
        assert_eq!(read_slot(" ln2-01 / 3-2-14 "), Ok(slot));
        for wrong in ["LN2-01", "LN2-01/3-2", "LN2-01/3-2-14-1", "LN2-01/0-2-14", "/1-1-1", "LN2_01/1-1-1"] {
            assert_eq!(read_slot(wrong), Err(Fault::SlotShape), "{wrong}");
        }
        assert_eq!(read_slot(" "), Err(Fault::Required));
    }

    #[test]
    fn every_act_has_the_name_it_is_found_by() {
        for act in Act::ALL {
            assert_eq!(Act::from_name(act.name()), Some(act));
        }
    }
}
