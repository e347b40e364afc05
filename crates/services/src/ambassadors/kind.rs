//! The ambassadors' kind of request: what only it has, and what goes along when one moves from state to state.

use super::{draft, selection, view};
use crate::account::codes::Purpose;
use crate::crypto::LinkPurpose;
use crate::limits::{self, Limit};
use crate::messages::{self, AmbassadorTemplate};
use crate::requests::{self, Event, Moved, RequestError, Said, View};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::{Capacity, Decision, State};
use domain::contact::{Contact, PersonName};
use domain::ids::{AmbassadorDraftId, AmbassadorId, AmbassadorRoundId};
use domain::outreach::Bilingual;
use domain::requests::Step;
use domain::typed::Typed;
use jiff::Timestamp;
use sqlx::PgConnection;
use store::ambassadors::applications::{self as sql, Change};
use store::ambassadors::held;
use store::messages::MessageRow;
use uuid::Uuid;

/// An application.
pub type Application = View<Ambassadors>;
/// How a caller names one.
pub type Handle = requests::Handle<Ambassadors>;
/// What somebody who applies typed so far.
pub type DraftView = requests::DraftView<Ambassadors>;
/// Why a use case of the ambassadors did not happen.
pub type AmbassadorError = RequestError<Ambassadors>;

/// People who apply as campus science ambassadors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ambassadors;

impl requests::RequestId for AmbassadorId {
    type Kind = Ambassadors;
}

impl requests::DraftId for AmbassadorDraftId {
    type Kind = Ambassadors;
}

/// What only an application has. The name, the school, the class or post and the motivation are the request's own name,
/// organisation, post and note.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// Its round.
    pub round: AmbassadorRoundId,
    /// What the round is called.
    pub round_title: Bilingual,
    /// When the selection of the round was made public.
    pub selected_at: Option<Timestamp>,
    /// As what somebody applies.
    pub capacity: Capacity,
    /// How old; none once it was erased.
    pub age: Option<u32>,
    /// Who consented for somebody under 14.
    pub guardian: Option<PersonName>,
    /// What is to become of it: not said to who applied before the selection is public.
    pub decision: Option<Decision>,
    /// Its place on the reserve.
    pub rank: Option<u32>,
    /// The training date they come to.
    pub training: Option<view::Training>,
    /// The certificate.
    pub certificate: Option<view::CertificateSeen>,
}

/// What can go wrong with an application or its round only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmbassadorFault {
    /// One cannot apply in this round now.
    #[error("the round is not open")]
    NotOpen,
    /// This contact has an application in this round.
    #[error("applied already")]
    AppliedAlready,
    /// One can still apply: the selection is made public afterwards.
    #[error("the round is still open")]
    StillOpen,
    /// The selection is public: nothing of it is decided anew.
    #[error("the selection is public")]
    SelectionPublic,
    /// So many applications have not been decided on.
    #[error("{count} undecided")]
    Undecided {
        /// Applications.
        count: u32,
    },
    /// More are selected than there are places.
    #[error("{selected} selected for {places} places")]
    MoreThanPlaces {
        /// Selected.
        selected: u32,
        /// Places.
        places: u32,
    },
    /// No training of the round has begun.
    #[error("no training yet")]
    TrainingAhead,
    /// The training date is past, or not of this round.
    #[error("no such training date")]
    NoSuchTraining,
    /// There is no certificate, or it was revoked, or its name was erased.
    #[error("no certificate")]
    NoCertificate,
    /// The certificate could not be drawn.
    #[error("no paper")]
    NoPaper,
}

impl From<AmbassadorFault> for AmbassadorError {
    fn from(fault: AmbassadorFault) -> Self {
        Self::Own(fault)
    }
}

impl requests::Kind for Ambassadors {
    type Id = AmbassadorId;
    type DraftId = AmbassadorDraftId;
    type State = State;
    type Own = Particulars;
    type Fault = AmbassadorFault;
    type Change = Change;
    type Template = AmbassadorTemplate;

