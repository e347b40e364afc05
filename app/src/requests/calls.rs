//! What people do with a request of any kind: begin its form, prove the contact, send it, answer, accept, decline, withdraw.

use super::{Room, led_nowhere, problem_of, said};
use crate::calls::{Answer, Asked};
use crate::form::{FormState, Tone};
use crate::museum::{VISITOR_COOKIE, visitor_cookie};
use crate::problem::{Problem, minutes};
use domain::typed::Typed;
use jiff::SignedDuration;
use services::requests::{self, DraftView, Handle, RequestError};

/// Shows the page at `page` again with what was typed and why it was refused. What is named by `forget` is not sent back.
pub fn refused_without<K: Room>(asked: &Asked, page: String, error: RequestError<K>, forget: &[&str]) -> Answer {
    let form = asked.typed(forget);
    match error {
        RequestError::Fields(errors) => return Answer::again_at(page, form.with_errors(errors)),
        RequestError::Limited { retry_after } => return wait(asked, page, form, "limited", retry_after),
        RequestError::NetworkLimited { retry_after } => return wait(asked, page, form, "limited-network", retry_after),
        _ => {}
    }
    match said(asked, &error, "bus-state-has-changed") {
        Some(text) => Answer::again_at(page, form.with_notice(Tone::Warning, text.to_string())),
        None => problem_of(error).into(),
    }
}

/// The same, for forms that have a code at most.
pub fn refused<K: Room>(asked: &Asked, page: String, error: RequestError<K>) -> Answer {
    refused_without(asked, page, error, &["code"])
}

/// Shows the page again with how long to wait.
fn wait(asked: &Asked, page: String, form: FormState, key: &str, seconds: u64) -> Answer {
    let seconds = u32::try_from(seconds.min(86_400)).unwrap_or(86_400);
    let text = asked.t_args(key, &[("minutes", minutes(seconds).into())]).to_string();
    let wait = SignedDuration::from_secs(i64::from(seconds));
    Answer::again_at(page, form.with_notice(Tone::Warning, text)).retry_after(wait)
}

/// Begins a form.
pub async fn begin<K: Room>(asked: Asked) -> Answer {
    let visitor = visitor(&asked);
    match requests::begin::<K>(&asked.services, &asked.context, &visitor, &asked.network).await {
        Ok(draft) => begun::<K>(draft, &visitor),
        Err(error) => refused(&asked, K::AT.to_owned(), error),
    }
}

/// The browser's own random token: the one it has, or a new one.
pub fn visitor(asked: &Asked) -> String {
    let known = asked.cookie(VISITOR_COOKIE).filter(|token| token.len() == 32).map(str::to_owned);
    known.unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(services::crypto::random())))
}

/// On to a form that was begun. The browser's token is renewed with every draft, so that it lives as long as the newest.
pub fn begun<K: Room>(draft: K::DraftId, visitor: &str) -> Answer {
    Answer::to(format!("{}/apply/{draft}", K::AT)).cookie(visitor_cookie(visitor))
}

/// The draft of the path, and its first page.
pub async fn draft<K: Room>(asked: &Asked) -> Result<(DraftView<K>, String), Answer> {
    let id = asked.param::<K::DraftId>("draft").ok_or(Problem::NotFound)?;
    let page = format!("{}/apply/{id}", K::AT);
    let visitor = asked.cookie(VISITOR_COOKIE).unwrap_or_default();
    match requests::read(&asked.services, &asked.context, id, visitor).await {
        Ok(draft) => Ok((draft, page)),
        // The page itself explains what became of it.
        Err(RequestError::NotFound) => Err(Answer::to(page)),
        Err(error) => Err(problem_of(error).into()),
    }
}

/// Puts what was sent over what was kept: each page of a form has some of its fields.
pub async fn keep<K: Room>(
    asked: &Asked,
    draft: &mut DraftView<K>,
    sent: Typed,
    mine: fn(&str) -> bool,
) -> Result<(), RequestError<K>> {
    let before = draft.typed.field("contact").to_owned();
    draft.typed.0.retain(|name, _| !mine(name));
    draft.typed.0.extend(sent.0.into_iter().filter(|(name, _)| mine(name)));
    requests::keep(&asked.services, draft, &draft.typed).await?;
    // Another contact than the one that was proven is proven anew.
    draft.proven &= before == draft.typed.field("contact");
    Ok(())
}

