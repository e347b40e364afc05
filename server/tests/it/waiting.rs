//! The waiting list through the real router: a full session, the form, the code, the offer, the answer; and that looking
//! changes nothing.

use crate::account_pages::excerpt;
use crate::support::{Answer, Site};
use axum::body::Body;
use domain::account::Role;
use http::{Method, Request, StatusCode, header};
use jiff::SignedDuration;
use services::jobs::Handlers;

const TUESDAY: &str = "2026-07-21";

/// A visitor's browser, which keeps its cookie.
pub struct Browser<'a> {
    site: &'a Site,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// One without a cookie.
    pub fn of(site: &'a Site) -> Self {
        Self { site, cookie: String::new() }
    }

    async fn request(&mut self, method: Method, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        let answer = self.site.send(request.body(Body::from(form)).expect("a request")).await;
        if let Some(cookie) = answer.header("set-cookie").split(';').next().filter(|cookie| !cookie.is_empty()) {
            self.cookie = cookie.to_owned();
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path, &[]).await
    }

    pub async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, path, pairs).await
    }
}

/// Where an answer leads, which begins with `to`.
pub fn gone(answer: &Answer, to: &str) -> String {
    let location = answer.header("location").to_owned();
    assert!(
        answer.status == StatusCode::SEE_OTHER && location.starts_with(to),
        "{} {location}, not {to}: {}",
        answer.status,
        excerpt(&answer.body)
    );
    location
}

fn shows(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::OK);
    let shown = excerpt(&answer.body);
    assert!(shown.contains(words), "no “{words}” in {shown}");
}

async fn number(site: &Site, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("a number")
}

/// Does what is due, and answers the texts that reached an address since the last look.
async fn mail(site: &Site, to: &str) -> Vec<String> {
    let services = &site.test.services;
    services::jobs::drain(services, &services::messages::handlers(Handlers::new())).await.expect("the work is done");
    sqlx::query_scalar("delete from dev_mailbox where recipient = $1 returning body_text")
        .bind(to)
        .fetch_all(&site.test.db.owner_pool())
        .await
        .expect("the mailbox")
}

async fn full_session(site: &Site) -> String {
    let services = &site.test.services;
    services::booking::seed_demo(services, &services.system()).await.expect("a museum");
    let sql = "select id::text from session where (starts_at at time zone 'Asia/Shanghai')::date = $1::date order by starts_at offset 3 limit 1";
    let id: String =
        sqlx::query_scalar(sql).bind(TUESDAY).fetch_one(&site.test.db.owner_pool()).await.expect("a session");
    sqlx::query("update session set capacity = (select coalesce(sum(people), 0) from booking where session_id = $1 and state = 'confirmed') where id = $1")
        .bind(uuid::Uuid::parse_str(&id).expect("an id"))
        .execute(&site.test.db.owner_pool())
        .await
        .expect("it is full");
    services.clock.advance(SignedDuration::from_secs(2));
    id
}

