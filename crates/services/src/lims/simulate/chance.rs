//! Chance that repeats itself: the same seed gives the same stream, on every machine and in every version of the house.

/// SplitMix64 (Steele, Lea, Flood 2014). Good enough to scatter, and good for no secret.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Of a seed.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `most`, which is not 0.
    pub const fn below(&mut self, most: u64) -> u64 {
        self.any() % most
    }

    /// True, so often of a thousand.
    pub const fn permille(&mut self, of: u32) -> bool {
        self.below(1000) < of as u64
    }

    /// A number from one to another, to two digits.
    pub fn between(&mut self, least: f64, most: f64) -> f64 {
        let part = self.below(10_001) as f64 / 10_000.0;
        ((least + (most - least) * part) * 100.0).round() / 100.0
    }

    /// One of them.
    ///
    /// # Panics
    /// Where there is none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}
