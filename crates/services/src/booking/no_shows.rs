//! No-shows: marked by the clock, taken back when somebody came after all, when the door had an outage, or by staff.
//!
//! Marked is only what is certain: the session is over and its grace too, the house had not closed it, its door admitted
//! somebody (a door that nobody kept proves nothing), no outage was declared. Whoever is marked is told, once, with how it
//! can be put right; what several of them mean is the policy's ([`domain::booking::suspended_until`]) and asked wherever a
//! booking is decided.

use super::BookingError;
use super::office::museum;
use super::persons::sign_of;
use super::view::{BookingView, open};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::messages::{self, Template};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Policy, marked_from, remembered_since, suspended_until};
use domain::field::Fault;
use domain::ids::{ActivityId, BookingId, OutageId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::ToSqlx;
use store::booking::acts::is_event;
use store::booking::{bookings, no_shows as sql, sessions};

/// How far back the clock looks: a house that stood still for days marks what it missed, and nothing older.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(24 * 14);
/// The longest reason.
const REASON: usize = 200;
/// The longest outage: more is a closed house.
const OUTAGE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Marks of a page.
const LISTED: i64 = 200;

/// Why a mark does not stand any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TakenBack {
    /// All of them came; their scan came late.
    Came,
    /// The door had an outage.
    Outage,
    /// Staff lifted it, with this reason.
    Lifted(String),
}

/// A party that did not come, or not all of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoShow {
    /// People who did not come.
    pub missing: u32,
    /// Nobody of the party came: this is what pauses somebody in the end.
    pub whole: bool,
    /// How often this person missed a session lately, this one included, as far as it stands and counts: by their contact or by
    /// their account, whichever is more.
    pub standing: u32,
    /// Until when this person may not book now.
    pub suspended_until: Option<Timestamp>,
    /// Why it does not stand any more.
    pub taken_back: Option<TakenBack>,
}

/// A mark with its booking, as staff see it.
#[derive(Clone, Debug)]
pub struct Marked {
    /// The booking; erased ones have lost their names.
    pub booking: BookingView,
    /// The mark.
    pub no_show: NoShow,
}

/// A time at which the door could not do its work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    /// The form's own: pressed twice, it is declared once.
    pub id: OutageId,
    /// At the door of an event; `None` at the museum's.
    pub event: Option<ActivityId>,
    /// From.
    pub starts_at: Timestamp,
    /// To, exclusive.
    pub ends_at: Timestamp,
    /// In staff's words.
    pub reason: String,
}

/// An outage as it was declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// The outage.
    pub outage: Outage,
    /// What the museum or the event is called, in Chinese and English.
    pub title: (String, String),
}

/// Marks who did not come, and tells them. For the clock; may run on several servers at once. Answers how many were marked.
///
/// # Errors
/// `Database`; `Damaged` for a policy that cannot be read.
pub async fn mark_no_shows(services: &Services) -> Result<usize, BookingError> {
    let mut marked = 0;
    let now = services.clock.now();
    let mut db = services.db.acquire().await?;
    let activities = sql::with_a_door(&mut db, now - LOOKS_BACK, now).await?;
    drop(db);
    for activity in activities {
        let services = services.clone();
        marked += to_the_end(async move { mark(&services, activity).await }).await?;
    }
    Ok(marked)
}

/// Those of one activity, by its own policy: of an event as of the museum.
async fn mark(services: &Services, activity: uuid::Uuid) -> Result<usize, BookingError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let Some(policy) = sessions::policy(&mut tx, activity).await? else { return Ok(0) };
    let policy: Policy = serde_json::from_value(policy).map_err(|_| BookingError::Damaged("a policy"))?;
    if policy.no_shows == 0 {
        return Ok(0);
    }
    let now = context.now;
    // The latest end whose grace is over.
    let until = now - marked_from(&policy, now).duration_since(now);
    let marked = sql::mark(&mut tx, activity, (now - LOOKS_BACK, until), now).await?;
    let entry = |booking: &uuid::Uuid| noted("booking.no_show", *booking, json!({}));
    audit::record(&mut tx, &context, &marked.iter().map(entry).collect::<Vec<_>>()).await?;
    let ids: Vec<BookingId> = marked.iter().copied().map(BookingId).collect();
    messages::queue_bookings(&mut tx, now, &ids, Template::Missed).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(marked.len())
}

