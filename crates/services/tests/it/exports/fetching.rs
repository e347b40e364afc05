//! The file behind a mail's link.

use super::{colleague, entries, officer_of, post, scheduled, told_officer, weekly};
use crate::booking::{add_session, book, museum};
use domain::account::{Actor, Denied, Role};
use domain::ids::ExportRunId;
use domain::numbers::What;
use jiff::SignedDuration;
use services::exports::{self, Body, ExportError};
use testkit::TestHouse;
use uuid::Uuid;

#[tokio::test]
async fn the_link_leads_who_was_told_to_the_bookings_of_the_due_days_and_nobody_else() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, "2026-07-26T09:00:00+08:00", 20).await;
    book(&house.services, session, 1, 2).await.expect("there is room");
    let officer = told_officer(&house, "reader").await;
    let id = scheduled(&house, officer, &weekly(What::Bookings, &[officer])).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 7));
    let run = ExportRunId(Uuid::from_u128(42));
    exports::send_now(&house.services, &officer_of(&house, officer), id, run).await.expect("sent");
    post(&house).await;
    let mail: String =
        sqlx::query_scalar("select body_text from dev_mailbox where body_text like '%/staff/numbers/files/%'")
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("a mail");
    assert!(mail.contains(&format!("https://test.example/staff/numbers/files/{run}")), "{mail}");
    assert!(!mail.contains("演示"), "nobody's name travels by mail: {mail}");

    // Signed in long ago: the page opens, the file does not.
    let stale = {
        let Actor::Staff { account, login, roles, .. } = officer_of(&house, officer).actor else { panic!("staff") };
        house.context(Actor::Staff { account, login, roles, stepped_up_at: None })
    };
    assert!(exports::opened(&house.services, &stale, run).await.is_ok());
    let refused = exports::fetch(&house.services, &stale, run).await;
    assert!(matches!(refused, Err(ExportError::Denied(Denied::StepUpNeeded))), "{refused:?}");
    assert!(entries(&house, "booking.exported").await.is_empty());

    let fetched = exports::fetch(&house.services, &officer_of(&house, officer), run).await.expect("a file");
    let Body::Bookings(listed) = &fetched.body else { panic!("bookings") };
    assert_eq!((listed.len(), listed[0].people), (1, 2));
    let noted = entries(&house, "booking.exported").await;
    assert_eq!((noted.len(), &noted[0]["run"], &noted[0]["reason"]), (1, &run.to_string().into(), &"每周核对".into()));
    let runs = exports::runs(&house.services, &officer_of(&house, officer), id).await.expect("what was sent");
    assert_eq!(runs[0].told[0].fetched_at, Some(house.now()));

    // A colleague with the same role was not told of it.
    let other = colleague(&house, "other", Role::MuseumOfficer).await;
    let stranger = exports::opened(&house.services, &officer_of(&house, other), run).await;
    assert!(matches!(stranger, Err(ExportError::NotFound)), "{stranger:?}");
    house.services.clock.advance(exports::OPEN);
    let late = exports::fetch(&house.services, &officer_of(&house, officer), run).await;
    assert!(matches!(late, Err(ExportError::Over)), "{late:?}");
    house.services.clock.advance(exports::KEPT);
    assert_eq!(exports::sweep(&house.services).await.expect("swept"), 1);
}
