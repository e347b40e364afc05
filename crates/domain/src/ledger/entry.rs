//! Entries of the journal (记账凭证). Each is made whole by the function of its kind, and there is no other way to make one: so
//! its postings add up to zero, in every envelope and in either ring of accounts.

use super::{Account, Amount, Fen, TooMuch};
use crate::ids::EnvelopeId;
use crate::named::named;

named! {
    /// What an entry is about.
    EntryKind, 12 {
        /// 期初: what was given and paid before these books began, with its source.
        Opening "opening",
        /// 收到捐赠.
        Donation "donation",
        /// 预算划拨: money moves from one envelope of a fund to another.
        Allocation "allocation",
        /// 承诺: money is kept for a case that was approved.
        Reserved "reserved",
        /// 逾期释放: what was not used in time is free again.
        Lapsed "lapsed",
        /// 释放: what is not needed any more (refused, withdrawn) is free again.
        Released "released",
        /// 付款发出: a promise becomes a payment, on its way.
        PaymentSent "payment_sent",
        /// 付款到账: the bank says that it arrived.
        PaymentSettled "payment_settled",
        /// 付款失败: the bank says that it did not; the money is promised again.
        PaymentFailed "payment_failed",
        /// 退汇: a payment that had arrived came back.
        PaymentReturned "payment_returned",
        /// 追回: a family or a hospital gave money back that it should not have had.
        Clawback "clawback",
        /// 冲正: the opposite of an entry that was a mistake.
        Reversal "reversal",
    }
}

impl EntryKind {
    /// A mistake in it can be reversed: it is what a person entered from a paper. The others are what happened to an award,
    /// which is put right by what happens to it next: a payment that failed is a failure and not a mistake of the book-keeper.
    pub const fn is_reversible(self) -> bool {
        matches!(self, Self::Opening | Self::Donation | Self::Allocation | Self::Clawback)
    }
}

/// One line of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posting {
    /// Whose money.
    pub envelope: EnvelopeId,
    /// Which account.
    pub account: Account,
    /// Debits above zero.
    pub amount: Fen,
}

/// Why there is no such entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unpostable {
    /// More was paid than was given before the books began.
    #[error("more paid than received")]
    MorePaidThanReceived,
    /// From an envelope to itself.
    #[error("from an envelope to itself")]
    SameEnvelope,
    /// An entry of this kind is put right by what happens next, and a reversal never.
    #[error("{} is not reversed", .0.name())]
    NotReversible(EntryKind),
    /// It cannot be counted.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
}

/// What is written into the journal at once, or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    kind: EntryKind,
    postings: Vec<Posting>,
}

impl Entry {
    /// What an envelope had been given, and what of it was paid, before the books began.
    ///
    /// # Errors
    /// `MorePaidThanReceived`.
    pub fn opening(envelope: EnvelopeId, received: Amount, paid: Option<Amount>) -> Result<Self, Unpostable> {
        let spent = paid.map_or(Fen::ZERO, Amount::fen);
        let left = received.fen().minus(spent)?;
        if left < Fen::ZERO {
            return Err(Unpostable::MorePaidThanReceived);
        }
        let gave = received.fen().negated()?;
        let lines = [(Account::Bank, left), (Account::Received, gave), (Account::Paid, spent)];
        Ok(Self::of(EntryKind::Opening, envelope, lines))
    }

    /// Money came.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn donation(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        let (plus, minus) = both(amount)?;
        Ok(Self::of(EntryKind::Donation, envelope, [(Account::Bank, plus), (Account::Received, minus)]))
    }

    /// Money moves from one envelope to another of the same fund.
    ///
    /// # Errors
    /// `SameEnvelope`.
    pub fn allocation(from: EnvelopeId, to: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        if from == to {
            return Err(Unpostable::SameEnvelope);
        }
        let (plus, minus) = both(amount)?;
        let mut entry = Self::of(EntryKind::Allocation, from, [(Account::Bank, minus), (Account::Received, plus)]);
        let into = Self::of(EntryKind::Allocation, to, [(Account::Bank, plus), (Account::Received, minus)]);
        entry.postings.extend(into.postings);
        Ok(entry)
    }

    /// A promise.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn reserved(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        let (plus, minus) = both(amount)?;
        Ok(Self::of(EntryKind::Reserved, envelope, [(Account::Committed, plus), (Account::Reserve, minus)]))
    }

    /// A promise that was not used in time ends.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn lapsed(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        let (plus, minus) = both(amount)?;
        Ok(Self::of(EntryKind::Lapsed, envelope, [(Account::Committed, minus), (Account::Reserve, plus)]))
    }

    /// A promise that is not needed ends.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn released(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        Ok(Self { kind: EntryKind::Released, ..Self::lapsed(envelope, amount)? })
    }

    /// A promise becomes a payment.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn payment_sent(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        let (plus, minus) = both(amount)?;
        let lines =
            [(Account::Committed, minus), (Account::Reserve, plus), (Account::Paid, plus), (Account::Transit, minus)];
        Ok(Self::of(EntryKind::PaymentSent, envelope, lines))
    }

    /// A payment arrived.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn payment_settled(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        let (plus, minus) = both(amount)?;
        Ok(Self::of(EntryKind::PaymentSettled, envelope, [(Account::Transit, plus), (Account::Bank, minus)]))
    }

    /// A payment did not arrive: all of it is promised again.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn payment_failed(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        let sent = Self::payment_sent(envelope, amount)?;
        Ok(Self { kind: EntryKind::PaymentFailed, postings: opposite(&sent.postings)? })
    }

    /// A payment that had arrived came back. It is promised again while its award is `live`, and free where that has ended.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn payment_returned(envelope: EnvelopeId, amount: Amount, live: bool) -> Result<Self, Unpostable> {
        let (plus, minus) = both(amount)?;
        let mut entry = Self::of(EntryKind::PaymentReturned, envelope, [(Account::Bank, plus), (Account::Paid, minus)]);
        if live {
            entry.postings.extend(Self::reserved(envelope, amount)?.postings);
        }
        Ok(entry)
    }

    /// Money that should not have been paid came back, and is free.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn clawback(envelope: EnvelopeId, amount: Amount) -> Result<Self, Unpostable> {
        Ok(Self { kind: EntryKind::Clawback, ..Self::payment_returned(envelope, amount, false)? })
    }

    /// The opposite of an entry.
    ///
    /// # Errors
    /// `NotReversible`.
    pub fn reversal(of: &Self) -> Result<Self, Unpostable> {
        if !of.kind.is_reversible() {
            return Err(Unpostable::NotReversible(of.kind));
        }
        Ok(Self { kind: EntryKind::Reversal, postings: opposite(&of.postings)? })
    }

    /// An entry as it stands in the journal. `None` where its postings do not add up: then it is none of ours.
    pub fn from_journal(kind: EntryKind, postings: Vec<Posting>) -> Option<Self> {
        let sum = Fen::sum(postings.iter().map(|posting| posting.amount));
        (sum == Ok(Fen::ZERO) && !postings.is_empty()).then_some(Self { kind, postings })
    }

    /// What it is about.
    pub const fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Its lines.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    fn of<const N: usize>(kind: EntryKind, envelope: EnvelopeId, lines: [(Account, Fen); N]) -> Self {
        // A line of nothing says nothing.
        let lines = lines.into_iter().filter(|(_, amount)| *amount != Fen::ZERO);
        Self { kind, postings: lines.map(|(account, amount)| Posting { envelope, account, amount }).collect() }
    }
}

