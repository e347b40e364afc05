//! A release (放号): many sessions open for booking at one instant, and more people come than there are places.
//!
//! Those who come before the opening or within its first seconds are drawn in a random order; those who come later stand
//! behind them in the order they came; so many a second are let in. Here stand the numbers of the line and how they move
//! on. The order of the draw is `services::booking::entrance`'s, since it needs a keyed hash.

use crate::named::named;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

named! {
    /// Whether a room stands before the form.
    #[derive(Default)]
    Room, 3 {
        /// When more come than can be served at once.
        #[default]
        Auto "auto",
        /// From the first visitor on: who is quick has no advantage at all.
        Always "always",
        /// Never: everybody goes straight to the form.
        Never "never",
    }
}

/// What an activity does when sessions of it open for booking.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseRules {
    /// Whether a room stands before the form.
    pub room: Room,
    /// Tickets are given out from this many minutes before the opening.
    pub early_minutes: u16,
    /// Who comes within this many seconds after it is drawn together with those who were there before.
    pub draw_seconds: u16,
    /// So many need no room ([`Room::Auto`]).
    pub calm: u16,
    /// The most who are let in within a second, however idle the house is.
    pub per_second: u16,
    /// After this many minutes the rush is over and nobody is asked for a ticket any more.
    pub room_minutes: u16,
}

impl ReleaseRules {
    /// Whether they are the usual ones.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for ReleaseRules {
    fn default() -> Self {
        Self { room: Room::Auto, early_minutes: 10, draw_seconds: 30, calm: 10, per_second: 50, room_minutes: 60 }
    }
}

/// The pace a line begins with, people a minute: ten a second. What it becomes is measured.
pub const FIRST_PACE: u32 = 600;
/// The slowest pace, people a minute: a line never stands still.
pub const LEAST_PACE: u32 = 60;
/// Claims answered within this time leave room for more …
const BRISK: SignedDuration = SignedDuration::from_millis(150);
/// … and claims that take longer than this are too many.
const SLOW: SignedDuration = SignedDuration::from_millis(500);
/// After the draw nobody is let in for this long, because so long it takes until everybody has asked how it ended: the first
/// of the draw is not to hear of it when the places are gone to the tenth, who happened to ask sooner.
pub const TOLD: SignedDuration = SignedDuration::from_secs(3);
/// What a line that nobody stands in saves up for those who come next.
const SAVED: SignedDuration = SignedDuration::from_secs(1);

/// The numbers of a release's line. Tickets are numbered from 1 in the order they were given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// When booking opens.
    pub opens_at: Timestamp,
    /// Until when those who come are drawn.
    pub draw_until: Timestamp,
    /// Whether a room stands before the form.
    pub room: Room,
    /// So many need no room.
    pub calm: u32,
    /// The most people a minute.
    pub most: u32,
    /// Tickets given out.
    pub arrived: u32,
    /// Places of the line that have been let in: never more than `arrived`.
    pub admitted: u32,
    /// The draw is of the tickets after this one. None: nobody has to be drawn.
    pub drawn_from: Option<u32>,
    /// The draw is of the tickets up to this one. None: it has not taken place.
    pub drawn_to: Option<u32>,
    /// People a minute, as measured.
    pub pace: u32,
    /// Up to when people were let in.
    pub advanced_at: Timestamp,
    /// When the pace was measured.
    pub paced_at: Timestamp,
}

/// Where a ticket stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Booking has not opened.
    Early,
    /// It is in the draw, which has not taken place.
    Drawing,
    /// So many are before it.
    Waiting {
        /// Tickets let in before this one.
        ahead: u32,
    },
    /// It is let in.
    Admitted,
}

impl Line {
    /// A line nobody stands in yet.
    pub fn new(rules: &ReleaseRules, opens_at: Timestamp, now: Timestamp) -> Self {
        let most = u32::from(rules.per_second.max(1)).saturating_mul(60);
        Self {
            opens_at,
            draw_until: opens_at + SignedDuration::from_secs(i64::from(rules.draw_seconds)),
            room: rules.room,
            calm: u32::from(rules.calm),
            most,
            arrived: 0,
            admitted: 0,
            drawn_from: (rules.room == Room::Always).then_some(0),
            drawn_to: None,
            pace: FIRST_PACE.min(most),
            advanced_at: opens_at,
            paced_at: now.max(opens_at),
        }
    }

    /// The line at `now`: the room is put up if too many are there, the draw takes place when its time is over, and whoever
    /// has waited long enough for the pace is let in.
    #[must_use]
    pub fn advanced(self, now: Timestamp) -> Self {
        if now < self.opens_at {
            return self;
        }
        if self.room == Room::Never {
            return Self { admitted: self.arrived, advanced_at: now, ..self };
        }
        if now < self.draw_until {
            return match self.drawn_from {
                Some(_) => self,
                None if self.arrived > self.calm => Self { drawn_from: Some(self.admitted), ..self },
                None => Self { admitted: self.arrived, advanced_at: now, ..self },
            };
        }
        // Nobody looked at it between the opening and here, every server being down: too many were there all the same, and who
        // was early is worth no more for that.
        let unseen = self.drawn_from.is_none() && self.advanced_at <= self.opens_at && self.arrived > self.calm;
        let line = if unseen { Self { drawn_from: Some(self.admitted), ..self } } else { self };
        line.drawn().let_in(now)
    }

