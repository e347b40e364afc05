//! What people do: begin an application, save a page, send it, give it up; and what of it is fetched or taken back afterwards.

use super::{APPLY, BASED_ON, CHECK, FROM, OnePage, address, check_address, page_address, page_of, problem_of, sent};
use super::{sent_address, service, typed};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::unsent;
use crate::visit::Visit;
use axum::http::StatusCode;
use domain::ids::ApplicationId;
use domain::spark::application::{Form, Purpose, Snapshot};
use serde_json::json;
use services::spark::apply::{ApplyError, MOST_OPEN, Receipt};

/// The calls of the application. What is no page of its own stands one step further down than the form's pages, so that nobody is
/// led back to it after signing in.
pub static CALLS: &[Call] = &[
    Call::post(APPLY, Access::SignedIn, &begin),
    Call::post("/spark/apply/:id/draft/discard", Access::SignedIn, &discard).on("/spark/apply/:id"),
    Call::post("/spark/apply/:id/check", Access::SignedIn, &submit),
    Call::post("/spark/apply/:id/consents/withdraw", Access::SignedIn, &withdraw).on("/spark/apply/:id/sent"),
    Call::get("/spark/apply/:id/copy.pdf", Access::SignedIn, &copy),
    Call::post("/spark/apply/:id/:page", Access::SignedIn, &form).keeping(unsent::EVERYTHING),
    Call::post("/spark/apply/:id/:page/typed", Access::SignedIn, &while_typing).on("/spark/apply/:id/:page"),
];

async fn begin(asked: Asked) -> Answer {
    match service::begin(&asked.services, &asked.context).await {
        Ok(id) => Answer::to(address(id)),
        Err(error) => refused(&asked, error),
    }
}

async fn discard(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ApplicationId>("id") else { return Problem::NotFound.into() };
    match service::discard(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{APPLY}?done=discarded")),
        Err(ApplyError::Sent) => Answer::to(sent_address(id)),
        Err(error) => ended(error),
    }
}

/// The application and the page of the path. The form in use is the one every draft is brought to.
fn subject(asked: &Asked) -> Option<(ApplicationId, &'static OnePage)> {
    let id = asked.param::<ApplicationId>("id")?;
    Some((id, page_of(Form::current(), &asked.param::<String>("page")?)?))
}

/// Saves what was sent of a page, whatever it is worth. Answers its version now.
async fn save(asked: &Asked, id: ApplicationId, page: &OnePage) -> Result<u32, ApplyError> {
    let based_on = asked.field(BASED_ON).parse().unwrap_or_default();
    let typed = typed(page, asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    service::save(&asked.services, &asked.context, id, (page.key, based_on), &typed).await
}

/// Saves a page and goes on: to the next one of its section that is not done, or to where one came from.
async fn form(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    match save(&asked, id, page).await {
        Ok(_) if asked.field("save") == "1" => Answer::to(format!("{}?done=saved", address(id))),
        Ok(_) => onward(&asked, id, page).await,
        // The page itself shows both texts, or why it is not asked; either way with everything that was typed.
        Err(ApplyError::Conflict(_) | ApplyError::NotAsked | ApplyError::TooEarly) => {
            Answer::again(asked.typed(&[])).status(StatusCode::CONFLICT)
        }
        Err(ApplyError::Sent) => Answer::to(sent_address(id)),
        Err(error) => refused(&asked, error),
    }
}

/// What stands in the way of the page is told on it; otherwise on.
async fn onward(asked: &Asked, id: ApplicationId, page: &OnePage) -> Answer {
    let application = match service::read(&asked.services, &asked.context, id).await {
        Ok(application) => application,
        Err(error) => return problem_of(&error).into(),
    };
    if application.receipt.is_some() {
        return Answer::to(sent_address(id));
    }
    let faults = application.reading.faults(page.key);
    if !faults.is_empty() {
        return Answer::again(asked.typed(&[]).with_errors(faults.to_vec()));
    }
    let from = asked.field(FROM) == CHECK;
    match application.reading.next(page.key) {
        Some(next) if from => Answer::to(format!("{}?{FROM}={CHECK}", page_address(id, next))),
        Some(next) => Answer::to(page_address(id, next)),
        None if from => Answer::to(check_address(id)),
        None => Answer::to(address(id)),
    }
}

/// Saves a page as it is being typed, for its script, and tells it the version.
async fn while_typing(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    match save(&asked, id, page).await {
        Ok(version) => Answer::json(json!({ "version": version })),
        Err(
            error @ (ApplyError::Conflict(_) | ApplyError::TooEarly | ApplyError::Sent | ApplyError::StateHasChanged),
        ) => Answer::json(json!({ "error": error.to_string() })).status(StatusCode::CONFLICT),
        Err(error) => ended(error),
    }
}

/// Sends it. The second press is led to the same confirmation.
async fn submit(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ApplicationId>("id") else { return Problem::NotFound.into() };
    match service::submit(&asked.services, &asked.context, id, asked.field("seen")).await {
        Ok(_) => Answer::to(sent_address(id)),
        Err(error) => refused(&asked, error),
    }
}

async fn withdraw(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ApplicationId>("id") else { return Problem::NotFound.into() };
    let Some(purpose) = Purpose::from_name(asked.field("purpose")) else { return Problem::NotFound.into() };
    match service::withdraw_consent(&asked.services, &asked.context, id, purpose).await {
        Ok(()) => Answer::to(format!("{}?done=withdrawn", sent_address(id))),
        Err(error) => ended(error),
    }
}

/// Hands out a copy of what was sent.
async fn copy(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ApplicationId>("id") else { return Problem::NotFound.into() };
    let locale = asked.locale();
    let words = move |receipt: &Receipt, snapshot: &Snapshot| sent::sheet(locale, receipt, snapshot);
    match service::copy(&asked.services, &asked.context, id, words).await {
        Ok((name, bytes)) => Answer::file("application/pdf", Some(name), bytes),
        Err(error) => ended(error),
    }
}

/// What has no form to be shown again ends on the house's page.
fn ended(error: ApplyError) -> Answer {
    match error {
        ApplyError::Denied(denied) => denied.into(),
        error => problem_of(&error).into(),
    }
}

/// Why it was not done, above the page it was tried on and with everything that was typed; or the house's page.
fn refused(asked: &Asked, error: ApplyError) -> Answer {
    match error {
        ApplyError::Denied(denied) => denied.into(),
        error => match said(asked, &error) {
            // (The last page's form has nothing but the hash of what was shown, which is made anew.)
            Some((text, status)) => {
                Answer::again(asked.typed(&["seen"]).with_notice(Tone::Warning, text.to_string())).status(status)
            }
            None => problem_of(&error).into(),
        },
    }
}

fn said(visit: &Visit, error: &ApplyError) -> Option<(Text, StatusCode)> {
    Some(match error {
        ApplyError::TooMany => {
            (visit.t_args("application-too-many", &[("max", MOST_OPEN.into())]), StatusCode::CONFLICT)
        }
        ApplyError::Unfinished(_) => (visit.t("application-unfinished"), StatusCode::UNPROCESSABLE_ENTITY),
        ApplyError::FamilySends => (visit.t("application-family-sends-only"), StatusCode::CONFLICT),
        ApplyError::LiveCase => (visit.t("application-live-case"), StatusCode::CONFLICT),
        ApplyError::StateHasChanged => (visit.t("application-has-changed"), StatusCode::CONFLICT),
        ApplyError::Busy => (visit.t("application-busy"), StatusCode::SERVICE_UNAVAILABLE),
        _ => return None,
    })
}
