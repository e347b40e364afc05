//! Who calls: the bearer token becomes the actor, the policy is asked, the call is counted against the client's limit.
//!
//! A layer around every endpoint that has [`Policy::Machine`](crate::router::Policy): what is declared is what is
//! enforced. Cookies are not looked at.

use super::problem::{self, Problem};
use crate::house::{Facts, House};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::account::{Actor, Capability, permit};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use services::account::tokens::{self, TokenError};
use services::limits::{self, LimitError, Remaining};

/// Lets a client in that may do this.
pub async fn client(State((house, capability)): State<(House, Capability)>, request: Request, next: Next) -> Response {
    let admitted = admit(&house, capability, request.headers()).await;
    let_in(&house, admitted, request, next).await
}

/// Lets a device in that may do this.
pub async fn device(State((house, capability)): State<(House, Capability)>, request: Request, next: Next) -> Response {
    let admitted = known_device(&house, capability, request.headers()).await;
    let_in(&house, admitted, request, next).await
}

/// Answers whoever was admitted as who they are, and says what is left of their limit.
async fn let_in(
    house: &House,
    admitted: Result<(Actor, Remaining), Problem>,
    mut request: Request,
    next: Next,
) -> Response {
    let (actor, remaining) = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    let facts = Facts::of(request.extensions());
    let context = house.services.context(actor, facts.locale, facts.request);
    request.extensions_mut().insert(context);
    let mut response = next.run(request).await;
    say(response.headers_mut(), remaining);
    response
}

async fn known_device(
    house: &House,
    capability: Capability,
    headers: &HeaderMap,
) -> Result<(Actor, Remaining), Problem> {
    let services = &house.services;
    let key = bearer(headers).ok_or(Problem::new(problem::NO_TOKEN))?;
    let actor = services::door::authenticate(services, key).await?;
    let Actor::Device { device, .. } = &actor else { return Err(Problem::new(problem::NO_TOKEN)) };
    let remaining = limits::hit(services, &limits::API_PER_CLIENT, &device.to_string()).await?;
    permit(&actor, capability, services.clock.now()).inspect_err(|denied| {
        tracing::info!(%device, ?capability, %denied, "a device was refused");
    })?;
    Ok((actor, remaining))
}

async fn admit(house: &House, capability: Capability, headers: &HeaderMap) -> Result<(Actor, Remaining), Problem> {
    let services = &house.services;
    let token = bearer(headers).ok_or(Problem::new(problem::NO_TOKEN))?;
    let actor = tokens::authenticate(services, token).await.map_err(|error| {
        if matches!(error, TokenError::InvalidToken) {
            tracing::info!("an access token was refused");
        }
        Problem::from(error)
    })?;
    let client = match &actor {
        Actor::Client { client, .. } => client.to_string(),
        _ => return Err(Problem::new(problem::NO_TOKEN)),
    };
    let remaining = limits::hit(services, &limits::API_PER_CLIENT, &client).await.map_err(Problem::from)?;
    permit(&actor, capability, services.clock.now()).inspect_err(|denied| {
        tracing::info!(%client, ?capability, %denied, "a machine was refused");
    })?;
    Ok((actor, remaining))
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
fn say(headers: &mut HeaderMap, remaining: Remaining) {
    let window = limits::API_PER_CLIENT.window.as_secs();
    let policy = format!("\"client\";q={};w={window}", remaining.limit);
    let now = format!("\"client\";r={};t={}", remaining.left, remaining.reset_after.as_secs().max(0));
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

impl From<LimitError> for Problem {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::new(problem::TOO_OFTEN).retry_after(limited.retry_seconds()),
            LimitError::Database(error) => error.into(),
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::InvalidClient | TokenError::InvalidGrant => Self::new(problem::BAD_CREDENTIALS),
            TokenError::InvalidScope => {
                Self::new(problem::FORBIDDEN).detail("The client does not have a scope it asks for.")
            }
            TokenError::Superseded => Self::new(problem::BAD_CREDENTIALS)
                .detail("Another request exchanged this refresh token a moment ago; use the token that one received."),
            TokenError::InvalidToken => {
                Self::new(problem::NO_TOKEN).detail("The token is not one of ours or no longer good.")
            }
            TokenError::Limited(limited) => Self::new(problem::TOO_OFTEN).retry_after(limited.retry_seconds()),
            TokenError::Signing => Self::new(problem::BROKEN),
            TokenError::Database(error) => error.into(),
        }
    }
}
