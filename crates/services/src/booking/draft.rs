//! A visitor's way to a booking: places kept, particulars typed, the contact proven, the booking made.
//!
//! What was typed lives sealed in the draft, bound to the browser that typed it; a full session, an expired hold or a
//! mistyped code lose nothing. The draft's id is the idempotency key: pressing the last button twice books once.

use super::claims::{
    Answered, Booked, Channel, Claim, Granted, HoldOrder, Key, Order, Person, Source, contact_index, row,
};
use super::document::{DRAFT, if_asked, open_documents};
use super::entrance::{Passed, Who, counts_contact, pass};
use super::public::{Asked, asks_for_a_code, takes_places, tries_a_code};
use super::waiting::look_again;
use super::{BookingError, SessionView};
use crate::account::codes;
use crate::crypto::Place;
use crate::limits::Network;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Particulars, Party, PartySize, Pool, Refusal};
use domain::contact::{Contact, PersonName};
use domain::document::Shown;
use domain::field::Fault;
use domain::ids::{BookingId, DraftId, HoldId, SessionId, WaitingId};
use domain::outreach::Key as Question;
use domain::typed::Typed;
use jiff::{SignedDuration, Timestamp};
use store::booking::drafts as sql;

/// How long what was typed is kept, whether or not a booking came of it.
pub(crate) const DRAFT_LIFE: SignedDuration = SignedDuration::from_hours(2);

/// A draft as its visitor sees it.
#[derive(Clone)]
pub struct DraftView {
    /// Draft.
    pub id: DraftId,
    /// The session chosen last.
    pub session: SessionView,
    /// People.
    pub people: PartySize,
    /// What was typed so far.
    pub typed: Option<(Person, u16)>,
    /// What stands in the fields of the form since it was refused last, whatever it is worth: empty once it was taken.
    pub so_far: Typed,
    /// The identity documents that were typed so far.
    pub documents: Shown,
    /// Until when the places are kept; `None` when they no longer are.
    pub held_until: Option<Timestamp>,
    /// The contact was proven.
    pub proven: bool,
    /// The booking it became.
    pub booking: Option<BookingId>,
    /// It waits for places instead of keeping them.
    pub waits: bool,
    /// Other sessions its party would take as well.
    pub also: Vec<SessionId>,
    /// The entry of the waiting list it became.
    pub waiting: Option<WaitingId>,
    /// It keeps places on all dates of an event, and becomes a booking of each.
    pub series: bool,
    pub(super) hold: HoldId,
    /// Tells what was taken last from whatever is taken later.
    taken: String,
}

/// Keeps places for a visitor who begins to fill in the form. `visitor` is the browser's own random token, `network`
/// where it is.
///
/// # Errors
/// `Refused`: full, not open, too late, too many people. `WaitingRoom` while a release runs. `NetworkLimited`.
pub async fn begin(
    services: &Services,
    context: &Context,
    session: SessionId,
    people: PartySize,
    visitor: &str,
    network: &Network,
) -> Result<DraftId, BookingError> {
    context.require(Capability::BookForSelf)?;
    let passed = pass(services, context, session, people.get(), Who::Browser(visitor, network)).await?;
    let (draft, used) = (context.new_id(), passed.used());
    let kept = async {
        takes_places(services, context, network, (people, Asked::Date(session))).await?;
        hold(services, context, draft, passed, people, visitor).await
    };
    if let Err(error) = kept.await {
        used.give_back(services).await;
        return Err(error);
    }
    Ok(draft)
}

async fn hold(
    services: &Services,
    context: &Context,
    draft: DraftId,
    passed: Passed,
    people: PartySize,
    visitor: &str,
) -> Result<(), BookingError> {
    let order = HoldOrder {
        context: context.clone(),
        people,
        hold: context.new_id(),
        draft,
        visitor_hash: visitor_hash(services, visitor),
        draft_expires_at: context.now + DRAFT_LIFE,
    };
    services.claims.submit(services, passed, Claim::Hold(order)).await.map(|_| ())
}

pub(super) fn visitor_hash(services: &Services, visitor: &str) -> Vec<u8> {
    services.vault.blind_index("visitor", visitor)
}

