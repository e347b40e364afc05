//! What was measured over time.

use super::excursions::store;
use super::{minute, reading, send};
use domain::ids::UnitId;
use domain::telemetry::ChannelKind;
use jiff::SignedDuration;
use services::telemetry::{self, Span};
use testkit::TestHouse;
use uuid::Uuid;

#[tokio::test]
async fn a_probe_that_is_exchanged_takes_nothing_out_of_a_units_chart() {
    let house = TestHouse::new().await;
    let code = store(&house).await;
    let channel = format!("{code}/temperature_top");
    let first = (0..12).map(|n| reading(&channel, minute(&house, n), -190.0)).collect();
    let second = (40..52).map(|n| reading(&channel, minute(&house, n), -180.0)).collect();
    house.services.clock.advance(SignedDuration::from_mins(30));
    send(&house, first).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");

    let by = house.services.system();
    telemetry::end_channel(&house.services, &by, &channel).await.expect("out of use");
    let top = (code.as_str(), ChannelKind::TemperatureTop);
    telemetry::set_up_channel(&house.services, &by, top, (60, "PT100-2")).await.expect("another probe");
    house.services.clock.advance(SignedDuration::from_mins(60));
    send(&house, second).await;
    telemetry::roll_up(&house.services).await.expect("rolled up");

    let unit: Uuid = sqlx::query_scalar(
        "select p.unit_id from custody_placement p join telemetry_channel c on c.tank_id = p.tank_id
         where p.taken_at is null order by p.unit_id limit 1",
    )
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("a unit that lies there");
    let mut db = house.services.db.acquire().await.expect("a connection");
    let history = telemetry::thermal(&mut db, house.now(), UnitId(unit), Span::Day).await.expect("a chart");
    let steps = &history.lines.first().expect("a line").steps;
    let lows: Vec<f64> = steps.iter().filter_map(|step| Some(step.values?.0)).collect();
    assert_eq!((lows.first(), lows.last()), (Some(&-190.0), Some(&-180.0)));
    assert!(steps.is_sorted_by(|one, other| one.at < other.at), "{steps:?}");
}
