//! What a device at the door knows without the network, and what it answers with it (booking.md, "At the door").
//!
//! The roster is the day's: sessions, and of each booking the least that lets somebody in. The decision is
//! [`admit`](super::admit), the very function the server asks; here stands only what a device does not know for certain, and
//! how it decides all the same.

use super::{Admission, DoorRefusal, PassFacts, Policy, SessionFacts, admit, admit_against_the_clock};
use crate::ids::{ActivityId, BookingId, SessionId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A booking made this long before the roster was read may be missing in it: its name (a UUIDv7) is as old as the places
/// that were kept for it while a form was filled in.
const MAYBE_NEWER: SignedDuration = SignedDuration::from_mins(15);

/// A session of the day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RosterSession {
    /// Session.
    pub id: SessionId,
    /// Its activity.
    pub activity: ActivityId,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// The house closed it.
    pub closed: bool,
    /// No booking is needed. Rosters of before there was such a thing do not say.
    #[serde(default)]
    pub open_door: bool,
    /// Minutes before the beginning at which the door admits.
    pub early_minutes: u16,
    /// Minutes after the beginning at which it still does.
    pub late_minutes: u16,
}

/// A booking of the day: no contact, the name masked, and of a document its end alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RosterBooking {
    /// Booking.
    pub id: BookingId,
    /// Where it is now.
    pub session: SessionId,
    /// Eight characters, without the dash.
    pub reference: String,
    /// 张**
    pub name: String,
    /// Booked.
    pub people: u32,
    /// Came, as far as the server knows.
    pub arrived: u32,
    /// It was cancelled.
    pub cancelled: bool,
    /// The last four characters of the documents that were shown, where the activity asks for them; to be compared with those
    /// in the visitors' hands. Rosters of before there was such a thing do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// A ticket in front of a device: what it was read as, and what the roster has of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AtTheDoor {
    /// The instant, by the server's clock as far as the device knows it.
    pub now: Timestamp,
    /// As of when the roster is.
    pub as_of: Timestamp,
    /// The pass, if one was shown and its signature is ours.
    pub pass: Option<super::Pass>,
    /// The booking, where the roster has it.
    pub booking: Option<RosterBooking>,
    /// The session of the booking, or the pass's where the roster has no such booking.
    pub session: Option<RosterSession>,
    /// People of this booking whom the device let in and the roster does not count yet.
    pub arrived_here: u32,
    /// How many are there.
    pub present: u32,
    /// A supervisor lets them in whatever the clock says.
    pub against_the_clock: bool,
}

/// Lets people in without the network, or says why not.
///
/// A pass that is authentic and not in the roster is either of a booking that was made after the roster was read, which its
/// own number tells, and comes in by what the pass says; or of one that was there before and is here no longer.
pub fn decide(ticket: &AtTheDoor) -> Result<Admission, DoorRefusal> {
    let Some(session) = &ticket.session else {
        // The device knows the sessions of today, all of them.
        return Err(if ticket.pass.is_some() { DoorRefusal::NotToday } else { DoorRefusal::Unknown });
    };
    let pass = match (&ticket.booking, ticket.pass) {
        (Some(booking), _) => PassFacts {
            people: booking.people,
            arrived: booking.arrived.saturating_add(ticket.arrived_here).min(booking.people),
            cancelled: booking.cancelled,
        },
        (None, Some(pass)) if is_newer(pass.booking, ticket.as_of) => {
            PassFacts { people: u32::from(pass.people), arrived: ticket.arrived_here, cancelled: false }
        }
        (None, _) => return Err(DoorRefusal::Unknown),
    };
    if ticket.against_the_clock {
        return admit_against_the_clock(pass, ticket.present);
    }
    let policy =
        Policy { early_minutes: session.early_minutes, late_minutes: session.late_minutes, ..Policy::default() };
    let facts = SessionFacts {
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        capacity: 0,
        booked: 0,
        held: 0,
        owed: 0,
        closed: session.closed,
        open_door: session.open_door,
        pools: super::Pools::default(),
    };
    admit(&policy, ticket.now, &facts, pass, ticket.present)
}

