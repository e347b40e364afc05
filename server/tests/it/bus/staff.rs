//! The dispatchers' side.

use super::*;

/// What the planner's page of a request offers first: the address that looks at a free date.
async fn first_free(staff: &Browser<'_>, page: &str) -> String {
    let body = staff.get(page).await.body;
    let before = body.split_once("class=\"slot\"").expect("a free date").0;
    let href = before.rsplit("href=\"").next().and_then(|rest| rest.split('"').next());
    href.expect("its address").split('#').next().unwrap_or_default().replace("&amp;", "&")
}

/// The value of a hidden field in a page's form with this action.
fn hidden(body: &str, action: &str, name: &str) -> String {
    let form =
        body.split(&format!("method=\"post\" action=\"{action}\"")).nth(1).expect("the form").split("</form>").next();
    let field = form.expect("its end").split(&format!("name=\"{name}\" value=\"")).nth(1).expect("the field");
    field.split('"').next().expect("its value").to_owned()
}

/// Everything a form with this action carries along.
fn carried<'a>(body: &str, action: &str, names: &[&'a str]) -> Vec<(&'a str, String)> {
    names.iter().map(|name| (*name, hidden(body, action, name))).collect()
}

const DATE: [&str; 6] = ["version", "day", "from", "until", "vehicle", "crew"];

/// Looks at the first free date and proposes it. Answers the form that was sent.
async fn propose(staff: &Browser<'_>, page: &str) -> Vec<(&'static str, String)> {
    let looked = staff.get(&first_free(staff, page).await).await;
    let mut form = carried(&looked.body, &format!("{page}/propose"), &DATE);
    form.push(("message", "请打开北门".into()));
    form.push(("anyway", "on".into()));
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    gone_to(&send(staff, &format!("{page}/propose"), &pairs).await, &format!("{page}?done=proposed"));
    form
}

#[tokio::test]
async fn the_board_shows_what_waits_by_state_and_city_and_masks_who_asked() {
    let site = demo().await;
    let staff = dispatcher(&site).await;
    let board = staff.get("/staff/bus").await;
    shows(&board, StatusCode::OK, &["待安排", "待确认日期", "演示市松林高级中学", "演示县向阳乡中心小学", "最近办结"]);
    let narrowed = staff.get("/staff/bus?city=yantai").await;
    shows(&narrowed, StatusCode::OK, &["演示市松林高级中学"]);
    assert!(!narrowed.body.contains("演示县向阳乡中心小学"));
    shows(&staff.get("/staff/bus?city=weihai").await, StatusCode::OK, &["没有申请", "威海"]);
    let id = request_of(&site, "演示市松林高级中学").await;
    let page = staff.get(&format!("/staff/bus/requests/{id}")).await;
    shows(&page, StatusCode::OK, &["b***@example.com", "提出日期"]);
    assert!(!page.body.contains("bus-demo-"), "nobody's address stands on the page");
    let missing = staff.get("/staff/bus/requests/01980000-0000-7000-8000-000000000000").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_school_and_a_dispatcher_come_together() {
    let site = demo().await;
    let (school, staff) = (Visitor::new(&site), dispatcher(&site).await);
    let mine = ask_for_the_bus(&site, &school).await;
    let id = request_of(&site, "演示市晨光小学").await;
    let page = format!("/staff/bus/requests/{id}");

    shows(
        &send(&staff, &format!("{page}/ask"), &[("version", "1"), ("question", " ")]).await,
        REFUSED,
        &["请填写这一项"],
    );
    let ask = [("version", "1"), ("question", "北门多宽？")];
    gone_to(&send(&staff, &format!("{page}/ask"), &ask).await, &format!("{page}?done=asked"));
    shows(&send(&staff, &format!("{page}/ask"), &ask).await, StatusCode::CONFLICT, &["刚刚有了变化"]);
    shows(&school.get(&mine).await, StatusCode::OK, &["北门多宽？"]);
    gone_to(&school.post(&format!("{mine}/answer"), &[("answer", "四米五")]).await, &mine);
    shows(&staff.get(&page).await, StatusCode::OK, &["四米五", "希望的日期"]);

    propose(&staff, &page).await;
    shows(&school.get(&mine).await, StatusCode::OK, &["为您预留了这个日期", "2026年9月22日", "请打开北门"]);
    shows(&school.post(&format!("{mine}/decline"), &[("wish", "")]).await, REFUSED, &["请填写这一项"]);
    gone_to(&school.post(&format!("{mine}/accept"), &[]).await, &format!("{mine}?done=accepted"));
    let (state, version) = state_of(&site, &id).await;
    assert_eq!(state, "accepted");
    gone_to(&send(&staff, &format!("{page}/schedule"), &[("version", &version)]).await, &page);
    shows(&school.get(&mine).await, StatusCode::OK, &["已排入行程，请提前准备", "停车位置", "加入日历"]);
    let entry = school.get(&format!("{mine}/visit.ics")).await;
    assert_eq!((entry.status, entry.header("content-type")), (StatusCode::OK, "text/calendar; charset=utf-8"));
    assert!(entry.body.contains("SUMMARY:科普巴士到访"), "{}", entry.body);
    shows(&site.get("/bus/schedule").await, StatusCode::OK, &["演示市晨光小学"]);
    shows(&staff.get("/staff/bus/plan?from=2026-09-21").await, StatusCode::OK, &["演示市晨光小学", "前一天出发"]);
}

#[tokio::test]
async fn what_stands_in_the_way_is_shown_before_anything_is_kept_and_who_was_first_after() {
    let site = demo().await;
    let staff = dispatcher(&site).await;
    let one = format!("/staff/bus/requests/{}", request_of(&site, "演示市松林高级中学").await);
    let two_id = request_of(&site, "演示市运河学院").await;
    let two = format!("/staff/bus/requests/{two_id}");
    let form = propose(&staff, &one).await;
    let of = |name: &str| form.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).expect(name);
    let query = DATE[1..].iter().map(|name| format!("{name}={}", of(name))).collect::<Vec<_>>().join("&");
    let looked = staff.get(&format!("{two}?{query}")).await;
    shows(&looked, StatusCode::OK, &["这样不行", "车辆这段时间在：演示市松林高级中学"]);
    assert!(!looked.body.contains(&format!("action=\"{two}/propose\"")), "no button for what cannot be");

    // The other dispatcher looked before the first one proposed: the form is there, and the answer names who was first.
    let mut late: Vec<(&str, String)> = form.iter().map(|(name, value)| (*name, value.clone())).collect();
    late[0].1 = state_of(&site, &two_id).await.1;
    let pairs: Vec<(&str, &str)> = late.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = send(&staff, &format!("{two}/propose"), &pairs).await;
    shows(&refused, StatusCode::CONFLICT, &["没有保留成功", "演示市松林高级中学"]);
    assert_eq!(state_of(&site, &two_id).await.0, "submitted");
}

