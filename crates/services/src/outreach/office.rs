//! The staff's hand: making an event, its dates, and showing it to the public.

use super::OutreachError;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Policy;
use domain::field::Fault;
use domain::ids::{ActivityId, SessionId};
use domain::outreach::{Audience, Bilingual, City, EventKind, Joining, ProgrammeItem, Slug};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use store::booking::sessions;
use store::outreach::events as sql;

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
    /// How its dates are joined.
    pub joining: Joining,
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
    context.require(Capability::ManageSessions)?;
    for (field, text) in [("title", &fresh.title), ("lead", &fresh.lead), ("place", &fresh.place)] {
        if !text.is_written() {
            return Err(OutreachError::field(field, Fault::Required));
        }
    }
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
            city: fresh.city.name(),
            audience: fresh.audience.name(),
            joining: fresh.joining.name(),
            place: value(&fresh.place)?,
            lead: value(&fresh.lead)?,
            story: value(&fresh.story)?,
            programme: value(&fresh.programme)?,
        };
        let mut tx = services.db.begin().await?;
        if !sql::add(&mut tx, context.now, &activity, &row).await? {
            return Err(OutreachError::field("slug", Fault::AlreadyExists));
        }
        note(&mut tx, &context, "event.added", id, json!({ "kind": fresh.kind.name(), "city": fresh.city.name() }))
            .await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(id)
    })
    .await
}

async fn note(
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
/// `Denied`, `NotFound`; `Fields` for an end before the beginning, or where the event begins at that instant already.
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
        let mut tx = services.db.begin().await?;
        sql::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        let id: SessionId = context.new_id();
        let session = sessions::NewSession {
            id: id.0,
            template_id: None,
            starts_at: fresh.starts_at,
            ends_at: fresh.ends_at,
            capacity: fresh.capacity as i32,
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
        let mut tx = services.db.begin().await?;
        let row = sql::event(&mut tx, event.0).await?.ok_or(OutreachError::NotFound)?;
        if row.published == published {
            return Ok(()); // pressed twice
        }
        if !sql::publish(&mut tx, event.0, version, published, context.now).await? {
            return Err(OutreachError::StateHasChanged);
        }
        let action = if published { "event.published" } else { "event.withdrawn" };
        note(&mut tx, &context, action, event, json!({})).await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(())
    })
    .await
}
