//! The papers (材料) of an application: which kinds there are, how many and how large, and the way of one from the moment it
//! comes until it may be used. What a file is and why one is not taken stands in [`crate::files`].

use super::application::consent::Use;
use crate::files::Refusal;
use crate::named::named;

/// Bytes of one file at most.
pub const LARGEST: u32 = 10 * 1024 * 1024;
/// Files of one application at most.
pub const MOST: usize = 30;
/// Bytes of all its files at most.
pub const TOTAL: u64 = 200 * 1024 * 1024;
/// Pages of one PDF at most.
pub const PAGES: u32 = 200;
/// Files that one form may carry.
pub const AT_ONCE: usize = 5;
/// Files that were refused are told of until so many others were.
pub const REFUSED_KEPT: usize = 10;
/// The shortest reason of somebody who looks at the papers of a case that is another's, in characters.
pub const SHORTEST_REASON: usize = 5;
/// And the longest.
pub const LONGEST_REASON: usize = 200;
/// The longest note of what cannot be read on a paper, in characters.
pub const LONGEST_NOTE: u32 = 200;

named! {
    /// What a paper shows.
    Kind, 6 {
        /// Who the patient and the family are.
        Identity "identity",
        /// Who acts for a patient that is not of age.
        Guardianship "guardianship",
        /// What the illness is.
        Diagnosis "diagnosis",
        /// What the treatment costs, or did.
        Bills "bills",
        /// What the family has.
        Income "income",
        /// Anything else.
        Other "other",
    }
}

impl Kind {
    /// A medical reviewer who was asked about the case may see it. No other: what names the family, its costs and its means is
    /// nothing a physician judges.
    pub const fn is_medical(self) -> bool {
        matches!(self, Self::Diagnosis)
    }

    /// A case is not complete without one: who the patient is, what the illness is, what it costs and what the family has; of a
    /// patient under age also who acts for them.
    pub const fn is_wanted(self, under_age: bool) -> bool {
        match self {
            Self::Identity | Self::Diagnosis | Self::Bills | Self::Income => true,
            Self::Guardianship => under_age,
            Self::Other => false,
        }
    }

    /// What the family has to have agreed to before the house looks at it.
    pub const fn needs(self) -> &'static [Use] {
        match self {
            Self::Identity | Self::Guardianship | Self::Other => &[],
            Self::Diagnosis => &[Use::JudgeHealth],
            Self::Bills => &[Use::JudgeHealth, Use::WeighMeans],
            Self::Income => &[Use::WeighMeans],
        }
    }
}

named! {
    /// What an officer who read a paper says of it.
    Verdict, 2 {
        /// It shows what it is to show.
        Fine "fine",
        /// It cannot be read, or not what matters on it.
        Unreadable "unreadable",
    }
}

/// How far the papers of one kind are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// There is none, and one is wanted.
    Missing,
    /// There is none, and none has to be.
    None,
    /// Nobody has read one of them.
    Unread,
    /// None of them can be read.
    Unreadable,
    /// All were read, and one at least shows what it is to show.
    Fine,
}

impl Standing {
    /// How far the papers of a kind are of which this was said, one by one; `None` of one that nobody has read.
    pub fn of(wanted: bool, said: impl IntoIterator<Item = Option<Verdict>>) -> Self {
        let mut standing = if wanted { Self::Missing } else { Self::None };
        for verdict in said {
            standing = match (standing, verdict) {
                (Self::Unread, _) | (_, None) => Self::Unread,
                (Self::Fine, _) | (_, Some(Verdict::Fine)) => Self::Fine,
                (_, Some(Verdict::Unreadable)) => Self::Unreadable,
            };
        }
        standing
    }

    /// The family has to send one before the case is complete.
    pub const fn is_lacking(self) -> bool {
        matches!(self, Self::Missing | Self::Unreadable)
    }
}

named! {
    /// Where a paper stands.
    State, 5 {
        /// It has its place among the others; its bytes are on their way.
        Received "received",
        /// Its bytes are here, and nobody has looked at them.
        Quarantine "quarantine",
        /// The scanner knows nothing bad of it.
        Scanned "scanned",
        /// It is what its name says, can do nothing, and is kept.
        Usable "usable",
        /// It is not taken. Nothing of it is kept but its name and why.
        Refused "refused",
    }
}

/// What happens to a paper on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// All its bytes are here.
    Arrive,
    /// The scanner has looked it over.
    Pass,
    /// It was read to its end, and is kept.
    Keep,
    /// Something is wrong with it.
    Refuse,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 4] = [Self::Arrive, Self::Pass, Self::Keep, Self::Refuse];
}

