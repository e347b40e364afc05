//! Corrections (更正): a snapshot that was wrong stays readable, another takes its place and names it, and what changed is shown
//! with the old number, the new one and the reason.
//!
//! Old and new are both public, so their difference is too. What changes is held to the same rules: families move from row to
//! row in numbers, or the rows are joined; money is put right in place, or moves together with families. A payment that the
//! ledger itself corrects needs none of this: its reversal waits with the payments of the next quarter.
//!
//! Numbers alone do not say whose they are. Whoever corrects makes the tables from the right payments, by [`Tables::with`] on
//! those of the snapshot before, or joins rows of the wrong ones; joining is always safe.

use super::facts::Fen;
use super::place::Region;
use super::report::Label;
use super::snapshot::{Digest, Snapshot};
use super::tables::{Groups, Sum, Tables, Years};
use crate::Locale;
use crate::field::Fault;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Which snapshot was wrong, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correction {
    of: Digest,
    reason: String,
}

impl Correction {
    /// The most characters of a reason.
    pub const LONGEST: u32 = 500;

    /// A reason for the public, of one line.
    ///
    /// # Errors
    /// `Required`, `TooLong`, `NameCharacters` where it has more than one line or other controls.
    pub fn new(of: Digest, reason: &str) -> Result<Self, Fault> {
        let reason = reason.trim();
        match reason.chars().count() {
            0 => Err(Fault::Required),
            n if n > Self::LONGEST as usize => Err(Fault::TooLong { max: Self::LONGEST }),
            _ if reason.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) => {
                Err(Fault::NameCharacters)
            }
            _ => Ok(Self { of, reason: reason.to_owned() }),
        }
    }

    /// The snapshot that was wrong.
    pub const fn of(&self) -> Digest {
        self.of
    }

    /// What was wrong.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// A number of a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Figure {
    /// Of everything.
    Total,
    /// Of some years.
    Years(Years),
    /// Of a disease group, or some together.
    Groups(Groups),
    /// Of a region.
    Region(Region),
    /// Of a disease group in some years.
    YearsAndGroups(Years, Groups),
    /// Of a region in some years.
    YearsAndRegion(Years, Region),
    /// What the fund received in a year.
    Received(i16),
}

impl Figure {
    /// What it is called: 合计, 2026年 · 罕见病
    pub fn text(self, locale: Locale) -> String {
        match self {
            Self::Total => Label::Total.text(locale),
            Self::Years(years) => years.text(locale),
            Self::Groups(groups) => groups.text(locale),
            Self::Region(region) => region.text(locale).to_owned(),
            Self::YearsAndGroups(years, groups) => format!("{} · {}", years.text(locale), groups.text(locale)),
            Self::YearsAndRegion(years, region) => format!("{} · {}", years.text(locale), region.text(locale)),
            Self::Received(year) => Label::Received(year).text(locale),
        }
    }
}

/// A number that is not what it was. A row that was not there has nothing in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Which.
    pub figure: Figure,
    /// What was published.
    pub old: Sum,
    /// What it should have been.
    pub new: Sum,
}

impl Change {
    /// Families more or fewer.
    const fn moved(&self) -> u64 {
        self.old.families.abs_diff(self.new.families)
    }

    /// Something stands by itself that did not before. Rows that are joined may begin.
    fn opens_a_row(&self) -> bool {
        let alone = match self.figure {
            Figure::YearsAndGroups(years, groups) => years.first == years.last && !groups.are_joined(),
            Figure::YearsAndRegion(years, region) => {
                years.first == years.last && matches!(region, Region::City(_) | Region::Outside)
            }
            _ => false,
        };
        alone && self.old == Sum::default()
    }

    /// Fen more or, below zero, fewer.
    const fn money(&self) -> i64 {
        self.new.amount.get() - self.old.amount.get()
    }
}