/// The draft, for the browser that began it.
///
/// # Errors
/// `NotFound` for anybody else, and after its life.
pub async fn read(
    services: &Services,
    context: &Context,
    id: DraftId,
    visitor: &str,
) -> Result<DraftView, BookingError> {
    let found = sql::draft(&services.db, id.0, &visitor_hash(services, visitor), context.now).await?;
    let row = found.ok_or(BookingError::NotFound)?;
    let session = super::calendar::seen(services, SessionId(row.session_id), context.now).await?;
    let typed = row.sealed.as_deref().map(|sealed| open(services, id, sealed)).transpose()?;
    let taken = mark(services, id, row.sealed.as_deref());
    let so_far = row.typed_sealed.as_deref().map(|sealed| open_so_far(services, id, sealed, &taken)).transpose()?;
    let documents = open_documents(services, DRAFT.of(id.0), row.document_sealed.as_deref())?;
    Ok(DraftView {
        id,
        session,
        people: PartySize::new(row.people as u32).map_err(|_| BookingError::Damaged("a draft's people"))?,
        typed,
        so_far: so_far.unwrap_or_default(),
        documents,
        held_until: row.held_until.map(|at| at.to_jiff()),
        proven: row.verified_at.is_some(),
        booking: row.booking_id.map(BookingId),
        waits: row.waits,
        also: row.also.into_iter().map(SessionId).collect(),
        waiting: row.waiting_id.map(WaitingId),
        series: row.series,
        hold: HoldId(row.hold_id),
        taken,
    })
}

fn place(id: DraftId) -> Place {
    Place { table: "booking_draft", column: "sealed", row: id.0 }
}

fn open(services: &Services, id: DraftId, sealed: &[u8]) -> Result<(Person, u16), BookingError> {
    let plain = services.vault.open_sealed(place(id), sealed)?;
    let damaged = |_| BookingError::Damaged("a draft");
    let particulars: Particulars = serde_json::from_slice(&plain).map_err(|_| BookingError::Damaged("a draft"))?;
    let name = PersonName::kept(&particulars.name).map_err(damaged)?;
    let contact = Contact::try_from(particulars.contact).map_err(damaged)?;
    Ok((Person { name, contact: Some(contact) }, particulars.children))
}

/// The fields of the form that are kept while they cannot be taken, beside the answers to what an event asks.
const KEPT: &[&str] = &["name", "contact", "children"];

fn typed_place(id: DraftId) -> Place {
    Place { table: "booking_draft", column: "typed_sealed", row: id.0 }
}

/// Beside what was typed stands what had been taken before it; no field of a form is called so.
const AFTER: &str = "typed-after";

/// A mark of what was taken last: sealed anew each time, it is another for each.
fn mark(services: &Services, id: DraftId, sealed: Option<&[u8]>) -> String {
    let marked = [id.0.as_bytes().as_slice(), sealed.unwrap_or_default()].concat();
    let mac = services.vault.mac("what a draft had taken", &marked);
    format!("{:016x}", mac.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)))
}

/// What was typed last; nothing where something was taken since: a server of a version that knows only what it takes has not
/// cleared it.
fn open_so_far(services: &Services, id: DraftId, sealed: &[u8], taken: &str) -> Result<Typed, BookingError> {
    let plain = services.vault.open_sealed(typed_place(id), sealed)?;
    let mut typed: Typed = serde_json::from_slice(&plain).map_err(|_| BookingError::Damaged("a draft"))?;
    let after = typed.0.remove(AFTER);
    Ok(if after.is_some_and(|after| after != taken) { Typed::default() } else { typed })
}

/// Keeps what was typed of a form that was refused: whoever comes back to it, in another language or after another page,
/// finds it in its fields. It is the draft's like what was taken, sealed like it, and gone with it. What of an event's
/// answers may be kept, the form of its questions says (`domain::outreach::Form::kept_so_far`).
///
/// # Errors
/// `Database`.
pub async fn keep_typed<'a>(
    services: &Services,
    draft: &DraftView,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), BookingError> {
    let pairs: Vec<(&str, &str)> = pairs.into_iter().collect();
    let answers = pairs.iter().map(|(name, _)| *name).filter(|name| Question::is_field(name));
    let fields: Vec<&str> = KEPT.iter().copied().chain(answers).collect();
    let mut typed = Typed::kept(&fields, pairs);
    typed.0.insert(AFTER.to_owned(), draft.taken.clone());
    let plain = serde_json::to_vec(&typed).map_err(|_| BookingError::Damaged("a draft"))?;
    let sealed = services.vault.seal(typed_place(draft.id), &plain);
    Ok(sql::keep_typed(&services.db, draft.id.0, &sealed).await?)
}

