//! The staff's hand: weekly templates, exceptions, sessions, capacities, a contact in full, the nightly check.

use super::act::TEXT;
use super::calendar::{SessionView, session as read_session};
use super::change::policy_of;
use super::claims::lock;
use super::retry::again;
use super::tell::tell_session;
use super::view::{BookingView, open};
use super::waiting::{promote, standing};
use super::{BookingError, MUSEUM, pools};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Places, Policy};
use domain::field::{Fault, Faults};
use domain::ids::{BookingId, SessionId, TemplateId};
use domain::time::{at, local_day};
use domain::typed;
use domain::webhooks::Topic;
use jiff::{Span, Timestamp, civil};
use jiff_sqlx::ToSqlx;
use std::collections::HashSet;
use store::booking::{acts, bookings, claims, open_doors, sessions as sql};
use uuid::Uuid;

/// A weekly rule that makes sessions.
#[derive(Clone, Debug)]
pub struct TemplateView {
    /// Template.
    pub id: TemplateId,
    /// ISO: 1 Monday … 7 Sunday.
    pub weekday: i8,
    /// Beginning on the clocks of Shandong.
    pub starts: civil::Time,
    /// End.
    pub ends: civil::Time,
    /// Places, and for whom.
    pub places: Places,
    /// First day.
    pub valid_from: civil::Date,
    /// Last day, if any.
    pub valid_until: Option<civil::Date>,
}

/// A day without sessions.
#[derive(Clone, Debug)]
pub struct ExceptionView {
    /// The day.
    pub day: civil::Date,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

pub(super) async fn museum(db: &mut sqlx::PgConnection) -> Result<(Uuid, Policy), BookingError> {
    let row = sql::activity_by_slug(db, MUSEUM).await?.ok_or(BookingError::NotFound)?;
    let policy = serde_json::from_value(row.policy).map_err(|_| BookingError::Damaged("the museum's policy"))?;
    Ok((row.id, policy))
}

/// The museum's templates, in the order of a week.
///
/// # Errors
/// `Denied`.
pub async fn templates(services: &Services, context: &Context) -> Result<Vec<TemplateView>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let (activity, _) = museum(&mut db).await?;
    Ok(sql::templates(&mut db, activity).await?.into_iter().map(template_view).collect())
}

fn template_view(row: sql::TemplateRow) -> TemplateView {
    TemplateView {
        id: TemplateId(row.id),
        weekday: row.weekday as i8,
        starts: row.starts.to_jiff(),
        ends: row.ends.to_jiff(),
        places: Places {
            total: row.capacity.max(0) as u32,
            split: pools::split([row.group_places, row.group_release_hours, row.staff_places, row.staff_release_hours]),
        },
        valid_from: row.valid_from.to_jiff(),
        valid_until: row.valid_until.map(|day| day.to_jiff()),
    }
}

/// Adds a template and makes its sessions.
///
/// # Errors
/// `Denied`; `Fields`.
pub async fn add_template(services: &Services, context: &Context, fresh: TemplateView) -> Result<(), BookingError> {
    context.require(Capability::ManageSessions)?;
    if fresh.ends <= fresh.starts {
        return Err(BookingError::field("ends", Fault::EndBeforeStart));
    }
    let places = checked(fresh.places)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (activity, policy) = museum(&mut tx).await?;
        let row = sql::TemplateRow {
            id: fresh.id.0,
            activity_id: activity,
            weekday: i16::from(fresh.weekday),
            starts: fresh.starts.to_sqlx(),
            ends: fresh.ends.to_sqlx(),
            capacity: places.capacity,
            group_places: places.group_places,
            group_release_hours: places.group_release_hours,
            staff_places: places.staff_places,
            staff_release_hours: places.staff_release_hours,
            valid_from: fresh.valid_from.to_sqlx(),
            valid_until: fresh.valid_until.map(|day| day.to_sqlx()),
        };
        match sql::add_template(&mut tx, &row).await {
            Err(error) if store::constraint_of(&error) == Some("session_template_once") => {
                return Err(BookingError::field("starts", Fault::AlreadyExists));
            }
            other => other?,
        }
        let made = make_by(&mut tx, &context, activity, &policy).await?;
        let detail = serde_json::json!({ "weekday": fresh.weekday, "places": fresh.places, "sessions": made });
        note(&mut tx, &context, "template.added", "session_template", fresh.id.0, detail).await?;
        tx.commit().await?;
        services.calendar.forget();
        Ok(())
    })
    .await
}

