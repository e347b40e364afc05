//! What an activity allows: one versioned policy object, and the decisions made from it.

use super::Party;
use jiff::{SignedDuration, Span, Timestamp, civil};
use serde::{Deserialize, Serialize};

use crate::time::{at, local, local_day, start_of_day};

/// The rules of one activity. Stored as JSON with a version; a booking names the version that admitted it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// A session can be booked from this many days before its day …
    pub days_ahead: u16,
    /// … from this hour of that day on, by the server's clock.
    pub opens_hour: i8,
    /// Booking stops this many minutes before the session begins (negative: goes on after it began).
    pub closes_minutes_before: i32,
    /// The most people of one booking.
    pub people_per_booking: u16,
    /// The most children under 14 of one booking.
    pub children_per_booking: u16,
    /// Children under 14 only with at least one adult in the party.
    pub children_need_adult: bool,
    /// Live bookings one phone or address may have for one day.
    pub bookings_per_day: u16,
    /// Live bookings one phone or address may have within `window_days` around a session's day.
    pub bookings_per_window: u16,
    /// The rolling window, in days, the session's day in its middle.
    pub window_days: u16,
    /// Cancelling and changing is possible until this many minutes before the session begins.
    pub change_minutes_before: i32,
    /// How often one booking may be moved to another session.
    pub moves: u16,
    /// Minutes before the session at which the door admits.
    pub early_minutes: u16,
    /// Minutes after the session's beginning at which it still does.
    pub late_minutes: u16,
    /// How long places are kept while the form is filled in.
    pub hold_minutes: u16,
    /// The longest an offer to a waiting party lasts …
    pub offer_most_minutes: u16,
    /// … the shortest …
    pub offer_least_minutes: u16,
    /// … and how long before the session every offer is over: what is free then is anybody's.
    pub offer_cutoff_minutes: u16,
    /// Entries of the waiting list one phone or address may have at a time.
    pub waiting_per_person: u16,
    /// This many no-shows (0: however many) …
    pub no_shows: u16,
    /// … within this many days …
    pub no_show_days: u16,
    /// … and there is no booking for this many days from the last of them.
    pub suspension_days: u16,
    /// No-shows are marked this many minutes after the session's end: late scans have time to arrive.
    pub no_show_grace_minutes: u16,
}

impl Default for Policy {
    /// The museum's rules (booking.md, "Real museums' numbers").
    fn default() -> Self {
        Self {
            days_ahead: 14,
            opens_hour: 8,
            closes_minutes_before: 0,
            people_per_booking: 5,
            children_per_booking: 3,
            children_need_adult: true,
            bookings_per_day: 1,
            bookings_per_window: 3,
            window_days: 7,
            change_minutes_before: 30,
            moves: 3,
            early_minutes: 30,
            late_minutes: 45,
            hold_minutes: 10,
            offer_most_minutes: 12 * 60,
            offer_least_minutes: 20,
            offer_cutoff_minutes: 120,
            waiting_per_person: 3,
            no_shows: 3,
            no_show_days: 180,
            suspension_days: 60,
            no_show_grace_minutes: 120,
        }
    }
}

/// What the engine knows of a session when it decides, read under the session's lock. Counts are people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionFacts {
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Places.
    pub capacity: u32,
    /// People with a confirmed booking.
    pub booked: u32,
    /// People with a live hold or a live offer.
    pub held: u32,
    /// Places owed to parties that wait and fit: free, and not for the public.
    pub owed: u32,
    /// The house closed it.
    pub closed: bool,
}

impl SessionFacts {
    /// Places nobody has and nobody is owed: never below zero, also when the capacity was lowered below what is booked.
    pub const fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.booked + self.held + self.owed)
    }

    /// By how many people more are booked than there are places now.
    pub const fn over_by(&self) -> u32 {
        self.booked.saturating_sub(self.capacity)
    }
}

