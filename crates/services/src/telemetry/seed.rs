//! The demo: thirty days of believable readings of the demo's tanks, with one small excursion of the samples' tank and one channel
//! that fell silent; and two invented colleagues who keep watch.

use super::feed::{NewChannel, Reading, add_channel, feed};
use super::{TelemetryError, keep, roll_up};
use crate::ledger::{LedgerError, hire};
use crate::{Context, Services};
use domain::account::{Actor, Denied, Role};
use domain::ids::TankId;
use domain::telemetry::{ChannelCode, ChannelKind, Quality};
use jiff::{SignedDuration, Timestamp};
use store::telemetry::channels;
use uuid::Uuid;

/// Of a tank.
const TANK: [ChannelKind; 4] =
    [ChannelKind::TemperatureTop, ChannelKind::TemperatureBottom, ChannelKind::Ln2Level, ChannelKind::Lid];
/// Of a room.
const ROOM: [ChannelKind; 5] = [
    ChannelKind::RoomTemperature,
    ChannelKind::Humidity,
    ChannelKind::Oxygen,
    ChannelKind::MainsA,
    ChannelKind::UpsMinutes,
];
/// The demo has no gateway: a reading is expected every hour, so that what is there is not silent at once.
const INTERVAL: i32 = 3600;
/// Hours of the demo.
const HOURS: i64 = 30 * 24;
/// The tank with an excursion: no unit of a family lies in it.
const WARM: &str = "S-01";
/// The channel that fell silent so many hours ago.
const SILENT: (&str, ChannelKind, i64) = ("Q-01", ChannelKind::Ln2Level, 5);

impl From<LedgerError> for TelemetryError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Database(error) => error.into(),
            error => {
                tracing::error!(%error, "the demo of tanks has no people");
                Self::Unreadable("a colleague")
            }
        }
    }
}

/// Makes the demo's channels, readings and colleagues. Repeating it adds nothing. Only the house itself does; the tanks are
/// `custody`'s.
///
/// # Errors
/// `Denied`, `Unreadable`, `Busy`, `Database`.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), TelemetryError> {
    if context.actor != Actor::System {
        return Err(Denied::NotAllowed.into());
    }
    if !channels::list(&services.db).await?.is_empty() {
        return Ok(());
    }
    hire(services, context, "demo-night", "演示·夜班甲", Role::NightShift).await?;
    hire(services, context, "demo-night-2", "演示·夜班乙", Role::NightShift).await?;
    let now = context.now;
    let begins = now.saturating_sub(SignedDuration::from_hours(HOURS)).unwrap_or(now);
    let places = set_up(services, begins).await?;
    for (number, (code, kind)) in (0i64..).zip(places) {
        let silent = (code.as_str(), kind) == (SILENT.0, SILENT.1);
        let until = if silent { now - SignedDuration::from_hours(SILENT.2) } else { now };
        let readings = times(begins, until).into_iter().map(|at| {
            let hours = until.duration_since(at).as_secs_f64() / 3600.0;
            let value = value(&code, kind, number, hours);
            Some(Reading { channel: ChannelCode::of(&code, kind).as_str().to_owned(), at, value, quality: Quality::Ok })
        });
        // What a gateway sends is heard when it is sent.
        let heard = Context { now: until, ..context.clone() };
        feed(services, &heard, readings.collect()).await?;
    }
    keep(services).await?;
    roll_up(services).await?;
    Ok(())
}

/// Channels of every tank and of every room that has tanks. Their places, and what is measured.
async fn set_up(services: &Services, now: Timestamp) -> Result<Vec<(String, ChannelKind)>, TelemetryError> {
    let mut tx = services.begin().await?;
    let tanks = channels::tanks(&mut *tx).await?;
    let mut places: Vec<(String, Option<TankId>, Option<Uuid>)> =
        tanks.iter().map(|tank| (tank.code.clone(), Some(TankId(tank.id)), None)).collect();
    let mut rooms: Vec<(Uuid, String)> = tanks.iter().map(|tank| (tank.room_id, tank.room.clone())).collect();
    rooms.dedup();
    places.extend(rooms.into_iter().map(|(id, code)| (code, None, Some(id))));
    let mut made = Vec::new();
    for (code, tank, room) in places {
        let kinds: &[ChannelKind] = if tank.is_some() { &TANK } else { &ROOM };
        for kind in kinds {
            let device = format!("DEMO-{}", made.len() + 1);
            let new = NewChannel { kind: *kind, place: code.clone(), tank, room, interval_s: INTERVAL, device };
            add_channel(&mut tx, &new, now).await?;
            made.push((code.clone(), *kind));
        }
    }
    tx.commit().await?;
    Ok(made)
}

/// Every hour, and of the last day every ten minutes.
fn times(begins: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let day = until - SignedDuration::from_hours(26);
    let (mut at, mut all) = (begins, Vec::new());
    while at < until {
        all.push(at);
        let minutes = if at < day { 60 } else { 10 };
        at += SignedDuration::from_mins(minutes);
    }
    all.push(until);
    all
}

/// Noise between -1 and 1 that is the same in every demo.
fn noise(number: i64, hours: f64) -> f64 {
    ((number as f64 * 12.9898 + hours * 78.233).sin() * 43_758.545_3).fract()
}

/// What a probe says so many hours before the end.
fn value(code: &str, kind: ChannelKind, number: i64, hours: f64) -> f64 {
    let noise = noise(number, hours);
    let day = (hours / 24.0 * std::f64::consts::TAU).sin();
    let value = match kind {
        ChannelKind::TemperatureTop if code == WARM => -186.0 + 0.8 * day + 0.3 * noise + warm(hours),
        ChannelKind::TemperatureTop => -186.0 + 0.8 * day + 0.3 * noise,
        ChannelKind::TemperatureBottom => -195.4 + 0.2 * noise,
        // Filled up every six days, and a little lower every hour.
        ChannelKind::Ln2Level => 58.0 + (hours + number as f64 * 17.0).rem_euclid(144.0) * 0.2 + 0.3 * noise,
        ChannelKind::RoomTemperature => 21.5 + 0.8 * day + 0.2 * noise,
        ChannelKind::Humidity => 47.0 + 4.0 * day + noise,
        ChannelKind::Oxygen => 20.8 + 0.15 * noise,
        ChannelKind::MainsA | ChannelKind::MainsB | ChannelKind::Fan => return 1.0,
        ChannelKind::UpsMinutes => 94.0 + 2.0 * noise,
        ChannelKind::Pressure => 15.0 + 2.0 * noise,
        ChannelKind::Lid | ChannelKind::FillValve => return 0.0,
    };
    (value * 10.0).round() / 10.0
}

/// Somebody left the lid open for a while, yesterday.
fn warm(hours: f64) -> f64 {
    let from = (hours - 20.0).abs();
    if from < 1.0 { 28.0 * (1.0 - from) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_demo_invents_is_plausible_and_warm_only_where_it_says() {
        for kind in ChannelKind::ALL {
            for tenth in 0..7200 {
                let hours = f64::from(tenth) / 10.0;
                let value = value("L-01", kind, 3, hours);
                assert!(kind.is_plausible(value), "{kind:?}: {value}");
                assert!(!kind.is_of_cold() || value < -175.0, "{kind:?}: {value}");
                assert!(kind != ChannelKind::Ln2Level || value > 20.0, "{value}");
            }
        }
        assert!(value(WARM, ChannelKind::TemperatureTop, 3, 20.0) > -170.0);
        assert!(value(WARM, ChannelKind::TemperatureTop, 3, 22.0) < -180.0);
    }
}
