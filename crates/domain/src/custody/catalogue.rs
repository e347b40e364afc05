//! The lists of the bank's own work: preparation steps, tests, steps of a release. They are data with versions (in the
//! database); a unit names the version it was worked by. What is done is a bit per position.

use super::{Kind, Says, says};
use crate::Locale;
use crate::named::named;
use jiff::civil;
use std::sync::Arc;
use uuid::Uuid;

named! {
    /// Of what a list is.
    CatalogueKind, 3 {
        /// Preparation steps (制备工序).
        Preparation "preparation",
        /// Tests (检测).
        Test "test",
        /// Steps of a release (出库).
        Release "release",
    }
}

/// One entry of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// From 1 to 63, without a gap.
    pub position: u8,
    /// Its name for machines: stable over versions.
    pub code: String,
    /// Its section: A–H of the preparation, T of the tests, I–X of a release.
    pub section: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Item {
    /// Its bit.
    pub const fn bit(&self) -> u64 {
        1 << (self.position - 1)
    }

    /// More than one person does it, and both are named: its code says so, `…_by_two`, `…_by_three`.
    pub fn needs_two(&self) -> bool {
        self.code.ends_with("_by_two") || self.code.ends_with("_by_three")
    }

    /// Its name for people.
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// One version of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Catalogue {
    /// Which row.
    pub id: Uuid,
    /// Of what.
    pub kind: CatalogueKind,
    /// From 1.
    pub version: u32,
    /// The first day (of Shandong) of units that are worked by it.
    pub valid_from: civil::Date,
    /// In order of position.
    pub items: Vec<Item>,
}

impl Catalogue {
    /// The entry of a code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// The bits of all its entries.
    pub fn all(&self) -> u64 {
        self.items.iter().fold(0, |mask, item| mask | item.bit())
    }

    /// The bits of its entries in sections that fit.
    pub fn of_sections(&self, fits: impl Fn(&str) -> bool) -> u64 {
        self.items.iter().filter(|item| fits(&item.section)).fold(0, |mask, item| mask | item.bit())
    }

    /// Its entries that are not among `done`.
    pub fn missing(&self, done: u64) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| done & item.bit() == 0)
    }

    /// What is done before a unit is taken in, section A: such a step does not begin its preparation.
    pub fn is_intake(&self, item: &Item) -> bool {
        self.kind == CatalogueKind::Preparation && item.section == "A"
    }

    /// What is done with the batch record itself, section H: those who do it worked on no step of it, and it is not among
    /// what the record says.
    pub fn is_review(&self, item: &Item) -> bool {
        self.kind == CatalogueKind::Preparation && item.section == "H"
    }

    /// What the batch record says: all but the review of the record.
    pub fn recorded(&self) -> u64 {
        self.of_sections(|section| section != "H")
    }

    /// What is done before a unit may leave: sections I to VIII of a release.
    pub fn before_approval(&self) -> u64 {
        self.of_sections(|section| !matches!(section, "IX" | "X"))
    }

    /// What is done before it leaves the house: sections I to IX.
    pub fn before_shipping(&self) -> u64 {
        self.of_sections(|section| section != "X")
    }

    /// By whom it is said that something happened with all these steps of a release: as soon as one is quality's alone, the whole is.
    /// Codes that the list has not ask for nothing: they are no steps.
    pub fn says(&self, kind: Kind, codes: &[String]) -> Says {
        let steps = codes.iter().filter_map(|code| self.item(code));
        steps.map(|step| says(kind, Some(step))).fold(says(kind, None), Says::max)
    }
}

/// The version of a list that holds on a day (of Shandong), for a unit whose work by it begins then: the latest that is valid by then,
/// and of two of one day the later; before the first, the first. This is the one answer wherever a unit names none yet: of an event the
/// day is that on which it happened, of a question that on which it is asked.
pub fn in_force(lists: &[Arc<Catalogue>], kind: CatalogueKind, day: civil::Date) -> Option<&Arc<Catalogue>> {
    let of_kind = || lists.iter().filter(|list| list.kind == kind);
    let holds = of_kind().filter(|list| list.valid_from <= day).max_by_key(|list| (list.valid_from, list.version));
    holds.or_else(|| of_kind().min_by_key(|list| (list.valid_from, list.version)))
}

/// How far a unit is with one list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The version it is worked by.
    pub catalogue: Arc<Catalogue>,
    /// The bits of what is done.
    pub done: u64,
}

impl Progress {
    /// How many entries are done.
    pub fn count(&self) -> u32 {
        (self.done & self.catalogue.all()).count_ones()
    }

    /// How many there are.
    pub fn of(&self) -> u32 {
        self.catalogue.all().count_ones()
    }

    /// All are done.
    pub fn is_complete(&self) -> bool {
        self.done & self.catalogue.all() == self.catalogue.all()
    }

    /// What is not done, in order.
    pub fn missing(&self) -> impl Iterator<Item = &Item> {
        self.catalogue.missing(self.done)
    }

