//! A couple that registered for a whole course at the desk, in one go.

use super::{events, party};
use crate::booking::{self, BookingError, SeriesOnBehalf};
use crate::outreach::{OutreachError, Sent};
use crate::{Context, Services};
use domain::document::Shown;
use domain::time::local_day;

/// The course.
const COURSE: &str = "newborn-care-weifang";
/// Who takes it.
const WHO: &str = "演示·季宁";

/// Registers a couple for every date of the course that has room on each. After the demo of the events. Repeating it adds
/// nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_course(services: &Services, context: &Context) -> Result<(), OutreachError> {
    services.programme.forget();
    let events = events(services).await?;
    let Some(event) = events.by_slug(COURSE) else { return Ok(()) };
    let Some(first) = event.timetable.upcoming(context.now).next() else { return Ok(()) };
    let booked = booking::bookings_of_session(services, context, first.id).await?;
    if booked.iter().any(|booking| booking.person.name.as_str() == WHO) {
        return Ok(());
    }
    let (person, party) = party(WHO, "demo-course@example.com", 2)?;
    let replies = Sent::default().read(Some(event.as_ref()), local_day(context.now)).map_err(OutreachError::Fields)?;
    let shown = Shown::default();
    let key = format!("demo-course:{}", event.id);
    let asked = SeriesOnBehalf { event: event.id, person, party, shown, replies, key };
    match booking::book_series(services, context, asked, None).await {
        Ok(_) | Err(BookingError::Refused(_) | BookingError::DateRefused { .. } | BookingError::KeyReused) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
