//! The HTTP surface: the real router over a real Postgres, with three kinds of user.

mod account_pages;
mod ambassadors;
mod api;
mod bus;
mod canary;
mod config;
mod disclosure;
mod events;
mod groups;
mod layers;
mod limits;
mod listener;
mod ops;
mod pages;
mod places;
mod process;
mod releases;
mod routes;
mod spark;
mod spark_apply;
mod spark_papers;
mod staff_pages;
mod steady;
mod storm;
mod support;
mod waiting;
