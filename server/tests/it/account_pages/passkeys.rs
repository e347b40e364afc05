//! Passkeys at the staff's door: the second form, stepping up, one's own page, what is told without a script.

use super::staff::enrolled;
use super::{Browser, excerpt, later, see_other};
use crate::support::{ORIGIN, Site};
use domain::account::Role;
use http::StatusCode;
use serde_json::Value;
use testkit::authenticator::Authenticator;

const PASSWORD: &str = "correct horse battery";
const NEW: &str = "/staff/account/passkeys/new";
const SECOND: &str = "/staff/sign-in/second";

/// What the script asks for.
async fn options(browser: &Browser<'_>, path: &str) -> Value {
    let answer = browser.post(&format!("{path}/options"), &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"), "{}", answer.body);
    answer.json()
}

async fn adds(browser: &Browser<'_>, name: &str) -> Authenticator {
    let mut passkey = Authenticator::at(ORIGIN);
    let answer = passkey.create(&options(browser, NEW).await);
    see_other(&browser.post(NEW, &[("name", name), ("passkey", &answer)]).await, "/staff/account?done=passkey");
    passkey
}

/// Login and password, and nothing else yet.
async fn begins<'a>(site: &'a Site, login: &str, next: &str) -> Browser<'a> {
    let browser = Browser::new(site);
    let form = [("login", login), ("password", PASSWORD), ("next", next)];
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    see_other(&browser.post("/staff/sign-in", &form).await, &format!("{SECOND}?next={next}"));
    browser
}

#[tokio::test]
async fn a_passkey_is_added_shown_and_removed_in_pages() {
    let site = Site::new().await;
    let (browser, _, _) = enrolled(&site, "wang.xm", &[Role::Operator]).await;
    assert!(browser.get("/staff/account").await.body.contains(&format!("href=\"{NEW}\"")));
    let page = browser.get(NEW).await;
    assert!(page.body.contains("data-passkey=\"create\"") && page.body.contains("<noscript>"));
    let mut passkey = adds(&browser, "办公室的电脑").await;
    let own = browser.get("/staff/account?done=passkey").await.body;
    assert!(excerpt(&own).contains("办公室的电脑") && excerpt(&own).contains("还没有用过"), "{}", excerpt(&own));

    let elsewhere = begins(&site, "wang.xm", "/staff/people").await;
    assert!(elsewhere.cookie("__Host-session").is_none());
    let page = elsewhere.get(&format!("{SECOND}?next=%2Fstaff%2Fpeople")).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.body.contains("data-passkey=\"get\"") && page.body.contains("value=\"/staff/people\""));
    assert!(excerpt(&page.body).contains("使用通行密钥需要浏览器运行脚本"), "said plainly: {}", excerpt(&page.body));
    let answer = passkey.get(&options(&elsewhere, SECOND).await);
    let form = [("passkey", &*answer), ("next", "/staff/people")];
    see_other(&elsewhere.post(SECOND, &form).await, "/staff/people");
    assert!(elsewhere.cookie("__Host-session").is_some() && elsewhere.cookie("__Host-second-form").is_none());

    later(&site, 11 * 60);
    see_other(&elsewhere.get("/staff/people").await, "/staff/step-up?next=%2Fstaff%2Fpeople");
    let page = elsewhere.get("/staff/step-up?next=%2Fstaff%2Fpeople").await;
    assert!(page.body.contains("data-passkey=\"get\"") && page.body.contains("id=\"f-code\""));
    let spoilt = [("passkey", "{}"), ("next", "/staff/people")];
    let refused = elsewhere.post("/staff/step-up", &spoilt).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&refused.body).contains("通行密钥没有通过") && refused.body.contains("value=\"/staff/people\""));
    let answer = passkey.get(&options(&elsewhere, "/staff/step-up").await);
    let form = [("passkey", &*answer), ("next", "/staff/people")];
    see_other(&elsewhere.post("/staff/step-up", &form).await, "/staff/people");

    let own = elsewhere.get("/staff/account").await.body;
    let remove = own.split("action=\"").find(|rest| rest.starts_with("/staff/account/passkeys/"));
    let remove = remove.and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
    see_other(&browser.post(&remove, &[]).await, "/staff/step-up?next=%2Fstaff%2Faccount");
    see_other(&elsewhere.post(&remove, &[]).await, "/staff/account?done=passkey-removed");
    see_other(&browser.get("/staff").await, "/staff/sign-in?next=%2Fstaff");
    see_other(&elsewhere.post(&remove, &[]).await, "/staff/account?done=passkey-removed");
    let form = [("login", "wang.xm"), ("password", PASSWORD)];
    let refused = Browser::new(&site).post("/staff/sign-in", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the telephone is asked for in the first form again");
}

