//! Tokens of machines: an access token of five minutes and a refresh token that is good once.
//!
//! Access tokens are JWTs (RFC 9068, `at+jwt`) signed with the house's Ed25519 key. They are checked against the keys
//! *and* against the database, in one query: a revoked client or grant ends at the next call on every server, not in five
//! minutes.
//!
//! Refresh tokens rotate. A token shown a second time means that two hold it, and nobody can say which of them stole
//! it: the whole family (everything that descends from one grant) is revoked. One exception, [`GRACE`]: a client that
//! sends the same refresh twice at once (a retry, two threads) is no thief. Within the grace the second one is told
//! [`TokenError::Superseded`]: it gets nothing, and the family lives. So of any number of parallel refreshes exactly one
//! wins, a thief gains nothing by being quick, and a replay after the grace costs the family. A client that lost the
//! answer of its refresh asks for a new grant; it has its secret, which it shows with every refresh too.

use super::clients::about_client;
use super::{hash_token, random_token};
use crate::audit;
use crate::context::{Context, Services, Settings, new_uuid};
use crate::db::to_the_end;
use crate::limits::{self, LimitError, Limited, Network};
use domain::account::{Actor, Scope};
use domain::ids::ClientId;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::account::tokens as rows;
use uuid::Uuid;

/// How long an access token is good.
pub const ACCESS: SignedDuration = SignedDuration::from_mins(5);
/// How long a grant can be refreshed, counted from the grant: a machine proves its secret at least once a month.
pub const REFRESH: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How soon after its use a refresh token may be seen again without alarm.
pub const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// Use is noted this often at most: one write a minute instead of one a call.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// What the clocks of two servers may differ by.
const LEEWAY: SignedDuration = SignedDuration::from_secs(5);
/// Nothing of ours is longer.
const LONGEST: usize = 4096;

/// What a JWT is for, in its header: a token of one kind never passes for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// An API client's access token.
    Access,
}

impl TokenKind {
    /// The header's `typ`.
    const fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
        }
    }

    /// Whom it is for.
    fn audience(self, settings: &Settings) -> String {
        match self {
            Self::Access => format!("{}/api", settings.public_url),
        }
    }
}

/// Why no token was given or one was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Unknown client, wrong secret, revoked client. Nobody says which.
    #[error("the client was not accepted")]
    InvalidClient,
    /// A scope the client does not have.
    #[error("a scope the client does not have")]
    InvalidScope,
    /// Not a refresh token that can be used: unknown, too old, revoked, or used before (and its family is revoked now).
    #[error("the refresh token was not accepted")]
    InvalidGrant,
    /// Another request used this refresh token a moment ago, and has its successor.
    #[error("refreshed by another request a moment ago")]
    Superseded,
    /// Not an access token of ours, or no longer good.
    #[error("the token was not accepted")]
    InvalidToken,
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// A token could not be signed.
    #[error("signing failed")]
    Signing,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<LimitError> for TokenError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

/// What a client is given.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: SecretString,
    /// How long it is good.
    pub expires_in: SignedDuration,
    /// The refresh token, good once.
    pub refresh: SecretString,
    /// How long the grant can still be refreshed.
    pub refresh_expires_in: SignedDuration,
    /// What the access token may be used for.
    pub scopes: Vec<Scope>,
}

/// The claims of an access token (RFC 9068).
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    client_id: Uuid,
    /// The grant it came from.
    family: Uuid,
    scope: String,
    jti: Uuid,
    iat: i64,
    exp: i64,
}

/// The one way JWTs are validated in this house: EdDSA only, issuer and audience ours, all claims present. Times are
/// checked by [`decode`] against the house's own clock (this crate's `exp` check would read the system's).
fn validation(settings: &Settings, kind: TokenKind) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.algorithms = vec![Algorithm::EdDSA];
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&settings.public_url]);
    validation.set_audience(&[kind.audience(settings)]);
    validation.validate_exp = false;
    validation
}

/// The claims of a token that is authentic, of this kind and not over. The key is found by `kid` among our own; whatever
/// key the token itself brings or points at (`jwk`, `jku`, `x5u`, `x5c`) is not looked at.
fn decode(services: &Services, kind: TokenKind, text: &str) -> Option<Claims> {
    if text.len() > LONGEST {
        return None;
    }
    let header = jsonwebtoken::decode_header(text).ok()?;
    let ours = header.alg == Algorithm::EdDSA
        && header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(kind.typ()))
        && header.crit.is_none();
    let key = services.vault.jwt_decoding_key(header.kid.as_deref().filter(|_| ours)?)?;
    let claims = jsonwebtoken::decode::<Claims>(text, &key, &validation(&services.settings, kind)).ok()?.claims;
    let now = services.clock.now().as_second();
    let leeway = LEEWAY.as_secs();
    (claims.exp + leeway > now && claims.iat - leeway <= now).then_some(claims)
}

