//! The staff's door: one uniform refusal, the enrolment, the second factor again, colleagues.

use super::{Browser, excerpt, later, see_other};
use crate::support::Site;
use domain::account::{Login, Role};
use domain::contact::PersonName;
use http::StatusCode;
use services::account::staff::{self, NewStaff};
use services::account::totp::Secret;

const PASSWORD: &str = "correct horse battery";

/// A colleague who can sign in.
pub async fn colleague(site: &Site, login: &str, roles: &[Role]) {
    let fresh = NewStaff {
        login: Login::parse(login).expect("a login"),
        name: PersonName::parse("王小明").expect("a name"),
        password: PASSWORD.into(),
        own_password: true,
        roles: roles.to_vec(),
    };
    staff::create(&site.test.services, &site.test.services.system(), fresh).await.expect("staff is made");
}

/// The telephone: reads the key from the enrolment's page.
fn telephone(page: &str) -> Secret {
    let key = page.split("qr-reference\">").nth(1).expect("a key").split('<').next().expect("text");
    let bits: String = key
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("base32"))
        .fold(String::new(), |bits, value| bits + &format!("{value:05b}"));
    let bytes: Vec<u8> =
        bits.as_bytes().chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all * 2 + (bit - b'0'))).collect();
    Secret::from_bytes(&bytes).expect("20 bytes")
}

fn shown(site: &Site, telephone: &Secret) -> String {
    telephone.code_at(site.test.now())
}

/// Signs in for the first time; the browser is in, the telephone knows its key.
pub async fn enrolled<'a>(site: &'a Site, login: &str, roles: &[Role]) -> (Browser<'a>, Secret, Vec<String>) {
    colleague(site, login, roles).await;
    let browser = Browser::new(site);
    see_other(&browser.post("/staff/sign-in", &[("login", login), ("password", PASSWORD)]).await, "/staff/enrol");
    let phone = telephone(&browser.get("/staff/enrol").await.body);
    let done = browser.post("/staff/enrol", &[("code", &shown(site, &phone))]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", excerpt(&done.body));
    let codes = done.body.split("<li><code>").skip(1).map(|rest| rest[..11].to_owned()).collect();
    later(site, 60);
    (browser, phone, codes)
}

#[tokio::test]
async fn the_first_sign_in_enrols_a_telephone_and_shows_recovery_codes_once() {
    let site = Site::new().await;
    colleague(&site, "wang.xm", &[Role::Operator]).await;
    let browser = Browser::new(&site);
    see_other(&browser.get("/staff/people").await, "/staff/sign-in?next=%2Fstaff%2Fpeople");
    let form = [("login", "wang.xm"), ("password", PASSWORD), ("next", "/staff/people")];
    see_other(&browser.post("/staff/sign-in", &form).await, "/staff/enrol?next=%2Fstaff%2Fpeople");
    let page = browser.get("/staff/enrol?next=%2Fstaff%2Fpeople").await;
    assert!(page.body.contains("<svg") && page.body.contains("value=\"/staff/people\""));
    let phone = telephone(&page.body);
    let code = shown(&site, &phone);
    let wrong = browser.post("/staff/enrol", &[("code", &super::other_than(&code))]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(telephone(&wrong.body).as_bytes(), phone.as_bytes(), "the same key is shown again");
    assert!(browser.cookie("__Host-session").is_none());

    let done = browser.post("/staff/enrol", &[("code", &code), ("next", "/staff/people")]).await;
    assert_eq!((done.status, done.header("cache-control")), (StatusCode::OK, "no-store"));
    assert_eq!(done.body.matches("<li><code>").count(), 8);
    assert!(done.body.contains("href=\"/staff/people\""), "the way on");
    assert!(browser.cookie("__Host-session").is_some() && browser.cookie("__Host-enrolment").is_none());
    assert_eq!(browser.get("/staff/people").await.status, StatusCode::OK);
    assert!(!browser.get("/staff/account/recovery-codes").await.body.contains("<li><code>"), "shown once");
}

#[tokio::test]
async fn every_refusal_is_the_same_page() {
    let site = Site::new().await;
    let (_, phone, _) = enrolled(&site, "wang.xm", &[]).await;
    let refusal = |login: &'static str, password: &'static str, code: String| {
        let browser = Browser::new(&site);
        async move { browser.post("/staff/sign-in", &[("login", login), ("password", password), ("code", &code)]).await }
    };
    let wrong_code = super::other_than(&shown(&site, &phone));
    let answers = [
        refusal("wang.xm", "not the password", shown(&site, &phone)).await,
        refusal("wang.xm", PASSWORD, wrong_code).await,
        refusal("wang.xm", PASSWORD, String::new()).await,
        refusal("nobody1", PASSWORD, shown(&site, &phone)).await,
    ];
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.body.replace("nobody1", "wang.xm"), answers[0].body);
        assert!(
            !answer.body.contains(PASSWORD) && !answer.body.contains("not the password"),
            "secrets are not sent back"
        );
        assert!(answer.headers.get("set-cookie").is_none());
    }
    assert!(excerpt(&answers[0].body).contains("没能登录"));
}

