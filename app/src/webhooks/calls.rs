//! What is done with partners' endpoints.

use super::at;
use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::ids::{WebhookEventId, WebhookId};
use domain::webhooks::Topic;
use services::webhooks::{self, Hears, NewEndpoint, Secret, WebhookError};

/// Under which name an endpoint's page finds the secret that was just made.
pub(super) const SECRET: &str = "webhook-secret";

const ACCESS: Access = Access::Capability(Capability::ManageClients);

/// This room's calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/webhooks/new", ACCESS, &create),
    Call::post("/staff/webhooks/:id/edit", ACCESS, &change),
    Call::post("/staff/webhooks/:id/remove", ACCESS, &remove),
    Call::post("/staff/webhooks/:id/pause", ACCESS, &pause),
    Call::post("/staff/webhooks/:id/resume", ACCESS, &resume),
    Call::post("/staff/webhooks/:id/test", ACCESS, &test),
    Call::post("/staff/webhooks/:id/rotate", ACCESS, &rotate),
    Call::post("/staff/webhooks/:id/events/:event/again", ACCESS, &again),
];

/// What the form says an endpoint is called and hears of.
fn hears(asked: &Asked) -> Result<Hears, FieldError> {
    let client = match asked.field("client") {
        "" => None,
        text => Some(text.parse().map_err(|_| FieldError::new("client", Fault::NotAChoice))?),
    };
    Ok(Hears {
        description: asked.field("description").to_owned(),
        topics: asked.fields("topics").filter_map(Topic::from_name).collect(),
        client,
    })
}

/// Adds an endpoint and shows its secret, this once: in the answer itself, since an address or a cookie would keep it.
async fn create(asked: Asked) -> Answer {
    let new = match hears(&asked) {
        Ok(hears) => NewEndpoint { url: asked.field("url").to_owned(), hears },
        Err(error) => return Answer::again(asked.typed(&[]).with_errors(vec![error])),
    };
    match webhooks::add(&asked.services, &asked.context, new).await {
        Ok(added) => shown(&asked, added.id, &added.secret, "webhooks-created"),
        Err(WebhookError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(error) => refused(&asked, None, error),
    }
}

/// The endpoint's page with a secret.
fn shown(asked: &Asked, id: WebhookId, secret: &Secret, key: &str) -> Answer {
    let mut form = FormState::default().with_notice(Tone::Success, asked.t(key));
    form.values.insert(SECRET.to_owned(), secret.expose().to_owned());
    Answer::again_at(page(id), form).status(StatusCode::OK)
}

fn page(id: WebhookId) -> String {
    format!("{}/{id}", at::ALL)
}

fn refused(asked: &Asked, id: Option<WebhookId>, error: WebhookError) -> Answer {
    match (error, id) {
        (WebhookError::Denied(denied), _) => denied.into(),
        (WebhookError::MachineEnded, Some(id)) => {
            let form = FormState::default().with_notice(Tone::Warning, asked.t("webhooks-machine-ended"));
            Answer::again_at(page(id), form)
        }
        (WebhookError::StateHasChanged, Some(id)) => {
            Answer::again_at(page(id), FormState::default().with_notice(Tone::Warning, asked.t("webhooks-has-changed")))
        }
        (error, _) => Problem::from(error).into(),
    }
}

fn done<T>(asked: &Asked, id: WebhookId, result: Result<T, WebhookError>, word: &str) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{}?done={word}", page(id))),
        Err(error) => refused(asked, Some(id), error),
    }
}

/// Changes what an endpoint is called and hears of.
async fn change(asked: Asked) -> Answer {
    let Some(id) = asked.param::<WebhookId>("id") else { return Problem::NotFound.into() };
    let hears = match hears(&asked) {
        Ok(hears) => hears,
        Err(error) => return Answer::again(asked.typed(&[]).with_errors(vec![error])),
    };
    let version = asked.field("version").parse().unwrap_or_default();
    match webhooks::change(&asked.services, &asked.context, id, version, hears).await {
        Err(WebhookError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        // What was typed stays, in a form of the version that is there now.
        Err(WebhookError::StateHasChanged) => {
            Answer::again(asked.typed(&["version"]).with_notice(Tone::Warning, asked.t("staff-state-has-changed")))
        }
        result => done(&asked, id, result, "changed"),
    }
}

async fn remove(asked: Asked) -> Answer {
    let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
    match webhooks::remove(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{}?done=removed", at::ALL)),
        Err(error) => refused(&asked, None, error),
    }
}

async fn pause(asked: Asked) -> Answer {
    let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
    done(&asked, id, webhooks::pause(&asked.services, &asked.context, id).await, "paused")
}

async fn resume(asked: Asked) -> Answer {
    let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
    done(&asked, id, webhooks::resume(&asked.services, &asked.context, id).await, "resumed")
}

async fn test(asked: Asked) -> Answer {
    let key = asked.field("key").parse::<WebhookEventId>();
    let (Some(id), Ok(key)) = (asked.param("id"), key) else { return Problem::NotFound.into() };
    done(&asked, id, webhooks::test(&asked.services, &asked.context, id, key).await, "tested")
}

async fn again(asked: Asked) -> Answer {
    let (Some(id), Some(event)) = (asked.param("id"), asked.param("event")) else { return Problem::NotFound.into() };
    done(&asked, id, webhooks::redeliver(&asked.services, &asked.context, id, event).await, "again")
}

/// Makes a new secret and shows it, this once.
async fn rotate(asked: Asked) -> Answer {
    let Some(id) = asked.param::<WebhookId>("id") else { return Problem::NotFound.into() };
    // A form without its version is as old as one with another: the page shows what is true now.
    let version = asked.field("version").parse().unwrap_or_default();
    let lost = asked.field("lost") == "on";
    match webhooks::rotate(&asked.services, &asked.context, id, version, lost).await {
        Ok(secret) => shown(&asked, id, &secret, "webhooks-rotated"),
        Err(error) => refused(&asked, Some(id), error),
    }
}
