//! One's own account: bookings, browsers, another contact, the copy of one's data, the end.

use super::{Browser, excerpt, later, other_than, see_other, sent_code};
use crate::support::Site;
use domain::account::{Actor, Scope};
use domain::booking::{Party, PartySize};
use domain::contact::{Contact, PersonName};
use domain::ids::{BookingId, ClientId, SessionId};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use services::booking::{self, OnBehalf, Person};
use uuid::Uuid;

const PHONE: &str = "13800010000";

/// The museum with one session tomorrow at nine.
async fn museum(site: &Site) -> SessionId {
    let test = &site.test;
    let fresh = store::booking::sessions::ActivityRow {
        id: services::context::new_uuid(test.now()),
        kind: "museum".into(),
        slug: booking::MUSEUM.into(),
        title_zh: "科普馆".into(),
        title_en: "Museum".into(),
        policy: serde_json::to_value(domain::booking::Policy::default()).expect("a policy is JSON"),
        policy_version: 1,
    };
    let mut db = test.db.owner_pool().acquire().await.expect("a connection");
    store::booking::sessions::add_activity(&mut db, test.now(), &fresh).await.expect("the museum is added");
    let starts: Timestamp = "2026-07-21T09:00:00+08:00".parse().expect("an instant");
    let ends = starts + SignedDuration::from_mins(90);
    booking::add_session(&test.services, &test.services.system(), starts, ends, 20, false).await.expect("a session")
}

/// A booking under a telephone number, made without an account.
async fn booked(site: &Site, session: SessionId, phone: &str) -> BookingId {
    let machine = Actor::Client { client: ClientId(Uuid::from_u128(9)), scopes: vec![Scope::BookingsWrite] };
    let person = Person {
        name: PersonName::parse("演示·林小满").expect("a name"),
        contact: Some(Contact::parse(phone).expect("a contact")),
    };
    let party = Party::new(PartySize::new(3).expect("a size"), 1).expect("a party");
    let asked = OnBehalf { session, person, party, key: phone.to_owned() };
    booking::book(&site.test.services, &site.test.context(machine), asked).await.expect("a booking").booking
}

