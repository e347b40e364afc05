//! Excursions: found in the readings as they are rolled up, so that late ones count like others, put together over the edges of
//! ten minutes, and joined to the units that lay in the tank at the time, also those moved since.

use super::TelemetryError;
use crate::context::new_uuid;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{ExcursionId, TankId, UnitId};
use domain::telemetry::{Limits, Run, runs};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::ToSqlx;
use store::telemetry::excursions::{self as sql, ExcursionRow};
use store::telemetry::readings;
use store::telemetry::rollups::RolledRow;
use uuid::Uuid;

/// Two times above the limit that lie no further apart are one excursion: as far as ten-minute values can tell.
const GAP: SignedDuration = SignedDuration::from_mins(10);

/// A time in which a tank was above the warning limit.
#[derive(Clone, PartialEq, Debug)]
pub struct Excursion {
    /// Its own.
    pub id: ExcursionId,
    /// Of which tank.
    pub tank: TankId,
    /// The first reading above the limit, by the device's clock.
    pub begins_at: Timestamp,
    /// The last.
    pub ends_at: Timestamp,
    /// The warmest, in °C.
    pub peak: f64,
    /// It was above the critical limit.
    pub critical: bool,
}

impl From<&ExcursionRow> for Excursion {
    fn from(row: &ExcursionRow) -> Self {
        Self {
            id: ExcursionId(row.id),
            tank: TankId(row.tank_id),
            begins_at: row.begins_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            peak: f64::from(row.peak),
            critical: row.critical,
        }
    }
}

/// Looks for excursions in what was rolled up just now, in its transaction.
pub(super) async fn find(
    db: &mut PgConnection,
    rolled: &[RolledRow],
    (version, limits): (i32, Limits),
    now: Timestamp,
) -> Result<(), TelemetryError> {
    let mut warm: BTreeMap<i32, BTreeSet<Timestamp>> = BTreeMap::new();
    for row in rolled.iter().filter(|row| row.high.is_some_and(|high| f64::from(high) > limits.warning)) {
        warm.entry(row.channel_id).or_default().insert(row.began.to_jiff());
    }
    if warm.is_empty() {
        return Ok(());
    }
    let channels: Vec<i32> = warm.keys().copied().collect();
    // (By tank, so that whoever does the same waits and does not block for good.)
    for (channel, tank) in sql::cold(&mut *db, &channels).await? {
        sql::lock_tank(&mut *db, tank).await?;
        for span in spans(warm.remove(&channel).unwrap_or_default()) {
            let read = readings::good(&mut *db, channel, span).await?;
            let read = read.into_iter().map(|(at, value)| (at.to_jiff(), f64::from(value)));
            for run in runs(read, limits, GAP) {
                put_together(db, tank, &run, version, now).await?;
            }
        }
    }
    Ok(())
}

/// Stretches of time around warm ten minutes, with one more at each end: what began just before belongs to it.
fn spans(buckets: BTreeSet<Timestamp>) -> Vec<(Timestamp, Timestamp)> {
    let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
    for bucket in buckets {
        let from = bucket.saturating_sub(GAP).unwrap_or(Timestamp::MIN);
        let until = bucket.saturating_add(GAP * 2).unwrap_or(Timestamp::MAX);
        match found.last_mut() {
            Some(last) if from <= last.1 => last.1 = until,
            _ => found.push((from, until)),
        }
    }
    found
}

/// Writes a run down: a new excursion, or more of one that it touches; two that it joins become one.
async fn put_together(
    db: &mut PgConnection,
    tank: Uuid,
    run: &Run,
    version: i32,
    now: Timestamp,
) -> Result<(), TelemetryError> {
    let around = (
        run.begins_at.saturating_sub(GAP).unwrap_or(Timestamp::MIN),
        run.ends_at.saturating_add(GAP).unwrap_or(Timestamp::MAX),
    );
    let found = sql::touching(&mut *db, tank, around).await?;
    let mut whole = ExcursionRow {
        id: new_uuid(now),
        tank_id: tank,
        begins_at: run.begins_at.to_sqlx(),
        ends_at: run.ends_at.to_sqlx(),
        peak: run.peak as f32,
        critical: run.critical,
    };
    for row in &found {
        whole.begins_at = whole.begins_at.to_jiff().min(row.begins_at.to_jiff()).to_sqlx();
        whole.ends_at = whole.ends_at.to_jiff().max(row.ends_at.to_jiff()).to_sqlx();
        whole.peak = whole.peak.max(row.peak);
        whole.critical |= row.critical;
    }
    match found.split_first() {
        Some((first, others)) => {
            whole.id = first.id;
            sql::widen(&mut *db, &whole, now).await?;
            if !others.is_empty() {
                sql::merge(&mut *db, &others.iter().map(|row| row.id).collect::<Vec<_>>(), first.id).await?;
            }
        }
        None if run.counts() => sql::add(&mut *db, &whole, version, now).await?,
        None => {}
    }
    Ok(())
}

/// The excursions a unit was in, the latest first. Whoever asks has been asked whether they may see the unit.
///
/// # Errors
/// `Database`.
pub async fn of_unit(services: &Services, unit: UnitId) -> Result<Vec<Excursion>, TelemetryError> {
    Ok(sql::of_unit(&services.db, unit.0).await?.iter().map(Excursion::from).collect())
}

/// The excursions of a tank, the latest first, each with how many units were in it.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn of_tank(
    services: &Services,
    context: &Context,
    tank: TankId,
) -> Result<Vec<(Excursion, u64)>, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let rows = sql::of_tank(&services.db, tank.0).await?;
    Ok(rows.iter().map(|(row, units)| (Excursion::from(row), units.unsigned_abs())).collect())
}
