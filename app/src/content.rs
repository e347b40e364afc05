//! Facts about the house, each in one place with the year it is true of and where it was made public; and the few
//! particulars of the address that the house itself confirms before the site opens.
//!
//! A page never writes a figure into a sentence: it names the fact.

use crate::i18n::grouped;
use domain::Locale;

/// A figure that was made public.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// The key of its label; `<key>` in the home catalogue.
    pub key: &'static str,
    /// The number.
    pub value: u64,
    /// At least this much: shown with a plus sign.
    pub at_least: bool,
    /// The year the figure is true of.
    pub year: i16,
}

impl Fact {
    const fn new(key: &'static str, value: u64, year: i16) -> Self {
        Self { key, value, at_least: false, year }
    }

    const fn at_least(key: &'static str, value: u64, year: i16) -> Self {
        Self { key, value, at_least: true, year }
    }

    /// The number as it is read: `87 万+` in Chinese, `870,000+` in English.
    pub fn text(&self, locale: Locale) -> String {
        let plus = if self.at_least { "+" } else { "" };
        match locale {
            Locale::ZhCn if self.value >= 10_000 && self.value.is_multiple_of(1_000) => {
                let (whole, tenth) = (self.value / 10_000, self.value % 10_000 / 1_000);
                let tenth = if tenth > 0 { format!(".{tenth}") } else { String::new() };
                format!("{whole}{tenth} 万{plus}")
            }
            _ => format!("{}{plus}", grouped(self.value)),
        }
    }
}

/// Units in store.
pub const UNITS_STORED: Fact = Fact::at_least("fact-units-stored", 870_000, 2024);
/// Units given to hospitals.
pub const UNITS_PROVIDED: Fact = Fact::at_least("fact-units-provided", 19_000, 2024);
/// Hospitals that collect.
pub const HOSPITALS: Fact = Fact::at_least("fact-hospitals", 570, 2024);
/// HLA searches answered.
pub const SEARCHES: Fact = Fact::at_least("fact-searches", 50_000, 2024);
/// Tests of every unit.
pub const TESTS_PER_UNIT: Fact = Fact::new("fact-tests", 15, 2024);
/// Steps of preparing a unit.
pub const PREPARATION_STEPS: Fact = Fact::new("fact-preparation-steps", 56, 2024);
/// Steps until a unit leaves.
pub const RELEASE_STEPS: Fact = Fact::new("fact-release-steps", 58, 2024);
/// HLA alleles found and registered.
pub const NEW_ALLELES: Fact = Fact::new("fact-alleles", 22, 2024);
/// Visitors of the museum.
pub const MUSEUM_VISITORS: Fact = Fact::at_least("fact-museum-visitors", 90_000, 2024);
/// Families the Spark fund helped.
pub const FAMILIES_HELPED: Fact = Fact::at_least("fact-families", 200, 2025);

/// Yuan raised for it.
pub const SPARK_RAISED: Fact = Fact::at_least("fact-raised", 10_000_000, 2025);

/// The year the house was licensed.
pub const LICENSED: i16 = 2001;
/// The year its preparation began.
pub const PREPARED_SINCE: i16 = 1993;
/// Licensed cord blood banks in the country.
pub const LICENSED_BANKS: u64 = 7;

/// Every fact, for the page that tests them and for whoever reviews them each year.
pub const FACTS: [Fact; 11] = [
    UNITS_STORED,
    UNITS_PROVIDED,
    HOSPITALS,
    SEARCHES,
    TESTS_PER_UNIT,
    PREPARATION_STEPS,
    RELEASE_STEPS,
    NEW_ALLELES,
    MUSEUM_VISITORS,
    FAMILIES_HELPED,
    SPARK_RAISED,
];

/// A particular of the house in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Particular {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Particular {
    /// In the language of a page.
    pub const fn text(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::ZhCn => self.zh,
            Locale::En => self.en,
        }
    }
}

/// Where the house is. The street and the numbers below are to be confirmed by the house before the site opens
/// (`PARTICULARS_CONFIRMED_ON`); until then the pages say so and print no number that somebody might call.
pub const ADDRESS: Particular = Particular { zh: "山东省济南市", en: "Jinan, Shandong Province, China" };
/// The day the house confirmed address and telephone; `None` until it did.
pub const PARTICULARS_CONFIRMED_ON: Option<jiff::civil::Date> = None;
/// The telephone of the reception; `None` until confirmed.
pub const TELEPHONE: Option<&str> = None;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_people_read_them() {
        assert_eq!(UNITS_STORED.text(Locale::ZhCn), "87 万+");
        assert_eq!(UNITS_PROVIDED.text(Locale::ZhCn), "1.9 万+");
        assert_eq!(UNITS_STORED.text(Locale::En), "870,000+");
        assert_eq!(HOSPITALS.text(Locale::ZhCn), "570+");
        assert_eq!(TESTS_PER_UNIT.text(Locale::En), "15");
    }

    #[test]
    fn every_fact_has_its_label_in_both_languages() {
        for fact in FACTS {
            for locale in Locale::ALL {
                let label = crate::i18n::text(locale, fact.key);
                assert!(!label.starts_with('⟦'), "{label}");
            }
        }
    }
}
