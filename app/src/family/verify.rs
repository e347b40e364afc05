//! Holding a certificate of storage against ours. The answer is whether it is valid, and nothing else.

use super::{at, hidden};
use crate::desk::read_first;
use crate::form::Tone;
use crate::museum::param;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Crumb, Form, LinkButton, Page, TextField, Variant};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::family;

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![Crumb::new(visit.href("/"), visit.t("nav-home"))]
}

/// The form.
#[component]
pub fn VerifyUnitCertificate() -> impl IntoView {
    let visit = visit();
    let action = visit.href(at::VERIFY);
    view! {
        <Page title=visit.t("family-verify-title") lead=visit.t("family-verify-lead") crumbs=crumbs(&visit)>
            <Form action=action>
                <TextField name="number" label=visit.t("family-verify-number") hint=visit.t("family-verify-number-hint") width="medium"/>
                <TextField name="code" label=visit.t("family-verify-code") hint=visit.t("family-verify-code-hint") width="medium"/>
                <p class="actions"><Button>{visit.t("family-verify-do")}</Button></p>
            </Form>
        </Page>
    }
}

/// What a number and a code say.
#[component]
pub fn UnitCertificateVerdict() -> impl IntoView {
    read_first(verdict(visit(), param("number"), param("code")))
}

async fn verdict(visit: Visit, number: Option<String>, code: Option<String>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (number, code) = (number.unwrap_or_default(), code.unwrap_or_default());
    let asked = (number.as_str(), code.as_str());
    let good = family::verify_certificate(&visit.services, &visit.context, &visit.network, asked);
    let (tone, title, text) = match good.await.map_err(hidden)? {
        true => (Tone::Success, "family-verify-valid", "family-verify-valid-text"),
        false => (Tone::Warning, "family-verify-unknown", "family-verify-unknown-text"),
    };
    let again = visit.href(at::VERIFY);
    Ok(view! {
        <Page title=visit.t("family-verify-title") crumbs=crumbs(visit)>
            <Banner tone=tone title=visit.t(title)>{visit.t(text)}</Banner>
            <p class="actions no-print"><LinkButton href=again variant=Variant::Secondary>{visit.t("family-verify-again")}</LinkButton></p>
        </Page>
    }
    .into_any())
}
