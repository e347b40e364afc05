//! What who acts may do: one table of capabilities, asked by page, list, search, export and API alike.

use super::{Actor, DeviceRole, Role, Scope};
use jiff::{SignedDuration, Timestamp};

/// Something one may be allowed to do. Each is decided in one place: [`permit`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Capability {
    /// See the public pages, sessions and availability.
    SeePublic,
    /// Book for oneself.
    BookForSelf,
    /// See and use one's own account.
    UseOwnAccount,
    /// Change what one signs in with, end one's sessions, delete one's account.
    SecureOwnAccount,
    /// Sign what a family's award is given on, for one's own family.
    SignAgreement,
    /// See the staff's front page.
    EnterStaff,
    /// See sessions, bookings (masked) and today's board.
    SeeBookings,
    /// See a visitor's full phone or address, with the reason in the audit trail.
    RevealContact,
    /// Book, change and cancel on behalf of others.
    BookOnBehalf,
    /// Make and change templates, sessions and capacities.
    ManageSessions,
    /// Answer requests of groups: ask, propose, approve, refuse.
    HandleGroups,
    /// Admit at the door.
    Admit,
    /// Let people in against the clock, with a reason.
    OverrideDoor,
    /// See the door's devices and what they disagree about; decide it.
    SuperviseDoor,
    /// End a device's shift: it forgets the day.
    EndShift,
    /// Enrol devices at the door and revoke them.
    ManageDevices,
    /// See jobs and messages; retry what failed.
    Operate,
    /// See who is of the staff, and with which roles.
    SeeStaff,
    /// Make staff accounts and give roles.
    ManageStaff,
    /// Make and revoke the clients of machines.
    ManageClients,
    /// Tell what happened to units, as the laboratory's system.
    FeedLims,
    /// End the sessions of another person, who asked for it or cannot.
    EndSessions,
    /// Read the audit trail.
    ReadAudit,
    /// See requests for the science bus, answer them, plan its itineraries.
    DispatchBus,
    /// See a school's coordinator and how to reach them in full.
    RevealBusContact,
    /// See the numbers of the museum and of events.
    SeeNumbers,
    /// Take the bookings of a period out of the house as a file.
    ExportBookings,
    /// See funds, awards and the journal; no payee's account in full.
    ReadLedger,
    /// Open funds, write donations and past figures down, import bank statements.
    KeepBooks,
    /// Commit a fund's money to a case, and give back what is not used.
    CommitFunds,
    /// Prepare payments: evidence, payees, tranches.
    PreparePayments,
    /// Release payments that somebody else prepared, send them to the bank, decide what is in doubt.
    ReleasePayments,
    /// Close a month of the books for good.
    CloseBooks,
    /// See cases of the Spark Project with whose they are, and their history.
    SeeCases,
    /// See in full who a case of the Spark Project is of, with the reason in the audit trail.
    RevealParties,
    /// Look after cases: completeness, questions, letters, follow-up.
    HandleCases,
    /// Judge cases one is asked about, without knowing whose they are.
    ReviewCases,
    /// See the committee's meetings that one holds or sits at, and sign their minutes.
    SeeCommittee,
    /// Plan the committee's meetings, freeze what lies before them, write their minutes.
    ConveneCommittee,
    /// Vote on cases of a committee.
    VoteOnCases,
    /// Decide cases as the committee's chair.
    DecideCases,
    /// Take back what should not have been granted, ask money back, have a case's key destroyed.
    OverseeCases,
    /// Read objections to notices and answer them.
    HandleObjections,
    /// See what is to be disclosed, freeze a report and put it right.
    PrepareDisclosure,
    /// Publish a report that somebody else froze.
    PublishDisclosure,
    /// See the units of one's own family.
    SeeOwnUnits,
    /// Come into a family by an invitation.
    JoinFamily,
    /// Help families: their record for a reason that they read.
    SupportFamilies,
    /// See contracts of families (masked), sign them, note payments, end them, block invitations.
    HandleContracts,
    /// See in full which mobile numbers are registered with a contract, with the reason in the family's own log.
    RevealGuardians,
    /// Invite somebody into the family of a contract, send an invitation once more, and write a contract: it says who may come in. And
    /// say who comes in no more: end a membership, note that the child died.
    InviteGuardians,
    /// Let a contract go to another, with its unit: whoever signed that reads the unit's record from then on.
    TransferContracts,
    /// See stored units with their whole chain, deviations, the store, operators and collectors; not whose a unit is.
    SeeUnits,
    /// Say what happened to a unit at the desk, open and close deviations, propose what two people do.
    HandleUnits,
    /// Confirm what a colleague proposed: bank, lift a hold, approve a release, hand to a courier, note a warming, discard; note the
    /// judgement and the approvals of a release; recall a lot.
    ReleaseUnits,
    /// See in full whose a unit is, with the reason in the audit trail and in the family's own log.
    RevealUnitFamily,
    /// See tanks, what is measured of them, and alarms.
    SeeTanks,
    /// Acknowledge alarms, mute channels by the word of two, rehearse.
    HandleAlarms,
    /// Propose new values of what is alarmed about, and take them back.
    ProposeAlarmRules,
    /// Confirm what a colleague proposed of that: it holds from then on.
    ConfirmAlarmRules,
    /// See the wall board: tanks, rooms and alarms, and nobody's name.
    SeeWall,
    /// Add the displays on which the wall board hangs, and revoke them.
    ManageDisplays,
    /// Send what was measured.
    FeedTelemetry,
}

