//! All remaining dates of an event at once, all or nothing: one form, one transaction, one message.
//!
//! There is one way in, [`book`], and three thin callers: the draft of a visitor ([`begin_series`], [`confirm`]), a machine and
//! the desk on behalf of somebody ([`behalf`]). Each date is an ordinary booking, with its own pass, door and reminders; the
//! series says which belong together ([`whole`]). All dates are locked at once and in the one order of every transaction:
//! sessions, persons' keys, the parties in the lines ([`dates`]). Whoever registers is counted against what they had booked
//! before; the dates of one series are one decision and are not counted against each other.

mod behalf;
mod dates;
mod whole;

pub use behalf::{SeriesOnBehalf, book_series};
pub(crate) use whole::read_series;
pub use whole::{SeriesView, cancel_series, cancel_series_and_remember, own_series, series_of, series_with};

use super::BookingError;
use super::change::Remember;
use super::claims::{Booked, Channel, Key, Person, Source, contact_index, kept_answer, lock_key, row};
use super::document::{document_index, if_asked};
use super::draft::{DRAFT_LIFE, DraftView, visitor_hash};
use super::entrance::{Who, pass};
use super::persons::sign_of;
use super::public::{Asked, takes_places};
use super::retry::again;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::limits::Network;
use crate::outreach::Replies;
use crate::{Context, Services, machines, messages, outreach};
use dates::{Bound, Counted, Dates, Own};
use domain::account::Capability;
use domain::booking::{Party, PartySize, Refusal};
use domain::document::Shown;
use domain::ids::{AccountId, ActivityId, BookingId, DraftId, HoldId, SessionId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::booking::{claims, holds, series as sql};
use uuid::Uuid;

/// Keeps places on every remaining date of an event for a visitor who begins to fill in the form.
///
/// # Errors
/// `DateRefused` names the first date that says no, and no place of any is kept; `Refused`: `SingleDatesOnly` where the event
/// is no series, and whatever refuses the party on any date. `WaitingRoom` with the ticket of a date that is opening while
/// others are before this one in its line. `NetworkLimited`, `NotFound`.
pub async fn begin_series(
    services: &Services,
    context: &Context,
    activity: ActivityId,
    people: PartySize,
    visitor: &str,
    network: &Network,
) -> Result<DraftId, BookingError> {
    context.require(Capability::BookForSelf)?;
    let mut db = services.db.acquire().await?;
    let dates = sql::remaining(&mut db, activity.0, services.clock.now()).await?;
    drop(db);
    let mut used = Vec::new();
    let kept = async {
        // Whoever wants all dates stands in the line of each that is opening, as those who want one.
        for date in &dates {
            let passed =
                pass(services, context, SessionId(*date), people.get(), Who::Browser(visitor, network)).await?;
            used.push(passed.used());
        }
        takes_places(services, context, network, (people, Asked::Series(activity))).await?;
        let (services, context) = (services.clone(), context.clone());
        let visitor = visitor_hash(&services, visitor);
        to_the_end(async move { again(|| hold(&services, &context, activity, people, &visitor)).await }).await
    };
    let kept = kept.await;
    if kept.is_err() {
        for used in used {
            used.give_back(services).await;
        }
    }
    kept
}

async fn hold(
    services: &Services,
    context: &Context,
    activity: ActivityId,
    people: PartySize,
    visitor: &[u8],
) -> Result<DraftId, BookingError> {
    let mut tx = services.begin().await?;
    let (dates, _) = Dates::lock(services, &mut tx, activity, Own::Browser(visitor), &[]).await?;
    dates.admit(Party { people, children: 0 })?;
    let (draft, hold): (DraftId, HoldId) = (context.new_id(), context.new_id());
    let fresh = sql::NewSeriesHold {
        draft: draft.0,
        hold: hold.0,
        sessions: dates.all.iter().map(|date| date.session.id).collect(),
        people: people.get() as i32,
        expires_at: dates.now + SignedDuration::from_mins(i64::from(dates.policy.hold_minutes)),
        visitor_hash: visitor.to_vec(),
        locale: context.locale.tag(),
        draft_expires_at: context.now + DRAFT_LIFE,
    };
    holds::give_back_holds(&mut tx, &dates.own).await?;
    sql::hold(&mut tx, dates.now, &fresh).await?;
    tx.commit().await?;
    Ok(draft)
}

/// A series to be booked, whoever asks.
struct Order {
    activity: ActivityId,
    person: Person,
    party: Party,
    documents: Shown,
    channel: Channel,
    kept: Kept,
    key: Key,
    /// How the answer of a machine's request is kept.
    remember: Option<Remember<SeriesView>>,
}

/// What was kept of it before.
enum Kept {
    /// A draft, with places on each date and the answers that were typed into it.
    Draft(DraftId, HoldId),
    /// Nothing: who books on behalf brings the answers along.
    Nothing(Option<Replies>),
}

impl Order {
    fn own(&self) -> Own<'static> {
        match self.kept {
            Kept::Draft(_, hold) => Own::Hold(hold),
            Kept::Nothing(_) => Own::Nothing,
        }
    }

    /// Whose account the bookings are of: what is booked on behalf of somebody is nobody's.
    fn account(&self, context: &Context) -> Option<AccountId> {
        if self.channel == Channel::Web { context.actor.account() } else { None }
    }

    fn counted(&self, services: &Services, context: &Context) -> Counted {
        let contact = self.person.contact.as_ref().map(|contact| contact_index(services, contact));
        let account = self.account(context).map(|account| sign_of(account.0));
        Counted {
            signs: contact.into_iter().chain(account).collect(),
            documents: self.documents.all().map(|document| document_index(services, document)).collect(),
        }
    }
}

