//! Support: a family's record, opened by the number of a contract, for a reason the family reads, and for half an hour.

use super::at;
use super::words::state_tag;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Checkbox, Column, Form, HiddenField, Page, Row, Table, TextArea, TextField, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use domain::account::Capability;
use domain::ids::FamilyId;
use domain::time::{clock_text, day_text};
use jiff::SignedDuration;
use leptos::prelude::*;
use services::family::{self, FamilyError, OpenRecord, Opening, SupportRecord};
use uuid::Uuid;

const SUPPORT: Access = Access::Capability(Capability::SupportFamilies);

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/families/open", SUPPORT, &open).on(at::FAMILIES),
    Call::post("/staff/families/:id/close", SUPPORT, &close).on("/staff/families/:id"),
];

const NEWS: &[(&str, &str)] = &[("opened", "support-opened"), ("closed", "support-closed")];

/// What cannot be shown.
fn problem(error: FamilyError) -> Problem {
    crate::family::problem(error, "of family support")
}

/// Opening a record, and those that are open.
#[component]
pub fn Families() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::open_records(&visit.services, &visit.context).await.map_err(problem)?;
    let form = visit.context.new_id::<Uuid>().to_string();
    let open = (!all.is_empty()).then(|| opened(visit, &all));
    Ok(view! {
        <Page title=visit.t("support-title") lead=visit.t("support-lead") crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {open}
            <Form action=visit.href(&format!("{}/open", at::FAMILIES))>
                <HiddenField name="form" value=form/>
                <TextField name="number" label=visit.t("support-number") hint=visit.t("support-number-hint") width="medium"/>
                <TextArea name="reason" label=visit.t("support-reason") hint=visit.t("support-reason-hint") rows=3/>
                <Checkbox name="unasked" called=visit.t("support-unasked-called") hint=visit.t("support-unasked-hint")>{visit.t("support-unasked")}</Checkbox>
                <p class="actions"><Button>{visit.t("support-open")}</Button></p>
            </Form>
        </Page>
    }
    .into_any())
}

fn opened(visit: &Visit, all: &[OpenRecord]) -> impl IntoView + use<> {
    let items = all.iter().map(|one| {
        let href = visit.href(&format!("{}/{}", at::FAMILIES, one.family));
        let until = visit.t_args("support-until", &[("time", clock_text(one.until).into())]);
        view! { <li><a href=href>{one.reason.clone()}</a>" "<span class="muted small">{until}</span></li> }
    });
    let items = items.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("support-open-now")}</h2>
            <ul>{items}</ul>
        </section>
    }
}

/// A record that is open.
#[component]
pub fn FamilyRecord() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(record_page(visit(), id))
}

async fn record_page(visit: Visit, id: Option<FamilyId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let record = match family::support_record(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await {
        Ok(record) => record,
        Err(FamilyError::NotFound) => return Ok(shut(visit)),
        Err(error) => return Err(problem(error)),
    };
    let until = visit.t_args("support-until", &[("time", clock_text(record.open.until).into())]);
    let close = visit.href(&format!("{}/{}/close", at::FAMILIES, record.open.family));
    let reason = record.open.reason.clone();
    let parts = (contracts(visit, &record), units(visit, &record), members(visit, &record));
    Ok(view! {
        <Page title=visit.t("support-record-title") width=Width::Wide crumbs=crumbs(visit, &[(at::FAMILIES, "support-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {mourning(visit, &record)}
            <Banner tone=Tone::Info title=until><p class="said">{reason}</p><p>{visit.t("support-family-reads")}</p></Banner>
            {parts}
            <Form action=close>
                <p class="actions no-print"><Button variant=Variant::Secondary>{visit.t("support-close")}</Button></p>
            </Form>
        </Page>
    }
    .into_any())
}

/// That a child died, before anything else: nobody asks on the telephone how it is.
fn mourning(visit: &Visit, record: &SupportRecord) -> Option<impl IntoView + use<>> {
    let died = record.contracts.iter().filter(|one| one.child_died).map(|one| format!("…{}", one.number_end));
    let numbers = died.collect::<Vec<_>>().join(" / ");
    (!numbers.is_empty()).then(|| {
        let text = visit.t_args("support-mourning", &[("numbers", numbers.into())]);
        view! { <Banner tone=Tone::Info>{text}</Banner> }
    })
}

/// Whose time is over, or which was never open: one answer, and what to do next.
fn shut(visit: &Visit) -> AnyView {
    view! {
        <Page title=visit.t("support-shut-title") crumbs=crumbs(visit, &[(at::FAMILIES, "support-title")])>
            {rooms(visit)}
            <p>{visit.t("support-shut-text")}</p>
            <p class="actions"><a class="button" href=visit.href(at::FAMILIES)>{visit.t("support-again")}</a></p>
        </Page>
    }
    .into_any()
}

fn contracts(visit: &Visit, record: &SupportRecord) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("support-contract")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("support-ends")),
    ];
    let rows = record.contracts.iter().map(|one| {
        let state = visit.t(&format!("family-contract-state-{}", one.state.name()));
        let ends = one.ends_on.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()));
        Row::new().cell(format!("…{}", one.number_end)).cell(state).cell(ends)
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("support-contracts")}</h2>
            <Table caption=visit.t("support-contracts") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
}

