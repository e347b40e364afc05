//! Calls that can be repeated: the same key with the same body gets the same answer.

use super::problem::{self, Problem};
use crate::house::House;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use services::booking::Remember;
use services::machines::{Repeatable, Taken};
use services::{Context, Services, db::to_the_end};
use tracing::Instrument as _;

/// An answer as it is kept and repeated.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Value,
    /// Its version, for `ETag`.
    pub version: Option<i32>,
    /// Where what was made is found, for `Location`.
    pub location: Option<String>,
}

impl Kept {
    /// 200 with a body.
    pub fn ok(body: Value, version: Option<i32>) -> Self {
        Self { status: StatusCode::OK, body, version, location: None }
    }

    /// What is shown of something. Where it was made just now, `at` is where it is found.
    ///
    /// # Errors
    /// `broken` for what cannot be written as JSON.
    pub fn showing(
        what: impl Serialize,
        status: StatusCode,
        version: Option<i32>,
        at: impl FnOnce() -> String,
    ) -> Result<Self, Problem> {
        let location = (status == StatusCode::CREATED).then(at);
        let body = serde_json::to_value(what).map_err(|_| Problem::new(problem::BROKEN))?;
        Ok(Self { status, body, version, location })
    }

    /// As it is remembered.
    pub fn value(&self) -> Value {
        json!({
            "status": self.status.as_u16(), "body": self.body, "version": self.version, "location": self.location,
        })
    }

    fn of(value: &Value) -> Option<Self> {
        let status = u16::try_from(value.get("status")?.as_u64()?).ok()?;
        let version = value.get("version")?.as_i64().and_then(|version| i32::try_from(version).ok());
        let location = value.get("location").and_then(Value::as_str).map(str::to_owned);
        Some(Self { status: StatusCode::from_u16(status).ok()?, body: value.get("body")?.clone(), version, location })
    }

    /// As an answer.
    pub fn response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(etag) = self.version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        if let Some(location) = self.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// The answer as the work itself keeps it, in its own transaction.
pub fn remembering<T: 'static>(
    under: Repeatable,
    show: impl Fn(&Services, &T) -> Result<Kept, Problem> + Send + Sync + 'static,
) -> Remember<T> {
    let answer = move |services: &Services, of: &T| show(services, of).map_or(Value::Null, |kept| kept.value());
    Remember { under, answer: Box::new(answer) }
}

/// What makes two calls the same one: the key, what is done to what, and the body.
#[derive(Clone, Copy)]
pub struct Same<'a> {
    /// The key.
    pub key: &'a str,
    /// What is done.
    pub what: &'a str,
    /// The body as it was sent.
    pub body: &'a [u8],
}

/// [`once`], for work that is given means of its own and the key to remember its answer under.
///
/// # Errors
/// As [`once`].
pub async fn once_for<W>(
    house: &House,
    context: &Context,
    same: Same<'_>,
    keeper: Keeper,
    work: impl FnOnce(Services, Context, Repeatable) -> W,
) -> Result<Response, Problem>
where
    W: Future<Output = Result<Kept, Problem>> + Send + 'static,
{
    let repeatable = Repeatable::new(&house.services, context, same.key, same.what, same.body);
    let work = work(house.services.clone(), context.clone(), repeatable.clone());
    once(house, context, repeatable, keeper, work).await
}

/// Who keeps an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeper {
    /// The work itself, in its own transaction.
    Work,
    /// [`once`], after the work: for work that bears being asked twice.
    Afterwards,
}

/// Does `work` once for its key, to the end even when the caller hangs up. Answers are kept when something was done; a
/// refusal frees the key, since the same question may get another answer later.
///
/// # Errors
/// The work's own problem; `idempotency-key-reused`, `idempotency-key-in-progress`.
pub async fn once(
    house: &House,
    context: &Context,
    repeatable: Repeatable,
    keeper: Keeper,
    work: impl Future<Output = Result<Kept, Problem>> + Send + 'static,
) -> Result<Response, Problem> {
    let services = &house.services;
    match repeatable.take(services, context.now).await? {
        Taken::Done(answer) => Kept::of(&answer).map(Kept::response).ok_or(Problem::new(problem::BROKEN)),
        Taken::Running => Err(Problem::new(problem::KEY_BUSY).retry_after(2)),
        Taken::Reused => Err(Problem::new(problem::KEY_REUSED)),
        Taken::Damaged => Err(Problem::new(problem::BROKEN)),
        Taken::Fresh => {
            let services = services.clone();
            let done = async move {
                match work.await {
                    Ok(kept) => {
                        if keeper == Keeper::Afterwards {
                            repeatable.keep(&services, &kept.value()).await?;
                        }
                        Ok(kept.response())
                    }
                    Err(problem) => {
                        repeatable.free(&services).await?;
                        Err(problem)
                    }
                }
            };
            to_the_end(done.in_current_span()).await
        }
    }
}
