//! How full sessions were, who did not come, and how long before people book.

use crate::time::local;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is known of one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    /// When it begins.
    pub starts_at: Timestamp,
    /// Its places, of all pools together.
    pub places: u64,
    /// Parties with a confirmed booking.
    pub parties: u64,
    /// People of these parties.
    pub booked: u64,
    /// Of whom the door let in. People without a booking are not among them.
    pub admitted: u64,
    /// Parties of whom the door let nobody in.
    pub absent: u64,
    /// It is over, and no outage of the door touched it.
    pub over: bool,
}

impl Session {
    /// Whether it says anything of no-shows: it is over, the door worked and let somebody in. A door that nobody kept does not
    /// make a whole session stay away.
    const fn tells_no_shows(&self) -> bool {
        self.over && self.admitted > 0
    }
}

/// Sums of some sessions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Sessions.
    pub sessions: u64,
    /// Their places.
    pub places: u64,
    /// People with a confirmed booking.
    pub booked: u64,
    /// Of whom the door let in.
    pub admitted: u64,
    /// Places of the sessions that are over and whose door worked: of the others nobody knows yet, or ever, who came.
    pub over_places: u64,
    /// Of the people of these sessions, those the door let in.
    pub over_admitted: u64,
    /// Parties that did not come.
    pub no_shows: NoShows,
}

impl Tally {
    fn add(&mut self, session: &Session) {
        self.sessions += 1;
        self.places += session.places;
        self.booked += session.booked;
        self.admitted += session.admitted;
        if session.over {
            self.over_places += session.places;
            self.over_admitted += session.admitted;
        }
        if session.tells_no_shows() {
            self.no_shows.expected += session.parties;
            self.no_shows.absent += session.absent;
        }
    }

    /// People booked of a hundred places, rounded; `None` without places. Above 100 where places were taken away from a session
    /// that was booked.
    pub fn percent_booked(&self) -> Option<u64> {
        percent(self.booked, self.places)
    }

    /// People admitted of a hundred places, of the sessions that are over: half a month that is still to come does not halve it.
    pub fn percent_admitted(&self) -> Option<u64> {
        percent(self.over_admitted, self.over_places)
    }
}

fn percent(part: u64, whole: u64) -> Option<u64> {
    (whole > 0).then(|| (part * 100 + whole / 2) / whole)
}

/// Occupancy as a whole and in its parts, each of which adds up to the whole.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Occupancy {
    /// Of all sessions.
    pub all: Tally,
    /// By the day of the week on which they begin, Monday first.
    pub weekdays: [Tally; 7],
    /// By the hour of the day in which they begin, only hours that have any.
    pub hours: BTreeMap<i8, Tally>,
}

impl Occupancy {
    /// Of these sessions.
    pub fn of<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> Self {
        let mut sums = Self::default();
        for session in sessions {
            let starts = local(session.starts_at);
            sums.all.add(session);
            sums.weekdays[starts.weekday().to_monday_zero_offset() as usize].add(session);
            sums.hours.entry(starts.hour()).or_default().add(session);
        }
        sums
    }
}

/// Parties that did not come. As the door counted: a no-show that staff forgave stays one here, and who came in part came.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct NoShows {
    /// Confirmed parties of the sessions that tell.
    pub expected: u64,
    /// Of whom nobody came.
    pub absent: u64,
}

impl NoShows {
    /// Of a hundred parties, rounded; `None` where none was expected.
    pub fn percent(&self) -> Option<u64> {
        percent(self.absent, self.expected)
    }
}

/// Whole days between the day a booking was made and the day of its visit, of confirmed parties. A booking that was moved keeps
/// the day it was made.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lead(BTreeMap<u32, u64>);

/// The first days of the histogram's bars; the last is open.
const BARS: [u32; 7] = [0, 1, 2, 4, 8, 15, 30];

impl Lead {
    /// From days and the parties of each.
    pub fn new(days: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let mut parties = BTreeMap::new();
        for (days, n) in days {
            *parties.entry(days).or_default() += n;
        }
        Self(parties)
    }

    /// Parties.
    pub fn parties(&self) -> u64 {
        self.0.values().sum()
    }

