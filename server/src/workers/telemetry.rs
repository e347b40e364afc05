//! The tanks: the watch looks every few seconds; what was read is rolled up every half minute; parts of tables are made and dropped
//! every hour.

use super::pause;
use services::Services;
use services::pulse::Pulse;
use services::telemetry;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the watch looks: silence has to be alarmed about within a minute, and a ladder's timers are as fine as this.
const LOOK: Duration = Duration::from_secs(3);
/// How often is rolled up.
const ROLL_UP: Duration = Duration::from_secs(30);
/// Roll-ups between two looks at the parts of tables.
const KEEP: u32 = 120;

/// Watches. Beats when it could look, or somebody else did.
pub(super) async fn watch(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match telemetry::watch(&services).await {
            Ok(looked) => {
                if let Some(looked) = looked.filter(|looked| looked.events > 0 || looked.told > 0) {
                    tracing::info!(begun = looked.begun, events = looked.events, told = looked.told, "alarms moved");
                }
                pulse.beat(services.clock.now());
            }
            Err(error) => tracing::error!(%error, "nobody could look at the tanks"),
        }
        pause(LOOK, &shutdown).await;
    }
}

/// Keeps what was read. Beats after each round, whatever became of it.
pub(super) async fn keep(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    let mut round = 0;
    while !shutdown.is_cancelled() {
        if round % KEEP == 0 {
            match telemetry::keep(&services).await {
                Ok(kept) if kept.dropped > 0 => {
                    tracing::info!(days = kept.dropped, "raw readings past their time were dropped")
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "parts for readings could not be made or dropped"),
            }
        }
        if let Err(error) = telemetry::roll_up(&services).await {
            tracing::error!(%error, "readings could not be rolled up");
        }
        pulse.beat(services.clock.now());
        match telemetry::open_deviations(&services).await {
            Ok(0) => {}
            Ok(units) => tracing::info!(units, "units that lay in a tank while it was too warm have a deviation"),
            Err(error) => tracing::error!(%error, "deviations of an excursion could not be opened"),
        }
        pulse.beat(services.clock.now());
        round = round.wrapping_add(1);
        pause(ROLL_UP, &shutdown).await;
    }
}
