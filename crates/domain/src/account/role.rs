//! The roles of staff, the scopes of machines and what is done with a device at the door: what decides which capabilities one has
//! ([`super::capability`]).

use serde::{Deserialize, Serialize};

/// What a member of staff is there for. A person may have several.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks after the museum's sessions and bookings.
    MuseumOfficer,
    /// Stands at the door.
    Steward,
    /// Runs the system: jobs, messages, staff accounts. Sees no more of visitors than anybody.
    Operator,
    /// Reads the audit trail.
    Auditor,
    /// Plans where the science bus goes.
    BusDispatcher,
    /// Looks after the door: its devices, what they disagree about, exceptions.
    DoorSupervisor,
    /// Looks after cases of the Spark Project (火种工程): completeness, questions, letters.
    CaseOfficer,
    /// Judges cases as a physician; sees no name, contact, income or bank account.
    MedicalReviewer,
    /// Votes on cases.
    CommitteeMember,
    /// Leads the committee and signs what it decides.
    Chair,
    /// Keeps the books of the funds and prepares payments.
    FinancePreparer,
    /// Releases payments that somebody else prepared.
    FinanceReleaser,
    /// Watches over purposes, conflicts of interest and what is disclosed.
    ComplianceOfficer,
    /// Makes staff accounts and gives roles. Cannot read a case.
    AccountAdministrator,
    /// Helps families whose units the bank keeps.
    FamilySupport,
    /// Works with stored units: deviations, placements, proposals.
    LabOfficer,
    /// Answers for stored units: what a colleague proposed is banked, released, lifted by them.
    QualityOfficer,
    /// Watches the tanks at night: alarms, mutes, drills.
    NightShift,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 18] = [
        Self::MuseumOfficer,
        Self::Steward,
        Self::Operator,
        Self::Auditor,
        Self::BusDispatcher,
        Self::DoorSupervisor,
        Self::CaseOfficer,
        Self::MedicalReviewer,
        Self::CommitteeMember,
        Self::Chair,
        Self::FinancePreparer,
        Self::FinanceReleaser,
        Self::ComplianceOfficer,
        Self::AccountAdministrator,
        Self::FamilySupport,
        Self::LabOfficer,
        Self::QualityOfficer,
        Self::NightShift,
    ];

    /// As stored and as a translation key (`role-<name>`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::MuseumOfficer => "museum_officer",
            Self::Steward => "steward",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::BusDispatcher => "bus_dispatcher",
            Self::DoorSupervisor => "door_supervisor",
            Self::CaseOfficer => "case_officer",
            Self::MedicalReviewer => "medical_reviewer",
            Self::CommitteeMember => "committee_member",
            Self::Chair => "chair",
            Self::FinancePreparer => "finance_preparer",
            Self::FinanceReleaser => "finance_releaser",
            Self::ComplianceOfficer => "compliance_officer",
            Self::AccountAdministrator => "account_administrator",
            Self::FamilySupport => "family_support",
            Self::LabOfficer => "lab_officer",
            Self::QualityOfficer => "quality_officer",
            Self::NightShift => "night_shift",
        }
    }

    /// The role of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What a machine's token may be used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Read sessions and their availability beyond what the public sees.
    #[serde(rename = "sessions:read")]
    SessionsRead,
    /// Book, read, change and cancel for others.
    #[serde(rename = "bookings:write")]
    BookingsWrite,
    /// Admit at the door.
    #[serde(rename = "door:write")]
    DoorWrite,
    /// Tell what happened to units (the laboratory's system).
    #[serde(rename = "lims:write")]
    LimsWrite,
    /// Send what was measured of tanks and rooms.
    #[serde(rename = "telemetry:write")]
    TelemetryWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] =
        [Self::SessionsRead, Self::BookingsWrite, Self::DoorWrite, Self::LimsWrite, Self::TelemetryWrite];

    /// As in a token.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SessionsRead => "sessions:read",
            Self::BookingsWrite => "bookings:write",
            Self::DoorWrite => "door:write",
            Self::LimsWrite => "lims:write",
            Self::TelemetryWrite => "telemetry:write",
        }
    }

    /// The scope of a token's word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// What may be done with a device at the door. It stands there for hours and is passed from hand to hand: so it is the
/// device that has a role, and nobody signs in on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// Scans, counts heads, counts walk-ins.
    Steward,
    /// The same, lets people in against the clock with a reason, sees conflicts, ends the device's shift.
    Supervisor,
}

impl DeviceRole {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Steward, Self::Supervisor];

    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Steward => "steward",
            Self::Supervisor => "supervisor",
        }
    }

    /// The role of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
