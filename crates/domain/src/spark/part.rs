//! The parts people play in a case. A member of staff may have several roles; in one case they act in one part at a time.

use crate::account::{Capability, Role};
use crate::named::named;

named! {
    /// In which part somebody acts on a case.
    Part, 13 {
        /// The patient, of age.
        Applicant "applicant",
        /// The legal guardian of a patient who is not.
        Guardian "guardian",
        /// A hospital's social worker, who helps a family with its papers. What binds the family the family does itself.
        SocialWorker "social_worker",
        /// Looks after the case: completeness, questions, letters, follow-up.
        CaseOfficer "case_officer",
        /// Judges it as a physician.
        MedicalReviewer "medical_reviewer",
        /// Votes on it.
        CommitteeMember "committee_member",
        /// Leads the committee and signs what it decides.
        Chair "chair",
        /// Prepares payments.
        FinancePreparer "finance_preparer",
        /// Releases payments that somebody else prepared.
        FinanceReleaser "finance_releaser",
        /// Watches over conflicts of interest, objections and what has to be paid back.
        ComplianceOfficer "compliance_officer",
        /// Reads the trail of what was done, and no case.
        Auditor "auditor",
        /// Makes staff accounts, and reads no case.
        AccountAdministrator "account_administrator",
        /// The house itself: what happens when its time has come.
        System "system",
    }
}

impl Part {
    /// The part that goes with a role of staff; `None` for roles that have nothing to do with cases.
    pub const fn of_role(role: Role) -> Option<Self> {
        Some(match role {
            Role::CaseOfficer => Self::CaseOfficer,
            Role::MedicalReviewer => Self::MedicalReviewer,
            Role::CommitteeMember => Self::CommitteeMember,
            Role::Chair => Self::Chair,
            Role::FinancePreparer => Self::FinancePreparer,
            Role::FinanceReleaser => Self::FinanceReleaser,
            Role::ComplianceOfficer => Self::ComplianceOfficer,
            Role::Auditor => Self::Auditor,
            Role::AccountAdministrator => Self::AccountAdministrator,
            Role::MuseumOfficer
            | Role::Steward
            | Role::Operator
            | Role::BusDispatcher
            | Role::DoorSupervisor
            | Role::FamilySupport
            | Role::LabOfficer
            | Role::QualityOfficer
            | Role::NightShift => {
                return None;
            }
        })
    }

    /// What staff need to act on cases in it; `None` for parts that are not staff's, and for those who move no case and read
    /// none either.
    pub const fn capability(self) -> Option<Capability> {
        Some(match self {
            Self::CaseOfficer => Capability::HandleCases,
            Self::MedicalReviewer => Capability::ReviewCases,
            Self::CommitteeMember => Capability::VoteOnCases,
            Self::Chair => Capability::DecideCases,
            Self::ComplianceOfficer => Capability::OverseeCases,
            Self::Applicant
            | Self::Guardian
            | Self::SocialWorker
            | Self::FinancePreparer
            | Self::FinanceReleaser
            | Self::Auditor
            | Self::AccountAdministrator
            | Self::System => return None,
        })
    }

    /// Of the family's side: they act on their own case, as whoever signs in.
    pub const fn is_family(self) -> bool {
        matches!(self, Self::Applicant | Self::Guardian | Self::SocialWorker)
    }
}
