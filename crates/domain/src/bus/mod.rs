//! The science bus's words and rules (booking.md, "Groups and the bus"): what a school asks for, the states of a request,
//! the cities and the way between them, and what makes an itinerary impossible.
//!
//! Decisions only. Which stops a vehicle and a crew already have is asked of the database by `services::bus`, under a lock,
//! and handed in.

mod city;
mod itinerary;
mod request;
mod state;

pub use crate::typed::Typed;
pub use city::{City, MAP_HEIGHT, MAP_WIDTH, Position};
pub use itinerary::{
    BASE, Blackout, Conflict, DAY_TRIP, DUTY, Plan, Planned, SET_UP, Site, Span, TEAR_DOWN, Trip, busy, conflicts,
    duty, travel,
};
pub use request::{Audience, Details, HalfDay, MAX_PEOPLE, PARKING_MAX, typed, wished_days};
pub use state::{Event, Refused, State, next};
