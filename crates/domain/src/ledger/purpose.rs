//! What a fund is for (专项用途). What donors gave for one purpose is spent on no other (Charity Law, 慈善法 Art. 57).

use crate::Locale;
use crate::bus::City;
use crate::contact::half_width;
use crate::field::Fault;
use crate::named::named;
use jiff::civil;

named! {
    /// The groups that the Spark Project helps.
    DiseaseGroup, 3 {
        /// 难治性疾病.
        Refractory "refractory",
        /// 罕见病.
        Rare "rare",
        /// 不孕症.
        Infertility "infertility",
    }
}

impl DiseaseGroup {
    /// What it is called.
    pub const fn text(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Refractory, Locale::ZhCn) => "难治性疾病",
            (Self::Refractory, Locale::En) => "refractory disease",
            (Self::Rare, Locale::ZhCn) => "罕见病",
            (Self::Rare, Locale::En) => "rare disease",
            (Self::Infertility, Locale::ZhCn) => "不孕症",
            (Self::Infertility, Locale::En) => "infertility",
        }
    }

    /// The same where it stands alone: with a capital, where the language has any.
    pub const fn title(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Refractory, Locale::En) => "Refractory disease",
            (Self::Rare, Locale::En) => "Rare disease",
            (Self::Infertility, Locale::En) => "Infertility",
            (_, Locale::ZhCn) => self.text(locale),
        }
    }
}

named! {
    /// What has to be there before a tranche is paid.
    Evidence, 4 {
        /// 协议: the family and the house have signed.
        Agreement "agreement",
        /// 就诊证明: the treatment has begun.
        Treatment "treatment",
        /// 费用票据: what it cost.
        Invoice "invoice",
        /// 随访记录: how it went.
        FollowUp "follow_up",
    }
}

/// A fund's short name in the books: `HJB-2026`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FundCode(String);

impl FundCode {
    /// The most characters.
    pub const MAX: u32 = 20;

    /// Capital letters, digits and dashes between them; small letters and full-width ones are taken for what they are meant.
    ///
    /// # Errors
    /// `Required`, `TooLong`, `SlugShape`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let code = half_width(text).trim().to_ascii_uppercase();
        let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        match code.chars().count() {
            0 => Err(Fault::Required),
            n if n > Self::MAX as usize => Err(Fault::TooLong { max: Self::MAX }),
            _ if code.split('-').all(part) => Ok(Self(code)),
            _ => Err(Fault::SlugShape),
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whom a fund may help, and when. What is not said is not asked.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Purpose {
    /// Of this group.
    pub group: Option<DiseaseGroup>,
    /// Who lives there.
    pub city: Option<City>,
    /// At least so old, in whole years.
    pub age_from: Option<u8>,
    /// At most so old.
    pub age_until: Option<u8>,
    /// Decided on this day or later.
    pub from: Option<civil::Date>,
    /// Decided on this day or earlier.
    pub until: Option<civil::Date>,
}

/// What is asked of a case before a fund's money is kept for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beneficiary {
    /// Which group.
    pub group: DiseaseGroup,
    /// Where the family lives.
    pub city: City,
    /// The patient's age in whole years.
    pub age: u8,
}

named! {
    /// Which part of a purpose a case does not meet.
    Mismatch, 4 {
        /// Another group of diseases.
        Group "group",
        /// Another place.
        City "city",
        /// Too young or too old.
        Age "age",
        /// Not while the fund runs.
        Day "day",
    }
}

impl Purpose {
    /// Whether a case decided on `day` may be helped.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn admits(&self, case: Beneficiary, day: civil::Date) -> Result<(), Mismatch> {
        if self.group.is_some_and(|group| group != case.group) {
            return Err(Mismatch::Group);
        }
        if self.city.is_some_and(|city| city != case.city) {
            return Err(Mismatch::City);
        }
        if self.age_from.is_some_and(|least| case.age < least) || self.age_until.is_some_and(|most| case.age > most) {
            return Err(Mismatch::Age);
        }
        if self.from.is_some_and(|first| day < first) || self.until.is_some_and(|last| day > last) {
            return Err(Mismatch::Day);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_capitals_and_digits() {
        assert_eq!(FundCode::parse(" ｈｊｂ-2026 ").map(|code| code.as_str().to_owned()), Ok("HJB-2026".into()));
        for text in ["-A", "A-", "A--B", "基金", "A B"] {
            assert_eq!(FundCode::parse(text), Err(Fault::SlugShape), "{text}");
        }
        assert_eq!(FundCode::parse(""), Err(Fault::Required));
        assert_eq!(FundCode::parse(&"A".repeat(21)), Err(Fault::TooLong { max: 20 }));
    }

    #[test]
    fn a_fund_helps_whom_it_is_for() {
        let jinan = City::from_code("jinan").expect("a city");
        let yantai = City::from_code("yantai").expect("a city");
        let purpose = Purpose {
            group: Some(DiseaseGroup::Rare),
            city: Some(jinan),
            age_from: None,
            age_until: Some(17),
            from: Some(civil::date(2026, 1, 1)),
            until: Some(civil::date(2026, 12, 31)),
        };
        let case = Beneficiary { group: DiseaseGroup::Rare, city: jinan, age: 17 };
        let day = civil::date(2026, 12, 31);
        assert_eq!(purpose.admits(case, day), Ok(()));
        assert_eq!(purpose.admits(Beneficiary { age: 18, ..case }, day), Err(Mismatch::Age));
        assert_eq!(purpose.admits(Beneficiary { city: yantai, ..case }, day), Err(Mismatch::City));
        let other = Beneficiary { group: DiseaseGroup::Infertility, ..case };
        assert_eq!(purpose.admits(other, day), Err(Mismatch::Group));
        assert_eq!(purpose.admits(case, civil::date(2027, 1, 1)), Err(Mismatch::Day));
        assert_eq!(Purpose::default().admits(other, day), Ok(()), "what is not said is not asked");
    }
}
