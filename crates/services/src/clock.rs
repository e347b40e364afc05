//! The only place that reads the system clock.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time. Cheap to clone; a test's clone can be moved and all others follow.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// What is added to the system clock: the measured difference to the database's clock, or a test's journey in time.
    shift_micros: Arc<AtomicI64>,
    /// A test's clock stands still at its first reading plus the shift.
    frozen: Option<Timestamp>,
}

impl Clock {
    /// The machine's clock, until [`Clock::follow`] aligns it with the database's.
    pub fn system() -> Self {
        Self::default()
    }

    /// Stands still at `at` until moved.
    pub fn frozen(at: Timestamp) -> Self {
        Self { shift_micros: Arc::default(), frozen: Some(at) }
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "this is the one clock of the house")]
    pub fn now(&self) -> Timestamp {
        let shift = SignedDuration::from_micros(self.shift_micros.load(Ordering::Relaxed));
        self.frozen.unwrap_or_else(Timestamp::now).saturating_add(shift).unwrap_or(Timestamp::MAX)
    }

    /// Goes with the database's clock, so that several servers agree on when booking opens and a hold ends.
    pub fn follow(&self, database_now: Timestamp) {
        let own = self.now().duration_since(database_now).as_micros() as i64;
        self.shift_micros.fetch_sub(own, Ordering::Relaxed);
    }

    /// The instant of a decision that everybody has to agree on to the moment, such as an opening: what the database said
    /// under the lock, whatever clock this machine has. A test's clock stands where the test put it.
    pub fn agreed(&self, database_now: Timestamp) -> Timestamp {
        if self.frozen.is_some() { self.now() } else { database_now }
    }

    /// Whether it is a clone of `other`: the two always tell the same.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shift_micros, &other.shift_micros) && self.frozen == other.frozen
    }

    /// Moves a test's clock.
    pub fn advance(&self, by: SignedDuration) {
        self.shift_micros.fetch_add(by.as_micros() as i64, Ordering::Relaxed);
    }
}
