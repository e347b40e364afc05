//! The numbers and what is handed out of them, as staff see and get it.

use super::*;

const NUMBERS: &str = "/staff/numbers";
const FILE: &str = "/staff/numbers/file";
const BOOKINGS: &str = "/staff/numbers/bookings";

/// A form for the days of the demo's week.
fn asked<'a>(format: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let days = [("of", "museum"), ("from", "2026-07-20"), ("to", "2026-07-26"), ("format", format)];
    days.into_iter().chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn a_period_is_chosen_and_its_numbers_are_told_in_tables_and_charts() {
    let site = museum().await;
    let officer = officer(&site).await;
    let month = officer.get(NUMBERS).await;
    again(&month, StatusCode::OK, "2026年7月1日");
    for words in
        ["上座率（按星期）", "未到率（按星期）", "预约份数（按提前天数）", "团体参观（按单位）", "这些数怎么算"]
    {
        assert!(month.body.contains(words), "{words}");
    }
    assert!(month.body.contains("class=\"chart-drawing\""));
    let day = officer.get(&format!("{NUMBERS}?unit=days&from=2026-07-25&to=2026-07-25")).await;
    again(&day, StatusCode::OK, "2026年7月25日");
    let quiet = officer.get(&format!("{NUMBERS}/events?unit=year&from=2030-05-05")).await;
    again(&quiet, StatusCode::OK, "这段时间还没有");
    for (query, kept) in [
        ("unit=days&from=2026-07-25&to=2026-07-24", "2026-07-24"),
        ("unit=days&from=2026-07-25&to=2028-07-24", "2028-07-24"),
        ("unit=month&from=1999-07-25", "1999-07-25"),
    ] {
        let refused = officer.get(&format!("{NUMBERS}?{query}")).await;
        again(&refused, StatusCode::OK, "请先选好要统计的日期");
        assert!(refused.body.contains("aria-invalid=\"true\""), "{query}");
        assert!(refused.body.contains(&format!("value=\"{kept}\"")), "what was typed stays: {query}");
    }
}

#[tokio::test]
async fn a_sum_that_is_kept_back_is_kept_back_above_the_tables_too() {
    let site = museum().await;
    let officer = officer(&site).await;
    let sessions = sessions_of(&site, SATURDAY).await;
    booked(&officer, &sessions[0], "4", "yuanshan@example.com").await;
    booked(&officer, &sessions[1], "4", "wangyun@example.com").await;
    let day = officer.get(&format!("{NUMBERS}?unit=days&from={SATURDAY}&to={SATURDAY}")).await;
    again(&day, StatusCode::OK, "合计若会透露这样的一组，也不显示");
    let text = excerpt(&day.body);
    assert!(text.contains("… / ") && !text.contains("8 / "), "of the places, not how many: {text}");
}

#[tokio::test]
async fn the_numbers_are_handed_out_as_the_page_shows_them() {
    let site = museum().await;
    let officer = officer(&site).await;
    let file = send(&officer, FILE, &asked("csv", &[])).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").contains("numbers-museum-2026-07-20-2026-07-26.csv"));
    assert!(file.body.starts_with("\u{feff}表,行,列,数值\r\n合计,场次,数值,"), "{}", file.body);
    assert!(file.body.contains("\r\n上座与未到（按星期）,周六,名额,"), "{}", file.body);
    let days = send(&officer, FILE, &[("of", "museum"), ("from", "x"), ("to", ""), ("format", "csv")]).await;
    gone_to(&days, NUMBERS);
    assert_eq!(send(&officer, FILE, &asked("pdf", &[])).await.status, REFUSED);
}

#[tokio::test]
async fn bookings_are_handed_out_masked_and_never_kept_on_the_way() {
    let site = museum().await;
    let officer = officer(&site).await;
    booked(&officer, &sessions_of(&site, SATURDAY).await[0], "2", "yuanshan@example.com").await;
    again(&officer.get(&format!("{BOOKINGS}?of=museum&from=2026-07-20&to=2026-07-26")).await, StatusCode::OK, "10,000");

    let silent = send(&officer, BOOKINGS, &asked("csv", &[("reason", " ")])).await;
    again(&silent, REFUSED, "请填写这一项");
    assert!(silent.body.contains("value=\"2026-07-20\""), "what was typed stays");
    let long = [("of", "museum"), ("from", "2026-07-20"), ("to", "2028-07-20"), ("format", "csv"), ("reason", "核对")];
    again(&send(&officer, BOOKINGS, &long).await, REFUSED, "2027年7月20日");

    let file = send(&officer, BOOKINGS, &asked("csv", &[("reason", "核对团体")])).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"bookings-museum-2026-07-20-2026-07-26.csv\"")
    );
    assert!(file.header("cache-control").contains("no-store"), "{}", file.header("cache-control"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.body.contains("y***@example.com") && !file.body.contains("yuanshan@"), "masked");
    assert!(file.body.contains("欧") && !file.body.contains("远山"), "masked");
    let noted = "select count(*)::text from audit_entry where action = $1";
    assert_eq!(text_by(&site, noted, "booking.exported").await, "1");
    let book = send(&officer, BOOKINGS, &asked("xlsx", &[("reason", "核对团体")])).await;
    assert!(book.header("content-type").ends_with("spreadsheetml.sheet"), "{}", book.header("content-type"));
    let trail = site.staff(&[Role::Auditor]).await.get("/staff/audit?action=booking.").await;
    again(&trail, StatusCode::OK, "导出预约");

    // Eleven minutes later the second factor is shown again, and the steward never gets there.
    later(&site, 11 * 60);
    let stale = send(&officer, BOOKINGS, &asked("csv", &[("reason", "核对团体")])).await;
    gone_to(&stale, "/staff/step-up");
    let steward = site.staff(&[Role::Steward]).await;
    assert_eq!(send(&steward, BOOKINGS, &asked("csv", &[("reason", "x")])).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&steward, FILE, &asked("csv", &[])).await.status, StatusCode::FORBIDDEN);
}

/// One text of the database, by a text.
async fn text_by(site: &Site, sql: &'static str, by: &str) -> String {
    sqlx::query_scalar(sql).bind(by).fetch_one(&site.test.db.owner_pool()).await.expect("a text")
}
