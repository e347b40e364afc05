//! The staff's hand: making an event, changing it, its dates, and showing it to the public.

use super::OutreachError;
use crate::audit::{self, Entry};
use crate::booking::{rule_changes, tell_session};
use crate::db::to_the_end;
use crate::messages::{self, Template};
use crate::webhooks::news::own_bookings;
use crate::webhooks::{News, announce};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Policy;
use domain::field::{Fault, FieldError};
use domain::ids::{ActivityId, BookingId, SessionId};
use domain::outreach::{Audience, Bilingual, City, EventKind, Form, ProgrammeItem, Slug};
use domain::webhooks::Topic;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use store::booking::{claims, releases, sessions};
use store::outreach::{answers, events as sql, forms};

/// An event to make. It is not published with that.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its word in an address.
    pub slug: Slug,
    /// What it is called.
    pub title: Bilingual,
    /// What kind it is.
    pub kind: EventKind,
    /// Where.
    pub city: City,
    /// The house and the room.
    pub place: Bilingual,
    /// For whom.
    pub audience: Audience,
    /// One sentence.
    pub lead: Bilingual,
    /// What it is about, in paragraphs.
    pub story: Bilingual,
    /// What happens when.
    pub programme: Vec<ProgrammeItem>,
    /// The rules of booking.
    pub policy: Policy,
}

fn value(of: &impl Serialize) -> Result<Value, OutreachError> {
    serde_json::to_value(of).map_err(|_| OutreachError::Damaged("an event's words"))
}

/// Makes an event nobody sees yet.
///
/// # Errors
/// `Denied`; `Fields` where a text is missing or the slug is another event's.
pub async fn add_event(services: &Services, context: &Context, fresh: NewEvent) -> Result<ActivityId, OutreachError> {
    add_event_asking(services, context, fresh, Form::default()).await
}

/// The same, with questions as a working copy: nobody is asked them before staff publish them.
///
/// # Errors
/// As [`add_event`].
pub async fn add_event_asking(
    services: &Services,
    context: &Context,
    fresh: NewEvent,
    questions: Form,
) -> Result<ActivityId, OutreachError> {
    context.require(Capability::ManageSessions)?;
    written(&fresh.title, &fresh.lead, &fresh.place)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let id: ActivityId = context.new_id();
        let activity = sessions::ActivityRow {
            id: id.0,
            kind: "event".into(),
            slug: fresh.slug.as_str().to_owned(),
            title_zh: fresh.title.zh.clone(),
            title_en: fresh.title.en.clone(),
            policy: value(&fresh.policy)?,
            policy_version: 1,
        };
        let row = sql::NewEvent {
            id: id.0,
            kind: fresh.kind.name(),
            city: fresh.city.code(),
            audience: fresh.audience.name(),
            place: value(&fresh.place)?,
            lead: value(&fresh.lead)?,
            story: value(&fresh.story)?,
            programme: value(&fresh.programme)?,
        };
        let mut tx = services.begin().await?;
        if !sql::add(&mut tx, context.now, &activity, &row).await? {
            return Err(OutreachError::field("slug", Fault::AlreadyExists));
        }
        if !questions.questions.is_empty() {
            forms::keep_draft(&mut tx, id.0, Some(&value(&questions)?), context.now).await?;
        }
        note(&mut tx, &context, "event.added", id, json!({ "kind": fresh.kind.name(), "city": fresh.city.code() }))
            .await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(id)
    })
    .await
}

/// An event says what it is called, in a sentence what it is, and where.
fn written(title: &Bilingual, lead: &Bilingual, place: &Bilingual) -> Result<(), OutreachError> {
    let fields = [("title_zh", title), ("lead_zh", lead), ("place_zh", place)];
    let missing = fields.iter().filter(|(_, text)| !text.is_written());
    let missing: Vec<_> = missing.map(|(field, _)| FieldError::new(*field, Fault::Required)).collect();
    if missing.is_empty() { Ok(()) } else { Err(OutreachError::Fields(missing)) }
}

/// What an event is changed to. Its word, its kind and its dates stay.
#[derive(Clone, Debug)]
pub struct EventChange {
    /// What it is called.
    pub title: Bilingual,
    /// Where.
    pub city: City,
    /// The house and the room.
    pub place: Bilingual,
    /// For whom.
    pub audience: Audience,
    /// One sentence.
    pub lead: Bilingual,
    /// What it is about, in paragraphs.
    pub story: Bilingual,
    /// What happens when.
    pub programme: Vec<ProgrammeItem>,
    /// The rules of booking.
    pub policy: Policy,
}

