//! The board of the day, jobs, the audit trail, and who may come where.

use super::*;

#[tokio::test]
async fn the_board_counts_what_the_door_counted() {
    let site = museum().await;
    at(&site, "2026-07-21T09:05:00+08:00");
    let staff = site.staff(&[Role::MuseumOfficer, Role::Steward]).await;
    let session = sessions_of(&site, TUESDAY).await.swap_remove(0);
    let id = booked(&staff, &session, "4", "").await;
    let admit = [("nonce", "01980000-0000-7000-8000-00000000000a"), ("booking", &*id), ("present", "3")];
    for _ in 0..2 {
        // Pressed twice, counted once.
        assert_eq!(send(&staff, "/door/admit", &admit).await.status, StatusCode::OK);
    }
    let walked = [("id", "01980000-0000-7000-8000-00000000000b"), ("people", "5")];
    gone_to(&send(&staff, "/door/walk-in", &walked).await, "/door?walked=5");
    let left = [("id", "01980000-0000-7000-8000-00000000000c"), ("people", "1")];
    gone_to(&send(&staff, "/door/left", &left).await, "/door?left=1");

    let of_day = "starts_at >= timestamptz '2026-07-21 00:00+08' and starts_at < timestamptz '2026-07-22 00:00+08'";
    let booked = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!(
        "select sum(people) from booking b join session s on s.id = b.session_id where b.state = 'confirmed' and {of_day}"
    )));
    let booked = booked.fetch_one(&site.test.db.owner_pool()).await.expect("a sum");
    let shown = excerpt(&staff.get("/staff/museum/today").await.body);
    for words in [format!("预约人数共 120 个名额{booked}"), "已到人数3".into(), "馆内现有人数7".into(), "进行中".into()]
    {
        assert!(shown.contains(&words), "no “{words}” in: {shown}");
    }
    assert_eq!(text(&site, "select arrived::text from booking where id = $1", &id).await, "3");
    let page = excerpt(&staff.get(&format!("/staff/museum/bookings/{id}")).await.body);
    assert!(page.contains("已到3人") && page.contains("不能再更改"), "{page}");
    // Another day's board has no house to count.
    let other = excerpt(&staff.get(&format!("/staff/museum/today?day={SATURDAY}")).await.body);
    assert!(other.contains("预约人数共 160 个名额0") && !other.contains("馆内现有人数"), "{other}");
    again(&staff.get("/staff/museum/today?day=2026-08-03").await, StatusCode::OK, "这一天没有场次");
}

#[tokio::test]
async fn an_operator_retries_and_discards_what_was_given_up() {
    let site = museum().await;
    let officer = officer(&site).await;
    let sessions = sessions_of(&site, SATURDAY).await;
    booked(&officer, &sessions[0], "2", "yuanshan@example.com").await;
    booked(&officer, &sessions[1], "2", "yuanlai@example.com").await;
    let pool = site.test.db.owner_pool();
    let dead: Vec<String> = sqlx::query_scalar(
        "update job set state = 'dead', attempts = 12, max_attempts = 12, last_error = 'smtp-refused' where id in
         (select id from job where kind = 'messages.booking' order by id desc limit 2) returning id::text",
    )
    .fetch_all(&pool)
    .await
    .expect("jobs");
    let [first, second] = dead.as_slice() else { panic!("two bookings, two jobs: {dead:?}") };

    let operator = site.staff(&[Role::Operator]).await;
    let list = operator.get("/staff/jobs").await;
    let shown = excerpt(&list.body);
    assert!(shown.contains("发送预约消息") && shown.contains("smtp-refused") && shown.contains("12/12"), "{shown}");
    assert!(!list.body.contains("yuanshan"), "a job holds nobody's address");

    let retry = async |id: &str| send(&operator, &format!("/staff/jobs/{id}/retry"), &[]).await;
    let discard = async |id: &str| send(&operator, &format!("/staff/jobs/{id}/discard"), &[]).await;
    gone_to(&retry(first).await, "/staff/jobs?done=retried");
    assert_eq!(text(&site, "select state from job where id = $1", first).await, "ready");
    assert_eq!(noted(&site, "job.retried", first).await, 1);
    again(&retry(first).await, REFUSED, "已由同事处理");
    gone_to(&discard(second).await, "/staff/jobs?done=discarded");
    assert_eq!(number(&site, "select count(*) from job where state = 'dead'").await, 0);
    assert_eq!(noted(&site, "job.discarded", second).await, 1);
    again(&discard(second).await, REFUSED, "已由同事处理");
    again(&operator.get("/staff/jobs").await, StatusCode::OK, "没有停办的任务");
}

