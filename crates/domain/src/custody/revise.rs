//! The next version of a list: what it must be, and what it changes. A version never changes; units that were begun keep theirs.

use super::ranges::released_above;
use super::{Catalogue, CatalogueKind, Item};
use std::collections::BTreeSet;

/// The most entries: a bit of a signed number each.
pub const MOST: usize = 63;
/// The longest name, in characters.
const NAME: usize = 120;

/// What is wrong with entries that are to be the next version of a list.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ListFault {
    /// None, or more than there are bits.
    #[error("a list has 1 to 63 entries, and this has {0}")]
    Length(usize),
    /// Positions count from 1 without a gap, in their order.
    #[error("{code}: stands at {found}, where position {expected} is")]
    Position {
        /// Which entry.
        code: String,
        /// What it says.
        found: u8,
        /// What it is.
        expected: usize,
    },
    /// No code.
    #[error("{0:?}: a code is two to forty small letters, digits and underscores")]
    Code(String),
    /// Two entries of one code.
    #[error("{0}: stands there twice")]
    Twice(String),
    /// No section.
    #[error("{0}: a section is one to four capital letters")]
    Section(String),
    /// No name in one of the languages.
    #[error("{0}: has a name in both languages, of at most 120 characters in one line")]
    Name(String),
    /// It is known under another code.
    #[error("{found}: this is {kept} in the version before, and keeps that code")]
    OtherCode {
        /// The code it has here.
        found: String,
        /// The code it has.
        kept: String,
    },
}

/// What a next version changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListChange {
    /// A new entry, by its code.
    Added(String),
    /// One that is no more.
    Removed(String),
    /// Its place, from and to.
    Moved(String, u8, u8),
    /// Its section, from and to.
    Section(String, String, String),
    /// One of its names.
    Renamed(String),
}

/// As operators read it.
impl std::fmt::Display for ListChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Added(code) => write!(f, "+ {code}"),
            Self::Removed(code) => write!(f, "- {code}"),
            Self::Moved(code, from, to) => write!(f, "  {code}: from position {from} to {to}"),
            Self::Section(code, from, to) => write!(f, "  {code}: from section {from} to {to}"),
            Self::Renamed(code) => write!(f, "  {code}: another name"),
        }
    }
}

/// What a next version no longer asks for, because no entry of it has the code that did. It can be meant, and is added only where
/// somebody says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListLoss {
    /// That more than one person does it, and both are named.
    People(String),
    /// That a value above its bound is read before a unit is released.
    Bound(String),
}

/// As operators read it.
impl std::fmt::Display for ListLoss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::People(code) => {
                write!(f, "! {code}: is done by more than one person, and no entry has this code any more")
            }
            Self::Bound(code) => write!(f, "! {code}: reads a value with a bound, and no entry has this code any more"),
        }
    }
}

impl Catalogue {
    /// What entries would no longer ask for as the version after this one, in this one's order.
    pub fn losses_of_next(&self, items: &[Item]) -> Vec<ListLoss> {
        let gone = self.items.iter().filter(|known| !items.iter().any(|item| item.code == known.code));
        let loss = |known: &Item| {
            let reads = self.kind == CatalogueKind::Release && released_above(&known.code).is_some();
            let people = known.needs_two().then(|| ListLoss::People(known.code.clone()));
            people.or_else(|| reads.then(|| ListLoss::Bound(known.code.clone())))
        };
        gone.filter_map(loss).collect()
    }

    /// All that is wrong with entries as the version after this one; nothing where they can be.
    pub fn faults_of_next(&self, items: &[Item]) -> Vec<ListFault> {
        let mut faults = Vec::new();
        if items.is_empty() || items.len() > MOST {
            faults.push(ListFault::Length(items.len()));
        }
        let mut codes = BTreeSet::new();
        for (expected, item) in (1..).zip(items) {
            let code = || item.code.clone();
            if usize::from(item.position) != expected {
                faults.push(ListFault::Position { code: code(), found: item.position, expected });
            }
            if !is_code(&item.code) {
                faults.push(ListFault::Code(code()));
            }
            if !codes.insert(item.code.as_str()) {
                faults.push(ListFault::Twice(code()));
            }
            if !(1..=4).contains(&item.section.len()) || !item.section.bytes().all(|byte| byte.is_ascii_uppercase()) {
                faults.push(ListFault::Section(code()));
            }
            if ![&item.zh, &item.en].into_iter().all(|name| is_name(name)) {
                faults.push(ListFault::Name(code()));
            }
            // What is called the same is the same: under another code it would be missing of every unit that has it.
            let known = self.items.iter().find(|known| known.zh == item.zh || known.en == item.en);
            if let Some(known) = known.filter(|known| known.code != item.code && self.item(&item.code).is_none()) {
                faults.push(ListFault::OtherCode { found: code(), kept: known.code.clone() });
            }
        }
        faults
    }

