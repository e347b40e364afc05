//! What the tanks' pages share: alarms with the button that acknowledges them, channels that are quiet.

use super::{ALARMS, words};
use crate::desk::may;
use crate::i18n::Text;
use crate::ui::{Button, Column, Form, HiddenField, Row, Table, Tag, Variant};
use crate::visit::Visit;
use domain::account::Capability;
use domain::telemetry::AlarmState;
use leptos::prelude::*;
use services::telemetry::{AlarmView, MuteView};

/// The button that acknowledges an alarm; `back` is the page one comes back to.
pub(super) fn acknowledge(visit: &Visit, alarm: &AlarmView, back: &str, variant: Variant) -> Option<AnyView> {
    if !alarm.state.is_loud() || !may(visit, Capability::HandleAlarms) {
        return None;
    }
    let action = visit.href(&format!("{ALARMS}/{}/acknowledge", alarm.id));
    let about = format!("{} {}", alarm.place, words::rule(visit, &alarm.rule));
    let back = back.to_owned();
    Some(
        view! {
            <Form action=action inline=true>
                <HiddenField name="back" value=back/>
                <Button variant=variant>{visit.t("tanks-acknowledge")}<span class="hidden">" "{about}</span></Button>
            </Form>
        }
        .into_any(),
    )
}

/// Alarms as a table.
pub(super) fn alarms(visit: &Visit, caption: Text, alarms: &[AlarmView], back: &str) -> AnyView {
    let columns = vec![
        Column::new(visit.t("tanks-alarm")),
        Column::new(visit.t("tanks-where")),
        Column::new(visit.t("tanks-state")),
        Column::new(visit.t("tanks-since")),
        Column::new(visit.t("tanks-peak")),
        Column::new(visit.t("tanks-who")),
    ];
    let rows = alarms.iter().map(|alarm| {
        let href = visit.href(&format!("{ALARMS}/{}", alarm.id));
        let said = words::rule(visit, &alarm.rule);
        let tone = words::tone(alarm.state, alarm.severity);
        let who = match (&alarm.acknowledged, acknowledge(visit, alarm, back, Variant::Primary)) {
            (_, Some(button)) => button,
            (Some((name, at)), None) => format!("{name} {}", words::short(visit, *at)).into_any(),
            (None, None) => visit.t("tanks-nobody").into_any(),
        };
        Row::new()
            .cell(view! { <a href=href>{said}</a> })
            .cell(format!("{} {}", alarm.place, words::kind(visit, alarm.kind)))
            .cell(view! { <Tag tone=tone>{words::state(visit, alarm.state)}</Tag> })
            .cell(words::short(visit, alarm.began_at))
            .cell(words::value(visit, alarm.kind, alarm.peak))
            .cell(who)
            .muted(alarm.state == AlarmState::Resolved)
    });
    let rows = rows.collect();
    view! { <Table caption=caption caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// Channels that are quiet or are to be, each with its owner, its reason and its end.
pub(super) fn mutes(visit: &Visit, mutes: &[MuteView], back: &str) -> Option<AnyView> {
    if mutes.is_empty() {
        return None;
    }
    let handles = may(visit, Capability::HandleAlarms);
    let columns = vec![
        Column::new(visit.t("tanks-channel")),
        Column::new(visit.t("tanks-mute-reason")),
        Column::new(visit.t("tanks-mute-owner")),
        Column::new(visit.t("tanks-mute-second")),
        Column::new(visit.t("tanks-mute-until")),
        Column::new(visit.t("tanks-mute-do")),
    ];
    let rows = mutes.iter().map(|mute| {
        let waits = mute.until.is_none();
        let until = match mute.until {
            Some(until) => words::short(visit, until).into_any(),
            None => visit.t_args("tanks-mute-for", &[("minutes", mute.minutes.into())]).into_any(),
        };
        let second = mute.second.clone().map_or_else(|| visit.t("tanks-mute-waits"), Text::from);
        let press = |what: &str, key: &'static str, variant: Variant| {
            let action = visit.href(&format!("/staff/mutes/{}/{what}", mute.id));
            let (back, code) = (back.to_owned(), mute.code.clone());
            view! {
                <Form action=action inline=true>
                    <HiddenField name="back" value=back/>
                    <Button variant=variant>{visit.t(key)}<span class="hidden">" "{code}</span></Button>
                </Form>
            }
        };
        let confirm = (handles && waits && !mute.own).then(|| press("confirm", "tanks-mute-confirm", Variant::Primary));
        let end = handles.then(|| press("end", "tanks-mute-end", Variant::Quiet));
        Row::new()
            .cell(mute.code.clone())
            .cell(mute.reason.clone())
            .cell(mute.owner.clone())
            .cell(second)
            .cell(until)
            .cell(view! { <div class="tank-press">{confirm}{end}</div> })
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section" id="mutes">
                <h2>{visit.t("tanks-mutes")}</h2>
                <Table caption=visit.t("tanks-mutes") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any(),
    )
}
