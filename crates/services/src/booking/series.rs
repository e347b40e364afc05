//! All remaining dates of an event at once, all or nothing: one draft, one form, one code, one transaction, one message.
//!
//! Each date is an ordinary booking, with its own pass, door and reminders; the series says which belong together. All dates
//! are locked at once and in the one order of every transaction: sessions, persons' keys, the parties in the lines. Whoever
//! registers is counted against what they had booked before; the dates of one series are one decision and are not counted
//! against each other.

use super::BookingError;
use super::change::{Handle, cancel_in, policy_of, require_change, resolve};
use super::claims::{Booked, Channel, Person, Source, contact_index, lock, lock_key, row};
use super::document::{all_there, document_index, if_asked};
use super::draft::{DRAFT_LIFE, DraftView, visitor_hash};
use super::entrance::{Who, pass};
use super::persons::{Persons, since};
use super::public::{Asked, takes_places};
use super::retry::again;
use super::view::{BookingView, open};
use super::waiting::{handed_on, lock_lines, promote};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::limits::Network;
use crate::{Context, Services, messages, outreach};
use domain::account::Capability;
use domain::booking::{
    BookingFacts, Party, PartySize, Policy, Pool, Refusal, SessionFacts, documents_within_limits, may_book,
};
use domain::document::Shown;
use domain::ids::{ActivityId, BookingId, DraftId, HoldId, SessionId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::booking::claims::{self, LockedSession};
use store::booking::{bookings, holds, series as sql};
use uuid::Uuid;

/// Keeps places on every remaining date of an event for a visitor who begins to fill in the form.
///
/// # Errors
/// `Refused`: `DateFull` names the first date without room, and no place of any is kept; `SingleDatesOnly` where the event
/// is no series; whatever refuses a booking of one date. `WaitingRoom` with the ticket of a date that is opening while others
/// are before this one in its line. `NetworkLimited`, `NotFound`.
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
    // Nobody is asked for a name and a code for dates that one person cannot all come to.
    if dates.overlap() {
        return Err(Refusal::Overlaps.into());
    }
    let party = Party { people, children: 0 };
    for date in &dates.all {
        date.admits(&dates, party, BookingFacts::default())?;
    }
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

/// The remaining dates of an event, locked, in order of time.
struct Dates {
    now: Timestamp,
    policy: Policy,
    all: Vec<Date>,
    /// What the party keeps already: date and hold.
    own: Vec<(Uuid, Uuid)>,
}

/// Whose places of the dates are the party's own room.
#[derive(Clone, Copy)]
enum Own<'a> {
    /// Those of its hold.
    Hold(HoldId),
    /// Those of whatever its browser began for one or all of the dates and has not finished: pressed twice, it is one party.
    Browser(&'a [u8]),
}

impl Own<'_> {
    /// Read under the locks of the dates: date and hold.
    async fn holds(self, db: &mut PgConnection, dates: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
        match self {
            Self::Hold(hold) => Ok(dates.iter().map(|date| (*date, hold.0)).collect()),
            Self::Browser(visitor) => {
                let held = holds::own_holds(db, &[visitor.to_vec()], dates).await?;
                Ok(held.into_iter().map(|hold| (hold.session_id, hold.id)).collect())
            }
        }
    }
}

struct Date {
    session: LockedSession,
    /// Without the places kept for the party itself.
    facts: SessionFacts,
}

