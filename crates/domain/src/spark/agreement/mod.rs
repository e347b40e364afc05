//! The agreement (救助协议) that a family signs before anything is paid: its text in versions that are never changed, and how a
//! case's own is written of one.
//!
//! The Chinese text binds; the English one says the same. A text is lines: `# ` its title, `## ` a heading, `- ` one of several
//! points, anything else a paragraph. What begins with `=` are the words a tranche is written with. `{…}` is filled in.

use super::filled::{filled, grouped};
use crate::Locale;
use crate::ledger::{Evidence, Fen};
use std::collections::BTreeMap;

/// From this age on a minor agrees as well (民法典 and 个人信息保护法: under 14 the guardian alone).
pub const OWN_ASSENT: u8 = 14;
/// The longest name that is typed, in characters.
pub const LONGEST_NAME: u32 = 60;

/// A version of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    /// 1 for the first.
    pub number: u16,
    zh: &'static str,
    en: &'static str,
}

/// Every version, the first first. A new one is added behind; none is changed, since people signed it.
const VERSIONS: [Version; 1] = [Version { number: 1, zh: include_str!("1.zh-CN.txt"), en: include_str!("1.en.txt") }];

/// The version that is signed today.
pub const fn current() -> Version {
    VERSIONS[VERSIONS.len() - 1]
}

/// Every version there was.
pub const fn versions() -> &'static [Version] {
    &VERSIONS
}

/// A part of what is granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tranche {
    /// 1 for the first.
    pub nth: u32,
    /// How much.
    pub amount: Fen,
    /// What has to be there before it is paid.
    pub needs: Vec<Evidence>,
}

/// What is a case's own in its agreement.
#[derive(Clone, PartialEq, Eq)]
pub struct Terms {
    /// K7M4-Q2XR
    pub reference: String,
    /// Whose illness it is.
    pub patient: String,
    /// Who signs.
    pub signer: String,
    /// All that is granted.
    pub sum: Fen,
    /// In which parts.
    pub tranches: Vec<Tranche>,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Terms({}, {} parts)", self.reference, self.tranches.len())
    }
}

/// A line of an agreement, as it is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line<'a> {
    /// What it is called.
    Title(&'a str),
    /// A heading.
    Heading(&'a str),
    /// One of several points.
    Point(&'a str),
    /// A paragraph.
    Paragraph(&'a str),
}

/// An agreement's lines, in order.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        if let Some(title) = line.strip_prefix("# ") {
            Line::Title(title)
        } else if let Some(heading) = line.strip_prefix("## ") {
            Line::Heading(heading)
        } else if let Some(point) = line.strip_prefix("- ") {
            Line::Point(point)
        } else {
            Line::Paragraph(line)
        }
    })
}

impl Version {
    /// As it was published, in a language.
    pub const fn published(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::ZhCn => self.zh,
            Locale::En => self.en,
        }
    }

    /// The agreement of a case: one text for one case, whoever reads it and whenever.
    pub fn written(&self, locale: Locale, terms: &Terms) -> String {
        let (words, body): (Vec<&str>, Vec<&str>) =
            self.published(locale).lines().partition(|line| line.starts_with('='));
        let word = |name: &str| {
            let found = words.iter().find_map(|line| line.strip_prefix('=')?.strip_prefix(name)?.strip_prefix(' '));
            found.unwrap_or_default().trim_matches('"')
        };
        let all = sum(terms.sum);
        let fixed = BTreeMap::from([
            ("reference", terms.reference.as_str()),
            ("patient", terms.patient.as_str()),
            ("signer", terms.signer.as_str()),
            ("sum", all.as_str()),
        ]);
        let mut text = String::new();
        for line in body {
            if line == "{tranches}" {
                for tranche in &terms.tranches {
                    let needs = tranche.needs.iter().map(|need| word(&format!("evidence {}", need.name())));
                    let needs = needs.collect::<Vec<_>>().join(word("and"));
                    let needs = if needs.is_empty() { word("nothing").to_owned() } else { needs };
                    let (nth, amount) = (tranche.nth.to_string(), sum(tranche.amount));
                    let own =
                        BTreeMap::from([("nth", nth.as_str()), ("amount", amount.as_str()), ("needs", needs.as_str())]);
                    text.push_str("- ");
                    text.push_str(&fill(word("tranche"), &own));
                    text.push('\n');
                }
            } else {
                text.push_str(&fill(line, &fixed));
                text.push('\n');
            }
        }
        text
    }
}

