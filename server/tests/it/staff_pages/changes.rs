//! What staff change of a booking: its party, its session, whether it is.

use super::*;

const FULL: &str = "一场只剩";

/// A booking's form: the version it was made of, and more.
async fn change(browser: &Browser<'_>, booking: &str, verb: &str, version: &str, more: &[(&str, &str)]) -> Answer {
    let path = format!("/staff/museum/bookings/{booking}/{verb}");
    send(browser, &path, &[&[("version", version)], more].concat()).await
}

fn party<'a>(people: &'a str, children: &'a str) -> [(&'a str, &'a str); 2] {
    [("people", people), ("children", children)]
}

/// Seats for so many more and no others.
async fn places_left(site: &Site, session: &str, left: i32) {
    let sql = "update session set capacity = $2 + (select coalesce(sum(people), 0) from booking
               where session_id = $1::uuid and state = 'confirmed') where id = $1::uuid";
    sqlx::query(sql).bind(session).bind(left).execute(&site.test.db.owner_pool()).await.expect("a capacity");
    later(site, 2);
}

#[tokio::test]
async fn a_party_grows_while_there_is_room_and_shrinks() {
    let site = museum().await;
    let officer = officer(&site).await;
    let session = sessions_of(&site, SATURDAY).await.swap_remove(0);
    let id = booked(&officer, &session, "3", "").await;
    let page = format!("/staff/museum/bookings/{id}");
    places_left(&site, &session, 4).await;

    let grown = change(&officer, &id, "party", "1", &party("7", "2")).await;
    gone_to(&grown, &format!("{page}?done=changed"));
    assert_eq!(state(&site, &id).await, "confirmed 7+2 v2 staff");
    let more = change(&officer, &id, "party", "2", &party("8", "2")).await;
    assert_eq!(more.status, REFUSED);
    assert!(excerpt(&more.body).contains("这一场已经约满"), "{}", excerpt(&more.body));
    assert!(more.body.contains("value=\"8\""), "what was typed is kept");
    again(&change(&officer, &id, "party", "2", &party("2", "3")).await, REFUSED, "儿童人数不能多于总人数");
    assert_eq!(state(&site, &id).await, "confirmed 7+2 v2 staff");
    gone_to(&change(&officer, &id, "party", "2", &party("1", "0")).await, &page);
    assert_eq!(state(&site, &id).await, "confirmed 1+0 v3 staff");
    assert_eq!(noted(&site, "booking.resized", &id).await, 2);
}

#[tokio::test]
async fn a_party_of_eight_moves_also_into_a_session_under_way() {
    let site = museum().await;
    let officer = officer(&site).await;
    let sessions = sessions_of(&site, SATURDAY).await;
    let id = booked(&officer, &sessions[0], "8", "").await;
    let page = format!("/staff/museum/bookings/{id}");
    let moved = change(&officer, &id, "move", "1", &[("session", &sessions[1])]).await;
    gone_to(&moved, &format!("{page}?done=moved"));
    assert_eq!(
        (session_of(&site, &id).await, state(&site, &id).await),
        (sessions[1].clone(), "confirmed 8+0 v2 staff".into())
    );

    // Saturday, 09:10: the first session runs.
    at(&site, "2026-07-25T09:10:00+08:00");
    let officer = self::officer(&site).await;
    gone_to(&change(&officer, &id, "move", "2", &[("session", &sessions[0])]).await, &page);
    assert_eq!(session_of(&site, &id).await, sessions[0]);
    assert_eq!(noted(&site, "booking.moved", &id).await, 2);
}

#[tokio::test]
async fn nobody_is_moved_into_a_full_an_ended_a_closed_or_the_same_session() {
    let site = museum().await;
    let sessions = sessions_of(&site, SATURDAY).await;
    let id = booked(&officer(&site).await, &sessions[3], "8", "").await;
    places_left(&site, &sessions[2], 7).await;
    sqlx::query("update session set state = 'closed' where id = $1::uuid")
        .bind(&sessions[1])
        .execute(&site.test.db.owner_pool())
        .await
        .expect("closed");
    // Saturday, 12:30: the first session is over.
    at(&site, "2026-07-25T12:30:00+08:00");
    let officer = officer(&site).await;
    for (target, sentence) in [
        (sessions[0].as_str(), "即将开始或已经开始"),
        (&sessions[1], "这一场已经取消"),
        (&sessions[2], FULL),
        (&sessions[3], "现在预约的就是这一场"),
        ("some session", "从列出的选项中选一个"),
    ] {
        let refused = change(&officer, &id, "move", "1", &[("session", target)]).await;
        again(&refused, REFUSED, sentence);
        assert_eq!(session_of(&site, &id).await, sessions[3], "{sentence}");
    }
    assert_eq!(
        (state(&site, &id).await.as_str(), noted(&site, "booking.moved", &id).await),
        ("confirmed 8+0 v1 staff", 0)
    );
}

#[tokio::test]
async fn who_was_overtaken_by_a_colleague_is_shown_what_is_now() {
    let site = museum().await;
    let officer = officer(&site).await;
    let session = sessions_of(&site, SATURDAY).await.swap_remove(0);
    let id = booked(&officer, &session, "3", "yuanshan@example.com").await;
    let page = format!("/staff/museum/bookings/{id}");
    gone_to(&change(&officer, &id, "party", "1", &party("5", "0")).await, &page);
    for verb in ["cancel", "party", "move"] {
        let late = change(&officer, &id, verb, "1", &[("people", "2"), ("children", "0"), ("session", &session)]).await;
        again(&late, StatusCode::CONFLICT, "这个预约刚刚有变动");
        assert!(excerpt(&late.body).contains("5人"), "{verb}: the page shows what is now");
    }
    assert_eq!(state(&site, &id).await, "confirmed 5+0 v2 staff");

    gone_to(&change(&officer, &id, "cancel", "2", &[]).await, &format!("{page}?done=cancelled"));
    assert_eq!(state(&site, &id).await, "cancelled 5+0 v3 staff");
    assert_eq!(text(&site, "select cancelled_by from booking where id = $1", &id).await, "staff");
    let free = "select (capacity - coalesce((select sum(people) from booking b where b.session_id = s.id and b.state = 'confirmed'), 0))::text
                from session s where id = $1";
    assert_eq!(text(&site, free, &session).await, "40", "the places are free again");
    again(&change(&officer, &id, "cancel", "3", &[]).await, REFUSED, "这个预约已经取消");
    assert_eq!(noted(&site, "booking.cancelled", &id).await, 1);
}
