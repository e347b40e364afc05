//! Keeping readings: ten minutes become one row for ever, raw readings are dropped after ninety days, parts for the days to come
//! are made ahead.

use super::{TelemetryError, deviations, excursions, rules_in};
use crate::Services;
use crate::db::to_the_end;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use store::SqlTimestamp;
use store::telemetry::{readings, rollups};

/// For how many days raw readings are kept.
pub const RAW_DAYS: i64 = 90;
/// Parts are made so many days ahead: a worker that rests over a long holiday hinders nobody.
const AHEAD_DAYS: i64 = 14;
/// Ten minutes of a channel.
const BUCKET: SignedDuration = SignedDuration::from_mins(10);
/// Of one transaction.
const BATCH: i64 = 5_000;

/// What [`keep`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// Days whose raw readings were dropped.
    pub dropped: u32,
}

/// Rolls up everything that has to be, and finds the excursions in it. Any number of servers may do so at once: each takes others'
/// leavings. Answers how many ten minutes.
///
/// # Errors
/// `Busy`, `Unreadable`, `Database`.
pub async fn roll_up(services: &Services) -> Result<u64, TelemetryError> {
    let mut all = 0;
    loop {
        let given = services.clone();
        let done = to_the_end(async move { batch(&given).await }).await?;
        all += done;
        if done < BATCH.unsigned_abs() {
            return Ok(all);
        }
    }
}

async fn batch(services: &Services) -> Result<u64, TelemetryError> {
    let now = services.clock.now();
    let before = now.saturating_sub(BUCKET).unwrap_or(Timestamp::MIN);
    let mut tx = services.begin().await?;
    let taken = rollups::take(&mut *tx, before, BATCH).await?;
    if taken.is_empty() {
        return Ok(0);
    }
    let (channels, buckets): (Vec<i32>, Vec<SqlTimestamp>) = taken.into_iter().unzip();
    let rolled = rollups::roll_up(&mut *tx, &channels, &buckets).await?;
    let (version, rules) = rules_in(&mut tx, now).await?;
    if let Some(limits) = rules.cold() {
        excursions::find(&mut tx, &rolled, (version, limits), now).await?;
    }
    tx.commit().await?;
    Ok(rolled.len() as u64)
}

/// Makes the parts of the days to come, and drops those whose time is over.
///
/// # Errors
/// `Busy`, `Database`.
pub async fn keep(services: &Services) -> Result<Kept, TelemetryError> {
    let now = services.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let days = (0..=AHEAD_DAYS).filter_map(|ahead| today.checked_add(ahead.days()).ok());
    readings::make_days(&services.db, &days.collect::<Vec<_>>()).await?;
    if let Err(error) = deviations::join_all(services).await {
        // It is tried again the next time; the days whose time is over leave all the same.
        tracing::error!(%error, "older excursions could not be joined to units");
    }
    let dropped = readings::drop_days(&services.db, super::feed::oldest_day(now), now).await?;
    Ok(Kept { dropped: dropped.unsigned_abs() })
}
