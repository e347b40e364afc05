//! Who waits for what, is offered which place and until when.

use super::*;
use crate::booking::{BookedVisit, Heads, PartySize, Pools, Share, Split, is_quiet};
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
    crate::golden::is_the_reviewed_one("waiting.txt", &table);
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
        open_door: false,
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
    let open_door = SessionFacts { open_door: true, ..session };
    assert_eq!(ask(&open_door, there), Err(Refusal::NoBookingNeeded), "whatever the person has booked");
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
        open_door: false,
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
    let resting =
        |session: &SessionFacts, parties: &[u32]| standstill(&Policy::default(), instant(noon), session, parties, 2);
    assert_eq!(resting(&session, &[]), Standstill::Rests { parties: 2 });
    assert_eq!(resting(&SessionFacts { held: 2, ..session }, &[]), Standstill::NoneFree);
    assert_eq!(resting(&session, &[2]), Standstill::Due, "who could come is served past those who rest");
    assert_eq!(why(noon, &SessionFacts { closed: true, ..session }, &[1]), Standstill::SessionClosed);
    assert_eq!(why(noon, &SessionFacts { open_door: true, ..session }, &[1]), Standstill::NoBookingNeeded);
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
        open_door: false,
        pools: Pools::default(),
    };
    let may = |booked: &[(Timestamp, Timestamp)]| {
        let policy = Policy::default();
        let heads = Heads { people: 1, children: 0 };
        let booked = booked.iter().map(|&(starts_at, ends_at)| BookedVisit { starts_at, ends_at, heads });
        let had = BookingFacts::around(&policy, (session.starts_at, session.ends_at), booked);
        let party = Party::new(PartySize::new(2).expect("a size"), 0).expect("a party");
        may_take(&policy, instant("2026-07-20T12:00"), &session, party, had)
    };
    let same_day = span("2026-07-28T15:00", "2026-07-28T16:30");
    let near = ["25", "27", "31"].map(|d| span(&format!("2026-07-{d}T09:00"), &format!("2026-07-{d}T10:00")));
    let far = span("2026-07-21T23:00", "2026-07-21T23:59");
    assert_eq!(may(&[]), Ok(()));
    assert_eq!(may(&[same_day]), Err(Refusal::DailyLimit { max: 1 }));
    assert_eq!(may(&near), Err(Refusal::WindowLimit { max: 3, days: 7 }));
    assert_eq!(may(&[near[0], near[1], far]), Ok(()), "a day that no window of this one has does not count");
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
