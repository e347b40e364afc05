//! The parts of one's own request, by signed link, that are the same in every room.

use super::{Room, led_nowhere, problem_of};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Dialog, Form, Glyph, HiddenField, Icon, TextArea, Variant};
use crate::visit::Visit;
use leptos::prelude::*;
use services::requests::{Kind, RequestError, View};

/// A request that was looked for by a link.
pub async fn seen<K: Kind>(visit: &Visit, found: Result<View<K>, RequestError<K>>) -> Result<View<K>, Problem> {
    match found {
        Ok(request) => Ok(request),
        Err(RequestError::NotFound) => Err(led_nowhere::<K>(visit).await),
        Err(error) => Err(problem_of(error)),
    }
}

/// What was just done.
pub fn news<K: Room>(visit: &Visit) -> Option<impl IntoView + use<K>> {
    let done = visit.query.get("done")?;
    let (_, key) = K::WORDS.news.iter().find(|(word, _)| *word == done)?;
    let text = visit.t(key);
    Some(view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })
}

/// The version a form is made of.
pub fn version<K: Kind>(request: &View<K>) -> impl IntoView + use<K> {
    view! { <HiddenField name="version" value=request.version.to_string()/> }
}

/// What the house asked, and the field for the answer.
pub fn asked<K: Kind>(visit: &Visit, base: &str, request: &View<K>) -> impl IntoView + use<K> {
    let question = request.question.clone().unwrap_or_default();
    view! {
        <section class="request-now">
            <h2>{visit.t("bus-asked-title")}</h2>
            <blockquote class="said">{question}</blockquote>
            <Form action=format!("{base}/answer")>
                {version(request)}
                <TextArea name="answer" label=visit.t("bus-answer") rows=4/>
                <p class="actions"><Button>{visit.t("bus-answer-send")}</Button></p>
            </Form>
        </section>
    }
}

/// A proposal in the words of its room.
pub struct Proposed {
    /// The keys: title, accept, decline, its title, the hint of what would suit, the button.
    pub keys: [&'static str; 6],
    /// When it would be.
    pub when: String,
    /// Until when it waits, as a sentence.
    pub until: crate::i18n::Text,
    /// What it takes the place of.
    pub instead: Option<String>,
    /// The house's words with it.
    pub message: Option<String>,
}

/// What is proposed, to be accepted or not.
pub fn proposed<K: Kind>(visit: &Visit, base: &str, request: &View<K>, it: Proposed) -> impl IntoView + use<K> {
    let [title, accept, decline, decline_title, hint, decline_do] = it.keys.map(|key| visit.t(key));
    let instead = it.instead.map(|text| view! { <Banner tone=Tone::Warning>{text}</Banner> });
    let words = it.message.map(|text| view! { <blockquote class="said">{text}</blockquote> });
    let open = visit.form.value("wish").is_some();
    view! {
        <section class="request-now">
            <h2>{title}</h2>
            <p class="request-now-when"><Icon of=Glyph::Calendar/>{it.when}</p>
            <p>{it.until}</p>
            {instead}
            {words}
            <Form action=format!("{base}/accept")>
                {version(request)}
                <p class="actions"><Button>{accept}</Button></p>
            </Form>
            <Dialog label=decline title=decline_title variant=Variant::Quiet open=open>
                <Form action=format!("{base}/decline")>
                    {version(request)}
                    <TextArea name="wish" label=visit.t("bus-wish") hint=hint rows=3/>
                    <p class="actions"><Button variant=Variant::Secondary>{decline_do}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
}

/// Taking a request back: label, title, text and button of the room.
pub fn withdraw<K: Kind>(visit: &Visit, base: &str, request: &View<K>, keys: [&str; 4]) -> impl IntoView + use<K> {
    let [label, title, text, button] = keys.map(|key| visit.t(key));
    view! {
        <Dialog label=label title=title variant=Variant::Quiet>
            <p>{text}</p>
            <Form action=format!("{base}/withdraw")>
                {version(request)}
                <p class="actions"><Button variant=Variant::Danger>{button}</Button></p>
            </Form>
        </Dialog>
    }
}
