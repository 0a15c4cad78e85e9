//! V3: the host let the account lie: it was told twice, had time, and did nothing.

use crate::account::guest::{Forfeiture, Notice};
use crate::event::Party;
use crate::event::account::ContactPurpose;
use crate::event::change::Basis;
use crate::event::notice::About;
use crate::id::{CommitmentId, EventId};
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::{kin, words};
use crate::scope::Region;
use crate::time::{Instant, Interval};

/// Forfeitures that were claimed, whose cure period is over at the act, and that the host did not answer.
pub fn supports(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let support = |forfeiture: &Forfeiture| {
        let notices = delivered(question, forfeiture, touched);
        let cure = cure(question, forfeiture, &notices)?;
        let over = cure.until.is_some_and(|until| until <= question.act.at);
        let told = forfeiture.claimed_at <= question.act.at;
        let events = notices.iter().map(|(_, _, event)| *event).chain([forfeiture.event]).collect();
        (over && told && !responded(question, forfeiture, &cure))
            .then(|| Support::basis(Basis::Forfeiture, Some(forfeiture.scope.clone()), events))
    };
    question.handoff.forfeitures.iter().filter_map(support).collect()
}

/// The claim's notices that reached the host at an address of its own, in order of delivery.
fn delivered<'a>(
    question: &Question<'a>,
    forfeiture: &Forfeiture,
    touched: &Region,
) -> Vec<(Instant, &'a Notice, EventId)> {
    let notices = question.known.account.notices.iter();
    let reached = notices.filter(|notice| {
        forfeiture.notices.contains(&notice.notice)
            && is_to_host(question, notice)
            && is_hosts_address(question, notice, touched)
    });
    let mut reached: Vec<_> =
        reached.filter_map(|notice| notice.delivered.map(|(at, event)| (at, notice, event))).collect();
    reached.sort_by_key(|(at, _, event)| (*at, *event));
    reached
}

fn is_to_host(question: &Question<'_>, notice: &Notice) -> bool {
    match &notice.to {
        Party::Host => true,
        Party::Partner(partner) => *partner == question.handoff.host,
        Party::Customer | Party::Guest | Party::Vendor => false,
    }
}

/// Not an address that the guest's side put there, unless the host itself confirmed it.
fn is_hosts_address(question: &Question<'_>, notice: &Notice, touched: &Region) -> bool {
    !question.known.account.contacts.iter().any(|contact| {
        let by_guests = contact.by.as_ref().is_some_and(|by| kin::guests(question, by, touched).is_some());
        contact.contact == notice.address
            && contact.purpose == ContactPurpose::Notice
            && by_guests
            && contact.confirmed_by != Some(Party::Host)
    })
}

/// From the first notice until the host can answer no more; `None` when the notices do not suffice.
fn cure(
    question: &Question<'_>,
    forfeiture: &Forfeiture,
    notices: &[(Instant, &Notice, EventId)],
) -> Option<Interval> {
    let (first, notice, _) = notices.first()?;
    if commitment(notice).is_some() {
        // A broken commitment takes one notice and the business days in which a host puts things right.
        let days = question.procedure.handoff.ratify_days_business;
        return Some(Interval::new(*first, question.business_days_after(*first, days)));
    }
    let rules = &question.procedure.handoff;
    let (last, _, _) = notices.last()?;
    let gap = first.plus_civil_days(i64::from(rules.forfeiture_notice_gap_days), &question.zone);
    let enough = notices.len() >= usize::from(rules.forfeiture_notices) && *last >= gap;
    let until = first.plus_civil_days(i64::from(rules.forfeiture_cure_days), &question.zone);
    enough.then(|| Interval::new(*first, until.max(forfeiture.cure_until)))
}

fn commitment(notice: &Notice) -> Option<&CommitmentId> {
    match &notice.about {
        About::Commitment(commitment) => Some(commitment),
        About::Change(_)
        | About::Handoff(_)
        | About::Forfeiture(_)
        | About::Override(_)
        | About::Token(_)
        | About::Registration(_) => None,
    }
}

/// Whether the host did anything in time: any act of its own, or an answer. For a commitment, performing it.
fn responded(question: &Question<'_>, forfeiture: &Forfeiture, cure: &Interval) -> bool {
    let account = question.known.account;
    let claimed = |notice: &&Notice| forfeiture.notices.contains(&notice.notice);
    let owed: Vec<&CommitmentId> = account.notices.iter().filter(claimed).filter_map(commitment).collect();
    let by_host = |party: &Party| {
        question.handoff.partner_of(party).is_some_and(|p| kin::is_hosts(question, &p, question.act.at))
    };
    let progressed = question.handoff.progress.iter().any(|progress| {
        let performs = owed.is_empty() || progress.commitment.as_ref().is_some_and(|c| owed.contains(&c));
        performs && by_host(&progress.by) && cure.contains(progress.at)
    });
    if progressed || !owed.is_empty() {
        return progressed;
    }
    let hosts = |partner| kin::is_hosts(question, partner, question.act.at);
    let touched = account.touches.iter().any(|touch| cure.contains(touch.at) && hosts(&touch.partner));
    let gained = account.gains.iter().any(|gain| cure.contains(gain.at) && hosts(&gain.partner));
    let to_host = account.notices.iter().filter(|notice| is_to_host(question, notice));
    let answered = to_host.flat_map(|notice| &notice.answers).any(|(at, _, _)| cure.contains(*at));
    touched || gained || answered
}

pub fn missing(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let (host, scope) = (&question.handoff.host, words::region(open));
    let rules = &question.procedure.handoff;
    let (notices, days) = (rules.forfeiture_notices, rules.forfeiture_cure_days);
    let words = format!(
        "a forfeiture of {scope} by {host}: {notices} delivered notices and {days} days without an answer before the act"
    );
    Some(Missing::new(5, words))
}
