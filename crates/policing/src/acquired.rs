//! A customer that was bought by a customer of the guest: the guest serves the buyer already, so that its gain in
//! the account that was bought is no takeover.

use domain::account::Account;
use domain::account::gain::Gain;
use domain::account::guest::Handoff;
use domain::event::case::ClearedBy;
use domain::event::partner::AffiliationBasis;
use domain::id::EventId;
use domain::identity::{Relative, Tie};
use domain::protection::{Known, Outcome, kin};
use domain::scope::Scope;
use domain::time::Instant;

use crate::scene::Scene;
use crate::tied::Tied;

/// Clears what the guest's family gained since the purchase, where it served the buyer before.
pub(crate) fn clear(scene: &mut Scene<'_>) {
    let buyers: Vec<&Tied<'_>> = scene.ties.iter().filter(|tie| is_buyer(tie)).collect();
    if buyers.is_empty() {
        return;
    }
    let known = scene.known;
    for assessment in &mut scene.assessments {
        let Outcome::Violation(_) = &assessment.outcome else { continue };
        let gain = assessment.gain;
        let served = buyers.iter().find_map(|buyer| {
            let bought = buyer.bond.during.contains(gain.at);
            bought.then(|| served(known, assessment.handoff, buyer, gain)).flatten()
        });
        if let Some(because) = served {
            assessment.outcome = Outcome::Cleared { by: ClearedBy::Acquired, because };
        }
    }
}

/// A purchase somebody only guessed clears nothing.
fn is_buyer(tie: &Tied<'_>) -> bool {
    match tie.bond.tie {
        Tie::Related { relative: Relative::Acquirer, basis } => basis != AffiliationBasis::Inferred,
        Tie::Related { .. } | Tie::Same(_) => false,
    }
}

/// What shows that the guest's family served the buyer before it bought, in what it gained now.
fn served(known: Known<'_>, handoff: &Handoff, buyer: &Tied<'_>, gain: &Gain) -> Option<Vec<EventId>> {
    let scope = gain.scope.as_ref()?;
    let tie = tie_before(known, handoff, buyer.account, scope, buyer.bond.during.from)?;
    Some(buyer.bond.decided.iter().copied().chain([tie]).collect())
}

fn tie_before(
    known: Known<'_>,
    handoff: &Handoff,
    buyer: &Account,
    scope: &Scope,
    bought_at: Instant,
) -> Option<EventId> {
    let is_tie = |earlier: &&Gain| {
        earlier.at < bought_at
            && earlier.is_business()
            && earlier.scope.as_ref().is_some_and(|of| of.overlaps(scope))
            && kin::of_guest(known, handoff, &earlier.partner, earlier.at).is_some()
    };
    let earliest = buyer.gains.iter().filter(is_tie).min_by_key(|earlier| (earlier.at, earlier.event));
    earliest.map(|earlier| earlier.event)
}
