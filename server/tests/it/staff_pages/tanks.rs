//! Tanks, alarms and the wall board through the real router.

use super::*;
use domain::account::Scope;
use http::{Method, Request, header};
use services::telemetry::{board, watch};

/// The demo's tanks with their readings.
async fn tanks(site: &Site) {
    let (services, system) = (&site.test.services, site.test.services.system());
    services::custody::seed_demo(services, &system).await.expect("tanks");
    services::telemetry::seed_demo(services, &system).await.expect("readings");
    services::telemetry::seed_demo(services, &system).await.expect("repeating it adds nothing");
    watch(services).await.expect("looked");
}

async fn tank(site: &Site, code: &str) -> String {
    let id: Uuid = sqlx::query_scalar("select id from custody_tank where code = $1")
        .bind(code)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a tank");
    id.to_string()
}

#[tokio::test]
async fn the_night_shift_sees_tanks_their_history_and_what_is_alarmed_about() {
    let site = Site::new().await;
    let night = site.staff(&[Role::NightShift]).await;
    let empty = night.get("/staff/tanks").await;
    assert!(empty.status == StatusCode::OK && empty.body.contains("还没有液氮罐"), "{}", excerpt(&empty.body));
    tanks(&site).await;
    for path in ["/staff/tanks", "/en/staff/tanks", "/staff/wall", "/en/staff/wall"] {
        let page = night.get(path).await;
        assert!(page.status == StatusCode::OK && page.body.contains("S-01"), "{path}: {}", excerpt(&page.body));
        assert!(!page.body.contains('⟦'), "{path}: {}", excerpt(&page.body));
    }
    let list = night.get("/staff/tanks").await;
    assert!(list.body.contains("监测数据中断"), "one channel of the demo fell silent");
    let samples = tank(&site, "S-01").await;
    for span in ["day", "month", "life", "nonsense"] {
        let page = night.get(&format!("/staff/tanks/{samples}?span={span}")).await;
        assert_eq!(page.status, StatusCode::OK, "{span}");
        assert!(page.body.contains("chart-limit-critical") && page.body.contains("chart-band"), "{span}");
    }
    let page = night.get(&format!("/staff/tanks/{samples}")).await;
    assert!(!page.body.contains("没有温度超限记录"), "the demo's excursion is there");
    for unknown in ["/staff/tanks/01980000-0000-7000-8000-00000000ffff", "/staff/tanks/none", "/staff/alarms/none"] {
        assert_eq!(night.get(unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
    let steward = site.staff(&[Role::Steward]).await;
    for path in ["/staff/tanks", "/staff/wall", "/staff/wall/now"] {
        assert_eq!(steward.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

/// On its place's page somebody asks that a channel be quiet: for too many minutes, then for enough. They cannot confirm it
/// themselves; another does.
async fn made_quiet_by_two(
    site: &Site,
    [first, second]: [&Browser<'_>; 2],
    (place, channel): (&str, &str),
    [too_many, minutes]: [&str; 2],
    reason: &str,
) {
    let mute = format!("{place}/mute");
    let refused = send(first, &mute, &[("channel", channel), ("minutes", too_many), ("reason", reason)]).await;
    assert!(refused.status == REFUSED && refused.body.contains(reason), "what was typed is kept");
    let asked = send(first, &mute, &[("channel", channel), ("minutes", minutes), ("reason", reason)]).await;
    gone_to(&asked, &format!("{place}?done=asked"));
    let id: Uuid = sqlx::query_scalar("select id from telemetry_mute")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a mute");
    let confirm = format!("/staff/mutes/{id}/confirm");
    again(&send(first, &confirm, &[("back", place)]).await, StatusCode::CONFLICT, "另一位同事确认");
    gone_to(&send(second, &confirm, &[("back", place)]).await, &format!("{place}?done=confirmed"));
}

#[tokio::test]
async fn an_alarm_is_acknowledged_a_mute_needs_another_and_a_drill_is_told() {
    let site = Site::new().await;
    tanks(&site).await;
    let (night, other) = (site.staff(&[Role::NightShift]).await, site.staff(&[Role::NightShift]).await);
    let shown = board(&site.test.services, &site.test.services.system()).await.expect("a board");
    let silent = shown.alarms.iter().find(|alarm| alarm.rule == "silent").expect("an alarm").clone();
    let alarm = format!("/staff/alarms/{}", silent.id);
    again(&night.get(&alarm).await, StatusCode::OK, "监测数据中断");
    let sent = send(&night, &format!("{alarm}/acknowledge"), &[("back", "/staff/wall")]).await;
    assert_eq!(gone_to(&sent, "/staff/wall"), "/staff/wall");
    let elsewhere = send(&night, &format!("{alarm}/acknowledge"), &[("back", "//example.com")]).await;
    gone_to(&elsewhere, "/staff/tanks?done=acknowledged");
    let here = format!("/staff/tanks/{}", tank(&site, "L-01").await);
    let channel: i32 = sqlx::query_scalar("select id from telemetry_channel where code = 'L-01/temperature_top'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a channel");
    let channel = channel.to_string();
    made_quiet_by_two(&site, [&night, &other], (&here, &channel), ["500", "30"], "更换顶部探头").await;
    again(&other.get("/staff/wall").await, StatusCode::OK, "更换顶部探头");
    let drill = send(&night, &format!("{here}/drill"), &[("drill", channel.as_str())]).await;
    let drill = gone_to(&drill, "/staff/alarms/");
    again(&night.get(&drill).await, StatusCode::OK, "这是一次演练");
}

#[tokio::test]
async fn a_rooms_channel_is_made_quiet_by_two_as_well() {
    let site = Site::new().await;
    tanks(&site).await;
    let (night, other) = (site.staff(&[Role::NightShift]).await, site.staff(&[Role::NightShift]).await);
    let (room, channel): (Uuid, i32) =
        sqlx::query_as("select room_id, id from telemetry_channel where kind = 'oxygen' order by code limit 1")
            .fetch_one(&site.test.db.owner_pool())
            .await
            .expect("a channel of a room");
    let here = format!("/staff/tanks/rooms/{room}");
    again(&night.get("/staff/tanks").await, StatusCode::OK, "房间环境");
    assert!(night.get("/staff/tanks").await.body.contains(&here), "the list leads to it");
    for path in [here.clone(), format!("{here}?span=month"), format!("/en{here}")] {
        let page = night.get(&path).await;
        assert!(page.status == StatusCode::OK && page.body.contains("chart-band"), "{path}: {}", excerpt(&page.body));
        assert!(!page.body.contains('⟦'), "{path}: {}", excerpt(&page.body));
    }
    let channel = channel.to_string();
    made_quiet_by_two(&site, [&night, &other], (&here, &channel), ["241", "240"], "校准氧气探头").await;
    again(&night.get(&here).await, StatusCode::OK, "校准氧气探头");
    let drill = send(&night, &format!("{here}/drill"), &[("drill", channel.as_str())]).await;
    let drill = gone_to(&drill, "/staff/alarms/");
    again(&night.get(&drill).await, StatusCode::OK, "第1轮第1级");
    for unknown in ["/staff/tanks/rooms/none", "/staff/tanks/rooms/01980000-0000-7000-8000-00000000ffff"] {
        assert_eq!(night.get(unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

/// The form of the rules as its page shows it, with what is typed into some of its inputs.
fn typed<'a>(page: &'a str, typed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let form = page.split("<form").find(|form| form.contains("name=\"base\"")).expect("the form");
    let part =
        |tag: &'a str, name: &str| tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for input in form.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        if let Some(name) = part(input, "name") {
            pairs.push((name, part(input, "value").unwrap_or_default()));
        }
    }
    for select in form.split("<select").skip(1).map(|rest| rest.split("</select>").next().unwrap_or_default()) {
        let chosen =
            select.split("<option").find(|option| option.split('>').next().is_some_and(|tag| tag.contains("selected")));
        if let (Some(name), Some(chosen)) = (part(select, "name"), chosen) {
            pairs.push((name, part(chosen, "value").unwrap_or_default()));
        }
    }
    for &(name, text) in typed {
        pairs.retain(|(known, _)| *known != name);
        pairs.push((name, text));
    }
    pairs
}

#[tokio::test]
async fn new_rules_are_proposed_shown_beside_the_old_and_confirmed_by_another() {
    const RULES: &str = "/staff/tanks/rules";
    const CHANGE: &str = "/staff/tanks/rules/change";
    let site = Site::new().await;
    let (lab, quality) = (site.staff(&[Role::LabOfficer]).await, site.staff(&[Role::QualityOfficer]).await);
    let night = site.staff(&[Role::NightShift]).await;
    for path in [RULES, "/en/staff/tanks/rules"] {
        let page = night.get(path).await;
        assert!(page.status == StatusCode::OK && page.body.contains("−150.0"), "{path}: {}", excerpt(&page.body));
        assert!(!page.body.contains('⟦'), "{path}: {}", excerpt(&page.body));
        assert!(!page.body.contains(CHANGE), "the night shift reads them");
    }
    assert_eq!(night.get(CHANGE).await.status, StatusCode::FORBIDDEN);
    let shown = lab.get(CHANGE).await;
    assert!(shown.status == StatusCode::OK && !shown.body.contains('⟦'), "{}", excerpt(&shown.body));
    let wrong =
        typed(&shown.body, &[("oxygen_low-limit", "18.5"), ("tank_warm-limit", "-172"), ("reason", "随季节调整")]);
    let refused = send(&lab, CHANGE, &wrong).await;
    again(&refused, REFUSED, "填写19.5到20.5之间的数字");
    assert!(refused.body.contains("随季节调整") && refused.body.contains("-172"), "what was typed is kept");
    let summary = refused.body.split("class=\"error-summary\"").nth(1).and_then(|rest| rest.split("</ul>").next());
    assert!(summary.is_some_and(|summary| summary.contains("氧气浓度过低 · 限值")), "whose limit it is: {summary:?}");
    let first = night.get(RULES).await;
    assert!(
        first.body.contains("系统启用时的初始规则") && !first.body.contains("custody.md"),
        "{}",
        excerpt(&first.body)
    );
    let same = typed(&shown.body, &[("reason", "随季节调整")]);
    again(&send(&lab, CHANGE, &same).await, StatusCode::CONFLICT, "没有改动");
    let right = typed(&shown.body, &[("tank_warm-limit", "-172"), ("reason", "随季节调整")]);
    gone_to(&send(&lab, CHANGE, &right).await, &format!("{RULES}?done=proposed"));
    let second = send(&quality, CHANGE, &right).await;
    again(&second, StatusCode::CONFLICT, "已有一份修改等待确认");
    assert!(second.body.contains("-172"), "what was typed is kept");
    let page = quality.get(RULES).await;
    again(&page, StatusCode::OK, "−170.0");
    again(&page, StatusCode::OK, "−172.0");
    let draft: Uuid = sqlx::query_scalar("select id from telemetry_rules_draft")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a draft");
    let confirm = format!("{RULES}/{draft}/confirm");
    assert_eq!(send(&lab, &confirm, &[]).await.status, StatusCode::FORBIDDEN);
    gone_to(&send(&quality, &confirm, &[]).await, &format!("{RULES}?done=confirmed"));
    let other = site.staff(&[Role::QualityOfficer]).await;
    again(&send(&other, &confirm, &[]).await, StatusCode::CONFLICT, "已有结果");
    again(&night.get(RULES).await, StatusCode::OK, "随季节调整");
    again(&send(&lab, CHANGE, &right).await, StatusCode::CONFLICT, "规则刚刚更新");
    for unknown in ["confirm", "drop"] {
        let path = format!("{RULES}/01980000-0000-7000-8000-00000000ffff/{unknown}");
        assert_eq!(send(&other, &path, &[]).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn the_wall_asks_cheaply_whether_anything_changed() {
    let site = Site::new().await;
    tanks(&site).await;
    let night = site.staff(&[Role::NightShift]).await;
    let first = night.get("/staff/wall/now").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.json()["stale"], false);
    let same = Request::builder()
        .method(Method::GET)
        .uri("/staff/wall/now")
        .header(header::COOKIE, &night.cookie)
        .header(header::IF_NONE_MATCH, first.header("etag"))
        .body(axum::body::Body::empty())
        .expect("a request");
    assert_eq!(site.send(same).await.status, StatusCode::NOT_MODIFIED);
    later(&site, 61);
    let (_, gateway) = site.client("gateway", &[Scope::TelemetryWrite]).await;
    let at = site.test.now().to_string();
    let warm = serde_json::json!({ "readings": [{ "channel": "L-01/temperature_top", "at": at, "value": -149.0, "quality": "ok" }] });
    let fed = site.call("POST", "/api/v1/telemetry/readings", &gateway, &[], Some(&warm)).await;
    assert_eq!(fed.json()["kept"], 1, "{}", fed.body);
    let stale = night.get("/staff/wall/now").await.json();
    assert_eq!(stale["stale"], true, "nobody has looked for a minute, and the board says so");
    again(&night.get("/staff/wall").await, StatusCode::OK, "监测程序没有在运行");
    watch(&site.test.services).await.expect("looked");
    let now = night.get("/staff/wall/now").await.json();
    assert_eq!(now["stale"], false);
    assert!(now["alarms"].as_array().expect("alarms").len() > first.json()["alarms"].as_array().expect("alarms").len());
}

#[tokio::test]
async fn the_wall_says_for_how_long_nobody_has_answered() {
    let site = Site::new().await;
    tanks(&site).await;
    let night = site.staff(&[Role::NightShift]).await;
    let board = night.get("/staff/wall").await;
    assert!(board.body.contains("监测数据中断") && !board.body.contains("无人应答"), "{}", excerpt(&board.body));
    later(&site, 125);
    watch(&site.test.services).await.expect("looked");
    again(&night.get("/staff/wall").await, StatusCode::OK, "已2分钟无人应答");
    again(&night.get("/en/staff/wall").await, StatusCode::OK, "Nobody has answered for 2 minutes");
}

#[tokio::test]
async fn a_display_is_added_paired_seen_and_revoked_at_the_desk() {
    const DISPLAYS: &str = "/staff/tanks/displays";
    let site = Site::new().await;
    tanks(&site).await;
    let (lab, night) = (site.staff(&[Role::LabOfficer]).await, site.staff(&[Role::NightShift]).await);
    again(&night.get(DISPLAYS).await, StatusCode::OK, "还没有显示屏");
    assert_eq!(night.get("/staff/tanks/displays/new").await.status, StatusCode::FORBIDDEN);
    let refused = send(&lab, "/staff/tanks/displays/new", &[("name", ""), ("place", "液氮库走廊")]).await;
    assert!(refused.status == REFUSED && refused.body.contains("液氮库走廊"), "what was typed is kept");
    let added = send(&lab, "/staff/tanks/displays/new", &[("name", "东墙1号屏"), ("place", "液氮库走廊")]).await;
    again(&added, StatusCode::OK, "配对码只显示这一次");
    again(&lab.get(DISPLAYS).await, StatusCode::OK, "等待配对");
    let key = "k".repeat(43);
    let wrong = send(&site.anonymous(), "/wall", &[("code", "0000-0000-0000"), ("key", key.as_str())]).await;
    assert!(wrong.status == REFUSED && wrong.body.contains("0000-0000-0000"), "what was typed is kept");
    assert!(wrong.body.contains("配对码不可用"));
    let code =
        added.body.split("id=\"display-code\"").nth(1).and_then(|rest| rest.split(['>', '<']).nth(1)).expect("a code");
    let paired = send(&site.anonymous(), "/wall", &[("code", code), ("key", key.as_str())]).await;
    gone_to(&paired, "/staff/wall");
    let mut display = site.anonymous();
    display.cookie = paired.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let board = display.get("/staff/wall").await;
    assert!(board.status == StatusCode::OK && board.body.contains("S-01"), "{}", excerpt(&board.body));
    let english = display.get("/en/staff/wall").await;
    assert!(english.status == StatusCode::OK && !english.body.contains('⟦'), "{}", excerpt(&english.body));
    assert_eq!(display.get("/staff/wall/now").await.json()["stale"], false);
    again(&lab.get(DISPLAYS).await, StatusCode::OK, "正常显示");
    later(&site, 301);
    again(&lab.get("/staff/tanks/displays").await, StatusCode::OK, "超过5分钟没有连接");
    display.get("/staff/wall/now").await;
    again(&lab.get(DISPLAYS).await, StatusCode::OK, "正常显示");
}

#[tokio::test]
async fn a_display_is_confirmed_from_a_telephone_and_comes_in() {
    const CONFIRM: &str = "/staff/tanks/displays/scan";
    let site = Site::new().await;
    tanks(&site).await;
    let (lab, night) = (site.staff(&[Role::LabOfficer]).await, site.staff(&[Role::NightShift]).await);
    let waits = site.anonymous().get("/wall").await;
    assert!(waits.body.contains("<svg") && waits.body.contains("data-wall-offer"), "{}", excerpt(&waits.body));
    let key = waits.body.split("name=\"key\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
    for path in ["/wall/scan", "/en/wall/scan", "/en/wall"] {
        let page = site.anonymous().get(path).await;
        assert!(page.status == StatusCode::OK && !page.body.contains('⟦'), "{path}: {}", excerpt(&page.body));
    }
    assert_eq!(night.get(CONFIRM).await.status, StatusCode::FORBIDDEN);
    again(&lab.get(CONFIRM).await, StatusCode::OK, "没有读到二维码");
    again(&send(&site.anonymous(), "/wall/in", &[("key", key)]).await, StatusCode::OK, "还没有人确认这块屏");
    let asked = send(&site.anonymous(), "/wall/in", &[("key", key), ("asks", "1")]).await;
    assert_eq!(asked.json()["in"], false);
    let anew = send(&site.anonymous(), "/wall/in", &[("key", key), ("anew", "1")]).await;
    assert!(anew.status == StatusCode::OK && anew.body.contains(key), "the picture is made anew for the same key");
    assert!(!anew.body.contains("还没有人确认"), "and nobody pressed anything");
    let (name, place) = (("name", "东墙2号屏"), ("place", "液氮库走廊"));
    let refused = send(&lab, CONFIRM, &[("offer", ""), name, place]).await;
    again(&refused, REFUSED, "二维码已失效或已用过");
    assert!(refused.body.contains("东墙2号屏"), "what was typed is kept");
    let services = &site.test.services;
    let offer = services::telemetry::display_offer(services, &services.system(), key).text;
    let nameless = send(&lab, CONFIRM, &[("offer", offer.as_str()), ("name", ""), place]).await;
    assert!(nameless.status == REFUSED && nameless.body.contains(&offer), "what was read is kept");
    gone_to(
        &send(&lab, CONFIRM, &[("offer", offer.as_str()), name, place]).await,
        "/staff/tanks/displays?done=scanned",
    );
    again(&lab.get("/staff/tanks/displays").await, StatusCode::OK, "等待配对");
    let entered = send(&site.anonymous(), "/wall/in", &[("key", key), ("asks", "1")]).await;
    assert_eq!(entered.json()["in"], true);
    let pressed = send(&site.anonymous(), "/wall/in", &[("key", key)]).await;
    gone_to(&pressed, "/staff/wall");
    let mut display = site.anonymous();
    display.cookie = pressed.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let board = display.get("/staff/wall").await;
    assert!(board.status == StatusCode::OK && board.body.contains("S-01"), "{}", excerpt(&board.body));
    again(&lab.get("/staff/tanks/displays").await, StatusCode::OK, "正常显示");
}
