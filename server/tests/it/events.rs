//! Events through the real router: what is on, an event's page, registering with questions, the calendar feeds.

use crate::support::{Answer, Browser, Site};
use http::StatusCode;
use jiff::SignedDuration;

/// A site with the demo's events; it is Monday, 20 July 2026.
async fn demo() -> Site {
    let site = Site::new().await;
    let (services, system) = (&site.test.services, site.test.services.system());
    services::booking::seed_demo(services, &system).await.expect("a museum");
    services::outreach::seed_demo(services, &system).await.expect("events");
    later(&site);
    site
}

/// The pictures of sessions and events are read anew.
fn later(site: &Site) {
    site.test.services.clock.advance(SignedDuration::from_secs(2));
}

/// The sessions of an event, in order.
async fn sessions(site: &Site, slug: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select s.id::text from session s join activity a on a.id = s.activity_id where a.slug = $1 order by s.starts_at",
    )
    .bind(slug)
    .fetch_all(&site.test.db.owner_pool())
    .await
    .expect("sessions")
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Keeps a place and answers the draft's path; the browser keeps its cookie.
async fn begin(browser: &mut Browser<'_>, slug: &str, session: &str) -> String {
    let answer = browser.post(&format!("/events/{slug}/sessions/{session}"), "people=1").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    browser.cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    answer.header("location").to_owned()
}

const WHO: [(&str, &str); 3] = [("name", "演示·白露"), ("contact", "lecture@example.com"), ("accept", "on")];

fn who(more: &[(&str, &str)]) -> String {
    form(&[&WHO, more].concat())
}

/// What stands around a question: hidden or not.
fn is_hidden(page: &Answer, key: &str) -> bool {
    let around = page.body.split(&format!("data-key=\"{key}\"")).nth(1).expect("the question is in the page");
    around.split('>').next().expect("a tag").contains("hidden")
}

/// The tag that has this attribute.
fn tag<'a>(page: &'a Answer, attribute: &str) -> &'a str {
    let at = page.body.find(attribute).unwrap_or_else(|| panic!("nothing has {attribute}"));
    let begin = page.body[..at].rfind('<').expect("a tag begins");
    page.body[begin..].split('>').next().expect("a tag ends")
}

#[tokio::test]
async fn the_programme_shows_what_is_published_and_narrows_by_plain_addresses() {
    let site = demo().await;
    let all = site.get("/events").await;
    assert_eq!(all.status, StatusCode::OK);
    for title in ["乐孕课堂", "健康齐鲁行·临沂站", "728亲子节", "十八岁成人礼"] {
        assert!(all.body.contains(title), "{title}");
    }
    let linyi = site.get("/events?city=linyi&audience=&from=").await;
    assert!(linyi.body.contains("健康齐鲁行") && !linyi.body.contains("乐孕课堂"));
    // What is for everybody is for families too.
    let families = site.get("/events?city=&audience=families&from=").await;
    assert!(families.body.contains("728亲子节") && families.body.contains("健康齐鲁行"));
    assert!(!families.body.contains("乐孕课堂"));
    let late = site.get("/events?from=2026-11-01").await;
    assert!(late.body.contains("世界脐带血日") && !late.body.contains("728亲子节"));
    let nothing = site.get("/events?city=dezhou").await;
    assert_eq!(nothing.status, StatusCode::OK);
    assert!(nothing.body.contains("没有找到合适的活动"));
    let english = site.get("/en/events?city=jinan").await;
    assert!(english.body.contains("Leyun prenatal lectures") && english.body.contains("/en/events/leyun-lectures"));
    // Nonsense narrows nothing and breaks nothing.
    assert!(site.get("/events?city=%00&from=yesterday").await.body.contains("乐孕课堂"));
}