/// A line with what is known filled in. (No version has a word that is not.)
fn fill(line: &str, known: &BTreeMap<&str, &str>) -> String {
    filled(line, |name| known.get(name).map(|text| (*text).to_owned())).unwrap_or_else(|_| line.to_owned())
}

/// A sum as it stands in the text.
fn sum(fen: Fen) -> String {
    grouped(fen).unwrap_or_else(|| fen.to_string())
}

/// Whether a name that was typed is the one that is known: however the middle dot of a name and its spaces are typed, and in
/// letters of either size. An empty one is nobody's.
pub fn same_name(typed: &str, known: &str) -> bool {
    let plain = |text: &str| -> String {
        let dot = |c: char| if matches!(c, '•' | '・' | '．' | '‧' | '.') { '·' } else { c };
        text.chars().filter(|c| !c.is_whitespace()).map(dot).flat_map(char::to_lowercase).collect()
    };
    let typed = plain(typed);
    !typed.is_empty() && typed == plain(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms() -> Terms {
        let tranche =
            |nth, yuan: i64, needs: &[Evidence]| Tranche { nth, amount: Fen::new(yuan * 100), needs: needs.to_vec() };
        Terms {
            reference: "K7M4-Q2XR".into(),
            patient: "演示·林小满".into(),
            signer: "演示·林大".into(),
            sum: Fen::new(1_234_500),
            tranches: vec![tranche(1, 10_000, &[Evidence::Agreement, Evidence::Treatment]), tranche(2, 2_345, &[])],
        }
    }

    #[test]
    fn every_version_is_written_whole_in_both_languages_with_the_same_clauses() {
        for (at, version) in versions().iter().enumerate() {
            assert_eq!(usize::from(version.number), at + 1);
            let shapes = Locale::ALL.map(|locale| {
                let text = version.written(locale, &terms());
                assert!(!text.contains(['{', '}', '=']), "{locale:?}: {text}");
                for own in ["K7M4-Q2XR", "演示·林小满", "演示·林大", "12,345.00", "10,000.00", "2,345.00"] {
                    assert!(text.contains(own), "{locale:?}: {own}");
                }
                assert!(matches!(lines(&text).next(), Some(Line::Title(_))), "{locale:?}");
                let count = |wanted: fn(&Line<'_>) -> bool| lines(&text).filter(wanted).count();
                (count(|line| matches!(line, Line::Heading(_))), count(|line| matches!(line, Line::Point(_))))
            });
            assert_eq!(shapes[0], shapes[1], "version {}", version.number);
        }
    }

    #[test]
    fn every_evidence_has_its_words_in_every_version() {
        for version in versions() {
            for locale in Locale::ALL {
                for need in Evidence::ALL {
                    let start = format!("=evidence {} ", need.name());
                    let words = version.published(locale).lines().filter(|line| line.starts_with(&start));
                    assert_eq!(words.count(), 1, "{locale:?} {need:?}");
                }
            }
        }
    }

    #[test]
    fn a_name_in_braces_is_a_name_and_fills_in_nothing() {
        let odd = Terms { signer: "{sum}{patient".into(), ..terms() };
        let text = current().written(Locale::ZhCn, &odd);
        assert!(text.contains("乙方：{sum}{patient（"), "{text}");
    }

    #[test]
    fn a_name_is_the_same_however_its_dot_and_spaces_are_typed() {
        for typed in ["阿依古丽·买买提", " 阿依古丽 • 买买提 ", "阿依古丽．买买提"] {
            assert!(same_name(typed, "阿依古丽·买买提"), "{typed}");
        }
        assert!(same_name("anna  LEE", "Anna Lee"));
        assert!(!same_name("阿依古丽", "阿依古丽·买买提"));
        assert!(!same_name("  ", " "), "nothing is nobody's name");
    }

    proptest! {
        #[test]
        fn other_terms_are_another_text(sum in 1i64..1_000_000, other in 1i64..1_000_000) {
            let of = |sum| current().written(Locale::ZhCn, &Terms { sum: Fen::new(sum), ..terms() });
            prop_assert_eq!(of(sum) == of(other), sum == other);
        }
    }
}
