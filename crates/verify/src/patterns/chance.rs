//! Whether something happened more often than chance has it, however often one looked.

use domain::policy::PolicingPolicy;

/// How often a partner that breaks the terms might do it, in basis points.
const GUESSES_BP: [u32; 5] = [1_000, 1_500, 2_500, 4_000, 6_000];
/// One, in fixed point.
const ONE: u128 = 1_000_000_000_000_000_000;
const ALL_BP: u32 = 10_000;

/// After how many trials it was no chance any more: the mean of the likelihood ratios of the guesses against the
/// baseline had reached one in alpha, and there were enough.
pub(super) fn exceeded_after(policy: &PolicingPolicy, trials: impl Iterator<Item = bool>) -> Option<usize> {
    let base = policy.chance_baseline_bp;
    let mut ratios: Vec<(u32, u128)> =
        GUESSES_BP.into_iter().filter(|guess| *guess > base).map(|guess| (guess, ONE)).collect();
    let mut exceeded = false;
    for (number, happened) in (1..).zip(trials) {
        if !exceeded {
            for (guess, ratio) in &mut ratios {
                let (times, over) = if happened { (*guess, base) } else { (ALL_BP - *guess, ALL_BP - base) };
                *ratio = *ratio * u128::from(times) / u128::from(over);
            }
            let sum: u128 = ratios.iter().map(|(_, ratio)| *ratio).sum();
            let least = ratios.len() as u128 * ONE * u128::from(ALL_BP);
            exceeded = !ratios.is_empty() && sum * u128::from(policy.chance_alpha_bp) >= least;
        }
        if exceeded && number >= usize::from(policy.chance_trials_min) {
            return Some(number);
        }
    }
    None
}
