//! The answers to check: everything that was answered, each to be changed; what is missing; and sending it, once.

use super::{CHECK, FROM, address, check_address, crumbs, of_address, page_address, words};
use crate::form::Tone;
use crate::i18n::Text;
use crate::spark::{form_words, papers};
use crate::ui::{Banner, Button, Form, HiddenField, LinkButton, Page, SummaryList, SummaryRow, Tag, Variant};
use crate::visit::Visit;
use domain::spark::application::Section;
use domain::spark::application::form::FAMILY_PHONE;
use domain::time::local_day;
use leptos::prelude::*;
use services::spark::apply::{Access, View as Application};

/// The answers to check.
#[component]
pub fn CheckAnswers() -> impl IntoView {
    of_address(page)
}

fn page(visit: &Visit, application: &Application) -> AnyView {
    let sections = Section::ALL.into_iter().filter_map(|section| answers(visit, application, section));
    let sections = sections.collect::<Vec<_>>();
    let end = if !application.reading.is_whole() {
        missing(visit, application).into_any()
    } else if application.acting.is_some_and(|acting| acting.family_confirms) && application.access == Access::Owner {
        family(visit, application).into_any()
    } else {
        send(visit, application).into_any()
    };
    view! {
        <Page
            title=visit.t("application-check-title")
            kicker=form_words::section(visit, Section::Check)
            lead=visit.t("application-check-lead")
            crumbs=crumbs(visit, Some(application.id))
        >
            {sections}
            {end}
        </Page>
    }
    .into_any()
}

/// A section with its questions, as far as they are asked.
fn answers(visit: &Visit, application: &Application, section: Section) -> Option<impl IntoView + use<>> {
    let (locale, today) = (visit.locale(), local_day(visit.context.now));
    let reading = &application.reading;
    let own = reading.pages.iter().filter(|asked| asked.page.section == section);
    let rows: Vec<_> = own
        .flat_map(|asked| {
            let href = visit.href(&format!("{}?{FROM}={CHECK}", page_address(application.id, asked.page)));
            let answers = words::asked(asked.page, &reading.answers, today);
            answers.map(move |(field, answer)| {
                let value = match answer {
                    Some(kept) => {
                        let said = words::answer(locale, field, kept);
                        view! { <span class="said">{said}</span> }.into_any()
                    }
                    None if !field.required => visit.t("application-nothing").into_any(),
                    None => view! { <Tag tone=Tone::Warning>{visit.t("application-missing")}</Tag> }.into_any(),
                };
                SummaryRow::new(words::name(locale, field), value).action(href.clone(), visit.t("application-change"))
            })
        })
        .collect();
    let rows: Vec<_> =
        rows.into_iter().chain((section == Section::Papers).then(|| files(visit, application))).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section apply-answers">
                <h2>{form_words::section(visit, section)}</h2>
                <SummaryList rows=rows/>
            </section>
        }
    })
}

/// How many files there are, before it is too late to send more.
fn files(visit: &Visit, application: &Application) -> SummaryRow {
    let href = visit.href(&papers::path(application.id));
    SummaryRow::new(visit.t("papers-there"), papers::there(visit, application.id)).action(href, visit.t("papers-go"))
}

/// What stands in the way.
fn missing(visit: &Visit, application: &Application) -> impl IntoView + use<> {
    let pages = application.reading.missing().map(|asked| {
        let href = visit.href(&format!("{}?{FROM}={CHECK}", page_address(application.id, asked.page)));
        view! { <li><a href=href>{form_words::page(visit, asked.page)}</a></li> }
    });
    let pages = pages.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("application-missing-title")}</h2>
            <ul class="spark-points apply-missing">{pages}</ul>
            <p><a href=visit.href(&address(application.id))>{visit.t("application-tasks")}</a></p>
        </section>
    }
}

/// A social worker filled it in: what the family does now.
fn family(visit: &Visit, application: &Application) -> impl IntoView + use<> {
    let phone = application.reading.answers.get(FAMILY_PHONE).unwrap_or_default().to_owned();
    let text = visit.t_args("application-family-sends-text", &[("phone", phone.into())]);
    let steps = ["application-family-sends-1", "application-family-sends-2", "application-family-sends-3"];
    let steps = steps.map(|key| view! { <li>{visit.t(key)}</li> }).collect_view();
    view! {
        <section class="section spark-aside">
            <h2>{visit.t("application-family-sends")}</h2>
            <p>{text}</p>
            <ol class="apply-steps">{steps}</ol>
            <p class="actions">
                <LinkButton href=visit.href(&address(application.id)) variant=Variant::Secondary>{visit.t("application-tasks")}</LinkButton>
            </p>
        </section>
    }
}

/// The last press. What was shown travels along as a hash: what is sent is this and nothing saved since.
fn send(visit: &Visit, application: &Application) -> impl IntoView + use<> {
    let action: Text = visit.href(&check_address(application.id)).into();
    view! {
        <section class="section">
            <h2>{visit.t("application-send-title")}</h2>
            <p>{visit.t("application-send-text")}</p>
            <Banner tone=Tone::Info>{visit.t("application-send-once")}</Banner>
            <Form action=action>
                <HiddenField name="seen" value=application.digest.clone()/>
                <p class="actions"><Button>{visit.t("application-send")}</Button></p>
            </Form>
        </section>
    }
}
