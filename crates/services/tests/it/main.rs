//! The use cases on a real Postgres.

mod account;
mod audit;
mod booking;
mod privacy;
mod vault;
