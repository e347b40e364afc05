//! Adding a telephone number or a mail address to one's account, or replacing the one of its kind; and stopping a change
//! that somebody else asked for.

use super::at;
use super::notices::page_problem;
use super::pending::{Kind, Pending};
use super::sign_in::{Words, code_page, over};
use super::widgets::{Do, moment_text};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::ui::{Banner, Button, Crumb, Form, LinkButton, Page, SummaryList, SummaryRow, TextField, Variant};
use crate::visit::{Visit, param, visit};
use domain::account::Capability;
use leptos::prelude::*;
use services::account::contacts::{self, Waiting};

/// The new contact.
#[component]
pub fn ContactNew() -> impl IntoView {
    let visit = &visit();
    let crumbs = vec![Crumb::new(visit.href(at::SECURITY), visit.t("account-tab-security"))];
    let proven = visit.context.require(Capability::SecureOwnAccount).is_ok();
    view! {
        <Page title=visit.t("account-contact-title") lead=visit.t("account-contact-lead") crumbs=crumbs>
            {(!proven).then(|| unproven(visit))}
            <Form>
                <TextField
                    name="contact"
                    label=visit.t("sign-in-contact")
                    hint=visit.t("sign-in-contact-hint")
                    autocomplete="off"
                    width="medium"
                />
                <Button>{visit.t("sign-in-send")}</Button>
            </Form>
        </Page>
    }
}

/// The two ways: a code to the present contact first, or three days.
fn unproven(visit: &Visit) -> impl IntoView + use<> {
    let confirm = format!("{}?next={}", visit.href(at::CONFIRM), at::CONTACT);
    view! {
        <Banner tone=Tone::Warning title=visit.t("account-contact-unproven-title")>
            <p>{visit.t("account-contact-unproven")}</p>
            <p class="actions">
                <LinkButton href=confirm variant=Variant::Secondary>{visit.t("account-contact-prove")}</LinkButton>
            </p>
        </Banner>
    }
}

/// The code that proves it.
#[component]
pub fn ContactCode() -> impl IntoView {
    let visit = &visit();
    let account = visit.context.actor.account();
    let pending =
        Pending::of(visit, Kind::Contact).filter(|pending| account.is_some_and(|own| own.0 == pending.subject));
    match pending {
        Some(pending) => code_page(visit, &pending, Words::CONTACT).into_any(),
        None => over(visit, at::CONTACT).into_any(),
    }
}

/// 手机号 · 邮箱
fn kind_text(visit: &Visit, kind: &str) -> Text {
    match kind {
        "phone" => visit.t("account-phone"),
        _ => visit.t("account-mail"),
    }
}

/// The changes of an account that wait, each with a button that takes it back.
pub fn waiting_list(visit: &Visit, waiting: &[Waiting]) -> impl IntoView + use<> {
    let each = waiting.iter().map(|change| {
        let sentence = visit.t_args(
            "account-waiting-text",
            &[
                ("kind", kind_text(visit, &change.kind).to_string().into()),
                ("to", change.masked.clone().into()),
                ("at", moment_text(visit, change.due_at).to_string().into()),
            ],
        );
        let action = format!("/account/contact/{}/take-back", change.kind);
        view! {
            <Banner tone=Tone::Warning title=visit.t("account-waiting-title")>
                <p>{sentence}</p>
                <Do action=action>{visit.t("account-waiting-stop")}</Do>
            </Banner>
        }
    });
    each.collect_view()
}

/// The page behind the link of the message to the present contact. Showing changes nothing; the button does.
#[component]
pub fn Stop() -> impl IntoView {
    let visit = visit();
    let code = param("code").unwrap_or_default();
    Suspend::new(async move {
        match contacts::by_stop_link(&visit.services, &code, &visit.network).await {
            Ok(changes) if changes.is_empty() => problem_page(Problem::LinkInvalid).into_any(),
            Ok(changes) => stop_page(&visit, &changes).into_any(),
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

/// All that waits in the account: the button stops all of it.
fn stop_page(visit: &Visit, changes: &[Waiting]) -> impl IntoView + use<> {
    let lists = changes.iter().map(|change| {
        let rows = vec![
            SummaryRow::new(visit.t("account-stop-what"), kind_text(visit, &change.kind)),
            SummaryRow::new(visit.t("account-stop-new"), change.masked.clone()),
            SummaryRow::new(visit.t("account-stop-asked"), moment_text(visit, change.requested_at)),
            SummaryRow::new(visit.t("account-stop-due"), moment_text(visit, change.due_at)),
        ];
        view! { <SummaryList rows=rows/> }
    });
    let lists = lists.collect_view();
    view! {
        <Page title=visit.t("account-stop-title") lead=visit.t("account-stop-lead")>
            {lists}
            <Form action=visit.here()>
                <p>{visit.t("account-stop-then")}</p>
                <Button variant=Variant::Danger>{visit.t("account-stop-submit")}</Button>
            </Form>
        </Page>
    }
}

/// The change was stopped. Whoever opens the page learns nothing about anybody.
#[component]
pub fn Stopped() -> impl IntoView {
    let visit = &visit();
    view! {
        <Page title=visit.t("account-stopped-title") lead=visit.t("account-stopped-lead")>
            <p class="actions"><LinkButton href=visit.href(at::SIGN_IN)>{visit.t("account-stopped-sign-in")}</LinkButton></p>
        </Page>
    }
}