/// Whether a booking may have been made after the roster was read: a UUIDv7 begins with its milliseconds.
fn is_newer(booking: BookingId, as_of: Timestamp) -> bool {
    let bytes = booking.0.as_bytes();
    let made = bytes[..6].iter().fold(0_i64, |all, byte| all << 8 | i64::from(*byte));
    booking.0.get_version_num() == 7 && made > as_of.as_millisecond() - MAYBE_NEWER.as_millis() as i64
}

#[cfg(test)]
mod tests {
    use super::super::Pass;
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    /// A booking's number made at that instant.
    fn made_at(at: Timestamp) -> BookingId {
        BookingId(uuid::Builder::from_unix_timestamp_millis(at.as_millisecond() as u64, &[7; 10]).into_uuid())
    }

    const SESSION: SessionId = SessionId(Uuid::from_u128(1));

    fn session() -> RosterSession {
        RosterSession {
            id: SESSION,
            activity: ActivityId(Uuid::from_u128(2)),
            starts_at: instant("2026-07-28T09:00:00+08:00"),
            ends_at: instant("2026-07-28T10:30:00+08:00"),
            closed: false,
            open_door: false,
            early_minutes: 30,
            late_minutes: 45,
        }
    }

    fn ticket(booking: Option<RosterBooking>, pass: Option<Pass>) -> AtTheDoor {
        AtTheDoor {
            now: instant("2026-07-28T09:00:00+08:00"),
            as_of: instant("2026-07-28T08:00:00+08:00"),
            pass,
            booking,
            session: Some(session()),
            arrived_here: 0,
            present: 1,
            against_the_clock: false,
        }
    }

    fn booked(people: u32, arrived: u32) -> RosterBooking {
        RosterBooking {
            id: made_at(instant("2026-07-01T08:00:00+08:00")),
            session: SESSION,
            reference: "K7M4Q2XR".into(),
            name: "演**".into(),
            people,
            arrived,
            cancelled: false,
            documents: Vec::new(),
        }
    }

    fn pass_of(booking: BookingId) -> Pass {
        Pass { booking, session: SESSION, people: 3, version: 1 }
    }

    #[test]
    fn what_was_made_after_the_roster_comes_in_by_its_pass() {
        let fresh = pass_of(made_at(instant("2026-07-28T08:30:00+08:00")));
        let asked = AtTheDoor { present: 3, ..ticket(None, Some(fresh)) };
        assert_eq!(decide(&asked), Ok(Admission { admitted: 3, arrived: 3, people: 3 }));
        let again = AtTheDoor { arrived_here: 3, ..asked };
        assert_eq!(decide(&again), Err(DoorRefusal::AlreadyAdmitted { arrived: 3 }));
        let gone = pass_of(made_at(instant("2026-07-01T08:00:00+08:00")));
        assert_eq!(decide(&ticket(None, Some(gone))), Err(DoorRefusal::Unknown), "it was moved away");
    }

    #[test]
    fn a_pass_of_another_day_is_told_from_what_nobody_knows() {
        let pass = pass_of(made_at(instant("2026-07-01T08:00:00+08:00")));
        assert_eq!(decide(&AtTheDoor { session: None, ..ticket(None, Some(pass)) }), Err(DoorRefusal::NotToday));
        assert_eq!(decide(&AtTheDoor { session: None, ..ticket(None, None) }), Err(DoorRefusal::Unknown));
    }