/// Changes an event. `version` is the edit counter the page was made from. When it takes place somewhere else, everybody
/// who is registered for a date to come is told once, in the same transaction, and their calendar entries get a higher
/// SEQUENCE; of other changes nobody is told, and a change of the time is [`move_date`].
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `Fields` where a text is missing.
pub async fn change_event(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
    to: EventChange,
) -> Result<(), OutreachError> {
    context.require(Capability::ManageSessions)?;
    written(&to.title, &to.lead, &to.place)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let before = sql::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        let row = sql::Change {
            title_zh: &to.title.zh,
            title_en: &to.title.en,
            city: to.city.code(),
            audience: to.audience.name(),
            place: value(&to.place)?,
            lead: value(&to.lead)?,
            story: value(&to.story)?,
            programme: value(&to.programme)?,
            policy: value(&to.policy)?,
        };
        if !sql::change(&mut tx, event.0, version, &row, context.now).await? {
            return Err(OutreachError::StateHasChanged);
        }
        let opening = |policy: &Policy| (policy.days_ahead, policy.opens_hour, policy.release);
        let ruled: Policy =
            serde_json::from_value(before.policy.clone()).map_err(|_| OutreachError::Damaged("a policy"))?;
        if opening(&ruled) != opening(&to.policy) {
            // What was promised of openings nobody stands in line for yet is promised anew, as they will be now.
            releases::take_back_promises(&mut tx, event.0, context.now).await?;
        }
        let elsewhere = before.city != to.city.code() || before.place != value(&to.place)?;
        let told = if elsewhere { sql::touch_place(&mut tx, event.0, context.now).await? } else { Vec::new() };
        let bookings: Vec<BookingId> = told.into_iter().map(BookingId).collect();
        messages::queue_bookings(&mut tx, context.now, &bookings, Template::Changed).await?;
        let rules = rule_changes(&ruled, &to.policy);
        let detail =
            json!({ "version": version + 1, "elsewhere": elsewhere, "bookings": bookings.len(), "rules": rules });
        note(&mut tx, &context, "event.changed", event, detail).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        services.programme.forget();
        services.entrance.forget();
        Ok(())
    })
    .await
}

/// Moves a date of an event in time. Everybody who is registered is told once, in the same transaction; their reminders
/// are planned anew, and their calendar entries keep their UID and get a higher SEQUENCE. Answers how many were told.
/// `version` is the session's edit counter the page was made from: of two who move it at once the second is told.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `Fields` for an end before the beginning, a date of the past, or an instant
/// at which the event has a date of that name already.
pub async fn move_date(
    services: &Services,
    context: &Context,
    (event, session): (ActivityId, SessionId),
    version: i32,
    (starts_at, ends_at): (Timestamp, Timestamp),
) -> Result<usize, OutreachError> {
    context.require(Capability::ManageSessions)?;
    if ends_at <= starts_at {
        return Err(OutreachError::field("ends", Fault::EndBeforeStart));
    }
    if starts_at <= context.now {
        return Err(OutreachError::field("day", Fault::DatePast));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let locked = claims::lock_sessions(&mut tx, &[session.0]).await?.into_iter().next();
        let before = locked.filter(|locked| locked.activity_id == event.0).ok_or(OutreachError::NotFound)?;
        if (before.starts_at.to_jiff(), before.ends_at.to_jiff()) == (starts_at, ends_at) {
            return Ok(0); // pressed twice
        }
        let room = room_at(&mut tx, event, starts_at, None, Some(session)).await?;
        match sql::move_session(&mut tx, session.0, version, (starts_at, ends_at), room).await {
            Ok(true) => {}
            Ok(false) => return Err(OutreachError::StateHasChanged),
            Err(error) if store::constraint_of(&error) == Some("session_once_per_room") => {
                return Err(OutreachError::field("starts", Fault::AlreadyExists));
            }
            Err(error) => return Err(error.into()),
        }
        sql::touch_date(&mut tx, session.0, context.now).await?;
        answers::follow_date(&mut tx, session.0).await?;
        // Its day opens when that day does: what was promised of the day it leaves, or comes to, is promised anew.
        releases::take_back_promises(&mut tx, event.0, context.now).await?;
        let told = sql::touch_bookings(&mut tx, session.0, context.now).await?;
        let bookings: Vec<BookingId> = told.iter().copied().map(BookingId).collect();
        messages::queue_reminders(&mut tx, context.now, &bookings, starts_at).await?;
        messages::queue_bookings(&mut tx, context.now, &bookings, Template::Changed).await?;
        let detail = json!({
            "session": session, "bookings": told.len(),
            "from": before.starts_at.to_jiff(), "to": starts_at,
        });
        note(&mut tx, &context, "event.date_moved", event, detail).await?;
        tell_session(&mut tx, context.now, session, Topic::SessionChanged).await?;
        own_bookings(&mut tx, context.now, Topic::BookingChanged, &told).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        services.programme.forget();
        services.entrance.forget();
        Ok(told.len())
    })
    .await
}

