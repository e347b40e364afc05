//! Asking for the bus: one long form, kept on the server as far as one got, then the code that proves the contact.

use super::{audience_words, half_day_words, param, problem_of};
use crate::form::{FormState, Tone};
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Banner, Button, Checkbox, Choice, CityRadios, CodeField, Crumb, DateField, Fieldset, Form, LinkButton, Page,
    PlainScript, Radios, Select, Steps, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::bus::{Audience, Details, HalfDay};
use domain::ids::BusDraftId;
use domain::time::{clock_text, day_text, local_day};
use jiff::{Span, Timestamp, civil};
use leptos::prelude::*;
use services::bus::{BusError, DraftView, read};

async fn draft(visit: &Visit) -> Result<DraftView, BusError> {
    let id: BusDraftId = param("draft").ok_or(BusError::NotFound)?;
    read(&visit.services, &visit.context, id, visit.visitor.as_deref().unwrap_or_default()).await
}

fn steps(visit: &Visit, current: usize) -> impl IntoView + use<> {
    let steps = ["bus-step-form", "bus-step-code", "bus-step-date", "bus-step-visit"].map(|key| visit.t(key));
    view! { <Steps steps=steps.to_vec() current=current/> }
}

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![Crumb::new(visit.href("/"), visit.t("nav-home")), Crumb::new(visit.href(paths::BUS), visit.t("bus-name"))]
}

/// The form.
#[component]
pub fn Apply() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft(&visit).await {
            Ok(draft) if draft.request.is_some() => done(&visit),
            Ok(draft) => form(visit, &draft),
            Err(error) => gone(&visit, error),
        }
    })
}