async fn note(
    db: &mut sqlx::PgConnection,
    context: &Context,
    action: &'static str,
    subject_kind: &'static str,
    subject: Uuid,
    detail: serde_json::Value,
) -> Result<(), BookingError> {
    Ok(audit::record(db, context, &[Entry { action, subject_kind, subject: Some(subject), detail }]).await?)
}

/// Ends a template with a day; sessions already made stay, with their bookings.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn end_template(
    services: &Services,
    context: &Context,
    id: TemplateId,
    last_day: civil::Date,
) -> Result<(), BookingError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::end_template(&mut tx, id.0, last_day.to_sqlx()).await? {
            return Err(BookingError::NotFound);
        }
        let detail = serde_json::json!({ "last_day": last_day });
        note(&mut tx, &context, "template.ended", "session_template", id.0, detail).await?;
        tx.commit().await?;
        services.calendar.forget();
        Ok(())
    })
    .await
}

/// The museum's exceptions from today on.
///
/// # Errors
/// `Denied`.
pub async fn exceptions(services: &Services, context: &Context) -> Result<Vec<ExceptionView>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let (activity, _) = museum(&mut db).await?;
    let rows = sql::exceptions(&mut db, activity, local_day(context.now).to_sqlx()).await?;
    let view = |row: sql::ExceptionRow| ExceptionView {
        day: row.day.to_jiff(),
        reason_zh: row.reason_zh,
        reason_en: row.reason_en,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Takes a day out of the templates. Sessions that exist on it are not touched: closing them is an act of its own.
///
/// # Errors
/// `Denied`; `Fields` without reasons, each a line.
pub async fn add_exception(services: &Services, context: &Context, fresh: ExceptionView) -> Result<(), BookingError> {
    context.require(Capability::ManageSessions)?;
    let mut faults = Faults::default();
    let zh = faults.take("reason_zh", typed::line(&fresh.reason_zh, TEXT));
    let en = faults.take("reason_en", typed::line(&fresh.reason_en, TEXT));
    let (Some(reason_zh), Some(reason_en)) = (zh, en) else { return Err(BookingError::Fields(faults.into_errors())) };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (activity, _) = museum(&mut tx).await?;
        let row = sql::ExceptionRow { day: fresh.day.to_sqlx(), reason_zh, reason_en };
        // Typed again the day gets other words; those it had stand in no other place any more.
        let before =
            sql::exception(&mut tx, activity, fresh.day.to_sqlx()).await?.map(|old| [old.reason_zh, old.reason_en]);
        sql::add_exception(&mut tx, activity, &row).await?;
        let detail =
            serde_json::json!({ "day": fresh.day, "reason": [row.reason_zh, row.reason_en], "before": before });
        note(&mut tx, &context, "exception.added", "activity", activity, detail).await?;
        tx.commit().await?;
        services.calendar.forget();
        Ok(())
    })
    .await
}

/// Makes the sessions of the days that can be booked soon, from templates and exceptions. Repeating it makes nothing twice.
/// Answers how many are new. Run daily and after a template changed.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn make_sessions(services: &Services, context: &Context) -> Result<u64, BookingError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (activity, policy) = museum(&mut tx).await?;
        let made = make_by(&mut tx, &context, activity, &policy).await?;
        tx.commit().await?;
        services.calendar.forget();
        Ok(made)
    })
    .await
}

/// Days beyond the booking window for which sessions are made, so that the calendar shows what opens next.
const AHEAD_OF_WINDOW: i64 = 30;

