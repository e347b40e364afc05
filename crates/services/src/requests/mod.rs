//! Requests of whatever kind: typed as far as one got, the contact proven by a code, sent; asked back, proposed, answered,
//! refused, taken back, settled, emptied when their time is over. The bus's, the groups' and the ambassadors' are kinds of
//! it: what differs is their [`Kind`], and what only one of them has stands in its own room.
//!
//! Whoever adds a kind: 1. tables with the columns the others have, and an arm for them in `store::requests`; 2. a state
//! table ([`Machine`]); 3. its [`Kind`] and its messages ([`Template`], `messages::requests::Letters`); 4. its names in the
//! account's copy and end (`account::erase`), the terms and the catalogue of personal fields (`privacy`).
//!
//! One lock decides what becomes of a request: its row's. Whatever a kind locks besides (vehicles before it, sessions after
//! it) it says in its room. What happens by itself (a proposal runs out, a booking is cancelled) is seen by whoever looks and
//! written down by whoever acts next.

mod behalf;
mod change;
mod draft;
mod erase;
mod error;
mod held;
mod notice;
mod office;
mod view;

use crate::account::codes::Purpose;
use crate::crypto::LinkPurpose;
use crate::limits::Limit;
use crate::{Context, Services};
use domain::account::Capability;
use domain::contact::Contact;
use domain::requests::Machine;
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::fmt::{Debug, Display};
use std::str::FromStr;
use store::requests::rows::{self, Words};
use uuid::Uuid;

pub use behalf::{own_on_behalf, submit_on_behalf};
pub use change::{accept, answer, decline, settle_due, withdraw};
pub(crate) use change::{finished, locked, note, one, run, settle, step, withdraw_own, words};
pub use draft::{DRAFT_DAYS, DraftView, begin, keep, own, prove, read, resend, send, submit};
pub(crate) use erase::{ERASED, count_due, empty, erase_due};
pub use error::RequestError;
pub use held::of_account;
pub(crate) use held::{count_under_way, exported, forget, live};
pub use notice::Template;
pub(crate) use notice::{Notice, NoticeJob, tell};
pub use office::{ask, messages, refuse, request, reveal};
pub(crate) use view::{Asker, fresh, link_until, opened, place, resolve, sealed};
pub use view::{Handle, View, led_nowhere, manage_link, view};

