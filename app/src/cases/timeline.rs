//! What happened to a case, and what was asked of its family, one below the other.

use super::words::{happened_text, part_text, person_text, state_tag};
use crate::desk::moment;
use crate::form::Tone;
use crate::spark::form_words;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::spark::application::Section;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::cases::{Clarified, StepView};

/// What happened, the first first.
pub(super) fn section(visit: &Visit, steps: &[StepView]) -> impl IntoView + use<> {
    let items = steps.iter().map(|step| one(visit, step)).collect_view();
    view! {
        <section class="section" id="history">
            <h2>{visit.t("cases-history")}</h2>
            <ol class="case-line">{items}</ol>
        </section>
    }
}

fn one(visit: &Visit, step: &StepView) -> impl IntoView + use<> {
    let happened = &step.happened;
    let part = part_text(visit, happened.part);
    let who = match &step.by {
        Some(person) => format!("{part} · {}", person_text(visit, person)),
        None => part.to_string(),
    };
    let reason = step.reason.clone().map(|text| view! { <blockquote class="said">{text}</blockquote> });
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{happened_text(visit, happened.event)}</strong>{state_tag(visit, happened.to)}</p>
            <p class="muted small">{moment(visit, happened.at)}" · "{who}</p>
            {reason}
        </li>
    }
}

/// Several sections in a row.
pub(super) fn sections_text(visit: &Visit, sections: &[Section]) -> String {
    let all: Vec<String> = sections.iter().map(|of| form_words::section(visit, *of).to_string()).collect();
    all.join(&visit.t("enumeration-separator"))
}

/// What was asked, with the answers; nothing where nothing was.
pub(super) fn clarifications(visit: &Visit, all: &[Clarified]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let items = all.iter().map(|asked| clarified(visit, asked)).collect_view();
    Some(
        view! {
            <section class="section" id="clarifications">
                <h2>{visit.t("cases-clarifications")}</h2>
                <ol class="case-line">{items}</ol>
            </section>
        }
        .into_any(),
    )
}

/// One question with its answer.
pub(super) fn clarified(visit: &Visit, asked: &Clarified) -> impl IntoView + use<> {
    let due = day_text(asked.due_on, visit.locale());
    let (tone, state) = match (asked.supplied_at, asked.waits) {
        (Some(at), _) => (Tone::Success, visit.t_args("cases-answered-at", &[("at", moment(visit, at).into())])),
        (None, true) => (Tone::Warning, visit.t_args("cases-due-on", &[("day", due.into())])),
        (None, false) => (Tone::Plain, visit.t_args("cases-overdue", &[("day", due.into())])),
    };
    let question = asked.question.clone().map(|text| view! { <blockquote class="said">{text}</blockquote> });
    let replies = asked.reply.iter().map(|(section, text)| {
        view! {
            <h3 class="said-title">{form_words::section(visit, *section)}</h3>
            <blockquote class="said">{text.clone()}</blockquote>
        }
    });
    let replies = replies.collect_view();
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{sections_text(visit, &asked.sections)}</strong><Tag tone=tone>{state}</Tag></p>
            <p class="muted small">{moment(visit, asked.asked_at)}</p>
            {question}
            {replies}
        </li>
    }
}