#[tokio::test]
async fn an_auditor_reads_what_happened_and_nobodys_name() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = booked(&officer, &sessions_of(&site, SATURDAY).await[0], "2", "yuanshan@example.com").await;
    // What happens within one instant of the clock has no order.
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(1));
    send(&officer, &format!("/staff/museum/bookings/{id}/cancel"), &[("version", "1")]).await;
    let auditor = site.staff(&[Role::Auditor]).await;
    let rows = |page: &Answer| page.body.matches("<tr").count() - 1;

    let all = auditor.get("/staff/audit").await;
    assert!(rows(&all) > 20, "{}", rows(&all));
    let of_one = auditor.get(&format!("/staff/audit?subject={id}")).await;
    let shown = excerpt(&of_one.body);
    assert_eq!(rows(&of_one), 2, "{shown}");
    assert!(
        shown.find("取消预约") < shown.rfind("booking.made") && shown.contains("工作人员"),
        "the newest first: {shown}"
    );
    assert!(!of_one.body.contains("yuanshan") && !of_one.body.contains("欧阳"));
    let narrowed = auditor.get(&format!("/staff/audit?action=session.&subject={id}")).await;
    again(&narrowed, StatusCode::OK, "没有符合条件的记录");
    let wrong = auditor.get("/staff/audit?subject=somebody").await;
    again(&wrong, StatusCode::OK, "编号不完整");
    assert!(wrong.body.contains("value=\"somebody\""));

    // Four months on: what is due is counted and not touched; what was erased is proven, with its place in the chain.
    at(&site, "2026-11-28T12:00:00+08:00");
    let (auditor, page) = (site.staff(&[Role::Auditor]).await, "/staff/audit/erasure");
    let due = services::privacy::preview(&site.test.services).await.expect("counted").bookings;
    let told = |page: &Answer| {
        let row = page.body.split("<tr").find(|row| row.contains("预约的姓名和联系方式")).expect("the row");
        excerpt(row)
    };
    for _ in 0..2 {
        let before = auditor.get(page).await;
        assert!(due > 0 && told(&before).ends_with(&format!("联系方式{due}")), "looking changes nothing");
        again(&before, StatusCode::OK, "还没有删除过");
    }
    services::privacy::erase_due(&site.test.services).await.expect("erased");
    while let services::audit::Step::Sequenced { .. } =
        services::audit::sequence(&site.test.services).await.expect("sequenced")
    {}
    let after = auditor.get(page).await;
    assert!(told(&after).ends_with("联系方式0"), "{}", told(&after));
    again(&after, StatusCode::OK, "到期清除场次个人信息");
    let hash: String = sqlx::query_scalar(
        "select encode(l.hash, 'hex') from audit_leaf l join audit_entry e on e.id = l.entry_id
         where starts_with(e.action, 'privacy.') order by e.at desc, e.id desc limit 1",
    )
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("a proof");
    again(&after, StatusCode::OK, &hash);
    let english = auditor.get(&format!("/en{page}")).await;
    again(&english, StatusCode::OK, "Bookings (names and contacts)");
    assert!(!english.body.contains('⟦'));
}

/// Pages and forms, and the roles that may use them.
const ROOMS: &[(&str, &str, &[Role])] = &[
    ("GET", "/staff/museum/today", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/sessions", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/sessions/{session}", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/sessions/{session}/close", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/days/2026-07-25/close", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/templates", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/bookings", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/bookings/{booking}", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/bookings/{booking}/pass", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/bookings/{booking}/pass.pdf", &[Role::MuseumOfficer]),
    ("GET", "/staff/museum/book", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/bookings/{booking}", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/bookings/{booking}/party", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/bookings/{booking}/move", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/bookings/{booking}/cancel", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/sessions/{session}", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/sessions/{session}/close", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/sessions/{session}/reopen", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/days/2026-07-25/close", &[Role::MuseumOfficer]),
    ("POST", "/staff/museum/templates/exception", &[Role::MuseumOfficer]),
    ("GET", "/staff/jobs", &[Role::Operator]),
    ("GET", "/staff/people", &[Role::Operator, Role::AccountAdministrator]),
    ("GET", "/staff/audit", &[Role::Auditor]),
    ("GET", "/staff/audit/erasure", &[Role::Auditor]),
];

#[tokio::test]
async fn a_role_opens_its_own_rooms_and_no_others() {
    let site = museum().await;
    let officer = officer(&site).await;
    let session = sessions_of(&site, SATURDAY).await.swap_remove(0);
    let id = booked(&officer, &session, "2", "yuanshan@example.com").await;
    // What would change something, were it let through.
    let fields = [
        ("version", "1"),
        ("people", "1"),
        ("children", "0"),
        ("session", &session),
        ("capacity", "1"),
        ("state", "closed"),
        ("reason", "x"),
        ("day", "2026-07-28"),
        ("reason_zh", "x"),
        ("reason_en", "x"),
        ("key", "01980000-0000-7000-8000-000000000001"),
        ("seen", "on"),
    ];
    let written = async || {
        let places = text(&site, "select capacity || state from session where id = $1", &session).await;
        let entries = number(&site, "select count(*) from audit_entry").await;
        (state(&site, &id).await, places, entries, number(&site, "select count(*) from template_exception").await)
    };
    let before = written().await;
    let mut all: Vec<(Option<Role>, Browser<'_>)> = Vec::new();
    for role in Role::ALL {
        all.push((Some(role), site.staff(&[role]).await));
    }
    all.push((None, site.staff(&[]).await));
    all.push((None, site.visitor().await));
    for (method, path, whose) in ROOMS {
        let path = path.replace("{session}", &session).replace("{booking}", &id);
        for (role, browser) in &all {
            let method: http::Method = method.parse().expect("a method");
            if role.is_some_and(|role| whose.contains(&role)) {
                if method == http::Method::GET {
                    assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{path} for {role:?}");
                }
                continue;
            }
            let answer = browser.request(method.clone(), &path, &form(&fields)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} for {role:?}");
            assert!(!answer.body.contains("y***@example.com"), "{path} for {role:?}: nothing of the page is made");
        }
        let nobody = site.anonymous().request(method.parse().expect("a method"), &path, &form(&fields)).await;
        gone_to(&nobody, "/staff/sign-in?next=");
    }
    assert_eq!(written().await, before, "and nothing was written");
}
