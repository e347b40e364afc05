//! What a review says by a rubric, in exact numbers, and what two or three reviews say together.
//!
//! The score of a review is the weighted mean of its marks, each as a part of its scale, over what was judged: what is not
//! applicable is left out of the sum and of the weights. It is a fraction, never a rounded number, so that reviews are
//! compared exactly; only what is shown is rounded.
//!
//! Two reviews within the threshold count as their mean. Two that are further apart ask for a third, and three count as
//! their median: one reviewer alone can then not pull the result anywhere.

use super::rubric::{COMMENT, Criterion, Rubric};
use crate::field::{Fault, Faults, FieldError};
use crate::outreach::Key;
use crate::typed::{self, Typed};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// "Not applicable", as it is typed.
pub const NOT_APPLICABLE: &str = "na";

/// What a reviewer says to one criterion.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// So many points.
    Points(u32),
    /// It does not apply to this case, and does not count.
    NotApplicable,
}

/// A mark with what the reviewer wrote beside it, which is about somebody's illness: no log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The mark.
    pub mark: Mark,
    /// Why; empty where nothing had to be said.
    pub comment: String,
}

impl fmt::Debug for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judgement").field("mark", &self.mark).finish_non_exhaustive()
    }
}

/// What one reviewer says of one case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Review {
    /// The version of the rubric it was made by.
    pub rubric: u32,
    /// Criterion by criterion.
    pub judgements: BTreeMap<Key, Judgement>,
}

/// A review has no score by this rubric.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unscored {
    /// It was made by another version: score it by that one.
    #[error("made by version {made_by}, not {asked}")]
    OtherVersion {
        /// The review's version.
        made_by: u32,
        /// The rubric's.
        asked: u32,
    },
    /// It is not complete, or says what the rubric does not take; field by field.
    #[error("a review with {} faults", .0.len())]
    Faulty(Vec<FieldError>),
}

impl Rubric {
    /// Reads what a reviewer typed: `mark-…` with a number or [`NOT_APPLICABLE`], `comment-…` beside it.
    ///
    /// # Errors
    /// One fault for each field that cannot be taken; `marks` where nothing at all was judged.
    pub fn read(&self, typed: &Typed) -> Result<Review, Vec<FieldError>> {
        let mut faults = Faults::default();
        let mut judgements = BTreeMap::new();
        for criterion in self.criteria() {
            let (mark_field, comment_field) = (criterion.mark_field(), criterion.comment_field());
            let mark = faults.take(&mark_field, criterion.read_mark(typed.field(&mark_field)));
            let comment = faults.take(&comment_field, typed::text(typed.field(&comment_field), COMMENT));
            if let (Some(mark), Some(comment)) = (mark, comment) {
                let judgement = Judgement { mark, comment };
                criterion.check_comment(&judgement, &mut faults);
                judgements.insert(criterion.key.clone(), judgement);
            }
        }
        if !faults.is_empty() {
            return Err(faults.into_errors());
        }
        let review = Review { rubric: self.version(), judgements };
        match self.score(&review) {
            Err(Unscored::Faulty(errors)) => Err(errors),
            _ => Ok(review),
        }
    }

    /// The score of a review.
    ///
    /// # Errors
    /// `OtherVersion`; `Faulty` with a fault for each criterion that is missing, out of its scale or without its comment,
    /// and for each judgement of something the rubric does not ask.
    pub fn score(&self, review: &Review) -> Result<Score, Unscored> {
        if review.rubric != self.version() {
            return Err(Unscored::OtherVersion { made_by: review.rubric, asked: self.version() });
        }
        let mut faults = Faults::default();
        let (mut part, mut whole) = (0, 0);
        for criterion in self.criteria() {
            let Some(judgement) = review.judgements.get(&criterion.key) else {
                faults.add(&criterion.mark_field(), Fault::Required);
                continue;
            };
            let Some(mark) = faults.take(&criterion.mark_field(), criterion.check_mark(judgement.mark)) else {
                continue;
            };
            criterion.check_comment(judgement, &mut faults);
            if let Mark::Points(points) = mark {
                part += u64::from(criterion.weight) * u64::from(criterion.scale.units(points));
                whole += u64::from(criterion.weight) * u64::from(super::rubric::UNITS);
            }
        }
        let asked = |key: &Key| self.criteria().iter().any(|criterion| criterion.key == *key);
        for key in review.judgements.keys().filter(|key| !asked(key)) {
            faults.add(&format!("mark-{}", key.as_str()), Fault::NotAChoice);
        }
        if !faults.is_empty() {
            return Err(Unscored::Faulty(faults.into_errors()));
        }
        Score::new(part, whole).ok_or_else(|| Unscored::Faulty(vec![FieldError::new("marks", Fault::Required)]))
    }

