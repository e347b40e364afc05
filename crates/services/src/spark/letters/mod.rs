//! Letters (函件) to the families of cases: each is written in the transaction of the change it tells of ([`write_in`], which
//! `cases::act` calls), so that no decision is without its letter and none has two. What is told lies under the case's key and
//! dies with it. The PDF is drawn by a job, or by whoever opens the letter first; from then on it is always the same bytes,
//! whose SHA-256 is shown, and held against a copy by whoever has one ([`verify`]).

mod draw;
mod held;
mod read;
mod verify;
mod write;

pub use draw::handlers;
pub(crate) use held::exported;
pub use read::{Listed, Opened, of, of_case, open, own, own_pdf, pdf};
pub use verify::{Verdict, verify};
pub(in crate::spark) use write::{Change, write_in};

use super::cases::CaseError;
use crate::crypto::{CryptoError, Place};
use crate::limits::{LimitError, Limited};
use domain::spark::letter::Unwritten;
use uuid::Uuid;

/// Why a letter is not shown.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The case is not theirs to read, was forgotten, or cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// It cannot be drawn: there is no font.
    #[error("the letter cannot be drawn")]
    NoPaper,
    /// Too many were tried that are none.
    #[error(transparent)]
    Limited(Limited),
}

impl From<sqlx::Error> for LetterError {
    fn from(error: sqlx::Error) -> Self {
        Self::Case(error.into())
    }
}

impl From<CryptoError> for LetterError {
    fn from(error: CryptoError) -> Self {
        Self::Case(error.into())
    }
}

impl From<Unwritten> for LetterError {
    fn from(error: Unwritten) -> Self {
        tracing::error!(%error, "a letter cannot be made of its texts");
        Self::Case(CaseError::Unreadable)
    }
}

impl From<LimitError> for LetterError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => error.into(),
        }
    }
}

/// Where a letter's own values are sealed.
const fn place(column: &'static str, letter: Uuid) -> Place {
    Place { table: "spark_letter", column, row: letter }
}
