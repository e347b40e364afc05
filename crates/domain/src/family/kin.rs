//! Who belongs to a family, what each may do in it, what a member agrees to, and what a family is told of.

use crate::custody::{Kind, Pool};
use crate::named::named;

named! {
    /// What somebody is in a family.
    Kin, 4 {
        /// The guardian who made the contract.
        Owner "owner",
        /// The other guardian.
        SecondGuardian "second_guardian",
        /// The child, of age: it is its unit now.
        AdultChild "adult_child",
        /// A guardian whose child took over: only looks.
        FormerGuardian "former_guardian",
    }
}

impl Kin {
    /// Acts for the family: says that a notice was read, where the child is reached.
    pub const fn acts(self) -> bool {
        !matches!(self, Self::FormerGuardian)
    }

    /// One of the office can end that somebody belongs to a family as this. Not that of an owner, of the mother or of a child that took
    /// over: whoever ended it could bring another into their place, who reads what is theirs.
    pub const fn is_ended_by_one(self, mother: bool) -> bool {
        matches!(self, Self::SecondGuardian | Self::FormerGuardian) && !mother
    }

    /// What it becomes once the child has taken over.
    #[must_use]
    pub const fn after_hand_over(self) -> Self {
        match self {
            Self::Owner | Self::SecondGuardian | Self::FormerGuardian => Self::FormerGuardian,
            Self::AdultChild => Self::AdultChild,
        }
    }
}

named! {
    /// What a member of a family is asked to agree to, each by itself.
    Consent, 4 {
        /// The mother: the others of the family read her infectious markers, too.
        MotherResults "mother_results",
        /// The unit, or what is left of it, serves research when it cannot serve a patient.
        Research "research",
        /// Samples that were kept are tested again where a new test becomes usual.
        LaterTests "later_tests",
        /// The bank writes about its events.
        News "news",
    }
}

impl Consent {
    /// Only the mother is asked.
    pub const fn is_the_mothers(self) -> bool {
        matches!(self, Self::MotherResults)
    }

    /// Whether somebody is asked. What is the mother's stays hers after the child took over: she can always take it back.
    pub const fn is_asked_of(self, kin: Kin, mother: bool) -> bool {
        if self.is_the_mothers() { mother } else { kin.acts() }
    }
}

named! {
    /// What a family is told of.
    Notice, 25 {
        /// The tank its unit lies in was too warm.
        Excursion "excursion",
        /// Nothing happens to the unit until something is looked into.
        Held "held",
        /// That is over.
        HoldLifted "hold_lifted",
        /// The unit is kept for good.
        Banked "banked",
        /// The unit was too warm and will not be used.
        Exposed "exposed",
        /// The unit was destroyed.
        Discarded "discarded",
        /// The unit was not taken in.
        Rejected "rejected",
        /// The unit serves research.
        Research "research",
        /// The unit is at another bank.
        TransferredOut "transferred_out",
        /// The unit was given out at the family's wish.
        FamilyReleased "family_released",
        /// The unit, which is the family's own, was used.
        Infused "infused",
        /// A payment is due soon.
        PaymentDue "payment_due",
        /// The term of a contract ends soon.
        ContractEnds "contract_ends",
        /// The term of a contract is over.
        ContractOver "contract_over",
        /// The child is of age today.
        OfAge "of_age",
        /// The child was invited several times and does not answer.
        OfAgeSilent "of_age_silent",
        /// The child has taken over.
        TakenOver "taken_over",
        /// The office invited somebody as the mother.
        InvitedMother "invited_mother",
        /// The office invited somebody as a guardian who is not the mother.
        InvitedGuardian "invited_guardian",
        /// The office sent the child its invitation once more.
        InvitedChild "invited_child",
        /// Somebody came in as the mother.
        JoinedMother "joined_mother",
        /// Somebody came in as a guardian who is not the mother.
        JoinedGuardian "joined_guardian",
        /// The office ended that a guardian belongs to the family.
        MembershipEnded "membership_ended",
        /// Its contract went to another family, and its unit with it.
        UnitPassedOn "unit_passed_on",
        /// Its contract took over the unit of another family.
        UnitTakenOver "unit_taken_over",
    }
}