/// A draft that is over, or another browser's: begin again, with a word of what happened.
fn gone(visit: &Visit, error: BusError) -> AnyView {
    if !matches!(error, BusError::NotFound) {
        return problem_page(problem_of(error)).into_any();
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let kept = visit.t_args("bus-gone-text", &[("days", services::bus::DRAFT_DAYS.into())]);
    view! {
        <Page title=visit.t("bus-gone-title") centred=true>
            <p class="lead">{kept}</p>
            <p class="actions"><LinkButton href=visit.href(paths::BUS)>{visit.t("bus-gone-action")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

/// The request was made already: back button, second press, second tab.
fn done(visit: &Visit) -> AnyView {
    view! {
        <Page title=visit.t("bus-sent-title") centred=true>
            <p class="lead">{visit.t("bus-sent-text")}</p>
            <p class="actions"><LinkButton href=visit.href(paths::BUS)>{visit.t("bus-name")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

/// What stands in the fields: what was just sent, or what was kept.
fn filled(visit: Visit, draft: &DraftView) -> Visit {
    if visit.form.was_sent() {
        return visit;
    }
    let visit = visit.with(|data| {
        let notice = data.form.notice.take();
        data.form = FormState::typed(draft.typed.0.clone(), &[]);
        data.form.notice = notice;
    });
    provide_context(visit.clone());
    visit
}

fn ahead(today: civil::Date, days: i32) -> civil::Date {
    today.checked_add(Span::new().days(days)).unwrap_or(today)
}

fn form(visit: Visit, draft: &DraftView) -> AnyView {
    let visit = &filled(visit, draft);
    let saved = (visit.query.get("done") == Some("saved")).then(|| {
        let until = kept_until(visit, draft.expires_at);
        view! { <Banner tone=Tone::Success alert=true>{visit.t_args("bus-saved", &[("until", until.into())])}</Banner> }
    });
    view! {
        <Page title=visit.t("bus-form-title") lead=visit.t("bus-form-lead") crumbs=crumbs(visit)>
            {steps(visit, 0)}
            {saved}
            <Form>
                {who(visit)}
                {place(visit)}
                {when(visit)}
                {site(visit)}
                {contact(visit)}
                <Checkbox name="accept">
                    {visit.t("bus-accept")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("book-accept-privacy")}</a>
                </Checkbox>
                <p class="actions">
                    <Button>{visit.t("bus-continue")}</Button>
                    <Button variant=Variant::Secondary name="save" value="1" unchecked=true>{visit.t("bus-save")}</Button>
                </p>
            </Form>
            <PlainScript source=include_str!("map.js")/>
        </Page>
    }
    .into_any()
}

/// 2026年7月23日（周四）12:00
fn kept_until(visit: &Visit, at: Timestamp) -> String {
    format!("{} {}", day_text(local_day(at), visit.locale()), clock_text(at))
}

fn who(visit: &Visit) -> impl IntoView + use<> {
    let choices = Audience::ALL.map(|audience| Choice::new(audience.name(), audience_words(visit, audience)));
    let none = Choice::new("", visit.t("bus-choose"));
    let choices = std::iter::once(none).chain(choices).collect();
    view! {
        <Fieldset legend=visit.t("bus-group-who")>
            <TextField name="organisation" label=visit.t("bus-organisation") hint=visit.t("bus-organisation-hint") autocomplete="organization"/>
            <Select name="audience" label=visit.t("bus-audience") choices=choices/>
            <TextField name="ages" label=visit.t("bus-ages") hint=visit.t("bus-ages-hint") width="medium"/>
            <TextField name="people" label=visit.t("bus-people") hint=visit.t("bus-people-hint") inputmode="numeric" width="short"/>
        </Fieldset>
    }
}

fn place(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("bus-group-place")>
            <CityRadios name="city" label=visit.t("bus-city") hint=visit.t("bus-city-hint")/>
            <TextField name="address" label=visit.t("bus-address") hint=visit.t("bus-address-hint") autocomplete="street-address"/>
        </Fieldset>
    }
}

fn when(visit: &Visit) -> impl IntoView + use<> {
    let today = local_day(visit.context.now);
    let (first, last) = (ahead(today, Details::DAYS_BEFORE), ahead(today, Details::DAYS_AHEAD));
    let halves = HalfDay::ALL.map(|half| Choice::new(half.name(), half_day_words(visit, half))).to_vec();
    view! {
        <Fieldset legend=visit.t("bus-group-when")>
            <p class="hint">{visit.t("bus-days-hint")}</p>
            <div class="bus-days">
                <DateField name="day_1" label=visit.t("bus-day-first") min=first max=last/>
                <DateField name="day_2" label=visit.t("bus-day-second") min=first max=last/>
                <DateField name="day_3" label=visit.t("bus-day-third") min=first max=last optional=true/>
            </div>
            <Radios name="half_day" label=visit.t("bus-half-day") choices=halves inline=true/>
        </Fieldset>
    }
}

fn site(visit: &Visit) -> impl IntoView + use<> {
    let yes_or_no = || vec![Choice::new("yes", visit.t("bus-yes")), Choice::new("no", visit.t("bus-no"))];
    view! {
        <Fieldset legend=visit.t("bus-group-site")>
            <TextField name="parking" label=visit.t("bus-parking") hint=visit.t("bus-parking-hint") inputmode="numeric" width="short"/>
            <Radios name="power" label=visit.t("bus-power") hint=visit.t("bus-power-hint") choices=yes_or_no() inline=true/>
            <Radios name="indoor" label=visit.t("bus-indoor") hint=visit.t("bus-indoor-hint") choices=yes_or_no() inline=true/>
        </Fieldset>
    }
}

fn contact(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("bus-group-contact")>
            <TextField name="name" label=visit.t("bus-contact-name") autocomplete="name" width="medium"/>
            <TextField name="post" label=visit.t("bus-post") hint=visit.t("bus-post-hint") autocomplete="organization-title" width="medium" optional=true/>
            <TextField name="contact" label=visit.t("book-contact") hint=visit.t("book-contact-hint") autocomplete="email"/>
            <TextArea name="note" label=visit.t("bus-note") hint=visit.t("bus-note-hint") rows=4 optional=true/>
        </Fieldset>
    }
}

/// The code.
#[component]
pub fn ApplyCode() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft(&visit).await {
            Ok(draft) if draft.request.is_some() => done(&visit),
            Ok(draft) => code(&visit, &draft),
            Err(error) => gone(&visit, error),
        }
    })
}

fn code(visit: &Visit, draft: &DraftView) -> AnyView {
    let base = format!("/bus/apply/{}", draft.id);
    let to = draft.typed.field("contact").trim().to_owned();
    let (title, lead) = if draft.proven {
        (visit.t("proven-title"), visit.t("proven-lead"))
    } else {
        (visit.t("code-title"), visit.t_args("code-lead", &[("to", to.into())]))
    };
    let field = (!draft.proven).then(|| {
        view! { <CodeField label=visit.t("code-label") hint=visit.t("bus-code-hint")/> }
    });
    let again = (!draft.proven).then(|| {
        view! {
            <Form action=visit.href(&format!("{base}/resend")) inline=true>
                <Button variant=Variant::Quiet>{visit.t("code-resend")}</Button>
            </Form>
        }
    });
    let mailbox = visit.development.then(|| {
        view! { <p class="muted small"><a href=visit.href("/mailbox")>{visit.t("book-mailbox")}</a></p> }
    });
    view! {
        <Page title=title lead=lead crumbs=crumbs(visit)>
            {steps(visit, 1)}
            <Form>
                {field}
                <p class="actions"><Button>{visit.t("bus-send")}</Button></p>
            </Form>
            {mailbox}
            <div class="actions">
                {again}
                <a href=visit.href(&base)>{visit.t("bus-back-to-form")}</a>
            </div>
        </Page>
    }
    .into_any()
}
