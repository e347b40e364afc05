//! Bookings: looked for, revealed, made on behalf, printed.

use super::*;

const BOOKINGS: &str = "/staff/museum/bookings";
const CONTACT: &str = "yuanshan@example.com";

async fn reference(site: &Site, booking: &str) -> String {
    let plain = text(site, "select reference from booking where id = $1", booking).await;
    format!("{}-{}", &plain[..4], &plain[4..])
}

#[tokio::test]
async fn a_search_by_contact_stays_a_form_and_a_reference_opens_the_booking() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = booked(&officer, &sessions_of(&site, SATURDAY).await[0], "2", CONTACT).await;
    let reference = reference(&site, &id).await;

    let all = officer.get(BOOKINGS).await;
    let rows = |page: &Answer| page.body.matches("class=\"staff-reference\"").count();
    assert!(rows(&all) > 20, "the list");
    let by_contact = send(&officer, BOOKINGS, &[("text", " YuanShan@Example.com "), ("day", ""), ("state", "")]).await;
    // The local part of an address may tell capitals apart; its domain does not.
    assert_eq!(by_contact.status, StatusCode::OK);
    let by_contact = send(&officer, BOOKINGS, &[("text", CONTACT), ("day", ""), ("state", "")]).await;
    assert_eq!((by_contact.status, rows(&by_contact)), (StatusCode::OK, 1));
    assert!(by_contact.body.contains(&reference) && excerpt(&by_contact.body).contains("y***@example.com"));
    assert!(!by_contact.body.contains("欧阳远山"), "the name is masked");
    assert!(!by_contact.body.contains(&format!("={CONTACT}")), "a contact stands in no address");

    let found = send(&officer, BOOKINGS, &[("text", &reference.to_lowercase())]).await;
    gone_to(&found, &format!("{BOOKINGS}/{id}"));
    let wrong = send(&officer, BOOKINGS, &[("text", "K7M4")]).await;
    again(&wrong, REFUSED, "填写8位预约码");
    assert!(wrong.body.contains("value=\"K7M4\""));
    let narrowed = send(&officer, BOOKINGS, &[("text", ""), ("day", SATURDAY), ("state", "confirmed")]).await;
    let address = gone_to(&narrowed, &format!("{BOOKINGS}?day={SATURDAY}&state=confirmed"));
    assert_eq!(rows(&officer.get(&address).await), 1, "nobody else comes that day");
    again(&officer.get(&format!("{BOOKINGS}?state=cancelled")).await, StatusCode::OK, "没有符合条件的预约");
}

#[tokio::test]
async fn a_contact_is_revealed_for_a_reason_with_a_fresh_factor_and_noted() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = booked(&officer, &sessions_of(&site, SATURDAY).await[0], "2", CONTACT).await;
    let page = format!("{BOOKINGS}/{id}");
    let masked = officer.get(&page).await;
    assert!(!masked.body.contains(CONTACT) && excerpt(&masked.body).contains("y***@example.com"));

    again(&send(&officer, &page, &[("reason", "  ")]).await, REFUSED, "请填写这一项");
    assert_eq!(noted(&site, "booking.contact_revealed", &id).await, 0);
    let shown = send(&officer, &page, &[("reason", "设备故障，电话通知")]).await;
    again(&shown, StatusCode::OK, CONTACT);
    assert!(shown.body.contains("欧阳远山"));
    assert_eq!(noted(&site, "booking.contact_revealed", &id).await, 1);
    let detail =
        "select detail->>'reason' from audit_entry where action = 'booking.contact_revealed' and subject_id = $1";
    assert_eq!(text(&site, detail, &id).await, "设备故障，电话通知");
    assert!(!officer.get(&page).await.body.contains(CONTACT), "shown once");

    later(&site, 11 * 60);
    assert!(excerpt(&officer.get(&page).await.body).contains("再次验证身份后查看"));
    let stale = send(&officer, &page, &[("reason", "再看一次")]).await;
    gone_to(&stale, "/staff/step-up?next=");
    assert!(!stale.body.contains(CONTACT));
    assert_eq!(noted(&site, "booking.contact_revealed", &id).await, 1);
}

