//! What everybody is shown of the releases: read once a second for all who look, and moved on in passing. So a line goes
//! on as long as anybody waits in it, whether or not a worker is alive, and a look at one's place costs no query.

use crate::Services;
use crate::booking::{BookingError, calendar, museum};
use crate::crypto::draw::{Seed, commitment, lots};
use crate::crypto::hex;
use crate::outreach::events;
use domain::booking::{Line, Policy, ReleaseRules, Room, Standing, opens_at};
use domain::ids::{ActivityId, ReleaseId, SessionId};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp, civil};
use jiff_sqlx::ToSqlx as _;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::booking::{claims, releases as sql, sessions};

/// How often the pace of a line is looked at.
const PACED_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// A release as it is at one moment.
pub struct Release {
    /// Release.
    pub id: ReleaseId,
    /// Whose sessions open.
    pub activity: ActivityId,
    /// On which day they are.
    pub day: civil::Date,
    /// Staff planned it; otherwise the policy opened the day.
    pub planned: bool,
    /// From when tickets are given out.
    pub early_from: Timestamp,
    /// From when nobody is asked for a ticket.
    pub ends_at: Timestamp,
    /// The numbers of its line.
    pub line: Line,
    /// SHA-256 of the seed.
    pub commitment: Vec<u8>,
    /// When that was promised.
    pub committed_at: Timestamp,
    seed: Seed,
    lots: Option<Arc<Vec<u32>>>,
}

/// Without the seed, which nobody knows before the draw: not a log either.
impl std::fmt::Debug for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Release")
            .field("id", &self.id)
            .field("day", &self.day)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Release {
    pub(super) fn of(services: &Services, row: sql::ReleaseRow) -> Option<Self> {
        let (line, seed) = (line_of(&row)?, services.vault.draw_seed(row.id));
        let drawn = line.drawn_to.is_some();
        Some(Self {
            lots: drawn.then(|| services.entrance.lots.of(ReleaseId(row.id), &seed, line.in_draw())),
            line,
            id: ReleaseId(row.id),
            activity: ActivityId(row.activity_id),
            day: row.day.to_jiff(),
            planned: row.planned,
            early_from: row.early_from.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            commitment: row.commitment,
            committed_at: row.committed_at.to_jiff(),
            seed,
        })
    }

    /// The seed, once the draw has taken place.
    pub fn seed(&self) -> Option<&[u8; 32]> {
        self.line.drawn_to.is_some().then_some(&self.seed)
    }

    /// The lots of the tickets in the draw, in the order of their numbers, once it has taken place.
    pub fn lots(&self) -> Option<&[u32]> {
        self.lots.as_ref().map(|lots| lots.as_slice())
    }

    /// Where a ticket stands.
    pub fn standing(&self, number: i32, now: Timestamp) -> Standing {
        let number = number.unsigned_abs();
        let place = self.line.drawn_from.and_then(|from| number.checked_sub(from + 1));
        let lot = place.and_then(|place| self.lots()?.get(place as usize).copied());
        self.line.standing(number, lot, now)
    }
}

/// A draw: of which release, of how many.
type Draw = (ReleaseId, u32);

/// The draws this process has made of late: an order is made once, not with every picture.
#[derive(Default)]
pub(super) struct Lots(Mutex<HashMap<Draw, Arc<Vec<u32>>>>);

impl Lots {
    /// Draws that are remembered.
    const MANY: usize = 32;

    fn of(&self, release: ReleaseId, seed: &Seed, count: u32) -> Arc<Vec<u32>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MANY {
            known.clear();
        }
        known.entry((release, count)).or_insert_with(|| Arc::new(lots(seed, count))).clone()
    }
}

/// The numbers of a row; `None` where one is none.
pub(super) fn line_of(row: &sql::ReleaseRow) -> Option<Line> {
    let count = |n: i32| u32::try_from(n).ok();
    let maybe = |n: Option<i32>| n.map(count).map_or(Some(None), |n| n.map(Some));
    Some(Line {
        opens_at: row.opens_at.to_jiff(),
        draw_until: row.draw_until.to_jiff(),
        room: Room::from_name(&row.room)?,
        calm: count(row.calm)?,
        most: count(row.most)?,
        arrived: count(row.arrived)?,
        admitted: count(row.admitted)?,
        drawn_from: maybe(row.drawn_from)?,
        drawn_to: maybe(row.drawn_to)?,
        pace: count(row.pace)?,
        advanced_at: row.advanced_at.to_jiff(),
        paced_at: row.paced_at.to_jiff(),
    })
}

