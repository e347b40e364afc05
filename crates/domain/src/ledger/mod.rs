//! The books of the relief fund (救助基金): funds, their envelopes, what is promised to families and what is paid.
//!
//! **The convention.** Double entry, in whole fen, debits above zero and credits below it; an entry's postings add up to
//! zero, in each envelope by themselves. A fund's money stands in its envelopes, and every posting names one. Two rings of
//! accounts never mix:
//!
//! - the *money*: [`Account::Bank`] + [`Account::Transit`] + [`Account::Received`] + [`Account::Paid`] = 0. Income is counted
//!   when it has come, help when its payment leaves for the bank; until the bank answers it is in transit (在途).
//! - the *promises* (encumbrance accounting, 承诺): [`Account::Committed`] + [`Account::Reserve`] = 0. A promise moves no
//!   money; it keeps it.
//!
//! `available = received − paid − committed`, and it is never below zero. What a family is asked to give back is counted when
//! it comes and not when it is asked for: a claim on a family in need is no asset.
//!
//! The journal only grows. A mistake is corrected by an entry that reverses it and names it. Closed months stay closed.
//!
//! Not here: who may do what (`services::ledger`, `domain::account`), what a case is (`domain::spark`), donations by the
//! public (the portal takes none).

mod award;
mod bank;
mod chart;
mod entry;
mod fen;
pub mod model;
mod month;
mod payee;
mod payment;
mod purpose;
mod state;
mod tranche;

pub use award::{AwardEvent, AwardState};
pub use bank::{Answer, COLUMNS, StatementRow, is_heading, read_row};
pub use chart::{Account, Overdrawn, Totals};
pub use entry::{Entry, EntryKind, Posting, Unpostable};
pub use fen::{Amount, Fen, TooMuch};
pub use month::Month;
pub use payee::{AccountNumber, PayeeKind};
pub use payment::{PaymentEvent, PaymentState};
pub use purpose::{Beneficiary, DiseaseGroup, Evidence, FundCode, Mismatch, Purpose};
pub use state::Impossible;
pub use tranche::{TrancheEvent, TrancheState};
