//! The books of the relief fund as finance sees them: funds and their journal, awards and what is paid of them, the bank's
//! files and statements, the months; and the one page for everybody, which says whether a group's funds are open.
//!
//! Who may do what the services decide; a page shows the way to whoever may go it, and says whose turn it is to the others.
//! Accounts are masked. What people do stands in [`calls`].

mod award;
mod awards;
pub mod calls;
mod charter;
mod clawbacks;
mod enter;
mod entry;
mod fund;
mod funds;
mod months;
mod open;
mod payments;
mod refused;
mod statements;
mod tranche;
mod words;

pub use award::AwardPage;
pub use awards::Awards;
pub use charter::{EnvelopeNew, EnvelopePage, FundEdit, FundNew};
pub use clawbacks::{ClawbackPage, Clawbacks};
pub use enter::Enter;
pub use entry::EntryPage;
pub use fund::FundPage;
pub use funds::Funds;
pub use months::Months;
pub use open::OpenFunds;
pub use payments::Payments;
pub use statements::{StatementPage, Statements};
pub use tranche::TranchePage;
pub(crate) use words::{evidence_text, money};

use crate::problem::Problem;
use crate::ui::Crumb;
use crate::visit::{Visit, param};
use services::ledger::LedgerError;
use std::str::FromStr;

/// Where this room's pages stand.
mod at {
    /// Every fund; below it each of them.
    pub const FUNDS: &str = "/staff/funds";
    /// Every award; below it each of them.
    pub const AWARDS: &str = "/staff/funds/awards";
    /// Below it each tranche.
    pub const TRANCHES: &str = "/staff/funds/tranches";
    /// What waits to be paid.
    pub const PAYMENTS: &str = "/staff/funds/payments";
    /// What the bank said; below it each statement.
    pub const STATEMENTS: &str = "/staff/funds/statements";
    /// Money that is asked back; below it each demand.
    pub const CLAWBACKS: &str = "/staff/funds/clawbacks";
    /// The months.
    pub const MONTHS: &str = "/staff/funds/months";
    /// Below it each entry of the journal.
    pub const ENTRIES: &str = "/staff/funds/entries";
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Denied(_) => Self::Forbidden,
            LedgerError::NotFound => Self::NotFound,
            LedgerError::Busy => Self::Busy,
            LedgerError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of the books failed");
                Self::Broken
            }
        }
    }
}

/// What the address names.
fn named<T: FromStr>(name: &str) -> Option<T> {
    param(name).and_then(|text| text.parse().ok())
}

/// The way to a page of one thing: the workbench, the list it is in, and whatever is between.
fn crumbs(visit: &Visit, list: (&str, &str), between: &[(String, String)]) -> Vec<Crumb> {
    let mut crumbs = crate::desk::crumbs(visit, &[list]);
    crumbs.extend(between.iter().map(|(path, label)| Crumb::new(visit.href(path), label.clone())));
    crumbs
}
