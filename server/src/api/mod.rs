//! `/api/v1`: what machines call. JSON in, JSON out, problem documents when something is in the way.

pub mod problem;

use crate::house::House;
use crate::router::{Policy, Routes};
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde_json::Value;

/// The routes of the API.
pub fn routes(_house: &House) -> Routes {
    Routes::default().add(
        "GET",
        "/.well-known/jwks.json",
        Policy::Open("public keys: doors and partners verify passes and tokens with them"),
        get(async |State(house): State<House>| Json(house.services.vault.jwks())),
    )
}

/// The OpenAPI document.
pub fn document() -> Value {
    Value::Null
}
