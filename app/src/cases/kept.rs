//! What must not be forgotten yet: on a case's page the way to keep it and to let it go, and the list of all that is kept beside
//! what the clock forgets next.

use super::calls::{KEEP_REASON, KEEP_UNTIL};
use super::words::{person_text, state_tag};
use super::{at, desk};
use crate::desk::{crumbs, moment, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, DateField, Dialog, EmptyState, Form, Illustration, Page, Row, Table, TextField, Variant,
    Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::CaseId;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::spark::cases::{self, AHEAD_DAYS, CaseView, Keeping, Kept, Leaving};

/// Until when, in words.
fn until(visit: &Visit, kept: &Kept) -> String {
    kept.until.map_or_else(|| visit.t("case-kept-open").to_string(), |day| day_text(day, visit.locale()))
}

/// On a case's page: that it is kept, for whoever sees it; the way to keep it and to let it go, for whoever watches over cases.
pub(super) async fn section(visit: &Visit, case: &CaseView) -> Result<Option<AnyView>, Problem> {
    if case.forgotten {
        return Ok(None);
    }
    let kept = cases::kept(&visit.services, &visit.context, case.id).await?;
    let oversees = crate::desk::may(visit, Capability::OverseeCases);
    let said = kept.as_ref().map(|kept| told(visit, kept));
    let act = oversees.then(|| match &kept {
        Some(_) => lift(visit, case.id),
        None => keep(visit, case.id),
    });
    if said.is_none() && act.is_none() {
        return Ok(None);
    }
    Ok(Some(
        view! {
            <section class="staff-panel stack" id="kept">
                <h2>{visit.t("case-kept")}</h2>
                {said}
                {act}
            </section>
        }
        .into_any(),
    ))
}

fn told(visit: &Visit, kept: &Kept) -> impl IntoView + use<> {
    let args = [
        ("by", person_text(visit, &kept.by).into()),
        ("at", moment(visit, kept.at).into()),
        ("until", until(visit, kept).into()),
    ];
    let reason = kept.reason.clone().map(|text| view! { <blockquote class="said">{text}</blockquote> });
    view! { <p>{visit.t_args("case-kept-by", &args)}</p>{reason} }
}

fn keep(visit: &Visit, case: CaseId) -> AnyView {
    let open = [KEEP_REASON, KEEP_UNTIL]
        .iter()
        .any(|name| visit.form.value(name).is_some() || visit.form.fault(name).is_some());
    let action = visit.href(&format!("{}/{case}/keep", at::CASES));
    let today = local_day(visit.context.now);
    view! {
        <p class="muted small">{visit.t("case-kept-text")}</p>
        <div class="no-print">
            <Dialog label=visit.t("case-kept-keep") title=visit.t("case-kept-keep") open=open>
                <Form action=action>
                    <TextField name=KEEP_REASON label=visit.t("cases-reason") hint=visit.t("case-kept-reason-hint")/>
                    <DateField name=KEEP_UNTIL label=visit.t("case-kept-until") hint=visit.t("case-kept-until-hint") min=today optional=true/>
                    <p class="actions"><Button>{visit.t("case-kept-keep")}</Button></p>
                </Form>
            </Dialog>
        </div>
    }
    .into_any()
}

fn lift(visit: &Visit, case: CaseId) -> AnyView {
    let action = visit.href(&format!("{}/{case}/let-go", at::CASES));
    view! {
        <div class="no-print">
            <Dialog label=visit.t("case-kept-lift") title=visit.t("case-kept-lift") variant=Variant::Quiet>
                <p>{visit.t("case-kept-lift-text")}</p>
                <Form action=action>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("case-kept-lift")}</Button></p>
                </Form>
            </Dialog>
        </div>
    }
    .into_any()
}

/// Everything that is kept, and what is forgotten next.
#[component]
pub fn KeptCases() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = cases::keeping(&visit.services, &visit.context).await?;
    let dry = visit.t_args("case-kept-dry", &[("n", all.due.into())]);
    let crumbs = crumbs(visit, &[(at::CASES, "cases-title")]);
    Ok(view! {
        <Page title=visit.t("case-kept-title") lead=visit.t("case-kept-lead") width=Width::Wide crumbs=crumbs>
            {rooms(visit)}
            <section class="section" id="kept">
                <h2>{visit.t("case-kept")}</h2>
                {kept_list(visit, &all)}
            </section>
            <section class="section" id="leaving">
                <h2>{visit.t("case-kept-leaving")}</h2>
                <Banner tone=Tone::Info>{dry}</Banner>
                {leaving_list(visit, &all.leaving)}
            </section>
        </Page>
    }
    .into_any())
}

fn link(visit: &Visit, case: CaseId, reference: &str) -> impl IntoView + use<> {
    view! { <a class="staff-reference" href=visit.href(&desk(case))>{reference.to_owned()}</a> }
}

fn kept_list(visit: &Visit, all: &Keeping) -> AnyView {
    if all.kept.is_empty() {
        return view! {
            <EmptyState of=Illustration::Flame title=visit.t("case-kept-none")><p>{visit.t("case-kept-none-text")}</p></EmptyState>
        }
        .into_any();
    }
    let columns = vec![
        Column::new(visit.t("cases-reference")),
        Column::new(visit.t("cases-state")),
        Column::new(visit.t("cases-reason")),
        Column::new(visit.t("case-kept-who")),
        Column::new(visit.t("case-kept-until-short")),
    ];
    let rows = all.kept.iter().map(|kept| {
        let who = format!("{} · {}", person_text(visit, &kept.by), moment(visit, kept.at));
        Row::new()
            .cell(link(visit, kept.case, &kept.reference))
            .cell(state_tag(visit, kept.state))
            .cell(view! { <span class="said">{kept.reason.clone()}</span> })
            .cell(who)
            .cell(until(visit, kept))
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("case-kept") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

fn leaving_list(visit: &Visit, all: &[Leaving]) -> AnyView {
    if all.is_empty() {
        let text = visit.t_args("case-kept-leaving-none", &[("days", AHEAD_DAYS.into())]);
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("cases-reference")),
        Column::new(visit.t("cases-state")),
        Column::new(visit.t("case-kept-helped")),
        Column::new(visit.t("case-kept-on")),
    ];
    let rows = all.iter().map(|case| {
        let helped = if case.helped { visit.t("case-kept-helped-yes") } else { visit.t("case-kept-helped-no") };
        let on = if case.due { visit.t("case-kept-now").to_string() } else { day_text(case.on, visit.locale()) };
        Row::new()
            .cell(link(visit, case.case, &case.reference))
            .cell(state_tag(visit, case.state))
            .cell(helped)
            .cell(on)
    });
    let rows = rows.collect();
    let caption = visit.t("case-kept-leaving");
    view! { <Table caption=caption caption_hidden=true columns=columns rows=rows/> }.into_any()
}
