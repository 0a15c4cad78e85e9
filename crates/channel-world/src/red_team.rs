//! A search for plans that take the account and raise no alert: elementary acts with a price each, composed
//! at random and made cheaper step by step.

mod playing;
mod scheme;

use std::collections::BTreeSet;

use crate::random::Random;
pub use playing::play;
pub use scheme::Scheme;

/// How many of the cheapest plans are varied further.
const VARIED_MAX: usize = 6;
/// In how many of ten cases a new plan is drawn instead of varying a known one.
const FRESH_OF_TEN: u64 = 4;

/// What was tried so far, and what of it was not noticed.
pub struct Hunt {
    random: Random,
    tried: BTreeSet<Scheme>,
    unnoticed: BTreeSet<(u32, Scheme)>,
}

impl Hunt {
    pub fn new(seed: u64) -> Self {
        Self { random: Random::from_seed(seed), tried: BTreeSet::new(), unnoticed: BTreeSet::new() }
    }

    /// A plan not tried before.
    pub fn next_scheme(&mut self) -> Scheme {
        loop {
            let known: Vec<&Scheme> =
                self.unnoticed.iter().take(VARIED_MAX).map(|(_, scheme)| scheme).collect();
            let fresh = known.is_empty() || self.random.below(10) < FRESH_OF_TEN;
            let scheme = if fresh {
                Scheme::drawn(&mut self.random)
            } else {
                self.random.pick(&known).varied(&mut self.random)
            };
            if self.tried.insert(scheme) {
                return scheme;
            }
        }
    }

    /// Remembers that nobody noticed `scheme`.
    pub fn went_unnoticed(&mut self, scheme: Scheme) {
        self.unnoticed.insert((scheme.cost(), scheme));
    }

    /// The cheapest unnoticed plan of each kind, with its price, the cheapest first.
    pub fn best(&self) -> Vec<(u32, Scheme)> {
        let mut kinds = BTreeSet::new();
        self.unnoticed.iter().filter(|(_, scheme)| kinds.insert(scheme.kind())).copied().collect()
    }

    /// How many plans were tried, and how many of them went unnoticed.
    pub fn counts(&self) -> (usize, usize) {
        (self.tried.len(), self.unnoticed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Hunt;

    #[test]
    fn a_hunt_never_tries_a_plan_twice_and_finds_the_cheapest() {
        let mut hunt = Hunt::new(5);
        for _ in 0..200 {
            let scheme = hunt.next_scheme();
            hunt.went_unnoticed(scheme);
        }
        assert_eq!(hunt.counts(), (200, 200));
        let costs: Vec<u32> = hunt.best().iter().map(|(cost, _)| *cost).collect();
        assert!(costs.is_sorted(), "{costs:?}");
    }
}
