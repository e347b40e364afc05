//! The feed: ten thousand at once, again and again, late and wrong.

use super::{gateway, minute, number, reading, send, tank};
use domain::account::Denied;
use domain::telemetry::{ChannelKind, Quality};
use jiff::SignedDuration;
use services::telemetry::{self, MOST, Reading, Refusal, Taken, TelemetryError};
use testkit::TestHouse;

const TOP: &str = "T-01/temperature_top";

#[tokio::test]
async fn a_batch_of_ten_thousand_with_one_bad_reading_keeps_the_others() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop, ChannelKind::Ln2Level]).await;
    let mut batch: Vec<Option<Reading>> =
        (0..MOST as i64).map(|n| Some(reading(TOP, minute(&house, -n), -190.0))).collect();
    batch[4711] = None;
    let taken = telemetry::feed(&house.services, &gateway(&house), batch.clone()).await.expect("taken");
    assert_eq!(taken, Taken { kept: 9_999, late: 0, known: 0, refused: vec![(4711, Refusal::Unreadable)] });
    assert_eq!(number(&house, "select count(*) from telemetry_reading").await, 9_999);

    let again = telemetry::feed(&house.services, &gateway(&house), batch.clone()).await.expect("taken");
    assert_eq!(again, Taken { kept: 0, late: 0, known: 9_999, refused: vec![(4711, Refusal::Unreadable)] });
    assert_eq!(number(&house, "select count(*) from telemetry_reading").await, 9_999);

    batch.push(None);
    let refused = telemetry::feed(&house.services, &gateway(&house), batch).await;
    assert!(matches!(refused, Err(TelemetryError::TooMany)));
}

#[tokio::test]
async fn each_reading_that_is_not_taken_has_its_reason_and_its_place() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading(TOP, minute(&house, -5), -190.0)]).await;
    let taken = send(
        &house,
        vec![
            reading("T-99/temperature_top", minute(&house, 0), -190.0),
            reading(TOP, minute(&house, 11), -190.0),
            reading(TOP, minute(&house, -60 * 24 * 91), -190.0),
            reading(TOP, minute(&house, 0), f64::NAN),
            reading(TOP, minute(&house, -5), -120.0),
            reading(TOP, minute(&house, 1), -190.0),
            reading(TOP, minute(&house, 1), -190.0),
            reading(TOP, minute(&house, 1), -191.0),
        ],
    )
    .await;
    let refused = [
        (0, Refusal::UnknownChannel),
        (1, Refusal::Ahead),
        (2, Refusal::TooOld),
        (3, Refusal::NotANumber),
        (4, Refusal::Differs),
        (7, Refusal::Differs),
    ];
    assert_eq!(taken, Taken { kept: 1, late: 0, known: 1, refused: refused.to_vec() });
}

#[tokio::test]
async fn a_late_reading_is_kept_and_moves_nothing_that_is_newer() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading(TOP, minute(&house, 0), -190.0)]).await;
    let taken = send(&house, vec![reading(TOP, minute(&house, -180), -120.0)]).await;
    assert_eq!((taken.kept, taken.late), (1, 1));
    assert_eq!(number(&house, "select value::bigint from telemetry_latest").await, -190);
    assert_eq!(number(&house, "select count(*) from telemetry_reading").await, 2);
}

#[tokio::test]
async fn what_no_probe_can_have_measured_is_kept_and_does_not_count() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading(TOP, minute(&house, -1), -190.0), reading(TOP, minute(&house, 0), -273.0)]).await;
    assert_eq!(
        number(&house, "select quality::bigint from telemetry_latest").await,
        i64::from(Quality::Implausible.code())
    );
    assert_eq!(number(&house, "select good_value::bigint from telemetry_latest").await, -190);
}

#[tokio::test]
async fn a_gateway_that_repeats_what_its_probe_said_last_is_not_heard() {
    let house = TestHouse::new().await;
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading(TOP, minute(&house, 0), -190.0)]).await;
    let heard = "select extract(epoch from heard_at)::bigint from telemetry_latest";
    let before = number(&house, heard).await;
    house.services.clock.advance(SignedDuration::from_mins(5));
    send(&house, vec![Reading { quality: Quality::Stale, ..reading(TOP, minute(&house, 0), -190.0) }]).await;
    assert_eq!(number(&house, heard).await, before);
    send(&house, vec![Reading { quality: Quality::Maintenance, ..reading(TOP, minute(&house, 1), -100.0) }]).await;
    assert_eq!(number(&house, heard).await, before + 300);
}

#[tokio::test]
async fn two_gateways_with_the_same_batch_at_once_keep_each_reading_once() {
    let house = TestHouse::new().await;
    let kinds = [ChannelKind::TemperatureTop, ChannelKind::TemperatureBottom];
    tank(&house, "T-01", &kinds).await;
    let batch = |reversed: bool| {
        let mut all: Vec<Reading> = (0..500)
            .flat_map(|n| kinds.map(|kind| reading(&format!("T-01/{}", kind.name()), minute(&house, -n), -190.0)))
            .collect();
        if reversed {
            all.reverse();
        }
        all
    };
    let (one, other) = tokio::join!(send(&house, batch(false)), send(&house, batch(true)));
    assert_eq!((one.kept + other.kept, one.known + other.known), (1000, 1000));
    assert_eq!(number(&house, "select count(*) from telemetry_reading").await, 1000);
}

#[tokio::test]
async fn whoever_may_not_feed_does_not() {
    let house = TestHouse::new().await;
    let visitor =
        house.services.context(domain::account::Actor::Anonymous, domain::Locale::ZhCn, gateway(&house).request);
    let refused = telemetry::feed(&house.services, &visitor, Vec::new()).await;
    assert!(matches!(refused, Err(TelemetryError::Denied(Denied::SignInNeeded))));
}
