//! The use cases on a real Postgres.

mod audit;
mod vault;
