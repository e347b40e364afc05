//! Identifiers. Made by the application (UUIDv7) and never by the database, so that a row has a name before it exists.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A person with an account, visitor or staff.
    AccountId,
    /// One browser that is signed in.
    LoginSessionId,
    /// One passkey of a member of staff.
    PasskeyId,
    /// A machine with an API client.
    ClientId,
    /// The museum, an event, the bus: what sessions belong to.
    ActivityId,
    /// One dated occurrence with a capacity (场次).
    SessionId,
    /// A weekly rule that makes sessions.
    TemplateId,
    /// Places kept while a visitor fills in the form (暂留).
    HoldId,
    /// What a visitor has typed before the contact is proven. Also the idempotency key of the booking it becomes.
    DraftId,
    /// One booking of one party.
    BookingId,
    /// What was booked together: the dates of one event, for one party.
    SeriesId,
    /// One party on the waiting list (候补).
    WaitingId,
    /// One file somebody sent.
    FileId,
    /// One act of closing a session or a day.
    ClosureId,
    /// One act of saying that a session or a day needs no booking (免预约).
    OpenDoorId,
    /// A time at which the door could not do its work.
    OutageId,
    /// A device at the door that works without the network.
    DeviceId,
    /// Facts of devices that cannot all be counted.
    ConflictId,
    /// What a school has typed before its contact is proven.
    BusDraftId,
    /// A school's or a community's request for the science bus.
    BusRequestId,
    /// One vehicle with one crew at one place: what a proposal keeps and an itinerary is made of.
    BusStopId,
    /// A photograph of a visit of the bus.
    BusPhotoId,
    /// A picture of an event.
    EventPictureId,
    /// A science bus.
    BusVehicleId,
    /// The people who go with one.
    BusCrewId,
    /// Days on which a bus does not drive.
    BusBlackoutId,
    /// What a group has typed before its contact is proven.
    GroupDraftId,
    /// A group's request to visit the museum.
    GroupRequestId,
    /// A round in which one may apply as an ambassador (招募批次).
    AmbassadorRoundId,
    /// A training date of a round.
    TrainingId,
    /// What somebody who applies has typed before the contact is proven.
    AmbassadorDraftId,
    /// An application as a campus science ambassador.
    AmbassadorId,
    /// A certificate of an ambassador.
    CertificateId,
    /// Sessions that open for booking at one instant (放号).
    ReleaseId,
    /// A place in the line of a release.
    TicketId,
    /// One message to one person.
    MessageId,
    /// One unit of work after a commit.
    JobId,
    /// An address of a partner that is told of changes.
    WebhookId,
    /// One change that partners are told of.
    WebhookEventId,
    /// A schedule by which staff are told of exports.
    ExportScheduleId,
    /// One sending of such a schedule.
    ExportRunId,
    /// A fund for a purpose (专项基金).
    FundId,
    /// A part of a fund's money with a budget of its own.
    EnvelopeId,
    /// Money that is kept for one case.
    AwardId,
    /// A part of an award that is paid at once.
    TrancheId,
    /// An account that an award is paid to.
    PayeeId,
    /// One line of a file for the bank.
    PaymentId,
    /// A file of payments for the bank.
    PaymentFileId,
    /// A statement of the bank.
    StatementId,
    /// An entry of the journal.
    LedgerEntryId,
    /// Money that is asked back of a case.
    ClawbackId,
    /// A part of it that came back or was waived.
    ClawbackPartId,
    /// One family's case of the Spark Project.
    CaseId,
    /// One frozen snapshot of what is disclosed.
    DisclosureId,
    /// An application to the Spark Project, from its first page on.
    ApplicationId,
    /// A paper of an application.
    PaperId,
    /// A letter to the family of a case.
    LetterId,
    /// A hospital that treats patients and employs reviewers.
    HospitalId,
    /// One sitting of the Spark Project's committee.
    MeetingId,
    /// A stored unit of cord blood. The only name of it that the public sees.
    UnitId,
    /// A tank of liquid nitrogen.
    TankId,
    /// A room in which tanks stand.
    RoomId,
    /// Somebody who works with units.
    OperatorId,
    /// Something about a unit that is not as it should be.
    DeviationId,
    /// A family that the bank keeps a unit for.
    FamilyId,
    /// The contract a unit is kept under.
    ContractId,
    /// What a family was told.
    FamilyNoticeId,
    /// A payment of a family's contract.
    FamilyPaymentId,
    /// One alarm of a channel and a rule.
    AlarmId,
    /// A channel made quiet for a while.
    MuteId,
    /// A display on which the wall board hangs.
    DisplayId,
    /// New values of what is alarmed about, which wait for a second person.
    RulesDraftId,
    /// A time in which a tank was too warm.
    ExcursionId,
    /// One HTTP request, for logs and the audit trail.
    RequestId,
}
