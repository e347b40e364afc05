use super::*;
use crate::booking::PartySize;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}
fn party(people: u32, children: u32) -> Party {
    Party::new(PartySize::new(people).expect("a size"), children).expect("a party")
}
fn session(booked: u32, held: u32) -> SessionFacts {
    SessionFacts {
        starts_at: instant("2026-07-28T09:00:00+08:00"),
        ends_at: instant("2026-07-28T10:30:00+08:00"),
        capacity: 20,
        booked,
        held,
        owed: 0,
        closed: false,
        open_door: false,
        pools: Pools::default(),
    }
}
fn decide(now: &str, session: &SessionFacts, party: Party, person: BookingFacts) -> Result<(), Refusal> {
    may_book(&Policy::default(), instant(now), session, party, person)
}
const NO_HEADS: Heads = Heads { people: 0, children: 0 };
const NOBODY: BookingFacts = BookingFacts {
    on_day: 0,
    heads_on_day: NO_HEADS,
    in_window: 0,
    heads_in_window: NO_HEADS,
    overlapping: 0,
    suspended_until: None,
};

/// A booking for two, one of them a child.
fn visit((starts_at, ends_at): (Timestamp, Timestamp)) -> BookedVisit {
    BookedVisit { starts_at, ends_at, heads: Heads { people: 2, children: 1 } }
}

#[test]
fn opens_at_its_hour_and_closes_with_the_session() {
    let opens_at = instant("2026-07-14T08:00:00+08:00");
    assert_eq!(
        decide("2026-07-14T07:59:59+08:00", &session(0, 0), party(1, 0), NOBODY),
        Err(Refusal::NotOpenYet { opens_at })
    );
    assert_eq!(decide("2026-07-14T08:00:00+08:00", &session(0, 0), party(1, 0), NOBODY), Ok(()));
    assert_eq!(decide("2026-07-28T08:59:59+08:00", &session(0, 0), party(1, 0), NOBODY), Ok(()));
    assert_eq!(decide("2026-07-28T09:00:00+08:00", &session(0, 0), party(1, 0), NOBODY), Err(Refusal::TooLate));
}

#[test]
fn places_are_people() {
    assert_eq!(decide("2026-07-20T12:00:00+08:00", &session(15, 0), party(5, 0), NOBODY), Ok(()));
    assert_eq!(
        decide("2026-07-20T12:00:00+08:00", &session(15, 1), party(5, 0), NOBODY),
        Err(Refusal::Full { free: 4 })
    );
    let owing = SessionFacts { owed: 2, ..session(15, 1) };
    assert_eq!((owing.free(), session(19, 1).free()), (2, 0), "what is owed to the waiting is not for the public");
    assert_eq!(session(25, 0).over_by(), 5);
    assert_eq!(session(25, 0).free(), 0);
}

#[test]
fn children_come_with_an_adult() {
    assert_eq!(
        decide("2026-07-20T12:00:00+08:00", &session(0, 0), party(2, 2), NOBODY),
        Err(Refusal::ChildrenNeedAdult)
    );
    assert_eq!(
        decide("2026-07-20T12:00:00+08:00", &session(0, 0), party(5, 4), NOBODY),
        Err(Refusal::TooManyChildren { max: 3 })
    );
    assert_eq!(decide("2026-07-20T12:00:00+08:00", &session(0, 0), party(4, 3), NOBODY), Ok(()));
}

#[test]
fn a_person_has_limits() {
    let on_day = BookingFacts { on_day: 1, in_window: 1, ..NOBODY };
    assert_eq!(
        decide("2026-07-20T12:00:00+08:00", &session(0, 0), party(1, 0), on_day),
        Err(Refusal::DailyLimit { max: 1 })
    );
    let often = BookingFacts { on_day: 0, in_window: 3, ..NOBODY };
    assert_eq!(
        decide("2026-07-20T12:00:00+08:00", &session(0, 0), party(1, 0), often),
        Err(Refusal::WindowLimit { max: 3, days: 7 })
    );
}

#[test]
fn what_a_person_has_is_counted_by_day_window_and_overlap() {
    let span = |day: &str, from: &str, until: &str| {
        (instant(&format!("2026-07-{day}T{from}:00+08:00")), instant(&format!("2026-07-{day}T{until}:00+08:00")))
    };
    let around = |booked: &[_]| {
        let booked = booked.iter().copied().map(visit);
        BookingFacts::around(&Policy::default(), span("28", "09:00", "10:30"), booked)
    };
    let heads = |bookings: u32| Heads { people: 2 * bookings, children: bookings };
    let facts = |on_day, in_window, overlapping| {
        let (heads_on_day, heads_in_window) = (heads(on_day), heads(in_window));
        BookingFacts { on_day, heads_on_day, in_window, heads_in_window, overlapping, ..NOBODY }
    };
    assert_eq!(around(&[]), NOBODY);
    assert_eq!(around(&[span("28", "10:29", "12:00")]), facts(1, 1, 1));
    assert_eq!(around(&[span("28", "10:30", "12:00")]), facts(1, 1, 0), "one ends when the other begins");
    assert_eq!(around(&[span("28", "00:00", "09:00"), span("28", "23:59", "23:59")]), facts(2, 2, 0));
    assert_eq!(around(&[span("25", "00:00", "01:00"), span("31", "23:59", "23:59")]), facts(0, 2, 0));
    let far = |day| span(day, "23:59", "23:59");
    assert_eq!(around(&[far("21")]), NOBODY, "seven days later is another week");
    assert_eq!(around(&[far("22")]), facts(0, 1, 0), "any seven days on end are a window");
    assert_eq!(around(&[far("22"), far("24"), far("30")]), facts(0, 2, 0), "no window has all of them");
    assert_eq!(around(&[far("25"), far("30"), far("31")]), facts(0, 3, 0), "one from the 25th to the 31st has");
}