impl Capability {
    /// Every capability, in the order of the golden matrix.
    pub const ALL: [Self; 63] = [
        Self::SeePublic,
        Self::BookForSelf,
        Self::UseOwnAccount,
        Self::SecureOwnAccount,
        Self::SignAgreement,
        Self::EnterStaff,
        Self::SeeBookings,
        Self::RevealContact,
        Self::BookOnBehalf,
        Self::ManageSessions,
        Self::HandleGroups,
        Self::Admit,
        Self::OverrideDoor,
        Self::SuperviseDoor,
        Self::EndShift,
        Self::ManageDevices,
        Self::Operate,
        Self::SeeStaff,
        Self::ManageStaff,
        Self::ManageClients,
        Self::FeedLims,
        Self::EndSessions,
        Self::ReadAudit,
        Self::DispatchBus,
        Self::RevealBusContact,
        Self::SeeNumbers,
        Self::ExportBookings,
        Self::ReadLedger,
        Self::KeepBooks,
        Self::CommitFunds,
        Self::PreparePayments,
        Self::ReleasePayments,
        Self::CloseBooks,
        Self::SeeCases,
        Self::RevealParties,
        Self::HandleCases,
        Self::ReviewCases,
        Self::SeeCommittee,
        Self::ConveneCommittee,
        Self::VoteOnCases,
        Self::DecideCases,
        Self::OverseeCases,
        Self::HandleObjections,
        Self::PrepareDisclosure,
        Self::PublishDisclosure,
        Self::SeeOwnUnits,
        Self::JoinFamily,
        Self::SupportFamilies,
        Self::HandleContracts,
        Self::RevealGuardians,
        Self::InviteGuardians,
        Self::TransferContracts,
        Self::SeeUnits,
        Self::HandleUnits,
        Self::ReleaseUnits,
        Self::RevealUnitFamily,
        Self::SeeTanks,
        Self::HandleAlarms,
        Self::ProposeAlarmRules,
        Self::ConfirmAlarmRules,
        Self::SeeWall,
        Self::ManageDisplays,
        Self::FeedTelemetry,
    ];

    /// How long a proof is enough for this (staff: the second factor; visitors: a code to a contact of the account);
    /// `None` where the sign-in itself suffices.
    pub const fn step_up(self) -> Option<SignedDuration> {
        match self {
            Self::SecureOwnAccount
            | Self::SignAgreement
            | Self::JoinFamily
            | Self::RevealContact
            | Self::RevealBusContact
            | Self::RevealParties
            | Self::ExportBookings
            | Self::ManageStaff
            | Self::ManageClients
            | Self::ManageDevices
            | Self::EndSessions
            | Self::ReleasePayments
            | Self::CloseBooks
            | Self::PublishDisclosure
            | Self::ReleaseUnits
            | Self::RevealUnitFamily
            | Self::RevealGuardians
            | Self::InviteGuardians
            | Self::TransferContracts => Some(SignedDuration::from_mins(10)),
            Self::ConfirmAlarmRules | Self::ManageDisplays => Some(SignedDuration::from_mins(10)),
            _ => None,
        }
    }
}

/// Why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Denied {
    /// Nobody is signed in: show the sign-in.
    #[error("sign-in needed")]
    SignInNeeded,
    /// Signed in, and not allowed.
    #[error("not allowed")]
    NotAllowed,
    /// Allowed after proving again who one is.
    #[error("second factor needed again")]
    StepUpNeeded,
}