#[tokio::test]
async fn what_one_waits_for_is_listed_and_opened_by_its_owner_alone() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let services = &site.test.services;
    booked(&site, session, "13800030000").await;
    let fill = "update session set capacity = 3 where id = $1";
    sqlx::query(fill).bind(session.0).execute(&site.test.db.owner_pool()).await.expect("it is full");
    let machine =
        site.test.context(Actor::Client { client: ClientId(Uuid::from_u128(9)), scopes: vec![Scope::BookingsWrite] });
    let asked = booking::WaitOnBehalf {
        session,
        also: Vec::new(),
        person: Person {
            name: PersonName::parse("演示·林小满").expect("a name"),
            contact: Some(Contact::parse(PHONE).expect("a contact")),
        },
        party: Party::new(PartySize::new(2).expect("a size"), 0).expect("a party"),
        replies: None,
    };
    let under = services::machines::Repeatable::new(services, &machine, "a-key-of-mine", "waiting", b"");
    under.take(services, site.test.now()).await.expect("taken");
    let remember = booking::Remember { under, answer: Box::new(|_, _| serde_json::Value::Null) };
    let entry = booking::wait_on_behalf(services, &machine, asked, remember).await.expect("on the list").id;

    let (owner, stranger) = (Browser::new(&site), Browser::new(&site));
    owner.sign_in(PHONE).await;
    stranger.sign_in("13800020000").await;
    let page = owner.get("/account").await;
    let text = excerpt(&page.body);
    assert!(text.contains("正在候补") && text.contains("2026年7月21日（周二）09:00–10:30"), "{text}");
    let address = format!("/account/waiting/{entry}");
    assert!(page.body.contains(&format!("href=\"{address}\"")), "a link without a secret");
    assert!(!excerpt(&stranger.get("/account").await.body).contains("正在候补"));
    assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.get("/account/waiting/nonsense").await.status, StatusCode::NOT_FOUND);
    let opened = owner.get(&address).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    let waiting = opened.header("location").to_owned();
    assert!(waiting.starts_with("/waiting/"), "{waiting}");

    // Places come free: the account says so, and until when.
    let grow = "update session set capacity = 9 where id = $1";
    sqlx::query(grow).bind(session.0).execute(&site.test.db.owner_pool()).await.expect("more places");
    booking::pass_on(services).await.expect("passed on");
    let text = excerpt(&owner.get("/account").await.body);
    assert!(text.contains("有名额了") && text.contains("确认或放弃"), "{text}");
    assert_eq!(owner.post(&format!("{waiting}/leave"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!excerpt(&owner.get("/account").await.body).contains("正在候补"), "what is over is listed no more");
    sent(&site).await;
}

async fn sent(site: &Site) {
    services::jobs::drain(&site.test.services, &services::handlers::all()).await.expect("the queue is worked off");
}

#[tokio::test]
async fn a_booking_made_without_an_account_is_there_after_signing_in() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let id = booked(&site, session, PHONE).await;
    let (owner, stranger) = (Browser::new(&site), Browser::new(&site));
    owner.sign_in(PHONE).await;
    stranger.sign_in("13800020000").await;

    let page = owner.get("/account").await;
    let text = excerpt(&page.body);
    assert!(text.contains("您有 1 个即将到来的预约") && text.contains("2026年7月21日（周二）09:00–10:30"), "{text}");
    assert!(text.contains("3人，其中14岁以下儿童1人"), "{text}");
    let address = format!("/account/bookings/{id}");
    assert!(page.body.contains(&format!("href=\"{address}\"")), "a link without a secret");

    let opened = owner.get(&address).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    assert!(opened.header("location").starts_with("/b/"), "{}", opened.header("location"));
    assert_eq!(owner.get(opened.header("location")).await.status, StatusCode::OK, "the link shows the booking");
    assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.get("/account/bookings/nonsense").await.status, StatusCode::NOT_FOUND);
    assert_eq!(Browser::new(&site).get(&address).await.status, StatusCode::SEE_OTHER);
    assert!(excerpt(&stranger.get("/account").await.body).contains("还没有预约"));

    later(&site, 24 * 3600);
    let past = excerpt(&owner.get("/account").await.body);
    assert!(past.contains("以往的预约") && past.contains("已结束"), "{past}");
    sent(&site).await;
}