fn both(amount: Amount) -> Result<(Fen, Fen), TooMuch> {
    Ok((amount.fen(), amount.fen().negated()?))
}

fn opposite(postings: &[Posting]) -> Result<Vec<Posting>, TooMuch> {
    postings.iter().map(|posting| Ok(Posting { amount: posting.amount.negated()?, ..*posting })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    const FIRST: EnvelopeId = EnvelopeId(Uuid::from_u128(1));
    const OTHER: EnvelopeId = EnvelopeId(Uuid::from_u128(2));

    fn every_kind(amount: Amount, part: Amount) -> Vec<Entry> {
        let made = [
            Entry::opening(FIRST, amount, Some(part)),
            Entry::opening(FIRST, amount, None),
            Entry::donation(FIRST, amount),
            Entry::allocation(FIRST, OTHER, amount),
            Entry::reserved(FIRST, amount),
            Entry::lapsed(FIRST, amount),
            Entry::released(FIRST, amount),
            Entry::payment_sent(FIRST, amount),
            Entry::payment_settled(FIRST, amount),
            Entry::payment_failed(FIRST, amount),
            Entry::payment_returned(FIRST, amount, true),
            Entry::payment_returned(FIRST, amount, false),
            Entry::clawback(FIRST, amount),
        ];
        let mut all: Vec<Entry> = made.into_iter().map(|entry| entry.expect("an entry")).collect();
        let reversed: Vec<Entry> = all.iter().filter_map(|entry| Entry::reversal(entry).ok()).collect();
        assert_eq!(reversed.len(), 5, "openings, the donation, the allocation, what was given back");
        all.extend(reversed);
        all
    }

    proptest! {
        /// Per envelope and ring of accounts, whatever the kind.
        #[test]
        fn every_entry_adds_up_to_zero(fen in 1..=Amount::MAX.get(), part in 1..=Amount::MAX.get()) {
            let (amount, part) = (fen.max(part), fen.min(part));
            let (amount, part) = (Amount::new(amount).expect("an amount"), Amount::new(part).expect("an amount"));
            for entry in every_kind(amount, part) {
                let mut rings: BTreeMap<(EnvelopeId, bool), i64> = BTreeMap::new();
                for posting in entry.postings() {
                    let promise = matches!(posting.account, Account::Committed | Account::Reserve);
                    *rings.entry((posting.envelope, promise)).or_default() += posting.amount.get();
                    prop_assert!(posting.amount != Fen::ZERO);
                }
                prop_assert!(rings.values().all(|sum| *sum == 0), "{:?}", entry);
                prop_assert!(entry.postings().len() >= 2);
            }
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        let amount = |fen| Amount::new(fen).expect("an amount");
        assert_eq!(Entry::opening(FIRST, amount(5), Some(amount(6))), Err(Unpostable::MorePaidThanReceived));
        assert_eq!(Entry::allocation(FIRST, FIRST, amount(5)), Err(Unpostable::SameEnvelope));
        let given = Entry::donation(FIRST, amount(5)).expect("an entry");
        let back = Entry::reversal(&given).expect("its reversal");
        assert_eq!(Entry::reversal(&back), Err(Unpostable::NotReversible(EntryKind::Reversal)));
        let one_sided = given.postings()[..1].to_vec();
        assert_eq!(Entry::from_journal(EntryKind::Donation, one_sided), None);
        assert_eq!(Entry::from_journal(EntryKind::Donation, given.postings().to_vec()), Some(given));
    }
}
