//! What is counted: payments to families, as the ledger settled them. Nothing here says who a family is.

use super::place::Place;
use jiff::civil;
use uuid::Uuid;

pub use crate::ledger::{DiseaseGroup, Fen};

/// A family, under a key that says nothing of it. The same family has the same key in every payment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Family(pub Uuid);

/// A payment of nothing, or of more than any.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an amount that is paid")]
pub struct Uncountable;

/// Money that reached a family or, below zero, came back from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Payment {
    position: u64,
    family: Family,
    group: DiseaseGroup,
    place: Place,
    day: civil::Date,
    amount: Fen,
}

impl Payment {
    /// The most that one payment can be, in fen: so little that nine million of them still add up.
    pub const MOST: i64 = 1_000_000_000_000;

    /// A payment of the journal's entry `position`, on a day of Shandong.
    ///
    /// # Errors
    /// `Uncountable`: of nothing, or of more than [`Payment::MOST`].
    pub const fn new(
        position: u64,
        family: Family,
        (group, place): (DiseaseGroup, Place),
        day: civil::Date,
        amount: Fen,
    ) -> Result<Self, Uncountable> {
        match amount.get().unsigned_abs() {
            0 => Err(Uncountable),
            fen if fen > Self::MOST.unsigned_abs() => Err(Uncountable),
            _ => Ok(Self { position, family, group, place, day, amount }),
        }
    }

    /// Where it stands in the ledger.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Whose it is.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// What the aid is for.
    pub const fn group(&self) -> DiseaseGroup {
        self.group
    }

    /// Where the family lives.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The day of Shandong it was paid on.
    pub const fn day(&self) -> civil::Date {
        self.day
    }

    /// The year of it.
    pub fn year(&self) -> i16 {
        self.day.year()
    }

    /// How much.
    pub const fn amount(&self) -> Fen {
        self.amount
    }
}

/// What was paid before the books began, as its source says: a sum for so many families of whom nothing else is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opening {
    position: u64,
    group: Option<DiseaseGroup>,
    day: civil::Date,
    families: u32,
    amount: Fen,
}

impl Opening {
    /// Of the journal's entry `position`, on the day of Shandong it is dated; of one group, or of any.
    ///
    /// # Errors
    /// `Uncountable`: of nothing, less than nothing, or more than a cell is read with.
    pub const fn new(
        position: u64,
        group: Option<DiseaseGroup>,
        day: civil::Date,
        families: u32,
        amount: Fen,
    ) -> Result<Self, Uncountable> {
        match amount.get() {
            1..=1_000_000_000_000_000 => Ok(Self { position, group, day, families, amount }),
            _ => Err(Uncountable),
        }
    }

    /// Where it stands in the ledger.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// What the aid was for; none where it was for any.
    pub const fn group(&self) -> Option<DiseaseGroup> {
        self.group
    }

    /// The day it is dated.
    pub const fn day(&self) -> civil::Date {
        self.day
    }

    /// How many families it is of.
    pub const fn families(&self) -> u32 {
        self.families
    }

    /// How much they were paid.
    pub const fn amount(&self) -> Fen {
        self.amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_of_something_and_can_be_added_up() {
        let of = |fen| {
            let cell = (DiseaseGroup::Rare, Place::Outside);
            Payment::new(1, Family(Uuid::nil()), cell, civil::date(2026, 7, 1), Fen::new(fen))
        };
        assert!(of(1).is_ok() && of(-1).is_ok() && of(Payment::MOST).is_ok());
        for wrong in [0, Payment::MOST + 1, -Payment::MOST - 1, i64::MIN] {
            assert_eq!(of(wrong), Err(Uncountable), "{wrong}");
        }
    }
}
