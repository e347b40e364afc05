//! What surrounds every request, from outside in. One file per layer; [`crate::router`] puts them together.

pub mod admission;
pub mod body;
pub mod client_address;
pub mod headers;
pub mod house_errors;
pub mod language;
pub mod observe;
pub mod origin;
pub mod session;
