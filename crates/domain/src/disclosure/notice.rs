//! What a notice (公示) says of one case, and nothing more: a code, the disease group, the city, a band of amounts.
//!
//! The code is drawn for the notice alone. It is neither the case's number nor made from it, so that it tells neither how
//! many cases there are nor which came first; and a list of notices stands in the order of its codes, for the same reason.

use super::facts::{DiseaseGroup, Fen};
use super::place::Place;
use super::rounding::with_separators;
use crate::Locale;
use crate::booking::Reference;
use crate::field::Fault;
use jiff::civil;
use std::fmt;

/// The code of a case in public.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CaseCode(Reference);

impl CaseCode {
    /// From five random bytes, drawn for this notice.
    pub fn from_random(bytes: [u8; 5]) -> Self {
        Self(Reference::from_random(bytes))
    }

    /// Reads what people type from a notice.
    ///
    /// # Errors
    /// `Required`, `ReferenceShape`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Reference::parse(text).map(Self)
    }

    /// As stored.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for CaseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A way to put amounts into bands. A new way is a new entry at the end; what was published keeps the way it was made with.
struct Version {
    number: u16,
    /// The first day of decisions it is used for.
    from: civil::Date,
    /// Where a band ends and the next begins, in yuan. The amount itself belongs to the next.
    bounds: &'static [i64],
}

const VERSIONS: &[Version] =
    &[Version { number: 1, from: civil::date(2020, 1, 1), bounds: &[10_000, 30_000, 50_000, 100_000, 200_000] }];

/// A band of amounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Band {
    version: u16,
    number: u16,
    bounds: (Option<i64>, Option<i64>),
}

impl Band {
    /// The band of an amount that was decided on a day. Days before the first version are the first version's.
    pub fn of(amount: Fen, day: civil::Date) -> Self {
        let version = VERSIONS.iter().rev().find(|version| version.from <= day).unwrap_or(&VERSIONS[0]);
        let number = version.bounds.iter().filter(|bound| **bound * 100 <= amount.get()).count();
        Self::at(version, number)
    }

    fn at(version: &Version, number: usize) -> Self {
        let from = number.checked_sub(1).and_then(|before| version.bounds.get(before)).copied();
        let bounds = (from, version.bounds.get(number).copied());
        // A version has a handful of bands.
        Self { version: version.number, number: u16::try_from(number).unwrap_or(u16::MAX), bounds }
    }

    /// As stored: `1.2`, the version and the band.
    pub fn code(self) -> String {
        format!("{}.{}", self.version, self.number)
    }

    /// The band of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        let bands = VERSIONS.iter().flat_map(|version| (0..=version.bounds.len()).map(|n| Self::at(version, n)));
        bands.into_iter().find(|band| band.code() == code)
    }

    /// Whether the amount is in it.
    pub fn holds(self, amount: Fen) -> bool {
        let (from, until) = self.bounds;
        from.is_none_or(|from| from * 100 <= amount.get()) && until.is_none_or(|until| amount.get() < until * 100)
    }

    /// 1万元以上、不足3万元 · 10,000 to under 30,000 yuan. In Chinese law 以上 includes the number itself.
    pub fn text(self, locale: Locale) -> String {
        let yuan = |yuan: i64| match locale {
            Locale::ZhCn if yuan % 10_000 == 0 => format!("{}万元", yuan / 10_000),
            Locale::ZhCn => format!("{yuan}元"),
            Locale::En => with_separators(yuan),
        };
        match (locale, self.bounds.0.map(yuan), self.bounds.1.map(yuan)) {
            (Locale::ZhCn, None, None) => "不分档".to_owned(),
            (Locale::ZhCn, None, Some(until)) => format!("不足{until}"),
            (Locale::ZhCn, Some(from), None) => format!("{from}以上"),
            (Locale::ZhCn, Some(from), Some(until)) => format!("{from}以上、不足{until}"),
            (Locale::En, None, None) => "any amount".to_owned(),
            (Locale::En, None, Some(until)) => format!("under {until} yuan"),
            (Locale::En, Some(from), None) => format!("{from} yuan or more"),
            (Locale::En, Some(from), Some(until)) => format!("{from} to under {until} yuan"),
        }
    }
}

