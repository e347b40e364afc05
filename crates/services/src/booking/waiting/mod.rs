//! The waiting list (候补): joining it, the offers, the answers to them, and what staff see of it.
//!
//! [`line`] decides who is offered what, under the session's lock and in the transaction that made room; [`join`] and
//! [`answer`] are what visitors do, [`view`] what they see, [`staff`] what the office sees. An offer is a hold of the
//! party's own. Nothing here waits for a worker: an offer that has run out is no offer, whoever is alive; the worker
//! ([`pass_on`]) makes the next one.

mod answer;
mod join;
mod line;
mod staff;
mod view;

pub(crate) use answer::leave_for;
pub use answer::{accept, decline, leave};
pub use join::{begin_waiting, bookable_instead, choices, join, keep_wishes};
pub use line::pass_on;
pub(super) use line::{end_waiting_for, owing, promote};
pub use staff::{Listed, WaitingList, waiting_list};
pub(crate) use view::read as read_waiting;
pub use view::{Offer, WaitingView, Wish, waiting, waiting_link};