#[tokio::test]
async fn other_browsers_are_seen_and_ended() {
    let site = Site::new().await;
    let (here, there, third) = (Browser::new(&site), Browser::new(&site), Browser::new(&site));
    for browser in [&here, &there, &third] {
        browser.sign_in(PHONE).await;
        later(&site, 120);
    }
    let page = here.get("/account/security").await;
    assert_eq!(page.body.matches("/end\"").count(), 2, "two others can be ended");
    let action = page.body.split("action=\"").find(|rest| rest.starts_with("/account/sessions/")).expect("a form");
    let action = action.split('"').next().expect("an address").to_owned();

    let stranger = Browser::new(&site);
    stranger.sign_in("13800020000").await;
    stranger.post(&action, &[]).await;
    assert_eq!(here.get("/account/security").await.body.matches("/end\"").count(), 2, "not by a stranger");

    see_other(&here.post(&action, &[]).await, "/account/security?done=session");
    assert_eq!(here.get("/account/security").await.body.matches("/end\"").count(), 1);
    see_other(&here.post("/account/sessions/end-others", &[]).await, "/account/security?done=sessions");
    for browser in [&there, &third] {
        see_other(&browser.get("/account").await, "/sign-in?next=%2Faccount");
    }
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn particulars_are_kept_as_typed_and_faults_come_back_on_their_page() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    browser.sign_in(PHONE).await;
    see_other(&browser.post("/account/name", &[("name", "欧阳春晓")]).await, "/account/security?done=name");
    assert!(excerpt(&browser.get("/account").await.body).contains("欧阳春晓，您好"));
    let refused = browser.post("/account/name", &[("name", "<b>")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"&lt;b&gt;\"") && refused.body.contains("name=\"name\""));
    see_other(&browser.post("/account/name", &[("name", " ")]).await, "/account/security?done=name");
    assert!(!excerpt(&browser.get("/account").await.body).contains("欧阳春晓"));
    see_other(&browser.post("/en/account/language", &[("language", "en")]).await, "/en/account/security?done=language");
    let bad = browser.post("/account/language", &[("language", "tlh")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_second_contact_signs_in_to_the_same_account_and_another_persons_does_not() {
    let site = Site::new().await;
    let (browser, neighbour) = (Browser::new(&site), Browser::new(&site));
    browser.sign_in(PHONE).await;
    neighbour.sign_in("neighbour@example.com").await;
    later(&site, 120);

    see_other(&browser.post("/account/contact", &[("contact", "own@example.com")]).await, "/account/contact/code");
    let code = sent_code(&site, "own@example.com").await;
    let wrong = browser.post("/account/contact/code", &[("code", &other_than(&code))]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    see_other(&browser.post("/account/contact/code", &[("code", &code)]).await, "/account/security?done=contact");
    later(&site, 120);
    let again = Browser::new(&site);
    see_other(&again.sign_in("own@example.com").await, "/account");
    let page = again.get("/account/security").await;
    assert!(page.body.contains("138****0000"), "the same account: {}", excerpt(&page.body));

    later(&site, 120);
    see_other(
        &browser.post("/account/contact", &[("contact", "neighbour@example.com")]).await,
        "/account/contact/code",
    );
    let code = sent_code(&site, "neighbour@example.com").await;
    let taken = browser.post("/account/contact/code", &[("code", &code)]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&taken.body).contains("已经属于另一个账号"), "{}", excerpt(&taken.body));
    // What one account waits for is nothing to the next person at this browser.
    let pending = browser.cookie("__Host-contact").expect("pending");
    neighbour.set_cookie("__Host-contact", &pending);
    assert!(excerpt(&neighbour.get("/account/contact/code").await.body).contains("这次验证已经结束"));
}

#[tokio::test]
async fn the_copy_of_ones_data_holds_ones_own_and_nobody_elses() {
    let site = Site::new().await;
    let session = museum(&site).await;
    booked(&site, session, PHONE).await;
    booked(&site, session, "13800020000").await;
    let browser = Browser::new(&site);
    browser.sign_in(PHONE).await;
    let answer = browser.post("/account/export", &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert!(
        answer.header("content-disposition").starts_with("attachment;"),
        "{}",
        answer.header("content-disposition")
    );
    let copy = answer.json();
    assert_eq!(copy["account"]["phone"], PHONE);
    assert_eq!(copy["bookings"].as_array().map(Vec::len), Some(1));
    assert!(!answer.body.contains("13800020000"));
    assert_eq!(browser.get("/account/export").await.status, StatusCode::METHOD_NOT_ALLOWED, "a link takes no copy");
}

#[tokio::test]
async fn an_account_ends_when_it_is_meant_and_nothing_is_booked() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let id = booked(&site, session, PHONE).await;
    let browser = Browser::new(&site);
    browser.sign_in(PHONE).await;
    let unsure = browser.post("/account/delete", &[]).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsure.body.contains("href=\"#f-sure\""), "the fault leads to its box: {}", unsure.body);
    assert!(unsure.body.contains("<details open class=\"dialog\">"), "the question stays open: {}", unsure.body);
    let live = browser.post("/account/delete", &[("sure", "on")]).await;
    assert_eq!(live.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&live.body).contains("您还有没参观的预约"), "{}", excerpt(&live.body));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK, "nothing was deleted");

    let form = [("sure", "on"), ("cancel-bookings", "on")];
    see_other(&browser.post("/account/delete", &form).await, "/account/deleted?done=deleted");
    assert!(browser.cookie("__Host-session").is_none());
    assert!(excerpt(&browser.get("/account/deleted?done=deleted").await.body).contains("账号已经注销"));
    assert_eq!(Browser::new(&site).get("/account/deleted").await.status, StatusCode::NOT_FOUND, "nobody's is gone");
    let state: String = sqlx::query_scalar("select state from booking where id = $1")
        .bind(id.0)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the booking");
    assert_eq!(state, "cancelled");
    later(&site, 120);
    let fresh = Browser::new(&site);
    fresh.sign_in(PHONE).await;
    assert!(excerpt(&fresh.get("/account").await.body).contains("还没有预约"), "a new account under the same number");
    assert_eq!(fresh.get("/account/deleted").await.status, StatusCode::NOT_FOUND);
    sent(&site).await;
}

