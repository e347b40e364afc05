//! Closing a session and a day: the preview, the reason, the confirmation; what the public and the office see then.

use super::*;

fn key() -> String {
    Uuid::from_bytes(services::crypto::random()).to_string()
}

#[tokio::test]
async fn a_session_is_previewed_closed_with_a_reason_and_opened_again() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = &sessions_of(&site, TUESDAY).await[0];
    let (page, close) = (format!("/staff/museum/sessions/{id}"), format!("/staff/museum/sessions/{id}/close"));
    let preview = officer.get(&close).await;
    again(&preview, StatusCode::OK, "我已看过会影响到的9个预约、26人");
    let key = key();
    let unseen = send(&officer, &close, &[("key", &key), ("reason_zh", "设备检修")]).await;
    again(&unseen, REFUSED, "确认关闭：请勾选这一项后继续");
    assert!(unseen.body.contains("value=\"设备检修\"") && unseen.body.contains(&key), "what was typed is kept");
    assert_eq!(number(&site, "select count(*) from booking where state = 'cancelled'").await, 0);

    let form = [("key", &*key), ("reason_zh", "设备检修"), ("reason_en", "maintenance"), ("seen", "on")];
    gone_to(&send(&officer, &close, &form).await, &format!("{page}?done=closed"));
    gone_to(&send(&officer, &close, &form).await, &page);
    assert_eq!(text(&site, "select state from session where id = $1", id).await, "closed");
    assert_eq!(number(&site, "select count(*) from booking where state = 'cancelled'").await, 9);
    assert_eq!(noted(&site, "session.closed", id).await, 1);
    let shown = officer.get(&format!("{page}?done=closed")).await;
    again(&shown, StatusCode::OK, "已关闭，原因：设备检修");
    assert!(officer.get(&format!("/en{page}")).await.body.contains("Closed. Reason: maintenance"));
    again(&officer.get(&close).await, StatusCode::OK, "没有可以关闭的场次");
    later(&site, 2);
    let public = site.get(&format!("/museum/sessions?people=2&day={TUESDAY}")).await.body;
    let card = public.split(&format!("data-session=\"{id}\"")).nth(1).and_then(|rest| rest.split("</li>").next());
    assert!(card.expect("its card").contains("本场已关闭"), "{}", excerpt(&public));

    let version = text(&site, "select version::text from session where id = $1", id).await;
    let old = send(&officer, &format!("{page}/reopen"), &[("version", "1")]).await;
    assert_eq!(old.status, StatusCode::CONFLICT);
    gone_to(
        &send(&officer, &format!("{page}/reopen"), &[("version", &version)]).await,
        &format!("{page}?done=reopened"),
    );
    assert_eq!(text(&site, "select state from session where id = $1", id).await, "open");
}

#[tokio::test]
async fn a_day_is_closed_from_its_board() {
    let site = museum().await;
    let officer = officer(&site).await;
    let board = format!("/staff/museum/today?day={TUESDAY}");
    let close = format!("/staff/museum/days/{TUESDAY}/close");
    assert!(officer.get(&board).await.body.contains(&format!("href=\"{close}\"")));
    let preview = officer.get(&close).await;
    again(&preview, StatusCode::OK, "全天");
    let form = [("key", &*key()), ("reason_zh", "停电"), ("reason_en", "power cut"), ("seen", "on")];
    gone_to(&send(&officer, &close, &form).await, &format!("{board}&done=closed"));
    again(&officer.get(&format!("{board}&done=closed")).await, StatusCode::OK, "已经关闭。预约已取消");
    let open = "select count(*) from session where state = 'open' and (starts_at at time zone 'Asia/Shanghai')::date = '2026-07-21'";
    assert_eq!(number(&site, open).await, 0);
    assert_eq!(number(&site, "select count(*) from template_exception where day = '2026-07-21'").await, 1);
    let standing = "select count(*) from booking b join session s on s.id = b.session_id
                    where b.state = 'confirmed' and (s.starts_at at time zone 'Asia/Shanghai')::date = '2026-07-21'";
    assert_eq!(number(&site, standing).await, 0);
    later(&site, 2);
    again(&site.get(&format!("/museum/sessions?day={TUESDAY}")).await, StatusCode::OK, "停电");
}

#[tokio::test]
async fn a_day_out_of_reach_has_no_page() {
    let site = museum().await;
    let officer = officer(&site).await;
    for day in ["-009999-01-01", "9999-12-31"] {
        for act in ["close", "open-door"] {
            let page = format!("/staff/museum/days/{day}/{act}");
            assert_eq!(officer.get(&page).await.status, StatusCode::NOT_FOUND, "{page}");
            let form = [("key", &*key()), ("reason_zh", "停电"), ("reason_en", "power cut"), ("seen", "on")];
            assert_eq!(send(&officer, &page, &form).await.status, StatusCode::NOT_FOUND, "{page}");
        }
        for page in ["today?day", "sessions?from", "bookings?day", "book?day"] {
            let page = format!("/staff/museum/{page}={day}");
            assert_eq!(officer.get(&page).await.status, StatusCode::OK, "{page}");
        }
    }
}

#[tokio::test]
async fn the_link_of_a_closed_booking_leads_to_another_session() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = &sessions_of(&site, TUESDAY).await[0];
    let booked = booked(&officer, &sessions_of(&site, SATURDAY).await[0], "2", "yuanshan@example.com").await;
    let saturday = session_of(&site, &booked).await;
    let form = [("key", &*key()), ("reason_zh", "停电"), ("reason_en", "power cut"), ("seen", "on")];
    let close = format!("/staff/museum/sessions/{saturday}/close");
    gone_to(&send(&officer, &close, &form).await, "/staff/museum/sessions/");
    assert_eq!(state(&site, &booked).await, "cancelled 2+0 v2 staff");
    let booking: domain::ids::BookingId = booked.parse().expect("an id");
    let ends_at = "2026-07-25T10:30:00+08:00".parse().expect("an instant");
    let services = &site.test.services;
    let manage = services::booking::manage_link(services, booking, ends_at);
    let mine = site.get(&format!("/b/{manage}")).await;
    again(&mine, StatusCode::OK, "改约其他场次");
    let link = services::booking::rebook_link(services, booking, ends_at);
    let page = site.get(&format!("/rebook/{link}")).await;
    again(&page, StatusCode::OK, "原因：停电");
    assert!(!page.body.contains("欧阳远山"), "masked: a link may be forwarded");
    assert!(site.get(&format!("/en/rebook/{link}")).await.body.contains("Reason: power cut"));
    let others = page.body.matches("name=\"session\"").count();
    assert_eq!(others, 2, "the two nearest");
    let other = sessions_of(&site, SATURDAY).await[1].clone();
    let anybody = site.anonymous();
    let made = send(&anybody, &format!("/rebook/{link}"), &[("session", &other)]).await;
    gone_to(&made, "/b/");
    gone_to(&send(&anybody, &format!("/rebook/{link}"), &[("session", id)]).await, "/b/");
    assert_eq!(number(&site, "select count(*) from booking where name_sealed is not null and people = 2 and state = 'confirmed' and channel = 'web'").await, 1);
    again(&site.get(&format!("/rebook/{link}")).await, StatusCode::OK, "已经改约成功");
}
