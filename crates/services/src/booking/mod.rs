//! The booking engine (booking.md): claims on places, drafts, changes, what people see, the staff's hand, the door.
//!
//! One lock decides: the session's row. Everything that makes a session fuller goes through [`claims`] or, for moves,
//! through [`change`], and takes that lock first; the database's trigger is the net below.

mod act;
mod board;
mod calendar;
mod change;
mod claims;
mod closing;
mod document;
mod door;
mod draft;
mod entrance;
mod error;
mod find;
mod kept;
mod missing_date;
mod no_shows;
mod office;
mod open_door;
mod persons;
mod pools;
mod public;
mod rebook;
mod retry;
mod rules;
mod seed;
mod series;
mod tell;
mod view;
mod waiting;
pub(crate) mod within;

pub use act::{Reached, Scope, Touched, touched};
pub use board::{session_now, sessions};
pub(crate) use calendar::seen_by_all;
pub use calendar::{Calendar, Museum, Planned, SessionView, Timetable, museum};
pub use change::{
    Answering, Handle, Remember, Work, cancel, change_and_remember, change_party, change_party_of, move_to,
};
pub use claims::{
    Booked, Brought, Channel, Claims, Guard, OnBehalf, Person, Replied, book, book_bringing, book_showing,
};
pub use closing::{Closing, close, closing_handlers, closing_reason, reopen};
pub(crate) use document::ends_of_documents;
pub use document::{keep_documents, reveal_documents};
pub(crate) use door::{Applied, Offline, Scan, apply, count_once};
pub use door::{
    DoorAnswer, Found, Ticket, admit, find, find_by_name, inside, leave, read_pass, searched_name, walk_in, walk_in_to,
};
pub(crate) use draft::DRAFT_LIFE;
pub use draft::{DraftView, begin, confirm, keep_typed, prove, read, resend, save, take_other};
pub use entrance::{
    Entrance, Plan, Release, Waits, call_off, plan as plan_release, promise_seeds, release, releases,
    standing as ticket_standing, usual_rules,
};
pub use error::BookingError;
pub use find::{PAGE, Wanted, bookings_of_session, event_titles, search};
pub use kept::{Kept, seen_by};
pub use missing_date::book_missing;
pub use no_shows::{
    Declared, Marked, NoShow, Outage, TakenBack, declare_outage, lift_no_show, mark_no_shows, no_show_of, no_shows,
    outages,
};
pub(crate) use no_shows::{came, no_show_at};
pub use office::{
    ExceptionView, TemplateView, add_exception, add_session, add_template, change_places, end_template, exceptions,
    make_sessions, reconcile, reveal, templates,
};
pub(crate) use open_door::notes as open_door_notes;
pub use open_door::{OpenDoor, booking_again, open_door, open_door_handlers, open_door_note};
pub use public::led_nowhere;
pub(crate) use rebook::alternative_spans;
pub use rebook::{Rebooking, rebook, rebook_link, rebooking};
pub(crate) use rules::changes as rule_changes;
pub use rules::{REASON as RULES_REASON, RulesVersion, change_rules, rules, rules_history, rules_of};
pub use seed::{seed_days, seed_demo};
pub(crate) use series::read_series;
pub use series::{
    SeriesOnBehalf, SeriesView, begin_series, book_series, cancel_series, cancel_series_and_remember, own_series,
    series_of, series_with,
};
pub(crate) use tell::tell_session;
pub(crate) use view::views;
pub use view::{BookingState, BookingView, manage_link, of_account, pass_text, view};
pub use waiting::{
    Listed, Offer, WaitOnBehalf, WaitingList, WaitingView, Wish, accept, accept_own, begin_waiting, bookable_instead,
    choices, decline, decline_own, join, keep_offer_documents, keep_wishes, leave as leave_waiting, leave_own,
    offer_documents, own_waiting, own_waiting_link, pass_on, rests_beside, wait_at_the_desk, wait_for, wait_on_behalf,
    waiting, waiting_link, waiting_list, waiting_of_account,
};
pub(crate) use waiting::{leave_for, link_until, read_waiting};

/// The word of the museum among the activities.
pub const MUSEUM: &str = "museum";
