//! The door: admit by pass, reference or name; walk-ins and leavers; one number "in the building".
//!
//! Every scan carries a nonce, looked up before any rule: the retry of a success repeats the success.

mod admission;

pub(crate) use admission::{Applied, Offline, Scan, apply, count_once};

use super::claims::facts;
use super::view::{BookingState, BookingView, open};
use super::{BookingError, MUSEUM};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services, limits};
use domain::account::Capability;
use domain::booking::{Admission, DoorRefusal, PassFacts, Policy, Reference};
use domain::field::Fault;
use domain::ids::{ActivityId, BookingId, SessionId};
use domain::time::{local_day, start_of_day};
use jiff::Timestamp;
use store::booking::{bookings, claims, door as sql, roster, sessions};
use uuid::Uuid;

/// Bookings of one day that are looked through for a name.
const OF_A_DAY: i64 = 2_000;
/// Characters of a name that are searched for, at least.
const SHORTEST: usize = 2;

/// What the steward holds: a pass, a reference read aloud, or a booking picked from a list.
#[derive(Clone, Debug)]
pub enum Ticket {
    /// The text of a QR code.
    Pass(String),
    /// Eight characters.
    Reference(String),
    /// A booking from the list of names.
    Booking(BookingId),
}

/// The door's answer to a scan.
pub type DoorAnswer = Result<Admission, DoorRefusal>;

/// A booking as the door sees it: no contact, the name masked until it is looked for.
#[derive(Clone, Debug)]
pub struct Found {
    /// Booking.
    pub id: BookingId,
    /// Session.
    pub session: SessionId,
    /// The museum, or an event.
    pub activity: ActivityId,
    /// As shown.
    pub reference: String,
    /// 张**
    pub name: String,
    /// Booked.
    pub people: u32,
    /// Came.
    pub arrived: u32,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// The ends of the identity documents that were shown for it, where its activity asks for them; to be compared with those in
    /// the visitors' hands.
    pub documents: Vec<String>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether one of them would be let in at this moment, by the rule that admission itself asks.
    pub worth: Result<(), DoorRefusal>,
}

impl From<BookingView> for Found {
    fn from(booking: BookingView) -> Self {
        Self {
            id: booking.id,
            session: booking.session,
            activity: booking.activity,
            worth: Ok(()),
            name: booking.person.name.masked(),
            people: booking.party.people.get(),
            arrived: booking.arrived,
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            documents: booking.documents.all().map(|document| document.last_four().to_owned()).collect(),
            cancelled: booking.state == BookingState::Cancelled,
            reference: booking.reference,
        }
    }
}

/// The booking a pass speaks of, if its signature is ours.
pub fn read_pass(services: &Services, text: &str) -> Result<(SessionId, BookingId), DoorRefusal> {
    let pass = services.vault.verify_pass(text.trim()).map_err(|_| DoorRefusal::NotAPass)?;
    Ok((pass.session, pass.booking))
}

