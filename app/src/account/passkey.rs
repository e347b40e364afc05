//! Passkeys in the staff's pages: the button that has one made or shown, the second form of the sign-in, the page that adds
//! one, the list on one's own account. The browser's part is [`passkey.js`](./passkey.js); without it the pages say so, and
//! codes are taken.

use super::at;
use super::notices::page_problem;
use super::pending;
use super::staff_door::{StaffCode, over_page};
use super::widgets::{Gate, moment_text, next_of, seen_text};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::ui::{
    Banner, Button, Crumb, Dialog, Form, Glyph, HiddenField, Icon, LinkButton, Page, PlainScript, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::account::PasskeyName;
use leptos::prelude::*;
use services::account::passkeys::{self, Factors, OwnPasskey};
use services::account::second;

/// What a browser is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ceremony {
    /// To make a passkey.
    Create,
    /// To show one.
    Get,
}

impl Ceremony {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
        }
    }

    /// What is said where scripts do not run: codes stand in for showing a passkey, and nothing for making one.
    const fn without_script(self) -> &'static str {
        match self {
            Self::Create => "passkey-new-without-script",
            Self::Get => "passkey-without-script",
        }
    }
}

/// A button inside a form: the browser has a passkey made or shown, and the form is sent with it. One per page.
#[component]
pub fn PasskeyField(
    /// What the browser is asked for.
    ceremony: Ceremony,
    /// Where it learns the details, without the language's prefix.
    options: &'static str,
    /// What the button says.
    #[prop(into)]
    label: Text,
    /// Beside another way that comes first.
    #[prop(optional)]
    secondary: bool,
    /// The form is for nothing else.
    #[prop(optional)]
    alone: bool,
    /// The input that has to be filled in first, and the sentence that says so.
    #[prop(optional)]
    needs: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    let visit = &visit();
    // A passkey that was made is kept when something else of its form was at fault.
    let kept = visit.form.value("passkey").filter(|kept| !kept.is_empty()).map(str::to_owned);
    let ready = kept.is_some().then(|| view! { <Banner tone=Tone::Info>{visit.t("passkey-kept")}</Banner> });
    let class = if secondary { "button button-secondary" } else { "button" };
    view! {
        <div
            class="passkey"
            data-passkey=ceremony.name()
            data-options=visit.href(options)
            data-alone=alone.then_some("")
            data-needs=needs.map(|(input, _)| input)
            data-first=needs.map(|(_, sentence)| visit.t(sentence))
            data-cancelled=visit.t("passkey-cancelled")
            data-late=visit.t("passkey-late")
            data-known=visit.t("passkey-known")
            data-unsupported=visit.t("passkey-unsupported")
            data-address=visit.t("passkey-address")
            data-often=visit.t("passkey-often")
            data-over=visit.t("passkey-over")
            data-failed=visit.t("passkey-failed")
        >
            {ready}
            <noscript><p class="passkey-without">{visit.t(ceremony.without_script())}</p></noscript>
            <input type="hidden" name="passkey" value=kept data-passkey-answer=""/>
            <button type="button" class=class hidden=true data-passkey-start=""><Icon of=Glyph::Lock/>{label}</button>
            <p class="passkey-said" role="status" data-passkey-said=""></p>
        </div>
        <PlainScript source=include_str!("passkey.js")/>
    }
}

/// Passkey first, codes below: two forms that are sent to the same place.
pub(super) fn passkey_or_code(
    visit: &Visit,
    (options, submit): (&'static str, &'static str),
    telephone: bool,
) -> impl IntoView + use<> {
    let carry = || next_of(visit).map(|next| view! { <HiddenField name="next" value=next/> });
    let (passkey_next, code_next) = (carry(), carry());
    let (title, hint) = match telephone {
        true => ("passkey-or-code", "staff-step-up-hint"),
        false => ("passkey-or-recovery", "passkey-recovery-hint"),
    };
    view! {
        <Form>
            {passkey_next}
            <PasskeyField ceremony=Ceremony::Get options=options label=visit.t("passkey-show") alone=true/>
        </Form>
        <section class="passkey-instead">
            <h2>{visit.t(title)}</h2>
            <Form>
                {code_next}
                <StaffCode hint=visit.t(hint) recovery=!telephone/>
                <Button variant=Variant::Secondary>{visit.t(submit)}</Button>
            </Form>
        </section>
    }
}

