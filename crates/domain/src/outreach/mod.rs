//! The words and rules of outreach events (booking.md, "Events"; content.md): what an event is, and what it asks those who
//! register.
//!
//! Places, parties and limits are the booking engine's ([`crate::booking`]); nothing here counts anybody.

mod answers;
mod event;
mod form;

pub use crate::bus::City;
pub use answers::{Answer, Answers, Typed};
pub use event::{Audience, Bilingual, EventKind, ProgrammeItem, Slug};
pub use form::{Choice, Condition, Form, FormFault, Key, Kind, Question, YES};