/// What the engine knows of the person's other live bookings of the activity, by normalised phone or address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BookingFacts {
    /// On the session's day.
    pub on_day: u32,
    /// In the window around it, that day included.
    pub in_window: u32,
    /// Of sessions that go on at the same time: nobody is in two places.
    pub overlapping: u32,
    /// The end of the pause that several no-shows brought, if there is one now.
    pub suspended_until: Option<Timestamp>,
}

impl BookingFacts {
    /// What a person has around a session, of the beginnings and ends of their live bookings of the activity.
    pub fn around(
        policy: &Policy,
        (starts_at, ends_at): (Timestamp, Timestamp),
        booked: impl IntoIterator<Item = (Timestamp, Timestamp)>,
    ) -> Self {
        let ((day, next_day), (first, after)) = (policy.day(starts_at), policy.window(starts_at));
        booked.into_iter().fold(Self::default(), |sum, (from, until)| Self {
            on_day: sum.on_day + u32::from((day..next_day).contains(&from)),
            in_window: sum.in_window + u32::from((first..after).contains(&from)),
            overlapping: sum.overlapping + u32::from(from < ends_at && until > starts_at),
            ..sum
        })
    }
}

/// Why a booking (or its change) is refused. The kebab-case name is the API's code and the key of the sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refusal {
    /// Fewer places are free than the party needs.
    #[error("full")]
    Full {
        /// Places free at the moment of the decision.
        free: u32,
    },
    /// Booking has not opened yet.
    #[error("not open yet")]
    NotOpenYet {
        /// When it does.
        opens_at: Timestamp,
    },
    /// Too late: the session began or is about to.
    #[error("too late")]
    TooLate,
    /// The house closed the session.
    #[error("session closed")]
    SessionClosed,
    /// More people than one booking may have.
    #[error("party too large")]
    PartyTooLarge {
        /// People allowed.
        max: u32,
    },
    /// More children than one booking may have.
    #[error("too many children")]
    TooManyChildren {
        /// Children allowed.
        max: u32,
    },
    /// Children only with an adult.
    #[error("children need an adult")]
    ChildrenNeedAdult,
    /// This phone or address already has its bookings of that day.
    #[error("daily limit reached")]
    DailyLimit {
        /// Bookings allowed.
        max: u32,
    },
    /// This phone or address already has its bookings of the window.
    #[error("window limit reached")]
    WindowLimit {
        /// Bookings allowed.
        max: u32,
        /// Days of the window.
        days: u32,
    },
    /// This phone or address is somewhere else of the same activity at that time.
    #[error("overlaps another booking")]
    Overlaps,
    /// Several no-shows: no booking for a while.
    #[error("suspended")]
    Suspended {
        /// From when booking is possible again.
        until: Timestamp,
    },
    /// The event asks questions, which only its own page can.
    #[error("asks questions")]
    AsksQuestions,
    /// Moved as often as allowed.
    #[error("move limit reached")]
    MoveLimit {
        /// Moves allowed.
        max: u32,
    },
    /// The booking was cancelled.
    #[error("already cancelled")]
    AlreadyCancelled,
    /// The party already came.
    #[error("already arrived")]
    AlreadyArrived,
    /// Only smaller is possible this way, and at least one person stays.
    #[error("not smaller")]
    NotSmaller,
    /// The session is the one it has already.
    #[error("same session")]
    SameSession,
    /// The offer of a place is over, or was answered.
    #[error("offer ended")]
    OfferEnded,
    /// This phone or address waits for this session already.
    #[error("already waiting")]
    AlreadyWaiting,
    /// This phone or address is on as many waiting lists as allowed.
    #[error("waiting limit reached")]
    WaitingLimit {
        /// Entries allowed.
        max: u32,
    },
    /// There is room for the party: it can book, and need not wait.
    #[error("places are free")]
    PlacesFree,
    /// The session is too near for the waiting list.
    #[error("waiting list ended")]
    WaitingOver,
    /// The session was locked for too long: try again.
    #[error("busy")]
    Busy,
}

