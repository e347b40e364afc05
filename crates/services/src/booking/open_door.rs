//! No booking needed (免预约): one act of staff over a session, a whole day of the museum or all dates of an event, with a note
//! the public reads.
//!
//! Such a session takes nothing new: no booking, hold, waiting party, offer, series or group, through whichever door, each
//! refused with [`Refusal::NoBookingNeeded`]. What is booked stays booked, can be given back and is let in; whoever comes
//! without is counted at the door and asked for nothing. Who waits is told once that they can simply come, offers among them:
//! nobody needs the places that were kept. Nobody is marked a no-show: where whoever comes is let in, a booking obliges
//! nobody. How an act runs: [`super::act`]. It can be taken back until a session ends:
//! from then on bookings are needed again, whoever was told to come without is told otherwise, and what happened stays.

use super::BookingError;
use super::act::{self, Act, Asked, Reached, Scope, TEXT, Touched, activity_of, read};
use super::claims::lock;
use super::retry::again;
use super::tell::tell_session;
use super::waiting::{EndedBy, Heard, Untold, end_not_needed, needed_again, tell_the_rest};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::jobs::Handlers;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Refusal;
use domain::field::Faults;
use domain::ids::{OpenDoorId, SessionId};
use domain::typed;
use domain::webhooks::Topic;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::booking::acts::{OpenDoors, Tables, lock_activity};
use store::booking::open_doors as sql;
use uuid::Uuid;

/// Saying that no booking is needed, as staff confirm it.
#[derive(Clone, Debug)]
pub struct OpenDoor {
    /// The form's own: pressed twice, it is one act.
    pub key: OpenDoorId,
    /// What.
    pub what: Scope,
    /// What the public reads, in Chinese; both may be empty.
    pub note_zh: String,
    /// What the public reads, in English.
    pub note_en: String,
}

/// Says that a session or a day needs no booking. Repeating it, with the same key or another, ends nothing twice and tells
/// nobody twice; another note takes the place of the one before.
///
/// # Errors
/// `Denied`; `Fields` for a note in one language alone, or one that is no line; `NotFound`; `KeyReused` for a key of another act;
/// `Refused(TooLate)` for what is over, `Refused(SessionClosed)` for a session the house closed; `Refused(Busy)`.
pub async fn open_door(services: &Services, context: &Context, asked: OpenDoor) -> Result<Reached, BookingError> {
    context.require(Capability::ManageSessions)?;
    let texts = in_both(&asked.note_zh, &asked.note_en).map_err(|faults| BookingError::Fields(faults.into_errors()))?;
    act::run::<OpenDoors>(services, context, Asked { key: asked.key.0, what: asked.what, texts }).await
}

/// A note is said in both languages or in none.
fn in_both(zh: &str, en: &str) -> Result<(String, String), Faults> {
    let mut faults = Faults::default();
    let read = |text: &str, other: &str| {
        if other.trim().is_empty() { typed::optional(text, TEXT) } else { typed::line(text, TEXT) }
    };
    match (faults.take("note_zh", read(zh, en)), faults.take("note_en", read(en, zh))) {
        (Some(zh), Some(en)) => Ok((zh, en)),
        _ => Err(faults),
    }
}

impl Act for OpenDoors {
    const NAME: &'static str = "open_door";
    const BEGUN: &'static str = "session.open_door";
    const FINISH: &'static str = "booking.finish_open_door";
    const PAYLOAD: (&'static str, &'static str) = ("act", "open_door");

    /// All that are neither over nor closed.
    fn wanted(touched: &[Touched], _what: Scope) -> Result<Vec<Uuid>, Refusal> {
        let open: Vec<Uuid> = touched.iter().filter(|one| !one.closed).map(|one| one.session.0).collect();
        match (open.is_empty(), touched.is_empty()) {
            (true, true) => Err(Refusal::TooLate),
            (true, false) => Err(Refusal::SessionClosed),
            (false, _) => Ok(open),
        }
    }

    async fn reach(
        services: &Services,
        context: &Context,
        act: Uuid,
        session: SessionId,
        later: &[Uuid],
    ) -> Result<Reached, BookingError> {
        open_one(services, context, OpenDoorId(act), session, later).await
    }
}

