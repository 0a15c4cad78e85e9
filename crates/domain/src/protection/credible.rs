//! When a paper told late counts: not on the word of the side it favours, unless its digest was laid
//! down in time.

use crate::account::Account;
use crate::event::{Anchor, Evidence};
use crate::id::{Digest, EventId, PartnerId};
use crate::protection::kin;
use crate::protection::question::Question;
use crate::time::Instant;

/// The event that laid `digest` down by `by`, if one did.
pub fn anchored(account: &Account, digest: Digest, by: Instant) -> Option<EventId> {
    let committed = account.anchors.iter().filter(|known| known.digest == digest);
    let committed = committed.map(|known| (known.recorded_at, known.event));
    let letters = account.letters.iter().filter(|letter| letter.terms.document == digest);
    let letters = letters.map(|letter| (letter.recorded_at, letter.event));
    committed.chain(letters).filter(|(at, _)| *at <= by).min().map(|(_, event)| event)
}

/// The event that proves `anchor` by `by`: the one it names, which must have laid down that digest.
pub fn proves(account: &Account, anchor: &Anchor, by: Instant) -> Option<EventId> {
    let named = account.anchors.iter().find(|known| {
        known.event == anchor.committed_event && known.digest == anchor.digest && known.recorded_at <= by
    });
    named.map(|known| known.event).or_else(|| anchored(account, anchor.digest, by))
}

/// The event that shows `evidence` existed by `by`.
pub fn shown(account: &Account, evidence: &Evidence, by: Instant) -> Option<EventId> {
    match evidence {
        Evidence::Paper { digest, .. } => anchored(account, *digest, by),
        Evidence::Event(event) => {
            let gains = account.gains.iter().map(|gain| (gain.event, gain.recorded_at));
            let letters = account.letters.iter().map(|letter| (letter.event, letter.recorded_at));
            let anchors = account.anchors.iter().map(|known| (known.event, known.recorded_at));
            let recorded = gains.chain(letters).chain(anchors).find(|(known, _)| known == event);
            recorded.filter(|(_, at)| *at <= by).map(|(event, _)| event)
        }
    }
}

/// Whether a paper that favours the guest's side may clear: it was told by somebody else, or no later
/// than papers may arrive, or anchored before the act.
pub fn is_credible(
    question: &Question<'_>,
    told_by: Option<&PartnerId>,
    recorded_at: Instant,
    anchor: Option<&Anchor>,
    digest: Option<Digest>,
) -> bool {
    let account = question.known.account;
    let self_serving =
        told_by.is_some_and(|teller| kin::guests(question, teller, &question.touched()).is_some());
    !self_serving
        || recorded_at <= question.lateness_ends()
        || anchor.is_some_and(|anchor| proves(account, anchor, question.act.at).is_some())
        || digest.is_some_and(|digest| {
            account.anchors.iter().any(|known| known.digest == digest && known.recorded_at <= question.act.at)
        })
}
