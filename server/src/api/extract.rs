//! Reading requests: JSON bodies, queries, paths, headers. What cannot be read is a problem document that says where.

use super::problem::{self, Problem};
use crate::house::House;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, RawQuery, Request};
use axum::response::IntoResponse as _;
use domain::Locale;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use services::Context;

/// A JSON body and its text. Unknown members are refused by the types themselves (`deny_unknown_fields`).
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// As it came, for the idempotency key.
    pub text: Bytes,
}

impl<T: DeserializeOwned> FromRequest<House> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, house: &House) -> Result<Self, Problem> {
        let json =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_json);
        if !json {
            return Err(Problem::new(problem::WRONG_TYPE));
        }
        let text = Bytes::from_request(request, house).await.map_err(too_large_or_broken_off)?;
        let value = serde_json::from_slice(&text).map_err(|error| {
            // serde names members, lines and types; a value it may quote came from the caller and goes back to it alone.
            Problem::new(problem::MALFORMED).detail(error.to_string())
        })?;
        Ok(Self { value, text })
    }
}

fn too_large_or_broken_off(rejection: BytesRejection) -> Problem {
    match rejection.into_response().status().as_u16() {
        413 => Problem::new(problem::TOO_LARGE),
        _ => Problem::new(problem::MALFORMED).detail("The body broke off."),
    }
}

/// `application/json`, with or without parameters, and `application/<anything>+json`.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// The pairs of the query; unknown ones are refused by the type.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<House> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Problem> {
        let Ok(RawQuery(raw)) = RawQuery::from_request_parts(parts, house).await;
        let uri = http::Uri::try_from(format!("/?{}", raw.unwrap_or_default()))
            .map_err(|_| Problem::new(problem::MALFORMED).detail("The query cannot be read."))?;
        axum::extract::Query::<T>::try_from_uri(&uri)
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| Problem::new(problem::MALFORMED).detail(rejection.body_text()))
    }
}

/// The id of the path. Text that is none names nothing: 404.
pub struct Id<T>(pub T);

impl<T: std::str::FromStr + Send> FromRequestParts<House> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, house).await.map_err(|_| not_found())?;
        text.parse().map(Self).map_err(|_| not_found())
    }
}

fn not_found() -> Problem {
    Problem::new(problem::NOT_FOUND)
}

/// Who calls, as the authorisation found; a route without it is a programmer's slip and answers 401.
pub struct Caller(pub Context);

impl FromRequestParts<House> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Problem> {
        parts.extensions.get::<Context>().cloned().map(Self).ok_or(Problem::new(problem::NO_TOKEN))
    }
}

/// The `Idempotency-Key` of a call that changes something: 8 to 64 printable characters.
pub struct IdempotencyKey(pub String);

impl FromRequestParts<House> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Problem> {
        let text = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
        // The draft writes the key as a quoted string; most clients write it bare.
        let key = text.trim().trim_matches('"');
        let fits = (8..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(key.to_owned())).ok_or(Problem::new(problem::KEY_MISSING))
    }
}

/// The version a caller believes to change: `If-Match: "3"`; none where the header is absent or `*`.
pub struct IfMatch(pub Option<i32>);

impl FromRequestParts<House> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        text.trim_matches('"')
            .parse()
            .map(|version| Self(Some(version)))
            .map_err(|_| Problem::new(problem::PRECONDITION))
    }
}

/// The ETag of an answer's text: a weak one (RFC 9110, 8.8.1), since the same answer travels packed and unpacked.
pub fn etag(services: &services::Services, text: &[u8]) -> String {
    let hash = services.vault.mac("etag", text);
    format!("W/\"{}\"", hash[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// `etag` is one of the caller's known versions, by the weak comparison: the answer has not changed.
pub fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    let etag = etag.trim_start_matches("W/");
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one == etag)
}

/// A language of a body; Chinese where none is named.
pub fn locale(tag: Option<&str>) -> Locale {
    tag.map_or(Locale::default(), Locale::from_tag)
}
