//! Letters (函件): what a family is told in writing when something is decided about its case. A letter is its kind, what is
//! told in it ([`Facts`]) and the version of the texts that made it ([`Version`]); from these the same letter is made again at
//! any time. No field is for whoever judged the case, for what they said of it, or for what the patient has: a reason is one of
//! the [`Ground`]s, whose sentences stand with the texts.

mod capitals;
mod ground;
mod number;
#[cfg(test)]
mod tests;
mod text;

pub use capitals::capitals;
pub use ground::Ground;
pub use number::Number;
pub use text::{Block, Letter, Unwritten, VERSIONS, Version, letter};

use super::{Event, State};
use crate::ledger::Fen;
use crate::named::named;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

named! {
    /// What a letter is about.
    Kind, 12 {
        /// All that was asked for is granted.
        Granted "granted",
        /// A part of it is.
        Partial "partial",
        /// It is not, with the reasons and until when that can be appealed.
        Refused "refused",
        /// It is none of this project's cases, with the reasons and until when that can be appealed.
        Ineligible "ineligible",
        /// It waits for money and keeps its place.
        Deferred "deferred",
        /// What was decided is decided again.
        Recalled "recalled",
        /// What came of the appeal.
        AppealDecided "appeal_decided",
        /// The agreement (协议), to be signed.
        Agreement "agreement",
        /// Its time ran out.
        Lapsed "lapsed",
        /// Money is asked back.
        Clawback "clawback",
        /// It is over as it should be.
        Closed "closed",
        /// Its family took it back.
        Withdrawn "withdrawn",
    }
}

named! {
    /// What was decided, of a letter about an appeal.
    Outcome, 5 {
        /// All that was asked for is granted.
        Granted "granted",
        /// A part is.
        Partial "partial",
        /// Nothing is.
        Refused "refused",
        /// It is none of this project's cases.
        Ineligible "ineligible",
        /// It waits for money.
        Deferred "deferred",
    }
}

impl Outcome {
    /// What an event decides.
    pub const fn of(event: Event) -> Option<Self> {
        match event {
            Event::Grant => Some(Self::Granted),
            Event::GrantPart => Some(Self::Partial),
            Event::Refuse => Some(Self::Refused),
            Event::RuleOut => Some(Self::Ineligible),
            Event::Defer => Some(Self::Deferred),
            _ => None,
        }
    }
}

impl Kind {
    /// The letter that an event makes necessary in a case that is in this state, and was appealed before or not. While a patient
    /// has died the house writes no letter by itself: a person does. What was never sent has no letter
    /// when it lapses or is taken back.
    pub const fn of(from: State, event: Event, appealed: bool) -> Option<Self> {
        if matches!(from, State::DeceasedHold) {
            return None;
        }
        if appealed && event.decides() {
            return Some(Self::AppealDecided);
        }
        match event {
            Event::Grant => Some(Self::Granted),
            Event::GrantPart => Some(Self::Partial),
            Event::Refuse => Some(Self::Refused),
            Event::RuleOut => Some(Self::Ineligible),
            Event::Defer => Some(Self::Deferred),
            Event::Recall => Some(Self::Recalled),
            Event::Stand => Some(Self::Agreement),
            Event::Lapse if !matches!(from, State::Draft) => Some(Self::Lapsed),
            Event::Clawback => Some(Self::Clawback),
            Event::Close | Event::Settle => Some(Self::Closed),
            Event::Withdraw if !matches!(from, State::Draft) => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// The first version of the texts that has it.
    pub const fn since(self) -> u16 {
        match self {
            Self::Withdrawn => 2,
            _ => 1,
        }
    }

    /// What it tells can be appealed.
    pub const fn can_be_appealed(self) -> bool {
        matches!(self, Self::Partial | Self::Refused | Self::Ineligible)
    }
}

/// What is told in a letter. Kept with it under the case's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// K7M4-Q2XR
    pub reference: String,
    /// The letter's own: K7M4-Q2XR-01
    pub number: String,
    /// The day it is of.
    pub day: Date,
    /// Whom it addresses; nobody by name where none is known.
    pub name: Option<String>,
    /// What is granted, or was paid.
    pub amount: Option<Fen>,
    /// In which parts it is paid.
    pub parts: Vec<Fen>,
    /// What came of an appeal.
    pub outcome: Option<Outcome>,
    /// Why.
    pub grounds: Vec<Ground>,
    /// The last day of an appeal.
    pub appeal_until: Option<Date>,
    /// The last day to sign.
    pub sign_until: Option<Date>,
    /// What is asked back.
    pub back: Option<Fen>,
    /// The last day to give it back.
    pub back_until: Option<Date>,
    /// A telephone number.
    pub help: Option<String>,
}

// It says whose a case is: nothing of that stands in a log.
impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Facts({})", self.day)
    }
}