/// The one answer to "may this actor do that?". Ownership of a single object is asked by the service that loads it.
pub fn permit(actor: &Actor, capability: Capability, now: Timestamp) -> Result<(), Denied> {
    use Capability as C;
    let allowed = match actor {
        Actor::System => true,
        Actor::Anonymous => match capability {
            C::SeePublic | C::BookForSelf => true,
            _ => return Err(Denied::SignInNeeded),
        },
        Actor::Visitor { .. } => {
            matches!(
                capability,
                C::SeePublic
                    | C::BookForSelf
                    | C::UseOwnAccount
                    | C::SecureOwnAccount
                    | C::SignAgreement
                    | C::SeeOwnUnits
                    | C::JoinFamily
            )
        }
        Actor::Client { scopes, .. } => match capability {
            C::SeePublic => true,
            C::SeeBookings => scopes.contains(&Scope::BookingsWrite) || scopes.contains(&Scope::SessionsRead),
            C::BookOnBehalf => scopes.contains(&Scope::BookingsWrite),
            C::Admit => scopes.contains(&Scope::DoorWrite),
            C::FeedLims => scopes.contains(&Scope::LimsWrite),
            C::FeedTelemetry => scopes.contains(&Scope::TelemetryWrite),
            _ => false,
        },
        Actor::Device { role, .. } => device_permits(*role, capability),
        Actor::Display { .. } => matches!(capability, C::SeeWall),
        Actor::Staff { roles, .. } => match capability {
            C::SeePublic | C::BookForSelf | C::UseOwnAccount | C::SecureOwnAccount | C::EnterStaff => true,
            _ => roles.iter().any(|role| role_permits(*role, capability)),
        },
    };
    if !allowed {
        return Err(Denied::NotAllowed);
    }
    match (actor, capability.step_up()) {
        (Actor::Staff { stepped_up_at, .. } | Actor::Visitor { stepped_up_at, .. }, Some(within)) => {
            let fresh = stepped_up_at.is_some_and(|at| now.duration_since(at) <= within);
            if fresh { Ok(()) } else { Err(Denied::StepUpNeeded) }
        }
        _ => Ok(()),
    }
}

const fn device_permits(role: DeviceRole, capability: Capability) -> bool {
    use Capability as C;
    match role {
        DeviceRole::Steward => matches!(capability, C::Admit),
        DeviceRole::Supervisor => matches!(capability, C::Admit | C::OverrideDoor | C::SuperviseDoor | C::EndShift),
    }
}

impl Role {
    /// Whether whoever has it may do that, whatever else they prove: for who is named by others and not asked themselves.
    pub const fn may(self, capability: Capability) -> bool {
        role_permits(self, capability)
    }
}

