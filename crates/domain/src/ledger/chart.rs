//! The chart of accounts (科目) and what they say of an envelope or a fund.

use super::{Entry, Fen, TooMuch};
use crate::ids::EnvelopeId;
use crate::named::named;

named! {
    /// The accounts of every envelope. Debits are above zero; what is usually a credit stands below it.
    Account, 6 {
        /// 银行存款: money at the bank, as its statements show it.
        Bank "bank",
        /// 在途付款: payments that left for the bank, which has not answered. Below zero.
        Transit "transit",
        /// 捐赠收入: what was given. Below zero.
        Received "received",
        /// 救助支出: what was paid to families, on its way or there.
        Paid "paid",
        /// 已承诺: what is promised and not paid.
        Committed "committed",
        /// 承诺准备: what the promises keep. Below zero.
        Reserve "reserve",
    }
}

/// What an envelope has, or a fund: each number as people say it, none below zero.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// What was given.
    pub received: Fen,
    /// What was paid.
    pub paid: Fen,
    /// Of that, what the bank has not answered for.
    pub in_transit: Fen,
    /// What is promised and not paid.
    pub committed: Fen,
}

/// More than there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Overdrawn {
    /// More would be promised, paid or taken back than was given.
    #[error("only {available} yuan are available")]
    Available {
        /// What is.
        available: Fen,
    },
    /// More would be paid or released than was promised.
    #[error("only {committed} yuan are committed")]
    Committed {
        /// What is.
        committed: Fen,
    },
    /// More would come back than was paid.
    #[error("only {paid} yuan were paid")]
    Paid {
        /// What was.
        paid: Fen,
    },
    /// More would be answered for than is on its way.
    #[error("only {in_transit} yuan are in transit")]
    Transit {
        /// What is.
        in_transit: Fen,
    },
    /// It cannot be counted.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
}

impl Totals {
    /// What can still be promised.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn available(&self) -> Result<Fen, TooMuch> {
        self.received.minus(self.paid)?.minus(self.committed)
    }

    /// What the bank's statement should show.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn at_bank(&self) -> Result<Fen, TooMuch> {
        self.received.minus(self.paid)?.plus(self.in_transit)
    }

    /// The totals after an entry, as far as it concerns one envelope, or all of them where none is named.
    ///
    /// # Errors
    /// `Overdrawn` when a number would fall below zero; nothing has happened then.
    pub fn after(&self, entry: &Entry, envelope: Option<EnvelopeId>) -> Result<Self, Overdrawn> {
        let mut then = *self;
        let own = entry.postings().iter().filter(|posting| envelope.is_none_or(|one| posting.envelope == one));
        for posting in own {
            match posting.account {
                Account::Received => then.received = then.received.minus(posting.amount)?,
                Account::Transit => then.in_transit = then.in_transit.minus(posting.amount)?,
                Account::Paid => then.paid = then.paid.plus(posting.amount)?,
                Account::Committed => then.committed = then.committed.plus(posting.amount)?,
                // The other halves of the two rings follow from these.
                Account::Bank | Account::Reserve => {}
            }
        }
        if then.committed < Fen::ZERO {
            return Err(Overdrawn::Committed { committed: self.committed });
        }
        if then.paid < Fen::ZERO {
            return Err(Overdrawn::Paid { paid: self.paid });
        }
        if then.in_transit < Fen::ZERO {
            return Err(Overdrawn::Transit { in_transit: self.in_transit });
        }
        if then.available()? < Fen::ZERO {
            return Err(Overdrawn::Available { available: self.available()? });
        }
        Ok(then)
    }
}
