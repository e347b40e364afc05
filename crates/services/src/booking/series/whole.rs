//! A series as a whole: what was booked together, for whoever may see it, and giving all of it back.

use crate::booking::BookingError;
use crate::booking::change::{Handle, Remember, cancel_in, require_change, resolve};
use crate::booking::claims::lock;
use crate::booking::retry::again;
use crate::booking::view::{BookingView, open};
use crate::booking::waiting::{lock_lines, promote};
use crate::db::to_the_end;
use crate::{Context, Services, machines};
use domain::account::Capability;
use domain::ids::{ActivityId, BookingId, SeriesId};
use sqlx::PgConnection;
use store::booking::{bookings, series as sql};
use uuid::Uuid;

/// What was booked together.
#[derive(Clone, Debug)]
pub struct SeriesView {
    /// Which.
    pub id: SeriesId,
    /// The event.
    pub activity: ActivityId,
    /// The bookings in order of time, cancelled ones among them. There is at least one.
    pub bookings: Vec<BookingView>,
}

/// The bookings that were made together with one, in order of time; none where it was made by itself. Whoever may see one
/// of them may see all: they are one person's.
///
/// # Errors
/// `Database`, `Damaged`.
pub async fn series_of(services: &Services, booking: BookingId) -> Result<Vec<BookingView>, BookingError> {
    let mut db = services.db.acquire().await?;
    let ids = sql::of_booking(&mut db, booking.0).await?;
    read(services, &mut db, &ids).await
}

/// The series a booking belongs to, for whoever may see the booking.
///
/// # Errors
/// `NotFound` for a booking of no series; `Database`, `Damaged`.
pub async fn series_with(
    services: &Services,
    context: &Context,
    booking: BookingId,
) -> Result<SeriesView, BookingError> {
    let mut db = services.db.acquire().await?;
    resolve(services, context, &mut db, &Handle::Id(booking)).await?;
    with(services, &mut db, booking.0).await
}

/// A series that the asking machine made. What joined it since belongs to it: the same person's dates of the same event.
///
/// # Errors
/// `Denied`; `NotFound` where there is none, or somebody else made it.
pub async fn own_series(services: &Services, context: &Context, id: SeriesId) -> Result<SeriesView, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    if !machines::made_series(services, context, id).await? {
        return Err(BookingError::NotFound);
    }
    let mut db = services.db.acquire().await?;
    let ids = sql::bookings(&mut db, id.0).await?;
    view(id, read(services, &mut db, &ids).await?)
}

/// The bookings of a series in order of time, for messages.
pub(crate) async fn read_series(services: &Services, series: Uuid) -> Result<Vec<BookingView>, BookingError> {
    let mut db = services.db.acquire().await?;
    let ids = sql::bookings(&mut db, series).await?;
    read(services, &mut db, &ids).await
}

async fn read(services: &Services, db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<BookingView>, BookingError> {
    let mut rows = bookings::bookings(db, ids).await?;
    rows.sort_by_key(|row| (row.starts_at.to_jiff(), row.id));
    rows.into_iter().map(|row| open(services, row)).collect()
}

/// The series of a booking, as it is in the caller's transaction.
pub(super) async fn with(
    services: &Services,
    db: &mut PgConnection,
    booking: Uuid,
) -> Result<SeriesView, BookingError> {
    let id = sql::id_of(&mut *db, booking).await?.ok_or(BookingError::NotFound)?;
    let ids = sql::bookings(&mut *db, id).await?;
    view(SeriesId(id), read(services, db, &ids).await?)
}

fn view(id: SeriesId, bookings: Vec<BookingView>) -> Result<SeriesView, BookingError> {
    let activity = bookings.first().ok_or(BookingError::NotFound)?.activity;
    Ok(SeriesView { id, activity, bookings })
}

/// Cancels every booking of a series that can still be cancelled, in one act. What is over or was cancelled stays as it is.
/// Answers how many it were.
///
/// # Errors
/// `NotFound` for a booking of no series; `Refused` where none of them can be cancelled any more, with the reason of the
/// last.
pub async fn cancel_series(services: &Services, context: &Context, handle: Handle) -> Result<usize, BookingError> {
    Ok(give_back(services, context, handle, None).await?.0)
}

/// [`cancel_series`], keeping the answer with it, both or neither.
///
/// # Errors
/// As [`cancel_series`]; `Refused(Busy)` when another request has answered under the key meanwhile.
pub async fn cancel_series_and_remember(
    services: &Services,
    context: &Context,
    handle: Handle,
    remember: Remember<SeriesView>,
) -> Result<SeriesView, BookingError> {
    Ok(give_back(services, context, handle, Some(remember)).await?.1)
}

async fn give_back(
    services: &Services,
    context: &Context,
    handle: Handle,
    remember: Option<Remember<SeriesView>>,
) -> Result<(usize, SeriesView), BookingError> {
    require_change(context, &handle)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let cancelled = again(|| cancel_all(&services, &context, &handle, remember.as_ref())).await?;
        services.job_bell.notify_one();
        Ok(cancelled)
    })
    .await
}

async fn cancel_all(
    services: &Services,
    context: &Context,
    handle: &Handle,
    remember: Option<&Remember<SeriesView>>,
) -> Result<(usize, SeriesView), BookingError> {
    let mut tx = services.begin().await?;
    let seen = resolve(services, context, &mut tx, handle).await?;
    let ids = sql::of_booking(&mut tx, seen.id).await?;
    let sessions: Vec<Uuid> = bookings::bookings(&mut tx, &ids).await?.iter().map(|row| row.session_id).collect();
    let locked = lock(services, &mut tx, &sessions).await?;
    lock_lines(services, &mut tx, &sessions).await?;
    // A date that was booked meanwhile is of the series too.
    let ids = sql::of_booking(&mut tx, seen.id).await?;
    let mut rows = bookings::bookings(&mut tx, &ids).await?;
    rows.sort_by_key(|row| (row.starts_at.to_jiff(), row.id));
    let (mut cancelled, mut refused) = (0, BookingError::NotFound);
    for row in rows {
        // One that moved or joined while the locks were waited for: whoever presses again finds it where it is.
        let own = locked.iter().find(|session| session.id == row.session_id).ok_or(BookingError::StateHasChanged)?;
        match cancel_in(services, context, &mut tx, own, &row).await {
            Ok(()) => cancelled += 1,
            Err(BookingError::Refused(refusal)) => refused = refusal.into(),
            Err(error) => return Err(error),
        }
    }
    if cancelled == 0 {
        return Err(refused);
    }
    promote(services, context, &mut tx, &locked).await?;
    let after = with(services, &mut tx, seen.id).await?;
    if let Some(remember) = remember {
        remember.keep(services, &mut tx, &after).await?;
    }
    tx.commit().await?;
    Ok((cancelled, after))
}
