//! A letter to the family of a case, as a PDF: its words come whole from the texts of letters (`domain::spark::letter`).

use super::pass::{INK, PassError, PassFont, QUIET_INK, TEAL};
use super::sheets::{Layout, Line, PART, Paper, TITLE};
use crate::Services;
use domain::Locale;
use domain::spark::letter::{Block, Letter};
use std::fmt;

/// What stands on a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterSheet {
    /// Its language.
    pub locale: Locale,
    /// Its words.
    pub letter: Letter,
}

// It is all about a person: nothing of it stands in a log.
impl fmt::Debug for LetterSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LetterSheet({} blocks)", self.letter.blocks.len())
    }
}

impl LetterSheet {
    /// The letter as a PDF.
    pub(crate) fn pdf(&self, services: &Services) -> Result<Vec<u8>, PassError> {
        self.drawn(&services.post.font()?)
    }

    fn drawn(&self, font: &PassFont) -> Result<Vec<u8>, PassError> {
        let line = |line: Option<&String>| line.map(String::as_str).unwrap_or_default().to_owned();
        let (house, mark) = (line(self.letter.foot.first()), line(self.letter.foot.last()));
        let paper = Paper { locale: self.locale, house: &house, title: &self.letter.title, mark: &mark };
        paper.drawn(&self.pages(), font)
    }

    /// Every line of every page.
    fn pages(&self) -> Vec<Vec<Line>> {
        let mut layout = Layout::new();
        layout.title(TITLE, &self.letter.title, 19.0, INK, 6.0);
        layout.put(&self.letter.salutation, 11.5, INK, (16.0, 0.0));
        for block in &self.letter.blocks {
            match block {
                Block::Heading(text) => layout.title(PART, text, 13.0, TEAL, 14.0),
                Block::Text(text) => layout.put(text, 11.0, INK, (5.0, 0.0)),
                Block::Item(text) => layout.put(&format!("· {text}"), 11.0, INK, (3.0, 0.0)),
            }
        }
        // Who writes, and when, stays together on a page.
        let foot = self.letter.foot.len() as f32 * 24.0;
        for (n, line) in self.letter.foot.iter().enumerate() {
            let (before, keep) = if n == 0 { (26.0, foot) } else { (3.0, 0.0) };
            layout.put_right(line, 10.5, QUIET_INK, (before, keep));
        }
        layout.pages()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheets::{BOTTOM, TOP};
    use super::*;
    use domain::ledger::Fen;
    use domain::spark::letter::{Facts, Ground, Kind, VERSIONS, letter};
    use jiff::civil::date;

    fn sheet(kind: Kind, locale: Locale) -> LetterSheet {
        let facts = Facts {
            reference: "K7M4-Q2XR".to_owned(),
            number: "K7M4-Q2XR-01".to_owned(),
            day: date(2026, 12, 1),
            name: Some("演示一".to_owned()),
            amount: Some(Fen::new(3_050_000)),
            parts: vec![Fen::new(1_000_000); 3],
            outcome: None,
            grounds: vec![Ground::Means, Ground::Costs],
            appeal_until: Some(date(2026, 12, 22)),
            sign_until: Some(date(2027, 1, 13)),
            back: Some(Fen::new(500_000)),
            back_until: Some(date(2027, 2, 1)),
            help: None,
        };
        let version = VERSIONS.last().expect("a version");
        LetterSheet { locale, letter: letter(version, kind, locale, &facts).expect("a letter") }
    }

    #[test]
    fn every_word_of_every_letter_stands_on_some_page_and_nothing_beyond_its_edge() {
        for kind in Kind::ALL {
            for locale in Locale::ALL {
                let sheet = sheet(kind, locale);
                let lines: Vec<Line> = sheet.pages().into_iter().flatten().collect();
                assert!(lines.iter().all(|line| line.y > TOP && line.y <= BOTTOM), "{kind:?}: within the margins");
                let joined: String = lines.iter().map(|line| line.text.as_str()).collect();
                let plain = |text: &str| text.split_whitespace().collect::<String>();
                let drawn = plain(&joined);
                let said = sheet.letter.blocks.iter().map(|block| match block {
                    Block::Heading(text) | Block::Text(text) | Block::Item(text) => text.as_str(),
                });
                for text in said.chain([sheet.letter.title.as_str(), sheet.letter.salutation.as_str()]) {
                    assert!(drawn.contains(&plain(text)), "{kind:?} in {locale:?}: {text}");
                }
            }
        }
    }

    #[test]
    fn a_letter_on_paper_shows_nothing_when_it_is_printed_for_a_log() {
        let text = format!("{:?}", sheet(Kind::Granted, Locale::ZhCn));
        assert!(!text.contains("演示") && !text.contains("K7M4"), "{text}");
    }

    /// The texts that letters were made of are never changed: another text is another version.
    #[test]
    fn a_published_version_of_the_texts_is_as_it_was_published() {
        for version in VERSIONS {
            assert_eq!(crate::crypto::digest_hex(&version.bytes()), version.digest, "version {}", version.number);
        }
        let published: Vec<(u16, &str)> = VERSIONS.iter().map(|version| (version.number, version.digest)).collect();
        assert_eq!(
            published,
            [
                (1, "2a7a05ebb7303055455ff57e521a80fa29b2a27391e7c5fc8912ff8e393136d7"),
                (2, "e3734383b376552e8753a4399c197370a431ce32b653b3187865272bd8994808"),
            ]
        );
    }
}
