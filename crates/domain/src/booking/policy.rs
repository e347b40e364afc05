//! What an activity allows: one versioned policy object, and the decisions made from it.

mod deadline;
mod limits;

pub use deadline::{ChangesEnd, Deadline};
pub use limits::{
    BookedVisit, BookingFacts, Heads, PeopleLimits, documents_within_limits, may_have_children, within_limits,
};

use super::{IdentityRule, Party, Pool, Pools, ReleaseRules, SeriesRule};
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
    /// Live bookings one phone or address may have within any `window_days` on end.
    pub bookings_per_window: u16,
    /// The rolling window, in days: any so many on end, wherever they begin.
    pub window_days: u16,
    /// The most people in those bookings together. What limits nobody is not written: a server of before knows no such field.
    #[serde(skip_serializing_if = "PeopleLimits::is_default")]
    pub people: PeopleLimits,
    /// Cancelling and changing is possible until this many minutes before the session begins …
    pub change_minutes_before: i32,
    /// … unless it ends with the day before. Asked by [`Policy::deadline`].
    #[serde(skip_serializing_if = "ChangesEnd::is_default")]
    pub changes_end: ChangesEnd,
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
    /// What happens when sessions open for booking and many come at once. The usual one is not written: a server of before
    /// knows no such field.
    #[serde(skip_serializing_if = "ReleaseRules::is_default")]
    pub release: ReleaseRules,
    /// How an activity of several dates is registered for.
    #[serde(skip_serializing_if = "SeriesRule::is_default")]
    pub series: SeriesRule,
    /// Whose identity document is asked for.
    #[serde(skip_serializing_if = "IdentityRule::is_default")]
    pub identity: IdentityRule,
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
            people: PeopleLimits::default(),
            change_minutes_before: 30,
            changes_end: ChangesEnd::MinutesBefore,
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
            release: ReleaseRules::default(),
            series: SeriesRule::Dates,
            identity: IdentityRule::None,
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
    /// No booking is needed (免预约): whoever comes is let in, and nothing new is booked.
    pub open_door: bool,
    /// What is set aside for groups and for the house's own desk, and who has some of it.
    pub pools: Pools,
}

impl SessionFacts {
    /// Places the public can have: nobody has them, nobody is owed them, no pool keeps them.
    pub const fn free(&self) -> u32 {
        self.free_for(Pool::Individual)
    }

    /// Places for those who draw on `pool`: what it keeps, and then what is anybody's. Never below zero, also when the
    /// capacity was lowered below what is booked. The one place where this is computed.
    pub const fn free_for(&self, pool: Pool) -> u32 {
        self.capacity.saturating_sub(self.booked + self.held + self.owed + self.pools.kept_from(pool))
    }

    /// The same with a booking more.
    #[must_use]
    pub fn and_booked(self, pool: Pool, people: u32) -> Self {
        Self { booked: self.booked + people, pools: self.pools.booked(pool, people), ..self }
    }

    /// It can be booked at all, whatever the clock and the room say: not closed, and a booking is needed.
    pub const fn takes_bookings(&self) -> bool {
        !self.closed && !self.open_door
    }

    /// Whoever comes is let in: said until it is over, also once it has begun.
    pub fn welcomes_all(&self, now: Timestamp) -> bool {
        self.open_door && !self.closed && self.ends_at > now
    }

