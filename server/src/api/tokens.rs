//! `POST /api/v1/token`: access and refresh tokens for machines, after the client credentials and refresh grants of
//! RFC 6749, as JSON.

use super::extract::Body;
use super::problem::{self, Problem};
use crate::house::{Facts, House};
use app::calls::ClientAddress;
use axum::extract::State;
use axum::{Extension, Json};
use domain::account::{Actor, Scope};
use domain::ids::ClientId;
use http::Extensions;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use services::Context;
use services::account::tokens::{self, Tokens};
use services::limits::Network;
use utoipa::ToSchema;

/// What a client shows for tokens.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "grant_type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenRequest {
    /// The client's own credentials, for the first tokens.
    ClientCredentials {
        /// The client's id.
        #[schema(value_type = String, format = Uuid)]
        client_id: ClientId,
        /// The client's secret.
        #[schema(value_type = String, format = Password)]
        client_secret: SecretString,
        /// Scopes wanted, separated by spaces; all the client has where absent.
        scope: Option<String>,
    },
    /// A refresh token, good once, for the next tokens; whoever found it has not found the client's secret.
    RefreshToken {
        /// The client's id.
        #[schema(value_type = String, format = Uuid)]
        client_id: ClientId,
        /// The client's secret.
        #[schema(value_type = String, format = Password)]
        client_secret: SecretString,
        /// The refresh token.
        #[schema(value_type = String, format = Password)]
        refresh_token: SecretString,
    },
}

/// Tokens.
#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds the access token is good.
    pub expires_in: i64,
    /// For the next tokens; good once. Shown twice, the whole grant ends.
    pub refresh_token: String,
    /// Seconds the grant can still be refreshed.
    pub refresh_expires_in: i64,
    /// What the access token may be used for.
    pub scope: String,
}

impl From<Tokens> for TokenAnswer {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: tokens.expires_in.as_secs(),
            refresh_token: tokens.refresh.expose_secret().to_owned(),
            refresh_expires_in: tokens.refresh_expires_in.as_secs(),
            scope: tokens.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "),
        }
    }
}

/// Get tokens.
///
/// The first by the client's credentials, the following by these and the refresh token of the last. Every wrong credential
/// gets the same answer.
///
/// No `Idempotency-Key`: tokens are no answer to keep. Where an answer was lost, begin anew with the credentials alone: a refresh token
/// is good once.
#[utoipa::path(
    post, path = "/api/v1/token", tag = "token", security(()),
    request_body = TokenRequest,
    responses(
        (status = 200, description = "Tokens", body = TokenAnswer),
        (status = 401, description = "`bad-credentials`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a scope the client does not have", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 429, description = "`too-often`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn get_tokens(
    State(house): State<House>,
    Extension(address): Extension<ClientAddress>,
    extensions: RequestFacts,
    body: Body<TokenRequest>,
) -> Result<Json<TokenAnswer>, Problem> {
    let services = &house.services;
    let context = services.context(Actor::Anonymous, extensions.0.locale, extensions.0.request);
    let network = Network::of(address.0);
    let tokens = give(&house, &context, body.value, &network).await.inspect_err(|problem| {
        tracing::info!(code = problem.kind().code, "no tokens were given");
    })?;
    Ok(Json(tokens.into()))
}

async fn give(house: &House, context: &Context, asked: TokenRequest, network: &Network) -> Result<Tokens, Problem> {
    let services = &house.services;
    Ok(match asked {
        TokenRequest::ClientCredentials { client_id, client_secret, scope } => {
            let wanted = scopes(scope.as_deref().unwrap_or_default())?;
            tokens::grant(services, context, client_id, &client_secret, &wanted, network).await?
        }
        TokenRequest::RefreshToken { client_id, client_secret, refresh_token } => {
            let credentials = (client_id, &client_secret);
            tokens::refresh(services, context, credentials, &refresh_token, network).await?
        }
    })
}

fn scopes(text: &str) -> Result<Vec<Scope>, Problem> {
    let unknown = |name: &str| Problem::new(problem::MALFORMED).detail(format!("scope: there is no scope {name}"));
    text.split_whitespace().map(|name| Scope::from_name(name).ok_or_else(|| unknown(name))).collect()
}

/// What the outer layers know of the request.
pub struct RequestFacts(pub Facts);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for RequestFacts {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        let extensions: &Extensions = &parts.extensions;
        Ok(Self(Facts::of(extensions)))
    }
}

/// Get the public keys.
///
/// A JSON Web Key Set (RFC 7517). Passes and access tokens are signed with Ed25519 by the keys named here, so that doors
/// and partners verify them without asking us.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "token", security(()),
    responses((status = 200, description = "The keys", body = serde_json::Value))
)]
pub async fn jwks(State(house): State<House>) -> impl axum::response::IntoResponse {
    ([(http::header::CACHE_CONTROL, "public, max-age=300")], Json(house.services.vault.jwks()))
}
