//! T22: somebody who touched the customer late claims the deal that another partner had worked on without a break.
//!
//! Trigger: a registration (the claim) by a partner whose own first touch, order or registration in that scope lies
//! no more than the days before the claim that the policy names (14), over what another partner hosts, holds or
//! had registered before, and worked on: a chain of quotes, meetings, contacts or reported activity that reaches
//! from before those days up to the claim without a gap of 21 days, of two links at least. No handoff is
//! required. A registration alone is no link in a chain. The claim counts as long as the program has not turned
//! it down and the deal is not lost; a won deal counts anyway.
//!
//! The customer's own act naming the claimant clears it: a letter, a redeemed token, a confirmation of the
//! registration, or a contact that somebody other than the claimant says the customer began. A host silent for
//! three weeks has no chain, a claimant with an older touch is competition, and both stay quiet. A tender only
//! the claimant speaks of cannot be judged. Where a handoff judges the registration itself (T02, T06) or its terms
//! allow it, that is all there is to say. It is a question of review, never more than S2.

mod chain;

use domain::account::Account;
use domain::account::gain::{GainKind, TouchKind};
use domain::account::guest::Handoff;
use domain::account::registration::{Deal, Outcome as Result, Registration};
use domain::event::case::{ClearedBy, Clearing, Ground, Severity, Unknown};
use domain::event::change::Basis;
use domain::id::{EventId, PartnerId};
use domain::protection::{Outcome, kin, words};
use domain::scope::Scope;
use domain::time::Instant;

use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;
use chain::{Incumbent, incumbent};

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    if !is_worked_on(scene.known.account) {
        return Vec::new();
    }
    scene.known.account.deals.iter().filter_map(|deal| claimed(scene, deal)).collect()
}

/// Whether more than one partner has to do with the account, and somebody worked on it: else nobody's chain is
/// broken into, and the account need not be looked at.
pub fn is_worked_on(account: &Account) -> bool {
    let mut claimants = account.deals.iter().filter_map(|deal| deal.partner.as_ref());
    let Some(first) = claimants.next() else { return false };
    let works = account.touches.iter().any(|touch| touch.kind != TouchKind::Submission)
        || account.deals.iter().any(|deal| !deal.activity.is_empty());
    works
        && (claimants.any(|other| other != first)
            || account.holdings.iter().any(|holding| holding.holder != *first)
            || account.handoffs.iter().any(|handoff| handoff.host != *first))
}

/// A registration as a claim.
struct Claim<'a> {
    deal: &'a Deal,
    claimant: &'a PartnerId,
    at: Instant,
    submission: EventId,
}

impl Claim<'_> {
    /// From when on a touch of the claimant is a late one.
    fn late_from(&self, scene: &Scene<'_>) -> Instant {
        scene.days_after(self.at, -i64::from(scene.policy_at(self.at).policy.policing.late_touch_days))
    }

    /// Whether it was made while the handoff ran, over what that protects.
    fn lies_in(&self, handoff: &Handoff) -> bool {
        handoff.accepted_at.is_some_and(|accepted| accepted <= self.at)
            && handoff.tail_until.is_some_and(|until| self.at < until)
            && handoff.protected_scope.overlaps(&self.deal.scope)
    }
}

fn claimed<'a>(scene: &Scene<'a>, deal: &'a Deal) -> Option<Sighting<'a>> {
    let claim = Claim {
        deal,
        claimant: deal.partner.as_ref()?,
        at: deal.submitted_at?,
        submission: deal.submission?,
    };
    if !stands(deal) || is_judged_elsewhere(scene, &claim) || is_known_before(scene, &claim) {
        return None;
    }
    let incumbent = incumbent(scene, &claim)?;
    let seen = match named_by_customer(scene, &claim) {
        Some(event) => {
            let by = ClearedBy::Basis(Basis::CustomerLetter);
            Seen::Cleared { by, because: vec![event] }
        }
        None => Seen::Breach(breach(&claim, &incumbent)),
    };
    let of_guest =
        |handoff: &&Handoff| kin::of_guest(scene.known, handoff, claim.claimant, claim.at).is_some();
    let about = match incumbent.handoff.filter(of_guest) {
        Some(handoff) => About::Handoff(handoff),
        None => About::Subject {
            subject: deal.deal.to_string(),
            losing: incumbent.partner.clone(),
            gaining: claim.claimant.clone(),
        },
    };
    Some(Sighting {
        act: claim.submission,
        at: claim.at,
        actor: claim.claimant.clone(),
        respondent: claim.claimant.to_string(),
        severity: Severity::S2,
        about,
        seen,
    })
}

/// Whether anything is claimed still: what the program turned down claims nothing unless the customer bought.
fn stands(deal: &Deal) -> bool {
    let turned_down = match deal.registration {
        Registration::Rejected
        | Registration::Withdrawn
        | Registration::Cancelled
        | Registration::Returned => true,
        Registration::Reported
        | Registration::Submitted
        | Registration::InReview
        | Registration::Approved => false,
    };
    match deal.outcome {
        Result::Won => true,
        Result::Open => !turned_down,
        Result::Lost => false,
    }
}

