//! What the tanks' pages and the wall board show: channels with their newest reading, alarms, mutes, and whether somebody watches.

use super::watch::state_of;
use super::{TelemetryError, rules_in};
use crate::account::{open_text, place};
use crate::snapshot::Snapshot;
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
    /// When it first became loud.
    pub fired_at: Option<Timestamp>,
    /// Since when it is loud and nobody has acknowledged it; none where it is not loud.
    pub unanswered_since: Option<Timestamp>,
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

impl AlarmView {
    /// For how many whole minutes it has been loud without anybody's answer; none within the first.
    pub fn unanswered(&self, now: Timestamp) -> Option<u32> {
        let minutes = now.duration_since(self.unanswered_since?).as_secs() / 60;
        u32::try_from(minutes).ok().filter(|minutes| *minutes > 0)
    }
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
    /// How many units lie in each tank where any do, at most a minute ago. Not counted for a wall, which does not show it.
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

pub(super) fn channel_view(row: &ChannelRow, rules: &Rules, now: Timestamp) -> Option<ChannelView> {
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
    let state = state_of(row)?;
    let loud_at = row.loud_at.or(row.fired_at).filter(|_| state.is_loud());
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
        state,
        began_at: row.began_at.to_jiff(),
        fired_at: row.fired_at.map(|at| at.to_jiff()),
        unanswered_since: loud_at.map(|at| at.to_jiff()),
        acknowledged: row.acknowledged_by.map(by).zip(row.acknowledged_at.map(|at| at.to_jiff())),
        cleared_at: row.cleared_at.map(|at| at.to_jiff()),
        closed_at: row.closed_at.map(|at| at.to_jiff()),
        value: row.value.map(f64::from),
        peak: row.peak.map(f64::from),
    })
}

pub(super) fn mute_view(row: MuteRow, names: &BTreeMap<Uuid, String>, own: Option<AccountId>) -> MuteView {
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

/// How many units lie in each tank. Every place that is taken is read for it, of which there are hundreds of thousands, and few change in a
/// minute: it is counted once in one, however many look. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Filled(Snapshot<BTreeMap<TankId, u64>>);

impl Default for Filled {
    fn default() -> Self {
        Self(Snapshot::lasting(SignedDuration::from_mins(1)))
    }
}

impl Filled {
    pub(crate) async fn read(&self, services: &Services) -> sqlx::Result<BTreeMap<TankId, u64>> {
        let counted = self.0.read(&services.clock, |_| counted(services)).await?;
        Ok(counted.as_ref().clone())
    }
}

async fn counted(services: &Services) -> sqlx::Result<BTreeMap<TankId, u64>> {
    let units = channels::units(&services.db).await?;
    Ok(units.into_iter().map(|(tank, units)| (TankId(tank), units.unsigned_abs())).collect())
}

/// Everything there is to watch.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn board(services: &Services, context: &Context) -> Result<Board, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let units = services.filled.read(services).await?;
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

pub(super) async fn read(services: &Services, context: &Context, named: bool) -> Result<Board, TelemetryError> {
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
    let (mut of_tank, mut of_room) = (Of::default(), Of::default());
    for (row, view) in rows.iter().filter_map(|row| Some((row, channel_view(row, &rules, now)?))) {
        match (row.tank_id, row.room_id) {
            (Some(tank), _) => of_tank.entry(tank).channels.push(view),
            (None, Some(room)) => of_room.entry(room).channels.push(view),
            (None, None) => {}
        }
    }
    for alarm in &alarms {
        if let Some(tank) = alarm.tank {
            of_tank.entry(tank.0).alarms.push(alarm.clone());
        }
        if let Some(room) = alarm.room {
            of_room.entry(room.0).alarms.push(alarm.clone());
        }
    }
    for mute in &mutes {
        if let Some(tank) = mute.tank {
            of_tank.entry(tank.0).mutes.push(mute.clone());
        }
        if let Some(room) = mute.room {
            of_room.entry(room.0).mutes.push(mute.clone());
        }
    }
    let tanks = tanks.into_iter().map(|row| of_tank.take(row.id).tank(row)).collect();
    let rooms = rooms.into_iter().map(|(id, code)| of_room.take(id).room(RoomId(id), code)).collect();
    Ok(Board { now, looked_at, tanks, units: BTreeMap::new(), rooms, alarms, mutes })
}

/// What there is of a tank or a room.
#[derive(Default)]
pub(super) struct Belongings {
    pub channels: Vec<ChannelView>,
    pub alarms: Vec<AlarmView>,
    pub mutes: Vec<MuteView>,
}

impl Belongings {
    /// With its channels in the order of kinds.
    pub(super) fn tank(mut self, row: TankRow) -> TankView {
        self.channels.sort_by_key(|channel| channel.kind);
        TankView {
            id: TankId(row.id),
            code: row.code,
            purpose: row.purpose,
            room: row.room,
            places: u64::from(row.places.unsigned_abs()),
            channels: self.channels,
            alarms: self.alarms,
            mutes: self.mutes,
        }
    }

    /// With its channels in the order of kinds.
    pub(super) fn room(mut self, id: RoomId, code: String) -> RoomView {
        self.channels.sort_by_key(|channel| channel.kind);
        RoomView { id, code, channels: self.channels, alarms: self.alarms, mutes: self.mutes }
    }
}

/// What there is of each tank or each room, found once for all of them: there may be a thousand tanks and three thousand channels.
#[derive(Default)]
struct Of(BTreeMap<Uuid, Belongings>);

impl Of {
    fn entry(&mut self, place: Uuid) -> &mut Belongings {
        self.0.entry(place).or_default()
    }

    fn take(&mut self, place: Uuid) -> Belongings {
        self.0.remove(&place).unwrap_or_default()
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
