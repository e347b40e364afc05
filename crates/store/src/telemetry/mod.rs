//! What is measured of tanks and rooms: channels, readings, ten-minute values, alarms, excursions.

pub mod channels;
pub mod excursions;
pub mod readings;
pub mod rollups;
pub mod watch;
