//! The use cases on a real Postgres.

mod account;
mod ambassadors;
mod audit;
mod booking;
mod bus;
mod db;
mod door;
mod exports;
mod groups;
mod jobs;
mod messages;
mod numbers;
mod outreach;
mod privacy;
mod spark;
mod vault;
mod webhooks;
