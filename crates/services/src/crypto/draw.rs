//! Draws that everybody can check afterwards. A seed is promised by its hash before anybody has a ticket; the order is
//! made of the seed and the tickets' numbers alone, so that whoever knows the seed finds the same order.
//!
//! The seed of a draw is a keyed hash of its id: it is stored nowhere, and nobody who reads the database knows it. The
//! promise is SHA-256 of the seed. The lot of number `n` (from 1) is its place when all numbers are sorted by
//! HMAC-SHA256(seed, n as eight bytes, big-endian).

use super::Vault;
use aws_lc_rs::{digest, hmac};
use uuid::Uuid;

/// What an order is drawn by.
pub type Seed = [u8; 32];

impl Vault {
    /// The seed of a draw.
    pub fn draw_seed(&self, draw: Uuid) -> Seed {
        self.mac("release draw", draw.as_bytes())
    }
}

/// The promise of a seed.
pub fn commitment(seed: &Seed) -> Vec<u8> {
    digest::digest(&digest::SHA256, seed).as_ref().to_vec()
}

/// The lots of the numbers 1 to `count`, each from 1: a permutation.
pub fn lots(seed: &Seed, count: u32) -> Vec<u32> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, seed);
    let mark = |number: u32| {
        let mut mark = [0; 32];
        mark.copy_from_slice(hmac::sign(&key, &u64::from(number).to_be_bytes()).as_ref());
        mark
    };
    let mut order: Vec<([u8; 32], u32)> = (1..=count).map(|number| (mark(number), number)).collect();
    order.sort_unstable();
    let mut lots = vec![0; order.len()];
    for (lot, (_, number)) in (1..).zip(order) {
        if let Some(place) = lots.get_mut(number as usize - 1) {
            *place = lot;
        }
    }
    lots
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seed(n: u64) -> Seed {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&n.to_be_bytes());
        seed
    }

    /// Sum over the cells of (seen − expected)² / expected.
    fn chi_square(cells: &[u32], expected: f64) -> f64 {
        cells.iter().map(|seen| (f64::from(*seen) - expected).powi(2) / expected).sum()
    }

    /// Of every number the lot, over many draws: each of the 20 × 20 pairs is as likely as any other. 19² degrees of
    /// freedom: the statistic exceeds 450 once in a thousand fair tests, and the seeds are fixed.
    #[test]
    fn every_number_gets_every_lot_equally_often() {
        const DRAWS: u32 = 20_000;
        let mut seen = vec![0_u32; 400];
        for draw in 0..DRAWS {
            for (number, lot) in lots(&seed(u64::from(draw)), 20).into_iter().enumerate() {
                seen[number * 20 + lot as usize - 1] += 1;
            }
        }
        let statistic = chi_square(&seen, f64::from(DRAWS) / 20.0);
        assert!(statistic < 450.0, "chi-square {statistic}");
        // The measure notices unfairness: who came first being drawn first once in ten draws is far outside.
        for number in 0..20 {
            seen[number * 20 + number] += DRAWS / 10;
        }
        assert!(chi_square(&seen, f64::from(DRAWS) * 1.1 / 20.0) > 10_000.0);
    }

    /// Whole orders too: the 24 orders of four numbers come equally often. 23 degrees of freedom; 49.7 is one in a thousand.
    #[test]
    fn every_order_is_as_likely_as_any_other() {
        let mut seen = std::collections::HashMap::<Vec<u32>, u32>::new();
        for draw in 0..24_000 {
            *seen.entry(lots(&seed(1_000_000 + draw), 4)).or_default() += 1;
        }
        let cells: Vec<u32> = seen.into_values().collect();
        assert_eq!(cells.len(), 24);
        let statistic = chi_square(&cells, 1_000.0);
        assert!(statistic < 49.7, "chi-square {statistic}");
    }

    /// The order that a release page tells people to check, computed elsewhere (Python's hmac and hashlib).
    #[test]
    fn the_order_is_the_one_others_compute() {
        let seed = [0x11; 32];
        let hex = crate::crypto::hex(&commitment(&seed));
        assert_eq!(hex, "02d449a31fbb267c8f352e9968a79e3e5fc95c1bbeaa502fd6454ebde5a4bedc");
        assert_eq!(lots(&seed, 8), [7, 1, 8, 2, 4, 5, 6, 3]);
    }

    proptest! {
        #[test]
        fn lots_are_a_permutation_and_always_the_same(n in any::<u64>(), count in 0u32..300) {
            let drawn = lots(&seed(n), count);
            let mut sorted = drawn.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (1..=count).collect::<Vec<_>>());
            prop_assert_eq!(lots(&seed(n), count), drawn);
        }
    }
}
