//! What is measured of tanks and rooms: the feed of the gateways ([`feed`]), ten-minute values and the end of raw readings
//! ([`keep`]), the watch over everything that is alarmed about ([`watch`]), what people do about it ([`acknowledge`], [`ask_mute`],
//! [`drill`], [`propose_rules`]), and what its pages show ([`board`], [`history`]).
//!
//! Nothing here knows a person but by the account who acted; what an excursion means for a unit is written into its chain by
//! `custody`.

mod act;
mod board;
mod channels;
mod deviations;
mod displays;
mod error;
mod excursions;
mod feed;
mod history;
mod keep;
mod ladder;
mod offer;
mod places;
mod rules;
mod seed;
mod watch;

pub use act::{MUTE_MINUTES, REASON, acknowledge, ask_mute, confirm_mute, drill, end_mute};
pub use board::{
    AlarmStory, AlarmView, Board, ChannelView, Filled, MuteView, RoomView, STALE, TankView, alarm, board, wall,
};
pub use channels::{CHANNELS, FedChannel, channels, end_channel, fed_channels, set_up_channel};
pub use deviations::open_deviations;
pub use displays::{
    Display, NewDisplay, add_display, authenticate_display, display_key, displays, pair_display, revoke_display,
};
pub use error::TelemetryError;
pub use excursions::{Excursion, of_tank as excursions_of_tank, of_unit as excursions_of_unit};
pub use feed::{MOST, NewChannel, Reading, Refusal, Taken, add_channel, feed};
pub use history::{History, Line, Lying, Span, Step, histories, history, lying, thermal};
pub use keep::{Kept, RAW_DAYS, keep, roll_up};
pub use offer::{Claim, DisplayOffer, claim_display, confirm_display, display_offer, is_display_key};
pub use places::{RoomPresent, TankPresent, room, tank};
pub use rules::{RULES_REASON, RulesDraft, RulesPage, RulesVersion, confirm_rules, drop_rules, propose_rules, rules};
pub use seed::seed_demo;
pub use watch::{Looked, watch};

use domain::telemetry::Rules;
use jiff::Timestamp;
use sqlx::PgConnection;
use store::telemetry::watch as seen;

/// What is alarmed about at an instant, with its version.
pub(crate) async fn rules_in(db: &mut PgConnection, now: Timestamp) -> Result<(i32, Rules), TelemetryError> {
    let (version, rules) = seen::rules(&mut *db, now).await?.ok_or(TelemetryError::Unreadable("no rules"))?;
    let rules = serde_json::from_value(rules).map_err(|_| TelemetryError::Unreadable("rules"))?;
    Ok((version, rules))
}
