//! The science bus (booking.md, "Groups and the bus"): a school asks, a coordinator proposes a date with a vehicle and a
//! crew, the school accepts, the bus comes, and afterwards it is counted.
//!
//! Two locks decide. A request's row decides what becomes of the request; a vehicle's and a crew's rows, taken before it
//! and in this order, decide where they go. Below them the database holds that neither is in two places at once. A
//! proposal nobody answered ends by its time alone: whoever looks at it later finds it ended, whether or not a worker ran.

mod after;
mod blackout;
mod change;
mod draft;
mod erase;
mod error;
mod held;
mod planner;
mod public;
mod schedule;
mod seed;
mod triage;
mod view;

pub use after::{CityTally, Marks, MonthTally, Statistics, feedback, feedback_given, statistics, thank_later, visited};
pub use blackout::{BlackoutView, Fate, NewBlackout, Seen, add_blackout, blackouts, colliding, end_blackout};
pub use change::{accept, answer, decline, lapse_due, withdraw};
pub use draft::{DRAFT_DAYS, DraftView, begin, keep, own, prove, read, resend, send, submit};
pub(crate) use erase::{count_due, erase_due};
pub use error::BusError;
pub(crate) use held::{exported, forget, live, withdraw_own};
pub use planner::{
    Crew, Guard, Itinerary, Proposal, Slot, Told, Vehicle, assign, check, fleet, itinerary, propose, propose_guarded,
    slots,
};
pub use public::led_nowhere;
pub use schedule::{PublicStop, feed, schedule};
pub use seed::seed_demo;
pub use triage::{ask, board, messages, refuse, request, reveal, to_itinerary};
pub(crate) use view::load;
pub use view::{Handle, RequestView, StopView, feedback_link, manage_link, view, view_asked_about};
