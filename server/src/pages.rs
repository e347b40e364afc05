//! Pages and calls, mounted from the two tables of `app`: the guard, the form, the run to the end, the answer.

use crate::api::extract::{etag, not_modified};
use crate::guard;
use crate::house::House;
use crate::trouble::Trouble;
use app::Visit;
use app::calls::{Answer, Asked, Call, ClientAddress, Cookie, File, Then, Upload};
use app::form::FormState;
use app::local_path::LocalPath;
use app::problem::Problem;
use app::routes::{Access, Page};
use axum::Json;
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequestParts as _, Multipart, RawForm, RawPathParams, Request};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::account::Denied;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::sync::Semaphore;
use tracing::Instrument as _;

/// Tells a browser to forget what it kept of this site.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Shows a page to those who may see it.
pub async fn show(house: House, page: &'static Page, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let visit = house.visit(&parts);
    if let Err(denied) = guard::may(&visit, page.access) {
        let answer = guard::denied(denied, &visit.context.actor, page.access, &guard::way_back(&visit, true, None));
        return give(answer, visit, page.access, None).await;
    }
    // Shown once with what was typed before the second factor was shown again, or before one signed in anew.
    if let Some(form) = app::unsent::of(&visit) {
        let mut response = render(visit.with(|data| data.form = form), StatusCode::OK, &parts.uri).await;
        set_cookies(&mut response, &[app::unsent::removed()]);
        return response;
    }
    let rendering = render(visit, StatusCode::OK, &parts.uri);
    match crate::shared::Key::of(&parts).filter(|_| page.shared) {
        Some(key) => house.shared.answer(key, crate::shared::takes_gzip(&parts.headers), rendering).await,
        None => rendering.await,
    }
}

/// Lets those who may do what a call does, to its end.
pub async fn call(house: House, call: &'static Call, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = house.visit(&parts);
    let page = call.page_of(&visit.path);
    if let Err(denied) = guard::may(&visit, call.access) {
        let back = guard::way_back(&visit, call.method == Method::GET, page.clone());
        let mut answer = guard::denied(denied, &visit.context.actor, call.access, &back);
        if matches!(denied, Denied::StepUpNeeded | Denied::SignInNeeded) && !call.keeps.is_empty() {
            let typed = typed(Request::from_parts(parts, body)).await.unwrap_or_default();
            let page = page.unwrap_or_else(|| visit.path.clone());
            answer.cookies.extend(app::unsent::keep(&visit, &page, call.keeps, typed));
        }
        return give(answer, visit, call.access, None).await;
    }
    let params = params(&mut parts).await;
    let address = parts.extensions.get::<ClientAddress>().copied();
    let headers = parts.headers.clone();
    let shared = call.shared.then(|| (crate::shared::Key::of(&parts), headers.clone()));
    // What several files take of memory is bounded by how many such forms are read at once.
    let room = match call.files > 1 {
        true => match tokio::time::timeout(PATIENCE, ROOM.acquire()).await {
            Ok(Ok(room)) => Some(room),
            _ => return give(app::problem::Problem::Busy.into(), visit, call.access, page).await,
        },
        false => None,
    };
    let (pairs, mut files) = if call.method == Method::GET {
        (Vec::new(), Vec::new())
    } else {
        let request = Request::from_parts(parts, body);
        let read = match call.file {
            Some(largest) => sent(request, (largest, call.files)).await,
            None => typed(request).await.map(|pairs| (pairs, Vec::new())),
        };
        match read {
            Ok(read) => read,
            Err(trouble) => return trouble.into_response(),
        }
    };
    let address = address.unwrap_or(ClientAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    // Some of what a call does asks for more than the call itself, which only its service can tell.
    let kept = (!call.keeps.is_empty()).then(|| (page.clone().unwrap_or_else(|| visit.path.clone()), pairs.clone()));
    let file = if call.files > 1 { None } else { files.pop() };
    let asked = Asked { visit: visit.clone(), pairs, file, files, params, address, headers };
    let answer = async {
        let doing = call.handler.run(asked);
        let doing = async move {
            let answer = doing.await;
            drop(room);
            answer
        };
        let mut answer = services::db::to_the_end(doing.in_current_span()).await;
        let asked_for_more = matches!(answer.then, Then::Denied(Denied::StepUpNeeded));
        if let Some((page, typed)) = kept.filter(|_| asked_for_more) {
            answer.cookies.extend(app::unsent::keep(&visit, &page, call.keeps, typed));
        }
        give(answer, visit, call.access, page).await
    };
    match shared {
        None => answer.await,
        Some((None, headers)) => unless_known(&headers, answer.await),
        Some((Some(key), headers)) => {
            let gzip = crate::shared::takes_gzip(&headers);
            unless_known(&headers, house.shared.answer(key, gzip, answer).await)
        }
    }
}

/// Without its body where the caller has it already.
fn unless_known(headers: &HeaderMap, mut answer: Response) -> Response {
    let tag = answer.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if tag.is_some_and(|tag| not_modified(headers, tag)) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        *answer.body_mut() = Body::empty();
        answer.headers_mut().remove(header::CONTENT_TYPE);
        answer.headers_mut().remove(header::CONTENT_LENGTH);
    }
    answer
}

