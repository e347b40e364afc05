//! Changing what is alarmed about: which numbers of a version may be set, within which bounds, who may stand on the ladder, and
//! what differs between two versions.
//!
//! Rules are not added or taken away here, and nothing turns silence off. Numbers are counted in tenths, so that what was typed is
//! what is compared.

use super::{ChannelKind, Check, Rule, Rules, Rung, Severity};
use crate::account::Role;
use crate::field::{Fault, Faults, FieldError};
use crate::named::named;
use crate::typed;

/// The most steps of the ladder.
pub const RUNGS: usize = 5;
/// The latest step, in tenths of a minute after the alarm.
const LATEST: i32 = 2400;
/// The least time between two steps, and before the second.
const SOONEST: i32 = 10;

/// Who may stand on the ladder: those who may acknowledge an alarm.
pub const LADDER: [Role; 3] = [Role::NightShift, Role::LabOfficer, Role::QualityOfficer];

named! {
    /// Which number of a rule.
    Part, 8 {
        /// Above or below which value.
        Limit "limit",
        /// By how much it rises within ten minutes.
        By "by",
        /// For how many hours it stays the very same.
        Hours "hours",
        /// How far the two probes of a tank differ.
        Apart "apart",
        /// By how much the bottom is warmer than the top.
        Inverted "inverted",
        /// For how many intervals nothing comes.
        Intervals "intervals",
        /// For how many minutes nothing that comes counts.
        Minutes "minutes",
        /// For how many seconds it has to last.
        Lasts "lasts",
    }
}

impl Part {
    /// Counted in whole ones.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Hours | Self::Intervals | Self::Minutes | Self::Lasts)
    }
}

/// The numbers a kind of check has.
const fn parts(check: Check) -> &'static [Part] {
    match check {
        Check::Above { .. } | Check::Below { .. } => &[Part::Limit, Part::Lasts],
        Check::Rising { .. } => &[Part::By, Part::Lasts],
        Check::Stuck { .. } => &[Part::Hours, Part::Lasts],
        Check::Displaced { .. } => &[Part::Apart, Part::Inverted, Part::Lasts],
        // Silence is loud at once.
        Check::Silent { .. } => &[Part::Intervals],
        Check::Unread { .. } => &[Part::Minutes],
    }
}

/// A number of a rule that may be set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Setting<'a> {
    /// Of which rule.
    pub rule: &'a Rule,
    /// Which.
    pub part: Part,
    /// From where to where, in tenths.
    pub bounds: (i32, i32),
}

impl Setting<'_> {
    /// The name of its input.
    pub fn field(&self) -> String {
        format!("{}-{}", self.rule.name, self.part.name())
    }

    /// As it stands, in tenths.
    pub fn value(&self) -> i32 {
        value(self.rule, self.part)
    }

    /// What it is counted in: the kind whose unit it has; none for what counts time or intervals.
    pub fn kind(&self) -> Option<ChannelKind> {
        if self.part.is_whole() { None } else { self.rule.of.first().copied() }
    }
}

fn tenths(value: f64) -> i32 {
    (value * 10.0).round() as i32
}

fn value(rule: &Rule, part: Part) -> i32 {
    match (part, rule.check) {
        (Part::Limit, Check::Above { limit } | Check::Below { limit }) => tenths(limit),
        (Part::By, Check::Rising { by }) => tenths(by),
        (Part::Hours, Check::Stuck { hours }) => i32::from(hours) * 10,
        (Part::Apart, Check::Displaced { apart, .. }) => tenths(apart),
        (Part::Inverted, Check::Displaced { inverted, .. }) => tenths(inverted),
        (Part::Intervals, Check::Silent { intervals }) => i32::from(intervals) * 10,
        (Part::Minutes, Check::Unread { minutes }) => i32::from(minutes) * 10,
        _ => i32::try_from(rule.for_s).map_or(i32::MAX, |seconds| seconds.saturating_mul(10)),
    }
}

