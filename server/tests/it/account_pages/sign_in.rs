//! A visitor signs in by a code: what is sent back, what is kept, what is not told.

use super::{Browser, excerpt, later, other_than, see_other, sent_code};
use crate::support::Site;
use axum::body::Body;
use http::{Request, StatusCode, header};

const PHONE: &str = "13800010000";

fn cookie_line(answer: &crate::support::Answer, name: &str) -> String {
    let lines = answer.headers.get_all(header::SET_COOKIE).iter();
    let mut lines = lines.filter_map(|line| line.to_str().ok()).filter(|line| line.starts_with(name));
    lines.next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_code_signs_in_and_leads_to_where_one_wanted_to_go() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    see_other(&browser.get("/account/security").await, "/sign-in?next=%2Faccount%2Fsecurity");
    let page = browser.get("/sign-in?next=%2Faccount%2Fsecurity").await;
    assert!(page.body.contains("name=\"next\" value=\"/account/security\""), "the form carries the way back");

    let form = [("contact", "+86 138-0001-0000"), ("agree", "on"), ("next", "/account/security")];
    let sent = browser.post("/sign-in", &form).await;
    see_other(&sent, "/sign-in/code");
    let pending = cookie_line(&sent, "__Host-sign-in=");
    assert!(pending.ends_with("; Max-Age=1800; Path=/; SameSite=Lax; HttpOnly; Secure"), "{pending}");
    let shown = browser.get("/sign-in/code").await;
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(shown.body.contains("138****0000") && !shown.body.contains(PHONE), "the contact is shown masked");

    let code = sent_code(&site, PHONE).await;
    let wrong = browser.post("/sign-in/code", &[("code", &other_than(&code))]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("还可以再试4次"), "{}", excerpt(&wrong.body));
    assert!(browser.cookie("__Host-session").is_none());

    let right = browser.post("/sign-in/code", &[("code", &format!(" {} {}", &code[..3], &code[3..]))]).await;
    see_other(&right, "/account/security");
    let session = cookie_line(&right, "__Host-session=");
    assert!(session.ends_with("; Max-Age=7776000; Path=/; SameSite=Lax; HttpOnly; Secure"), "{session}");
    assert!(cookie_line(&right, "__Host-sign-in=").contains("Max-Age=0"), "nothing is pending any more");
    let own = browser.get("/account/security").await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.body.contains("138****0000") && own.body.contains("Firefox · Windows"), "{}", excerpt(&own.body));
    assert!(excerpt(&browser.get("/sign-in").await.body).contains("您已经登录"));
}

#[tokio::test]
async fn nothing_pending_can_be_read_from_the_cookie_or_moved_between_browsers() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    browser.ask_code(PHONE).await;
    let cookie = browser.cookie("__Host-sign-in").expect("a cookie");
    assert!(!cookie.contains(PHONE));

    // A changed letter opens nothing: the page says that this is over, and a code is not tried.
    let changed = Browser::new(&site);
    let last = if cookie.ends_with('A') { "B" } else { "A" };
    changed.set_cookie("__Host-sign-in", &format!("{}{last}", &cookie[..cookie.len() - 1]));
    assert!(excerpt(&changed.get("/sign-in/code").await.body).contains("这次验证已经结束"));
    let code = sent_code(&site, PHONE).await;
    let tried = changed.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(changed.cookie("__Host-session").is_none());

    // The cookie of a contact's proof is none of a sign-in.
    let other = Browser::new(&site);
    other.set_cookie("__Host-contact", &cookie);
    assert!(excerpt(&other.get("/sign-in/code").await.body).contains("这次验证已经结束"));

    // After half an hour it is forgotten even where the browser kept it.
    later(&site, 1800);
    assert!(excerpt(&browser.get("/sign-in/code").await.body).contains("这次验证已经结束"));
}

#[tokio::test]
async fn known_and_unknown_contacts_get_the_same_answers() {
    let site = Site::new().await;
    see_other(&Browser::new(&site).sign_in(PHONE).await, "/account");
    later(&site, 120);
    // Both are masked alike, so the pages can be compared letter by letter.
    let (known, unknown) = (Browser::new(&site), Browser::new(&site));
    let (a, b) = (known.ask_code(PHONE).await, unknown.ask_code("13800020000").await);
    let telling = |answer: &crate::support::Answer| {
        let skipped = [header::SET_COOKIE, header::DATE];
        let own = ["x-request-id", "traceresponse"];
        let kept = answer.headers.iter().filter(|(name, _)| !skipped.contains(name) && !own.contains(&name.as_str()));
        let kept: Vec<_> = kept.map(|(name, value)| (name.to_string(), value.clone())).collect();
        (answer.status, kept, answer.body.clone())
    };
    assert_eq!(telling(&a), telling(&b));
    let length = |browser: &Browser<'_>| browser.cookie("__Host-sign-in").map(|cookie| cookie.len());
    assert_eq!(length(&known), length(&unknown), "the cookies tell nothing by their length");
    assert_eq!(known.get("/sign-in/code").await.body, unknown.get("/sign-in/code").await.body);
    let wrong = [("code", "000000")];
    let (a, b) = (known.post("/sign-in/code", &wrong).await, unknown.post("/sign-in/code", &wrong).await);
    assert_eq!(telling(&a), telling(&b));
}

