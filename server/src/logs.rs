//! Logs: one line per event, with the request it belongs to; JSON for machines, pretty for people.
//!
//! What never stands in a line: a path with its values, a query, a header's value, a name, an address, a number of a
//! person. A request is known by its id, its route's template and its trace.
//!
//! Exporting spans to a collector needs no change here beyond one layer: [`install`] takes any further
//! [`tracing_subscriber::Layer`], and every request's span already carries W3C trace and span ids.

use crate::config::{Environment, Telemetry};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// A further consumer of spans and events, such as an OpenTelemetry exporter.
pub type Extra = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging for this process, once. `extra` sees everything the filter lets through.
pub fn install(telemetry: &Telemetry, environment: Environment, extra: Option<Extra>) -> Result<(), TryInitError> {
    let filter = EnvFilter::try_new(&telemetry.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines: Extra = if telemetry.json(environment) {
        fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(true).boxed()
    } else {
        fmt::layer().compact().boxed()
    };
    let consumers: Vec<Extra> = extra.into_iter().chain([lines.with_filter(filter).boxed()]).collect();
    tracing_subscriber::registry().with(consumers).try_init()?;
    log_panics();
    Ok(())
}

/// A panic is a line like any other: where it happened, and its text only when the text was written by a programmer.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // A formatted message may quote a value, and a value may be a person's.
        let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(formatted message withheld)");
        tracing::error!(place, text, "panicked");
    }));
}
