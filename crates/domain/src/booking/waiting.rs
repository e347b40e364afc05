//! The waiting list (候补): who is offered a place that came free, until when, and why nobody is.
//!
//! First that fits, keeping the place of those that do not (booking.md, "Waiting list"). Who waits is asked of the
//! database under the session's lock and handed in.

use super::reminders::{QUIET_FROM, after_quiet};
use super::{BookingFacts, Party, Policy, Refusal, SessionFacts};
use crate::time::{at, local_day};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What became of a party that waits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingState {
    /// It waits.
    Waiting,
    /// Places are kept for it until the offer ends.
    Offered,
    /// It took an offer.
    Booked,
    /// It declined the last offer it could have had.
    Declined,
    /// It left the list.
    Left,
    /// Its last offer ended without an answer.
    Expired,
    /// The house closed the last session it waited for.
    Closed,
    /// No place came free in time.
    NoPlace,
    /// The last session it waited for needs no booking now: it can simply come.
    NotNeeded,
}

/// What happens to a party that waits. "The last" means: no other session is left that it waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WaitingEvent {
    /// A place that fits came free.
    Offer,
    /// It takes the offer.
    Accept,
    /// The offer is over and the waiting is not: other sessions are left, or the party cannot take it at present.
    Return,
    /// It declines the last offer.
    Decline,
    /// The last offer ends without an answer.
    Expire,
    /// It leaves the list.
    Leave,
    /// The house closes the last session.
    Close,
    /// The last session is too near for offers.
    RunOut,
    /// The last session needs no booking any more.
    OpenDoor,
}

impl WaitingEvent {
    /// Every event.
    pub const ALL: [Self; 9] = [
        Self::Offer,
        Self::Accept,
        Self::Return,
        Self::Decline,
        Self::Expire,
        Self::Leave,
        Self::Close,
        Self::RunOut,
        Self::OpenDoor,
    ];
}

impl WaitingState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Offered,
        Self::Booked,
        Self::Declined,
        Self::Left,
        Self::Expired,
        Self::Closed,
        Self::NoPlace,
        Self::NotNeeded,
    ];

    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Booked => "booked",
            Self::Declined => "declined",
            Self::Left => "left",
            Self::Expired => "expired",
            Self::Closed => "closed",
            Self::NoPlace => "no_place",
            Self::NotNeeded => "not_needed",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// It still waits or has an offer.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Offered)
    }

    /// The state after an event; `None` where the event cannot happen.
    pub const fn after(self, event: WaitingEvent) -> Option<Self> {
        use WaitingEvent as E;
        match (self, event) {
            (Self::Waiting, E::Offer) => Some(Self::Offered),
            (Self::Offered, E::Accept) => Some(Self::Booked),
            (Self::Offered, E::Return) => Some(Self::Waiting),
            (Self::Offered, E::Decline) => Some(Self::Declined),
            (Self::Offered, E::Expire) => Some(Self::Expired),
            (Self::Waiting | Self::Offered, E::Leave) => Some(Self::Left),
            (Self::Waiting | Self::Offered, E::Close) => Some(Self::Closed),
            (Self::Waiting, E::RunOut) => Some(Self::NoPlace),
            (Self::Waiting | Self::Offered, E::OpenDoor) => Some(Self::NotNeeded),
            _ => None,
        }
    }
}

/// Which of the parties, in the order of the list, fit into `free` places: the first that fits, then the next of those
/// after it that still does. A party that does not fit keeps its place and stops nobody.
pub fn first_that_fit(free: u32, parties: impl IntoIterator<Item = u32>) -> Vec<usize> {
    let mut left = free;
    let mut fit = Vec::new();
    for (i, people) in parties.into_iter().enumerate() {
        if left == 0 {
            break;
        }
        if people <= left {
            left -= people;
            fit.push(i);
        }
    }
    fit
}

/// How many of `free` places are owed to the parties waiting: the public cannot have these, even where nobody has made the
/// offers yet.
pub fn owed(free: u32, parties: impl IntoIterator<Item = u32> + Clone) -> u32 {
    let fit = first_that_fit(free, parties.clone());
    parties.into_iter().enumerate().filter(|(i, _)| fit.contains(i)).map(|(_, people)| people).sum()
}

/// Could a waiting party take an offer of this session, the room apart? One that could not is offered nothing and owed
/// nothing, so that no place is kept from everybody else for nobody; it keeps its place in the line, and its turn comes
/// once it can: when the other booking is cancelled, say.
pub fn may_take(
    policy: &Policy,
    now: Timestamp,
    session: &SessionFacts,
    party: Party,
    person: BookingFacts,
) -> Result<(), Refusal> {
    super::policy::admits(policy, now, session, party, person)
}

