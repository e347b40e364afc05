//! The date that a series lacks: it needed no booking when the others were booked, was closed then, or was added later. Whoever
//! holds the series books it with what is known of them already: the same people, the same answers, no form and no code.
//!
//! It becomes a date of the series as any other. Limits that count dates do not count it, as they do not count the others;
//! a pause after no-shows does hold, and so do room and time, and what was booked elsewhere with the same document.

use super::BookingError;
use super::change::{Handle, policy_of, require_change, resolve};
use super::claims::{Channel, Source, lock, lock_key, row};
use super::document::all_there;
use super::entrance::{Who, pass};
use super::persons::{Persons, since};
use super::retry::again;
use super::view::{BookingView, open, view};
use super::waiting::{handed_on, lock_lines};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services, messages, outreach};
use domain::booking::{BookingFacts, Policy, Pool, Refusal, documents_within_limits, may_book};
use domain::ids::{BookingId, SessionId};
use serde_json::json;
use sqlx::PgConnection;
use store::booking::claims::{self, LockedSession};
use store::booking::{bookings, series as sql};
use uuid::Uuid;

/// Books a date for the holder of a series that lacks it. Repeating it answers the same booking.
///
/// # Errors
/// `NotFound` for a booking of no series, or a date of another event; `StateHasChanged` where the booking itself was
/// cancelled; `Refused` for whatever refuses the places; `Fields` where a document is asked for and none is there any more.
pub async fn book_missing(
    services: &Services,
    context: &Context,
    handle: Handle,
    date: SessionId,
) -> Result<BookingId, BookingError> {
    require_change(context, &handle)?;
    let holder = view(services, context, &handle).await?;
    let mut db = services.db.acquire().await?;
    let series = sql::of_booking(&mut db, holder.id.0).await?;
    drop(db);
    let series = oldest(&series).ok_or(BookingError::NotFound)?;
    // Where the date is opening at this moment its line holds for them too: once, from whichever date's page they ask.
    let line = format!("missing {date} {series}");
    pass(services, context, date, holder.party.people.get(), Who::Request(&line)).await?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let booked = again(|| transaction(&services, &context, &handle, date)).await;
        services.calendar.forget();
        services.programme.forget();
        services.job_bell.notify_one();
        booked
    })
    .await
}

/// The booking a series is known by: that which was made first, whatever joins it later.
fn oldest(series: &[Uuid]) -> Option<Uuid> {
    series.iter().min().copied()
}

async fn transaction(
    services: &Services,
    context: &Context,
    handle: &Handle,
    date: SessionId,
) -> Result<BookingId, BookingError> {
    let mut tx = services.begin().await?;
    let seen = resolve(services, context, &mut tx, handle).await?;
    // The holder's own date with the one that lacks: whoever cancels the series meanwhile comes before this or after it.
    let locked = lock(services, &mut tx, &[date.0, seen.session_id]).await?;
    let session = locked.iter().find(|one| one.id == date.0).ok_or(BookingError::NotFound)?;
    let series = sql::of_booking(&mut tx, seen.id).await?;
    let known = oldest(&series).ok_or(BookingError::NotFound)?;
    if session.activity_id != seen.activity_id {
        return Err(BookingError::NotFound);
    }
    // Two presses at once, and whatever else this person books, one after the other. Of the documents all that were known:
    // whoever leaves the party meanwhile may make another one the first.
    let holder = open(services, seen)?;
    let (signs, documents) = (holder.signs(services), holder.document_signs(services));
    let counted = signs.iter().chain(&documents);
    let keys = counted.map(|index| lock_key(index)).chain([lock_key(known.as_bytes())]);
    claims::lock_keys(&mut tx, &keys.collect::<Vec<_>>()).await?;
    let dates = bookings::bookings(&mut tx, &series).await?;
    let live = |row: &&bookings::BookingRow| row.state == "confirmed";
    if let Some(there) = dates.iter().filter(live).find(|row| row.session_id == date.0) {
        return Ok(BookingId(there.id));
    }
    // As it is under the locks: not as it was when it was looked for.
    let own = dates.iter().filter(live).find(|row| row.id == holder.id.0);
    let own = own.filter(|row| locked.iter().any(|one| one.id == row.session_id));
    let mut holder = open(services, own.ok_or(BookingError::StateHasChanged)?.clone())?;
    lock_lines(services, &mut tx, &[date.0]).await?;
    let policy = policy_of(session)?;
    // What was asked for when the others were booked and is no more goes no further: it is neither counted nor kept.
    holder.documents = holder.documents.first(policy.identity.of(holder.party.people.get()));
    let now = services.clock.now();
    let (stands, moved) = handed_on(services, &mut tx, session, &policy, now).await?;
    let had = had(&mut tx, &policy, now, session, &signs).await?;
    let admitted = match may_book(&policy, now, &stands.facts, holder.party, had) {
        Ok(()) => documents_admit(services, &mut tx, (&policy, now, session), &holder, &dates).await?,
        refused => refused,
    };
    if let Err(refusal) = admitted {
        // What was passed on to those who wait stands, whatever this party is answered.
        if moved {
            tx.commit().await?;
            services.job_bell.notify_one();
        }
        return Err(refusal.into());
    }
    let booked = write(services, context, &mut tx, session, &holder).await?;
    tx.commit().await?;
    Ok(booked)
}

