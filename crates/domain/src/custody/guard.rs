//! What has to be so before a unit goes on. The table says where an event leads; this says what is still missing. Everything that
//! is missing is told at once, so that whoever reads it can do all of it.

use super::{Kind, Pool, TankUse};

impl Pool {
    /// Whether it is offered to others than those it was collected for.
    pub const fn is_for_others(self) -> bool {
        matches!(self, Self::Public)
    }
}

/// What is known of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// For whose use it is kept.
    pub pool: Pool,
    /// Bits of preparation steps that are missing.
    pub steps_missing: u64,
    /// Bits of those steps that the batch record is of.
    pub recorded_missing: u64,
    /// Bits of tests without a final result.
    pub tests_missing: u64,
    /// Bits of steps of the release that are missing before it is approved.
    pub approval_missing: u64,
    /// Bits of those that are missing before it leaves the house.
    pub shipping_missing: u64,
    /// The batch record is signed.
    pub record_signed: bool,
    /// Deviations that are open.
    pub open_deviations: u32,
    /// What the tank is for in which it lies; none: it lies in no slot.
    pub place: Option<TankUse>,
    /// Whoever decides about it agreed that it serves research.
    pub research_agreed: bool,
    /// Minutes on its way, as far as its legs have come; where none came, all since it was collected.
    pub transit_minutes: u32,
    /// From how many minutes on a unit is not taken in.
    pub transit_limit: u32,
}

/// What is missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unmet {
    /// Preparation steps: their bits.
    Steps(u64),
    /// Tests without a final result: their bits.
    Tests(u64),
    /// Steps of the release: their bits.
    Release(u64),
    /// The batch record is not signed.
    RecordUnsigned,
    /// So many deviations are open.
    DeviationsOpen(u32),
    /// It lies in no slot.
    NotPlaced,
    /// It lies in a tank, and that is none for long.
    NotInLongTerm,
    /// It still lies in its slot.
    StillPlaced,
    /// It was on its way for longer than allowed: only a rejection is left.
    TooLongOnTheWay {
        /// How long, in minutes.
        minutes: u32,
    },
    /// Whoever decides about it did not agree that it serves research, or does no longer.
    ResearchNotAgreed,
    /// It is kept for its family, or for a named relative, and is offered to nobody else.
    NotForOthers,
}

impl Unmet {
    /// It will be so once something else has come. What a unit is kept for, and how long it was on its way, does not change; and who
    /// agrees to research later did not agree to what was done before: people look at that, and nothing is kept by itself.
    pub const fn may_come(self) -> bool {
        !matches!(self, Self::TooLongOnTheWay { .. } | Self::NotForOthers | Self::ResearchNotAgreed)
    }

    /// As the end of a translation key.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Steps(_) => "steps",
            Self::Tests(_) => "tests",
            Self::Release(_) => "release",
            Self::RecordUnsigned => "record-unsigned",
            Self::DeviationsOpen(_) => "deviations-open",
            Self::NotPlaced => "not-placed",
            Self::NotInLongTerm => "not-in-long-term",
            Self::StillPlaced => "still-placed",
            Self::TooLongOnTheWay { .. } => "too-long-on-the-way",
            Self::ResearchNotAgreed => "research-not-agreed",
            Self::NotForOthers => "not-for-others",
        }
    }

    /// All codes.
    pub const CODES: [&'static str; 11] = [
        "steps",
        "tests",
        "release",
        "record-unsigned",
        "deviations-open",
        "not-placed",
        "not-in-long-term",
        "still-placed",
        "too-long-on-the-way",
        "research-not-agreed",
        "not-for-others",
    ];
}

/// What is missing before an event of this kind; nothing, mostly.
pub fn guard(kind: Kind, facts: &Facts) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    let mut ask = |missing: bool, what: Unmet| {
        if missing {
            unmet.push(what);
        }
    };
    let (open, placed) = (facts.open_deviations, facts.place.is_some());
    // A test that is done once more has no final result until the next is found: what is not known leaves for nobody's use.
    let for_use = matches!(
        kind,
        Kind::Listed | Kind::ReleaseApproved | Kind::Shipped | Kind::TransferredOut | Kind::FamilyReleased
    );
    ask(for_use && facts.tests_missing != 0, Unmet::Tests(facts.tests_missing));
    match kind {
        Kind::Received => {
            let minutes = facts.transit_minutes;
            ask(minutes > facts.transit_limit, Unmet::TooLongOnTheWay { minutes });
        }
        Kind::RecordSigned => ask(facts.recorded_missing != 0, Unmet::Steps(facts.recorded_missing)),
        Kind::PutAway => ask(placed, Unmet::StillPlaced),
        Kind::TakenOut => ask(!placed, Unmet::NotPlaced),
        Kind::Banked => {
            ask(facts.steps_missing != 0, Unmet::Steps(facts.steps_missing));
            ask(facts.tests_missing != 0, Unmet::Tests(facts.tests_missing));
            ask(!facts.record_signed, Unmet::RecordUnsigned);
            ask(open > 0, Unmet::DeviationsOpen(open));
            ask(!placed, Unmet::NotPlaced);
            ask(placed && facts.place != Some(TankUse::LongTerm), Unmet::NotInLongTerm);
        }
        Kind::Listed => {
            ask(!facts.pool.is_for_others(), Unmet::NotForOthers);
            ask(open > 0, Unmet::DeviationsOpen(open));
        }
        Kind::Reserved | Kind::HoldLifted => ask(open > 0, Unmet::DeviationsOpen(open)),
        Kind::ReleaseApproved => {
            ask(facts.approval_missing != 0, Unmet::Release(facts.approval_missing));
            ask(open > 0, Unmet::DeviationsOpen(open));
        }
        Kind::Retrieved => {
            ask(open > 0, Unmet::DeviationsOpen(open));
            ask(placed, Unmet::StillPlaced);
        }
        Kind::Shipped => {
            ask(facts.shipping_missing != 0, Unmet::Release(facts.shipping_missing));
            ask(open > 0, Unmet::DeviationsOpen(open));
        }
        // What leaves the bank lies in no slot any more.
        Kind::TransferredOut | Kind::FamilyReleased => {
            ask(open > 0, Unmet::DeviationsOpen(open));
            ask(placed, Unmet::StillPlaced);
        }
        Kind::GivenToResearch => {
            ask(placed, Unmet::StillPlaced);
            ask(!facts.research_agreed, Unmet::ResearchNotAgreed);
        }
        Kind::Discarded => ask(placed, Unmet::StillPlaced),
        _ => {}
    }
    unmet
}