/// When booking of a session opens.
pub fn opens_at(policy: &Policy, starts_at: Timestamp) -> Timestamp {
    let day = local_day(starts_at);
    let first = day.checked_sub(Span::new().days(i64::from(policy.days_ahead))).unwrap_or(day);
    at(first, civil::time(policy.opens_hour.clamp(0, 23), 0, 0, 0))
}

/// May this party be booked now? `session` without the party's own hold. Limits come first, so that a person who may
/// not book is not told how full it is.
pub fn may_book(
    policy: &Policy,
    now: Timestamp,
    session: &SessionFacts,
    party: Party,
    person: BookingFacts,
) -> Result<(), Refusal> {
    admits(policy, now, session, party, person)?;
    room(session, party.people.get())
}

/// Everything but the room: the session is open for booking, the party is one it takes, and the person has bookings left.
pub(super) fn admits(
    policy: &Policy,
    now: Timestamp,
    session: &SessionFacts,
    party: Party,
    person: BookingFacts,
) -> Result<(), Refusal> {
    open_now(policy, now, session)?;
    party_fits(policy, party)?;
    within_limits(policy, now, person)
}

/// Has the person bookings left around that session, and no pause?
pub fn within_limits(policy: &Policy, now: Timestamp, person: BookingFacts) -> Result<(), Refusal> {
    if let Some(until) = person.suspended_until.filter(|until| *until > now) {
        return Err(Refusal::Suspended { until });
    }
    if person.on_day >= u32::from(policy.bookings_per_day) {
        return Err(Refusal::DailyLimit { max: u32::from(policy.bookings_per_day) });
    }
    if person.in_window >= u32::from(policy.bookings_per_window) {
        return Err(Refusal::WindowLimit {
            max: u32::from(policy.bookings_per_window),
            days: u32::from(policy.window_days),
        });
    }
    if person.overlapping > 0 {
        return Err(Refusal::Overlaps);
    }
    Ok(())
}

/// May the house itself book this party now? Staff book past opening times and personal limits and for parties of any
/// size, also into a session under way; never past the places, into a closed session or into one that is over.
pub fn house_may_book(now: Timestamp, session: &SessionFacts, party: Party) -> Result<(), Refusal> {
    if session.closed {
        return Err(Refusal::SessionClosed);
    }
    if session.ends_at <= now {
        return Err(Refusal::TooLate);
    }
    room(session, party.people.get())
}

fn open_now(policy: &Policy, now: Timestamp, session: &SessionFacts) -> Result<(), Refusal> {
    if session.closed {
        return Err(Refusal::SessionClosed);
    }
    if now >= minutes_before(session.starts_at, policy.closes_minutes_before) {
        return Err(Refusal::TooLate);
    }
    let opens_at = opens_at(policy, session.starts_at);
    if now < opens_at { Err(Refusal::NotOpenYet { opens_at }) } else { Ok(()) }
}

fn party_fits(policy: &Policy, party: Party) -> Result<(), Refusal> {
    if party.people.get() > u32::from(policy.people_per_booking) {
        return Err(Refusal::PartyTooLarge { max: u32::from(policy.people_per_booking) });
    }
    if party.children > policy.children_per_booking {
        return Err(Refusal::TooManyChildren { max: u32::from(policy.children_per_booking) });
    }
    if policy.children_need_adult && party.children > 0 && party.adults() == 0 {
        return Err(Refusal::ChildrenNeedAdult);
    }
    Ok(())
}

const fn room(session: &SessionFacts, people: u32) -> Result<(), Refusal> {
    if people > session.free() { Err(Refusal::Full { free: session.free() }) } else { Ok(()) }
}

fn minutes_before(instant: Timestamp, minutes: i32) -> Timestamp {
    instant - SignedDuration::from_mins(i64::from(minutes))
}

/// May the booking of this session still be cancelled or made smaller?
pub fn may_cancel(
    policy: &Policy,
    now: Timestamp,
    session: &SessionFacts,
    arrived: u32,
    cancelled: bool,
) -> Result<(), Refusal> {
    if cancelled {
        Err(Refusal::AlreadyCancelled)
    } else if arrived > 0 {
        Err(Refusal::AlreadyArrived)
    } else if now >= minutes_before(session.starts_at, policy.change_minutes_before) {
        Err(Refusal::TooLate)
    } else {
        Ok(())
    }
}

