//! The words and rules of the house: ids, types that parse, field errors, policies, state machines.
//!
//! No I/O, no clock, no randomness, no database: whatever a rule needs to know is handed to it. The crate compiles for
//! the browser too, so that a form's rules are written once.

pub mod account;
pub mod ambassador;
pub mod booking;
pub mod bus;
mod characters;
pub mod contact;
pub mod custody;
pub mod disclosure;
pub mod document;
pub mod family;
pub mod field;
pub mod files;
#[cfg(test)]
mod golden;
pub mod groups;
pub mod ids;
pub mod ledger;
pub mod lims;
pub mod locale;
pub mod merkle;
mod named;
pub mod numbers;
pub mod outreach;
pub mod requests;
pub mod spark;
pub mod spreadsheet;
pub mod telemetry;
pub mod time;
pub mod two;
pub mod typed;
pub mod webhooks;
pub mod workdays;

pub use locale::Locale;
