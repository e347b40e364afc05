//! Sessions: the list, one of them, its places, one more.

use super::*;

#[tokio::test]
async fn the_list_shows_a_fortnight_and_a_session_shows_its_bookings_masked() {
    let site = museum().await;
    let officer = officer(&site).await;
    let list = officer.get("/staff/museum/sessions").await;
    assert_eq!(list.status, StatusCode::OK);
    let within = "select count(*) from session where starts_at < timestamptz '2026-08-03 00:00+08'";
    let links = list.body.matches("href=\"/staff/museum/sessions/").count();
    assert_eq!(i64::try_from(links).expect("few"), number(&site, within).await, "every session of fourteen days");

    let first = &sessions_of(&site, TUESDAY).await[0];
    let page = officer.get(&format!("/staff/museum/sessions/{first}")).await;
    let (body, shown) = (&page.body, excerpt(&page.body));
    assert!(shown.contains("已约26人 / 共30个名额"), "{shown}");
    assert_eq!(body.matches("class=\"staff-reference\"").count(), 9);
    assert!(shown.contains("演****") && shown.contains("d***@example.com"), "{shown}");
    assert!(!body.contains("林小满") && !body.contains("demo-0-0@"), "nobody's particulars stand in a list");
    assert_eq!(
        officer.get("/staff/museum/sessions/01980000-0000-7000-8000-000000000000").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn fewer_places_than_people_need_a_tick_and_are_shown_as_over() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = &sessions_of(&site, TUESDAY).await[0];
    let page = format!("/staff/museum/sessions/{id}");
    let places = "select capacity || ' v' || version from session where id = $1";
    let change = [("version", "1"), ("capacity", "20")];

    let asked = send(&officer, &page, &change).await;
    again(&asked, REFUSED, "我知道名额会比已预约的少6人");
    assert!(asked.body.contains("value=\"20\""), "what was typed is kept");
    assert_eq!(text(&site, places, id).await, "30 v1");

    let ticked = [change.as_slice(), &[("over_anyway", "on")]].concat();
    gone_to(&send(&officer, &page, &ticked).await, &format!("{page}?done=changed"));
    assert_eq!(text(&site, places, id).await, "20 v2");
    assert_eq!(noted(&site, "session.changed", id).await, 1);
    let cancelled = "select count(*) from booking where state <> 'confirmed'";
    assert_eq!(number(&site, cancelled).await, 0, "nobody lost their places");
    let shown = excerpt(&officer.get(&page).await.body);
    assert!(shown.contains("超出6人") && shown.contains("已预约的人数比名额多6人"), "{shown}");
    let board = excerpt(&officer.get(&format!("/staff/museum/today?day={TUESDAY}")).await.body);
    assert!(board.contains("预约的人数比名额多6人"), "{board}");

    // A colleague's form of before.
    let old = [("version", "1"), ("capacity", "35")];
    let late = send(&officer, &page, &old).await;
    again(&late, StatusCode::CONFLICT, "现在是 20 个名额，开放");
    assert!(late.body.contains("value=\"35\""));
    assert_eq!(text(&site, places, id).await, "20 v2");
}

#[tokio::test]
async fn one_more_session_is_added_and_a_refused_one_keeps_what_was_typed() {
    let site = museum().await;
    let officer = officer(&site).await;
    let path = "/staff/museum/sessions";
    let all = "select count(*) from session";
    let before = number(&site, all).await;
    let add = async |day: &str, starts: &str, ends: &str, capacity: &str| {
        send(&officer, path, &[("day", day), ("starts", starts), ("ends", ends), ("capacity", capacity)]).await
    };
    let wrong = add("2026-07-19", "9.30", "", "0").await;
    assert_eq!(wrong.status, REFUSED);
    let shown = excerpt(&wrong.body);
    for sentence in ["填写日期，例如", "填写时间，例如", "请填写这一项", "填写1到5000之间的数字"]
    {
        assert!(shown.contains(sentence), "no “{sentence}” in {shown}");
    }
    for typed in ["value=\"2026-07-19\"", "value=\"9.30\"", "value=\"0\""] {
        assert!(wrong.body.contains(typed), "{typed} is lost");
    }
    again(&add("2026-07-20", "19:00", "18:00", "12").await, REFUSED, "结束时间要晚于开始时间");
    assert_eq!(number(&site, all).await, before);

    let added = gone_to(&add("2026-07-20", "18:00", "19:30", "12").await, "/staff/museum/sessions/");
    let id =
        added.strip_prefix("/staff/museum/sessions/").and_then(|rest| rest.strip_suffix("?done=added")).expect("an id");
    let sql = "select to_char(starts_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') || ' ' || capacity
               || ' ' || (template_id is null) from session where id = $1";
    assert_eq!(text(&site, sql, id).await, "2026-07-20 18:00 12 true");
    assert_eq!(noted(&site, "session.added", id).await, 1);
    again(&officer.get(&added).await, StatusCode::OK, "已经加开这一场");
    again(&add("2026-07-20", "18:00", "19:00", "30").await, REFUSED, "已经有一个相同的了");
    assert_eq!(number(&site, all).await, before + 1);
}

#[tokio::test]
async fn places_kept_for_groups_and_the_desk_are_not_shown_as_free_to_the_public() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = &sessions_of(&site, SATURDAY).await[0];
    let page = format!("/staff/museum/sessions/{id}");
    let split = |group: &'static str| {
        [
            ("version", "1"),
            ("capacity", "40"),
            ("group_places", group),
            ("group_release", "48"),
            ("staff_places", "7"),
            ("staff_release", "2"),
        ]
    };
    let much = send(&officer, &page, &split("41")).await;
    again(&much, REFUSED, "填写0到40之间的数字");
    assert!(much.body.contains("value=\"41\"") && much.body.contains("value=\"48\""), "what was typed is kept");
    let no_number = send(&officer, &page, &split("some")).await;
    again(&no_number, REFUSED, "填写一个数字");

    gone_to(&send(&officer, &page, &split("10")).await, &format!("{page}?done=changed"));
    assert_eq!(noted(&site, "session.changed", id).await, 1);
    let shown = excerpt(&officer.get(&page).await.body);
    assert!(shown.contains("团体10010") && shown.contains("预留（代订）707"), "{shown}");
    assert!(shown.contains("7月23日") && shown.contains("09:00 释放"), "{shown}");
    later(&site, 2);
    let public = excerpt(&officer.get(&format!("/museum/sessions?people=2&day={SATURDAY}")).await.body);
    assert!(public.contains("余23位"), "{public}");
    let desk = excerpt(&officer.get(&format!("/staff/museum/book?session={id}")).await.body);
    assert!(desk.contains("余 30"), "the desk has its own and what is anybody's: {desk}");

    // A colleague's form of before says how it is split now.
    let late = send(&officer, &page, &split("20")).await;
    again(&late, StatusCode::CONFLICT, "团体10人，开场前48小时释放");
    assert!(late.body.contains("value=\"20\""));
}
