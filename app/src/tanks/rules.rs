//! What is alarmed about: the version in force with its author, what is proposed beside what is, the versions before.

use super::{AT, RULES, RULES_CHANGE, words};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, Form, LinkButton, Page, Row, SummaryList, SummaryRow, Table, Tag, Variant, Width,
};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use domain::account::{Capability, Role};
use domain::telemetry::change::{Change, Part, Setting, changes, plain};
use domain::telemetry::{ChannelKind, Rules, Rung, Severity};
use leptos::prelude::*;
use services::telemetry::{self, RulesDraft, RulesPage, RulesVersion};

const NEWS: &[(&str, &str)] = &[
    ("proposed", "tanks-rules-news-proposed"),
    ("confirmed", "tanks-rules-news-confirmed"),
    ("dropped", "tanks-rules-news-dropped"),
];

/// The page.
#[component]
pub fn AlarmRules() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = telemetry::rules(&visit.services, &visit.context).await?;
    let change = (all.draft.is_none() && may(visit, Capability::ProposeAlarmRules)).then(|| {
        let href = visit.href(RULES_CHANGE);
        view! {
            <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("tanks-rules-change")}</LinkButton></p>
        }
    });
    Ok(view! {
        <Page title=visit.t("tanks-rules-title") lead=visit.t("tanks-rules-lead") width=Width::Wide crumbs=crumbs(visit, &[(AT, "tanks-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {all.draft.as_ref().map(|draft| waiting(visit, &all.present, draft))}
            <SummaryList rows=facts(visit, &all.present)/>
            {change}
            {in_force(visit, &all.present.rules)}
            {ladder(visit, &all.present.rules.ladder)}
            {past(visit, &all)}
        </Page>
    }
    .into_any())
}

/// Who made a version.
fn author(visit: &Visit, name: Option<&String>) -> Text {
    name.filter(|name| !name.is_empty()).map_or_else(|| visit.t("tanks-by-house"), |name| name.clone().into())
}

/// Who confirmed it; nobody had to confirm what the house itself wrote.
fn second(version: &RulesVersion) -> String {
    version.second.clone().unwrap_or_else(|| "—".to_owned())
}

fn facts(visit: &Visit, version: &RulesVersion) -> Vec<SummaryRow> {
    vec![
        SummaryRow::new(visit.t("tanks-rules-version"), version.version.to_string()),
        SummaryRow::new(visit.t("tanks-since"), moment(visit, version.since)),
        SummaryRow::new(visit.t("tanks-rules-by"), author(visit, version.by.as_ref())),
        SummaryRow::new(visit.t("tanks-mute-second"), second(version)),
        SummaryRow::new(visit.t("tanks-mute-reason"), words::reason(visit, version)),
    ]
}

/// A number with its unit.
pub(super) fn figure(visit: &Visit, part: Part, kind: Option<ChannelKind>, tenths: i32) -> Text {
    let n = [("n", plain(tenths).replace('-', "−").into())];
    match (part, kind) {
        (Part::Hours, _) => visit.t_args("tanks-rules-hours", &n),
        (Part::Intervals, _) => visit.t_args("tanks-rules-intervals", &n),
        (Part::Minutes, _) => visit.t_args("tanks-rules-minutes", &n),
        (Part::Lasts, _) => visit.t_args("tanks-rules-seconds", &n),
        (_, Some(kind)) => words::value(visit, kind, Some(f64::from(tenths) / 10.0)),
        (_, None) => plain(tenths).into(),
    }
}

/// What a number of a rule is called.
pub(super) fn part(visit: &Visit, part: Part) -> Text {
    visit.t(&format!("tanks-part-{}", part.name()))
}

fn severity(visit: &Visit, severity: Severity) -> AnyView {
    let (tone, key) = match severity {
        Severity::Warning => (Tone::Warning, "tanks-severity-warning"),
        Severity::Critical => (Tone::Danger, "tanks-severity-critical"),
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }.into_any()
}

fn in_force(visit: &Visit, rules: &Rules) -> AnyView {
    let columns = vec![
        Column::new(visit.t("tanks-alarm")),
        Column::new(visit.t("tanks-rules-severity")),
        Column::new(visit.t("tanks-rules-values")),
        Column::new(visit.t("tanks-part-lasts")),
    ];
    let rows = rules.rules.iter().map(|rule| {
        let of: Vec<Setting<'_>> = rules.settings().filter(|setting| setting.rule.name == rule.name).collect();
        let said = |setting: &Setting<'_>| {
            let figure = figure(visit, setting.part, setting.kind(), setting.value());
            format!("{} {figure}", part(visit, setting.part))
        };
        let values: Vec<String> = of.iter().filter(|setting| setting.part != Part::Lasts).map(said).collect();
        let values = if values.is_empty() { "—".to_owned() } else { values.join(" · ") };
        let lasts = i32::try_from(rule.for_s).map_or(i32::MAX, |seconds| seconds.saturating_mul(10));
        Row::new().cell(words::rule(visit, &rule.name)).cell(severity(visit, rule.severity)).cell(values).cell(figure(
            visit,
            Part::Lasts,
            None,
            lasts,
        ))
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("tanks-rules-in-force")}</h2>
            <Table caption=visit.t("tanks-rules-in-force") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
    .into_any()
}

/// Who is told, and when.
fn step(visit: &Visit, rung: &Rung) -> String {
    let who = Role::from_name(&rung.role).map_or_else(|| rung.role.clone().into(), |role| role_text(visit, role));
    let when = if rung.after_s == 0 {
        visit.t("tanks-rules-at-once")
    } else {
        visit.t_args("tanks-rules-after", &[("n", plain(rung.after()).into())])
    };
    format!("{who} · {when}")
}

/// What a step of the ladder is called.
pub(super) fn step_name(visit: &Visit, number: usize) -> Text {
    visit.t_args("tanks-rules-step", &[("n", u32::try_from(number).unwrap_or(0).into())])
}

fn ladder(visit: &Visit, ladder: &[Rung]) -> AnyView {
    let columns = vec![Column::new(visit.t("tanks-rules-order")), Column::new(visit.t("tanks-rung"))];
    let rows =
        ladder.iter().zip(1..).map(|(rung, number)| Row::new().cell(step_name(visit, number)).cell(step(visit, rung)));
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("tanks-ladder")}</h2>
            <Table caption=visit.t("tanks-ladder") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
    .into_any()
}

/// What is proposed, beside what is; and the buttons of the second person.
fn waiting(visit: &Visit, present: &RulesVersion, draft: &RulesDraft) -> AnyView {
    let columns = vec![
        Column::new(visit.t("tanks-what")),
        Column::new(visit.t("tanks-rules-now")),
        Column::new(visit.t("tanks-rules-then")),
    ];
    let rows = changes(&present.rules, &draft.rules).into_iter().map(|change| row(visit, change)).collect();
    let said = visit.t_args(
        "tanks-rules-proposed-by",
        &[("name", draft.by.clone().into()), ("at", moment(visit, draft.at).into())],
    );
    let old = (draft.base != present.version)
        .then(|| view! { <Banner tone=Tone::Warning>{visit.t("tanks-rules-outdated")}</Banner> });
    let own = (draft.own && old.is_none()).then(|| view! { <p class="muted">{visit.t("tanks-rules-own")}</p> });
    let press = |what: &str, key: &'static str, variant: Variant| {
        let action = visit.href(&format!("{RULES}/{}/{what}", draft.id));
        view! { <Form action=action inline=true><Button variant=variant>{visit.t(key)}</Button></Form> }
    };
    let confirms = old.is_none() && !draft.own && may(visit, Capability::ConfirmAlarmRules);
    let confirm = confirms.then(|| press("confirm", "tanks-rules-confirm", Variant::Primary));
    let drop = may(visit, Capability::ProposeAlarmRules).then(|| press("drop", "tanks-rules-drop", Variant::Secondary));
    view! {
        <section class="section staff-panel stack" id="draft">
            <h2>{visit.t("tanks-rules-draft")}</h2>
            <p>{said}</p>
            <p>{visit.t("tanks-mute-reason")}": "{draft.reason.clone()}</p>
            {old}
            <Table caption=visit.t("tanks-rules-differs") columns=columns rows=rows/>
            {own}
            <div class="tank-press no-print">{confirm}{drop}</div>
        </section>
    }
    .into_any()
}

