//! Ten minutes for ever, raw readings for ninety days, excursions found in what is rolled up.

use super::{minute, number, reading, send, tank};
use domain::telemetry::{ChannelKind, Quality};
use jiff::SignedDuration;
use services::telemetry::{self, RAW_DAYS, Reading};
use testkit::TestHouse;

const TOP: &str = "T-01/temperature_top";

async fn later(house: &TestHouse, minutes: i64) {
    house.services.clock.advance(SignedDuration::from_mins(minutes));
}

#[tokio::test]
async fn ten_minutes_are_one_row_and_a_late_reading_is_in_it() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let begun = house.now();
    let at = |minutes: i64| begun + SignedDuration::from_mins(minutes);
    later(&house, 10).await;
    send(&house, vec![reading(TOP, at(0), -190.0), reading(TOP, at(2), -180.0)]).await;
    send(&house, vec![Reading { quality: Quality::Calibration, ..reading(TOP, at(3), 20.0) }]).await;
    later(&house, 10).await;
    assert_eq!(telemetry::roll_up(&house.services).await.expect("rolled up"), 1);
    let of = "select (good * 1000 + others * 100)::bigint - (low + mean + high)::bigint from telemetry_rollup";
    assert_eq!(number(&house, of).await, 2100 + 190 + 185 + 180);
    send(&house, vec![reading(TOP, at(1), -170.0)]).await;
    assert_eq!(telemetry::roll_up(&house.services).await.expect("rolled up"), 1);
    assert_eq!(number(&house, of).await, 3100 + 190 + 180 + 170);
    assert_eq!(telemetry::roll_up(&house.services).await.expect("rolled up"), 0, "each once");
}

#[tokio::test]
async fn raw_readings_go_after_ninety_days_and_their_ten_minutes_stay() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading(TOP, minute(&house, 0), -190.0)]).await;
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    house.services.clock.advance(days(RAW_DAYS + 2));
    assert_eq!(telemetry::keep(&house.services).await.expect("kept").dropped, 0, "not before it is rolled up");
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert_eq!(telemetry::keep(&house.services).await.expect("kept").dropped, 1);
    assert_eq!(number(&house, "select count(*) from telemetry_reading").await, 0);
    assert_eq!(number(&house, "select count(*) from telemetry_rollup").await, 1);
    assert_eq!(telemetry::keep(&house.services).await.expect("kept").dropped, 0);
}

#[tokio::test]
async fn an_excursion_has_its_interval_and_peak_whatever_order_its_readings_came_in() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    let begun = house.now();
    let at = |minutes: i64| begun + SignedDuration::from_mins(minutes);
    let warm = |minutes: i64| match minutes {
        8..25 => -165.0 + (minutes % 3) as f64,
        25..31 => -149.0,
        31..44 => -168.0,
        _ => -190.0,
    };
    later(&house, 120).await;
    let minutes = |from: i64, until: i64| (from..until).map(|n| reading(TOP, at(n), warm(n))).collect::<Vec<_>>();
    for (from, until) in [(0, 20), (40, 60), (20, 40)] {
        send(&house, minutes(from, until)).await;
        telemetry::roll_up(&house.services).await.expect("rolled up");
    }
    let whole = "select count(*) from telemetry_excursion where merged_into is null";
    assert_eq!(number(&house, whole).await, 1);
    let length =
        "select extract(epoch from ends_at - begins_at)::bigint from telemetry_excursion where merged_into is null";
    assert_eq!(number(&house, length).await, 35 * 60);
    assert_eq!(
        number(&house, "select peak::bigint from telemetry_excursion where merged_into is null and critical").await,
        -149
    );
}

#[tokio::test]
async fn a_disturbed_reading_and_a_calibration_are_no_excursion() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    later(&house, 30).await;
    let at = |minutes: i64| minute(&house, minutes - 30);
    send(
        &house,
        vec![
            reading(TOP, at(0), -190.0),
            reading(TOP, at(1), -165.0),
            Reading { quality: Quality::Calibration, ..reading(TOP, at(2), 20.0) },
            reading(TOP, at(3), -190.0),
        ],
    )
    .await;
    telemetry::roll_up(&house.services).await.expect("rolled up");
    assert_eq!(number(&house, "select count(*) from telemetry_excursion").await, 0);
}
