//! The language of a request is in its path: `/en/museum` is English, `/museum` is Chinese. Never guessed.
//!
//! Wraps the whole router, since a path that is rewritten inside it would be rewritten after the route was chosen.

use domain::Locale;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// What is put before the English pages' paths.
pub const ENGLISH: &str = "/en";

/// Wraps a router in [`Language`].
#[derive(Clone, Copy, Debug, Default)]
pub struct LanguageLayer;

impl<S> Layer<S> for LanguageLayer {
    type Service = Language<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Language { inner }
    }
}

/// Takes the language out of the path and puts it beside the request.
#[derive(Clone, Debug)]
pub struct Language<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for Language<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let locale = match without_prefix(request.uri()) {
            Some(plain) => {
                *request.uri_mut() = plain;
                Locale::En
            }
            None => Locale::ZhCn,
        };
        request.extensions_mut().insert(locale);
        self.inner.call(request)
    }
}

/// The address without `/en`, if it is an English page's.
fn without_prefix(uri: &Uri) -> Option<Uri> {
    let rest = uri.path().strip_prefix(ENGLISH)?;
    let path = match rest {
        "" => "/",
        // `//host` would be another site's address to whoever prints it.
        _ if rest.starts_with("//") => return None,
        // What machines call and what browsers load has one address, not two.
        _ if ["/api/", "/pkg/", "/.well-known/"].iter().any(|one| rest.starts_with(one)) => return None,
        _ if rest.starts_with('/') => rest,
        _ => return None,
    };
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<String> {
        without_prefix(&text.parse().expect("an address")).map(|uri| uri.to_string())
    }

    #[test]
    fn english_pages_have_a_prefix() {
        assert_eq!(plain("/en").as_deref(), Some("/"));
        assert_eq!(plain("/en?x=1").as_deref(), Some("/?x=1"));
        assert_eq!(plain("/en/museum?day=2026-07-28").as_deref(), Some("/museum?day=2026-07-28"));
        assert_eq!(plain("http://host/en/museum").as_deref(), Some("http://host/museum"));
    }

    #[test]
    fn everything_else_is_left_alone() {
        for path in ["/", "/museum", "/english", "/en//evil.example", "/en/api/v1/sessions", "/en/pkg/app.js"] {
            assert_eq!(plain(path), None, "{path}");
        }
    }
}
