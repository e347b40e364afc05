//! Cases: how one is opened, and the one function that changes where it stands ([`act`]).
//!
//! A change is one transaction: the locks (fund, envelope, award, case: in this order), the policy, the version, the table of
//! ways (`domain::spark`), the guard, the money, the new state, its row of history, the entry of the audit trail, the jobs that
//! tell the family. The database refuses a state that is written by anybody else: one that is not in `spark_way`, or without
//! its row of history.
//!
//! What says whose a case is lies sealed under a key of the case's own ([`key`]), which is destroyed when it is time to forget
//! ([`forget`]).

mod access;
mod act;
mod acting;
mod agreement;
mod appeal;
mod clarify;
mod clawback;
mod desk;
mod due;
mod error;
mod forgetting;
mod history;
mod kept;
mod keys;
mod mask;
mod news;
mod open;
mod own;
mod policy;
mod queue;
mod reviewers;
mod sent;
mod standing;
mod view;

pub(in crate::spark) use access::access;
pub use access::{Access, LONGEST_GRANT, grant, look};
pub(in crate::spark) use access::{noted, reads};
pub use act::{Act, Decided, Moved, act, act_in, act_saying, take_over};
pub(in crate::spark) use acting::acting;
pub use agreement::{Agreement, Signature, Signed, SignedFact, ToSign, own_agreement, sign, signed_copy, signed_fact};
pub(in crate::spark) use appeal::takes_papers;
pub use appeal::{Appealing, Letter, SentAppeal, appeal, appeal_of, appealing};
pub use clarify::{Clarified, Question, Reply, ask, extend, reply_field, supply, unlocked};
pub use clawback::{Demand, LONGEST_DUE, OwnClawback, claw_back, clawback_of, paid_of};
pub use desk::{Desk, PAGE, Waiting, Wanted, desk, named, work};
pub use due::{lapse_due, remind, settle_over, settle_paid, take_up_waiting};
pub use error::{CaseError, Happened};
pub(crate) use forgetting::{Over, count_due, forget_due};
pub use history::{Step, Told, history, own_history};
pub use kept::{AHEAD_DAYS, Keeping, Kept, Leaving, hold, keeping, kept, lift_hold};
pub use keys::{forget, key};
pub(crate) use news::{CaseNews, CaseReminder, Recipient, recipient, still_owed, still_stands};
pub use open::{NewCase, NewParty, Opened, open_in};
pub use own::{OwnCase, OwnTranche, OwnView, own_case, own_cases, withdraw};
pub use policy::{Reader, may_read};
pub(in crate::spark) use policy::{in_part, looks_after};
pub(crate) use queue::fund_closed_in;
pub use queue::resume_deferred;
pub use reviewers::{ForReview, ask_reviewer, for_review, loads, release_reviewer, to_review};
pub use sent::{Sent, SentSection, Told as Answered, sent};
pub use standing::{InTheWay, in_the_way};
pub use view::{Can, CaseView, PartyView, ReviewerView, StepView, particulars, people, view};

use domain::spark::{Place, State};
use store::spark::cases::CaseRow;

/// Where a stored case stands.
///
/// # Errors
/// `Unreadable`.
pub(in crate::spark) fn place_of(row: &CaseRow) -> Result<Place, CaseError> {
    let state = state_of(&row.state)?;
    let held_in = row.held_in.as_deref().map(state_of).transpose()?;
    Place::new(state, held_in).ok_or(CaseError::Unreadable)
}

fn state_of(word: &str) -> Result<State, CaseError> {
    State::from_name(word).ok_or(CaseError::Unreadable)
}
