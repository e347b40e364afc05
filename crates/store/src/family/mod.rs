//! The rows of families: who belongs to one, its units as the family finds them, contracts, invitations, consents, notices, and
//! who of the house looked. What is sealed is bytes here.

pub mod begins;
pub mod certificates;
pub mod contracts;
pub mod givings;
pub mod join;
pub mod office;
pub mod own;
pub mod payments;
pub mod said;
pub mod support;
pub mod transfers;
