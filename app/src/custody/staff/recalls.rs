//! Recalls of lots: which units a lot went into and what a recall would hold, before it begins; and those that run.

use super::refused::refused;
use super::unit::lot_text;
use super::words::state_tag;
use super::{at, unit_page};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Column, Dialog, EmptyState, Form, HiddenField, Illustration, Page, Row, Table, TextArea, TextField,
    Variant, Width,
};
use crate::unsent;
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::custody::Lot;
use leptos::prelude::*;
use services::custody::desk::{self, DeskError, Running, Traced};
use services::custody::search::Found;
use services::custody::{end_recall, recall};
use uuid::Uuid;

const RELEASE: Access = Access::Capability(Capability::ReleaseUnits);

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/recalls/begin", RELEASE, &begin).on(at::RECALLS).keeping(unsent::WHOLE),
    Call::post("/staff/recalls/end", RELEASE, &end).on(at::RECALLS),
];

const NEWS: &[(&str, &str)] = &[("begun", "units-recall-begun"), ("ended", "units-recall-ended")];

/// The page.
#[component]
pub fn Recalls() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let number = visit.query.get("lot").or_else(|| visit.form.value("number")).unwrap_or_default().trim().to_owned();
    let running = desk::recalls(&visit.services, &visit.context).await?;
    let traced = if number.is_empty() {
        None
    } else {
        match desk::trace(&visit.services, &visit.context, &number).await {
            Err(DeskError::Fields(_)) => Some((Vec::new(), Vec::new())),
            traced => Some(traced?),
        }
    };
    let traced = traced.map(|(lots, units)| preview(visit, &lots, &units));
    Ok(view! {
        <Page title=visit.t("units-recalls-title") lead=visit.t("units-recalls-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <Form get=true inline=true action=visit.href(at::RECALLS)>
                <TextField name="lot" label=visit.t("units-lot") hint=visit.t("units-recall-lot-hint") value=number width="medium"/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("units-recall-trace")}</Button></p>
            </Form>
            {traced}
            {all_running(visit, &running)}
        </Page>
    }
    .into_any())
}

/// What a recall would hold, and the form that begins it.
fn preview(visit: &Visit, lots: &[Traced], units: &[Found]) -> AnyView {
    if lots.is_empty() {
        return view! {
            <EmptyState of=Illustration::Drop title=visit.t("units-recall-no-lot")><p>{visit.t("units-recall-no-lot-text")}</p></EmptyState>
        }
        .into_any();
    }
    let all = lots.iter().map(|lot| one_lot(visit, lot)).collect_view();
    let columns = vec![
        Column::new(visit.t("units-number")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("units-place")),
    ];
    let rows = units.iter().map(|unit| {
        let href = visit.href(&unit_page(unit.id));
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{unit.masked.clone()}</a> })
            .cell(state_tag(visit, unit.state))
            .cell(super::words::place_text(visit, unit.place.as_ref()))
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("units-recall-preview")}</h2>
            {all}
            <Table caption=visit.t("units-recall-preview") caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("units-recall-first")}</p>
        </section>
    }
    .into_any()
}

fn one_lot(visit: &Visit, lot: &Traced) -> AnyView {
    let name = format!("{} {}", lot_text(visit, &lot.kind), lot.number);
    let args = [("lot", name.into()), ("units", grouped(lot.units).into()), ("holds", grouped(lot.holds).into())];
    let tone = if lot.running { Tone::Danger } else { Tone::Info };
    let key = if lot.running { "units-recall-of-running" } else { "units-recall-of" };
    let text = visit.t_args(key, &args);
    let open = visit.form.value("kind") == Some(lot.kind.as_str());
    let form = (!lot.running && may(visit, Capability::ReleaseUnits)).then(|| {
        view! {
            <Dialog label=visit.t("units-recall-do") title=visit.t("units-recall-do") variant=Variant::Danger open=open>
                <p>{visit.t("units-recall-do-text")}</p>
                <Form action=visit.href(&format!("{}/begin", at::RECALLS))>
                    <HiddenField name="kind" value=lot.kind.clone()/>
                    <HiddenField name="number" value=lot.number.clone()/>
                    <TextArea name="reason" label=visit.t("units-reason") hint=visit.t("units-recall-reason-hint") rows=3/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("units-recall-do")}</Button></p>
                </Form>
            </Dialog>
        }
    });
    view! { <Banner tone=tone>{text}</Banner>{form} }.into_any()
}

fn all_running(visit: &Visit, all: &[Running]) -> impl IntoView + use<> {
    let none = all.is_empty().then(|| view! { <p class="muted">{visit.t("units-recalls-none")}</p> });
    let ends = may(visit, Capability::ReleaseUnits);
    let items = all.iter().map(|one| {
        let name = format!("{} {}", lot_text(visit, &one.kind), one.number);
        let args = [("units", grouped(one.units.0).into()), ("open", grouped(one.units.1).into())];
        let end = match (ends, one.own) {
            (true, false) => Some(
                view! {
                    <Form action=visit.href(&format!("{}/end", at::RECALLS))>
                        <HiddenField name="recall" value=one.id.to_string()/>
                        <p class="actions"><Button variant=Variant::Secondary>{visit.t("units-recall-end")}</Button></p>
                    </Form>
                }
                .into_any(),
            ),
            (true, true) => Some(view! { <p class="muted small">{visit.t("units-recall-own")}</p> }.into_any()),
            (false, _) => None,
        };
        view! {
            <li class="case-step">
                <p class="case-step-head"><strong>{name}</strong></p>
                <p class="muted small">{moment(visit, one.begun_at)}" · "{visit.t_args("units-recall-units", &args)}</p>
                <blockquote class="said">{one.reason.clone()}</blockquote>
                {end}
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="section" id="running">
            <h2>{visit.t("units-recalls-running")}</h2>
            {none}
            <ol class="case-line">{items}</ol>
        </section>
    }
}

async fn begin(asked: Asked) -> Answer {
    let lot = Lot { kind: asked.field("kind").to_owned(), number: asked.field("number").to_owned() };
    let reason = match domain::typed::line(asked.field("reason"), 500) {
        Ok(reason) if reason.chars().count() >= 4 => reason,
        Ok(_) => return refused(&asked, at::RECALLS, ("", reason_fault(domain::field::Fault::TooShort { min: 4 }))),
        Err(fault) => return refused(&asked, at::RECALLS, ("", reason_fault(fault))),
    };
    match recall(&asked.services, &asked.context, &lot, &reason).await {
        Ok(_) => Answer::to(format!("{}?done=begun", at::RECALLS)),
        Err(error) => refused(&asked, at::RECALLS, ("", error.into())),
    }
}

fn reason_fault(fault: domain::field::Fault) -> DeskError {
    DeskError::Fields(vec![domain::field::FieldError::new("reason", fault)])
}

async fn end(asked: Asked) -> Answer {
    let Ok(id) = asked.field("recall").parse::<Uuid>() else { return Problem::Unusable.into() };
    match end_recall(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{}?done=ended", at::RECALLS)),
        Err(error) => refused(&asked, at::RECALLS, ("", error.into())),
    }
}
