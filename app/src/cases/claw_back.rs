//! Asking money back of a case: how much, until when, and why, in words its family reads.

use super::refused::done;
use super::{at, desk, named};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, day, read_first, rooms};
use crate::form::Tone;
use crate::ledger::money;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{Banner, Button, Crumb, DateField, Form, HiddenField, LinkButton, Page, TextArea, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::field::Faults;
use domain::ids::{CaseId, ClawbackId};
use domain::ledger::{Amount, Fen};
use domain::spark::Event;
use domain::time::local_day;
use domain::typed::words;
use jiff::ToSpan;
use leptos::prelude::*;
use services::spark::cases::{self, Demand, LONGEST_DUE};

const OVERSEE: Access = Access::Capability(Capability::OverseeCases);
/// Characters of the reason.
const REASON: u32 = 2_000;
/// Days that stand in the form at first.
const USUAL: i32 = 30;

/// The call.
pub static CALLS: &[Call] = &[Call::post("/staff/cases/:id/claw-back", OVERSEE, &claw_back)];

/// The page.
#[component]
pub fn ClawBackCase() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let paid = cases::paid_of(&visit.services, &visit.context, id).await?;
    let case = cases::view(&visit.services, &visit.context, id).await?;
    let title = visit.t_args("clawback-case-title", &[("reference", case.reference.clone().into())]);
    let mut way = crumbs(visit, &[(at::CASES, "cases-title")]);
    way.push(Crumb::new(visit.href(&desk(id)), case.reference.clone()));
    let can = case.can.iter().any(|can| can.event == Event::Clawback && can.own.is_some()) && paid > Fen::ZERO;
    let content = if can {
        form(visit, (id, case.version), paid).into_any()
    } else {
        let back = visit.href(&desk(id));
        view! {
            <Banner tone=Tone::Info>{visit.t("clawback-case-none")}</Banner>
            <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("cases-back")}</LinkButton></p>
        }
        .into_any()
    };
    Ok(view! {
        <Page title=title lead=visit.t("clawback-case-lead") crumbs=way>
            {rooms(visit)}
            {content}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, (id, version): (CaseId, i32), paid: Fen) -> impl IntoView + use<> {
    let today = local_day(visit.context.now);
    let (first, last) = (today.saturating_add(1.day()), today.saturating_add(LONGEST_DUE.days()));
    let usual = today.saturating_add(USUAL.days());
    let made = visit.context.new_id::<ClawbackId>().to_string();
    let key = visit.form.value("demand").map_or(made, str::to_owned);
    let most = visit.t_args("clawback-case-most", &[("paid", money(paid).into())]);
    let back = visit.href(&desk(id));
    view! {
        <Form>
            <HiddenField name="demand" value=key/>
            <HiddenField name="version" value=version.to_string()/>
            <TextField name="amount" label=visit.t("books-amount-yuan") hint=most inputmode="decimal" width="medium"/>
            <DateField name="due" label=visit.t("clawback-due") hint=visit.t("clawback-due-hint") value=usual min=first max=last/>
            <TextArea name="reason" label=visit.t("clawback-reason") hint=visit.t("clawback-reason-hint") rows=6/>
            <p class="actions">
                <Button variant=Variant::Danger>{visit.t("clawback-case-do")}</Button>
                <LinkButton href=back variant=Variant::Quiet>{visit.t("cases-back")}</LinkButton>
            </p>
        </Form>
    }
}

async fn claw_back(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let page = format!("{}/claw-back", desk(case));
    let mut faults = Faults::default();
    let amount = faults.take("amount", Amount::parse(asked.field("amount")));
    let due = faults.take("due", day(asked.field("due")));
    let reason = faults.take("reason", words(asked.field("reason"), REASON));
    let (Some(amount), Some(due), Some(reason)) = (amount, due, reason) else {
        return Answer::again(asked.typed(&[]).with_errors(faults.into_errors()));
    };
    let id = asked.field("demand").parse().unwrap_or_else(|_| asked.context.new_id::<ClawbackId>());
    let version = asked.field("version").parse().unwrap_or_default();
    let demand = Demand { id, case, version, amount, due, reason };
    match cases::claw_back(&asked.services, &asked.context, &demand).await {
        Ok(()) => Answer::to(format!("/staff/funds/clawbacks/{id}")),
        result => done(&asked, &page, ("moved", "reason"), result).await,
    }
}
