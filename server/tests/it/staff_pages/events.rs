//! The events' staff pages: the list, one event and its publication, the builder of questions, registrations and what was
//! answered.

use super::{REFUSED, again, form, gone_to, later, number, officer, send, value};
use crate::support::{Answer, Browser, Site};
use domain::account::Role;
use http::StatusCode;

/// A site with the demo's events, and the id of the lectures.
async fn events() -> (Site, String) {
    let site = super::museum().await;
    services::outreach::seed_demo(&site.test.services, &site.test.services.system()).await.expect("events");
    later(&site, 2);
    let id = sqlx::query_scalar("select id::text from activity where slug = 'leyun-lectures'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the lectures");
    (site, id)
}

/// The version a page's forms carry.
fn version(page: &str) -> String {
    let around = page.split("name=\"version\" value=\"").nth(1).expect("a form with a version");
    around.split('"').next().expect("a value").to_owned()
}

async fn put(browser: &Browser<'_>, page: &str, pairs: &[(&str, &str)]) -> Answer {
    put_to(browser, page, page, pairs).await
}

/// Sends a form of `page` that goes elsewhere.
async fn put_to(browser: &Browser<'_>, page: &str, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let version = version(&browser.get(page).await.body);
    send(browser, path, &[pairs, &[("version", &version)]].concat()).await
}

#[tokio::test]
async fn staff_see_every_event_and_publish_or_take_back() {
    let (site, id) = events().await;
    let browser = officer(&site).await;
    let list = browser.get("/staff/events").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("乐孕课堂") && list.body.contains("健康齐鲁行·临沂站"));
    let page = format!("/staff/events/{id}");
    let one = browser.get(&page).await;
    assert!(one.body.contains("5个问题") && one.body.contains("撤回活动"));
    let form_pairs = [("version", version(&one.body)), ("published", "no".to_owned())];
    let form_pairs: Vec<(&str, &str)> = form_pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    gone_to(&send(&browser, &format!("{page}/publish"), &form_pairs).await, &page);
    assert_eq!(site.get("/events/leyun-lectures").await.status, StatusCode::NOT_FOUND);
    // Pressed twice it is what was wanted; an old page that wants something else is told.
    gone_to(&send(&browser, &format!("{page}/publish"), &form_pairs).await, &page);
    let old = send(&browser, &format!("{page}/publish"), &[form_pairs[0], ("published", "yes")]).await;
    assert_eq!(old.status, StatusCode::CONFLICT);
    assert!(browser.get(&page).await.body.contains("未发布"));
}

