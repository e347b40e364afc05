//! The task list of an application: its sections, how far each is, and its pages.

use super::{check_address, crumbs, discard, news, of_address, page_address};
use crate::form::Tone;
use crate::i18n::Text;
use crate::spark::{form_words, papers};
use crate::ui::{Banner, Page, Tag};
use crate::visit::Visit;
use domain::spark::application::{Change, Section, SectionState};
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::spark::apply::{Access, View as Application};

/// The task list.
#[component]
pub fn Tasks() -> impl IntoView {
    of_address(page)
}

fn page(visit: &Visit, application: &Application) -> AnyView {
    let until = day_text(local_day(application.kept_until), visit.locale());
    let until = visit.t_args("application-kept-until", &[("day", until.into())]);
    let reading = &application.reading;
    let (all, done) = (reading.pages.len(), reading.pages.iter().filter(|asked| asked.is_done()).count());
    let progress = visit.t_args("application-progress", &[("done", done.into()), ("all", all.into())]);
    let rows: Vec<_> = Section::ALL
        .into_iter()
        .map(|section| match section {
            Section::Check => check_row(visit, application).into_any(),
            Section::Papers => view! { {row(visit, application, section)}{papers_row(visit, application)} }.into_any(),
            _ => row(visit, application, section).into_any(),
        })
        .collect();
    let worker = (application.access == Access::Family)
        .then(|| view! { <Banner tone=Tone::Info>{visit.t("application-family-text")}</Banner> });
    let discard = (application.access == Access::Owner).then(|| discard(visit, application.id));
    view! {
        <Page title=visit.t("application-tasks") lead=visit.t("application-tasks-lead") crumbs=crumbs(visit, None)>
            {news(visit)}
            {changed(visit, application)}
            {worker}
            <p class="apply-progress">{progress}</p>
            <ol class="tasks apply-tasks">{rows}</ol>
            <p class="muted small">{until}</p>
            {discard}
        </Page>
    }
    .into_any()
}

/// The files: below the list of what there is, in the section of papers, and open as long as nothing is sent.
fn papers_row(visit: &Visit, application: &Application) -> impl IntoView + use<> {
    let href = visit.href(&papers::path(application.id));
    view! {
        <li class="task">
            <a href=href>{visit.t("papers-send")}</a>
            {papers::there(visit, application.id)}
            <span class="muted small task-note">{visit.t("papers-row")}</span>
        </li>
    }
}

/// A section: how far it is, where it goes on, and each of its pages.
fn row(visit: &Visit, application: &Application, section: Section) -> impl IntoView + use<> {
    let reading = &application.reading;
    let state = reading.state(section);
    let own: Vec<_> = reading.pages.iter().filter(|asked| asked.page.section == section).collect();
    let next = own.iter().find(|asked| !asked.is_done()).or(own.first());
    let title = form_words::section(visit, section);
    let startable = state != SectionState::CannotStart;
    let head = match next.filter(|_| startable) {
        Some(asked) => {
            let href = visit.href(&page_address(application.id, asked.page));
            view! { <a href=href>{title.clone()}</a> }.into_any()
        }
        None => view! { <span>{title.clone()}</span> }.into_any(),
    };
    let pages = own.iter().map(|asked| {
        let href = visit.href(&page_address(application.id, asked.page));
        let mark = match (asked.is_done(), asked.saved) {
            (true, _) => Some("application-page-done"),
            (false, true) => Some("application-page-open"),
            (false, false) => None,
        };
        let mark = mark.map(|key| view! { <span class="muted small">{visit.t(key)}</span> });
        view! { <li><a href=href>{form_words::page(visit, asked.page)}</a>{mark}</li> }
    });
    let pages = pages.collect_view();
    let pages = (startable && own.len() > 1).then(|| {
        view! {
            <details class="apply-pages">
                <summary>{visit.t("application-pages")}<span class="hidden">{visit.t("label-separator")}{title}</span></summary>
                <ul>{pages}</ul>
            </details>
        }
    });
    view! {
        <li class="task">
            {head}
            <Tag tone=tone(state)>{form_words::section_state(visit, state)}</Tag>
            {pages}
        </li>
    }
}

/// The last row: everything is looked at once more and sent.
fn check_row(visit: &Visit, application: &Application) -> impl IntoView + use<> {
    let (state, title) = (application.reading.state(Section::Check), form_words::section(visit, Section::Check));
    let href = visit.href(&check_address(application.id));
    let head = match state {
        SectionState::CannotStart => view! { <span>{title}</span> }.into_any(),
        _ => view! { <a href=href>{title}</a> }.into_any(),
    };
    view! { <li class="task">{head}<Tag tone=tone(state)>{form_words::section_state(visit, state)}</Tag></li> }
}

const fn tone(state: SectionState) -> Tone {
    match state {
        SectionState::CannotStart => Tone::Plain,
        SectionState::NotStarted => Tone::Info,
        SectionState::InProgress => Tone::Warning,
        SectionState::Done => Tone::Success,
    }
}

/// What is otherwise in the form since this was last saved.
fn changed(visit: &Visit, application: &Application) -> Option<impl IntoView + use<>> {
    let form = application.form;
    let items: Vec<_> = application
        .changes
        .iter()
        .map(|change| {
            let (key, page) = match *change {
                Change::Added(page) => ("application-change-added", page),
                Change::Changed(page) => ("application-change-changed", page),
                Change::Removed(page) => ("application-change-removed", page),
            };
            // What is gone has no words any more but its name.
            let what = form.page(page).map_or_else(|| Text::from(page), |page| form_words::page(visit, page));
            view! { <li>{visit.t_args(key, &[("page", what.to_string().into())])}</li> }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <Banner tone=Tone::Warning title=visit.t("application-changes-title")>
                <ul class="spark-points">{items}</ul>
            </Banner>
        }
    })
}
