//! Which messages there are about a booking, and how they are queued. [`super::deliver`] sends them.

use crate::context::new_uuid;
use crate::jobs::{NewJob, enqueue};
use domain::booking::{Reminder, after_quiet, plan_reminders};
use domain::ids::{BookingId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// The job that sends a message about a booking.
pub(super) const BOOKING: &str = "messages.booking";

/// Which message about a booking.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Booked.
    Confirmation,
    /// Moved, or another number of people.
    Changed,
    /// Cancelled, by the visitor or by the house.
    Cancelled,
    /// The house closed its session.
    Closed,
    /// Three days before.
    ReminderDays3,
    /// One day before.
    ReminderDay1,
    /// Two hours before.
    ReminderHours2,
    /// Nobody came, or not everybody.
    Missed,
    /// That was taken back.
    MissedLifted,
}

impl Template {
    /// Every message about a booking.
    pub const ALL: [Self; 9] = [
        Self::Confirmation,
        Self::Changed,
        Self::Cancelled,
        Self::Closed,
        Self::ReminderDays3,
        Self::ReminderDay1,
        Self::ReminderHours2,
        Self::Missed,
        Self::MissedLifted,
    ];

    /// As in the `message` table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::ReminderDays3 => "reminder_days3",
            Self::ReminderDay1 => "reminder_day1",
            Self::ReminderHours2 => "reminder_hours2",
            Self::Missed => "missed",
            Self::MissedLifted => "missed_lifted",
        }
    }

    /// The text: reminders share one, which counts the days itself.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::ReminderDays3 | Self::ReminderDay1 | Self::ReminderHours2 => "reminder",
            Self::Missed => "missed",
            Self::MissedLifted => "missed_lifted",
        }
    }

    /// The text it leaves by as a text message, as things are then: a filed text has no conditions, so that what a mail says in
    /// one text are several of them. Those that are firm invite to no change, since it is too late for one.
    pub(super) const fn filed_text(self, open_door: bool, changeable: bool) -> &'static str {
        match self {
            Self::Confirmation if !changeable => "confirmation_firm",
            Self::ReminderDays3 | Self::ReminderDay1 | Self::ReminderHours2 => match (open_door, changeable) {
                (true, _) => "reminder_free",
                (false, true) => "reminder",
                (false, false) => "reminder_firm",
            },
            Self::Confirmation | Self::Changed | Self::Cancelled | Self::Closed | Self::Missed | Self::MissedLifted => {
                self.text()
            }
        }
    }

    pub(super) const fn reminder(self) -> Option<Reminder> {
        match self {
            Self::ReminderDays3 => Some(Reminder::Days3),
            Self::ReminderDay1 => Some(Reminder::Day1),
            Self::ReminderHours2 => Some(Reminder::Hours2),
            Self::Confirmation | Self::Changed | Self::Cancelled | Self::Closed | Self::Missed | Self::MissedLifted => {
                None
            }
        }
    }

    const fn of(reminder: Reminder) -> Self {
        match reminder {
            Reminder::Days3 => Self::ReminderDays3,
            Reminder::Day1 => Self::ReminderDay1,
            Reminder::Hours2 => Self::ReminderHours2,
        }
    }
}

/// What the job of a message about a booking holds: ids and an instant.
#[derive(Serialize, Deserialize)]
pub(super) struct BookingJob {
    pub booking: BookingId,
    pub template: Template,
    /// The message's id, if it goes by mail.
    pub mail: MessageId,
    /// The message's id, if it goes as a text message.
    pub sms: MessageId,
    /// The beginning a reminder was planned for: of a booking moved since, it is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
}

impl BookingJob {
    fn new(now: Timestamp, booking: BookingId, template: Template, starts_at: Option<Timestamp>) -> Self {
        Self { booking, template, mail: MessageId(new_uuid(now)), sms: MessageId(new_uuid(now)), starts_at }
    }
}

/// Queues a message about a booking. Ring `Services::job_bell` after the commit.
pub async fn queue_booking(
    db: &mut PgConnection,
    now: Timestamp,
    booking: BookingId,
    template: Template,
) -> sqlx::Result<()> {
    let payload = BookingJob::new(now, booking, template, None);
    let dedupe = (template == Template::Confirmation).then(|| format!("confirmation:{booking}"));
    enqueue(db, now, &[NewJob { kind: BOOKING, payload: &payload, run_at: now, dedupe }]).await
}