/// Makes the sessions of the templates as far ahead as a policy and a little beyond. Answers how many are new.
pub(super) async fn make_by(
    db: &mut sqlx::PgConnection,
    context: &Context,
    activity: Uuid,
    policy: &Policy,
) -> Result<u64, BookingError> {
    // A day that is being closed is either seen here or waits for the sessions made here.
    acts::lock_activity(db, activity).await?;
    let templates: Vec<TemplateView> = sql::templates(db, activity).await?.into_iter().map(template_view).collect();
    let today = local_day(context.now);
    let closed: HashSet<civil::Date> =
        sql::exceptions(db, activity, today.to_sqlx()).await?.into_iter().map(|e| e.day.to_jiff()).collect();
    let last = today.checked_add(Span::new().days(i64::from(policy.days_ahead) + AHEAD_OF_WINDOW)).unwrap_or(today);
    let mut fresh = Vec::new();
    let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
    for day in days.filter(|day| !closed.contains(day)) {
        for t in templates.iter().filter(|t| applies(t, day)) {
            fresh.push(sql::NewSession {
                id: context.new_id::<SessionId>().0,
                template_id: Some(t.id.0),
                starts_at: at(day, t.starts),
                ends_at: at(day, t.ends),
                places: pools::columns(t.places),
                room: 0,
            });
        }
    }
    let made = sql::add_sessions(db, activity, context.now, &fresh).await?;
    let ids: Vec<Uuid> = fresh.iter().map(|session| session.id).collect();
    open_doors::follow_their_day(db, activity, &ids).await?;
    Ok(made)
}

fn applies(template: &TemplateView, day: civil::Date) -> bool {
    day.weekday().to_monday_one_offset() == template.weekday
        && day >= template.valid_from
        && template.valid_until.is_none_or(|last| day <= last)
}

/// Places as they are stored.
///
/// # Errors
/// `Fields` for a split that does not fit.
fn checked(places: Places) -> Result<sql::Places, BookingError> {
    let mut faults = Faults::default();
    places.check(&mut faults);
    if faults.is_empty() { Ok(pools::columns(places)) } else { Err(BookingError::Fields(faults.into_errors())) }
}

/// Adds one session outside the templates. A day that was closed, or taken out of the templates, needs `closed_anyway`.
///
/// # Errors
/// `Denied`; `Fields` when there is one at that time already, when the places cannot be split like that, or `closed_anyway`
/// is missing.
pub async fn add_session(
    services: &Services,
    context: &Context,
    starts_at: Timestamp,
    ends_at: Timestamp,
    places: impl Into<Places>,
    closed_anyway: bool,
) -> Result<SessionId, BookingError> {
    context.require(Capability::ManageSessions)?;
    let places = places.into();
    let stored = checked(places)?;
    if ends_at <= starts_at {
        return Err(BookingError::field("ends", Fault::EndBeforeStart));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let (activity, _) = museum(&mut tx).await?;
        // A day that is being closed is either seen here or waits, and then closes this session with the others.
        acts::lock_activity(&mut tx, activity).await?;
        if !closed_anyway && sql::is_excepted(&mut tx, activity, local_day(starts_at).to_sqlx()).await? {
            return Err(BookingError::field("closed_anyway", Fault::MustAccept));
        }
        let id: SessionId = context.new_id();
        let fresh = sql::NewSession { id: id.0, template_id: None, starts_at, ends_at, places: stored, room: 0 };
        if sql::add_sessions(&mut tx, activity, context.now, &[fresh]).await? == 0 {
            return Err(BookingError::field("starts", Fault::AlreadyExists));
        }
        open_doors::follow_their_day(&mut tx, activity, &[id.0]).await?;
        note(&mut tx, &context, "session.added", "session", id.0, serde_json::json!({ "places": places })).await?;
        tx.commit().await?;
        services.calendar.forget();
        Ok(id)
    })
    .await
}

