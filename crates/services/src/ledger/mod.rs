//! The books of the relief fund: what finance does. The rules are `domain::ledger`'s, and the database holds them whatever is
//! done here; what is done here is told apart by what stood in the way ([`LedgerError`]).
//!
//! Every change is one transaction: the locks (funds, envelopes, awards, each in the order of their ids: [`locks`]), the
//! states, the entry of the journal, the entry of the audit trail. Each names the fact it is about, so that a button pressed
//! twice, or again after a crash, writes it once ([`journal`]). Whoever prepares a payment never releases it.
//!
//! Not here: the decision that a family is helped (`services::spark`), which reserves its money by [`reserve_in`] in its own
//! transaction.

mod awards;
mod charters;
mod clawbacks;
mod files;
mod funds;
mod journal;
mod locks;
mod payees;
mod payments;
mod purses;
mod said;
mod seed;
mod seed_case;
mod seed_committee;
mod seed_decided;
mod statements;
mod tranches;
pub mod views;

pub(crate) use awards::end_in;
pub use awards::{Grant, Part, lapse_due, release, reserve_in};
pub use charters::{
    Charter, EnvelopeCharter, add_envelope, change_envelope, change_fund, close_fund, open_with, reopen_fund,
};
pub use clawbacks::{Returned, confirm, enter_return, match_row, refuse, waive};
pub use files::{PaymentFile, file_again, send_file};
pub use funds::{
    Balance, Given, NewFund, Opening, allocate, balance_of_envelope, balance_of_fund, close_month, donate, funds, open,
    open_fund, reverse,
};
pub(crate) use locks::for_case;
pub use payees::{NewPayee, Shown, confirm_payee, enter_payee, show_payee};
pub use payments::{Decision, cancel, claw_back, decide};
pub(crate) use purses::{FundPurse, locked_purses};
pub use said::About;
pub(crate) use seed::hire;
pub use seed::seed_demo;
pub use statements::{
    Imported, LARGEST_STATEMENT, Outcome, Reconciliation, RowErrors, import, reconciliation, resolve,
};
pub(crate) use tranches::agreement_signed_in;
pub use tranches::{let_go, note_evidence, prepare, send_back};

