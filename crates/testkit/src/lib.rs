//! For tests only: one database per test, cloned from a migrated template, and a house on top of it.
//!
//! Nothing here may be used outside tests: it panics where it cannot go on.

pub mod application;
pub mod authenticator;
pub mod clamd;
mod cluster;
pub mod custody;
mod database;
mod gate;
pub mod golden;
mod house;
pub mod partner;
pub mod smtp;
pub mod wire;

pub use cluster::{Cluster, StopMode};
pub use database::TestDb;
pub use gate::Gate;
pub use house::{MASTER_KEY, TestHouse};
