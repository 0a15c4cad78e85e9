//! Who had been at work before a claim, and the unbroken chain of contacts that shows it.

use std::collections::HashSet;

use domain::account::gain::{Touch, TouchKind};
use domain::account::guest::Handoff;
use domain::account::registration::Deal;
use domain::id::{EventId, PartnerId};
use domain::time::Instant;

use super::Claim;
use crate::scene::Scene;

/// A partner that was there before the claimant, and why the account counts as its work.
pub(super) struct Incumbent<'a> {
    pub partner: &'a PartnerId,
    /// The running handoff it is the host of, if that is why.
    pub handoff: Option<&'a Handoff>,
    /// What shows it: the handoff, the holding, or its own earlier registration.
    pub shown_by: Vec<EventId>,
    pub chain: Vec<Link>,
}

/// One contact of the incumbent with the customer, and what shows it.
pub(super) struct Link {
    pub at: Instant,
    pub events: Vec<EventId>,
}

/// A partner that registered before, the host of a running handoff, or the holder, in this order: the first that is
/// not of the claimant's family and has a chain.
pub(super) fn incumbent<'a>(scene: &Scene<'a>, claim: &Claim<'a>) -> Option<Incumbent<'a>> {
    let account = scene.known.account;
    let hosting = account.handoffs.iter().filter(|handoff| claim.lies_in(handoff));
    let hosting = hosting.max_by_key(|handoff| (handoff.accepted_at, handoff.handoff.clone()));
    let hosts = hosting.map(|handoff| {
        let events = [handoff.invited, handoff.accepted];
        (&handoff.host, Some(handoff), events.into_iter().flatten().collect::<Vec<_>>())
    });
    let holds = account.holder(&claim.deal.scope, claim.at);
    let holds = holds.map(|holding| (&holding.holder, None, vec![holding.event]));
    let mut earlier: Vec<&Deal> = account.deals.iter().filter(|deal| precedes(scene, claim, deal)).collect();
    earlier.sort_by_key(|deal| (deal.submitted_at, deal.submission));
    // A partner's first registration shows what its others would.
    let mut partners = HashSet::new();
    let found = earlier
        .into_iter()
        .filter(|deal| partners.insert(deal.partner.as_ref()))
        .filter_map(|deal| Some((deal.partner.as_ref()?, None, deal.submission.into_iter().collect())));
    found.chain(hosts).chain(holds).find_map(|(partner, handoff, shown_by)| {
        let unrelated = scene.known.families.kinship(claim.claimant, partner, claim.at).is_none();
        let chain = unrelated.then(|| chain(scene, claim, partner, handoff)).flatten()?;
        Some(Incumbent { partner, handoff, shown_by, chain })
    })
}

/// Whether somebody registered the same before the claimant's last days.
fn precedes(scene: &Scene<'_>, claim: &Claim<'_>, deal: &Deal) -> bool {
    deal.deal != claim.deal.deal
        && deal.scope.overlaps(&claim.deal.scope)
        && deal.submitted_at.is_some_and(|at| at < claim.late_from(scene))
}

/// The contacts that reach, without a gap, from before the last days up to the claim: as few as do.
fn chain(
    scene: &Scene<'_>,
    claim: &Claim<'_>,
    partner: &PartnerId,
    handoff: Option<&Handoff>,
) -> Option<Vec<Link>> {
    let from = claim.late_from(scene);
    let gap = i64::from(scene.policy_at(claim.at).policy.policing.chain_gap_days);
    let mut links = links(scene, claim, partner, handoff);
    links.sort_by(|a, b| (a.at, &a.events).cmp(&(b.at, &b.events)));
    let mut chain: Vec<Link> = Vec::new();
    let mut reached = claim.at;
    while reached > from || chain.len() < 2 {
        let open = scene.days_after(reached, -gap);
        // The oldest within the gap: what lies between is not needed.
        let next = links.iter().position(|link| open < link.at && link.at < reached)?;
        let link = links.remove(next);
        reached = link.at;
        chain.push(link);
    }
    chain.reverse();
    Some(chain)
}

/// Quotes, meetings, contacts and reported activity of the incumbent in the scope of the claim.
fn links(scene: &Scene<'_>, claim: &Claim<'_>, partner: &PartnerId, handoff: Option<&Handoff>) -> Vec<Link> {
    let account = scene.known.account;
    let scope = &claim.deal.scope;
    // Work under another handoff would need that handoff to be shown.
    let of_handoff = |touch: &Touch| {
        let under = touch.reported_under.as_ref();
        under.is_none() || under == handoff.map(|handoff| &handoff.handoff)
    };
    let touches = account.touches.iter().filter(|touch| {
        touch.kind != TouchKind::Submission
            && touch.partner == *partner
            && touch.scope.as_ref().is_none_or(|touched| touched.overlaps(scope))
            && of_handoff(touch)
    });
    let deals = account.deals.iter();
    let deals = deals.filter(|deal| deal.partner.as_ref() == Some(partner) && deal.scope.overlaps(scope));
    let reported = deals.flat_map(|deal| {
        let link = |(at, event): &(Instant, EventId)| Link {
            at: *at,
            events: deal.submission.into_iter().chain([*event]).collect(),
        };
        deal.activity.iter().map(link)
    });
    touches.map(|touch| Link { at: touch.at, events: vec![touch.event] }).chain(reported).collect()
}
