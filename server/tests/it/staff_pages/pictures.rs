//! Pictures of an event: sent, put in order and removed at the desk; what the public is shown, and what a browser may keep.

use super::{REFUSED, again, gone_to, later, noted, officer, send};
use crate::groups::upload;
use crate::support::{Answer, Browser, Site};
use domain::account::{Role, Scope};
use http::StatusCode;

/// A white field of 640 by 320 pixels.
const WHITE: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x02\x80\x00\x00\x01@\x08\x00\x00\x00\x00\x09\xa6\x92\xd6\x00\x00\x02JIDATx\xda\xed\xd2A\x11\x00\x00\x0c\xc20\xfc\x9b\x06\x19\xdb#\x91\xd0k\x0a\x87\x22\x01\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03\x82\x011 \x18\x10\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\x04\x03b@0 \x06\xc4\x80\x12`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80`@\x0c\x08\x06\xc4\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\x18\x10\x0c\x88\x01\xc1\x80\xfc2Zk\x0e\xb45\x96\x09\xf5\x00\x00\x00\x00IEND\xaeB`\x82";

const WORDS: [(&str, &str); 3] =
    [("alt_zh", "义诊车前排队的居民"), ("alt_en", "People in line at the clinic bus"), ("consent", "on")];
const PUBLIC: &str = "/events/health-tour-linyi";

/// A site with the demo's events, and the page of the pictures of one.
async fn site() -> (Site, String) {
    let site = super::museum().await;
    services::outreach::seed_demo(&site.test.services, &site.test.services.system()).await.expect("events");
    later(&site, 2);
    let id: String = sqlx::query_scalar("select id::text from activity where slug = 'health-tour-linyi'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the event");
    (site, format!("/staff/events/{id}/pictures"))
}

async fn add(
    site: &Site,
    browser: &Browser<'_>,
    page: &str,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Answer {
    let mut request = upload(page, fields, file);
    request.headers_mut().insert("cookie", browser.cookie.parse().expect("a cookie"));
    let answer = site.send(request).await;
    later(site, 2);
    answer
}

/// What stands between a text and the next quotation mark.
fn after<'a>(body: &'a str, text: &str) -> &'a str {
    body.split(text).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no {text}"))
}

#[tokio::test]
async fn an_event_shows_its_pictures_to_everybody_and_without_any_its_drawing() {
    let (site, page) = site().await;
    let browser = officer(&site).await;
    let before = site.get(PUBLIC).await;
    assert!(before.body.contains("hero-picture") && !before.body.contains("class=\"photo\""));
    let empty = browser.get(&page).await;
    assert!(empty.body.contains("multipart/form-data") && empty.body.contains("还没有图片"));
    for _ in 0..2 {
        gone_to(&add(&site, &browser, &page, &WORDS, Some(("a.png", WHITE))).await, &format!("{page}?done=added"));
    }
    let shown = site.get(PUBLIC).await;
    assert_eq!(shown.body.matches("class=\"photo\"").count(), 1, "pressed twice it is one");
    assert!(!shown.body.contains("hero-picture") && !shown.body.contains("id=\"pictures\""));
    for words in ["alt=\"义诊车前排队的居民\"", "width=\"640\" height=\"320\"", "loading=\"eager\"", " 480w, "]
    {
        assert!(shown.body.contains(words), "no {words}");
    }
    assert!(site.get("/en/events/health-tour-linyi").await.body.contains("alt=\"People in line at the clinic bus\""));
    assert!(site.get("/events").await.body.contains("alt=\"义诊车前排队的居民\""), "its card, too");

    // A second one stands below; made the cover, it changes places with the first.
    let mut other = WORDS;
    other[0].1 = "血压检查";
    let file = [WHITE, b"behind the end"].concat();
    gone_to(&add(&site, &browser, &page, &other, Some(("b.png", &file))).await, &page);
    let two = site.get(PUBLIC).await.body;
    let at = |body: &str, words: &str| body.find(words).unwrap_or_else(|| panic!("no {words}"));
    assert!(at(&two, "义诊车前") < at(&two, "id=\"pictures\"") && at(&two, "id=\"pictures\"") < at(&two, "血压检查"));
    assert!(two.contains("loading=\"lazy\""));
    let desk = browser.get(&page).await.body;
    let mut inputs = desk.split("<input").filter_map(|rest| rest.split('>').next());
    assert!(
        inputs.any(|input| input.contains("type=\"file\"") && input.contains(" required")),
        "said to whoever hears it"
    );
    let second = format!(
        "{page}/{}",
        desk.rsplit(&format!("{page}/")).next().expect("a form").split('"').next().expect("its end")
    );
    gone_to(&send(&browser, &second, &[("change", "cover")]).await, &format!("{page}?done=changed"));
    later(&site, 2);
    let turned = site.get(PUBLIC).await.body;
    assert!(at(&turned, "血压检查") < at(&turned, "义诊车前"));
    assert_eq!(send(&browser, &second, &[("change", "paint")]).await.status, StatusCode::NOT_FOUND);

    // Its words are said otherwise where it stands: in both languages, by whoever may send one, and once.
    let id = second.rsplit('/').next().expect("its id");
    let (zh, en) = (format!("alt_zh-{id}"), format!("alt_en-{id}"));
    let words =
        |in_zh: &'static str, in_en: &'static str| [("change", "words"), (zh.as_str(), in_zh), (en.as_str(), in_en)];
    let bare = send(&browser, &second, &words("量血压的老人", " ")).await;
    again(&bare, REFUSED, "请填写这一项");
    assert!(bare.body.contains("value=\"量血压的老人\""), "nothing typed is lost");
    assert!(bare.body.contains(&format!("href=\"#f-{en}\"")) && !bare.body.contains(&format!("href=\"#f-{zh}\"")));
    let steward = site.staff(&[Role::Steward]).await;
    let foreign = send(&steward, &second, &words("别人的话", "Others’ words")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        let said = send(&browser, &second, &words("量血压的老人", "Blood pressure is taken")).await;
        gone_to(&said, &format!("{page}?done=changed"));
    }
    later(&site, 2);
    let reworded = site.get(PUBLIC).await.body;
    assert!(at(&reworded, "alt=\"量血压的老人\"") < at(&reworded, "义诊车前") && !reworded.contains("血压检查"));
    assert!(site.get("/en/events/health-tour-linyi").await.body.contains("alt=\"Blood pressure is taken\""));
    let event = page.split('/').nth(3).expect("the event");
    assert_eq!(noted(&site, "event.picture_reworded", event).await, 1);
    for _ in 0..2 {
        gone_to(&send(&browser, &second, &[("change", "remove")]).await, &page);
    }
    later(&site, 2);
    assert!(!site.get(PUBLIC).await.body.contains("量血压的老人"));
    let late = send(&browser, &second, &words("太晚了", "Too late")).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "words of a picture that is gone are said of nothing");
}