    #[test]
    fn a_supervisor_goes_against_the_clock_and_no_further() {
        let late = AtTheDoor { now: instant("2026-07-28T10:00:00+08:00"), ..ticket(Some(booked(2, 0)), None) };
        assert!(matches!(decide(&late), Err(refusal @ DoorRefusal::TooLate { .. }) if refusal.is_of_the_clock()));
        let by_hand = AtTheDoor { against_the_clock: true, ..late.clone() };
        assert_eq!(decide(&by_hand), Ok(Admission { admitted: 1, arrived: 1, people: 2 }));
        let cancelled = RosterBooking { cancelled: true, ..booked(2, 0) };
        assert_eq!(
            decide(&AtTheDoor { booking: Some(cancelled), ..by_hand.clone() }),
            Err(DoorRefusal::Cancelled),
            "a place that was given back may be somebody else's"
        );
        assert_eq!(
            decide(&AtTheDoor { present: 3, ..by_hand }),
            Err(DoorRefusal::MoreThanBooked { left: 2 }),
            "never more than were booked"
        );
    }

    /// A device and its server may be of two releases for a while: neither trips over what the other does not know.
    #[test]
    fn a_roster_of_before_needs_bookings_and_one_of_later_is_read() {
        let written = serde_json::to_value(session()).expect("JSON");
        let mut before = written.clone();
        before.as_object_mut().expect("an object").remove("open_door");
        assert_eq!(serde_json::from_value::<RosterSession>(before).expect("an old roster"), session());
        let mut later = written;
        later["of a later release"] = serde_json::json!(true);
        assert_eq!(serde_json::from_value::<RosterSession>(later).expect("a new roster"), session());
        // Where nobody is asked for documents, a booking is written as it was before there were any.
        let plain = booked(2, 0);
        let written = serde_json::to_value(&plain).expect("JSON");
        assert!(written.get("documents").is_none());
        assert_eq!(serde_json::from_value::<RosterBooking>(written).expect("an old roster"), plain);
        let shown = RosterBooking { documents: vec!["002X".into(), "0033".into()], ..plain };
        let written = serde_json::to_value(&shown).expect("JSON");
        assert_eq!(serde_json::from_value::<RosterBooking>(written).expect("a new roster"), shown);
    }

    proptest! {
        /// However the parties of a booking come, in whatever groups and whatever the server has counted meanwhile: never
        /// more than were booked, and whoever comes within what is left is let in.
        #[test]
        fn arrivals_add_up_to_the_party(people in 1_u32..30, counted in 0_u32..30, groups in prop::collection::vec(1_u32..8, 0..12)) {
            let counted = counted.min(people);
            let mut here = 0;
            for present in groups {
                let asked = AtTheDoor { arrived_here: here, present, ..ticket(Some(booked(people, counted)), None) };
                let left = people - counted - here;
                match decide(&asked) {
                    Ok(admission) => {
                        prop_assert!(present <= left);
                        prop_assert_eq!(admission, Admission { admitted: present, arrived: counted + here + present, people });
                        here += present;
                    }
                    Err(DoorRefusal::AlreadyAdmitted { arrived }) => prop_assert_eq!((left, arrived), (0, people)),
                    Err(refusal) => prop_assert_eq!(refusal, DoorRefusal::MoreThanBooked { left }),
                }
            }
            prop_assert!(counted + here <= people);
        }

        /// A device and the server that know the same say the same, at any minute of any day around.
        #[test]
        fn device_and_server_agree(minute in -3000_i64..3000, people in 1_u32..6, arrived in 0_u32..6, present in 0_u32..8, cancelled: bool, closed: bool, open_door: bool) {
            let booking = RosterBooking { cancelled, ..booked(people, arrived.min(people)) };
            let session = RosterSession { closed, open_door, ..session() };
            let now = session.starts_at + SignedDuration::from_mins(minute);
            let asked = AtTheDoor { now, present, session: Some(session.clone()), ..ticket(Some(booking), None) };
            let facts = SessionFacts {
                starts_at: session.starts_at, ends_at: session.ends_at, capacity: 20, booked: 9, held: 1, owed: 0, closed, open_door,
                pools: super::super::Pools::default(),
            };
            let pass = PassFacts { people, arrived: arrived.min(people), cancelled };
            prop_assert_eq!(decide(&asked), admit(&Policy::default(), now, &facts, pass, present));
        }
    }
}