/// Books every remaining date for the party of a proven draft, or none. Repeating it answers the same booking: that of the
/// first date, whose page shows the others.
///
/// # Errors
/// As [`begin_series`]; `NotFound` while the contact is not proven.
pub(super) async fn confirm(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    (person, party): (&Person, Party),
) -> Result<BookingId, BookingError> {
    let order = Order {
        activity: draft.session.activity,
        person: person.clone(),
        party,
        documents: if_asked(services, draft.session.id, (party, true), &draft.documents).await?,
        channel: Channel::Web,
        kept: Kept::Draft(draft.id, draft.hold),
        // One draft makes one series, however often the button is pressed.
        key: Key { scope: "draft".to_owned(), key: draft.id.to_string(), body_hash: Vec::new() },
        remember: None,
    };
    Ok(book(services, context, order).await?.booking)
}

/// The one way in: every remaining date or none, in one transaction that runs to its end when the caller goes away.
async fn book(services: &Services, context: &Context, order: Order) -> Result<Booked, BookingError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let booked = again(|| transaction(&services, &context, &order)).await?;
        services.job_bell.notify_one();
        Ok(booked)
    })
    .await
}

async fn transaction(services: &Services, context: &Context, order: &Order) -> Result<Booked, BookingError> {
    let mut tx = services.begin().await?;
    let counted = order.counted(services, context);
    let keys: Vec<i64> =
        counted.all().map(|index| lock_key(index)).chain([lock_key(order.key.key.as_bytes())]).collect();
    let locked = Dates::lock(services, &mut tx, order.activity, order.own(), &keys).await;
    if let Err(BookingError::Database(error)) = locked {
        return Err(error.into());
    }
    // The same key again, also when no date remains by now.
    if let Some(booked) = kept_answer(&mut tx, &order.key).await? {
        return Ok(booked);
    }
    let (dates, moved) = locked?;
    if let Kept::Nothing(replies) = &order.kept
        && !outreach::is_asked_now(&mut tx, order.activity, replies.as_ref().map(Replies::to_what)).await?
    {
        return Err(Refusal::AsksQuestions.into());
    }
    if let Err(no) = dates.admit_person(&mut tx, Bound::of(order.channel), order.party, &counted).await? {
        // What was passed on to those who wait stands, whatever this party is answered.
        if moved {
            tx.commit().await?;
            services.job_bell.notify_one();
        }
        return Err(no.into());
    }
    let booked = write(services, context, &mut tx, &dates, order).await?;
    let answer = claims::SavedAnswer {
        scope: order.key.scope.clone(),
        key: order.key.key.clone(),
        body_hash: order.key.body_hash.clone(),
        answer: serde_json::to_value(&booked).unwrap_or_default(),
    };
    claims::save_answers(&mut tx, dates.now, &[answer]).await?;
    if let Some(remember) = &order.remember {
        let seen = whole::with(services, &mut tx, booked.booking.0).await?;
        remember.keep(services, &mut tx, &seen).await?;
    }
    tx.commit().await?;
    Ok(booked)
}

