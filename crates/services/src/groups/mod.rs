//! Group visits to the museum (booking.md, "Groups and the bus"): a school, a hospital or a company asks, the house asks
//! back, proposes another session or approves, and from then on the group is an ordinary booking of its session: the
//! waiting list, the door, reminders, closing and cancelling know nothing of groups.
//!
//! One lock decides what becomes of a request: its row's. Whatever concerns places takes the sessions' locks after it, in
//! the order of their ids. What happens without anybody doing it (a proposal runs out, the booking is cancelled, the house
//! closes the session, the group arrives) is seen by whoever looks, and written down by whoever acts next.

mod change;
mod door;
mod draft;
mod erase;
mod error;
mod file;
mod held;
mod office;
mod public;
mod roster;
mod seed;
mod view;

pub use change::{accept, answer, decline, settle_due, smaller, withdraw};
pub use door::{GroupOfBooking, of_booking};
pub use draft::{DRAFT_DAYS, DraftView, begin, choose, keep, offered, own, prove, read, resend, send, submit};
pub(crate) use erase::{count_due, count_due_rosters, erase_due, erase_due_rosters};
pub use error::GroupError;
pub use file::{LARGEST_FILE, Sent, TEMPLATE};
pub(crate) use held::{exported, forget, live, withdraw_own};
pub use office::{
    Answerable, Proposal, Wanted, approve, ask, board, change_policy, messages, nearby, policy, propose, refuse,
    request, reveal,
};
pub use public::led_nowhere;
pub use roster::{RosterView, export, own_roster, remove_roster, roster, save_roster};
pub use seed::seed_demo;
pub use view::{BookingSeen, Handle, ProposalView, RequestView, Span, manage_link, of_account, view};
pub(crate) use view::{link_until, load};