const fn role_permits(role: Role, capability: Capability) -> bool {
    use Capability as C;
    // Whoever sees cases sees in full whose they are; the second factor and the reason are asked beside it.
    let capability = if matches!(capability, C::RevealParties) { C::SeeCases } else { capability };
    match role {
        Role::MuseumOfficer => {
            matches!(
                capability,
                C::SeeBookings
                    | C::RevealContact
                    | C::BookOnBehalf
                    | C::ManageSessions
                    | C::HandleGroups
                    | C::Admit
                    | C::OverrideDoor
                    | C::SuperviseDoor
                    | C::ManageDevices
                    | C::SeeNumbers
                    | C::ExportBookings
            )
        }
        Role::Steward => matches!(capability, C::Admit),
        Role::Operator => {
            matches!(capability, C::Operate | C::SeeStaff | C::ManageStaff | C::ManageClients | C::EndSessions)
        }
        Role::Auditor => matches!(capability, C::ReadAudit | C::ReadLedger),
        Role::BusDispatcher => matches!(capability, C::DispatchBus | C::RevealBusContact),
        Role::DoorSupervisor => {
            matches!(capability, C::Admit | C::OverrideDoor | C::SuperviseDoor | C::ManageDevices)
        }
        Role::CaseOfficer => matches!(
            capability,
            C::SeeCases | C::HandleCases | C::SeeCommittee | C::ConveneCommittee | C::HandleObjections
        ),
        Role::MedicalReviewer => matches!(capability, C::ReviewCases),
        Role::CommitteeMember => matches!(capability, C::SeeCommittee | C::VoteOnCases),
        Role::Chair => matches!(
            capability,
            C::CommitFunds
                | C::SeeCommittee
                | C::VoteOnCases
                | C::DecideCases
                | C::HandleObjections
                | C::PrepareDisclosure
                | C::PublishDisclosure
        ),
        Role::FinancePreparer => {
            matches!(capability, C::ReadLedger | C::KeepBooks | C::PreparePayments | C::PrepareDisclosure)
        }
        Role::FinanceReleaser => matches!(capability, C::ReadLedger | C::ReleasePayments | C::CloseBooks),
        Role::ComplianceOfficer => matches!(
            capability,
            C::ReadLedger
                | C::SeeCases
                | C::OverseeCases
                | C::HandleObjections
                | C::PrepareDisclosure
                | C::PublishDisclosure
        ),
        Role::AccountAdministrator => matches!(capability, C::SeeStaff | C::ManageStaff | C::EndSessions),
        Role::FamilySupport => {
            matches!(
                capability,
                C::SupportFamilies
                    | C::HandleContracts
                    | C::RevealGuardians
                    | C::InviteGuardians
                    | C::TransferContracts
            )
        }
        Role::LabOfficer => matches!(
            capability,
            C::SeeUnits
                | C::HandleUnits
                | C::SeeTanks
                | C::HandleAlarms
                | C::ProposeAlarmRules
                | C::SeeWall
                | C::ManageDisplays
        ),
        Role::QualityOfficer => matches!(
            capability,
            C::SeeUnits
                | C::HandleUnits
                | C::ReleaseUnits
                | C::RevealUnitFamily
                | C::SeeTanks
                | C::HandleAlarms
                | C::ProposeAlarmRules
                | C::ConfirmAlarmRules
                | C::SeeWall
                | C::ManageDisplays
        ),
        Role::NightShift => matches!(capability, C::SeeTanks | C::HandleAlarms | C::SeeWall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, ClientId, DeviceId, DisplayId, LoginSessionId};
    use std::fmt::Write as _;
    use uuid::Uuid;

    fn actors(now: Timestamp) -> Vec<(String, Actor)> {
        let (account, login) = (AccountId(Uuid::nil()), LoginSessionId(Uuid::nil()));
        let staff = |roles: Vec<Role>| Actor::Staff { account, login, roles, stepped_up_at: Some(now) };
        let mut all = vec![
            ("anonymous".to_owned(), Actor::Anonymous),
            ("visitor".to_owned(), Actor::Visitor { account, login, stepped_up_at: Some(now) }),
            ("staff without a role".to_owned(), staff(vec![])),
        ];
        all.extend(Role::ALL.map(|role| (role.name().to_owned(), staff(vec![role]))));
        all.extend(Scope::ALL.map(|scope| {
            (scope.name().to_owned(), Actor::Client { client: ClientId(Uuid::nil()), scopes: vec![scope] })
        }));
        all.extend(DeviceRole::ALL.map(|role| {
            (format!("device of a {}", role.name()), Actor::Device { device: DeviceId(Uuid::nil()), role })
        }));
        all.push(("display".to_owned(), Actor::Display { display: DisplayId(Uuid::nil()) }));
        all.push(("system".to_owned(), Actor::System));
        all
    }

    /// The whole matrix, capability by actor, against the file that people review. `UPDATE_GOLDEN=1` rewrites it.
    #[test]
    fn matrix_is_the_reviewed_one() {
        let now = Timestamp::UNIX_EPOCH;
        let mut matrix = String::new();
        for capability in Capability::ALL {
            let _ = writeln!(matrix, "{capability:?}");
            for (name, actor) in actors(now) {
                let _ = writeln!(
                    matrix,
                    "  {name}: {}",
                    permit(&actor, capability, now).map_or_else(|e| e.to_string(), |()| "yes".into())
                );
            }
        }
        crate::golden::is_the_reviewed_one("policy_matrix.txt", &matrix);
    }

    #[test]
    fn a_second_factor_grows_stale() {
        let shown = Timestamp::UNIX_EPOCH;
        let actor = Actor::Staff {
            account: AccountId(Uuid::nil()),
            login: LoginSessionId(Uuid::nil()),
            roles: vec![Role::MuseumOfficer],
            stepped_up_at: Some(shown),
        };
        let after = |minutes| shown + SignedDuration::from_mins(minutes);
        assert_eq!(permit(&actor, Capability::RevealContact, after(10)), Ok(()));
        assert_eq!(permit(&actor, Capability::RevealContact, after(11)), Err(Denied::StepUpNeeded));
        assert_eq!(permit(&actor, Capability::SeeBookings, after(11)), Ok(()));
        let visitor = |stepped_up_at| Actor::Visitor {
            account: AccountId(Uuid::nil()),
            login: LoginSessionId(Uuid::nil()),
            stepped_up_at,
        };
        let secure = |actor: &Actor, now| permit(actor, Capability::SecureOwnAccount, now);
        assert_eq!(secure(&visitor(Some(shown)), after(10)), Ok(()));
        assert_eq!(secure(&visitor(Some(shown)), after(11)), Err(Denied::StepUpNeeded));
        assert_eq!(secure(&visitor(None), shown), Err(Denied::StepUpNeeded));
        assert_eq!(permit(&visitor(None), Capability::UseOwnAccount, after(11)), Ok(()));
    }
}
