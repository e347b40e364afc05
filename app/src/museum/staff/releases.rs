//! Releases as staff see them: the line that runs now with its pace, what is planned, what has been; and the plan itself.

use super::calls::{faulty, refused};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, day as parse_day, may, moment, news, number, read_first, rooms, time as parse_time};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Choice, Column, EmptyState, Form, Illustration, LinkButton, NumberStepper, Page, Radios, Row,
    StatNumber, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::{ReleaseRules, Room, Rule, Shape};
use domain::field::{Fault, Faults};
use domain::ids::ReleaseId;
use domain::time::{at, day_text};
use leptos::prelude::*;
use services::booking::{self, Plan, Release};
use std::sync::Arc;

const PATH: &str = "/staff/museum/releases";
const NEWS: &[(&str, &str)] = &[("planned", "staff-release-planned"), ("off", "staff-release-called-off")];

/// The largest number of a rule: a plan keeps the bounds of the policy.
fn most(rule: &str) -> u32 {
    match Rule::named(rule).map(|rule| rule.shape) {
        Some(Shape::Number { max, .. }) => max.unsigned_abs(),
        _ => u32::MAX,
    }
}

/// The calls about releases.
pub const CALLS: &[Call] = &[
    Call::post(PATH, Access::Capability(Capability::ManageSessions), &plan),
    Call::post("/staff/museum/releases/:id/off", Access::Capability(Capability::ManageSessions), &off),
];

