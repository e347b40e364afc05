//! A picture of the database that all requests of this process share, at most a second old, or as old as whoever keeps it says.
//!
//! One request reads it, the others wait for that one, and share its failure: if each tried for itself, one after the
//! other, the last of a crowd would wait for all the timeouts before its own.

use crate::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;
use tokio::sync::Mutex;

/// How old a picture may be where nothing else is said.
const FRESH: SignedDuration = SignedDuration::from_millis(900);

/// Whether an error says that the database could not be asked at all: then the others who wait share it.
pub trait Outage {
    /// It does.
    fn is_outage(&self) -> bool;
}

impl Outage for sqlx::Error {
    fn is_outage(&self) -> bool {
        store::is_unavailable(self)
    }
}

/// When it was read, and what.
type Known<T> = (Timestamp, Arc<T>);

/// A picture that is read anew when it is old. Cheap to clone; clones share it.
pub struct Snapshot<T> {
    known: Arc<RwLock<Option<Known<T>>>>,
    /// When the last reading that failed ended; locked while somebody reads.
    reading: Arc<Mutex<Option<Instant>>>,
    fresh: SignedDuration,
}

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self { known: self.known.clone(), reading: self.reading.clone(), fresh: self.fresh }
    }
}

impl<T> Default for Snapshot<T> {
    fn default() -> Self {
        Self::lasting(FRESH)
    }
}

impl<T> Snapshot<T> {
    /// A picture that is read anew once it is so old.
    pub fn lasting(fresh: SignedDuration) -> Self {
        Self { known: Arc::default(), reading: Arc::default(), fresh }
    }

    fn known(&self, now: Timestamp) -> Option<Arc<T>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(read_at, _)| now.duration_since(*read_at).abs() < self.fresh).map(|(_, it)| it.clone())
    }

    /// Reads it anew at the next look: who changed something sees the change at once.
    pub fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The picture; `read` makes a new one of the given instant.
    ///
    /// # Errors
    /// Those of `read`, its own or that of the one who read while this one waited.
    pub async fn read<E, F>(&self, clock: &Clock, read: impl FnOnce(Timestamp) -> F) -> Result<Arc<T>, E>
    where
        E: From<sqlx::Error> + Outage,
        F: Future<Output = Result<T, E>>,
    {
        let now = clock.now();
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let came = Instant::now();
        let mut failed = self.reading.lock().await;
        if let Some(known) = self.known(clock.now()) {
            return Ok(known);
        }
        if failed.is_some_and(|at| at > came) {
            return Err(sqlx::Error::PoolTimedOut.into());
        }
        match read(now).await {
            Ok(fresh) => {
                let fresh = Arc::new(fresh);
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((now, fresh.clone()));
                Ok(fresh)
            }
            Err(error) => {
                if error.is_outage() {
                    *failed = Some(Instant::now());
                }
                Err(error)
            }
        }
    }
}
