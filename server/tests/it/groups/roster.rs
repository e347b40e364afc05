//! The list through the real router: files that are good, faulty, too large, malformed.

use super::{ask, museum, officer, read, the_request, upload};
use crate::account_pages::Browser as Visitor;
use crate::bus::{REFUSED, gone_to, send, shows};
use axum::body::Body;
use http::{Request, StatusCode, header};

fn names(count: usize) -> String {
    (1..=count).map(|n| format!("演示·同学{n:02},一班\n")).collect()
}

#[tokio::test]
async fn a_faulty_list_is_told_row_by_row_and_the_right_one_is_kept() {
    let (site, sessions) = museum(60).await;
    let mine = ask(&site, &Visitor::new(&site), sessions[0]).await;
    let to = format!("{mine}/roster");
    let faulty = names(48).replace("演示·同学03", "").replace("演示·同学05,", "=HYPERLINK(1),");
    let answer = site.send(upload(&to, &[("list", "")], Some(("list.csv", faulty.as_bytes())))).await;
    shows(&answer, REFUSED, &["2 行需要修改", "整份名单没有保存", "第 3 行", "第 5 行", "这一格是公式"]);
    assert!(!read(&site, &mine).await.contains("名单里有"), "nothing was kept");
    let answer = site.send(upload(&to, &[("list", "")], Some(("list.csv", names(48).as_bytes())))).await;
    gone_to(&answer, &mine);
    let page = read(&site, &mine).await;
    assert!(page.contains("名单里有48人") && !page.contains("演示·同学03"), "masked: {page}");
    // Typed, without a file: an empty file field is no file.
    let answer = site.send(upload(&to, &[("list", "演示·甲，一班\n演示·乙")], Some(("", b"")))).await;
    gone_to(&answer, &mine);
    assert!(read(&site, &mine).await.contains("名单里有2人"));
    gone_to(&Visitor::new(&site).post(&format!("{to}/remove"), &[]).await, &mine);
    assert!(!read(&site, &mine).await.contains("名单里有"));
}

#[tokio::test]
async fn files_that_are_no_lists_are_refused_beside_their_field() {
    let (site, sessions) = museum(60).await;
    let mine = ask(&site, &Visitor::new(&site), sessions[0]).await;
    let to = format!("{mine}/roster");
    let nothing = site.send(upload(&to, &[("list", " ")], None)).await;
    shows(&nothing, REFUSED, &["请选择一个文件，或在下面填写名单"]);
    let picture = site.send(upload(&to, &[], Some(("list.xlsx", b"\x89PNG\r\n\x1a\n\0\0")))).await;
    shows(&picture, REFUSED, &["读不出这个文件"]);
    let fake = site.send(upload(&to, &[], Some(("list.XLSX", b"not a zip")))).await;
    shows(&fake, REFUSED, &["读不出这个文件"]);
    assert!(!read(&site, &mine).await.contains("名单里有"), "nothing was kept of it");
    let large = vec![b'x'; 600 * 1024];
    shows(&site.send(upload(&to, &[], Some(("list.csv", &large)))).await, REFUSED, &["不能超过 512 KB"]);
    let huge = vec![b'x'; 5 * 1024 * 1024];
    assert_eq!(site.send(upload(&to, &[], Some(("list.csv", &huge)))).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let form = Request::post(&to).header("sec-fetch-site", "same-origin");
    let boundless = form.header(header::CONTENT_TYPE, "multipart/form-data").body(Body::from("x")).expect("a request");
    assert_eq!(site.send(boundless).await.status, StatusCode::BAD_REQUEST);
    let elsewhere =
        Request::post(&to).header("sec-fetch-site", "cross-site").header(header::ORIGIN, "https://evil.example");
    let kind = "multipart/form-data; boundary=x";
    let elsewhere = elsewhere.header(header::CONTENT_TYPE, kind).body(Body::from("--x--\r\n")).expect("a request");
    assert_eq!(site.send(elsewhere).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn staff_get_the_whole_list_for_a_reason_only() {
    let (site, sessions) = museum(60).await;
    let mine = ask(&site, &Visitor::new(&site), sessions[0]).await;
    site.send(upload(&format!("{mine}/roster"), &[("list", "演示·甲，一班")], None)).await;
    let (id, ..) = the_request(&site).await;
    let staff = officer(&site).await;
    let page = staff.get(&format!("/staff/groups/{id}")).await;
    shows(&page, StatusCode::OK, &["名单里有1人"]);
    assert!(!page.body.contains("演示·甲"), "masked");
    let to = format!("/staff/groups/{id}/roster.csv");
    assert_eq!(send(&staff, &to, &[("export_reason", "")]).await.status, REFUSED);
    let file = send(&staff, &to, &[("export_reason", "门口核对")]).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").starts_with("attachment"), "{}", file.header("content-disposition"));
    assert!(file.header("cache-control").contains("no-store"), "{}", file.header("cache-control"));
    assert_eq!(file.body, "\u{feff}序号,姓名,班级\r\n1,演示·甲,一班\r\n");
    let template = site.get("/museum/groups/roster.csv").await;
    assert_eq!(template.body, "\u{feff}姓名,班级\r\n");
}
