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

#[tokio::test]
async fn units_are_counted_once_a_minute_however_many_look() {
    let house = TestHouse::new().await;
    store(&house).await;
    let all = async || {
        let board = telemetry::board(&house.services, &house.services.system()).await.expect("a board");
        board.units.values().sum::<u64>()
    };
    let before = all().await;
    assert!(before > 0);
    let taken =
        "set session_replication_role = replica; delete from custody_placement; set session_replication_role = origin";
    sqlx::raw_sql(taken).execute(&house.db.owner_pool()).await.expect("past the house");
    house.services.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(all().await, before);
    house.services.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(all().await, 0);
}

#[tokio::test]
async fn ten_minutes_that_were_warm_are_in_the_chart_of_thirty_days_and_all_charts_of_a_tank_begin_together() {
    let house = TestHouse::new().await;
    let kinds = [ChannelKind::TemperatureTop, ChannelKind::Ln2Level];
    let tank = super::tank(&house, "T-01", &kinds).await;
    house.services.clock.advance(SignedDuration::from_hours(6));
    let hours = (0..36).map(|n| minute(&house, n * 10 - 360));
    let cold = hours.map(|at| reading("T-01/temperature_top", at, -186.0));
    let warm = reading("T-01/temperature_top", minute(&house, -125), -149.0);
    let level = reading("T-01/ln2_level", minute(&house, -60), 72.0);
    send(&house, cold.chain([warm, level]).collect()).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");

    let by = house.services.system();
    for span in Span::ALL {
        let charts: [&[ChannelKind]; 2] = [&kinds[..1], &kinds[1..]];
        let both = telemetry::histories(&house.services, &by, tank, (&charts, span)).await.expect("charts");
        let [temperature, level] = both.as_slice() else { panic!("two charts: {both:?}") };
        assert_eq!((temperature.from, temperature.until), (level.from, level.until));
        assert_eq!(level.lines.len(), 1);
        let steps = &temperature.lines[0].steps;
        let values: Vec<(f64, f64, f64)> = steps.iter().filter_map(|step| step.values).collect();
        let highest = values.iter().map(|values| values.2).fold(f64::NEG_INFINITY, f64::max);
        let lowest = values.iter().map(|values| values.0).fold(f64::INFINITY, f64::min);
        assert_eq!((lowest, highest), (-186.0, -149.0), "{span:?}");
    }
}

#[tokio::test]
async fn a_tanks_page_has_what_is_its_own_and_nothing_of_its_neighbours() {
    let house = TestHouse::new().await;
    let own = super::tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let other = super::tank(&house, "T-02", &[ChannelKind::TemperatureTop, ChannelKind::Ln2Level]).await;
    let warm = ["T-01", "T-02"].map(|code| reading(&format!("{code}/temperature_top"), house.now(), -149.0));
    send(&house, warm.to_vec()).await;
    telemetry::watch(&house.services).await.expect("looked");
    let by = house.services.system();
    let board = telemetry::board(&house.services, &by).await.expect("a board");
    assert!(!board.alarms.is_empty());
    for (id, channels) in [(own, 1), (other, 2)] {
        let present = telemetry::tank(&house.services, &by, id).await.expect("a tank");
        assert_eq!(Some(&present.tank), board.tanks.iter().find(|tank| tank.id == id), "as the board has it");
        assert_eq!(present.tank.channels.len(), channels);
        assert!(present.alarms.iter().all(|alarm| alarm.tank == Some(id)) && !present.alarms.is_empty());
        assert_eq!((present.units, present.stale), (board.units_in(id), board.is_stale()));
    }
    let none = telemetry::tank(&house.services, &by, domain::ids::TankId(Uuid::from_u128(1))).await;
    assert!(matches!(none, Err(telemetry::TelemetryError::NotFound)));
}
