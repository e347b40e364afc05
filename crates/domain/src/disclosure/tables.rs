//! The tables as they are published. Two of them hold everything, by year and group and by year and region; the others are
//! their margins, so that none can differ from another.

use super::crowd::Rules;
use super::divide::{ALL, Class, Classes, divide};
use super::facts::{DiseaseGroup, Family, Fen, Opening, Payment};
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

/// In which rows something is counted, once and for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The journal's entry.
    pub position: u64,
    /// Whose it is; none of what was before the books.
    pub family: Option<Family>,
    /// The years of its rows.
    pub years: Years,
    /// Its row by group.
    pub groups: Groups,
    /// Its row by region.
    pub region: Region,
    /// What it adds: a family with its first payment, and the money.
    pub sum: Sum,
}

/// In which rows each of these payments is counted when they become public together: those of [`Tables::with`]. `None` where
/// they are too few.
pub(super) fn placed(counted: &BTreeSet<Family>, waiting: &[Payment], rules: Rules) -> Option<Vec<Placed>> {
    let parts = divide(&Classes::of(counted, waiting), rules)?;
    let firsts = Classes::firsts(counted, waiting);
    let row = |paid: &Payment| {
        let class = Class { year: paid.year(), group: paid.group(), place: paid.place() };
        let part = parts.iter().find(|part| part.years().hold(class.year))?;
        let (groups, region) = part.rows(&class);
        let families = u64::from(firsts.contains(&paid.position()));
        let sum = Sum { families, amount: paid.amount() };
        Some(Placed {
            position: paid.position(),
            family: Some(paid.family()),
            years: part.years(),
            groups,
            region,
            sum,
        })
    };
    waiting.iter().map(row).collect()
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
                tables.add(part.years(), part.rows(class), crowd.sum());
            }
        }
        Some(tables)
    }

    /// These tables with what was paid before the books began, and which rows each of it is in. What is known of such a sum is
    /// its families and its group and nothing of where they live, so its row by region is the rest. Its rows are of enough
    /// families, or the groups of its year are joined; a year that is of too few even so waits, all of it.
    ///
    /// Such sums are public by their source: adding them tells nothing new of the payments beside them.
    #[must_use]
    pub fn with_openings(&self, openings: &[Opening], rules: Rules) -> (Self, Vec<Placed>) {
        let years: BTreeSet<i16> = openings.iter().map(|opening| opening.day().year()).collect();
        let (mut tables, mut placed) = (self.clone(), Vec::new());
        let enough = |families: u64| families >= u64::from(rules.least());
        for year in years {
            let of_year = || openings.iter().filter(|opening| opening.day().year() == year);
            let own = |opening: &Opening| opening.group().map_or(ALL, |group| Groups::of(&[group]));
            let mut families: BTreeMap<Groups, u64> = BTreeMap::new();
            of_year().for_each(|one| *families.entry(own(one)).or_default() += u64::from(one.families()));
            let apart = families.values().all(|families| enough(*families));
            if !apart && !enough(families.values().sum()) {
                continue;
            }
            let rows = of_year().map(|one| Placed {
                position: one.position(),
                family: None,
                years: Years::one(year),
                groups: if apart { own(one) } else { ALL },
                region: Region::Rest,
                sum: Sum { families: u64::from(one.families()), amount: one.amount() },
            });
            placed.extend(rows);
        }
        placed.iter().for_each(|row| tables.add(row.years, (row.groups, row.region), row.sum));
        (tables, placed)
    }

    fn add(&mut self, years: Years, (groups, region): (Groups, Region), sum: Sum) {
        let cell = self.groups.entry((years, groups)).or_default();
        *cell = cell.plus(sum);
        let cell = self.regions.entry((years, region)).or_default();
        *cell = cell.plus(sum);
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

    fn opening(position: u64, group: Option<DiseaseGroup>, year: i16, families: u32) -> Opening {
        let day = jiff::civil::date(year, 12, 31);
        Opening::new(position, group, day, families, Fen::new(i64::from(families) * 100 + 1)).expect("an opening")
    }

    #[test]
    fn what_was_before_the_books_is_in_rows_of_enough_families_or_waits() {
        let rare = Some(DiseaseGroup::Rare);
        let all = [
            opening(1, rare, 2024, 40),
            opening(2, Some(DiseaseGroup::Infertility), 2024, 5),
            opening(3, rare, 2025, 30),
            opening(4, None, 2025, 2),
            opening(5, rare, 2026, 4),
        ];
        let (tables, placed) = Tables::default().with_openings(&all, Rules::default());
        assert_eq!(placed.iter().map(|row| row.position).collect::<Vec<_>>(), [1, 2, 3, 4], "four families wait");
        let joined = Groups::of(&[DiseaseGroup::Refractory, DiseaseGroup::Rare, DiseaseGroup::Infertility]);
        assert_eq!(tables.by_year_and_group()[&(Years::one(2025), joined)].families, 32, "two would be seen");
        assert_eq!(tables.by_year_and_group().len(), 3);
        assert_eq!(tables.by_region()[&Region::Rest], tables.total());
        assert_eq!(tables.total().families, 77);
        assert!(Tables::new(tables.groups.clone(), tables.regions.clone()).is_ok());
    }

    #[test]
    fn each_payment_is_placed_where_the_tables_count_it() {
        use super::super::place::Place;
        use crate::bus::City;
        let payment = |n: u64| {
            let group = DiseaseGroup::ALL[n as usize % 3];
            let place = Place::City(City::ALL[n as usize % 4]);
            let day = jiff::civil::date(2025 + (n % 2) as i16, 3, 1);
            let family = Family(uuid::Uuid::from_u128(u128::from(n % 50)));
            Payment::new(n + 1, family, (group, place), day, Fen::new(1_000_000 + n as i64)).expect("a payment")
        };
        let payments: Vec<Payment> = (0..80).map(payment).collect();
        let counted = BTreeSet::from([Family(uuid::Uuid::from_u128(3))]);
        let tables = Tables::default().with(&counted, &payments, Rules::default()).expect("enough");
        let mut again = Tables::default();
        let rows = placed(&counted, &payments, Rules::default()).expect("enough");
        assert_eq!(rows.len(), 80);
        rows.iter().for_each(|row| again.add(row.years, (row.groups, row.region), row.sum));
        assert_eq!(again, tables);
        assert_eq!(tables.total().families, 49, "one was counted before");
        assert_eq!(placed(&counted, &payments[..2], Rules::default()), None);
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
