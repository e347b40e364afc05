//! Channels: what one probe says of one tank or room.

use crate::named::named;
use serde::{Deserialize, Serialize};

named! {
    /// What is measured.
    ChannelKind, 13 {
        /// °C at the top of a tank, below its lid: the warmest place in it.
        TemperatureTop "temperature_top",
        /// °C at the bottom of a tank.
        TemperatureBottom "temperature_bottom",
        /// Liquid nitrogen, % of what a tank holds.
        Ln2Level "ln2_level",
        /// 1 while the lid is open.
        Lid "lid",
        /// 1 while nitrogen is filled in.
        FillValve "fill_valve",
        /// °C of a room.
        RoomTemperature "room_temperature",
        /// Relative humidity of a room, %.
        Humidity "humidity",
        /// Oxygen in the air of a room, %: nitrogen that leaks takes its place.
        Oxygen "oxygen",
        /// 1 while the fan runs.
        Fan "fan",
        /// Differential pressure of a room, Pa.
        Pressure "pressure",
        /// 1 while the first supply has voltage.
        MainsA "mains_a",
        /// 1 while the second has.
        MainsB "mains_b",
        /// How long the batteries last, in minutes.
        UpsMinutes "ups_minutes",
    }
}

impl ChannelKind {
    /// As written behind a value; empty for what is on or off.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::TemperatureTop | Self::TemperatureBottom | Self::RoomTemperature => "°C",
            Self::Ln2Level | Self::Humidity | Self::Oxygen => "%",
            Self::Pressure => "Pa",
            Self::UpsMinutes => "min",
            Self::Lid | Self::FillValve | Self::Fan | Self::MainsA | Self::MainsB => "",
        }
    }

    /// It is on or off.
    pub const fn is_switch(self) -> bool {
        self.unit().is_empty()
    }

    /// Of a tank; the others are of a room.
    pub const fn is_of_tank(self) -> bool {
        matches!(self, Self::TemperatureTop | Self::TemperatureBottom | Self::Ln2Level | Self::Lid | Self::FillValve)
    }

    /// How cold it is where units lie.
    pub const fn is_of_cold(self) -> bool {
        matches!(self, Self::TemperatureTop | Self::TemperatureBottom)
    }

    /// Whether a probe can have measured that: nothing is colder than nitrogen that boils, a share is a share.
    pub fn is_plausible(self, value: f64) -> bool {
        let (least, most) = match self {
            Self::TemperatureTop | Self::TemperatureBottom => (-200.0, 60.0),
            Self::RoomTemperature => (-40.0, 70.0),
            Self::Ln2Level | Self::Humidity | Self::Oxygen => (0.0, 100.0),
            Self::Pressure => (-500.0, 500.0),
            Self::UpsMinutes => (0.0, 10_000.0),
            Self::Lid | Self::FillValve | Self::Fan | Self::MainsA | Self::MainsB => (0.0, 1.0),
        };
        (least..=most).contains(&value)
    }
}

named! {
    /// How good a reading is, as the gateway says, or as the house finds.
    Quality, 5 {
        /// It counts.
        Ok "ok",
        /// The probe did not answer; the gateway repeats what it said last.
        Stale "stale",
        /// No probe can have measured that.
        Implausible "implausible",
        /// The probe is being calibrated.
        Calibration "calibration",
        /// Somebody works on the tank.
        Maintenance "maintenance",
    }
}

impl Quality {
    /// As stored: two bytes of 4.3 million rows a day.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The one of a stored code.
    pub fn of_code(code: i16) -> Option<Self> {
        usize::try_from(code).ok().and_then(|code| Self::ALL.get(code).copied())
    }

    /// Whether the probe itself has said something: a gateway that repeats, or says what cannot be, is silence.
    pub const fn is_heard(self) -> bool {
        matches!(self, Self::Ok | Self::Calibration | Self::Maintenance)
    }
}

/// The name of a channel in the feed: `T-07/temperature_top`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelCode(String);

impl ChannelCode {
    /// Of the code of a tank or a room.
    pub fn of(place: &str, kind: ChannelKind) -> Self {
        Self(format!("{place}/{}", kind.name()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_quality_is_read_as_what_it_was() {
        for quality in Quality::ALL {
            assert_eq!(Quality::of_code(quality.code()), Some(quality));
        }
        assert_eq!((Quality::of_code(5), Quality::of_code(-1)), (None, None));
    }

    #[test]
    fn what_no_probe_can_have_measured_is_implausible() {
        assert!(ChannelKind::TemperatureTop.is_plausible(-196.0));
        assert!(!ChannelKind::TemperatureTop.is_plausible(-273.0), "a broken wire says so");
        assert!(!ChannelKind::Ln2Level.is_plausible(101.0));
        assert!(!ChannelKind::Oxygen.is_plausible(f64::NAN));
    }

    #[test]
    fn every_channel_is_of_a_tank_or_of_a_room_and_the_cold_is_of_tanks() {
        assert_eq!(ChannelKind::ALL.iter().filter(|kind| kind.is_of_tank()).count(), 5);
        assert!(ChannelKind::ALL.iter().filter(|kind| kind.is_of_cold()).all(|kind| kind.is_of_tank()));
    }
}
