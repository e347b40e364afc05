//! Admission at the door: what a pass is worth at this moment, and the typed answer a steward reads.

use super::{Policy, SessionFacts};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the door knows of the booking behind a pass, a code or a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PassFacts {
    /// People booked.
    pub people: u32,
    /// People who already came.
    pub arrived: u32,
    /// The booking was cancelled.
    pub cancelled: bool,
}

/// People let in now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Admission {
    /// With this scan.
    pub admitted: u32,
    /// With all scans of the booking so far.
    pub arrived: u32,
    /// Booked.
    pub people: u32,
}

/// Why nobody is let in. Each has its own sentence, large, in Chinese first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum DoorRefusal {
    /// The signature is not ours, or the text is no pass.
    #[error("forged or unreadable")]
    NotAPass,
    /// Ours, and the booking is not known (erased, or of another house).
    #[error("unknown booking")]
    Unknown,
    /// The booking was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// For another day.
    #[error("wrong day")]
    WrongDay {
        /// When the session begins.
        starts_at: Timestamp,
    },
    /// Before the door opens for this session.
    #[error("too early")]
    TooEarly {
        /// From when on.
        from: Timestamp,
    },
    /// After the door closed for this session.
    #[error("too late")]
    TooLate {
        /// Until when it was open.
        until: Timestamp,
    },
    /// Everybody of the booking came already.
    #[error("already admitted")]
    AlreadyAdmitted {
        /// People who came.
        arrived: u32,
    },
    /// More people than are left of the booking.
    #[error("more than booked")]
    MoreThanBooked {
        /// People still to come.
        left: u32,
    },
    /// The house closed the session.
    #[error("session closed")]
    SessionClosed,
    /// Of another day: said by a device without the network, which knows today's sessions and no others.
    #[error("not today")]
    NotToday,
}

impl DoorRefusal {
    /// Whether only the clock says no: a supervisor may let such a party in all the same, with a reason.
    pub const fn is_of_the_clock(&self) -> bool {
        matches!(self, Self::WrongDay { .. } | Self::TooEarly { .. } | Self::TooLate { .. })
    }
}

/// Lets `present` people in, or says why not. Late arrivals add up; never more than were booked.
pub fn admit(
    policy: &Policy,
    now: Timestamp,
    session: &SessionFacts,
    pass: PassFacts,
    present: u32,
) -> Result<Admission, DoorRefusal> {
    if pass.cancelled {
        return Err(DoorRefusal::Cancelled);
    }
    if session.closed {
        return Err(DoorRefusal::SessionClosed);
    }
    if crate::time::local_day(now) != crate::time::local_day(session.starts_at) {
        return Err(DoorRefusal::WrongDay { starts_at: session.starts_at });
    }
    let from = session.starts_at - SignedDuration::from_mins(i64::from(policy.early_minutes));
    if now < from {
        return Err(DoorRefusal::TooEarly { from });
    }
    // Where whoever comes is let in, nobody is too late for having booked.
    let late = session.starts_at + SignedDuration::from_mins(i64::from(policy.late_minutes));
    let until = if session.open_door { late.max(session.ends_at) } else { late };
    if now > until && pass.arrived < pass.people {
        return Err(DoorRefusal::TooLate { until });
    }
    heads(pass, present)
}

/// The same by a supervisor's word, whatever the clock says: still nobody whose booking was cancelled, and never more than
/// were booked.
pub fn admit_against_the_clock(pass: PassFacts, present: u32) -> Result<Admission, DoorRefusal> {
    if pass.cancelled { Err(DoorRefusal::Cancelled) } else { heads(pass, present) }
}

/// Late arrivals add up; arrived never exceeds booked.
fn heads(pass: PassFacts, present: u32) -> Result<Admission, DoorRefusal> {
    let left = pass.people.saturating_sub(pass.arrived);
    if left == 0 {
        return Err(DoorRefusal::AlreadyAdmitted { arrived: pass.arrived });
    }
    if present > left || present == 0 {
        return Err(DoorRefusal::MoreThanBooked { left });
    }
    Ok(Admission { admitted: present, arrived: pass.arrived + present, people: pass.people })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn at(now: &str, pass: PassFacts, present: u32) -> Result<Admission, DoorRefusal> {
        admit(&Policy::default(), instant(now), &session(), pass, present)
    }

    fn session() -> SessionFacts {
        SessionFacts {
            starts_at: instant("2026-07-28T09:00:00+08:00"),
            ends_at: instant("2026-07-28T10:30:00+08:00"),
            capacity: 20,
            booked: 4,
            held: 0,
            owed: 0,
            closed: false,
            open_door: false,
            pools: crate::booking::Pools::default(),
        }
    }

    const FOUR: PassFacts = PassFacts { people: 4, arrived: 0, cancelled: false };

    #[test]
    fn late_arrivals_add_up_to_the_party_and_no_further() {
        assert_eq!(at("2026-07-28T09:00:00+08:00", FOUR, 3), Ok(Admission { admitted: 3, arrived: 3, people: 4 }));
        let three = PassFacts { arrived: 3, ..FOUR };
        assert_eq!(at("2026-07-28T09:10:00+08:00", three, 1), Ok(Admission { admitted: 1, arrived: 4, people: 4 }));
        assert_eq!(at("2026-07-28T09:10:00+08:00", three, 2), Err(DoorRefusal::MoreThanBooked { left: 1 }));
        let all = PassFacts { arrived: 4, ..FOUR };
        assert_eq!(at("2026-07-28T09:10:00+08:00", all, 1), Err(DoorRefusal::AlreadyAdmitted { arrived: 4 }));
    }

    #[test]
    fn a_pass_is_never_worth_less_than_none() {
        let free = SessionFacts { open_door: true, ..session() };
        let at =
            |now: &str, pass| admit(&Policy::default(), instant(now), &free, pass, 4).map(|let_in| let_in.admitted);
        assert_eq!(at("2026-07-28T10:29:00+08:00", FOUR), Ok(4), "whoever comes is let in, until it ends");
        let until = instant("2026-07-28T10:30:00+08:00");
        assert_eq!(at("2026-07-28T10:30:01+08:00", FOUR), Err(DoorRefusal::TooLate { until }));
        let cancelled = PassFacts { cancelled: true, ..FOUR };
        assert_eq!(at("2026-07-28T09:00:00+08:00", cancelled), Err(DoorRefusal::Cancelled), "they walk in");
    }

    #[test]
    fn every_refusal_is_its_own() {
        let from = instant("2026-07-28T08:30:00+08:00");
        let until = instant("2026-07-28T09:45:00+08:00");
        let starts_at = instant("2026-07-28T09:00:00+08:00");
        assert_eq!(at("2026-07-28T08:29:00+08:00", FOUR, 1), Err(DoorRefusal::TooEarly { from }));
        assert_eq!(at("2026-07-28T09:45:01+08:00", FOUR, 1), Err(DoorRefusal::TooLate { until }));
        assert_eq!(at("2026-07-27T09:00:00+08:00", FOUR, 1), Err(DoorRefusal::WrongDay { starts_at }));
        assert_eq!(
            at("2026-07-28T09:00:00+08:00", PassFacts { cancelled: true, ..FOUR }, 1),
            Err(DoorRefusal::Cancelled)
        );
    }
}
