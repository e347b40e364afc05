//! Papers of an application through the real router: sent, told what is wrong beside each, handed out as files, to nobody else.

use crate::support::{Answer, Browser, Site};
use axum::body::Body;
use domain::account::{Actor, Role};
use domain::ids::{AccountId, LoginSessionId};
use http::{Method, Request, StatusCode, header};
use uuid::Uuid;

const PDF: &[u8] = b"%PDF-1.7\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\nxref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n56\n%%EOF\n";
const KEY: &str = "01980000-0000-7000-8000-000000000001";

/// A signed-in browser's form with files.
async fn send(site: &Site, browser: &Browser<'_>, path: &str, kind: &str, files: &[(&str, &[u8])]) -> Answer {
    let boundary = "----a-boundary-of-a-test";
    let mut body = Vec::new();
    for (name, value) in [("key", KEY), ("kind", kind)] {
        let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.bytes());
    }
    for (name, bytes) in files {
        let head = "content-disposition: form-data; name=\"file\"";
        body.extend(format!("--{boundary}\r\n{head}; filename=\"{name}\"\r\ncontent-type: text/html\r\n\r\n").bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    let request = Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
        .header(header::COOKIE, &browser.cookie);
    site.send(request.body(Body::from(body)).expect("a request")).await
}

/// An application of whoever is signed in.
async fn begun(site: &Site, browser: &Browser<'_>) -> String {
    let token = browser.cookie.split_once('=').expect("a cookie").1.to_owned();
    let account: Uuid =
        sqlx::query_scalar("select account_id from login_session where token_hash = sha256(convert_to($1, 'UTF8'))")
            .bind(token)
            .fetch_one(&site.test.db.owner_pool())
            .await
            .expect("signed in");
    let context = site.test.context(Actor::Visitor {
        account: AccountId(account),
        login: LoginSessionId(account),
        stepped_up_at: None,
    });
    services::spark::apply::begin(&site.test.services, &context).await.expect("begun").to_string()
}

/// The address of the first paper of a page.
fn first(page: &str, base: &str) -> String {
    let at = page.find(&format!("href=\"{base}/")).expect("a paper") + 6;
    page[at..].split('"').next().expect("an address").to_owned()
}

#[tokio::test]
async fn papers_are_sent_told_of_handed_out_as_files_and_taken_away() {
    let site = Site::new().await;
    let mine = site.visitor().await;
    let base = format!("/spark/apply/{}/papers", begun(&site, &mine).await);
    let empty = mine.get(&base).await;
    assert_eq!(empty.status, StatusCode::OK);
    for words in ["还没有材料", "未做杀毒检查", "multipart/form-data", "multiple"] {
        assert!(empty.body.contains(words), "no {words}: {}", empty.body);
    }
    let sent = send(&site, &mine, &base, "diagnosis", &[("诊断.pdf", PDF), ("第二页.pdf", PDF)]).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, &*format!("{base}?done=added")));
    let page = mine.get(&base).await;
    assert!(page.body.contains("诊断.pdf") && page.body.contains("第二页.pdf"), "{}", page.body);
    // The same form once more: pressed twice.
    send(&site, &mine, &base, "diagnosis", &[("诊断.pdf", PDF), ("第二页.pdf", PDF)]).await;
    assert_eq!(mine.get(&base).await.body.matches("/remove\"").count(), 2);

    let paper = first(&page.body, &base);
    let file = mine.get(&paper).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(file.header("content-disposition").starts_with("attachment"), "never shown in place");
    assert!(file.header("content-security-policy").starts_with("sandbox"));
    assert_eq!((file.header("x-content-type-options"), file.header("cache-control")), ("nosniff", "no-store"));
    assert_eq!(file.body.as_bytes(), PDF);
    let gone = mine.post(&format!("{paper}/remove"), "").await;
    assert_eq!(gone.header("location"), format!("{base}?done=removed"));
    assert_eq!(mine.get(&paper).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_with_one_file_is_told_beside_it_and_the_others_are_taken() {
    let site = Site::new().await;
    let mine = site.visitor().await;
    let base = format!("/en/spark/apply/{}/papers", begun(&site, &mine).await);
    let locked = [&PDF[..9], b"<< /Encrypt 1 0 R >>\n", &PDF[9..]].concat();
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let files: [(&str, &[u8]); 4] =
        [("good.pdf", PDF), ("locked.pdf", &locked), ("run.exe", b"MZ"), ("large.pdf", &large)];
    let answer = send(&site, &mine, &base, "bills", &files).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "<title>Error: ",
        "This file is password-protected",
        "Only PDF, JPG, PNG",
        "3 of 4 files were not accepted",
        "larger than 10 MB",
        "good.pdf",
        "run.exe",
    ] {
        assert!(answer.body.contains(words), "no {words}: {}", answer.body);
    }
    assert_eq!(answer.body.matches("Not accepted").count(), 3, "{}", answer.body);
    let nothing = send(&site, &mine, &base, "bills", &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kind = send(&site, &mine, &base, "poems", &[("a.pdf", PDF)]).await;
    assert_eq!(kind.status, StatusCode::UNPROCESSABLE_ENTITY);
    let many: Vec<(&str, &[u8])> = (0..7).map(|_| ("a.pdf", PDF)).collect();
    let base = format!("/spark/apply/{}/papers", begun(&site, &site.visitor().await).await);
    assert_eq!(send(&site, &mine, &base, "bills", &many).await.status, StatusCode::NOT_FOUND, "somebody else's");
}

#[tokio::test]
async fn of_more_files_than_a_form_may_carry_the_first_are_taken_and_the_others_told_of() {
    let site = Site::new().await;
    let mine = site.visitor().await;
    let base = format!("/spark/apply/{}/papers", begun(&site, &mine).await);
    let many: Vec<(&str, &[u8])> = (0..7).map(|_| ("a.pdf", PDF)).collect();
    let answer = send(&site, &mine, &base, "bills", &many).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body.matches("/remove\"").count(), 5);
}

