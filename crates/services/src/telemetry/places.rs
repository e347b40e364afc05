//! One tank or one room with everything of the present, as its page shows it: what is its own is read, and nothing of the others.

use super::board::{AlarmView, Belongings, RoomView, STALE, TankView, alarm_view, channel_view, mute_view, names};
use super::{TelemetryError, rules_in};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{RoomId, TankId};
use domain::telemetry::Rules;
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::telemetry::alarms::{self, AlarmRow};
use store::telemetry::channels::{self, ChannelRow};
use store::telemetry::mutes::{self, MuteRow};
use store::telemetry::watch;
use uuid::Uuid;

/// Alarms of a place that are read, those first that are not over.
const MOST: i64 = 50;

/// A tank as its page shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct TankPresent {
    /// The tank with its open alarms.
    pub tank: TankView,
    /// How many units lie there.
    pub units: u64,
    /// Its alarms: those first that are not over, the worst before the others, then the latest.
    pub alarms: Vec<AlarmView>,
    /// Nobody has looked lately: what is shown may be old.
    pub stale: bool,
}

/// A room as its page shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct RoomPresent {
    /// The room with its open alarms.
    pub room: RoomView,
    /// Its alarms: those first that are not over, the worst before the others, then the latest.
    pub alarms: Vec<AlarmView>,
    /// Nobody has looked lately: what is shown may be old.
    pub stale: bool,
}

/// What was read of a place.
struct Read {
    looked_at: Option<Timestamp>,
    rules: Rules,
    channels: Vec<ChannelRow>,
    alarms: Vec<AlarmRow>,
    mutes: Vec<MuteRow>,
}

async fn read(db: &mut PgConnection, now: Timestamp, place: Uuid) -> Result<Read, TelemetryError> {
    let (_, rules) = rules_in(&mut *db, now).await?;
    Ok(Read {
        looked_at: watch::last_look(&mut *db).await?.map(|at| at.to_jiff()),
        rules,
        channels: channels::of_place(&mut *db, place).await?,
        alarms: alarms::of_place(&mut *db, place, MOST).await?,
        mutes: mutes::of_place(&mut *db, place).await?,
    })
}

impl Read {
    /// Nobody has looked lately.
    fn stale(&self, now: Timestamp) -> bool {
        self.looked_at.is_none_or(|at| now.duration_since(at) > STALE)
    }

    /// What belongs to the place, and all its alarms.
    async fn shown(
        self,
        services: &Services,
        context: &Context,
    ) -> Result<(Belongings, Vec<AlarmView>), TelemetryError> {
        let mentioned = self.alarms.iter().filter_map(|row| row.acknowledged_by);
        let quiet = self.mutes.iter().flat_map(|row| std::iter::once(row.asked_by).chain(row.confirmed_by));
        let names: BTreeMap<Uuid, String> = names(services, mentioned.chain(quiet).collect()).await?;
        let alarms = self.alarms.iter().map(|row| alarm_view(row, &names)).collect::<Result<Vec<_>, _>>()?;
        let own = context.actor.account();
        let belongings = Belongings {
            channels: self.channels.iter().filter_map(|row| channel_view(row, &self.rules, context.now)).collect(),
            alarms: alarms.iter().filter(|alarm| alarm.closed_at.is_none()).cloned().collect(),
            mutes: self.mutes.into_iter().map(|row| mute_view(row, &names, own)).collect(),
        };
        Ok((belongings, alarms))
    }
}

/// A tank with everything of the present.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn tank(services: &Services, context: &Context, id: TankId) -> Result<TankPresent, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let mut db = services.db.acquire().await?;
    let row = channels::tank(&mut *db, id.0).await?.ok_or(TelemetryError::NotFound)?;
    let units = channels::units_in(&mut *db, id.0).await?.unsigned_abs();
    let read = read(&mut db, context.now, id.0).await?;
    drop(db);
    let stale = read.stale(context.now);
    let (belongings, alarms) = read.shown(services, context).await?;
    Ok(TankPresent { tank: belongings.tank(row), units, alarms, stale })
}

/// A room that has channels, with everything of the present.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn room(services: &Services, context: &Context, id: RoomId) -> Result<RoomPresent, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let mut db = services.db.acquire().await?;
    let code = channels::room(&mut *db, id.0).await?.ok_or(TelemetryError::NotFound)?;
    let read = read(&mut db, context.now, id.0).await?;
    drop(db);
    let stale = read.stale(context.now);
    let (belongings, alarms) = read.shown(services, context).await?;
    Ok(RoomPresent { room: belongings.room(id, code), alarms, stale })
}
