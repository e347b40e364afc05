//! The week that makes sessions by itself, and the days it leaves out. Sessions are made at once and every night: nobody
//! presses a button for that.

use super::places;
use crate::desk::{count, crumbs, may, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Column, DateField, EmptyState, Form, HiddenField, Illustration, LinkButton,
    Page, Row, SummaryList, SummaryRow, Table, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::Split;
use domain::ids::TemplateId;
use domain::time::{day_text, local_day, weekday_text};
use jiff::civil::{Date, Time};
use leptos::prelude::*;
use services::booking::{self, ExceptionView, TemplateView};

const NEWS: &[(&str, &str)] = &[("ended", "staff-template-ended"), ("exception", "staff-exception-added")];

/// 周二, of an ISO weekday.
fn weekday(visit: &Visit, weekday: i8) -> String {
    // 1 January 2024 was a Monday.
    weekday_text(Date::constant(2024, 1, weekday.clamp(1, 7)), visit.locale())
}

fn hours(starts: Time, ends: Time) -> String {
    format!("{:02}:{:02}–{:02}:{:02}", starts.hour(), starts.minute(), ends.hour(), ends.minute())
}

/// The week and its exceptions.
#[component]
pub fn Templates() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let today = local_day(visit.context.now);
    let mut templates = booking::templates(&visit.services, &visit.context).await?;
    templates.retain(|template| template.valid_until.is_none_or(|last| last >= today));
    let exceptions = booking::exceptions(&visit.services, &visit.context).await?;
    let manage = may(visit, Capability::ManageSessions);
    let chosen: Option<TemplateId> =
        visit.form.value("id").and_then(|id| id.parse().ok()).or_else(|| visit.query.parsed("template"));
    let chosen = chosen.and_then(|id| templates.iter().find(|template| template.id == id)).filter(|_| manage);
    let added = (visit.query.get("done") == Some("added")).then(|| {
        let made = visit.query.parsed("n").unwrap_or(0);
        let existed = visit.query.parsed("existed").unwrap_or(0);
        let existed = (existed > 0).then(|| count(visit, "staff-template-existed", existed));
        view! { <Banner tone=Tone::Success alert=true>{count(visit, "staff-template-added", made)}{existed}</Banner> }
    });
    let week = if templates.is_empty() {
        view! {
            <EmptyState of=Illustration::Museum title=visit.t("staff-templates-none")><p>{visit.t("staff-templates-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        week(visit, &templates, chosen.map(|template| template.id), manage).into_any()
    };
    Ok(view! {
        <Page title=visit.t("staff-templates-title") lead=visit.t("staff-templates-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {added}
            {week}
            {chosen.map(|template| end(visit, template, today))}
            {manage.then(|| add(visit, today))}
            {exceptions_section(visit, &exceptions, manage, today)}
        </Page>
    }
    .into_any())
}

fn week(visit: &Visit, templates: &[TemplateView], chosen: Option<TemplateId>, manage: bool) -> impl IntoView + use<> {
    let days = (1..=7_i8).map(|day| {
        let entries: Vec<_> = templates
            .iter()
            .filter(|template| template.weekday == day)
            .map(|t| entry(visit, t, chosen, manage))
            .collect();
        let content = if entries.is_empty() {
            view! { <p class="muted small">{visit.t("staff-template-free-day")}</p> }.into_any()
        } else {
            view! { <ul class="staff-week-list">{entries}</ul> }.into_any()
        };
        view! { <section class="staff-week-day"><h2>{weekday(visit, day)}</h2>{content}</section> }
    });
    let days = days.collect_view();
    view! { <div class="staff-week">{days}</div> }
}

fn entry(visit: &Visit, template: &TemplateView, chosen: Option<TemplateId>, manage: bool) -> impl IntoView + use<> {
    let places = count(visit, "staff-people", template.places.total);
    let kept = places::kept(visit, template.places.split);
    let short = |day: Date| Text::from(day.to_string());
    let until =
        template.valid_until.map(|day| visit.t_args("staff-template-until", &[("day", short(day).to_string().into())]));
    let starts_later = template.valid_from > local_day(visit.context.now);
    let from =
        starts_later.then(|| visit.t_args("staff-template-from", &[("day", template.valid_from.to_string().into())]));
    let inner = view! {
        <span class="staff-week-time">{hours(template.starts, template.ends)}</span>
        <span class="muted small">{places}</span>
        {kept.map(|text| view! { <span class="muted small">{text}</span> })}
        {from.map(|text| view! { <span class="small">{text}</span> })}
        {until.map(|text| view! { <span class="small">{text}</span> })}
    };
    if manage {
        let href = format!("{}?template={}#end", visit.here(), template.id);
        let current = (chosen == Some(template.id)).then_some("true");
        view! { <li><a class="staff-week-entry" href=href aria-current=current>{inner}</a></li> }.into_any()
    } else {
        view! { <li><span class="staff-week-entry">{inner}</span></li> }.into_any()
    }
}

fn end(visit: &Visit, template: &TemplateView, today: Date) -> impl IntoView + use<> {
    let until = template
        .valid_until
        .map_or_else(|| visit.t("staff-template-no-end"), |day| day_text(day, visit.locale()).into());
    let rows = vec![
        SummaryRow::new(
            visit.t("staff-template-when"),
            format!("{} {}", weekday(visit, template.weekday), hours(template.starts, template.ends)),
        ),
        SummaryRow::new(visit.t("staff-capacity"), count(visit, "staff-people", template.places.total)),
        SummaryRow::new(
            visit.t("staff-pools"),
            places::kept(visit, template.places.split).unwrap_or_else(|| visit.t("staff-pools-none")),
        ),
        SummaryRow::new(visit.t("staff-template-valid-from"), day_text(template.valid_from, visit.locale())),
        SummaryRow::new(visit.t("staff-template-valid-until"), until),
    ];
    view! {
        <section class="section staff-panel" id="end">
            <h2>{visit.t("staff-template-end-title")}</h2>
            <SummaryList rows=rows/>
            <Form action=visit.href("/staff/museum/templates/end")>
                <HiddenField name="id" value=template.id.to_string()/>
                <DateField name="last_day" label=visit.t("staff-template-last-day") hint=visit.t("staff-template-end-hint") value=today/>
                <p class="actions">
                    <Button variant=Variant::Danger>{visit.t("staff-template-end")}</Button>
                    <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("close")}</LinkButton>
                </p>
            </Form>
        </section>
    }
}

fn add(visit: &Visit, today: Date) -> impl IntoView + use<> {
    let days = (1..=7_i8).map(|day| Choice::new(day.to_string(), weekday(visit, day))).collect();
    view! {
        <section class="section">
            <h2>{visit.t("staff-template-add-title")}</h2>
            <p class="muted">{visit.t("staff-template-add-text")}</p>
            <Form>
                <Checkboxes name="weekday" label=visit.t("staff-template-weekdays") choices=days inline=true/>
                <div class="form-inline">
                    <TextField name="starts" kind="time" label=visit.t("staff-starts") width="short"/>
                    <TextField name="ends" kind="time" label=visit.t("staff-ends") width="short"/>
                    <TextField name="capacity" inputmode="numeric" label=visit.t("staff-capacity") value="30" width="short"/>
                </div>
                <div class="form-inline">
                    <DateField name="valid_from" label=visit.t("staff-template-valid-from") value=today/>
                    <DateField name="valid_until" label=visit.t("staff-template-valid-until") optional=true/>
                </div>
                {places::fields(visit, Split::default())}
                <p class="actions"><Button>{visit.t("staff-template-add")}</Button></p>
            </Form>
        </section>
    }
}

fn exceptions_section(visit: &Visit, exceptions: &[ExceptionView], manage: bool, today: Date) -> impl IntoView + use<> {
    let list = if exceptions.is_empty() {
        view! { <p class="muted">{visit.t("staff-exceptions-none")}</p> }.into_any()
    } else {
        let columns = vec![
            Column::new(visit.t("staff-day")),
            Column::new(visit.t("staff-exception-reason-zh")),
            Column::new(visit.t("staff-exception-reason-en")),
        ];
        let rows = exceptions.iter().map(|exception| {
            let href = visit.href(&format!("/staff/museum/today?day={}", exception.day));
            Row::new()
                .cell(view! { <a href=href>{day_text(exception.day, visit.locale())}</a> })
                .cell(exception.reason_zh.clone())
                .cell(exception.reason_en.clone())
        });
        let rows = rows.collect();
        view! { <Table caption=visit.t("staff-exceptions-title") caption_hidden=true columns=columns rows=rows/> }
            .into_any()
    };
    let add = manage.then(|| {
        view! {
            <h3>{visit.t("staff-exception-add-title")}</h3>
            <p class="muted">{visit.t("staff-exception-add-text")}</p>
            <Form action=visit.href("/staff/museum/templates/exception")>
                <DateField name="day" label=visit.t("staff-day") min=today/>
                <TextField name="reason_zh" label=visit.t("staff-exception-reason-zh") hint=visit.t("staff-exception-reason-hint")/>
                <TextField name="reason_en" label=visit.t("staff-exception-reason-en")/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-exception-add")}</Button></p>
            </Form>
        }
    });
    view! {
        <section class="section">
            <h2>{visit.t("staff-exceptions-title")}</h2>
            {list}
            {add}
        </section>
    }
}
