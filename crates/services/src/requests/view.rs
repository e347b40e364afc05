//! A request as people see it: opened for those who may, masked for the others, in the state it is in by now.

use super::held::is_own;
use super::{Kind, RequestError};
use crate::account::{contact_index, forms};
use crate::crypto::{Place, random};
use crate::limits::Network;
use crate::{Context, Services};
use domain::Locale;
use domain::account::Actor;
use domain::booking::Reference;
use domain::bus::City;
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::requests::Machine;
use jiff::{SignedDuration, Timestamp};
use std::ops::Deref;
use store::requests::rows::{Common, Fresh};

/// A request. The contact's particulars print masked; showing them whole is the page's decision for their owner and for
/// staff who said why. What only its kind has is read as if it stood here.
#[derive(Clone, Debug)]
pub struct View<K: Kind> {
    /// Request.
    pub id: K::Id,
    /// Eight characters, as shown: `K7M4-Q2XR`.
    pub reference: String,
    /// Where it stands now.
    pub state: K::State,
    /// Where it stood when somebody last acted.
    pub(crate) stored: K::State,
    /// Edit counter.
    pub version: i32,
    /// Who asks.
    pub organisation: String,
    /// City.
    pub city: City,
    /// Language of its messages.
    pub locale: Locale,
    /// Who leads it.
    pub name: PersonName,
    /// What they are there.
    pub post: String,
    /// How to reach them; none once it was erased.
    pub contact: Option<Contact>,
    /// Anything else.
    pub note: String,
    /// What we asked last.
    pub question: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// Why it was refused, or why what was agreed fell away.
    pub reason: Option<String>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The end of the last day that matters.
    pub last_day: Timestamp,
    /// What only its kind has.
    pub own: K::Own,
}

impl<K: Kind> Deref for View<K> {
    type Target = K::Own;
    fn deref(&self) -> &K::Own {
        &self.own
    }
}

/// Where a request's own values are sealed.
pub(crate) fn place<K: Kind>(column: &'static str, id: K::Id) -> Place {
    Place { table: K::TABLE, column, row: id.into() }
}

/// Seals a text of a request.
pub(crate) fn sealed<K: Kind>(services: &Services, column: &'static str, id: K::Id, text: &str) -> Vec<u8> {
    services.vault.seal(place::<K>(column, id), text.as_bytes())
}

/// Opens a row's sealed columns. `state` says where it stands by now, of where it was left; `own` and the last day that
/// matters are the kind's.
pub(crate) fn opened<K: Kind>(
    services: &Services,
    row: &Common<'_>,
    state: impl FnOnce(K::State) -> K::State,
    own: K::Own,
    last_day: Timestamp,
) -> Result<View<K>, RequestError<K>> {
    let id = K::Id::from(row.id);
    let unseal = |column, sealed: &[u8]| -> Result<String, RequestError<K>> {
        let plain = services.vault.open_sealed(place::<K>(column, id), sealed)?;
        String::from_utf8(plain).map_err(|_| RequestError::Damaged("a request's text"))
    };
    let maybe = |column, sealed: Option<&[u8]>| sealed.map(|sealed| unseal(column, sealed)).transpose();
    let damaged = |_| RequestError::Damaged("a request's particulars");
    let contact = match (maybe("phone_sealed", row.phone_sealed)?, maybe("mail_sealed", row.mail_sealed)?) {
        (Some(phone), _) => Some(Contact::Phone(Phone::parse(&phone).map_err(damaged)?)),
        (None, Some(mail)) => Some(Contact::Mail(MailAddress::parse(&mail).map_err(damaged)?)),
        (None, None) => None,
    };
    let stored = K::State::of_word(row.state).ok_or(RequestError::Damaged("a request's state"))?;
    let reference = Reference::parse(row.reference).map_err(|_| RequestError::Damaged("a reference"))?;
    Ok(View {
        id,
        reference: reference.to_string(),
        state: state(stored),
        stored,
        version: row.version,
        organisation: row.organisation.to_owned(),
        city: City::from_code(row.city).ok_or(RequestError::Damaged("a city"))?,
        locale: Locale::from_tag(row.locale),
        name: PersonName::kept(&unseal("name_sealed", row.name_sealed)?).map_err(damaged)?,
        post: unseal("post_sealed", row.post_sealed)?,
        contact,
        note: unseal("note_sealed", row.note_sealed)?,
        question: maybe("question_sealed", row.question_sealed)?,
        answer: maybe("answer_sealed", row.answer_sealed)?,
        reason: maybe("reason_sealed", row.reason_sealed)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_day,
        own,
    })
}

