//! Where a unit can be, and which event leads where: one table, held against a golden file. The database has the same ways
//! (`custody_way`, by migration), and refuses a state that is written by any other.

use super::{DeviationKind, Kind};
use crate::named::named;
use std::sync::LazyLock;

named! {
    /// How far a unit is.
    State, 22 {
        /// It has a number; a birth is expected.
        Expected "expected",
        /// Collected at birth.
        Collected "collected",
        /// On its way to the bank.
        InTransit "in_transit",
        /// In the bank, and not yet worked on.
        Received "received",
        /// Being prepared.
        Processing "processing",
        /// Frozen; what is known of it is not complete yet.
        FrozenQuarantine "frozen_quarantine",
        /// Kept for good: 56 of 56, 15 of 15, signed, nothing open.
        Banked "banked",
        /// In the register of units that fit others.
        Listed "listed",
        /// Reserved for a patient.
        Reserved "reserved",
        /// Tested once more, for the patient.
        CtTesting "ct_testing",
        /// May leave.
        ReleaseApproved "release_approved",
        /// Out of its tank for the journey.
        Retrieved "retrieved",
        /// Left the bank.
        Shipped "shipped",
        /// In the hospital.
        Delivered "delivered",
        /// Given to the patient.
        Infused "infused",
        /// Not taken in.
        RejectedAtIntake "rejected_at_intake",
        /// Destroyed.
        Discarded "discarded",
        /// Given to research.
        Research "research",
        /// Nothing happens to it until what is open is looked into; it comes back to where it was.
        QuarantineHold "quarantine_hold",
        /// Warmed, and not to be used.
        Exposed "exposed",
        /// At another bank.
        TransferredOut "transferred_out",
        /// Given out at the family's wish.
        FamilyReleased "family_released",
    }
}

impl State {
    /// Some patient waits for it.
    pub const fn is_for_a_patient(self) -> bool {
        matches!(
            self,
            Self::Reserved
                | Self::CtTesting
                | Self::ReleaseApproved
                | Self::Retrieved
                | Self::Shipped
                | Self::Delivered
        )
    }

    /// Nothing more happens to it, beside paper: corrections, deviations, whose it is, the follow-up of a patient.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Infused | Self::Discarded | Self::Research | Self::TransferredOut | Self::FamilyReleased)
    }

    /// Released into the store, and not yet taken from it for a journey: it lies in a long-term tank.
    pub const fn is_in_store(self) -> bool {
        matches!(self, Self::Banked | Self::Listed | Self::Reserved | Self::CtTesting | Self::ReleaseApproved)
    }

    /// Something that is found wrong can stop it: it is in the bank's hands, and meant to be used.
    pub const fn can_be_held(self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::Processing
                | Self::FrozenQuarantine
                | Self::Banked
                | Self::Listed
                | Self::Reserved
                | Self::CtTesting
                | Self::ReleaseApproved
                | Self::Retrieved
        )
    }
}

impl Kind {
    /// It says what was seen or done, and is kept in whatever order it comes. All others are transitions.
    pub const fn is_observation(self) -> bool {
        matches!(
            self,
            Self::TransportLeg
                | Self::StepDone
                | Self::TestStarted
                | Self::TestRepeated
                | Self::TestFinal
                | Self::RecordSigned
                | Self::TakenOut
                | Self::DeviationOpened
                | Self::DeviationClosed
                | Self::ReleaseStepDone
                | Self::Corrected
                | Self::Assigned
        )
    }

    /// Paper: it is kept of a unit that is over, too. A family may come to the record of its unit after that was given.
    const fn is_paper(self) -> bool {
        matches!(self, Self::Corrected | Self::DeviationOpened | Self::DeviationClosed | Self::Assigned)
    }
}

/// Where a unit is, and while it is held, where it comes back to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Standing {
    state: State,
    held_in: Option<State>,
}

impl Standing {
    /// Of a unit that has just been registered.
    pub const EXPECTED: Self = Self { state: State::Expected, held_in: None };

    /// As stored; `None` for a hold that holds nothing, or what cannot be held, and for anything else that holds.
    pub fn new(state: State, held_in: Option<State>) -> Option<Self> {
        let fits = match (state, held_in) {
            (State::QuarantineHold, Some(held)) => held.can_be_held(),
            (State::QuarantineHold, None) => false,
            (_, held) => held.is_none(),
        };
        fits.then_some(Self { state, held_in })
    }

    /// Where it is.
    pub const fn state(self) -> State {
        self.state
    }

    /// Where it comes back to.
    pub const fn held_in(self) -> Option<State> {
        self.held_in
    }

    /// How far it is, held or not.
    pub fn reached(self) -> State {
        self.held_in.unwrap_or(self.state)
    }

