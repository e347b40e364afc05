//! The staff's door: sign-in, the first second factor, the second factor again. Quiet pages without the site's header:
//! they invite nobody and say nothing about who works here.

use super::at;
use super::notices::page_problem;
use super::passkey::{Ceremony, PasskeyField, passkey_or_code};
use super::pending;
use super::sign_in::already;
use super::widgets::{Gate, next_of};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::problem_page;
use crate::ui::{
    Banner, Button, CodeField, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, QrFigure, TextField,
};
use crate::visit::{Visit, visit};
use domain::account::Actor;
use domain::time::clock_text;
use leptos::prelude::*;
use services::account::enrolment::{self, Enrolment, NewFactor};
use services::account::passkeys;
use services::account::password;
use services::messages::qr_svg;

/// Login, password and second factor in one form, so that no answer says which of them was right.
#[component]
pub fn StaffSignIn() -> impl IntoView {
    let visit = &visit();
    if matches!(visit.context.actor, Actor::Staff { .. }) {
        return view! {
            <Gate title=visit.t("sign-in-already") lead=visit.t("sign-in-already-lead")>{already(visit, at::STAFF)}</Gate>
        }
        .into_any();
    }
    view! {
        <Gate title=visit.t("staff-sign-in-title") lead=visit.t("staff-sign-in-lead")>
            <Form>
                {next_of(visit).map(|next| view! { <HiddenField name="next" value=next/> })}
                <TextField name="login" label=visit.t("staff-login") autocomplete="username"/>
                <TextField name="password" label=visit.t("staff-password") kind="password" autocomplete="current-password"/>
                <StaffCode hint=visit.t("staff-code-hint") optional=true/>
                <Button>{visit.t("staff-sign-in-submit")}</Button>
            </Form>
            <p class="muted small">{visit.t("staff-sign-in-rest")}</p>
        </Gate>
    }
    .into_any()
}

/// The telephone's code, or a recovery code: one input for both, which is why the keyboard is not the numeric one.
#[component]
pub fn StaffCode(
    /// What may be entered here.
    hint: Text,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// There is no telephone: only a recovery code can be entered.
    #[prop(optional)]
    recovery: bool,
) -> impl IntoView {
    let label = visit().t(if recovery { "staff-code-recovery" } else { "staff-code" });
    view! { <TextField name="code" label=label hint=hint autocomplete="one-time-code" width="medium" optional=optional/> }
}

/// The first second factor, after login and password were right.
#[component]
pub fn StaffEnrol() -> impl IntoView {
    let visit = &visit();
    let token = pending::enrolment_of(visit);
    match token.and_then(|token| enrolment::enrolment(&visit.services, &visit.context, &token).ok()) {
        Some(enrolment) => enrol_page(visit, &enrolment).into_any(),
        None => over_page(visit, "staff-enrol-title", "staff-enrol-over").into_any(),
    }
}

/// What was begun took too long: only the way back is left.
pub(super) fn over_page(visit: &Visit, title: &'static str, over: &'static str) -> impl IntoView + use<> {
    view! {
        <Gate title=visit.t(title)>
            <EmptyState of=Illustration::Tank title=visit.t(over)>
                <p class="actions"><LinkButton href=visit.href(at::STAFF_SIGN_IN)>{visit.t("staff-enrol-back")}</LinkButton></p>
            </EmptyState>
        </Gate>
    }
}

/// A key in groups of four, as people type it.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The QR code of a new second factor, and what to do with it.
fn factor_steps(visit: &Visit, factor: &NewFactor) -> impl IntoView + use<> {
    let key = grouped(&factor.secret);
    // An otpauth address always fits; should it not, the key can still be typed.
    let figure = match qr_svg(&factor.uri) {
        Ok(svg) => view! { <QrFigure svg=svg label=visit.t("staff-enrol-qr") reference=key/> }.into_any(),
        Err(_) => view! { <p><code class="code">{key}</code></p> }.into_any(),
    };
    view! {
        <ol class="how">
            <li>{visit.t("staff-enrol-step-app")}</li>
            <li>{visit.t("staff-enrol-step-scan")}</li>
            <li>{visit.t("staff-enrol-step-code")}</li>
        </ol>
        {figure}
    }
}

