//! The groups' kind of request: what only it has, and what goes along when one moves from state to state.

use super::roster::open_list;
use super::view::{self, BookingSeen, ProposalView, Span};
use super::{draft, letter};
use crate::account::codes::Purpose;
use crate::booking::BookingError;
use crate::booking::within::lock_for;
use crate::crypto::LinkPurpose;
use crate::limits::{self, Limit};
use crate::messages::GroupTemplate;
use crate::requests::{self, Event, Moved, RequestError, View};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Refusal;
use domain::contact::Contact;
use domain::groups::{Ages, Kind, RowFault, SETTLED_AFTER, State};
use domain::ids::{AccountId, GroupDraftId, GroupRequestId, HoldId, SessionId};
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::groups::held;
use store::groups::requests::{self as sql, Change};
use uuid::Uuid;

/// A group's request.
pub type RequestView = View<Groups>;
/// How a caller names one.
pub type Handle = requests::Handle<Groups>;
/// What a group typed so far.
pub type DraftView = requests::DraftView<Groups>;
/// Why a use case of the groups did not happen.
pub type GroupError = RequestError<Groups>;

/// Schools, hospitals and companies that ask for the museum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Groups;

impl requests::RequestId for GroupRequestId {
    type Kind = Groups;
}

impl requests::DraftId for GroupDraftId {
    type Kind = Groups;
}

/// What only a group's request has.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// What kind of organisation.
    pub kind: Kind,
    /// Who comes, by age.
    pub ages: Ages,
    /// How many.
    pub members: u32,
    /// Adults with them.
    pub adults: u32,
    /// Sessions they would like, the best first; those that are not there any more are left out.
    pub wishes: Vec<Span>,
    /// Whose account.
    pub account: Option<AccountId>,
    /// The session that is proposed or accepted.
    pub proposal: Option<ProposalView>,
    /// Where places are kept, and until when.
    pub kept: Option<(SessionId, Timestamp)>,
    pub(super) hold: Option<(SessionId, HoldId)>,
    /// What it became.
    pub booking: Option<BookingSeen>,
    /// People in the list that was sent.
    pub listed: Option<u32>,
}

/// What can go wrong with a group's request only.
#[derive(Debug, thiserror::Error)]
pub enum GroupFault {
    /// Rows of a list; none of it was kept.
    #[error("{} faulty rows", .0.len())]
    Rows(Vec<RowFault>),
    /// The session has too few places: so many people too many.
    #[error("over by {by}")]
    Over {
        /// People too many.
        by: u32,
        /// Places free.
        free: u32,
    },
    /// The booking engine says no, in its own words.
    #[error("booking: {0}")]
    Booking(Refusal),
    /// The list can no longer be replaced.
    #[error("too late for the list")]
    RosterClosed,
    /// The letter can no longer be replaced.
    #[error("too late for the letter")]
    LetterClosed,
    /// The rules ask groups of this kind for a letter, and there is none.
    #[error("no letter")]
    LetterMissing,
}

impl From<GroupFault> for GroupError {
    fn from(fault: GroupFault) -> Self {
        Self::Own(fault)
    }
}

impl From<BookingError> for GroupError {
    fn from(error: BookingError) -> Self {
        of_booking(error, 0)
    }
}

/// What the booking engine says to a group of so many.
pub(super) fn of_booking(error: BookingError, people: u32) -> GroupError {
    match error {
        BookingError::Refused(Refusal::Full { free }) => {
            GroupFault::Over { by: people.saturating_sub(free), free }.into()
        }
        BookingError::Refused(Refusal::Busy) => GroupError::Busy,
        BookingError::Refused(refusal) | BookingError::DateRefused { refusal, .. } => {
            GroupFault::Booking(refusal).into()
        }
        BookingError::Denied(denied) => GroupError::Denied(denied),
        BookingError::NotFound => GroupError::NotFound,
        BookingError::Fields(errors) => GroupError::Fields(errors),
        BookingError::StateHasChanged | BookingError::KeyReused => GroupError::StateHasChanged,
        BookingError::Limited { retry_after } => GroupError::Limited { retry_after },
        BookingError::NetworkLimited { retry_after } => GroupError::NetworkLimited { retry_after },
        BookingError::WaitingRoom(waits) => GroupError::NetworkLimited { retry_after: u64::from(waits.again_in) },
        BookingError::Code(fault) => GroupError::field("code", fault),
        BookingError::Database(error) => GroupError::Database(error),
        BookingError::Damaged(what) => GroupError::Damaged(what),
    }
}

impl requests::Kind for Groups {
    type Id = GroupRequestId;
    type DraftId = GroupDraftId;
    type State = State;
    type Own = Particulars;
    type Fault = GroupFault;
    type Change = Change;
    type Template = GroupTemplate;
    type Asked = draft::Asked;

    const OF: store::requests::Of = store::requests::Of::Groups;
    const DRAFT_TABLE: &'static str = "group_draft";
    const TABLE: &'static str = "group_request";
    const CODE: Purpose = Purpose::Group;
    const LINK: LinkPurpose = LinkPurpose::GroupRequest;
    const FORMS: &'static Limit = &limits::GROUP_PER_NETWORK;
    const HANDLE: Capability = Capability::HandleGroups;
    const REVEAL: Capability = Capability::RevealContact;
    const REVEALED: &'static str = "group.contact_revealed";
    const ERASED: &'static str = "privacy.group_request_erased";
    const JOB: &'static str = "messages.group";

