//! The application to the Spark Project: kept page by page, and sent once. What a social worker filled in the family reads,
//! changes if it likes, and sends itself, signed in by its own telephone.
//!
//! What was typed lives sealed and bound to the account that fills it in; nobody of the house reads it before it is sent. One
//! transaction sends it: every page is read once more, what it says is frozen as a snapshot, the consents become words of their
//! own, and the pages are forgotten. What happens to it then is the case's.

mod consent;
mod copy;
mod draft;
mod hand_over;
mod held;
mod keys;
mod pages;
mod submit;

pub(in crate::spark) use consent::loaded as words;
pub use consent::{consents, may, withdraw_consent};
pub use copy::copy;
pub(super) use draft::access;
pub use draft::{Access, Summary, View, begin, discard, mine, read, save};
pub use keys::key;
pub use submit::{Receipt, receipt, snapshot, submit};

pub(crate) use held::{count_stale, erase_stale, exported, forget};
pub(crate) use submit::opened as sent;

use crate::db::to_the_end;
use crate::limits::{LimitError, Limited};
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied};
use domain::field::FieldError;
use domain::ids::AccountId;
use domain::spark::application::{Conflict, Unsaved};
use std::time::Duration;

/// The most applications one account may have that are not sent: a social worker looks after many families.
pub const MOST_OPEN: i64 = 30;

/// Why a use case of an application did not happen. Nothing half-written stays behind any of them.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// Not there, or not this account's: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// The form does not ask this page of whoever gave these answers.
    #[error("the page is not asked")]
    NotAsked,
    /// Something has to be done before this page.
    #[error("something comes before this page")]
    TooEarly,
    /// The page was saved by somebody else, or in another tab, since it was shown.
    #[error("the page was saved meanwhile")]
    Conflict(Box<Conflict>),
    /// It was sent: nothing of it changes any more.
    #[error("it was sent")]
    Sent,
    /// Pages are not done: each with what is wrong.
    #[error("{} pages are not done", .0.len())]
    Unfinished(Vec<(&'static str, Vec<FieldError>)>),
    /// A social worker filled it in: the family sends it, signed in by its own telephone.
    #[error("the family sends it")]
    FamilySends,
    /// The patient has an application under way. Whose it is, or how it stands, is not said.
    #[error("there is a live case")]
    LiveCase,
    /// Something was saved since it was shown: show what it says now.
    #[error("the state has changed")]
    StateHasChanged,
    /// As many applications as one account may have are not sent yet.
    #[error("{MOST_OPEN} applications are not sent")]
    TooMany,
    /// The copy to print cannot be drawn: a fault of the house.
    #[error("the copy cannot be drawn")]
    NoPaper,
    /// Too many at once: ask again.
    #[error("busy")]
    Busy,
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something that was sealed did not open, or a stored word is none of ours: a fault of the house.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl From<crate::crypto::CryptoError> for ApplyError {
    fn from(_: crate::crypto::CryptoError) -> Self {
        Self::Damaged("a sealed value")
    }
}

impl From<LimitError> for ApplyError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => limited.into(),
            LimitError::Database(error) => error.into(),
        }
    }
}

impl From<Unsaved> for ApplyError {
    fn from(unsaved: Unsaved) -> Self {
        match unsaved {
            Unsaved::NotAsked => Self::NotAsked,
            Unsaved::TooEarly => Self::TooEarly,
            Unsaved::Locked => Self::Sent,
            Unsaved::Conflict(conflict) => Self::Conflict(conflict),
        }
    }
}

/// Whose account it is: people apply, staff and machines do not.
pub(super) fn applicant(context: &Context) -> Result<AccountId, ApplyError> {
    context.require(Capability::UseOwnAccount)?;
    match &context.actor {
        Actor::Visitor { account, .. } => Ok(*account),
        _ => Err(Denied::NotAllowed.into()),
    }
}

/// Tries of a change that lost against another.
const TRIES: u32 = 4;

/// Does a change to its end, and anew when another transaction came between.
async fn run<F, T>(
    services: &Services,
    context: &Context,
    work: impl Fn(Services, Context) -> F,
) -> Result<T, ApplyError>
where
    F: Future<Output = Result<T, ApplyError>> + Send + 'static,
    T: Send + 'static,
{
    for tried in 1..=TRIES {
        match to_the_end(work(services.clone(), context.clone())).await {
            Err(ApplyError::Database(error)) if may_try_again(&error) => {
                tokio::time::sleep(Duration::from_millis(5 << tried)).await;
            }
            other => return other,
        }
    }
    Err(ApplyError::Busy)
}

/// Another transaction came between, or a reference was drawn that is somebody's.
fn may_try_again(error: &sqlx::Error) -> bool {
    store::is_transient(error) || store::constraint_of(error) == Some("spark_application_reference_once")
}
