//! The heartbeat of a worker: when it last did what it is there for. The readiness check reads it; the workers beat it.

use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A heartbeat. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<AtomicI64>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MIN)))
    }
}

impl Pulse {
    /// The last beat, by the house's clock, to the millisecond; `None` before the first.
    pub fn last(&self) -> Option<Timestamp> {
        let millis = self.0.load(Ordering::Relaxed);
        if millis == i64::MIN { None } else { Timestamp::from_millisecond(millis).ok() }
    }

    /// It beats now.
    pub fn beat(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::Relaxed);
    }
}
