//! What is measured of tanks and rooms, and what is alarmed about (custody.md, telemetry): kinds of channels, rules as data, what
//! a rule says of what was read ([`evaluate`]), the states of an alarm ([`AlarmState`]), and how the rules are changed ([`change`]).
//!
//! Nothing here reads a clock or a table. What an excursion means for a unit is `domain::custody`'s.

pub mod change;
mod channel;
mod evaluate;
mod excursion;
mod rules;
mod state;

pub use channel::{ChannelCode, ChannelKind, Quality};
pub use evaluate::{Sample, Verdict, Window, evaluate};
pub use excursion::{Limits, Run, runs};
pub use rules::{AGAIN, Check, Rule, Rules, Rung, Severity};
pub use state::{AlarmEvent, AlarmState, Open, follow};