#[tokio::test]
async fn an_event_that_is_taken_back_is_gone_for_the_public_and_its_bookings_stay() {
    let site = demo().await;
    let page = site.get("/events/leyun-lectures").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("看懂产检单") && page.body.contains("可以报名整个系列，也可以只报其中几场"));
    // A heading stands above something only: without a story there is none.
    assert!(page.body.contains("活动介绍"));
    let untold = r#"update event set story = '{"zh": " \n\n ", "en": ""}'
                    where activity_id = (select id from activity where slug = 'leyun-lectures')"#;
    sqlx::query(untold).execute(&site.test.db.owner_pool()).await.expect("no story");
    later(&site);
    let page = site.get("/events/leyun-lectures").await;
    assert!(page.body.contains("看懂产检单") && !page.body.contains("活动介绍"));
    let session = sessions(&site, "leyun-lectures").await.remove(0);
    sqlx::query("update activity set published = false where slug = 'leyun-lectures'")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("taken back");
    later(&site);
    assert_eq!(site.get("/events/leyun-lectures").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/events/leyun-lectures/calendar.ics").await.status, StatusCode::NOT_FOUND);
    let held = site.anonymous().post(&format!("/events/leyun-lectures/sessions/{session}"), "people=1").await;
    assert_eq!(held.status, StatusCode::NOT_FOUND);
    // Not by the museum's door either.
    let held = site.anonymous().post(&format!("/museum/sessions/{session}"), "people=1").await;
    assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn questions_that_follow_from_an_answer_are_shown_before_they_are_required() {
    let site = demo().await;
    let session = sessions(&site, "leyun-lectures").await.remove(0);
    let mut browser = site.anonymous();
    let draft = begin(&mut browser, "leyun-lectures", &session).await;
    assert!(draft.starts_with("/events/book/"), "{draft}");
    let first = browser.get(&draft).await;
    assert!(!is_hidden(&first, "expecting") && is_hidden(&first, "due") && is_hidden(&first, "health-consent"));
    assert!(first.body.contains("乐孕课堂 · 孕期营养与作息"), "what is registered for stands above");

    let back = browser.post(&draft, &who(&[("q-expecting", "self"), ("asked", "expecting topics ask")])).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!is_hidden(&back, "due") && !is_hidden(&back, "health-consent"));
    assert!(back.body.contains("value=\"lecture@example.com\""), "nothing typed is lost");

    // Complete, and yet two of the questions were never in view: shown once more, nothing kept.
    let blind = [("q-expecting", "self"), ("q-due", "2026-12-01"), ("q-health-consent", "on"), ("asked", "expecting")];
    let back = browser.post(&draft, &who(&blind)).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(back.body.contains("根据您的回答，还有几个问题"));

    let seen = [&blind[..3], &[("asked", "expecting due health-consent topics ask")]].concat();
    let sent = browser.post(&draft, &who(&seen)).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, &*format!("{draft}/code")));
    // Coming back, what was answered stands in the form.
    let again = browser.get(&draft).await;
    assert!(!is_hidden(&again, "due") && again.body.contains("value=\"2026-12-01\""));
    // Another browser sees nothing of it.
    let stranger = site.anonymous().get(&draft).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    assert!(!stranger.body.contains("2026-12-01"));
}