    /// Parties by days: first day, last day (`None`: and more), parties. They add up to [`Lead::parties`].
    pub fn bars(&self) -> Vec<(u32, Option<u32>, u64)> {
        let until = |i: usize| BARS.get(i + 1).map(|next| next - 1);
        let within = |i: usize| -> u64 { self.0.range(BARS[i]..=until(i).unwrap_or(u32::MAX)).map(|(_, n)| n).sum() };
        (0..BARS.len()).map(|i| (BARS[i], until(i), within(i))).collect()
    }

    /// The fewest days that so many of a hundred parties do not exceed (nearest rank); `None` without parties.
    pub fn quantile(&self, percent: u64) -> Option<u32> {
        let rank = (self.parties() * percent.min(100)).div_ceil(100).max(1);
        let mut passed = 0;
        self.0.iter().find_map(|(days, n)| {
            passed += n;
            (passed >= rank).then_some(*days)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn session(starts_at: &str, [places, parties, booked, admitted, absent]: [u64; 5], over: bool) -> Session {
        let starts_at = starts_at.parse().expect("an instant");
        Session { starts_at, places, parties, booked, admitted, absent, over }
    }

    #[test]
    fn sessions_counted_by_hand() {
        let sessions = [
            // A Tuesday of Shandong that is still Monday in UTC.
            session("2026-07-28T00:30:00+08:00", [10, 3, 7, 5, 1], true),
            session("2026-07-29T00:45:00+08:00", [20, 2, 3, 0, 2], true),
            session("2026-07-29T09:00:00+08:00", [30, 4, 20, 18, 0], false),
        ];
        let sums = Occupancy::of(&sessions);
        // Neither the door that nobody kept nor what is not over tells who stayed away.
        let no_shows = NoShows { expected: 3, absent: 1 };
        assert_eq!(
            sums.all,
            Tally { sessions: 3, places: 60, booked: 30, admitted: 23, over_places: 30, over_admitted: 5, no_shows }
        );
        assert_eq!((sums.all.percent_booked(), sums.all.percent_admitted()), (Some(50), Some(17)), "30 of 60, 5 of 30");
        assert_eq!(sums.weekdays.map(|day| day.sessions), [0, 1, 2, 0, 0, 0, 0]);
        assert_eq!(sums.hours.iter().map(|(hour, sum)| (*hour, sum.booked)).collect::<Vec<_>>(), [(0, 10), (9, 20)]);
        assert_eq!((no_shows.percent(), NoShows::default().percent()), (Some(33), None));
        assert_eq!(sums.weekdays.map(|day| day.no_shows.absent), [0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(Tally::default().percent_booked(), None);
    }

    #[test]
    fn days_before_the_visit_counted_by_hand() {
        let lead = Lead::new([(0, 2), (3, 5), (30, 1), (7, 1), (3, 1)]);
        let parties: Vec<u64> = lead.bars().into_iter().map(|(_, _, n)| n).collect();
        assert_eq!(parties, [2, 0, 6, 1, 0, 0, 1]);
        assert_eq!((lead.quantile(50), lead.quantile(90), lead.quantile(100)), (Some(3), Some(7), Some(30)));
        assert_eq!((lead.quantile(0), Lead::default().quantile(50)), (Some(0), None));
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole(given in proptest::collection::vec((0i64..400_000_000, 0u64..99, 0u64..99), 0..40)) {
            let sessions: Vec<Session> = given.iter().map(|(second, places, booked)| Session {
                starts_at: Timestamp::from_second(1_780_000_000 + second).expect("an instant"),
                places: *places, parties: 1, booked: *booked, admitted: booked / 2, absent: 0, over: places % 2 == 0,
            }).collect();
            let sums = Occupancy::of(&sessions);
            for read in [
                |t: &Tally| t.sessions, |t: &Tally| t.places, |t: &Tally| t.booked, |t: &Tally| t.admitted,
                |t: &Tally| t.over_places, |t: &Tally| t.over_admitted, |t: &Tally| t.no_shows.expected,
            ] {
                prop_assert_eq!(sums.weekdays.iter().map(read).sum::<u64>(), read(&sums.all));
                prop_assert_eq!(sums.hours.values().map(read).sum::<u64>(), read(&sums.all));
            }
            let lead = Lead::new(given.iter().map(|(_, days, n)| (*days as u32, *n)));
            prop_assert_eq!(lead.bars().iter().map(|(_, _, n)| n).sum::<u64>(), lead.parties());
        }
    }
}