impl Dates {
    /// Locks the dates, then these keys, then the lines; what was due to those who wait is passed on first, and the answer
    /// says whether anything was. The places of `own` are the party's.
    async fn lock(
        services: &Services,
        db: &mut PgConnection,
        activity: ActivityId,
        own: Own<'_>,
        keys: &[i64],
    ) -> Result<(Self, bool), BookingError> {
        let ids = sql::remaining(db, activity.0, services.clock.now()).await?;
        let mut sessions = lock(services, db, &ids).await?;
        // Read under the locks: a date that began or was closed meanwhile is none that remains.
        let now = services.clock.now();
        sessions.retain(|session| session.state == "open" && session.starts_at.to_jiff() > now);
        // A date that needs no booking is none of the series: whoever registers for the others just comes to it.
        let none = if sessions.iter().any(|session| session.open_door) {
            Refusal::NoBookingNeeded
        } else {
            Refusal::SessionClosed
        };
        sessions.retain(|session| !session.open_door);
        sessions.sort_by_key(|session| (session.starts_at.to_jiff(), session.id));
        let policy = policy_of(sessions.first().ok_or(none)?)?;
        if !policy.series.allows_whole() {
            return Err(Refusal::SingleDatesOnly.into());
        }
        claims::lock_keys(db, keys).await?;
        lock_lines(services, db, &ids).await?;
        let own = own.holds(db, &ids).await?;
        let (mut all, mut moved) = (Vec::with_capacity(sessions.len()), false);
        for session in sessions {
            let (stands, passed) = handed_on(services, db, &session, &policy, now).await?;
            moved |= passed;
            let of_date = own.iter().filter(|(date, _)| *date == session.id);
            let kept: u32 = of_date.filter_map(|(_, hold)| stands.holds.get(hold)).sum();
            let held = stands.facts.held.saturating_sub(kept);
            all.push(Date { session, facts: SessionFacts { held, ..stands.facts } });
        }
        Ok((Self { now, policy, all, own }, moved))
    }

    /// Two dates at the same time: nobody can come to both, and the series as a whole to nobody.
    fn overlap(&self) -> bool {
        self.all.windows(2).any(|two| two[1].facts.starts_at < two[0].facts.ends_at)
    }
}

impl Date {
    /// May this party have places on this date?
    fn admits(&self, dates: &Dates, party: Party, person: BookingFacts) -> Result<(), Refusal> {
        may_book(&dates.policy, dates.now, &self.facts, party, person).map_err(|refusal| match refusal {
            Refusal::Full { free } => Refusal::DateFull { starts_at: self.facts.starts_at, free },
            other => other,
        })
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
    let documents = if_asked(services, draft.session.id, (party, true), &draft.documents).await?;
    let order = Order { draft: draft.clone(), person: person.clone(), party, documents };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let booked = again(|| book(&services, &context, &order)).await?;
        services.job_bell.notify_one();
        Ok(booked)
    })
    .await
}

struct Order {
    draft: DraftView,
    person: Person,
    party: Party,
    documents: Shown,
}

async fn book(services: &Services, context: &Context, order: &Order) -> Result<BookingId, BookingError> {
    let mut tx = services.begin().await?;
    let (scope, key) = ("draft".to_owned(), order.draft.id.to_string());
    let person = order.person.contact.as_ref().map(|contact| contact_index(services, contact));
    let documents: Vec<_> = order.documents.all().map(|document| document_index(services, document)).collect();
    let keys: Vec<i64> =
        person.iter().chain(&documents).map(|index| lock_key(index)).chain([lock_key(key.as_bytes())]).collect();
    let locked = Dates::lock(services, &mut tx, order.draft.session.activity, Own::Hold(order.draft.hold), &keys).await;
    if let Err(BookingError::Database(error)) = locked {
        return Err(error.into());
    }
    // The same draft again, also when no date remains by now.
    let saved = claims::saved_answers(&mut tx, std::slice::from_ref(&scope), std::slice::from_ref(&key)).await?;
    if let Some(answer) = saved.into_iter().next() {
        let booked: Booked =
            serde_json::from_value(answer.answer).map_err(|_| BookingError::Damaged("a kept answer"))?;
        return Ok(booked.booking);
    }
    let (dates, moved) = locked?;
    if let Err(refusal) = admits(&mut tx, &dates, order.party, (person, documents)).await? {
        // What was passed on to those who wait stands, whatever this party is answered.
        if moved {
            tx.commit().await?;
            services.job_bell.notify_one();
        }
        return Err(refusal.into());
    }
    let booked = write(services, context, &mut tx, &dates, order).await?;
    let answer = claims::SavedAnswer {
        scope,
        key,
        body_hash: Vec::new(),
        answer: serde_json::to_value(&booked).unwrap_or_default(),
    };
    claims::save_answers(&mut tx, dates.now, &[answer]).await?;
    tx.commit().await?;
    Ok(booked.booking)
}

