//! The use cases on a real Postgres.

mod account;
mod ambassadors;
mod audit;
mod booking;
mod bus;
mod custody;
mod custody_proof;
mod db;
mod disclosure;
mod door;
mod exports;
mod family;
mod files;
mod groups;
mod jobs;
mod ledger;
mod lims;
mod messages;
mod numbers;
mod outreach;
mod privacy;
mod spark;
mod spark_apply;
mod telemetry;
mod vault;
mod webhooks;
