//! What was measured over time, for charts: of a tank, and of the tanks a unit lay in, each while it lay there.

use super::{TelemetryError, rules_in};
use crate::custody::search::masked;
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::Din;
use domain::ids::{TankId, UnitId};
use domain::telemetry::{ChannelKind, Severity};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::telemetry::{channels, history as sql, rollups};
use uuid::Uuid;

/// How far back a chart looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// A day, in steps of ten minutes.
    Day,
    /// Thirty days, in steps of three hours.
    Month,
    /// Everything there is.
    Life,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Life];

    /// As in an address and as the end of a translation key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Life => "life",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }
}

/// A step of a line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Its beginning.
    pub at: Timestamp,
    /// The lowest of it, its mean and the highest; none where nothing counts.
    pub values: Option<(f64, f64, f64)>,
}

/// One line of a chart.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// What is measured.
    pub kind: ChannelKind,
    /// In order of time.
    pub steps: Vec<Step>,
}

/// What was measured from one instant to another.
#[derive(Clone, PartialEq, Debug)]
pub struct History {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// How long a step is.
    pub step: SignedDuration,
    /// The lines; none where nothing was measured.
    pub lines: Vec<Line>,
    /// The limits of the kind of its lines: where, and how bad it is beyond.
    pub limits: Vec<(f64, Severity)>,
}

const BUCKET: i64 = 600;
/// Steps of a chart of everything, at most. A chart is some six hundred points wide: each step has two or three of them, and says its
/// lowest and its highest.
const STEPS: i64 = 240;

/// From when, and in which steps: as long as there is something, in whole ten minutes.
fn frame(span: Span, now: Timestamp, first: Option<Timestamp>) -> (Timestamp, i64) {
    let ago = |hours: i64| now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN);
    match (span, first) {
        (Span::Day, _) => (ago(24), BUCKET),
        (Span::Month, _) => (ago(30 * 24), BUCKET * 18),
        (Span::Life, None) => (ago(24), BUCKET),
        (Span::Life, Some(first)) => {
            let length = now.duration_since(first).as_secs().max(BUCKET);
            let step = STEPS * BUCKET;
            (first, (length + step - 1) / step * BUCKET)
        }
    }
}

/// What was measured of a tank or a room, of these kinds, by every probe that ever measured there.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn history(
    services: &Services,
    context: &Context,
    place: impl Into<Uuid>,
    (kinds, span): (&[ChannelKind], Span),
) -> Result<History, TelemetryError> {
    let mut one = histories(services, context, place, (&[kinds], span)).await?;
    one.pop().ok_or(TelemetryError::Unreadable("a chart"))
}

/// What was measured of a tank or a room, of the kinds of several charts that begin and end together: read at once for all of them.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn histories(
    services: &Services,
    context: &Context,
    place: impl Into<Uuid>,
    (charts, span): (&[&[ChannelKind]], Span),
) -> Result<Vec<History>, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let mut db = services.db.acquire().await?;
    let wanted = drawn(channels::ever(&mut *db, place.into()).await?, charts);
    let ids: Vec<i32> = wanted.keys().copied().collect();
    let first = match span {
        Span::Life => rollups::first(&mut *db, &ids).await?.map(|at| at.to_jiff()),
        _ => None,
    };
    let now = context.now;
    let (from, step) = frame(span, now, first);
    let rows = rollups::chart(&mut *db, &ids, (from, now), step as f64).await?;
    let (_, rules) = rules_in(&mut db, now).await?;
    let mut by_kind: BTreeMap<ChannelKind, Vec<Step>> = BTreeMap::new();
    for row in &rows {
        let Some(kind) = wanted.get(&row.channel_id) else { continue };
        by_kind.entry(*kind).or_default().push(step_of(row));
    }
    let histories = charts.iter().map(|kinds| {
        let line = |kind: &ChannelKind| Some(Line { kind: *kind, steps: one_line(by_kind.get(kind)?.clone()) });
        let lines = kinds.iter().filter_map(line).collect();
        let of_first = kinds.first().into_iter().flat_map(|kind| rules.of(*kind));
        let mut limits: Vec<(f64, Severity)> =
            of_first.filter_map(|rule| Some((rule.limit()?, rule.severity))).collect();
        limits.sort_by(|one, other| one.0.total_cmp(&other.0));
        History { from, until: now, step: SignedDuration::from_secs(step), lines, limits }
    });
    Ok(histories.collect())
}

