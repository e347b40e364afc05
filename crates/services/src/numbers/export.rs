//! What leaves the house as a file. Read from one moment of the database, in pages; the entry of the audit trail is written in
//! the same transaction, and the file is made when that is committed: nobody has one that the trail does not know.

use super::{Numbers, NumbersError, Subject, count, whole};
use crate::audit::{self, Entry};
use crate::booking::{BookingState, BookingView, views};
use crate::spreadsheet::Format;
use crate::{Context, Services};
use domain::Locale;
use domain::account::Capability;
use domain::field::FieldError;
use domain::ids::{BookingId, ExportRunId};
use domain::numbers::Period;
use domain::typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::numbers::{self as sql, Of};
use uuid::Uuid;

/// Bookings that a file has at most: what fits into memory many times over, and more than a busy month of the museum.
pub const MOST: u64 = 10_000;
/// Bookings that are read and opened at a time.
const PAGE: i64 = 500;
/// Characters of a reason.
const REASON: u32 = 200;

/// The numbers of a period, to be handed out; `run` where a schedule's mail led to them.
///
/// # Errors
/// As [`read`](super::read).
pub async fn export(
    services: &Services,
    context: &Context,
    subject: Subject,
    period: Period,
    format: Format,
    run: Option<ExportRunId>,
) -> Result<Numbers, NumbersError> {
    context.require(Capability::SeeNumbers)?;
    let mut tx = services.begin().await?;
    sql::freeze(&mut tx).await?;
    let numbers = count(&mut tx, context, subject, period).await?;
    let mut detail = described(subject, period, format, run);
    detail["sessions"] = json!(numbers.occupancy.all.sessions);
    note(&mut tx, context, "numbers.exported", detail).await?;
    tx.commit().await?;
    Ok(numbers)
}

/// Whose bookings, of which days, why, and as what.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The museum's or the events'.
    pub subject: Subject,
    /// Of sessions that begin on these days.
    pub period: Period,
    /// As it was typed.
    pub reason: String,
    /// As which file.
    pub format: Format,
    /// The sending whose mail led to it, of a schedule.
    pub run: Option<ExportRunId>,
}

/// A booking of the file: with what lists show of a person, and no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// `K7M4-Q2XR`
    pub reference: String,
    /// What is visited, in the reader's language.
    pub title: String,
    /// Beginning of the session.
    pub starts_at: Timestamp,
    /// End of the session.
    pub ends_at: Timestamp,
    /// Whether it counts.
    pub state: BookingState,
    /// People.
    pub people: u32,
    /// Of whom children.
    pub children: u32,
    /// Of whom came.
    pub arrived: u32,
    /// `web`, `staff`, `api`.
    pub channel: String,
    /// 张*
    pub name: String,
    /// Masked as well.
    pub contact: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
}

impl Listed {
    fn new(title: String, booking: &BookingView) -> Self {
        Self {
            reference: booking.reference.clone(),
            title,
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            state: booking.state,
            people: booking.party.people.get(),
            children: booking.party.children.into(),
            arrived: booking.arrived,
            channel: booking.channel.clone(),
            name: booking.person.name.masked(),
            contact: booking.person.contact.as_ref().map(|contact| contact.masked()),
            created_at: booking.created_at,
            cancelled_at: booking.cancelled_at,
        }
    }
}

/// The bookings of a period, cancelled ones too, in the order of their sessions, to be handed out to staff who say why.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason; `TooMany` for one file.
pub async fn bookings(services: &Services, context: &Context, wanted: &Wanted) -> Result<Vec<Listed>, NumbersError> {
    context.require(Capability::ExportBookings)?;
    let reason = typed::line(&wanted.reason, REASON)
        .map_err(|fault| NumbersError::Fields(vec![FieldError::new("reason", fault)]))?;
    let of = wanted.subject.of(wanted.period);
    let mut tx = services.begin().await?;
    sql::freeze(&mut tx).await?;
    let found = whole(sql::bookings(&mut tx, of).await?);
    if found > MOST {
        return Err(NumbersError::TooMany { found });
    }
    let mut detail = described(wanted.subject, wanted.period, wanted.format, wanted.run);
    detail["bookings"] = json!(found);
    detail["reason"] = json!(reason);
    note(&mut tx, context, "booking.exported", detail).await?;
    let listed = all(services, context, &mut tx, of).await?;
    tx.commit().await?;
    Ok(listed)
}

/// Page after page, each from where the one before ended.
async fn all(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    of: Of,
) -> Result<Vec<Listed>, NumbersError> {
    let mut listed = Vec::new();
    let mut after = (of.from, Uuid::nil());
    loop {
        let page = sql::bookings_after(&mut *db, of, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(listed) };
        after = (last.starts_at.to_jiff(), last.id);
        let ids: Vec<Uuid> = page.iter().map(|row| row.id).collect();
        let known = views(services, &mut *db, &ids).await?;
        for row in page {
            let title = if context.locale == Locale::ZhCn { row.title_zh } else { row.title_en };
            if let Some(booking) = known.get(&BookingId(row.id)) {
                listed.push(Listed::new(title, booking));
            }
        }
    }
}

fn described(subject: Subject, period: Period, format: Format, run: Option<ExportRunId>) -> serde_json::Value {
    let mut detail = json!({
        "of": subject.name(),
        "from": period.first().to_string(),
        "to": period.last().to_string(),
        "format": format.name(),
    });
    if let Some(run) = run {
        detail["run"] = json!(run);
    }
    detail
}

async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    detail: serde_json::Value,
) -> sqlx::Result<()> {
    audit::record(db, context, &[Entry { action, subject_kind: "file", subject: None, detail }]).await
}
