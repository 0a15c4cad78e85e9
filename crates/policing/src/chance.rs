//! Whether something happens more often than chance: asked again after every case, and still rarely wrong.
//!
//! The evidence after some cases is a mixture of likelihood ratios, each of a guess at how often a partner that
//! breaks the terms keeps an account, against the published baseline. Under the baseline it is a martingale that
//! starts at one, so by Ville's inequality it ever reaches one in alpha with a probability of alpha at most, however
//! often one looks. (A test for a fixed number of cases, repeated, names one honest partner in five within a
//! hundred looks.) There are no floats in it: ratios are kept in fixed point and rounded down, which can only delay.

use domain::policy::PolicingPolicy;

/// How often a partner that breaks the terms might keep the account, in basis points.
const GUESSES_BP: [u32; 5] = [1_000, 1_500, 2_500, 4_000, 6_000];
/// One, in fixed point.
const ONE: u128 = 1_000_000_000_000_000_000;
/// Beyond this nothing is told apart any more, and products stay below 2^128 by far.
const RATIO_MAX: u128 = ONE * 1_000_000_000;
const ALL_BP: u32 = 10_000;

/// After how many cases, the first `chance_trials_min` at least, what happened is no chance any more by the figures
/// of the policy; `None` if it never was.
pub(crate) fn exceeded_after(
    policy: &PolicingPolicy,
    happened: impl IntoIterator<Item = Happened>,
) -> Option<usize> {
    let mut evidence = Evidence::new(policy.chance_baseline_bp);
    let trials_min = usize::from(policy.chance_trials_min);
    let mut exceeded = false;
    for (case, happened) in (1..).zip(happened) {
        // What was exceeded once stays so: that is what the inequality bounds.
        if !exceeded {
            evidence.take(happened);
            exceeded = evidence.reaches(policy.chance_alpha_bp);
        }
        if exceeded && case >= trials_min {
            return Some(case);
        }
    }
    None
}

/// The evidence there is now, in fixed point: what is compared when many are looked at together.
pub(crate) fn evidence(policy: &PolicingPolicy, happened: impl IntoIterator<Item = Happened>) -> u128 {
    let mut evidence = Evidence::new(policy.chance_baseline_bp);
    happened.into_iter().for_each(|happened| evidence.take(happened));
    evidence.mean()
}

/// From which evidence on one stands out among all of them, so that of those who do no more than alpha are honest
/// in the mean (e-BH, whatever they have to do with one another); `None` when nobody does.
pub(crate) fn stands_out_from(policy: &PolicingPolicy, mut all: Vec<u128>) -> Option<u128> {
    all.sort_unstable_by(|a, b| b.cmp(a));
    let (of, alpha_bp) = (all.len() as u128, u128::from(policy.chance_alpha_bp));
    let enough =
        |(rank, evidence): (u128, &u128)| evidence * rank * alpha_bp >= of * ONE * u128::from(ALL_BP);
    let last = (1..).zip(&all).filter(|ranked| enough(*ranked)).last();
    last.map(|(_, evidence)| *evidence)
}

/// What came of one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happened {
    Yes,
    No,
}

/// The likelihood ratio of every guess above the baseline, in fixed point.
struct Evidence {
    baseline_bp: u32,
    ratios: Vec<(u32, u128)>,
}

impl Evidence {
    fn new(baseline_bp: u32) -> Self {
        let guesses = GUESSES_BP.into_iter().filter(|guess| *guess > baseline_bp);
        Self { baseline_bp, ratios: guesses.map(|guess| (guess, ONE)).collect() }
    }

    fn take(&mut self, happened: Happened) {
        for (guess, ratio) in &mut self.ratios {
            let (times, over) = match happened {
                Happened::Yes => (*guess, self.baseline_bp),
                Happened::No => (ALL_BP - *guess, ALL_BP - self.baseline_bp),
            };
            *ratio = (*ratio * u128::from(times) / u128::from(over)).min(RATIO_MAX);
        }
    }

    /// Whether the mean of the ratios is one in alpha.
    fn reaches(&self, alpha_bp: u32) -> bool {
        self.mean() * u128::from(alpha_bp) >= ONE * u128::from(ALL_BP)
    }

    fn mean(&self) -> u128 {
        let sum: u128 = self.ratios.iter().map(|(_, ratio)| *ratio).sum();
        sum / (self.ratios.len() as u128).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(happened: &[Happened]) -> Option<usize> {
        exceeded_after(&PolicingPolicy::default(), happened.iter().copied())
    }

    /// `share` of a hundred cases in turn, drawn by a multiplicative congruence from `seed`.
    fn drawn(seed: u64, share: u64, cases: usize) -> Vec<Happened> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let next = |state: &mut u64| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*state >> 33) % 100
        };
        let draw = |_| if next(&mut state) < share { Happened::Yes } else { Happened::No };
        (0..cases).map(draw).collect()
    }

    #[test]
    fn nothing_is_said_before_there_are_ten_cases() {
        assert_eq!(after(&[Happened::Yes; 9]), None);
        assert_eq!(after(&[Happened::Yes; 10]), Some(10));
    }

    #[test]
    fn three_in_ten_are_chance_and_four_are_not() {
        let of_ten = |hits: usize| [vec![Happened::Yes; hits], vec![Happened::No; 10 - hits]].concat();
        let at_last = |mut cases: Vec<Happened>| {
            cases.reverse();
            after(&cases)
        };
        assert_eq!(at_last(of_ten(3)), None);
        assert_eq!(at_last(of_ten(4)), Some(10));
    }

    #[test]
    fn of_a_thousand_honest_partners_at_most_ten_are_named_within_two_hundred_cases() {
        let named = (0..1_000).filter(|seed| after(&drawn(*seed, 5, 200)).is_some()).count();
        assert!(named <= 10, "{named} honest partners were named");
    }

    #[test]
    fn who_keeps_half_of_what_it_is_brought_into_is_mostly_named_after_twenty() {
        let named = (0..1_000).filter(|seed| after(&drawn(*seed, 50, 20)).is_some()).count();
        assert!(named >= 800, "{named} of a thousand were named");
    }

    #[test]
    fn among_fifty_honest_partners_one_has_to_stand_out_more_than_by_itself() {
        let policy = PolicingPolicy::default();
        let honest = |seed| evidence(&policy, drawn(seed, 5, 40));
        let mut all: Vec<u128> = (0..50).map(honest).collect();
        assert_eq!(stands_out_from(&policy, all.clone()), None);
        // Four of ten are enough by themselves, and not when fifty others were looked at too.
        let four = evidence(&policy, [[Happened::Yes; 4].as_slice(), &[Happened::No; 6]].concat());
        assert!(four >= 100 * ONE && stands_out_from(&policy, vec![four]) == Some(four));
        all.push(four);
        assert_eq!(stands_out_from(&policy, all.clone()), None);
        let eight = evidence(&policy, [[Happened::Yes; 8].as_slice(), &[Happened::No; 2]].concat());
        all.push(eight);
        assert_eq!(stands_out_from(&policy, all), Some(eight));
    }

    #[test]
    fn evidence_has_an_upper_end_and_never_overflows() {
        let policy = PolicingPolicy { chance_baseline_bp: 1, ..PolicingPolicy::default() };
        assert_eq!(evidence(&policy, [Happened::Yes; 500]), RATIO_MAX);
    }

    #[test]
    fn a_baseline_above_every_guess_names_nobody() {
        let policy = PolicingPolicy { chance_baseline_bp: 6_000, ..PolicingPolicy::default() };
        assert_eq!(exceeded_after(&policy, [Happened::Yes; 50]), None);
    }
}
