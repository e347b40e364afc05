//! A member of staff's mail address, where scheduled exports are told: the address, then the code that went to it.

use super::at;
use super::notices::page_problem;
use super::widgets::{Do, done_notice};
use crate::form::Tone;
use crate::problem::problem_page;
use crate::ui::{Banner, Button, CodeField, Crumb, Form, Page, SummaryList, SummaryRow, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::contact::MailAddress;
use leptos::prelude::*;
use services::account::work_mail;

const DONE: &[(&str, &str)] =
    &[("sent", "work-mail-done-sent"), ("changed", "work-mail-done-changed"), ("removed", "work-mail-done-removed")];

/// The address, and a new one.
#[component]
pub fn WorkMail() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match work_mail::own(&visit.services, &visit.context).await {
            Ok(mail) => page(&visit, mail.as_ref()).into_any(),
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn page(visit: &Visit, mail: Option<&MailAddress>) -> impl IntoView + use<> {
    let crumbs = vec![
        Crumb::new(visit.href(at::STAFF), visit.t("nav-staff")),
        Crumb::new(visit.href(at::STAFF_ACCOUNT), visit.t("staff-account-title")),
    ];
    let present = mail.map_or_else(|| visit.t("work-mail-none").to_string(), |mail| mail.as_str().to_owned());
    let remove = mail.map(|_| {
        view! { <Do action=at::WORK_MAIL_REMOVE variant=Variant::Quiet>{visit.t("work-mail-remove")}</Do> }
    });
    // A code that was refused comes back to the form it was typed into.
    let code = (visit.query.get("done") == Some("sent") || visit.form.fault("code").is_some()).then(|| {
        view! {
            <section class="section">
                <h2>{visit.t("work-mail-code-title")}</h2>
                <Form action=visit.href(at::WORK_MAIL_CODE)>
                    <CodeField name="code" label=visit.t("work-mail-code")/>
                    <Button>{visit.t("work-mail-confirm")}</Button>
                </Form>
            </section>
        }
    });
    let variant = if code.is_some() { Variant::Secondary } else { Variant::Primary };
    view! {
        <Page title=visit.t("work-mail-title") lead=visit.t("work-mail-lead") crumbs=crumbs>
            {done_notice(visit, DONE).map(|text| view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })}
            <SummaryList rows=vec![SummaryRow::new(visit.t("work-mail-present"), present)]/>
            {code}
            <Form action=visit.href(at::WORK_MAIL)>
                <TextField name="mail" label=visit.t("work-mail-new") hint=visit.t("work-mail-new-hint") inputmode="email" autocomplete="email" width="medium"/>
                <Button variant=variant>{visit.t("work-mail-send")}</Button>
            </Form>
            {remove}
        </Page>
    }
}