fn units(visit: &Visit, record: &SupportRecord) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("units-number")),
        Column::new(visit.t("units-state")),
        Column::number(visit.t("units-steps")),
        Column::number(visit.t("units-tests")),
        Column::new(visit.t("support-changed")),
    ];
    let rows = record.units.iter().map(|one| {
        Row::new()
            .cell(one.masked.clone())
            .cell(state_tag(visit, one.state))
            .cell(one.steps.to_string())
            .cell(one.tests.to_string())
            .cell(moment(visit, one.changed_at))
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("support-units")}</h2>
            <Table caption=visit.t("support-units") caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("support-no-values")}</p>
        </section>
    }
}

fn members(visit: &Visit, record: &SupportRecord) -> impl IntoView + use<> {
    let items = record.members.iter().map(|(kin, since)| {
        let kin = visit.t(&format!("family-kin-{}", kin.name()));
        let since = visit.t_args("support-since", &[("at", moment(visit, *since).into())]);
        view! { <li>{kin}" "<span class="muted small">{since}</span></li> }
    });
    let items = items.collect_view();
    let none = record.members.is_empty().then(|| view! { <p class="muted">{visit.t("support-members-none")}</p> });
    view! {
        <section class="section">
            <h2>{visit.t("support-members")}</h2>
            {none}
            <ul>{items}</ul>
        </section>
    }
}

async fn open(asked: Asked) -> Answer {
    let Ok(form) = asked.field("form").parse::<Uuid>() else { return Problem::Unusable.into() };
    let new = Opening {
        form,
        number: asked.field("number").to_owned(),
        reason: asked.field("reason").to_owned(),
        unasked: asked.ticked("unasked"),
    };
    match family::open_for_support(&asked.services, &asked.context, &new).await {
        Ok(id) => Answer::to(format!("{}/{id}?done=opened", at::FAMILIES)),
        Err(FamilyError::Denied(denied)) => denied.into(),
        Err(FamilyError::Fields(errors)) => Answer::again_at(at::FAMILIES, asked.typed(&[]).with_errors(errors)),
        Err(FamilyError::SentBefore) => {
            Answer::another_act(&asked, at::FAMILIES, (&[], "form"), &asked.t("support-sent-before"))
        }
        Err(FamilyError::Limited(limited)) => {
            let minutes = limited.retry_seconds().div_ceil(60);
            let text = asked.t_args("units-too-often", &[("minutes", minutes.into())]);
            let form = asked.typed(&[]).with_notice(Tone::Warning, text.to_string());
            let wait = SignedDuration::from_secs(i64::from(limited.retry_seconds()));
            Answer::again_at(at::FAMILIES, form).retry_after(wait)
        }
        Err(error) => problem(error).into(),
    }
}

async fn close(asked: Asked) -> Answer {
    let Some(id) = asked.param::<FamilyId>("id") else { return Problem::NotFound.into() };
    match family::close_for_support(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{}?done=closed", at::FAMILIES)),
        Err(FamilyError::Denied(denied)) => denied.into(),
        Err(error) => problem(error).into(),
    }
}
