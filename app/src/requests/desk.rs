//! The desk's side of every kind of request: the board's frame, what was said, asking, refusing, seeing a contact in full.

use super::mine::version;
use super::{Room, problem_of, said};
use crate::calls::{Answer, Asked};
use crate::desk::{age, crumbs, may, news, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Button, Dialog, Form, Page, SummaryRow, Tag, TextArea, TextField, Variant, Width};
use crate::visit::Visit;
use axum::http::StatusCode;
use leptos::prelude::*;
use services::requests::{self, Kind, RequestError, View};

/// A column of the board: the requests in some states, the longest waiting first. `card` says what stands on each.
pub fn column<K: Room>(
    visit: &Visit,
    states: &[K::State],
    title: Text,
    all: &[View<K>],
    card: impl Fn(&Visit, &View<K>) -> AnyView,
) -> AnyView {
    let here: Vec<&View<K>> = all.iter().filter(|request| states.contains(&request.state)).collect();
    let empty = here.is_empty().then(|| view! { <p class="muted small">{visit.t("bus-staff-empty-column")}</p> });
    let cards = here.iter().map(|request| {
        let state = (states.len() > 1).then(|| {
            let (tone, text) = K::state_words(visit, request.state);
            view! { <Tag tone=tone>{text}</Tag> }
        });
        view! {
            <li class="board-card">
                <a class="board-card-link" href=visit.href(&format!("{}/{}", K::DESK, request.id))>{request.organisation.clone()}</a>
                {card(visit, request)}
                <p class="muted small">{age(visit, request.created_at)}" "{state}</p>
            </li>
        }
    });
    let cards = cards.collect_view();
    view! {
        <section class="board-column">
            <h2 class="board-column-title">{title}<span class="tab-count">{here.len()}</span></h2>
            {empty}
            <ul class="board-cards">{cards}</ul>
        </section>
    }
    .into_any()
}

/// What stands around the page of one request.
pub struct Frame<'a> {
    /// What kind of request it is.
    pub kicker: &'a str,
    /// The pages above it.
    pub way: &'a [(&'a str, &'a str)],
    /// What may have been done a moment ago.
    pub news: &'a [(&'a str, &'static str)],
}

/// The page of one request: where it stands; beside each other what was asked and said, and what can be done; then whatever
/// needs the whole width.
pub fn page<K: Room>(visit: &Visit, request: &View<K>, frame: &Frame<'_>, [said, acts, wide]: [AnyView; 3]) -> AnyView {
    let (title, kicker) = (request.organisation.clone(), visit.t(frame.kicker));
    view! {
        <Page title=title kicker=kicker width=Width::Wide crumbs=crumbs(visit, frame.way)>
            {rooms(visit)}
            {news(visit, frame.news)}
            {stands(visit, request)}
            <div class="request">
                <div class="stack">{said}</div>
                <div class="stack">{acts}</div>
            </div>
            {wide}
        </Page>
    }
    .into_any()
}

/// Where it stands, and for how long.
fn stands<K: Room>(visit: &Visit, request: &View<K>) -> impl IntoView + use<K> {
    let (tone, state) = K::state_words(visit, request.state);
    view! {
        <p class="request-state"><Tag tone=tone>{state}</Tag><span class="muted">{age(visit, request.created_at)}</span></p>
    }
}

/// The contact, masked unless it was just asked to be seen, and the language it is written to in.
pub fn contact_rows<K: Kind>(visit: &Visit, request: &View<K>, name_key: &str) -> Vec<SummaryRow> {
    let name = visit.form.value("revealed_name").map_or_else(|| request.name.masked(), str::to_owned);
    let masked = request.contact.as_ref().map_or_else(|| "—".to_owned(), |contact| contact.masked());
    let contact = visit.form.value("revealed_contact").map_or(masked, str::to_owned);
    let language = visit.t(match request.locale {
        domain::Locale::ZhCn => "staff-language-zh",
        domain::Locale::En => "staff-language-en",
    });
    vec![
        SummaryRow::new(visit.t(name_key), [name, request.post.clone()].join(" ")),
        SummaryRow::new(visit.t("mine-contact"), contact),
        SummaryRow::new(visit.t("staff-booking-language"), language),
        SummaryRow::new(visit.t("bus-staff-sent"), crate::desk::moment(visit, request.created_at)),
    ]
}

/// What was said from both sides.
pub fn talk<K: Kind>(visit: &Visit, request: &View<K>) -> impl IntoView + use<K> {
    let said = |key: &str, text: Option<&String>| {
        let text = text.filter(|text| !text.is_empty())?.clone();
        Some(
            view! { <div><h2 class="said-title">{visit.t(key)}</h2><blockquote class="said">{text}</blockquote></div> },
        )
    };
    view! {
        {said("bus-note", Some(&request.note))}
        {said("bus-asked-title", request.question.as_ref())}
        {said("bus-staff-answer", request.answer.as_ref())}
        {said("bus-staff-reason", request.reason.as_ref())}
    }
}

