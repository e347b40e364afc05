//! What the tanks' pages and the wall board show: channels with their newest reading, alarms, mutes, and whether somebody watches.

use super::watch::state_of;
use super::{TelemetryError, rules_in};
use crate::account::{open_text, place};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AccountId, AlarmId, MuteId, RoomId, TankId};
use domain::telemetry::{AlarmState, ChannelKind, Check, Quality, Rules, Severity};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use store::telemetry::alarms::{self, AlarmRow, EventRow, ReceiptRow};
use store::telemetry::channels::{self, ChannelRow, TankRow};
use store::telemetry::mutes::{self, MuteRow};
use store::telemetry::{people, watch};
use uuid::Uuid;

/// The watch looks every few seconds; when it has not for so long, what is shown may be old.
pub const STALE: SignedDuration = SignedDuration::from_secs(60);

/// A channel as it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct ChannelView {
    /// Its own.
    pub id: i32,
    /// `T-07/temperature_top`.
    pub code: String,
    /// What is measured.
    pub kind: ChannelKind,
    /// The newest that counts, in its unit.
    pub value: Option<f64>,
    /// When that was measured, by the device's clock.
    pub at: Option<Timestamp>,
    /// How good the newest reading is.
    pub quality: Option<Quality>,
    /// When it was last heard, by our clock.
    pub heard_at: Timestamp,
    /// Nothing came for longer than it may.
    pub silent: bool,
}

/// An alarm as it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct AlarmView {
    /// Its own.
    pub id: AlarmId,
    /// Its version.
    pub seq: i32,
    /// Of which channel.
    pub channel: i32,
    /// The code of the tank or the room.
    pub place: String,
    /// Of which tank.
    pub tank: Option<TankId>,
    /// Of which room.
    pub room: Option<RoomId>,
    /// What is measured.
    pub kind: ChannelKind,
    /// By which rule; `drill` where it is rehearsed.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// It is rehearsed.
    pub drill: bool,
    /// Where it stands.
    pub state: AlarmState,
    /// Since when.
    pub began_at: Timestamp,
    /// When it became loud.
    pub fired_at: Option<Timestamp>,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(String, Timestamp)>,
    /// Since when what it is about is over.
    pub cleared_at: Option<Timestamp>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// By what it began.
    pub value: Option<f64>,
    /// The worst since.
    pub peak: Option<f64>,
}

/// A channel that is quiet, or is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MuteView {
    /// Its own.
    pub id: MuteId,
    /// Of which channel.
    pub channel: i32,
    /// That, as written.
    pub code: String,
    /// Of which tank.
    pub tank: Option<TankId>,
    /// Of which room.
    pub room: Option<RoomId>,
    /// Why.
    pub reason: String,
    /// For how long.
    pub minutes: u32,
    /// Who asked for it.
    pub owner: String,
    /// That is whoever looks.
    pub own: bool,
    /// Who confirmed it.
    pub second: Option<String>,
    /// Until when it is quiet; none until it is confirmed.
    pub until: Option<Timestamp>,
}

/// A tank with everything of the present.
#[derive(Clone, PartialEq, Debug)]
pub struct TankView {
    /// Its own.
    pub id: TankId,
    /// As written on it.
    pub code: String,
    /// `quarantine`, `long_term`, `samples`.
    pub purpose: String,
    /// The code of its room.
    pub room: String,
    /// How many it has places for.
    pub places: u64,
    /// Its channels, in the order of kinds.
    pub channels: Vec<ChannelView>,
    /// Its alarms that are not over, the worst first.
    pub alarms: Vec<AlarmView>,
    /// Its channels that are quiet.
    pub mutes: Vec<MuteView>,
}

impl TankView {
    /// The channel of a kind.
    pub fn channel(&self, kind: ChannelKind) -> Option<&ChannelView> {
        self.channels.iter().find(|channel| channel.kind == kind)
    }
}

/// A room in which tanks stand, with everything of the present.
#[derive(Clone, PartialEq, Debug)]
pub struct RoomView {
    /// Its own.
    pub id: RoomId,
    /// As written on its door.
    pub code: String,
    /// Its channels, in the order of kinds.
    pub channels: Vec<ChannelView>,
    /// Its alarms that are not over, the worst first.
    pub alarms: Vec<AlarmView>,
    /// Its channels that are quiet.
    pub mutes: Vec<MuteView>,
}

/// Everything there is to watch.
#[derive(Clone, PartialEq, Debug)]
pub struct Board {
    /// When this was read.
    pub now: Timestamp,
    /// When the watch last looked.
    pub looked_at: Option<Timestamp>,
    /// The tanks, by room and code.
    pub tanks: Vec<TankView>,
    /// How many units lie in each tank where any do. Not counted for a wall, which asks every few seconds and does not show it.
    pub units: BTreeMap<TankId, u64>,
    /// The rooms that have channels, by code.
    pub rooms: Vec<RoomView>,
    /// Every alarm that is not over, the worst first.
    pub alarms: Vec<AlarmView>,
    /// Every channel that is quiet, or is to be.
    pub mutes: Vec<MuteView>,
}

