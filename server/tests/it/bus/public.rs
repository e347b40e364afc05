//! The public's side.

use super::*;
use domain::account::Scope;
use domain::ids::BusRequestId;
use jiff::SignedDuration;
use server::layers::client_address::Peer;
use std::net::SocketAddr;

#[tokio::test]
async fn the_front_page_tells_what_comes_and_where_it_goes_next() {
    let site = demo().await;
    for (path, words) in [
        ("/bus", ["科普巴士", "您需要准备的", "演示市星河小学"]),
        ("/en/bus", ["Science bus", "What you prepare", "演示市星河小学"]),
    ] {
        let page = site.get(path).await;
        shows(&page, StatusCode::OK, &words);
        assert!(page.body.contains("<svg viewBox=\"0 0 480 300\""), "the picture is there");
    }
    let home = site.get("/").await;
    assert!(home.body.contains("href=\"/bus\""), "the front page leads there");
}

#[tokio::test]
async fn everything_typed_stays_where_it_was_typed() {
    let site = Site::new().await;
    let school = Visitor::new(&site);
    let form = gone_to(&school.post("/bus/apply", &[]).await, "/bus/apply/");
    let begun = school.get(&form).await;
    shows(&begun, StatusCode::OK, &["申请科普巴士", "济南", "菏泽"]);
    // What has to be chosen is said to whoever hears the page, too: the city and three questions, and who comes.
    let required = |tag: &str, said: &str| {
        let tags = begun.body.split(tag).skip(1).filter_map(|rest| rest.split('>').next());
        tags.filter(|tag| tag.contains("aria-required=\"true\"") && tag.contains(said)).count()
    };
    assert_eq!((required("<fieldset", "role=\"radiogroup\""), required("<select", "")), (4, 1));

    let wrong = school.post(&form, &with("people", "很多")).await;
    shows(&wrong, REFUSED, &["填写一个数字"]);
    for kept in ["value=\"演示市晨光小学\"", "value=\"很多\"", "value=\"2026-09-22\"", "操场北门进"] {
        assert!(wrong.body.contains(kept), "{kept} is lost");
    }
    let chosen = wrong.body.split("value=\"rizhao\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(chosen.expect("the city").contains("checked"), "the city on the map is lost");

    // Saved half-way, closed, opened again.
    let half = [("organisation", "演示市晨光小学"), ("city", "weihai"), ("save", "1")];
    gone_to(&school.post(&form, &half).await, &format!("{form}?done=saved"));
    let again = school.get(&form).await;
    assert!(again.body.contains("value=\"演示市晨光小学\"") && !again.body.contains("field-error"));
    // Another browser sees nothing of it.
    shows(&Visitor::new(&site).get(&form).await, StatusCode::NOT_FOUND, &["这次填写已经结束"]);
}

#[tokio::test]
async fn a_school_asks_is_shown_its_request_and_nobody_elses_link_opens_it() {
    let site = demo().await;
    let school = Visitor::new(&site);
    let mine = ask_for_the_bus(&site, &school).await;
    let page = school.get(&mine).await;
    shows(&page, StatusCode::OK, &["待安排", "演示市晨光小学", "停车位 20 米", "m***@example.com"]);
    assert!(!page.body.contains("morgenlicht@"), "a link may be forwarded: the address in it is masked");
    assert_eq!(page.header("cache-control"), "no-store");
    // In its middle: at its end a letter may stand for no more than a bit or two, and be the same by chance.
    let (before, rest) = mine.split_at(mine.len() - 10);
    let other = if rest.starts_with('A') { "B" } else { "A" };
    let changed = format!("{before}{other}{}", &rest[1..]);
    shows(&school.get(&changed).await, StatusCode::GONE, &["链接已经失效"]);
    // Opening the link of an action does nothing: only a form acts.
    assert_eq!(school.get(&format!("{mine}/withdraw")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let id = request_of(&site, "演示市晨光小学").await;
    assert_eq!(state_of(&site, &id).await.0, "submitted");
    gone_to(&school.post(&format!("{mine}/withdraw"), &[]).await, &format!("{mine}?done=withdrawn"));
    assert_eq!(state_of(&site, &id).await.0, "withdrawn");
    gone_to(&school.post(&format!("{mine}/withdraw"), &[]).await, &format!("{mine}?done=withdrawn"));
}

#[tokio::test]
async fn the_form_pressed_twice_and_the_code_mistyped_lose_nothing() {
    let site = Site::new().await;
    let school = Visitor::new(&site);
    let form = gone_to(&school.post("/bus/apply", &[]).await, "/bus/apply/");
    let code_page = gone_to(&school.post(&form, &FORM).await, &format!("{form}/code"));
    shows(&school.post(&code_page, &[("code", "12")]).await, REFUSED, &["填写收到的6位数字"]);
    let code = sent_code(&site, "morgenlicht@example.com").await;
    let first = gone_to(&school.post(&code_page, &[("code", &code)]).await, "/bus/r/");
    let second = gone_to(&school.post(&code_page, &[("code", &code)]).await, "/bus/r/");
    assert_eq!(first, second, "pressed twice, asked once");
    shows(&school.get(&code_page).await, StatusCode::OK, &["申请已经提交"]);
    let all: i64 = sqlx::query_scalar("select count(*) from bus_request")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(all, 1);
}

#[tokio::test]
async fn the_schedule_is_the_same_on_the_page_in_the_calendar_and_for_machines() {
    let site = demo().await;
    let page = site.get("/bus/schedule").await;
    shows(&page, StatusCode::OK, &["演示市星河小学", "演示区云帆中学", "最近去过", "演示市凤凰中学"]);
    assert!(!page.body.contains("演示市海风社区"), "what is only proposed is nobody else's business");
    let calendar = site.get("/bus/schedule.ics").await;
    assert_eq!(calendar.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(calendar.body.matches("BEGIN:VEVENT").count(), 4);

    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let answer = site.call("GET", "/api/v1/bus/stops", &token, &[], None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let stops = answer.json()["stops"].as_array().expect("stops").clone();
    assert_eq!(stops.len(), 4);
    assert!(!answer.body.contains("演示路"), "no street");
    let etag = answer.header("etag").to_owned();
    let again = site.call("GET", "/api/v1/bus/stops", &token, &[("if-none-match", &etag)], None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let one = site.call("GET", "/api/v1/bus/stops?city=weifang&from=2026-07-20", &token, &[], None).await;
    assert_eq!(one.json()["stops"].as_array().expect("stops").len(), 1);
    assert_eq!(site.get("/api/v1/bus/stops").await.problem(), "no-token");
}

#[tokio::test]
async fn a_school_says_what_it_was_like_once() {
    let site = demo().await;
    let id = request_of(&site, "演示市明湖小学").await;
    let pool = site.test.db.owner_pool();
    sqlx::query("delete from bus_feedback where request_id = $1::uuid").bind(&id).execute(&pool).await.expect("gone");
    let (services, system) = (&site.test.services, site.test.services.system());
    let request =
        services::bus::request(services, &system, id.parse::<BusRequestId>().expect("an id")).await.expect("a request");
    let link = services::bus::feedback_link(services, &request);
    let (path, school) = (format!("/bus/f/{link}"), Visitor::new(&site));
    shows(&school.get(&path).await, StatusCode::OK, &["这次到访怎么样", "演示市明湖小学"]);
    shows(&school.post(&path, &[("liked", "5")]).await, REFUSED, &["请选择一项"]);
    let marks = [("liked", "5"), ("understood", "4"), ("organised", "5"), ("again", "yes")];
    gone_to(&school.post(&path, &marks).await, &path);
    shows(&school.get(&path).await, StatusCode::OK, &["谢谢您的反馈"]);
    gone_to(
        &school.post(&path, &[("liked", "1"), ("understood", "1"), ("organised", "1"), ("again", "no")]).await,
        &path,
    );
    let kept: i32 = sqlx::query_scalar("select liked from bus_feedback where request_id = $1::uuid")
        .bind(&id)
        .fetch_one(&pool)
        .await
        .expect("marks");
    assert_eq!(kept, 5, "the first answer counts");
    // The link of the request itself is no link for feedback, nor the other way round.
    shows(&school.get(&format!("/bus/r/{link}")).await, StatusCode::GONE, &[]);
    site.test.services.clock.advance(SignedDuration::from_hours(24 * 60));
    shows(&school.get(&path).await, StatusCode::GONE, &["链接已经失效"]);
}

#[tokio::test]
async fn one_network_cannot_begin_forms_without_end() {
    let site = Site::new().await;
    let from = async |n: u8| {
        let request = http::Request::post("/bus/apply")
            .header("sec-fetch-site", "same-origin")
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(Peer(SocketAddr::from(([203, 0, 113, n], 40_000))));
        site.send(request.body(axum::body::Body::empty()).expect("a request")).await
    };
    for n in 0..60 {
        assert_eq!(from(n).await.status, StatusCode::SEE_OTHER, "form {n}");
    }
    let refused = from(60).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
}
