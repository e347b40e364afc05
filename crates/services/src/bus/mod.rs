//! The science bus (booking.md, "Groups and the bus"): a school asks, a coordinator proposes a date with a vehicle and a
//! crew, the school accepts, the bus comes, and afterwards it is counted.
//!
//! Two locks decide. A request's row decides what becomes of the request; a vehicle's and a crew's rows, taken before it
//! and in this order, decide where they go. Below them the database holds that neither is in two places at once. A
//! proposal nobody answered ends by its time alone: whoever looks at it later finds it ended, whether or not a worker ran.

mod after;
mod blackout;
mod dates;
mod draft;
mod fleet;
mod kind;
mod photos;
mod planner;
mod schedule;
mod seed;
mod triage;
mod view;
mod wishes;

pub use crate::files::{NewPicture, PictureWords};
pub use crate::requests::{
    DRAFT_DAYS, accept, answer, ask, decline, keep, led_nowhere, manage_link, messages, own, own_on_behalf, prove,
    read, refuse, request, resend, reveal, send, submit, submit_on_behalf, view, withdraw,
};
pub use after::{
    CityTally, Marks, MonthTally, Statistics, export_statistics, feedback, feedback_given, marks, statistics,
    thank_later, visited,
};
pub use blackout::{BlackoutView, Fate, NewBlackout, Seen, add_blackout, blackouts, colliding, end_blackout};
pub use dates::{Slot, slots};
pub use draft::begin;
pub use fleet::{Crew, Named, Unit, Vehicle, fleet, retire_unit, save_unit};
pub use kind::{Bus, BusError, Conflicts, DraftView, Handle, Particulars, RequestView};
pub use photos::{LARGEST_PHOTO, MOST_PHOTOS, PhotoChange, PhotoView, add_photo, change_photo, photo, photos};
pub(crate) use photos::{count_old as count_old_photos, let_go_of_old as let_go_of_old_photos};
pub use planner::{Guard, Itinerary, Proposal, Told, assign, check, itinerary, propose, propose_guarded};
pub use schedule::{PublicStop, StopShown, calendar_file, feed, schedule, stop};
pub use seed::seed_demo;
pub use triage::{board, lapse_due, to_itinerary};
pub use view::{StopView, feedback_link, view_asked_about};
pub(crate) use wishes::sign_of_days;
pub use wishes::{Lost, Wish, Wishes, choose_days, tell_who_lost, wishes};
