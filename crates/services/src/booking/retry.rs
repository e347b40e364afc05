//! Trying a transaction again where the database says that this may help.

use super::BookingError;
use domain::booking::Refusal;
use std::time::Duration;

/// How often.
const TRIES: u32 = 5;

/// Runs `transaction`, again after a deadlock, a serialisation failure or a lock that was not free in time; each is a
/// transaction of its own, and one that failed has done nothing.
///
/// # Errors
/// `Refused(Busy)` when it failed so often that somebody had better ask again; whatever else stood in the way, at once.
pub(super) async fn again<T, Work>(transaction: impl Fn() -> Work) -> Result<T, BookingError>
where
    Work: Future<Output = Result<T, BookingError>>,
{
    for tried in 1..=TRIES {
        match transaction().await {
            Err(BookingError::Database(error)) if store::is_transient(&error) => {
                tokio::time::sleep(Duration::from_millis(5 << tried)).await;
            }
            other => return other,
        }
    }
    Err(Refusal::Busy.into())
}
