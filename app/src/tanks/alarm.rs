//! An alarm: what it is about, what happened to it, who was told and what became of each message; of a drill, how long it took.

use super::{ALARMS, AT, ROOMS, parts, words};
use crate::desk::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Column, Crumb, Page, Row, SummaryList, SummaryRow, Table, Tag, Variant, Width};
use crate::visit::{Visit, param, visit};
use crate::words::role_text;
use domain::account::Role;
use domain::ids::AlarmId;
use leptos::prelude::*;
use services::telemetry::{AlarmStory, alarm};

/// The page.
#[component]
pub fn AlarmPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<AlarmId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let story = alarm(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let about = &story.alarm;
    let back = format!("{ALARMS}/{}", about.id);
    let title = format!("{} {}", about.place, words::rule(visit, &about.rule));
    let drill = about.drill.then(|| view! { <Banner tone=Tone::Info>{visit.t("tanks-is-drill")}</Banner> });
    let mut way = crumbs(visit, &[(AT, "tanks-title")]);
    let of_tank = about.tank.map(|tank| format!("{AT}/{tank}"));
    let place = of_tank.or_else(|| about.room.map(|room| format!("{ROOMS}/{room}")));
    way.extend(place.map(|place| Crumb::new(visit.href(&place), about.place.clone())));
    let rows = facts(visit, &story);
    let parts =
        (parts::acknowledge(visit, about, &back, Variant::Primary), happened(visit, &story), ladder(visit, &story));
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=way>
            {rooms(visit)}
            {news(visit, super::list::NEWS)}
            {drill}
            <SummaryList rows=rows/>
            {parts}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, story: &AlarmStory) -> Vec<SummaryRow> {
    let alarm = &story.alarm;
    let tone = words::tone(alarm.state, alarm.severity);
    let mut rows = vec![
        SummaryRow::new(visit.t("tanks-state"), view! { <Tag tone=tone>{words::state(visit, alarm.state)}</Tag> }),
        SummaryRow::new(visit.t("tanks-measured"), words::kind(visit, alarm.kind)),
        SummaryRow::new(visit.t("tanks-since"), moment(visit, alarm.began_at)),
        SummaryRow::new(visit.t("tanks-value"), words::value(visit, alarm.kind, alarm.value)),
        SummaryRow::new(visit.t("tanks-peak"), words::value(visit, alarm.kind, alarm.peak)),
    ];
    if let Some(at) = alarm.cleared_at {
        rows.push(SummaryRow::new(visit.t("tanks-cleared"), moment(visit, at)));
    }
    if let (Some((_, at)), Some(fired)) = (&alarm.acknowledged, alarm.fired_at) {
        let seconds = u32::try_from(at.duration_since(fired).as_secs()).unwrap_or(0);
        let took =
            visit.t_args("tanks-took", &[("minutes", (seconds / 60).into()), ("seconds", (seconds % 60).into())]);
        rows.push(SummaryRow::new(visit.t("tanks-until-seen"), took));
    }
    rows
}

fn happened(visit: &Visit, story: &AlarmStory) -> AnyView {
    let columns = vec![
        Column::new(visit.t("tanks-when")),
        Column::new(visit.t("tanks-what")),
        Column::new(visit.t("tanks-who")),
        Column::number(visit.t("tanks-value")),
    ];
    let rows = story.events.iter().map(|(event, name)| {
        let value = event.value.map(f64::from);
        Row::new()
            .cell(words::exact(visit, event.at.to_jiff()))
            .cell(words::event(visit, &event.event))
            .cell(name.clone().unwrap_or_else(|| visit.t("tanks-by-house").to_string()))
            .cell(if value.is_some() { words::value(visit, story.alarm.kind, value) } else { "".into() })
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("tanks-happened")}</h2>
            <Table caption=visit.t("tanks-happened") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
    .into_any()
}

/// Who was told, and what became of each message.
fn ladder(visit: &Visit, story: &AlarmStory) -> Option<AnyView> {
    if story.ladder.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("tanks-rung-number")),
        Column::new(visit.t("tanks-rung")),
        Column::new(visit.t("tanks-rung-when")),
        Column::number(visit.t("tanks-rung-people")),
        Column::number(visit.t("tanks-rung-sent")),
        Column::number(visit.t("tanks-rung-failed")),
        Column::new(visit.t("tanks-rung-first")),
    ];
    let number = |n: i64| n.to_string();
    let rows = story.ladder.iter().map(|rung| {
        let role = Role::from_name(&rung.role).map_or_else(|| rung.role.clone().into(), |role| role_text(visit, role));
        let when = match rung.told_at {
            Some(at) => words::exact(visit, at.to_jiff()),
            None => {
                visit.t_args("tanks-rung-due", &[("at", words::short(visit, rung.due_at.to_jiff()).into())]).to_string()
            }
        };
        let number_of = [("round", i32::from(rung.round).into()), ("rung", i32::from(rung.rung).into())];
        let first = rung.first_sent_at.map(|at| words::exact(visit, at.to_jiff())).unwrap_or_default();
        Row::new()
            .cell(visit.t_args("tanks-rung-of", &number_of))
            .cell(role)
            .cell(when)
            .cell(rung.people.map(|people| people.to_string()).unwrap_or_default())
            .cell(number(rung.sent))
            .cell(number(rung.failed))
            .cell(first)
            .muted(rung.told_at.is_none())
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section">
                <h2>{visit.t("tanks-ladder")}</h2>
                <Table caption=visit.t("tanks-ladder") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any(),
    )
}
