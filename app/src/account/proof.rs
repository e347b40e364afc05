//! A visitor who is signed in proves again who it is: before what one signs in with changes, other browsers are signed
//! out, or the account ends.

use super::at;
use super::notices::page_problem;
use super::pending::{Kind, Pending};
use super::sign_in::{Words, code_page, over};
use super::widgets::next_of;
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::ui::{Banner, Button, Choice, Crumb, Form, HiddenField, Page, Radios};
use crate::visit::{Visit, visit};
use domain::account::Actor;
use leptos::prelude::*;
use services::account::visitors::{self, Profile};

/// To which contact of the account the code shall go.
#[component]
pub fn Confirm() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        // Staff show their second factor, on a page of their own.
        if !matches!(visit.context.actor, Actor::Visitor { .. }) {
            return problem_page(Problem::Forbidden).into_any();
        }
        match visitors::profile(&visit.services, &visit.context).await {
            Ok(profile) => confirm_page(&visit, &profile).into_any(),
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

/// The contacts of an account as choices: `phone`, `mail`.
fn choices(visit: &Visit, profile: &Profile) -> Vec<Choice> {
    let phone = profile
        .phone
        .as_ref()
        .map(|phone| Choice::new("phone", visit.t_args("proof-to-phone", &[("to", phone.masked().into())])));
    let mail = profile
        .mail
        .as_ref()
        .map(|mail| Choice::new("mail", visit.t_args("proof-to-mail", &[("to", mail.masked().into())])));
    phone.into_iter().chain(mail).collect()
}

fn confirm_page(visit: &Visit, profile: &Profile) -> impl IntoView + use<> {
    let choices = choices(visit, profile);
    let first = choices.first().map(|choice| choice.value.clone()).unwrap_or_default();
    let crumbs = vec![Crumb::new(visit.href(at::SECURITY), visit.t("account-tab-security"))];
    view! {
        <Page title=visit.t("proof-title") lead=visit.t("proof-lead") crumbs=crumbs>
            <Banner tone=Tone::Info>{visit.t("proof-why")}</Banner>
            <Form>
                {next_of(visit).map(|next| view! { <HiddenField name="next" value=next/> })}
                <Radios name="which" label=visit.t("proof-which") choices=choices value=first/>
                <Button>{visit.t("sign-in-send")}</Button>
            </Form>
            <p class="muted small">{visit.t("proof-lost")}" "<a href=visit.href(at::CONTACT)>{visit.t("proof-lost-link")}</a></p>
        </Page>
    }
}

/// The code that was sent.
#[component]
pub fn ConfirmCode() -> impl IntoView {
    let visit = &visit();
    match own(visit) {
        Some(pending) => code_page(visit, &pending, Words::PROOF).into_any(),
        None => over(visit, at::CONFIRM).into_any(),
    }
}

/// What this browser waits for, if its own session asked for it.
pub fn own(visit: &Visit) -> Option<Pending> {
    let Actor::Visitor { login, .. } = &visit.context.actor else { return None };
    Pending::of(visit, Kind::Proof).filter(|pending| pending.subject == login.0)
}
