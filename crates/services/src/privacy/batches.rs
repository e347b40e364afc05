//! Erasing in batches: each a transaction of its own, short enough to disturb nobody, until one finds less than it may take.

use crate::Services;
use crate::db::to_the_end;

/// Runs `batch`, which erases at most `most` and answers how many, until nothing is left. How many in all. A batch runs to its
/// end whatever becomes of whoever waits for it.
pub(crate) async fn in_batches<F>(services: &Services, most: i64, batch: impl Fn(Services) -> F) -> sqlx::Result<u64>
where
    F: Future<Output = sqlx::Result<u64>> + Send + 'static,
{
    let mut erased = 0;
    loop {
        let done = to_the_end(batch(services.clone())).await?;
        erased += done;
        if done < most.unsigned_abs() {
            return Ok(erased);
        }
    }
}
