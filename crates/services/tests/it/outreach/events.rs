//! Events and their dates: seen when they are published, booked as the museum is, followed by calendars.

use super::{date, lecture, now, publish, published_lecture, register};
use crate::booking::{book, steward};
use domain::Locale;
use domain::account::{Actor, Denied};
use domain::booking::Refusal;
use domain::field::Fault;
use domain::outreach::Bilingual;
use jiff::SignedDuration;
use services::booking::{self, BookingError};
use services::outreach::{self, OutreachError};
use testkit::TestHouse;

fn is_closed<T>(answer: &Result<T, BookingError>) -> bool {
    matches!(answer, Err(BookingError::Refused(Refusal::SessionClosed)))
}

#[tokio::test]
async fn nobody_sees_or_books_what_is_not_published() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let id = outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let session = date(&house, id, "2026-07-25T09:30:00+08:00", 90, 20).await;
    assert!(!now(&house, id).await.published);
    assert!(outreach::events(services).await.expect("events").by_slug("leyun").is_none());
    assert!(is_closed(&book(services, session, 1, 1).await));
    publish(&house, id).await;
    assert!(outreach::events(services).await.expect("events").by_slug("leyun").is_some());
    book(services, session, 1, 1).await.expect("it is open now");
    // Taken back: whoever is registered stays, nobody else comes.
    let version = now(&house, id).await.version;
    outreach::publish(services, &system, id, version, false).await.expect("taken back");
    assert!(is_closed(&book(services, session, 2, 1).await));
    assert_eq!(now(&house, id).await.timetable.sessions[0].facts.booked, 1);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_hides_no_other() {
    let house = TestHouse::new().await;
    published_lecture(&house).await;
    let later = lecture("written-by-a-later-server");
    let broken = outreach::add_event(&house.services, &house.services.system(), later).await.expect("an event");
    publish(&house, broken).await;
    house.services.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(outreach::events(&house.services).await.expect("both").published().count(), 2);
    sqlx::query("update event set lead = '{\"a shape\": \"of tomorrow\"}' where activity_id = $1")
        .bind(broken.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("written");
    house.services.clock.advance(SignedDuration::from_secs(2));
    let events = outreach::events(&house.services).await.expect("the others are seen");
    let slugs: Vec<_> = events.published().map(|event| event.slug.as_str()).collect();
    assert_eq!(slugs, ["leyun"]);
}

#[tokio::test]
async fn publishing_twice_is_once_and_an_old_page_is_told() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let id = outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let seen = now(&house, id).await.version;
    outreach::publish(services, &system, id, seen, true).await.expect("published");
    outreach::publish(services, &system, id, seen, true).await.expect("pressed twice");
    let old = outreach::publish(services, &system, id, seen, false).await;
    assert!(matches!(old, Err(OutreachError::StateHasChanged)));
    let published: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = 'event.published'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the trail");
    assert_eq!(published, 1);
}

#[tokio::test]
async fn two_events_never_share_an_address() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let again = outreach::add_event(services, &system, lecture("leyun")).await;
    assert!(matches!(again, Err(OutreachError::Fields(e)) if e[0].fault == Fault::AlreadyExists));
    let denied = outreach::add_event(services, &steward(&house), lecture("other")).await;
    assert!(matches!(denied, Err(OutreachError::Denied(Denied::NotAllowed))));
}

/// In the hall they listen, next door they build kites: two dates of one instant are two rooms, told apart by their names.
#[tokio::test]
async fn dates_of_one_instant_are_rooms_with_names_of_their_own() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let id = outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let starts_at: jiff::Timestamp = "2026-07-25T09:30:00+08:00".parse().expect("an instant");
    let room = |name: &str, hours: i64| {
        let at = starts_at + jiff::SignedDuration::from_hours(hours);
        let title = Bilingual::new(name, name);
        outreach::NewDate { title, starts_at: at, ends_at: at + jiff::SignedDuration::from_mins(60), capacity: 5 }
    };
    let hall = outreach::add_date(services, &system, id, room("hall", 0)).await.expect("the hall");
    let twice = outreach::add_date(services, &system, id, room("hall", 0)).await;
    assert!(matches!(twice, Err(OutreachError::Fields(e)) if e[0].fault == Fault::AlreadyExists), "pressed twice");
    outreach::add_date(services, &system, id, room("kites", 0)).await.expect("next door");
    let later = outreach::add_date(services, &system, id, room("hall", 2)).await.expect("the hall, later");
    assert_eq!(now(&house, id).await.timetable.sessions.len(), 3);
    // Moved to where its namesake is: refused. To where only the other is: it gets the free room.
    let version = |event: &outreach::Event, session| event.timetable.session(session).expect("a date").version;
    let event = now(&house, id).await;
    let span = |hours: i64| {
        let at = starts_at + jiff::SignedDuration::from_hours(hours);
        (at, at + jiff::SignedDuration::from_mins(60))
    };
    let there = outreach::move_date(services, &system, (id, later), version(&event, later), span(0)).await;
    assert!(matches!(there, Err(OutreachError::Fields(e)) if e[0].fault == Fault::AlreadyExists));
    outreach::move_date(services, &system, (id, hall), version(&event, hall), span(4)).await.expect("nothing is there");
    outreach::move_date(services, &system, (id, later), version(&event, later), span(0))
        .await
        .expect("its room is free");
    let rooms: Vec<i16> =
        sqlx::query_scalar("select room from session where starts_at = $1::timestamptz order by room")
            .bind(starts_at.to_string())
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("rooms");
    assert_eq!(rooms, [0, 1]);
}

