//! What devices did without the network, sent when there is one.
//!
//! Every fact carries a nonce and is a transaction of its own: a connection that drops in the middle leaves each either
//! applied or not, and the device sends the whole batch again. The device's time is set right by how far its clock was
//! behind as far as it knew when it happened, else by how far it is at this moment; both times are kept.

use super::DoorError;
use crate::booking::{Applied, Offline, Scan, Ticket, apply, count_once};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied};
use domain::booking::{Admission, DoorRefusal, PartySize};
use domain::field::Fault;
use domain::ids::{ActivityId, DeviceId};
use jiff::{SignedDuration, Timestamp};
use store::booking::devices as sql;
use uuid::Uuid;

/// Facts of one upload at most.
pub const MOST: usize = 100;
/// What is older is refused: no device stands without a network for so long, and the day's bookings may be erased.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The longest reason.
const REASON: usize = 200;

/// What a device says of itself.
#[derive(Clone, Debug)]
pub struct Report {
    /// The time by its clock.
    pub device_at: Timestamp,
    /// Its program.
    pub app_version: String,
    /// What it has not sent yet, these facts included.
    pub queue_length: u32,
}

/// Which people are counted without a booking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// They came.
    WalkIn,
    /// They left.
    Left,
}

/// Something that happened at a door.
#[derive(Clone, Debug)]
pub enum Fact {
    /// People of a booking were let in.
    Admitted {
        /// Its own, and every retry's.
        nonce: Uuid,
        /// By the device's clock.
        at: Timestamp,
        /// What was shown.
        ticket: Ticket,
        /// How many.
        present: u32,
        /// A supervisor's word, against the clock.
        reason: Option<String>,
        /// How far its clock was behind then.
        behind: Option<SignedDuration>,
    },
    /// People were counted.
    Counted {
        /// Its own, and every retry's.
        nonce: Uuid,
        /// By the device's clock.
        at: Timestamp,
        /// Of which activity.
        activity: ActivityId,
        /// Who.
        kind: Count,
        /// How many.
        people: u32,
        /// How far its clock was behind then.
        behind: Option<SignedDuration>,
    },
}

impl Fact {
    /// Its nonce.
    pub const fn nonce(&self) -> Uuid {
        match self {
            Self::Admitted { nonce, .. } | Self::Counted { nonce, .. } => *nonce,
        }
    }

    /// When it happened, by the device's clock.
    const fn at(&self) -> Timestamp {
        match self {
            Self::Admitted { at, .. } | Self::Counted { at, .. } => *at,
        }
    }

    /// How far the device's clock was behind when it happened, where the device knew: somebody may have put it right since.
    const fn behind(&self) -> Option<SignedDuration> {
        match self {
            Self::Admitted { behind, .. } | Self::Counted { behind, .. } => *behind,
        }
    }
}

/// What became of a fact. Whatever it is, the device has nothing more to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Counted to its booking; `conflict` where supervisors look at it all the same.
    Admitted {
        /// The admission.
        admission: Admission,
        /// A conflict was raised.
        conflict: bool,
    },
    /// Kept and not counted: supervisors decide.
    Conflict(DoorRefusal),
    /// Not even kept: what was shown is no ticket of ours.
    Refused(DoorRefusal),
    /// Counted.
    Counted,
    /// The device may not go against the clock.
    NotAllowed,
    /// It happened too long ago.
    TooOld,
    /// Its nonce is another fact's.
    NonceReused,
    /// Something of it cannot be taken as it is.
    Invalid(Fault),
}