/// Queues the same message about several bookings in one statement: of no-shows by day, since nobody is woken for them. Ring
/// `Services::job_bell` after the commit.
pub async fn queue_bookings(
    db: &mut PgConnection,
    now: Timestamp,
    bookings: &[BookingId],
    template: Template,
) -> sqlx::Result<()> {
    let run_at = if matches!(template, Template::Missed | Template::MissedLifted) { after_quiet(now) } else { now };
    let payloads: Vec<_> = bookings.iter().map(|booking| BookingJob::new(now, *booking, template, None)).collect();
    let jobs: Vec<_> = payloads.iter().map(|payload| NewJob { kind: BOOKING, payload, run_at, dedupe: None }).collect();
    enqueue(db, now, &jobs).await
}

/// Queues what tells of a closed session, once for each booking it ended, and withdraws their reminders.
pub(crate) async fn queue_closed(db: &mut PgConnection, now: Timestamp, bookings: &[BookingId]) -> sqlx::Result<()> {
    if bookings.is_empty() {
        return Ok(());
    }
    store::jobs::withdraw(&mut *db, &reminder_keys(bookings)).await?;
    let told: Vec<_> = bookings
        .iter()
        .map(|id| (BookingJob::new(now, *id, Template::Closed, None), now, format!("closed:{id}")))
        .collect();
    enqueue_planned(db, now, &told).await
}

/// Queues the confirmations of new bookings, each with the beginning of its session, and their reminders, in one statement.
pub async fn queue_confirmations(
    db: &mut PgConnection,
    now: Timestamp,
    bookings: &[(BookingId, Timestamp)],
) -> sqlx::Result<()> {
    let mut planned: Vec<(BookingJob, Timestamp, String)> = Vec::with_capacity(bookings.len() * 4);
    for &(booking, starts_at) in bookings {
        let confirmation = BookingJob::new(now, booking, Template::Confirmation, None);
        planned.push((confirmation, now, format!("confirmation:{booking}")));
        let reminders = plan_reminders(now, starts_at);
        planned
            .extend(reminders.iter().map(|(reminder, at)| planned_reminder(now, booking, starts_at, *reminder, *at)));
    }
    enqueue_planned(db, now, &planned).await
}

/// Queues the reminders of bookings that were moved to another time, in place of those queued before, in two statements.
pub async fn queue_reminders(
    db: &mut PgConnection,
    now: Timestamp,
    bookings: &[BookingId],
    starts_at: Timestamp,
) -> sqlx::Result<()> {
    store::jobs::withdraw(&mut *db, &reminder_keys(bookings)).await?;
    let reminders = plan_reminders(now, starts_at);
    let planned: Vec<_> = bookings
        .iter()
        .flat_map(|booking| {
            reminders.iter().map(|(reminder, at)| planned_reminder(now, *booking, starts_at, *reminder, *at))
        })
        .collect();
    enqueue_planned(db, now, &planned).await
}

/// The keys of all reminders of these bookings.
fn reminder_keys(bookings: &[BookingId]) -> Vec<String> {
    bookings.iter().flat_map(|booking| Reminder::ALL.map(|reminder| reminder_key(*booking, reminder))).collect()
}

fn reminder_key(booking: BookingId, reminder: Reminder) -> String {
    format!("reminder:{booking}:{}", reminder.name())
}

pub(super) fn planned_reminder(
    now: Timestamp,
    booking: BookingId,
    starts_at: Timestamp,
    reminder: Reminder,
    at: Timestamp,
) -> (BookingJob, Timestamp, String) {
    let job = BookingJob::new(now, booking, Template::of(reminder), Some(starts_at));
    (job, at, reminder_key(booking, reminder))
}

pub(super) async fn enqueue_planned(
    db: &mut PgConnection,
    now: Timestamp,
    planned: &[(BookingJob, Timestamp, String)],
) -> sqlx::Result<()> {
    let jobs: Vec<_> = planned
        .iter()
        .map(|(payload, run_at, key)| NewJob { kind: BOOKING, payload, run_at: *run_at, dedupe: Some(key.clone()) })
        .collect();
    enqueue(db, now, &jobs).await
}
