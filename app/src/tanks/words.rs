//! What is measured and alarmed about, in words; and what was measured over time, as a chart.

use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{TrendChart, TrendLimit, TrendLine};
use crate::visit::Visit;
use domain::telemetry::{AlarmEvent, AlarmState, ChannelKind, Severity};
use domain::time::{clock_text, day_text, local, local_day};
use jiff::Timestamp;
use leptos::prelude::*;
use services::telemetry::{AlarmView, ChannelView, History, RulesVersion, Span, TankView};

/// What is measured.
pub(super) fn kind(visit: &Visit, kind: ChannelKind) -> Text {
    visit.t(&format!("tanks-kind-{}", kind.name()))
}

/// What is not as it should be.
pub(super) fn rule(visit: &Visit, rule: &str) -> Text {
    visit.t(&format!("tanks-rule-{rule}"))
}

/// Where an alarm stands.
pub(super) fn state(visit: &Visit, state: AlarmState) -> Text {
    visit.t(&format!("tanks-state-{}", state.name()))
}

/// What happened to an alarm.
pub(super) fn event(visit: &Visit, event: &str) -> Text {
    let known = AlarmEvent::from_name(event).map_or("breach", AlarmEvent::name);
    visit.t(&format!("tanks-event-{known}"))
}

/// Why a version of what is alarmed about was made: as whoever made it wrote it, and in the reader's language where the house itself
/// did, whose migrations wrote a sentence for its builders.
pub(super) fn reason(visit: &Visit, version: &RulesVersion) -> Text {
    if version.by.is_some() { version.reason.clone().into() } else { visit.t(of_house(&version.reason)) }
}

/// The words for what a migration wrote.
fn of_house(written: &str) -> &'static str {
    match written {
        "the house's defaults, after custody.md" => "tanks-rules-why-first",
        "no channel is quiet for ever by what its gateway says of its readings" => "tanks-rules-why-unread",
        _ => "tanks-rules-why-house",
    }
}

/// What a tank is for.
pub(super) fn purpose(visit: &Visit, purpose: &str) -> Text {
    visit.t(&format!("tanks-purpose-{purpose}"))
}

/// How an alarm is meant.
pub(super) const fn tone(state: AlarmState, severity: Severity) -> Tone {
    match (state, severity) {
        (AlarmState::Firing | AlarmState::NoData, Severity::Critical) => Tone::Danger,
        (AlarmState::Firing | AlarmState::NoData, Severity::Warning) => Tone::Warning,
        (AlarmState::Acknowledged | AlarmState::Muted | AlarmState::Pending, _) => Tone::Info,
        (AlarmState::Ok | AlarmState::Resolved, _) => Tone::Plain,
    }
}

/// A value with its unit, or on and off in words.
pub(super) fn value(visit: &Visit, kind: ChannelKind, value: Option<f64>) -> Text {
    let Some(value) = value else { return visit.t("tanks-no-value") };
    if kind.is_switch() {
        let key = match (kind, value > 0.5) {
            (ChannelKind::Lid | ChannelKind::FillValve, true) => "tanks-open",
            (ChannelKind::Lid | ChannelKind::FillValve, false) => "tanks-closed",
            (_, true) => "tanks-on",
            (_, false) => "tanks-off",
        };
        return visit.t(key);
    }
    let digits = format!("{value:.1}");
    let figure = digits.strip_prefix('-').map_or_else(|| digits.clone(), |rest| format!("−{rest}"));
    let gap = if kind.unit() == "%" { "" } else { " " };
    format!("{figure}{gap}{}", kind.unit()).into()
}

/// The value of a channel; that nothing comes where nothing does.
pub(super) fn reading(visit: &Visit, channel: Option<&ChannelView>) -> Text {
    match channel {
        None => visit.t("tanks-not-measured"),
        Some(channel) if channel.silent => visit.t("tanks-silent"),
        Some(channel) => value(visit, channel.kind, channel.value),
    }
}

/// How a tank is, in a word, and how that is meant.
pub(super) fn standing(visit: &Visit, tank: &TankView) -> (Tone, Text) {
    of_alarms(visit, &tank.alarms, !tank.channels.is_empty())
}

/// The same of whatever has these alarms.
pub(super) fn of_alarms(visit: &Visit, alarms: &[AlarmView], measured: bool) -> (Tone, Text) {
    let worst = alarms.iter().min_by_key(|alarm| match tone(alarm.state, alarm.severity) {
        Tone::Danger => 0,
        Tone::Warning => 1,
        _ => 2,
    });
    match worst {
        Some(alarm) => (tone(alarm.state, alarm.severity), state(visit, alarm.state)),
        None if measured => (Tone::Success, visit.t("tanks-well")),
        None => (Tone::Plain, visit.t("tanks-not-measured")),
    }
}