/// May a booking move to this other session? Its own booking is not counted in `person`.
pub fn may_move(
    policy: &Policy,
    now: Timestamp,
    target: &SessionFacts,
    party: Party,
    moves: u32,
    person: BookingFacts,
) -> Result<(), Refusal> {
    if moves >= u32::from(policy.moves) {
        return Err(Refusal::MoveLimit { max: u32::from(policy.moves) });
    }
    may_book(policy, now, target, party, person)
}

impl Policy {
    /// The days of the rolling window around a session: from the first instant to the last (exclusive).
    pub fn window(&self, starts_at: Timestamp) -> (Timestamp, Timestamp) {
        let day = local_day(starts_at);
        let before = Span::new().days(i64::from(self.window_days / 2));
        let after = Span::new().days(i64::from(self.window_days.saturating_sub(self.window_days / 2).max(1)));
        (start_of_day(day.checked_sub(before).unwrap_or(day)), start_of_day(day.checked_add(after).unwrap_or(day)))
    }

    /// The day of a session: from its first instant to the next day's.
    pub fn day(&self, starts_at: Timestamp) -> (Timestamp, Timestamp) {
        let day = local(starts_at).date();
        (start_of_day(day), start_of_day(day.tomorrow().unwrap_or(day)))
    }
}

#[cfg(test)]
mod tests {
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
        }
    }
    fn decide(now: &str, session: &SessionFacts, party: Party, person: BookingFacts) -> Result<(), Refusal> {
        may_book(&Policy::default(), instant(now), session, party, person)
    }
    const NOBODY: BookingFacts = BookingFacts { on_day: 0, in_window: 0, overlapping: 0, suspended_until: None };

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
            BookingFacts::around(&Policy::default(), span("28", "09:00", "10:30"), booked.iter().copied())
        };
        let facts = |on_day, in_window, overlapping| BookingFacts { on_day, in_window, overlapping, ..NOBODY };
        assert_eq!(around(&[]), NOBODY);
        assert_eq!(around(&[span("28", "10:29", "12:00")]), facts(1, 1, 1));
        assert_eq!(around(&[span("28", "10:30", "12:00")]), facts(1, 1, 0), "one ends when the other begins");
        assert_eq!(around(&[span("28", "00:00", "09:00"), span("28", "23:59", "23:59")]), facts(2, 2, 0));
        assert_eq!(around(&[span("25", "00:00", "01:00"), span("31", "23:59", "23:59")]), facts(0, 2, 0));
        assert_eq!(around(&[span("24", "23:59", "23:59")]), NOBODY, "the window is seven days");
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
        let may = |now: &str, session: SessionFacts, people| house_may_book(instant(now), &session, party(people, 0));
        let (early, during) = ("2026-01-01T00:00:00+08:00", "2026-07-28T09:30:00+08:00");
        assert_eq!(may(early, session(0, 0), 20), Ok(()), "before it opens, more than the public may bring");
        assert_eq!(may(during, session(0, 0), 20), Ok(()), "while it runs");
        assert_eq!(may(during, session(15, 1), 5), Err(Refusal::Full { free: 4 }));
        let over = session(0, 0).ends_at;
        assert_eq!(house_may_book(over, &session(0, 0), party(1, 0)), Err(Refusal::TooLate));
        let closed = SessionFacts { closed: true, ..session(0, 0) };
        assert_eq!(may(early, closed, 1), Err(Refusal::SessionClosed));
    }

    #[test]
    fn the_window_has_as_many_days_as_it_says() {
        let (from, until) = Policy::default().window(instant("2026-07-28T09:00:00+08:00"));
        assert_eq!(until.duration_since(from), SignedDuration::from_hours(24 * 7));
        assert_eq!(local_day(from), civil::date(2026, 7, 25));
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
}
