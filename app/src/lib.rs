//! What people see. Pages are rendered on the server only; in the browser only the islands live.
//!
//! Built twice: with `ssr` for the server (everything), with `hydrate` for the browser (islands and the few words they
//! are given as props). A page reads its [`Visit`] from Leptos' context, awaits a service, and returns a view made of the
//! components in [`ui`]. Nothing here decides: policies are asked in `services`, rules live in `domain`.

// A page's type is the tree of its elements, and the longest is deeper than 128.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` is the server's side, `hydrate` the browser's: one build is one side");

pub mod islands;
pub mod ui;

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod activity;
#[cfg(feature = "ssr")]
mod ambassadors;
#[cfg(feature = "ssr")]
pub mod bus;
#[cfg(feature = "ssr")]
pub mod calls;
#[cfg(feature = "ssr")]
mod cases;
#[cfg(feature = "ssr")]
mod committee;
#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
mod custody;
#[cfg(feature = "ssr")]
mod desk;
#[cfg(feature = "ssr")]
mod disclosure;
#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
mod exports;
#[cfg(feature = "ssr")]
mod family;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod gallery;
#[cfg(feature = "ssr")]
mod groups;
#[cfg(feature = "ssr")]
mod home;
#[cfg(feature = "ssr")]
pub mod i18n;
#[cfg(feature = "ssr")]
mod ledger;
#[cfg(feature = "ssr")]
mod letters;
#[cfg(feature = "ssr")]
mod lims;
#[cfg(feature = "ssr")]
pub mod local_path;
#[cfg(feature = "ssr")]
mod mailbox;
#[cfg(feature = "ssr")]
pub mod museum;
#[cfg(feature = "ssr")]
mod notices;
#[cfg(feature = "ssr")]
mod numbers;
#[cfg(feature = "ssr")]
mod objections;
#[cfg(feature = "ssr")]
mod outreach;
#[cfg(feature = "ssr")]
pub mod preferences;
#[cfg(feature = "ssr")]
pub mod problem;
#[cfg(feature = "ssr")]
mod profiles;
#[cfg(feature = "ssr")]
pub mod render;
#[cfg(feature = "ssr")]
mod requests;
#[cfg(feature = "ssr")]
mod reviews;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
mod rubric;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod spark;
#[cfg(feature = "ssr")]
pub mod tanks;
#[cfg(feature = "ssr")]
pub mod unsent;
#[cfg(feature = "ssr")]
pub mod visit;
#[cfg(feature = "ssr")]
mod webhooks;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub use {routes::App, shell::shell, visit::Visit};