    /// Where it is after an event of this kind; `None`: that does not happen here. Guards are asked beside it
    /// ([`super::guard`]).
    pub fn after(self, kind: Kind) -> Option<Self> {
        match (self.state, self.held_in, kind) {
            (State::QuarantineHold, Some(held), Kind::HoldLifted) => Some(Self { state: held, held_in: None }),
            // A second reason to hold it changes nothing.
            (State::QuarantineHold, Some(_), Kind::Held) => Some(self),
            // Work that was begun is finished, and a unit is frozen rather than lost; only what it is for waits.
            (State::QuarantineHold, Some(held), Kind::StepDone | Kind::PutAway) => {
                next(held, kind).filter(|to| to.can_be_held()).map(|to| Self { held_in: Some(to), ..self })
            }
            (state, _, Kind::Held) => next(state, kind).map(|to| Self { state: to, held_in: Some(state) }),
            (state, _, _) => next(state, kind).map(|to| {
                let held_in = self.held_in.filter(|_| to == State::QuarantineHold);
                Self { state: to, held_in }
            }),
        }
    }
}

/// The table. Observations leave a unit where it is, but for the first step of the preparation. What a hold comes back to says
/// [`Standing::after`].
pub const fn next(state: State, kind: Kind) -> Option<State> {
    use Kind as K;
    use State as S;
    Some(match (state, kind) {
        (S::Expected, K::Collected) => S::Collected,
        (S::Collected, K::TransportStarted) => S::InTransit,
        (S::InTransit, K::Received) => S::Received,
        (S::InTransit | S::Received | S::Processing, K::RejectedAtIntake) => S::RejectedAtIntake,
        (S::Received, K::StepDone) => S::Processing,
        // Its steps may have come before it was received.
        (S::Received | S::Processing, K::PutAway) => S::FrozenQuarantine,
        (S::FrozenQuarantine, K::Banked) => S::Banked,
        (S::Banked, K::Listed) => S::Listed,
        (S::Listed, K::Unlisted) => S::Banked,
        (S::Banked | S::Listed, K::Reserved) => S::Reserved,
        (S::Reserved | S::CtTesting | S::ReleaseApproved, K::ReservationEnded) => S::Banked,
        (S::Reserved, K::ConfirmatoryTesting) => S::CtTesting,
        (S::CtTesting, K::ReleaseApproved) => S::ReleaseApproved,
        (S::ReleaseApproved, K::Retrieved) => S::Retrieved,
        (S::Retrieved, K::Shipped) => S::Shipped,
        (S::Shipped, K::Delivered) => S::Delivered,
        (S::Delivered, K::Infused) => S::Infused,
        // To another tank or slot.
        (
            S::FrozenQuarantine
            | S::Banked
            | S::Listed
            | S::Reserved
            | S::CtTesting
            | S::ReleaseApproved
            | S::Exposed
            | S::QuarantineHold,
            K::PutAway,
        ) => state,
        (
            S::FrozenQuarantine
            | S::Banked
            | S::Listed
            | S::Reserved
            | S::CtTesting
            | S::ReleaseApproved
            | S::Retrieved
            | S::Shipped
            | S::Delivered
            | S::QuarantineHold,
            K::Exposed,
        ) => S::Exposed,
        (
            S::RejectedAtIntake
            | S::Received
            | S::Processing
            | S::FrozenQuarantine
            | S::Banked
            | S::Listed
            | S::Delivered
            | S::Exposed
            | S::QuarantineHold,
            K::Discarded,
        ) => S::Discarded,
        (
            S::RejectedAtIntake | S::FrozenQuarantine | S::Banked | S::Exposed | S::QuarantineHold,
            K::GivenToResearch,
        ) => S::Research,
        (S::Banked, K::TransferredOut) => S::TransferredOut,
        (S::Banked, K::FamilyReleased) => S::FamilyReleased,
        (held, K::Held) if held.can_be_held() => S::QuarantineHold,
        // The patient's follow-up ends after the infusion.
        (S::Infused, K::ReleaseStepDone) => state,
        (over, seen) if over.is_over() && seen.is_paper() => state,
        (over, _) if over.is_over() => return None,
        (_, seen) if seen.is_observation() => state,
        _ => return None,
    })
}

/// All changes of state that there are, as the database has them: those of the table, and back from a hold.
pub fn ways() -> Vec<(State, State)> {
    let mut ways: Vec<(State, State)> = Vec::new();
    for from in State::ALL {
        for kind in Kind::ALL {
            if let Some(to) = next(from, *kind).filter(|to| *to != from) {
                ways.push((from, to));
            }
        }
        if from.can_be_held() {
            ways.push((State::QuarantineHold, from));
        }
    }
    ways.sort_unstable();
    ways.dedup();
    ways
}

/// As [`ways`]: asked of each of many records that wait, and made once.
static WAYS: LazyLock<Vec<(State, State)>> = LazyLock::new(ways);

/// Whether an event that does not happen in `from` still may, once what comes before it has come: a feed keeps it and tries
/// it again.
pub fn may_come_later(from: State, kind: Kind) -> bool {
    let (mut seen, mut left) = (vec![from], vec![from]);
    while let Some(at) = left.pop() {
        for (_, to) in WAYS.iter().filter(|(of, to)| *of == at && *to != State::QuarantineHold) {
            if !seen.contains(to) {
                seen.push(*to);
                left.push(*to);
            }
        }
    }
    kind != Kind::Registered && seen.into_iter().any(|state| state != from && next(state, kind).is_some())
}

impl DeviationKind {
    /// Holds a unit at once, where it can be held: what it is, or whether it was kept cold, is in doubt. Others only keep it
    /// from being banked or given out while they are open.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Excursion | Self::Label | Self::Recall)
    }
}
