//! Pages as they leave the house: whole documents, rendered with the services of a test house.
#![cfg(feature = "ssr")]

mod documents;
mod fields;
mod reading;
mod style;