#[tokio::test]
async fn answers_that_were_refused_stand_in_the_form_again_and_those_about_health_with_their_consent_alone() {
    let site = demo().await;
    let session = sessions(&site, "leyun-lectures").await.remove(0);
    let mut browser = site.anonymous();
    let draft = begin(&mut browser, "leyun-lectures", &session).await;
    let slip = [
        ("q-expecting", "self"),
        ("q-due", "2031-12-01"),
        ("q-topics", "sleep"),
        ("q-topics", "birth"),
        ("q-ask", "可以带家人吗"),
        ("asked", "expecting due health-consent topics ask"),
    ];
    let ordinary = |page: &Answer| {
        let ticked = |topic: &str| tag(page, &format!("value=\"{topic}\"")).contains("checked");
        page.body.contains("可以带家人吗") && ticked("sleep") && ticked("birth") && !ticked("food")
    };
    let health = |page: &Answer| page.body.contains("2031-12-01") || !is_hidden(page, "due");
    // Without the consent to it the house keeps nothing about health; the answer shows all of it again.
    let refused = browser.post(&draft, &who(&slip)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ordinary(&refused) && !is_hidden(&refused, "due"));
    for path in [draft.clone(), format!("/en{draft}")] {
        let page = browser.get(&path).await;
        assert!(ordinary(&page) && !health(&page), "{path}");
    }
    let consented = [&slip[..], &[("q-health-consent", "on")]].concat();
    let silent = [&[("name", "演示·白露"), ("contact", "lecture@example.com")], &consented[..]].concat();
    assert_eq!(browser.post(&draft, &form(&silent)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!health(&browser.get(&draft).await), "nor without the consent of the form");
    // With both it is kept, sealed: another language and a larger text find it, and no consent is ticked for anybody.
    assert_eq!(browser.post(&draft, &who(&consented)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in [draft.clone(), format!("/en{draft}")] {
        let page = browser.get(&path).await;
        assert!(ordinary(&page) && !is_hidden(&page, "due"), "{path}");
        assert!(tag(&page, "id=\"f-q-due\"").contains("value=\"2031-12-01\""), "{path}");
        assert!(!tag(&page, "id=\"f-q-health-consent\"").contains("checked"), "{path}");
    }
    let open = "select count(*) from booking_draft where position('2031-12-01'::bytea in typed_sealed) > 0";
    let open: i64 = sqlx::query_scalar(open).fetch_one(&site.test.db.owner_pool()).await.expect("a number");
    assert_eq!(open, 0, "sealed");
    // What is taken stands in its own place, and nothing is kept beside it.
    let right = [&[("q-expecting", "self"), ("q-due", "2026-12-01")], &consented[2..]].concat();
    assert_eq!(browser.post(&draft, &who(&right)).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(&draft).await;
    assert!(ordinary(&page) && page.body.contains("value=\"2026-12-01\"") && !page.body.contains("2031-12-01"));
    let kept = "select count(*) from booking_draft where typed_sealed is not null";
    let kept: i64 = sqlx::query_scalar(kept).fetch_one(&site.test.db.owner_pool()).await.expect("a number");
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_mother_registers_and_finds_her_registration_and_not_her_due_date() {
    let site = demo().await;
    let session = sessions(&site, "leyun-lectures").await.remove(0);
    let mut browser = site.anonymous();
    let draft = begin(&mut browser, "leyun-lectures", &session).await;
    let answers = [
        ("q-expecting", "self"),
        ("q-due", "2026-12-01"),
        ("q-health-consent", "on"),
        ("q-topics", "sleep"),
        ("q-topics", "birth"),
        ("asked", "expecting due health-consent topics ask"),
    ];
    browser.post(&draft, &who(&answers)).await;
    assert!(browser.get(&format!("{draft}/code")).await.body.contains("lecture@example.com"));
    sqlx::query("update booking_draft set verified_at = now() where contact_index is not null")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("proven");
    let booked = browser.post(&format!("{draft}/code"), "code=").await;
    let mine = booked.header("location").to_owned();
    assert!(booked.status == StatusCode::SEE_OTHER && mine.starts_with("/b/"), "{mine}: {}", booked.body);
    let page = site.get(mine.split('?').next().expect("a path")).await;
    for text in [
        "我的报名",
        "乐孕课堂 · 孕期营养与作息",
        "济南 · 泉城孕育学校",
        "睡眠与情绪、分娩方式",
        "敏感问题的回答单独加密保存",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains("2026年12月1日") && !page.body.contains("2026-12-01"));
    let link = mine.split('?').next().expect("a path");
    let file = site.get(&format!("{link}/visit.ics")).await;
    assert!(file.body.replace("\r\n ", "").contains("LOCATION:济南 · 泉城孕育学校（演示地点）"), "{}", file.body);
    let others = site.get(&format!("{link}/move")).await;
    assert!(others.body.contains("改到其他场次"));
    // The second of the same morning is refused: the sentence says why.
    let mut again = site.anonymous();
    let draft = begin(&mut again, "leyun-lectures", &session).await;
    again.post(&draft, &who(&answers)).await;
    sqlx::query("update booking_draft set verified_at = now() where contact_index is not null")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("proven");
    let twice = again.post(&format!("{draft}/code"), "code=").await;
    assert!(twice.body.contains("两场时间有重叠"), "{}", twice.status);
}

#[tokio::test]
async fn the_feeds_are_calendars_in_the_language_of_their_address() {
    let site = demo().await;
    let all = site.get("/events/calendar.ics").await;
    assert_eq!(all.header("content-type"), "text/calendar; charset=utf-8");
    assert!(all.body.starts_with("BEGIN:VCALENDAR\r\n") && all.body.contains("728亲子节"));
    let one = site.get("/en/events/leyun-lectures/calendar.ics").await;
    let text = one.body.replace("\r\n ", "");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 4);
    assert!(text.contains("SUMMARY:Leyun prenatal lectures · The day of birth"));
    assert!(text.contains("URL:https://test.example/en/events/leyun-lectures"));
    assert!(!text.contains("健康齐鲁行"));
    let of_linyi = site.get("/events/calendar.ics?city=linyi").await.body.replace("\r\n ", "");
    assert!(of_linyi.contains("健康齐鲁行") && !of_linyi.contains("728亲子节"));
    let page = site.get("/events?city=linyi&audience=everyone").await.body;
    assert!(page.contains("/events/calendar.ics?city=linyi"), "what is shown can be followed");
}
