//! Who may read a paper. One function for list, page and file.

use super::PaperError;
use crate::Context;
use crate::spark::apply::{self, access, applicant};
use crate::spark::{cases, review};
use domain::account::{Actor, Capability, Denied};
use domain::ids::{ApplicationId, CaseId};
use domain::spark::Part;
use domain::spark::application::Consents;
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
    /// What the family called its files often names the patient: a physician is not told it.
    pub const fn is_told_names(self) -> bool {
        !matches!(self, Self::Reviewer)
    }
}

/// As what somebody reads the papers of one application: asked once for all of them.
#[derive(Clone, Debug)]
pub(super) struct Readers {
    reader: Reader,
    /// What the family agreed to; nothing is asked of the family itself.
    consents: Option<Consents>,
    /// A physician who is asked about nothing of the case.
    is_stranger: bool,
}

impl Readers {
    /// As what they may read papers of a kind.
    ///
    /// # Errors
    /// `Denied` for a physician and what is not medical; `NotFound` for one who was not asked; `NoConsent`.
    pub(super) fn of(&self, kind: Kind) -> Result<Reader, PaperError> {
        if self.reader == Reader::Reviewer && !kind.is_medical() {
            return Err(Denied::NotAllowed.into());
        }
        if self.is_stranger {
            return Err(PaperError::NotFound);
        }
        match &self.consents {
            Some(consents) if !kind.needs().iter().all(|wanted| consents.may(*wanted)) => Err(PaperError::NoConsent),
            _ => Ok(self.reader),
        }
    }
}

/// Who asks, and as what they may read papers of a kind. Before an application is sent nobody of the house may; afterwards who
/// may read the case ([`cases::may_read`]) and looks after it, was let or has said why ([`cases::Access`]), as far as the family
/// agreed to it; and of what is medical the physicians that were asked. Deny by default.
///
/// # Errors
/// `Denied`, also of a minor's case without assignment or grant; `ReasonNeeded`; `NotFound` for another family's, and where there
/// is none; `NoConsent`.
pub async fn may_read(
    db: &mut PgConnection,
    context: &Context,
    application: ApplicationId,
    kind: Kind,
) -> Result<Reader, PaperError> {
    readers(db, context, application).await?.of(kind)
}

/// The same for every kind at once, for a list.
pub(super) async fn readers(
    db: &mut PgConnection,
    context: &Context,
    application: ApplicationId,
) -> Result<Readers, PaperError> {
    if !matches!(context.actor, Actor::Staff { .. } | Actor::System) {
        applicant(context)?;
    }
    let row = applications::application(&mut *db, application.0).await?.ok_or(PaperError::NotFound)?;
    let case = CaseId(application.0);
    let family = Readers { reader: Reader::Family, consents: None, is_stranger: false };
    match (&context.actor, row.submitted_at) {
        (Actor::Visitor { account, .. }, None) => {
            access(db, &row, *account).await?;
            Ok(family)
        }
        // What is not sent yet is the family's alone.
        (_, None) => {
            context.require(Capability::SeeCases).or_else(|_| context.require(Capability::ReviewCases))?;
            Err(PaperError::NotFound)
        }
        (_, Some(_)) => {
            let mut is_stranger = false;
            let reader = match cases::may_read(db, context, case).await {
                Ok(cases::Reader::Family(_)) => return Ok(family),
                Ok(cases::Reader::Staff { part, assigned }) => match cases::access(&mut *db, context, case).await? {
                    cases::Access::None { minor: true } => return Err(Denied::NotAllowed.into()),
                    cases::Access::None { minor: false } => return Err(PaperError::ReasonNeeded),
                    _ => Reader::Staff { part, assigned },
                },
                Ok(cases::Reader::House) => Reader::House,
                Err(cases::CaseError::Denied(_)) => {
                    context.require(Capability::ReviewCases)?;
                    let reviewer = context.actor.account().ok_or(Denied::NotAllowed)?;
                    is_stranger = !review::is_asked(db, reviewer, case).await?;
                    Reader::Reviewer
                }
                Err(error) => return Err(error.into()),
            };
            let consents = Some(apply::words(db, application).await?);
            Ok(Readers { reader, consents, is_stranger })
        }
    }
}