use crate::Context;
use crate::audit::{self, Entry as Trail};
use crate::crypto::CryptoError;
use crate::spark::cases::CaseError;
use crate::spreadsheet::Unwritten;
use domain::account::Denied;
use domain::field::FieldError;
use domain::ids::AccountId;
use domain::ledger::{Evidence, Fen, Impossible, Mismatch, Overdrawn, Unpostable};
use serde_json::Value;
use sqlx::PgConnection;
use std::fmt::Debug;
use uuid::Uuid;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Rows of a file that cannot be read or contradict another; nothing of it was done.
    #[error("{} rows cannot be read", .0.len())]
    Rows(Vec<RowErrors>),
    /// More than there is.
    #[error(transparent)]
    Overdrawn(#[from] Overdrawn),
    /// There is no such entry.
    #[error(transparent)]
    Unpostable(#[from] Unpostable),
    /// The fund is not for this case.
    #[error("the fund is not for this case: {0:?}")]
    Purpose(Mismatch),
    /// The case has an award already.
    #[error("the case has an award")]
    AwardedAlready,
    /// What stands there does not allow it; somebody else may have been first.
    #[error("not possible while it is {0}")]
    State(&'static str),
    /// Papers that are not there.
    #[error("evidence is missing: {0:?}")]
    Evidence(Vec<Evidence>),
    /// Another person has to do it.
    #[error("another person has to do it")]
    SamePerson,
    /// The account it would be paid to is not vouched for by two people.
    #[error("the account is not confirmed")]
    AccountNotConfirmed,
    /// Nothing waits to be sent.
    #[error("no payment waits")]
    NothingToSend,
    /// The month is closed, or not over.
    #[error("the month is closed or not over")]
    Month,
    /// The entry is reversed already.
    #[error("reversed already")]
    ReversedAlready,
    /// The same fact stands there with other amounts, on another day, or for somebody else.
    #[error("the same fact stands there otherwise")]
    Otherwise,
    /// Somebody has changed it since it was shown.
    #[error("changed since it was shown")]
    Stale,
    /// A fund's purpose stands once something is written in its books.
    #[error("the purpose stands")]
    PurposeKept,
    /// More than the envelope may give.
    #[error("only {left} yuan are left under the ceiling")]
    Ceiling {
        /// What is left under it.
        left: Fen,
    },
    /// The fund took no applications any more when the case was opened.
    #[error("the fund was closed before the case was opened")]
    FundClosed,
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// What is sealed does not open, or is not what was entered.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// The file was not made.
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
    /// What is stored is none of ours: a fault of the house.
    #[error("the books are unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

/// What the database would not have, by the name of its rule.
impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) {
            return Self::Busy;
        }
        let nothing = Fen::ZERO;
        match store::constraint_of(&error) {
            Some("ledger_fund_available" | "ledger_envelope_available") => {
                Overdrawn::Available { available: nothing }.into()
            }
            Some("ledger_fund_committed" | "ledger_envelope_committed" | "ledger_award_committed") => {
                Overdrawn::Committed { committed: nothing }.into()
            }
            Some("ledger_fund_paid" | "ledger_envelope_paid" | "ledger_award_paid") => {
                Overdrawn::Paid { paid: nothing }.into()
            }
            Some("ledger_month_closed" | "ledger_month_over" | "ledger_month_pkey") => Self::Month,
            Some("ledger_award_one_live") => Self::AwardedAlready,
            Some("ledger_entry_reversed_once") => Self::ReversedAlready,
            Some("ledger_payment_two_people" | "ledger_payee_two_people") => Self::SamePerson,
            Some("ledger_fund_purpose_kept") => Self::PurposeKept,
            Some("ledger_envelope_ceiling") => Self::Ceiling { left: nothing },
            Some("ledger_fund_code_once") => {
                Self::Fields(vec![FieldError::new("code", domain::field::Fault::AlreadyExists)])
            }
            Some("spark_clawback_open" | "spark_clawback_part_final" | "spark_clawback_entry_stands") => {
                Self::State("settled")
            }
            Some("spark_clawback_within") => {
                Self::Fields(vec![FieldError::new("amount", domain::field::Fault::MoreThanOwed)])
            }
            Some("spark_clawback_part_two_people") => Self::SamePerson,
            Some("ledger_payment_account") => Self::AccountNotConfirmed,
            Some("ledger_payment_one_live") => Self::State("in_payment"),
            // The case does not stand where money leaves, or still counts on it.
            Some("ledger_payment_case" | "spark_case_kept") => Self::State("case"),
            _ => Self::Database(error),
        }
    }
}

/// What a case would not have, where its room does something for the books.
impl From<CaseError> for LedgerError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Money(error) => error,
            CaseError::Denied(denied) => denied.into(),
            CaseError::Fields(faults) => Self::Fields(faults),
            CaseError::Crypto(error) => error.into(),
            CaseError::Database(error) => error.into(),
            CaseError::Busy | CaseError::Stale(_) => Self::Busy,
            CaseError::Unreadable => Self::Unreadable,
            CaseError::NotFound => Self::NotFound,
            _ => Self::State("case"),
        }
    }
}

/// States are told by their stored word.
impl LedgerError {
    fn impossible<S: Copy + Debug, E: Copy + Debug>(name: fn(S) -> &'static str) -> impl Fn(Impossible<S, E>) -> Self {
        move |no| Self::State(name(no.state))
    }
}

/// The person who does it: what two people do is not done by the house itself.
fn person(context: &Context) -> Result<AccountId, LedgerError> {
    context.actor.account().ok_or(LedgerError::Denied(Denied::SignInNeeded))
}

/// Writes into the audit trail, in the transaction of the change.
async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    (subject_kind, subject): (&'static str, Uuid),
    detail: Value,
) -> sqlx::Result<()> {
    audit::record(db, context, &[Trail { action, subject_kind, subject: Some(subject), detail }]).await
}
