//! What may be done with an application: one consent per purpose, each with the version of the notice that was shown.
//!
//! Consents are added and never changed: to withdraw one is to add its opposite. What counts is the last word about a purpose;
//! without any word the answer is no.

use super::Answers;
use super::form::{Form, Kind};
use super::kind::AGREE;
use crate::named::named;
use jiff::Timestamp;

named! {
    /// What for. Each is asked about by itself.
    Purpose, 5 {
        /// Judging what is told about health.
        Health "health",
        /// Weighing what is told about income, and paying to the bank account.
        Means "means",
        /// Telling the partners that the notice names.
        Partners "partners",
        /// Publishing a name or a photograph.
        Publication "publication",
        /// Asking afterwards how the patient is.
        FollowUp "follow_up",
    }
}

impl Purpose {
    /// Without it nothing can be decided; refusing any other changes nothing about the decision.
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::Health | Self::Means)
    }
}

/// What somebody of the house, or the house itself, wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// Read and judge what is told about health.
    JudgeHealth,
    /// Read what is told about means, weigh it, pay.
    WeighMeans,
    /// Tell a partner whom the notice names since this version.
    TellPartner {
        /// The first version with its name.
        named_since: u16,
    },
    /// Publish a name or a photograph.
    Publish,
    /// Write or call after the case is paid.
    AskAfterwards,
}

impl Use {
    /// The purpose it is asked under.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::JudgeHealth => Purpose::Health,
            Self::WeighMeans => Purpose::Means,
            Self::TellPartner { .. } => Purpose::Partners,
            Self::Publish => Purpose::Publication,
            Self::AskAfterwards => Purpose::FollowUp,
        }
    }
}

/// One word about one purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    /// About what.
    pub purpose: Purpose,
    /// Yes, or no.
    pub agreed: bool,
    /// The version of the notice that stood beside it.
    pub notice: u16,
    /// When.
    pub at: Timestamp,
}

/// Every word of one application, in the order they were given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Consents(Vec<Given>);

impl Consents {
    /// As they were given, the first first.
    pub fn new(given: impl IntoIterator<Item = Given>) -> Self {
        Self(given.into_iter().collect())
    }

    /// What the form's answers say.
    pub fn of(form: &Form, answers: &Answers, at: Timestamp) -> Self {
        let fields = form.pages.iter().flat_map(|page| page.fields);
        Self::new(fields.filter_map(|field| match field.kind {
            Kind::Consent(purpose) => {
                let agreed = answers.get(field.key)? == AGREE;
                Some(Given { purpose, agreed, notice: form.notice, at })
            }
            _ => None,
        }))
    }

    /// The last word about a purpose.
    pub fn last(&self, purpose: Purpose) -> Option<&Given> {
        self.0.iter().rev().find(|given| given.purpose == purpose)
    }

    /// Whether this may be done now. A partner that was named later than the notice that was shown is not told.
    pub fn may(&self, wanted: Use) -> bool {
        let Some(last) = self.last(wanted.purpose()) else { return false };
        match wanted {
            Use::TellPartner { named_since } => last.agreed && named_since <= last.notice,
            _ => last.agreed,
        }
    }

    /// Every word.
    pub fn iter(&self) -> impl Iterator<Item = &Given> {
        self.0.iter()
    }

    /// Takes back what was agreed to. `None` where there is nothing to take back: a second press adds nothing.
    pub fn withdrawn(&self, purpose: Purpose, at: Timestamp) -> Option<Given> {
        let last = self.last(purpose).filter(|given| given.agreed)?;
        Some(Given { agreed: false, at, ..*last })
    }
}
