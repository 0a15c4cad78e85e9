//! What the vendor did to everybody alike, and public tenders.

use crate::account::gain::GainKind;
use crate::account::guest::Override;
use crate::event::account::OverrideReason;
use crate::event::case::ClearedBy;
use crate::protection::basis::Support;
use crate::protection::basis::overriding::is_formal;
use crate::protection::question::Question;
use crate::scope::Region;

/// The record belongs to a batch that covers enough accounts to be uniform, and no partner wrote it.
pub fn action(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let Some(gain) = question.act.gain else { return Vec::new() };
    let GainKind::HolderRecorded { batch: Some(batch), .. } = &gain.kind else { return Vec::new() };
    let program = question.known.program;
    let enough = usize::from(program.policy_at(gain.at).policy.policing.uniform_accounts_min);
    let uniform = gain.reported_by.is_none() && program.covered(batch).count() >= enough;
    let support = Support { by: ClearedBy::UniformAction, scope: None, events: vec![gain.event] };
    uniform.then_some(support).into_iter().collect()
}

/// A tender the guest's side says there is, and two officers confirmed.
pub fn tender(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let account = question.known.account;
    let sides = [&question.handoff.host, question.guest];
    let confirmed = |known: &&Override| {
        known.reason == OverrideReason::PublicTender
            && known.during.contains(question.act.at)
            && is_formal(account, known, &sides)
    };
    let support = |known: &Override| Support {
        by: ClearedBy::Tender,
        scope: Some(known.scope.clone()),
        events: vec![known.event],
    };
    account.overrides.iter().filter(confirmed).map(support).collect()
}