#[tokio::test]
async fn what_was_typed_comes_back_with_every_fault_at_once() {
    let site = Site::new().await;
    let answer = Browser::new(&site).post("/en/sign-in", &[("contact", "13\"><b>"), ("next", "/account")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("value=\"13&quot;&gt;&lt;b&gt;\""), "typed, and escaped");
    assert!(answer.body.contains("value=\"/account\""), "the way back is kept");
    let text = excerpt(&answer.body);
    assert!(text.contains("an 11-digit") || text.contains("mobile number"), "{text}");
    assert!(answer.body.contains("href=\"#f-contact\"") && answer.body.contains("href=\"#f-agree\""), "{text}");
}

#[tokio::test]
async fn nobody_is_led_out_of_the_house() {
    let site = Site::new().await;
    for (n, next) in
        ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example"].into_iter().enumerate()
    {
        let contact = format!("1380003000{n}");
        let browser = Browser::new(&site);
        browser.post("/sign-in", &[("contact", &contact), ("agree", "on"), ("next", next)]).await;
        let code = sent_code(&site, &contact).await;
        see_other(&browser.post("/sign-in/code", &[("code", &code)]).await, "/account");
    }
    let page = Browser::new(&site).get("/sign-in?next=%2F%2Fevil.example").await;
    assert!(!page.body.contains("name=\"next\""), "not even in the form");
}

#[tokio::test]
async fn another_code_takes_a_minute_and_ends_the_first() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    browser.ask_code(PHONE).await;
    let first = sent_code(&site, PHONE).await;
    let soon = browser.post("/sign-in/resend", &[]).await;
    assert_eq!((soon.status, soon.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    assert!(excerpt(&soon.body).contains("60 秒后"), "{}", excerpt(&soon.body));
    // Asked for from the beginning with the same contact, the code under way still counts.
    see_other(&browser.ask_code(PHONE).await, "/sign-in/code");

    later(&site, 61);
    see_other(&browser.post("/sign-in/resend", &[]).await, "/sign-in/code");
    assert!(excerpt(&browser.get("/sign-in/code").await.body).contains("新的验证码已经发出"));
    let second = sent_code(&site, PHONE).await;
    if first != second {
        let old = browser.post("/sign-in/code", &[("code", &first)]).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    see_other(&browser.post("/sign-in/code", &[("code", &second)]).await, "/account");
}

#[tokio::test]
async fn a_used_code_and_a_late_code_say_that_they_are_over() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    browser.ask_code(PHONE).await;
    let code = sent_code(&site, PHONE).await;
    let pending = browser.cookie("__Host-sign-in").expect("a cookie");
    later(&site, 601);
    let late = browser.post("/sign-in/code", &[("code", &code)]).await;
    assert!(excerpt(&late.body).contains("这个验证码已经失效"), "{}", excerpt(&late.body));

    see_other(&browser.post("/sign-in/resend", &[]).await, "/sign-in/code");
    let code = sent_code(&site, PHONE).await;
    let thief = Browser::new(&site);
    thief.set_cookie("__Host-sign-in", &pending);
    see_other(&browser.post("/sign-in/code", &[("code", &code)]).await, "/account");
    let used = thief.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(thief.cookie("__Host-session").is_none(), "a code signs in once");
}

#[tokio::test]
async fn forms_from_elsewhere_are_refused() {
    let site = Site::new().await;
    for path in ["/sign-in", "/sign-out", "/account/delete", "/staff/sign-in"] {
        let request = Request::post(path).header("sec-fetch-site", "cross-site");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = site.send(request.body(Body::from("contact=13800010000&agree=on")).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let codes: i64 = sqlx::query_scalar("select count(*) from one_time_code")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(codes, 0);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_signing_in_again_leaves_none_behind() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    browser.sign_in(PHONE).await;
    let first = browser.cookie("__Host-session").expect("a session");
    later(&site, 120);
    browser.sign_in("13800020000").await;
    let revoked = Browser::new(&site);
    revoked.set_cookie("__Host-session", &first);
    see_other(&revoked.get("/account").await, "/sign-in?next=%2Faccount");

    let second = browser.cookie("__Host-session").expect("a session");
    see_other(&browser.post("/sign-out", &[]).await, "/");
    assert!(browser.cookie("__Host-session").is_none());
    let kept = Browser::new(&site);
    kept.set_cookie("__Host-session", &second);
    see_other(&kept.get("/account").await, "/sign-in?next=%2Faccount");
    see_other(&browser.post("/sign-out", &[]).await, "/");
}