fn sign(services: &Services, now: Timestamp, client: Uuid, family: Uuid, scopes: &[Scope]) -> Option<SecretString> {
    let kind = TokenKind::Access;
    let (kid, key) = services.vault.jwt_encoding_key();
    let header = Header { typ: Some(kind.typ().to_owned()), kid: Some(kid), ..Header::new(Algorithm::EdDSA) };
    let claims = Claims {
        iss: services.settings.public_url.clone(),
        aud: kind.audience(&services.settings),
        sub: client,
        client_id: client,
        family,
        scope: scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "),
        jti: new_uuid(now),
        iat: now.as_second(),
        exp: (now + ACCESS).as_second(),
    };
    jsonwebtoken::encode(&header, &claims, &key).ok().map(SecretString::from)
}

/// Who an access token stands for. One query: the client and the grant are good still, and the client still has the
/// scopes (one taken away is gone at once). At most once a minute a second one notes that the client was heard.
pub async fn authenticate(services: &Services, access: &str) -> Result<Actor, TokenError> {
    let claims = decode(services, TokenKind::Access, access).ok_or(TokenError::InvalidToken)?;
    let live = rows::live_client(&services.db, claims.sub, claims.family).await?.ok_or(TokenError::InvalidToken)?;
    let (now, heard) = (services.clock.now(), live.last_used_at.map(|at| at.to_jiff()));
    if heard.is_none_or(|heard| heard <= now - TOUCH_EVERY) {
        rows::touch_client(&services.db, claims.sub, now, now - TOUCH_EVERY).await?;
    }
    let scopes = claims.scope.split(' ').filter(|name| live.scopes.iter().any(|live| live == name));
    Ok(Actor::Client { client: ClientId(claims.sub), scopes: scopes.filter_map(Scope::from_name).collect() })
}