#[test]
fn nobody_is_in_two_places() {
    let elsewhere = BookingFacts { overlapping: 1, ..NOBODY };
    assert_eq!(decide("2026-07-20T12:00:00+08:00", &session(0, 0), party(1, 0), elsewhere), Err(Refusal::Overlaps));
}

#[test]
fn a_pause_ends_at_its_instant_and_is_told_before_the_limits() {
    let until = instant("2026-07-21T00:00:00+08:00");
    let paused = BookingFacts { on_day: 1, suspended_until: Some(until), ..NOBODY };
    let may = |now| decide(now, &session(0, 0), party(1, 0), paused);
    assert_eq!(may("2026-07-20T23:59:59+08:00"), Err(Refusal::Suspended { until }));
    assert_eq!(may("2026-07-21T00:00:00+08:00"), Err(Refusal::DailyLimit { max: 1 }));
}

#[test]
fn the_house_is_bound_by_places_and_by_the_sessions_end_alone() {
    let may = |now: &str, session: SessionFacts, people| {
        house_may_book(instant(now), &session, party(people, 0), Pool::Staff)
    };
    let (early, during) = ("2026-01-01T00:00:00+08:00", "2026-07-28T09:30:00+08:00");
    assert_eq!(may(early, session(0, 0), 20), Ok(()), "before it opens, more than the public may bring");
    assert_eq!(may(during, session(0, 0), 20), Ok(()), "while it runs");
    assert_eq!(may(during, session(15, 1), 5), Err(Refusal::Full { free: 4 }));
    let over = session(0, 0).ends_at;
    assert_eq!(house_may_book(over, &session(0, 0), party(1, 0), Pool::Staff), Err(Refusal::TooLate));
    let closed = SessionFacts { closed: true, ..session(0, 0) };
    assert_eq!(may(early, closed, 1), Err(Refusal::SessionClosed));
}

#[test]
fn where_no_booking_is_needed_nobody_books_until_it_is_over() {
    let free = SessionFacts { open_door: true, ..session(0, 0) };
    let may = |now: &str| may_book(&Policy::default(), instant(now), &free, party(1, 0), NOBODY);
    let house = |now: &str| house_may_book(instant(now), &free, party(1, 0), Pool::Group);
    for now in ["2026-01-01T00:00:00+08:00", "2026-07-28T08:00:00+08:00", "2026-07-28T10:29:00+08:00"] {
        assert_eq!((may(now), house(now)), (Err(Refusal::NoBookingNeeded), Err(Refusal::NoBookingNeeded)), "{now}");
        assert!(free.welcomes_all(instant(now)));
    }
    let over = "2026-07-28T10:30:00+08:00";
    assert_eq!((may(over), house(over)), (Err(Refusal::TooLate), Err(Refusal::TooLate)));
    assert!(!free.welcomes_all(instant(over)) && !free.takes_bookings());
    let closed = SessionFacts { closed: true, ..free };
    let answer = may_book(&Policy::default(), instant("2026-07-20T12:00:00+08:00"), &closed, party(1, 0), NOBODY);
    assert_eq!(answer, Err(Refusal::SessionClosed), "closed is closed");
    assert!(!closed.welcomes_all(instant("2026-07-20T12:00:00+08:00")));
    let moves = may_move(&Policy::default(), instant("2026-07-20T12:00:00+08:00"), &free, party(1, 0), 0, NOBODY);
    assert_eq!(moves, Err(Refusal::NoBookingNeeded));
    let cancels = may_cancel(&Policy::default(), instant("2026-07-20T12:00:00+08:00"), &free, 0, false);
    assert_eq!(cancels, Ok(()), "what is booked can be given back");
}

#[test]
fn the_window_has_as_many_days_as_it_says() {
    let (from, until) = Policy::default().window(instant("2026-07-28T09:00:00+08:00"));
    assert_eq!(until.duration_since(from), SignedDuration::from_hours(24 * 13), "six days before and six after");
    assert_eq!(local_day(from), civil::date(2026, 7, 22));
}

#[test]
fn changes_end_before_the_session() {
    let may = |now: &str, arrived, cancelled| {
        may_cancel(&Policy::default(), instant(now), &session(3, 0), arrived, cancelled)
    };
    assert_eq!(may("2026-07-28T08:29:59+08:00", 0, false), Ok(()));
    assert_eq!(may("2026-07-28T08:30:00+08:00", 0, false), Err(Refusal::TooLate));
    assert_eq!(may("2026-07-20T08:30:00+08:00", 1, false), Err(Refusal::AlreadyArrived));
    assert_eq!(may("2026-07-20T08:30:00+08:00", 0, true), Err(Refusal::AlreadyCancelled));
}

/// A server of the release before reads what this one writes, while both run: it knows no field it has not got.
#[test]
fn what_is_usual_of_the_newest_rules_is_not_written() {
    let written = serde_json::to_value(Policy::default()).expect("JSON");
    for fresh in ["release", "series", "identity", "people", "changes_end"] {
        assert!(written.get(fresh).is_none(), "{written}");
    }
    assert!(written.get("days_ahead").is_some());
    assert_eq!(serde_json::from_value::<Policy>(written).expect("read back"), Policy::default());
}
