//! Whatever goes wrong below, the answer belongs to the house: a page for people, a problem document for machines, each
//! with the request's id. Also the place where a panic ends.

use crate::api::problem::ProblemDocument;
use crate::house::{Facts, House};
use crate::layers::language::ENGLISH;
use crate::layers::origin::is_api;
use crate::trouble::Trouble;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use domain::Locale;
use domain::account::Actor;
use futures::FutureExt as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use std::panic::AssertUnwindSafe;

/// The last resort, when even the house's page cannot be made: no style, no script, two sentences.
const LAST_RESORT: &str = "<!DOCTYPE html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>系统繁忙</title>\
    <h1>页面暂时无法显示</h1><p>请稍后再试。如需帮助，请告诉我们下面的支持代码。</p>\
    <p lang=\"en\">This page cannot be shown at the moment. Please try again later.</p>";

/// Replaces bare errors by the house's own. Whatever says "not now" also says when to come back.
pub async fn dress(State(house): State<House>, request: Request, next: Next) -> Response {
    let mut response = dressed(house, request, next).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE
        && let Some(seconds) = Trouble::Busy.retry_after()
    {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(seconds.into());
    }
    response
}

async fn dressed(house: House, request: Request, next: Next) -> Response {
    let facts = Facts::of(request.extensions());
    let uri = request.uri().clone();
    // What the page needs of the head: a visitor who reads large text reads errors in large text.
    let cookies = request.headers().get(header::COOKIE).cloned();
    let looked = request.method() == Method::GET && wants_page(request.headers());

    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = answered.unwrap_or_else(|_| Trouble::Broken.into_response());
    if let Some(problem) = response.extensions().get::<ProblemDocument>() {
        let document = problem.response(&house, facts.request);
        return keep_headers(response, document);
    }
    let Some(trouble) = trouble(&response) else { return response };
    // A form's own address, seen after a refusal and opened anew: whoever looks is led to the form.
    if let (Trouble::WrongMethod, true, Some(form)) = (trouble, looked, form_above(uri.path())) {
        let uncached = [(header::CACHE_CONTROL, "no-store")];
        return (uncached, Redirect::to(&in_language(facts.locale, form))).into_response();
    }
    if is_api(uri.path()) || uri.path().starts_with("/.well-known/") {
        return keep_headers(response, ProblemDocument::of(trouble).response(&house, facts.request));
    }
    let mut headers = HeaderMap::new();
    if let Some(cookies) = cookies {
        headers.insert(header::COOKIE, cookies);
    }
    let page = AssertUnwindSafe(page(&house, trouble, &uri, headers, facts)).catch_unwind().await;
    keep_headers(response, page.unwrap_or_else(|_| (trouble.status(), Html(LAST_RESORT)).into_response()))
}

/// The house's page for a trouble.
async fn page(house: &House, trouble: Trouble, uri: &Uri, headers: HeaderMap, facts: Facts) -> Response {
    let visit = house
        .visit_of(uri.path(), uri.query().unwrap_or_default(), &headers, facts, Actor::Anonymous)
        .with(|data| data.problem = Some(trouble.page()));
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = uri.clone();
    let mut response = app::render::page(visit, trouble.status(), request).await;
    // The page sets its problem's status; several troubles share one page.
    *response.status_mut() = trouble.status();
    response
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|kind| kind.contains("text/html"))
}

/// The nearest page above an address that only takes forms.
fn form_above(path: &str) -> Option<&str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
        .skip(1)
        .take_while(|above| !above.is_empty())
        .find(|above| app::routes::page_at(above).is_some())
}

fn in_language(locale: Locale, path: &str) -> String {
    match locale {
        Locale::ZhCn => path.to_owned(),
        Locale::En => format!("{ENGLISH}{path}"),
    }
}

/// The trouble an answer stands for, unless it already says what it means.
fn trouble(response: &Response) -> Option<Trouble> {
    if let Some(trouble) = response.extensions().get::<Trouble>() {
        return Some(*trouble);
    }
    let speaks = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let bare = speaks.is_none_or(|kind| kind.starts_with("text/plain"));
    let failed = response.status().is_client_error() || response.status().is_server_error();
    (bare && failed).then(|| Trouble::of_status(response.status())).flatten()
}

/// Headers that mean something whatever the body: when to try again, which methods there are, cookies, whom to ask, whether
/// the connection goes on.
fn keep_headers(from: Response, mut to: Response) -> Response {
    for name in [header::RETRY_AFTER, header::ALLOW, header::SET_COOKIE, header::WWW_AUTHENTICATE, header::CONNECTION] {
        if from.headers().contains_key(&name) {
            to.headers_mut().remove(&name);
        }
        for value in from.headers().get_all(&name) {
            to.headers_mut().append(&name, value.clone());
        }
    }
    to.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_own_address_has_its_page_above_it() {
        let draft = "/museum/book/01980000-0000-7000-8000-000000000000";
        assert_eq!(form_above(&format!("{draft}/resend")), Some(draft));
        assert_eq!(form_above("/museum/sessions/x/wait"), Some("/museum/sessions"));
        assert_eq!(form_above("/museum/sessions/x"), Some("/museum/sessions"));
        assert_eq!(form_above("/preferences"), None);
        assert_eq!(in_language(Locale::En, "/museum/sessions"), "/en/museum/sessions");
    }
}