/// Gives a client its first tokens for its secret. `wanted` narrows the scopes; empty means all the client has.
pub async fn grant(
    services: &Services,
    context: &Context,
    client: ClientId,
    secret: &SecretString,
    wanted: &[Scope],
    network: &Network,
) -> Result<Tokens, TokenError> {
    let (services, context, secret) = (services.clone(), context.clone(), secret.clone());
    let (wanted, network) = (wanted.to_vec(), network.clone());
    to_the_end(async move {
        limits::hit(&services, &limits::TOKEN_PER_NETWORK, network.as_str()).await?;
        limits::hit(&services, &limits::TOKEN_PER_CLIENT, &client.to_string()).await?;
        let row = shown_client(&services, &context, client, &secret).await?;
        let mut transaction = services.begin().await?;
        let has: Vec<Scope> = row.scopes.iter().filter_map(|name| Scope::from_name(name)).collect();
        let scopes = if wanted.is_empty() { has.clone() } else { wanted };
        if !scopes.iter().all(|scope| has.contains(scope)) {
            return Err(TokenError::InvalidScope);
        }
        let family = new_uuid(context.now);
        let link = Link { id: family, family, client, ends: context.now + REFRESH };
        let tokens = give(&mut transaction, &services, &context, link, scopes).await?;
        let entry = about_client("client.granted", client, json!({ "family": family }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(tokens)
    })
    .await
}

/// The client, if it is live and this is its secret. Otherwise the refusal is noted.
async fn shown_client(
    services: &Services,
    context: &Context,
    client: ClientId,
    secret: &SecretString,
) -> Result<rows::ClientRow, TokenError> {
    let row = rows::client(&services.db, client.0).await?.filter(|row| {
        let shown = hash_token(secret.expose_secret());
        let equal = aws_lc_rs::constant_time::verify_slices_are_equal(&row.secret_hash, &shown).is_ok();
        equal && row.revoked_at.is_none()
    });
    if let Some(row) = row {
        return Ok(row);
    }
    let mut transaction = services.begin().await?;
    audit::record(&mut transaction, context, &[about_client("client.refused", client, json!({}))]).await?;
    transaction.commit().await?;
    Err(TokenError::InvalidClient)
}

/// A place in a family of refresh tokens.
struct Link {
    id: Uuid,
    family: Uuid,
    client: ClientId,
    ends: Timestamp,
}

/// Puts a new refresh token at its place in the family and signs the access token that goes with it.
async fn give(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    link: Link,
    scopes: Vec<Scope>,
) -> Result<Tokens, TokenError> {
    let refresh = random_token();
    let token = rows::NewRefreshToken {
        id: link.id,
        family: link.family,
        client: link.client.0,
        token_hash: &hash_token(&refresh),
        now: context.now,
        expires_at: link.ends,
        scopes: &scopes.iter().map(|scope| scope.name().to_owned()).collect::<Vec<_>>(),
    };
    rows::add_refresh_token(db, token).await?;
    let access = sign(services, context.now, link.client.0, link.family, &scopes).ok_or(TokenError::Signing)?;
    Ok(Tokens {
        access,
        expires_in: ACCESS,
        refresh: refresh.into(),
        refresh_expires_in: link.ends.duration_since(context.now),
        scopes,
    })
}

/// Exchanges a refresh token for new tokens of both kinds; the client shows its secret with it. See the module for what
/// happens to a token shown twice. One of another client is not this one's to use up, nor to give away.
pub async fn refresh(
    services: &Services,
    context: &Context,
    (client, secret): (ClientId, &SecretString),
    refresh: &SecretString,
    network: &Network,
) -> Result<Tokens, TokenError> {
    let (services, context, secret) = (services.clone(), context.clone(), secret.clone());
    let (hash, network) = (hash_token(refresh.expose_secret()), network.clone());
    to_the_end(async move {
        limits::hit(&services, &limits::TOKEN_PER_NETWORK, network.as_str()).await?;
        limits::hit(&services, &limits::TOKEN_PER_CLIENT, &client.to_string()).await?;
        shown_client(&services, &context, client, &secret).await?;
        let mut transaction = services.begin().await?;
        let family = rows::family_of(&mut *transaction, &hash).await?.ok_or(TokenError::InvalidGrant)?;
        rows::lock_family(&mut transaction, family).await?;
        let token = rows::refresh_token(&mut *transaction, &hash).await?.ok_or(TokenError::InvalidGrant)?;
        let now = context.now;
        if token.client_id != client.0 || token.revoked_at.is_some() || token.expires_at.to_jiff() <= now {
            return Err(TokenError::InvalidGrant);
        }
        if let Some(used_at) = token.used_at {
            if now.duration_since(used_at.to_jiff()) <= GRACE {
                return Err(TokenError::Superseded);
            }
            let revoked = rows::revoke_family(&mut *transaction, family, now).await?;
            let detail = json!({ "family": family, "revoked": revoked });
            audit::record(&mut transaction, &context, &[about_client("client.token_reused", client, detail)]).await?;
            transaction.commit().await?;
            metrics::counter!("tokens_reused").increment(1);
            tracing::warn!(%client, "a refresh token was used twice: its whole grant is revoked");
            return Err(TokenError::InvalidGrant);
        }
        let has = rows::live_client(&mut *transaction, client.0, family).await?.ok_or(TokenError::InvalidGrant)?.scopes;
        if !rows::use_refresh_token(&mut *transaction, token.id, now).await? {
            return Err(TokenError::Superseded);
        }
        let granted = token.scopes.iter().filter(|name| has.contains(name));
        let scopes = granted.filter_map(|name| Scope::from_name(name)).collect();
        let link = Link { id: new_uuid(now), family, client, ends: token.expires_at.to_jiff() };
        let tokens = give(&mut transaction, &services, &context, link, scopes).await?;
        let entry = about_client("client.refreshed", client, json!({ "family": family }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(tokens)
    })
    .await
}

/// Ends the grant a refresh token belongs to (RFC 7009). Unknown tokens are no error.
pub async fn revoke(services: &Services, context: &Context, refresh: &SecretString) -> Result<(), TokenError> {
    let (services, context, hash) = (services.clone(), context.clone(), hash_token(refresh.expose_secret()));
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        let Some(family) = rows::family_of(&mut *transaction, &hash).await? else { return Ok(()) };
        rows::lock_family(&mut transaction, family).await?;
        let Some(token) = rows::refresh_token(&mut *transaction, &hash).await? else { return Ok(()) };
        if rows::revoke_family(&mut *transaction, family, context.now).await? > 0 {
            let entry = about_client("client.grant_revoked", ClientId(token.client_id), json!({ "family": family }));
            audit::record(&mut transaction, &context, &[entry]).await?;
        }
        transaction.commit().await?;
        Ok(())
    })
    .await
}
