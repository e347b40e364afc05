//! What partners are told: what there is to tell ([`events`]), who is told ([`endpoints`]), and how that goes
//! ([`deliveries`]).

pub mod deliveries;
pub mod endpoints;
pub mod events;