#[tokio::test]
async fn a_browser_keeps_a_picture_for_good_while_it_is_public_and_nobody_is_given_a_drafts() {
    let (site, page) = site().await;
    let browser = officer(&site).await;
    gone_to(&add(&site, &browser, &page, &WORDS, Some(("a.png", WHITE))).await, &page);
    let picture = after(&site.get(PUBLIC).await.body, "<img src=\"").to_owned();
    let given = site.get(&picture).await;
    assert_eq!((given.status, given.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(given.header("cache-control"), "private, max-age=31536000, immutable");
    assert_eq!(given.header("x-content-type-options"), "nosniff");
    assert!(given.bytes.starts_with(b"\xFF\xD8\xFF"), "written anew");
    let hash = picture.trim_start_matches("/event-pictures/").trim_end_matches(".jpg");
    assert_eq!(services::crypto::digest_hex(&given.bytes), hash);

    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let all = site.call("GET", "/api/v1/events", &token, &[], None).await.json();
    let told = all["events"].as_array().expect("events").iter().find(|event| event["kind"] == "health-tour");
    let told = &told.expect("the event")["pictures"];
    assert_eq!(told[0]["alt"]["en"], "People in line at the clinic bus");
    assert_eq!(told[0]["sizes"][1]["width"], 640);
    assert!(told[0]["sizes"][1]["url"].as_str().is_some_and(|url| url.ends_with(&picture)), "{told}");

    let event = page.trim_end_matches("/pictures");
    let version = after(&browser.get(event).await.body, "name=\"version\" value=\"").to_owned();
    gone_to(&send(&browser, &format!("{event}/publish"), &[("version", &version), ("published", "no")]).await, event);
    assert_eq!(site.get(&picture).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.staff(&[Role::Steward]).await.get(&picture).await.status, StatusCode::NOT_FOUND);
    let own = browser.get(&picture).await;
    assert_eq!((own.status, own.header("cache-control")), (StatusCode::OK, "no-store"));
}

#[tokio::test]
async fn what_is_no_picture_or_lacks_its_words_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let (site, page) = site().await;
    let browser = officer(&site).await;
    let bare = add(&site, &browser, &page, &WORDS[..1], None).await;
    for words in ["请选择文件", "请勾选这一项后继续", "请填写这一项"] {
        again(&bare, REFUSED, words);
    }
    assert!(bare.body.contains("value=\"义诊车前排队的居民\"") && bare.body.contains("href=\"#f-picture\""));
    let drawing = add(&site, &browser, &page, &WORDS, Some(("a.png", b"<svg onload='alert(1)'/>"))).await;
    again(&drawing, REFUSED, "请选择 JPG 或 PNG 照片");
    let large = vec![0; services::outreach::LARGEST_PICTURE + 1];
    again(&add(&site, &browser, &page, &WORDS, Some(("a.png", &large))).await, REFUSED, "不能超过 12 MB");
    let steward = site.staff(&[Role::Steward]).await;
    assert_eq!(steward.get(&page).await.status, StatusCode::FORBIDDEN);
    assert_eq!(add(&site, &steward, &page, &WORDS, Some(("a.png", WHITE))).await.status, StatusCode::FORBIDDEN);
    assert!(!site.get(PUBLIC).await.body.contains("class=\"photo\""));
}