/// Sets a number that is within its bounds.
fn set(rule: &mut Rule, part: Part, tenths: i32) {
    let (exact, whole) = (f64::from(tenths) / 10.0, u16::try_from(tenths / 10).unwrap_or(0));
    match (part, &mut rule.check) {
        (Part::Limit, Check::Above { limit } | Check::Below { limit }) => *limit = exact,
        (Part::By, Check::Rising { by }) => *by = exact,
        (Part::Hours, Check::Stuck { hours }) => *hours = whole,
        (Part::Apart, Check::Displaced { apart, .. }) => *apart = exact,
        (Part::Inverted, Check::Displaced { inverted, .. }) => *inverted = exact,
        (Part::Intervals, Check::Silent { intervals }) => *intervals = whole,
        (Part::Minutes, Check::Unread { minutes }) => *minutes = whole,
        _ => rule.for_s = u32::from(whole),
    }
}

/// From where to where a number may be set, in tenths; none for what is not set at all: whether a lid is open is no matter of taste.
///
/// A tank is critical no warmer than −150 °C (AABB, FACT); air with less than 19.5 % of oxygen is not breathed (GB 8958).
fn bounds(rule: &Rule, part: Part) -> Option<(i32, i32)> {
    use ChannelKind as K;
    let critical = rule.severity == Severity::Critical;
    match part {
        Part::Limit => match rule.of.first()? {
            K::TemperatureTop | K::TemperatureBottom if critical => Some((-1900, -1500)),
            K::TemperatureTop | K::TemperatureBottom => Some((-1900, -1510)),
            K::Ln2Level if critical => Some((100, 500)),
            K::Ln2Level => Some((110, 600)),
            K::Oxygen => Some((195, 205)),
            K::RoomTemperature => Some((150, 400)),
            K::Humidity => Some((300, 950)),
            K::Pressure => Some((10, 1000)),
            K::UpsMinutes => Some((50, 1200)),
            K::Lid | K::FillValve | K::Fan | K::MainsA | K::MainsB => None,
        },
        Part::By => Some((5, 50)),
        Part::Hours => Some((10, 240)),
        Part::Apart => Some((200, 1000)),
        Part::Inverted => Some((10, 200)),
        Part::Intervals => Some((20, 100)),
        Part::Minutes => Some((300, 2400)),
        Part::Lasts if critical => Some((0, 1200)),
        Part::Lasts => Some((0, 72_000)),
    }
}

/// Tenths as one types them: `-170`, `19.5`.
pub fn plain(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}

/// The name of the input of who stands on a step, from 1.
pub fn rung_role(number: usize) -> String {
    format!("rung-{number}-role")
}

/// That of when it is told; the first is at once.
pub fn rung_after(number: usize) -> String {
    format!("rung-{number}-after")
}

impl Rung {
    /// When it is told, in tenths of a minute after the alarm.
    pub fn after(&self) -> i32 {
        i32::try_from(self.after_s / 6).unwrap_or(i32::MAX)
    }
}