/// What counts of the person beside a series, by their contact and their account: that nobody is in two places, and a pause.
async fn had(
    db: &mut PgConnection,
    policy: &Policy,
    now: jiff::Timestamp,
    session: &LockedSession,
    signs: &[Vec<u8>],
) -> Result<BookingFacts, BookingError> {
    let read = Persons::read(db, signs.to_vec(), since(policy, session.starts_at.to_jiff())).await?;
    let BookingFacts { overlapping, suspended_until, .. } = read.at_all(policy, now, session, signs);
    Ok(BookingFacts { overlapping, suspended_until, ..BookingFacts::default() })
}

/// May those who showed documents come to this date too, where they are asked for? What was booked with them beside this series
/// counts, whoever booked it; the dates of the series do not count against each other. The caller holds their keys' locks.
async fn documents_admit(
    services: &Services,
    db: &mut PgConnection,
    (policy, now, session): (&Policy, jiff::Timestamp, &LockedSession),
    holder: &BookingView,
    dates: &[bookings::BookingRow],
) -> Result<Result<(), Refusal>, BookingError> {
    let signs = holder.document_signs(services);
    all_there(signs.len(), policy.identity.of(holder.party.people.get()))?;
    let mut had = Persons::read(db, signs.clone(), since(policy, session.starts_at.to_jiff())).await?;
    for own in dates.iter().filter(|row| row.state == "confirmed") {
        for sign in &signs {
            had.leave_out(own.activity_id, (own.starts_at.to_jiff(), own.ends_at.to_jiff()), sign);
        }
    }
    let facts: Vec<_> = signs.iter().map(|sign| had.at(policy, now, session, sign)).collect();
    Ok(documents_within_limits(policy, now, &facts, holder.party))
}

async fn write(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    session: &LockedSession,
    holder: &BookingView,
) -> Result<BookingId, BookingError> {
    let source = Source {
        channel: Channel::Web,
        pool: Pool::Individual,
        account: holder.account,
        hold: None,
        draft: None,
        documents: &holder.documents,
    };
    // Its messages are in the language of the others.
    let told = Context { locale: holder.locale, ..context.clone() };
    let fresh = row(services, &told, &holder.person, holder.party, &source);
    let now = services.clock.now();
    claims::insert_bookings(db, now, &[(session, &fresh)]).await?;
    sql::join(db, holder.id.0, fresh.id).await?;
    outreach::copy_answers(services, db, context, holder.id.0, &[fresh.id]).await?;
    audit::record(db, context, &[made(session.id, &fresh, holder.id)]).await?;
    let id = BookingId(fresh.id);
    messages::queue_confirmations(db, now, &[(id, session.starts_at.to_jiff())]).await?;
    Ok(id)
}

fn made(session: Uuid, row: &claims::NewBooking, beside: BookingId) -> Entry {
    Entry {
        action: "booking.made",
        subject_kind: "booking",
        subject: Some(row.id),
        detail: json!({
            "session": session, "people": row.people, "children": row.children, "channel": row.channel, "beside": beside,
        }),
    }
}