#[tokio::test]
async fn the_feed_has_every_date_once_with_the_uid_of_its_session() {
    let house = TestHouse::new().await;
    let (id, session) = published_lecture(&house).await;
    let event = now(&house, id).await;
    let feed = |locale| {
        let page = |event: &outreach::Event| format!("https://test.example/events/{}", event.slug);
        outreach::feed(&house.services, "活动", [&event], locale, page).replace("\r\n ", "")
    };
    let text = feed(Locale::ZhCn);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    for line in [
        format!("UID:{session}@test.example"),
        "SEQUENCE:0".to_owned(),
        "DTSTART:20260725T013000Z".to_owned(),
        "LOCATION:济南 · 孕育学校".to_owned(),
        "STATUS:CONFIRMED".to_owned(),
        "URL:https://test.example/events/leyun".to_owned(),
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line} in\n{text}");
    }
    assert!(feed(Locale::En).contains("LOCATION:Jinan · 孕育学校 in English\r\n"));
    assert_eq!(feed(Locale::ZhCn), text, "asked twice it is the same file");
    // Closing it is a change of the entry, not its end.
    let system = house.services.system();
    let closing = services::booking::Closing {
        key: system.new_id(),
        what: services::booking::Scope::Session(session),
        reason_zh: "讲师临时有事".into(),
        reason_en: "the lecturer cannot come".into(),
    };
    services::booking::close(&house.services, &system, closing).await.expect("closed");
    let event = now(&house, id).await;
    let page = |_: &outreach::Event| String::new();
    let closed = outreach::feed(&house.services, "活动", [&event], Locale::ZhCn, page);
    assert!(closed.contains("STATUS:CANCELLED\r\n") && closed.contains("SEQUENCE:1\r\n"), "{closed}");
}

#[tokio::test]
async fn the_demo_can_be_set_up_twice() {
    let house = TestHouse::new().await;
    let system = house.services.system();
    let mut seen = Vec::new();
    for _ in 0..2 {
        outreach::seed_demo(&house.services, &system).await.expect("the demo");
        house.services.programme.forget();
        let events = outreach::events(&house.services).await.expect("events");
        let cities: std::collections::BTreeSet<_> = events.published().map(|event| event.city).collect();
        let dates: usize = events.published().map(|event| event.timetable.sessions.len()).sum();
        seen.push((events.published().count(), cities.len(), dates));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].0 >= 6 && seen[0].1 >= 5 && seen[0].2 >= 10, "{seen:?}");
}

/// The messages of a kind that wait to be sent, by booking.
async fn queued(house: &TestHouse, template: &str) -> Vec<String> {
    sqlx::query_scalar("select payload ->> 'booking' from job where payload ->> 'template' = $1 order by 1")
        .bind(template)
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the jobs")
}

