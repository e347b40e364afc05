//! What is measured of tanks and rooms: channels, readings, ten-minute values, alarms, excursions.

pub mod alarms;
pub mod channels;
pub mod displays;
pub mod excursions;
pub mod history;
pub mod mutes;
pub mod people;
pub mod readings;
pub mod rollups;
pub mod rules;
pub mod watch;
