//! The stamped letter through the real router: what is taken, what is refused, and how staff get it.

use super::{ask, museum, officer, read, the_request, upload};
use crate::account_pages::Browser as Visitor;
use crate::bus::{REFUSED, gone_to, send, shows};
use domain::account::Role;
use http::StatusCode;

const LETTER: &[u8] = b"%PDF-1.7\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\nxref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n";

#[tokio::test]
async fn a_letter_is_taken_and_handed_out_as_a_file_to_staff_only() {
    let (site, sessions) = museum(60).await;
    let mine = ask(&site, &Visitor::new(&site), sessions[0]).await;
    let to = format!("{mine}/letter");
    let hostile = site.send(upload(&to, &[], Some(("letter.pdf", b"<svg onload='alert(1)'/>")))).await;
    shows(&hostile, REFUSED, &["请选择 PDF、JPG 或 PNG 文件"]);
    let locked = [&LETTER[..9], b"<< /Encrypt 1 0 R >>\n", &LETTER[9..]].concat();
    shows(&site.send(upload(&to, &[], Some(("letter.pdf", &locked)))).await, REFUSED, &["带有密码、附件"]);
    shows(&site.send(upload(&to, &[], None)).await, REFUSED, &["请选择文件"]);
    let large = vec![b'x'; 9 * 1024 * 1024];
    shows(&site.send(upload(&to, &[], Some(("letter.pdf", &large)))).await, REFUSED, &["不能超过 8 MB"]);
    assert!(!read(&site, &mine).await.contains("已收到：PDF"), "nothing was kept");
    gone_to(&site.send(upload(&to, &[], Some(("letter.pdf", LETTER)))).await, &mine);
    assert!(read(&site, &mine).await.contains("已收到：PDF · 1 页"));

    let (id, ..) = the_request(&site).await;
    let staff = officer(&site).await;
    let path = format!("/staff/groups/{id}/letter");
    let file = send(&staff, &path, &[]).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(file.header("content-disposition").starts_with("attachment"), "never shown in place");
    assert!(file.header("cache-control").contains("no-store") && file.header("x-content-type-options") == "nosniff");
    assert_eq!(file.body.as_bytes(), LETTER);
    let at_door = site.staff(&[Role::Steward]).await;
    assert_eq!(send(&at_door, &path, &[]).await.status, StatusCode::FORBIDDEN);
    gone_to(&Visitor::new(&site).post(&format!("{to}/remove"), &[]).await, &mine);
    assert_eq!(send(&staff, &path, &[]).await.status, StatusCode::NOT_FOUND);
}
