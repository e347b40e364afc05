//! The board, a request, the rules.

use super::{ask, museum, officer, read, the_request};
use crate::account_pages::Browser as Visitor;
use crate::bus::{REFUSED, gone_to, send, shows};
use axum::body::Body;
use http::{Request, StatusCode, header};
use services::booking::{self, OnBehalf, Person};

#[tokio::test]
async fn the_board_shows_and_finds_requests() {
    let (site, sessions) = museum(60).await;
    ask(&site, &Visitor::new(&site), sessions[0]).await;
    let staff = officer(&site).await;
    shows(&staff.get("/staff/groups").await, StatusCode::OK, &["等我们处理", "演示市晨光小学三年级", "今天"]);
    shows(&staff.get("/staff/groups?q=%E6%99%A8%E5%85%89").await, StatusCode::OK, &["演示市晨光小学三年级"]);
    shows(&staff.get("/staff/groups?q=%E6%97%A0").await, StatusCode::OK, &["没有找到"]);
    let page = staff.get(&format!("/staff/groups/{}", the_request(&site).await.0)).await;
    shows(&page, StatusCode::OK, &["演**", "批准", "建议其他场次"]);
    assert!(!page.body.contains("morgenlicht@example.com"), "masked");
}

#[tokio::test]
async fn approving_more_than_there_is_room_for_says_by_how_many() {
    let (site, sessions) = museum(60).await;
    ask(&site, &Visitor::new(&site), sessions[0]).await;
    let services = &site.test.services;
    let party = domain::booking::Party::new(domain::booking::PartySize::new(10).expect("a size"), 0).expect("a party");
    let name = domain::contact::PersonName::parse("演示·林小满").expect("a name");
    let asked = OnBehalf { session: sessions[0], person: Person { name, contact: None }, party, key: "k".into() };
    let officer_context = services.system();
    booking::book(services, &officer_context, asked).await.expect("ten of sixty");
    let (staff, (id, _, version)) = (officer(&site).await, the_request(&site).await);
    let session = sessions[0].to_string();
    let pairs = [("version", version.as_str()), ("session", session.as_str())];
    let answer = send(&staff, &format!("/staff/groups/{id}/approve"), &pairs).await;
    shows(&answer, StatusCode::CONFLICT, &["现在只余50个名额，超出3人，没有批准"]);
    assert_eq!(the_request(&site).await.1, "submitted");
    // An old page says so.
    let old = [("version", "0"), ("session", session.as_str())];
    let answer = send(&staff, &format!("/staff/groups/{id}/approve"), &old).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn contacts_are_shown_to_those_who_say_why() {
    let (site, sessions) = museum(60).await;
    ask(&site, &Visitor::new(&site), sessions[0]).await;
    let (staff, (id, ..)) = (officer(&site).await, the_request(&site).await);
    let to = format!("/staff/groups/{id}/reveal");
    assert_eq!(send(&staff, &to, &[("reveal_reason", "")]).await.status, REFUSED);
    shows(&send(&staff, &to, &[("reveal_reason", "确认时间")]).await, StatusCode::OK, &["morgenlicht@example.com"]);
    // With a stale second factor one comes back to the request, not to the front page.
    crate::account_pages::later(&site, 11 * 60);
    for call in ["reveal", "roster.csv"] {
        let stale = send(&staff, &format!("/staff/groups/{id}/{call}"), &[("reveal_reason", "再看一次")]).await;
        assert_eq!(gone_to(&stale, "/staff/step-up"), format!("/staff/step-up?next=%2Fstaff%2Fgroups%2F{id}"));
    }
}

/// What was typed waits while the second factor is shown again: sealed, for this account and this page alone, for minutes.
#[tokio::test]
async fn a_reason_is_not_typed_twice_because_the_factor_grew_old() {
    const REASON: &str = "领队换了号码，再看一次";
    let (site, sessions) = museum(60).await;
    ask(&site, &Visitor::new(&site), sessions[0]).await;
    let (staff, (id, ..)) = (officer(&site).await, the_request(&site).await);
    crate::account_pages::later(&site, 11 * 60);
    let typed = [("reveal_reason", REASON), ("revealed_name", "冒名者")];
    let stale = send(&staff, &format!("/staff/groups/{id}/reveal"), &typed).await;
    gone_to(&stale, "/staff/step-up");
    let kept = stale.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(kept.starts_with("__Host-unsent="), "{kept}");
    let look = async |cookie: &str, path: &str| {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
        let answer = site.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer
    };
    let (own, page) = (format!("{}; {kept}", staff.cookie), format!("/staff/groups/{id}"));
    let shown = look(&own, &page).await;
    assert!(shown.body.contains(&format!("value=\"{REASON}\"")), "it stands in its field");
    shows(&shown, StatusCode::OK, &["您刚才填写的内容还在"]);
    assert!(!shown.body.contains("冒名者"), "nothing else of the form is taken");
    let cookies = shown.headers.get_all("set-cookie");
    assert!(cookies.iter().any(|cookie| cookie.as_bytes().starts_with(b"__Host-unsent=;")), "shown once");
    let others = [
        (format!("{}; {kept}", officer(&site).await.cookie), page.as_str()),
        (own.clone(), "/staff/groups"),
        (format!("{own}x"), page.as_str()),
        (staff.cookie.clone(), page.as_str()),
    ];
    for (cookie, path) in &others {
        assert!(!look(cookie, path).await.body.contains(REASON), "{path}");
    }
    crate::account_pages::later(&site, 10 * 60);
    assert!(!look(&own, &page).await.body.contains(REASON), "too late");
    // Nothing typed, nothing kept.
    let empty = send(&staff, &format!("{page}/reveal"), &[("reveal_reason", " ")]).await;
    assert!(gone_to(&empty, "/staff/step-up").starts_with("/staff/step-up") && empty.header("set-cookie").is_empty());
}

#[tokio::test]
async fn rules_are_changed_once_and_hold_at_once() {
    let (site, _) = museum(60).await;
    let staff = officer(&site).await;
    shows(&staff.get("/staff/groups/rules").await, StatusCode::OK, &["最多人数"]);
    let rules = |most: &'static str, version: &'static str| {
        [
            ("version", version),
            ("least", "8"),
            ("most", most),
            ("minors_per_adult", "12"),
            ("days_before", "2"),
            ("days_ahead", "30"),
            ("answer_days", "2"),
            ("hold_days", "4"),
            ("roster_hours_before", "24"),
            ("under_way", "3"),
            ("holding", "requests"),
        ]
    };
    shows(&send(&staff, "/staff/groups/rules", &rules("5", "0")).await, REFUSED, &["最多人数"]);
    gone_to(&send(&staff, "/staff/groups/rules", &rules("80", "0")).await, "/staff/groups/rules");
    let late = send(&staff, "/staff/groups/rules", &rules("90", "0")).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "others wrote new rules meanwhile");
    let page = read(&site, "/museum/groups").await;
    assert!(page.contains("每个团体8到80人") && page.contains("每12人至少有1位"), "{page}");
    assert!(page.contains("第一选择的那一场就为您留着名额，最多4天") && page.contains("最多同时办理3个申请"), "{page}");
}