    /// What entries change as the version after this one, in their order; what is no more last.
    pub fn changes_of_next(&self, items: &[Item]) -> Vec<ListChange> {
        let mut changes = Vec::new();
        for item in items {
            let code = || item.code.clone();
            let Some(known) = self.item(&item.code) else {
                changes.push(ListChange::Added(code()));
                continue;
            };
            if known.position != item.position {
                changes.push(ListChange::Moved(code(), known.position, item.position));
            }
            if known.section != item.section {
                changes.push(ListChange::Section(code(), known.section.clone(), item.section.clone()));
            }
            if (&known.zh, &known.en) != (&item.zh, &item.en) {
                changes.push(ListChange::Renamed(code()));
            }
        }
        let gone = self.items.iter().filter(|known| !items.iter().any(|item| item.code == known.code));
        changes.extend(gone.map(|known| ListChange::Removed(known.code.clone())));
        changes
    }
}

fn is_code(code: &str) -> bool {
    (2..=40).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= NAME && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::CatalogueKind;
    use uuid::Uuid;

    fn item(position: u8, code: &str) -> Item {
        let (zh, en) = (format!("工序{code}"), format!("Step {code}"));
        Item { position, code: code.to_owned(), section: "A".to_owned(), zh, en }
    }

    fn list() -> Catalogue {
        Catalogue {
            id: Uuid::nil(),
            kind: CatalogueKind::Preparation,
            version: 1,
            valid_from: jiff::civil::date(2000, 1, 1),
            items: vec![item(1, "weighed"), item(2, "spun"), item(3, "frozen")],
        }
    }

    #[test]
    fn a_next_version_says_what_it_changes() {
        let moved = Item { section: "B".to_owned(), ..item(2, "frozen") };
        let renamed = Item { en: "On the scales".to_owned(), ..item(1, "weighed") };
        let next = [renamed, moved, item(3, "thawed")];
        assert!(list().faults_of_next(&next).is_empty());
        let changes: Vec<String> = list().changes_of_next(&next).iter().map(ToString::to_string).collect();
        assert_eq!(
            changes,
            [
                "  weighed: another name",
                "  frozen: from position 3 to 2",
                "  frozen: from section A to B",
                "+ thawed",
                "- spun",
            ]
        );
        assert!(list().changes_of_next(&list().items).is_empty());
    }

    #[test]
    fn what_a_next_version_no_longer_asks_for_is_named() {
        let release = |codes: &[&str]| {
            let items = (1..).zip(codes).map(|(position, code)| item(position, code)).collect();
            Catalogue { kind: CatalogueKind::Release, items, ..list() }
        };
        let before = release(&["taken_by_two", "handed_by_three", "cd34_viability", "crossmatch"]);
        let losses = |codes: &[&str]| before.losses_of_next(&release(codes).items);
        assert_eq!(losses(&["crossmatch", "cd34_viability", "handed_by_three", "taken_by_two", "more"]), []);
        assert_eq!(
            losses(&["taken", "handed_by_two", "crossmatch"]),
            [
                ListLoss::People("taken_by_two".to_owned()),
                ListLoss::People("handed_by_three".to_owned()),
                ListLoss::Bound("cd34_viability".to_owned()),
            ]
        );
        assert_eq!(losses(&["taken_by_two", "handed_by_three", "cd34_viability"]), [], "a step like any other");
        // Of another list the code reads nothing that a release waits for.
        let tests = Catalogue { kind: CatalogueKind::Test, items: vec![item(1, "cd34_viability")], ..list() };
        assert_eq!(tests.losses_of_next(&[]), []);
    }

    #[test]
    fn each_fault_of_a_next_version_is_named() {
        let faults = |items: &[Item]| list().faults_of_next(items);
        assert_eq!(faults(&[]), [ListFault::Length(0)]);
        let many: Vec<Item> = (1..=64).map(|n| item(n, &format!("step_{n}"))).collect();
        assert_eq!(faults(&many), [ListFault::Length(64)]);
        let gap = [item(1, "weighed"), item(3, "spun")];
        assert_eq!(faults(&gap), [ListFault::Position { code: "spun".to_owned(), found: 3, expected: 2 }]);
        assert_eq!(faults(&[item(1, "Weighed twice")]), [ListFault::Code("Weighed twice".to_owned())]);
        let twice = [item(1, "weighed"), item(2, "weighed")];
        assert_eq!(faults(&twice), [ListFault::Twice("weighed".to_owned())]);
        for section in ["", "a", "ABCDE"] {
            let other = Item { section: section.to_owned(), ..item(1, "weighed") };
            assert_eq!(faults(&[other]), [ListFault::Section("weighed".to_owned())]);
        }
        for name in ["", " ", "two\nlines"] {
            let silent = Item { en: name.to_owned(), ..item(1, "weighed") };
            assert_eq!(faults(&[silent]), [ListFault::Name("weighed".to_owned())], "{name:?}");
        }
    }

    #[test]
    fn what_stands_in_the_version_before_keeps_its_code() {
        let again = Item { code: "put_on_the_scales".to_owned(), ..item(1, "weighed") };
        let kept = ListFault::OtherCode { found: "put_on_the_scales".to_owned(), kept: "weighed".to_owned() };
        assert_eq!(list().faults_of_next(&[again]), [kept]);
    }
}
