//! Photographs of a visit, and the fleet.

use super::{ask_for_the_bus, dispatcher, garage, link, propose, request};
use domain::account::Actor;
use domain::field::Fault;
use domain::ids::{BusPhotoId, BusRequestId, BusStopId, BusVehicleId};
use services::bus::{self, BusError, Conflicts, Named, NewPicture, PhotoChange, PictureWords, Unit};
use services::files;
use testkit::TestHouse;
use uuid::Uuid;

/// A picture of its own for each text.
fn picture(of: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture =
        image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(2400, 1200, image::Rgb([20, 90, of.len() as u8])));
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg).expect("a picture");
    bytes
}

fn photo(alt: &str) -> NewPicture {
    NewPicture { alt_zh: alt.into(), alt_en: "Pupils around a model".into(), consent: true, bytes: Some(picture(alt)) }
}

/// A visit that took place; its stop.
async fn visit(house: &TestHouse, vehicle: BusVehicleId, crew: domain::ids::BusCrewId) -> (BusRequestId, BusStopId) {
    let id = ask_for_the_bus(house, 1, "weifang").await;
    propose(house, id, vehicle, crew, ("09:00", "11:00")).await.expect("proposed");
    let school = house.context(Actor::Anonymous);
    bus::accept(&house.services, &school, &link(house, id).await, None).await.expect("accepted");
    let staff = dispatcher(&house.services, 7);
    bus::to_itinerary(&house.services, &staff, id, request(house, id).await.version).await.expect("planned");
    let early = bus::add_photo(&house.services, &staff, id, photo("同学们围着模型")).await;
    assert!(matches!(early, Err(BusError::StateHasChanged)), "before the visit: {early:?}");
    let noon: jiff::Timestamp = "2026-09-10T12:00:00+08:00".parse().expect("an instant");
    house.services.clock.advance(noon.duration_since(house.now()));
    let staff = dispatcher(&house.services, 7);
    bus::visited(&house.services, &staff, id, request(house, id).await.version, 118).await.expect("noted");
    let stop = request(house, id).await.stop.as_ref().map(|stop| stop.id).expect("a stop");
    (id, stop)
}

async fn public(house: &TestHouse, stop: BusStopId) -> Vec<BusPhotoId> {
    bus::stop(&house.services, stop).await.expect("the stop").photos.into_iter().map(|photo| photo.id).collect()
}

#[tokio::test]
async fn a_photograph_is_seen_once_it_is_shown_and_never_after_it_was_taken_back() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (id, stop) = visit(&house, vehicles[0], crews[0]).await;
    let (services, staff, anybody) = (&house.services, dispatcher(&house.services, 7), house.context(Actor::Anonymous));
    let faults = |error| match error {
        BusError::Fields(errors) => errors.into_iter().map(|it| (it.field, it.fault)).collect::<Vec<_>>(),
        other => panic!("{other}"),
    };
    let without = NewPicture { consent: false, alt_en: String::new(), ..photo("同学们") };
    let refused = faults(bus::add_photo(services, &staff, id, without).await.expect_err("no consent"));
    assert_eq!(refused, [("alt_en".to_owned(), Fault::Required), ("consent".to_owned(), Fault::MustAccept)]);
    let text = NewPicture { bytes: Some(b"<svg onload='x'/>".to_vec()), ..photo("同学们") };
    let refused = faults(bus::add_photo(services, &staff, id, text).await.expect_err("no picture"));
    assert_eq!(refused, [("photo".to_owned(), Fault::FileKindPicture)]);

    let first = bus::add_photo(services, &staff, id, photo("同学们围着模型")).await.expect("added");
    let second = bus::add_photo(services, &staff, id, photo("显微镜")).await.expect("added");
    assert!(public(&house, stop).await.is_empty());
    assert!(matches!(bus::photo(services, &anybody, first).await, Err(BusError::NotFound)), "not public");
    assert!(bus::photo(services, &staff, first).await.is_ok());
    for it in [first, second, first] {
        bus::change_photo(services, &staff, it, PhotoChange::Show).await.expect("shown");
    }
    assert_eq!(public(&house, stop).await, [first, second]);
    let bytes = bus::photo(services, &anybody, first).await.expect("public");
    let read = image::load_from_memory(&bytes).expect("a picture");
    assert_eq!((read.width(), read.height()), (1600, 800), "bounded");
    bus::change_photo(services, &staff, second, PhotoChange::Forward).await.expect("moved");
    assert_eq!(public(&house, stop).await, [second, first]);
    let words = |zh: &str| PhotoChange::Words(PictureWords { alt_zh: zh.into(), alt_en: "Microscopes".into() });
    let refused = faults(bus::change_photo(services, &staff, second, words(" ")).await.expect_err("no words"));
    assert_eq!(refused, [("alt_zh".to_owned(), Fault::Required)]);
    assert!(bus::change_photo(services, &anybody, second, words("别人的话")).await.is_err());
    bus::change_photo(services, &staff, second, words("两台显微镜")).await.expect("said otherwise");
    let said = bus::stop(services, stop).await.expect("the stop").photos[0].alt_zh.clone();
    assert_eq!(said, "两台显微镜", "where it stands, and shown as it was");
    bus::change_photo(services, &staff, first, PhotoChange::Hide).await.expect("taken back");
    assert!(matches!(bus::photo(services, &anybody, first).await, Err(BusError::NotFound)));
    bus::change_photo(services, &staff, second, PhotoChange::Remove).await.expect("removed");
    assert!(public(&house, stop).await.is_empty());
    assert_eq!(files::sweep(services).await.expect("swept"), 1);
    let left: i64 = sqlx::query_scalar("select count(*) from file_content")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(left, 1);
    assert!(bus::change_photo(services, &anybody, first, PhotoChange::Show).await.is_err());
}