#[tokio::test]
async fn a_full_session_is_waited_for_offered_and_taken() {
    let site = Site::new().await;
    let id = full_session(&site).await;
    let mut browser = Browser { site: &site, cookie: String::new() };
    let calendar = browser.get(&format!("/museum/sessions?people=2&day={TUESDAY}")).await;
    let wait = format!("/museum/sessions/{id}/wait");
    assert!(calendar.body.contains(&format!("action=\"{wait}\"")), "{}", excerpt(&calendar.body));
    let draft = gone(&browser.post(&wait, &[("people", "2")]).await, "/museum/wait/");
    let form = browser.get(&draft).await;
    shows(&form, "登记候补");
    shows(&form, "时间最近、还有名额的场次");
    assert_eq!(form.body.matches("/other\"").count(), 2, "the two nearest with room");

    let wrong = browser.post(&draft, &[("name", "欧阳远山"), ("contact", "nobody"), ("accept", "on")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"欧阳远山\""), "what was typed is kept");
    let typed = [("name", "欧阳远山"), ("contact", "yuanshan@example.com"), ("children", "0"), ("accept", "on")];
    gone(&browser.post(&draft, &typed).await, &format!("{draft}/code"));
    shows(&browser.get(&format!("{draft}/code")).await, "确认候补");
    let texts = mail(&site, "yuanshan@example.com").await;
    let code = texts[0].split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).expect("a code").to_owned();
    let page = gone(&browser.post(&format!("{draft}/code"), &[("code", &code)]).await, "/waiting/");
    gone(&browser.post(&format!("{draft}/code"), &[("code", &code)]).await, "/waiting/");
    assert_eq!(number(&site, "select count(*) from waiting_entry").await, 1);
    let page = page.split('?').next().expect("a path").to_owned();
    shows(&browser.get(&format!("{page}?done=joined")).await, "排在第一位");
    assert!(mail(&site, "yuanshan@example.com").await[0].contains("https://test.example/waiting/"));

    // Places come free: one booking of two or more is cancelled by the office.
    let officer = site.staff(&[Role::MuseumOfficer]).await;
    let booking: String =
        sqlx::query_scalar("select id::text from booking where session_id = $1 and people >= 2 limit 1")
            .bind(uuid::Uuid::parse_str(&id).expect("an id"))
            .fetch_one(&site.test.db.owner_pool())
            .await
            .expect("a booking");
    let cancelled = officer.post(&format!("/staff/museum/bookings/{booking}/cancel"), "version=1").await;
    assert_eq!(cancelled.status, StatusCode::SEE_OTHER);
    let told = mail(&site, "yuanshan@example.com").await;
    assert!(told.len() == 1 && told[0].contains("请在此之前确认"), "{told:?}");
    // Looking, even from a mail scanner, changes nothing.
    for _ in 0..2 {
        shows(&site.anonymous().get(&page).await, "名额已为你们保留");
        assert_eq!(site.anonymous().get(&format!("{page}/accept")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert!(site.anonymous().get(&format!("/en{page}")).await.body.contains("Places are kept for you"));
    let list = officer.get(&format!("/staff/museum/sessions/{id}")).await;
    assert!(list.body.contains("欧***") && !list.body.contains("欧阳远山"), "{}", excerpt(&list.body));
    shows(&list, "已通知，保留到");

    let booked = gone(&browser.post(&format!("{page}/accept"), &[("session", &id)]).await, "/b/");
    gone(&browser.post(&format!("{page}/accept"), &[("session", &id)]).await, "/b/");
    shows(&browser.get(&booked).await, "预约成功");
    assert_eq!(number(&site, "select count(*) from booking where channel = 'web'").await, 1);
    shows(&browser.get(&page).await, "已经预约成功");
}

#[tokio::test]
async fn an_offer_is_declined_and_a_list_is_left_by_form_alone() {
    let site = Site::new().await;
    let id = full_session(&site).await;
    let mut pages = Vec::new();
    for contact in ["one@example.com", "two@example.com"] {
        let mut browser = Browser { site: &site, cookie: String::new() };
        let draft =
            gone(&browser.post(&format!("/museum/sessions/{id}/wait"), &[("people", "1")]).await, "/museum/wait/");
        let typed = [("name", "欧阳远山"), ("contact", contact), ("children", "0"), ("accept", "on")];
        gone(&browser.post(&draft, &typed).await, &draft);
        let texts = mail(&site, contact).await;
        let code = texts[0].split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).expect("a code").to_owned();
        let page = gone(&browser.post(&format!("{draft}/code"), &[("code", &code)]).await, "/waiting/");
        pages.push(page.split('?').next().expect("a path").to_owned());
    }
    let officer = site.staff(&[Role::MuseumOfficer]).await;
    let places: i32 = sqlx::query_scalar("select capacity from session where id = $1")
        .bind(uuid::Uuid::parse_str(&id).expect("an id"))
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("places");
    let raise = format!("version=1&capacity={}", places + 1);
    assert_eq!(officer.post(&format!("/staff/museum/sessions/{id}"), &raise).await.status, StatusCode::SEE_OTHER);
    let mut anybody = Browser { site: &site, cookie: String::new() };
    shows(&anybody.get(&pages[0]).await, "名额已为你们保留");
    shows(&anybody.get(&pages[1]).await, "排在第一位");
    gone(&anybody.post(&format!("{}/decline", pages[0]), &[("session", &id)]).await, &pages[0]);
    shows(&anybody.get(&pages[0]).await, "您放弃了名额");
    shows(&anybody.get(&pages[1]).await, "名额已为你们保留");
    let late = anybody.post(&format!("{}/accept", pages[0]), &[("session", &id)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(excerpt(&late.body).contains("候补通知已经结束"), "{}", excerpt(&late.body));
    gone(&anybody.post(&format!("{}/leave", pages[1]), &[]).await, &pages[1]);
    gone(&anybody.post(&format!("{}/leave", pages[1]), &[]).await, &pages[1]);
    shows(&anybody.get(&pages[1]).await, "您已退出候补");
    assert_eq!(number(&site, "select count(*) from hold where expires_at > '2026-07-20 12:00+08'").await, 0);
    let forged = anybody.post("/waiting/nothing/leave", &[]).await;
    assert_eq!(forged.status, StatusCode::GONE, "{}", excerpt(&forged.body));
}

/// The two sessions of the day with the most room, the later one first.
async fn roomy(site: &Site) -> Vec<String> {
    let sql = "select id::text from session where (starts_at at time zone 'Asia/Shanghai')::date = $1::date order by starts_at desc limit 2";
    let pool = site.test.db.owner_pool();
    let ids: Vec<String> = sqlx::query_scalar(sql).bind(TUESDAY).fetch_all(&pool).await.expect("sessions");
    sqlx::query("update session set capacity = 400 where id::text = any($1)")
        .bind(&ids)
        .execute(&pool)
        .await
        .expect("room");
    ids
}

#[tokio::test]
async fn who_has_booked_that_day_is_led_to_other_days_and_to_no_waiting_list() {
    let site = Site::new().await;
    full_session(&site).await;
    let ids = roomy(&site).await;
    site.test.services.clock.advance(SignedDuration::from_secs(2));
    let typed = [("name", "欧阳远山"), ("contact", "twice@example.com"), ("children", "0"), ("accept", "on")];
    let mut last = None;
    for id in &ids {
        let mut browser = Browser::of(&site);
        let begun = browser.post(&format!("/museum/sessions/{id}"), &[("people", "2")]).await;
        let draft = gone(&begun, "/museum/book/");
        gone(&browser.post(&draft, &typed).await, &format!("{draft}/code"));
        let texts = mail(&site, "twice@example.com").await;
        let mut codes = texts
            .iter()
            .filter(|text| text.contains("验证码"))
            .filter_map(|text| text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6));
        let code = codes.next_back().expect("a code").to_owned();
        last = Some(browser.post(&format!("{draft}/code"), &[("code", &code)]).await);
        site.test.services.clock.advance(SignedDuration::from_secs(61));
    }
    let refused = last.expect("two bookings were tried");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", excerpt(&refused.body));
    assert!(excerpt(&refused.body).contains("一天最多预约"), "{}", excerpt(&refused.body));
    assert!(excerpt(&refused.body).contains("其他日期"), "{}", excerpt(&refused.body));
    assert!(!refused.body.contains("/wait\""), "what is booked already is in the way of waiting too");
    assert!(!refused.body.contains(">预约这一场<"), "the same would be refused again");
    for id in &ids {
        assert!(!refused.body.contains(&format!("value=\"{id}\"")), "no session of that day is offered");
    }
}

#[tokio::test]
async fn what_was_refused_stands_in_the_form_again_in_either_language_and_in_no_other_browser() {
    let site = Site::new().await;
    full_session(&site).await;
    let id = roomy(&site).await.swap_remove(0);
    site.test.services.clock.advance(SignedDuration::from_secs(2));
    let mut browser = Browser::of(&site);
    let begun = browser.post(&format!("/museum/sessions/{id}"), &[("people", "2")]).await;
    let draft = gone(&begun, "/museum/book/");
    // Without the consent nobody's name is kept: the answer shows it again, the house does not have it.
    let silent = [("name", "欧阳远山"), ("contact", "1380000"), ("children", "1")];
    let refused = browser.post(&draft, &silent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"欧阳远山\""), "{}", excerpt(&refused.body));
    let form = browser.get(&draft).await.body;
    assert!(!form.contains("欧阳远山") && !form.contains("1380000"), "{}", excerpt(&form));
    let wrong = [("name", "欧阳远山"), ("contact", "1380000"), ("children", "1"), ("accept", "on")];
    assert_eq!(browser.post(&draft, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in [draft.clone(), format!("/en{draft}")] {
        let form = browser.get(&path).await.body;
        assert!(form.contains("value=\"欧阳远山\"") && form.contains("value=\"1380000\""), "{}", excerpt(&form));
    }
    let stranger = Browser::of(&site).get(&draft).await;
    assert!(!stranger.body.contains("欧阳远山"), "it is this browser's alone");
    let kept = "select count(*) from booking_draft where typed_sealed is not null";
    assert_eq!(number(&site, kept).await, 1);
    let right = [("name", "欧阳远山"), ("contact", "once@example.com"), ("children", "1"), ("accept", "on")];
    gone(&browser.post(&draft, &right).await, &format!("{draft}/code"));
    assert_eq!(number(&site, kept).await, 0, "what was taken stands in its own place");
    assert!(browser.get(&draft).await.body.contains("value=\"once@example.com\""));
}
