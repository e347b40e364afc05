//! Casework behind the desk: who reviews a case and what they say, the meetings of the committee and what they decide.
//!
//! The rules are `domain::spark::review`'s. Here they are held against what is stored: [`ties`] knows who must have nothing to
//! do with a case, [`scores`] takes reviews, [`meeting`], [`votes`] and [`minutes`] hold a meeting, [`room`] and [`member`] are
//! what its pages read, and [`bound`] is what `cases::act` asks: no case leaves its review without a verdict, and none is decided
//! otherwise than a signed meeting did, which [`carry`] does.
//!
//! Whoever has a conflict with a case is told that there is no such case, whatever they would do with it.

mod assign;
mod bound;
mod carry;
mod hold;
mod meeting;
mod member;
mod minutes;
mod pack;
mod pages;
mod people;
mod profiles;
mod room;
mod scores;
mod ties;
mod untied;
mod votes;

pub use assign::suggest;
pub use carry::{Carrying, How, Uncarried, carry_out, carrying, to_carry_out};
pub use hold::{Sitting, hold_meeting, review_case};
pub use meeting::{Convened, NewMeeting, attend, meeting, meetings, plan, put_off, set_agenda, step};
pub use member::{Record, Recorded, own_meeting, own_meetings, record};
pub use minutes::{close, reopen, sign};
pub use pack::{as_it_is, digest, freeze};
pub use pages::{Earlier, MeetingList};
pub use people::{Kept, Known, keep_person, people, person};
pub use profiles::{Profile, Ties, declare, keep, profiles};
pub use room::{
    Before, MeetingOf, Named, OnTable, Progress, Room, Sitter, cases_named, meetings_of, people_named, room, sitters,
};
pub use scores::{
    Published, Sheet, move_on, move_on_due, publish_rubric, rubric, rubrics, save, sheet, submit, verdict,
};
pub use untied::note_missing;
pub use votes::{Agenda, OnAgenda, agenda, cast};

pub(in crate::spark) use assign::may_be_asked;
pub(in crate::spark) use bound::{carried_out, guard};
pub(in crate::spark) use domain::spark::review::conflict::Act as Doing;
pub(in crate::spark) use ties::{
    HEALTH, cares_for, clear_of, consented, is_asked, may_care, may_do, note as note_ties,
};

use super::cases::CaseError;
use crate::crypto::CryptoError;
use domain::account::Denied;
use domain::field::FieldError;
use domain::ids::{AccountId, CaseId};
use domain::spark::review::committee::{NoCommittee, Unable};
use domain::spark::review::meeting::{Refused, State};
use domain::spark::review::minutes::{Unsettled, Unsigned};
use domain::spark::review::pack::{Change, Unfrozen};
use jiff::Timestamp;

/// Why nothing was reviewed or decided. Nothing half-written stays behind any of them.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or none of theirs: a case one has a conflict with is not there.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// It was saved in another tab, or by somebody else, since it was shown.
    #[error("it was changed meanwhile")]
    Stale,
    /// A review is given once.
    #[error("the review was given")]
    Given,
    /// Nobody published a rubric yet.
    #[error("there is no rubric")]
    NoRubric,
    /// A version of that number is there; versions are never changed.
    #[error("version {0} is there")]
    VersionTaken(u32),
    /// Nothing is known of what ties these to others: a conflict could not be seen.
    #[error("{} members have no profile", .0.len())]
    NoProfile(Vec<AccountId>),
    /// A family took back its consent to what is needed to decide.
    #[error("the consent for case {0} was withdrawn")]
    ConsentWithdrawn(CaseId),
    /// The meeting's state does not allow that.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Votes are taken while a meeting sits.
    #[error("the meeting is {}", .0.name())]
    NotSitting(State),
    /// Somebody else closed the minutes first.
    #[error("closed by {by} at {at}")]
    First {
        /// Who.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// These people are no committee.
    #[error(transparent)]
    NoCommittee(#[from] NoCommittee),
    /// Too few are there to begin.
    #[error(transparent)]
    Unable(#[from] Unable),
    /// There is nothing to freeze.
    #[error(transparent)]
    Unfrozen(#[from] Unfrozen),
    /// A case on the agenda is not before the committee.
    #[error("case {0} is not before the committee")]
    NotBefore(CaseId),
    /// A case on the agenda is before another meeting.
    #[error("case {0} is before another meeting")]
    Elsewhere(CaseId),
    /// What lay before the committee is not what there is now: what changed, case by case.
    #[error("{} cases have changed", .0.len())]
    Changed(Vec<(CaseId, Vec<Change>)>),
    /// Whoever had a part in what is appealed has none in the appeal.
    #[error("they had a part in what is appealed in case {0}")]
    TookPart(CaseId),
    /// Whoever votes is in the room.
    #[error("not noted as present")]
    NotPresent,
    /// Items without a result, and why.
    #[error("{} items have no result", .0.len())]
    Open(Vec<(CaseId, Unsettled)>),
    /// The minutes cannot be signed.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// What the case says.
    #[error(transparent)]
    Case(CaseError),
    /// What is sealed does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// What is stored is none of ours: a fault of the house.
    #[error("what is stored is unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for ReviewError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) { Self::Busy } else { Self::Database(error) }
    }
}

impl From<CaseError> for ReviewError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Denied(denied) => Self::Denied(denied),
            CaseError::NotFound => Self::NotFound,
            CaseError::Fields(fields) => Self::Fields(fields),
            CaseError::Crypto(error) => Self::Crypto(error),
            CaseError::Busy => Self::Busy,
            CaseError::Unreadable => Self::Unreadable,
            CaseError::Database(error) => Self::Database(error),
            other => Self::Case(other),
        }
    }
}