#[tokio::test]
async fn the_second_form_is_for_those_alone_whose_password_was_right() {
    let site = Site::new().await;
    let (browser, phone, _) = enrolled(&site, "wang.xm", &[]).await;
    let mut passkey = adds(&browser, "电脑").await;
    let refusal = |login: &'static str, password: &'static str| {
        let browser = Browser::new(&site);
        async move { browser.post("/staff/sign-in", &[("login", login), ("password", password)]).await }
    };
    let (wrong, nobody) = (refusal("wang.xm", "not the password").await, refusal("nobody1", PASSWORD).await);
    assert_eq!((wrong.status, nobody.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(wrong.body, nobody.body.replace("nobody1", "wang.xm"));
    assert!(wrong.headers.get("set-cookie").is_none() && nobody.headers.get("set-cookie").is_none());

    // Nobody else gets options, and the page says that it is over.
    let stranger = Browser::new(&site);
    assert!(excerpt(&stranger.get(SECOND).await.body).contains("请重新登录"));
    for path in [SECOND, "/staff/enrol"] {
        assert_eq!(stranger.post(&format!("{path}/options"), &[]).await.status, StatusCode::CONFLICT, "{path}");
    }
    stranger.set_cookie("__Host-second-form", "AAAA");
    assert_eq!(stranger.post(&format!("{SECOND}/options"), &[]).await.status, StatusCode::CONFLICT);
    let over = stranger.post(SECOND, &[("code", "123456")]).await;
    assert!(excerpt(&over.body).contains("请重新登录") && stranger.cookie("__Host-second-form").is_none());

    // Spoilt, used twice, too late; then by a code after all.
    let browser = begins(&site, "wang.xm", "/staff").await;
    let refused = browser.post(SECOND, &[("passkey", "{}"), ("next", "/staff")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&refused.body).contains("没有通过") && refused.body.contains("value=\"/staff\""));
    let answer = passkey.get(&options(&browser, SECOND).await);
    options(&browser, SECOND).await;
    let stale = browser.post(SECOND, &[("passkey", &*answer)]).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "a later challenge takes the earlier one's place");
    let code = phone.code_at(site.test.now());
    see_other(&browser.post(SECOND, &[("code", &*code), ("next", "//evil.example")]).await, "/staff");
    let browser = begins(&site, "wang.xm", "/staff").await;
    later(&site, 301);
    let late = browser.post(SECOND, &[("code", "123456")]).await;
    assert!(excerpt(&late.body).contains("超过 5 分钟"), "{}", excerpt(&late.body));
}

#[tokio::test]
async fn a_first_passkey_is_kept_while_the_password_is_mended() {
    let site = Site::new().await;
    let (operator, _, _) = enrolled(&site, "wang.xm", &[Role::Operator]).await;
    let made = operator.post("/staff/people/new", &[("name", "林小满"), ("login", "lin.xm")]).await;
    let first = made.body.split("once-secret\"><code>").nth(1).map(|rest| rest[..23].to_owned()).expect("a password");
    let browser = Browser::new(&site);
    see_other(&browser.post("/staff/sign-in", &[("login", "lin.xm"), ("password", &first)]).await, "/staff/enrol");
    let page = browser.get("/staff/enrol").await;
    assert!(page.body.contains("data-passkey=\"create\"") && page.body.contains("<svg"), "either");
    let mut passkey = Authenticator::at(ORIGIN);
    let answer = passkey.create(&options(&browser, "/staff/enrol").await);
    let short = browser.post("/staff/enrol", &[("passkey", &*answer), ("code", ""), ("new-password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&short.body).contains("至少需要12个字符") && excerpt(&short.body).contains("通行密钥已经准备好"));
    let kept =
        short.body.split("name=\"passkey\"").nth(1).and_then(|rest| rest.split("value=\"").nth(1)).expect("kept");
    let kept = kept.split('"').next().expect("a value").replace("&quot;", "\"").replace("&amp;", "&");
    assert_eq!(kept, answer);
    let done =
        browser.post("/staff/enrol", &[("passkey", &*kept), ("new-password", "泉城的冬天有雪也有太阳和风")]).await;
    assert_eq!((done.status, done.body.matches("<li><code>").count()), (StatusCode::OK, 8), "{}", excerpt(&done.body));
    let own = browser.get("/staff/account").await.body;
    assert!(excerpt(&own).contains("未绑定") && excerpt(&own).contains("这是您唯一的第二重验证"), "{}", excerpt(&own));
}

#[tokio::test]
async fn what_is_wrong_with_a_new_passkey_is_told_on_its_page() {
    let site = Site::new().await;
    let (browser, phone, _) = enrolled(&site, "wang.xm", &[]).await;
    let without = browser.post(NEW, &[("name", "电脑"), ("passkey", "")]).await;
    assert!(excerpt(&without.body).contains("这里的脚本没有运行") && without.body.contains("value=\"电脑\""));
    let mut passkey = Authenticator::at(ORIGIN);
    let answer = passkey.create(&options(&browser, NEW).await);
    let unnamed = browser.post(NEW, &[("name", " "), ("passkey", &*answer)]).await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unnamed.body.contains("href=\"#f-name\"") && excerpt(&unnamed.body).contains("通行密钥已经准备好"));
    passkey.origin = "https://elsewhere.example".into();
    let elsewhere = passkey.create(&options(&browser, NEW).await);
    let refused = browser.post(NEW, &[("name", "电脑"), ("passkey", &*elsewhere)]).await;
    assert!(excerpt(&refused.body).contains("通行密钥没有通过") && !refused.body.contains("attestationObject"));
    let spent = browser.post(NEW, &[("name", "电脑"), ("passkey", &*elsewhere)]).await;
    assert!(excerpt(&spent.body).contains("已经超过时间"), "{}", excerpt(&spent.body));
    adds(&browser, "电脑").await;
    for _ in 0..30 {
        browser.post(&format!("{NEW}/options"), &[]).await;
    }
    let often = browser.post(&format!("{NEW}/options"), &[]).await;
    assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(often.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));

    later(&site, 11 * 60);
    see_other(&browser.get(NEW).await, &format!("/staff/step-up?next={}", NEW.replace('/', "%2F")));
    let code = phone.code_at(site.test.now());
    see_other(&browser.post("/staff/step-up", &[("code", &*code), ("next", NEW)]).await, NEW);
    let visitor = Browser::new(&site);
    visitor.sign_in("13800010000").await;
    assert_eq!(visitor.get(NEW).await.status, StatusCode::FORBIDDEN);
}