/// Changes a session's places and how they are split. A capacity below what is booked needs `over_anyway`: nobody is
/// cancelled, availability reads 0, staff see "over by N", and the waiting list rests. Where more places are the public's now,
/// waiting parties are promoted at once, in order. A pool never takes a place from anybody: it keeps what is still free.
///
/// # Errors
/// `Denied`; `StateHasChanged` for an old `version`; `Fields` when the places cannot be split like that, or `over_anyway` is
/// missing.
pub async fn change_places(
    services: &Services,
    context: &Context,
    id: SessionId,
    version: i32,
    places: impl Into<Places>,
    over_anyway: bool,
) -> Result<SessionView, BookingError> {
    context.require(Capability::ManageSessions)?;
    let change = Change { session: id, version, places: places.into(), over_anyway };
    checked(change.places)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let after = again(|| give_places(&services, &context, change)).await?;
        services.calendar.forget();
        services.job_bell.notify_one();
        Ok(after)
    })
    .await
}

/// Other places for a session.
#[derive(Clone, Copy)]
struct Change {
    session: SessionId,
    version: i32,
    places: Places,
    over_anyway: bool,
}

async fn give_places(services: &Services, context: &Context, change: Change) -> Result<SessionView, BookingError> {
    let Change { session: id, version, places, over_anyway } = change;
    let mut tx = services.begin().await?;
    let before = lock(services, &mut tx, &[id.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let booked = claims::people_booked(&mut tx, id.0).await?.max(0) as u32;
    if booked > places.total && !over_anyway && (places.total as i32) < before.capacity {
        return Err(BookingError::field("over_anyway", Fault::MustAccept));
    }
    if !sql::change_places(&mut tx, id.0, version, pools::columns(places), booked as i32).await? {
        return Err(BookingError::StateHasChanged);
    }
    let was = Places {
        total: before.capacity.max(0) as u32,
        split: pools::split([
            before.group_places,
            before.group_release_hours,
            before.staff_places,
            before.staff_release_hours,
        ]),
    };
    let detail = serde_json::json!({ "places": { "from": was, "to": places }, "booked": booked });
    note(&mut tx, context, "session.changed", "session", id.0, detail).await?;
    let session = lock(services, &mut tx, &[id.0]).await?;
    for one in &session {
        let now = services.clock.now();
        let stands = standing(&mut tx, one, &policy_of(one)?, now).await?;
        pools::leave_promised(was.split, places, &stands.facts, now)?;
    }
    promote(services, context, &mut tx, &session).await?;
    let after = read_session(&mut tx, id, context.now).await?;
    tell_session(&mut tx, context.now, id, Topic::SessionChanged).await?;
    tx.commit().await?;
    Ok(after)
}

/// A booking with its contact in full, for staff with a reason; who looked and why stands in the audit trail.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason.
pub async fn reveal(
    services: &Services,
    context: &Context,
    booking: BookingId,
    reason: &str,
) -> Result<BookingView, BookingError> {
    context.require(Capability::RevealContact)?;
    let reason: String = reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(BookingError::field("reason", Fault::Required));
    }
    let mut tx = services.begin().await?;
    let row = bookings::booking(&mut tx, booking.0).await?.ok_or(BookingError::NotFound)?;
    let detail = serde_json::json!({ "reason": reason });
    note(&mut tx, context, "booking.contact_revealed", "booking", booking.0, detail).await?;
    tx.commit().await?;
    open(services, row)
}

/// The check behind everything: sessions not yet over with more people than places that nobody knowingly lowered below them.
/// Answers `(session, people, capacity)`; each is an alarm.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn reconcile(services: &Services, context: &Context) -> Result<Vec<(SessionId, i64, i32)>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let over: Vec<_> =
        sql::overfull(&mut db, context.now).await?.into_iter().map(|(id, n, of)| (SessionId(id), n, of)).collect();
    for (session, people, capacity) in &over {
        tracing::error!(%session, people, capacity, "a session holds more people than places");
    }
    metrics::gauge!("booking_sessions_over_capacity").set(over.len() as f64);
    Ok(over)
}
