//! The states of a tranche: a part of an award that is paid at once, when its evidence is there.

use super::Impossible;
use crate::named::named;

named! {
    /// How far a tranche is.
    TrancheState, 5 {
        /// Waits for its evidence.
        Planned "planned",
        /// One of finance has seen the evidence; waits for another to release it.
        Prepared "prepared",
        /// A payment of it is under way.
        InPayment "in_payment",
        /// The money arrived.
        Paid "paid",
        /// It is not paid any more: its award ended.
        Ended "ended",
    }
}

named! {
    /// What can happen to a tranche.
    TrancheEvent, 7 {
        /// Its evidence is there.
        Prepare "prepare",
        /// Whoever should release it has a question.
        SendBack "send_back",
        /// Another than who prepared it lets it go.
        Release "release",
        /// The bank says that it arrived.
        Settle "settle",
        /// The payment came to nothing: it is prepared anew, as its account may have been wrong.
        Fail "fail",
        /// It had arrived and came back.
        Return "return",
        /// Its award ends.
        End "end",
    }
}

impl TrancheState {
    /// Where a tranche stands after `event`. The whole table is `golden/ledger_tranche.txt`.
    ///
    /// # Errors
    /// `Impossible`.
    pub const fn next(self, event: TrancheEvent) -> Result<Self, Impossible<Self, TrancheEvent>> {
        use TrancheEvent as E;
        Ok(match (self, event) {
            (Self::Planned, E::Prepare) => Self::Prepared,
            (Self::Prepared, E::SendBack) => Self::Planned,
            (Self::Prepared, E::Release) => Self::InPayment,
            (Self::InPayment, E::Settle) => Self::Paid,
            (Self::InPayment, E::Fail) => Self::Planned,
            (Self::Paid, E::Return) => Self::Planned,
            // While a payment is under way nobody knows what an end would give back.
            (Self::Planned | Self::Prepared, E::End) => Self::Ended,
            (state, event) => return Err(Impossible { state, event }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_tranches_is_the_reviewed_one() {
        crate::ledger::state::is_the_reviewed_one(
            "ledger_tranche.txt",
            (&TrancheState::ALL, TrancheState::name),
            (&TrancheEvent::ALL, TrancheEvent::name),
            TrancheState::next,
        );
    }
}
