//! The states of an award: money that is kept for one case.

use super::{EntryKind, Impossible};
use crate::named::named;

named! {
    /// How far an award is.
    AwardState, 5 {
        /// Its money is kept; tranches are paid out of it.
        Reserved "reserved",
        /// All of it is paid.
        Fulfilled "fulfilled",
        /// What was not used in time is free again.
        Lapsed "lapsed",
        /// What was not needed is free again.
        Released "released",
        /// Money of it was asked back, and some came.
        ClawedBack "clawed_back",
    }
}

named! {
    /// What can happen to an award.
    AwardEvent, 5 {
        /// The last of it arrived.
        Fulfil "fulfil",
        /// A payment came back.
        Return "return",
        /// Its time is over.
        Lapse "lapse",
        /// It is not needed.
        Release "release",
        /// Money came back that should not have been paid.
        ClawBack "claw_back",
    }
}

impl AwardState {
    /// Where an award stands after `event`. The whole table is `golden/ledger_award.txt`.
    ///
    /// # Errors
    /// `Impossible`. What is still kept is released before anything is asked back, so that the reservation resolves once.
    pub const fn next(self, event: AwardEvent) -> Result<Self, Impossible<Self, AwardEvent>> {
        use AwardEvent as E;
        Ok(match (self, event) {
            (Self::Reserved, E::Fulfil) => Self::Fulfilled,
            (Self::Reserved, E::Lapse) => Self::Lapsed,
            (Self::Reserved, E::Release) => Self::Released,
            // The money is promised again where the award goes on, and free where it has ended.
            (Self::Reserved | Self::Fulfilled, E::Return) => Self::Reserved,
            (Self::Lapsed | Self::Released | Self::ClawedBack, E::Return) => self,
            (Self::Fulfilled | Self::Lapsed | Self::Released | Self::ClawedBack, E::ClawBack) => Self::ClawedBack,
            (state, event) => return Err(Impossible { state, event }),
        })
    }

    /// Where an award stands again when the last of what was given back turns out to be a mistake: `resolved` is the entry
    /// that ended its reservation, if one did, and `all_paid` that each of its tranches is. (A payment may have come back
    /// meanwhile: then there is nothing left to be paid, and nothing kept.)
    pub const fn without_claw_back(resolved: Option<EntryKind>, all_paid: bool) -> Self {
        match resolved {
            Some(EntryKind::Lapsed) => Self::Lapsed,
            None if all_paid => Self::Fulfilled,
            _ => Self::Released,
        }
    }

    /// A payment that comes back is promised again.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Reserved | Self::Fulfilled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_what_was_given_back_it_stands_where_it_stood() {
        let stood = [
            (None, true, AwardState::Fulfilled),
            (None, false, AwardState::Released),
            (Some(EntryKind::Lapsed), false, AwardState::Lapsed),
            (Some(EntryKind::Released), false, AwardState::Released),
        ];
        for (resolved, all_paid, state) in stood {
            assert_eq!(AwardState::without_claw_back(resolved, all_paid), state);
            assert_eq!(state.next(AwardEvent::ClawBack), Ok(AwardState::ClawedBack), "and can be asked back again");
        }
    }

    #[test]
    fn the_table_of_awards_is_the_reviewed_one() {
        crate::ledger::state::is_the_reviewed_one(
            "ledger_award.txt",
            (&AwardState::ALL, AwardState::name),
            (&AwardEvent::ALL, AwardEvent::name),
            AwardState::next,
        );
    }
}
