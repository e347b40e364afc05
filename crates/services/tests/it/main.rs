//! The use cases on a real Postgres.

mod audit;
mod booking;
mod privacy;
mod vault;
