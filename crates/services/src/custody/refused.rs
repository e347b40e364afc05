//! Why an event is not kept. Each reason has a word, which is the end of a translation key (`custody-refused-…`) and what a feed is
//! told.

use domain::custody::{Kind, State, Unmet, may_come_later};

/// Why an event is not kept. Nothing of it is written.
#[derive(Clone, PartialEq, Debug)]
pub enum Refused {
    /// There is no such unit.
    NoSuchUnit,
    /// There is a unit of this number.
    AlreadyRegistered,
    /// The unit named and the unit meant are two.
    UnitMismatch,
    /// Nothing more happens to the unit.
    Over(State),
    /// That does not happen where the unit is.
    NoWay {
        /// Where it is.
        from: State,
        /// What was to happen.
        kind: Kind,
    },
    /// Something is missing first.
    Unmet(Vec<Unmet>),
    /// Nobody has this code, on this day.
    UnknownOperator(String),
    /// No step of this code in the unit's list.
    UnknownStep(String),
    /// No test of this code in the unit's list.
    UnknownTest(String),
    /// Two are needed, and one is named.
    NeedsTwo,
    /// Two are needed, and one is named twice.
    SamePerson,
    /// A result is looked over by whoever found it.
    ReviewerIsOperator,
    /// The record is signed by somebody who worked on it.
    SignerWorked,
    /// A deviation is closed by whoever opened it.
    CloserOpened,
    /// A value that cannot be.
    OutOfRange {
        /// Of what.
        analyte: String,
        /// The least.
        least: f64,
        /// The most.
        most: f64,
    },
    /// A result without a value.
    NoValues,
    /// No lot is written like this.
    LotShape(String),
    /// There is no such slot.
    NoSuchSlot,
    /// The tank is for samples.
    SamplesTank,
    /// The tank is for units that are not in the store yet, and this one is.
    QuarantineTank,
    /// Another unit lies there.
    SlotTaken,
    /// The unit lies elsewhere, or nowhere.
    NotInSlot,
    /// Whoever collected it had no valid certificate on the day.
    CertificateInvalid,
    /// There is no such deviation of this unit, or it is closed.
    NoSuchDeviation,
    /// There is a deviation of this name.
    DeviationTaken,
    /// The event to be corrected is not there yet.
    NoSuchEvent,
    /// A text longer than is kept, or an empty one that must not be.
    Text,
    /// It cannot have happened then: more than a day from now, or before the bank was there.
    ImpossibleTime,
    /// Whose a unit is follows from a contract, and nobody else says it.
    OnlyContracts,
    /// The unit is a family's.
    AssignedBefore,
    /// A feed says that it happened before the unit was registered.
    BeforeUnit,
    /// A feed tells what people of quality say at the desk, and nobody for them: which step of a release, or what.
    OnlyQuality(String),
    /// A feed tells what quality confirms, and the second whom it names is nobody of quality: which code.
    SecondNotQuality(String),
    /// A step of a release that reads a value with a bound says none: which step.
    NeedsValue(String),
}

impl Refused {
    /// As the end of a translation key, and for feeds.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchUnit => "no-such-unit",
            Self::AlreadyRegistered => "already-registered",
            Self::UnitMismatch => "unit-mismatch",
            Self::Over(_) => "over",
            Self::NoWay { .. } => "no-way",
            Self::Unmet(_) => "unmet",
            Self::UnknownOperator(_) => "unknown-operator",
            Self::UnknownStep(_) => "unknown-step",
            Self::UnknownTest(_) => "unknown-test",
            Self::NeedsTwo => "needs-two",
            Self::SamePerson => "same-person",
            Self::ReviewerIsOperator => "reviewer-is-operator",
            Self::SignerWorked => "signer-worked",
            Self::CloserOpened => "closer-opened",
            Self::OutOfRange { .. } => "out-of-range",
            Self::NoValues => "no-values",
            Self::LotShape(_) => "lot-shape",
            Self::NoSuchSlot => "no-such-slot",
            Self::SamplesTank => "samples-tank",
            Self::QuarantineTank => "quarantine-tank",
            Self::SlotTaken => "slot-taken",
            Self::NotInSlot => "not-in-slot",
            Self::CertificateInvalid => "certificate-invalid",
            Self::NoSuchDeviation => "no-such-deviation",
            Self::DeviationTaken => "deviation-taken",
            Self::NoSuchEvent => "no-such-event",
            Self::Text => "text",
            Self::ImpossibleTime => "impossible-time",
            Self::OnlyContracts => "only-contracts",
            Self::AssignedBefore => "assigned-before",
            Self::BeforeUnit => "before-unit",
            Self::OnlyQuality(_) => "only-quality",
            Self::SecondNotQuality(_) => "second-not-quality",
            Self::NeedsValue(_) => "needs-value",
        }
    }

    /// All codes.
    pub const CODES: [&'static str; 34] = [
        "no-such-unit",
        "already-registered",
        "unit-mismatch",
        "over",
        "no-way",
        "unmet",
        "unknown-operator",
        "unknown-step",
        "unknown-test",
        "needs-two",
        "same-person",
        "reviewer-is-operator",
        "signer-worked",
        "closer-opened",
        "out-of-range",
        "no-values",
        "lot-shape",
        "no-such-slot",
        "samples-tank",
        "quarantine-tank",
        "slot-taken",
        "not-in-slot",
        "certificate-invalid",
        "no-such-deviation",
        "deviation-taken",
        "no-such-event",
        "text",
        "impossible-time",
        "only-contracts",
        "assigned-before",
        "before-unit",
        "only-quality",
        "second-not-quality",
        "needs-value",
    ];

    /// The same event may be kept once something else has come: a feed keeps it and tries again.
    pub fn may_come_later(&self) -> bool {
        match self {
            Self::NoSuchUnit
            | Self::UnknownOperator(_)
            | Self::UnknownStep(_)
            | Self::UnknownTest(_)
            | Self::SecondNotQuality(_)
            | Self::NoSuchDeviation
            | Self::SlotTaken
            | Self::NotInSlot
            | Self::NoSuchEvent
            | Self::CertificateInvalid => true,
            Self::Unmet(unmet) => unmet.iter().all(|one| one.may_come()),
            Self::NoWay { from, kind } => may_come_later(*from, *kind),
            _ => false,
        }
    }
}

/// For logs and feeds: the code, and what names the place; never anything of a person.
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Over(state) => write!(f, "over: the unit is {}", state.name()),
            Self::NoWay { from, kind } => write!(f, "no-way: no {} of a unit that is {}", kind.name(), from.name()),
            Self::Unmet(unmet) => {
                let codes: Vec<&str> = unmet.iter().map(|one| one.code()).collect();
                write!(f, "unmet: {}", codes.join(", "))
            }
            Self::UnknownOperator(code)
            | Self::UnknownStep(code)
            | Self::UnknownTest(code)
            | Self::OnlyQuality(code)
            | Self::SecondNotQuality(code)
            | Self::NeedsValue(code) => {
                write!(f, "{}: {code}", self.code())
            }
            Self::OutOfRange { analyte, least, most } => write!(f, "out-of-range: {analyte} is {least} to {most}"),
            _ => f.write_str(self.code()),
        }
    }
}
