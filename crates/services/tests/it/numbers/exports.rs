//! What leaves the house as a file: who may, what it tells of persons, that the trail knows, and that it is of one moment.

use super::july;
use crate::booking::{add_session, book, machine, museum, officer, steward};
use domain::account::{Actor, Denied};
use domain::field::Fault;
use jiff::SignedDuration;
use services::Context;
use services::booking::{self, BookingState, Handle};
use services::numbers::{self, Listed, NumbersError, Subject, Wanted};
use services::spreadsheet::Format;
use std::time::Duration;
use store::numbers::Of;
use testkit::TestHouse;
use uuid::Uuid;

fn wanted(subject: Subject) -> Wanted {
    Wanted { subject, period: july(), reason: " 核对  七月 ".into(), format: Format::Xlsx, run: None }
}

async fn entries(house: &TestHouse, action: &str) -> Vec<serde_json::Value> {
    sqlx::query_scalar("select detail from audit_entry where action = $1 order by at, id")
        .bind(action)
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the trail")
}

/// Three parties of two on a Tuesday.
async fn three(house: &TestHouse) -> Vec<booking::Booked> {
    museum(house).await;
    let session = add_session(house, "2026-07-21T09:00:00+08:00", 20).await;
    let mut booked = Vec::new();
    for n in 1..=3 {
        booked.push(book(&house.services, session, n, 2).await.expect("there is room"));
    }
    booked
}

#[tokio::test]
async fn bookings_go_out_masked_for_a_reason_and_the_trail_knows() {
    let house = TestHouse::new().await;
    let booked = three(&house).await;
    let august = add_session(&house, "2026-08-01T00:00:00+08:00", 20).await;
    book(&house.services, august, 4, 1).await.expect("there is room");
    let staff = officer(&house);
    booking::cancel(&house.services, &staff, Handle::Id(booked[1].booking), None).await.expect("cancelled");

    let silent = Wanted { reason: " ".into(), ..wanted(Subject::Museum) };
    let silent = numbers::bookings(&house.services, &staff, &silent).await;
    assert!(matches!(silent, Err(NumbersError::Fields(e)) if e.len() == 1 && e[0].fault == Fault::Required));
    assert!(entries(&house, "booking.exported").await.is_empty(), "what is refused is no export");

    let listed = numbers::bookings(&house.services, &staff, &wanted(Subject::Museum)).await.expect("bookings");
    assert_eq!(listed.len(), 3, "those of July, the cancelled one too");
    assert_eq!(
        listed.iter().filter(|one| one.state == BookingState::Cancelled && one.cancelled_at.is_some()).count(),
        1
    );
    for one in &listed {
        assert_eq!((one.people, one.children, one.arrived, one.title.as_str()), (2, 0, 0, "科普馆"));
        assert_eq!(one.name, "演****", "no more of a name than on lists");
        assert_eq!(one.contact.as_deref(), Some("g***@example.com"));
    }
    let expected = serde_json::json!({
        "of": "museum", "from": "2026-07-01", "to": "2026-07-31", "format": "xlsx", "bookings": 3, "reason": "核对 七月",
    });
    assert_eq!(entries(&house, "booking.exported").await, [expected], "one export, one entry");
    let events = numbers::bookings(&house.services, &staff, &wanted(Subject::Events)).await.expect("bookings");
    assert_eq!(events, [], "nothing of the museum is an event's");
}

#[tokio::test]
async fn bookings_go_out_to_staff_with_a_fresh_factor_only() {
    let house = TestHouse::new().await;
    three(&house).await;
    let stale = |context: Context| {
        let Actor::Staff { account, login, roles, .. } = context.actor else { panic!("staff") };
        let at = house.now() - SignedDuration::from_mins(11);
        house.context(Actor::Staff { account, login, roles, stepped_up_at: Some(at) })
    };
    for (context, why) in [
        (house.context(Actor::Anonymous), Denied::SignInNeeded),
        (steward(&house), Denied::NotAllowed),
        (machine(&house.services), Denied::NotAllowed),
        (stale(officer(&house)), Denied::StepUpNeeded),
    ] {
        let answer = numbers::bookings(&house.services, &context, &wanted(Subject::Museum)).await;
        assert!(matches!(&answer, Err(NumbersError::Denied(denied)) if *denied == why), "{why}: {answer:?}");
    }
    assert!(entries(&house, "booking.exported").await.is_empty());
    // The numbers tell of nobody: whoever sees the page may take it along, with no second factor.
    let context = stale(officer(&house));
    numbers::export(&house.services, &context, Subject::Museum, july(), Format::Csv, None).await.expect("numbers");
    let expected = serde_json::json!({
        "of": "museum", "from": "2026-07-01", "to": "2026-07-31", "format": "csv", "sessions": 1,
    });
    assert_eq!(entries(&house, "numbers.exported").await, [expected]);
    let denied = numbers::export(&house.services, &steward(&house), Subject::Museum, july(), Format::Csv, None).await;
    assert!(matches!(denied, Err(NumbersError::Denied(Denied::NotAllowed))));
}