/// May the party have all dates? What its person had before counts; the dates of the series do not count against each other.
async fn admits(
    db: &mut PgConnection,
    dates: &Dates,
    party: Party,
    (person, documents): (Option<Vec<u8>>, Vec<Vec<u8>>),
) -> Result<Result<(), Refusal>, BookingError> {
    all_there(documents.len(), dates.policy.identity.of(party.people.get()))?;
    if dates.overlap() {
        return Ok(Err(Refusal::Overlaps));
    }
    let first = dates.all.first().map_or(dates.now, |date| since(&dates.policy, date.facts.starts_at));
    let had = Persons::read(db, person.iter().chain(&documents).cloned().collect(), first).await?;
    let decide = |date: &Date| {
        let had = |index: &Vec<u8>| had.at(&dates.policy, dates.now, &date.session, index);
        documents_within_limits(&dates.policy, dates.now, &documents.iter().map(had).collect::<Vec<_>>())?;
        date.admits(dates, party, person.as_ref().map(had).unwrap_or_default())
    };
    Ok(dates.all.iter().try_for_each(decide))
}

/// Writes the bookings, what belongs together, the answers, the trail and the messages. Answers the first.
async fn write(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    dates: &Dates,
    order: &Order,
) -> Result<Booked, BookingError> {
    let account = context.actor.account();
    let rows: Vec<_> = dates
        .all
        .iter()
        .enumerate()
        .map(|(n, date)| {
            // The draft becomes the first; every booking takes the places that were kept for it.
            let draft = (n == 0).then_some(order.draft.id);
            let source = Source {
                channel: Channel::Web,
                pool: Pool::Individual,
                account,
                hold: Some(order.draft.hold),
                draft,
                documents: &order.documents,
            };
            (&date.session, row(services, context, &order.person, order.party, &source))
        })
        .collect();
    let (session, first) = rows.first().ok_or(Refusal::SessionClosed)?;
    let booked = Booked {
        booking: BookingId(first.id),
        session: domain::ids::SessionId(session.id),
        reference: first.reference.clone(),
    };
    let fresh: Vec<_> = rows.iter().map(|(session, row)| (*session, row)).collect();
    claims::insert_bookings(db, dates.now, &fresh).await.map_err(became_an_entry)?;
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.id).collect();
    let series: Uuid = crate::context::new_uuid(context.now);
    sql::add(db, dates.now, (series, session.activity_id), &ids).await?;
    outreach::copy_answers(services, db, context, ids[0], &ids[1..]).await?;
    let entries: Vec<Entry> = rows.iter().map(|(session, row)| made(session.id, row, series)).collect();
    audit::record(db, context, &entries).await?;
    let starts: Vec<_> = rows.iter().map(|(session, row)| (BookingId(row.id), session.starts_at.to_jiff())).collect();
    messages::queue_series(db, dates.now, series, &starts).await?;
    Ok(booked)
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

/// Cancels every booking of a series that can still be cancelled, in one act. What is over or was cancelled stays as it is.
/// Answers how many it were.
///
/// # Errors
/// `NotFound` for a booking of no series; `Refused` where none of them can be cancelled any more, with the reason of the
/// last.
pub async fn cancel_series(services: &Services, context: &Context, handle: Handle) -> Result<usize, BookingError> {
    require_change(context, &handle)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let cancelled = again(|| cancel_all(&services, &context, &handle)).await?;
        services.job_bell.notify_one();
        Ok(cancelled)
    })
    .await
}

async fn cancel_all(services: &Services, context: &Context, handle: &Handle) -> Result<usize, BookingError> {
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
    tx.commit().await?;
    Ok(cancelled)
}
