//! What stays true when something dies: the real binary, killed, cut off from its database, left by its clients, while
//! people book.
//!
//! Moments are drawn from a seed, which is printed; `CORDBLOOD_STEADY_SEED` replays one. (Which request a moment hits is
//! still the machine's affair; who books what, and after how many bookings something dies, is the seed's.)

mod books;
mod disconnects;
pub mod http;
mod kills;
pub mod load;
mod outages;
pub mod server;

use std::time::{Duration, Instant};

/// Random numbers that can be drawn again (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// Dice of the seed that is to be replayed, or of a new one; says which.
    fn thrown() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
        let replayed = std::env::var("CORDBLOOD_STEADY_SEED").ok().and_then(|text| text.parse().ok());
        let seed = replayed.unwrap_or_else(|| u64::from_le_bytes(services::crypto::random()));
        println!("CORDBLOOD_STEADY_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Asks until the answer is yes; says what it was waiting for when that takes longer than `patience`.
async fn eventually(patience: Duration, what: &str, ask: impl AsyncFn() -> Result<(), String>) {
    let began = Instant::now();
    loop {
        match ask().await {
            Ok(()) => return,
            Err(still) => assert!(began.elapsed() < patience, "{what}: still {still} after {patience:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