/// Writes the bookings, what belongs together, the answers, the trail and the messages. Answers the first.
async fn write(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    dates: &Dates,
    order: &Order,
) -> Result<Booked, BookingError> {
    let rows: Vec<_> = dates
        .all
        .iter()
        .enumerate()
        .map(|(n, date)| {
            (&date.session, row(services, context, &order.person, order.party, &source(context, order, n)))
        })
        .collect();
    let (session, first) = rows.first().ok_or(Refusal::SessionClosed)?;
    let booked =
        Booked { booking: BookingId(first.id), session: SessionId(session.id), reference: first.reference.clone() };
    let fresh: Vec<_> = rows.iter().map(|(session, row)| (*session, row)).collect();
    claims::insert_bookings(db, dates.now, &fresh).await.map_err(became_an_entry)?;
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.id).collect();
    let series: Uuid = crate::context::new_uuid(context.now);
    sql::add(db, dates.now, (series, session.activity_id), &ids).await?;
    match &order.kept {
        // The first took over what was answered in the draft.
        Kept::Draft(..) => outreach::copy_answers(services, db, context, ids[0], &ids[1..]).await?,
        Kept::Nothing(Some(replies)) => outreach::keep_replies(services, db, context, replies, &ids).await?,
        Kept::Nothing(None) => {}
    }
    let entries: Vec<Entry> = rows.iter().map(|(session, row)| made(session.id, row, series)).collect();
    audit::record(db, context, &entries).await?;
    machines::note_bookings(db, dates.now, ids.iter().map(|id| (context, BookingId(*id)))).await?;
    let starts: Vec<(BookingId, Timestamp)> =
        rows.iter().map(|(session, row)| (BookingId(row.id), session.starts_at.to_jiff())).collect();
    messages::queue_series(db, dates.now, series, &starts).await?;
    Ok(booked)
}

/// Where the booking of the n-th date comes from: of a draft each takes the places that were kept for it, and the first is
/// what the draft becomes.
fn source<'a>(context: &Context, order: &'a Order, n: usize) -> Source<'a> {
    let (draft, hold) = match order.kept {
        Kept::Draft(draft, hold) => ((n == 0).then_some(draft), Some(hold)),
        Kept::Nothing(_) => (None, None),
    };
    let account = order.account(context);
    let pool = Bound::of(order.channel).pool();
    Source { channel: order.channel, pool, account, hold, draft, documents: &order.documents }
}

fn made(session: Uuid, row: &claims::NewBooking, series: Uuid) -> Entry {
    Entry {
        action: "booking.made",
        subject_kind: "booking",
        subject: Some(row.id),
        detail: json!({
            "session": session, "people": row.people, "children": row.children, "channel": row.channel, "series": series,
        }),
    }
}

/// Another tab made an entry of the waiting list of the draft.
fn became_an_entry(error: sqlx::Error) -> BookingError {
    match store::constraint_of(&error) {
        Some("booking_draft_becomes_one") => BookingError::StateHasChanged,
        _ => error.into(),
    }
}