    /// By how many people more are booked than there are places now.
    pub const fn over_by(&self) -> u32 {
        self.booked.saturating_sub(self.capacity)
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
    /// No booking is needed: one just comes.
    #[error("no booking needed")]
    NoBookingNeeded,
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
    /// The bookings of this phone or address have their people of that day.
    #[error("daily limit of people reached")]
    PeopleDailyLimit {
        /// People allowed in all bookings of the day.
        max: u32,
        /// Of whom this many could still come.
        left: u32,
    },
    /// The same of children under 14.
    #[error("daily limit of children reached")]
    ChildrenDailyLimit {
        /// Children allowed in all bookings of the day.
        max: u32,
        /// Of whom this many could still come.
        left: u32,
    },
    /// The bookings of this phone or address have their people of the window.
    #[error("window limit of people reached")]
    PeopleWindowLimit {
        /// People allowed in all bookings of the window.
        max: u32,
        /// Days of the window.
        days: u32,
        /// Of whom this many could still come.
        left: u32,
    },
    /// The same of children under 14.
    #[error("window limit of children reached")]
    ChildrenWindowLimit {
        /// Children allowed in all bookings of the window.
        max: u32,
        /// Days of the window.
        days: u32,
        /// Of whom this many could still come.
        left: u32,
    },
    /// This identity document has its bookings of that day, of the window, or of that time.
    #[error("document limit reached")]
    DocumentLimit,
    /// The same of one of several documents in a party.
    #[error("the document of person {nth} has been used for as many bookings as it may")]
    DocumentLimitOf {
        /// Whose it is: the first is who books.
        nth: u32,
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
    /// A date of a series has no room for this party: none of its dates is booked.
    #[error("a date of the series is full")]
    DateFull {
        /// Which date.
        starts_at: Timestamp,
        /// Places left there.
        free: u32,
    },
    /// The dates of this series are booked, changed and given back together.
    #[error("the whole series only")]
    WholeSeriesOnly,
    /// The dates of this activity are booked one by one.
    #[error("single dates only")]
    SingleDatesOnly,
    /// The event asks what was not answered: on its own page, or in the request of whoever books on behalf of somebody; or its
    /// questions changed since they were read.
    #[error("asks questions")]
    AsksQuestions,
    /// Changing and cancelling ended with the day before.
    #[error("changes are over")]
    ChangesOver {
        /// When they ended.
        until: Timestamp,
    },
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
    room(session, party.people.get(), Pool::Individual)
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
    within_limits(policy, now, person, party)
}

/// May the house itself book this party now? Staff book past opening times and personal limits and for parties of any
/// size, also into a session under way; never past the places of their pool and what is anybody's, into a closed session
/// or into one that is over.
pub fn house_may_book(now: Timestamp, session: &SessionFacts, party: Party, pool: Pool) -> Result<(), Refusal> {
    if session.closed {
        return Err(Refusal::SessionClosed);
    }
    if session.ends_at <= now {
        return Err(Refusal::TooLate);
    }
    booking_needed(now, session)?;
    room(session, party.people.get(), pool)
}

/// Is there anything to book? Asked before everything that could only be answered wrongly where nobody needs a place.
pub fn booking_needed(now: Timestamp, session: &SessionFacts) -> Result<(), Refusal> {
    if session.welcomes_all(now) { Err(Refusal::NoBookingNeeded) } else { Ok(()) }
}

fn open_now(policy: &Policy, now: Timestamp, session: &SessionFacts) -> Result<(), Refusal> {
    if session.closed {
        return Err(Refusal::SessionClosed);
    }
    booking_needed(now, session)?;
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

const fn room(session: &SessionFacts, people: u32, pool: Pool) -> Result<(), Refusal> {
    let free = session.free_for(pool);
    if people > free { Err(Refusal::Full { free }) } else { Ok(()) }
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
    } else {
        in_time(policy, now, session.starts_at)
    }
}

/// Is it before the deadline of changes? With a session that is about to begin it is the same as too late for all the rest.
fn in_time(policy: &Policy, now: Timestamp, starts_at: Timestamp) -> Result<(), Refusal> {
    let until = policy.deadline().of(starts_at);
    match policy.deadline() {
        _ if now < until => Ok(()),
        Deadline::MinutesBefore(_) => Err(Refusal::TooLate),
        Deadline::DayBefore => Err(Refusal::ChangesOver { until }),
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
    /// The days of the rolling window, one at least.
    fn window_days(&self) -> i64 {
        i64::from(self.window_days.max(1))
    }

    /// The days that are in a window with a session's: from the first instant to the last (exclusive).
    pub fn window(&self, starts_at: Timestamp) -> (Timestamp, Timestamp) {
        let (day, days) = (local_day(starts_at), self.window_days());
        let first = day.checked_sub(Span::new().days(days - 1)).unwrap_or(day);
        let after = day.checked_add(Span::new().days(days)).unwrap_or(day);
        (start_of_day(first), start_of_day(after))
    }

    /// The day of a session: from its first instant to the next day's.
    pub fn day(&self, starts_at: Timestamp) -> (Timestamp, Timestamp) {
        let day = local(starts_at).date();
        (start_of_day(day), start_of_day(day.tomorrow().unwrap_or(day)))
    }
}

#[cfg(test)]
mod tests;
