//! A class asks, is told what is wrong, answers, sees its pass.

use super::{FORM, ask, museum, officer, read, the_request, with};
use crate::account_pages::{Browser as Visitor, later, sent_code};
use crate::bus::{REFUSED, gone_to, send, shows};
use http::StatusCode;

#[tokio::test]
async fn the_front_page_says_the_rules_that_decide() {
    let (site, _) = museum(60).await;
    let page = read(&site, "/museum/groups").await;
    for words in ["每个团体10到120人", "未成年人每10人至少有1位成年人随行", "申请团体参观"] {
        assert!(page.contains(words), "no “{words}” in {page}");
    }
    for words in ["可以申请3天后到42天内的场次", "不需要盖章函件", "等您答复，最多3天", "最多同时办理6个申请"]
    {
        assert!(page.contains(words), "no “{words}” in {page}");
    }
    assert!(read(&site, "/en/museum/groups").await.contains("At least one adult for every 10 minors"));
    assert!(read(&site, "/museum").await.contains("团体预约"), "there is a way to it");
}

#[tokio::test]
async fn faults_stand_under_their_fields_and_nothing_typed_is_lost() {
    let (site, sessions) = museum(60).await;
    let class = Visitor::new(&site);
    let form = gone_to(&class.post("/museum/groups/apply", &[]).await, "/museum/groups/apply/");
    let answer = class.post(&form, &with("adults", "4")).await;
    shows(&answer, REFUSED, &["至少需要5位成年人随行"]);
    assert!(answer.body.contains("value=\"演示市晨光小学三年级\""), "what was typed is still there");
    // Nobody chooses sessions before it is known who comes.
    assert!(class.get(&format!("{form}/when")).await.body.contains("请先填写单位"));
    let when = gone_to(&class.post(&form, &FORM).await, &format!("{form}/when"));
    let page = class.get(&when).await;
    shows(&page, StatusCode::OK, &["48人，随行成人5人", "2026年7月28日（周二）17:00–18:30 · 余 60 个名额"]);
    assert!(!page.body.contains("09:00–10:30"), "sessions of thirty places are not for fifty-three people");
    let (one, two) = (sessions[0].to_string(), sessions[1].to_string());
    shows(&class.post(&when, &[("session_1", "")]).await, REFUSED, &["第一选择"]);
    shows(&class.post(&when, &[("session_1", &one), ("session_2", &one)]).await, REFUSED, &["已经有一个相同的"]);
    gone_to(&class.post(&when, &[("session_1", &one), ("session_2", &two), ("save", "1")]).await, &when);
    let page = class.get(&when).await;
    assert!(page.body.contains(&format!("value=\"{two}\" selected")), "the choice was kept");
    // Another browser sees nothing of it.
    assert_eq!(Visitor::new(&site).get(&form).await.status, StatusCode::NOT_FOUND);
}

/// The switches of the header lose nothing that stands in the form: with scripts the text grows in place and the other language
/// takes it along, refused or not yet sent; what was refused stands there without scripts too.
#[tokio::test]
async fn the_switches_of_the_header_lose_nothing_that_was_typed() {
    let (site, _) = museum(60).await;
    let class = Visitor::new(&site);
    let form = gone_to(&class.post("/museum/groups/apply", &[]).await, "/museum/groups/apply/");
    let page = class.get(&form).await;
    assert!(page.body.contains("data-kept") && page.body.matches("<script type=\"module\"").count() == 2);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'nonce-") && !policy.contains("wasm"), "{policy}");
    // What the script sends ahead is what the button for later sends: nothing is read yet, and nothing is refused.
    gone_to(&class.post(&form, &[("organisation", "演示市星河中学"), ("save", "1")]).await, &form);
    assert!(class.get(&format!("/en{form}")).await.body.contains("value=\"演示市星河中学\""));
    shows(&class.post(&form, &[("organisation", "演示市临海中学")]).await, REFUSED, &["请填写这一项"]);
    assert!(class.get(&format!("/en{form}")).await.body.contains("value=\"演示市临海中学\""));
    // No other page has a script it does not need.
    assert!(!site.get("/museum/groups").await.body.contains("<script type=\"module\""));
}

