//! A whole series on behalf of somebody: the form on the event's page, its faults, and what was booked together.

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

async fn sent(browser: &Browser<'_>, id: &str, pairs: &[&[(&str, &str)]]) -> Answer {
    send(browser, &format!("/staff/events/{id}/series"), &pairs.concat()).await
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
    again(&other, StatusCode::CONFLICT, "刚才已经报名成功一次");
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

#[tokio::test]
async fn only_series_and_only_who_may_book_on_behalf() {
    let (site, id) = lectures().await;
    let page = format!("/staff/events/{id}/series");
    assert_eq!(site.staff(&[Role::Steward]).await.get(&page).await.status, StatusCode::FORBIDDEN);
    assert!(site.anonymous().get(&page).await.header("location").starts_with("/staff/sign-in"));
    let browser = officer(&site).await;
    // A date's page leads to the series; that of an event of single dates leads nowhere.
    let date = async |slug: &'static str| -> String {
        sqlx::query_scalar(
            "select s.id::text from session s join activity a on a.id = s.activity_id where a.slug = $1
            order by s.starts_at limit 1",
        )
        .bind(slug)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a date")
    };
    let of_series = browser.get(&format!("/staff/museum/sessions/{}", date("leyun-lectures").await)).await;
    assert!(of_series.body.contains(&page) && !of_series.body.contains("/staff/museum/book?session="));
    let of_single = browser.get(&format!("/staff/museum/sessions/{}", date("health-tour-linyi").await)).await;
    assert!(!of_single.body.contains("/series\"") && !of_single.body.contains("/staff/museum/book?session="));
    let single: String = sqlx::query_scalar("select id::text from activity where slug = 'health-tour-linyi'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the event");
    assert!(browser.get(&format!("/staff/events/{single}/series")).await.body.contains("现在不能代报整个系列"));
    again(&sent(&browser, &single, &[&WHO]).await, StatusCode::UNPROCESSABLE_ENTITY, "请按场次分别报名");
}