fn row(visit: &Visit, change: Change<'_>) -> Row {
    let none = || visit.t("tanks-rules-no-step").to_string();
    match change {
        Change::Number { setting, before } => {
            let figure = |tenths| figure(visit, setting.part, setting.kind(), tenths);
            let what = format!("{} · {}", words::rule(visit, &setting.rule.name), part(visit, setting.part));
            Row::new().cell(what).cell(figure(before)).cell(view! { <strong>{figure(setting.value())}</strong> })
        }
        Change::Rung { number, before, after } => {
            let said = |rung: Option<&Rung>| rung.map_or_else(none, |rung| step(visit, rung));
            let then = said(after);
            Row::new().cell(step_name(visit, number)).cell(said(before)).cell(view! { <strong>{then}</strong> })
        }
    }
}

fn past(visit: &Visit, all: &RulesPage) -> Option<AnyView> {
    let columns = vec![
        Column::number(visit.t("tanks-rules-version")),
        Column::new(visit.t("tanks-since")),
        Column::new(visit.t("tanks-rules-by")),
        Column::new(visit.t("tanks-mute-second")),
        Column::new(visit.t("tanks-mute-reason")),
    ];
    let rows = all.past.iter().map(|version| {
        Row::new()
            .cell(version.version.to_string())
            .cell(moment(visit, version.since))
            .cell(author(visit, version.by.as_ref()))
            .cell(second(version))
            .cell(words::reason(visit, version))
    });
    let rows: Vec<Row> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section" id="versions">
                <h2>{visit.t("tanks-rules-past")}</h2>
                <Table caption=visit.t("tanks-rules-past") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any()
    })
}