/// The second form of the sign-in, after login and password were right.
#[component]
pub fn StaffSecond() -> impl IntoView {
    let visit = &visit();
    let token = pending::second_form_of(visit);
    match token.and_then(|token| second::form(&visit.services, &visit.context, &token).ok()) {
        None => over_page(visit, "staff-second-title", "staff-second-over").into_any(),
        Some(form) => view! {
            <Gate title=visit.t("staff-second-title") lead=visit.t("staff-second-lead")>
                {passkey_or_code(visit, (at::SECOND_OPTIONS, "staff-sign-in-submit"), form.telephone)}
                <p><a href=visit.href(at::STAFF_SIGN_IN)>{visit.t("staff-enrol-back")}</a></p>
            </Gate>
        }
        .into_any(),
    }
}

/// Another passkey of one's own.
#[component]
pub fn PasskeyNew() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match passkeys::own(&visit.services, &visit.context).await {
            Ok(factors) if factors.available => new_page(&visit).into_any(),
            Ok(_) => problem_page(Problem::NotFound).into_any(),
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn new_page(visit: &Visit) -> impl IntoView + use<> {
    let crumbs = vec![
        Crumb::new(visit.href(at::STAFF), visit.t("nav-staff")),
        Crumb::new(visit.href(at::STAFF_ACCOUNT), visit.t("staff-account-title")),
    ];
    view! {
        <Page title=visit.t("passkey-new-title") lead=visit.t("passkey-new-lead") crumbs=crumbs>
            <Form action=visit.href(at::PASSKEY_NEW)>
                <TextField
                    name="name"
                    label=visit.t("passkey-name")
                    hint=visit.t_args("passkey-name-hint", &[("max", PasskeyName::MAX.into())])
                    width="medium"
                />
                <PasskeyField
                    ceremony=Ceremony::Create
                    options=at::PASSKEY_OPTIONS
                    label=visit.t("passkey-make")
                    alone=true
                    needs=("name", "passkey-first-name")
                />
            </Form>
        </Page>
    }
}

/// One's own second factors: the telephone, the passkeys, how to have another.
pub(super) fn factors_part(visit: &Visit, factors: Factors) -> impl IntoView + use<> {
    let last = !factors.telephone && factors.passkeys.len() == 1;
    let telephone = if factors.telephone { "factors-telephone-yes" } else { "factors-telephone-no" };
    let items = factors.passkeys.into_iter().map(|passkey| passkey_item(visit, passkey, last)).collect_view();
    view! {
        <section class="section account-part" id="factors">
            <h2>{visit.t("factors-title")}</h2>
            <p class="muted">{visit.t("factors-text")}</p>
            <ul class="factors">
                <li><p class="factors-name">{visit.t("factors-telephone")}</p><p class="muted">{visit.t(telephone)}</p></li>
                {items}
            </ul>
            {if factors.available {
                let href = visit.href(at::PASSKEY_NEW);
                view! {
                    <p><LinkButton href=href variant=Variant::Secondary glyph=Glyph::Lock>{visit.t("passkey-new")}</LinkButton></p>
                }
                .into_any()
            } else {
                view! { <Banner tone=Tone::Info>{visit.t("passkey-address")}</Banner> }.into_any()
            }}
        </section>
    }
}

fn passkey_item(visit: &Visit, passkey: OwnPasskey, last: bool) -> impl IntoView + use<> {
    let made = moment_text(visit, passkey.created_at).to_string();
    let used = match passkey.last_used_at {
        Some(at) => visit.t_args("passkey-used", &[("at", seen_text(visit, at).to_string().into())]),
        None => visit.t("passkey-never-used"),
    };
    let remove = visit.href(&format!("{}/{}/remove", at::PASSKEYS, passkey.id));
    let question = visit.t_args("passkey-remove-question", &[("name", passkey.name.clone().into())]);
    view! {
        <li>
            <p class="factors-name">{passkey.name}</p>
            <p class="muted">{visit.t_args("passkey-made", &[("at", made.into())])}</p>
            <p class="muted">{used}</p>
            {if last {
                view! { <p class="muted">{visit.t("passkey-last")}</p> }.into_any()
            } else {
                view! {
                    <Dialog label=visit.t("passkey-remove-open") title=question>
                        <p>{visit.t("passkey-remove-what")}</p>
                        <Form action=remove>
                            <Button variant=Variant::Danger>{visit.t("passkey-remove")}</Button>
                        </Form>
                    </Dialog>
                }
                .into_any()
            }}
        </li>
    }
}
