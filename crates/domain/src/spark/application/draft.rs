//! An application that is being filled in, page by page.
//!
//! Each page has a version of its own, counted from 1. Whoever saves says which version the page was shown in: if it is another by
//! now, somebody (or the same person in another tab) saved it meanwhile, and both texts are shown. Pages are merged by being
//! apart: what is saved of one never touches another.

use super::Answers;
use super::form::{Form, KEEP, Page, Section};
use super::kind::YES;
use super::progress::SectionState;
use super::snapshot::Snapshot;
use crate::typed::Typed;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A page as it was last saved.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// How often it changed.
    pub version: u32,
    /// What stands in it, whatever it is worth.
    pub typed: Typed,
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Saved({})", self.version)
    }
}

/// A page was saved by somebody else since it was shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The page.
    pub page: String,
    /// What was to be saved.
    pub mine: Typed,
    /// What stands there now. Saving again on its version takes the place of it.
    pub theirs: Saved,
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conflict({}, {:?})", self.page, self.theirs)
    }
}

impl Conflict {
    /// The fields in which the two differ, by name.
    pub fn differs(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.mine.0.keys().chain(self.theirs.typed.0.keys()).map(String::as_str).collect();
        names.into_iter().filter(|name| self.mine.field(name) != self.theirs.typed.field(name)).collect()
    }
}

/// A page cannot be saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsaved {
    /// The form has no such page, or does not ask it after these answers.
    NotAsked,
    /// Something has to be done before it.
    TooEarly,
    /// It is none of the sections the house asked about.
    Locked,
    /// It was saved by somebody else since it was shown.
    Conflict(Box<Conflict>),
}

/// What the house opened of an application that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Opened {
    sections: BTreeSet<Section>,
    /// Pages that were answered then. One that is asked only now, by a change in an opened section, is open, too.
    answered: BTreeSet<String>,
}

/// An application that is being filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The version of its form.
    pub form: u16,
    pages: BTreeMap<String, Saved>,
    opened: Option<Opened>,
}

impl Draft {
    /// With nothing in it.
    pub const fn new(form: u16) -> Self {
        Self { form, pages: BTreeMap::new(), opened: None }
    }

    /// As it was kept.
    pub fn kept(form: u16, pages: impl IntoIterator<Item = (String, Saved)>) -> Self {
        Self { form, pages: pages.into_iter().collect(), opened: None }
    }

    /// What was sent, with some sections opened again: the house asked about them.
    pub fn amending(form: &Form, sent: &Snapshot, sections: impl IntoIterator<Item = Section>) -> Self {
        let mut pages = BTreeMap::new();
        for page in form.pages {
            let given = page.fields.iter().filter_map(|field| Some((field.key, sent.answers.get(field.key)?)));
            let typed = page.typed(given);
            if !typed.0.is_empty() {
                pages.insert(page.key.to_owned(), Saved { version: 1, typed });
            }
        }
        let answered = pages.keys().cloned().collect();
        let opened = Opened { sections: sections.into_iter().collect(), answered };
        Self { form: form.version, pages, opened: Some(opened) }
    }

    /// A page as it was last saved.
    pub fn page(&self, key: &str) -> Option<&Saved> {
        self.pages.get(key)
    }

    /// Every page that was saved, asked or not.
    pub fn pages(&self) -> impl Iterator<Item = (&str, &Saved)> {
        self.pages.iter().map(|(key, saved)| (key.as_str(), saved))
    }

    /// Which version a page has; 0 before it was saved.
    pub fn version(&self, page: &str) -> u32 {
        self.pages.get(page).map_or(0, |saved| saved.version)
    }

    /// Whether a page may be changed at all: it is asked, its section can be started, and, of an application that was sent, the
    /// house asked about it.
    ///
    /// # Errors
    /// `NotAsked`, `TooEarly`, `Locked`, in this order.
    pub fn may_change(&self, form: &'static Form, page: &str, today: Date) -> Result<&'static Page, Unsaved> {
        let reading = form.read(self, today);
        let page = reading.asked(page).ok_or(Unsaved::NotAsked)?;
        let may_keep = |answers: &Answers| answers.get(KEEP) == Some(YES);
        let too_early = page.tells_of_somebody() && form.field(KEEP).is_some() && !may_keep(&reading.answers);
        if too_early || reading.state(page.section) == SectionState::CannotStart {
            return Err(Unsaved::TooEarly);
        }
        match &self.opened {
            Some(opened) if !opened.sections.contains(&page.section) && opened.answered.contains(page.key) => {
                Err(Unsaved::Locked)
            }
            _ => Ok(page),
        }
    }

    /// Saves a page that was shown in version `based_on` (0: never saved). Answers its version, which is the same where the same
    /// stands there already.
    ///
    /// # Errors
    /// What [`may_change`](Self::may_change) says, and `Conflict`.
    pub fn save(
        &mut self,
        form: &'static Form,
        (page, based_on): (&str, u32),
        typed: Typed,
        today: Date,
    ) -> Result<u32, Unsaved> {
        self.may_change(form, page, today)?;
        self.merge(page, based_on, typed).map_err(|conflict| Unsaved::Conflict(Box::new(conflict)))
    }

    /// Puts what was typed in the place of version `based_on` of a page.
    ///
    /// # Errors
    /// The conflict, where the page has another version and says something else.
    pub fn merge(&mut self, page: &str, based_on: u32, typed: Typed) -> Result<u32, Conflict> {
        let now = self.pages.get(page).cloned().unwrap_or_default();
        if now.version > 0 && now.typed == typed {
            return Ok(now.version);
        }
        if now.version != based_on {
            return Err(Conflict { page: page.to_owned(), mine: typed, theirs: now });
        }
        let version = now.version.saturating_add(1);
        self.pages.insert(page.to_owned(), Saved { version, typed });
        Ok(version)
    }
}
