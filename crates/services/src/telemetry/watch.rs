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
use store::telemetry::alarms::{self as sql, AlarmRow, NewAlarm, Note, Step};
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
    let open = sql::lock_open(&mut *tx).await?;
    let (drills, open): (Vec<AlarmRow>, Vec<AlarmRow>) = open.into_iter().partition(|alarm| alarm.drill);
    let mut open: HashMap<(i32, &str), &AlarmRow> =
        open.iter().map(|alarm| ((alarm.channel_id, alarm.rule.as_str()), alarm)).collect();
    let mut found = Found::new(now, version);
    let bottoms = bottoms(&rows, now);
    for row in &rows {
        let Some(kind) = ChannelKind::from_name(&row.kind) else { continue };
        let window = window(row, kind, &bottoms);
        for rule in rules.of(kind) {
            let verdict = evaluate(rule, &window, now);
            let alarm = open.remove(&(row.channel_id, rule.name.as_str()));
            found.of_rule((row.channel_id, rule), alarm, verdict, quiet.contains(&row.channel_id))?;
        }
    }
    // What nobody looks at any more (a channel out of use, a rule that is gone) ends where it may; so does a drill that was heard.
    for alarm in open.into_values().chain(&drills) {
        found.step(&mut Standing::of(alarm)?, AlarmEvent::Clear, None);
    }
    let mut looked = found.write(&mut tx, &rules).await?;
    looked.channels = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    looked.told = ladder::climb(&mut tx, now).await?;
    seen::looked(&mut *tx, now).await?;
    tx.commit().await?;
    Ok(Some(looked))
}

