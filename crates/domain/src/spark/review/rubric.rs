//! The rubric (评分表) medical reviewers judge by: its criteria, their weights and scales, and what may be left out.
//!
//! A rubric has a version and never changes once a review refers to it; a change is a new version. What a review says by
//! one is [`super::score`]'s.

use crate::field::{Fault, Faults, FieldError};
use crate::outreach::{Bilingual, Key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most criteria a rubric has.
pub const MOST_CRITERIA: u32 = 20;
/// The largest weight of one criterion.
pub const MOST_WEIGHT: u32 = 100;
/// The largest number of a scale. Up to it every step of every scale is a whole number of [`UNITS`].
pub const MOST_POINTS: u32 = 10;
/// The longest comment, in characters.
pub const COMMENT: u32 = 1_000;
/// The longest title of a criterion, in characters.
const TITLE: u32 = 80;

/// What a full mark of any scale is worth: the least common multiple of 1 to [`MOST_POINTS`]. So a step of a scale is
/// exact, and no weight is ever lost in rounding.
pub const UNITS: u32 = 2_520;

/// The marks a criterion takes: `least..=most`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Scale {
    /// The worst mark.
    pub least: u32,
    /// The best.
    pub most: u32,
}

impl Scale {
    /// It is one of the marks.
    pub const fn has(self, points: u32) -> bool {
        self.least <= points && points <= self.most
    }

    /// One of the two ends: whoever gives it says why.
    pub const fn is_extreme(self, points: u32) -> bool {
        points == self.least || points == self.most
    }

    /// There is a worse and a better mark.
    const fn is_usable(self) -> bool {
        self.least < self.most && self.most <= MOST_POINTS
    }

    /// What a mark is worth, of [`UNITS`]. Exact: the span of a scale divides them.
    pub(super) const fn units(self, points: u32) -> u32 {
        (points - self.least) * (UNITS / (self.most - self.least))
    }
}

/// One thing a case is judged by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Criterion {
    /// Its name within the rubric; stays the same from version to version.
    pub key: Key,
    /// What the reviewer reads.
    pub title: Bilingual,
    /// How much it counts beside the others.
    pub weight: u32,
    /// Its marks.
    pub scale: Scale,
    /// "Not applicable" (不适用) may be said, and then it does not count.
    pub optional: bool,
}

/// A rubric as staff write it, whatever it is worth.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Which version it becomes, from 1.
    pub version: u32,
    /// The criteria, in the order of the form.
    pub criteria: Vec<Criterion>,
    /// Two reviews that are further apart than so many of a hundred points ask for a third.
    pub diverges_above: u32,
}

/// A rubric that reviews can be made by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Rubric(Draft);

/// A rubric cannot be used as it is: what is wrong, field by field.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a rubric with {} faults", .0.len())]
pub struct Unusable(pub Vec<FieldError>);

impl TryFrom<Draft> for Rubric {
    type Error = Unusable;

    fn try_from(draft: Draft) -> Result<Self, Self::Error> {
        let faults = draft.faults();
        if faults.is_empty() { Ok(Self(draft)) } else { Err(Unusable(faults)) }
    }
}

impl From<Rubric> for Draft {
    fn from(rubric: Rubric) -> Self {
        rubric.0
    }
}

impl Draft {
    /// What is wrong with it, one fault for a field. Beside `version`, `criteria` and `diverges_above` the fields are those
    /// of each criterion: `key-0`, `title-0`, `weight-0`, `scale-0`, counted from nought, as two may have one key.
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Faults::default();
        let mut between = |field: &str, number: u32, min: u32, max: u32| {
            if !(min..=max).contains(&number) {
                faults.add(field, Fault::OutOfRange { min, max });
            }
        };
        between("version", self.version, 1, u32::MAX);
        between("criteria", u32::try_from(self.criteria.len()).unwrap_or(u32::MAX), 1, MOST_CRITERIA);
        between("diverges_above", self.diverges_above, 1, 99);
        let mut keys = BTreeSet::new();
        for (nth, criterion) in self.criteria.iter().enumerate() {
            if !keys.insert(&criterion.key) {
                faults.add(&format!("key-{nth}"), Fault::AlreadyExists);
            }
            criterion.check(nth, &mut faults);
        }
        // One that is left out by everybody leaves nothing to judge by.
        if !self.criteria.is_empty() && self.criteria.iter().all(|criterion| criterion.optional) {
            faults.add("optional", Fault::Required);
        }
        faults.into_errors()
    }
}

