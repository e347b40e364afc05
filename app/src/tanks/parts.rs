//! What the pages of tanks and rooms share: alarms with the button that acknowledges them, channels, what was measured of them, those
//! that are quiet, and the forms that make one quiet and rehearse.

use super::{ALARMS, words};
use crate::desk::may;
use crate::i18n::Text;
use crate::ui::{
    Button, Choice, Column, Form, HiddenField, Row, Select, Tab, Table, Tabs, Tag, TextArea, TextField, Variant,
};
use crate::visit::Visit;
use domain::account::Capability;
use domain::telemetry::AlarmState;
use leptos::prelude::*;
use services::telemetry::{AlarmView, ChannelView, MuteView, Span};

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

/// The alarms of a place that are not over.
pub(super) fn open(visit: &Visit, of_place: &[AlarmView], back: &str) -> Option<AnyView> {
    let open: Vec<AlarmView> = of_place.iter().filter(|alarm| alarm.closed_at.is_none()).cloned().collect();
    (!open.is_empty()).then(|| {
        view! {
            <section class="section" id="alarms">
                <h2>{visit.t("tanks-alarms")}</h2>
                {alarms(visit, visit.t("tanks-alarms"), &open, back)}
            </section>
        }
        .into_any()
    })
}

/// Those that are.
pub(super) fn past(visit: &Visit, of_place: &[AlarmView], back: &str) -> AnyView {
    let over: Vec<AlarmView> = of_place.iter().filter(|alarm| alarm.closed_at.is_some()).cloned().collect();
    let content = if over.is_empty() {
        view! { <p class="muted">{visit.t("tanks-no-past")}</p> }.into_any()
    } else {
        alarms(visit, visit.t("tanks-past"), &over, back)
    };
    view! { <section class="section"><h2>{visit.t("tanks-past")}</h2>{content}</section> }.into_any()
}

/// The charts of a place; `at` is its page.
pub(super) fn history(visit: &Visit, span: Span, at: &str, charts: Vec<AnyView>) -> AnyView {
    let tabs = Span::ALL.map(|one| Tab {
        href: visit.href(&format!("{at}?span={}", one.name())).into(),
        label: words::span(visit, one),
        count: None,
        current: one == span,
    });
    view! {
        <section class="section">
            <h2>{visit.t("tanks-history")}</h2>
            <Tabs label=visit.t("tanks-history") tabs=Vec::from(tabs)/>
            <div class="tank-charts">{charts.into_iter().collect_view()}</div>
        </section>
    }
    .into_any()
}

/// Channels with their newest reading.
pub(super) fn channels(visit: &Visit, channels: &[ChannelView]) -> AnyView {
    let columns = vec![
        Column::new(visit.t("tanks-measured")),
        Column::number(visit.t("tanks-value")),
        Column::new(visit.t("tanks-heard")),
        Column::new(visit.t("tanks-channel")),
    ];
    let rows = channels.iter().map(|channel| {
        Row::new()
            .cell(words::kind(visit, channel.kind))
            .cell(words::reading(visit, Some(channel)))
            .cell(words::short(visit, channel.heard_at))
            .cell(view! { <code class="code">{channel.code.clone()}</code> })
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("tanks-channels")}</h2>
            <Table caption=visit.t("tanks-channels") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
    .into_any()
}

/// The forms that make one of a place's channels quiet, and that rehearse; `at` is its page.
pub(super) fn acts(visit: &Visit, channels: &[ChannelView], at: &str) -> Option<AnyView> {
    if !may(visit, Capability::HandleAlarms) || channels.is_empty() {
        return None;
    }
    let choices = || {
        let each = channels.iter();
        each.map(|channel| Choice::new(channel.id.to_string(), words::kind(visit, channel.kind))).collect::<Vec<_>>()
    };
    let (mute, drill) = (visit.href(&format!("{at}/mute")), visit.href(&format!("{at}/drill")));
    Some(
        view! {
            <section class="section no-print" id="mute">
                <h2>{visit.t("tanks-mute-title")}</h2>
                <p class="muted">{visit.t("tanks-mute-text")}</p>
                <Form action=mute>
                    <Select name="channel" label=visit.t("tanks-measured") choices=choices()/>
                    <TextField name="minutes" label=visit.t("tanks-mute-minutes") hint=visit.t("tanks-mute-minutes-hint") inputmode="numeric" width="short"/>
                    <TextArea name="reason" label=visit.t("tanks-mute-reason") hint=visit.t("tanks-mute-reason-hint") rows=3/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("tanks-mute-ask")}</Button></p>
                </Form>
            </section>
            <section class="section no-print" id="drill">
                <h2>{visit.t("tanks-drill-title")}</h2>
                <p class="muted">{visit.t("tanks-drill-text")}</p>
                <Form action=drill>
                    <Select name="drill" label=visit.t("tanks-measured") choices=choices()/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("tanks-drill-begin")}</Button></p>
                </Form>
            </section>
        }
        .into_any(),
    )
}
