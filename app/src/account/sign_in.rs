//! A visitor's sign-in: the contact, then the code. The same pages for those we know and those we do not.

use super::at;
use super::pending::{Kind, Pending};
use super::widgets::{Do, next_of};
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::routes::{is_open, paths};
use crate::ui::{
    Banner, Button, Checkbox, CodeField, Crumb, EmptyState, Form, HiddenField, Illustration, LinkButton, Page,
    TextField, Variant, Width,
};
use crate::unsent;
use crate::visit::{Visit, visit};
use domain::account::Actor;
use leptos::prelude::*;

/// Where the code shall go.
#[component]
pub fn SignIn() -> impl IntoView {
    let visit = &visit();
    match visit.context.actor {
        Actor::Visitor { .. } => return already_page(visit, at::ACCOUNT).into_any(),
        Actor::Staff { .. } => return already_page(visit, at::STAFF).into_any(),
        _ => {}
    }
    let next = next_of(visit);
    // Whoever applies for aid has booked nothing, and cannot go on without.
    let aid = next.as_deref().is_some_and(|next| next.contains("/spark"));
    let hint = if aid { "sign-in-contact-hint-aid" } else { "sign-in-contact-hint" };
    let waits = unsent::waits(visit).then(|| view! { <Banner tone=Tone::Info>{visit.t("unsent-waits")}</Banner> });
    view! {
        <Page title=visit.t("sign-in-title") lead=visit.t("sign-in-lead") width=Width::Wide>
            {waits}
            <div class="beside">
                <Form>
                    {next.map(|next| view! { <HiddenField name="next" value=next/> })}
                    <TextField
                        name="contact"
                        label=visit.t("sign-in-contact")
                        hint=visit.t(hint)
                        autocomplete="username"
                        width="medium"
                    />
                    <Checkbox name="agree" called=visit.t("called-agree")>
                        {visit.t("sign-in-agree")}
                        <a href=visit.href(paths::PRIVACY)>{visit.t("sign-in-agree-link")}</a>
                    </Checkbox>
                    <Button>{visit.t("sign-in-send")}</Button>
                </Form>
                <section class="aside">
                    {if aid { for_aid(visit).into_any() } else { without(visit).into_any() }}
                    <p class="small"><a href=visit.href(at::STAFF_SIGN_IN)>{visit.t("sign-in-staff")}</a></p>
                </section>
            </div>
        </Page>
    }
    .into_any()
}

/// Why one signs in.
fn for_aid(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <h2>{visit.t("sign-in-aid-title")}</h2>
        <p>{visit.t("sign-in-aid-text")}</p>
    }
}

/// That one need not.
fn without(visit: &Visit) -> impl IntoView + use<> {
    let museum = visit.href(paths::MUSEUM);
    view! {
        <h2>{visit.t("sign-in-without-title")}</h2>
        <p>{visit.t("sign-in-without-text")}</p>
        {is_open(paths::MUSEUM).then(|| view! { <p><a href=museum>{visit.t("sign-in-without-link")}</a></p> })}
    }
}

fn already_page(visit: &Visit, home: &'static str) -> impl IntoView + use<> {
    view! { <Page title=visit.t("sign-in-already") lead=visit.t("sign-in-already-lead")>{already(visit, home)}</Page> }
}

/// Whoever is signed in need not do it again.
pub fn already(visit: &Visit, home: &'static str) -> impl IntoView + use<> {
    view! {
        <div class="actions">
            <LinkButton href=visit.href(home)>{visit.t("sign-in-already-go")}</LinkButton>
            <Do action="/sign-out">{visit.t("sign-out")}</Do>
        </div>
    }
}

/// The code that was sent.
#[component]
pub fn SignInCode() -> impl IntoView {
    let visit = &visit();
    match Pending::of(visit, Kind::SignIn) {
        Some(pending) => code_page(visit, &pending, Words::SIGN_IN).into_any(),
        None => over(visit, at::SIGN_IN).into_any(),
    }
}

/// What differs between the pages with a code.
pub struct Words {
    title: &'static str,
    submit: &'static str,
    resend_at: &'static str,
    other: &'static str,
    crumb: &'static str,
}