/// Puts what moves of a line into its row.
pub(super) fn set_line(row: &mut sql::ReleaseRow, line: &Line) {
    let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    row.arrived = count(line.arrived);
    row.admitted = count(line.admitted);
    row.drawn_from = line.drawn_from.map(count);
    row.drawn_to = line.drawn_to.map(count);
    row.pace = count(line.pace);
    row.advanced_at = line.advanced_at.to_sqlx();
    row.paced_at = line.paced_at.to_sqlx();
}

/// The releases that have not ended, at most a second old.
pub(super) async fn current(services: &Services) -> Result<Arc<Vec<Arc<Release>>>, BookingError> {
    services.entrance.picture.read(&services.clock, |now| read(services, now)).await
}

async fn read(services: &Services, now: Timestamp) -> Result<Vec<Arc<Release>>, BookingError> {
    let mut releases = Vec::new();
    for row in sql::current(&services.db, now).await? {
        let row = if is_due(services, &row) { moved_on(services, row).await? } else { row };
        releases.extend(Release::of(services, row).map(Arc::new));
    }
    Ok(releases)
}

/// Whether time has changed something for those who stand in the line.
fn is_due(services: &Services, row: &sql::ReleaseRow) -> bool {
    let now = services.clock.agreed(row.now.to_jiff());
    line_of(row).is_some_and(|line| {
        let next = line.advanced(now);
        (next.admitted, next.drawn_from, next.drawn_to) != (line.admitted, line.drawn_from, line.drawn_to)
    })
}

async fn moved_on(services: &Services, row: sql::ReleaseRow) -> Result<sql::ReleaseRow, BookingError> {
    let mut tx = services.begin().await?;
    let Some(mut locked) = sql::lock(&mut tx, row.id).await? else { return Ok(row) };
    let now = services.clock.agreed(locked.now.to_jiff());
    let Some(line) = line_of(&locked) else { return Ok(row) };
    let drawn = line.drawn_to.is_some();
    let mut line = line.advanced(now);
    if now.duration_since(line.paced_at) >= PACED_EVERY {
        line = line.paced(now, services.entrance.gauge.take());
    }
    set_line(&mut locked, &line);
    sql::set_line(&mut tx, &locked).await?;
    tx.commit().await?;
    if line.drawn_to.is_some() && !drawn {
        tracing::info!(release = %locked.id, tickets = line.in_draw(), "a release was drawn");
    }
    metrics::gauge!("release_waiting").set(f64::from(line.arrived - line.admitted));
    metrics::gauge!("release_pace").set(f64::from(line.pace));
    Ok(locked)
}

/// The release a session belongs to, if it has one that has not ended.
pub(super) async fn of_session(services: &Services, id: SessionId) -> Result<Option<Arc<Release>>, BookingError> {
    let Some(opening) = Opening::of(services, id).await? else { return Ok(None) };
    let now = services.clock.now();
    if let Some(release) = opening.find(&current(services).await?) {
        return Ok(Some(release));
    }
    let (early, late) = window(&opening.rules, opening.opens_at);
    if now < early || now >= late {
        return Ok(None);
    }
    // Nobody has looked at this day yet. Whoever comes first makes its line.
    let mut tx = services.begin().await?;
    add(services, &mut tx, &opening, false, now).await?;
    tx.commit().await?;
    services.entrance.forget();
    Ok(opening.find(&current(services).await?))
}

/// From when a release gives tickets out, and until when it asks for them.
pub(super) fn window(rules: &ReleaseRules, opens_at: Timestamp) -> (Timestamp, Timestamp) {
    let draw = SignedDuration::from_secs(i64::from(rules.draw_seconds) + 1);
    (
        opens_at - SignedDuration::from_mins(i64::from(rules.early_minutes)),
        opens_at + SignedDuration::from_mins(i64::from(rules.room_minutes)).max(draw),
    )
}

/// What opens when.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub activity: ActivityId,
    pub day: civil::Date,
    pub opens_at: Timestamp,
    pub rules: ReleaseRules,
}

impl Opening {
    fn new(activity: ActivityId, policy: &Policy, starts_at: Timestamp) -> Self {
        Self { activity, day: local_day(starts_at), opens_at: opens_at(policy, starts_at), rules: policy.release }
    }

