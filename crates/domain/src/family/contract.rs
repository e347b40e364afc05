//! The states of a contract: one table, held against a golden file. The database has the same ways (`family_contract_way`).
//!
//! A contract says what is owed. Where the unit is says the unit: no event here changes it, arrears least of all.

use crate::named::named;

named! {
    /// How far a contract is.
    ContractState, 7 {
        /// Written, and not signed.
        Draft "draft",
        /// Signed; there is no unit yet.
        Signed "signed",
        /// A unit is kept under it.
        Active "active",
        /// Something due was not paid.
        Arrears "arrears",
        /// Its term is over.
        Expired "expired",
        /// Ended before its time.
        Terminated "terminated",
        /// Another family or another bank took it over; its unit went with it.
        Transferred "transferred",
    }
}

named! {
    /// What happens to a contract.
    ContractEvent, 8 {
        /// Both have signed.
        Sign "sign",
        /// A unit was received for it.
        Begin "begin",
        /// A payment's day passed.
        FallBehind "fall_behind",
        /// What was owed is paid.
        CatchUp "catch_up",
        /// The last day of its term passed.
        Expire "expire",
        /// Another term was agreed.
        Renew "renew",
        /// It ends by agreement, or because there is nothing to keep.
        Terminate "terminate",
        /// It goes to another.
        Transfer "transfer",
    }
}

impl ContractEvent {
    /// Somebody of the office does it; the others happen by themselves, when days pass and payments come.
    pub const fn is_the_offices(self) -> bool {
        matches!(self, Self::Sign | Self::Begin | Self::Renew | Self::Terminate | Self::Transfer)
    }

    /// Nothing happens to the contract after it.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Terminate | Self::Transfer)
    }
}

impl ContractState {
    /// Where an event leads from here; `None`: that does not happen here.
    pub const fn after(self, event: ContractEvent) -> Option<Self> {
        use ContractEvent as E;
        Some(match (self, event) {
            (Self::Draft, E::Sign) => Self::Signed,
            (Self::Signed, E::Begin) | (Self::Arrears, E::CatchUp) | (Self::Expired, E::Renew) => Self::Active,
            (Self::Active, E::FallBehind) => Self::Arrears,
            (Self::Active | Self::Arrears, E::Expire) => Self::Expired,
            (Self::Draft | Self::Signed | Self::Active | Self::Arrears | Self::Expired, E::Terminate) => {
                Self::Terminated
            }
            (Self::Signed | Self::Active | Self::Expired, E::Transfer) => Self::Transferred,
            _ => return None,
        })
    }

    /// It can take over the unit of another: it is signed and has none yet, so that it begins by that.
    pub const fn takes_over(self) -> bool {
        matches!(self, Self::Signed)
    }

    /// Nothing happens to it any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Terminated | Self::Transferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden;

    #[test]
    fn the_ways_of_a_contract_are_the_reviewed_ones() {
        let table = golden::states(
            (&ContractState::ALL, ContractState::name),
            (&ContractEvent::ALL, ContractEvent::name),
            ContractState::after,
        );
        golden::is_the_reviewed_one("contract_states.txt", &table);
    }

    #[test]
    fn what_the_office_ends_is_over() {
        for event in ContractEvent::ALL.into_iter().filter(|event| event.ends()) {
            assert!(event.is_the_offices(), "{event:?}");
            for after in ContractState::ALL.into_iter().filter_map(|state| state.after(event)) {
                assert!(after.is_over(), "{event:?}");
            }
        }
    }

    #[test]
    fn what_takes_over_a_unit_is_in_force_by_that() {
        for state in ContractState::ALL {
            let begins = state.after(ContractEvent::Begin) == Some(ContractState::Active);
            assert_eq!(state.takes_over(), begins, "{state:?}");
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        for state in ContractState::ALL.into_iter().filter(|state| state.is_over()) {
            assert!(ContractEvent::ALL.into_iter().all(|event| state.after(event).is_none()), "{state:?}");
        }
    }
}
