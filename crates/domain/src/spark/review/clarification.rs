//! Clarification (补充说明): the house asks a family about a case, and opens for it the sections it asks about.
//!
//! Only these can be changed, only until the deadline, and only once: the answer closes them. Meanwhile the clock of the
//! case stands still ([`super::clock`]). What the sections are is the application's: here they are any kind `S`.

use super::clock::Pause;
use crate::workdays;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The shortest time a family gets, in business days.
pub const SHORTEST: u16 = 5;
/// The longest.
pub const LONGEST: u16 = 30;

/// What the house asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clarification<S> {
    sections: BTreeSet<S>,
    asked_on: Date,
    due_on: Date,
    answered_on: Option<Date>,
}

/// It cannot be asked so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unasked {
    /// It names no section.
    #[error("no section is named")]
    NoSection,
    /// The time is too short or too long.
    #[error("a family has {SHORTEST} to {LONGEST} business days, not {days}")]
    Days {
        /// What was meant.
        days: u16,
    },
    /// An earlier one still waits for its answer: one at a time, so that a family has one deadline.
    #[error("an earlier one is due on {due_on}")]
    Waiting {
        /// Its deadline.
        due_on: Date,
    },
}

/// A section cannot be changed, or an answer not be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Locked {
    /// It is none of those asked about.
    #[error("the section was not asked about")]
    NotNamed,
    /// The answer was given.
    #[error("answered on {on}")]
    Answered {
        /// When.
        on: Date,
    },
    /// The deadline is past.
    #[error("it was due on {on}")]
    Overdue {
        /// The last day.
        on: Date,
    },
}

impl<S: Ord + Copy> Clarification<S> {
    /// Asks about sections `today`; `days` business days are given for the answer. `earlier` are those of the same case.
    ///
    /// # Errors
    /// `NoSection`, `Days`, `Waiting`, in this order.
    pub fn ask(
        sections: impl IntoIterator<Item = S>,
        (today, days): (Date, u16),
        earlier: &[Self],
    ) -> Result<Self, Unasked> {
        let sections: BTreeSet<S> = sections.into_iter().collect();
        if sections.is_empty() {
            return Err(Unasked::NoSection);
        }
        if !(SHORTEST..=LONGEST).contains(&days) {
            return Err(Unasked::Days { days });
        }
        if let Some(open) = earlier.iter().find(|one| one.waits(today)) {
            return Err(Unasked::Waiting { due_on: open.due_on });
        }
        Ok(Self { sections, asked_on: today, due_on: workdays::after(today, days), answered_on: None })
    }

    /// As it was kept: asked on a day, due on another, and answered, where it was.
    pub fn kept(
        sections: impl IntoIterator<Item = S>,
        (asked_on, due_on): (Date, Date),
        answered_on: Option<Date>,
    ) -> Self {
        Self { sections: sections.into_iter().collect(), asked_on, due_on, answered_on }
    }

    /// Whether a section can be changed `today`.
    ///
    /// # Errors
    /// `NotNamed` for any other, whatever the day; then as [`Self::answer`].
    pub fn unlocks(&self, section: S, today: Date) -> Result<(), Locked> {
        if self.sections.contains(&section) { self.is_open(today) } else { Err(Locked::NotNamed) }
    }

    /// Gives the answer: what it opened is closed.
    ///
    /// # Errors
    /// `Answered` before, `Overdue` after the last day.
    pub fn answer(&self, today: Date) -> Result<Self, Locked> {
        self.is_open(today)?;
        Ok(Self { answered_on: Some(today), ..self.clone() })
    }

    fn is_open(&self, today: Date) -> Result<(), Locked> {
        match self.answered_on {
            Some(on) => Err(Locked::Answered { on }),
            None if self.due_on < today => Err(Locked::Overdue { on: self.due_on }),
            None => Ok(()),
        }
    }

    /// It waits for its answer, which can still come.
    pub fn waits(&self, today: Date) -> bool {
        self.is_open(today).is_ok()
    }

    /// Nobody answered in time: the case goes on with what there is.
    pub fn is_overdue(&self, today: Date) -> bool {
        matches!(self.is_open(today), Err(Locked::Overdue { .. }))
    }

    /// What it opened.
    pub const fn sections(&self) -> &BTreeSet<S> {
        &self.sections
    }

    /// The last day for the answer.
    pub const fn due_on(&self) -> Date {
        self.due_on
    }

    /// The day it was asked.
    pub const fn asked_on(&self) -> Date {
        self.asked_on
    }

    /// The day of the answer.
    pub const fn answered_on(&self) -> Option<Date> {
        self.answered_on
    }

    /// Where the clock of the case stands still: until the answer, and after the deadline no longer.
    pub fn pause(&self, today: Date) -> Pause {
        let answered_on = match self.answered_on {
            None if self.is_overdue(today) => Some(self.due_on),
            answered_on => answered_on,
        };
        Pause { asked_on: self.asked_on, answered_on }
    }
}

#[cfg(test)]
mod tests;