#[tokio::test]
async fn staff_book_parties_the_public_could_not_and_one_form_books_once() {
    let site = museum().await;
    let officer = officer(&site).await;
    let session = sessions_of(&site, SATURDAY).await.swap_remove(0);
    let key = "01980000-0000-7000-8000-000000000001";
    let pairs = |people: &'static str, children: &'static str| {
        [
            ("key", key),
            ("session", &session),
            ("name", "欧阳远山"),
            ("contact", ""),
            ("people", people),
            ("children", children),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let press = async |people: &'static str, children: &'static str| {
        let pairs = pairs(people, children);
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        send(&officer, "/staff/museum/book", &pairs).await
    };
    let alone = press("2", "2").await;
    again(&alone, REFUSED, "14岁以下儿童需要至少一位成人同行");
    assert!(alone.body.contains("value=\"欧阳远山\"") && alone.body.contains(&format!("value=\"{key}\"")));

    let first = gone_to(&press("8", "4").await, "/staff/museum/bookings/");
    let second = gone_to(&press("8", "4").await, "/staff/museum/bookings/");
    assert_eq!(first, second, "the same form, the same booking");
    let id = first
        .strip_prefix("/staff/museum/bookings/")
        .and_then(|rest| rest.strip_suffix("?done=booked"))
        .expect("an id");
    assert_eq!(state(&site, id).await, "confirmed 8+4 v1 staff");
    let plain = "select (position(convert_to('欧阳远山', 'UTF8') in name_sealed) > 0)::text from booking where id = $1";
    assert_eq!(text(&site, plain, id).await, "false", "a name is sealed");
    again(&officer.get(&first).await, StatusCode::OK, "8人（含儿童4人）");

    let reused = press("9", "4").await;
    again(&reused, StatusCode::CONFLICT, "这张表单刚才已经预约成功一次");
    assert!(!reused.body.contains(key), "the next press is a booking of its own");
    let of_session = "select count(*) from booking b join session s on s.id = b.session_id where s.starts_at >= timestamptz '2026-07-25 00:00+08'
                      and s.starts_at < timestamptz '2026-07-26 00:00+08'";
    assert_eq!(number(&site, of_session).await, 1);
}

#[tokio::test]
async fn not_even_staff_book_past_the_places() {
    let site = museum().await;
    let officer = officer(&site).await;
    let first = sessions_of(&site, TUESDAY).await.swap_remove(0);
    let pairs = [
        ("key", ""),
        ("session", &*first),
        ("name", "欧阳远山"),
        ("contact", CONTACT),
        ("people", "5"),
        ("children", "0"),
    ];
    let full = send(&officer, "/staff/museum/book", &pairs).await;
    again(&full, REFUSED, "这一场只剩4个名额");
    assert!(full.body.contains(&format!("value=\"{CONTACT}\"")) && full.body.contains("value=\"欧阳远山\""));
    let people = "select sum(people)::text from booking where session_id = $1 and state = 'confirmed'";
    assert_eq!(text(&site, people, &first).await, "26");
    booked(&officer, &first, "4", CONTACT).await;
    assert_eq!(text(&site, people, &first).await, "30");
}

#[tokio::test]
async fn a_pass_is_a_page_and_a_file_until_it_is_cancelled() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = booked(&officer, &sessions_of(&site, SATURDAY).await[0], "3", "").await;
    let page = officer.get(&format!("{BOOKINGS}/{id}/pass")).await;
    let reference = reference(&site, &id).await;
    assert!(page.body.contains("<svg") && page.body.contains(&reference), "{}", excerpt(&page.body));
    assert!(excerpt(&page.body).contains("欧****") || excerpt(&page.body).contains("欧***"), "{}", excerpt(&page.body));
    let file = officer.get(&format!("{BOOKINGS}/{id}/pass.pdf")).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(file.body.starts_with("%PDF-") && file.header("content-disposition").contains(&reference));
    assert_eq!(file.header("cache-control"), "no-store");

    gone_to(&send(&officer, &format!("{BOOKINGS}/{id}/cancel"), &[("version", "1")]).await, BOOKINGS);
    let cancelled = officer.get(&format!("{BOOKINGS}/{id}/pass")).await;
    again(&cancelled, StatusCode::OK, "没有入场凭证");
    assert!(!cancelled.body.contains("qr-reference"));
    assert_eq!(officer.get(&format!("{BOOKINGS}/{id}/pass.pdf")).await.status, StatusCode::NOT_FOUND);
}