/// Takes the code and sends the request.
pub async fn code<K: Room>(asked: Asked) -> Answer {
    let (draft, first) = match draft::<K>(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{first}/code");
    let (services, context) = (&asked.services, &asked.context);
    let draft = match requests::prove(services, context, &draft, asked.field("code"), &asked.network).await {
        Ok(()) => draft,
        // The second press of a double tap finds its code used up, by the first: it goes where that one went.
        Err(error) => match self::draft::<K>(&asked).await {
            Ok((now, _)) if now.proven || now.request.is_some() => now,
            _ => return not_sent(&asked, &draft, page, error),
        },
    };
    match services::requests::submit(services, context, &draft).await {
        Ok(id) => match requests::own(services, context, &draft, id).await {
            Ok(request) => Answer::to(format!("{}/r/{}?done=sent", K::AT, requests::manage_link(services, &request))),
            Err(error) => problem_of(error).into(),
        },
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

/// A fault belongs to the page its field stands on: the code's to the code's, any other (a day that is too soon by now, a
/// session out of reach) to the first page that has one.
pub fn not_sent<K: Room>(asked: &Asked, draft: &DraftView<K>, page: String, error: RequestError<K>) -> Answer {
    match error {
        RequestError::Fields(errors) if errors.iter().any(|error| error.field != "code") => {
            let at = errors.iter().map(|error| K::page_of(&error.field)).min().unwrap_or_default();
            let typed = FormState::typed(draft.typed.0.clone(), &[]).with_errors(errors);
            Answer::again_at(format!("{}/apply/{}{at}", K::AT, draft.id), typed)
        }
        error => refused(asked, page, error),
    }
}

/// Sends another code.
pub async fn resend<K: Room>(asked: Asked) -> Answer {
    let (draft, first) = match draft::<K>(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{first}/code");
    match requests::resend(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(page),
        Err(error) => not_sent(&asked, &draft, page, error),
    }
}

/// The request of the path's link, and its page.
pub fn handle<K: Room>(asked: &Asked) -> Result<(String, Handle<K>), Answer> {
    let link: String = asked.param("link").ok_or(Problem::LinkInvalid)?;
    Ok((format!("{}/r/{link}", K::AT), Handle::Link(link)))
}

/// The version the form was made of.
pub fn version(asked: &Asked) -> Option<i32> {
    asked.field("version").parse().ok()
}

/// Back to the page, with a word of what was done or why it was not.
pub async fn changed<K: Room>(asked: &Asked, page: String, done: &str, result: Result<(), RequestError<K>>) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("{page}?done={done}")),
        Err(RequestError::NotFound) => led_nowhere::<K>(asked).await.into(),
        Err(error) => refused(asked, page, error),
    }
}

/// Answers what was asked.
pub async fn answer<K: Room>(asked: Asked) -> Answer {
    let (page, handle) = match handle::<K>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let text = asked.field("answer");
    let result = requests::answer(&asked.services, &asked.context, &handle, version(&asked), text).await;
    changed(&asked, page, "answered", result).await
}

/// Accepts what is proposed.
pub async fn accept<K: Room>(asked: Asked) -> Answer {
    let (page, handle) = match handle::<K>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = requests::accept(&asked.services, &asked.context, &handle, version(&asked)).await;
    changed(&asked, page, "accepted", result).await
}

/// Would rather have something else.
pub async fn decline<K: Room>(asked: Asked) -> Answer {
    let (page, handle) = match handle::<K>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let text = asked.field("wish");
    let result = requests::decline(&asked.services, &asked.context, &handle, version(&asked), text).await;
    changed(&asked, page, "declined", result).await
}

/// Takes the request back.
pub async fn withdraw<K: Room>(asked: Asked) -> Answer {
    let (page, handle) = match handle::<K>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = K::withdraw(&asked.services, &asked.context, &handle, version(&asked)).await;
    changed(&asked, page, "withdrawn", result).await
}

/// Opens one of an account's own requests: its page stands behind a signed link, as in messages, so that there is one such
/// page.
pub async fn own<K: Room>(asked: Asked) -> Answer {
    let Some(id) = asked.param::<K::Id>("id") else { return Problem::NotFound.into() };
    match requests::view(&asked.services, &asked.context, &Handle::<K>::Id(id)).await {
        Ok(request) => Answer::to(format!("{}/r/{}", K::AT, requests::manage_link(&asked.services, &request))),
        Err(error) => problem_of(error).into(),
    }
}
