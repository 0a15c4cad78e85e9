//! Inputs that must be turned away with a clear error: variants of a valid event or table, each broken in one way.

pub mod csv;
pub mod json;

use crate::random::Random;

/// How many variants each generator gives.
pub const VARIANTS: usize = 200;
/// A text far beyond every limit on size, in bytes.
pub const HUGE_TEXT_BYTES: usize = 10 * 1024 * 1024;

/// One broken input: what was broken, in words, and the bytes to send.
pub type Variant = (String, Vec<u8>);

/// All of `always`, then some of `sampled`, then as many as `drawn` has to add to reach [`VARIANTS`].
fn assembled(
    random: &mut Random,
    always: Vec<Variant>,
    mut sampled: Vec<Variant>,
    mut drawn: impl FnMut(&mut Random) -> Variant,
) -> Vec<Variant> {
    /// Kept free for variants broken at a drawn place, which the lists cannot foresee.
    const DRAWN_MIN: usize = 30;
    let mut variants = always;
    random.shuffle(&mut sampled);
    sampled.truncate(VARIANTS.saturating_sub(DRAWN_MIN + variants.len()));
    variants.append(&mut sampled);
    while variants.len() < VARIANTS {
        let candidate = drawn(random);
        if variants.iter().all(|(_, bytes)| *bytes != candidate.1) {
            variants.push(candidate);
        }
    }
    variants
}

/// The text with one byte put in at a place that starts a character.
fn with_byte(text: &str, place: usize, byte: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.insert(place, byte);
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{VARIANTS, Variant};

    pub(super) fn distinct_and_repeatable(variants: impl Fn(u64) -> Vec<Variant>, valid: &str) {
        let seed = 20_161_020;
        let first = variants(seed);
        assert_eq!(first.len(), VARIANTS, "seed {seed}");
        let distinct: HashSet<&[u8]> = first.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        assert_eq!(distinct.len(), VARIANTS, "seed {seed}: two variants are the same bytes");
        assert!(!distinct.contains(valid.as_bytes()), "seed {seed}: a variant is the valid text");
        assert!(first == variants(seed), "seed {seed} gave two different lists");
        assert!(first != variants(seed + 1), "another seed gave the same list");
    }
}
