//! What the public sees of sessions: read once a second for everybody, from memory.

use super::waiting::{Asked, standings};
use super::{BookingError, Kept, MUSEUM, pools};
use crate::Services;
use crate::snapshot::Snapshot;
use domain::booking::{Policy, Pool, SessionFacts, opens_at};
use domain::ids::{ActivityId, SessionId};
use domain::time::{local_day, start_of_day};
use jiff::{SignedDuration, Span, Timestamp, civil};
use sqlx::PgConnection;
use std::collections::HashMap;
use std::sync::Arc;
use store::booking::sessions as sql;

/// A session and how full it is. Counts are people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionView {
    /// Session.
    pub id: SessionId,
    /// Its activity.
    pub activity: ActivityId,
    /// Times, places, people.
    pub facts: SessionFacts,
    /// People who came by their bookings.
    pub arrived: u32,
    /// People who came without one, and were counted.
    pub walked: u32,
    /// Confirmed bookings.
    pub bookings: u32,
    /// Parties that wait for it.
    pub waiting: u32,
    /// Edit counter, for staff forms.
    pub version: i32,
}

impl SessionView {
    /// Places free for a party: as many as are left. Shown for this party size, so that "3 left" to a family of four is "full".
    pub fn fits(&self, people: u32) -> bool {
        self.fits_in(Pool::Individual, people)
    }

    /// The same for those who draw on another pool.
    pub fn fits_in(&self, pool: Pool, people: u32) -> bool {
        self.facts.free_for(pool) >= people
    }
}

impl SessionView {
    /// A row, without what is owed to those who wait ([`seen_by_all`]).
    pub(crate) fn of(row: sql::SessionRow, now: Timestamp) -> Self {
        let count = |n: i64| n.max(0) as u32;
        let starts_at = row.starts_at.to_jiff();
        let split =
            pools::split([row.group_places, row.group_release_hours, row.staff_places, row.staff_release_hours]);
        let pools = pools::booked(split, starts_at, now, (row.booked_by_groups, row.booked_by_staff))
            .held(Pool::Group, count(row.held_for_groups))
            .held(Pool::Staff, count(row.held_for_staff));
        let facts = SessionFacts {
            starts_at,
            ends_at: row.ends_at.to_jiff(),
            capacity: row.capacity.max(0) as u32,
            booked: count(row.booked),
            held: count(row.held),
            owed: 0,
            closed: row.state != "open",
            open_door: row.open_door,
            pools,
        };
        Self {
            id: SessionId(row.id),
            activity: ActivityId(row.activity_id),
            facts,
            arrived: count(row.arrived),
            walked: count(row.walked),
            bookings: count(row.bookings),
            waiting: count(row.waiting),
            version: row.version,
        }
    }
}

/// Rows as the public sees them: less what is owed to parties that wait. Lines are read only where it could matter, which
/// is where somebody waits beside free places: in hardly any session at any time.
pub(crate) async fn seen_by_all(
    db: &mut PgConnection,
    rows: Vec<sql::SessionRow>,
    policy: &Policy,
    now: Timestamp,
) -> sqlx::Result<Vec<SessionView>> {
    let mut seen: Vec<SessionView> = rows.into_iter().map(|row| SessionView::of(row, now)).collect();
    let lined: Vec<&mut SessionView> =
        seen.iter_mut().filter(|s| s.waiting > 0 && s.facts.free() > 0 && s.facts.takes_bookings()).collect();
    if !lined.is_empty() {
        let asked: Vec<Asked<'_>> =
            lined.iter().map(|s| Asked { id: s.id.0, activity: s.activity.0, policy, facts: s.facts }).collect();
        let stands = standings(db, &asked, now).await?;
        for (session, stands) in lined.into_iter().zip(stands) {
            session.facts = stands.facts;
        }
    }
    Ok(seen)
}

/// The sessions of an activity as the public sees them at one instant.
#[derive(Clone, Debug)]
pub struct Timetable {
    /// Its activity.
    pub activity: ActivityId,
    /// Its rules.
    pub policy: Policy,
    /// The rules' version.
    pub policy_version: i32,
    /// Sessions from today's first on, in order.
    pub sessions: Vec<SessionView>,
    /// Days without sessions, with the reason in Chinese and English.
    pub exceptions: Vec<(civil::Date, String, String)>,
    /// Days that open in a way of their own.
    pub planned: Vec<Planned>,
    /// Of sessions that need no booking, what staff wrote to it in Chinese and English: where they wrote something.
    pub notes: HashMap<SessionId, (String, String)>,
    /// What the browser this is for keeps of it ([`super::seen_by`]); nothing in the picture that all share.
    pub kept: Vec<Kept>,
    /// When this was read.
    pub read_at: Timestamp,
}

/// When a day opens that has a release of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Planned {
    /// The day of the sessions.
    pub day: civil::Date,
    /// When they can be booked.
    pub opens_at: Timestamp,
    /// From when tickets for that are given out.
    pub tickets_from: Timestamp,
}

/// The museum's timetable.
pub type Museum = Timetable;

impl Timetable {
    /// When booking of a session of the activity opens: by the policy, or as it was planned for its day.
    pub fn opens_at(&self, starts_at: Timestamp) -> Timestamp {
        let planned = self.planned_on(starts_at).map(|planned| planned.opens_at);
        planned.unwrap_or(Timestamp::MIN).max(opens_at(&self.policy, starts_at))
    }

    /// From when tickets are given out to those who want to be there when it opens.
    pub fn tickets_from(&self, starts_at: Timestamp) -> Timestamp {
        self.planned_on(starts_at).map_or_else(|| opens_at(&self.policy, starts_at), |planned| planned.tickets_from)
    }