    /// The draw is over: who comes from now on stands behind it.
    fn drawn(self) -> Self {
        match (self.drawn_from, self.drawn_to) {
            (Some(_), None) => Self { drawn_to: Some(self.arrived), advanced_at: self.draw_until + TOLD, ..self },
            _ => self,
        }
    }

    fn let_in(self, now: Timestamp) -> Self {
        if now < self.advanced_at {
            return self;
        }
        // Idle time saves up for a second's worth at most: after an outage nobody is let in by the thousand.
        let since = self.advanced_at.max(now - SAVED);
        let millis = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(0);
        let pace = u64::from(self.pace.max(LEAST_PACE));
        let waiting = self.arrived.saturating_sub(self.admitted);
        let fit = u32::try_from(millis * pace / 60_000).unwrap_or(u32::MAX).min(waiting);
        // Only the time that was used is spent: what is left of it counts towards the next.
        let spent = SignedDuration::from_millis(i64::try_from((u64::from(fit) * 60_000).div_ceil(pace)).unwrap_or(0));
        Self { admitted: self.admitted + fit, advanced_at: since + spent, ..self }
    }

    /// The line with the pace that fits how long claims took since it was last measured: faster by half while they are
    /// answered briskly and somebody waits, slower by a third when they are not.
    #[must_use]
    pub fn paced(self, now: Timestamp, answered_in: Option<SignedDuration>) -> Self {
        let Some(took) = answered_in else { return self };
        let pace = if took > SLOW {
            self.pace / 3 * 2
        } else if took < BRISK && self.admitted < self.arrived {
            self.pace.saturating_add(self.pace / 2)
        } else {
            self.pace
        };
        Self { pace: pace.clamp(LEAST_PACE.min(self.most), self.most), paced_at: now, ..self }
    }

    /// One more ticket; its number.
    pub fn arrives(&mut self) -> u32 {
        self.arrived = self.arrived.saturating_add(1);
        self.arrived
    }

    /// Whether the ticket's place depends on the draw.
    pub fn is_drawn(&self, number: u32) -> bool {
        self.drawn_from.is_some_and(|from| number > from) && self.drawn_to.is_none_or(|to| number <= to)
    }

    /// Tickets of the draw.
    pub fn in_draw(&self) -> u32 {
        self.drawn_from.map_or(0, |from| self.drawn_to.unwrap_or(self.arrived).saturating_sub(from))
    }

    /// Where the ticket `number` stands; `lot` is its place among the drawn, from 1, once the draw has taken place.
    pub fn standing(&self, number: u32, lot: Option<u32>, now: Timestamp) -> Standing {
        if now < self.opens_at {
            return Standing::Early;
        }
        let place = match (self.is_drawn(number), self.drawn_from, lot) {
            (true, Some(from), Some(lot)) if self.drawn_to.is_some() => from + lot,
            (true, ..) => return Standing::Drawing,
            (false, ..) => number,
        };
        if place <= self.admitted { Standing::Admitted } else { Standing::Waiting { ahead: place - self.admitted - 1 } }
    }