impl Words {
    /// Signing in.
    pub const SIGN_IN: Self = Self {
        title: "sign-in-code-title",
        submit: "sign-in-code-submit",
        resend_at: "/sign-in/resend",
        other: at::SIGN_IN,
        crumb: "sign-in-title",
    };
    /// Adding a contact.
    pub const CONTACT: Self = Self {
        title: "account-contact-code-title",
        submit: "account-contact-code-submit",
        resend_at: "/account/contact/resend",
        other: at::CONTACT,
        crumb: "account-contact-title",
    };
    /// Proving again who one is.
    pub const PROOF: Self = Self {
        title: "proof-code-title",
        submit: "account-contact-code-submit",
        resend_at: "/account/confirm/resend",
        other: at::CONFIRM,
        crumb: "proof-title",
    };
}

/// A page that asks for the code that went to `pending`.
pub fn code_page(visit: &Visit, pending: &Pending, words: Words) -> impl IntoView + use<> {
    let sent = visit.t_args("sign-in-code-sent", &[("to", pending.contact.masked().into())]);
    let wait = pending.wait(visit.context.now);
    let wait = (wait > 0).then(|| visit.t_args("sign-in-resend-wait", &[("n", wait.into())]));
    let expired = pending.expires_at <= visit.context.now && visit.form.errors.is_empty();
    let crumbs = vec![Crumb::new(visit.href(words.other), visit.t(words.crumb))];
    view! {
        <Page title=visit.t(words.title) lead=sent crumbs=crumbs width=Width::Wide>
            {(pending.again && !visit.form.was_sent() && visit.form.notice.is_none()).then(|| view! {
                <Banner tone=Tone::Success alert=true>{visit.t("sign-in-resent")}</Banner>
            })}
            {expired.then(|| view! { <Banner tone=Tone::Warning>{visit.t("sign-in-code-expired")}</Banner> })}
            <div class="beside">
                <Form>
                    <CodeField label=visit.t("sign-in-code") hint=visit.t("sign-in-code-hint")/>
                    <Button>{visit.t(words.submit)}</Button>
                </Form>
                <section class="aside">
                    <h2>{visit.t("sign-in-no-code-title")}</h2>
                    <p>{visit.t("sign-in-no-code-text")}</p>
                    <div class="actions">
                        <Do action=words.resend_at>{visit.t("sign-in-resend")}</Do>
                        <LinkButton href=visit.href(words.other) variant=Variant::Quiet>{visit.t("sign-in-other-contact")}</LinkButton>
                    </div>
                    {wait.map(|wait| view! { <p class="muted small">{wait}</p> })}
                    {visit.development.then(|| view! { <p class="small"><a href=visit.href("/mailbox")>{visit.t("mailbox-title")}</a></p> })}
                </section>
            </div>
        </Page>
    }
}

/// Nothing is pending: too late, or another browser.
pub fn over(visit: &Visit, begin: &'static str) -> impl IntoView + use<> {
    view! {
        <Page title=visit.t("sign-in-over-title") headless=true>
            <h1 class="hidden">{visit.t("sign-in-over-title")}</h1>
            <EmptyState of=Illustration::Tank title=visit.t("sign-in-over-title")>
                <p>{visit.t("sign-in-over-text")}</p>
                <p class="actions"><LinkButton href=visit.href(begin)>{visit.t("sign-in-over-again")}</LinkButton></p>
            </EmptyState>
        </Page>
    }
}

/// The account was deleted. Whoever opens the page learns nothing about anybody.
#[component]
pub fn AccountDeleted() -> impl IntoView {
    let visit = &visit();
    // Said once, to whoever deleted one: to anybody else no account of theirs is gone.
    let signed_in = matches!(visit.context.actor, Actor::Visitor { .. } | Actor::Staff { .. });
    if signed_in || visit.query.get("done") != Some("deleted") {
        return problem_page(Problem::NotFound).into_any();
    }
    view! {
        <Page title=visit.t("account-deleted-title") lead=visit.t("account-deleted-lead")>
            <p>{visit.t("account-deleted-text")}</p>
            <p class="actions"><LinkButton href=visit.href("/")>{visit.t("go-home")}</LinkButton></p>
        </Page>
    }
    .into_any()
}
