//! Public disclosure of the aid programme (信息公开): snapshots of what the ledger says are frozen by one person and published
//! by another; what was published is corrected by another snapshot and never changed; the notice of a case stands while its
//! case does; whoever prepares reports is reminded of them.
//!
//! What may be said, and how, `domain::disclosure` decides. Here is what it is made from ([`facts`]), under the ledger's lock:
//! a snapshot has every payment up to its position, to the fen, or none of those that wait. The database keeps what it counted
//! and in which rows, and changes nothing of it.

mod facts;
mod freeze;
mod notices;
mod preview;
mod public;
mod remind;
mod seed;

pub use freeze::{Desk, correct, desk, discard, freeze, publish, would_be};
pub(crate) use notices::notice_in;
pub use notices::{OpenNotice, notices};
pub use preview::would_correct;
pub use public::{Corrected, Kept, OpeningSum, Published, Whole, openings, published};
pub use remind::remind_due;
pub(crate) use remind::{Reminder, reminder};
pub use seed::seed_demo;

use crate::Context;
use crate::audit::{self, Entry as Trail};
use domain::account::Denied;
use domain::disclosure::{Misread, NotCorrected, NotFrozen, Unreadable};
use domain::field::FieldError;
use domain::ids::AccountId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum DisclosureError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such snapshot.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// No such snapshot can be taken.
    #[error(transparent)]
    NotFrozen(#[from] NotFrozen),
    /// It cannot be corrected so.
    #[error(transparent)]
    NotCorrected(#[from] NotCorrected),
    /// The figures that were typed are none.
    #[error(transparent)]
    Misread(#[from] Misread),
    /// Another person has to do it.
    #[error("another person has to do it")]
    SamePerson,
    /// Another snapshot waits for its second person.
    #[error("another snapshot waits")]
    Waits,
    /// It is published or discarded; somebody else may have been first.
    #[error("the state has changed")]
    State,
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// What is stored is none of ours: a fault of the house.
    #[error("what is disclosed is unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl From<Unreadable> for DisclosureError {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

/// What the database would not have, by the name of its rule.
impl From<sqlx::Error> for DisclosureError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) {
            return Self::Busy;
        }
        match store::constraint_of(&error) {
            Some("disclosure_snapshot_two_people") => Self::SamePerson,
            Some("disclosure_snapshot_one_waits") => Self::Waits,
            Some("disclosure_snapshot_once" | "disclosure_snapshot_corrected_once" | "disclosure_snapshot_stays") => {
                Self::State
            }
            _ => Self::Database(error),
        }
    }
}

/// The person who does it: what two people do is not done by the house itself.
fn person(context: &Context) -> Result<AccountId, DisclosureError> {
    context.actor.account().ok_or(DisclosureError::Denied(Denied::SignInNeeded))
}

/// Writes into the audit trail, in the transaction of the change.
async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    snapshot: Option<Uuid>,
    detail: Value,
) -> sqlx::Result<()> {
    audit::record(db, context, &[Trail { action, subject_kind: "disclosure", subject: snapshot, detail }]).await
}
