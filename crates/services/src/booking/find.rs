//! What staff look for: bookings by contact, reference, day and state; those of one session.

use super::BookingError;
use super::claims::contact_index;
use super::office::museum;
use super::view::{BookingView, open};
use crate::keyset::After;
use crate::{Context, Services};
use domain::Locale;
use domain::account::Capability;
use domain::booking::Reference;
use domain::contact::Contact;
use domain::field::Fault;
use domain::ids::{ActivityId, SessionId};
use domain::time::start_of_day;
use jiff::civil;
use std::collections::HashMap;
use store::booking::bookings;
use uuid::Uuid;

/// What staff look for. Everything given must fit.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A phone, a mail address or a reference, as typed.
    pub text: String,
    /// Sessions of this day.
    pub day: Option<civil::Date>,
    /// Only confirmed, only cancelled.
    pub cancelled: Option<bool>,
    /// The last row of the page before.
    pub after: Option<After>,
}

/// Rows of one page of the staff's list.
pub const PAGE: usize = 50;

/// Bookings that match, the latest sessions first: the museum's, and where a phone, an address or a reference is looked for
/// those of events too, since whoever calls does not say at which desk they booked. One more than [`PAGE`] when there is a next
/// page. Particulars print masked. Names are sealed and not looked for.
///
/// # Errors
/// `Denied`; `Fields` when the text is neither a phone, an address nor a reference.
pub async fn search(services: &Services, context: &Context, wanted: &Wanted) -> Result<Vec<BookingView>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.begin_search().await?;
    let (activity, _) = museum(&mut db).await?;
    let mut search = bookings::Search {
        activity: Some(activity),
        from: wanted.day.map(start_of_day),
        until: wanted.day.and_then(|day| day.tomorrow().ok()).map(start_of_day),
        state: wanted.cancelled.map(|yes| if yes { "cancelled" } else { "confirmed" }.to_owned()),
        after: wanted.after.map(After::key),
        limit: PAGE as i64 + 1,
        ..Default::default()
    };
    let text = wanted.text.trim();
    if !text.is_empty() {
        // The policy of both is the same: whoever sees the museum's bookings sees those of every event.
        search.activity = None;
        match (Reference::parse(text), Contact::parse(text)) {
            (_, Ok(contact)) => search.contact_index = Some(contact_index(services, &contact)),
            (Ok(reference), Err(_)) => search.reference = Some(reference.as_str().to_owned()),
            (Err(_), Err(_)) => return Err(BookingError::field("text", Fault::ReferenceShape)),
        }
    }
    bookings::search(&mut db, &search).await?.into_iter().map(|row| open(services, row)).collect()
}

/// The titles of events among these bookings, in the reader's language; the museum's have none.
///
/// # Errors
/// `Denied`.
pub async fn event_titles(
    services: &Services,
    context: &Context,
    found: &[BookingView],
) -> Result<HashMap<ActivityId, String>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut ids: Vec<Uuid> = found.iter().map(|booking| booking.activity.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut db = services.db.acquire().await?;
    let titled = |row: bookings::EventTitleRow| {
        let title = if context.locale == Locale::ZhCn { row.title_zh } else { row.title_en };
        (ActivityId(row.id), title)
    };
    Ok(bookings::event_titles(&mut db, &ids).await?.into_iter().map(titled).collect())
}

/// The bookings of one session, in the order they were made.
///
/// # Errors
/// `Denied`.
pub async fn bookings_of_session(
    services: &Services,
    context: &Context,
    session: SessionId,
) -> Result<Vec<BookingView>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    bookings::of_session(&mut db, session.0).await?.into_iter().map(|row| open(services, row)).collect()
}
