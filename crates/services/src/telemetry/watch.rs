//! The watch: looks at every channel every few seconds, begins alarms and ends them, and climbs the ladder.
//!
//! Whoever watches holds one row of the database for as long as it looks; another server that comes at the same time goes home.
//! So each alarm begins once and each person is told once, however many servers there are.

use super::{TelemetryError, ladder, rules_in};
use crate::Services;
use crate::context::new_uuid;
use crate::db::to_the_end;
use domain::telemetry::{
    AlarmEvent, AlarmState, ChannelKind, Check, Open, Rule, Rules, Sample, Verdict, Window, evaluate, follow,
};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use store::telemetry::alarms::{self as sql, AlarmRow, NewAlarm, Step};
use store::telemetry::mutes;
use store::telemetry::watch::{self as seen, WindowRow};
use uuid::Uuid;

/// A mute that nobody confirms within this time lapses.
const UNCONFIRMED: SignedDuration = SignedDuration::from_mins(15);

/// What a look did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Looked {
    /// Channels that were looked at.
    pub channels: u32,
    /// Alarms that began.
    pub begun: u32,
    /// Events of alarms.
    pub events: u32,
    /// People who were told of something.
    pub told: u32,
}

/// Looks once. `None` where another server is looking.
///
/// # Errors
/// `Busy`, `Unreadable`, `Database`.
pub async fn watch(services: &Services) -> Result<Option<Looked>, TelemetryError> {
    let given = services.clone();
    let looked = to_the_end(async move { look(&given).await }).await?;
    if looked.is_some_and(|looked| looked.told > 0) {
        services.job_bell.notify_one();
    }
    Ok(looked)
}

async fn look(services: &Services) -> Result<Option<Looked>, TelemetryError> {
    let now = services.clock.now();
    let mut tx = services.begin().await?;
    if !seen::take(&mut *tx).await? {
        return Ok(None);
    }
    let (version, rules) = rules_in(&mut tx, now).await?;
    mutes::end_due(&mut *tx, now, now.saturating_sub(UNCONFIRMED).unwrap_or(Timestamp::MIN)).await?;
    let quiet = mutes::open(&mut *tx).await?;
    let quiet: HashSet<i32> = quiet.iter().filter(|mute| mute.until.is_some()).map(|mute| mute.channel_id).collect();
    let rows = seen::windows(&mut *tx).await?;
    let mut looking = Looking { now, version, looked: Looked::default(), loud: Vec::new() };
    looking.looked.channels = u32::try_from(rows.len()).unwrap_or(u32::MAX);

    let open = sql::lock_open(&mut *tx).await?;
    let (drills, open): (Vec<AlarmRow>, Vec<AlarmRow>) = open.into_iter().partition(|alarm| alarm.drill);
    let mut open: HashMap<(i32, String), AlarmRow> =
        open.into_iter().map(|alarm| ((alarm.channel_id, alarm.rule.clone()), alarm)).collect();
    let bottoms = bottoms(&rows);
    for row in &rows {
        let Some(kind) = ChannelKind::from_name(&row.kind) else { continue };
        let window = window(row, kind, &bottoms);
        for rule in rules.of(kind) {
            let verdict = evaluate(rule, &window, now);
            let alarm = open.remove(&(row.channel_id, rule.name.clone()));
            looking.one(&mut tx, (row.channel_id, rule), alarm, verdict, quiet.contains(&row.channel_id)).await?;
        }
    }
    // What nobody looks at any more (a channel out of use, a rule that is gone) ends where it may; so does a drill that was heard.
    for alarm in open.into_values().chain(drills) {
        looking.step(&mut tx, alarm, AlarmEvent::Clear, None).await?;
    }
    looking.put_up(&mut tx, &rules).await?;
    looking.looked.told = ladder::climb(&mut tx, now).await?;
    seen::looked(&mut *tx, now).await?;
    tx.commit().await?;
    Ok(Some(looking.looked))
}

/// The present value of the bottom of each tank.
fn bottoms(rows: &[WindowRow]) -> HashMap<Uuid, f64> {
    let of = rows.iter().filter(|row| row.kind == ChannelKind::TemperatureBottom.name());
    of.filter_map(|row| {
        let window = window(row, ChannelKind::TemperatureBottom, &HashMap::new());
        row.tank_id.zip(window.current().map(|good| good.value))
    })
    .collect()
}

fn window(row: &WindowRow, kind: ChannelKind, bottoms: &HashMap<Uuid, f64>) -> Window {
    let good = row.good_at.zip(row.good_value);
    Window {
        interval: SignedDuration::from_secs(i64::from(row.interval_s)),
        heard_at: row.heard_at.to_jiff(),
        since: row.since.to_jiff(),
        newest_at: row.at.map(|at| at.to_jiff()),
        good: good.map(|(at, value)| Sample { at: at.to_jiff(), value: f64::from(value) }),
        lowest: row.lowest.map(f64::from),
        same_since: row.changed_at.map(|at| at.to_jiff()),
        partner: (kind == ChannelKind::TemperatureTop)
            .then(|| row.tank_id.and_then(|tank| bottoms.get(&tank).copied()))
            .flatten(),
    }
}

