//! Seeded randomness. Every use has a stream of its own, named by numbers, so that leaving out one event of a plan changes
//! nothing about the others: that is what makes a plan shrink. SplitMix64 in ten lines does that; a crate's generators would
//! need a hash in front of them for the same.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The stream that these numbers name.
    pub fn of(seed: u64, name: &[u64]) -> Self {
        Self(name.iter().fold(mix(seed), |state, part| mix(state ^ mix(part.wrapping_add(STEP)))))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits().checked_rem(end).unwrap_or_default()
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least.saturating_add(self.below(most.saturating_sub(least).saturating_add(1)))
    }

    /// True in so many of a thousand cases.
    pub fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of a list.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    /// A number from a Pareto distribution with the shape 0.7, at most `most`: the median is 2.7 times `scale`.
    pub fn heavy_tailed(&mut self, scale: u64, most: u64) -> u64 {
        let unit = (self.bits() >> 11) as f64 / (1_u64 << 53) as f64;
        let value = scale as f64 / (1.0 - unit).powf(1.0 / 0.7);
        (value.min(most as f64)) as u64
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
