//! Requests of whatever kind: typed as far as one got, the contact proven by a code, sent; asked back, proposed, answered,
//! refused, taken back, settled, emptied when their time is over. The bus's and the groups' are two kinds of it: what differs
//! is their [`Kind`], and what only one of them has stands in its own room.
//!
//! One lock decides what becomes of a request: its row's. Whatever a kind locks besides (vehicles before it, sessions after
//! it) it says in its room. What happens by itself (a proposal runs out, a booking is cancelled) is seen by whoever looks and
//! written down by whoever acts next.

mod change;
mod draft;
mod erase;
mod error;
mod office;
mod view;

use crate::account::codes::Purpose;
use crate::crypto::LinkPurpose;
use crate::limits::Limit;
use crate::{Context, Services};
use domain::account::Capability;
use domain::contact::Contact;
use domain::requests::{Machine, Step};
use domain::typed::Typed;
use jiff::Timestamp;
use sqlx::PgConnection;
use std::fmt::{Debug, Display};
use std::str::FromStr;
use store::messages::MessageRow;
use uuid::Uuid;

pub use change::{accept, answer, decline, settle_due, withdraw};
pub(crate) use change::{finished, locked, one, run, settle, step, withdraw_own, words};
pub use draft::{DRAFT_DAYS, DraftView, begin, keep, own, prove, read, resend, send};
pub(crate) use draft::{Ready, ready};
pub(crate) use erase::{ERASED, erase_due};
pub use error::RequestError;
pub use office::{ask, messages, refuse, request, reveal};
pub use view::{Handle, View, led_nowhere, manage_link, view};
pub(crate) use view::{Stored, link_until, opened, place, reached, resolve, sealed, stored};

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
    type Change: Default + Clone + Send + Sync + 'static;
    /// Its messages.
    type Template: Copy + Send + Sync + 'static;

    /// Where what was typed lives.
    const DRAFTS: store::requests::Of;
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

    /// The trail's word for an event.
    fn action(event: Event<Self>) -> &'static str;
    /// The message that goes out with a step, if one does.
    fn template(step: Step) -> Option<Self::Template>;
    /// A change that writes what was said, sealed.
    fn said(said: Said) -> Self::Change;

    /// The contact of a form that can be read whole at this moment; every fault of it otherwise.
    fn contact(
        services: &Services,
        context: &Context,
        typed: &Typed,
    ) -> impl Future<Output = Result<Contact, RequestError<Self>>> + Send;
    /// One request with what stands around it.
    fn load(
        services: &Services,
        db: &mut PgConnection,
        id: Self::Id,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<View<Self>>, RequestError<Self>>> + Send;
    /// Locks a request's row. Answers whether it is there.
    fn lock(db: &mut PgConnection, id: Self::Id) -> impl Future<Output = sqlx::Result<bool>> + Send;
    /// Writes a locked request's next state, with whatever goes along with it: its stop, the places kept for it.
    fn advance(
        services: &Services,
        context: &Context,
        db: &mut PgConnection,
        moved: Moved<'_, Self>,
    ) -> impl Future<Output = Result<(), RequestError<Self>>> + Send;
    /// Queues a message about a request.
    fn queue(
        db: &mut PgConnection,
        now: Timestamp,
        id: Self::Id,
        template: Self::Template,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
    /// The requests something has happened to by itself.
    fn unsettled(db: &mut PgConnection, now: Timestamp) -> impl Future<Output = sqlx::Result<Vec<Uuid>>> + Send;
    /// The messages about a request, in order.
    fn messages(db: &mut PgConnection, id: Self::Id) -> impl Future<Output = sqlx::Result<Vec<MessageRow>>> + Send;
    /// The request of an account that asks by its id; `None` where accounts have no such way.
    fn is_own(
        services: &Services,
        account: Uuid,
        id: Self::Id,
    ) -> impl Future<Output = Result<bool, RequestError<Self>>> + Send;
    /// Locks the next request after `after` that is to be emptied, skipping those another server empties.
    fn next_due(
        db: &mut PgConnection,
        before: Timestamp,
        after: Uuid,
    ) -> impl Future<Output = sqlx::Result<Option<Uuid>>> + Send;
    /// Empties a locked request of whoever asked, with every word that was written about it.
    fn empty(
        services: &Services,
        db: &mut PgConnection,
        id: Self::Id,
        now: Timestamp,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
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

/// What one side wrote to the other, sealed for the request.
#[derive(Clone, Debug)]
pub enum Said {
    /// The house asked.
    Question(Vec<u8>),
    /// Who asked for it answered.
    Answer(Vec<u8>),
    /// The house refused, and why.
    Reason(Vec<u8>),
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