#[tokio::test]
async fn a_class_asks_is_proposed_a_session_and_gets_its_pass() {
    let (site, sessions) = museum(60).await;
    let class = Visitor::new(&site);
    let mine = ask(&site, &class, sessions[0]).await;
    let page = read(&site, &mine).await;
    for words in ["待答复", "48人，随行成人5人", "m***@example.com", "名单"] {
        assert!(page.contains(words), "no “{words}” in {page}");
    }
    let staff = officer(&site).await;
    let (id, _, version) = the_request(&site).await;
    let session = sessions[1].to_string();
    let pairs = [("version", version.as_str()), ("session", session.as_str()), ("message", "上午有讲座")];
    gone_to(&send(&staff, &format!("/staff/groups/{id}/propose"), &pairs).await, &format!("/staff/groups/{id}"));
    let page = read(&site, &mine).await;
    assert!(page.contains("2026年7月29日（周三）17:00–18:30") && page.contains("上午有讲座"), "{page}");
    // GET shows, POST acts.
    let refused = site.get(&format!("{mine}/accept")).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    gone_to(&class.post(&format!("{mine}/accept"), &[]).await, &mine);
    let (_, state, version) = the_request(&site).await;
    assert_eq!(state, "accepted");
    let pairs = [("version", version.as_str()), ("session", session.as_str())];
    gone_to(&send(&staff, &format!("/staff/groups/{id}/approve"), &pairs).await, &format!("/staff/groups/{id}"));
    let page = site.get(&mine).await;
    let link =
        page.body.split("href=\"/b/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link to the pass");
    let pass = read(&site, &format!("/b/{link}")).await;
    assert!(pass.contains("演示市晨光小学三年级") && pass.contains("53位"), "{pass}");
    assert!(!pass.contains("改到其他场次"), "a group is moved by agreement");
    assert!(site.get(&format!("/b/{link}/visit.ics")).await.body.contains("BEGIN:VEVENT"));
    // What would be refused is not offered any more.
    let offers = async || {
        let page = read(&site, &mine).await;
        ["取消参观", "减少人数", "不能再自助更改"].map(|words| page.contains(words))
    };
    assert_eq!(offers().await, [true, true, false]);
    let now = site.test.services.clock.now();
    let late: jiff::Timestamp = "2026-07-29T16:45:00+08:00".parse().expect("an instant");
    later(&site, late.duration_since(now).as_secs());
    assert_eq!(offers().await, [false, false, true]);
}

#[tokio::test]
async fn a_signed_in_visitor_finds_the_request_in_the_account() {
    let (site, sessions) = museum(60).await;
    let class = Visitor::new(&site);
    let mine = ask(&site, &class, sessions[0]).await;
    later(&site, 120);
    class.sign_in("morgenlicht@example.com").await;
    shows(&class.get("/account").await, StatusCode::OK, &["我的团体预约申请", "演示市晨光小学三年级"]);
    let (id, ..) = the_request(&site).await;
    let opened = gone_to(&class.get(&format!("/account/groups/{id}")).await, "/museum/groups/r/");
    assert!(read(&site, &opened).await.contains("演示市晨光小学三年级"));
    let stranger = Visitor::new(&site);
    stranger.sign_in("somebody@example.com").await;
    assert_eq!(stranger.get(&format!("/account/groups/{id}")).await.status, StatusCode::NOT_FOUND);
    assert!(mine.starts_with("/museum/groups/r/"));
}

#[tokio::test]
async fn a_wrong_code_and_a_wrong_link_lead_nowhere() {
    let (site, sessions) = museum(60).await;
    let class = Visitor::new(&site);
    let form = gone_to(&class.post("/museum/groups/apply", &[]).await, "/museum/groups/apply/");
    let when = gone_to(&class.post(&form, &FORM).await, &format!("{form}/when"));
    let wish = sessions[0].to_string();
    let code_page = gone_to(&class.post(&when, &[("session_1", &wish)]).await, &format!("{form}/code"));
    let right = sent_code(&site, "morgenlicht@example.com").await;
    let wrong = crate::account_pages::other_than(&right);
    shows(&class.post(&code_page, &[("code", &wrong)]).await, REFUSED, &["验证码"]);
    let none: i64 = sqlx::query_scalar("select count(*) from group_request")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(none, 0, "nothing was asked for");
    assert_eq!(site.get("/museum/groups/r/nonsense").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_booking_does_not_cut_off_the_life_of_a_form() {
    let (site, [session, _]) = museum(20).await;
    let browser = site.anonymous();
    let begun = browser.post("/museum/groups/apply", "").await;
    let held = browser.post(&format!("/museum/sessions/{session}"), "people=2").await;
    let (begun, held) = (begun.header("set-cookie"), held.header("set-cookie"));
    let days = format!("; Max-Age={};", 24 * 60 * 60 * services::requests::DRAFT_DAYS);
    for cookie in [begun, held] {
        assert!(cookie.starts_with("__Host-visitor=") && cookie.contains(&days), "{cookie}");
    }
}
