//! Group visits to the museum: their words and rules (booking.md, "Groups and the bus"): what a school, a hospital or a
//! company asks for, the states of a request, what the house's policy demands of it, the list of who comes.
//!
//! Decisions only. Whether a session has room is asked of the booking engine by `services::groups`, under its lock; an
//! approved request is an ordinary booking there.

mod policy;
mod request;
mod roster;
mod state;

pub use policy::{GroupPolicy, Holding};
pub use request::{Ages, Details, Kind, WISHES, smaller, typed, wishes};
pub use roster::{Cell, Column, Entry, LONGEST_LIST, RowFault, class_holds_particulars, from_text, read};
pub use state::{Event, Refused, SETTLED_AFTER, Seen, State, by_itself, next};
