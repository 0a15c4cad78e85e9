//! What the vendor did to everybody alike, and public tenders.

use crate::account::gain::GainKind;
use crate::account::guest::Override;
use crate::event::account::OverrideReason;
use crate::event::case::ClearedBy;
use crate::protection::basis::Support;
use crate::protection::basis::overriding::is_formal;
use crate::protection::question::Question;
use crate::scope::Region;

/// The record belongs to a batch over many accounts, and no partner wrote it.
///
/// How many accounts a batch covers stands in other streams: that is checked where batches are taken in.
pub fn action(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let Some(gain) = question.act.gain else { return Vec::new() };
    let batch = matches!(&gain.kind, GainKind::HolderRecorded { batch: Some(_), .. });
    let uniform = batch && gain.reported_by.is_none();
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