impl Notice {
    /// What tells of an event of a unit; none of what is only read on the unit's pages. That a unit that was given to everybody served
    /// somebody is not told: it would tell a donor of a patient.
    pub const fn of_event(kind: Kind, pool: Pool) -> Option<Self> {
        Some(match kind {
            Kind::Held => Self::Held,
            Kind::HoldLifted => Self::HoldLifted,
            Kind::Banked => Self::Banked,
            Kind::Exposed => Self::Exposed,
            Kind::Discarded => Self::Discarded,
            Kind::RejectedAtIntake => Self::Rejected,
            Kind::GivenToResearch => Self::Research,
            Kind::TransferredOut => Self::TransferredOut,
            Kind::FamilyReleased => Self::FamilyReleased,
            Kind::Infused if !matches!(pool, Pool::Public) => Self::Infused,
            _ => return None,
        })
    }

    /// What tells that the office invited somebody.
    pub const fn of_invited(kin: Kin, mother: bool) -> Self {
        match (mother, kin) {
            (true, _) => Self::InvitedMother,
            (false, Kin::AdultChild) => Self::InvitedChild,
            (false, _) => Self::InvitedGuardian,
        }
    }

    /// What tells that a guardian came in. Of a child that is of age it is [`Notice::TakenOver`].
    pub const fn of_joined(mother: bool) -> Self {
        if mother { Self::JoinedMother } else { Self::JoinedGuardian }
    }

    /// Somebody of the family is asked to say that it was read.
    pub const fn is_acknowledged(self) -> bool {
        matches!(self, Self::Excursion | Self::Held | Self::Exposed | Self::Discarded | Self::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::{State, next};

    #[test]
    fn after_a_hand_over_only_the_child_acts() {
        for kin in Kin::ALL {
            assert_eq!(kin.after_hand_over().acts(), kin == Kin::AdultChild, "{kin:?}");
        }
    }

    #[test]
    fn nobody_whose_place_another_could_take_is_put_out_by_one() {
        for kin in Kin::ALL {
            assert!(!kin.is_ended_by_one(true), "{kin:?}, the mother");
            let ended = matches!(kin, Kin::SecondGuardian | Kin::FormerGuardian);
            assert_eq!(kin.is_ended_by_one(false), ended, "{kin:?}");
        }
    }

    #[test]
    fn whatever_ends_the_way_of_a_unit_is_told_its_family() {
        let is_end = |to: State| to.is_over() || matches!(to, State::Exposed | State::RejectedAtIntake);
        let ends =
            |kind: Kind| State::ALL.into_iter().any(|from| next(from, kind).is_some_and(|to| to != from && is_end(to)));
        for &kind in Kind::ALL {
            for pool in Pool::ALL {
                let told = Notice::of_event(kind, pool);
                let donated = kind == Kind::Infused && pool == Pool::Public;
                assert!(!ends(kind) || donated || told.is_some(), "{kind:?} of {pool:?}");
                assert!(!donated || told.is_none(), "a donor is told of no patient");
            }
        }
    }

    #[test]
    fn whoever_is_invited_as_the_mother_is_told_of_as_the_mother() {
        for kin in Kin::ALL {
            assert_eq!(Notice::of_invited(kin, true), Notice::InvitedMother, "{kin:?}");
            let expected = if kin == Kin::AdultChild { Notice::InvitedChild } else { Notice::InvitedGuardian };
            assert_eq!(Notice::of_invited(kin, false), expected, "{kin:?}");
        }
        assert_eq!([true, false].map(Notice::of_joined), [Notice::JoinedMother, Notice::JoinedGuardian]);
    }

    #[test]
    fn a_mother_is_asked_of_her_results_whatever_she_is_now_and_nobody_else_is() {
        for kin in Kin::ALL {
            assert!(Consent::MotherResults.is_asked_of(kin, true), "{kin:?}");
            assert!(!Consent::MotherResults.is_asked_of(kin, false), "{kin:?}");
            assert_eq!(Consent::Research.is_asked_of(kin, true), kin.acts(), "{kin:?}");
        }
    }
}
