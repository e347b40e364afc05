//! Why something of the telemetry was not done.

use domain::account::Denied;
use domain::field::FieldError;
use jiff::SignedDuration;

/// Why nothing was done or shown.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No such tank, channel or alarm.
    #[error("not found")]
    NotFound,
    /// More readings in one batch than are taken.
    #[error("too many")]
    TooMany,
    /// What was typed cannot be taken.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Somebody else did something with it since it was shown.
    #[error("changed since")]
    Changed,
    /// What was proposed is what is.
    #[error("unchanged")]
    Unchanged,
    /// A mute, and a version of the rules, is confirmed by another than who asks for it.
    #[error("the same person")]
    SamePerson,
    /// A channel has one mute, and one drill, at a time; the rules have one draft.
    #[error("already")]
    Already,
    /// The code of a display is unknown, over, or another used it. Nobody says which.
    #[error("the code was not accepted")]
    CodeNotGood,
    /// Tried too often: again after so long.
    #[error("too often")]
    Limited(SignedDuration),
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// What is stored is none of ours: a fault of the house.
    #[error("unreadable: {0}")]
    Unreadable(&'static str),
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for TelemetryError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) {
            return Self::Busy;
        }
        match store::constraint_of(&error) {
            // Somebody else's key: nothing that is said here may help to find out whose.
            Some("wall_display_token_once") => Self::CodeNotGood,
            Some(
                "telemetry_mute_once"
                | "telemetry_channel_code"
                | "telemetry_alarm_once"
                | "telemetry_alarm_drill_once"
                | "telemetry_channel_once"
                | "telemetry_rules_draft_once",
            ) => Self::Already,
            Some("telemetry_mute_two_people" | "telemetry_rules_two_people" | "telemetry_rules_draft_two_people") => {
                Self::SamePerson
            }
            Some(
                "telemetry_alarm_over" | "telemetry_alarm_way" | "telemetry_alarm_event_pkey" | "telemetry_rules_pkey",
            ) => Self::Changed,
            _ => Self::Database(error),
        }
    }
}