#[tokio::test]
async fn the_fleet_is_named_once_and_retired_once_nothing_is_planned_with_it() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let named = |zh: &str, needs_m| Named { title_zh: zh.into(), title_en: "Bus".into(), needs_m };
    let fresh = Unit::Vehicle(BusVehicleId(Uuid::from_u128(9)));
    let refused = bus::save_unit(services, &staff, fresh, &named("", Some(400))).await;
    assert!(matches!(refused, Err(BusError::Fields(ref errors)) if errors.len() == 2), "{refused:?}");
    for _ in 0..2 {
        bus::save_unit(services, &staff, fresh, &named("演示新车", Some(9))).await.expect("pressed twice");
    }
    let other = Unit::Vehicle(BusVehicleId(Uuid::from_u128(10)));
    let twice = bus::save_unit(services, &staff, other, &named("演示新车", Some(9))).await;
    assert!(matches!(twice, Err(BusError::Fields(ref e)) if e[0].fault == Fault::AlreadyExists), "{twice:?}");
    bus::save_unit(services, &staff, Unit::Crew(crews[0]), &named("演示改名组", None)).await.expect("renamed");
    let (all, people) = bus::fleet(services, &staff).await.expect("the fleet");
    assert_eq!((all.len(), people[0].title_zh.as_str()), (2, "演示改名组"));

    let id = ask_for_the_bus(&house, 1, "jinan").await;
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let planned = bus::retire_unit(services, &staff, Unit::Vehicle(vehicles[0])).await;
    let Err(BusError::Own(Conflicts(told))) = planned else { panic!("{planned:?}") };
    assert_eq!(told[0].stop.as_ref().map(|stop| stop.request), Some(id), "it names what is planned");
    bus::retire_unit(services, &staff, fresh).await.expect("nothing is planned with it");
    let (all, _) = bus::fleet(services, &staff).await.expect("the fleet");
    assert_eq!(all.len(), 1);
    let school = house.context(Actor::Anonymous);
    let denied = bus::save_unit(services, &school, fresh, &named("x", Some(9))).await;
    assert!(matches!(denied, Err(BusError::Denied(_))));
}

