//! Amounts for people, rounded so that what is shown still adds up (largest remainder, 最大余额法): first the sum is rounded, then
//! what the parts lack of it is given to those that lost most.

use super::facts::Fen;
use super::place::Region;
use super::tables::{Groups, Sum, Tables, Years};
use crate::Locale;
use std::collections::BTreeMap;

/// Hundredths of 万元, which are hundreds of yuan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Wan(i64);

impl Wan {
    /// One of them, in fen.
    const UNIT: i64 = 10_000;

    /// The nearest; halves go up.
    pub const fn nearest(amount: Fen) -> Self {
        let (whole, rest) = (amount.get().div_euclid(Self::UNIT), amount.get().rem_euclid(Self::UNIT));
        Self(if rest * 2 >= Self::UNIT { whole + 1 } else { whole })
    }

    /// Hundredths of 万元.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// Together with another.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// Without another.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    /// 1,234.50万元 · 12,345,000 yuan
    pub fn text(self, locale: Locale) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.abs();
        match locale {
            Locale::ZhCn => format!("{sign}{}.{:02}万元", with_separators(size / 100), size % 100),
            Locale::En => format!("{sign}{} yuan", with_separators(size * 100)),
        }
    }
}

/// 1,234,567
pub(super) fn with_separators(number: i64) -> String {
    let (sign, digits) = (if number < 0 { "-" } else { "" }, number.unsigned_abs().to_string());
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

/// Parts, each rounded down or up, that add up to `whole`, which is their sum rounded down or up. Of equal claims the first
/// goes before.
pub fn parts(amounts: &[Fen], whole: Wan) -> Vec<Wan> {
    let mut rounded: Vec<i64> = amounts.iter().map(|amount| amount.get().div_euclid(Wan::UNIT)).collect();
    let mut claims: Vec<(i64, usize)> =
        amounts.iter().enumerate().map(|(n, amount)| (-amount.get().rem_euclid(Wan::UNIT), n)).collect();
    claims.sort_unstable();
    let lacking = usize::try_from(whole.0 - rounded.iter().sum::<i64>()).unwrap_or_default();
    for (_, n) in claims.into_iter().take(lacking) {
        rounded[n] += 1;
    }
    rounded.into_iter().map(Wan).collect()
}

/// Families and a rounded amount.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Shown {
    /// Families.
    pub families: u64,
    /// What they were paid.
    pub amount: Wan,
}

impl Shown {
    /// Together with another.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { families: self.families + other.families, amount: self.amount.plus(other.amount) }
    }

    /// What is more than earlier; `None` where families are fewer.
    pub fn since(self, earlier: Self) -> Option<Self> {
        let families = self.families.checked_sub(earlier.families)?;
        Some(Self { families, amount: self.amount.less(earlier.amount) })
    }
}

/// The tables as they are shown. Every one of them adds up to the total, and every cell is less than a hundredth away from
/// what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShownTables {
    groups: BTreeMap<(Years, Groups), Shown>,
    regions: BTreeMap<(Years, Region), Shown>,
    years: BTreeMap<Years, Shown>,
    total: Shown,
}

impl ShownTables {
    /// From the sum down: the total is rounded, then the years to the total, then the cells of each year to the year.
    pub fn of(tables: &Tables) -> Self {
        let total = Shown { families: tables.total().families, amount: Wan::nearest(tables.total().amount) };
        let years = divided(&tables.by_year(), total.amount);
        let within = |cells: &mut dyn Iterator<Item = Sum>, years: &Shown| -> Vec<Shown> {
            let cells: BTreeMap<usize, Sum> = cells.enumerate().collect();
            divided(&cells, years.amount).into_values().collect()
        };
        let (mut groups, mut regions) = (BTreeMap::new(), BTreeMap::new());
        for (one, shown) in &years {
            let cells = || tables.by_year_and_group().iter().filter(|(key, _)| key.0 == *one);
            let sums = within(&mut cells().map(|(_, sum)| *sum), shown);
            groups.extend(cells().map(|(key, _)| *key).zip(sums));
            let cells = || tables.by_year_and_region().iter().filter(|(key, _)| key.0 == *one);
            let sums = within(&mut cells().map(|(_, sum)| *sum), shown);
            regions.extend(cells().map(|(key, _)| *key).zip(sums));
        }
        Self { groups, regions, years, total }
    }

    /// Of everything.
    pub const fn total(&self) -> Shown {
        self.total
    }

    /// By year.
    pub const fn by_year(&self) -> &BTreeMap<Years, Shown> {
        &self.years
    }

    /// By year and group.
    pub const fn by_year_and_group(&self) -> &BTreeMap<(Years, Groups), Shown> {
        &self.groups
    }

    /// By year and region.
    pub const fn by_year_and_region(&self) -> &BTreeMap<(Years, Region), Shown> {
        &self.regions
    }

    /// By disease group: the sums of what is shown by year.
    pub fn by_group(&self) -> BTreeMap<Groups, Shown> {
        margin(&self.groups)
    }

