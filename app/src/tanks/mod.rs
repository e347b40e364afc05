//! Tanks of liquid nitrogen and the rooms they stand in, for those who watch over them: the list, a tank and a room with their
//! history, an alarm with what happened to it, what is alarmed about, the wall board and its displays.

mod alarm;
pub mod calls;
pub mod displays;
mod list;
mod parts;
mod room;
mod rules;
pub mod rules_edit;
pub mod scan;
mod tank;
mod wall;
mod words;

pub use alarm::AlarmPage;
pub use displays::{DISPLAY_COOKIE, DisplayNew, Displays, WallPair, display_cookie};
pub use list::Tanks;
pub use room::RoomPage;
pub use rules::AlarmRules;
pub use rules_edit::AlarmRulesChange;
pub use scan::{DisplayScan, WallScan};
pub use tank::TankPage;
pub use wall::WallBoard;
pub(crate) use words::thermal_chart;

use crate::problem::Problem;
use services::telemetry::TelemetryError;

/// Where the list stands; below it each tank.
const AT: &str = "/staff/tanks";
/// Below it each room in which tanks stand.
const ROOMS: &str = "/staff/tanks/rooms";
/// What is alarmed about.
const RULES: &str = "/staff/tanks/rules";
/// New values of it.
const RULES_CHANGE: &str = "/staff/tanks/rules/change";
/// Below it each alarm.
const ALARMS: &str = "/staff/alarms";
/// The displays of the wall board.
const DISPLAYS: &str = "/staff/tanks/displays";
/// A new one.
const DISPLAYS_NEW: &str = "/staff/tanks/displays/new";
/// Where a display types its code.
const PAIR: &str = "/wall";
/// The wall board.
pub const WALL: &str = "/staff/wall";
/// Everything a display may ask for: the board, and whether it is still so.
pub const ON_A_DISPLAY: [&str; 2] = [WALL, wall::NOW];

impl From<TelemetryError> for Problem {
    fn from(error: TelemetryError) -> Self {
        match error {
            TelemetryError::Denied(_) => Self::Forbidden,
            TelemetryError::NotFound => Self::NotFound,
            TelemetryError::Busy => Self::Busy,
            TelemetryError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of tanks failed");
                Self::Broken
            }
        }
    }
}
