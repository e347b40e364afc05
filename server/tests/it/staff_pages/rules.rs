//! The museum's rules on their page: changed, refused beside the field, and kept for whoever was not fast enough.

use super::*;
use domain::booking::{Policy, RULES};

pub(super) const PAGE: &str = "/staff/museum/rules";

/// The whole form as it stands, but for `changed`.
pub(super) fn rules(version: &str, changed: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    let usual = Policy::default();
    let own = |name: &str| changed.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let fields = RULES.iter().map(|rule| (rule.name, own(rule.name).unwrap_or_else(|| rule.of(&usual).text())));
    let reason = own("reason").unwrap_or_else(|| "暑期人多".to_owned());
    fields.chain([("version", version.to_owned()), ("reason", reason)]).collect()
}

pub(super) async fn save(browser: &Browser<'_>, form: &[(&'static str, String)]) -> Answer {
    let pairs: Vec<_> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
    send(browser, PAGE, &pairs).await
}

#[tokio::test]
async fn every_rule_stands_on_the_page_and_a_change_is_a_version_with_its_reason() {
    let site = museum().await;
    let officer = officer(&site).await;
    let page = officer.get(PAGE).await;
    again(&page, StatusCode::OK, "现行第 2 版");
    for rule in &RULES {
        assert!(page.body.contains(&format!("name=\"{}\"", rule.name)), "{} can be changed", rule.name);
    }
    let done = gone_to(&save(&officer, &rules("2", &[("days_ahead", "21"), ("room", "always")])).await, PAGE);
    again(&officer.get(&done).await, StatusCode::OK, "新规则已经生效");
    assert_eq!(value(&officer.get(PAGE).await, "days_ahead"), "21");
    // Pressed twice.
    let twice = save(&officer, &rules("2", &[("days_ahead", "21"), ("room", "always")])).await;
    assert_eq!(gone_to(&twice, PAGE), format!("{PAGE}?done=same"));
    let history = officer.get(&format!("{PAGE}/history")).await;
    for words in ["第 3 版", "暑期人多", "提前几天开放预约", "14天", "21天", "第 1 版", "最初的规则"]
    {
        again(&history, StatusCode::OK, words);
    }
    again(&officer.get(&format!("{PAGE}/history?from=1")).await, StatusCode::OK, "最初的规则");
}

#[tokio::test]
async fn what_cannot_be_is_told_beside_its_rule_and_nothing_typed_is_lost() {
    let site = museum().await;
    let officer = officer(&site).await;
    let refused = save(&officer, &rules("2", &[("days_ahead", "900"), ("moves", "7"), ("reason", "")])).await;
    again(&refused, REFUSED, "填写1到365之间的数字");
    assert_eq!((value(&refused, "days_ahead"), value(&refused, "moves")), ("900".into(), "7".into()));
    let together = save(&officer, &rules("2", &[("closes_minutes_before", "-60"), ("reason", "")])).await;
    again(&together, REFUSED, "填写整数：最早为开场前10080分钟，最晚为开场后45分钟（填-45）");
    assert_eq!(
        number(
            &site,
            "select count(*) from activity_policy p join activity a on a.id = p.activity_id where a.slug = 'museum'"
        )
        .await,
        2
    );
}

#[tokio::test]
async fn who_was_not_fast_enough_sees_what_changed_and_takes_nothing_back() {
    let site = museum().await;
    let (first, second) = (officer(&site).await, officer(&site).await);
    gone_to(&save(&first, &rules("2", &[("days_ahead", "21"), ("moves", "1")])).await, PAGE);
    let late = save(&second, &rules("2", &[("moves", "5"), ("hold_minutes", "15")])).await;
    again(&late, StatusCode::CONFLICT, "刚刚有同事改了规则");
    again(&late, StatusCode::CONFLICT, "这期间同事改了什么");
    // Theirs where they typed, the colleague's where they had not.
    let shown = ["moves", "hold_minutes", "days_ahead"].map(|name| value(&late, name));
    assert_eq!(shown, ["5", "15", "21"]);
    assert!(late.body.contains("name=\"version\" value=\"3\""), "the form is of the version in force");
    let form = rules("3", &[("moves", "5"), ("hold_minutes", "15"), ("days_ahead", "21")]);
    gone_to(&save(&second, &form).await, PAGE);
    assert_eq!(value(&first.get(PAGE).await, "moves"), "5");
}

#[tokio::test]
async fn a_steward_neither_reads_nor_changes_them() {
    let site = museum().await;
    let steward = site.staff(&[Role::Steward]).await;
    for path in [PAGE.to_owned(), format!("{PAGE}/history")] {
        assert_eq!(steward.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(save(&steward, &rules("2", &[("moves", "9")])).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn limits_of_people_and_the_day_before_are_set_on_the_page_and_said_to_everybody() {
    let site = museum().await;
    let officer = officer(&site).await;
    let few = save(&officer, &rules("2", &[("people_per_day", "4"), ("children_per_window", "2")])).await;
    again(&few, REFUSED, "填写5到500之间的数字");
    again(&few, REFUSED, "填写3到5000之间的数字");
    assert_eq!((value(&few, "people_per_day"), value(&few, "children_per_window")), ("4".into(), "2".into()));
    let fresh =
        [("people_per_day", "5"), ("children_per_day", "3"), ("people_per_window", "8"), ("changes_end", "day-before")];
    let done = gone_to(&save(&officer, &rules("2", &fresh)).await, PAGE);
    again(&officer.get(&done).await, StatusCode::OK, "新规则已经生效");
    for words in ["同一天合计最多几人", "0人", "5人", "改期与退订截止到", "前一天 24:00"] {
        again(&officer.get(&format!("{PAGE}/history")).await, StatusCode::OK, words);
    }
    later(&site, 2);
    let front = site.get("/museum").await;
    for words in [
        "同一天合计最多5人，其中14岁以下儿童最多3人",
        "任意7天内合计最多8人。",
        "前一天 24:00 前都可以免费自助取消、减少人数或改期",
    ] {
        again(&front, StatusCode::OK, words);
    }
    again(&site.get("/en/museum").await, StatusCode::OK, "until 24:00 the day before");

    let session = sessions_of(&site, SATURDAY).await[0].clone();
    let booked = booked(&officer, &session, "2", "yuanshan@example.com").await;
    let booking: domain::ids::BookingId = booked.parse().expect("an id");
    let ends_at = "2026-07-25T10:30:00+08:00".parse().expect("an instant");
    let mine = format!("/b/{}", services::booking::manage_link(&site.test.services, booking, ends_at));
    at(&site, "2026-07-24T23:59:59+08:00");
    again(&site.get(&mine).await, StatusCode::OK, "可免费取消至 2026年7月24日（周五） 24:00");
    at(&site, "2026-07-25T00:00:00+08:00");
    again(&site.get(&mine).await, StatusCode::OK, "已过自助更改的时间");
    let late = site.anonymous().post(&format!("{mine}/cancel"), &form(&[("version", "1")])).await;
    assert!(late.body.contains("自助取消和更改已于 2026年7月24日（周五） 24:00 截止"), "{}", late.body);
}
