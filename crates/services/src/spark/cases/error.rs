//! Why nothing happened to a case.

use crate::crypto::CryptoError;
use crate::ledger::LedgerError;
use crate::limits::{LimitError, Limited};
use domain::account::Denied;
use domain::field::FieldError;
use domain::ids::AccountId;
use domain::ledger::Fen;
use domain::spark::review::conflict::Conflict;
use domain::spark::{Event, Part, Refused, State, Unmet};
use jiff::Timestamp;

/// One change of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happened {
    /// The version it made.
    pub version: i32,
    /// What happened.
    pub event: Event,
    /// From where.
    pub from: State,
    /// To where.
    pub to: State,
    /// In which part it was done.
    pub part: Part,
    /// By whom; nobody is named to a family.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// Why nothing was changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such case, or none of theirs.
    #[error("not found")]
    NotFound,
    /// Another officer looks after it.
    #[error("another officer looks after the case")]
    NotAssigned,
    /// Somebody was first: what happened since the version that was shown, in order.
    #[error("the case has changed {} times since", .0.len())]
    Stale(Vec<Happened>),
    /// The table has no such way.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The way is not open this time.
    #[error(transparent)]
    Unmet(#[from] Unmet),
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Granted is all that was asked for, and a part is less: neither is the other, and no other change has a sum.
    #[error("not the sum of such a decision")]
    NotTheSum,
    /// The money: too little, for another purpose, a payment under way.
    #[error(transparent)]
    Money(LedgerError),
    /// Money that was asked back is neither back nor waived: so much.
    #[error("{0} yuan are still owed")]
    StillOwed(Fen),
    /// There is a live case of this patient with this fund. Says no more.
    #[error("there is a live case")]
    LiveCase,
    /// The case's key was destroyed.
    #[error("the case is forgotten")]
    Forgotten,
    /// Whoever asks neither looks after it, nor was let, nor has said why.
    #[error("not theirs to read")]
    Unread {
        /// The patient is under age: saying why does not suffice.
        minor: bool,
    },
    /// The case is not where that can be done.
    #[error("not while the case is there")]
    NotOpen,
    /// Somebody who handled a case does not judge it.
    #[error("they had a part in the case")]
    HadAPart,
    /// They have a conflict of interest. For those who assign, never for the reviewer.
    #[error("{} conflicts of interest", .0.len())]
    Conflicted(Vec<Conflict>),
    /// Nothing is known of what ties them to others: a conflict could not be seen.
    #[error("the reviewer has no profile")]
    NoProfile,
    /// As many review it as may.
    #[error("enough reviewers are asked")]
    Enough,
    /// The family took back its consent to judging what it told.
    #[error("the consent was withdrawn")]
    ConsentWithdrawn,
    /// The case goes on.
    #[error("the case is not over")]
    NotOver,
    /// It is kept for a reason of law, whatever its clock says.
    #[error("the case is kept")]
    Kept,
    /// What is sealed does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// What is stored is none of ours: a fault of the house.
    #[error("the case is unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl From<LimitError> for CaseError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => limited.into(),
            LimitError::Database(error) => error.into(),
        }
    }
}

impl From<sqlx::Error> for CaseError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) {
            return Self::Busy;
        }
        match store::constraint_of(&error) {
            Some("spark_case_one_live") => Self::LiveCase,
            Some("spark_case_key_gone") => Self::Forgotten,
            Some("spark_case_key_needed") => Self::NotOver,
            Some("spark_case_key_held") => Self::Kept,
            Some("spark_case_objected") => Self::Unmet(Unmet::Objected),
            _ => Self::Database(error),
        }
    }
}

impl From<LedgerError> for CaseError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Busy => Self::Busy,
            LedgerError::Database(error) => error.into(),
            error => Self::Money(error),
        }
    }
}
