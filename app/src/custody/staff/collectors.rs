//! Who collects: a list with how long each certificate is valid, and the page of one with courses, exams and certificates.

use super::at;
use crate::desk::{count, crumbs, may, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Column, DateField, Dialog, EmptyState, Form, HiddenField, Illustration,
    LinkButton, Page, Pagination, Row, Select, SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use domain::account::Capability;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::custody::collectors::{self, Certificate, Collector, Done, HOURS, Hospital, Opened, PASSES, Standing};
use uuid::Uuid;

const NEWS: &[(&str, &str)] = &[
    ("added", "units-collector-added"),
    ("hospital", "units-hospital-added"),
    ("register", "units-register-said"),
    ("course", "units-course-noted"),
    ("passed", "units-exam-passed"),
    ("failed", "units-exam-failed"),
    ("issued", "units-certificate-issued"),
    ("ended", "units-certificate-ended"),
];

/// The list.
#[component]
pub fn Collectors() -> impl IntoView {
    read_first(page(visit()))
}

fn standing_tag(visit: &Visit, standing: Standing) -> AnyView {
    let day = |day| day_text(day, visit.locale());
    let (tone, text): (Tone, Text) = match standing {
        Standing::None => (Tone::Plain, visit.t("units-certificate-none")),
        Standing::Valid(until) => {
            (Tone::Success, visit.t_args("units-certificate-valid", &[("day", day(until).into())]))
        }
        Standing::Ends(until) => (Tone::Warning, visit.t_args("units-certificate-ends", &[("day", day(until).into())])),
        Standing::Over(until) => (Tone::Danger, visit.t_args("units-certificate-over", &[("day", day(until).into())])),
    };
    view! { <Tag tone=tone>{text}</Tag> }.into_any()
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let hospital = visit.query.parsed::<Uuid>("at");
    let ending = visit.query.get("ending") == Some("1");
    let after = visit.query.get("after").unwrap_or_default();
    let (services, context) = (&visit.services, &visit.context);
    let (all, next) = collectors::list(services, context, (hospital, ending), after).await?;
    let hospitals = collectors::hospitals(services, context).await?;
    let complete = collectors::complete_from(services, context).await?;
    let content = if all.is_empty() {
        view! { <EmptyState of=Illustration::Drop title=visit.t("units-collectors-none")><p>{visit.t("units-collectors-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        table(visit, &all).into_any()
    };
    let next = next.map(|number| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(hospital) = hospital {
            query.append_pair("at", &hospital.to_string());
        }
        if ending {
            query.append_pair("ending", "1");
        }
        query.append_pair("after", &number);
        Text::from(format!("{}?{}", visit.here(), query.finish()))
    });
    let register = match complete {
        Some(day) => {
            let text = visit.t_args("units-register-from", &[("day", day_text(day, visit.locale()).into())]);
            view! { <Banner tone=Tone::Info>{text}</Banner> }.into_any()
        }
        None => view! { <Banner tone=Tone::Warning>{visit.t("units-register-not")}</Banner> }.into_any(),
    };
    Ok(view! {
        <Page title=visit.t("units-collectors-title") lead=visit.t("units-collectors-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {register}
            {changes(visit, &hospitals)}
            {filter(visit, &hospitals, (hospital, ending))}
            {content}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

fn hospital_choices(visit: &Visit, all: &[Hospital], first: &str) -> Vec<Choice> {
    let names = all.iter().map(|one| {
        let label = format!("{} · {}", one.code, visit.pick(&one.zh, &one.en));
        Choice::new(one.id.to_string(), label)
    });
    std::iter::once(Choice::new("", visit.t(first))).chain(names).collect()
}

fn filter(visit: &Visit, all: &[Hospital], (hospital, ending): (Option<Uuid>, bool)) -> impl IntoView + use<> {
    let choices = hospital_choices(visit, all, "units-any");
    let value = hospital.map(|id| id.to_string()).unwrap_or_default();
    let values: Vec<Text> = if ending { vec!["1".into()] } else { Vec::new() };
    let boxes = vec![Choice::new("1", visit.t("units-collectors-ending"))];
    view! {
        <Form get=true inline=true action=visit.href(at::COLLECTORS)>
            <Select name="at" label=visit.t("units-hospital") choices=choices value=value optional=true/>
            <Checkboxes name="ending" label=visit.t("units-certificate") choices=boxes values=values inline=true/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button></p>
        </Form>
    }
}

/// Adding collectors and hospitals, and saying from when on intake asks for certificates.
fn changes(visit: &Visit, hospitals: &[Hospital]) -> Option<AnyView> {
    if !may(visit, Capability::HandleUnits) {
        return None;
    }
    let typed = |name: &str| visit.form.value(name).is_some() || visit.form.fault(name).is_some();
    let choices = hospital_choices(visit, hospitals, "units-hospital-choose");
    let register = may(visit, Capability::ReleaseUnits).then(|| {
        view! {
            <Dialog label=visit.t("units-register-say") title=visit.t("units-register-say") open=typed("complete_from")>
                <p>{visit.t("units-register-say-text")}</p>
                <Form action=visit.href(&format!("{}/register", at::COLLECTORS))>
                    <DateField name="complete_from" label=visit.t("units-register-day")/>
                    <p class="actions"><Button>{visit.t("units-register-say")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    Some(
        view! {
            <div class="actions no-print">
                <Dialog label=visit.t("units-collector-add") title=visit.t("units-collector-add") open=typed("number")>
                    <Form action=visit.href(&format!("{}/add", at::COLLECTORS))>
                        <TextField name="number" label=visit.t("units-certificate-number") hint=visit.t("units-certificate-number-hint") width="medium"/>
                        <TextField name="name" label=visit.t("units-collector-name") width="medium"/>
                        <Select name="hospital" label=visit.t("units-hospital") choices=choices/>
                        <p class="actions"><Button>{visit.t("units-collector-add")}</Button></p>
                    </Form>
                </Dialog>
                <Dialog label=visit.t("units-hospital-add") title=visit.t("units-hospital-add") open=typed("code")>
                    <Form action=visit.href(&format!("{}/hospital", at::COLLECTORS))>
                        <TextField name="code" label=visit.t("units-hospital-code") hint=visit.t("units-hospital-code-hint") width="short"/>
                        <TextField name="zh" label=visit.t("units-hospital-zh")/>
                        <TextField name="en" label=visit.t("units-hospital-en")/>
                        <p class="actions"><Button>{visit.t("units-hospital-add")}</Button></p>
                    </Form>
                </Dialog>
                {register}
            </div>
        }
        .into_any(),
    )
}

fn table(visit: &Visit, all: &[Collector]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("units-certificate-number")),
        Column::new(visit.t("units-collector-name")),
        Column::new(visit.t("units-hospital")),
        Column::new(visit.t("units-certificate")),
    ];
    let rows = all.iter().map(|one| {
        let href = visit.href(&format!("{}/{}", at::COLLECTORS, one.id));
        let hospital = format!("{} · {}", one.hospital.0, visit.pick(&one.hospital.1, &one.hospital.2));
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{one.number.clone()}</a> })
            .cell(one.name.clone())
            .cell(hospital)
            .cell(standing_tag(visit, one.standing))
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("units-collectors-title") caption_hidden=true columns=columns rows=rows/> }
}

/// One collector.
#[component]
pub fn CollectorPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(one_page(visit(), id))
}

async fn one_page(visit: Visit, id: Option<Uuid>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let opened = collectors::open(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let one = &opened.collector;
    let hospital = format!("{} · {}", one.hospital.0, visit.pick(&one.hospital.1, &one.hospital.2));
    let rows = vec![
        SummaryRow::new(visit.t("units-collector-name"), one.name.clone()),
        SummaryRow::new(visit.t("units-hospital"), hospital),
        SummaryRow::new(visit.t("units-certificate"), standing_tag(visit, one.standing)),
    ];
    let title = visit.t_args("units-collector-title", &[("number", one.number.clone().into())]);
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(at::COLLECTORS, "units-collectors-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <div class="request">
                <div class="stack">
                    <SummaryList rows=rows/>
                    {certificates(visit, &opened)}
                    {exams(visit, &opened)}
                    {courses(visit, &opened.courses)}
                </div>
                <div class="stack">{noting(visit, &opened)}</div>
            </div>
        </Page>
    }
    .into_any())
}

fn to(visit: &Visit, id: Uuid, what: &str) -> String {
    visit.href(&format!("{}/{id}/{what}", at::COLLECTORS))
}

fn courses(visit: &Visit, all: &[Done]) -> impl IntoView + use<> {
    let items = all.iter().map(|course| {
        let args = [("day", day_text(course.day, visit.locale()).into()), ("n", course.n.into())];
        view! { <li>{visit.t_args("units-course-one", &args)}</li> }
    });
    let items = items.collect_view();
    let none = all.is_empty().then(|| view! { <p class="muted">{visit.t("units-courses-none")}</p> });
    view! {
        <section class="section">
            <h2>{visit.t("units-courses")}</h2>
            {none}
            <ul>{items}</ul>
        </section>
    }
}

fn exams(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let id = opened.collector.id;
    let issues = may(visit, Capability::ReleaseUnits);
    let items = opened.exams.iter().map(|exam| {
        let args = [("day", day_text(exam.day, visit.locale()).into()), ("n", exam.n.into())];
        let (tone, key) =
            if exam.passed { (Tone::Success, "units-exam-is-passed") } else { (Tone::Plain, "units-exam-is-failed") };
        let used = opened.certificates.iter().any(|certificate| certificate.exam == exam.id);
        let issue = (exam.passed && !used && issues).then(|| {
            view! {
                <Form action=to(visit, id, "issue")>
                    <HiddenField name="exam" value=exam.id.to_string()/>
                    <p class="actions"><Button>{visit.t("units-certificate-issue")}</Button></p>
                </Form>
            }
        });
        view! { <li>{visit.t_args("units-exam-one", &args)}" "<Tag tone=tone>{visit.t(key)}</Tag>{issue}</li> }
    });
    let items = items.collect_view();
    let none = opened.exams.is_empty().then(|| view! { <p class="muted">{visit.t("units-exams-none")}</p> });
    view! {
        <section class="section">
            <h2>{visit.t("units-exams")}</h2>
            {none}
            <ul>{items}</ul>
        </section>
    }
}

fn certificates(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let id = opened.collector.id;
    let today = local_day(visit.context.now);
    let ends = may(visit, Capability::ReleaseUnits);
    let items = opened.certificates.iter().map(|one: &Certificate| {
        let args = [
            ("since", day_text(one.since, visit.locale()).into()),
            ("until", day_text(one.until, visit.locale()).into()),
        ];
        let ended = one.ended.then(|| view! { " "<Tag tone=Tone::Danger>{visit.t("units-certificate-was-ended")}</Tag> });
        let end = (!one.ended && one.until > today && ends).then(|| {
            view! {
                <Dialog label=visit.t("units-certificate-end") title=visit.t("units-certificate-end")>
                    <p>{visit.t("units-certificate-end-text")}</p>
                    <Form action=to(visit, id, "end")>
                        <HiddenField name="certificate" value=one.id.to_string()/>
                        <p class="actions"><Button variant=Variant::Danger>{visit.t("units-certificate-end")}</Button></p>
                    </Form>
                </Dialog>
            }
        });
        view! { <li>{visit.t_args("units-certificate-one", &args)}{ended}{end}</li> }
    });
    let items = items.collect_view();
    let none =
        opened.certificates.is_empty().then(|| view! { <p class="muted">{visit.t("units-certificates-none")}</p> });
    view! {
        <section class="section">
            <h2>{visit.t("units-certificates")}</h2>
            {none}
            <ul>{items}</ul>
        </section>
    }
}

fn noting(visit: &Visit, opened: &Opened) -> Option<AnyView> {
    let id = opened.collector.id;
    let typed = |name: &str| visit.form.value(name).is_some() || visit.form.fault(name).is_some();
    let hours = count(visit, "units-exam-hours", HOURS.unsigned_abs());
    let passes = count(visit, "units-exam-passes", u32::from(PASSES.unsigned_abs()));
    let back = visit.href(at::COLLECTORS);
    may(visit, Capability::HandleUnits).then(|| {
        view! {
            <section class="staff-panel stack no-print">
                <h2>{visit.t("units-acts")}</h2>
                <Dialog label=visit.t("units-course-note") title=visit.t("units-course-note") open=typed("course_day")>
                    <Form action=to(visit, id, "course")>
                        <DateField name="course_day" label=visit.t("units-course-day")/>
                        <TextField name="hours" label=visit.t("units-course-hours") inputmode="numeric" width="short"/>
                        <p class="actions"><Button>{visit.t("units-course-note")}</Button></p>
                    </Form>
                </Dialog>
                <Dialog label=visit.t("units-exam-note") title=visit.t("units-exam-note") open=typed("exam_day")>
                    <p>{hours}" "{passes}</p>
                    <Form action=to(visit, id, "exam")>
                        <DateField name="exam_day" label=visit.t("units-exam-day")/>
                        <TextField name="score" label=visit.t("units-exam-score") inputmode="numeric" width="short"/>
                        <p class="actions"><Button>{visit.t("units-exam-note")}</Button></p>
                    </Form>
                </Dialog>
                <p><LinkButton href=back variant=Variant::Quiet>{visit.t("units-collectors-back")}</LinkButton></p>
            </section>
        }
        .into_any()
    })
}