    fn action(event: Event<Self>) -> &'static str {
        use domain::groups::Event as E;
        match event {
            E::Submit => "group.requested",
            E::Ask => "group.asked",
            E::Answer => "group.answered",
            E::Propose => "group.proposed",
            E::Accept => "group.accepted",
            E::Decline => "group.declined",
            E::Lapse => "group.lapsed",
            E::Approve => "group.approved",
            E::Close => "group.closed",
            E::Cancel => "group.cancelled",
            E::Visit => "group.visited",
            E::Miss => "group.missed",
            E::Pass => "group.passed",
            E::Refuse => "group.refused",
            E::Withdraw => "group.withdrawn",
        }
    }

    async fn asked(services: &Services, context: &Context, typed: &Typed) -> Result<draft::Asked, GroupError> {
        draft::asked(services, context, typed).await
    }

    fn contact(asked: &draft::Asked) -> &Contact {
        &asked.details.contact
    }

    async fn add(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        draft: GroupDraftId,
        asked: &draft::Asked,
    ) -> Result<(GroupRequestId, Value), GroupError> {
        draft::add(services, context, db, draft, asked).await
    }

    async fn load(
        services: &Services,
        db: &mut PgConnection,
        id: GroupRequestId,
        now: Timestamp,
    ) -> Result<Option<RequestView>, GroupError> {
        let row = sql::request(db, id.0).await?;
        Ok(view::open_all(services, db, row.into_iter().collect(), now).await?.pop())
    }

    /// Places that were kept for what is not to be are given back; those of a proposal that was accepted are kept on until
    /// the house approves it.
    async fn advance(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        moved: Moved<'_, Self>,
    ) -> Result<(), GroupError> {
        use domain::groups::Event as E;
        let request = moved.request;
        sql::advance(db, request.id.0, moved.then.name(), moved.change, context.now).await?;
        // Nobody comes any more: the names are of no use to anybody, and most are of children.
        if moved.then == State::Withdrawn {
            super::roster::drop_list(context, db, request.id).await?;
        }
        let Some((session, hold)) = request.hold else { return Ok(()) };
        match moved.event {
            E::Decline | E::Lapse | E::Refuse | E::Withdraw => {
                sql::set_hold(db, request.id.0, None).await?;
                lock_for(services, context, db, [session]).await?.give_back(db, session, hold).await?;
            }
            E::Accept => {
                let Some(proposal) = &request.proposal else { return Ok(()) };
                let (_, policy) = super::office::read_policy(db).await?;
                let until = policy.keep_until(context.now, proposal.span.starts_at);
                let locked = lock_for(services, context, db, [session]).await?;
                locked.renew(db, session, hold, (request.people(), until)).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn unsettled(db: &mut PgConnection, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
        sql::unsettled(db, now, now - SETTLED_AFTER).await
    }

    /// What an approved group is told, it is told of its booking.
    async fn subjects(db: &mut PgConnection, id: GroupRequestId) -> sqlx::Result<Vec<Uuid>> {
        let booking = sql::booking_of(db, id.0).await?;
        Ok([Some(id.0), booking].into_iter().flatten().collect())
    }

    async fn copy(
        services: &Services,
        db: &mut PgConnection,
        request: &RequestView,
        copy: &mut Map<String, Value>,
    ) -> Result<(), GroupError> {
        let list = open_list(services, db, request.id).await?.map(|(people, _)| people).unwrap_or_default();
        let letter = letter::read(db, request.id).await?.map(|(_, letter)| letter);
        copy.insert("kind".into(), json!(request.kind));
        copy.insert("ages".into(), json!(request.ages));
        copy.insert("members".into(), json!(request.members));
        copy.insert("adults".into(), json!(request.adults));
        let sessions: Vec<_> = request.wishes.iter().map(|span| span.starts_at).collect();
        copy.insert("sessions".into(), json!(sessions));
        let proposed = request
            .proposal
            .as_ref()
            .map(|it| json!({ "starts_at": it.span.starts_at, "answer_by": it.answer_by, "message": it.message }));
        copy.insert("proposed".into(), json!(proposed));
        copy.insert("booking".into(), json!(request.booking.map(|it| it.booking)));
        copy.insert("list".into(), json!(list));
        // What it says its sender has; that we have it, and since when, is what we hold.
        let letter = letter.map(|it| json!({ "kind": it.kind.name(), "pages": it.pages, "sent_at": it.saved_at }));
        copy.insert("letter".into(), json!(letter));
        Ok(())
    }

    async fn next_due(db: &mut PgConnection, before: Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
        held::next_due(db, before, after).await
    }

    async fn count_due(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<i64> {
        held::count_due(db, before).await
    }

    async fn emptied(_: &Services, db: &mut PgConnection, id: GroupRequestId, now: Timestamp) -> sqlx::Result<bool> {
        letter::drop_letter(db, id, now).await?;
        held::forget_own(db, id.0).await?;
        Ok(false)
    }
}
