//! The edge of the house: configuration, router, layers, `/api/v1`, workers, subcommands.
//!
//! Decides nothing: a request goes through the layers to a page, a call or an endpoint, which asks one service and turns
//! its answer into a status, a page or a document. The router is here and not in the binary, so that tests use the one
//! that is served.

pub mod api;
pub mod assets;
pub mod cli;
pub mod commands;
pub mod config;
pub mod door_app;
pub mod guard;
pub mod house;
pub mod layers;
pub mod listen;
pub mod logs;
pub mod metrics;
pub mod ops;
pub mod packed;
pub mod pages;
pub mod router;
pub mod serve;
pub mod shared;
pub mod trace;
pub mod trouble;
pub mod workers;
