//! T09: a gain at the customer's parent, subsidiary or sister, with the same people or for the same need.

use std::collections::BTreeSet;

use domain::event::Party;
use domain::event::case::Severity;
use domain::id::ContactRef;
use domain::scope::Dimension;

use super::takeover::stands;
use super::{Claim, Shown};
use crate::gains::Gain;
use crate::people::contacts;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::ties::Bond;
use crate::walk;

pub(super) fn sidestep(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let terms = claim.terms(scene)?;
    let other = scene.known.elsewhere(claim.act).ok_or("its act stands on no account tied to this one")?;
    let Bond::Related { franchise: false, .. } = other.tie.bond else {
        return Err("the other customer is not of this enterprise".to_owned());
    };
    let there = Scene::there(scene.known, other);
    let gain = there.gain(claim.act).ok_or("its act is no gain")?;
    if !other.tie.during.contains(gain.at) {
        return Err("the two were not related then".to_owned());
    }
    let severity = match (share_contact(scene, &there), same_need(scene, &there, terms, gain)) {
        (true, true) => Severity::S3,
        (true, false) | (false, true) => Severity::S2,
        (false, false) => return Err("the two share no contact and no need".to_owned()),
    };
    // Papers on either stream clear it; what stands open there is what counts.
    let open = stands(walk::ask(&there, terms, gain, &|_| true))?;
    stands(walk::ask(scene, terms, gain, &|_| true))?;
    let shown = Shown::of(severity, open.kin, gain.at, gain.partner);
    Ok(Shown { unknown: open.unknown, ..shown })
}

fn share_contact(here: &Scene<'_>, there: &Scene<'_>) -> bool {
    let own = customers(here);
    customers(there).iter().any(|contact| own.contains(contact))
}

/// Everybody who spoke for the customer.
fn customers<'a>(scene: &Scene<'a>) -> BTreeSet<&'a ContactRef> {
    let contacts = contacts(scene).into_iter().filter(|known| *known.party == Party::Customer);
    let signers = scene.told.letters.iter().map(|on| &on.said.signer);
    contacts.map(|known| known.contact).chain(signers).collect()
}

/// Whether the texts of the need agree, or the product lines both name where no texts differ.
fn same_need(here: &Scene<'_>, there: &Scene<'_>, terms: &Terms<'_>, gain: &Gain<'_>) -> bool {
    let hosts: Vec<BTreeSet<String>> = here
        .deals()
        .into_iter()
        .filter(|deal| {
            deal.partner == Some(terms.host()) && crate::parts::meet(&deal.scope, terms.protects())
        })
        .filter_map(|deal| words(deal.need))
        .collect();
    let own = gain.deal().and_then(|deal| there.deal(deal)).and_then(|deal| words(deal.need));
    let same = own.as_ref().is_some_and(|own| hosts.contains(own));
    let named = |lines: &Dimension| matches!(lines, Dimension::Only(_));
    let both_named = named(&terms.protects().product_lines)
        && gain.scope.as_ref().is_some_and(|scope| named(&scope.product_lines));
    let differ = own.is_some() && !hosts.is_empty() && !same;
    same || (both_named && !differ)
}

fn words(need: &str) -> Option<BTreeSet<String>> {
    let words = need.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: BTreeSet<String> = words.map(str::to_lowercase).collect();
    (!words.is_empty()).then_some(words)
}