#[tokio::test]
async fn guessing_is_told_to_wait() {
    let site = Site::new().await;
    let mut last = None;
    for _ in 0..12 {
        let form = [("login", "nobody1"), ("password", "a guess"), ("code", "")];
        last = Some(Browser::new(&site).post("/staff/sign-in", &form).await);
    }
    let last = last.expect("an answer");
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    assert!(
        last.body.contains("value=\"nobody1\"") && excerpt(&last.body).contains("分钟后再试"),
        "{}",
        excerpt(&last.body)
    );
}

#[tokio::test]
async fn a_code_signs_in_once_and_a_recovery_code_too() {
    let site = Site::new().await;
    let (_, phone, codes) = enrolled(&site, "wang.xm", &[]).await;
    let code = shown(&site, &phone);
    let browser = Browser::new(&site);
    let form = |code: &str| {
        [
            ("login", "wang.xm".to_owned()),
            ("password", PASSWORD.to_owned()),
            ("code", code.to_owned()),
            ("next", "/staff/account".to_owned()),
        ]
    };
    let send = |form: [(&'static str, String); 4]| {
        let browser = Browser::new(&site);
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.post("/staff/sign-in", &form).await
        }
    };
    see_other(&send(form(&code)).await, "/staff/account");
    assert_eq!(send(form(&code)).await.status, StatusCode::UNPROCESSABLE_ENTITY, "twice");
    see_other(&send(form(&codes[0].to_lowercase())).await, "/staff/account");
    assert_eq!(send(form(&codes[0])).await.status, StatusCode::UNPROCESSABLE_ENTITY, "twice");
    assert_eq!(browser.get("/staff/step-up").await.status, StatusCode::SEE_OTHER, "the door is for those inside");
}

#[tokio::test]
async fn an_old_second_factor_is_shown_again_before_looking_after_colleagues() {
    let site = Site::new().await;
    let (browser, phone, _) = enrolled(&site, "wang.xm", &[Role::Operator]).await;
    later(&site, 11 * 60);
    see_other(&browser.get("/staff/people").await, "/staff/step-up?next=%2Fstaff%2Fpeople");
    let code = shown(&site, &phone);
    let wrong = browser.post("/staff/step-up", &[("code", &super::other_than(&code)), ("next", "/staff/people")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"/staff/people\""), "the way back is kept");
    see_other(&browser.post("/staff/step-up", &[("code", &code), ("next", "/staff/people")]).await, "/staff/people");
    assert_eq!(browser.get("/staff/people").await.status, StatusCode::OK);
    later(&site, 30);
    let out = browser.post("/staff/step-up", &[("code", &shown(&site, &phone)), ("next", "//evil.example")]).await;
    see_other(&out, "/staff");
}