    /// By region: the sums of what is shown by year.
    pub fn by_region(&self) -> BTreeMap<Region, Shown> {
        margin(&self.regions)
    }
}

fn divided<K: Ord + Copy>(cells: &BTreeMap<K, Sum>, whole: Wan) -> BTreeMap<K, Shown> {
    let amounts: Vec<Fen> = cells.values().map(|sum| sum.amount).collect();
    let shown = cells.iter().zip(parts(&amounts, whole));
    shown.map(|((key, sum), amount)| (*key, Shown { families: sum.families, amount })).collect()
}

fn margin<K: Ord + Copy>(cells: &BTreeMap<(Years, K), Shown>) -> BTreeMap<K, Shown> {
    let mut sums: BTreeMap<K, Shown> = BTreeMap::new();
    for ((_, key), shown) in cells {
        let sum = sums.entry(*key).or_default();
        *sum = sum.plus(*shown);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::facts::DiseaseGroup;
    use proptest::prelude::*;

    #[test]
    fn thirds_add_up() {
        let third = Fen::new(333_333_333);
        let shown = parts(&[third; 3], Wan::nearest(Fen::new(999_999_999)));
        assert_eq!(shown, [Wan(33_334), Wan(33_333), Wan(33_333)]);
        assert_eq!(parts(&[], Wan(0)), []);
        assert_eq!(parts(&[Fen::new(-15_000), Fen::new(5_000)], Wan::nearest(Fen::new(-10_000))), [Wan(-1), Wan(0)]);
    }

    #[test]
    fn amounts_are_written_in_both_languages() {
        let amount = Wan::nearest(Fen::new(1_234_504_999));
        assert_eq!(amount.text(Locale::ZhCn), "1,234.50万元");
        assert_eq!(amount.text(Locale::En), "12,345,000 yuan");
        assert_eq!(Wan::nearest(Fen::new(5_000)).text(Locale::ZhCn), "0.01万元");
        assert_eq!(Wan::nearest(Fen::new(-4_999)).text(Locale::ZhCn), "0.00万元");
        assert_eq!(Wan(-123_456).text(Locale::ZhCn), "-1,234.56万元");
        assert_eq!(Wan(-7).text(Locale::En), "-700 yuan");
        assert_eq!(with_separators(-1_234), "-1,234");
    }

    proptest! {
        #[test]
        fn parts_add_up_and_are_near(amounts in proptest::collection::vec(-1_000_000i64..1_000_000_000, 0..20)) {
            let amounts: Vec<Fen> = amounts.into_iter().map(Fen::new).collect();
            let whole = Wan::nearest(Fen::new(amounts.iter().map(|amount| amount.get()).sum()));
            let shown = parts(&amounts, whole);
            prop_assert_eq!(shown.iter().copied().fold(Wan::default(), Wan::plus), whole);
            for (amount, shown) in amounts.iter().zip(&shown) {
                prop_assert!((amount.get() - shown.0 * Wan::UNIT).abs() < Wan::UNIT);
            }
        }

        #[test]
        fn shown_tables_add_up_and_are_near(
            cells in proptest::collection::btree_map((2019i16..2027, 0usize..3, 0usize..21), (0u64..50, -9_999i64..1_000_000_000), 0..60),
        ) {
            let (mut groups, mut regions) = (BTreeMap::new(), BTreeMap::new());
            for ((year, group, region), (families, fen)) in cells {
                let sum = Sum { families, amount: Fen::new(fen) };
                let group = Groups::of(&[DiseaseGroup::ALL[group]]);
                let region = Region::all().nth(region).expect("a region");
                let cell: &mut Sum = groups.entry((Years::one(year), group)).or_default();
                *cell = cell.plus(sum);
                let cell: &mut Sum = regions.entry((Years::one(year), region)).or_default();
                *cell = cell.plus(sum);
            }
            let tables = Tables::new(groups, regions).expect("even tables");
            let shown = ShownTables::of(&tables);
            let all = |sums: Vec<Shown>| sums.into_iter().fold(Shown::default(), Shown::plus);
            prop_assert_eq!(all(shown.by_year().values().copied().collect()), shown.total());
            prop_assert_eq!(all(shown.by_group().into_values().collect()), shown.total());
            prop_assert_eq!(all(shown.by_region().into_values().collect()), shown.total());
            for (years, sum) in shown.by_year() {
                let of = |key: &Years| key == years;
                let fine = shown.by_year_and_group().iter().filter(|(key, _)| of(&key.0)).map(|(_, sum)| *sum);
                prop_assert_eq!(all(fine.collect()), *sum);
                let fine = shown.by_year_and_region().iter().filter(|(key, _)| of(&key.0)).map(|(_, sum)| *sum);
                prop_assert_eq!(all(fine.collect()), *sum);
            }
            for (key, sum) in tables.by_year_and_region() {
                let near = shown.by_year_and_region()[key].amount.0 * Wan::UNIT - sum.amount.get();
                prop_assert!(near.abs() < Wan::UNIT);
            }
        }
    }
}
