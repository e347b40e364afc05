//! What the demos of the rooms share: a past that was made as every day is made.

use crate::clock::Clock;
use crate::{Context, Services};
use jiff::Timestamp;

/// The house as it was at an instant, and who acts in it. Its clock stands still there; everything else is the house's own.
pub(crate) fn then(services: &Services, context: &Context, now: Timestamp) -> (Services, Context) {
    let house = Services { clock: Clock::frozen(now), ..services.clone() };
    (house, Context { now, ..context.clone() })
}
