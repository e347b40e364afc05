//! Exports on a schedule, as staff see them.

use super::*;
use services::exports;

const ALL: &str = "/staff/numbers/schedules";

#[tokio::test]
async fn a_schedule_is_listed_paused_sent_by_hand_and_ended() {
    let site = museum().await;
    let officer = officer(&site).await;
    again(&officer.get(ALL).await, StatusCode::OK, "还没有定期导出");
    let services = &site.test.services;
    exports::seed_demo(services, &services.system()).await.expect("a schedule");
    exports::seed_demo(services, &services.system()).await.expect("the same one again");
    let listed = exports::list(services, &services.system()).await.expect("a list");
    assert_eq!(listed.len(), 1);
    let page = format!("{ALL}/{}", listed[0].id);
    let list = officer.get(ALL).await;
    again(&list, StatusCode::OK, "每周一 08:00");
    again(&list, StatusCode::OK, "2026年7月27日");
    assert!(list.body.contains(&page) && list.body.contains("演示·统计员"), "{}", excerpt(&list.body));

    let run = "01980000-0000-7000-8000-00000000002a";
    for _ in 0..2 {
        gone_to(&send(&officer, &format!("{page}/send"), &[("key", run)]).await, &format!("{page}?done=sent"));
    }
    let shown = officer.get(&page).await;
    again(&shown, StatusCode::OK, "发送中");
    assert_eq!(shown.body.matches("（手动）").count(), 1, "two presses, one sending");
    // It went to the colleague: whoever was not told finds nothing behind the link.
    assert_eq!(officer.get(&format!("/staff/numbers/files/{run}")).await.status, StatusCode::NOT_FOUND);
    let fetched = send(&officer, &format!("/staff/numbers/files/{run}/fetch"), &[]).await;
    assert_eq!(fetched.status, StatusCode::NOT_FOUND);

    gone_to(&send(&officer, &format!("{page}/pause"), &[]).await, &format!("{page}?done=paused"));
    again(&officer.get(&page).await, StatusCode::OK, "已暂停");
    gone_to(&send(&officer, &format!("{page}/end"), &[]).await, &format!("{page}?done=ended"));
    let late = send(&officer, &format!("{page}/resume"), &[]).await;
    assert_eq!(late.status, REFUSED, "what has ended is not resumed: {}", excerpt(&late.body));
    again(&officer.get(ALL).await, StatusCode::OK, "还没有定期导出");
}

#[tokio::test]
async fn what_was_chosen_stays_when_a_schedule_is_refused() {
    let site = museum().await;
    let officer = officer(&site).await;
    let key = "01980000-0000-7000-8000-00000000002b";
    let typed = [
        ("key", key),
        ("what", "bookings"),
        ("of", "events"),
        ("span", "quarter"),
        ("format", "csv"),
        ("day", "month-28"),
        ("hour", "23"),
        ("reason", ""),
    ];
    let refused = send(&officer, &format!("{ALL}/new"), &typed).await;
    again(&refused, REFUSED, "还没有同事验证过工作邮箱");
    for kept in ["value=\"month-28\" selected", "value=\"quarter\" selected", "value=\"23\" selected"] {
        assert!(refused.body.contains(kept), "{kept}");
    }
    for (name, value) in [("day", "month-29"), ("day", "week-0"), ("hour", "24"), ("span", "decade")] {
        let typed: Vec<_> = typed.iter().map(|&(n, v)| if n == name { (n, value) } else { (n, v) }).collect();
        let refused = send(&officer, &format!("{ALL}/new"), &typed).await;
        assert_eq!(refused.status, REFUSED, "{name} {value}");
    }
}