/// Keeps what was typed and sends a code to the contact, unless it was proven before.
///
/// # Errors
/// `Fields`, `Limited` when too many codes were asked for, `NetworkLimited`; what was typed is kept all the same.
/// `Refused(NoBookingNeeded)` where whoever comes is let in: nothing is kept.
pub async fn save(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    name: PersonName,
    contact: Contact,
    party: Party,
    network: &Network,
) -> Result<(), BookingError> {
    // Before anything is kept or a code sent for what nobody needs to book. Of a series the other dates are.
    if !draft.series
        && super::calendar::seen(services, draft.session.id, context.now).await?.facts.welcomes_all(context.now)
    {
        return Err(Refusal::NoBookingNeeded.into());
    }
    let particulars =
        Particulars { name: name.as_str().to_owned(), contact: (&contact).into(), children: party.children };
    let plain = serde_json::to_vec(&particulars).map_err(|_| BookingError::Damaged("a draft"))?;
    let sealed = services.vault.seal(place(draft.id), &plain);
    let index = contact_index(services, &contact);
    let last = sql::save(&services.db, draft.id.0, &sealed, &index).await?.map(|at| at.to_jiff());
    let same = draft.typed.as_ref().is_some_and(|(person, _)| person.contact.as_ref() == Some(&contact));
    if draft.proven && same {
        return Ok(());
    }
    asks_for_a_code(services, context, network).await?;
    match codes::issue_after(services, context, codes::Purpose::Booking, draft.id.0, &contact, last).await {
        // A code sent a moment ago still counts: the visitor pressed twice, or came back.
        Ok(()) | Err(codes::IssueError::TooSoon { .. }) => Ok(()),
        Err(codes::IssueError::Limited { retry_after }) => Err(BookingError::Limited { retry_after }),
        Err(codes::IssueError::Database(error)) => Err(error.into()),
    }
}

/// Sends the code once more.
///
/// # Errors
/// `Limited` within a minute of the last one, or after too many; `NetworkLimited`.
pub async fn resend(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    network: &Network,
) -> Result<(), BookingError> {
    let contact = draft.typed.as_ref().and_then(|(person, _)| person.contact.as_ref()).ok_or(BookingError::NotFound)?;
    asks_for_a_code(services, context, network).await?;
    match codes::issue(services, context, codes::Purpose::Booking, draft.id.0, contact).await {
        Ok(()) => Ok(()),
        Err(codes::IssueError::TooSoon { retry_after } | codes::IssueError::Limited { retry_after }) => {
            Err(BookingError::Limited { retry_after })
        }
        Err(codes::IssueError::Database(error)) => Err(error.into()),
    }
}

/// Checks the code that was sent, and answers the draft as it is then. Once proven, the contact stays proven for it.
///
/// # Errors
/// `Fields` with the code's fault; `StateHasChanged` when another contact was typed meanwhile; `NetworkLimited`.
pub async fn prove(
    services: &Services,
    context: &Context,
    draft: DraftView,
    code: &str,
    network: &Network,
) -> Result<DraftView, BookingError> {
    if draft.proven || draft.booking.is_some() {
        return Ok(draft);
    }
    let contact = draft.typed.as_ref().and_then(|(person, _)| person.contact.as_ref()).ok_or(BookingError::NotFound)?;
    tries_a_code(services, context, network).await?;
    match codes::verify(services, context, codes::Purpose::Booking, draft.id.0, contact, code).await {
        Ok(true) => Ok(DraftView { proven: true, ..draft }),
        // What was proven is this contact: another one typed meanwhile in a second window stays unproven.
        Ok(false) => Err(BookingError::StateHasChanged),
        Err(codes::VerifyError::Shape) => Err(BookingError::field("code", Fault::CodeShape)),
        Err(codes::VerifyError::Wrong { left }) => Err(BookingError::field("code", Fault::CodeWrong { left })),
        Err(codes::VerifyError::Expired) => Err(BookingError::field("code", Fault::CodeExpired)),
        Err(codes::VerifyError::Database(error)) => Err(error.into()),
    }
}

