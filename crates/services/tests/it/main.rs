//! The use cases on a real Postgres.

mod audit;
mod booking;
mod vault;
