//! The use cases of the house: one file per room, where transactions begin and policies are asked.
//!
//! Knows neither HTTP nor Leptos. A service takes the [`Services`] and a [`Context`] and domain types; it returns domain
//! types or its room's error enum. Only the edge turns an error into a status, a problem document or a page.

pub mod account;
pub mod ambassadors;
pub mod audit;
pub mod booking;
pub mod bus;
pub mod clock;
pub mod context;
pub mod crypto;
pub mod custody;
pub mod db;
mod demo;
mod device_code;
pub mod disclosure;
pub mod door;
pub mod exports;
pub mod family;
pub mod files;
pub mod groups;
pub mod handlers;
pub mod jobs;
pub mod keyset;
mod lanes;
pub mod ledger;
pub mod limits;
pub mod lims;
pub mod machines;
pub mod messages;
pub mod numbers;
pub mod outreach;
pub mod privacy;
pub mod pulse;
pub mod requests;
pub mod snapshot;
pub mod spark;
pub mod spreadsheet;
pub mod telemetry;
pub mod webhooks;

pub use context::{Context, Services};
