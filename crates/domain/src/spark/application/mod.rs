//! The application to the Spark Project: a form of sections and pages, kept page by page until it is sent, and frozen then.
//!
//! The form is data with a version ([`form::Form`]): what is asked when, of what kind each field is. Everything else follows
//! from it and from what was typed: which pages are asked, how far a section is, what may be sent. A page that is saved against
//! an older state of itself meets a [`draft::Conflict`]; different pages never disturb each other. What is sent is a
//! [`snapshot::Snapshot`], a text that never changes. For what it may be used, [`consent`] says.
//!
//! No words are written here: a section, a page, a field and a choice have names, and their sentences stand with the pages.

pub mod answers;
pub mod consent;
pub mod draft;
pub mod form;
mod kind;
mod migrate;
#[cfg(test)]
mod model_tests;
mod parts;
mod progress;
pub mod snapshot;
#[cfg(test)]
mod tests;
mod version_1;

pub use answers::Answers;
pub use consent::{Consents, Purpose};
pub use draft::{Conflict, Draft, Saved, Unsaved};
pub use form::{Field, Form, Page, Section};
pub use migrate::{Change, migrate};
pub use parts::{Acting, acting};
pub use progress::{Reading, SectionState};
pub use snapshot::Snapshot;

/// Days a draft is kept after it was last saved.
pub const DRAFT_DAYS: i64 = 60;
