//! V3: the host was told twice at its own address, had time, and did nothing.

use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::event::change::Basis;
use domain::event::handoff::ForfeitureClaimed;
use domain::event::notice::About;
use domain::id::CommitmentId;
use domain::time::Instant;

use super::Support;
use crate::parts::Part;
use crate::question::Question;
use crate::scene::Notice;
use crate::told::On;

pub(crate) fn supports(question: &Question<'_, '_>, open: &Part) -> Vec<Support> {
    let claims = question.terms.forfeited.iter().filter(|claim| is_forfeited(question, open, claim));
    claims.map(|claim| Support::basis(Basis::Forfeiture, Some(claim.said.scope.clone()))).collect()
}

fn is_forfeited(question: &Question<'_, '_>, open: &Part, claim: &On<'_, ForfeitureClaimed>) -> bool {
    let act_at = question.act.at;
    let Some((from, until)) = cure(question, open, claim) else { return false };
    until <= act_at && claim.at() <= act_at && !has_responded(question, claim, from, until)
}

fn is_to_host(question: &Question<'_, '_>, to: &Party) -> bool {
    match to {
        Party::Host => true,
        Party::Partner(partner) => partner == question.terms.host(),
        Party::Customer | Party::Guest | Party::Vendor => false,
    }
}

fn named<'q, 'a: 'q>(
    question: &'q Question<'_, 'a>,
    claim: &'q On<'a, ForfeitureClaimed>,
) -> impl Iterator<Item = Notice<'a>> + 'q {
    question.scene.notices().filter(|notice| claim.said.notices.contains(&notice.sent.said.notice))
}

fn commitment<'a>(notice: &Notice<'a>) -> Option<&'a CommitmentId> {
    if let About::Commitment(commitment) = &notice.sent.said.about { Some(commitment) } else { None }
}

/// From the first notice that arrived until the host can answer no more.
fn cure(
    question: &Question<'_, '_>,
    open: &Part,
    claim: &On<'_, ForfeitureClaimed>,
) -> Option<(Instant, Instant)> {
    let hosts_own = |notice: &Notice<'_>| {
        !question.scene.told.contacts.iter().any(|contact| {
            contact.said.contact == notice.sent.said.address
                && contact.said.purpose == ContactPurpose::Notice
                && contact.by().is_some_and(|by| question.guests(by, open).is_some())
                && contact.said.confirmed_by != Some(Party::Host)
        })
    };
    let reached = named(question, claim)
        .filter(|notice| is_to_host(question, &notice.sent.said.to) && hosts_own(notice));
    let mut reached: Vec<(Instant, domain::id::EventId, Notice<'_>)> =
        reached.filter_map(|notice| notice.delivered.map(|on| (on.said.at, on.id(), notice))).collect();
    reached.sort_by_key(|(at, event, _)| (*at, *event));
    let (first, _, notice) = reached.first()?;
    let rules = &question.procedure.handoff;
    if commitment(notice).is_some() {
        return Some((*first, question.business_days_after(*first, rules.ratify_days_business)));
    }
    let (last, ..) = reached.last()?;
    let gap = question.days_after(*first, rules.forfeiture_notice_gap_days);
    let enough = reached.len() >= usize::from(rules.forfeiture_notices) && *last >= gap;
    let until = question.days_after(*first, rules.forfeiture_cure_days).max(claim.said.cure_until);
    enough.then_some((*first, until))
}

/// Whether the host did anything in time; of a commitment, whether it performed.
fn has_responded(
    question: &Question<'_, '_>,
    claim: &On<'_, ForfeitureClaimed>,
    from: Instant,
    until: Instant,
) -> bool {
    let in_time = |at: Instant| from <= at && at < until;
    let owed: Vec<&CommitmentId> = named(question, claim).filter_map(|notice| commitment(&notice)).collect();
    let progressed = question.terms.progressed.iter().any(|on| {
        let performs = owed.is_empty() || on.said.commitment.as_ref().is_some_and(|of| owed.contains(&of));
        let by_host = question.terms.partner(&on.said.by).is_some_and(|by| question.is_hosts(by));
        performs && by_host && in_time(on.said.at)
    });
    if progressed || !owed.is_empty() {
        return progressed;
    }
    let scene = question.scene;
    let touched = scene.touches.iter().any(|touch| in_time(touch.at) && question.is_hosts(touch.partner));
    let gained = scene.gains.iter().any(|gain| in_time(gain.at) && question.is_hosts(gain.partner));
    let to_host = scene.told.sent.iter().filter(|on| is_to_host(question, &on.said.to));
    let mut answers =
        to_host.flat_map(|sent| scene.told.answered.iter().filter(|on| on.said.notice == sent.said.notice));
    touched || gained || answers.any(|on| in_time(on.said.at))
}
