//! T22: somebody who touched the customer late claims the deal that another partner had worked on without a break.

use domain::event::case::{Severity, Unknown};
use domain::id::{HandoffId, PartnerId};
use domain::time::Instant;

use super::takeover::violation;
use super::{Claim, Shown};
use crate::deals::{Deal, Outcome, Standing};
use crate::family::Kin;
use crate::gains::Kind;
use crate::holdings::{holdings, left_of};
use crate::parts::meet;
use crate::scene::Scene;
use crate::terms::Terms;

/// A registration as a claim.
struct Claimed<'a> {
    deal: Deal<'a>,
    claimant: &'a PartnerId,
    at: Instant,
    /// From when on a touch of the claimant is a late one.
    late_from: Instant,
}

impl Claimed<'_> {
    fn is_own(&self, scene: &Scene<'_>, partner: &PartnerId) -> bool {
        scene.kin(self.claimant, partner, self.at).is_some()
    }

    fn lies_in(&self, terms: &Terms<'_>) -> bool {
        terms.accepted_at() <= self.at
            && self.at < terms.tail_until()
            && meet(terms.protects(), &self.deal.scope)
    }
}

pub(super) fn last_touch(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let deal = scene.deals().into_iter().find(|deal| deal.submission == Some(claim.act));
    let deal = deal.ok_or("its act is no registration")?;
    let (Some(claimant), Some(at)) = (deal.partner, deal.submitted_at) else {
        return Err("nobody is shown to have registered it".to_owned());
    };
    let days = scene.policy_at(at).policing.late_touch_days;
    let late_from = scene.known.program.days_after(at, -i64::from(days));
    let claimed = Claimed { deal, claimant, at, late_from };
    must(stands(&claimed.deal), "the claim does not stand")?;
    must(!is_judged_elsewhere(scene, &claimed), "a running handoff judges it")?;
    must(!is_known_before(scene, &claimed), "the claimant was there before those days")?;
    must(!is_named(scene, &claimed), "the customer itself named the claimant")?;
    must(is_worked_on(scene, &claimed), "nobody else is shown to have worked on it without a break")?;
    let unknown = claimed.deal.tender.then_some(Unknown::Tender);
    Ok(Shown { unknown, ..Shown::of(Severity::S2, Kin::Known, at, claimant) })
}

fn must(is_so: bool, why: &str) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(why.to_owned()) }
}

fn stands(deal: &Deal<'_>) -> bool {
    match deal.outcome {
        Outcome::Won => true,
        Outcome::Open => deal.standing != Standing::TurnedDown,
        Outcome::Lost => false,
    }
}

fn is_judged_elsewhere(scene: &Scene<'_>, claimed: &Claimed<'_>) -> bool {
    let approved = scene
        .gains
        .iter()
        .filter(|gain| matches!(gain.kind, Kind::Approved { deal, .. } if deal == Some(claimed.deal.id)));
    let mut approved = approved.into_iter();
    let found = approved.any(|gain| scene.terms.iter().any(|terms| violation(scene, terms, gain).is_ok()));
    found
        || scene.terms.iter().any(|terms| {
            claimed.lies_in(terms) && scene.of_guest(terms, claimed.claimant, claimed.at).is_some()
        })
}

fn is_known_before(scene: &Scene<'_>, claimed: &Claimed<'_>) -> bool {
    let touched = scene.touches.iter().any(|touch| {
        touch.at < claimed.late_from
            && touch.scope.as_ref().is_none_or(|scope| meet(scope, &claimed.deal.scope))
            && claimed.is_own(scene, touch.partner)
    });
    let gained = scene.gains.iter().any(|gain| {
        gain.at < claimed.late_from
            && gain.scope.as_ref().is_none_or(|scope| meet(scope, &claimed.deal.scope))
            && claimed.is_own(scene, gain.partner)
    });
    touched || gained
}

/// The customer's own act in favour of the claimant, by the claim.
fn is_named(scene: &Scene<'_>, claimed: &Claimed<'_>) -> bool {
    let told = &scene.told;
    let scope = &claimed.deal.scope;
    let wrote = told.letters.iter().any(|on| {
        on.said.gaining == *claimed.claimant
            && meet(&on.said.scope, scope)
            && on.said.signed_at <= claimed.at
            && !told.taken_back.iter().any(|back| back.said.letter == on.said.letter)
    });
    let redeemed = told.redeemed.iter().filter(|on| on.at() <= claimed.at).any(|on| {
        told.tokens.iter().any(|token| {
            token.said.token == on.said.token
                && token.said.gaining == *claimed.claimant
                && meet(&token.said.scope, scope)
        })
    });
    let invited = scene.touches.iter().any(|touch| {
        touch.customer_initiated
            && touch.at <= claimed.at
            && claimed.is_own(scene, touch.partner)
            && !touch.by.is_some_and(|by| claimed.is_own(scene, by))
    });
    claimed.deal.confirmed || wrote || redeemed || invited
}

/// Whether a partner that registered before, hosts a running handoff, or holds the account worked on it unbroken.
fn is_worked_on(scene: &Scene<'_>, claimed: &Claimed<'_>) -> bool {
    let deals = scene.deals();
    let registered = deals.iter().filter(|deal| {
        deal.id != claimed.deal.id
            && meet(&deal.scope, &claimed.deal.scope)
            && deal.submitted_at.is_some_and(|at| at < claimed.late_from)
    });
    let registered = registered.filter_map(|deal| Some((deal.partner?, None)));
    let hosting = scene.terms.iter().filter(|terms| claimed.lies_in(terms));
    let hosting = hosting.max_by_key(|terms| (terms.accepted_at(), terms.id()));
    let hosts = hosting.map(|terms| (terms.host(), Some(terms.id())));
    let all = holdings(scene);
    let held = all.iter().rfind(|holding| {
        holding.from <= claimed.at && left_of(&all, holding, claimed.at.plus_ms(1)).meets(&claimed.deal.scope)
    });
    let held = held.map(|holding| (holding.holder, None));
    registered.chain(hosts).chain(held).any(|(partner, handoff)| {
        !claimed.is_own(scene, partner) && is_unbroken(scene, claimed, &deals, partner, handoff)
    })
}

/// Whether contacts reach from before the last days up to the claim without a gap; two at least.
fn is_unbroken(
    scene: &Scene<'_>,
    claimed: &Claimed<'_>,
    deals: &[Deal<'_>],
    partner: &PartnerId,
    handoff: Option<&HandoffId>,
) -> bool {
    let scope = &claimed.deal.scope;
    let touches = scene.touches.iter().filter(|touch| {
        let under = touch.reported_under;
        !touch.submission
            && touch.partner == partner
            && touch.scope.as_ref().is_none_or(|touched| meet(touched, scope))
            && (under.is_none() || under == handoff)
    });
    let own = deals.iter().filter(|deal| deal.partner == Some(partner) && meet(&deal.scope, scope));
    let reported = own.flat_map(|deal| deal.activity.iter().map(|(at, _)| *at));
    let mut at: Vec<Instant> = touches.map(|touch| touch.at).chain(reported).collect();
    at.retain(|at| *at < claimed.at);
    at.sort();
    let gap = i64::from(scene.policy_at(claimed.at).policing.chain_gap_days);
    let (mut reached, mut links) = (claimed.at, 0);
    for link in at.into_iter().rev() {
        if reached <= claimed.late_from && links >= 2 {
            return true;
        }
        if link <= scene.known.program.days_after(reached, -gap) {
            return false;
        }
        if link < reached {
            links += 1;
        }
        reached = link;
    }
    reached <= claimed.late_from && links >= 2
}