/// Cancels one booking and makes another smaller, past the engine: what the engine would note is of no interest here.
async fn meddle(house: &TestHouse, booked: &[booking::Booked]) {
    sqlx::query("update booking set state = 'cancelled', cancelled_at = $2, cancelled_by = 'staff' where id = $1")
        .bind(booked[0].booking.0)
        .bind(store::ToSqlx::to_sqlx(house.now()))
        .execute(&house.db.owner_pool())
        .await
        .expect("cancelled");
    sqlx::query("update booking set people = 1 where id = $1")
        .bind(booked[2].booking.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("changed");
}

fn people_who_come(listed: &[Listed]) -> u32 {
    listed.iter().filter(|one| one.state == BookingState::Confirmed).map(|one| one.people).sum()
}

#[tokio::test]
async fn a_file_is_of_one_moment_whatever_happens_while_it_is_read() {
    let house = TestHouse::new().await;
    let booked = three(&house).await;
    // The export has counted and wants to write its entry: there it is held, and the bookings change before it reads them.
    let mut held = services::db::begin(&house.db.owner_pool()).await.expect("a transaction");
    sqlx::query("lock table audit_entry in access exclusive mode").execute(&mut *held).await.expect("a lock");
    let (services, context) = (house.services.clone(), officer(&house));
    let export = tokio::spawn(async move { numbers::bookings(&services, &context, &wanted(Subject::Museum)).await });
    let waiting = async || -> i64 {
        sqlx::query_scalar(
            "select count(*) from pg_locks l join pg_database d on d.oid = l.database
             where not l.granted and d.datname = current_database()",
        )
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number")
    };
    while waiting().await == 0 {
        assert!(!export.is_finished(), "it has to wait for the trail");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    meddle(&house, &booked).await;
    held.rollback().await.expect("released");
    let listed = export.await.expect("no panic").expect("bookings");
    assert_eq!(people_who_come(&listed), 6, "as it was when it was counted");
    let later = numbers::bookings(&house.services, &officer(&house), &wanted(Subject::Museum)).await.expect("bookings");
    assert_eq!(people_who_come(&later), 3, "and the change was there to be seen");
}

#[tokio::test]
async fn without_the_one_moment_a_file_would_be_torn() {
    let house = TestHouse::new().await;
    let booked = three(&house).await;
    let (from, until) = july().instants();
    let of = Of { kind: "museum", from, until };
    let ids: Vec<Uuid> = booked.iter().map(|one| one.booking.0).collect();
    let confirmed = async |db: &mut sqlx::PgConnection| -> usize {
        let rows = store::booking::bookings::bookings(db, &ids).await.expect("bookings");
        rows.iter().filter(|row| row.state == "confirmed").count()
    };
    // The same readings with a change between them, in a transaction that is frozen and in one that is not.
    let mut frozen = house.services.begin().await.expect("a transaction");
    store::numbers::freeze(&mut frozen).await.expect("frozen");
    let mut loose = house.services.begin().await.expect("a transaction");
    for tx in [&mut frozen, &mut loose] {
        assert_eq!(store::numbers::bookings(tx, of).await.expect("a count"), 3);
        assert_eq!(confirmed(tx).await, 3);
    }
    meddle(&house, &booked).await;
    assert_eq!((confirmed(&mut frozen).await, confirmed(&mut loose).await), (3, 2));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let house = TestHouse::new().await;
    three(&house).await;
    let second = add_session(&house, "2026-07-21T14:00:00+08:00", 20).await;
    for n in 4..=7 {
        book(&house.services, second, n, 1).await.expect("there is room");
    }
    let (from, until) = july().instants();
    let of = Of { kind: "museum", from, until };
    let mut db = house.services.db.acquire().await.expect("a connection");
    let whole = store::numbers::bookings_after(&mut db, of, (from, Uuid::nil()), 100).await.expect("all");
    assert_eq!(whole.len(), 7);
    let (mut after, mut paged) = ((from, Uuid::nil()), Vec::new());
    loop {
        let page = store::numbers::bookings_after(&mut db, of, after, 2).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = (last.starts_at.to_jiff(), last.id);
        paged.extend(page.into_iter().map(|row| row.id));
    }
    assert_eq!(paged, whole.iter().map(|row| row.id).collect::<Vec<_>>());
}
