//! What an event is called, where it is, whom it is for.

use crate::Locale;
use crate::field::Fault;
use crate::named::named;
use serde::{Deserialize, Serialize};

/// A text in both languages. Chinese is never missing; where English is, Chinese stands in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bilingual {
    /// 简体中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Bilingual {
    /// Both texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// In the language of a page.
    pub fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::En if !self.en.is_empty() => &self.en,
            _ => &self.zh,
        }
    }

    /// There is a Chinese text.
    pub fn is_written(&self) -> bool {
        !self.zh.trim().is_empty()
    }
}

named! {
    /// The kinds of events the house holds every year (content.md, "Outreach").
    EventKind, 6 {
        /// 728亲子节, on 28 July.
        FamilyDay "family-day",
        /// 616孕妇产, on 16 June.
        MaternityDay "maternity-day",
        /// 世界脐带血日, on 15 November.
        CordBloodDay "cord-blood-day",
        /// 成人礼: eighteen, and what one can give.
        ComingOfAge "coming-of-age",
        /// 健康齐鲁行: through the cities of the province.
        HealthTour "health-tour",
        /// 乐孕: prenatal lectures.
        Lectures "lectures",
    }
}

named! {
    /// Whom an event is for.
    Audience, 4 {
        /// Everybody.
        Everyone "everyone",
        /// Pregnant women and who comes with them.
        Expecting "expecting",
        /// Families with children.
        Families "families",
        /// Pupils and students.
        Teenagers "teenagers",
    }
}

/// One line of an event's programme.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProgrammeItem {
    /// When, as it is read: `09:30`. May be empty.
    pub time: String,
    /// What.
    pub what: Bilingual,
}

/// The word of an event in its address: lower-case letters, digits and dashes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Slug(String);

impl Slug {
    /// Words that stand for something else below `/events`.
    const TAKEN: [&str; 5] = ["book", "new", "museum", "series", "wait"];

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let shape = (3..=60).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if text.is_empty() {
            Err(Fault::Required)
        } else if !shape {
            Err(Fault::SlugShape)
        } else if Self::TAKEN.contains(&text) {
            Err(Fault::AlreadyExists)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_distinct() {
        for kind in EventKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        for audience in Audience::ALL {
            assert_eq!(audience.name().parse(), Ok(audience));
        }
        assert_eq!("nobody".parse::<Audience>(), Err(Fault::NotAChoice));
    }

    #[test]
    fn a_missing_english_text_is_chinese_and_not_empty() {
        assert_eq!(Bilingual::new("亲子节", "").of(Locale::En), "亲子节");
        assert_eq!(Bilingual::new("亲子节", "Family day").of(Locale::En), "Family day");
    }

    #[test]
    fn a_slug_stands_in_an_address_as_it_is() {
        assert_eq!(Slug::parse(" family-day-2026 ").map(|s| s.as_str().to_owned()), Ok("family-day-2026".to_owned()));
        for text in ["亲子节", "A-b", "-ab", "ab-", "a/b", "calendar.ics"] {
            assert_eq!(Slug::parse(text), Err(Fault::SlugShape), "{text}");
        }
        assert_eq!(Slug::parse("book"), Err(Fault::AlreadyExists));
    }
}