impl Board {
    /// Nobody has looked lately: what is shown may be old.
    pub fn is_stale(&self) -> bool {
        self.looked_at.is_none_or(|at| self.now.duration_since(at) > STALE)
    }

    /// How many units lie in a tank.
    pub fn units_in(&self, tank: TankId) -> u64 {
        self.units.get(&tank).copied().unwrap_or(0)
    }

    /// A tank with everything of the present.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn tank(&self, id: TankId) -> Result<&TankView, TelemetryError> {
        self.tanks.iter().find(|tank| tank.id == id).ok_or(TelemetryError::NotFound)
    }

    /// A room that has channels.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn room(&self, id: RoomId) -> Result<&RoomView, TelemetryError> {
        self.rooms.iter().find(|room| room.id == id).ok_or(TelemetryError::NotFound)
    }
}

/// The names of accounts; a name that does not open is left out.
pub(super) async fn names(services: &Services, accounts: Vec<Uuid>) -> sqlx::Result<BTreeMap<Uuid, String>> {
    if accounts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = people::names(&services.db, &accounts).await?;
    let open = |id: Uuid, sealed: &[u8]| open_text(&services.vault, place("name_sealed", id), sealed).ok();
    Ok(rows.into_iter().filter_map(|(id, sealed)| Some((id, open(id, sealed.as_deref()?)?))).collect())
}

/// For how many intervals of a kind nothing may come.
fn silence(rules: &Rules, kind: ChannelKind) -> u16 {
    let intervals = rules.of(kind).find_map(|rule| match rule.check {
        Check::Silent { intervals } => Some(intervals),
        _ => None,
    });
    intervals.unwrap_or(3)
}

fn channel_view(row: &ChannelRow, rules: &Rules, now: Timestamp) -> Option<ChannelView> {
    let kind = ChannelKind::from_name(&row.kind)?;
    let heard_at = row.heard_at.to_jiff();
    let longest = SignedDuration::from_secs(i64::from(row.interval_s)) * i32::from(silence(rules, kind));
    Some(ChannelView {
        id: row.id,
        code: row.code.clone(),
        kind,
        value: row.good_value.map(f64::from),
        at: row.good_at.map(|at| at.to_jiff()),
        quality: row.quality.and_then(Quality::of_code),
        heard_at,
        silent: now.duration_since(heard_at) > longest,
    })
}

/// An alarm with the name of whoever acknowledged it.
pub(super) fn alarm_view(row: &AlarmRow, names: &BTreeMap<Uuid, String>) -> Result<AlarmView, TelemetryError> {
    let by = |by: Uuid| names.get(&by).cloned().unwrap_or_default();
    Ok(AlarmView {
        id: AlarmId(row.id),
        seq: row.seq,
        channel: row.channel_id,
        place: row.code.split('/').next().unwrap_or_default().to_owned(),
        tank: row.tank_id.map(TankId),
        room: row.room_id.map(RoomId),
        kind: ChannelKind::from_name(&row.kind).ok_or(TelemetryError::Unreadable("the kind of a channel"))?,
        rule: row.rule.clone(),
        severity: Severity::from_name(&row.severity).ok_or(TelemetryError::Unreadable("a severity"))?,
        drill: row.drill,
        state: state_of(row)?,
        began_at: row.began_at.to_jiff(),
        fired_at: row.fired_at.map(|at| at.to_jiff()),
        acknowledged: row.acknowledged_by.map(by).zip(row.acknowledged_at.map(|at| at.to_jiff())),
        cleared_at: row.cleared_at.map(|at| at.to_jiff()),
        closed_at: row.closed_at.map(|at| at.to_jiff()),
        value: row.value.map(f64::from),
        peak: row.peak.map(f64::from),
    })
}

fn mute_view(row: MuteRow, names: &BTreeMap<Uuid, String>, own: Option<AccountId>) -> MuteView {
    let name = |by: Uuid| names.get(&by).cloned().unwrap_or_default();
    MuteView {
        id: MuteId(row.id),
        channel: row.channel_id,
        tank: row.tank_id.map(TankId),
        room: row.room_id.map(RoomId),
        minutes: u32::try_from(row.minutes).unwrap_or(0),
        owner: name(row.asked_by),
        own: own == Some(AccountId(row.asked_by)),
        second: row.confirmed_by.map(name),
        until: row.until.map(|at| at.to_jiff()),
        code: row.code,
        reason: row.reason,
    }
}

/// Everything there is to watch.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn board(services: &Services, context: &Context) -> Result<Board, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let units = channels::units(&services.db).await?;
    let units = units.into_iter().map(|(tank, units)| (TankId(tank), units.unsigned_abs())).collect();
    Ok(Board { units, ..read(services, context, true).await? })
}

/// Everything there is to watch, for a wall: whoever may see no more of tanks than that is told no name, and no word that a person
/// wrote.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn wall(services: &Services, context: &Context) -> Result<Board, TelemetryError> {
    context.require(Capability::SeeWall)?;
    read(services, context, context.require(Capability::SeeTanks).is_ok()).await
}