/// Looks a ticket up without admitting anybody.
///
/// # Errors
/// `Denied`; the inner error says why the ticket is worth nothing.
pub async fn find(
    services: &Services,
    context: &Context,
    ticket: &Ticket,
) -> Result<Result<Found, DoorRefusal>, BookingError> {
    context.require(Capability::Admit)?;
    let mut db = services.db.acquire().await?;
    let row = match locate(services, context, &mut db, ticket).await? {
        Ok(row) => row,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut found: Found = open(services, row)?.into();
    let session = claims::find_sessions(&mut db, &[found.session.0]).await?.into_iter().next();
    let session = session.ok_or(BookingError::NotFound)?;
    let policy: Policy =
        serde_json::from_value(session.policy.clone()).map_err(|_| BookingError::Damaged("a policy"))?;
    found.documents.truncate(policy.identity.of(found.people));
    let pass = PassFacts { people: found.people, arrived: found.arrived, cancelled: found.cancelled };
    let left = found.people.saturating_sub(found.arrived).max(1);
    let worth =
        domain::booking::admit(&policy, context.now, &facts(&session, None, context.now), pass, left).map(|_| ());
    Ok(Ok(Found { worth, ..found }))
}

async fn locate(
    services: &Services,
    context: &Context,
    db: &mut sqlx::PgConnection,
    ticket: &Ticket,
) -> Result<Result<bookings::BookingRow, DoorRefusal>, BookingError> {
    let row = match ticket {
        Ticket::Pass(text) => match read_pass(services, text) {
            // The pass names the session it was made for; a booking that moved since is found where it is now.
            Ok((_, booking)) => bookings::booking(db, booking.0).await?,
            Err(refusal) => return Ok(Err(refusal)),
        },
        Ticket::Reference(text) => {
            let Ok(reference) = Reference::parse(text) else { return Ok(Err(DoorRefusal::NotAPass)) };
            let found = bookings::by_reference(db, reference.as_str()).await?;
            // Of two with one reference (chance in 10¹²) the one of today.
            let today = local_day(context.now);
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort_by_key(|row| local_day(row.starts_at.to_jiff()) != today);
            found.into_iter().next()
        }
        Ticket::Booking(id) => bookings::booking(db, id.0).await?,
    };
    Ok(row.ok_or(DoorRefusal::Unknown))
}

/// The beginning of a name, as it is searched: two characters are the shortest whole name there is, and of one character
/// half the day is told.
///
/// # Errors
/// `TooShort`.
pub fn searched_name(text: &str) -> Result<String, Fault> {
    let wanted = text.trim().to_lowercase();
    let characters = wanted.chars().filter(|c| c.is_alphanumeric()).count();
    if characters < SHORTEST { Err(Fault::TooShort { min: SHORTEST as u32 }) } else { Ok(wanted) }
}

/// Today's bookings, of the museum and of events, whose name begins with what the steward typed, at most 20. The answer has
/// whole names, so that the trail says that somebody searched and how many were found, never for whom.
///
/// # Errors
/// `Denied`; `Fields` for fewer than two characters; `Limited` for one who goes through the names of the day.
pub async fn find_by_name(services: &Services, context: &Context, name: &str) -> Result<Vec<Found>, BookingError> {
    context.require(Capability::Admit)?;
    let wanted = searched_name(name).map_err(|fault| BookingError::field("name", fault))?;
    let by = steward(context).to_string();
    limits::hit(services, &limits::DOOR_NAMES_PER_STAFF, &by).await.map_err(super::public::personal)?;
    let mut db = services.begin_search().await?;
    let today = local_day(context.now);
    let until = start_of_day(today.tomorrow().unwrap_or(today));
    let ids = roster::ids_of_day(&mut db, start_of_day(today), until, OF_A_DAY).await?;
    let mut rows = bookings::bookings(&mut db, &ids).await?;
    rows.sort_by_key(|row| (row.starts_at.to_jiff(), row.id));
    // Names are sealed one by one: a day's few hundred are opened here rather than ever indexed.
    let mut found = Vec::new();
    for row in rows {
        let booking = open(services, row)?;
        if booking.person.name.as_str().to_lowercase().starts_with(&wanted) {
            // A list of names needs no documents.
            let name = booking.person.name.as_str().to_owned();
            found.push(Found { name, documents: Vec::new(), ..booking.into() });
        }
        if found.len() == 20 {
            break;
        }
    }
    let detail = serde_json::json!({ "found": found.len() });
    let entry = Entry { action: "door.searched", subject_kind: "booking", subject: None, detail };
    audit::record(&mut db, context, &[entry]).await?;
    db.commit().await?;
    Ok(found)
}

/// Admits `present` people of a ticket's booking. The same nonce gets the same answer.
///
/// # Errors
/// `Denied`, `KeyReused`, `Database`; a refusal at the door is an answer, not an error.
pub async fn admit(
    services: &Services,
    context: &Context,
    nonce: Uuid,
    ticket: Ticket,
    present: u32,
    device_at: Option<Timestamp>,
) -> Result<DoorAnswer, BookingError> {
    context.require(Capability::Admit)?;
    let (services, context) = (services.clone(), context.clone());
    let scan = Scan { nonce, ticket, present, device_at, offline: None };
    to_the_end(async move {
        match apply(&services, &context, &scan).await? {
            Applied::Answered { answer, .. } => Ok(answer),
            Applied::Reused => Err(BookingError::KeyReused),
        }
    })
    .await
}

fn steward(context: &Context) -> Uuid {
    match &context.actor {
        domain::account::Actor::Client { client, .. } => client.0,
        domain::account::Actor::Device { device, .. } => device.0,
        other => other.account().map(|account| account.0).unwrap_or_default(),
    }
}

/// Counts people without a booking. Pressing twice with one id counts once.
///
/// # Errors
/// `Denied`.
pub async fn walk_in(services: &Services, context: &Context, id: Uuid, people: u32) -> Result<(), BookingError> {
    counted(services, context, id, (None, "walk_in"), people).await
}

/// The same at the door of an event.
///
/// # Errors
/// `Denied`; `NotFound` for an event that is not there.
pub async fn walk_in_to(
    services: &Services,
    context: &Context,
    id: Uuid,
    event: ActivityId,
    people: u32,
) -> Result<(), BookingError> {
    counted(services, context, id, (Some(event), "walk_in"), people).await
}

/// Counts people who left.
///
/// # Errors
/// `Denied`.
pub async fn leave(services: &Services, context: &Context, id: Uuid, people: u32) -> Result<(), BookingError> {
    counted(services, context, id, (None, "left"), people).await
}

async fn counted(
    services: &Services,
    context: &Context,
    id: Uuid,
    (event, kind): (Option<ActivityId>, &'static str),
    people: u32,
) -> Result<(), BookingError> {
    context.require(Capability::Admit)?;
    let people = domain::booking::PartySize::new(people).map_err(|fault| BookingError::field("people", fault))?;
    let mut db = services.db.acquire().await?;
    let activity = match event {
        Some(event) => event.0,
        None => sessions::activity_by_slug(&mut db, MUSEUM).await?.ok_or(BookingError::NotFound)?.id,
    };
    match sql::add_count(&mut db, id, activity, kind, people.get() as i32, steward(context), context.now).await {
        Ok(_) => Ok(()),
        Err(error) if store::constraint_of(&error).is_some() => Err(BookingError::NotFound),
        Err(error) => Err(error.into()),
    }
}

/// How many people are in the building now.
///
/// # Errors
/// `Denied`.
pub async fn inside(services: &Services, context: &Context) -> Result<u32, BookingError> {
    if context.require(Capability::Admit).is_err() {
        context.require(Capability::SeeBookings)?;
    }
    let mut db = services.db.acquire().await?;
    let museum = sessions::activity_by_slug(&mut db, MUSEUM).await?.ok_or(BookingError::NotFound)?;
    let today = local_day(context.now);
    let until = start_of_day(today.tomorrow().unwrap_or(today));
    Ok(sql::inside(&mut db, museum.id, start_of_day(today), until).await?.max(0) as u32)
}
