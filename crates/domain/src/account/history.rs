//! From recorded facts to a state: corrections take effect, facts are put in order, then folded.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use crate::account::Account;
use crate::event::Event;
use crate::event::correction::CorrectionEvent;
use crate::fact::{Fact, Role};
use crate::id::EventId;
use crate::rank::fold_key;

/// The facts in effect (`E(K)`) among `recorded`, in fold order.
///
/// A retracted fact is gone; a corrected one says what its last valid correction says, at the time that
/// gives. A correction may itself be corrected or retracted. One whose target is not there waits for it, and
/// one whose sender may not correct the target has no effect.
pub fn effective<'a>(recorded: impl IntoIterator<Item = &'a Fact>) -> Vec<Cow<'a, Fact>> {
    let recorded: Vec<&Fact> = recorded.into_iter().collect();
    let mut facts: Vec<Cow<'_, Fact>> = if recorded.iter().any(|fact| fact.corrects().is_some()) {
        amended(&recorded)
    } else {
        recorded.into_iter().map(Cow::Borrowed).collect()
    };
    facts.sort_by_key(|fact| fold_key(fact));
    facts
}

/// The state that `recorded` facts of one stream add up to.
pub fn fold(recorded: &[Fact]) -> Account {
    effective(recorded).iter().fold(Account::default(), |account, fact| account.evolve(fact))
}

/// What is left when every correction had its say, whatever came first. A correction that another one is
/// about is settled before it is used itself; of several about one fact the last recorded prevails.
fn amended<'a>(recorded: &[&'a Fact]) -> Vec<Cow<'a, Fact>> {
    let known: HashMap<EventId, &Fact> = recorded.iter().map(|fact| (fact.meta.id, *fact)).collect();
    let mut order: Vec<(usize, u64, &'a Fact)> =
        recorded.iter().map(|fact| (steps_to_plain(fact, &known), fact.meta.position, *fact)).collect();
    order.sort_by_key(|(steps, position, _)| Reverse((*steps, *position)));
    let mut last_word: HashMap<EventId, Cow<'_, Fact>> = HashMap::new();
    let mut kept = Vec::with_capacity(recorded.len());
    for (_, _, fact) in order {
        let said = match last_word.remove(&fact.meta.id) {
            None => Some(Cow::Borrowed(fact)),
            Some(correction) => apply(fact, &correction).map(Cow::Owned),
        };
        let Some(said) = said else { continue };
        match said.corrects() {
            // Later corrections were met first, so the one already there prevails.
            Some(target) => {
                if known.get(&target).is_some_and(|target| is_entitled(&said, target)) {
                    last_word.entry(target).or_insert(said);
                }
            }
            None => kept.push(said),
        }
    }
    kept
}

/// How many corrections lead from `fact` to one that corrects nothing known; none for a plain fact.
fn steps_to_plain(fact: &Fact, known: &HashMap<EventId, &Fact>) -> usize {
    let next = |fact: &&Fact| fact.corrects().and_then(|target| known.get(&target).copied());
    // Ids can be computed beforehand, so corrections may point at each other in a ring.
    std::iter::successors(Some(fact), next).take(known.len()).skip(1).count()
}

/// Whether `correction` may speak about `target`: the vendor's side always; a partner about what it told
/// itself, and with a second person where it gained by it.
fn is_entitled(correction: &Fact, target: &Fact) -> bool {
    let (said, told) = (&correction.meta, &target.meta);
    let Some(partner) = said.actor.partner.as_ref().filter(|_| said.actor.role != Role::VendorOfficer) else {
        return true;
    };
    let own = said.producer.source == told.producer.source && told.actor.partner.as_ref() == Some(partner);
    let Event::Correction(event) = &correction.event else { return false };
    let second = event.approved_by().is_some_and(|person| said.actor.principal.as_ref() != Some(person));
    own && (second || target.event.gainer() != Some(partner))
}

/// `fact` as its correction says, or `None` when it is retracted.
fn apply(fact: &Fact, correction: &Fact) -> Option<Fact> {
    let Event::Correction(CorrectionEvent::Corrected(corrected)) = &correction.event else { return None };
    let mut fact = fact.clone();
    if let Some(event) = &corrected.replaces {
        fact.event = event.clone();
    }
    if let Some(valid_at) = corrected.valid_at {
        // A payload that repeats the wrong date moves with it, unless the correction told a payload itself.
        let before = fact.meta.valid_at;
        if let Some(told) =
            fact.event.told_at().filter(|told| corrected.replaces.is_none() && **told == before)
        {
            *told = valid_at;
        }
        fact.meta.valid_at = valid_at;
    }
    Some(fact)
}