/// Every number of a snapshot.
fn figures(snapshot: &Snapshot) -> BTreeMap<Figure, Sum> {
    let tables = &snapshot.tables;
    let received = |fen: &Fen| Sum { families: 0, amount: *fen };
    let mut all = BTreeMap::from([(Figure::Total, tables.total())]);
    all.extend(tables.by_year().into_iter().map(|(years, sum)| (Figure::Years(years), sum)));
    all.extend(tables.by_group().into_iter().map(|(groups, sum)| (Figure::Groups(groups), sum)));
    all.extend(tables.by_region().into_iter().map(|(region, sum)| (Figure::Region(region), sum)));
    let fine = tables.by_year_and_group().iter();
    all.extend(fine.map(|((years, groups), sum)| (Figure::YearsAndGroups(*years, *groups), *sum)));
    let fine = tables.by_year_and_region().iter();
    all.extend(fine.map(|((years, region), sum)| (Figure::YearsAndRegion(*years, *region), *sum)));
    all.extend(snapshot.received.iter().map(|(year, fen)| (Figure::Received(*year), received(fen))));
    all
}

/// What differs between two snapshots, in the order in which a report shows it.
pub fn changes(old: &Snapshot, new: &Snapshot) -> Vec<Change> {
    let (before, after) = (figures(old), figures(new));
    let all: BTreeSet<Figure> = before.keys().chain(after.keys()).copied().collect();
    let of = |figures: &BTreeMap<Figure, Sum>, figure: Figure| figures.get(&figure).copied().unwrap_or_default();
    let change = |figure: Figure| Change { figure, old: of(&before, figure), new: of(&after, figure) };
    all.into_iter().map(change).filter(|change| change.old != change.new).collect()
}

/// Why a snapshot cannot be corrected so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotCorrected {
    /// The reason is none.
    #[error("the reason cannot be published")]
    Reason(Fault),
    /// It says what the snapshot says already.
    #[error("nothing is changed")]
    NothingChanged,
    /// A row of its own for what was joined: whom it was joined for would be seen.
    #[error("a row is opened")]
    NewRow(Figure),
    /// So few families more or fewer would be seen by whoever has the old number. Join the rows.
    #[error("too few families change")]
    TooFew(Figure),
    /// A payment that moves from row to row without enough families is seen to the fen. Join the rows.
    #[error("money moves alone")]
    MoneyAlone(Figure),
}

impl Snapshot {
    /// The snapshot that takes the place of this one, whose bytes have the hash `digest`: of the same quarter and position,
    /// with other numbers.
    ///
    /// # Errors
    /// See [`NotCorrected`].
    pub fn corrected(
        &self,
        digest: Digest,
        taken_at: Timestamp,
        (tables, received): (Tables, BTreeMap<i16, Fen>),
        reason: &str,
    ) -> Result<Self, NotCorrected> {
        let corrects = Some(Correction::new(digest, reason).map_err(NotCorrected::Reason)?);
        let new = Self { taken_at, corrects, received, tables, ..self.clone() };
        let changes = changes(self, &new);
        if changes.is_empty() {
            return Err(NotCorrected::NothingChanged);
        }
        if let Some(opened) = changes.iter().find(|change| change.opens_a_row()) {
            return Err(NotCorrected::NewRow(opened.figure));
        }
        let least = u64::from(self.rules.least());
        if let Some(few) = changes.iter().find(|change| (1..least).contains(&change.moved())) {
            return Err(NotCorrected::TooFew(few.figure));
        }
        match changes.iter().find(|change| moves_alone(change, &changes)) {
            Some(alone) => Err(NotCorrected::MoneyAlone(alone.figure)),
            None => Ok(new),
        }
    }
}

/// Money changes in a row without families, and changes the other way in another row of the same table.
fn moves_alone(change: &Change, changes: &[Change]) -> bool {
    let table = std::mem::discriminant(&change.figure);
    let others = changes.iter().filter(|other| std::mem::discriminant(&other.figure) == table);
    let is_of_families = !matches!(change.figure, Figure::Received(_));
    is_of_families
        && change.moved() == 0
        && others.into_iter().any(|other| other.money().signum() == -change.money().signum() && other.money() != 0)
}

#[cfg(test)]
#[path = "correction_tests.rs"]
mod tests;