#[tokio::test]
async fn a_repair_is_looked_at_first_and_then_tells_each_school() {
    let site = demo().await;
    let staff = dispatcher(&site).await;
    let days = "first=2026-07-21&until=2026-08-20&kind=repair&reason_zh=%E8%BD%A6%E8%BE%86%E5%B9%B4%E6%A3%80&reason_en=Inspection";
    let looked = staff.get(&format!("/staff/bus/blackouts?vehicle=&{days}")).await;
    shows(&looked, StatusCode::OK, &["个站点会受影响", "演示市星河小学", "演示市海风社区", "另行安排日期"]);
    let names = ["id", "first", "until", "kind", "reason_zh", "reason_en", "seen"];
    let form = carried(&looked.body, "/staff/bus/blackouts", &names);
    let mut pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pairs.extend([("vehicle", ""), ("fate", "queue")]);
    gone_to(&send(&staff, "/staff/bus/blackouts", &pairs).await, "/staff/bus/blackouts?done=added");
    let id = request_of(&site, "演示市星河小学").await;
    assert_eq!(state_of(&site, &id).await.0, "submitted");
    shows(&staff.get("/staff/bus/blackouts").await, StatusCode::OK, &["车辆年检", "检修", "全部车辆"]);
    let told: i64 = sqlx::query_scalar(
        "select count(*) from job where payload->>'template' = 'released' and payload->>'request' = $1",
    )
    .bind(&id)
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("a number");
    assert_eq!(told, 1);
    gone_to(&send(&staff, "/staff/bus/blackouts", &pairs).await, "/staff/bus/blackouts?done=added");
    let missing = send(&staff, "/staff/bus/blackouts", &[("first", "2026-08-21"), ("until", "")]).await;
    shows(&missing, REFUSED, &["请填写这一项"]);
}