async fn read(services: &Services, context: &Context, named: bool) -> Result<Board, TelemetryError> {
    let now = context.now;
    let mut db = services.db.acquire().await?;
    let (_, rules) = rules_in(&mut db, now).await?;
    let looked_at = watch::last_look(&mut *db).await?.map(|at| at.to_jiff());
    let tanks = channels::tanks(&mut *db).await?;
    let rows = channels::list(&mut *db).await?;
    let rooms = channels::rooms(&mut *db).await?;
    let open = alarms::open(&mut *db).await?;
    let quiet = mutes::open(&mut *db).await?;
    drop(db);
    let mentioned = open.iter().filter_map(|row| row.acknowledged_by);
    let mentioned = mentioned.chain(quiet.iter().flat_map(|row| std::iter::once(row.asked_by).chain(row.confirmed_by)));
    let mentioned = if named { mentioned.collect() } else { Vec::new() };
    let names = names(services, mentioned).await?;
    let alarms = open.iter().map(|row| alarm_view(row, &names)).collect::<Result<Vec<_>, _>>()?;
    let own = context.actor.account();
    let mut mutes: Vec<MuteView> = quiet.into_iter().map(|row| mute_view(row, &names, own)).collect();
    if !named {
        mutes.iter_mut().for_each(|mute| mute.reason.clear());
    }
    let channels_of = |wanted: &dyn Fn(&ChannelRow) -> bool| {
        let mut of: Vec<ChannelView> =
            rows.iter().filter(|row| wanted(row)).filter_map(|row| channel_view(row, &rules, now)).collect();
        of.sort_by_key(|channel| channel.kind);
        of
    };
    let tanks = tanks.into_iter().map(|row| {
        let channels = channels_of(&|channel| channel.tank_id == Some(row.id));
        tank_view(row, channels, &alarms, &mutes)
    });
    let tanks = tanks.collect();
    let rooms = rooms.into_iter().map(|(id, code)| {
        let channels = channels_of(&|channel| channel.room_id == Some(id));
        room_view((RoomId(id), code), channels, &alarms, &mutes)
    });
    let rooms = rooms.collect();
    Ok(Board { now, looked_at, tanks, units: BTreeMap::new(), rooms, alarms, mutes })
}

fn tank_view(row: TankRow, channels: Vec<ChannelView>, alarms: &[AlarmView], mutes: &[MuteView]) -> TankView {
    let id = TankId(row.id);
    TankView {
        id,
        channels,
        alarms: alarms.iter().filter(|alarm| alarm.tank == Some(id)).cloned().collect(),
        mutes: mutes.iter().filter(|mute| mute.tank == Some(id)).cloned().collect(),
        code: row.code,
        purpose: row.purpose,
        room: row.room,
        places: u64::from(row.places.unsigned_abs()),
    }
}

fn room_view(
    (id, code): (RoomId, String),
    channels: Vec<ChannelView>,
    alarms: &[AlarmView],
    mutes: &[MuteView],
) -> RoomView {
    RoomView {
        id,
        code,
        channels,
        alarms: alarms.iter().filter(|alarm| alarm.room == Some(id)).cloned().collect(),
        mutes: mutes.iter().filter(|mute| mute.room == Some(id)).cloned().collect(),
    }
}

/// An alarm with what happened to it and who was told.
#[derive(Clone, Debug)]
pub struct AlarmStory {
    /// The alarm.
    pub alarm: AlarmView,
    /// What happened, in order, each with the name of whoever did it.
    pub events: Vec<(EventRow, Option<String>)>,
    /// The ladder with its receipts.
    pub ladder: Vec<ReceiptRow>,
}

/// An alarm with what happened to it and who was told.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn alarm(services: &Services, context: &Context, id: AlarmId) -> Result<AlarmStory, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let row = alarms::one(&services.db, id.0).await?.ok_or(TelemetryError::NotFound)?;
    let events = alarms::events(&services.db, id.0).await?;
    let ladder = alarms::receipts(&services.db, id.0).await?;
    let mentioned = events.iter().filter_map(|event| event.by).chain(row.acknowledged_by).collect();
    let names = names(services, mentioned).await?;
    let with_name = |event: EventRow| {
        let name = event.by.and_then(|by| names.get(&by).cloned());
        (event, name)
    };
    Ok(AlarmStory { alarm: alarm_view(&row, &names)?, events: events.into_iter().map(with_name).collect(), ladder })
}

/// The alarms of a tank or a room, those first that are not over, then the latest.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn alarms_of(
    services: &Services,
    context: &Context,
    place: impl Into<Uuid>,
) -> Result<Vec<AlarmView>, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let rows = alarms::of_place(&services.db, place.into(), 50).await?;
    let names = names(services, rows.iter().filter_map(|row| row.acknowledged_by).collect()).await?;
    rows.iter().map(|row| alarm_view(row, &names)).collect()
}
