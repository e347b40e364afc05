//! Many alarms at once: a gateway that falls silent takes hundreds of channels with it. What a look costs is counted on the wire.

use super::number;
use crate::exports::{colleague, proves};
use domain::account::Role;
use jiff::SignedDuration;
use services::Services;
use services::db::PoolSettings;
use services::telemetry::{self, Looked};
use sqlx::AssertSqlSafe;
use testkit::TestHouse;
use testkit::wire::Wire;

/// Channels of a tank, each of a minute's interval.
const KINDS: u32 = 3;
/// The statements of a look, whatever it finds: what is read, what is written, a turn of the ladder.
const BOUND: u64 = 30;

/// A house with so many tanks, and two people on the night shift.
async fn house(tanks: u32) -> TestHouse {
    let house = TestHouse::new().await;
    for name in ["night-1", "night-2"] {
        let account = colleague(&house, &format!("{name}-a"), Role::NightShift).await;
        proves(&house, account, &format!("{name}@example.com")).await;
    }
    let (owner, now) = (house.db.owner_pool(), house.now());
    for sql in [
        "insert into custody_room (id, site, code, zh, en) values (gen_random_uuid(), 'JN', 'R-MANY', '液氮库', 'Nitrogen store')".to_owned(),
        format!(
            "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
             select gen_random_uuid(), r.id, 'M-' || n, 'long_term', 4, 4, 4, '2026-01-01T00:00:00Z'
             from custody_room r, generate_series(1, {tanks}) n where r.code = 'R-MANY'"
        ),
        format!(
            "insert into telemetry_channel (code, kind, tank_id, interval_s, device, since)
             select t.code || '/' || k, k, t.id, 60, 'PT100-1', '{now}'
             from custody_tank t cross join unnest(array['temperature_top', 'temperature_bottom', 'ln2_level']) k"
        ),
        format!("insert into telemetry_latest (channel_id, heard_at) select id, '{now}' from telemetry_channel"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&owner).await.expect("tanks");
    }
    house
}

/// One look, and how many statements it took.
async fn looks(services: &Services, wire: &Wire) -> (Looked, u64) {
    let before = wire.seen();
    let looked = telemetry::watch(services).await.expect("looked").expect("nobody else looks");
    (looked, (wire.seen() - before).statements)
}

/// All channels of so many tanks fall silent, and are heard again: the statements of the look that finds the one, and the other.
async fn falls_silent(tanks: u32) -> (u64, u64) {
    let house = house(tanks).await;
    let wire = Wire::tap(&house.db.options()).await.expect("a tap");
    let settings = PoolSettings { max_connections: 2, ..PoolSettings::default() };
    let db = services::db::pool(wire.options(&house.db.options()), &settings);
    let services = Services { db, ..house.services.clone() };
    let channels = tanks * KINDS;
    let (calm, _) = looks(&services, &wire).await;
    assert_eq!(calm, Looked { channels, ..Looked::default() });

    house.services.clock.advance(SignedDuration::from_mins(4));
    let (silent, fell) = looks(&services, &wire).await;
    assert_eq!(silent, Looked { channels, begun: channels, events: channels, told: 2 });
    let open = "select count(*) from telemetry_alarm where state = 'no_data' and rule = 'silent' and seq = 1 and closed_at is null";
    assert_eq!(number(&house, open).await, i64::from(channels));
    let told = "select count(*) from telemetry_notice n join telemetry_rung r using (alarm_id, round, rung) where r.rung = 1 and r.people = 2";
    assert_eq!(number(&house, told).await, i64::from(channels) * 2, "each of the two of each alarm");
    assert_eq!(
        number(&house, "select count(*) from job where kind = 'messages.alarm'").await,
        2,
        "in one message each"
    );
    let (again, _) = looks(&services, &wire).await;
    assert_eq!(again, Looked { channels, ..Looked::default() }, "it is said once");

    // Nobody acknowledges: whoever stands on the ladder is told again an hour after its end, of all in one message.
    house.services.clock.advance(SignedDuration::from_mins(15));
    let (ended, _) = looks(&services, &wire).await;
    assert_eq!(ended, Looked { channels, ..Looked::default() }, "nobody stands on the other rungs");
    house.services.clock.advance(SignedDuration::from_hours(1));
    let (repeated, told_again) = looks(&services, &wire).await;
    assert_eq!(repeated, Looked { channels, told: 2, ..Looked::default() });
    let told = "select count(*) from telemetry_notice n join telemetry_rung r using (alarm_id, round, rung) where r.rung = 4 and r.role = 'night_shift'";
    assert_eq!(number(&house, told).await, i64::from(channels) * 2);
    assert!(told_again <= fell, "{told_again} statements to tell again, {fell} to begin and tell");

    let heard = format!("update telemetry_latest set heard_at = '{}'", house.now());
    sqlx::raw_sql(AssertSqlSafe(heard)).execute(&house.db.owner_pool()).await.expect("heard");
    let (over, ended) = looks(&services, &wire).await;
    assert_eq!(over, Looked { channels, events: channels, ..Looked::default() });
    let over = "select count(*) from telemetry_alarm where state = 'resolved' and seq = 2 and cleared_at is not null and closed_at is not null";
    assert_eq!(number(&house, over).await, i64::from(channels));
    (fell, ended)
}

#[tokio::test]
async fn three_hundred_channels_that_fall_silent_cost_as_many_statements_as_three() {
    let (few, many) = (falls_silent(1).await, falls_silent(100).await);
    assert!(few.0 > 10 && few.1 > 5, "the tap counts: {few:?}");
    // (A connection that is given back is rolled back first, sooner or later.)
    assert!(many.0 <= few.0 + 2 && many.1 <= few.1 + 2, "{few:?} for three, {many:?} for three hundred");
    assert!(many.0 <= BOUND && many.1 <= BOUND, "{many:?}");
}
