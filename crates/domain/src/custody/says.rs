//! Who says that something happened to a unit: one table of what happened and, of a release, which step. The desk asks it of those who
//! propose and confirm, feeds of what they tell, and records that waited once more when they are tried again.

use super::{Item, Kind};
use crate::account::Capability;

/// By whom it is said that something happened. What asks for more stands after what asks for less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Says {
    /// Anybody of the laboratory, and its system.
    Laboratory,
    /// One of the laboratory with one of quality who confirms it, both named. The laboratory's system tells it where the second whom it
    /// names is somebody of quality, by the role of the account that the code belongs to: two codes are not yet two people with quality.
    WithQuality,
    /// One of the laboratory with one of quality who confirms it. The event names nobody, so that no machine can say who did.
    AtTheDesk,
    /// Two of the laboratory, and the coordinator, of quality, who confirms it: three people, each under an account of their own. A code
    /// that a machine names is nobody's word, and one that names nobody less.
    Coordinated,
    /// Two of quality, each under an account of their own, and no machine.
    Quality,
}

impl Says {
    /// What one has to be able to do to be the first who says it.
    pub const fn begins(self) -> Capability {
        match self {
            Self::Laboratory | Self::WithQuality | Self::AtTheDesk | Self::Coordinated => Capability::HandleUnits,
            Self::Quality => Capability::ReleaseUnits,
        }
    }

    /// What one has to be able to do to be the last, by whom it is said.
    pub const fn confirms(self) -> Capability {
        match self {
            Self::Laboratory => Capability::HandleUnits,
            Self::WithQuality | Self::AtTheDesk | Self::Coordinated | Self::Quality => Capability::ReleaseUnits,
        }
    }

    /// What a machine's word for it is worth.
    pub const fn by_machine(self) -> Word {
        match self {
            Self::Laboratory => Word::Taken,
            Self::WithQuality => Word::Seconded,
            Self::AtTheDesk | Self::Coordinated | Self::Quality => Word::Nobodys,
        }
    }
}

/// What a machine's word is worth. What is worth less stands after what is worth more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Word {
    /// It is taken.
    Taken,
    /// It is taken where the second whom it names may confirm it ([`Says::confirms`]).
    Seconded,
    /// It is nobody's.
    Nobodys,
}

/// By whom it is said that something happened; of a release step, which one is given, or none for one that no list has. What a unit is
/// worth is quality's word, and of a release the judgement (section VI) and the approvals (VIII) are its alone. A section that is not
/// known here is, too: what a later list adds is nobody else's until it is said to be. (Whose a unit is, `assigned`, the house says by
/// a contract: it is asked of nobody here.)
pub fn says(kind: Kind, step: Option<&Item>) -> Says {
    match (kind, step) {
        (Kind::ReleaseStepDone, Some(step)) => match step.section.as_str() {
            "I" | "II" | "III" | "IV" | "V" | "VII" | "IX" | "X" => Says::Laboratory,
            _ => Says::Quality,
        },
        (Kind::Shipped, _) => Says::Coordinated,
        (Kind::Listed | Kind::Exposed, _) => Says::AtTheDesk,
        (
            Kind::Banked
            | Kind::HoldLifted
            | Kind::ReleaseApproved
            | Kind::Discarded
            | Kind::GivenToResearch
            | Kind::TransferredOut
            | Kind::FamilyReleased
            | Kind::Corrected,
            _,
        ) => Says::WithQuality,
        _ => Says::Laboratory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn step(section: &str) -> Item {
        let code = format!("step_of_{section}");
        Item { position: 1, code, section: section.to_owned(), zh: "一步".to_owned(), en: "A step".to_owned() }
    }

    fn line(name: &str, says: Says) -> String {
        let able = |capability: Capability| format!("{capability:?}");
        let machine = match says.by_machine() {
            Word::Taken => "yes",
            Word::Seconded => "with a second who confirms",
            Word::Nobodys => "no",
        };
        format!("{name}: begins {}, confirms {}, machine {machine}", able(says.begins()), able(says.confirms()))
    }

    /// The whole table against the file that people review. `UPDATE_GOLDEN=1` rewrites it.
    #[test]
    fn who_says_what_is_the_reviewed_table() {
        let mut table = String::new();
        // What the house alone says, by a contract, is nobody's here.
        for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Assigned) {
            let _ = writeln!(table, "{}", line(kind.name(), says(kind, None)));
            if kind == Kind::ReleaseStepDone {
                for section in ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "vi", ""] {
                    let of = format!("  section {section:?}");
                    let _ = writeln!(table, "{}", line(&of, says(kind, Some(&step(section)))));
                }
            }
        }
        crate::golden::is_the_reviewed_one("custody_says.txt", &table);
    }

    #[test]
    fn what_quality_confirms_is_no_machines_word_alone() {
        for kind in Kind::ALL.iter().copied() {
            let says = says(kind, None);
            assert_eq!(says.confirms() == Capability::ReleaseUnits, says.by_machine() != Word::Taken, "{kind:?}");
        }
    }

    #[test]
    fn a_section_is_asked_of_a_release_and_of_nothing_else() {
        for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::ReleaseStepDone) {
            assert_eq!(says(kind, Some(&step("VI"))), says(kind, None), "{kind:?}");
        }
    }

    #[test]
    fn what_asks_for_more_is_confirmed_by_no_fewer_people_and_no_machine_says_it() {
        let all = [Says::Laboratory, Says::WithQuality, Says::AtTheDesk, Says::Coordinated, Says::Quality];
        assert!(all.is_sorted());
        for pair in all.windows(2) {
            assert!(pair[0].by_machine() <= pair[1].by_machine(), "{pair:?}");
            let theirs = |capability| capability == Capability::ReleaseUnits;
            assert!(!theirs(pair[0].begins()) || theirs(pair[1].begins()), "{pair:?}");
            assert!(!theirs(pair[0].confirms()) || theirs(pair[1].confirms()), "{pair:?}");
        }
    }
}