#[tokio::test]
async fn on_every_address_another_family_finds_nothing_and_staff_before_it_is_sent_neither() {
    let site = Site::new().await;
    let (mine, other) = (site.visitor().await, site.visitor().await);
    let base = format!("/spark/apply/{}/papers", begun(&site, &mine).await);
    send(&site, &mine, &base, "diagnosis", &[("a.pdf", PDF)]).await;
    let paper = first(&mine.get(&base).await.body, &base);
    let id = paper.rsplit('/').next().expect("an id").to_owned();
    let own = format!("/spark/apply/{}/papers", begun(&site, &other).await);
    for (method, path) in
        [(Method::GET, base.clone()), (Method::GET, paper.clone()), (Method::POST, format!("{paper}/remove"))]
    {
        let answer = other.request(method.clone(), &path, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    assert_eq!(send(&site, &other, &base, "diagnosis", &[("a.pdf", PDF)]).await.status, StatusCode::NOT_FOUND);
    other.post(&format!("{own}/{id}/remove"), "").await;
    assert_eq!(mine.get(&paper).await.status, StatusCode::OK, "it is still there");
    let look = format!("/staff/spark/papers/{id}");
    for browser in [&mine, &other, &site.anonymous(), &site.staff(&[Role::Auditor]).await] {
        assert_ne!(browser.post(&look, "reason=looking+around").await.status, StatusCode::OK);
    }
    let officer = site.staff(&[Role::CaseOfficer]).await;
    assert_eq!(officer.post(&look, "reason=looking+around").await.status, StatusCode::NOT_FOUND, "not sent yet");
    let reviewer = site.staff(&[Role::MedicalReviewer]).await;
    assert_eq!(reviewer.post(&format!("/staff/spark/review/papers/{id}"), "").await.status, StatusCode::NOT_FOUND);
}
