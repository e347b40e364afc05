//! Outreach events: what an event has beside its activity, its questions, what was answered. Rows as they are;
//! `services::outreach` gives them meaning.

pub mod answers;
pub mod events;
pub mod forms;
pub mod pictures;