#[tokio::test]
async fn a_question_is_built_previewed_published_and_then_asked() {
    let (site, id) = events().await;
    let browser = officer(&site).await;
    let page = format!("/staff/events/{id}/questions");
    let empty = put(&browser, &page, &[("kind", "one"), ("choices", "只有一个")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("href=\"#f-label_zh\"") && empty.body.contains("href=\"#f-choices\""));

    let unusable = [("label_zh", "几人\0桌"), ("kind", "one"), ("choices", "两人桌\n四人\0桌")];
    let refused = put(&browser, &page, &unusable).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#f-label_zh\"") && refused.body.contains("href=\"#f-choices\""));

    // It follows from a sensitive one and is not sensitive: refused, with a sentence, nothing typed lost.
    let tells = [
        ("label_zh", "想要几人桌\t"),
        ("label_en", "How large a table"),
        ("kind", "one"),
        ("choices", "两人桌 | For two\n四人桌 | For four"),
        ("when", "expecting:self"),
    ];
    let refused = put(&browser, &page, &tells).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("也要标为敏感") && refused.body.contains("想要几人桌"));

    let sound = [&tells[..4], &[("required", "on")]].concat();
    gone_to(&put(&browser, &page, &sound).await, &page);
    let built = browser.get(&page).await;
    assert!(built.body.contains("有尚未发布的改动"));
    // The preview shows it as visitors will see it, and nobody is asked yet.
    assert!(built.body.contains("name=\"q-q1\"") && built.body.contains("四人桌"));
    let draft = |body: &str| body.contains("想要几人桌");
    assert!(!draft(&question_page(&site).await));
    let press = async |what: &str, more: &[(&str, &str)]| {
        let version = version(&browser.get(&page).await.body);
        send(&browser, &format!("{page}/{what}"), &[more, &[("version", &version)]].concat()).await
    };
    gone_to(&press("move", &[("key", "q1"), ("way", "up")]).await, &page);
    let stuck = press("remove", &[("key", "expecting")]).await;
    assert!(stuck.status == StatusCode::UNPROCESSABLE_ENTITY && stuck.body.contains("依赖另一个问题"));
    gone_to(&press("publish", &[]).await, &page);
    later(&site, 2);
    assert!(draft(&question_page(&site).await));
    assert!(!browser.get(&page).await.body.contains("有尚未发布的改动"));
    // Thrown away, a change leaves no trace.
    gone_to(&press("remove", &[("key", "q1")]).await, &page);
    gone_to(&press("discard", &[]).await, &page);
    let page = browser.get(&page).await.body;
    assert!(page.contains("name=\"q-q1\""));
    // What was published stands below, version by version, each with what it asked.
    let versions =
        page.split("id=\"versions\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("the versions");
    let (second, first) = versions.split_once("第1版").expect("the first");
    assert!(second.contains("第2版") && second.contains("想要几人桌") && second.contains("现存0份回答"));
    assert!(first.contains("发布；现存") && !first.contains("想要几人桌"));
}

#[tokio::test]
async fn who_may_not_manage_sees_no_builder() {
    let (site, id) = events().await;
    let page = format!("/staff/events/{id}/questions");
    assert_eq!(site.staff(&[Role::Steward]).await.get(&page).await.status, StatusCode::FORBIDDEN);
    let anonymous = site.anonymous().get(&page).await;
    assert!(anonymous.header("location").starts_with("/staff/sign-in"), "{}", anonymous.status);
}

#[tokio::test]
async fn sensitive_answers_stand_in_no_list_and_open_once_for_a_reason() {
    let (site, id) = events().await;
    let owner = site.test.db.owner_pool();
    let session: String = sqlx::query_scalar(
        "select s.id::text from session s where s.activity_id = $1::uuid order by s.starts_at limit 1",
    )
    .bind(&id)
    .fetch_one(&owner)
    .await
    .expect("a session");
    let mut visitor = site.anonymous();
    let begun = visitor.post(&format!("/events/leyun-lectures/sessions/{session}"), "people=1").await;
    visitor.cookie = begun.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let draft = begun.header("location").to_owned();
    let answers = [
        ("name", "演示·白露"),
        ("contact", "reveal@example.com"),
        ("accept", "on"),
        ("q-expecting", "self"),
        ("q-due", "2026-12-01"),
        ("q-health-consent", "on"),
        ("q-ask", "需要带什么"),
        ("asked", "expecting due health-consent topics ask"),
    ];
    visitor.post(&draft, &form(&answers)).await;
    sqlx::query("update booking_draft set verified_at = now()").execute(&owner).await.expect("proven");
    gone_to(&visitor.post(&format!("{draft}/code"), "code=").await, "/b/");

    let browser = officer(&site).await;
    later(&site, 2);
    let list = browser.get(&format!("/staff/events/{id}/dates/{session}")).await;
    assert!(list.body.contains("需要带什么") && list.body.contains("敏感信息"), "{}", list.body);
    assert!(!list.body.contains("2026年12月1日") && !list.body.contains("我自己"));
    let booking: String = sqlx::query_scalar(
        "select a.booking_id::text from event_answers a join booking b on b.id = a.booking_id where b.channel = 'web'",
    )
    .fetch_one(&owner)
    .await
    .expect("one registration");
    let page = format!("/staff/events/{id}/registrations/{booking}");
    let one = browser.get(&page).await;
    assert!(one.body.contains("查看敏感回答") && !one.body.contains("2026年12月1日"));
    let silent = send(&browser, &page, &[("reason", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = send(&browser, &page, &[("reason", "安排座位")]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("2026年12月1日") && shown.body.contains("我自己"));
    // What somebody sends under that name is never shown as if it were an answer.
    let forged = send(&browser, &page, &[("reason", ""), ("revealed", "预产期\t2020-01-01")]).await;
    assert!(!forged.body.contains("2020-01-01"));
    assert!(!browser.get(&page).await.body.contains("2026年12月1日"), "gone with the page");
    // The door sees neither.
    let steward = site.staff(&[Role::Steward]).await;
    assert_eq!(steward.get(&page).await.status, StatusCode::FORBIDDEN);
}

/// The form of somebody who registers for the first lecture.
async fn question_page(site: &Site) -> String {
    let session: String = sqlx::query_scalar(
        "select s.id::text from session s join activity a on a.id = s.activity_id
         where a.slug = 'leyun-lectures' order by s.starts_at limit 1",
    )
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("a session");
    let mut browser = site.anonymous();
    let begun = browser.post(&format!("/events/leyun-lectures/sessions/{session}"), "people=1").await;
    browser.cookie = begun.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    browser.get(begun.header("location")).await.body
}

/// The fields of a new event, as its form sends them.
const NEW: [(&str, &str); 18] = [
    ("kind", "family-day"),
    ("slug", "family-day-rizhao"),
    ("title_zh", "日照亲子节"),
    ("title_en", "Family day in Rizhao"),
    ("city", "rizhao"),
    ("place_zh", "海滨广场"),
    ("place_en", ""),
    ("audience", "families"),
    ("lead_zh", "海边的一天"),
    ("lead_en", ""),
    ("story_zh", "第一段\r\n\r\n第二段"),
    ("story_en", ""),
    ("programme", "09:30 | 游戏 | Games"),
    ("people", "5"),
    ("children", "3"),
    ("bookings_per_day", "2"),
    ("days_ahead", "60"),
    ("change_minutes", "120"),
];

fn with(pairs: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let kept = NEW.iter().copied().filter(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
    kept.chain(pairs.iter().copied()).collect()
}

#[tokio::test]
async fn a_title_is_one_line_whatever_was_pasted() {
    let (site, _) = events().await;
    let browser = officer(&site).await;
    let pasted = with(&[("slug", "family-day-pasted"), ("title_zh", "海边\t亲子\r\n节"), ("place_zh", "广场\t东")]);
    let page = gone_to(&send(&browser, "/staff/events/new", &pasted).await, "/staff/events/");
    let page = page.split('?').next().expect("a path").to_owned();
    let hours = [("day", "2026-08-08"), ("starts", "9:30"), ("ends", "11:00"), ("capacity", "40")];
    let named = [&hours[..], &[("date_zh", "上午\t场")]].concat();
    gone_to(&send(&browser, &format!("{page}/dates"), &named).await, &page);
    let shown = browser.get(&page).await.body;
    for line in ["海边 亲子 节", "广场 东", "上午 场"] {
        assert!(shown.contains(line), "{line}");
    }
    let unusable = with(&[("slug", "family-day-other"), ("title_zh", "海边\0")]);
    let refused = send(&browser, "/staff/events/new", &unusable).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("#f-title_zh"), "the fault stands beside its field");
    let unusable = [&hours[..], &[("date_zh", "上午\0场")]].concat();
    assert_eq!(send(&browser, &format!("{page}/dates"), &unusable).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Somebody who has shown that this address is theirs registers for a date; answers what they are told.
async fn registers(site: &Site, session: &str, contact: &str, (people, children): (&str, &str)) -> Answer {
    let mut visitor = site.anonymous();
    let sessions = format!("/events/family-day-limits/sessions/{session}");
    let begun = visitor.post(&sessions, &form(&[("people", people)])).await;
    visitor.cookie = begun.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let draft = gone_to(&begun, "/");
    let who = [("name", "演示·白露"), ("contact", contact), ("children", children), ("accept", "on")];
    gone_to(&visitor.post(&draft, &form(&who)).await, &draft);
    sqlx::query("update booking_draft set verified_at = now()")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("proven");
    visitor.post(&format!("{draft}/code"), "code=").await
}

#[tokio::test]
async fn what_one_person_may_book_of_an_event_is_set_on_its_form_and_refuses_with_its_reason() {
    let (site, _) = events().await;
    let browser = officer(&site).await;
    let limits = [
        ("slug", "family-day-limits"),
        ("people_per_day", "6"),
        ("children_per_day", "3"),
        ("window_days", "3"),
        ("bookings_per_window", "5"),
        ("people_per_window", "7"),
        ("children_per_window", "4"),
    ];
    let but = |changed: &[(&'static str, &'static str)]| {
        let kept = limits.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        with(&kept.chain(changed).copied().collect::<Vec<_>>())
    };
    let new = "/staff/events/new";
    let unread = but(&[("window_days", "0"), ("bookings_per_window", ""), ("children_per_window", "四个")]);
    let refused = send(&browser, new, &unread).await;
    for (field, words) in [
        ("window_days", "填写1到90之间的数字"),
        ("bookings_per_window", "请填写这一项"),
        ("children_per_window", "value=\"四个\""),
    ] {
        assert!(refused.body.contains(&format!("href=\"#f-{field}\"")), "{field}");
        assert!(refused.body.contains(words), "{field}: {words}");
    }
    // Fewer than one party, or in some days fewer than on one of them.
    let few = but(&[("people_per_day", "4"), ("children_per_day", "2"), ("children_per_window", "2")]);
    let refused = send(&browser, new, &few).await;
    for words in ["填写5到500之间的数字", "填写3到500之间的数字", "填写3到5000之间的数字"] {
        again(&refused, REFUSED, words);
    }
    let page = gone_to(&send(&browser, new, &but(&[])).await, "/staff/events/");
    let page = page.split('?').next().expect("a path").to_owned();
    for (day, starts, ends) in
        [("08", "9:30", "11:00"), ("08", "14:00", "15:30"), ("10", "9:30", "11:00"), ("11", "9:30", "11:00")]
    {
        let day = format!("2026-08-{day}");
        let date = [("day", day.as_str()), ("starts", starts), ("ends", ends), ("capacity", "40")];
        gone_to(&send(&browser, &format!("{page}/dates"), &date).await, &page);
    }
    gone_to(&put_to(&browser, &page, &format!("{page}/publish"), &[("published", "yes")]).await, &page);
    later(&site, 2);

    // The form shows them again, and a form that has no such fields leaves them as they are.
    let edit = format!("{page}/edit");
    for sent in [but(&[("window_days", "2")]), but(&[]), NEW.to_vec()] {
        gone_to(&put(&browser, &edit, &sent).await, &page);
    }
    let shown = browser.get(&edit).await;
    for (name, set) in &limits[1..] {
        assert_eq!(value(&shown, name), *set, "{name}");
    }
    let noted = "select count(*) from audit_entry where action = 'event.changed' and detail->'rules' = '{\"window_days\": [\"2\", \"3\"]}'";
    assert_eq!(number(&site, noted).await, 1, "what changed is in the trail");
    later(&site, 2);
    let public = site.get("/events/family-day-limits").await;
    again(&public, StatusCode::OK, "同一天合计最多6人，其中14岁以下儿童最多3人");
    again(&public, StatusCode::OK, "任意3天内合计最多7人，其中14岁以下儿童最多4人");

    let dates: Vec<String> = sqlx::query_scalar(
        "select s.id::text from session s join activity a on a.id = s.activity_id
         where a.slug = 'family-day-limits' order by s.starts_at",
    )
    .fetch_all(&site.test.db.owner_pool())
    .await
    .expect("its dates");
    let family = "family@example.com";
    gone_to(&registers(&site, &dates[0], family, ("3", "2")).await, "/b/");
    for (date, party, why) in [
        (1, ("3", "2"), "同一天合计最多带3名14岁以下儿童，当天还可以带1名"),
        (2, ("5", "2"), "3天内合计最多7人，还可以约4人"),
        (2, ("4", "3"), "3天内合计最多带4名14岁以下儿童，还可以带2名"),
    ] {
        again(&registers(&site, &dates[date], family, party).await, REFUSED, why);
    }
    gone_to(&registers(&site, &dates[1], "others@example.com", ("3", "2")).await, "/b/");
    gone_to(&registers(&site, &dates[3], family, ("5", "3")).await, "/b/");
}

#[tokio::test]
async fn an_event_is_made_dated_published_changed_and_moved() {
    let (site, _) = events().await;
    let browser = officer(&site).await;
    assert!(browser.get("/staff/events/new").await.body.contains("健康齐鲁行"));
    let form_page = browser.get("/staff/events/new?kind=family-day").await;
    for words in
        ["value=\"728亲子节\"", "闯关游戏认识红细胞", "09:15 | 闯关游戏：认识血细胞 | Games: meeting blood cells"]
    {
        assert!(form_page.body.contains(words), "the template's words: {words}");
    }
    let wrong = with(&[("slug", "亲子节"), ("title_zh", ""), ("children", "9"), ("city", "beijing")]);
    let refused = send(&browser, "/staff/events/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["slug", "city", "children"] {
        assert!(refused.body.contains(&format!("href=\"#f-{field}\"")), "{field}");
    }
    assert!(refused.body.contains("海边的一天"), "nothing typed is lost");
    let taken = send(&browser, "/staff/events/new", &with(&[("slug", "leyun-lectures")])).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.body.contains("#f-slug"));

    let page = gone_to(&send(&browser, "/staff/events/new", &NEW).await, "/staff/events/");
    let page = page.split('?').next().expect("a path").to_owned();
    let made = browser.get(&page).await.body;
    assert!(made.contains("至少有一个场次后才能发布"));
    assert!(
        made.contains("只问姓名和联系方式") && made.contains("有草稿未发布"),
        "its kind's questions wait for staff"
    );
    let builder = browser.get(&format!("{page}/questions")).await.body;
    assert!(builder.contains("孩子多大") && builder.contains("有尚未发布的改动"), "and can be changed first");
    assert_eq!(site.get("/events/family-day-rizhao").await.status, StatusCode::NOT_FOUND);
    let hours =
        [("day", "2026-08-08"), ("starts", "9:30"), ("ends", "11:00"), ("capacity", "40"), ("date_zh", "上午场")];
    gone_to(&send(&browser, &format!("{page}/dates"), &hours).await, &page);
    let backwards = [("day", "2026-08-09"), ("starts", "11:00"), ("ends", "9:30"), ("capacity", "40")];
    let refused = send(&browser, &format!("{page}/dates"), &backwards).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = version(&browser.get(&page).await.body);
    gone_to(&send(&browser, &format!("{page}/publish"), &[("version", &seen), ("published", "yes")]).await, &page);
    let public = site.get("/events/family-day-rizhao").await;
    assert!(!public.body.contains("证件"), "off by default");
    for text in ["日照亲子节", "海滨广场", "上午场", "游戏", "<p>第一段</p>", "<p>第二段</p>"] {
        assert!(public.body.contains(text), "{text}");
    }

    // Changed by one, and by another who had the page from before.
    let seen = version(&browser.get(&format!("{page}/edit")).await.body);
    let renamed = with(&[("title_zh", "日照海洋亲子节"), ("identity", "leader")]);
    let renamed = [&renamed[..], &[("version", &seen)]].concat();
    gone_to(&send(&browser, &format!("{page}/edit"), &renamed).await, &page);
    let late = send(&browser, &format!("{page}/edit"), &renamed).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let public = site.get("/events/family-day-rizhao").await.body;
    assert!(public.contains("日照海洋亲子节") && public.contains("请带上证件原件"), "its rules say so");

    // Moved: the public page and the feed follow.
    let session: String = sqlx::query_scalar(
        "select s.id::text from session s join activity a on a.id = s.activity_id where a.slug = 'family-day-rizhao'",
    )
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("its date");
    let dates = format!("{page}/dates/{session}");
    let seen = version(&browser.get(&dates).await.body);
    let to = [("version", seen.as_str()), ("day", "2026-08-15"), ("starts", "14:00"), ("ends", "15:30")];
    gone_to(&send(&browser, &dates, &to).await, &format!("{dates}?done=moved&told=0"));
    assert!(site.get("/events/family-day-rizhao").await.body.contains("2026年8月15日"));
    let feed = site.get("/events/family-day-rizhao/calendar.ics").await.body;
    assert!(feed.contains("DTSTART:20260815T060000Z") && feed.contains("SEQUENCE:1"), "{feed}");
}
