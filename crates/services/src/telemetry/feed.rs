//! Readings as gateways send them: up to ten thousand at once, in whatever order, again and again until they are answered.
//!
//! A reading is known by its channel and its device's instant: sent again it is counted as known. One that cannot be taken is
//! named with its reason and never rejects the others. One that comes late is kept, and its ten minutes are rolled up again; it
//! does not move what is newest. However many they are, they cost the same few round trips.

use super::TelemetryError;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::TankId;
use domain::telemetry::{ChannelCode, ChannelKind, Quality};
use domain::time::to_the_microsecond;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::telemetry::channels::{self, ChannelRow, Latest};
use store::telemetry::readings::{self as sql, NewReadings};
use store::{SqlTimestamp, ToSqlx};
use uuid::Uuid;

/// Readings of one batch at most.
pub const MOST: usize = 10_000;
/// A clock that is further ahead than this is wrong, and what it says would hide what comes after.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// One reading as a gateway sends it.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// `T-07/temperature_top`.
    pub channel: String,
    /// By the device's clock.
    pub at: Timestamp,
    /// In the channel's unit.
    pub value: f64,
    /// As the gateway says.
    pub quality: Quality,
}

/// Why a reading was not taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Refusal {
    /// It cannot be read: a member is missing, unknown or of another kind.
    Unreadable,
    /// No channel in use has this code.
    UnknownChannel,
    /// Its instant is more than ten minutes from now.
    Ahead,
    /// Raw readings of its day are not kept any more.
    TooOld,
    /// No number that can be kept.
    NotANumber,
    /// Another value of the same channel and instant is kept, or stands before it in the batch.
    Differs,
}

impl Refusal {
    /// As in the answer.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownChannel => "unknown_channel",
            Self::Ahead => "ahead",
            Self::TooOld => "too_old",
            Self::NotANumber => "not_a_number",
            Self::Differs => "differs",
        }
    }
}

/// What became of a batch. The sum of all is what was sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    /// Kept now.
    pub kept: u32,
    /// Of those, older than the newest of their channel.
    pub late: u32,
    /// Known before.
    pub known: u32,
    /// Not taken: their places in the batch from 0, in order, and why.
    pub refused: Vec<(u32, Refusal)>,
}

/// A reading that can be kept.
struct Fit {
    position: u32,
    channel: i32,
    at: Timestamp,
    value: f32,
    quality: Quality,
}

/// The day of an instant, of UTC: the part its reading lies in.
fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The first day of which raw readings are kept.
pub(super) fn oldest_day(now: Timestamp) -> Date {
    day_of(now.saturating_sub(SignedDuration::from_hours(24 * super::keep::RAW_DAYS)).unwrap_or(Timestamp::MIN))
}

/// Why a reading cannot be taken, whatever channel it is of.
fn fault(reading: &Reading, now: Timestamp) -> Option<Refusal> {
    if !reading.value.is_finite() || reading.value.abs() > 1e9 {
        Some(Refusal::NotANumber)
    } else if reading.at.duration_since(now) > AHEAD {
        Some(Refusal::Ahead)
    } else if day_of(reading.at) < oldest_day(now) {
        Some(Refusal::TooOld)
    } else {
        None
    }
}

/// Takes a batch. `None` stands for one that the edge could not read, so that places are counted as they were sent.
///
/// # Errors
/// `Denied`; `TooMany` for more than [`MOST`]; `Busy`, `Database`.
pub async fn feed(
    services: &Services,
    context: &Context,
    batch: Vec<Option<Reading>>,
) -> Result<Taken, TelemetryError> {
    context.require(Capability::FeedTelemetry)?;
    if batch.len() > MOST {
        return Err(TelemetryError::TooMany);
    }
    let (services, now) = (services.clone(), context.now);
    to_the_end(async move { take(&services, now, batch).await }).await
}