/// Makes the booking of a proven draft. Repeating it answers the same booking.
///
/// # Errors
/// `Refused`; `NotFound` while the contact is not proven; `NetworkLimited` when the places were no longer kept.
pub async fn confirm(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    network: &Network,
) -> Result<BookingId, BookingError> {
    if let Some(booking) = draft.booking {
        return Ok(booking);
    }
    // What waits stands for a session that no entrance was asked about; taking a session again asks it.
    if draft.waits {
        return Err(BookingError::StateHasChanged);
    }
    let (person, children) = draft.typed.as_ref().filter(|_| draft.proven).ok_or(BookingError::NotFound)?;
    let party = Party::new(draft.people, u32::from(*children)).map_err(|f| BookingError::field("children", f))?;
    has_answered(services, draft).await?;
    if draft.held_until.is_none() {
        let asked = if draft.series { Asked::Series(draft.session.activity) } else { Asked::Date(draft.session.id) };
        takes_places(services, context, network, (draft.people, asked)).await?;
    }
    if draft.series {
        return super::series::confirm(services, context, draft, (person, party)).await;
    }
    let documents = if_asked(services, draft.session.id, (party, true), &draft.documents).await?;
    let source = Source {
        channel: Channel::Web,
        pool: Pool::Individual,
        account: context.actor.account(),
        hold: Some(draft.hold),
        draft: Some(draft.id),
        documents: &documents,
    };
    let order = Order {
        row: row(services, context, person, party, &source),
        context: context.clone(),
        party,
        person: person.contact.as_ref().map(|contact| contact_index(services, contact)),
        // One draft makes one booking, whatever session it was pointed at when the button was pressed.
        key: Key { scope: "draft".into(), key: draft.id.to_string(), body_hash: Vec::new() },
        by_house: false,
        in_place: false,
        offer: None,
        answered: Answered::Before,
    };
    counts_contact(services, context, draft.session.id, person.contact.as_ref()).await?;
    let passed = Passed::with_a_draft(draft.session.id);
    match services.claims.submit(services, passed, Claim::Book(Box::new(order))).await? {
        Granted::Booked(Booked { booking, .. }) => Ok(booking),
        Granted::Held => Err(BookingError::Damaged("a hold was answered to a booking")),
    }
}

/// Whether what an event asks has been answered in a draft. The museum asks nothing: its visitors are spared the round trip.
pub(super) async fn has_answered(services: &Services, draft: &DraftView) -> Result<(), BookingError> {
    let museum = super::museum(services).await.is_ok_and(|museum| museum.activity == draft.session.activity);
    if !museum && !crate::outreach::answered(services, draft).await? {
        return Err(Refusal::AsksQuestions.into());
    }
    Ok(())
}

/// Points a draft at another session (or another party size) and keeps places there; the old places are given back only
/// when the new ones are won.
///
/// # Errors
/// `Refused`, `NetworkLimited`, `StateHasChanged` for a draft that became something; `NotFound` for a session of another activity, which may ask other things; the draft and its
/// places stay as they were.
pub async fn take_other(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    session: SessionId,
    people: PartySize,
    visitor: &str,
    network: &Network,
) -> Result<(), BookingError> {
    if super::calendar::seen(services, session, context.now).await?.activity != draft.session.activity {
        return Err(BookingError::NotFound);
    }
    if draft.booking.is_some() || draft.waiting.is_some() {
        return Err(BookingError::StateHasChanged);
    }
    let passed = pass(services, context, session, people.get(), Who::Browser(visitor, network)).await?;
    let used = passed.used();
    let kept = async {
        takes_places(services, context, network, (people, Asked::Date(session))).await?;
        hold(services, context, draft.id, passed, people, visitor).await
    };
    if let Err(error) = kept.await {
        used.give_back(services).await;
        return Err(error);
    }
    if draft.held_until.is_some() {
        // The places it had are somebody's before anybody else asks for them.
        look_again(services, draft.session.id.0).await;
    }
    Ok(())
}
