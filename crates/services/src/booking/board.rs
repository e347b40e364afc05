//! Sessions as staff look at them: as they are at this instant, past days too. The public's picture
//! ([`museum`](super::museum)) may be a second old; who has just changed a session sees the change here.

use super::calendar::{SessionView, seen_by_all, session};
use super::{BookingError, MUSEUM};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Policy;
use domain::ids::SessionId;
use domain::time::start_of_day;
use jiff::civil;
use store::booking::sessions as sql;

/// The museum's sessions from `first` to `last`, both included, in order. The door sees them too: they are numbers.
///
/// # Errors
/// `Denied`, `NotFound` before the museum was set up.
pub async fn sessions(
    services: &Services,
    context: &Context,
    first: civil::Date,
    last: civil::Date,
) -> Result<Vec<SessionView>, BookingError> {
    if context.require(Capability::Admit).is_err() {
        context.require(Capability::SeeBookings)?;
    }
    let mut db = services.db.acquire().await?;
    let museum = sql::activity_by_slug(&mut db, MUSEUM).await?.ok_or(BookingError::NotFound)?;
    let until = start_of_day(last.tomorrow().unwrap_or(last));
    let rows = sql::sessions_between(&mut db, museum.id, start_of_day(first), until, context.now).await?;
    let policy: Policy =
        serde_json::from_value(museum.policy).map_err(|_| BookingError::Damaged("the museum's policy"))?;
    Ok(seen_by_all(&mut db, rows, &policy, context.now).await?)
}

/// One session.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn session_now(services: &Services, context: &Context, id: SessionId) -> Result<SessionView, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    session(&mut db, id, context.now).await
}
