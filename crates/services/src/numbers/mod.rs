//! The numbers of the museum and of events for staff: read from one moment of the database, so that every section speaks of
//! the same bookings. What each number means is said in `domain::numbers`. What leaves the house as a file, the numbers or the
//! bookings behind them, is read here too, and stands in the audit trail before anybody has it.

mod export;
mod seed;

pub use export::{Listed, MOST, Wanted, bookings, export};
pub use seed::seed_demo;

use crate::booking::BookingError;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::bus::City;
use domain::field::FieldError;
use domain::numbers::{Lead, Occupancy, Period, Session};
use domain::outreach::EventKind;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::numbers::{self as sql, Of};

/// Why there are no numbers, or no file.
#[derive(Debug, thiserror::Error)]
pub enum NumbersError {
    /// The reader may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// More bookings than a file has: choose fewer days. Half a file is taken for a whole one.
    #[error("{found} bookings, a file has {MOST}")]
    TooMany {
        /// So many there are.
        found: u64,
    },
    /// A booking could not be read.
    #[error(transparent)]
    Booking(#[from] BookingError),
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The museum.
    Museum,
    /// All events.
    Events,
}

impl Subject {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Museum, Self::Events];

    /// As it stands in forms, names of files and the audit trail.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Museum => "museum",
            Self::Events => "events",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    fn of(self, period: Period) -> Of {
        let (from, until) = period.instants();
        let kind = if self == Self::Museum { "museum" } else { "event" };
        Of { kind, from, until }
    }
}

/// Cancelled bookings of sessions of the period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cancelled {
    /// `visitor`, `staff`, `api`, or `house` when it closed the session.
    pub by: String,
    /// Parties.
    pub parties: u64,
    /// Their people.
    pub people: u64,
}

/// Visits of an organisation, or an event of a kind in a city.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part<T> {
    /// Whose.
    pub of: T,
    /// Visits or sessions.
    pub times: u64,
    /// People booked.
    pub booked: u64,
    /// Of whom came.
    pub admitted: u64,
}

/// The numbers of a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// How full the sessions were, and who did not come.
    pub occupancy: Occupancy,
    /// Days between booking and visit.
    pub lead: Lead,
    /// By who cancelled.
    pub cancelled: Vec<Cancelled>,
    /// Parties that joined the waiting list in the period, were offered places then or later, and took them.
    pub waiting: [u64; 3],
    /// People whom the door let in without a booking in the period.
    pub walk_ins: u64,
    /// Group visits of the museum by organisation.
    pub groups: Vec<Part<String>>,
    /// Events by kind and city.
    pub events: Vec<Part<(EventKind, City)>>,
}

/// The numbers of a period.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn read(
    services: &Services,
    context: &Context,
    subject: Subject,
    period: Period,
) -> Result<Numbers, NumbersError> {
    context.require(Capability::SeeNumbers)?;
    let mut tx = services.begin().await?;
    sql::freeze(&mut tx).await?;
    let numbers = count(&mut tx, context, subject, period).await?;
    tx.rollback().await?;
    Ok(numbers)
}

async fn count(db: &mut PgConnection, context: &Context, subject: Subject, period: Period) -> sqlx::Result<Numbers> {
    let of = subject.of(period);
    let rows = sql::sessions(&mut *db, of, context.now).await?;
    let leads = sql::leads(&mut *db, of).await?;
    let cancelled = sql::cancelled(&mut *db, of).await?;
    let others = sql::others(&mut *db, of).await?;
    let groups = if subject == Subject::Museum { sql::groups(db, of).await? } else { Vec::new() };
    let sessions: Vec<Session> = rows.iter().map(session).collect();
    Ok(Numbers {
        occupancy: Occupancy::of(&sessions),
        lead: Lead::new(leads.into_iter().map(|(days, n)| (days.max(0) as u32, whole(n)))),
        cancelled: cancelled
            .into_iter()
            .map(|row| Cancelled { by: row.by, parties: whole(row.parties), people: whole(row.people) })
            .collect(),
        waiting: [others.joined, others.offered, others.taken].map(whole),
        walk_ins: whole(others.walk_ins),
        groups: groups
            .into_iter()
            .map(|row| Part {
                of: row.organisation,
                times: whole(row.visits),
                booked: whole(row.booked),
                admitted: whole(row.admitted),
            })
            .collect(),
        events: events(&rows),
    })
}

fn session(row: &sql::SessionRow) -> Session {
    Session {
        starts_at: row.starts_at.to_jiff(),
        places: u64::try_from(row.places).unwrap_or_default(),
        parties: whole(row.parties),
        booked: whole(row.booked),
        admitted: whole(row.admitted),
        absent: whole(row.absent),
        over: row.over,
    }
}

fn events(rows: &[sql::SessionRow]) -> Vec<Part<(EventKind, City)>> {
    let mut parts: BTreeMap<(usize, usize), Part<(EventKind, City)>> = BTreeMap::new();
    for row in rows {
        let kind =
            EventKind::ALL.iter().copied().enumerate().find(|(_, kind)| Some(kind.name()) == row.event.as_deref());
        let city = City::ALL.into_iter().enumerate().find(|(_, city)| Some(city.code()) == row.city.as_deref());
        let (Some((k, kind)), Some((c, city))) = (kind, city) else { continue };
        let part = parts.entry((k, c)).or_insert(Part { of: (kind, city), times: 0, booked: 0, admitted: 0 });
        part.times += 1;
        part.booked += whole(row.booked);
        part.admitted += whole(row.admitted);
    }
    parts.into_values().collect()
}

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}
