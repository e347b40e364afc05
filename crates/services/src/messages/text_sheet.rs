//! A text on paper whose words come whole from whoever has it drawn: minutes of a meeting, the passport of a unit.

use super::pass::{INK, PassError, PassFont, QUIET_INK, TEAL};
use super::sheets::{Layout, Line, PART, Paper, TITLE};
use crate::Services;
use domain::Locale;

/// How a paragraph is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Set {
    /// The title of a part: it does not stand alone at the foot of a page.
    Heading,
    /// What is said.
    Text,
    /// One of many: the entry of a list.
    Entry,
    /// What stands beside it: hashes, notes.
    Quiet,
    /// What a QR code says.
    Code,
}

/// How wide a QR code is, in points.
const CODE: f32 = 104.0;

/// A text on pages of A4.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextSheet {
    /// Its language.
    pub locale: Locale,
    /// Whose it is: above, on each page.
    pub house: String,
    /// Its title.
    pub title: String,
    /// What it is known by: below, with the number of the page.
    pub mark: String,
    /// Its paragraphs.
    pub paragraphs: Vec<(Set, String)>,
}

impl TextSheet {
    /// The text as a PDF.
    ///
    /// # Errors
    /// `NoFont`, `BadFont`, `Drawing`.
    pub async fn pdf(self, services: &Services) -> Result<Vec<u8>, PassError> {
        let post = services.post.clone();
        super::drawn(move || self.drawn(&post.font()?)).await
    }

    fn drawn(&self, font: &PassFont) -> Result<Vec<u8>, PassError> {
        let paper = Paper { locale: self.locale, house: &self.house, title: &self.title, mark: &self.mark };
        paper.drawn(&self.pages(), font)
    }

    /// Every line of every page.
    fn pages(&self) -> Vec<Vec<Line>> {
        let mut layout = Layout::new();
        layout.title(TITLE, &self.title, 19.0, INK, 6.0);
        for (set, text) in &self.paragraphs {
            match set {
                Set::Heading => layout.title(PART, text, 13.0, TEAL, 14.0),
                Set::Text => layout.put(text, 11.0, INK, (4.0, 0.0)),
                Set::Entry => layout.put(text, 9.5, INK, (2.0, 0.0)),
                Set::Quiet => layout.put(text, 9.0, QUIET_INK, (4.0, 0.0)),
                Set::Code => layout.put_code(text, CODE, 8.0),
            }
        }
        layout.pages()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheets::{BOTTOM, TOP};
    use super::*;

    #[test]
    fn every_paragraph_stands_on_some_page_within_the_margins() {
        let paragraph = |nth: usize| {
            let set = [Set::Heading, Set::Text, Set::Entry, Set::Quiet, Set::Code][nth % 5];
            (set, format!("演示第{nth}段：{}", "会议纪要".repeat(nth % 40)))
        };
        let sheet = TextSheet {
            locale: Locale::ZhCn,
            house: "演示".to_owned(),
            title: "演示纪要".to_owned(),
            mark: "2026-07-28".to_owned(),
            paragraphs: (0..120).map(paragraph).collect(),
        };
        let pages = sheet.pages();
        assert!(pages.len() > 2, "{}", pages.len());
        let lines: Vec<Line> = pages.into_iter().flatten().collect();
        assert!(lines.iter().all(|line| line.y > TOP && line.y <= BOTTOM));
        let drawn: String = lines.iter().map(|line| line.text.as_str()).collect();
        assert!(sheet.paragraphs.iter().all(|(_, text)| drawn.contains(text)), "nothing is left out");
    }
}
