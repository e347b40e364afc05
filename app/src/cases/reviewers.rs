//! Who judges a case as a physician, with how much each has to do; and letting an officer read a case for a time.

use super::at;
use super::words::person_text;
use crate::desk::{count, moment};
use crate::ui::{Button, Choice, Dialog, Form, HiddenField, Select, TextField, Variant};
use crate::visit::Visit;
use domain::spark::State;
use leptos::prelude::*;
use services::spark::cases::{CaseView, LONGEST_GRANT, ReviewerView};

/// Hours that stand in the form at first.
const USUAL: u16 = 4;

/// Who is asked, and the way to ask another, while that is done.
pub(super) fn section(visit: &Visit, case: &CaseView) -> Option<AnyView> {
    let (asked, free): (Vec<_>, Vec<_>) = case.reviewers.iter().partition(|one| one.asked_at.is_some());
    let open = case.own && matches!(case.state, State::Completeness | State::MedicalReview);
    if asked.is_empty() && !open {
        return None;
    }
    let none = asked.is_empty().then(|| view! { <p class="muted">{visit.t("cases-reviewers-none")}</p> });
    let items = asked.into_iter().map(|one| asked_item(visit, case, one, open)).collect_view();
    let form = open.then(|| ask(visit, case, &free));
    Some(
        view! {
            <section class="staff-panel stack" id="reviewers">
                <h2>{visit.t("cases-reviewers")}</h2>
                {none}
                <ul class="case-reviewers">{items}</ul>
                {form}
            </section>
        }
        .into_any(),
    )
}

fn label(visit: &Visit, one: &ReviewerView) -> String {
    let known = format!("{} · {}", person_text(visit, &one.person), count(visit, "cases-load", one.load));
    if one.away { format!("{known} · {}", visit.t("cases-reviewer-away")) } else { known }
}

fn asked_item(visit: &Visit, case: &CaseView, one: &ReviewerView, open: bool) -> impl IntoView + use<> {
    let since = one.asked_at.map(|at| {
        let at = moment(visit, at);
        view! { <span class="muted small">{visit.t_args("cases-reviewer-since", &[("at", at.into())])}</span> }
    });
    let action = visit.href(&format!("{}/{}/reviewers/release", at::CASES, case.id));
    let name = person_text(visit, &one.person);
    let account = one.person.account.to_string();
    let release = open.then(|| {
        view! {
            <Form action=action inline=true>
                <HiddenField name="released" value=account/>
                <Button variant=Variant::Quiet>{visit.t("cases-reviewer-release")}<span class="hidden">" "{name}</span></Button>
            </Form>
        }
    });
    view! { <li><span>{label(visit, one)}</span>{since}{release}</li> }
}

fn ask(visit: &Visit, case: &CaseView, free: &[&ReviewerView]) -> AnyView {
    if free.is_empty() {
        return view! { <p class="muted small">{visit.t("cases-reviewers-all")}</p> }.into_any();
    }
    // Who has least to do stands first, whoever is away last.
    let mut free: Vec<&&ReviewerView> = free.iter().collect();
    free.sort_by_key(|one| (one.away, one.load));
    let choices = free.into_iter().map(|one| Choice::new(one.person.account.to_string(), label(visit, one))).collect();
    let action = visit.href(&format!("{}/{}/reviewers", at::CASES, case.id));
    view! {
        <Form action=action>
            <Select name="reviewer" label=visit.t("cases-reviewer") hint=visit.t("cases-reviewer-hint") choices=choices/>
            <p class="actions no-print"><Button variant=Variant::Secondary>{visit.t("cases-reviewer-ask")}</Button></p>
        </Form>
    }
    .into_any()
}

/// Letting an officer read it, for whoever watches over cases.
pub(super) fn grant(visit: &Visit, case: &CaseView) -> Option<AnyView> {
    let looks_after = case.officer.as_ref().map(|officer| officer.account);
    let others = case.officers.iter().filter(|officer| Some(officer.account) != looks_after);
    let choices: Vec<Choice> =
        others.map(|officer| Choice::new(officer.account.to_string(), person_text(visit, officer))).collect();
    if choices.is_empty() {
        return None;
    }
    let open = ["grant_reason", "hours", "reader"].iter().any(|name| visit.form.value(name).is_some());
    let action = visit.href(&format!("{}/{}/grant", at::CASES, case.id));
    Some(
        view! {
            <section class="staff-panel stack no-print" id="grant">
                <h2>{visit.t("cases-grant")}</h2>
                <p>{visit.t("cases-grant-text")}</p>
                <Dialog label=visit.t("cases-grant-do") title=visit.t("cases-grant") open=open>
                    <Form action=action>
                        <Select name="reader" label=visit.t("cases-grant-reader") choices=choices/>
                        <TextField name="hours" label=visit.t("cases-grant-hours") hint=visit.t_args("cases-grant-hours-hint", &[("most", LONGEST_GRANT.into())]) inputmode="numeric" width="short" value=USUAL.to_string()/>
                        <TextField name="grant_reason" label=visit.t("cases-reason") hint=visit.t("cases-grant-hint")/>
                        <p class="actions"><Button>{visit.t("cases-grant-do")}</Button></p>
                    </Form>
                </Dialog>
            </section>
        }
        .into_any(),
    )
}
