//! All dates of an event or one of them on behalf of somebody: the form on the event's page, its faults, the waiting list, and
//! what was booked together.

use super::{again, gone_to, later, number, officer, send};
use crate::support::{Answer, Browser, Site};
use domain::account::Role;
use http::StatusCode;

/// A site with the demo's events, and the id of one.
async fn event(slug: &'static str) -> (Site, String) {
    let site = super::museum().await;
    services::outreach::seed_demo(&site.test.services, &site.test.services.system()).await.expect("events");
    later(&site, 2);
    let id = sqlx::query_scalar("select id::text from activity where slug = $1")
        .bind(slug)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the event");
    (site, id)
}

/// The lectures, with room on the one that is full.
async fn lectures() -> (Site, String) {
    let (site, id) = event("leyun-lectures").await;
    sqlx::query("update session set capacity = 60 where activity_id = $1::uuid")
        .bind(&id)
        .execute(&site.test.db.owner_pool())
        .await
        .expect("room");
    later(&site, 2);
    (site, id)
}

const WHO: [(&str, &str); 4] = [
    ("key", "0198a000-0000-4000-8000-000000000001"),
    ("name", "演示·白露"),
    ("contact", "13800138321"),
    ("people", "2"),
];
const TOLD: [(&str, &str); 4] = [
    ("q-expecting", "self"),
    ("q-due", "2026-12-01"),
    ("q-health-consent", "on"),
    ("asked", "expecting due health-consent topics ask"),
];

/// What was done with these forms: it is remembered under their keys.
const DONE: &str = "select count(*) from idempotency where key::text like '0198a000-%'";

async fn sent(browser: &Browser<'_>, id: &str, pairs: &[&[(&str, &str)]]) -> Answer {
    send(browser, &format!("/staff/events/{id}/series"), &pairs.concat()).await
}

/// The form again, with the way to the field that is at fault.
fn faulty(answer: &Answer, field: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains(&format!("href=\"#f-{field}\"")),
        "{field}: {}",
        crate::account_pages::excerpt(&answer.body)
    );
}

#[tokio::test]
async fn the_desk_asks_what_the_event_asks_and_books_every_date_once() {
    let (site, id) = lectures().await;
    let browser = officer(&site).await;
    let page = format!("/staff/events/{id}/series");
    assert!(browser.get(&format!("/staff/events/{id}")).await.body.contains(&page), "the event's page leads here");
    let form = browser.get(&page).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("看懂产检单") && form.body.contains("谁在孕期"), "its dates and its questions");

    let faulty =
        sent(&browser, &id, &[&[("name", ""), ("contact", "13800138321"), ("people", "0"), ("asked", "expecting")]]);
    let faulty = faulty.await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "people", "q-expecting"] {
        assert!(faulty.body.contains(&format!("href=\"#f-{field}\"")), "{field}");
    }
    assert!(faulty.body.contains("13800138321"), "nothing typed is lost");
    // The answer leads to questions that were not in view.
    let more = sent(&browser, &id, &[&WHO, &TOLD[..3], &[("asked", "expecting topics ask")]]).await;
    again(&more, StatusCode::UNPROCESSABLE_ENTITY, "还有几个问题");
    assert!(more.body.contains("演示·白露") && more.body.contains("2026-12-01"));
    assert_eq!(number(&site, "select count(*) from booking_series").await, 0);

    let booked = sent(&browser, &id, &[&WHO, &TOLD]).await;
    let place = gone_to(&booked, &format!("/staff/events/{id}/registrations/"));
    let twice = sent(&browser, &id, &[&WHO, &TOLD]).await;
    assert_eq!(gone_to(&twice, "/staff/events/"), place, "pressed twice");
    let other = sent(&browser, &id, &[&[("people", "1")], &WHO[..3], &TOLD]).await;
    again(&other, StatusCode::CONFLICT, "刚才已经提交成功一次");
    assert!(!other.body.contains(WHO[0].1), "a second series needs a form of its own");
    assert_eq!(
        number(
            &site,
            "select count(*) from booking where channel = 'staff' and people = 2 and pool = 'staff'
        and id in (select booking_id from booking_series_date)"
        )
        .await,
        4
    );
    let one = browser.get(&place).await;
    assert!(one.body.contains("各场都报好了，确认消息正在发送"));
    assert_eq!(one.body.matches("/pass.pdf").count(), 4, "every date's pass");
    let references = "select count(*) from booking_series_date d join booking b on b.id = d.booking_id";
    assert_eq!(number(&site, references).await, 4);
    assert!(!one.body.contains("13800138321") && !one.body.contains("2026年12月1日"), "masked, and sealed");
}

#[tokio::test]
async fn a_full_date_is_named_and_nothing_typed_is_lost() {
    let (site, id) = event("leyun-lectures").await;
    let browser = officer(&site).await;
    let page = browser.get(&format!("/staff/events/{id}/series")).await;
    assert!(page.body.contains("约满"), "the form says so before anybody asks");
    let refused = sent(&browser, &id, &[&WHO, &TOLD]).await;
    again(&refused, StatusCode::UNPROCESSABLE_ENTITY, "这一场只剩0个名额");
    assert!(
        refused.body.contains("演示·白露")
            && refused.body.contains("13800138321")
            && refused.body.contains("2026-12-01")
    );
    assert!(refused.body.contains(WHO[0].1), "and the key: the same form may be sent again");
    assert_eq!(number(&site, "select count(*) from booking_series").await, 0);
}

