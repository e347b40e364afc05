//! The copy of an application that was sent: what was answered, section by section, on as many pages of A4 as it takes. For
//! whoever sent it; the words come from the page that offers it.

use super::pass::{INK, PassError, PassFont, QUIET_INK, TEAL};
use super::sheets::{Layout, Line, PART, Paper, TITLE};
use crate::Services;
use domain::Locale;
use std::fmt;

/// What stands on a copy.
#[derive(Clone, PartialEq, Eq)]
pub struct CopySheet {
    /// Its language.
    pub locale: Locale,
    /// Whose it is: the house.
    pub house: String,
    /// What it is.
    pub title: String,
    /// Eight characters, to be named on the telephone.
    pub reference: String,
    /// What stands below the title, a paragraph each.
    pub facts: Vec<String>,
    /// The sections of the form.
    pub sections: Vec<CopySection>,
}

/// A section of a copy: its title, and each question with its answer.
#[derive(Clone, PartialEq, Eq)]
pub struct CopySection {
    /// What it is called.
    pub title: String,
    /// Question and answer.
    pub rows: Vec<(String, String)>,
}

// It is all about a person: nothing of it stands in a log.
impl fmt::Debug for CopySheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopySheet({} sections)", self.sections.len())
    }
}

impl fmt::Debug for CopySection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopySection({} rows)", self.rows.len())
    }
}

impl CopySheet {
    /// The copy as a PDF.
    pub(crate) fn pdf(&self, services: &Services) -> Result<Vec<u8>, PassError> {
        self.drawn(&services.post.font()?)
    }

    fn drawn(&self, font: &PassFont) -> Result<Vec<u8>, PassError> {
        let paper = Paper { locale: self.locale, house: &self.house, title: &self.title, mark: &self.reference };
        paper.drawn(&self.pages(), font)
    }

    /// Every line of every page.
    fn pages(&self) -> Vec<Vec<Line>> {
        let mut layout = Layout::new();
        layout.title(TITLE, &self.title, 20.0, INK, 0.0);
        for fact in &self.facts {
            layout.put(fact, 11.0, INK, (6.0, 0.0));
        }
        for section in &self.sections {
            layout.title(PART, &section.title, 14.0, TEAL, 22.0);
            for (question, answer) in &section.rows {
                layout.put(question, 9.0, QUIET_INK, (8.0, 16.0));
                layout.put(answer, 11.0, INK, (0.0, 0.0));
            }
        }
        layout.pages()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheets::{BOTTOM, TOP};
    use super::*;

    fn sheet(rows: usize) -> CopySheet {
        let row = |n: usize| (format!("第{n}个问题"), format!("回答{n}\n{}", "长".repeat(90)));
        CopySheet {
            locale: Locale::ZhCn,
            house: "演示".to_owned(),
            title: "申请".to_owned(),
            reference: "K7M4Q2XR".to_owned(),
            facts: vec!["2026年12月4日提交".to_owned()],
            sections: vec![CopySection { title: "第一节".to_owned(), rows: (0..rows).map(row).collect() }],
        }
    }

    #[test]
    fn everything_that_was_answered_stands_on_some_page_and_nothing_beyond_its_edge() {
        let sheet = sheet(60);
        let pages = sheet.pages();
        assert!(pages.len() > 2 && pages.iter().all(|page| !page.is_empty()), "{} pages", pages.len());
        let lines: Vec<&Line> = pages.iter().flatten().collect();
        assert!(lines.iter().all(|line| line.y > TOP && line.y <= BOTTOM), "within the margins");
        let text: String = lines.iter().map(|line| line.text.as_str()).collect();
        for (question, answer) in &sheet.sections[0].rows {
            assert!(text.contains(question.as_str()), "{question}");
            assert!(text.contains(&answer.replace('\n', "")), "{answer}");
        }
    }

    #[test]
    fn a_title_never_stands_alone_at_the_foot() {
        for rows in 0..40 {
            let mut sheet = sheet(rows);
            sheet
                .sections
                .push(CopySection { title: "第二节".to_owned(), rows: vec![("问".to_owned(), "答".to_owned())] });
            for page in sheet.pages() {
                assert_ne!(page.last().map(|line| line.text.as_str()), Some("第二节"), "after {rows} rows");
            }
        }
    }

    #[test]
    fn a_copy_shows_nothing_when_it_is_printed_for_a_log() {
        let text = format!("{:?} {:?}", sheet(1), sheet(1).sections);
        assert!(!text.contains("回答") && !text.contains("K7M4"), "{text}");
    }
}