fn noted(action: &'static str, booking: uuid::Uuid, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "booking", subject: Some(booking), detail }
}

/// Somebody of a party came, `missing` of it did not: in the door's own transaction, under the booking's lock.
pub(crate) async fn came(
    db: &mut PgConnection,
    session: uuid::Uuid,
    booking: uuid::Uuid,
    missing: u32,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::came(db, session, booking, missing as i32, now).await.map(|_| ())
}

/// Takes a no-show back, with a reason. Answers whether one stood; the person is told.
///
/// # Errors
/// `Denied`; `Fields` for a missing reason.
pub async fn lift_no_show(
    services: &Services,
    context: &Context,
    booking: BookingId,
    reason: &str,
) -> Result<bool, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    let reason = words(reason)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::lift(&mut tx, booking.0, &reason, context.now).await? {
            return Ok(false);
        }
        audit::record(&mut tx, &context, &[noted("booking.no_show_lifted", booking.0, json!({ "reason": reason }))])
            .await?;
        messages::queue_bookings(&mut tx, context.now, &[booking], Template::MissedLifted).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(true)
    })
    .await
}

fn words(reason: &str) -> Result<String, BookingError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(BookingError::field("reason", Fault::Required));
    }
    if reason.chars().count() > REASON {
        return Err(BookingError::field("reason", Fault::TooLong { max: REASON as u32 }));
    }
    if reason.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) {
        return Err(BookingError::field("reason", Fault::TextCharacters));
    }
    Ok(reason.to_owned())
}

/// Declares that the door could not do its work: the no-shows of every session it touches are taken back and their people
/// told, and none is marked later. Answers how many were taken back; declared twice, it is declared once.
///
/// # Errors
/// `Denied`; `Fields`; `NotFound` for an event that is none.
pub async fn declare_outage(services: &Services, context: &Context, outage: Outage) -> Result<usize, BookingError> {
    context.require(Capability::ManageSessions)?;
    let reason = words(&outage.reason)?;
    if outage.ends_at <= outage.starts_at {
        return Err(BookingError::field("ends", Fault::EndBeforeStart));
    }
    if outage.ends_at.duration_since(outage.starts_at) > OUTAGE {
        return Err(BookingError::field("ends", Fault::OutOfRange { min: 1, max: 7 }));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let activity = match outage.event {
            Some(event) if is_event(&mut tx, event.0).await? => event.0,
            Some(_) => return Err(BookingError::NotFound),
            None => museum(&mut tx).await?.0,
        };
        let row = sql::OutageRow {
            id: outage.id.0,
            starts_at: outage.starts_at.to_sqlx(),
            ends_at: outage.ends_at.to_sqlx(),
            reason: reason.clone(),
        };
        let by = context.actor.account().map(|account| account.0).unwrap_or_default();
        let Some(taken_back) = sql::declare_outage(&mut tx, activity, &row, by, context.now).await? else {
            return Ok(0);
        };
        let declared = Entry {
            action: "door.outage_declared",
            subject_kind: "outage",
            subject: Some(outage.id.0),
            detail: json!({ "activity": activity, "from": outage.starts_at, "until": outage.ends_at, "reason": reason,
                            "no_shows": taken_back.len() }),
        };
        let each = taken_back
            .iter()
            .map(|booking| noted("booking.no_show_lifted", *booking, json!({ "outage": outage.id.0 })));
        let entries: Vec<Entry> = std::iter::once(declared).chain(each).collect();
        audit::record(&mut tx, &context, &entries).await?;
        let ids: Vec<BookingId> = taken_back.iter().copied().map(BookingId).collect();
        messages::queue_bookings(&mut tx, context.now, &ids, Template::MissedLifted).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(ids.len())
    })
    .await
}

/// The outages of the last 90 days and those to come, the latest first.
///
/// # Errors
/// `Denied`.
pub async fn outages(services: &Services, context: &Context) -> Result<Vec<Declared>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let rows = sql::outages(&mut db, context.now - SignedDuration::from_hours(24 * 90)).await?;
    Ok(rows
        .into_iter()
        .map(|row| Declared {
            outage: Outage {
                id: OutageId(row.id),
                event: row.event.then_some(ActivityId(row.activity_id)),
                starts_at: row.starts_at.to_jiff(),
                ends_at: row.ends_at.to_jiff(),
                reason: row.reason,
            },
            title: (row.title_zh, row.title_en),
        })
        .collect())
}

