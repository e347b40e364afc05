//! Adding a telephone number or a mail address to one's account, or replacing the one of its kind, proven by a code.

use super::at;
use super::pending::{Kind, Pending};
use super::sign_in::{Words, code_page, over};
use crate::ui::{Button, Crumb, Form, Page, TextField};
use crate::visit::visit;
use leptos::prelude::*;

/// The new contact.
#[component]
pub fn ContactNew() -> impl IntoView {
    let visit = &visit();
    let crumbs = vec![Crumb::new(visit.href(at::SECURITY), visit.t("account-tab-security"))];
    view! {
        <Page title=visit.t("account-contact-title") lead=visit.t("account-contact-lead") crumbs=crumbs>
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