/// Reaches one session; `later` are those the same act reaches after it.
async fn open_one(
    services: &Services,
    context: &Context,
    act: OpenDoorId,
    session: SessionId,
    later: &[Uuid],
) -> Result<Reached, BookingError> {
    let mut tx = services.begin().await?;
    let locked = lock(services, &mut tx, &[session.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let now = services.clock.now();
    if locked.ends_at.to_jiff() <= now || locked.state != "open" {
        sql::pass_over(&mut tx, act.0, session.0).await?;
        tx.commit().await?;
        return Ok(Reached::default());
    }
    // Taken back since, or reached by this act already: what was booked after that stands.
    if !OpenDoors::settle(&mut tx, act.0, session.0).await? {
        return Ok(Reached::default());
    }
    let whole_day = OpenDoors::act(&mut tx, act.0).await?.is_some_and(|row| row.day.is_some());
    let ended_by = EndedBy { act, whole_day, later };
    let waiting = end_not_needed(services, context, &mut tx, session, &ended_by, now).await?;
    let stands = sql::set(&mut tx, session.0, act.0).await?;
    let detail = json!({ "open_door": act, "bookings": stands.bookings, "people": stands.people, "waiting": waiting });
    let entry =
        Entry { action: "session.no_booking_needed", subject_kind: "session", subject: Some(session.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tell_session(&mut tx, now, session, Topic::SessionChanged).await?;
    tx.commit().await?;
    if locked.open_door {
        return Ok(Reached::default());
    }
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    Ok(Reached { sessions: 1, bookings: count(stands.bookings), people: count(stands.people), waiting })
}

/// Takes it back: bookings are needed again, of one session (not changed since `version`, where one is named) or of all
/// sessions of a day, or dates of an event, that are not over. What an act has not reached yet it does not reach any more; that alone is something
/// done too. Answers how many sessions needed no booking.
///
/// # Errors
/// `Denied`; `NotFound`; `StateHasChanged` for a session that needs bookings already or is not as `version` had it, and for
/// a day without any such session; `Refused(TooLate)` for a session that is over.
pub async fn booking_again(
    services: &Services,
    context: &Context,
    what: Scope,
    version: Option<i32>,
) -> Result<u32, BookingError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let (sessions, stopped) = end_act(&services, &context, what).await?;
        let only_stopped = stopped > 0 && sessions.is_empty();
        let (mut untold, mut ended) = (Untold::new(), 0);
        let mut done = Ok(());
        for (n, session) in sessions.iter().enumerate() {
            match again(|| need(&services, &context, *session, version, (&untold, &sessions[n + 1..]))).await {
                Ok(Some(heard)) => {
                    heard.note(SessionId(*session), &mut untold);
                    ended += 1;
                }
                Ok(None) => {}
                Err(error) => {
                    done = Err(error);
                    break;
                }
            }
        }
        let told = tell_the_rest(&services, untold).await;
        services.calendar.forget();
        services.programme.forget();
        services.job_bell.notify_one();
        done.and(told)?;
        if ended == 0 && !only_stopped { Err(BookingError::StateHasChanged) } else { Ok(ended) }
    })
    .await
}

/// Ends the act of a day and stops what is still to come of any act, and answers the sessions that need no booking yet and
/// how much was stopped.
async fn end_act(services: &Services, context: &Context, what: Scope) -> Result<(Vec<Uuid>, u64), BookingError> {
    let mut tx = services.begin().await?;
    let activity = activity_of(&mut tx, what).await?;
    let (subject, stopped) = match what {
        Scope::Day(day) => {
            lock_activity(&mut tx, activity.0).await?;
            (("activity", activity.0), sql::end_day(&mut tx, activity.0, day.to_sqlx(), context.now).await?)
        }
        Scope::Session(session) => {
            (("session", session.0), sql::end_pending(&mut tx, &[session.0], context.now).await?)
        }
        Scope::Dates(_) => {
            let dates = read(&mut tx, activity, what, context.now).await?;
            let dates: Vec<Uuid> = dates.iter().map(|date| date.session.0).collect();
            (("activity", activity.0), sql::end_pending(&mut tx, &dates, context.now).await?)
        }
    };
    if stopped > 0 {
        let detail = json!({ "day": what.day(), "stopped": stopped });
        let (subject_kind, subject) = (subject.0, Some(subject.1));
        let entry = Entry { action: "session.booking_needed", subject_kind, subject, detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    // Read after that: a session the act has just reached is among them, and none is reached later.
    let touched = read(&mut tx, activity, what, context.now).await?;
    tx.commit().await?;
    if touched.is_empty() && what.day().is_none() {
        return Err(Refusal::TooLate.into());
    }
    Ok((touched.iter().filter(|one| one.open_door).map(|one| one.session.0).collect(), stopped))
}

/// One session needs bookings again, if it needed none: whom that concerns.
async fn need(
    services: &Services,
    context: &Context,
    session: Uuid,
    version: Option<i32>,
    others: (&Untold, &[Uuid]),
) -> Result<Option<Heard>, BookingError> {
    let mut tx = services.begin().await?;
    let locked = lock(services, &mut tx, &[session]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let now = services.clock.now();
    if locked.ends_at.to_jiff() <= now || !sql::take_back(&mut tx, session, version, now).await? {
        return Ok(None);
    }
    let heard = needed_again(services, &mut tx, SessionId(session), others, now).await?;
    let detail = json!({ "told": heard.told() });
    let entry = Entry { action: "session.booking_needed", subject_kind: "session", subject: Some(session), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tell_session(&mut tx, now, SessionId(session), Topic::SessionChanged).await?;
    tx.commit().await?;
    Ok(Some(heard))
}

/// What staff wrote to a session that needs no booking, in Chinese and English, where they wrote something.
///
/// # Errors
/// `Database`.
pub async fn open_door_note(services: &Services, session: SessionId) -> Result<Option<(String, String)>, BookingError> {
    let mut db = services.db.acquire().await?;
    Ok(sql::note(&mut db, session.0).await?.map(|row| (row.note_zh, row.note_en)))
}

/// The notes of an activity's sessions from an instant on.
pub(crate) async fn notes(
    db: &mut PgConnection,
    activity: Uuid,
    from: Timestamp,
) -> sqlx::Result<HashMap<SessionId, (String, String)>> {
    let rows = sql::notes(db, activity, from).await?;
    Ok(rows.into_iter().map(|row| (SessionId(row.session_id), (row.note_zh, row.note_en))).collect())
}

/// Adds what finishes acts.
#[must_use]
pub fn open_door_handlers(handlers: Handlers) -> Handlers {
    act::handler::<OpenDoors>(handlers)
}