/// The first room that is free at an instant. Dates of one instant are told apart by their names: a name that is there
/// already is refused, be it another date or the same one pressed twice. `moved` is the date that comes from elsewhere.
async fn room_at(
    db: &mut sqlx::PgConnection,
    event: ActivityId,
    at: Timestamp,
    name: Option<&Bilingual>,
    moved: Option<SessionId>,
) -> Result<i16, OutreachError> {
    let mut there = sql::rooms_at(db, event.0, at).await?;
    let name = match (name, moved) {
        (Some(name), _) => Some(value(name)?),
        (None, Some(moved)) => sql::date_title(db, moved.0).await?,
        (None, None) => None,
    };
    there.retain(|row| moved.is_none_or(|moved| row.session_id != moved.0));
    if there.iter().any(|row| row.title == name) {
        return Err(OutreachError::field("starts", Fault::AlreadyExists));
    }
    let taken: Vec<i16> = there.iter().map(|row| row.room).collect();
    Ok((0..i16::MAX).find(|room| !taken.contains(room)).unwrap_or_default())
}

pub(super) async fn note(
    db: &mut sqlx::PgConnection,
    context: &Context,
    action: &'static str,
    event: ActivityId,
    detail: Value,
) -> Result<(), OutreachError> {
    Ok(audit::record(db, context, &[Entry { action, subject_kind: "activity", subject: Some(event.0), detail }])
        .await?)
}

/// A date to add to an event.
#[derive(Clone, Debug)]
pub struct NewDate {
    /// What it is called, if it has a name of its own.
    pub title: Bilingual,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Places.
    pub capacity: u32,
}

/// Adds a date to an event.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` for an end before the beginning, or where the event has a date of that name at that
/// instant already.
pub async fn add_date(
    services: &Services,
    context: &Context,
    event: ActivityId,
    fresh: NewDate,
) -> Result<SessionId, OutreachError> {
    context.require(Capability::ManageSessions)?;
    if fresh.ends_at <= fresh.starts_at {
        return Err(OutreachError::field("ends", Fault::EndBeforeStart));
    }
    if !(1..=5_000).contains(&fresh.capacity) {
        return Err(OutreachError::field("capacity", Fault::OutOfRange { min: 1, max: 5_000 }));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        sql::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        let id: SessionId = context.new_id();
        let room = room_at(&mut tx, event, fresh.starts_at, Some(&fresh.title), None).await?;
        let session = sessions::NewSession {
            room,
            id: id.0,
            template_id: None,
            starts_at: fresh.starts_at,
            ends_at: fresh.ends_at,
            places: sessions::Places { capacity: fresh.capacity as i32, ..Default::default() },
        };
        if sessions::add_sessions(&mut tx, event.0, context.now, &[session]).await? == 0 {
            return Err(OutreachError::field("starts", Fault::AlreadyExists));
        }
        sql::name_session(&mut tx, id.0, &value(&fresh.title)?, context.now).await?;
        note(&mut tx, &context, "event.date_added", event, json!({ "session": id, "capacity": fresh.capacity }))
            .await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(id)
    })
    .await
}

/// Shows an event to the public, or takes it back. Bookings that were made stay good; new ones are refused while it is not
/// shown. `version` is the edit counter the page was made from.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`.
pub async fn publish(
    services: &Services,
    context: &Context,
    event: ActivityId,
    version: i32,
    published: bool,
) -> Result<(), OutreachError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        if row.published == published {
            return Ok(()); // pressed twice
        }
        if !sql::publish(&mut tx, event.0, version, published, context.now).await? {
            return Err(OutreachError::StateHasChanged);
        }
        let action = if published { "event.published" } else { "event.withdrawn" };
        note(&mut tx, &context, action, event, json!({})).await?;
        let topic = if published { Topic::EventPublished } else { Topic::EventWithdrawn };
        let data = json!({ "event": event, "slug": row.slug, "published": published });
        announce(&mut tx, context.now, &[News::new(topic, event, data)]).await?;
        tx.commit().await?;
        services.programme.forget();
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}