    const DRAFTS: store::requests::Of = store::requests::Of::Ambassadors;
    const DRAFT_TABLE: &'static str = "ambassador_draft";
    const TABLE: &'static str = "ambassador_application";
    const CODE: Purpose = Purpose::Ambassador;
    const LINK: LinkPurpose = LinkPurpose::Ambassador;
    const FORMS: &'static Limit = &limits::AMBASSADOR_PER_NETWORK;
    // Whoever makes the events makes the rounds, and decides on who applied; the door's stewards never see an application.
    const HANDLE: Capability = Capability::ManageSessions;
    const REVEAL: Capability = Capability::RevealContact;
    const REVEALED: &'static str = "ambassador.contact_revealed";
    const ERASED: &'static str = "privacy.ambassador_erased";

    fn action(event: Event<Self>) -> &'static str {
        use domain::ambassador::Event as E;
        match event {
            E::Submit => "ambassador.applied",
            E::Ask => "ambassador.asked",
            E::Answer => "ambassador.answered",
            E::Select => "ambassador.selected",
            E::Reserve => "ambassador.reserved",
            E::Accept => "ambassador.confirmed",
            E::Decline => "ambassador.declined",
            E::Attend => "ambassador.attended",
            E::Miss => "ambassador.absent",
            E::Certify => "ambassador.certified",
            E::Refuse => "ambassador.refused",
            E::Withdraw => "ambassador.withdrawn",
        }
    }

    fn template(step: Step) -> Option<AmbassadorTemplate> {
        match step {
            Step::Ask => Some(AmbassadorTemplate::Asked),
            Step::Refuse => Some(AmbassadorTemplate::Refused),
            Step::Withdraw => Some(AmbassadorTemplate::Withdrawn),
            Step::Answer | Step::Accept | Step::Decline => None,
        }
    }

    fn said(said: Said) -> Change {
        match said {
            Said::Question(text) => Change { question_sealed: Some(text), ..Change::default() },
            Said::Answer(text) => Change { answer_sealed: Some(text), ..Change::default() },
            Said::Reason(text) => Change { reason_sealed: Some(text), ..Change::default() },
        }
    }

    async fn contact(services: &Services, _context: &Context, typed: &Typed) -> Result<Contact, AmbassadorError> {
        Ok(draft::details(services, typed).await?.1.contact)
    }

    async fn load(
        services: &Services,
        db: &mut PgConnection,
        id: AmbassadorId,
        _now: Timestamp,
    ) -> Result<Option<Application>, AmbassadorError> {
        sql::application(db, id.0).await?.map(|row| view::open(services, &row)).transpose()
    }

    async fn lock(db: &mut PgConnection, id: AmbassadorId) -> sqlx::Result<bool> {
        sql::lock(db, id.0).await
    }

    /// Whoever withdraws from a place gives it to the first of the reserve, at once.
    async fn advance(
        _services: &Services,
        context: &Context,
        db: &mut PgConnection,
        moved: Moved<'_, Self>,
    ) -> Result<(), AmbassadorError> {
        let request = moved.request;
        sql::advance(db, request.id.0, moved.then.name(), moved.change, context.now).await?;
        if request.state.has_a_place() && !moved.then.has_a_place() {
            selection::promote(context, db, request.round, 1).await?;
        }
        Ok(())
    }

    async fn queue(
        db: &mut PgConnection,
        now: Timestamp,
        id: AmbassadorId,
        template: AmbassadorTemplate,
    ) -> sqlx::Result<()> {
        messages::queue_ambassadors(db, now, &[(id, template)]).await
    }

    async fn unsettled(_db: &mut PgConnection, _now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
        Ok(Vec::new()) // nothing happens to an application by itself
    }

    async fn messages(db: &mut PgConnection, id: AmbassadorId) -> sqlx::Result<Vec<MessageRow>> {
        sql::messages(db, id.0).await
    }

    async fn is_own(_services: &Services, _account: Uuid, _id: AmbassadorId) -> Result<bool, AmbassadorError> {
        Ok(false) // one follows an application by its link
    }

    async fn next_due(db: &mut PgConnection, before: Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
        held::next_due(db, before, after).await
    }

    async fn empty(services: &Services, db: &mut PgConnection, id: AmbassadorId, now: Timestamp) -> sqlx::Result<()> {
        let seal = |column| requests::sealed::<Self>(services, column, id, requests::ERASED);
        let (name, post, note) = (seal("name_sealed"), seal("post_sealed"), seal("note_sealed"));
        held::erase(db, id.0, (&name, &post, &note), now).await
    }
}
