//! The use cases on a real Postgres.

mod audit;
mod booking;
mod jobs;
mod messages;
mod vault;
