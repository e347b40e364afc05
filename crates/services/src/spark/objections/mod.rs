//! Objections (公示异议) to notices of cases: anybody objects while a notice runs ([`object`]); whoever handles them reads and
//! answers them ([`decide`]); one that is upheld takes the case back to the committee in the same transaction. While one is open
//! its notice does not stand by itself (`cases::act`, `store::spark::due`, and the database). For whoever has a conflict with the
//! case there is no objection, and nobody answers one to what they had a part in ([`apart`]).
//!
//! Who objects and why is sealed by the house and not by the case's key: it is no part of the case, and is erased on a clock of
//! its own ([`crate::privacy::Term::Objection`]).

mod apart;
mod desk;
mod erase;
mod public;

pub(crate) use desk::{Answering, answering};
pub use desk::{Decision, Listed, Objection, Upholding, decide, is_open, list, read};
pub(crate) use erase::{count_due, erase_due};
pub use public::{NewObjection, Objecting, is_receipt, object, objecting};

use super::cases::CaseError;
use crate::crypto::{CryptoError, Place};
use crate::limits::LimitError;
use crate::{Context, Services};
use domain::account::Denied;
use domain::contact::{MailAddress, PersonName};
use domain::field::FieldError;
use domain::spark::objection::Said;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why nothing was done or shown.
#[derive(Debug, thiserror::Error)]
pub enum ObjectionError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such notice, or no such objection.
    #[error("not found")]
    NotFound,
    /// The notice is over.
    #[error("the notice is over")]
    Over {
        /// The last day an objection was possible; nothing where the notice was taken down before.
        last: Option<Date>,
    },
    /// What was typed cannot be taken.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// The same form was sent before, and said something else.
    #[error("sent before")]
    SentBefore,
    /// Too many from one network.
    #[error("too many")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Somebody else answered it.
    #[error("answered before")]
    AnsweredBefore,
    /// Whoever handled a case or decided it does not say whether it was decided rightly.
    #[error("they had a part in the case")]
    HadAPart,
    /// Its case is decided anew because of an appeal, and nothing is taken from the family meanwhile: it is upheld afterwards.
    #[error("the appeal of the case is not decided")]
    InAppeal,
    /// The case cannot go back to the committee.
    #[error(transparent)]
    Case(CaseError),
    /// What is sealed does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// What is stored is none of ours: a fault of the house.
    #[error("the objection is unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for ObjectionError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) {
            return Self::Busy;
        }
        match store::constraint_of(&error) {
            Some("spark_objection_over") => Self::Over { last: None },
            Some("spark_objection_answered") => Self::AnsweredBefore,
            _ => Self::Database(error),
        }
    }
}

impl From<CaseError> for ObjectionError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Denied(denied) => Self::Denied(denied),
            CaseError::NotFound => Self::NotFound,
            CaseError::Busy => Self::Busy,
            CaseError::Database(error) => error.into(),
            error => Self::Case(error),
        }
    }
}

impl From<LimitError> for ObjectionError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited { retry_after: limited.retry_seconds() },
            LimitError::Database(error) => error.into(),
        }
    }
}

/// What lies sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: Option<String>,
    mail: Option<String>,
    facts: String,
}

const fn said_place(row: Uuid) -> Place {
    Place { table: "spark_objection", column: "said_sealed", row }
}

const fn answer_place(row: Uuid) -> Place {
    Place { table: "spark_objection", column: "answer_sealed", row }
}

fn seal(services: &Services, id: Uuid, said: &Said) -> Result<Vec<u8>, ObjectionError> {
    let kept = Kept {
        name: said.name.as_ref().map(|name| name.as_str().to_owned()),
        mail: said.mail.as_ref().map(|mail| mail.as_str().to_owned()),
        facts: said.facts.clone(),
    };
    let plain = serde_json::to_vec(&kept).map_err(|_| ObjectionError::Unreadable)?;
    Ok(services.vault.seal(said_place(id), &plain))
}

fn open(services: &Services, id: Uuid, sealed: &[u8]) -> Result<Said, ObjectionError> {
    let plain = services.vault.open_sealed(said_place(id), sealed)?;
    let kept: Kept = serde_json::from_slice(&plain).map_err(|_| ObjectionError::Unreadable)?;
    let name = kept.name.map(|name| PersonName::kept(&name)).transpose();
    let mail = kept.mail.map(|mail| MailAddress::parse(&mail)).transpose();
    let (Ok(name), Ok(mail)) = (name, mail) else { return Err(ObjectionError::Unreadable) };
    Ok(Said { name, mail, facts: kept.facts })
}

/// Who of the house answers objections.
fn handles(context: &Context) -> Result<(), Denied> {
    context.require(domain::account::Capability::HandleObjections)
}