/// What a stolen session must not do wants a code to a contact of the account; then one is back where one was.
#[tokio::test]
async fn an_old_sign_in_is_proven_again_before_anything_that_matters() {
    let site = Site::new().await;
    let (browser, other) = (Browser::new(&site), Browser::new(&site));
    browser.sign_in(PHONE).await;
    later(&site, 120);
    other.sign_in(PHONE).await;
    later(&site, 11 * 60);
    let prove = "/account/confirm?next=%2Faccount%2Fsecurity";
    see_other(&browser.post("/account/sessions/end-others", &[]).await, prove);
    see_other(&browser.post("/account/delete", &[("sure", "on")]).await, prove);
    let page = browser.get(prove).await;
    assert!(excerpt(&page.body).contains("138****0000") && page.body.contains("value=\"/account/security\""));
    let nothing = browser.post("/account/confirm", &[("which", "pigeon")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("which", "phone"), ("next", "/account/security")];
    see_other(&browser.post("/account/confirm", &form).await, "/account/confirm/code");
    let code = sent_code(&site, PHONE).await;
    let wrong = browser.post("/account/confirm/code", &[("code", &other_than(&code))]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    // What one browser waits for is nothing to another.
    other.set_cookie("__Host-proof", &browser.cookie("__Host-proof").expect("pending"));
    assert!(excerpt(&other.get("/account/confirm/code").await.body).contains("这次验证已经结束"));
    let before = browser.cookie("__Host-session").expect("signed in");
    let right = browser.post("/account/confirm/code", &[("code", &code)]).await;
    see_other(&right, "/account/security?done=proven");
    assert_ne!(browser.cookie("__Host-session").expect("signed in"), before, "another cookie");
    assert!(browser.cookie("__Host-proof").is_none());
    see_other(&browser.post("/account/sessions/end-others", &[]).await, "/account/security?done=sessions");
    see_other(&other.get("/account").await, "/sign-in?next=%2Faccount");
}

/// Somebody at an open browser asks for another contact: the owner hears of it, and stops it with one press.
#[tokio::test]
async fn a_change_nobody_could_prove_waits_and_is_stopped_by_the_link_in_the_message() {
    let site = Site::new().await;
    let browser = Browser::new(&site);
    browser.sign_in(PHONE).await;
    later(&site, 11 * 60);
    assert!(excerpt(&browser.get("/account/contact").await.body).contains("72 小时后生效"));
    see_other(&browser.post("/account/contact", &[("contact", "thief@example.com")]).await, "/account/contact/code");
    let code = sent_code(&site, "thief@example.com").await;
    let waits = browser.post("/account/contact/code", &[("code", &code)]).await;
    see_other(&waits, "/account/security?done=contact-waits");
    let page = browser.get("/account/security").await;
    assert!(excerpt(&page.body).contains("有一项更换正在等待生效"), "{}", excerpt(&page.body));
    sent(&site).await;
    let text: String =
        sqlx::query_scalar("select body_text from dev_mailbox where recipient = $1 and body_text like '%/a/%'")
            .bind(PHONE)
            .fetch_one(&site.test.db.owner_pool())
            .await
            .expect("the owner is told");
    let link: String = text.split("/a/").nth(1).expect("a link").chars().take(10).collect();
    let owner = Browser::new(&site);
    let shown = owner.get(&format!("/a/{link}")).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", excerpt(&shown.body));
    assert!(excerpt(&shown.body).contains("不是我，立即停止") && !shown.body.contains("thief@example.com"));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK, "looking changes nothing");
    see_other(&owner.post(&format!("/a/{link}"), &[]).await, "/account/stopped");
    see_other(&browser.get("/account").await, "/sign-in?next=%2Faccount");
    assert_eq!(owner.get(&format!("/a/{link}")).await.status, StatusCode::GONE);
    assert_eq!(owner.post(&format!("/a/{link}"), &[]).await.status, StatusCode::GONE);
}