#[tokio::test]
async fn moving_a_date_tells_everybody_once_and_keeps_the_calendar_entry() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let id = outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let session = date(&house, id, "2026-07-30T09:30:00+08:00", 90, 60).await;
    date(&house, id, "2026-08-06T09:30:00+08:00", 90, 60).await;
    publish(&house, id).await;
    let mut booked = Vec::new();
    for n in 0..37 {
        booked.push(book(services, session, n, 1).await.expect("there is room").booking);
    }
    crate::account::deliver(&house).await;
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant");
    let later = (at("2026-07-31T14:00:00+08:00"), at("2026-07-31T15:30:00+08:00"));
    let version = now(&house, id).await.timetable.sessions[0].version;
    // Two of staff press at once, one of them twice.
    let press = || outreach::move_date(services, &system, (id, session), version, later);
    let (one, other) = tokio::join!(press(), press());
    let mut told = [one.expect("moved"), other.expect("pressed twice")];
    told.sort_unstable();
    assert_eq!(told, [0, 37]);
    let changed = queued(&house, "changed").await;
    let distinct: std::collections::BTreeSet<_> = changed.iter().collect();
    assert_eq!((changed.len(), distinct.len()), (37, 37), "each once");
    let planned: Vec<(String, i64)> = sqlx::query_as(
        "select payload ->> 'starts_at', count(*) from job where payload ->> 'template' like 'reminder%' group by 1",
    )
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("the reminders");
    assert_eq!(planned.len(), 1, "none for the old time: {planned:?}");
    assert_eq!(planned[0].0.parse::<jiff::Timestamp>().expect("an instant"), later.0);
    let file = services::messages::calendar_file(services, booked[0], Locale::ZhCn).await.expect("a file");
    let file = file.expect("a file").replace("\r\n ", "");
    for line in [format!("UID:{}@test.example", booked[0]), "SEQUENCE:1".into(), "DTSTART:20260731T060000Z".into()] {
        assert!(file.contains(&line), "{line} in {file}");
    }
    // The feed follows; the date of the past and the one that is taken are refused.
    let event = now(&house, id).await;
    let feed = outreach::feed(services, "活动", [&event], Locale::ZhCn, |_| String::new()).replace("\r\n ", "");
    let entry = feed.split("BEGIN:VEVENT").find(|entry| entry.contains(&session.to_string())).expect("its entry");
    assert!(entry.contains("SEQUENCE:1\r\n") && entry.contains("DTSTART:20260731T060000Z"), "{entry}");
    let version = version + 1;
    let taken = (at("2026-08-06T09:30:00+08:00"), at("2026-08-06T10:30:00+08:00"));
    let refused = outreach::move_date(services, &system, (id, session), version, taken).await;
    assert!(matches!(refused, Err(OutreachError::Fields(e)) if e[0].fault == Fault::AlreadyExists));
    let past = (at("2026-07-19T09:30:00+08:00"), at("2026-07-19T10:30:00+08:00"));
    let refused = outreach::move_date(services, &system, (id, session), version, past).await;
    assert!(matches!(refused, Err(OutreachError::Fields(e)) if e[0].fault == Fault::DatePast));
}

/// Another hall: everybody with a date to come is told once, and their entries change in place; other words tell nobody.
#[tokio::test]
async fn another_place_tells_everybody_with_a_date_to_come() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let id = outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let (over, ahead) = ("2026-07-21T09:30:00+08:00", "2026-07-30T09:30:00+08:00");
    let (over, ahead) = (date(&house, id, over, 90, 60).await, date(&house, id, ahead, 90, 60).await);
    publish(&house, id).await;
    book(services, over, 0, 1).await.expect("there is room");
    let booked = book(services, ahead, 1, 2).await.expect("there is room").booking;
    book(services, ahead, 2, 1).await.expect("there is room");
    crate::account::deliver(&house).await;
    services.clock.advance(jiff::SignedDuration::from_hours(48));

    let fresh = lecture("leyun");
    let mut to = outreach::EventChange {
        title: fresh.title,
        city: fresh.city,
        place: fresh.place,
        audience: fresh.audience,
        lead: Bilingual::new("五个周六", "Five Saturdays"),
        story: fresh.story,
        programme: fresh.programme,
        policy: fresh.policy,
    };
    let (system, version) = (services.system(), now(&house, id).await.version);
    outreach::change_event(services, &system, id, version, to.clone()).await.expect("changed");
    assert!(queued(&house, "changed").await.is_empty(), "another sentence tells nobody");

    to.place = Bilingual::new("东城会堂", "East Hall");
    outreach::change_event(services, &system, id, version + 1, to.clone()).await.expect("changed");
    let late = outreach::change_event(services, &system, id, version + 1, to).await;
    assert!(matches!(late, Err(OutreachError::StateHasChanged)), "pressed twice");
    assert_eq!(queued(&house, "changed").await.len(), 2, "the two of the date to come, once");
    let file = services::messages::calendar_file(services, booked, Locale::ZhCn).await.expect("a file");
    let file = file.expect("a file").replace("\r\n ", "");
    for line in [format!("UID:{booked}@test.example"), "SEQUENCE:1".into(), "东城会堂".into()] {
        assert!(file.contains(&line), "{line} in {file}");
    }
    let event = now(&house, id).await;
    let feed = outreach::feed(services, "活动", [&event], Locale::ZhCn, |_| String::new()).replace("\r\n ", "");
    let entry = feed.split("BEGIN:VEVENT").find(|entry| entry.contains(&ahead.to_string())).expect("its entry");
    assert!(entry.contains("SEQUENCE:1\r\n"), "{entry}");
}