/// A case in public.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Its code.
    pub code: CaseCode,
    /// What the aid is for.
    pub group: DiseaseGroup,
    /// Where the family lives.
    pub place: Place,
    /// About how much.
    pub band: Band,
}

impl Notice {
    /// One line: K7M4-Q2XR · 罕见病 · 济南 · 1万元以上、不足3万元
    pub fn text(&self, locale: Locale) -> String {
        let (group, place, band) = (self.group.text(locale), self.place.text(locale), self.band.text(locale));
        format!("{} · {group} · {place} · {band}", self.code)
    }
}

/// Notices in the order in which they may be listed.
#[must_use]
pub fn listed(mut notices: Vec<Notice>) -> Vec<Notice> {
    notices.sort_by(|a, b| a.code.as_str().cmp(b.code.as_str()));
    notices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::City;
    use proptest::prelude::*;

    const DAY: civil::Date = civil::date(2026, 11, 1);

    fn notice(bytes: [u8; 5], yuan: i64) -> Notice {
        let code = CaseCode::from_random(bytes);
        let band = Band::of(Fen::new(yuan * 100), DAY);
        Notice { code, group: DiseaseGroup::Rare, place: Place::City(City::Jinan), band }
    }

    #[test]
    fn a_notice_says_four_things() {
        let notice = notice([0x9d, 0x1e, 0x4b, 0x8b, 0xb8], 15_000);
        let code = notice.code.to_string();
        assert_eq!(notice.text(Locale::ZhCn), format!("{code} · 罕见病 · 济南 · 1万元以上、不足3万元"));
        assert_eq!(notice.text(Locale::En), format!("{code} · rare disease · Jinan · 10,000 to under 30,000 yuan"));
        assert_eq!(CaseCode::parse(&notice.code.to_string().to_lowercase()), Ok(notice.code));
    }

    #[test]
    fn a_bound_belongs_to_the_band_above_it() {
        let text = |fen| Band::of(Fen::new(fen), DAY).text(Locale::ZhCn);
        assert_eq!(text(999_999), "不足1万元");
        assert_eq!(text(1_000_000), "1万元以上、不足3万元");
        assert_eq!(text(20_000_000), "20万元以上");
        assert_eq!(Band::of(Fen::new(1), civil::date(1999, 1, 1)).text(Locale::En), "under 10,000 yuan");
        assert_eq!(Band::of(Fen::new(i64::MAX), DAY).text(Locale::En), "200,000 yuan or more");
    }

    #[test]
    fn versions_follow_each_other_and_their_bounds_rise() {
        assert!(VERSIONS.is_sorted_by(|a, b| a.number < b.number && a.from < b.from));
        assert!(VERSIONS.iter().all(|version| version.bounds.is_sorted_by(|a, b| a < b)));
        assert_eq!(Band::from_code("1.6"), None, "there are six, from none to five");
        assert_eq!(Band::from_code("01.2"), None);
    }

    #[test]
    fn the_order_of_a_list_is_that_of_its_codes() {
        let list = listed(vec![notice([9; 5], 1), notice([1; 5], 2), notice([5; 5], 3)]);
        assert!(list.is_sorted_by(|a, b| a.code.as_str() < b.code.as_str()));
        assert_eq!(list.len(), 3);
    }

    proptest! {
        #[test]
        fn every_amount_is_in_one_band(fen in 1i64..100_000_000) {
            let band = Band::of(Fen::new(fen), DAY);
            let all: Vec<Band> = (0..=VERSIONS[0].bounds.len()).map(|n| Band::at(&VERSIONS[0], n)).collect();
            let holding: Vec<&Band> = all.iter().filter(|one| one.holds(Fen::new(fen))).collect();
            prop_assert_eq!(holding, [&band]);
            prop_assert_eq!(Band::from_code(&band.code()), Some(band));
        }
    }
}