    /// The opening of a session by its policy: out of the pictures everybody shares, or read where it is in none.
    async fn of(services: &Services, id: SessionId) -> Result<Option<Self>, BookingError> {
        match museum(services).await {
            Ok(museum) => {
                if let Some(session) = museum.session(id) {
                    return Ok(Some(Self::new(museum.activity, &museum.policy, session.facts.starts_at)));
                }
            }
            Err(BookingError::NotFound) => {}
            Err(error) => return Err(error),
        }
        for event in events(services).await?.all() {
            if let Some(session) = event.timetable.session(id) {
                return Ok(Some(Self::new(event.timetable.activity, &event.timetable.policy, session.facts.starts_at)));
            }
        }
        let mut db = services.db.acquire().await?;
        let Some(row) = claims::find_sessions(&mut db, &[id.0]).await?.pop() else { return Ok(None) };
        let policy: Policy =
            serde_json::from_value(row.policy).map_err(|_| BookingError::Damaged("the policy of an activity"))?;
        Ok(Some(Self::new(ActivityId(row.activity_id), &policy, row.starts_at.to_jiff())))
    }

    fn find(&self, releases: &[Arc<Release>]) -> Option<Arc<Release>> {
        releases.iter().find(|release| release.activity == self.activity && release.day == self.day).cloned()
    }
}

/// Makes the release of an opening unless there is one: its line is empty, and its seed is promised. Answers its id if new.
pub(super) async fn add(
    services: &Services,
    db: &mut sqlx::PgConnection,
    opening: &Opening,
    planned: bool,
    now: Timestamp,
) -> sqlx::Result<Option<ReleaseId>> {
    let line = Line::new(&opening.rules, opening.opens_at, now);
    let (early_from, ends_at) = window(&opening.rules, opening.opens_at);
    let id = crate::context::new_uuid(now);
    let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let mut row = sql::ReleaseRow {
        id,
        activity_id: opening.activity.0,
        day: opening.day.to_sqlx(),
        planned,
        opens_at: line.opens_at.to_sqlx(),
        early_from: early_from.to_sqlx(),
        draw_until: line.draw_until.to_sqlx(),
        ends_at: ends_at.to_sqlx(),
        room: line.room.name().to_owned(),
        calm: count(line.calm),
        most: count(line.most),
        commitment: commitment(&services.vault.draw_seed(id)),
        committed_at: now.to_sqlx(),
        arrived: 0,
        admitted: 0,
        drawn_from: None,
        drawn_to: None,
        pace: 0,
        advanced_at: now.to_sqlx(),
        paced_at: now.to_sqlx(),
        now: now.to_sqlx(),
    };
    set_line(&mut row, &line);
    let added = sql::add(db, &row).await?;
    if added {
        let promised = crate::audit::Entry {
            action: "release.promised",
            subject_kind: "release",
            subject: Some(id),
            detail: serde_json::json!({
                "activity": opening.activity, "day": opening.day, "opens_at": opening.opens_at,
                "room": line.room.name(), "commitment": hex(&row.commitment),
            }),
        };
        let context = services.system();
        crate::audit::record(db, &context, &[promised]).await?;
    }
    Ok(added.then_some(ReleaseId(id)))
}

/// Promises the seeds of what the museum's policy opens within a day. How many are new.
pub(super) async fn promise(services: &Services, ahead: SignedDuration) -> Result<usize, BookingError> {
    let now = services.clock.now();
    let museum = museum(services).await?;
    let mut db = services.db.acquire().await?;
    let mut openings: Vec<Opening> = Vec::new();
    let Some(activity) = sessions::activity_by_slug(&mut db, crate::booking::MUSEUM).await? else { return Ok(0) };
    drop(db);
    for session in museum.upcoming(now) {
        let opening = Opening::new(ActivityId(activity.id), &museum.policy, session.facts.starts_at);
        let soon = opening.opens_at > now && opening.opens_at <= now + ahead;
        if soon && openings.last().is_none_or(|last| last.day != opening.day) {
            openings.push(opening);
        }
    }
    let mut tx = services.begin().await?;
    let mut new = 0;
    for opening in &openings {
        new += usize::from(add(services, &mut tx, opening, false, now).await?.is_some());
    }
    tx.commit().await?;
    Ok(new)
}

/// When the days of an activity open that have a release of their own, for those who show it.
pub(in crate::booking) async fn planned_of(
    services: &Services,
    activity: ActivityId,
) -> Result<Vec<calendar::Planned>, BookingError> {
    let planned = |release: &&Arc<Release>| release.activity == activity;
    let look = |release: &Arc<Release>| calendar::Planned {
        day: release.day,
        opens_at: release.line.opens_at,
        tickets_from: if release.line.room == Room::Never { release.line.opens_at } else { release.early_from },
    };
    Ok(current(services).await?.iter().filter(planned).map(look).collect())
}