/// The museum's releases.
#[component]
pub fn Releases() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (current, past) = booking::releases(&visit.services, &visit.context).await?;
    let rules = booking::usual_rules(booking::museum(&visit.services).await?.policy.release);
    let cards: Vec<_> = current.iter().map(|release| card(visit, release)).collect();
    let list = if cards.is_empty() {
        view! {
            <EmptyState of=Illustration::Museum title=visit.t("staff-release-none")><p>{visit.t("staff-release-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        cards.into_any()
    };
    let form = may(visit, Capability::ManageSessions).then(|| form(visit, rules));
    let past = (!past.is_empty()).then(|| {
        view! { <section class="section"><h2>{visit.t("staff-release-past")}</h2>{table(visit, &past)}</section> }
    });
    Ok(view! {
        <Page title=visit.t("staff-release-title") lead=visit.t("staff-release-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {list}
            {form}
            {past}
        </Page>
    }
    .into_any())
}

/// What a release is right now, in a few words.
fn state(visit: &Visit, release: &Release) -> (Tone, Text) {
    let (line, now) = (&release.line, visit.context.now);
    if now < release.early_from {
        (Tone::Plain, visit.t("staff-release-later"))
    } else if now < line.opens_at {
        (Tone::Info, visit.t("staff-release-early"))
    } else if line.drawn_from.is_some() && line.drawn_to.is_none() {
        (Tone::Info, visit.t("staff-release-drawing"))
    } else if line.arrived > line.admitted {
        (Tone::Warning, visit.t("staff-release-running"))
    } else {
        (Tone::Success, visit.t("staff-release-calm"))
    }
}

pub(super) fn room_text(visit: &Visit, room: Room) -> Text {
    visit.t(match room {
        Room::Auto => "staff-release-auto",
        Room::Always => "staff-release-always",
        Room::Never => "staff-release-never",
    })
}

fn card(visit: &Visit, release: &Arc<Release>) -> impl IntoView + use<> {
    let line = &release.line;
    let (tone, words) = state(visit, release);
    let figure = |key: &str, value: u32| {
        view! { <StatNumber label=visit.t(key) value=value.to_string()/> }
    };
    let opened = visit.context.now >= release.early_from;
    let figures = opened.then(|| {
        view! {
            <dl class="stats">
                {figure("staff-release-waiting", line.arrived.saturating_sub(line.admitted))}
                {figure("staff-release-admitted", line.admitted)}
                {figure("staff-release-pace", line.pace / 60)}
            </dl>
            <p class="actions"><LinkButton href=visit.href(PATH) variant=Variant::Quiet>{visit.t("staff-release-again")}</LinkButton></p>
        }
    });
    let source = visit.t(if release.planned { "staff-release-by-staff" } else { "staff-release-by-policy" });
    let off = (release.planned
        && line.arrived == 0
        && visit.context.now < line.opens_at
        && may(visit, Capability::ManageSessions))
    .then(|| {
        view! {
            <Form action=visit.href(&format!("{PATH}/{}/off", release.id))>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-release-off")}</Button></p>
            </Form>
        }
    });
    view! {
        <section class="section release">
            <h2>{day_text(release.day, visit.locale())}" "<Tag tone=tone>{words}</Tag></h2>
            <p>{visit.t_args("staff-release-opens", &[("at", moment(visit, line.opens_at).into())])}" · "{room_text(visit, line.room)}" · "{source}</p>
            {figures}
            <p><a href=visit.href(&format!("/releases/{}", release.id))>{visit.t("room-draw-link")}</a></p>
            {off}
        </section>
    }
}

fn table(visit: &Visit, past: &[Arc<Release>]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("staff-release-day")),
        Column::new(visit.t("staff-release-opened")),
        Column::number(visit.t("staff-release-tickets")),
        Column::number(visit.t("staff-release-drawn")),
        Column::number(visit.t("staff-release-admitted")),
    ];
    let rows = past.iter().map(|release| {
        let href = visit.href(&format!("/releases/{}", release.id));
        Row::new()
            .cell(view! { <a href=href>{day_text(release.day, visit.locale())}</a> })
            .cell(moment(visit, release.line.opens_at))
            .cell(release.line.arrived.to_string())
            .cell(release.line.in_draw().to_string())
            .cell(release.line.admitted.to_string())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("staff-release-past") caption_hidden=true columns=columns rows=rows/> }
}

fn form(visit: &Visit, rules: ReleaseRules) -> impl IntoView + use<> {
    let field = |name: &'static str, label: &str, kind: &'static str| {
        view! { <TextField name=name kind=kind width="short" label=visit.t(label)/> }
    };
    let rooms = [Room::Always, Room::Auto, Room::Never];
    let choices = rooms.map(|room| {
        let hint = match room {
            Room::Always => "staff-release-always-hint",
            Room::Auto => "staff-release-auto-hint",
            Room::Never => "staff-release-never-hint",
        };
        Choice::new(room.name(), room_text(visit, room)).hint(visit.t(hint))
    });
    view! {
        <section class="section" id="plan">
            <h2>{visit.t("staff-release-plan")}</h2>
            <p class="muted">{visit.t("staff-release-plan-text")}</p>
            <Form>
                <div class="form-inline">
                    {field("day", "staff-release-day", "date")}
                    {field("opens_day", "staff-release-opens-day", "date")}
                    {field("opens_at", "staff-release-opens-time", "time")}
                </div>
                <Radios name="room" label=visit.t("staff-release-room") choices=choices.to_vec() value=rules.room.name()/>
                <NumberStepper name="draw_seconds" label=visit.t("staff-release-draw-seconds") min=0 max=most("draw_seconds") value=u32::from(rules.draw_seconds)/>
                <NumberStepper name="per_second" label=visit.t("staff-release-per-second") min=1 max=most("per_second") value=u32::from(rules.per_second)/>
                <Banner>{visit.t("staff-release-consequence")}</Banner>
                <p class="actions"><Button>{visit.t("staff-release-do")}</Button></p>
            </Form>
        </section>
    }
}

async fn plan(asked: Asked) -> Answer {
    let mut faults = Faults::default();
    let day = faults.take("day", parse_day(asked.field("day")));
    let opens_day = faults.take("opens_day", parse_day(asked.field("opens_day")));
    let opens_at = faults.take("opens_at", parse_time(asked.field("opens_at")));
    let draw_seconds = faults.take("draw_seconds", number(asked.field("draw_seconds"), 0, most("draw_seconds")));
    let per_second = faults.take("per_second", number(asked.field("per_second"), 1, most("per_second")));
    let room = faults.take("room", Room::named(asked.field("room")).ok_or(Fault::NotAChoice));
    let (true, Some(day), Some(opens_day), Some(opens_at)) = (faults.is_empty(), day, opens_day, opens_at) else {
        return faulty(&asked, PATH, faults);
    };
    let usual = match booking::museum(&asked.services).await {
        Ok(museum) => museum.policy.release,
        Err(error) => return Problem::from(error).into(),
    };
    let short = |n: Option<u32>, usual: u16| n.and_then(|n| u16::try_from(n).ok()).unwrap_or(usual);
    let rules = ReleaseRules {
        room: room.unwrap_or(usual.room),
        draw_seconds: short(draw_seconds, usual.draw_seconds),
        per_second: short(per_second, usual.per_second),
        ..usual
    };
    let wanted = Plan { day, opens_at: at(opens_day, opens_at), rules };
    match booking::plan_release(&asked.services, &asked.context, wanted).await {
        Ok(_) => Answer::to(format!("{PATH}?done=planned")),
        Err(error) => refused(&asked, PATH, error, "staff-release-has-begun"),
    }
}

async fn off(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ReleaseId>("id") else { return Problem::NotFound.into() };
    match booking::call_off(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{PATH}?done=off")),
        Err(error) => refused(&asked, PATH, error, "staff-release-has-begun"),
    }
}
