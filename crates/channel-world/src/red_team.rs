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
const FRESH_OF_TEN: u64 = 5;

/// What was tried so far, and what of it was not noticed.
pub struct Hunt {
    random: Random,
    tried: BTreeSet<Scheme>,
    unnoticed: BTreeSet<Scheme>,
}

impl Hunt {
    pub fn new(seed: u64) -> Self {
        Self { random: Random::from_seed(seed), tried: BTreeSet::new(), unnoticed: BTreeSet::new() }
    }

    /// A plan not tried before: drawn, or one of the cheapest unnoticed ones with another act in it.
    pub fn next_scheme(&mut self) -> Scheme {
        loop {
            let known = self.cheapest();
            let fresh = known.is_empty() || self.random.below(10) < FRESH_OF_TEN;
            let scheme = if fresh {
                Scheme::drawn(&mut self.random)
            } else {
                let near = known.len().min(VARIED_MAX);
                self.random.pick(&known[..near]).varied(&mut self.random)
            };
            if self.tried.insert(scheme) {
                return scheme;
            }
        }
    }

    /// Whether a plan was tried already; if not, it counts as tried from now on.
    pub fn is_known(&mut self, scheme: Scheme) -> bool {
        !self.tried.insert(scheme)
    }

    /// Remembers that nobody noticed `scheme`.
    pub fn went_unnoticed(&mut self, scheme: Scheme) {
        self.unnoticed.insert(scheme);
    }

    /// The cheapest unnoticed plan of each trick, of which no act can be left out: none of their cheaper
    /// variants went unnoticed.
    pub fn bare(&self) -> Vec<Scheme> {
        let mut bare = self.cheapest();
        bare.retain(|scheme| !scheme.cheaper().iter().any(|cheaper| self.unnoticed.contains(cheaper)));
        let mut tricks = BTreeSet::new();
        bare.retain(|scheme| tricks.insert(scheme.trick()));
        bare
    }

    /// How many plans were tried, and how many of them went unnoticed.
    pub fn counts(&self) -> (usize, usize) {
        (self.tried.len(), self.unnoticed.len())
    }

    fn cheapest(&self) -> Vec<Scheme> {
        let mut known: Vec<Scheme> = self.unnoticed.iter().copied().collect();
        known.sort_by_key(|scheme| (scheme.cost(), *scheme));
        known
    }
}

#[cfg(test)]
mod tests {
    use super::Hunt;

    #[test]
    fn a_hunt_never_tries_a_plan_twice_and_keeps_only_plans_of_which_nothing_can_be_left_out() {
        let mut hunt = Hunt::new(5);
        for _ in 0..200 {
            let scheme = hunt.next_scheme();
            hunt.went_unnoticed(scheme);
        }
        assert_eq!(hunt.counts(), (200, 200));
        let bare = hunt.bare();
        assert!(!bare.is_empty() && bare.len() < 100, "{} bare plans", bare.len());
        assert!(bare.is_sorted_by_key(|scheme| scheme.cost()));
        assert!(bare[0].cheaper().iter().all(|cheaper| cheaper.cost() < bare[0].cost()));
    }
}