#[tokio::test]
async fn changed_rules_become_a_new_version_and_changed_words_do_not() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let id = outreach::add_event(services, &system, lecture("leyun")).await.expect("an event");
    let fresh = lecture("leyun");
    let mut to = outreach::EventChange {
        title: Bilingual::new("乐孕课堂（秋季）", "Leyun in autumn"),
        city: fresh.city,
        place: fresh.place,
        audience: fresh.audience,
        lead: fresh.lead,
        story: fresh.story,
        programme: fresh.programme,
        policy: fresh.policy,
    };
    let version = now(&house, id).await.version;
    outreach::change_event(services, &system, id, version, to.clone()).await.expect("changed");
    let event = now(&house, id).await;
    assert_eq!((event.title.zh.as_str(), event.timetable.policy_version), ("乐孕课堂（秋季）", 1));
    let late = outreach::change_event(services, &system, id, version, to.clone()).await;
    assert!(matches!(late, Err(OutreachError::StateHasChanged)));
    to.policy.people_per_booking = 2;
    outreach::change_event(services, &system, id, event.version, to.clone()).await.expect("changed");
    assert_eq!(now(&house, id).await.timetable.policy_version, 2);
    let versions: i64 = sqlx::query_scalar("select count(*) from activity_policy where activity_id = $1")
        .bind(id.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(versions, 2);
    to.title = Default::default();
    let nameless = outreach::change_event(services, &system, id, event.version + 1, to).await;
    assert!(matches!(nameless, Err(OutreachError::Fields(e)) if e[0].field == "title_zh"));
}

#[tokio::test]
async fn publishing_wakes_whoever_does_the_work() {
    let house = TestHouse::new().await;
    let id = outreach::add_event(&house.services, &house.services.system(), lecture("leyun")).await.expect("an event");
    date(&house, id, "2026-07-25T09:30:00+08:00", 90, 20).await;
    let bell = house.services.job_bell.clone();
    let rung = async || tokio::time::timeout(std::time::Duration::from_millis(50), bell.notified()).await.is_ok();
    while rung().await {}
    publish(&house, id).await;
    assert!(rung().await, "what the partners are told waits for nobody");
}

#[tokio::test]
async fn the_desk_finds_registrations_beside_the_museums_bookings_and_says_whose_they_are() {
    let house = TestHouse::new().await;
    crate::booking::museum(&house).await;
    let session = crate::booking::add_session(&house, "2026-07-23T14:00:00+08:00", 20).await;
    let event = published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    let registered =
        register(&house, &visitor, event, "guest1@example.com", &[("q-expecting", "no"), ("q-seats", "1")])
            .await
            .expect("there is room");
    crate::booking::book(&house.services, session, 1, 2).await.expect("there is room at the museum too");
    let officer = crate::booking::officer(&house);
    let find = async |text: &str| {
        let wanted = booking::Wanted { text: text.to_owned(), ..Default::default() };
        booking::search(&house.services, &officer, &wanted).await.expect("a list")
    };
    let both = find("guest1@example.com").await;
    assert_eq!(both.len(), 2, "of the museum and of the event");
    let titles = booking::event_titles(&house.services, &officer, &both).await.expect("titles");
    assert_eq!(titles.len(), 1, "the museum has none");
    assert_eq!(titles.get(&event.0).map(String::as_str), Some("乐孕课堂"));
    let one = both.iter().find(|one| one.id == registered).expect("the registration");
    assert_eq!((one.activity, find(&one.reference).await.len()), (event.0, 1));
    assert!(find("").await.iter().all(|one| one.activity != event.0), "the list itself is the museum's");
    let steward = crate::booking::steward(&house);
    let denied = booking::search(&house.services, &steward, &booking::Wanted::default()).await;
    assert!(matches!(denied, Err(BookingError::Denied(_))));
    assert!(booking::event_titles(&house.services, &steward, &both).await.is_err());
}