/// 03:12, or with its day where it is not today's.
pub(super) fn short(visit: &Visit, at: Timestamp) -> String {
    if local_day(at) == local_day(visit.context.now) {
        clock_text(at)
    } else {
        format!("{} {}", day_text(local_day(at), visit.locale()), clock_text(at))
    }
}

/// With its seconds: how long it took until somebody came is counted in them.
pub(super) fn exact(visit: &Visit, at: Timestamp) -> String {
    let clock = local(at).strftime("%H:%M:%S").to_string();
    format!("{} {clock}", day_text(local_day(at), visit.locale()))
}

/// The tabs of how far back one looks.
pub(super) fn span(visit: &Visit, span: Span) -> Text {
    visit.t(&format!("tanks-span-{}", span.name()))
}

/// What was measured over time, as a chart.
pub(super) fn trend(visit: &Visit, title: Text, history: &History) -> AnyView {
    let (from, until) = (history.from, history.until);
    let whole = until.duration_since(from).as_secs_f64().max(1.0);
    let place = |at: Timestamp| at.duration_since(from).as_secs_f64() / whole;
    let lines = history
        .lines
        .iter()
        .map(|line| TrendLine {
            label: kind(visit, line.kind),
            steps: line.steps.iter().map(|step| (place(step.at), step.values)).collect(),
        })
        .collect();
    let limits = history
        .limits
        .iter()
        .map(|(value, severity)| TrendLimit {
            value: *value,
            label: visit.t(match severity {
                Severity::Warning => "tanks-limit-warning",
                Severity::Critical => "tanks-limit-critical",
            }),
            critical: *severity == Severity::Critical,
        })
        .collect();
    let unit = history.lines.first().map_or("", |line| line.kind.unit());
    let short = whole <= 2.0 * 86_400.0;
    let locale = visit.locale();
    let at = move |share: f64| from.saturating_add(jiff::SignedDuration::from_secs_f64(whole * share)).unwrap_or(until);
    let label = move |share: f64| -> Text {
        let at = at(share);
        if short { clock_text(at).into() } else { local_day(at).strftime("%Y-%m-%d").to_string().into() }
    };
    // A date is long: on a telephone there is room for three of them.
    let shares: &[f64] = if short { &[0.0, 0.25, 0.5, 0.75, 1.0] } else { &[0.0, 0.5, 1.0] };
    let times = shares.iter().map(|share| (*share, label(*share))).collect();
    let when = Box::new(move |share: f64| -> Text {
        let at = at(share);
        format!("{} {}", day_text(local_day(at), locale), clock_text(at)).into()
    });
    view! { <TrendChart title=title unit=unit lines=lines limits=limits times=times when=when/> }.into_any()
}

/// How cold a unit lay, as its family sees it.
pub(crate) fn thermal_chart(visit: &Visit, history: &History) -> AnyView {
    trend(visit, visit.t("tanks-thermal"), history)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::CATALOGUES;
    use domain::telemetry::change::Part;

    const RULES: [&str; 2] = [
        include_str!("../../../crates/store/migrations/20261217000041_telemetry_alarm.sql"),
        include_str!("../../../crates/store/migrations/20261217000092_telemetry_unread.sql"),
    ];

    #[test]
    fn everything_that_is_measured_and_alarmed_about_has_its_words() {
        let kinds = ChannelKind::ALL.map(|kind| format!("tanks-kind-{}", kind.name()));
        let states = AlarmState::ALL.map(|state| format!("tanks-state-{}", state.name()));
        let events = AlarmEvent::ALL.map(|event| format!("tanks-event-{}", event.name()));
        let spans = Span::ALL.map(|span| format!("tanks-span-{}", span.name()));
        let purposes = ["quarantine", "long_term", "samples"].map(|purpose| format!("tanks-purpose-{purpose}"));
        let parts = Part::ALL.map(|part| format!("tanks-part-{}", part.name()));
        let named = |sql: &'static str| sql.split("{\"name\": \"").skip(1).filter_map(|rest| rest.split('"').next());
        let rules = RULES.into_iter().flat_map(named);
        let rules: Vec<String> = rules.chain(["drill"]).map(|rule| format!("tanks-rule-{rule}")).collect();
        assert!(rules.len() > 10);
        for key in kinds.iter().chain(&parts).chain(&states).chain(&events).chain(&spans).chain(&purposes).chain(&rules)
        {
            let in_both =
                CATALOGUES.iter().any(|(_, texts)| texts.iter().all(|text| text.contains(&format!("\n{key} = "))));
            assert!(in_both, "{key}");
        }
    }

    #[test]
    fn what_the_house_wrote_of_its_own_rules_is_said_in_the_readers_language() {
        for (sql, written) in RULES.into_iter().zip([
            "the house's defaults, after custody.md",
            "no channel is quiet for ever by what its gateway says of its readings",
        ]) {
            assert!(
                sql.contains(&format!("'{}'", written.replace('\'', "''"))),
                "as it stands in the database: {written}"
            );
            assert_ne!(of_house(written), of_house("what a later migration writes"), "{written}");
        }
    }
}
