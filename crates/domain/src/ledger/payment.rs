//! The states of a payment: one line of a file for the bank, for one tranche.

use super::{EntryKind, Impossible};
use crate::named::named;

named! {
    /// How far a payment is.
    PaymentState, 7 {
        /// Waits for the next file.
        Released "released",
        /// Left in a file; the bank has not answered.
        Sent "sent",
        /// It arrived.
        Settled "settled",
        /// It did not.
        Failed "failed",
        /// Nobody knows. A person finds out and decides; it is never sent again by itself.
        InDoubt "in_doubt",
        /// It had arrived and came back.
        Returned "returned",
        /// Taken back before it left.
        Cancelled "cancelled",
    }
}

named! {
    /// What can happen to a payment.
    PaymentEvent, 8 {
        /// It goes out in a file.
        Send "send",
        /// It is taken back before that.
        Cancel "cancel",
        /// The bank says that it arrived.
        Settle "settle",
        /// The bank says that it did not.
        Fail "fail",
        /// The bank's answer is none.
        Doubt "doubt",
        /// A person found out that it arrived.
        DecideSettled "decide_settled",
        /// A person found out that it did not.
        DecideFailed "decide_failed",
        /// The money is back at the bank.
        Return "return",
    }
}

impl PaymentState {
    /// Where a payment stands after `event`. The whole table is `golden/ledger_payment.txt`.
    ///
    /// # Errors
    /// `Impossible`.
    pub const fn next(self, event: PaymentEvent) -> Result<Self, Impossible<Self, PaymentEvent>> {
        use PaymentEvent as E;
        Ok(match (self, event) {
            (Self::Released, E::Send) => Self::Sent,
            (Self::Released, E::Cancel) => Self::Cancelled,
            (Self::Sent, E::Settle) | (Self::InDoubt, E::DecideSettled) => Self::Settled,
            (Self::Sent, E::Fail) | (Self::InDoubt, E::DecideFailed) => Self::Failed,
            (Self::Sent, E::Doubt) => Self::InDoubt,
            (Self::Settled, E::Return) => Self::Returned,
            (state, event) => return Err(Impossible { state, event }),
        })
    }

    /// Its tranche has no other payment beside it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Released | Self::Sent | Self::InDoubt | Self::Settled)
    }
}

impl PaymentEvent {
    /// What it writes into the journal, if it moves money.
    pub const fn entry(self) -> Option<EntryKind> {
        match self {
            Self::Send => Some(EntryKind::PaymentSent),
            Self::Settle | Self::DecideSettled => Some(EntryKind::PaymentSettled),
            Self::Fail | Self::DecideFailed => Some(EntryKind::PaymentFailed),
            Self::Return => Some(EntryKind::PaymentReturned),
            Self::Cancel | Self::Doubt => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_payments_is_the_reviewed_one() {
        crate::ledger::state::is_the_reviewed_one(
            "ledger_payment.txt",
            (&PaymentState::ALL, PaymentState::name),
            (&PaymentEvent::ALL, PaymentEvent::name),
            PaymentState::next,
        );
    }

    /// What is in doubt leaves it by a person's decision and in no other way.
    #[test]
    fn doubt_ends_by_a_decision_only() {
        for event in PaymentEvent::ALL {
            let decides = matches!(event, PaymentEvent::DecideSettled | PaymentEvent::DecideFailed);
            assert_eq!(PaymentState::InDoubt.next(event).is_ok(), decides, "{event:?}");
        }
    }
}
