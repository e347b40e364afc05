//! Verifying a certificate: a form for number and code, and what they say. The code on paper leads to the answer at once.

use super::{AMBASSADORS, problem_of};
use crate::form::Tone;
use crate::problem::problem_page;
use crate::requests::param;
use crate::ui::{Banner, Button, Crumb, Form, LinkButton, Page, SummaryList, SummaryRow, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::ambassadors::{self, Verified};

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(AMBASSADORS), visit.t("ambassador-name")),
    ]
}

/// The form.
#[component]
pub fn Verify() -> impl IntoView {
    let visit = visit();
    view! {
        <Page title=visit.t("ambassador-verify-title") lead=visit.t("ambassador-verify-lead") crumbs=crumbs(&visit)>
            {form(&visit)}
        </Page>
    }
}

fn form(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Form action=visit.href("/ambassadors/verify")>
            <TextField name="number" label=visit.t("ambassador-number") hint=visit.t("ambassador-number-hint") width="medium"/>
            <TextField name="code" label=visit.t("ambassador-code") hint=visit.t("ambassador-code-hint") width="medium"/>
            <p class="actions"><Button>{visit.t("ambassador-verify-do")}</Button></p>
        </Form>
    }
}

/// What a number and a code say.
#[component]
pub fn Verdict() -> impl IntoView {
    let visit = visit();
    let number: String = param("number").unwrap_or_default();
    let code: String = param("code").unwrap_or_default();
    Suspend::new(async move {
        let (services, context) = (&visit.services, &visit.context);
        match ambassadors::verify(services, context, &visit.network, &number, &code).await {
            Ok(verdict) => page(&visit, &verdict),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn page(visit: &Visit, verdict: &ambassadors::Verdict) -> AnyView {
    let (tone, (title, text), verified) = match verdict {
        ambassadors::Verdict::Valid(verified) => {
            (Tone::Success, ("ambassador-verdict-valid", "ambassador-verdict-valid-text"), Some(verified))
        }
        ambassadors::Verdict::Revoked(verified) => {
            (Tone::Danger, ("ambassador-verdict-revoked", "ambassador-verdict-revoked-text"), Some(verified))
        }
        ambassadors::Verdict::Unknown => {
            (Tone::Warning, ("ambassador-verdict-unknown", "ambassador-verdict-unknown-text"), None)
        }
    };
    let facts = verified.map(|verified| view! { <SummaryList rows=facts(visit, verified)/> });
    let again = visit.href("/ambassadors/verify");
    view! {
        <Page title=visit.t("ambassador-verify-title") crumbs=crumbs(visit)>
            <Banner tone=tone title=visit.t(title)>{visit.t(text)}</Banner>
            {facts}
            <p class="actions no-print"><LinkButton href=again variant=Variant::Secondary>{visit.t("ambassador-verify-again")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

fn facts(visit: &Visit, verified: &Verified) -> Vec<SummaryRow> {
    let name = verified.name.clone().map_or_else(|| visit.t("ambassador-name-erased"), Into::into);
    let number = verified.number.to_string();
    vec![
        SummaryRow::new(visit.t("ambassador-number"), view! { <code class="code">{number}</code> }),
        SummaryRow::new(visit.t("ambassador-applicant"), name),
        SummaryRow::new(visit.t("ambassador-school"), verified.organisation.clone()),
        SummaryRow::new(visit.t("ambassador-round"), verified.round.of(visit.locale()).to_owned()),
        SummaryRow::new(visit.t("ambassador-issued"), day_text(local_day(verified.issued_at), visit.locale())),
    ]
}