impl Rules {
    /// The numbers that may be set, rule by rule.
    pub fn settings(&self) -> impl Iterator<Item = Setting<'_>> {
        self.rules.iter().flat_map(|rule| {
            let of = parts(rule.check).iter();
            of.filter_map(move |part| Some(Setting { rule, part: *part, bounds: bounds(rule, *part)? }))
        })
    }

    /// This version with what was typed into the inputs of its settings and of the ladder.
    ///
    /// # Errors
    /// What cannot be taken, by input.
    pub fn changed<'a>(&self, typed: impl Fn(&str) -> &'a str) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let mut new = self.clone();
        for setting in self.settings() {
            let (field, (least, most)) = (setting.field(), setting.bounds);
            let read = if setting.part.is_whole() {
                let (least, most) = ((least / 10).unsigned_abs(), (most / 10).unsigned_abs());
                typed::number(typed(&field), least, most).map(|number| i32::try_from(number).unwrap_or(0) * 10)
            } else {
                typed::decimal(typed(&field)).and_then(|tenths| {
                    if (least..=most).contains(&tenths) { Ok(tenths) } else { Err(Fault::Between { least, most }) }
                })
            };
            let rule = new.rules.iter_mut().find(|rule| rule.name == setting.rule.name);
            if let (Some(tenths), Some(rule)) = (faults.take(&field, read), rule) {
                set(rule, setting.part, tenths);
            }
        }
        new.warn_before(&mut faults);
        new.ladder = ladder(&mut faults, typed);
        if faults.is_empty() { Ok(new) } else { Err(faults.into_errors()) }
    }

    /// A warning comes before what is critical: it is colder, it is fuller.
    fn warn_before(&self, faults: &mut Faults) {
        for critical in self.rules.iter().filter(|rule| rule.severity == Severity::Critical) {
            for warning in self.rules.iter().filter(|rule| rule.severity == Severity::Warning && rule.of == critical.of)
            {
                let late = match (warning.check, critical.check) {
                    (Check::Above { limit: warns }, Check::Above { limit }) => warns >= limit,
                    (Check::Below { limit: warns }, Check::Below { limit }) => warns <= limit,
                    _ => false,
                };
                if late {
                    faults.add(&format!("{}-{}", warning.name, Part::Limit.name()), Fault::WarnsTooLate);
                }
            }
        }
    }
}

/// The ladder as it was typed: the first step is told at once, each further one later than the one before it.
fn ladder<'a>(faults: &mut Faults, typed: impl Fn(&str) -> &'a str) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    for number in 1..=RUNGS {
        let (role_field, after_field) = (rung_role(number), rung_after(number));
        let (role, after) = (typed(&role_field).trim(), typed(&after_field).trim());
        if number > 1 && role.is_empty() && after.is_empty() {
            continue;
        }
        let known = |name: &str| LADDER.into_iter().find(|role| role.name() == name);
        let role = faults.take(&role_field, typed::choice(role, known));
        let before = rungs.last().map_or(0, Rung::after);
        let tenths = if number == 1 {
            Some(0)
        } else {
            let least = before.saturating_add(SOONEST).min(LATEST);
            let in_time = |tenths: i32| {
                if (least..=LATEST).contains(&tenths) {
                    Ok(tenths)
                } else {
                    Err(Fault::Between { least, most: LATEST })
                }
            };
            faults.take(&after_field, typed::decimal(after).and_then(in_time))
        };
        if let (Some(role), Some(tenths)) = (role, tenths) {
            rungs.push(Rung { after_s: tenths.unsigned_abs() * 6, role: role.name().to_owned() });
        }
    }
    rungs
}

/// Something in which two versions differ.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Change<'a> {
    /// A number of a rule.
    Number {
        /// As it would be.
        setting: Setting<'a>,
        /// What it was, in tenths.
        before: i32,
    },
    /// A step of the ladder.
    Rung {
        /// Which, from 1.
        number: usize,
        /// What it was; none: there was none.
        before: Option<&'a Rung>,
        /// What it would be; none: it goes.
        after: Option<&'a Rung>,
    },
}

/// In what a version differs from the one before it.
pub fn changes<'a>(before: &'a Rules, after: &'a Rules) -> Vec<Change<'a>> {
    let was = |setting: &Setting<'_>| before.named(&setting.rule.name).map(|rule| value(rule, setting.part));
    let numbers = after.settings().filter_map(|setting| {
        let before = was(&setting)?;
        (before != setting.value()).then_some(Change::Number { setting, before })
    });
    let mut changes: Vec<Change<'a>> = numbers.collect();
    for number in 1..=before.ladder.len().max(after.ladder.len()) {
        let (was, is) = (before.ladder.get(number - 1), after.ladder.get(number - 1));
        if was != is {
            changes.push(Change::Rung { number, before: was, after: is });
        }
    }
    changes
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