#[tokio::test]
async fn without_a_contact_the_passes_are_to_be_printed() {
    let (site, id) = event("newborn-care-weifang").await;
    let browser = officer(&site).await;
    let pairs = [("key", WHO[0].1), ("name", "演示·白露"), ("contact", " "), ("people", "1")];
    let place = gone_to(&sent(&browser, &id, &[&pairs]).await, "/staff/events/");
    let one = browser.get(&place).await;
    assert!(one.body.contains("请打印各场凭证"), "{}", crate::account_pages::excerpt(&one.body));
    let pass = one.body.split("href=\"").find(|rest| rest.contains("/pass.pdf\"")).expect("a pass");
    let pass = pass.split('"').next().expect("an address").to_owned();
    assert_eq!(browser.get(&pass).await.header("content-type"), "application/pdf");
}

async fn date_of(site: &Site, slug: &'static str, nth: i64) -> String {
    let sql = "select s.id::text from session s join activity a on a.id = s.activity_id where a.slug = $1
               order by s.starts_at offset $2 limit 1";
    let found = sqlx::query_scalar(sql).bind(slug).bind(nth).fetch_one(&site.test.db.owner_pool()).await;
    found.expect("a date")
}

async fn id_of(site: &Site, slug: &'static str) -> String {
    let found = sqlx::query_scalar("select id::text from activity where slug = $1").bind(slug);
    found.fetch_one(&site.test.db.owner_pool()).await.expect("the event")
}

#[tokio::test]
async fn only_who_may_book_on_behalf_finds_the_form_and_every_date_leads_to_it() {
    let (site, id) = lectures().await;
    let page = format!("/staff/events/{id}/series");
    assert_eq!(site.staff(&[Role::Steward]).await.get(&page).await.status, StatusCode::FORBIDDEN);
    assert!(site.anonymous().get(&page).await.header("location").starts_with("/staff/sign-in"));
    let browser = officer(&site).await;
    for slug in ["leyun-lectures", "health-tour-linyi"] {
        let (event, date) = (id_of(&site, slug).await, date_of(&site, slug, 0).await);
        let seen = browser.get(&format!("/staff/museum/sessions/{date}")).await;
        let form = format!("/staff/events/{event}/series?date={date}");
        assert!(seen.body.contains(&form) && !seen.body.contains("/staff/museum/book?session="), "{slug}");
        let chosen = browser.get(&form).await.body;
        let input =
            chosen.split("<input").find(|input| input.contains(&format!("value=\"{date}\""))).expect("the date");
        assert!(input.split('>').next().expect("an input").contains("checked"), "{slug}: {input}");
        assert_eq!(chosen.contains("各场都报"), slug == "leyun-lectures", "{slug}");
    }
    // Of an event of single dates one is chosen: nothing means all of them.
    let single = id_of(&site, "health-tour-linyi").await;
    let none = sent(&browser, &single, &[&WHO]).await;
    faulty(&none, "date");
    let all = sent(&browser, &single, &[&WHO, &[("date", "all")]]).await;
    faulty(&all, "date");
    let strange = date_of(&site, "leyun-lectures", 0).await;
    let strange = sent(&browser, &single, &[&WHO, &[("date", &strange)]]).await;
    faulty(&strange, "date");
    assert_eq!(number(&site, DONE).await, 0);
    sqlx::query("update activity set published = false where slug = 'health-tour-linyi'")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("taken back");
    later(&site, 2);
    assert!(browser.get(&format!("/staff/events/{single}/series")).await.body.contains("现在不能代为报名"));
}

#[tokio::test]
async fn one_date_is_booked_at_the_desk_with_what_the_event_asks() {
    let (site, id) = lectures().await;
    let browser = officer(&site).await;
    let date = date_of(&site, "leyun-lectures", 2).await;
    let one: [(&str, &str); 1] = [("date", &date)];
    let wrong = sent(&browser, &id, &[&WHO, &one, &[("asked", "expecting")]]).await;
    faulty(&wrong, "q-expecting");
    assert!(wrong.body.contains("演示·白露") && wrong.body.contains("13800138321"), "nothing typed is lost");
    let input = wrong.body.split("<input").find(|input| input.contains(&format!("value=\"{date}\""))).expect("it");
    assert!(input.split('>').next().expect("an input").contains("checked"), "nor which date");
    let more = sent(&browser, &id, &[&WHO, &one, &TOLD[..3], &[("asked", "expecting topics ask")]]).await;
    again(&more, StatusCode::UNPROCESSABLE_ENTITY, "还有几个问题");

    // The demo's own visitors have answered too.
    let kept = "select count(*) from event_answers a join booking b on b.id = a.booking_id
                where b.channel = 'staff' and b.people = 2 and a.sensitive_sealed is not null";
    let before = number(&site, kept).await;
    let booked = sent(&browser, &id, &[&WHO, &one, &TOLD]).await;
    let place = gone_to(&booked, &format!("/staff/events/{id}/registrations/"));
    assert!(place.ends_with("?done=date"), "{place}");
    assert_eq!(gone_to(&sent(&browser, &id, &[&WHO, &one, &TOLD]).await, "/staff/events/"), place, "pressed twice");
    let all = sent(&browser, &id, &[&WHO, &TOLD]).await;
    again(&all, StatusCode::CONFLICT, "已经提交成功一次");
    assert_eq!(number(&site, "select count(*) from booking_series").await, 0);
    assert_eq!(number(&site, kept).await, before + 1);
    let seen = browser.get(&place).await;
    assert!(seen.body.contains("报名成功，确认消息正在发送"));
    assert_eq!(seen.body.matches("/pass.pdf").count(), 1, "its pass");
    assert!(!seen.body.contains("13800138321") && !seen.body.contains("2026年12月1日"), "masked, and sealed");
}