/// Applies facts, in their order, each once however often it is sent. Answers each with what became of it.
///
/// # Errors
/// `Denied` to whoever is no device; `Fields` for more than [`MOST`] facts.
pub async fn upload(
    services: &Services,
    context: &Context,
    report: Report,
    facts: Vec<Fact>,
) -> Result<Vec<(Uuid, Outcome)>, DoorError> {
    context.require(Capability::Admit)?;
    let Actor::Device { device, .. } = context.actor else { return Err(Denied::NotAllowed.into()) };
    if facts.len() > MOST {
        return Err(DoorError::field("facts", Fault::TooLong { max: MOST as u32 }));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let behind = context.now.duration_since(report.device_at);
        let version: String = report.app_version.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
        let waiting = i32::try_from(report.queue_length).unwrap_or(i32::MAX);
        let skew = i64::try_from(behind.as_millis()).unwrap_or(i64::MAX);
        sql::heard(&services.db, device.0, &version, skew, waiting, context.now).await?;
        let mut outcomes = Vec::with_capacity(facts.len());
        for fact in &facts {
            outcomes.push((fact.nonce(), one(&services, &context, device, behind, fact).await?));
        }
        let left = i32::try_from(facts.len()).map_or(0, |sent| waiting.saturating_sub(sent).max(0));
        sql::heard(&services.db, device.0, &version, skew, left, context.now).await?;
        Ok(outcomes)
    })
    .await
}

async fn one(
    services: &Services,
    context: &Context,
    device: DeviceId,
    behind: SignedDuration,
    fact: &Fact,
) -> Result<Outcome, DoorError> {
    // No clock is trusted into the future.
    let Ok(happened) = fact.at().checked_add(fact.behind().unwrap_or(behind)) else { return Ok(Outcome::TooOld) };
    let happened = happened.min(context.now);
    if context.now.duration_since(happened) > OLDEST {
        return Ok(Outcome::TooOld);
    }
    match fact {
        Fact::Counted { nonce, activity, kind, people, .. } => {
            let people = match PartySize::new(*people) {
                Ok(people) => people,
                Err(fault) => return Ok(Outcome::Invalid(fault)),
            };
            let kind = match kind {
                Count::WalkIn => "walk_in",
                Count::Left => "left",
            };
            let new = count_once(services, context, (*nonce, *activity), kind, people, happened).await?;
            Ok(if new { Outcome::Counted } else { Outcome::NonceReused })
        }
        Fact::Admitted { nonce, at, ticket, present, reason, .. } => {
            if let Err(fault) = PartySize::new(*present) {
                return Ok(Outcome::Invalid(fault));
            }
            if let Some(reason) = reason {
                if context.require(Capability::OverrideDoor).is_err() {
                    return Ok(Outcome::NotAllowed);
                }
                if let Err(fault) = worded(reason) {
                    return Ok(Outcome::Invalid(fault));
                }
            }
            let reason = reason.as_deref().map(|reason| reason.trim().to_owned());
            let body = body_hash(services, ticket, *present, *at, reason.as_deref());
            let offline = Offline { device, happened_at: happened, body, reason };
            let scan = Scan {
                nonce: *nonce,
                ticket: ticket.clone(),
                present: *present,
                device_at: Some(*at),
                offline: Some(offline),
            };
            Ok(match apply(services, context, &scan).await? {
                Applied::Reused => Outcome::NonceReused,
                Applied::Answered { answer: Ok(admission), conflict } => Outcome::Admitted { admission, conflict },
                Applied::Answered { answer: Err(refusal), conflict: true } => Outcome::Conflict(refusal),
                Applied::Answered { answer: Err(refusal), conflict: false } => Outcome::Refused(refusal),
            })
        }
    }
}

/// A reason in people's words.
pub(super) fn worded(reason: &str) -> Result<(), Fault> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Fault::Required),
        length if length > REASON => Err(Fault::TooLong { max: REASON as u32 }),
        _ if reason.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) => Err(Fault::TextCharacters),
        _ => Ok(()),
    }
}

/// What a nonce stands for.
fn body_hash(services: &Services, ticket: &Ticket, present: u32, at: Timestamp, reason: Option<&str>) -> [u8; 32] {
    let (kind, shown) = match ticket {
        Ticket::Pass(text) => ("pass", text.trim().to_owned()),
        Ticket::Reference(text) => ("reference", text.clone()),
        Ticket::Booking(id) => ("booking", id.to_string()),
    };
    let text = [kind, &shown, &present.to_string(), &at.to_string(), reason.unwrap_or_default()].join("\0");
    services.vault.mac("door fact", text.as_bytes())
}