/// One look under way.
struct Looking {
    now: Timestamp,
    version: i32,
    looked: Looked,
    /// Alarms that became loud now.
    loud: Vec<Uuid>,
}

impl Looking {
    /// What follows for one rule and channel.
    async fn one(
        &mut self,
        db: &mut PgConnection,
        (channel, rule): (i32, &Rule),
        alarm: Option<AlarmRow>,
        verdict: Verdict,
        muted: bool,
    ) -> Result<(), TelemetryError> {
        let open = match &alarm {
            None if matches!(verdict, Verdict::Breach { .. }) => None,
            None => return Ok(()),
            Some(alarm) => {
                Some(Open { state: state_of(alarm)?, began_at: alarm.began_at.to_jiff(), drill: alarm.drill })
            }
        };
        let value = match verdict {
            Verdict::Breach { value } => value.map(|value| value as f32),
            _ => None,
        };
        let mut events = follow(open, rule, verdict, muted, self.now).into_iter();
        let mut alarm = match alarm {
            Some(alarm) => {
                self.note(db, &alarm, (rule, verdict), value).await?;
                alarm
            }
            None => {
                let Some(first) = events.next() else { return Ok(()) };
                let Some(begun) = self.begin(db, (channel, rule), first, value).await? else { return Ok(()) };
                begun
            }
        };
        for event in events {
            alarm = self.step(db, alarm, event, value).await?;
        }
        Ok(())
    }

    /// The worst value of an alarm, and since when what it is about is over.
    async fn note(
        &self,
        db: &mut PgConnection,
        alarm: &AlarmRow,
        (rule, verdict): (&Rule, Verdict),
        value: Option<f32>,
    ) -> sqlx::Result<()> {
        let worst = |one: f32, other: f32| {
            if matches!(rule.check, Check::Below { .. }) { one.min(other) } else { one.max(other) }
        };
        let peak = match (alarm.peak, value) {
            (Some(peak), Some(value)) => Some(worst(peak, value)),
            (peak, value) => peak.or(value),
        };
        let before = alarm.cleared_at.map(|at| at.to_jiff());
        let cleared = match verdict {
            Verdict::Clear => before.or(Some(self.now)),
            Verdict::Breach { .. } => None,
            Verdict::Unknown => before,
        };
        if peak != alarm.peak || cleared != before {
            sql::note(&mut *db, alarm.id, peak, cleared).await?;
        }
        Ok(())
    }

    async fn begin(
        &mut self,
        db: &mut PgConnection,
        (channel, rule): (i32, &Rule),
        event: AlarmEvent,
        value: Option<f32>,
    ) -> Result<Option<AlarmRow>, TelemetryError> {
        let Some(state) = AlarmState::Ok.next(event) else { return Ok(None) };
        let id = new_uuid(self.now);
        let new = NewAlarm {
            id,
            channel,
            rule: &rule.name,
            version: self.version,
            severity: rule.severity.name(),
            drill: false,
            state: state.name(),
            value,
        };
        if !sql::begin(&mut *db, &new, self.now).await? {
            return Ok(None);
        }
        let step = Step {
            alarm: id,
            seq: 1,
            event: event.name(),
            from: AlarmState::Ok.name(),
            to: state.name(),
            by: None,
            value,
        };
        sql::happened(&mut *db, step, self.now).await?;
        self.looked.begun += 1;
        self.looked.events += 1;
        if state.is_loud() {
            self.loud.push(id);
        }
        Ok(sql::one(&mut *db, id).await?)
    }

    /// Moves an alarm, where the table has a way.
    async fn step(
        &mut self,
        db: &mut PgConnection,
        alarm: AlarmRow,
        event: AlarmEvent,
        value: Option<f32>,
    ) -> Result<AlarmRow, TelemetryError> {
        let from = state_of(&alarm)?;
        let Some(to) = from.next(event) else { return Ok(alarm) };
        let seq = alarm.seq + 1;
        let step =
            Step { alarm: alarm.id, seq, event: event.name(), from: from.name(), to: to.name(), by: None, value };
        sql::happened(&mut *db, step, self.now).await?;
        sql::go(&mut *db, step, self.now).await?;
        self.looked.events += 1;
        if to.is_loud() {
            self.loud.push(alarm.id);
        }
        Ok(AlarmRow { state: to.name().to_owned(), seq, ..alarm })
    }

    /// Puts up the ladders of what became loud now.
    async fn put_up(&self, db: &mut PgConnection, rules: &Rules) -> sqlx::Result<()> {
        for alarm in &self.loud {
            ladder::put_up(db, rules, *alarm, self.now).await?;
        }
        Ok(())
    }
}

/// Where an alarm stands.
pub(super) fn state_of(alarm: &AlarmRow) -> Result<AlarmState, TelemetryError> {
    AlarmState::from_name(&alarm.state).ok_or(TelemetryError::Unreadable("the state of an alarm"))
}
