//! What is counted of the museum's sessions and of events, and how a number may be shown: the period, occupancy, no-shows,
//! the days between booking and visit, small cells.
//!
//! Every number is one of **sessions that begin in the period** on the calendar of Shandong (Asia/Shanghai), that are open
//! and published; what was closed by the house has no places and nobody to come. Three numbers are of another day and say
//! so: who joined the waiting list (the day they joined), people without a booking (the day they were let in).

mod occupancy;
mod period;
mod schedule;
mod small;

pub use occupancy::{Lead, NoShows, Occupancy, Session, Tally};
pub use period::{LONGEST_DAYS, Period, Unit};
pub use schedule::{Every, Rhythm, Span, What};
pub use small::{Cell, SMALL, shown, shown_together};