/// Whether a handoff that is running judges the registration, or lets it pass.
fn is_judged_elsewhere(scene: &Scene<'_>, claim: &Claim<'_>) -> bool {
    let approves =
        |kind: &GainKind| matches!(kind, GainKind::DealApproved { deal } if *deal == claim.deal.deal);
    let found = scene.assessments.iter().any(|assessment| {
        approves(&assessment.gain.kind) && matches!(assessment.outcome, Outcome::Violation(_))
    });
    let guest_of =
        |handoff: &Handoff| kin::of_guest(scene.known, handoff, claim.claimant, claim.at).is_some();
    found || scene.known.account.handoffs.iter().any(|handoff| claim.lies_in(handoff) && guest_of(handoff))
}

/// Whether the claimant's side was there before the last days.
fn is_known_before(scene: &Scene<'_>, claim: &Claim<'_>) -> bool {
    let from = claim.late_from(scene);
    let own = |partner: &PartnerId| scene.known.families.kinship(claim.claimant, partner, claim.at).is_some();
    let concerns = |scope: Option<&Scope>| scope.is_none_or(|scope| scope.overlaps(&claim.deal.scope));
    let account = scene.known.account;
    let touched = account
        .touches
        .iter()
        .any(|touch| touch.at < from && concerns(touch.scope.as_ref()) && own(&touch.partner));
    let gained = account
        .gains
        .iter()
        .any(|gain| gain.at < from && concerns(gain.scope.as_ref()) && own(&gain.partner));
    touched || gained
}

/// The customer's own act in favour of the claimant, by the claim.
fn named_by_customer(scene: &Scene<'_>, claim: &Claim<'_>) -> Option<EventId> {
    let account = scene.known.account;
    let scope = &claim.deal.scope;
    let letters = account.letters.iter().filter(|letter| {
        letter.terms.gaining == *claim.claimant
            && letter.terms.scope.overlaps(scope)
            && letter.terms.signed_at <= claim.at
            && letter.rescinded.is_none()
    });
    let tokens = account
        .tokens
        .iter()
        .filter(|token| token.issued.gaining == *claim.claimant && token.issued.scope.overlaps(scope));
    let redeemed = tokens.flat_map(|token| &token.redemptions).filter(|(at, ..)| *at <= claim.at);
    let own = |partner: &PartnerId| scene.known.families.kinship(claim.claimant, partner, claim.at).is_some();
    let invited = account.touches.iter().filter(|touch| {
        touch.customer_initiated
            && touch.at <= claim.at
            && own(&touch.partner)
            && !touch.reported_by.as_ref().is_some_and(own)
    });
    let events = letters.map(|letter| letter.event);
    let events = events.chain(redeemed.map(|(_, _, event)| *event));
    let events = events.chain(invited.map(|touch| touch.event));
    claim.deal.customer_confirmed.or_else(|| events.min())
}

fn breach(claim: &Claim<'_>, incumbent: &Incumbent<'_>) -> Breach {
    let (on, scope) = (words::day(claim.at), words::scope(&claim.deal.scope));
    let (claimant, other) = (claim.claimant, incumbent.partner);
    let first = incumbent.chain.first().map(|link| words::day(link.at)).unwrap_or_default();
    let worked: Vec<EventId> = incumbent.chain.iter().flat_map(|link| link.events.iter().copied()).collect();
    let sentence = format!(
        "{claimant} claimed {scope} with registration {} on {on} after a late first touch, while {other} had been \
         at work there without a break since {first}, and nothing shows that the customer named {claimant}",
        claim.deal.deal,
    );
    let mut proof = incumbent.shown_by.clone();
    proof.extend(worked.iter().copied());
    proof.push(claim.submission);
    let mut seen = std::collections::HashSet::new();
    proof.retain(|event| seen.insert(*event));
    let named =
        format!("the customer's own act naming {claimant} by {on}: a letter, a token or a confirmation");
    let earlier = format!("a touch of {claimant} in {scope} before those days");
    let clearing =
        |basis: &str, missing: &str| Clearing { basis: basis.to_owned(), missing: missing.to_owned() };
    Breach {
        unknown: claim.deal.tender.then_some(Unknown::Tender),
        proof,
        context: claim.deal.outcome_event.into_iter().collect(),
        grounds: vec![
            Ground::new("claim", format!("{claimant} registered {scope} on {on}"), vec![claim.submission]),
            Ground::new("chain", format!("{other} was at work since {first}"), worked),
            Ground::new("no_earlier_touch", format!("there is not {earlier}"), Vec::new()),
            Ground::new("no_customer_act", format!("there is not {named}"), Vec::new()),
        ],
        clearing: vec![clearing("V1", &named), clearing("earlier_touch", &earlier)],
        sentence,
    }
}
