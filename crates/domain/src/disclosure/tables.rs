//! The tables as they are published. Two of them hold everything, by year and group and by year and region; the others are
//! their margins, so that none can differ from another.

use super::crowd::Rules;
use super::divide::{Classes, divide};
use super::facts::{DiseaseGroup, Family, Fen, Payment};
use super::place::Region;
use crate::Locale;
use std::collections::{BTreeMap, BTreeSet};

/// Families and money of one cell.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sum {
    /// Families, each counted once in all of a table: where its first payment is counted.
    pub families: u64,
    /// What was paid, each payment counted in its own cell; what came back is taken off.
    pub amount: Fen,
}

impl Sum {
    /// Together with another.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { families: self.families + other.families, amount: Fen::new(self.amount.get() + other.amount.get()) }
    }

    fn of<'a>(sums: impl IntoIterator<Item = &'a Self>) -> Self {
        sums.into_iter().fold(Self::default(), |all, one| all.plus(*one))
    }
}

/// Years that are counted together, from the first to the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Years {
    /// The first.
    pub first: i16,
    /// The last, which is counted.
    pub last: i16,
}

impl Years {
    /// One year.
    pub const fn one(year: i16) -> Self {
        Self { first: year, last: year }
    }

    /// The year is among them.
    pub const fn hold(self, year: i16) -> bool {
        self.first <= year && year <= self.last
    }

    /// 2026年, 2024–2026年 · 2026, 2024–2026
    pub fn text(self, locale: Locale) -> String {
        let years =
            if self.first == self.last { self.first.to_string() } else { format!("{}–{}", self.first, self.last) };
        match locale {
            Locale::ZhCn => format!("{years}年"),
            Locale::En => years,
        }
    }
}

/// Disease groups that are counted together: at least one of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Groups(u8);

impl Groups {
    /// One group, or several together.
    pub(super) const fn of(groups: &[DiseaseGroup]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < groups.len() {
            bits |= 1 << groups[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..8).map(Self)
    }

    /// The group is among them.
    pub const fn hold(self, group: DiseaseGroup) -> bool {
        self.0 & (1 << group as u8) != 0
    }

    /// More than one.
    pub const fn are_joined(self) -> bool {
        self.0.count_ones() > 1
    }

    fn join(self, word: impl Fn(DiseaseGroup) -> &'static str, between: &str) -> String {
        let words: Vec<_> = DiseaseGroup::ALL.into_iter().filter(|group| self.hold(*group)).map(word).collect();
        words.join(between)
    }

    /// As frozen.
    pub fn code(self) -> String {
        self.join(DiseaseGroup::name, "+")
    }

    /// Those of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|groups| groups.code() == code)
    }

    /// 罕见病 · 难治性疾病与罕见病 · rare disease · refractory disease and rare disease
    pub fn text(self, locale: Locale) -> String {
        self.join(|group| group.text(locale), if locale == Locale::ZhCn { "与" } else { " and " })
    }
}

/// Everything that is published of families and what they were paid.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Tables {
    groups: BTreeMap<(Years, Groups), Sum>,
    regions: BTreeMap<(Years, Region), Sum>,
}

/// The two tables do not say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the tables do not add up to the same in {}–{}", .0.first, .0.last)]
pub struct Uneven(pub Years);

impl Tables {
    /// Tables that were read back or put right by hand.
    ///
    /// # Errors
    /// `Uneven`: the first years in which they differ.
    pub fn new(
        groups: BTreeMap<(Years, Groups), Sum>,
        regions: BTreeMap<(Years, Region), Sum>,
    ) -> Result<Self, Uneven> {
        let tables = Self { groups, regions };
        let (by_group, by_region) = (margin(&tables.groups, |key| key.0), margin(&tables.regions, |key| key.0));
        let years: BTreeSet<Years> = by_group.keys().chain(by_region.keys()).copied().collect();
        match years.into_iter().find(|years| by_group.get(years) != by_region.get(years)) {
            Some(years) => Err(Uneven(years)),
            None => Ok(tables),
        }
    }

    /// These tables with the payments that wait; `None` where they are too few to be told from what is published already, so
    /// that they go on waiting, all of them. `counted` are the families of all payments in these tables.
    #[must_use]
    pub fn with(&self, counted: &BTreeSet<Family>, waiting: &[Payment], rules: Rules) -> Option<Self> {
        let classes = Classes::of(counted, waiting);
        let mut tables = self.clone();
        for part in divide(&classes, rules)? {
            for (class, crowd) in classes.iter().filter(|(class, _)| part.years().hold(class.year)) {
                let (group, region) = part.rows(class);
                let sum = crowd.sum();
                let cell = tables.groups.entry((part.years(), group)).or_default();
                *cell = cell.plus(sum);
                let cell = tables.regions.entry((part.years(), region)).or_default();
                *cell = cell.plus(sum);
            }
        }
        Some(tables)
    }

    /// By year and group.
    pub const fn by_year_and_group(&self) -> &BTreeMap<(Years, Groups), Sum> {
        &self.groups
    }

    /// By year and region.
    pub const fn by_year_and_region(&self) -> &BTreeMap<(Years, Region), Sum> {
        &self.regions
    }

    /// By year: families by the year of their first payment, money by the year it was paid.
    pub fn by_year(&self) -> BTreeMap<Years, Sum> {
        margin(&self.groups, |key| key.0)
    }

    /// By disease group.
    pub fn by_group(&self) -> BTreeMap<Groups, Sum> {
        margin(&self.groups, |key| key.1)
    }

    /// By region.
    pub fn by_region(&self) -> BTreeMap<Region, Sum> {
        margin(&self.regions, |key| key.1)
    }

    /// Of everything. Every table adds up to it.
    pub fn total(&self) -> Sum {
        Sum::of(self.groups.values())
    }
}

/// The sums of the cells that have a key in common.
fn margin<K, M: Ord>(cells: &BTreeMap<K, Sum>, key: impl Fn(&K) -> M) -> BTreeMap<M, Sum> {
    let mut sums: BTreeMap<M, Sum> = BTreeMap::new();
    for (cell, sum) in cells {
        let all = sums.entry(key(cell)).or_default();
        *all = all.plus(*sum);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_a_code_and_words() {
        for groups in Groups::all() {
            assert_eq!(Groups::from_code(&groups.code()), Some(groups));
        }
        let two = Groups::of(&[DiseaseGroup::Rare, DiseaseGroup::Refractory]);
        assert_eq!(two.code(), "refractory+rare");
        assert_eq!(two.text(Locale::ZhCn), "难治性疾病与罕见病");
        assert_eq!(two.text(Locale::En), "refractory disease and rare disease");
        assert_eq!(Groups::from_code(""), None);
    }

    #[test]
    fn years_are_said_once() {
        assert_eq!(Years::one(2026).text(Locale::ZhCn), "2026年");
        assert_eq!(Years { first: 2023, last: 2025 }.text(Locale::En), "2023–2025");
    }

    #[test]
    fn tables_that_differ_are_none() {
        let sum = |families| Sum { families, amount: Fen::new(100) };
        let groups = BTreeMap::from([((Years::one(2026), Groups::of(&[DiseaseGroup::Rare])), sum(5))]);
        let regions = BTreeMap::from([((Years::one(2026), Region::Rest), sum(6))]);
        assert_eq!(Tables::new(groups.clone(), regions), Err(Uneven(Years::one(2026))));
        assert_eq!(Tables::new(groups, BTreeMap::new()), Err(Uneven(Years::one(2026))));
    }
}
