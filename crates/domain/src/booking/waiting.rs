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
}

impl WaitingEvent {
    /// Every event.
    pub const ALL: [Self; 8] =
        [Self::Offer, Self::Accept, Self::Return, Self::Decline, Self::Expire, Self::Leave, Self::Close, Self::RunOut];
}

impl WaitingState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Offered,
        Self::Booked,
        Self::Declined,
        Self::Left,
        Self::Expired,
        Self::Closed,
        Self::NoPlace,
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
mod tests {
    use super::*;
    use crate::booking::{PartySize, Pools, Share, Split, is_quiet};
    use proptest::prelude::*;

    fn instant(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().expect("an instant")
    }

    fn until(now: &str, starts: &str) -> Option<String> {
        let end = offer_until(&Policy::default(), instant(now), instant(starts))?;
        Some(crate::time::local(end).strftime("%m-%d %H:%M").to_string())
    }

    /// The whole table against the file that people review. `UPDATE_GOLDEN=1` rewrites it.
    #[test]
    fn the_table_is_the_reviewed_one() {
        let mut table = String::new();
        for state in WaitingState::ALL {
            table.push_str(&format!("{}\n", state.name()));
            for event in WaitingEvent::ALL {
                let after = state.after(event).map_or("-", WaitingState::name);
                table.push_str(&format!("  {event:?}: {after}\n"));
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/waiting.txt");
        if std::option_env!("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &table).expect("the golden file can be written");
        }
        assert_eq!(table, std::fs::read_to_string(path).expect("the golden file is there"));
    }

    #[test]
    fn what_is_over_stays_over_and_names_are_told_apart() {
        for state in WaitingState::ALL {
            assert_eq!(WaitingState::from_name(state.name()), Some(state));
            let moves = WaitingEvent::ALL.iter().filter(|event| state.after(**event).is_some()).count();
            assert_eq!(moves > 0, state.is_live(), "{state:?}");
        }
    }

    #[test]
    fn the_first_that_fits_is_served_and_nobody_loses_their_place() {
        assert_eq!(first_that_fit(3, [4, 2, 1, 1]), [1, 2]);
        assert_eq!(first_that_fit(4, [4, 2, 1]), [0]);
        assert_eq!(first_that_fit(0, [1]), [0usize; 0]);
        assert_eq!(owed(3, [4, 2, 1, 1]), 3);
        assert_eq!(owed(3, [4, 5]), 0);
    }

    #[test]
    fn an_offer_gets_shorter_as_the_session_nears_and_stops_before_it() {
        // Two weeks ahead: twelve hours, from noon to nine and three more in the morning.
        assert_eq!(until("2026-07-14T12:00", "2026-07-28T14:00").as_deref(), Some("07-15 11:00"));
        // Two days: a twelfth of the forty-eight hours that are left before the cut-off.
        assert_eq!(until("2026-07-26T12:00", "2026-07-28T14:00").as_deref(), Some("07-26 16:00"));
        assert_eq!(until("2026-07-28T08:00", "2026-07-28T14:00").as_deref(), Some("07-28 08:20"));
        // The last that can be answered: twenty minutes before the cut-off, which is two hours before the session.
        assert_eq!(until("2026-07-28T11:40", "2026-07-28T14:00").as_deref(), Some("07-28 12:00"));
        assert_eq!(until("2026-07-28T11:41", "2026-07-28T14:00"), None);
    }

    #[test]
    fn nobody_is_woken_for_an_offer() {
        // At night it runs from eight on; a session at nine is past its cut-off then.
        assert_eq!(until("2026-07-27T23:00", "2026-07-28T14:00").as_deref(), Some("07-28 08:20"));
        assert_eq!(until("2026-07-27T23:00", "2026-07-28T09:00"), None);
        // In the evening before a session at nine there is no morning left to answer in.
        assert_eq!(until("2026-07-27T20:30", "2026-07-28T09:00").as_deref(), Some("07-27 21:00"));
        // Offered in the evening: what is left of it goes on after eight.
        assert_eq!(until("2026-07-25T20:00", "2026-07-28T14:00").as_deref(), Some("07-26 12:20"));
    }

    #[test]
    fn an_offer_ends_with_a_whole_second() {
        let now = instant("2026-07-26T12:00") + SignedDuration::new(2, 123_456_789);
        let end = offer_until(&Policy::default(), now, instant("2026-07-28T14:00")).expect("an offer");
        assert_eq!(end.subsec_nanosecond(), 0);
    }

    #[test]
    fn who_may_wait() {
        let session = SessionFacts {
            starts_at: instant("2026-07-28T09:00"),
            ends_at: instant("2026-07-28T10:30"),
            capacity: 4,
            booked: 4,
            held: 0,
            owed: 0,
            closed: false,
            pools: Pools::default(),
        };
        let party = |people| Party::new(PartySize::new(people).expect("a size"), 0).expect("a party");
        let may = |now: &str, people, waits, here| {
            may_wait(&Policy::default(), instant(now), &session, party(people), BookingFacts::default(), waits, here)
        };
        let (noon, nobody) = ("2026-07-20T12:00", 0);
        assert_eq!(may(noon, 2, nobody, false), Ok(()));
        assert_eq!(may(noon, 5, nobody, false), Err(Refusal::PartyTooLarge { max: 4 }));
        assert_eq!(may(noon, 2, 1, true), Err(Refusal::AlreadyWaiting));
        assert_eq!(may(noon, 2, 3, false), Err(Refusal::WaitingLimit { max: 3 }));
        assert_eq!(may("2026-07-28T08:00", 2, nobody, false), Err(Refusal::WaitingOver));
        let closed = SessionFacts { closed: true, ..session };
        let there = BookingFacts { on_day: 1, in_window: 1, ..BookingFacts::default() };
        let ask = |session, person| may_wait(&Policy::default(), instant(noon), session, party(2), person, 0, false);
        assert_eq!(ask(&closed, BookingFacts::default()), Err(Refusal::SessionClosed));
        assert_eq!(ask(&session, there), Err(Refusal::DailyLimit { max: 1 }));
    }

    #[test]
    fn a_standstill_says_why() {
        let session = SessionFacts {
            starts_at: instant("2026-07-28T09:00"),
            ends_at: instant("2026-07-28T10:30"),
            capacity: 10,
            booked: 8,
            held: 0,
            owed: 0,
            closed: false,
            pools: Pools::default(),
        };
        let why = |now: &str, session: &SessionFacts, parties: &[u32]| {
            standstill(&Policy::default(), instant(now), session, parties, 0)
        };
        let noon = "2026-07-20T12:00";
        assert_eq!(why(noon, &session, &[]), Standstill::NobodyWaits);
        assert_eq!(why(noon, &session, &[4, 3]), Standstill::NoneFits { free: 2, smallest: 3 });
        assert_eq!(why(noon, &session, &[4, 2]), Standstill::Due);
        assert_eq!(why(noon, &SessionFacts { held: 2, ..session }, &[1]), Standstill::NoneFree);
        let share = Share { places: 2, release_hours: 1 };
        let pools = Pools::new(Split { group: share, ..Split::default() }, session.starts_at, instant(noon));
        assert_eq!(why(noon, &SessionFacts { pools, ..session }, &[1]), Standstill::Kept { places: 2 });
        assert_eq!(why(noon, &SessionFacts { capacity: 5, ..session }, &[1]), Standstill::Over { people: 3 });
        assert_eq!(why("2026-07-28T08:00", &session, &[1]), Standstill::TooNear);
        let resting = |session: &SessionFacts, parties: &[u32]| {
            standstill(&Policy::default(), instant(noon), session, parties, 2)
        };
        assert_eq!(resting(&session, &[]), Standstill::Rests { parties: 2 });
        assert_eq!(resting(&SessionFacts { held: 2, ..session }, &[]), Standstill::NoneFree);
        assert_eq!(resting(&session, &[2]), Standstill::Due, "who could come is served past those who rest");
        assert_eq!(why(noon, &SessionFacts { closed: true, ..session }, &[1]), Standstill::SessionClosed);
    }

    #[test]
    fn who_has_a_booking_that_day_takes_no_offer() {
        let span = |from: &str, until: &str| (instant(from), instant(until));
        let session = SessionFacts {
            starts_at: instant("2026-07-28T09:00"),
            ends_at: instant("2026-07-28T10:30"),
            capacity: 4,
            booked: 4,
            held: 0,
            owed: 0,
            closed: false,
            pools: Pools::default(),
        };
        let may = |booked: &[(Timestamp, Timestamp)]| {
            let policy = Policy::default();
            let had = BookingFacts::around(&policy, (session.starts_at, session.ends_at), booked.iter().copied());
            let party = Party::new(PartySize::new(2).expect("a size"), 0).expect("a party");
            may_take(&policy, instant("2026-07-20T12:00"), &session, party, had)
        };
        let same_day = span("2026-07-28T15:00", "2026-07-28T16:30");
        let near = ["25", "27", "31"].map(|d| span(&format!("2026-07-{d}T09:00"), &format!("2026-07-{d}T10:00")));
        let far = span("2026-07-24T23:00", "2026-07-24T23:59");
        assert_eq!(may(&[]), Ok(()));
        assert_eq!(may(&[same_day]), Err(Refusal::DailyLimit { max: 1 }));
        assert_eq!(may(&near), Err(Refusal::WindowLimit { max: 3, days: 7 }));
        assert_eq!(may(&[near[0], near[1], far]), Ok(()), "the day before the window does not count");
    }

    proptest! {
        /// Whoever is left out fits nowhere beside those before them, and nothing is given twice.
        #[test]
        fn nobody_who_fits_is_passed_over(free in 0u32..40, parties in proptest::collection::vec(1u32..8, 0..20)) {
            let fit = first_that_fit(free, parties.iter().copied());
            let mut left = free;
            for (i, people) in parties.iter().enumerate() {
                if fit.contains(&i) {
                    prop_assert!(*people <= left);
                    left -= people;
                } else {
                    prop_assert!(*people > left);
                }
            }
            prop_assert_eq!(owed(free, parties.iter().copied()), free - left);
        }

        /// Every offer can be answered in the day, before the cut-off, and in no less than the least time.
        #[test]
        fn every_offer_can_be_answered(minutes in 0i64..20 * 24 * 60, hour in 7i64..22) {
            let policy = Policy::default();
            let starts_at = instant("2026-07-28T00:00") + SignedDuration::from_hours(hour);
            let now = starts_at - SignedDuration::from_mins(minutes);
            if let Some(end) = offer_until(&policy, now, starts_at) {
                prop_assert!(!is_quiet(end - SignedDuration::from_secs(1)));
                prop_assert!(end <= starts_at - SignedDuration::from_mins(i64::from(policy.offer_cutoff_minutes)));
                prop_assert!(end.duration_since(after_quiet(now)) >= SignedDuration::from_mins(i64::from(policy.offer_least_minutes)));
            }
        }
    }
}