    /// Each entry, and whether it is done.
    pub fn each(&self) -> impl Iterator<Item = (&Item, bool)> {
        self.catalogue.items.iter().map(|item| (item, self.done & item.bit() != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(sections: &[(&str, u8)]) -> Catalogue {
        let entries = sections.iter().flat_map(|(section, count)| (0..*count).map(move |_| *section));
        let items = entries.zip(1..).map(|(section, position)| Item {
            position,
            code: format!("step_{position}"),
            section: section.to_owned(),
            zh: format!("第{position}步"),
            en: format!("Step {position}"),
        });
        Catalogue {
            id: Uuid::nil(),
            kind: CatalogueKind::Preparation,
            version: 1,
            valid_from: civil::date(2000, 1, 1),
            items: items.collect(),
        }
    }

    fn preparation() -> Catalogue {
        list(&[("A", 10), ("B", 10), ("C", 10), ("D", 8), ("E", 7), ("F", 5), ("G", 4), ("H", 2)])
    }

    #[test]
    fn of_two_versions_the_one_of_the_day_holds_and_not_the_highest() {
        let list = |kind, version, valid_from| Arc::new(Catalogue { kind, version, valid_from, ..preparation() });
        let (first, next) = (civil::date(2026, 1, 1), civil::date(2026, 12, 20));
        let lists = [
            list(CatalogueKind::Preparation, 1, first),
            list(CatalogueKind::Preparation, 2, next),
            list(CatalogueKind::Test, 7, first),
        ];
        let version = |kind, day| in_force(&lists, kind, day).map(|list| list.version);
        let of = |day| version(CatalogueKind::Preparation, day);
        assert_eq!(of(civil::date(2025, 12, 31)), Some(1), "before the first: the first");
        assert_eq!(
            [first, civil::date(2026, 12, 19)].map(of),
            [Some(1), Some(1)],
            "the next is there, and holds not yet"
        );
        assert_eq!([next, civil::date(2030, 1, 1)].map(of), [Some(2), Some(2)]);
        assert_eq!(version(CatalogueKind::Test, next), Some(7), "each list has versions of its own");
        assert_eq!(version(CatalogueKind::Release, next), None);
        let same_day = [lists[0].clone(), list(CatalogueKind::Preparation, 2, first)];
        let held = in_force(&same_day, CatalogueKind::Preparation, first).map(|list| list.version);
        assert_eq!(held, Some(2), "of two of one day the later");
    }

    #[test]
    fn the_step_that_is_missing_is_named() {
        let catalogue = Arc::new(preparation());
        let done = catalogue.all() & !(1 << 41);
        let progress = Progress { catalogue, done };
        let missing: Vec<_> = progress.missing().map(|item| (item.position, item.code.as_str())).collect();
        assert_eq!(missing, [(42, "step_42")]);
        assert_eq!((progress.count(), progress.of(), progress.is_complete()), (55, 56, false));
    }

    #[test]
    fn the_review_of_a_record_is_not_in_the_record() {
        let catalogue = preparation();
        assert_eq!(catalogue.recorded().count_ones(), 54);
        assert!(catalogue.item("step_55").is_some_and(|item| catalogue.is_review(item)));
        assert!(catalogue.item("step_10").is_some_and(|item| catalogue.is_intake(item)));
        assert!(catalogue.item("step_11").is_some_and(|item| !catalogue.is_intake(item)));
    }

    fn release() -> Catalogue {
        Catalogue {
            kind: CatalogueKind::Release,
            ..list(&[
                ("I", 6),
                ("II", 7),
                ("III", 6),
                ("IV", 4),
                ("V", 12),
                ("VI", 6),
                ("VII", 5),
                ("VIII", 4),
                ("IX", 4),
                ("X", 4),
            ])
        }
    }

    #[test]
    fn what_is_judged_and_approved_of_a_release_is_noted_by_those_who_answer_for_units() {
        let release = release();
        let by = |step: &&Item| says(Kind::ReleaseStepDone, Some(step));
        let theirs: Vec<&Item> = release.items.iter().filter(|step| by(step) == Says::Quality).collect();
        let positions: Vec<u8> = theirs.iter().map(|step| step.position).collect();
        assert_eq!(positions, [36, 37, 38, 39, 40, 41, 47, 48, 49, 50], "sections VI and VIII");
        let others = release.items.iter().filter(|step| by(step) == Says::Laboratory);
        assert_eq!(others.count(), 48, "each of the other sections is the laboratory's");
    }

    #[test]
    fn one_step_of_theirs_makes_a_whole_proposal_theirs() {
        let release = release();
        let by = |kind: Kind, codes: &[&str]| {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            release.says(kind, &codes)
        };
        let noted = |codes: &[&str]| by(Kind::ReleaseStepDone, codes);
        assert_eq!(noted(&["step_1", "step_35", "step_42", "step_58"]), Says::Laboratory);
        assert_eq!(noted(&["step_1", "step_50"]), Says::Quality);
        assert_eq!(noted(&["step_36"]), Says::Quality);
        assert_eq!(noted(&["step_59"]), Says::Laboratory, "no step of this list");
        assert_eq!(by(Kind::Banked, &[]), Says::WithQuality, "without steps it is what happened that counts");
    }

    #[test]
    fn a_release_is_approved_before_it_leaves_and_ends_after_it_arrived() {
        let release = release();
        let counts = [release.before_approval(), release.before_shipping(), release.all()].map(u64::count_ones);
        assert_eq!(counts, [50, 54, 58]);
    }

    proptest! {
        #[test]
        fn any_order_leads_to_the_same_bits(order in Just((1u8..=56).collect::<Vec<_>>()).prop_shuffle(), until in 0usize..=56) {
            let catalogue = preparation();
            let mask = |positions: &[u8]| positions.iter().fold(0u64, |mask, p| mask | 1 << (p - 1));
            let mut sorted = order[..until].to_vec();
            sorted.sort_unstable();
            prop_assert_eq!(mask(&order[..until]), mask(&sorted));
            let progress = Progress { done: mask(&order[..until]), catalogue: Arc::new(catalogue) };
            prop_assert_eq!(progress.is_complete(), until == 56);
            prop_assert_eq!(progress.missing().count(), 56 - until);
            prop_assert_eq!(progress.count() as usize, until);
        }
    }
}