#[tokio::test]
async fn colleagues_are_added_given_duties_reset_and_ended() {
    let site = Site::new().await;
    let (browser, _, _) = enrolled(&site, "wang.xm", &[Role::Operator]).await;
    let form =
        [("name", "林小满"), ("login", "lin.xm"), ("roles", "steward"), ("roles", "auditor"), ("roles", "emperor")];
    let made = browser.post("/staff/people/new", &form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", excerpt(&made.body));
    let password = |page: &str| page.split("once-secret\"><code>").nth(1).map(|rest| rest[..23].to_owned());
    let first = password(&made.body).expect("a password");
    assert_eq!(made.body.matches("checked").count(), 2, "the duties are ticked");
    let again = browser.post("/staff/people/new", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a login is given once");
    assert!(again.body.contains("value=\"林小满\"") && again.body.contains("href=\"#f-login\""));

    let list = browser.get("/staff/people").await.body;
    let address = list.split("href=\"").find(|rest| rest.contains("林小满") && rest.starts_with("/staff/people/"));
    let address = address.and_then(|rest| rest.split('"').next()).expect("a link").to_owned();
    let page = browser.get(&address).await.body;
    assert!(password(&page).is_none() && !page.contains(&first), "shown once");
    see_other(
        &browser.post(&format!("{address}/roles"), &[("roles", "operator")]).await,
        &format!("{address}?done=roles"),
    );

    // A temporary password has to be replaced, by one that is none of the obvious.
    let newcomer = Browser::new(&site);
    see_other(&newcomer.post("/staff/sign-in", &[("login", "lin.xm"), ("password", &first)]).await, "/staff/enrol");
    let phone = telephone(&newcomer.get("/staff/enrol").await.body);
    let code = shown(&site, &phone);
    for (chosen, said) in
        [("", "请填写"), ("short", "至少需要12个字符"), ("password1234", "容易被猜到"), (&*first, "与现在的密码相同")]
    {
        let refused = newcomer.post("/staff/enrol", &[("code", &code), ("new-password", chosen)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{chosen}");
        assert!(excerpt(&refused.body).contains(said), "{chosen}: {}", excerpt(&refused.body));
    }
    let done = newcomer.post("/staff/enrol", &[("code", &code), ("new-password", "泉城的冬天有雪也有太阳和风")]).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(newcomer.get("/staff/people").await.status, StatusCode::OK);

    // A forgotten password: the telephone is still asked for, and then a password of one's own.
    let reset = browser.post(&format!("{address}/reset-password"), &[]).await;
    let second = password(&reset.body).expect("a password");
    assert_ne!(second, first);
    see_other(&newcomer.get("/staff/people").await, "/staff/sign-in?next=%2Fstaff%2Fpeople");
    later(&site, 30);
    let form =
        [("login", "lin.xm"), ("password", &*second), ("code", &*shown(&site, &phone))].map(|(a, b)| (a, b.to_owned()));
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    see_other(&newcomer.post("/staff/sign-in", &form).await, "/staff/enrol");
    let page = newcomer.get("/staff/enrol").await.body;
    assert!(
        excerpt(&page).contains("选择您自己的密码") && !page.contains("<svg class=\"qr") && !page.contains("f-code")
    );
    see_other(&newcomer.post("/staff/enrol", &[("new-password", "大明湖的荷花开了满满一池子")]).await, "/staff");
    assert_eq!(newcomer.get("/staff/people").await.status, StatusCode::OK);

    // A lost telephone: the password stays, another telephone is set up with the code that the operator hands over.
    let reset = browser.post(&format!("{address}/reset-factor"), &[]).await;
    assert_eq!(reset.status, StatusCode::OK);
    assert!(excerpt(&reset.body).contains("请把下面的绑定码当面交给本人"), "{}", excerpt(&reset.body));
    let handed_over =
        reset.body.split("once-secret\"><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    let page = browser.get(&address).await.body;
    assert!(excerpt(&page).contains("尚未绑定第二重验证") && excerpt(&page).contains("首次登录截止"));
    see_other(&newcomer.get("/staff/people").await, "/staff/sign-in?next=%2Fstaff%2Fpeople");
    let form = [("login", "lin.xm"), ("password", "大明湖的荷花开了满满一池子")];
    let refused = newcomer.post("/staff/sign-in", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the password alone sets up no telephone");
    let form = [form[0], form[1], ("code", handed_over)];
    see_other(&newcomer.post("/staff/sign-in", &form).await, "/staff/enrol");
    assert!(!newcomer.get("/staff/enrol").await.body.contains("new-password"));
    see_other(&browser.post(&format!("{address}/end"), &[]).await, "/staff/people?done=ended");
    assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);

    let own = browser.get("/staff/people").await.body;
    let own = own.split("href=\"").find(|rest| rest.starts_with("/staff/people/") && rest.contains("王小明"));
    let own = own.and_then(|rest| rest.split('"').next()).expect("a link").to_owned();
    let last = browser.post(&format!("{own}/roles"), &[]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&last.body).contains("至少要有一位系统运维"), "{}", excerpt(&last.body));
}

#[tokio::test]
async fn an_operator_signs_others_out() {
    let site = Site::new().await;
    let (operator, _, _) = enrolled(&site, "wang.xm", &[Role::Operator]).await;
    let (steward, _, _) = enrolled(&site, "steward", &[Role::Steward]).await;
    let visitor = Browser::new(&site);
    visitor.sign_in("13800010000").await;
    let list = operator.get("/staff/people").await.body;
    // By login: the steward stands first.
    let address = list.split("href=\"").find(|rest| rest.starts_with("/staff/people/0"));
    let address = address.and_then(|rest| rest.split('"').next()).expect("a link");
    let refused = steward.post("/staff/visitors/end-sessions", &[("contact", "13800010000")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let page = operator.get(address).await.body;
    assert!(page.contains(&format!("{address}/end-sessions")), "{}", excerpt(&page));
    let done = operator.post(&format!("{address}/end-sessions"), &[]).await;
    see_other(&done, &format!("{address}?done=sessions"));
    see_other(&steward.get("/staff").await, "/staff/sign-in?next=%2Fstaff");
    let nonsense = operator.post("/staff/visitors/end-sessions", &[("contact", "nobody")]).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    for contact in ["13800010000", "13900139000"] {
        let done = operator.post("/staff/visitors/end-sessions", &[("contact", contact)]).await;
        see_other(&done, "/staff/people?done=visitor-sessions");
    }
    see_other(&visitor.get("/account").await, "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn only_operators_look_after_colleagues() {
    let site = Site::new().await;
    let (steward, _, _) = enrolled(&site, "steward", &[Role::Steward, Role::MuseumOfficer, Role::Auditor]).await;
    for path in ["/staff/people", "/staff/people/new"] {
        assert_eq!(steward.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let made = steward.post("/staff/people/new", &[("name", "林小满"), ("login", "lin.xm")]).await;
    assert_eq!(made.status, StatusCode::FORBIDDEN);
    assert_eq!(steward.get("/staff/account").await.status, StatusCode::OK);
    let visitor = Browser::new(&site);
    visitor.sign_in("13800010000").await;
    assert_eq!(visitor.get("/staff/account").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_own_password_changes_with_the_present_one_and_a_code() {
    let site = Site::new().await;
    let (browser, phone, _) = enrolled(&site, "wang.xm", &[]).await;
    let fresh = "泉城的冬天有雪也有太阳和风";
    let code = shown(&site, &phone);
    let wrong = [("password", "not it"), ("new-password", fresh), ("code", &*code)];
    let refused = browser.post("/staff/account/password", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.body.contains(fresh) && excerpt(&refused.body).contains("没有更改"), "{}", excerpt(&refused.body));
    let right = [("password", PASSWORD), ("new-password", fresh), ("code", &*code)];
    see_other(&browser.post("/staff/account/password", &right).await, "/staff/account?done=password");
    later(&site, 60);
    let code = shown(&site, &phone);
    let old = [("login", "wang.xm"), ("password", PASSWORD), ("code", &*code)];
    assert_eq!(Browser::new(&site).post("/staff/sign-in", &old).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = [("login", "wang.xm"), ("password", fresh), ("code", &*code)];
    see_other(&Browser::new(&site).post("/staff/sign-in", &new).await, "/staff");
}

#[tokio::test]
async fn new_recovery_codes_want_a_fresh_second_factor() {
    let site = Site::new().await;
    let (browser, phone, codes) = enrolled(&site, "wang.xm", &[]).await;
    let renewed = browser.post("/staff/account/recovery-codes", &[]).await;
    assert_eq!(renewed.body.matches("<li><code>").count(), 8);
    assert!(!renewed.body.contains(&codes[0]), "all of them new");
    later(&site, 11 * 60);
    let back = "/staff/step-up?next=%2Fstaff%2Faccount%2Frecovery-codes";
    see_other(&browser.post("/staff/account/recovery-codes", &[]).await, back);
    let form =
        [("code", &*shown(&site, &phone)), ("next", "/staff/account/recovery-codes")].map(|(a, b)| (a, b.to_owned()));
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    see_other(&browser.post("/staff/step-up", &form).await, "/staff/account/recovery-codes");
    assert_eq!(browser.post("/staff/account/recovery-codes", &[]).await.status, StatusCode::OK);
}
