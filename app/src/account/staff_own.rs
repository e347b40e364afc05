//! A member of staff's own account: password, second factors, recovery codes, signed-in browsers.

use super::at;
use super::calls::RECOVERY_CODES;
use super::notices::page_problem;
use super::passkey::factors_part;
use super::staff_door::{NewPassword, StaffCode};
use super::widgets::{Do, Gate, SessionTable, done_notice, next_of};
use crate::desk::rooms;
use crate::form::Tone;
use crate::problem::problem_page;
use crate::ui::{
    Banner, Button, Crumb, Form, Glyph, LinkButton, Page, SummaryList, SummaryRow, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use domain::account::Actor;
use leptos::prelude::*;
use services::account::passkeys::{self, Factors};
use services::account::sessions::{self, OwnSession};
use services::account::visitors::{self, Profile};

const DONE: &[(&str, &str)] = &[
    ("password", "staff-done-password"),
    ("passkey", "passkey-done-added"),
    ("passkey-removed", "passkey-done-removed"),
    ("session", "account-done-session"),
    ("sessions", "account-done-sessions"),
];

/// The own account.
#[component]
pub fn StaffAccount() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let profile = visitors::profile(&visit.services, &visit.context).await;
        let sessions = sessions::list(&visit.services, &visit.context).await;
        let factors = passkeys::own(&visit.services, &visit.context).await;
        match (profile, sessions, factors) {
            (Ok(profile), Ok(sessions), Ok(factors)) => account_page(&visit, &profile, sessions, factors).into_any(),
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn account_page(
    visit: &Visit,
    profile: &Profile,
    sessions: Vec<OwnSession>,
    factors: Factors,
) -> impl IntoView + use<> {
    let passkeys = !factors.passkeys.is_empty();
    let code_hint = if passkeys { "staff-password-code-hint" } else { "staff-step-up-hint" };
    let done = done_notice(visit, DONE);
    let name = profile.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default();
    let roles = match &visit.context.actor {
        Actor::Staff { roles, .. } => {
            let roles: Vec<_> = roles.iter().map(|role| role_text(visit, *role).to_string()).collect();
            roles.join(&visit.t("enumeration-separator"))
        }
        _ => String::new(),
    };
    let roles = if roles.is_empty() { visit.t("people-no-roles").to_string() } else { roles };
    let rows = vec![SummaryRow::new(visit.t("people-name"), name), SummaryRow::new(visit.t("people-roles"), roles)];
    let crumbs = vec![Crumb::new(visit.href(at::STAFF), visit.t("nav-staff"))];
    view! {
        <Page title=visit.t("staff-account-title") crumbs=crumbs width=Width::Wide>
            {rooms(visit)}
            {done.map(|text| view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })}
            <SummaryList rows=rows/>
            <section class="section account-part">
                <h2>{visit.t("staff-password-title")}</h2>
                <p class="muted">{visit.t("staff-password-text")}</p>
                <Form action=visit.href("/staff/account/password")>
                    <TextField name="password" label=visit.t("staff-password-present") kind="password" autocomplete="current-password" width="medium"/>
                    <NewPassword/>
                    <StaffCode hint=visit.t(code_hint) optional=passkeys/>
                    <Button variant=Variant::Secondary>{visit.t("staff-password-submit")}</Button>
                </Form>
            </section>
            {factors_part(visit, factors)}
            <section class="section account-part">
                <h2>{visit.t("staff-recovery-title")}</h2>
                <p class="muted">{visit.t("staff-recovery-text")}</p>
                <p><LinkButton href=visit.href(at::RECOVERY) variant=Variant::Secondary>{visit.t("staff-recovery-open")}</LinkButton></p>
            </section>
            <section class="section account-part">
                <h2>{visit.t("work-mail-title")}</h2>
                <p class="muted">{visit.t("work-mail-text")}</p>
                <p><LinkButton href=visit.href(at::WORK_MAIL) variant=Variant::Secondary>{visit.t("work-mail-open")}</LinkButton></p>
            </section>
            <section class="section account-part" id="sessions">
                <h2>{visit.t("account-sessions-title")}</h2>
                <p class="muted">{visit.t("account-sessions-text")}</p>
                <SessionTable sessions=sessions/>
            </section>
            <div class="account-end"><Do action="/sign-out" variant=Variant::Quiet>{visit.t("sign-out")}</Do></div>
        </Page>
    }
}

/// Recovery codes: shown in the answer that made them, and never again.
#[component]
pub fn RecoveryCodes() -> impl IntoView {
    let visit = &visit();
    match visit.form.value(RECOVERY_CODES) {
        Some(codes) => codes_page(visit, codes).into_any(),
        None => renew_page(visit).into_any(),
    }
}

fn codes_page(visit: &Visit, codes: &str) -> impl IntoView + use<> {
    let items = codes.lines().map(|code| view! { <li><code>{code.to_owned()}</code></li> }).collect_view();
    let next = next_of(visit).unwrap_or_else(|| at::STAFF_ACCOUNT.into());
    // What came through `next` may carry its language already.
    let onwards = if next.starts_with("/en/") || &*next == "/en" { next.to_string() } else { visit.href(&next) };
    view! {
        <Gate title=visit.t("staff-recovery-title") lead=visit.t("staff-recovery-lead")>
            <ul class="recovery-codes">{items}</ul>
            <p>{visit.t("staff-recovery-keep")}</p>
            <p class="actions no-print">
                <LinkButton href=onwards glyph=Glyph::ArrowRight>{visit.t("staff-recovery-kept")}</LinkButton>
            </p>
        </Gate>
    }
}

fn renew_page(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Gate title=visit.t("staff-recovery-title") lead=visit.t("staff-recovery-text")>
            <Banner tone=Tone::Warning>{visit.t("staff-recovery-replaces")}</Banner>
            <Do action=at::RECOVERY variant=Variant::Primary>{visit.t("staff-recovery-renew")}</Do>
            <p><a href=visit.href(at::STAFF_ACCOUNT)>{visit.t("staff-recovery-back")}</a></p>
        </Gate>
    }
}
