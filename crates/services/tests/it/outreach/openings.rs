//! When an event opens follows its rules and its dates: what was promised of an opening that is another by now is promised anew.

use super::{BROWSER, date, lecture, now, publish};
use crate::booking::{closing::number, network};
use domain::account::Actor;
use domain::booking::{PartySize, Policy, ReleaseRules, Room};
use domain::ids::{DraftId, SessionId};
use services::booking::{self, BookingError};
use services::outreach;
use testkit::TestHouse;

const RELEASES: &str = "select count(*) from release";

async fn begin(house: &TestHouse, session: SessionId) -> Result<DraftId, BookingError> {
    let (visitor, two) = (house.context(Actor::Anonymous), PartySize::new(2).expect("a size"));
    booking::begin(&house.services, &visitor, session, two, BROWSER, &network()).await
}

/// Somebody looks before it opens, and goes away again: the opening is promised, and nobody stands in its line.
async fn looked_at(house: &TestHouse, session: SessionId) {
    let early = begin(house, session).await;
    assert!(matches!(early, Err(BookingError::WaitingRoom(_))), "{early:?}");
    let gone = "with gone as (delete from release_ticket) update release set arrived = 0";
    sqlx::query(gone).execute(&house.db.owner_pool()).await.expect("gone");
    assert_eq!(number(house, RELEASES).await, 1);
}

#[tokio::test]
async fn an_opening_nobody_stands_in_line_for_follows_the_rules_and_the_date() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    // The 9th of August opens nineteen days before, at two in the afternoon of the house's tomorrow.
    let rules = ReleaseRules { room: Room::Always, ..ReleaseRules::default() };
    let policy = Policy { days_ahead: 19, opens_hour: 14, release: rules, ..lecture("leyun").policy };
    let fresh = outreach::NewEvent { policy: policy.clone(), ..lecture("leyun") };
    let event = outreach::add_event(services, &system, fresh.clone()).await.expect("an event");
    let session = date(&house, event, "2026-08-09T09:30:00+08:00", 90, 20).await;
    publish(&house, event).await;
    let soon: jiff::Timestamp = "2026-07-21T13:58:00+08:00".parse().expect("an instant");
    services.clock.advance(soon.duration_since(house.now()));
    looked_at(&house, session).await;

    let mut to = outreach::EventChange {
        title: fresh.title,
        city: fresh.city,
        place: fresh.place,
        audience: fresh.audience,
        lead: domain::outreach::Bilingual::new("另一句话", "Another sentence"),
        story: fresh.story,
        programme: fresh.programme,
        policy,
    };
    let version = now(&house, event).await.version;
    outreach::change_event(services, &system, event, version, to.clone()).await.expect("changed");
    assert_eq!(number(&house, RELEASES).await, 1, "a promise is not broken for a sentence");

    let version_of = async || now(&house, event).await.timetable.session(session).expect("the date").version;
    let noon = ("2026-08-09T12:00:00+08:00", "2026-08-09T13:30:00+08:00");
    let noon = (noon.0.parse().expect("an instant"), noon.1.parse().expect("an instant"));
    outreach::move_date(services, &system, (event, session), version_of().await, noon).await.expect("moved");
    assert_eq!(number(&house, RELEASES).await, 0);
    looked_at(&house, session).await;

    to.policy.opens_hour = 8;
    let version = now(&house, event).await.version;
    outreach::change_event(services, &house.services.system(), event, version, to).await.expect("changed");
    now(&house, event).await;
    begin(&house, session).await.expect("open since the morning");
}
