//! Taking the snapshot of a quarter: what waits is counted, all of it or nothing, on top of the snapshot before.

use super::crowd::Rules;
use super::facts::{Family, Fen, Opening, Payment};
use super::quarter::Quarter;
use super::snapshot::{Digest, Snapshot};
use super::tables::{Placed, Tables, placed};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Payments that no snapshot has.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// The families of all payments that a snapshot has.
    pub counted: &'a BTreeSet<Family>,
    /// All payments since, up to the end of the quarter.
    pub payments: &'a [Payment],
    /// What was paid before the books began and no snapshot has, up to the end of the quarter.
    pub openings: &'a [Opening],
}

/// Why no such snapshot can be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotFrozen {
    /// The snapshot before is of the same quarter or a later one.
    #[error("there is a snapshot of {0} already")]
    NotAfter(Quarter),
    /// The quarter is not over.
    #[error("{0} is not over")]
    NotOver(Quarter),
    /// A payment is of a later quarter.
    #[error("the payment of entry {0} is of a later quarter")]
    LaterPayment(u64),
    /// A payment is in the snapshot before.
    #[error("the payment of entry {0} is counted already")]
    CountedPayment(u64),
}

impl Snapshot {
    /// The snapshot of a quarter, taken at an instant after it; `before` is the last one that stands, and its hash. Where what
    /// waits is too few, the tables are those of `before` and so is the position: nobody can tell few from none, and what
    /// waits is counted with the next.
    ///
    /// # Errors
    /// See [`NotFrozen`].
    pub fn take(
        before: Option<(&Self, Digest)>,
        (quarter, taken_at): (Quarter, Timestamp),
        waiting: Waiting<'_>,
        received: BTreeMap<i16, Fen>,
        rules: Rules,
    ) -> Result<Self, NotFrozen> {
        Self::take_placed(before, (quarter, taken_at), waiting, received, rules).map(|(snapshot, _)| snapshot)
    }