/// JSON with the ETag of its text. A browser may keep it, and asks each time whether it is still true.
fn polled(visit: &Visit, value: &serde_json::Value) -> Response {
    let text = value.to_string();
    let tag = etag(&visit.services, text.as_bytes());
    let kind = HeaderValue::from_static("application/json");
    let keep = HeaderValue::from_static("private, no-cache");
    let mut response = ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], text).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The pairs of a form.
async fn typed(request: Request) -> Result<Vec<(String, String)>, Trouble> {
    use axum::extract::FromRequest as _;
    let RawForm(bytes) = RawForm::from_request(request, &())
        .await
        .map_err(|rejection| Trouble::of_status(rejection.into_response().status()).unwrap_or(Trouble::Malformed))?;
    Ok(form_urlencoded::parse(&bytes).into_owned().collect())
}

/// Forms with several files that are read at once, and how long one waits for its turn.
static ROOM: Semaphore = Semaphore::const_new(6);
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest text of one field beside a file.
const LONGEST_FIELD: usize = 64 * 1024;

/// The longest name of a file that is kept, in bytes.
const LONGEST_NAME: usize = 1024;

/// The fields of a form that may carry files, and up to `most_files` of them: each read as it comes, kept up to `largest` bytes and
/// counted no further. A form without a boundary is malformed; one that is no multipart at all is read as any other.
async fn sent(
    request: Request,
    (largest, most_files): (usize, usize),
) -> Result<(Vec<(String, String)>, Vec<Upload>), Trouble> {
    use axum::extract::FromRequest as _;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        return typed(request).await.map(|pairs| (pairs, Vec::new()));
    }
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Trouble::Malformed)?;
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(mut field) = form.next_field().await.map_err(|error| unread(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let workbook = field.file_name().is_some_and(Upload::is_workbook);
        let called: String = field.file_name().unwrap_or_default().chars().take(LONGEST_NAME / 4).collect();
        let most = if is_file { largest } else { LONGEST_FIELD };
        let (mut bytes, mut too_large) = (Vec::new(), false);
        while let Some(piece) = field.chunk().await.map_err(|error| unread(&error))? {
            // The rest is read and thrown away, so that the browser sends to the end and reads the answer.
            too_large |= bytes.len() + piece.len() > most;
            if !too_large {
                bytes.extend_from_slice(&piece);
            }
        }
        match (is_file, too_large) {
            // An input without a choice comes as an empty file.
            (true, too_large) if !bytes.is_empty() || too_large => {
                let bytes = if too_large { Vec::new() } else { bytes };
                // Of one file the last counts; of several those that came first, and the others are told of.
                if most_files == 1 {
                    files.clear();
                }
                let dropped = files.len() >= most_files;
                let bytes = if dropped { Vec::new() } else { bytes };
                if files.len() < 2 * most_files {
                    files.push(Upload { name: called, bytes, too_large, dropped, workbook });
                }
            }
            (true, _) => {}
            (false, true) => {
                return Err(Trouble::of_status(StatusCode::PAYLOAD_TOO_LARGE).unwrap_or(Trouble::Malformed));
            }
            (false, false) => pairs.push((name, String::from_utf8(bytes).map_err(|_| Trouble::Malformed)?)),
        }
    }
    Ok((pairs, files))
}

