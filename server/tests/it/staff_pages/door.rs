//! The counter's page for events: found by name, shown with the event, admitted by the event's own rules.

use super::*;
use domain::booking::{Party, PartySize};
use domain::contact::{Contact, PersonName};
use services::booking::{self, OnBehalf, Person};

#[tokio::test]
async fn a_registration_for_an_event_is_admitted_at_the_same_door() {
    let site = museum().await;
    services::outreach::seed_demo(&site.test.services, &site.test.services.system()).await.expect("events");
    let owner = site.test.db.owner_pool();
    let (session, starts): (uuid::Uuid, store::SqlTimestamp) = sqlx::query_as(
        "select s.id, s.starts_at from session s join activity a on a.id = s.activity_id
         where a.kind = 'event' and a.published and s.starts_at > '2026-07-22' and not exists (select from event_form f where f.activity_id = a.id)
         order by s.starts_at limit 1",
    )
    .fetch_one(&owner)
    .await
    .expect("an event that asks nothing");
    let system = site.test.services.system();
    let asked = OnBehalf {
        session: session.into(),
        person: Person {
            name: PersonName::parse("演示·谷雨").expect("a name"),
            contact: Some(Contact::parse("guyu@example.com").expect("an address")),
        },
        party: Party::new(PartySize::new(2).expect("a size"), 0).expect("a party"),
        key: "a registration".into(),
    };
    let booked = booking::book(&site.test.services, &system, asked).await.expect("there is room").booking;
    let id = booked.to_string();
    let minutes_before = starts.to_jiff() - SignedDuration::from_mins(5);
    site.test.services.clock.advance(minutes_before.duration_since(site.test.now()));
    let title: String =
        sqlx::query_scalar("select a.title_zh from session s join activity a on a.id = s.activity_id where s.id = $1")
            .bind(session)
            .fetch_one(&owner)
            .await
            .expect("a title");

    let steward = site.staff(&[Role::Steward]).await;
    let first = excerpt(&steward.get("/door").await.body);
    assert!(first.contains(&title), "it is among the coming sessions: {first}");
    let found = excerpt(&send(&steward, "/door", &[("name", "演示·谷")]).await.body);
    assert!(found.contains("演示·谷雨") && found.contains(&title), "{found}");
    let chosen = excerpt(&send(&steward, "/door", &[("booking", &*id)]).await.body);
    assert!(chosen.contains("预约2人") && chosen.contains(&title) && chosen.contains("确认入场"), "{chosen}");
    let admit = [("nonce", "01980000-0000-7000-8000-0000000000e1"), ("booking", &*id), ("present", "2")];
    let done = send(&steward, "/door/admit", &admit).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(excerpt(&done.body).contains("请入场：2人"));
}
