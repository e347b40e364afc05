//! What a family is to the bank, and what it reads of its unit: who belongs to it and what each may do, the contract's states,
//! how far a unit is in a family's words, for whom its cells suffice by a rule with a version, and the day a child takes over.
//!
//! What happened to the unit is `domain::custody`'s; no sentence that promises anything is made here.

mod contract;
mod dose;
mod kin;
mod number;
mod of_age;
mod reference;
mod schedule;
mod stage;
mod test_state;

pub use contract::{ContractEvent, ContractState};
pub use dose::{Cover, DOSE_RULES, DoseRule, Threshold};
pub use kin::{Consent, Kin, Notice};
pub use number::ContractNumber;
pub use of_age::{comes_of_age_on, is_of_age};
pub use reference::{REFERENCES, REFERENCES_VERSION, Reference, reference};
pub use schedule::{Agreed, MOST_YEARS, schedule};
pub use stage::{Counts, Standing, Step, steps};
pub use test_state::{TestHappened, TestState, test_state, told_state};