    fn planned_on(&self, starts_at: Timestamp) -> Option<&Planned> {
        let day = local_day(starts_at);
        self.planned.iter().find(|planned| planned.day == day)
    }

    /// Sessions that can be booked now or later: not closed, not begun, and a booking is needed.
    pub fn upcoming(&self, now: Timestamp) -> impl Iterator<Item = &SessionView> {
        self.sessions.iter().filter(move |s| s.facts.takes_bookings() && s.facts.starts_at > now)
    }

    /// Sessions that need no booking and are not over: whoever comes is let in.
    pub fn open_doors(&self, now: Timestamp) -> impl Iterator<Item = &SessionView> {
        self.sessions.iter().filter(move |s| s.facts.welcomes_all(now))
    }

    /// The sessions of a day.
    pub fn on(&self, day: civil::Date) -> impl Iterator<Item = &SessionView> {
        self.sessions.iter().filter(move |s| local_day(s.facts.starts_at) == day)
    }

    /// A session by id.
    pub fn session(&self, id: SessionId) -> Option<&SessionView> {
        self.sessions.iter().find(|s| s.id == id)
    }

    /// The sessions nearest to one that could take a party instead, at most `count`, the nearest first.
    pub fn alternatives(&self, to: SessionId, people: u32, now: Timestamp, count: usize) -> Vec<&SessionView> {
        let Some(wanted) = self.session(to) else { return Vec::new() };
        let distance = |s: &SessionView| s.facts.starts_at.duration_since(wanted.facts.starts_at).abs();
        let mut others: Vec<&SessionView> = self
            .upcoming(now)
            .filter(|s| s.id != to && s.fits(people) && self.opens_at(s.facts.starts_at) <= now)
            .collect();
        others.sort_by_key(|s| distance(s));
        others.truncate(count);
        others
    }
}

/// The picture of the museum's sessions that all requests of this process share.
#[derive(Clone, Default)]
pub struct Calendar(Snapshot<Museum>);

impl Calendar {
    /// Staff changed something: whoever looks next sees it, on this server at once.
    pub(super) fn forget(&self) {
        self.0.forget();
    }
}

/// The museum, at most a second old.
///
/// # Errors
/// `NotFound` before the museum was set up; `Database`.
pub async fn museum(services: &Services) -> Result<Arc<Museum>, BookingError> {
    services.calendar.0.read(&services.clock, |now| read(services, now)).await
}

async fn read(services: &Services, now: Timestamp) -> Result<Museum, BookingError> {
    let mut db = services.db.acquire().await?;
    let row = sql::activity_by_slug(&mut db, MUSEUM).await?.ok_or(BookingError::NotFound)?;
    let policy: Policy =
        serde_json::from_value(row.policy).map_err(|_| BookingError::Damaged("the museum's policy"))?;
    let today = local_day(now);
    let until = today.checked_add(Span::new().days(i64::from(policy.days_ahead) + 46)).unwrap_or(today);
    let rows = sql::sessions_between(&mut db, row.id, start_of_day(today), start_of_day(until), now).await?;
    let exceptions = sql::exceptions(&mut db, row.id, jiff_sqlx::ToSqlx::to_sqlx(today)).await?;
    Ok(Museum {
        activity: ActivityId(row.id),
        policy_version: row.policy_version,
        notes: super::open_door::notes(&mut db, row.id, start_of_day(today)).await?,
        sessions: seen_by_all(&mut db, rows, &policy, now).await?,
        exceptions: exceptions.into_iter().map(|e| (e.day.to_jiff(), e.reason_zh, e.reason_en)).collect(),
        planned: super::entrance::planned_of(services, ActivityId(row.id)).await?,
        kept: Vec::new(),
        read_at: now,
        policy,
    })
}

/// One session as the public sees it: out of the picture everybody shares, or read now where it is not in it.
pub(super) async fn seen(services: &Services, id: SessionId, now: Timestamp) -> Result<SessionView, BookingError> {
    match museum(services).await {
        Ok(museum) => {
            if let Some(session) = museum.session(id) {
                return Ok(*session);
            }
        }
        // A house may hold events and have no museum yet.
        Err(BookingError::NotFound) => {}
        Err(error) => return Err(error),
    }
    session(&mut *services.db.acquire().await?, id, now).await
}

/// One session, read now.
pub(super) async fn session(db: &mut PgConnection, id: SessionId, now: Timestamp) -> Result<SessionView, BookingError> {
    let row = sql::session(db, id.0, now).await?.ok_or(BookingError::NotFound)?;
    let policy = serde_json::from_value(row.policy.clone().unwrap_or_default());
    let policy: Policy = policy.map_err(|_| BookingError::Damaged("a policy"))?;
    Ok(seen_by_all(db, vec![row], &policy, now).await?.swap_remove(0))
}

/// The sessions of an activity nearest to an instant that a party can book now, at most `count`, the nearest first.
pub(super) async fn nearest(
    db: &mut PgConnection,
    activity: ActivityId,
    policy: &Policy,
    (to, people): (Timestamp, u32),
    now: Timestamp,
    count: usize,
) -> Result<Vec<SessionView>, BookingError> {
    let until = now.saturating_add(SignedDuration::from_hours(24 * (i64::from(policy.days_ahead) + 2)));
    let rows = sql::sessions_between(db, activity.0, now, until.unwrap_or(now), now).await?;
    let mut found: Vec<SessionView> = seen_by_all(db, rows, policy, now)
        .await?
        .into_iter()
        .filter(|s| s.facts.takes_bookings() && s.fits(people) && opens_at(policy, s.facts.starts_at) <= now)
        .collect();
    found.sort_by_key(|s| s.facts.starts_at.duration_since(to).abs());
    found.truncate(count);
    Ok(found)
}
