//! The LIMS feed (custody.md): what the laboratory's system tells of units. Every record has a key and is kept once, however often
//! it is sent; one that cannot be kept refuses no other, and waits as a dead letter with its reason. Both clocks stand in the
//! event; what orders a unit's records is the source's own counting. What an event may do is [`crate::custody`]'s.

mod again;
pub mod bulk;
mod explain;
mod letters;
mod record;
mod seed;
pub mod simulate;
mod take;
mod unit;
mod vouch;
mod world;

pub use again::sweep;
pub use letters::{Letter, LetterPage, OpenCount, PAGE, Which, forget, give_up, letter, letters, open_counts, replay};
pub use seed::seed_demo;
pub use take::{AHEAD, Answer, Became, CHUNK, MOST, Outcome, take};
pub use unit::{Missing, Status, status};
pub use vouch::vouch;
pub use world::world;

use crate::custody::CustodyError;
use crate::family::FamilyError;
use domain::account::Denied;
use domain::field::{Fault, FieldError};

/// What goes wrong in the room.
#[derive(Debug, thiserror::Error)]
pub enum LimsError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing for whoever asks.
    #[error("not found")]
    NotFound,
    /// What cannot be taken as it is.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// The letter has ended: applied, or given up.
    #[error("the letter has ended")]
    Ended,
    /// The letter's key is another record's: trying it again changes nothing.
    #[error("a reused key is never applied")]
    NeverApplied,
    /// Others hold what is needed. Try again.
    #[error("busy")]
    Busy,
    /// A row does not open, or holds what its table forbids.
    #[error("a row of the feed cannot be read")]
    Unreadable,
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl LimsError {
    fn field(field: &str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(field, fault)])
    }
}

impl From<sqlx::Error> for LimsError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) { Self::Busy } else { Self::Database(error) }
    }
}

impl From<CustodyError> for LimsError {
    fn from(error: CustodyError) -> Self {
        match error {
            CustodyError::Denied(denied) => Self::Denied(denied),
            CustodyError::NotFound => Self::NotFound,
            CustodyError::Database(error) => error.into(),
            _ => Self::Unreadable,
        }
    }
}

/// Of writing into a family's log.
impl From<FamilyError> for LimsError {
    fn from(error: FamilyError) -> Self {
        CustodyError::from(error).into()
    }
}