/// A date that is moved stays the same entry in people's calendars.
#[tokio::test]
async fn a_stop_that_is_moved_keeps_its_uid_and_counts_up() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    let (services, staff, school) = (&house.services, dispatcher(&house.services, 7), house.context(Actor::Anonymous));
    let mut entries = Vec::new();
    for hours in [("09:00", "11:00"), ("14:00", "16:00")] {
        propose(&house, id, vehicles[0], crews[0], hours).await.expect("proposed");
        bus::accept(services, &school, &link(&house, id).await, None).await.expect("accepted");
        bus::to_itinerary(services, &staff, id, request(&house, id).await.version).await.expect("planned");
        let feed = bus::feed(services, domain::Locale::ZhCn).await.expect("a calendar");
        let line = |name: &str| feed.lines().find_map(|line| line.strip_prefix(name)).expect(name).to_owned();
        entries.push((line("UID:"), line("SEQUENCE:").parse::<u32>().expect("a number"), line("DTSTART:")));
    }
    assert_eq!(entries[0].0, entries[1].0, "the same entry");
    assert!(entries[0].1 < entries[1].1 && entries[0].2 != entries[1].2, "{entries:?}");
}

#[tokio::test]
async fn the_same_photograph_twice_is_one_and_it_leaves_when_its_term_is_over() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (id, stop) = visit(&house, vehicles[0], crews[0]).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let first = bus::add_photo(services, &staff, id, photo("同学们围着模型")).await.expect("added");
    let again = NewPicture { alt_zh: "换了说明".into(), ..photo("同学们围着模型") };
    assert_eq!(bus::add_photo(services, &staff, id, again).await.expect("the same"), first);
    let other = bus::add_photo(services, &staff, id, photo("显微镜")).await.expect("another");
    assert_ne!(other, first);
    let all = bus::photos(services, &staff, id).await.expect("readable");
    assert_eq!(all.iter().map(|photo| photo.alt_zh.as_str()).collect::<Vec<_>>(), ["同学们围着模型", "显微镜"]);
    for it in [first, other] {
        bus::change_photo(services, &staff, it, PhotoChange::Show).await.expect("shown");
    }

    let days = |days: i64| services.clock.advance(jiff::SignedDuration::from_hours(24 * days));
    days(1094);
    assert_eq!(services::privacy::erase_due(services).await.expect("swept").photos, 0);
    assert_eq!(public(&house, stop).await, [first, other]);
    days(2);
    assert_eq!(services::privacy::preview(services).await.expect("counted").photos, 2);
    assert_eq!(services::privacy::erase_due(services).await.expect("swept").photos, 2);
    assert!(public(&house, stop).await.is_empty());
    let proof =
        "select count(*) from audit_entry where action = 'privacy.bus_photos_erased' and detail = '{\"photos\": 2}'";
    for (left, sql) in [(0, "select count(*) from file_content"), (1, proof)] {
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number");
        assert_eq!(found, left, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_at_once_add_one_photograph() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (id, _) = visit(&house, vehicles[0], crews[0]).await;
    let staff = dispatcher(&house.services, 7);
    let press = || bus::add_photo(&house.services, &staff, id, photo("同学们围着模型"));
    let (one, two) = tokio::join!(press(), press());
    assert_eq!(one.expect("added"), two.expect("the same"));
}

#[tokio::test]
async fn a_bus_that_is_on_its_stop_is_not_retired() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = ask_for_the_bus(&house, 1, "weifang").await;
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let school = house.context(Actor::Anonymous);
    bus::accept(&house.services, &school, &link(&house, id).await, None).await.expect("accepted");
    let staff = dispatcher(&house.services, 7);
    bus::to_itinerary(&house.services, &staff, id, request(&house, id).await.version).await.expect("planned");
    let go_to = |at: &str| {
        let at: jiff::Timestamp = at.parse().expect("an instant");
        house.services.clock.advance(at.duration_since(house.now()));
    };
    go_to("2026-09-10T10:00:00+08:00");
    for unit in [Unit::Vehicle(vehicles[0]), Unit::Crew(crews[0])] {
        let under_way = bus::retire_unit(&house.services, &dispatcher(&house.services, 7), unit).await;
        assert!(matches!(under_way, Err(BusError::Own(Conflicts(ref told))) if told.len() == 1), "{under_way:?}");
    }
    go_to("2026-09-10T11:00:00+08:00");
    let staff = dispatcher(&house.services, 7);
    bus::retire_unit(&house.services, &staff, Unit::Vehicle(vehicles[0])).await.expect("it is back");
}