async fn take(services: &Services, now: Timestamp, batch: Vec<Option<Reading>>) -> Result<Taken, TelemetryError> {
    let mut taken = Taken::default();
    let mut sent: Vec<(u32, Reading)> = Vec::with_capacity(batch.len());
    for (position, reading) in (0..).zip(batch) {
        match reading {
            None => taken.refused.push((position, Refusal::Unreadable)),
            Some(reading) => match fault(&reading, now) {
                Some(refusal) => taken.refused.push((position, refusal)),
                None => sent.push((position, Reading { at: to_the_microsecond(reading.at), ..reading })),
            },
        }
    }
    let codes: BTreeSet<&str> = sent.iter().map(|(_, reading)| reading.channel.as_str()).collect();
    let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
    let days: BTreeSet<Date> = sent.iter().map(|(_, reading)| day_of(reading.at)).collect();

    let mut tx = services.begin().await?;
    sql::make_days(&mut *tx, &days.into_iter().collect::<Vec<_>>()).await?;
    let known = channels::lock(&mut *tx, &codes).await?;
    let fits = fitting(&known, sent, &mut taken);
    let added = add(&mut tx, &fits, now, &mut taken).await?;
    let latest = newest(&known, &added, now, &mut taken);
    if !latest.channels.is_empty() {
        channels::settle(&mut *tx, &latest).await?;
    }
    tx.commit().await?;
    taken.refused.sort_unstable();
    metrics::counter!("telemetry_readings_total", "outcome" => "kept").increment(u64::from(taken.kept));
    metrics::counter!("telemetry_readings_total", "outcome" => "known").increment(u64::from(taken.known));
    metrics::counter!("telemetry_readings_total", "outcome" => "refused").increment(taken.refused.len() as u64);
    Ok(taken)
}

/// Those of known channels, each key once. What no probe can have measured is kept, and says so.
fn fitting(known: &[ChannelRow], sent: Vec<(u32, Reading)>, taken: &mut Taken) -> Vec<Fit> {
    let by_code: HashMap<&str, (i32, Option<ChannelKind>)> =
        known.iter().map(|row| (row.code.as_str(), (row.id, ChannelKind::from_name(&row.kind)))).collect();
    let mut seen: HashMap<(i32, Timestamp), (f32, Quality)> = HashMap::with_capacity(sent.len());
    let mut fits = Vec::with_capacity(sent.len());
    for (position, reading) in sent {
        let Some(&(channel, Some(kind))) = by_code.get(reading.channel.as_str()) else {
            taken.refused.push((position, Refusal::UnknownChannel));
            continue;
        };
        let implausible = reading.quality == Quality::Ok && !kind.is_plausible(reading.value);
        let quality = if implausible { Quality::Implausible } else { reading.quality };
        let value = reading.value as f32;
        match seen.insert((channel, reading.at), (value, quality)) {
            None => fits.push(Fit { position, channel, at: reading.at, value, quality }),
            Some(first) => {
                seen.insert((channel, reading.at), first);
                if first == (value, quality) {
                    taken.known += 1;
                } else {
                    taken.refused.push((position, Refusal::Differs));
                }
            }
        }
    }
    fits
}