/// A body that is too long, or one that ended before its time.
fn unread(error: &MultipartError) -> Trouble {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let too_long = causes.into_iter().any(|cause| cause.is::<http_body_util::LengthLimitError>());
    let status = if too_long { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
    Trouble::of_status(status).unwrap_or(Trouble::Malformed)
}

async fn params(parts: &mut Parts) -> HashMap<String, String> {
    let Ok(params) = RawPathParams::from_request_parts(parts, &()).await else { return HashMap::new() };
    params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Renders the page at `uri` for `visit`.
async fn render(visit: Visit, status: StatusCode, uri: &Uri) -> Response {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri.clone();
    app::render::page(visit, status, request).await
}

/// Turns what a call said into an answer. `page` is where its form stands.
async fn give(answer: Answer, visit: Visit, access: Access, page: Option<String>) -> Response {
    let Answer { then, cookies, retry_after, forget } = answer;
    let mut response = match then {
        Then::Go(path) => Redirect::to(&localized(&visit, &path)).into_response(),
        Then::Again { page: at, form, status } => again(visit, at, *form, status).await,
        Then::Problem(problem) => problem_page(visit, problem).await,
        Then::File(file) => hand_out(*file),
        Then::Json(value, status) => (status, Json(value)).into_response(),
        Then::Polled(value) => polled(&visit, &value),
        Then::Denied(denied) => {
            let back = guard::way_back(&visit, false, page);
            match guard::denied(denied, &visit.context.actor, access, &back).then {
                Then::Go(path) => Redirect::to(&localized(&visit, &path)).into_response(),
                _ => problem_page(visit, Problem::Forbidden).await,
            }
        }
    };
    set_cookies(&mut response, &cookies);
    if forget {
        response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    if let Some(wait) = retry_after {
        let seconds = u64::try_from(wait.as_secs()).unwrap_or_default().max(1);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn set_cookies(response: &mut Response, cookies: &[Cookie]) {
    for cookie in cookies {
        match cookie.header() {
            Some(value) => _ = response.headers_mut().append(header::SET_COOKIE, value),
            None => tracing::error!("a cookie's value was no header's"),
        }
    }
}

/// The page of a form again, with everything typed still in it.
async fn again(visit: Visit, page: Option<LocalPath>, form: FormState, status: StatusCode) -> Response {
    let at = page.unwrap_or_else(|| LocalPath::or_home(&visit.path));
    let Ok(uri) = at.as_str().parse::<Uri>() else { return Trouble::Broken.into_response() };
    let visit = visit.with(|data| {
        data.path = at.path().to_owned();
        data.query = app::visit::Query::parse(at.query());
        data.form = form;
    });
    let mut response = render(visit, status, &uri).await;
    // A page of problems (its object is gone) keeps its own status; a page that is shown has the form's.
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

async fn problem_page(visit: Visit, problem: Problem) -> Response {
    let Ok(uri) = visit.path.parse::<Uri>() else { return Trouble::Broken.into_response() };
    render(visit.with(|data| data.problem = Some(problem)), problem.status(), &uri).await
}

/// A path in the visit's language; one that already has a language keeps it.
fn localized(visit: &Visit, path: &LocalPath) -> String {
    let text = path.as_str();
    let english = text == "/en" || text.starts_with("/en/") || text.starts_with("/en?");
    if english { text.to_owned() } else { visit.href(text) }
}

/// For files: nothing may run, load, frame or be framed, and it is nobody's origin.
const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

fn hand_out(file: File) -> Response {
    let mut response = Response::new(Body::from(file.bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    // In the browser alone, no cache that several share: what is taken back is gone for whoever has not seen it.
    if file.lasting {
        let keep = HeaderValue::from_static("private, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, keep);
    }
    let disposition = match file.download_as {
        // RFC 6266: the plain name for old readers, the encoded one for everybody else.
        Some(name) => {
            let plain: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
            let encoded: String =
                form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
            format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
        }
        None => "inline".to_owned(),
    };
    // Whoever opens what was handed out in the browser after all: nothing in it runs, and it is of no site.
    if disposition.starts_with("attachment") {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    }
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
