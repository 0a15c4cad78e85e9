//! From recorded facts to a state: corrections take effect, facts are put in order, then folded.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::account::Account;
use crate::event::Event;
use crate::event::correction::CorrectionEvent;
use crate::fact::Fact;
use crate::id::EventId;
use crate::rank::fold_key;

/// The facts in effect (`E(K)`) among `recorded`, in fold order.
///
/// A retracted fact is gone; a corrected one says what its last valid correction says, at the time that
/// gives. A correction may itself be corrected or retracted. One whose target is not there has no effect.
pub fn effective(recorded: &[Fact]) -> Vec<Cow<'_, Fact>> {
    let mut facts: Vec<Cow<'_, Fact>> = if recorded.iter().any(|fact| fact.corrects().is_some()) {
        amended(recorded)
    } else {
        recorded.iter().map(Cow::Borrowed).collect()
    };
    facts.sort_by_key(|fact| fold_key(fact));
    facts
}

/// The state that `recorded` facts of one stream add up to.
pub fn fold(recorded: &[Fact]) -> Account {
    effective(recorded).iter().fold(Account::default(), |account, fact| account.evolve(fact))
}

/// Applies corrections from the last recorded to the first, so that a correction of a correction is
/// settled before the correction itself is used.
fn amended(recorded: &[Fact]) -> Vec<Cow<'_, Fact>> {
    let mut by_position: Vec<&Fact> = recorded.iter().collect();
    by_position.sort_by_key(|fact| fact.meta.position);
    let mut last_word: HashMap<EventId, Cow<'_, Fact>> = HashMap::new();
    let mut kept = Vec::with_capacity(recorded.len());
    for fact in by_position.into_iter().rev() {
        let said = match last_word.remove(&fact.meta.id) {
            None => Some(Cow::Borrowed(fact)),
            Some(correction) => apply(fact, &correction).map(Cow::Owned),
        };
        let Some(said) = said else { continue };
        match said.corrects() {
            // Later corrections were met first, so the one already there prevails.
            Some(target) => {
                last_word.entry(target).or_insert(said);
            }
            None => kept.push(said),
        }
    }
    kept
}

/// `fact` as its correction says, or `None` when it is retracted.
fn apply(fact: &Fact, correction: &Fact) -> Option<Fact> {
    let Event::Correction(CorrectionEvent::Corrected(corrected)) = &correction.event else { return None };
    let mut fact = fact.clone();
    if let Some(valid_at) = corrected.valid_at {
        fact.meta.valid_at = valid_at;
    }
    if let Some(event) = &corrected.replaces {
        fact.event = event.clone();
    }
    Some(fact)
}
