//! The use cases on a real Postgres.

mod account;
mod ambassadors;
mod audit;
mod booking;
mod bus;
mod db;
mod disclosure;
mod door;
mod exports;
mod files;
mod groups;
mod jobs;
mod ledger;
mod messages;
mod numbers;
mod outreach;
mod privacy;
mod spark;
mod spark_apply;
mod telemetry;
mod vault;
mod webhooks;