/// The present value of the bottom of each tank; none of one whose probe is silent, by which nothing is displaced.
fn bottoms(rows: &[WindowRow], now: Timestamp) -> HashMap<Uuid, f64> {
    let of = rows.iter().filter(|row| row.kind == ChannelKind::TemperatureBottom.name());
    of.filter_map(|row| {
        let window = window(row, ChannelKind::TemperatureBottom, &HashMap::new());
        row.tank_id.zip(window.present(now).map(|good| good.value))
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

/// Where an alarm stands while one looks.
struct Standing {
    alarm: Uuid,
    state: AlarmState,
    seq: i32,
    /// How often it has moved at this look.
    moved: usize,
}

impl Standing {
    fn of(alarm: &AlarmRow) -> Result<Self, TelemetryError> {
        Ok(Self { alarm: alarm.id, state: state_of(alarm)?, seq: alarm.seq, moved: 0 })
    }
}

/// What a look found, to be written at once: however many channels a gateway takes with it when it falls silent, it is written by as
/// many statements as that of one.
struct Found<'a> {
    now: Timestamp,
    version: i32,
    begun: Vec<NewAlarm<'a>>,
    notes: Vec<Note>,
    /// Every event.
    events: Vec<Step<'a>>,
    /// The first step of alarms, then the second, and so on; but for those by which one begins.
    turns: Vec<Vec<Step<'a>>>,
    /// Alarms that became loud now.
    loud: Vec<Uuid>,
}

impl<'a> Found<'a> {
    const fn new(now: Timestamp, version: i32) -> Self {
        Self {
            now,
            version,
            begun: Vec::new(),
            notes: Vec::new(),
            events: Vec::new(),
            turns: Vec::new(),
            loud: Vec::new(),
        }
    }

    /// What follows for one rule and channel.
    fn of_rule(
        &mut self,
        (channel, rule): (i32, &'a Rule),
        alarm: Option<&AlarmRow>,
        verdict: Verdict,
        muted: bool,
    ) -> Result<(), TelemetryError> {
        let value = match verdict {
            Verdict::Breach { value } => value.map(|value| value as f32),
            _ => None,
        };
        let (open, mut standing) = match alarm {
            None if matches!(verdict, Verdict::Breach { .. }) => {
                let standing = Standing { alarm: new_uuid(self.now), state: AlarmState::Ok, seq: 0, moved: 0 };
                (None, standing)
            }
            None => return Ok(()),
            Some(alarm) => {
                self.note(alarm, (rule, verdict), value);
                let standing = Standing::of(alarm)?;
                let open = Open { state: standing.state, began_at: alarm.began_at.to_jiff(), drill: alarm.drill };
                (Some(open), standing)
            }
        };
        let mut events = follow(open, rule, verdict, muted, self.now).into_iter();
        if open.is_none() {
            let Some(first) = events.next() else { return Ok(()) };
            self.begin(&mut standing, (channel, rule), first, value);
        }
        for event in events {
            self.step(&mut standing, event, value);
        }
        Ok(())
    }

    /// The worst value of an alarm, and since when what it is about is over.
    fn note(&mut self, alarm: &AlarmRow, (rule, verdict): (&Rule, Verdict), value: Option<f32>) {
        let worst = |one: f32, other: f32| {
            if matches!(rule.check, Check::Below { .. }) { one.min(other) } else { one.max(other) }
        };
        let peak = match (alarm.peak, value) {
            (Some(peak), Some(value)) => Some(worst(peak, value)),
            (peak, value) => peak.or(value),
        };
        let before = alarm.cleared_at.map(|at| at.to_jiff());
        let cleared_at = match verdict {
            Verdict::Clear => before.or(Some(self.now)),
            Verdict::Breach { .. } => None,
            Verdict::Unknown => before,
        };
        if peak != alarm.peak || cleared_at != before {
            self.notes.push(Note { alarm: alarm.id, peak, cleared_at });
        }
    }

    fn begin(
        &mut self,
        standing: &mut Standing,
        (channel, rule): (i32, &'a Rule),
        event: AlarmEvent,
        value: Option<f32>,
    ) {
        let Some(state) = self.happens(standing, event, value).map(|step| step.to) else { return };
        self.begun.push(NewAlarm {
            id: standing.alarm,
            channel,
            rule: &rule.name,
            version: self.version,
            severity: rule.severity.name(),
            drill: false,
            state,
            value,
        });
    }

    /// Moves an alarm, where the table has a way.
    fn step(&mut self, standing: &mut Standing, event: AlarmEvent, value: Option<f32>) {
        let Some(step) = self.happens(standing, event, value) else { return };
        if self.turns.len() <= standing.moved {
            self.turns.push(Vec::new());
        }
        self.turns[standing.moved].push(step);
        standing.moved += 1;
    }

    fn happens(&mut self, standing: &mut Standing, event: AlarmEvent, value: Option<f32>) -> Option<Step<'a>> {
        let (from, to) = (standing.state, standing.state.next(event)?);
        standing.seq += 1;
        standing.state = to;
        let alarm = standing.alarm;
        let step =
            Step { alarm, seq: standing.seq, event: event.name(), from: from.name(), to: to.name(), by: None, value };
        self.events.push(step);
        if to.is_loud() {
            self.loud.push(alarm);
        }
        Some(step)
    }

    /// Writes everything down, and puts up the ladders of what became loud.
    async fn write(mut self, db: &mut PgConnection, rules: &Rules) -> sqlx::Result<Looked> {
        let now = self.now;
        if !self.notes.is_empty() {
            sql::note(&mut *db, &self.notes).await?;
        }
        let mut begun = 0;
        if !self.begun.is_empty() {
            let there: HashSet<Uuid> = sql::begin(&mut *db, &self.begun, now).await?.into_iter().collect();
            begun = there.len();
            // What is open of its channel and rule already does not begin again, and nothing follows of it.
            self.begun.retain(|new| !there.contains(&new.id));
            let not: HashSet<Uuid> = self.begun.iter().map(|new| new.id).collect();
            self.events.retain(|step| !not.contains(&step.alarm));
            self.turns.iter_mut().for_each(|turn| turn.retain(|step| !not.contains(&step.alarm)));
            self.loud.retain(|alarm| !not.contains(alarm));
        }
        if !self.events.is_empty() {
            sql::happened(&mut *db, &self.events, now).await?;
        }
        for turn in self.turns.iter().filter(|turn| !turn.is_empty()) {
            sql::go(&mut *db, turn, now).await?;
        }
        ladder::put_up(db, rules, &self.loud, now).await?;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Looked { begun: number(begun), events: number(self.events.len()), ..Looked::default() })
    }
}

/// Where an alarm stands.
pub(super) fn state_of(alarm: &AlarmRow) -> Result<AlarmState, TelemetryError> {
    AlarmState::from_name(&alarm.state).ok_or(TelemetryError::Unreadable("the state of an alarm"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::ToSqlx as _;

    #[test]
    fn by_a_bottom_that_is_silent_nothing_is_displaced() {
        let now = Timestamp::UNIX_EPOCH;
        let row = |tank: u128, silent_s: i64| {
            let heard = now - SignedDuration::from_secs(silent_s);
            WindowRow {
                channel_id: 1,
                kind: ChannelKind::TemperatureBottom.name().to_owned(),
                tank_id: Some(Uuid::from_u128(tank)),
                interval_s: 60,
                since: heard.to_sqlx(),
                at: Some(heard.to_sqlx()),
                good_at: Some(heard.to_sqlx()),
                good_value: Some(-196.0),
                changed_at: None,
                heard_at: heard.to_sqlx(),
                lowest: None,
            }
        };
        let known = bottoms(&[row(1, 180), row(2, 181)], now);
        assert_eq!(known, HashMap::from([(Uuid::from_u128(1), -196.0)]), "of the other its silence is told");
    }
}