impl Criterion {
    fn check(&self, nth: usize, faults: &mut Faults) {
        let too_long = |text: &str| text.chars().count() > TITLE as usize;
        if !self.title.is_written() {
            faults.add(&format!("title-{nth}"), Fault::Required);
        } else if too_long(&self.title.zh) || too_long(&self.title.en) {
            faults.add(&format!("title-{nth}"), Fault::TooLong { max: TITLE });
        }
        if !(1..=MOST_WEIGHT).contains(&self.weight) {
            faults.add(&format!("weight-{nth}"), Fault::OutOfRange { min: 1, max: MOST_WEIGHT });
        }
        if !self.scale.is_usable() {
            faults
                .add(&format!("scale-{nth}"), Fault::OutOfRange { min: self.scale.least.min(9) + 1, max: MOST_POINTS });
        }
    }

    /// The name of the input with its mark.
    pub fn mark_field(&self) -> String {
        format!("mark-{}", self.key.as_str())
    }

    /// The name of the input with its comment.
    pub fn comment_field(&self) -> String {
        format!("comment-{}", self.key.as_str())
    }
}

impl Rubric {
    /// Its version.
    pub const fn version(&self) -> u32 {
        self.0.version
    }

    /// Its criteria, in the order of the form: at least one.
    pub fn criteria(&self) -> &[Criterion] {
        &self.0.criteria
    }

    /// Two reviews that are further apart than so many of a hundred points ask for a third.
    pub const fn diverges_above(&self) -> u32 {
        self.0.diverges_above
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A criterion with marks from `least` to `most`.
    pub fn criterion(key: &str, weight: u32, least: u32, most: u32) -> Criterion {
        Criterion {
            key: Key::new(key).expect("a key"),
            title: Bilingual::new("治疗方案的合理性", "Is the treatment sound?"),
            weight,
            scale: Scale { least, most },
            optional: true,
        }
    }

    /// A rubric of these criteria, the first of which is always judged.
    pub fn draft(mut criteria: Vec<Criterion>) -> Draft {
        if let Some(first) = criteria.first_mut() {
            first.optional = false;
        }
        Draft { version: 3, criteria, diverges_above: 20 }
    }

    fn fields(draft: &Draft) -> Vec<String> {
        draft.faults().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn every_step_of_every_scale_is_a_whole_number_of_units() {
        for least in 0..MOST_POINTS {
            for most in least + 1..=MOST_POINTS {
                let scale = Scale { least, most };
                assert!(scale.is_usable() && UNITS.is_multiple_of(most - least), "{scale:?}");
                assert_eq!((scale.units(least), scale.units(most)), (0, UNITS), "{scale:?}");
            }
        }
    }

    #[test]
    fn a_draft_is_told_everything_that_is_wrong_with_it_once() {
        let good = draft(vec![criterion("need", 3, 1, 5), criterion("benefit", 2, 0, 10)]);
        assert_eq!(good.faults(), []);
        let mut bad = good.clone();
        bad.version = 0;
        bad.diverges_above = 100;
        bad.criteria[0].weight = 0;
        bad.criteria[0].title = Bilingual::new(" ", "Only English");
        bad.criteria[1].key = bad.criteria[0].key.clone();
        bad.criteria[1].scale = Scale { least: 5, most: 5 };
        bad.criteria[1].title = Bilingual::new("长".repeat(81), "");
        assert_eq!(fields(&bad), ["version", "diverges_above", "title-0", "weight-0", "key-1", "title-1", "scale-1"]);
        assert_eq!(fields(&draft(vec![])), ["criteria"]);
        let many = (0..21).map(|nth| criterion(&format!("c{nth}"), 1, 0, 1)).collect();
        assert_eq!(fields(&draft(many)), ["criteria"]);
        let mut all_optional = good;
        all_optional.criteria[0].optional = true;
        assert_eq!(fields(&all_optional), ["optional"]);
    }

    #[test]
    fn what_is_stored_is_checked_when_it_is_read() {
        let rubric = Rubric::try_from(draft(vec![criterion("need", 3, 1, 5)])).expect("a rubric");
        let stored = serde_json::to_string(&rubric).expect("written");
        assert_eq!(serde_json::from_str::<Rubric>(&stored).expect("read"), rubric);
        let broken = stored.replace("\"weight\":3", "\"weight\":0");
        assert!(serde_json::from_str::<Rubric>(&broken).is_err(), "{broken}");
    }
}