#[tokio::test]
async fn where_a_date_is_full_the_desk_is_shown_the_waiting_list_and_nothing_typed_is_lost() {
    let (site, id) = event("leyun-lectures").await;
    let browser = officer(&site).await;
    let date = date_of(&site, "leyun-lectures", 1).await;
    let one: [(&str, &str); 1] = [("date", &date)];
    let page = format!("/staff/events/{id}/series");
    assert!(!browser.get(&page).await.body.contains("替对方加入候补"), "not before one that is full is chosen");
    assert!(browser.get(&format!("{page}?date={date}")).await.body.contains("替对方加入候补"));
    let full = sent(&browser, &id, &[&WHO, &one, &TOLD]).await;
    again(&full, StatusCode::UNPROCESSABLE_ENTITY, "这一场只剩0个名额");
    for kept in ["演示·白露", "13800138321", "2026-12-01", "替对方加入候补", WHO[0].1] {
        assert!(full.body.contains(kept), "{kept}");
    }
    let wait = [("wait", "1")];
    let nobody = [WHO[0], WHO[1], WHO[3]];
    let nobody = sent(&browser, &id, &[&nobody, &one, &TOLD, &wait]).await;
    faulty(&nobody, "contact");
    let waits = sent(&browser, &id, &[&WHO, &one, &TOLD, &wait]).await;
    let place = gone_to(&waits, &format!("/staff/museum/sessions/{date}?done=waits"));
    assert_eq!(
        gone_to(&sent(&browser, &id, &[&WHO, &one, &TOLD, &wait]).await, "/staff/museum/"),
        place,
        "pressed twice"
    );
    assert_eq!(number(&site, "select count(*) from waiting_entry where people = 2 and state = 'waiting'").await, 1);
    let kept = "select count(*) from event_answers where waiting_id is not null and sensitive_sealed is not null";
    assert_eq!(number(&site, kept).await, 1);
    assert!(browser.get(&place).await.body.contains("已替对方加入候补"));
    // Another form for the same person says why not.
    let fresh = [&[("key", "0198a000-0000-4000-8000-000000000002")][..], &WHO[1..]].concat();
    let twice = sent(&browser, &id, &[&fresh, &one, &TOLD, &wait]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Where there is room one books.
    let room = date_of(&site, "leyun-lectures", 2).await;
    let free = sent(&browser, &id, &[&fresh, &[("date", &room)], &TOLD, &wait]).await;
    assert_eq!(free.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(number(&site, "select count(*) from waiting_entry").await, 1);
}

#[tokio::test]
async fn a_series_that_is_booked_whole_shows_its_dates_and_their_names_where_there_are_any() {
    let (site, id) = event("newborn-care-weifang").await;
    sqlx::query(r#"update activity set policy = policy || '{"series": "whole"}' where slug = 'newborn-care-weifang'"#)
        .execute(&site.test.db.owner_pool())
        .await
        .expect("the rules are changed");
    later(&site, 2);
    let browser = officer(&site).await;
    let page = format!("/staff/events/{id}/series");
    let named = browser.get(&page).await.body;
    assert!(named.contains("可代报名额") && !named.contains("各场都报"), "nothing to choose");
    let sql = "update event_session set title = '{\"zh\": \"\", \"en\": \"\"}' where session_id in
                 (select id from session where activity_id = $1::uuid)";
    sqlx::query(sql).bind(&id).execute(&site.test.db.owner_pool()).await.expect("no names");
    later(&site, 2);
    let plain = browser.get(&page).await.body;
    assert!(named.contains("场次名称") && !plain.contains("场次名称"), "no column of nothing");
    let one: [(&str, &str); 1] = [("date", &date_of(&site, "newborn-care-weifang", 0).await)];
    let alone = sent(&browser, &id, &[&WHO, &one]).await;
    again(&alone, StatusCode::UNPROCESSABLE_ENTITY, "只能整个系列一起报名");
    assert!(alone.body.contains("演示·白露"), "nothing typed is lost");
    assert_eq!(number(&site, "select count(*) from booking_series").await, 0);
}
