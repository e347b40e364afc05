//! What the pages and calls of every kind of request have in common (the bus's, the groups', the ambassadors'): the form that is kept, the
//! code, following a request by its link, the desk. What differs between the kinds is their [`Room`].
//!
//! Pages read `services::requests`; what people do stands in [`calls`].

pub mod apply;
pub mod calls;
pub mod desk;
pub mod mine;

use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::Crumb;
use crate::visit::Visit;
use services::requests::{Handle, Kind, RequestError, View};
use services::{Context, Services};

pub(crate) use crate::museum::param;

/// The keys of a room's own words, where rooms say the same thing differently.
pub struct Words {
    /// The room.
    pub name: &'static str,
    /// The steps of asking, and which of them is the code.
    pub steps: [&'static str; 4],
    /// See `steps`.
    pub code_step: usize,
    /// The request was made already.
    pub sent: (&'static str, &'static str),
    /// One contact has as many under way as it may have.
    pub too_many: &'static str,
    /// The title of an account's own.
    pub of_account: &'static str,
    /// What was just done, by the word of the address.
    pub news: &'static [(&'static str, &'static str)],
    /// Asking for something, at the desk.
    pub ask_title: &'static str,
    /// What may be asked.
    pub question_hint: &'static str,
    /// Refusing: title, text, hint.
    pub refuse: (&'static str, &'static str, &'static str),
    /// Why a contact may be looked at.
    pub reveal_hint: &'static str,
}

/// A kind of request as the site has it.
pub trait Room: Kind {
    /// Where one asks: `/bus`.
    const AT: &'static str;
    /// Where its requests lie at the desk: `/staff/bus/requests`.
    const DESK: &'static str;
    /// Where an account opens its own: `/account/groups`.
    const OWN: &'static str;
    /// Its words.
    const WORDS: Words;

    /// The way to its pages.
    fn crumbs(visit: &Visit) -> Vec<Crumb>;
    /// Where a request stands, in a few words.
    fn state_words(visit: &Visit, state: Self::State) -> (Tone, Text);
    /// The address of the form's page a field stands on, after the draft's.
    fn page_of(_field: &str) -> &'static str {
        ""
    }
    /// What a fault of this room only says above a form.
    fn sentence(visit: &Visit, fault: &Self::Fault) -> Option<Text>;
    /// What an account's list of its own says of one besides who asks: when, how many.
    fn lines(visit: &Visit, request: &View<Self>) -> Vec<String>;
    /// What is shown in full with the contact, by the word the page reads it under.
    fn also_revealed(_request: &View<Self>) -> Option<(&'static str, String)> {
        None
    }
    /// Takes a request back.
    fn withdraw(
        services: &Services,
        context: &Context,
        handle: &Handle<Self>,
        version: Option<i32>,
    ) -> impl Future<Output = Result<(), RequestError<Self>>> + Send;
}

/// The house's page for an error a page itself cannot answer.
pub fn problem_of<K: Kind>(error: RequestError<K>) -> Problem {
    match error {
        RequestError::NotFound => Problem::NotFound,
        RequestError::Denied(_) => Problem::Forbidden,
        RequestError::Busy => Problem::Busy,
        RequestError::Database(error) => Problem::database(error),
        RequestError::Limited { retry_after } => Problem::TooOftenOwn(u32::try_from(retry_after).unwrap_or(u32::MAX)),
        RequestError::NetworkLimited { retry_after } => {
            Problem::TooOften(u32::try_from(retry_after).unwrap_or(u32::MAX))
        }
        error => {
            tracing::error!(%error, kind = K::TABLE, "a page of a request failed");
            Problem::Broken
        }
    }
}

impl<K: Kind> From<RequestError<K>> for Problem {
    fn from(error: RequestError<K>) -> Self {
        problem_of(error)
    }
}

/// What an error says above a form, where it is nothing about a single field. `changed` is said of a request that is not
/// what it was.
fn said<K: Room>(visit: &Visit, error: &RequestError<K>, changed: &str) -> Option<Text> {
    Some(match error {
        RequestError::Refused(_) | RequestError::StateHasChanged => visit.t(changed),
        RequestError::Busy => visit.t("request-busy"),
        RequestError::TooMany { max } => visit.t_args(K::WORDS.too_many, &[("max", (*max).into())]),
        RequestError::Own(fault) => return K::sentence(visit, fault),
        _ => return None,
    })
}

/// The house's page for a link of no request; a network that tries many is told to wait.
pub async fn led_nowhere<K: Kind>(visit: &Visit) -> Problem {
    match services::requests::led_nowhere::<K>(&visit.services, &visit.context, &visit.network).await {
        RequestError::NotFound => Problem::LinkInvalid,
        other => problem_of(other),
    }
}