/// Asking for something.
pub fn ask<K: Room>(visit: &Visit, base: &str, request: &View<K>) -> impl IntoView + use<K> {
    let open = visit.form.value("question").is_some();
    view! {
        <Dialog label=visit.t("bus-staff-ask") title=visit.t(K::WORDS.ask_title) open=open>
            <Form action=format!("{base}/ask")>
                {version(request)}
                <TextArea name="question" label=visit.t("bus-staff-question") hint=visit.t(K::WORDS.question_hint) rows=4/>
                <p class="actions"><Button>{visit.t("bus-staff-ask-do")}</Button></p>
            </Form>
        </Dialog>
    }
}

/// Refusing.
pub fn refuse<K: Room>(visit: &Visit, base: &str, request: &View<K>) -> impl IntoView + use<K> {
    let open = visit.form.value("reason").is_some();
    let (title, text, hint) = K::WORDS.refuse;
    view! {
        <Dialog label=visit.t("bus-staff-refuse") title=visit.t(title) variant=Variant::Quiet open=open>
            <p>{visit.t(text)}</p>
            <Form action=format!("{base}/refuse")>
                {version(request)}
                <TextArea name="reason" label=visit.t("bus-staff-reason") hint=visit.t(hint) rows=4/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("bus-staff-refuse-do")}</Button></p>
            </Form>
        </Dialog>
    }
}

/// Seeing the contact in full, for those who may and say why.
pub fn reveal<K: Room>(visit: &Visit, base: &str, request: &View<K>) -> Option<AnyView> {
    if visit.form.value("revealed_name").is_some() {
        return Some(view! { <p class="muted small">{visit.t("staff-reveal-noted")}</p> }.into_any());
    }
    if request.contact.is_none() || !may(visit, K::REVEAL) {
        return None;
    }
    let open = visit.form.value("reveal_reason").is_some();
    Some(
        view! {
            <Dialog label=visit.t("staff-reveal") title=visit.t("staff-reveal-title") variant=Variant::Quiet open=open>
                <p>{visit.t("staff-reveal-text")}</p>
                <Form action=format!("{base}/reveal")>
                    <TextField name="reveal_reason" label=visit.t("staff-reveal-reason") hint=visit.t(K::WORDS.reveal_hint)/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-reveal")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any(),
    )
}

/// What waits while the second factor is shown again: why the contact is to be seen.
pub const REASON: &[&str] = &["reveal_reason"];

/// What a page never gets back from a form: these are answers of ours, not something typed.
pub const OURS: &[&str] = &["revealed_name", "revealed_contact", "revealed_guardian"];

/// Shows the page at `page` again with what was typed and why it was refused.
pub fn refused<K: Room>(asked: &Asked, page: &str, error: RequestError<K>) -> Answer {
    let form = asked.typed(OURS);
    match error {
        RequestError::Fields(errors) => return Answer::again_at(page, form.with_errors(errors)),
        RequestError::Denied(denied) => return denied.into(),
        _ => {}
    }
    match said(asked, &error, "bus-staff-has-changed") {
        Some(text) => {
            Answer::again_at(page, form.with_notice(Tone::Warning, text.to_string())).status(StatusCode::CONFLICT)
        }
        None => problem_of(error).into(),
    }
}

/// The request of the path, its page, and the version the form was made of.
pub fn subject<K: Room>(asked: &Asked) -> Option<(K::Id, String, i32)> {
    let id = asked.param::<K::Id>("id")?;
    Some((id, format!("{}/{id}", K::DESK), asked.field("version").parse().unwrap_or_default()))
}

/// Back to the page, with a word of what was done or why it was not.
pub fn done<K: Room>(asked: &Asked, page: &str, word: &str, result: Result<(), RequestError<K>>) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, error),
    }
}

/// Asks for something.
pub async fn ask_call<K: Room>(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<K>(&asked) else { return Problem::NotFound.into() };
    let result = requests::ask(&asked.services, &asked.context, id, version, asked.field("question")).await;
    done(&asked, &page, "asked", result)
}

/// Refuses.
pub async fn refuse_call<K: Room>(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<K>(&asked) else { return Problem::NotFound.into() };
    let result = requests::refuse(&asked.services, &asked.context, id, version, asked.field("reason")).await;
    done(&asked, &page, "refused", result)
}

/// Shows the contact in full, once.
pub async fn reveal_call<K: Room>(asked: Asked) -> Answer {
    let Some((id, page, _)) = subject::<K>(&asked) else { return Problem::NotFound.into() };
    match requests::reveal(&asked.services, &asked.context, id, asked.field("reveal_reason")).await {
        Ok(request) => {
            let mut form = asked.typed(OURS);
            form.values.insert("revealed_name".into(), request.name.as_str().to_owned());
            form.values.extend(K::also_revealed(&request).map(|(field, text)| (field.to_owned(), text)));
            let contact = request.contact.map(|contact| contact.expose().to_owned()).unwrap_or_default();
            form.values.insert("revealed_contact".into(), contact);
            Answer::again_at(page, form).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, &page, error),
    }
}
