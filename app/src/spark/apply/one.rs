//! One page of the form: one thing. What stands in it is what was just sent, or what was saved; what is wrong stands above it.

use super::fields::{fields, hangs, is_written};
use super::{
    BASED_ON, CHECK, FROM, OnePage, address, check_address, conflict, crumbs, open, page_address, page_of, typed_again,
    words,
};
use crate::form::FormState;
use crate::museum::param;
use crate::problem::{Problem, problem_page};
use crate::routes::paths;
use crate::spark::form_words;
use crate::ui::{Button, Form, HiddenField, LinkButton, Page, PlainScript, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use axum::http::StatusCode;
use domain::ids::ApplicationId;
use domain::spark::application::form::{KEEP, Kind};
use domain::spark::application::{Saved, Unsaved};
use domain::time::local_day;
use leptos::prelude::*;
use services::spark::apply::View as Application;

/// A page of the form.
#[component]
pub fn FormPage() -> impl IntoView {
    let visit = visit();
    let (id, segment) = (param::<ApplicationId>("id"), param::<String>("page").unwrap_or_default());
    Suspend::new(async move {
        match open(&visit, id).await {
            Ok(application) => shown(visit, &application, &segment),
            Err(page) => page,
        }
    })
}

fn shown(visit: Visit, application: &Application, segment: &str) -> AnyView {
    let Some(page) = page_of(application.form, segment) else { return problem_page(Problem::NotFound).into_any() };
    let today = local_day(visit.context.now);
    if let Err(unsaved) = application.draft.may_change(application.form, page.key, today) {
        return not_now(&visit, application, page, &unsaved);
    }
    let saved = application.draft.page(page.key);
    if let Some(theirs) = saved.filter(|saved| differs(&visit.form, page, saved)) {
        return conflict::page(&visit, application, page, theirs).into_any();
    }
    let visit = &filled(visit, saved);
    view! {
        <Page
            title=form_words::page(visit, page)
            kicker=form_words::section(visit, page.section)
            crumbs=crumbs(visit, Some(application.id))
        >
            {about(visit, page)}
            {form(visit, application, page)}
        </Page>
    }
    .into_any()
}

/// What came back was made of another version than the one that is saved, and says something else.
fn differs(form: &FormState, page: &OnePage, saved: &Saved) -> bool {
    let based_on = form.value(BASED_ON).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    form.was_sent() && based_on != saved.version && saved.typed != typed_again(page, form)
}

/// What stands in the fields: what was just sent, or what was saved.
fn filled(visit: Visit, saved: Option<&Saved>) -> Visit {
    let Some(saved) = saved.filter(|_| !visit.form.was_sent()) else { return visit };
    let visit = visit.with(|data| {
        let notice = data.form.notice.take();
        data.form = FormState::typed(saved.typed.0.clone(), &[]);
        data.form.notice = notice;
    });
    provide_context(visit.clone());
    visit
}

/// Whether one came from the answers to check.
fn from_check(visit: &Visit) -> bool {
    visit.form.value(FROM).or(visit.query.get(FROM)) == Some(CHECK)
}

fn form(visit: &Visit, application: &Application, page: &'static OnePage) -> impl IntoView + use<> {
    let version = application.draft.version(page.key);
    let from = from_check(visit);
    let (back, back_key) = back(visit, application, page, from);
    let saving = is_written(page).then(|| {
        let to = format!("{}/typed", page_address(application.id, page));
        view! {
            <p
                class="hint apply-saving"
                role="status"
                data-saving=visit.href(&to)
                data-saved=visit.t("application-saving-saved")
                data-failed=visit.t("application-saving-failed")
            ></p>
        }
    });
    let script = (is_written(page) || hangs(page)).then(|| view! { <PlainScript source=include_str!("saving.js")/> });
    view! {
        <Form kept=true>
            <HiddenField name=BASED_ON value=version.to_string()/>
            {from.then(|| view! { <HiddenField name=FROM value=CHECK/> })}
            {fields(visit, page, &application.reading.answers)}
            {saving}
            <p class="actions">
                <Button>{visit.t("application-continue")}</Button>
                <Button variant=Variant::Secondary name="save" value="1" unchecked=true>{visit.t("application-save")}</Button>
            </p>
        </Form>
        <p class="no-print"><a href=back>{visit.t(back_key)}</a></p>
        {script}
    }
}

/// The page before this one in its section, or where one came from.
fn back(visit: &Visit, application: &Application, page: &OnePage, from: bool) -> (String, &'static str) {
    if from {
        return (visit.href(&check_address(application.id)), "application-back-check");
    }
    let section = application.reading.pages.iter().filter(|asked| asked.page.section == page.section);
    let before = section.take_while(|asked| asked.page.key != page.key).last();
    match before {
        Some(before) => (visit.href(&page_address(application.id, before.page)), "application-back"),
        None => (visit.href(&address(application.id)), "application-back-tasks"),
    }
}

/// What is to be known before one answers: how what is typed is kept, and what stands beside a consent.
fn about(visit: &Visit, page: &OnePage) -> Option<AnyView> {
    let notice = || view! { <p><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p> };
    match page.fields {
        [field, ..] if field.key == KEEP => Some(
            view! {
                <p>{visit.t("application-keep-text")}</p>
                {notice()}
            }
            .into_any(),
        ),
        [field, ..] => match field.kind {
            Kind::Consent(purpose) => {
                let key = if purpose.is_needed() { "application-consent-needed" } else { "application-consent-free" };
                Some(view! { <p>{visit.t(key)}</p>{notice()} }.into_any())
            }
            _ => None,
        },
        [] => None,
    }
}

/// The page is not asked of whoever gave these answers, or comes later. What was typed into it meanwhile is shown, to be copied.
fn not_now(visit: &Visit, application: &Application, page: &'static OnePage, unsaved: &Unsaved) -> AnyView {
    let (key, status) = match unsaved {
        Unsaved::TooEarly => ("application-too-early", StatusCode::CONFLICT),
        _ => ("application-not-asked", StatusCode::NOT_FOUND),
    };
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status);
    }
    let mine = typed_again(page, &visit.form);
    let rows: Vec<_> = page
        .fields
        .iter()
        .filter(|field| !mine.field(field.key).trim().is_empty())
        .map(|field| {
            let said = words::answer(visit.locale(), field, mine.field(field.key));
            SummaryRow::new(words::name(visit.locale(), field), view! { <span class="said">{said}</span> })
        })
        .collect();
    let typed = (!rows.is_empty()).then(|| {
        view! {
            <h2>{visit.t("application-typed")}</h2>
            <SummaryList rows=rows/>
        }
    });
    view! {
        <Page title=form_words::page(visit, page) lead=visit.t(key) crumbs=crumbs(visit, Some(application.id))>
            {typed}
            <p class="actions"><LinkButton href=visit.href(&address(application.id))>{visit.t("application-tasks")}</LinkButton></p>
        </Page>
    }
    .into_any()
}
