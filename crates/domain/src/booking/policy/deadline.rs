//! Until when a booking is cancelled and changed by whoever made it.

use super::{Policy, minutes_before};
use crate::named::named;
use crate::time::{local_day, start_of_day};
use jiff::Timestamp;

named! {
    /// How the deadline is said.
    #[derive(Default)]
    ChangesEnd, 2 {
        /// So many minutes before the session begins.
        #[default]
        MinutesBefore "minutes-before",
        /// The day before, at 24:00.
        DayBefore "day-before",
    }
}

impl ChangesEnd {
    /// The deadline of everything that says nothing else: not written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Until when a booking is cancelled and changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deadline {
    /// So many minutes before the session begins.
    MinutesBefore(i32),
    /// The day before, at 24:00 in Shandong: the instant the session's day begins.
    DayBefore,
}

impl Deadline {
    /// The first instant at which it is too late for a session.
    pub fn of(self, starts_at: Timestamp) -> Timestamp {
        match self {
            Self::MinutesBefore(minutes) => minutes_before(starts_at, minutes),
            Self::DayBefore => start_of_day(local_day(starts_at)),
        }
    }
}

impl Policy {
    /// Until when a booking is cancelled and changed by whoever made it.
    pub const fn deadline(&self) -> Deadline {
        match self.changes_end {
            ChangesEnd::MinutesBefore => Deadline::MinutesBefore(self.change_minutes_before),
            ChangesEnd::DayBefore => Deadline::DayBefore,
        }
    }
}

#[cfg(test)]
mod tests;
