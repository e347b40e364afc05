//! Who asks: the session cookie becomes the actor. Without a cookie nobody is asked and nothing is looked up.

use crate::house::House;
use crate::trouble::Trouble;
use app::calls::{Cookie, SESSION_COOKIE, cookie};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::account::Actor;
use http::header;
use services::account::sessions::{self, SessionToken};

/// Puts the [`Actor`] beside the request. A cookie that no longer opens anything is taken back.
pub async fn recognise(State(house): State<House>, mut request: Request, next: Next) -> Response {
    let Some(text) = cookie(request.headers(), SESSION_COOKIE) else {
        request.extensions_mut().insert(Actor::Anonymous);
        return next.run(request).await;
    };
    let known = match SessionToken::from_cookie(text) {
        Some(token) => sessions::authenticate(&house.services, &token).await,
        None => Ok(None),
    };
    let actor = match known {
        Ok(known) => known.map(|known| known.actor),
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            return Trouble::Busy.into_response();
        }
    };
    let stale = actor.is_none();
    request.extensions_mut().insert(actor.unwrap_or(Actor::Anonymous));
    let mut response = next.run(request).await;
    let sets_its_own = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|value| value.as_bytes().starts_with(SESSION_COOKIE.as_bytes()));
    if stale
        && !sets_its_own
        && let Some(removed) = Cookie::removed(SESSION_COOKIE).header()
    {
        response.headers_mut().append(header::SET_COOKIE, removed);
    }
    response
}
