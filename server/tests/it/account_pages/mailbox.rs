//! The mailbox of development: everything readable, nothing alive, and nowhere else.

use super::{Browser, excerpt, sent_code};
use crate::support::{Site, config};
use http::{Request, StatusCode};
use server::house::HouseData;
use services::Services;
use services::context::Settings;
use std::sync::Arc;
use tower::ServiceExt as _;
use uuid::Uuid;

async fn letter(site: &Site, html: &str, text: &str) -> Uuid {
    let id = Uuid::from_bytes(services::crypto::random());
    let attachments = serde_json::json!([{ "name": "visit.ics", "type": "text/calendar", "text": "BEGIN:VCALENDAR" }]);
    sqlx::query(
        "insert into dev_mailbox (id, channel, recipient, subject, body_text, body_html, attachments, created_at)
         values ($1, 'mail', 'guest@example.com', '<b>预约</b>', $2, $3, $4, '2026-07-20T04:00:00Z')",
    )
    .bind(id)
    .bind(text)
    .bind(html)
    .bind(attachments)
    .execute(&site.test.db.owner_pool())
    .await
    .expect("a letter");
    id
}

#[tokio::test]
async fn what_would_have_left_is_shown_and_its_code_stands_out() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    assert!(excerpt(&browser.get("/mailbox").await.body).contains("还没有消息"));
    browser.ask_code("13800010000").await;
    let code = sent_code(&site, "13800010000").await;
    let page = browser.get("/mailbox?to=13800010000").await.body;
    assert!(page.contains(&format!("<code class=\"code\">{code}</code>")), "{}", excerpt(&page));
    assert!(excerpt(&browser.get("/mailbox?to=13899").await.body).contains("还没有消息"));
}

#[tokio::test]
async fn a_message_is_text_here_whatever_it_holds() {
    let site = Site::new().await;
    let id =
        letter(&site, "<script>alert(1)</script>", "看 https://test.example/b/abc 。</div><script>alert(2)</script>")
            .await;
    let browser = Browser::new(&site);
    let page = browser.get("/mailbox").await.body;
    assert!(!page.contains("<script>alert") && !page.contains("<b>预约"), "nothing of it is markup");
    assert!(page.contains("<a href=\"/b/abc\">https://test.example/b/abc</a>"), "our own addresses are links");
    for (path, text) in [
        (format!("/mailbox/{id}/html"), "<script>alert(1)"),
        (format!("/mailbox/{id}/attachments/0"), "BEGIN:VCALENDAR"),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, "text/plain; charset=utf-8"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.body.contains(text));
    }
    for path in
        [format!("/mailbox/{id}/attachments/1"), format!("/mailbox/{}/html", Uuid::nil()), "/mailbox/x/html".to_owned()]
    {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn outside_development_there_is_none() {
    let site = Site::new().await;
    let id = letter(&site, "<p>x</p>", "x").await;
    let settings = Settings { development: false, ..(*site.test.services.settings).clone() };
    let services = Services { settings: Arc::new(settings), ..site.test.services.clone() };
    let served = server::router::site(&HouseData::new(services, config(&[]))).expect("a site");
    for path in ["/mailbox".to_owned(), format!("/mailbox/{id}/html"), format!("/mailbox/{id}/attachments/0")] {
        let request = Request::get(&path).body(axum::body::Body::empty()).expect("a request");
        let answer = served.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