/// One kind of request: its words, its tables, and what happens besides when one is moved from state to state.
pub trait Kind: Copy + Debug + Send + Sync + 'static {
    /// Its requests' identifiers.
    type Id: RequestId<Kind = Self>;
    /// Its drafts' identifiers.
    type DraftId: DraftId<Kind = Self>;
    /// Its states and events.
    type State: Machine;
    /// What only its requests have.
    type Own: Clone + Debug + Send + Sync + 'static;
    /// What can go wrong in its room only.
    type Fault: std::error::Error + Send + Sync + 'static;
    /// What a change may write besides the state.
    type Change: Default + Clone + From<Words> + Send + Sync + 'static;
    /// Its messages.
    type Template: Template<State = Self::State>;
    /// A form that can be read whole.
    type Asked: Send + Sync + 'static;

    /// Whose tables are its own.
    const OF: store::requests::Of;
    /// The table of drafts, as sealed values name it.
    const DRAFT_TABLE: &'static str;
    /// The table of requests, as sealed values and the trail name it.
    const TABLE: &'static str;
    /// What the code that proves a contact is for.
    const CODE: Purpose;
    /// What the link that follows a request is for.
    const LINK: LinkPurpose;
    /// How many forms one network may begin.
    const FORMS: &'static Limit;
    /// Who handles its requests.
    const HANDLE: Capability;
    /// Who may see a contact in full.
    const REVEAL: Capability;
    /// The trail's word for having seen one.
    const REVEALED: &'static str;
    /// The trail's word for having emptied one.
    const ERASED: &'static str;
    /// The job that sends a message about one.
    const JOB: &'static str;
    /// The job of messages that not every server can read yet ([`Template::is_newer`]): one that does not know the job
    /// leaves it to another, where it would give up a message it cannot read.
    const NEWER_JOB: &'static str = Self::JOB;

    /// The trail's word for an event.
    fn action(event: Event<Self>) -> &'static str;

    /// The form read whole at this moment; every fault of it otherwise.
    fn asked(
        services: &Services,
        context: &Context,
        typed: &Typed,
    ) -> impl Future<Output = Result<Self::Asked, RequestError<Self>>> + Send;
    /// The contact of such a form, which a code proves.
    fn contact(asked: &Self::Asked) -> &Contact;
    /// Adds the request of such a form. Answers which, and what the trail says of it.
    fn add(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        draft: Self::DraftId,
        asked: &Self::Asked,
    ) -> impl Future<Output = Result<(Self::Id, Value), RequestError<Self>>> + Send;
    /// One request with what stands around it.
    fn load(
        services: &Services,
        db: &mut PgConnection,
        id: Self::Id,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<View<Self>>, RequestError<Self>>> + Send;
    /// Locks a request's row. Answers whether it is there.
    fn lock(db: &mut PgConnection, id: Self::Id) -> impl Future<Output = sqlx::Result<bool>> + Send {
        rows::lock(db, Self::OF, id.into())
    }
    /// Writes a locked request's next state, with whatever goes along with it: its stop, the places kept for it.
    fn advance(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        moved: Moved<'_, Self>,
    ) -> impl Future<Output = Result<(), RequestError<Self>>> + Send;
    /// The requests something has happened to by itself.
    fn unsettled(db: &mut PgConnection, now: Timestamp) -> impl Future<Output = sqlx::Result<Vec<Uuid>>> + Send {
        let _ = (db, now);
        async { Ok(Vec::new()) }
    }
    /// What messages about a request are about: itself, and what it became.
    fn subjects(db: &mut PgConnection, id: Self::Id) -> impl Future<Output = sqlx::Result<Vec<Uuid>>> + Send {
        let _ = db;
        async move { Ok(vec![id.into()]) }
    }
    /// Adds to the copy its owner gets what only this kind has.
    fn copy(
        services: &Services,
        db: &mut PgConnection,
        request: &View<Self>,
        copy: &mut Map<String, Value>,
    ) -> impl Future<Output = Result<(), RequestError<Self>>> + Send;
    /// Locks the next request after `after` that is to be emptied, skipping those another server empties.
    fn next_due(
        db: &mut PgConnection,
        before: Timestamp,
        after: Uuid,
    ) -> impl Future<Output = sqlx::Result<Option<Uuid>>> + Send;
    /// How many [`Kind::next_due`] would find, one after the other.
    fn count_due(db: &mut PgConnection, before: Timestamp) -> impl Future<Output = sqlx::Result<i64>> + Send;
    /// Before a locked request of somebody who wants an end to everything is emptied: what would otherwise outlive it.
    fn forgotten(
        services: &Services,
        db: &mut PgConnection,
        id: Self::Id,
        now: Timestamp,
    ) -> impl Future<Output = sqlx::Result<()>> + Send {
        let _ = (services, db, id, now);
        async { Ok(()) }
    }
    /// Empties what only this kind's locked request has. Answers whether the way from a person to it must stay: what it
    /// became names them still.
    fn emptied(
        services: &Services,
        db: &mut PgConnection,
        id: Self::Id,
        now: Timestamp,
    ) -> impl Future<Output = sqlx::Result<bool>> + Send;
}

/// What can happen to a request of a kind.
pub type Event<K> = <<K as Kind>::State as Machine>::Event;

/// A request's identifier knows its kind.
pub trait RequestId:
    Copy + Debug + Display + FromStr + Into<Uuid> + From<Uuid> + PartialEq + Send + Sync + 'static
{
    /// Whose.
    type Kind: Kind<Id = Self>;
}

/// A draft's identifier knows its kind.
pub trait DraftId: Copy + Debug + Display + FromStr + Into<Uuid> + From<Uuid> + Send + Sync + 'static {
    /// Whose.
    type Kind: Kind<DraftId = Self>;
}

/// A locked request on its way to another state.
pub struct Moved<'a, K: Kind> {
    /// As it was.
    pub request: &'a View<K>,
    /// What happened.
    pub event: Event<K>,
    /// Where it stands now.
    pub then: K::State,
    /// What is written besides.
    pub change: &'a K::Change,
}