/// Writes them; answers those that were not known before.
async fn add<'a>(
    db: &mut sqlx::PgConnection,
    fits: &'a [Fit],
    now: Timestamp,
    taken: &mut Taken,
) -> sqlx::Result<Vec<&'a Fit>> {
    if fits.is_empty() {
        return Ok(Vec::new());
    }
    let new = NewReadings {
        channels: fits.iter().map(|fit| fit.channel).collect(),
        ats: fits.iter().map(|fit| fit.at.to_sqlx()).collect(),
        values: fits.iter().map(|fit| fit.value).collect(),
        qualities: fits.iter().map(|fit| fit.quality.code()).collect(),
    };
    let keys = sql::add(&mut *db, &new, now).await?;
    let keys: HashSet<(i32, Timestamp)> = keys.into_iter().map(|(channel, at)| (channel, at.to_jiff())).collect();
    let (added, before): (Vec<&Fit>, Vec<&Fit>) = fits.iter().partition(|fit| keys.contains(&(fit.channel, fit.at)));
    if !before.is_empty() {
        let channels: Vec<i32> = before.iter().map(|fit| fit.channel).collect();
        let ats: Vec<SqlTimestamp> = before.iter().map(|fit| fit.at.to_sqlx()).collect();
        for (fit, kept) in before.iter().zip(sql::kept(&mut *db, &channels, &ats).await?) {
            if kept == Some((fit.value, fit.quality.code())) {
                taken.known += 1;
            } else {
                taken.refused.push((fit.position, Refusal::Differs));
            }
        }
    }
    taken.kept = u32::try_from(added.len()).unwrap_or(u32::MAX);
    Ok(added)
}

/// What is newest of each channel after these.
fn newest(known: &[ChannelRow], added: &[&Fit], now: Timestamp, taken: &mut Taken) -> Latest {
    let mut of: BTreeMap<i32, Vec<&Fit>> = BTreeMap::new();
    for fit in added {
        of.entry(fit.channel).or_default().push(fit);
    }
    let mut latest = Latest::default();
    for row in known {
        let Some(mut fits) = of.remove(&row.id) else { continue };
        fits.sort_unstable_by_key(|fit| fit.at);
        let before = row.at.map(|at| at.to_jiff());
        let late = fits.partition_point(|fit| before.is_some_and(|before| fit.at <= before));
        taken.late += u32::try_from(late).unwrap_or(u32::MAX);
        let Some(last) = fits[late..].last() else { continue };
        let mut good = row.good_at.map(|at| at.to_jiff()).zip(row.good_value);
        let mut changed = row.changed_at.map(|at| at.to_jiff());
        for fit in fits[late..].iter().filter(|fit| fit.quality == Quality::Ok) {
            if good.is_none_or(|(_, value)| value.to_bits() != fit.value.to_bits()) {
                changed = Some(fit.at);
            }
            good = Some((fit.at, fit.value));
        }
        let heard = fits[late..].iter().any(|fit| fit.quality.is_heard());
        latest.channels.push(row.id);
        latest.ats.push(last.at.to_sqlx());
        latest.values.push(last.value);
        latest.qualities.push(last.quality.code());
        latest.good_ats.push(good.map(|(at, _)| at.to_sqlx()));
        latest.good_values.push(good.map(|(_, value)| value));
        latest.changed_ats.push(changed.map(ToSqlx::to_sqlx));
        latest.heard_ats.push(if heard { now.to_sqlx() } else { row.heard_at });
    }
    latest
}

/// A channel to be set up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewChannel {
    /// What is measured.
    pub kind: ChannelKind,
    /// Of which tank or room: its code.
    pub place: String,
    /// Of which tank, where it is of one; else of the room.
    pub tank: Option<TankId>,
    /// Of which room, where it is of no tank.
    pub room: Option<Uuid>,
    /// Seconds between readings.
    pub interval_s: i32,
    /// The probe, as its maker numbers it.
    pub device: String,
}

/// Sets a channel up: from now on it is expected to be heard. For the house itself, which knows what stands where.
///
/// # Errors
/// `Already` where such a channel is there; `Database`.
pub async fn add_channel(
    db: &mut sqlx::PgConnection,
    new: &NewChannel,
    now: Timestamp,
) -> Result<(i32, ChannelCode), TelemetryError> {
    let code = ChannelCode::of(&new.place, new.kind);
    let row = channels::NewChannel {
        code: code.as_str(),
        kind: new.kind.name(),
        tank: new.tank.map(|tank| tank.0),
        room: new.room,
        interval_s: new.interval_s,
        device: &new.device,
    };
    let id = channels::add(&mut *db, &row, now).await?;
    Ok((id, code))
}
