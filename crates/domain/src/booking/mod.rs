//! The booking engine's words and rules (booking.md): parties, references, policies, admission at the door.
//!
//! Decisions only. Who holds which places is asked of the database by `services::booking`, under a lock, and handed in.

mod door;
mod identity;
mod no_show;
mod party;
mod pass;
mod policy;
mod pools;
mod reference;
mod release;
mod reminders;
mod roster;
mod rules;
mod series;
mod waiting;

pub use door::{Admission, DoorRefusal, PassFacts, admit, admit_against_the_clock};
pub use identity::{IdentityRule, documents_fit};
pub use no_show::{marked_from, remembered_since, suspended_until};
pub use party::{Particulars, Party, PartySize};
pub use pass::{Pass, UnverifiedPass};
pub use policy::{
    BookedVisit, BookingFacts, ChangesEnd, Deadline, Heads, PeopleLimits, Policy, Refusal, SessionFacts,
    booking_needed, documents_within_limits, house_may_book, may_book, may_cancel, may_have_children, may_move,
    opens_at, within_limits,
};
pub use pools::{EARLIEST_RELEASE, Places, Pool, PoolFacts, Pools, Share, Split};
pub use reference::Reference;
pub use release::{FIRST_PACE, LEAST_PACE, Line, ReleaseRules, Room, Standing, TOLD};
pub use reminders::{Reminder, after_quiet, is_quiet, plan as plan_reminders};
pub use roster::{AtTheDoor, RosterBooking, RosterSession, decide as decide_at_the_door};
pub use rules::{Difference, RULES, Rule, Setting, Shape, Theme, Unit};
pub use series::SeriesRule;
pub use waiting::{
    Standstill, WaitingEvent, WaitingState, first_that_fit, may_take, may_wait, offer_until, owed, standstill,
};