/// Instead of a telephone: a passkey, sent with the same form.
fn passkey_instead(visit: &Visit, choose_password: bool) -> impl IntoView + use<> {
    // What the script asks for before the browser makes anything; without a password to choose, nothing.
    let needs = if choose_password { "new-password" } else { "" };
    view! {
        <section class="passkey-instead">
            <h2>{visit.t("passkey-first-title")}</h2>
            <p class="muted">{visit.t("passkey-first-text")}</p>
            <PasskeyField
                ceremony=Ceremony::Create
                options=at::ENROL_OPTIONS
                label=visit.t("passkey-make-first")
                secondary=true
                needs=(needs, "passkey-first-password")
            />
        </section>
    }
}

fn enrol_page(visit: &Visit, enrolment: &Enrolment) -> impl IntoView + use<> {
    let (title, lead, submit) = match (&enrolment.factor, enrolment.passkeys) {
        (Some(_), true) => ("staff-enrol-title", "staff-enrol-lead-either", "staff-enrol-submit"),
        (Some(_), false) => ("staff-enrol-title", "staff-enrol-lead", "staff-enrol-submit"),
        (None, _) => ("staff-choose-title", "staff-choose-lead", "staff-choose-submit"),
    };
    let (passkeys, choose_password) = (enrolment.factor.is_some() && enrolment.passkeys, enrolment.choose_password);
    let until = visit.t_args("staff-enrol-until", &[("at", clock_text(enrolment.expires_at).into())]);
    view! {
        <Gate title=visit.t(title) lead=visit.t(lead)>
            {enrolment.factor.as_ref().map(|factor| factor_steps(visit, factor))}
            <p class="muted small">{until}</p>
            <Form>
                {next_of(visit).map(|next| view! { <HiddenField name="next" value=next/> })}
                {enrolment.factor.is_some().then(|| view! {
                    <CodeField label=visit.t("staff-enrol-code") hint=visit.t("staff-enrol-code-hint")/>
                })}
                {enrolment.choose_password.then(|| view! { <NewPassword/> })}
                <Button>{visit.t(submit)}</Button>
                {passkeys.then(|| passkey_instead(visit, choose_password))}
            </Form>
        </Gate>
    }
}

/// A password of one's own.
#[component]
pub fn NewPassword() -> impl IntoView {
    let visit = visit();
    let (label, hint) =
        (visit.t("staff-new-password"), visit.t_args("staff-new-password-hint", &[("min", password::MIN.into())]));
    view! { <TextField name="new-password" label=label hint=hint kind="password" autocomplete="new-password" width="medium"/> }
}

/// The second factor again: a passkey where there is one, or a code.
#[component]
pub fn StaffStepUp() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match passkeys::own(&visit.services, &visit.context).await {
            Ok(factors) => {
                let passkey = factors.available && !factors.passkeys.is_empty();
                step_up_page(&visit, passkey, factors.telephone).into_any()
            }
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn step_up_page(visit: &Visit, passkey: bool, telephone: bool) -> impl IntoView + use<> {
    let lead = if passkey { "staff-step-up-lead-either" } else { "staff-step-up-lead" };
    let ways = if passkey {
        passkey_or_code(visit, (at::STEP_UP_OPTIONS, "staff-step-up-submit"), telephone).into_any()
    } else {
        view! {
            <Form>
                {next_of(visit).map(|next| view! { <HiddenField name="next" value=next/> })}
                <StaffCode hint=visit.t("staff-step-up-hint")/>
                <Button>{visit.t("staff-step-up-submit")}</Button>
            </Form>
        }
        .into_any()
    };
    view! {
        <Page title=visit.t("staff-step-up-title") lead=visit.t(lead)>
            <Banner tone=Tone::Info>{visit.t("staff-step-up-why")}</Banner>
            {ways}
        </Page>
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_key_is_read_in_groups() {
        assert_eq!(super::grouped("ABCDEFGHJK"), "ABCD EFGH JK");
    }
}