    /// How long somebody with so many before them waits at the present pace, in seconds; never 0.
    pub fn wait_seconds(&self, ahead: u32, now: Timestamp) -> u32 {
        let until_then = u64::try_from(self.advanced_at.duration_since(now).as_secs()).unwrap_or(0);
        let seconds = until_then + (u64::from(ahead) + 1) * 60 / u64::from(self.pace.max(1));
        u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).expect("an instant")
    }

    fn line(room: Room) -> Line {
        let rules = ReleaseRules { room, ..ReleaseRules::default() };
        Line::new(&rules, at(0), at(-60_000))
    }

    fn come(mut line: Line, people: u32) -> Line {
        (0..people).for_each(|_| {
            line.arrives();
        });
        line
    }

    #[test]
    fn a_few_see_no_room_at_all() {
        let early = come(line(Room::Auto), 4);
        assert_eq!(early.advanced(at(-1)).standing(1, None, at(-1)), Standing::Early);
        let open = early.advanced(at(0));
        assert!((1..=4).all(|n| open.standing(n, None, at(0)) == Standing::Admitted));
        let later = come(open.advanced(at(60_000)), 1).advanced(at(60_000));
        assert_eq!(later.standing(5, None, at(60_000)), Standing::Admitted, "long after the draw too");
    }

    #[test]
    fn many_are_drawn_and_who_comes_later_stands_behind_all_of_them() {
        let open = come(line(Room::Auto), 40).advanced(at(0));
        assert_eq!((open.drawn_from, open.admitted), (Some(0), 0));
        assert_eq!(open.standing(1, None, at(1)), Standing::Drawing, "being first is worth nothing");
        let more = come(open.advanced(at(29_000)), 10);
        let drawn = come(more.advanced(at(30_000)), 1);
        assert_eq!((drawn.in_draw(), drawn.drawn_to), (50, Some(50)));
        assert_eq!(drawn.standing(50, Some(1), at(30_000)), Standing::Waiting { ahead: 0 });
        assert_eq!(drawn.standing(1, Some(50), at(30_000)), Standing::Waiting { ahead: 49 });
        assert_eq!(drawn.standing(51, None, at(30_000)), Standing::Waiting { ahead: 50 });
    }

    #[test]
    fn who_was_early_is_drawn_though_nobody_could_look_until_the_draw_was_over() {
        let drawn = come(line(Room::Auto), 40).advanced(at(60_000));
        assert_eq!((drawn.drawn_from, drawn.drawn_to), (Some(0), Some(40)));
        assert_eq!(
            drawn.standing(1, Some(40), at(60_000)),
            Standing::Waiting { ahead: 29 },
            "being first is worth nothing"
        );
        assert_eq!(drawn.advanced(at(61_000)).in_draw(), 40, "and it is drawn once");
        let few = come(line(Room::Auto), 8).advanced(at(60_000));
        assert_eq!(few.drawn_from, None, "a few need no room then either");
        let late = come(line(Room::Auto).advanced(at(60_000)), 40).advanced(at(61_000));
        assert_eq!(late.drawn_from, None, "who comes after the draw stands in the order they came");
    }

    #[test]
    fn nobody_is_let_in_before_everybody_could_hear_how_the_draw_ended() {
        let drawn = come(line(Room::Always), 500).advanced(at(30_000));
        let told = drawn.advanced(at(31_500)).advanced(at(33_000));
        assert_eq!((told.admitted, told.wait_seconds(0, at(31_000))), (0, 2), "asking often begins nothing sooner");
        assert_eq!(told.advanced(at(33_500)).admitted, 5);
        // A server that slept through all of it lets in a second's worth, no more.
        assert_eq!(come(line(Room::Always), 500).advanced(at(90_000)).admitted, 10);
    }

    #[test]
    fn a_planned_room_draws_even_two_and_a_room_that_is_off_nobody() {
        let planned = come(line(Room::Always), 2).advanced(at(10));
        assert_eq!(planned.standing(1, None, at(10)), Standing::Drawing);
        let off = come(line(Room::Never), 500).advanced(at(10));
        assert!((1..=500).all(|n| off.standing(n, None, at(10)) == Standing::Admitted));
    }

    #[test]
    fn the_pace_follows_what_was_measured_within_its_bounds() {
        let waiting = come(line(Room::Always), 1000).advanced(at(30_000));
        let quick = Some(SignedDuration::from_millis(20));
        let faster = (0..20).fold(waiting, |line, _| line.paced(at(31_000), quick));
        assert_eq!(faster.pace, 3000, "never beyond the policy's");
        let slower = (0..40).fold(faster, |line, _| line.paced(at(31_000), Some(SignedDuration::from_secs(2))));
        assert_eq!(slower.pace, LEAST_PACE, "and never at a stand");
        assert_eq!(waiting.paced(at(31_000), None).pace, waiting.pace, "nothing measured, nothing changed");
    }

    proptest! {
        /// However it is called, the line lets in no faster than its pace, spends no time twice and never goes back.
        #[test]
        fn nobody_is_let_in_faster_than_the_pace(
            steps in proptest::collection::vec((1i64..3_000, 0u32..50), 1..60), pace in 60u32..3_000,
        ) {
            let mut line = Line { pace, ..come(line(Room::Always), 200) };
            let (mut now, began) = (30_000, 33_000);
            for (after, people) in steps {
                now += after;
                let before = line;
                let advanced = line.advanced(at(now));
                prop_assert_eq!(advanced.advanced(at(now)).admitted, advanced.admitted, "the same instant twice");
                line = come(advanced, people);
                prop_assert!(line.admitted >= before.admitted && line.admitted <= line.arrived);
                let most = (now - began + 1_000).max(0) * i64::from(pace) / 60_000 + 1;
                prop_assert!(i64::from(line.admitted) <= most, "{} within {} ms at {pace}", line.admitted, now - began);
            }
        }

        /// Places are a permutation: nobody stands where somebody else does, whatever the lots are.
        #[test]
        fn no_two_tickets_have_one_place(early in 0u32..40, late in 0u32..40, turn in 0u32..40) {
            let drawn = come(come(line(Room::Always), early).advanced(at(30_000)), late);
            let mut places: Vec<u32> = (1..=drawn.arrived).map(|number| {
                let lot = drawn.is_drawn(number).then(|| (number + turn) % early + 1);
                match drawn.standing(number, lot, at(30_000)) {
                    Standing::Waiting { ahead } => ahead,
                    other => panic!("{other:?}"),
                }
            }).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..early + late).collect::<Vec<_>>());
        }
    }
}