/// An offer is answered within this part of the time that is left.
const SHARE: i32 = 12;

/// Until when an offer made now would be good; `None` where the session is too near for another.
///
/// Offers get shorter as the session nears and stop at the cut-off. The quiet hours do not count: what is offered at
/// night is told at eight, and nobody has to answer before nine.
///
/// A whole second: what is stored, told and compared is the same instant.
pub fn offer_until(policy: &Policy, now: Timestamp, starts_at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second(offer_end(policy, now, starts_at)?.as_second()).ok()
}

fn offer_end(policy: &Policy, now: Timestamp, starts_at: Timestamp) -> Option<Timestamp> {
    let minutes = |n: u16| SignedDuration::from_mins(i64::from(n));
    let cut_off = starts_at.saturating_sub(minutes(policy.offer_cutoff_minutes)).ok()?;
    let (from, least) = (after_quiet(now), minutes(policy.offer_least_minutes));
    let left = cut_off.duration_since(from);
    if left < least {
        return None;
    }
    let length = (left / SHARE).clamp(least, minutes(policy.offer_most_minutes).max(least));
    let end = from.saturating_add(length).ok()?;
    let evening = at(local_day(from), QUIET_FROM);
    if end <= evening {
        return Some(end.min(cut_off));
    }
    // What is left of it goes on in the morning, if there is a morning before the cut-off.
    let morning = after_quiet(evening);
    if cut_off < morning.saturating_add(least).ok()? {
        return (evening.duration_since(from) >= least).then_some(evening);
    }
    let goes_on = morning.saturating_add(end.duration_since(evening).max(SignedDuration::from_hours(1))).ok()?;
    Some(goes_on.min(cut_off))
}

/// May this party wait for a session? `waits` are the lists the person is on already, `here` says that this one is among
/// them.
pub fn may_wait(
    policy: &Policy,
    now: Timestamp,
    session: &SessionFacts,
    party: Party,
    person: BookingFacts,
    waits: u32,
    here: bool,
) -> Result<(), Refusal> {
    super::policy::admits(policy, now, session, party, person)?;
    if party.people.get() > session.capacity {
        return Err(Refusal::PartyTooLarge { max: session.capacity });
    }
    if offer_until(policy, now, session.starts_at).is_none() {
        return Err(Refusal::WaitingOver);
    }
    if here {
        return Err(Refusal::AlreadyWaiting);
    }
    let max = u32::from(policy.waiting_per_person);
    if waits >= max { Err(Refusal::WaitingLimit { max }) } else { Ok(()) }
}

/// Why nobody is being promoted, for staff.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Standstill {
    /// Nobody waits.
    NobodyWaits,
    /// The house closed the session.
    SessionClosed,
    /// No booking is needed: nobody has to wait.
    NoBookingNeeded,
    /// The session is too near: no offer could be answered in time.
    TooNear,
    /// More people are booked than there are places: frozen until it is below again.
    Over {
        /// By how many.
        people: u32,
    },
    /// Every place is booked, kept or offered.
    NoneFree,
    /// What is free is kept for groups or for the house's own desk, until its release.
    Kept {
        /// Places kept.
        places: u32,
    },
    /// The places that are free are too few for any party.
    NoneFits {
        /// Places free.
        free: u32,
        /// The smallest party waiting.
        smallest: u32,
    },
    /// Whoever waits has other bookings, beside which the rules allow them no more: nobody could take an offer.
    Rests {
        /// Parties whose waiting rests.
        parties: u32,
    },
    /// Somebody fits and is offered the places within seconds.
    Due,
}

/// Why nobody is being promoted at this moment. `parties` are those that wait and could come, in order, `rests` how many
/// wait and could not ([`may_take`]); `session` without what is owed.
pub fn standstill(policy: &Policy, now: Timestamp, session: &SessionFacts, parties: &[u32], rests: u32) -> Standstill {
    let free = session.free();
    let smallest = parties.iter().min().copied();
    if smallest.is_none() && rests == 0 {
        Standstill::NobodyWaits
    } else if session.closed {
        Standstill::SessionClosed
    } else if session.open_door {
        Standstill::NoBookingNeeded
    } else if offer_until(policy, now, session.starts_at).is_none() {
        Standstill::TooNear
    } else if session.over_by() > 0 {
        Standstill::Over { people: session.over_by() }
    } else if free == 0 {
        match session.capacity - (session.booked + session.held).min(session.capacity) {
            0 => Standstill::NoneFree,
            places => Standstill::Kept { places },
        }
    } else {
        match smallest {
            None => Standstill::Rests { parties: rests },
            Some(smallest) if smallest > free => Standstill::NoneFits { free, smallest },
            Some(_) => Standstill::Due,
        }
    }
}

#[cfg(test)]
mod tests;
