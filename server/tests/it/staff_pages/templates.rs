//! The week: hours added, ended, and days left out.

use super::*;

const PAGE: &str = "/staff/museum/templates";

const EVENING: [(&str, &str); 5] =
    [("starts", "18:00"), ("ends", "19:00"), ("capacity", "15"), ("valid_from", "2026-07-20"), ("valid_until", "")];

/// Sessions at six in the evening.
const EVENINGS: &str =
    "select count(*) from session where to_char(starts_at at time zone 'Asia/Shanghai', 'HH24:MI') = '18:00'";
const TEMPLATES: &str = "select count(*) from session_template";

async fn add(browser: &Browser<'_>, days: &[&str], rest: &[(&str, &str)]) -> Answer {
    let days: Vec<_> = days.iter().map(|day| ("weekday", *day)).collect();
    send(browser, PAGE, &[&days, rest].concat()).await
}

#[tokio::test]
async fn hours_are_added_to_several_days_once_and_make_their_sessions() {
    let site = museum().await;
    let officer = officer(&site).await;
    let before = number(&site, TEMPLATES).await;
    let added = gone_to(&add(&officer, &["2", "6"], &EVENING).await, PAGE);
    assert_eq!(added, format!("{PAGE}?done=added&n=2&existed=0"));
    assert_eq!(number(&site, TEMPLATES).await, before + 2);
    let evenings = number(&site, EVENINGS).await;
    assert!(evenings >= 12, "six weeks of two evenings: {evenings}");
    again(&officer.get(&added).await, StatusCode::OK, "已添加 2 个时段");

    let more = gone_to(&add(&officer, &["2", "3"], &EVENING).await, PAGE);
    assert_eq!(more, format!("{PAGE}?done=added&n=1&existed=1"));
    again(&officer.get(&more).await, StatusCode::OK, "有 1 个时段原来就有");
    again(&add(&officer, &["2", "3", "6"], &EVENING).await, REFUSED, "已经有一个相同的了");
    assert_eq!(number(&site, TEMPLATES).await, before + 3);
    assert_eq!(
        number(&site, "select count(*) from audit_entry where action = 'template.added' and actor_kind = 'staff'")
            .await,
        3
    );
}

#[tokio::test]
async fn refused_hours_keep_what_was_typed_and_add_nothing() {
    let site = museum().await;
    let officer = officer(&site).await;
    let before = number(&site, TEMPLATES).await;
    let rest = [
        ("starts", "25:00"),
        ("ends", "19:00"),
        ("capacity", "many"),
        ("valid_from", "2026-08-02"),
        ("valid_until", "2026-08-01"),
    ];
    let wrong = add(&officer, &["8", "x"], &rest).await;
    assert_eq!(wrong.status, REFUSED);
    let shown = excerpt(&wrong.body);
    for sentence in ["请选择一项", "填写时间，例如", "填写一个数字", "结束时间要晚于开始时间"]
    {
        assert!(shown.contains(sentence), "no “{sentence}” in {shown}");
    }
    for typed in ["value=\"25:00\"", "value=\"many\"", "value=\"2026-08-02\"", "value=\"2026-08-01\""] {
        assert!(wrong.body.contains(typed), "{typed} is lost");
    }
    let backwards =
        [("starts", "19:00"), ("ends", "18:00"), ("capacity", "15"), ("valid_from", "2026-08-02"), ("valid_until", "")];
    let backwards = add(&officer, &["1"], &backwards).await;
    again(&backwards, REFUSED, "结束时间要晚于开始时间");
    let monday = backwards.body.split("name=\"weekday\"").nth(1).expect("Monday's box");
    assert!(monday.split('>').next().expect("a tag").contains("checked"), "the day stays ticked");
    assert_eq!((number(&site, TEMPLATES).await, number(&site, EVENINGS).await), (before, 0));
}

#[tokio::test]
async fn ended_hours_keep_the_sessions_they_made() {
    let site = museum().await;
    let officer = officer(&site).await;
    gone_to(&add(&officer, &["1"], &EVENING).await, PAGE);
    let evenings = number(&site, EVENINGS).await;
    let pool = site.test.db.owner_pool();
    let id: String = sqlx::query_scalar("select id::text from session_template where starts = time '18:00'")
        .fetch_one(&pool)
        .await
        .expect("the template");
    let until = "select coalesce(valid_until::text, 'never') from session_template where id = $1";
    let end = format!("{PAGE}/end");

    let chosen = officer.get(&format!("{PAGE}?template={id}")).await;
    assert!(chosen.body.contains(&format!("value=\"{id}\"")), "the form to end it");
    let wrong = send(&officer, &end, &[("id", &id), ("last_day", "some day")]).await;
    again(&wrong, REFUSED, "填写日期，例如");
    assert!(wrong.body.contains("value=\"some day\""));
    assert_eq!(text(&site, until, &id).await, "never");
    assert_eq!(send(&officer, &end, &[("id", "none"), ("last_day", "2026-07-31")]).await.status, StatusCode::NOT_FOUND);

    gone_to(&send(&officer, &end, &[("id", &id), ("last_day", "2026-07-31")]).await, &format!("{PAGE}?done=ended"));
    assert_eq!(text(&site, until, &id).await, "2026-07-31");
    assert_eq!(noted(&site, "template.ended", &id).await, 1);
    assert_eq!(number(&site, EVENINGS).await, evenings);
}

#[tokio::test]
async fn a_day_left_out_says_why_to_visitors() {
    let site = museum().await;
    let officer = officer(&site).await;
    let path = format!("{PAGE}/exception");
    let half = send(&officer, &path, &[("day", "2026-07-28"), ("reason_zh", "设备维护"), ("reason_en", " ")]).await;
    again(&half, REFUSED, "请填写这一项");
    assert!(half.body.contains("value=\"设备维护\"") && half.body.contains("value=\"2026-07-28\""));
    let unusable = [("day", "2026-07-28"), ("reason_zh", "设备\0维护"), ("reason_en", "Maintenance")];
    again(&send(&officer, &path, &unusable).await, REFUSED, "只写文字");
    let days = "select count(*) from template_exception";
    assert_eq!(number(&site, days).await, 0);

    let whole = [("day", "2026-07-28"), ("reason_zh", "设备维护"), ("reason_en", "Maintenance")];
    gone_to(&send(&officer, &path, &whole).await, &format!("{PAGE}?done=exception"));
    assert_eq!(number(&site, days).await, 1);
    again(&officer.get(PAGE).await, StatusCode::OK, "Maintenance");
    later(&site, 2);
    for (prefix, reason) in [("", "设备维护"), ("/en", "Maintenance")] {
        again(&site.get(&format!("{prefix}/museum/sessions?day=2026-07-28")).await, StatusCode::OK, reason);
    }
}
