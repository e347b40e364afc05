//! Another session instead of one the house closed: by a signed link of its own purpose, without a second code, since the
//! contact was proven when the first was booked.

use super::calendar::{SessionView, nearest};
use super::change::policy_of;
use super::claims::{Answered, Booked, Channel, Claim, Granted, Key, Order, Source, contact_index, row};
use super::document::taken_along;
use super::entrance::{Who, pass};
use super::view::{BookingView, open};
use super::{BookingError, closing_reason};
use crate::crypto::LinkPurpose;
use crate::{Context, Services};
use domain::booking::Pool;
use domain::ids::{ActivityId, BookingId, SessionId};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use store::booking::{bookings as sql, claims};

/// The scope under which a closed booking's successor is remembered.
const SCOPE: &str = "rebook";
/// Sessions shown as alternatives.
const ALTERNATIVES: usize = 2;

/// A booking whose session the house closed, and what can be had instead.
#[derive(Clone)]
pub struct Rebooking {
    /// The booking that was cancelled.
    pub booking: BookingView,
    /// Why, in Chinese and English.
    pub reason: Option<(String, String)>,
    /// The nearest sessions with room for the party.
    pub others: Vec<SessionView>,
    /// What was booked instead already, with the end of its session.
    pub instead: Option<(BookingId, Timestamp)>,
}

/// The signed link to another session: good until two weeks after the one that was closed.
pub fn rebook_link(services: &Services, booking: BookingId, ends_at: Timestamp) -> String {
    services.vault.link(LinkPurpose::Rebook, booking.0, ends_at + SignedDuration::from_hours(24 * 14))
}

async fn closed_booking(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    link: &str,
) -> Result<BookingView, BookingError> {
    let id = services.vault.open_link(LinkPurpose::Rebook, link, context.now).map_err(|_| BookingError::NotFound)?;
    let row = sql::booking(db, id).await?.ok_or(BookingError::NotFound)?;
    let booking = open(services, row)?;
    // Only who could be told got the link. A contact that is gone was erased since: nothing is booked for nobody.
    let good = booking.closure.is_some() && booking.person.contact.is_some();
    good.then_some(booking).ok_or(BookingError::NotFound)
}

/// What a signed link offers.
///
/// # Errors
/// `NotFound` for a link that is none.
pub async fn rebooking(services: &Services, context: &Context, link: &str) -> Result<Rebooking, BookingError> {
    let mut db = services.db.acquire().await?;
    let booking = closed_booking(services, context, &mut db, link).await?;
    let saved = claims::saved_answers(&mut db, &[SCOPE.into()], &[booking.id.to_string()]).await?;
    let booked: Option<Booked> = saved.into_iter().next().and_then(|saved| serde_json::from_value(saved.answer).ok());
    let instead = match booked {
        Some(booked) => {
            sql::booking(&mut db, booked.booking.0).await?.map(|row| (booked.booking, row.ends_at.to_jiff()))
        }
        None => None,
    };
    let others = alternatives(&mut db, booking.session, &booking, context.now).await?;
    drop(db);
    let reason = closing_reason(services, booking.session).await?;
    Ok(Rebooking { booking, reason, others, instead })
}

async fn alternatives(
    db: &mut PgConnection,
    session: SessionId,
    booking: &BookingView,
    now: Timestamp,
) -> Result<Vec<SessionView>, BookingError> {
    let found = claims::find_sessions(db, &[session.0]).await?;
    let policy = policy_of(found.first().ok_or(BookingError::NotFound)?)?;
    // One date of a series that is booked as a whole is nobody's to book.
    if !policy.series.allows_dates() {
        return Ok(Vec::new());
    }
    let to = (booking.starts_at, booking.party.people.get());
    nearest(db, booking.activity, &policy, to, now, ALTERNATIVES).await
}

/// The beginnings and ends of the sessions a message names instead of a closed one.
pub(crate) async fn alternative_spans(
    services: &Services,
    (activity, session): (ActivityId, SessionId),
    (to, people): (Timestamp, u32),
    now: Timestamp,
) -> Result<Vec<(Timestamp, Timestamp)>, BookingError> {
    let mut db = services.db.acquire().await?;
    let found = claims::find_sessions(&mut db, &[session.0]).await?;
    let policy = policy_of(found.first().ok_or(BookingError::NotFound)?)?;
    // One date of a series that is booked as a whole is nobody's to book.
    if !policy.series.allows_dates() {
        return Ok(Vec::new());
    }
    let others = nearest(&mut db, activity, &policy, (to, people), now, ALTERNATIVES).await?;
    Ok(others.into_iter().map(|s| (s.facts.starts_at, s.facts.ends_at)).collect())
}

/// Books another session for the party of a closed one. Repeating it answers the same booking, whichever session is named.
///
/// # Errors
/// `NotFound` for a link that is none; whatever refuses a booking of the session.
pub async fn rebook(
    services: &Services,
    context: &Context,
    link: &str,
    session: SessionId,
) -> Result<BookingId, BookingError> {
    let mut db = services.db.acquire().await?;
    let old = closed_booking(services, context, &mut db, link).await?;
    drop(db);
    let documents = taken_along(services, session, &old).await?;
    let asks = context;
    let context = Context { locale: old.locale, ..context.clone() };
    let source = Source {
        channel: Channel::Web,
        pool: Pool::Individual,
        account: old.account,
        hold: None,
        draft: None,
        documents: &documents,
    };
    let order = Order {
        row: row(services, &context, &old.person, old.party, &source),
        party: old.party,
        person: old.person.contact.as_ref().map(|contact| contact_index(services, contact)),
        key: Key { scope: SCOPE.into(), key: old.id.to_string(), body_hash: Vec::new() },
        context,
        by_house: false,
        in_place: true,
        offer: None,
        answered: Answered::Before,
    };
    let line = format!("rebook {}", old.id);
    let passed = pass(services, asks, session, old.party.people.get(), Who::Request(&line)).await?;
    match services.claims.submit(services, passed, Claim::Book(Box::new(order))).await? {
        Granted::Booked(Booked { booking, .. }) => {
            // What was answered for the closed date is answered for this one. After the booking, which is the same however
            // often it is asked for: a press that was cut off here is made good by the next.
            let mut db = services.db.acquire().await?;
            store::outreach::answers::hand_over(&mut *db, old.id.0, booking.0).await?;
            // So is what it belonged to: the other dates of a series.
            store::booking::series::join(&mut db, old.id.0, booking.0).await?;
            // What is still asked for was taken over sealed for the new booking.
            sql::forget_documents(&mut db, old.session.0, old.id.0).await?;
            Ok(booking)
        }
        Granted::Held => Err(BookingError::Damaged("a hold was answered to a booking")),
    }
}
