//! The layers, each by what a client sees of it.

use crate::support::{ORIGIN, Site, config};
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use http::{Request, StatusCode, header};
use server::house::HouseData;
use server::layers::admission::{Admission, admit};
use server::layers::house_errors;
use server::trouble::Trouble;
use std::time::Duration;
use tower::ServiceExt as _;

#[tokio::test]
async fn whoever_opens_the_address_of_a_form_is_led_to_its_page() {
    let site = Site::new().await;
    let draft = "01980000-0000-7000-8000-000000000000";
    let sent = [
        (format!("/museum/book/{draft}/resend"), format!("/museum/book/{draft}")),
        (format!("/en/museum/sessions/{draft}"), "/en/museum/sessions".to_owned()),
        (format!("/museum/sessions/{draft}/wait"), "/museum/sessions".to_owned()),
    ];
    for (from, to) in sent {
        let look = Request::get(&from).header(header::ACCEPT, "text/html,*/*;q=0.8");
        let answer = site.send(look.body(Body::empty()).expect("a request")).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to.as_str()), "{from}");
        // What asks for no page is told that there is none, as before.
        assert_eq!(site.get(&from).await.status, StatusCode::METHOD_NOT_ALLOWED, "{from}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_the_house() {
    let site = Site::new().await;
    for path in
        ["/", "/en/privacy", "/nothing", "/api/v1/nothing", "/.well-known/jwks.json", "/pkg/none.js", "/api/docs"]
    {
        let answer = site.get(path).await;
        for name in [
            "x-content-type-options",
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "content-security-policy",
            "x-request-id",
            "strict-transport-security",
            "cache-control",
        ] {
            assert_ne!(answer.header(name), "", "{path} lacks {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    }
    assert_eq!(site.get("/privacy").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn only_the_door_may_use_the_camera() {
    let site = Site::new().await;
    services::booking::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a museum");
    let steward = site.staff(&[domain::account::Role::Steward]).await;
    let page = steward.get("/door").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("data-camera=\"\"") && page.body.contains("id=\"f-ticket\""), "{}", page.body);
    // What a form is answered with is the same page at another address, and the next ticket is scanned there.
    let answered = steward
        .post(
            "/door/admit",
            "nonce=01980000-0000-7000-8000-000000000000&booking=01980000-0000-7000-8000-000000000000&present=x",
        )
        .await;
    assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
    for answer in [page, steward.get("/en/door").await, answered] {
        let permissions = answer.header("permissions-policy");
        assert!(permissions.contains("camera=(self)") && permissions.contains("microphone=()"), "{permissions}");
    }
    for path in ["/", "/museum/sessions", "/doors", "/en/privacy", "/api/v1/nothing", "/pkg/door", "/staff"] {
        let answer = steward.get(path).await;
        let permissions = answer.header("permissions-policy");
        assert!(permissions.contains("camera=()") && !permissions.contains("self"), "{path}: {permissions}");
    }
}

#[tokio::test]
async fn a_name_sent_by_a_client_is_not_taken_and_a_trace_is() {
    let site = Site::new().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = Request::get("/privacy").header("x-request-id", "mine").header("traceparent", trace);
    let answer = site.send(request.body(Body::empty()).expect("a request")).await;
    assert_ne!(answer.header("x-request-id"), "mine");
    assert!(answer.header("traceresponse").starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    assert!(!answer.header("traceresponse").contains("00f067aa0ba902b7"));
}

/// Headers, and whether a form with them is let through.
const ORIGINS: &[(&[(&str, &str)], bool)] = &[
    (&[("sec-fetch-site", "same-origin")], true),
    (&[("sec-fetch-site", "none")], true),
    (&[("sec-fetch-site", "same-site")], false),
    (&[("sec-fetch-site", "cross-site")], false),
    (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
    (&[("origin", ORIGIN)], true),
    (&[("origin", "https://internal.example"), ("host", "internal.example")], true),
    (&[("origin", "https://evil.example"), ("host", "test.example")], false),
    (&[("origin", "null")], false),
    (&[], false),
];

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let site = Site::new().await;
    for (headers, passes) in ORIGINS {
        let mut request =
            Request::post("/preferences").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in *headers {
            request = request.header(*name, *value);
        }
        let answer = site.send(request.body(Body::from("size=elder")).expect("a request")).await;
        let expected = if *passes { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, expected, "{headers:?}");
        assert_eq!(answer.headers.contains_key("set-cookie"), *passes, "{headers:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_and_without_its_length() {
    let site = Site::new().await;
    let large = "a=".to_owned() + &"x".repeat(70_000);
    let with_length = site.anonymous().post("/preferences", &large).await;
    assert_eq!(with_length.status, StatusCode::PAYLOAD_TOO_LARGE);
    let pieces = futures::stream::iter((0..80).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1000])));
    let request = Request::post("/preferences")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from_stream(pieces))
        .expect("a request");
    let streamed = site.send(request).await;
    assert_eq!(streamed.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(streamed.body.contains("<html"));
}

/// A form that was sent, and what its page says.
async fn sent(site: &Site, path: &str, kind: &str, body: Body) -> crate::support::Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, kind).header("sec-fetch-site", "same-origin");
    site.send(request.body(body).expect("a request")).await
}

#[tokio::test]
async fn a_form_that_is_not_taken_is_told_why_and_how_to_go_on() {
    let site = Site::new().await;
    let form = "application/x-www-form-urlencoded";
    let cut_off: fn() -> Body = || {
        let pieces = [Ok("a="), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
        Body::from_stream(futures::stream::iter(pieces))
    };
    let large: fn() -> Body = || Body::from("a=".to_owned() + &"x".repeat(70_000));
    let wrong: fn() -> Body = || Body::from("a=1");
    let page = app::routes::paths::SIGN_IN;
    assert!(app::routes::page_at(page).is_some(), "its form and its page share an address");
    for (kind, body, status, zh, en) in [
        (form, cut_off, StatusCode::BAD_REQUEST, "没有完整收到", "did not arrive whole"),
        (form, large, StatusCode::PAYLOAD_TOO_LARGE, "超出了表单能接收的长度", "more than the form can take"),
        ("text/plain", wrong, StatusCode::UNSUPPORTED_MEDIA_TYPE, "读不了", "cannot read this kind"),
    ] {
        for (prefix, title, again, home) in
            [("", zh, "重新打开页面", "回到首页"), ("/en", en, "Open the page again", "Go to the home page")]
        {
            let answer = sent(&site, &format!("{prefix}{page}"), kind, body()).await;
            assert_eq!(answer.status, status, "{}", answer.body);
            for text in [title, again, home] {
                assert!(answer.body.contains(text), "{status} {prefix} lacks {text}: {}", answer.body);
            }
            assert!(answer.body.contains(&format!("href=\"{prefix}{page}\"")), "{status}: the way back to the form");
            assert!(!answer.body.contains("是我们的原因") && !answer.body.contains("on our side"), "{status}");
        }
    }
    // A form without a page of its own leads home, not to an address that nobody can open.
    let answer = sent(&site, "/preferences", form, Body::from("size=a&size=b")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert!(answer.body.contains("表单里缺了一些内容") && answer.body.contains("回到首页"), "{}", answer.body);
    assert!(!answer.body.contains("重新打开页面"));
    let answer = sent(&site, "/en/preferences", form, Body::from("size=a&size=b")).await;
    assert!(answer.body.contains("Something in the form is missing"), "{}", answer.body);
}

#[tokio::test]
async fn pages_are_compressed_for_those_who_can_read_it() {
    let site = Site::new().await;
    for (accept, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
        let request = Request::get("/privacy").header(header::ACCEPT_ENCODING, accept);
        let answer = site.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert!(answer.header("vary").contains("accept-encoding"));
    }
}

async fn status(router: &Router, path: &str) -> StatusCode {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    router.clone().oneshot(request).await.expect("an answer").status()
}

#[tokio::test]
async fn a_full_house_and_a_slow_answer_are_told_busy() {
    let admission = Admission::new(1, Duration::from_millis(20), Duration::from_millis(200));
    let slow = || async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        "late"
    };
    let router = Router::new()
        .route("/slow", get(slow))
        .route("/fast", get(async || "soon"))
        .layer(from_fn_with_state(admission, admit));
    let (first, second) = tokio::join!(status(&router, "/slow"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        status(&router, "/fast").await
    });
    assert_eq!((first, second), (StatusCode::SERVICE_UNAVAILABLE, StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(status(&router, "/fast").await, StatusCode::OK, "the place is free again");
}

#[tokio::test]
async fn a_panic_ends_in_the_houses_page_and_in_a_problem_document() {
    let test = testkit::TestHouse::new().await;
    let house = HouseData::new(test.services.clone(), config(&[]));
    async fn panics() -> &'static str {
        panic!("a person's name")
    }
    let router = Router::new()
        .route("/page", get(panics))
        .route("/api/v1/endpoint", get(panics))
        .layer(from_fn_with_state(house, house_errors::dress));
    let send = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("an answer");
        let kind = response.headers()["content-type"].to_str().expect("ascii").to_owned();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, kind, String::from_utf8_lossy(&bytes).into_owned())
    };
    let (status, kind, body) = send("/page").await;
    assert_eq!((status, kind.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=utf-8"));
    assert!(body.contains("<main") && !body.contains("a person's name"));
    let (status, kind, body) = send("/api/v1/endpoint").await;
    assert_eq!((status, kind.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "application/problem+json"));
    assert!(body.contains("\"broken\"") && !body.contains("a person's name"));
}

#[test]
fn every_trouble_has_a_page_and_a_document_of_its_status() {
    for trouble in Trouble::ALL {
        let document = server::api::problem::ProblemDocument::of(trouble);
        assert_eq!(document.kind().status, trouble.status(), "{trouble:?}");
        assert_eq!(Trouble::of_status(trouble.status()).map(|same| same.status()), Some(trouble.status()));
        let shared = [Trouble::NoToken, Trouble::WrongMethod].contains(&trouble);
        assert!(shared || trouble.page().status() == trouble.status(), "{trouble:?} has the page of another status");
    }
}
