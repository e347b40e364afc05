//! Campus science ambassadors (校园科普宣传员): pupils, students and teachers apply in a round, some are selected, trained and
//! certified. Here stand the states of an application, its form, and how certificates are numbered.
//!
//! An application is a request like the bus's and the groups' (`domain::requests`); what only it has is that all of a round
//! are decided together, and that whoever withdraws makes room for the first of the reserve.

mod application;
mod certificate;
mod state;

pub use application::{Capacity, Details, GUARDIAN_UNDER, typed};
pub use certificate::{CODE_ALPHABET, CODE_LENGTH, CertificateNumber, parse_code};
pub use state::{Event, Refused, State, next};

use crate::named::named;

named! {
    /// What is to become of an application, decided before the selection of its round is made public.
    Decision, 3 {
        /// Gets a place.
        Selected "selected",
        /// Gets the place of somebody who withdraws, in order.
        Reserve "reserve",
        /// Not this time, with a reason.
        Refused "refused",
    }
}

/// The most places a round may have.
pub const MOST_PLACES: u32 = 500;
