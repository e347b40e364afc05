//! Group visits to the museum (booking.md, "Groups and the bus"): a school, a hospital or a company asks, the house asks
//! back, proposes another session or approves, and from then on the group is an ordinary booking of its session: the
//! waiting list, the door, reminders, closing and cancelling know nothing of groups.
//!
//! One lock decides what becomes of a request: its row's. Whatever concerns places takes the sessions' locks after it, in
//! the order of their ids. What happens without anybody doing it (a proposal runs out, the booking is cancelled, the house
//! closes the session, the group arrives) is seen by whoever looks, and written down by whoever acts next.

mod behalf;
mod change;
mod door;
mod draft;
mod erase;
mod file;
mod kind;
mod letter;
mod office;
mod roster;
mod seed;
mod view;

pub use crate::requests::{
    DRAFT_DAYS, accept, answer, ask, decline, keep, led_nowhere, manage_link, messages, own, prove, read, refuse,
    request, resend, reveal, send, submit, submit_on_behalf, view,
};
pub use behalf::{WithFiles, own_with_files};
pub use change::{settle_due, smaller, withdraw};
pub use door::{GroupOfBooking, of_booking};
pub use draft::{begin, choose, offered};
pub(crate) use erase::{count_due_rosters, erase_due_rosters};
pub use file::{LARGEST_FILE, Sent, TEMPLATE};
pub use kind::{DraftView, GroupError, GroupFault, Groups, Handle, Particulars, RequestView};
pub use letter::{LARGEST_LETTER, Letter, LetterView, letter, open_letter, own_letter, remove_letter, save_letter};
pub use office::{Answerable, Proposal, Wanted, approve, board, change_policy, nearby, policy, propose};
pub use roster::{RosterView, export, own_roster, remove_roster, roster, save_roster};
pub use seed::{seed_demo, seed_visit};
pub use view::{BookingSeen, ProposalView, Span};