/// The museum's no-shows of as long as they are remembered, the latest first, at most 200.
///
/// # Errors
/// `Denied`.
pub async fn no_shows(services: &Services, context: &Context) -> Result<Vec<Marked>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let (activity, policy) = museum(&mut db).await?;
    let rows = sql::latest(&mut db, activity, remembered_since(&policy, context.now), LISTED).await?;
    let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.booking_id).collect();
    let mut views = std::collections::HashMap::new();
    for row in bookings::bookings(&mut db, &ids).await? {
        let view = open(services, row)?;
        views.insert(view.id.0, view);
    }
    let seen = seen(&mut db, activity, &policy, context.now, &rows).await?;
    let marked = rows
        .into_iter()
        .zip(seen)
        .filter_map(|(row, no_show)| Some(Marked { booking: views.get(&row.booking_id)?.clone(), no_show }));
    Ok(marked.collect())
}

/// The no-show of a booking, if it was marked. Whoever may see the booking may see this: the caller has asked.
///
/// # Errors
/// `Database`; `Damaged`.
pub async fn no_show_of(
    services: &Services,
    booking: &BookingView,
    now: Timestamp,
) -> Result<Option<NoShow>, BookingError> {
    let mut db = services.db.acquire().await?;
    let policy = sessions::policy(&mut db, booking.activity.0).await?.ok_or(BookingError::NotFound)?;
    let policy: Policy = serde_json::from_value(policy).map_err(|_| BookingError::Damaged("a policy"))?;
    drop(db);
    no_show_at(services, booking.id, booking.activity, &policy, now).await
}

/// The same for whoever has the activity's policy at hand.
pub(crate) async fn no_show_at(
    services: &Services,
    booking: BookingId,
    activity: ActivityId,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<NoShow>, BookingError> {
    let mut db = services.db.acquire().await?;
    let Some(row) = sql::of_booking(&mut db, booking.0).await? else { return Ok(None) };
    Ok(seen(&mut db, activity.0, policy, now, &[row]).await?.pop())
}

/// What marks mean for their persons now.
async fn seen(
    db: &mut PgConnection,
    activity: uuid::Uuid,
    policy: &Policy,
    now: Timestamp,
    rows: &[sql::NoShowRow],
) -> Result<Vec<NoShow>, BookingError> {
    let persons: Vec<Vec<u8>> = rows.iter().map(|row| row.person_index.clone()).collect();
    let accounts: Vec<uuid::Uuid> = rows.iter().filter_map(|row| row.account_id).collect();
    let missed = sql::of_persons(db, activity, (&persons, &accounts)).await?;
    let counted_since = now - SignedDuration::from_hours(24 * i64::from(policy.no_show_days));
    let one = |row: &sql::NoShowRow| {
        let signs = std::iter::once(row.person_index.clone()).chain(row.account_id.map(sign_of));
        let own: Vec<Vec<Timestamp>> = signs
            .map(|sign| missed.iter().filter(|(of, _)| *of == sign).map(|(_, at)| at.to_jiff()).collect())
            .collect();
        let counted = |ends: &Vec<Timestamp>| ends.iter().filter(|at| **at > counted_since).count() as u32;
        let taken_back = match (row.over_why.as_deref(), &row.over_reason) {
            (None, _) => None,
            (Some("came"), _) => Some(TakenBack::Came),
            (Some("outage"), _) => Some(TakenBack::Outage),
            (Some("lifted"), reason) => Some(TakenBack::Lifted(reason.clone().unwrap_or_default())),
            (Some(_), _) => return Err(BookingError::Damaged("why a no-show was taken back")),
        };
        Ok(NoShow {
            missing: row.missing.unsigned_abs(),
            whole: row.whole,
            standing: own.iter().map(counted).max().unwrap_or_default(),
            suspended_until: own.iter().filter_map(|ends| suspended_until(policy, now, ends)).max(),
            taken_back,
        })
    };
    rows.iter().map(one).collect()
}
