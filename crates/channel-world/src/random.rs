//! Numbers that look random and follow from a seed alone, today and with every later version of every library.

/// SplitMix64 (Steele, Lea, Flood 2014): small enough to own, so that a seed printed today repeats in ten years.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence that follows from `seed`.
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let scaled = (u128::from(self.bits()) * u128::from(bound)) >> 64;
        u64::try_from(scaled).expect("a product of two 64-bit numbers shifted by 64 fits 64 bits")
    }

    /// An index into something `len` long.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index below a usize fits a usize")
    }

    /// One of the choices.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    /// A number in `from..until`.
    pub(crate) fn between(&mut self, from: i64, until: i64) -> i64 {
        let width = u64::try_from(until - from).unwrap_or(0);
        from + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// Whether something happens that has a chance of so many basis points.
    pub(crate) fn chance(&mut self, basis_points: u32) -> bool {
        self.below(10_000) < u64::from(basis_points)
    }

    /// A value of a distribution given by evenly weighted steps between its quantiles.
    ///
    /// `quantiles` are pairs (basis points, value), rising from 0 to 10,000; between two the value is linear.
    pub(crate) fn quantile(&mut self, quantiles: &[(u32, i64)]) -> i64 {
        let at = i64::try_from(self.below(10_000)).unwrap_or(0);
        let next = quantiles.iter().position(|(share, _)| i64::from(*share) > at).unwrap_or(0);
        let Some(before) = next.checked_sub(1) else { return 0 };
        let ((low, from), (high, until)) = (quantiles[before], quantiles[next]);
        let (low, high) = (i64::from(low), i64::from(high));
        from + (until - from) * (at - low) / (high - low).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        let mut random = Random::from_seed(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn half_of_the_delays_lie_below_the_median() {
        let quantiles = [(0, 0), (5_000, 120), (9_900, 12_960), (10_000, 20_000)];
        let mut random = Random::from_seed(3);
        let mut delays: Vec<i64> = (0..10_001).map(|_| random.quantile(&quantiles)).collect();
        delays.sort_unstable();
        assert!((115..=125).contains(&delays[5_000]), "median {}", delays[5_000]);
        assert!((12_000..=13_500).contains(&delays[9_900]), "99th of 100 {}", delays[9_900]);
    }
}