/// Who asks, as typed.
pub(crate) struct Asker<'a> {
    pub organisation: &'a str,
    pub city: City,
    pub name: &'a PersonName,
    pub post: &'a str,
    pub contact: &'a Contact,
    pub note: &'a str,
}

/// What every kind's new request holds. What names a person is sealed; the organisation is public knowledge.
pub(crate) fn fresh<K: Kind>(services: &Services, context: &Context, draft: K::DraftId, asker: &Asker<'_>) -> Fresh {
    let id: K::Id = context.new_id();
    let seal = |column, text: &str| sealed::<K>(services, column, id, text);
    let reach = |column| Some(seal(column, asker.contact.expose()));
    let index = Some(contact_index(&services.vault, asker.contact));
    let (phone_sealed, phone_index, mail_sealed, mail_index) = match asker.contact {
        Contact::Phone(_) => (reach("phone_sealed"), index, None, None),
        Contact::Mail(_) => (None, None, reach("mail_sealed"), index),
    };
    Fresh {
        id: id.into(),
        draft_id: draft.into(),
        reference: Reference::from_random(random()).as_str().to_owned(),
        organisation: asker.organisation.to_owned(),
        city: asker.city.code().to_owned(),
        locale: context.locale.tag().to_owned(),
        account_id: match &context.actor {
            Actor::Visitor { account, .. } => Some(account.0),
            _ => None,
        },
        name_sealed: seal("name_sealed", asker.name.as_str()),
        post_sealed: seal("post_sealed", asker.post),
        phone_sealed,
        phone_index,
        mail_sealed,
        mail_index,
        note_sealed: seal("note_sealed", asker.note),
    }
}

/// How a caller names a request.
#[derive(Clone, Debug)]
pub enum Handle<K: Kind> {
    /// By the signed link of its messages: whoever has it may see, answer, accept, decline, withdraw.
    Link(String),
    /// By id: staff, and the account it belongs to.
    Id(K::Id),
}

/// The request behind a handle, if the caller may have it. The kinds of "no" are one.
pub(crate) async fn resolve<K: Kind>(
    services: &Services,
    context: &Context,
    handle: &Handle<K>,
) -> Result<K::Id, RequestError<K>> {
    match handle {
        Handle::Link(text) => {
            let opened = services.vault.open_link(K::LINK, text, context.now);
            Ok(opened.map_err(|_| RequestError::NotFound)?.into())
        }
        Handle::Id(id) => {
            if let Actor::Visitor { account, .. } = &context.actor {
                let own = is_own::<K>(services, account.0, *id).await?;
                return own.then_some(*id).ok_or(RequestError::NotFound);
            }
            context.require(K::HANDLE)?;
            Ok(*id)
        }
    }
}

/// The request behind a handle, for whoever may see it.
///
/// # Errors
/// `NotFound` for everybody else, whether it exists or not.
pub async fn view<K: Kind>(
    services: &Services,
    context: &Context,
    handle: &Handle<K>,
) -> Result<View<K>, RequestError<K>> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    K::load(services, &mut db, id, context.now).await?.ok_or(RequestError::NotFound)
}

/// How long links work after the last day that matters.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Until when the link of a request works.
pub(crate) fn link_until<K: Kind>(request: &View<K>) -> Timestamp {
    request.last_day + LINK_LIFE
}

/// The signed link with which whoever asked follows a request, until a month after its last day.
pub fn manage_link<K: Kind>(services: &Services, request: &View<K>) -> String {
    services.vault.link(K::LINK, request.id.into(), link_until(request))
}

/// Counts a link that led nowhere and answers what to say of it: `NotFound`, or `NetworkLimited` to a network that tries
/// many.
pub async fn led_nowhere<K: Kind>(services: &Services, context: &Context, network: &Network) -> RequestError<K> {
    match forms::led_nowhere(services, context, network).await {
        Ok(()) => RequestError::NotFound,
        Err(error) => error.into(),
    }
}