    /// What the reviews of one case say together, whatever their order.
    ///
    /// # Errors
    /// `TooMany` for more than three.
    pub fn verdict(&self, scores: &[Score]) -> Result<Verdict, TooMany> {
        match *scores {
            [] => Ok(Verdict::Waiting { more: 2 }),
            [_] => Ok(Verdict::Waiting { more: 1 }),
            [one, other] if one.is_apart(other, self.diverges_above()) => Ok(Verdict::NeedsThird),
            [one, other] => Ok(Verdict::Mean(one.mean(other))),
            [one, two, three] => {
                let mut sorted = [one, two, three];
                sorted.sort_unstable();
                let [low, median, high] = sorted;
                let far = |score: Score| median.is_apart(score, self.diverges_above());
                Ok(Verdict::Median { score: median, disputed: far(low) && far(high) })
            }
            _ => Err(TooMany),
        }
    }
}

impl Criterion {
    fn read_mark(&self, text: &str) -> Result<Mark, Fault> {
        let mark = if text.trim() == NOT_APPLICABLE { Mark::NotApplicable } else { Mark::Points(typed::digits(text)?) };
        self.check_mark(mark)
    }

    const fn check_mark(&self, mark: Mark) -> Result<Mark, Fault> {
        match mark {
            Mark::NotApplicable if !self.optional => Err(Fault::NotAChoice),
            Mark::Points(points) if !self.scale.has(points) => {
                Err(Fault::OutOfRange { min: self.scale.least, max: self.scale.most })
            }
            mark => Ok(mark),
        }
    }

    /// Whoever gives the best or the worst mark says why.
    fn check_comment(&self, judgement: &Judgement, faults: &mut Faults) {
        let demanded = match judgement.mark {
            Mark::Points(points) => self.scale.is_extreme(points),
            Mark::NotApplicable => false,
        };
        if demanded && judgement.comment.trim().is_empty() {
            faults.add(&self.comment_field(), Fault::Required);
        } else if judgement.comment.chars().count() > COMMENT as usize {
            faults.add(&self.comment_field(), Fault::TooLong { max: COMMENT });
        }
    }
}

/// An exact part of the full score, from nothing to all of it; in lowest terms, so that equal scores are equal values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Score {
    part: u64,
    whole: u64,
}

impl Score {
    /// `part` of `whole`; `None` of nothing, or for more than all of it.
    fn new(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 || part > whole {
            return None;
        }
        let shared = gcd(part, whole);
        Some(Self { part: part / shared, whole: whole / shared })
    }

    /// Tenths of a point of a hundred, the nearest (halves upwards): what is shown.
    pub const fn tenths(self) -> u32 {
        // At most 1,000, since a part is no more than its whole.
        ((self.part as u128 * 2_000 + self.whole as u128) / (self.whole as u128 * 2)) as u32
    }

    /// Half of both. The whole of a review is at most 2,000 weights of 2,520 units, so that this always fits.
    fn mean(self, other: Self) -> Self {
        let part = self.part * other.whole + other.part * self.whole;
        let whole = 2 * self.whole * other.whole;
        let shared = gcd(part, whole);
        Self { part: part / shared, whole: whole / shared }
    }

    /// Further apart than so many of a hundred points; exactly so many are not.
    fn is_apart(self, other: Self, points: u32) -> bool {
        let apart =
            (u128::from(self.part) * u128::from(other.whole)).abs_diff(u128::from(other.part) * u128::from(self.whole));
        apart * 100 > u128::from(points) * u128::from(self.whole) * u128::from(other.whole)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        (u128::from(self.part) * u128::from(other.whole)).cmp(&(u128::from(other.part) * u128::from(self.whole)))
    }
}

const fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// What the reviews of a case say together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Reviews are still to come.
    Waiting {
        /// So many.
        more: u32,
    },
    /// Two are too far apart: a third reviewer is asked.
    NeedsThird,
    /// Two agree: the mean of both.
    Mean(Score),
    /// Three were made: the one in the middle.
    Median {
        /// It.
        score: Score,
        /// Both others are too far from it, so that no two agree: the committee is told.
        disputed: bool,
    },
}

impl Verdict {
    /// The result, once there is one.
    pub const fn score(self) -> Option<Score> {
        match self {
            Self::Waiting { .. } | Self::NeedsThird => None,
            Self::Mean(score) | Self::Median { score, .. } => Some(score),
        }
    }
}

/// More than three reviews of one case: nobody asks for a fourth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a case has at most three reviews")]
pub struct TooMany;

#[cfg(test)]
mod tests;
