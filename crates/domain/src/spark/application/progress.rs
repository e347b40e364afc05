//! What a draft says when it is read by its form: what is asked, what is answered, what is wrong, how far each section is.

use super::Answers;
use super::draft::Draft;
use super::form::{Form, Page, Section};
use super::kind;
use crate::field::{Faults, FieldError};
use crate::named::named;
use jiff::civil::Date;

named! {
    /// How far a section is.
    SectionState, 4 {
        /// Something before it has to be done.
        CannotStart "cannot_start",
        /// Nothing of it was saved.
        NotStarted "not_started",
        /// Something was.
        InProgress "in_progress",
        /// All of it is answered as it can be taken.
        Done "done",
    }
}

/// A page that is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The page.
    pub page: &'static Page,
    /// It was saved.
    pub saved: bool,
    /// What stands in the way of sending it, in the order of the page. What was never saved misses everything.
    pub faults: Vec<FieldError>,
}

impl Asked {
    /// It was saved, and can be taken.
    pub const fn is_done(&self) -> bool {
        self.saved && self.faults.is_empty()
    }
}

/// A draft, read on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    form: &'static Form,
    /// What is asked and answered. What is not asked leaves no trace.
    pub answers: Answers,
    /// The pages that are asked, in order.
    pub pages: Vec<Asked>,
}

impl Form {
    /// Reads a draft on a day: ages are those of that day.
    pub fn read(&'static self, draft: &Draft, today: Date) -> Reading {
        let (mut answers, mut pages) = (Answers::default(), Vec::new());
        for page in self.pages {
            if !page.when.holds(&answers, today) {
                continue;
            }
            let saved = draft.page(page.key);
            let mut faults = Faults::default();
            for field in page.fields {
                if !field.when.holds(&answers, today) {
                    continue;
                }
                let text = saved.map_or("", |saved| saved.typed.field(field.key));
                match kind::read(field, text, &answers, today) {
                    Ok(Some(answer)) => answers.put(field.key, answer),
                    Ok(None) => {}
                    Err(fault) => faults.add(field.key, fault),
                }
            }
            pages.push(Asked { page, saved: saved.is_some(), faults: faults.into_errors() });
        }
        Reading { form: self, answers, pages }
    }
}

impl Reading {
    /// The form it was read by.
    pub const fn form(&self) -> &'static Form {
        self.form
    }

    /// A page, if it is asked.
    pub fn asked(&self, key: &str) -> Option<&'static Page> {
        self.pages.iter().find(|asked| asked.page.key == key).map(|asked| asked.page)
    }

    /// What is wrong with a page that is asked.
    pub fn faults(&self, key: &str) -> &[FieldError] {
        self.pages.iter().find(|asked| asked.page.key == key).map_or(&[], |asked| &asked.faults)
    }

    fn is_done(&self, section: Section) -> bool {
        self.pages.iter().filter(|asked| asked.page.section == section).all(Asked::is_done)
    }

    /// How far a section is. The last one, which has no pages of its own, is never done before it is sent.
    pub fn state(&self, section: Section) -> SectionState {
        if !section.after().iter().all(|before| self.is_done(*before)) {
            return SectionState::CannotStart;
        }
        let mut own = self.pages.iter().filter(|asked| asked.page.section == section).peekable();
        if own.peek().is_none() {
            SectionState::NotStarted
        } else if self.is_done(section) {
            SectionState::Done
        } else if own.any(|asked| asked.saved) {
            SectionState::InProgress
        } else {
            SectionState::NotStarted
        }
    }

    /// The page to go to after this one: the next of its section that is not done, and then the task list.
    pub fn next(&self, key: &str) -> Option<&'static Page> {
        let at = self.pages.iter().position(|asked| asked.page.key == key)?;
        let section = self.pages.get(at)?.page.section;
        let mut later = self.pages.iter().skip(at + 1).filter(|asked| asked.page.section == section);
        later.find(|asked| !asked.is_done()).map(|asked| asked.page)
    }

    /// Everything is answered: it can be sent.
    pub fn is_whole(&self) -> bool {
        self.pages.iter().all(Asked::is_done)
    }

    /// The pages that stand in the way of sending it.
    pub fn missing(&self) -> impl Iterator<Item = &Asked> {
        self.pages.iter().filter(|asked| !asked.is_done())
    }
}
