//! Relationships older than the handoff: those our own records show, and V7, those the guest declared.

use crate::account::gain::Gain;
use crate::event::case::ClearedBy;
use crate::event::change::Basis;
use crate::event::handoff::DeclaredPrior;
use crate::id::EventId;
use crate::protection::basis::{Missing, Support};
use crate::protection::credible;
use crate::protection::question::Question;
use crate::protection::{kin, words};
use crate::scope::{Region, Scope};

/// A member of the guest's family held it, or had an order in it, before the handoff was accepted.
///
/// It counts when it was on record by then, or when somebody outside the family told it later.
pub fn known(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let accepted_at = question.accepted_at;
    let gains =
        question.known.account.gains.iter().filter(|gain| gain.at < accepted_at && gain.is_business());
    let counts = |gain: &&Gain| {
        let by_family = |teller| kin::guests(question, teller, touched).is_some();
        let on_record = gain.recorded_at < accepted_at;
        was_family(question, gain, touched)
            && (on_record || !gain.reported_by.as_ref().is_some_and(by_family))
    };
    let mut ties: Vec<(&Scope, &Gain)> =
        gains.filter(counts).filter_map(|gain| Some((gain.scope.as_ref()?, gain))).collect();
    ties.sort_by_key(|(_, gain)| (gain.at, gain.event));
    let support = |(scope, gain): (&Scope, &Gain)| Support {
        by: ClearedBy::Prior,
        scope: Some(scope.clone()),
        events: vec![gain.event],
    };
    ties.into_iter().map(support).collect()
}

/// The acting partner's own past counts, and that of whoever was the guest's family at acceptance:
/// the past of a company bought later does not pass to its buyer.
fn was_family(question: &Question<'_>, gain: &Gain, touched: &Region) -> bool {
    let families = question.known.families;
    gain.partner == *question.act.partner
        || (families.kinship(question.guest, &gain.partner, question.accepted_at).is_some()
            && kin::guests(question, &gain.partner, touched).is_some())
}

/// V7: declared at acceptance, with evidence recorded or anchored before it.
pub fn declared(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let support = |prior: &DeclaredPrior| {
        let evidence = evidence(question, prior)?;
        let events = [Some(evidence), question.handoff.accepted].into_iter().flatten().collect();
        let concerns = kin::guests(question, &prior.partner, touched).is_some();
        let older = prior.since < question.accepted_at;
        (concerns && older).then(|| Support::basis(Basis::DeclaredPrior, Some(prior.scope.clone()), events))
    };
    question.handoff.declared_prior.iter().filter_map(support).collect()
}

fn evidence(question: &Question<'_>, prior: &DeclaredPrior) -> Option<EventId> {
    let (account, by) = (question.known.account, question.accepted_at);
    credible::shown(account, &prior.evidence, by)
        .or_else(|| credible::proves(account, prior.anchor.as_ref()?, by))
}

/// Only what was declared can still be shown.
pub fn not_declared(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let declared = &question.handoff.declared_prior;
    let prior = declared.iter().find(|prior| open.overlaps(&prior.scope))?;
    let accepted = words::day(question.accepted_at);
    let scope = words::scope(&prior.scope);
    let words = format!(
        "evidence of the declared earlier relationship in {scope}, recorded or anchored before {accepted}"
    );
    Some(Missing::new(3, words))
}
