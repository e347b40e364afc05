//! Closing a session or a whole day: one act of staff, with a reason that visitors read.
//!
//! Every booking is cancelled by the house and told once, with the reason and a way to another session; places kept for
//! forms end, parties that wait are told, nobody gets a no-show. How an act runs: [`super::act`].

use super::BookingError;
use super::act::{self, Act, Asked, Reached, Scope, TEXT, Touched};
use super::claims::lock;
use super::retry::again;
use super::tell::tell_session;
use super::waiting::{closed_after_all, end_waiting_for, promote};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::jobs::Handlers;
use crate::webhooks::news;
use crate::{Context, Services, messages};
use domain::account::Capability;
use domain::booking::Refusal;
use domain::field::Faults;
use domain::ids::{BookingId, ClosureId, SessionId};
use domain::typed;
use domain::webhooks::Topic;
use serde_json::json;
use sqlx::PgConnection;
use store::booking::acts::{ActRow, Closures, Tables};
use store::booking::{closures as sql, sessions};
use uuid::Uuid;

/// An act of closing, as staff confirm it.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The form's own: pressed twice, it closes once.
    pub key: ClosureId,
    /// What.
    pub what: Scope,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Closes a session or a day. Repeating it, with the same key or another, ends nothing twice and tells nobody twice.
///
/// # Errors
/// `Denied`; `Fields` without reasons, each a line; `NotFound`; `KeyReused` for a key that closed something else; `Refused(TooLate)` for
/// what is over; `Refused(Busy)`.
pub async fn close(services: &Services, context: &Context, closing: Closing) -> Result<Reached, BookingError> {
    context.require(Capability::ManageSessions)?;
    let mut faults = Faults::default();
    let zh = faults.take("reason_zh", typed::line(&closing.reason_zh, TEXT));
    let en = faults.take("reason_en", typed::line(&closing.reason_en, TEXT));
    let (Some(zh), Some(en)) = (zh, en) else { return Err(BookingError::Fields(faults.into_errors())) };
    let asked = Asked { key: closing.key.0, what: closing.what, texts: (zh, en) };
    act::run::<Closures>(services, context, asked).await
}

impl Act for Closures {
    const NAME: &'static str = "closure";
    const BEGUN: &'static str = "session.closing";
    const FINISH: &'static str = "booking.finish_closing";
    const PAYLOAD: (&'static str, &'static str) = ("closure", "closing");

    /// All that are not over; a day may have none, and is closed for those that would be made on it.
    fn wanted(touched: &[Touched], what: Scope) -> Result<Vec<Uuid>, Refusal> {
        if touched.is_empty() && what.day().is_none() {
            return Err(Refusal::TooLate);
        }
        Ok(touched.iter().map(|one| one.session.0).collect())
    }

    /// Takes the day out of the templates.
    async fn prepare(db: &mut PgConnection, row: &ActRow) -> sqlx::Result<()> {
        let Some(day) = row.day else { return Ok(()) };
        let exception = sessions::ExceptionRow { day, reason_zh: row.text_zh.clone(), reason_en: row.text_en.clone() };
        sessions::add_exception(db, row.activity_id, &exception).await
    }

    async fn reach(
        services: &Services,
        context: &Context,
        act: Uuid,
        session: SessionId,
        _later: &[Uuid],
    ) -> Result<Reached, BookingError> {
        close_one(services, context, ClosureId(act), session).await
    }
}

/// Ends what one session held.
async fn close_one(
    services: &Services,
    context: &Context,
    closure: ClosureId,
    session: SessionId,
) -> Result<Reached, BookingError> {
    let mut tx = services.begin().await?;
    let locked = lock(services, &mut tx, &[session.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let now = services.clock.now();
    // Reached again since, or closed by this act already: what was booked after that stands.
    if !Closures::settle(&mut tx, closure.0, session.0).await? {
        return Ok(Reached::default());
    }
    if locked.ends_at.to_jiff() <= now {
        tx.commit().await?;
        return Ok(Reached::default());
    }
    let fresh = locked.state == "open";
    let ended = sql::close(&mut tx, session.0, closure.0, now).await?;
    let waiting = end_waiting_for(services, context, &mut tx, session, now).await?;
    closed_after_all(services, &mut tx, session, now).await?;
    if !fresh && ended.is_empty() && waiting == 0 {
        tx.commit().await?;
        return Ok(Reached::default());
    }
    let bookings: Vec<BookingId> = ended.iter().map(|booking| BookingId(booking.id)).collect();
    messages::queue_closed(&mut tx, now, &bookings).await?;
    let people: u32 = ended.iter().map(|booking| booking.people.unsigned_abs()).sum();
    let mut entries = vec![Entry {
        action: "session.closed",
        subject_kind: "session",
        subject: Some(session.0),
        detail: json!({ "closure": closure, "bookings": bookings.len(), "people": people, "waiting": waiting }),
    }];
    entries.extend(ended.iter().map(|booking| Entry {
        action: "booking.cancelled",
        subject_kind: "booking",
        subject: Some(booking.id),
        detail: json!({ "session": session, "people": booking.people, "closure": closure }),
    }));
    audit::record(&mut tx, context, &entries).await?;
    tell_session(&mut tx, now, session, Topic::SessionClosed).await?;
    let ids: Vec<Uuid> = bookings.iter().map(|booking| booking.0).collect();
    news::own_bookings(&mut tx, now, Topic::BookingCancelled, &ids).await?;
    tx.commit().await?;
    Ok(Reached { sessions: u32::from(fresh), bookings: bookings.len() as u32, people, waiting })
}

/// Opens a closed session again: for new bookings, and for those who wait. What was cancelled stays cancelled.
///
/// # Errors
/// `Denied`; `StateHasChanged` when it is not closed, or not as `version` had it.
pub async fn reopen(
    services: &Services,
    context: &Context,
    session: SessionId,
    version: i32,
) -> Result<(), BookingError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        again(|| open_again(&services, &context, session, version)).await?;
        services.calendar.forget();
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

async fn open_again(
    services: &Services,
    context: &Context,
    session: SessionId,
    version: i32,
) -> Result<(), BookingError> {
    let mut tx = services.begin().await?;
    let mut locked = lock(services, &mut tx, &[session.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    // No act that has yet to close it will; the other sessions of the same day are none of its business.
    if !sql::reopen(&mut tx, session.0, version).await? {
        return Err(BookingError::StateHasChanged);
    }
    locked.state = "open".into();
    let entry =
        Entry { action: "session.reopened", subject_kind: "session", subject: Some(session.0), detail: json!({}) };
    audit::record(&mut tx, context, &[entry]).await?;
    promote(services, context, &mut tx, std::slice::from_ref(&locked)).await?;
    tell_session(&mut tx, context.now, session, Topic::SessionChanged).await?;
    tx.commit().await?;
    Ok(())
}

/// Why a session is closed, in Chinese and English, where it was closed with a reason.
///
/// # Errors
/// `Database`.
pub async fn closing_reason(services: &Services, session: SessionId) -> Result<Option<(String, String)>, BookingError> {
    let mut db = services.db.acquire().await?;
    Ok(sql::reason(&mut db, session.0).await?)
}

/// Adds what finishes acts of closing.
#[must_use]
pub fn closing_handlers(handlers: Handlers) -> Handlers {
    act::handler::<Closures>(handlers)
}
