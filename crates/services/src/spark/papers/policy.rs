//! Who may read a paper. One function for list, page and file.

use super::PaperError;
use crate::Context;
use crate::spark::apply::{self, access, applicant};
use crate::spark::{cases, review};
use domain::account::{Actor, Capability, Denied};
use domain::ids::{ApplicationId, CaseId};
use domain::spark::Part;
use domain::spark::papers::Kind;
use sqlx::PgConnection;
use store::spark::apply as applications;

/// As what somebody may read a paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Of the family: its own.
    Family,
    /// Of the house.
    Staff {
        /// In which part.
        part: Part,
        /// Looks after the case, or watches over all. Others give a reason, and stand out in the trail.
        assigned: bool,
    },
    /// A physician who was asked about the case, for what is judged.
    Reviewer,
    /// The house itself.
    House,
}

impl Reader {
    /// What the family called its files often names the patient: a physician is not told it, nor who has given no reason yet.
    pub const fn is_told_names(self) -> bool {
        matches!(self, Self::Family | Self::House | Self::Staff { assigned: true, .. })
    }
}

/// Who asks, and as what they may read papers of a kind. Before an application is sent nobody of the house may; afterwards who
/// may read the case ([`cases::may_read`]), as far as the family agreed to it, and of what is medical the physicians that were
/// asked. Deny by default.
///
/// # Errors
/// `Denied`; `NotFound` for another family's, and where there is none; `NoConsent`.
pub async fn may_read(
    db: &mut PgConnection,
    context: &Context,
    application: ApplicationId,
    kind: Kind,
) -> Result<Reader, PaperError> {
    if !matches!(context.actor, Actor::Staff { .. } | Actor::System) {
        applicant(context)?;
    }
    let row = applications::application(&mut *db, application.0).await?.ok_or(PaperError::NotFound)?;
    let case = CaseId(application.0);
    match (&context.actor, row.submitted_at) {
        (Actor::Visitor { account, .. }, None) => {
            access(db, &row, *account).await?;
            Ok(Reader::Family)
        }
        // What is not sent yet is the family's alone.
        (_, None) => {
            context.require(Capability::SeeCases).or_else(|_| context.require(Capability::ReviewCases))?;
            Err(PaperError::NotFound)
        }
        (_, Some(_)) => {
            let reader = match cases::may_read(db, context, case).await {
                Ok(cases::Reader::Family(_)) => return Ok(Reader::Family),
                Ok(cases::Reader::Staff { part, assigned }) => Reader::Staff { part, assigned },
                Ok(cases::Reader::House) => Reader::House,
                Err(cases::CaseError::Denied(denied)) => {
                    context.require(Capability::ReviewCases)?;
                    if !kind.is_medical() {
                        return Err(denied.into());
                    }
                    let reviewer = context.actor.account().ok_or(Denied::NotAllowed)?;
                    if !review::is_asked(db, reviewer, case).await? {
                        return Err(PaperError::NotFound);
                    }
                    Reader::Reviewer
                }
                Err(error) => return Err(error.into()),
            };
            for wanted in kind.needs() {
                if !apply::may(db, application, *wanted).await? {
                    return Err(PaperError::NoConsent);
                }
            }
            Ok(reader)
        }
    }
}
