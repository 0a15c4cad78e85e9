//! What was agreed, and what lawful acts left behind.

use crate::account::gain::GainKind;
use crate::account::guest::Handoff;
use crate::event::case::ClearedBy;
use crate::protection::basis::Support;
use crate::protection::question::Question;
use crate::scope::Region;

/// Being recorded as holder during one's own stewardship is no gain.
pub fn stewardship(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let act = question.act;
    let recorded = act.gain.is_some_and(|gain| matches!(gain.kind, GainKind::HolderRecorded { .. }));
    let stewardships = question.known.account.stewardships.iter().filter(|stewardship| {
        recorded && stewardship.partner == *act.partner && stewardship.during.contains(act.at)
    });
    let support = |stewardship: &crate::account::holding::Stewardship| Support {
        by: ClearedBy::Stewardship,
        scope: Some(stewardship.scope.clone()),
        events: vec![stewardship.event],
    };
    stewardships.map(support).collect()
}

/// Terms signed by host and guest: of this handoff, or of another between the same two that is running.
pub fn granted(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let (act, handoff) = (question.act, question.handoff);
    // An act that does not say what it concerns cannot be found in anybody's terms.
    let (Some(word), Some(_)) = (act.act.granted_as(), act.scope) else { return Vec::new() };
    let same = |other: &&Handoff| {
        other.host == handoff.host
            && other.guest == handoff.guest
            && other.accepted_at.is_some_and(|accepted| accepted <= act.at)
            && other.tail_until.is_some_and(|tail_until| act.at < tail_until)
    };
    let grants = question.known.account.handoffs.iter().filter(same);
    let grants = grants.filter_map(|other| Some((other, other.grant_at(act.at)?)));
    let support = |(other, grant): (&Handoff, &crate::account::guest::Grant)| Support {
        by: ClearedBy::Granted,
        scope: Some(grant.scope.clone()),
        events: [Some(grant.event), other.accepted].into_iter().flatten().collect(),
    };
    grants.filter(|(_, grant)| grant.acts.contains(&word)).map(support).collect()
}

/// Scopes that earlier lawful changes took out of protection, and the basis of what the act follows from.
pub fn left_behind(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let ledger = question.ledger;
    ledger.exits(question.act.at).chain(ledger.inherited(&question.act)).cloned().collect()
}
