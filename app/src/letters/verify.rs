//! Holding a letter against ours: its number and the first digits of its file's hash. The answer says no more than that.

use crate::ui::{Button, Crumb, Form, Page, TextField};
use crate::visit::{Visit, visit};
use leptos::prelude::*;

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![Crumb::new(visit.href("/"), visit.t("nav-home")), Crumb::new(visit.href("/spark"), visit.t("spark-name"))]
}

/// The form; what it said stands above it.
#[component]
pub fn VerifyLetter() -> impl IntoView {
    let visit = visit();
    view! {
        <Page title=visit.t("letters-verify-title") lead=visit.t("letters-verify-lead") crumbs=crumbs(&visit)>
            <Form action=visit.href(super::VERIFY)>
                <TextField name="number" label=visit.t("letters-number") hint=visit.t("letters-number-hint") width="medium"/>
                <TextField name="digits" label=visit.t("letters-hash") hint=visit.t("letters-hash-hint")/>
                <p class="actions"><Button>{visit.t("letters-verify-do")}</Button></p>
            </Form>
            <p class="muted small">{visit.t("letters-verify-how")}</p>
        </Page>
    }
}
