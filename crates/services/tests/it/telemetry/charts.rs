//! What was measured over time.

use super::excursions::store;
use super::{minute, number, reading, send};
use domain::ids::UnitId;
use domain::telemetry::ChannelKind;
use jiff::SignedDuration;
use services::telemetry::{self, History, Span};
use testkit::TestHouse;
use uuid::Uuid;

/// A tank with units in it whose probe at the top was exchanged: it said -190 at first, and -180 since. Its code.
async fn exchanged(house: &TestHouse) -> String {
    let code = store(house).await;
    let channel = format!("{code}/temperature_top");
    let first = (0..12).map(|n| reading(&channel, minute(house, n), -190.0)).collect();
    let second = (40..52).map(|n| reading(&channel, minute(house, n), -180.0)).collect();
    house.services.clock.advance(SignedDuration::from_mins(30));
    send(house, first).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");

    let by = house.services.system();
    telemetry::end_channel(&house.services, &by, &channel).await.expect("out of use");
    let top = (code.as_str(), ChannelKind::TemperatureTop);
    telemetry::set_up_channel(&house.services, &by, top, (60, "PT100-2")).await.expect("another probe");
    house.services.clock.advance(SignedDuration::from_mins(60));
    send(house, second).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    code
}

/// The line begins with the first probe and ends with the second, in order.
fn is_whole(history: &History) {
    let [line] = history.lines.as_slice() else { panic!("not one line: {:?}", history.lines) };
    let steps = &line.steps;
    let lows: Vec<f64> = steps.iter().filter_map(|step| Some(step.values?.0)).collect();
    assert_eq!((lows.first(), lows.last()), (Some(&-190.0), Some(&-180.0)));
    assert!(steps.is_sorted_by(|one, other| one.at < other.at), "{steps:?}");
}

#[tokio::test]
async fn a_probe_that_is_exchanged_takes_nothing_out_of_a_units_chart() {
    let house = TestHouse::new().await;
    exchanged(&house).await;
    let unit: Uuid = sqlx::query_scalar(
        "select p.unit_id from custody_placement p join telemetry_channel c on c.tank_id = p.tank_id
         where p.taken_at is null order by p.unit_id limit 1",
    )
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("a unit that lies there");
    let mut db = house.services.db.acquire().await.expect("a connection");
    let history = telemetry::thermal(&mut db, house.now(), UnitId(unit), Span::Day).await.expect("a chart");
    is_whole(&history);
}

#[tokio::test]
async fn a_probe_that_is_exchanged_takes_nothing_out_of_its_tanks_chart() {
    let house = TestHouse::new().await;
    let code = exchanged(&house).await;
    let by = house.services.system();
    let board = telemetry::board(&house.services, &by).await.expect("a board");
    let tank = board.tanks.iter().find(|tank| tank.code == code).expect("the tank");
    let cold = [ChannelKind::TemperatureTop, ChannelKind::TemperatureBottom];
    for span in [Span::Day, Span::Life] {
        is_whole(&telemetry::history(&house.services, &by, tank.id, (&cold, span)).await.expect("a chart"));
    }
}

#[tokio::test]
async fn units_are_counted_for_the_desk_and_not_for_a_wall() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let by = house.services.system();
    let board = telemetry::board(&house.services, &by).await.expect("a board");
    let tank = board.tanks.iter().find(|tank| tank.code == code).expect("the tank");
    let lie = "select count(*) from custody_placement p join telemetry_channel c on c.tank_id = p.tank_id
               where p.taken_at is null and c.kind = 'temperature_top'";
    assert!(board.units_in(tank.id) > 0);
    assert_eq!(i64::try_from(board.units_in(tank.id)), Ok(number(&house, lie).await));
    assert!(telemetry::wall(&house.services, &by).await.expect("a wall").units.is_empty());
}
