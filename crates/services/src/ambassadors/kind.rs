//! The ambassadors' kind of request: what only it has, and what goes along when one moves from state to state.

use super::certificate::opened_name;
use super::{draft, erase, selection, view};
use crate::account::codes::Purpose;
use crate::crypto::LinkPurpose;
use crate::limits::{self, Limit};
use crate::messages::AmbassadorTemplate;
use crate::requests::{self, Event, Moved, RequestError, View};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::{Capacity, Decision, Details, State};
use domain::contact::{Contact, PersonName};
use domain::ids::{AmbassadorDraftId, AmbassadorId, AmbassadorRoundId};
use domain::outreach::Bilingual;
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::ambassadors::applications::{self as sql, Change};
use store::ambassadors::{certificates, held};
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
    /// Its place on the reserve: among those who still wait; before the selection is public, the one that was decided.
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
    /// As many come to the training date as it has places.
    #[error("the training date is full")]
    TrainingFull,
    /// The training date has begun with people in it, or who came is written down: it stays as it was.
    #[error("the training was held")]
    TrainingHeld,
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
    type Asked = (AmbassadorRoundId, Details);

    const OF: store::requests::Of = store::requests::Of::Ambassadors;
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
    const JOB: &'static str = "messages.ambassador";
    const NEWER_JOB: &'static str = "messages.ambassador_training";

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
            E::Release => "ambassador.released",
            E::Attend => "ambassador.attended",
            E::Miss => "ambassador.absent",
            E::Certify => "ambassador.certified",
            E::Refuse => "ambassador.refused",
            E::Withdraw => "ambassador.withdrawn",
        }
    }

    async fn asked(
        services: &Services,
        _context: &Context,
        typed: &Typed,
    ) -> Result<(AmbassadorRoundId, Details), AmbassadorError> {
        draft::details(services, typed).await
    }

    fn contact((_, details): &Self::Asked) -> &Contact {
        &details.contact
    }

    async fn add(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        draft: AmbassadorDraftId,
        (round, details): &Self::Asked,
    ) -> Result<(AmbassadorId, Value), AmbassadorError> {
        draft::add(services, context, db, draft, *round, details).await
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

    async fn copy(
        services: &Services,
        db: &mut PgConnection,
        it: &Application,
        copy: &mut Map<String, Value>,
    ) -> Result<(), AmbassadorError> {
        // The name on paper outlives the application's own.
        let certificate = certificates::of_application(db, it.id.0).await?.filter(|it| it.erased_at.is_none());
        let on_paper = certificate.map(|it| opened_name(services, &it)).transpose()?;
        // What was decided is told to all of a round at once, and to nobody before.
        let decided = it.selected_at.is_some();
        copy.insert("round".into(), json!(it.round_title.zh));
        copy.insert("capacity".into(), json!(it.capacity));
        copy.insert("age".into(), json!(it.age));
        copy.insert("guardian".into(), json!(it.guardian.as_ref().map(|name| name.as_str())));
        copy.insert("motivation".into(), copy.get("note").cloned().unwrap_or_default());
        copy.remove("note");
        copy.insert("reason".into(), json!(it.reason.as_ref().filter(|_| decided)));
        copy.insert("reserve".into(), json!(it.rank.filter(|_| decided)));
        let training = it.training.as_ref().map(|date| json!({ "starts_at": date.starts_at, "place": date.place }));
        copy.insert("training".into(), json!(training));
        let certificate = it.certificate.map(|it| {
            json!({
                "number": it.number.to_string(), "issued_at": it.issued_at, "revoked_at": it.revoked_at,
                "name": on_paper.as_ref().map(|name| name.as_str()),
            })
        });
        copy.insert("certificate".into(), json!(certificate));
        Ok(())
    }

    async fn next_due(db: &mut PgConnection, before: Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
        held::next_due(db, before, after).await
    }

    async fn count_due(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<i64> {
        held::count_due(db, before).await
    }

    /// Of whoever asks for an end to it, the certificate names nobody any more either.
    async fn forgotten(
        services: &Services,
        db: &mut PgConnection,
        id: AmbassadorId,
        now: Timestamp,
    ) -> sqlx::Result<()> {
        match certificates::of_application(db, id.0).await? {
            Some(certificate) => erase::nameless(services, db, certificate.id, now).await,
            None => Ok(()),
        }
    }

    /// A certificate keeps its own name until its own time is over, and so long the way from the person to it stays: they
    /// may have the name erased.
    async fn emptied(
        _services: &Services,
        db: &mut PgConnection,
        id: AmbassadorId,
        _now: Timestamp,
    ) -> sqlx::Result<bool> {
        held::forget_own(db, id.0).await?;
        let certificate = certificates::of_application(db, id.0).await?;
        Ok(certificate.is_some_and(|it| it.erased_at.is_none()))
    }
}