#[tokio::test]
async fn refused_with_a_reason_revealed_for_a_reason_counted_afterwards() {
    let site = demo().await;
    let staff = dispatcher(&site).await;
    let id = request_of(&site, "演示区银杏小学").await;
    let page = format!("/staff/bus/requests/{id}");
    let version = state_of(&site, &id).await.1;
    let shown = send(&staff, &format!("{page}/reveal"), &[("reveal_reason", "电话商量")]).await;
    shows(&shown, StatusCode::OK, &["bus-demo-5@example.com", "已经记入审计"]);
    shows(&send(&staff, &format!("{page}/reveal"), &[]).await, REFUSED, &["请填写这一项"]);
    let refuse = [("version", version.as_str()), ("reason", "门太低，大车进不去")];
    gone_to(&send(&staff, &format!("{page}/refuse"), &refuse).await, &format!("{page}?done=refused"));
    assert_eq!(state_of(&site, &id).await.0, "refused");

    let id = request_of(&site, "演示市明湖小学").await;
    let page = format!("/staff/bus/requests/{id}");
    let version = state_of(&site, &id).await.1;
    let came = [("version", version.as_str()), ("people_came", "99")];
    gone_to(&send(&staff, &format!("{page}/visited"), &came).await, &format!("{page}?done=visited"));
    let numbers = staff.get("/staff/bus/numbers?year=2026").await;
    let again = "愿意再次接待共2份反馈2";
    shows(&numbers, StatusCode::OK, &["到访（次）2", "到场人数（人次）252", "济南", "2026年7月", again]);
    let file = "/staff/bus/numbers/file";
    let saved = send(&staff, file, &[("year", "2026"), ("format", "csv")]).await;
    assert_eq!((saved.status, saved.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    for row in ["各市情况,济南,申请（份）,", "各月情况,2026年7月,到访（次）,"] {
        assert!(saved.body.contains(row), "{row}: {}", saved.body);
    }
    assert_eq!(send(&staff, file, &[("year", "1066"), ("format", "csv")]).await.status, REFUSED);
    let noted = "select detail->>'format' from audit_entry where action = 'bus.numbers_exported'";
    let noted: Vec<String> = sqlx::query_scalar(noted).fetch_all(&site.test.db.owner_pool()).await.expect("a trail");
    assert_eq!(noted, ["csv"]);
    shows(&staff.get("/staff/bus/numbers?year=2025").await, StatusCode::OK, &["还没有可以画出来的数据"]);

    // What one school thought, or that it has not said.
    let said = ["参加的人喜欢吗很好", "讲得明白吗好", "还愿意再接待科普巴士吗愿意"];
    shows(&staff.get(&page).await, StatusCode::OK, &said);
    let pool = site.test.db.owner_pool();
    sqlx::query("delete from bus_feedback where request_id = $1::uuid").bind(&id).execute(&pool).await.expect("gone");
    shows(&staff.get(&page).await, StatusCode::OK, &["对方还没有反馈。"]);
}

#[tokio::test]
async fn nobody_else_dispatches() {
    let site = demo().await;
    let id = request_of(&site, "演示区银杏小学").await;
    let paths = ["/staff/bus".to_owned(), format!("/staff/bus/requests/{id}"), "/staff/bus/plan".into()];
    let officer = site.staff(&[Role::MuseumOfficer, Role::Steward, Role::Operator, Role::Auditor]).await;
    for path in &paths {
        assert_eq!(officer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(site.anonymous().get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let tried = send(&officer, &format!("/staff/bus/requests/{id}/refuse"), &[("version", "1"), ("reason", "x")]).await;
    assert_eq!((tried.status, state_of(&site, &id).await.0.as_str()), (StatusCode::FORBIDDEN, "submitted"));
}

#[tokio::test]
async fn the_place_that_a_school_marked_is_seen_at_the_desk_and_by_nobody_else() {
    let site = demo().await;
    let staff = dispatcher(&site).await;
    let id = request_of(&site, "演示市星河小学").await;
    let marked = "update bus_request set x = 240, y = 210 where id = $1::uuid";
    sqlx::query(marked).bind(&id).execute(&site.test.db.owner_pool()).await.expect("the owner may");
    let page = staff.get(&format!("/staff/bus/requests/{id}")).await;
    shows(&page, StatusCode::OK, &["距济南市中心约 38 公里"]);
    let pin = r#"cx="240" cy="210""#;
    assert!(page.body.contains(pin), "on the map, too");
    let public = site.get("/bus/schedule").await;
    assert!(public.body.contains("演示市星河小学") && !public.body.contains(pin), "everybody sees the city");
}