impl State {
    /// Where a step leads; `None` where there is no such way. Nothing is used that was not scanned, and what is used or refused
    /// stays that.
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Received, Step::Arrive) => Some(Self::Quarantine),
            (Self::Quarantine, Step::Pass) => Some(Self::Scanned),
            (Self::Scanned, Step::Keep) => Some(Self::Usable),
            (Self::Received | Self::Quarantine | Self::Scanned, Step::Refuse) => Some(Self::Refused),
            _ => None,
        }
    }

    /// It takes one of the places.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Refused)
    }
}

/// Whether one more file of so many bytes may come, beside so many that have so many bytes together.
///
/// # Errors
/// `Empty`, `TooLarge`, `TooMany`, `Full`: in this order, so that a file nobody could send is told of first.
pub const fn room(bytes: u64, (files, all): (usize, u64)) -> Result<(), Refusal> {
    if bytes == 0 {
        Err(Refusal::Empty)
    } else if bytes > LARGEST as u64 {
        Err(Refusal::TooLarge)
    } else if files >= MOST {
        Err(Refusal::TooMany)
    } else if all + bytes > TOTAL {
        Err(Refusal::Full)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    #[test]
    fn there_is_room_up_to_the_last_byte_and_not_for_one_more() {
        assert_eq!(room(10 * MB, (29, 190 * MB)), Ok(()));
        assert_eq!(room(0, (0, 0)), Err(Refusal::Empty));
        assert_eq!(room(10 * MB + 1, (30, 0)), Err(Refusal::TooLarge));
        assert_eq!(room(1, (30, 0)), Err(Refusal::TooMany));
        assert_eq!(room(1, (29, 200 * MB)), Err(Refusal::Full));
        assert_eq!(room(10 * MB, (29, 190 * MB + 1)), Err(Refusal::Full));
    }

    #[test]
    fn nothing_is_used_that_was_not_scanned_and_the_end_is_the_end() {
        let ways: Vec<_> = State::ALL
            .into_iter()
            .flat_map(|from| Step::ALL.into_iter().filter_map(move |step| Some((from, step, from.after(step)?))))
            .collect();
        assert_eq!(
            ways,
            [
                (State::Received, Step::Arrive, State::Quarantine),
                (State::Received, Step::Refuse, State::Refused),
                (State::Quarantine, Step::Pass, State::Scanned),
                (State::Quarantine, Step::Refuse, State::Refused),
                (State::Scanned, Step::Keep, State::Usable),
                (State::Scanned, Step::Refuse, State::Refused),
            ]
        );
    }

    #[test]
    fn a_kind_is_lacking_until_one_of_it_can_be_read() {
        let (fine, unreadable) = (Some(Verdict::Fine), Some(Verdict::Unreadable));
        for (wanted, said, expected) in [
            (true, vec![], Standing::Missing),
            (false, vec![], Standing::None),
            (true, vec![None], Standing::Unread),
            (true, vec![unreadable], Standing::Unreadable),
            (true, vec![unreadable, None], Standing::Unread),
            (true, vec![None, fine], Standing::Unread),
            (true, vec![unreadable, fine], Standing::Fine),
            (false, vec![fine, unreadable], Standing::Fine),
        ] {
            assert_eq!(Standing::of(wanted, said.clone()), expected, "{said:?}");
            assert_eq!(expected.is_lacking(), matches!(expected, Standing::Missing | Standing::Unreadable));
        }
    }

    #[test]
    fn who_acts_for_a_child_is_wanted_of_children_only() {
        let wanted = |under_age| Kind::ALL.into_iter().filter(|kind| kind.is_wanted(under_age)).collect::<Vec<_>>();
        assert_eq!(wanted(false), [Kind::Identity, Kind::Diagnosis, Kind::Bills, Kind::Income]);
        assert_eq!(wanted(true), [Kind::Identity, Kind::Guardianship, Kind::Diagnosis, Kind::Bills, Kind::Income]);
    }

    #[test]
    fn a_physician_sees_what_is_judged_and_nothing_of_means() {
        let seen: Vec<_> = Kind::ALL.into_iter().filter(|kind| kind.is_medical()).collect();
        assert_eq!(seen, [Kind::Diagnosis]);
        assert!(seen.iter().all(|kind| !kind.needs().contains(&Use::WeighMeans)));
    }
}