    /// The same, and in which rows each payment that became public by it is counted: whoever keeps them counts none again.
    /// Sums from before the books become public by themselves, but while payments wait only those that stand before them.
    ///
    /// # Errors
    /// See [`NotFrozen`].
    pub fn take_placed(
        before: Option<(&Self, Digest)>,
        (quarter, taken_at): (Quarter, Timestamp),
        waiting: Waiting<'_>,
        received: BTreeMap<i16, Fen>,
        rules: Rules,
    ) -> Result<(Self, Vec<Placed>), NotFrozen> {
        if let Some((last, _)) = before.filter(|(last, _)| last.quarter >= quarter) {
            return Err(NotFrozen::NotAfter(last.quarter));
        }
        if taken_at < quarter.period().instants().1 {
            return Err(NotFrozen::NotOver(quarter));
        }
        let position = before.map_or(0, |(last, _)| last.position);
        for paid in waiting.payments {
            if paid.day() > quarter.period().last() {
                return Err(NotFrozen::LaterPayment(paid.position()));
            }
            if before.is_some() && paid.position() <= position {
                return Err(NotFrozen::CountedPayment(paid.position()));
            }
        }
        let so_far = before.map_or_else(Tables::default, |(last, _)| last.tables.clone());
        let later = waiting.openings.iter().find(|opening| opening.day() > quarter.period().last());
        if let Some(opening) = later {
            return Err(NotFrozen::LaterPayment(opening.position()));
        }
        let (tables, mut rows, first_waits) = match so_far.with(waiting.counted, waiting.payments, rules) {
            Some(tables) => {
                let rows = placed(waiting.counted, waiting.payments, rules).unwrap_or_default();
                (tables, rows, None)
            }
            None => (so_far, Vec::new(), waiting.payments.iter().map(Payment::position).min()),
        };
        let is_before = |opening: &&Opening| first_waits.is_none_or(|first| opening.position() < first);
        let openings: Vec<Opening> = waiting.openings.iter().filter(is_before).copied().collect();
        let (tables, more) = tables.with_openings(&openings, rules);
        rows.extend(more);
        let position = rows.iter().map(|row| row.position).fold(position, u64::max);
        let follows = before.map(|(_, digest)| digest);
        Ok((Self { quarter, taken_at, position, rules, follows, corrects: None, received, tables }, rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::City;
    use crate::disclosure::facts::DiseaseGroup;
    use crate::disclosure::place::Place;
    use jiff::civil;
    use uuid::Uuid;

    const DIGEST: Digest = Digest([3; 32]);

    fn payment(position: u64, day: civil::Date) -> Payment {
        let cell = (DiseaseGroup::Rare, Place::City(City::Jinan));
        let family = Family(Uuid::from_u128(u128::from(position)));
        Payment::new(position, family, cell, day, Fen::new(1_000_000)).expect("a payment")
    }

    fn payments(positions: std::ops::Range<u64>, day: civil::Date) -> Vec<Payment> {
        positions.map(|position| payment(position, day)).collect()
    }

    fn take(before: Option<&Snapshot>, quarter: &str, day: &str, payments: &[Payment]) -> Result<Snapshot, NotFrozen> {
        let counted = (1..=before.map_or(0, |last| last.position)).map(|n| Family(Uuid::from_u128(u128::from(n))));
        let waiting = Waiting { counted: &counted.collect(), payments, openings: &[] };
        let taken_at = crate::time::start_of_day(day.parse().expect("a day"));
        let quarter = quarter.parse().expect("a quarter");
        Snapshot::take(
            before.map(|last| (last, DIGEST)),
            (quarter, taken_at),
            waiting,
            BTreeMap::new(),
            Rules::default(),
        )
    }

    #[test]
    fn what_is_too_few_waits_and_nobody_can_tell_it_from_nothing() {
        let first = take(None, "2026-Q2", "2026-07-01", &payments(1..10, civil::date(2026, 5, 1))).expect("a snapshot");
        assert_eq!((first.position, first.tables.total().families, first.follows), (9, 9, None));
        let few = payments(10..13, civil::date(2026, 8, 1));
        let second = take(Some(&first), "2026-Q3", "2026-10-12", &few).expect("a snapshot");
        let none = take(Some(&first), "2026-Q3", "2026-10-12", &[]).expect("a snapshot");
        assert_eq!(second.canonical(), none.canonical());
        assert_eq!((second.position, second.follows), (9, Some(DIGEST)));
        let more = [few, payments(13..16, civil::date(2026, 11, 1))].concat();
        let third = take(Some(&second), "2026-Q4", "2027-01-04", &more).expect("a snapshot");
        assert_eq!((third.position, third.tables.total().families), (15, 15));
    }

    #[test]
    fn sums_from_before_the_books_do_not_wait_for_payments_behind_them() {
        let day = civil::date(2026, 5, 1);
        let opening = |position| Opening::new(position, None, day, 50, Fen::new(5_000)).expect("an opening");
        let (few, openings) = (payments(3..5, day), [opening(1), opening(2), opening(9)]);
        let waiting = Waiting { counted: &BTreeSet::new(), payments: &few, openings: &openings };
        let at = ("2026-Q2".parse().expect("a quarter"), crate::time::start_of_day(civil::date(2026, 7, 1)));
        let taken = Snapshot::take_placed(None, at, waiting, BTreeMap::new(), Rules::default());
        let (snapshot, rows) = taken.expect("a snapshot");
        assert_eq!((snapshot.position, snapshot.tables.total().families), (2, 100), "the two payments wait");
        assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), [1, 2]);
        let enough = payments(3..9, day);
        let waiting = Waiting { payments: &enough, ..waiting };
        let taken = Snapshot::take_placed(None, at, waiting, BTreeMap::new(), Rules::default());
        let (snapshot, rows) = taken.expect("a snapshot");
        assert_eq!((snapshot.position, snapshot.tables.total().families, rows.len()), (9, 156, 9));
    }

    #[test]
    fn a_quarter_is_frozen_once_and_when_it_is_over() {
        let day = civil::date(2026, 5, 1);
        let first = take(None, "2026-Q2", "2026-07-01", &payments(1..10, day)).expect("a snapshot");
        assert_eq!(take(Some(&first), "2026-Q2", "2026-07-02", &[]), Err(NotFrozen::NotAfter(first.quarter)));
        let next = first.quarter.next();
        assert_eq!(take(Some(&first), "2026-Q3", "2026-09-30", &[]), Err(NotFrozen::NotOver(next)));
        let later = payments(20..21, civil::date(2026, 10, 1));
        assert_eq!(take(Some(&first), "2026-Q3", "2026-10-12", &later), Err(NotFrozen::LaterPayment(20)));
        let again = payments(9..10, day);
        assert_eq!(take(Some(&first), "2026-Q3", "2026-10-12", &again), Err(NotFrozen::CountedPayment(9)));
    }
}
