//! The one confirmation of a whole series: every date in one message, with one calendar file. Reminders, changes and
//! cancellations are those of each date.

use super::booking::{BookingJob, enqueue_planned, planned_reminder};
use super::deliver::{Dispatch, dispatch_one, drop_message, letter, shortened, sms};
use super::enclosures::calendar_entries;
use super::templates::{Facts, SeriesDate, SeriesFacts};
use super::visit::{Visit, VisitError};
use super::{Template, links, short_link};
use crate::Services;
use crate::booking::read_series;
use crate::context::new_uuid;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use domain::booking::plan_reminders;
use domain::ids::{BookingId, MessageId};
use domain::time::span_text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The job that confirms a series.
const SERIES: &str = "messages.series";
/// The text.
const TEXT: &str = "series_confirmed";
/// The filed text where none of the dates can be cancelled any more.
const FIRM: &str = "series_confirmed_firm";

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
struct SeriesJob {
    series: Uuid,
    mail: MessageId,
    sms: MessageId,
}

/// Queues the confirmation of a new series, and the reminders of each of its dates, which are given with their beginnings.
/// Ring the bell after the commit.
pub(crate) async fn queue_series(
    db: &mut PgConnection,
    now: Timestamp,
    series: Uuid,
    bookings: &[(BookingId, Timestamp)],
) -> sqlx::Result<()> {
    let payload = SeriesJob { series, mail: MessageId(new_uuid(now)), sms: MessageId(new_uuid(now)) };
    let dedupe = Some(format!("series:{series}"));
    enqueue(db, now, &[NewJob { kind: SERIES, payload: &payload, run_at: now, dedupe }]).await?;
    let planned: Vec<(BookingJob, Timestamp, String)> = bookings
        .iter()
        .flat_map(|&(booking, starts_at)| {
            let reminders = plan_reminders(now, starts_at);
            reminders.into_iter().map(move |(reminder, at)| planned_reminder(now, booking, starts_at, reminder, at))
        })
        .collect();
    enqueue_planned(db, now, &planned).await
}

/// Adds what sends it.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(SERIES, send)
}

async fn send(services: Services, job: Job<SeriesJob>) -> Outcome {
    let now = services.clock.now();
    let SeriesJob { series, mail, sms: sms_id } = job.payload;
    let bookings = read_series(&services, series).await.map_err(|_| Failure::retry("series"))?;
    let mut visits = Vec::with_capacity(bookings.len());
    for booking in bookings {
        match Visit::load(&services, booking.id).await {
            Ok(Some(visit)) => visits.push(visit),
            Ok(None) => {}
            Err(VisitError::Database(error)) => return Err(error.into()),
            Err(_) => return Err(Failure::retry("booking_sealed")),
        }
    }
    let Some(first) = visits.first().cloned() else { return Ok(()) };
    // What was cancelled before the message left is not confirmed.
    visits.retain(|visit| !visit.cancelled && now < visit.ends_at);
    let of = |id, channel| Dispatch {
        id,
        subject: Some(first.booking.into()),
        template: Template::Confirmation.name(),
        channel,
    };
    if visits.is_empty() {
        let (id, channel) = if first.mail.is_some() { (mail, "mail") } else { (sms_id, "sms") };
        return drop_message(&services, now, of(id, channel)).await;
    }
    let changeable = visits.iter().any(|visit| visit.changeable(now));
    if let Some(to) = first.mail.clone() {
        let facts = Facts::Series(Box::new(facts(&services, &first, &visits, changeable)));
        let calendar = calendar_entries(&services, &visits, first.locale);
        let parcel = letter(mail, to, first.locale, TEXT, &facts, Some(calendar), now)?;
        return dispatch_one(&services, now, of(mail, "mail"), parcel, job.last).await;
    }
    if let Some(phone) = first.phone.clone() {
        short_link::keep(&services, first.booking, first.ends_at).await?;
        let values = BTreeMap::from([
            ("title", shortened(first.title(first.locale))),
            ("dates", visits.len().to_string()),
            ("when", super::deliver::when_text(visits[0].starts_at, first.locale)),
            ("people", first.people.to_string()),
            ("link", short_link::code(&services, first.booking)),
        ]);
        let text = if changeable { TEXT } else { FIRM };
        let parcel = sms(&services, sms_id, phone, first.locale, text, values, now)?;
        return dispatch_one(&services, now, of(sms_id, "sms"), parcel, job.last).await;
    }
    Ok(())
}

fn facts(services: &Services, first: &Visit, visits: &[Visit], changeable: bool) -> SeriesFacts {
    let locale = first.locale;
    let date = |visit: &Visit| SeriesDate {
        date: span_text(visit.starts_at, visit.ends_at, locale),
        reference: visit.reference.to_string(),
        pass: links(services, visit, locale).pass,
    };
    SeriesFacts {
        name: first.name.as_str().to_owned(),
        title: first.title(locale).to_owned(),
        dates: visits.iter().map(date).collect(),
        people: first.people,
        children: first.children,
        place: first.place(services, locale),
        changeable,
        manage: links(services, first, locale).manage,
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    }
}
