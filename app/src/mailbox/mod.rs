//! The mailbox of development: the messages that would have left the house, codes and all. Outside development there is
//! no such page, whoever asks.
//!
//! What a message holds is shown as text only: its HTML and its attachments are handed out as plain text too, so that
//! nothing a message carries is ever run by a browser that is signed in here.

use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::{Problem, problem_page};
use crate::routes::Access;
use crate::ui::{Button, EmptyState, Form, Illustration, Page, Tag, TextField, Variant, Width};
use crate::visit::{Visit, visit};
use domain::ids::MessageId;
use domain::time::{clock_text, day_text, local_day};
use jiff::Timestamp;
use leptos::prelude::*;
use services::Services;
use services::messages::{self, MailboxError};

/// Where the mailbox stands.
pub const PATH: &str = "/mailbox";

/// The calls of this room.
pub const CALLS: &[Call] = &[
    Call::get("/mailbox/:id/html", Access::Public, &html),
    Call::get("/mailbox/:id/attachments/:n", Access::Public, &attachment),
];

/// A message as it would have left.
struct Letter {
    id: MessageId,
    sms: bool,
    to: String,
    subject: String,
    text: String,
    html: Option<String>,
    attachments: Vec<Attachment>,
    at: Timestamp,
}

#[derive(serde::Deserialize)]
struct Attachment {
    name: String,
    text: String,
}

/// The letters, the newest first; `None` where there is no mailbox.
async fn letters(services: &Services) -> Result<Vec<Letter>, Problem> {
    let rows = messages::mailbox(services).await.map_err(|error| match error {
        MailboxError::NotHere => Problem::NotFound,
        MailboxError::Database(error) => {
            tracing::error!(%error, "the mailbox could not be read");
            Problem::Busy
        }
    })?;
    let letters = rows.into_iter().map(|row| Letter {
        id: MessageId(row.id),
        sms: row.channel == "sms",
        to: row.recipient,
        subject: row.subject,
        text: row.body_text,
        html: row.body_html,
        attachments: serde_json::from_value(row.attachments).unwrap_or_default(),
        at: row.created_at.to_jiff(),
    });
    Ok(letters.collect())
}

/// The messages, the newest first; `?to=` narrows them to recipients that contain a text.
#[component]
pub fn Mailbox() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match letters(&visit.services).await {
            Ok(letters) => page(&visit, letters).into_any(),
            Err(problem) => problem_page(problem).into_any(),
        }
    })
}

fn page(visit: &Visit, letters: Vec<Letter>) -> impl IntoView + use<> {
    let to = visit.query.get("to").unwrap_or_default().trim().to_owned();
    let found: Vec<_> =
        letters.iter().filter(|letter| letter.to.contains(&to)).map(|letter| item(visit, letter)).collect();
    let content = if found.is_empty() {
        view! {
            <EmptyState of=Illustration::Drop title=visit.t("mailbox-none-title")><p>{visit.t("mailbox-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        view! { <ol class="mailbox">{found}</ol> }.into_any()
    };
    view! {
        <Page title=visit.t("mailbox-title") lead=visit.t("mailbox-lead") width=Width::Wide>
            <Form get=true inline=true>
                <TextField name="to" label=visit.t("mailbox-to") width="medium" value=to optional=true/>
                <Button variant=Variant::Secondary>{visit.t("mailbox-find")}</Button>
            </Form>
            {content}
        </Page>
    }
}

fn item(visit: &Visit, letter: &Letter) -> AnyView {
    let (tone, channel) =
        if letter.sms { (Tone::Info, visit.t("mailbox-sms")) } else { (Tone::Success, visit.t("mailbox-mail")) };
    let when = format!("{} {}", day_text(local_day(letter.at), visit.locale()), clock_text(letter.at));
    let subject =
        if letter.subject.is_empty() { visit.t("mailbox-no-subject").to_string() } else { letter.subject.clone() };
    let code = code_in(&letter.text).map(|code| {
        view! { <p class="mailbox-code">{visit.t("mailbox-code")}" "<code class="code">{code.to_owned()}</code></p> }
    });
    let path = |rest: String| visit.href(&format!("{PATH}/{}/{rest}", letter.id));
    let html =
        letter.html.as_ref().map(|_| view! { <li><a href=path("html".into())>{visit.t("mailbox-html")}</a></li> });
    let files = letter.attachments.iter().enumerate().map(|(n, file)| {
        view! { <li><a href=path(format!("attachments/{n}"))>{file.name.clone()}</a></li> }
    });
    let files = files.collect_view();
    let any = html.is_some() || !letter.attachments.is_empty();
    view! {
        <li class="mailbox-letter" id=format!("m-{}", letter.id)>
            <h2 class="mailbox-subject">{subject}</h2>
            <p class="mailbox-head"><Tag tone=tone>{channel}</Tag>" "<span>{letter.to.clone()}</span>" "<span class="muted">{when}</span></p>
            {code}
            <div class="mailbox-text">{linked(&visit.services.settings.public_url, &letter.text)}</div>
            {any.then(|| view! { <ul class="mailbox-files">{html}{files}</ul> })}
        </li>
    }
    .into_any()
}

/// The text with the house's own addresses as links. They open this server, whatever it is called in messages.
fn linked(house: &str, text: &str) -> Vec<AnyView> {
    let prefix = format!("{house}/");
    let mut views = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&prefix) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_graphic()).unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        views.push(before.to_owned().into_any());
        let path = address[house.len()..].to_owned();
        views.push(view! { <a href=path>{address.to_owned()}</a> }.into_any());
        rest = after;
    }
    views.push(rest.to_owned().into_any());
    views
}

/// Six digits that stand alone: the code of a message that has one.
fn code_in(text: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = text[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at) {
        let end = text[at..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| at + length);
        let alone = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
            && !text[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        if end - at == 6 && alone {
            return Some(&text[at..end]);
        }
        from = end;
    }
    None
}

async fn letter(asked: &Asked) -> Result<Letter, Problem> {
    let id = asked.param::<MessageId>("id").ok_or(Problem::NotFound)?;
    letters(&asked.services).await?.into_iter().find(|letter| letter.id == id).ok_or(Problem::NotFound)
}

const PLAIN: &str = "text/plain; charset=utf-8";

/// The HTML of a message, as text.
async fn html(asked: Asked) -> Answer {
    match letter(&asked).await.map(|letter| letter.html) {
        Ok(Some(html)) => Answer::file(PLAIN, None, html),
        Ok(None) => Problem::NotFound.into(),
        Err(problem) => problem.into(),
    }
}

/// An attachment of a message, as text.
async fn attachment(asked: Asked) -> Answer {
    let n = asked.param::<u32>("n").and_then(|n| usize::try_from(n).ok());
    match letter(&asked).await.map(|letter| n.and_then(|n| letter.attachments.into_iter().nth(n))) {
        Ok(Some(file)) => Answer::file(PLAIN, None, file.text),
        Ok(None) => Problem::NotFound.into(),
        Err(problem) => problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_and_nothing_that_only_contains_six_digits() {
        assert_eq!(code_in("您的验证码是 042137，10 分钟内有效。"), Some("042137"));
        assert_eq!(code_in("Your code is 123456."), Some("123456"));
        for text in ["13800000000", "K7M4-123456", "2026-07-28 09:00", "a123456", "1234567", ""] {
            assert_eq!(code_in(text), None, "{text}");
        }
    }
}
