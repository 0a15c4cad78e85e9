//! Registrations that later history would decide otherwise: the answer that was given stands, a person looks.

use domain::account::Account;
use domain::event::Event;
use domain::event::case::{CaseKind, Clearing, Finding, Ground, Opened, Severity, Verdict};
use domain::event::deal::DealEvent;
use domain::fact::{Fact, Origin};
use domain::id::{AccountId, EventId};
use domain::settle::{self, Conflict, Home};
use policing::{CaseKey, Judged, Watermark};

use crate::world::World;

/// The name under which such a finding is kept; no takeover, so no pattern of the T series.
pub(crate) const PATTERN: &str = "registration";
const RULE_VERSION: u32 = 1;

/// Whether a fact is a live submission, whose decision later history may speak against.
pub(crate) fn may_be_reviewed(fact: &Fact) -> bool {
    fact.meta.origin == Origin::Live && matches!(fact.event, Event::Deal(DealEvent::Submitted(_)))
}

/// Decisions given to live submissions that the whole history, as known now, would give otherwise; `surely` is what
/// stands on the other accounts that are surely the same customer.
pub(crate) fn review(
    account_id: &AccountId,
    account: &Account,
    (facts, surely): (&[Fact], &dyn Fn() -> Vec<Vec<Fact>>),
    world: &World,
    watermark: Watermark,
) -> Vec<Judged> {
    let live = |submission: EventId| {
        facts.iter().any(|fact| fact.meta.id == submission && fact.meta.origin == Origin::Live)
    };
    if !account.deals.iter().any(|deal| deal.submission.is_some_and(live)) {
        return Vec::new();
    }
    let conflicts = settle::conflicts(account_id, facts, &surely(), &world.families, &world.program);
    let of_live = conflicts
        .into_iter()
        .filter(|conflict| account.deal(&conflict.deal).and_then(|deal| deal.submission).is_some_and(live));
    of_live.filter_map(|conflict| judged(account_id, account, &conflict, world, watermark)).collect()
}

fn judged(
    account_id: &AccountId,
    account: &Account,
    conflict: &Conflict,
    world: &World,
    watermark: Watermark,
) -> Option<Judged> {
    let deal = account.deal(&conflict.deal)?;
    let partner = deal.partner.clone()?;
    let rival = conflict.rival.as_ref();
    let own = rival.filter(|rival| rival.home == Home::Own);
    let first = own.and_then(|rival| rival.submission);
    let because = match rival.map(|rival| rival.home) {
        Some(Home::Own) => "another registration was first",
        Some(Home::Other) => "another registration under another account of this customer was first",
        None => "nothing stands in its way",
    };
    let sentence = format!(
        "the registration {} of {partner} was {} on {}; by all that is known now it would be {}: {because}",
        conflict.deal,
        conflict.recorded.as_str(),
        conflict.at,
        conflict.otherwise.as_str(),
    );
    let proof: Vec<EventId> = [Some(conflict.decision), first].into_iter().flatten().collect();
    let published = world.program.policy_at(conflict.at);
    let finding = Finding {
        pattern: PATTERN.to_owned(),
        rule_version: RULE_VERSION,
        kind: CaseKind::Registration,
        policy: published.name.digest,
        actor: partner.clone(),
        respondent: "vendor".to_owned(),
        act: conflict.decision,
        verdict: Verdict::Confirmed,
        severity: Severity::S2,
        violated_at: conflict.at,
        known: watermark.head,
        grounds: vec![Ground::new("decided_otherwise", sentence.clone(), proof.clone())],
        context: deal.submission.into_iter().collect(),
        proof,
        sentence,
        clearing: vec![Clearing {
            basis: "ruling".to_owned(),
            missing: "a person's approval or rejection of the registration".to_owned(),
        }],
        provisional_until: conflict.at,
    };
    let opened = Opened {
        kind: CaseKind::Registration,
        account: account_id.clone(),
        handoff: None,
        host: rival.and_then(|rival| rival.partner.clone()),
        guest: Some(partner),
    };
    let case = CaseKey::Subject { pattern: PATTERN, subject: conflict.deal.to_string() };
    Some(Judged { case, opened, finding, because: None })
}