/// Of the channels of a place those that are on one of the charts.
fn drawn(ever: Vec<(i32, String)>, charts: &[&[ChannelKind]]) -> BTreeMap<i32, ChannelKind> {
    let kind_of =
        |name: &str| ChannelKind::from_name(name).filter(|kind| charts.iter().any(|kinds| kinds.contains(kind)));
    ever.into_iter().filter_map(|(id, kind)| Some((id, kind_of(&kind)?))).collect()
}

fn step_of(row: &rollups::StepRow) -> Step {
    let values = match (row.low, row.mean, row.high) {
        (Some(low), Some(mean), Some(high)) => Some((f64::from(low), f64::from(mean), f64::from(high))),
        _ => None,
    };
    Step { at: row.at.to_jiff(), values }
}

/// What several probes of one place said, one after another, as one line; a step in which one was exchanged for another is of both.
fn one_line(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| step.at);
    let mut line: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match line.last_mut().filter(|last| last.at == step.at) {
            Some(last) => {
                last.values = match (last.values, step.values) {
                    (Some((low, mean, high)), Some((other_low, other_mean, other_high))) => {
                        Some((low.min(other_low), f64::midpoint(mean, other_mean), high.max(other_high)))
                    }
                    (one, other) => one.or(other),
                };
            }
            None => line.push(step),
        }
    }
    line
}

/// How cold a unit lay: of the tanks it lay in, each while it lay there, the warmest place of each. In the transaction of whoever
/// was asked whether they may see the unit.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn thermal(
    db: &mut PgConnection,
    now: Timestamp,
    unit: UnitId,
    span: Span,
) -> Result<History, TelemetryError> {
    let stays = sql::stays(&mut *db, unit.0).await?;
    let first = stays.first().map(|stay| stay.put_at.to_jiff());
    let (from, step) = frame(span, now, first);
    let mut steps: Vec<Step> = Vec::new();
    for stay in &stays {
        let until = stay.taken_at.map_or(now, |at| at.to_jiff()).min(now);
        let begins = stay.put_at.to_jiff().max(from);
        if begins < until {
            let rows = rollups::chart(&mut *db, &stay.channels, (begins, until), step as f64).await?;
            steps.extend(one_line(rows.iter().map(step_of).collect()));
        }
    }
    let (_, rules) = rules_in(db, now).await?;
    let limits = rules.cold().map(|cold| vec![(cold.warning, Severity::Warning), (cold.critical, Severity::Critical)]);
    let lines = if steps.is_empty() { Vec::new() } else { vec![Line { kind: ChannelKind::TemperatureTop, steps }] };
    Ok(History { from, until: now, step: SignedDuration::from_secs(step), lines, limits: limits.unwrap_or_default() })
}

/// A place of a tank that is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lying {
    /// Which unit.
    pub unit: UnitId,
    /// Its number as lists show it: without the part in the middle.
    pub masked: String,
    /// Where: the tower, the frame in it, the slot in that.
    pub at: (u16, u16, u16),
    /// Since when.
    pub put_at: Timestamp,
}

/// Who lies in a tank: places, and units without whose they are; at most so many.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn lying(
    services: &Services,
    context: &Context,
    tank: TankId,
    most: u32,
) -> Result<Vec<Lying>, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let rows = sql::lying(&services.db, tank.0, i64::from(most)).await?;
    let lying = |row: sql::LyingRow| {
        let din = Din::parse(&row.din).map_err(|_| TelemetryError::Unreadable("the number of a unit"))?;
        Ok(Lying {
            unit: UnitId(row.unit_id),
            masked: masked(&din),
            at: (row.tower.unsigned_abs(), row.frame.unsigned_abs(), row.slot.unsigned_abs()),
            put_at: row.put_at.to_jiff(),
        })
    };
    rows.into_iter().map(lying).collect()
}
