//! Who reviews a case: by speciality, load and conflict, and by lot where these leave a choice.
//!
//! Two reviewers are chosen together, never from one hospital; a third on divergence, or one in somebody's place, is
//! chosen beside those who are there. Of all who can, the set with the least load is taken; among sets with equal loads
//! the lots decide, which are handed in. So the same facts always give the same reviewers, in whatever order people are
//! listed, and for everybody else there is a reason.

use super::conflict::{Act, Barred, CaseFacts, Conflict, Link, Reviewer, may};
use crate::ids::{AccountId, HospitalId};
use std::collections::BTreeSet;
use std::fmt;

/// The most reviews one person has open at a time.
pub const MOST_OPEN: usize = 12;
/// Business days after which an open review weighs no more than before.
const AGES: u32 = 15;
/// What a review weighs on its first day, in days of its age.
const FRESH: u32 = 5;

/// A speciality (诊疗科目) by its number in the national list of them (医疗机构诊疗科目名录): `03.05` is haematology
/// 血液内科, `03` internal medicine 内科 as a whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Speciality(String);

impl Speciality {
    /// One or more pairs of digits with dots between them; `None` for anything else.
    pub fn new(number: &str) -> Option<Self> {
        let pair = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        number.split('.').all(pair).then(|| Self(number.to_owned()))
    }

    /// Whoever has this one judges cases of the other: the same, or a part of it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Speciality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What somebody's open reviews weigh.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Load(u32);

impl Load {
    /// Of reviews that are open for so many business days each. The older one is, the more it weighs, up to four times a
    /// fresh one: whoever is late gets nothing more until that is done.
    pub fn of(ages: &[u32]) -> Self {
        Self(ages.iter().fold(0, |sum: u32, age| sum.saturating_add(FRESH + (*age).min(AGES))))
    }
}

/// Somebody who could be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Who, with what ties them.
    pub reviewer: Reviewer,
    /// What they know.
    pub specialities: Vec<Speciality>,
    /// Their open reviews: for how many business days each.
    pub open: Vec<u32>,
    /// They take no cases at present.
    pub away: bool,
    /// Their lot for this case: among equals the smaller one is asked. Drawn by the service that asks.
    pub lot: u64,
}

impl Candidate {
    fn load(&self) -> Load {
        Load::of(&self.open)
    }

    /// Chance only decides where nothing else does, and two equal lots are no tie.
    fn order(&self) -> (u64, AccountId) {
        (self.lot, self.reviewer.account)
    }
}

/// Somebody who has the case already, or had it and was recused: not asked again, and their hospital is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Who.
    pub account: AccountId,
    /// Where they work.
    pub employers: BTreeSet<HospitalId>,
    /// They review it. Whoever was recused keeps nobody of their hospital out.
    pub reviews: bool,
}

/// How many are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seats {
    /// The two that every case has.
    Both,
    /// A third on divergence, or one in the place of somebody who was recused.
    One,
}

/// Why somebody was not chosen. For those who assign; a reviewer is never shown it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// There are conflicts of interest.
    Conflicted(Vec<Conflict>),
    /// Has the case already, or had it.
    HasIt,
    /// Knows another field.
    OtherSpeciality,
    /// Takes no cases at present.
    Away,
    /// Has as many open reviews as anybody may.
    Full {
        /// So many.
        open: usize,
    },
    /// Works where another reviewer of the case does.
    SameHospital {
        /// That one.
        with: AccountId,
    },
    /// Could have been asked, and has more to do than the one who was.
    Busier {
        /// Than whom.
        than: AccountId,
    },
    /// Could have been asked just as well: the lot decided.
    Lot {
        /// Who had the smaller one.
        against: AccountId,
    },
    /// Could have been asked, and nobody was: there are too few from different hospitals.
    TooFew,
}

/// What became of a choice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Who is asked, by account: as many as were wanted, or nobody.
    pub chosen: Vec<AccountId>,
    /// The patient is a minor: an officer has to name them before they see anything.
    pub to_be_named: bool,
    /// Everybody else with every reason, by account.
    pub others: Vec<(AccountId, Vec<Reason>)>,
}

impl Choice {
    /// How those who were chosen come to the case; `None` where an officer has to name them first.
    pub const fn link(&self) -> Option<Link> {
        if self.to_be_named { None } else { Some(Link::Drawn) }
    }
}

