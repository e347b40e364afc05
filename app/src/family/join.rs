//! Coming into a family by an invitation: the contract's number and the mobile number that was registered with it.

use super::at;
use crate::account::at as account;
use crate::form::Tone;
use crate::ui::{Banner, Button, Crumb, Form, LinkButton, Page, TextField};
use crate::visit::{Visit, visit};
use domain::account::{Actor, Capability, Denied};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Join() -> impl IntoView {
    let visit = &visit();
    let crumbs = vec![Crumb::new(visit.href("/"), visit.t("nav-home"))];
    let content = match (&visit.context.actor, visit.context.require(Capability::JoinFamily)) {
        (Actor::Visitor { .. }, Ok(())) => form(visit).into_any(),
        (Actor::Visitor { .. }, Err(Denied::StepUpNeeded)) => {
            first(visit, account::CONFIRM, ("family-join-confirm", "family-join-confirm-do")).into_any()
        }
        (Actor::Anonymous, _) => {
            first(visit, account::SIGN_IN, ("family-join-sign-in", "family-join-sign-in-do")).into_any()
        }
        _ => view! { <Banner tone=Tone::Info>{visit.t("family-join-visitors")}</Banner> }.into_any(),
    };
    view! {
        <Page title=visit.t("family-join-title") lead=visit.t("family-join-lead") crumbs=crumbs>
            {content}
            <p class="muted small">{visit.t("family-join-help")}</p>
        </Page>
    }
}

/// What has to be done before: signing in, or a fresh code.
fn first(visit: &Visit, path: &str, (text, press): (&str, &str)) -> impl IntoView + use<> {
    let href = format!("{}?next={}", visit.href(path), at::JOIN);
    view! {
        <Banner tone=Tone::Info>{visit.t(text)}</Banner>
        <p class="actions"><LinkButton href=href>{visit.t(press)}</LinkButton></p>
    }
}

fn form(visit: &Visit) -> impl IntoView + use<> {
    let action = visit.href(at::JOIN);
    view! {
        <Form action=action>
            <TextField name="number" label=visit.t("family-join-number") hint=visit.t("family-join-number-hint") autocomplete="off" width="medium"/>
            <TextField name="phone" label=visit.t("family-join-phone") hint=visit.t("family-join-phone-hint") inputmode="tel" autocomplete="tel" width="medium"/>
            <p class="actions"><Button>{visit.t("family-join-do")}</Button></p>
        </Form>
    }
}
