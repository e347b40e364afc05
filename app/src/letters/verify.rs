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
    let (number, number_hint) = (visit.t("letters-number"), visit.t("letters-number-hint"));
    let (digits, digits_hint) = (visit.t("letters-hash"), visit.t("letters-hash-hint"));
    let action = visit.href(super::VERIFY);
    let (how, press) = (visit.t("letters-verify-how"), visit.t("letters-verify-do"));
    view! {
        <Page title=visit.t("letters-verify-title") lead=visit.t("letters-verify-lead") crumbs=crumbs(&visit)>
            <Form action=action>
                <TextField name="number" label=number hint=number_hint width="medium"/>
                <TextField name="digits" label=digits hint=digits_hint/>
                <p class="actions"><Button>{press}</Button></p>
            </Form>
            <p class="muted small">{how}</p>
        </Page>
    }
}
