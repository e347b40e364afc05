//! Who asks: the session cookie becomes the actor. Without a cookie nobody is asked and nothing is looked up. A display's cookie
//! is looked at where the wall board stands, and nowhere else.

use crate::house::House;
use crate::trouble::Trouble;
use app::calls::{Cookie, SESSION_COOKIE, cookie};
use app::tanks::{DISPLAY_COOKIE, ON_A_DISPLAY, WALL, display_cookie};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::account::Actor;
use http::header;
use services::account::sessions::{self, SessionToken};
use services::telemetry;

/// Puts the [`Actor`] beside the request. A cookie that no longer opens anything is taken back.
pub async fn recognise(State(house): State<House>, mut request: Request, next: Next) -> Response {
    let Some(text) = cookie(request.headers(), SESSION_COOKIE) else {
        return on_a_display(&house, request, next).await;
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

/// The same for a browser in which nobody is signed in: it may be a display on a wall. A cookie that opens nothing is taken back; one
/// that does is kept for as long again whenever the whole board is shown.
async fn on_a_display(house: &House, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let asks = ON_A_DISPLAY.contains(&path);
    let shows = path == WALL;
    let key = cookie(request.headers(), DISPLAY_COOKIE).filter(|_| asks).map(str::to_owned);
    let Some(key) = key else {
        request.extensions_mut().insert(Actor::Anonymous);
        return next.run(request).await;
    };
    let actor = match telemetry::authenticate_display(&house.services, &key).await {
        Ok(actor) => actor,
        Err(error) => {
            tracing::error!(%error, "a display could not be looked up");
            return Trouble::Busy.into_response();
        }
    };
    let set = match &actor {
        None => Some(Cookie::removed(DISPLAY_COOKIE)),
        Some(_) => shows.then(|| display_cookie(&key)),
    };
    request.extensions_mut().insert(actor.unwrap_or(Actor::Anonymous));
    let mut response = next.run(request).await;
    if let Some(set) = set.and_then(|cookie| cookie.header()) {
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    response
}