/// Chooses who reviews a case.
pub fn choose(
    case: &CaseFacts,
    speciality: &Speciality,
    taken: &[Taken],
    candidates: &[Candidate],
    seats: Seats,
) -> Choice {
    let barring: Vec<(&Candidate, Vec<Reason>)> =
        candidates.iter().map(|candidate| (candidate, barred(case, speciality, taken, candidate))).collect();
    let free: Vec<&Candidate> = barring.iter().filter(|(_, reasons)| reasons.is_empty()).map(|(one, _)| *one).collect();
    let best = match seats {
        Seats::One => free.iter().map(|one| vec![*one]).min_by_key(|set| rank(set)),
        Seats::Both => pairs(&free).min_by_key(|set| rank(set)),
    };
    let mut best = best.unwrap_or_default();
    best.sort_unstable_by_key(|one| one.reviewer.account);
    let is_chosen = |one: &Candidate| best.iter().any(|other| other.reviewer.account == one.reviewer.account);
    let others = barring.into_iter().filter(|(one, _)| !is_chosen(one)).map(|(one, mut reasons)| {
        if reasons.is_empty() {
            reasons.push(outdone(one, &best));
        }
        (one.reviewer.account, reasons)
    });
    let mut others: Vec<_> = others.collect();
    others.sort_unstable_by_key(|(account, _)| *account);
    let chosen = best.iter().map(|one| one.reviewer.account).collect();
    Choice { chosen, to_be_named: case.minor, others }
}

/// Everything that keeps a candidate out, whoever else is asked.
fn barred(case: &CaseFacts, speciality: &Speciality, taken: &[Taken], candidate: &Candidate) -> Vec<Reason> {
    let reviewer = &candidate.reviewer;
    let mut reasons = Vec::new();
    if let Err(Barred::Conflicted(found)) = may(reviewer, case, Act::BeAssigned) {
        reasons.push(Reason::Conflicted(found));
    }
    if taken.iter().any(|one| one.account == reviewer.account) {
        reasons.push(Reason::HasIt);
    }
    if !candidate.specialities.iter().any(|own| own.covers(speciality)) {
        reasons.push(Reason::OtherSpeciality);
    }
    if candidate.away {
        reasons.push(Reason::Away);
    }
    if candidate.open.len() >= MOST_OPEN {
        reasons.push(Reason::Full { open: candidate.open.len() });
    }
    let colleagues = taken.iter().filter(|one| one.reviews && one.account != reviewer.account);
    let colleagues = colleagues.filter(|one| !one.employers.is_disjoint(&reviewer.employers));
    reasons.extend(colleagues.map(|one| Reason::SameHospital { with: one.account }));
    reasons
}

/// Every two of different hospitals.
fn pairs<'a>(free: &[&'a Candidate]) -> impl Iterator<Item = Vec<&'a Candidate>> {
    let pairs = free.iter().enumerate().flat_map(|(nth, one)| free[nth + 1..].iter().map(|other| (*one, *other)));
    pairs.filter(|(one, other)| !are_colleagues(one, other)).map(|(one, other)| vec![one, other])
}

fn are_colleagues(one: &Candidate, other: &Candidate) -> bool {
    !one.reviewer.employers.is_disjoint(&other.reviewer.employers)
}

/// What the best set has least of: load together, then the larger load of one, then the lots in order.
fn rank(set: &[&Candidate]) -> (u64, Load, Vec<(u64, AccountId)>) {
    let mut lots: Vec<_> = set.iter().map(|one| one.order()).collect();
    lots.sort_unstable();
    let together = set.iter().map(|one| u64::from(one.load().0)).sum();
    (together, set.iter().map(|one| one.load()).max().unwrap_or_default(), lots)
}

/// Why a candidate whom nothing keeps out was not chosen: compared with each of those chosen in whose place they could
/// have been asked.
fn outdone(one: &Candidate, best: &[&Candidate]) -> Reason {
    let in_place_of = |chosen: &&&Candidate| {
        best.iter().all(|other| other.reviewer.account == chosen.reviewer.account || !are_colleagues(one, other))
    };
    let rival = best.iter().filter(in_place_of).max_by_key(|chosen| (chosen.load(), chosen.order()));
    match (rival, best.iter().find(|chosen| are_colleagues(one, chosen))) {
        (Some(rival), _) if rival.load() < one.load() => Reason::Busier { than: rival.reviewer.account },
        (Some(rival), _) => Reason::Lot { against: rival.reviewer.account },
        (None, Some(colleague)) => Reason::SameHospital { with: colleague.reviewer.account },
        (None, None) => Reason::TooFew,
    }
}

#[cfg(test)]
pub(crate) mod tests;
