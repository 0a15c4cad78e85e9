//! Shares with intervals: worlds are drawn again with replacement, and the middle 95 of 100 results reported.

use serde::Serialize;

use crate::random::Random;

/// How often worlds are drawn again; 1,000 settle the second digit of a 95 % interval.
const DRAWS: usize = 1_000;
/// Fixed, so that a report is the same every time.
const SEED: u64 = 2_009;

/// So many of so many, with a 95 % interval over the worlds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    pub hits: u64,
    pub of: u64,
    /// `hits / of`; `None` when there is nothing to count.
    pub share: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Rate {
    /// The rate of `(hits, of)` summed over worlds.
    pub(crate) fn of(worlds: &[(u64, u64)]) -> Self {
        let sum = |of: &mut dyn Iterator<Item = &(u64, u64)>| {
            of.fold((0, 0), |(hits, all), (more_hits, more)| (hits + more_hits, all + more))
        };
        let (hits, of) = sum(&mut worlds.iter());
        let mut random = Random::from_seed(SEED);
        let draw = |_| {
            let drawn: Vec<(u64, u64)> = worlds.iter().map(|_| *random.pick(worlds)).collect();
            share(sum(&mut drawn.iter()))
        };
        let mut shares: Vec<f64> = (0..DRAWS).filter_map(draw).collect();
        shares.sort_by(f64::total_cmp);
        let at =
            |per_mille: usize| shares.get((shares.len() * per_mille / 1_000).min(shares.len().max(1) - 1));
        Self { hits, of, share: share((hits, of)), low: at(25).copied(), high: at(975).copied() }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of handoffs are far below 2^52")]
fn share((hits, of): (u64, u64)) -> Option<f64> {
    (of > 0).then(|| hits as f64 / of as f64)
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn an_interval_holds_the_share_and_narrows_with_agreement() {
        let apart = Rate::of(&[(0, 10), (10, 10), (5, 10), (5, 10)]);
        assert_eq!((apart.hits, apart.of), (20, 40));
        let (low, share, high) = (apart.low.unwrap(), apart.share.unwrap(), apart.high.unwrap());
        assert!(low < share && share < high, "{low} {share} {high}");
        let alike = Rate::of(&[(5, 10), (5, 10), (5, 10), (5, 10)]);
        assert_eq!((alike.low, alike.high), (Some(0.5), Some(0.5)));
    }

    #[test]
    fn nothing_counted_is_no_share() {
        assert_eq!(Rate::of(&[(0, 0), (0, 0)]).share, None);
    }
}
