//! The waiting list (候补): joining it, the offers, the answers to them, and what staff see of it.
//!
//! [`line`] decides who is offered what, under the session's lock and in the transaction that made room; [`standing`] says
//! who waits and could come. [`join`] and [`answer`] are what visitors do, [`view`] what they see, [`staff`] what the office
//! sees, [`machine`] what the API and the desk do on behalf of somebody, [`came`] what a party brings. An offer is a hold of the
//! party's own. Nothing here waits for a worker: an offer that has run out is no offer, whoever is alive; the worker
//! ([`pass_on`]) makes the next one, or whoever asks for places next does.
//!
//! A transaction locks sessions first, then persons' keys, then the parties in the lines of all its sessions at once
//! ([`lock_lines`]), each kind in one order.

mod answer;
mod came;
mod join;
mod line;
mod machine;
mod open_door;
mod staff;
mod standing;
mod view;

pub(crate) use answer::leave_for;
pub use answer::{accept, decline, keep_offer_documents, leave, offer_documents};
pub use join::{begin_waiting, bookable_instead, choices, join, keep_wishes, wait_for};
pub use line::pass_on;
pub(super) use line::{end_waiting_for, handed_on, lock_lines, look_again, promote};
pub use machine::{WaitOnBehalf, accept_own, decline_own, leave_own, own_waiting, wait_at_the_desk, wait_on_behalf};
pub(super) use open_door::{EndedBy, Heard, Untold, closed_after_all, end_not_needed, needed_again, tell_the_rest};
pub use staff::{Listed, WaitingList, waiting_list};
pub(super) use standing::{Asked, Standing, standing, standings};
pub use view::{Offer, WaitingView, Wish, own_waiting_link, rests_beside, waiting, waiting_link, waiting_of_account};
pub(crate) use view::{link_until, read as read_waiting};
