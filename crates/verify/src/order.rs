//! From recorded facts to those in effect: corrections have their say, then each stands where it takes effect.

use std::collections::HashMap;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::change::ChangeEvent;
use domain::event::correction::CorrectionEvent;
use domain::event::deal::DealEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::notice::NoticeEvent;
use domain::event::partner::PartnerEvent;
use domain::fact::{Fact, Role};
use domain::id::EventId;
use domain::time::Instant;

/// How often a correction may itself be corrected, so that a ring of them ends.
const CORRECTIONS_DEPTH_MAX: u8 = 8;

/// The facts in effect, in the order they take effect.
pub(crate) fn effective<'a>(recorded: impl Iterator<Item = &'a Fact>) -> Vec<Fact> {
    let recorded: Vec<&Fact> = recorded.collect();
    let mut about: HashMap<EventId, Vec<&Fact>> = HashMap::new();
    for fact in &recorded {
        if let Some(target) = fact.corrects() {
            about.entry(target).or_default().push(fact);
        }
    }
    let plain = recorded.into_iter().filter(|fact| fact.corrects().is_none());
    let mut facts: Vec<Fact> = plain.filter_map(|fact| said(fact, &about, 0)).collect();
    facts.sort_by_key(place);
    facts
}

/// Where a fact stands among others: by when it was so, ends before beginnings, then as recorded.
pub(crate) fn place(fact: &Fact) -> (Instant, u8, u64) {
    (fact.meta.valid_at, rank(&fact.event), fact.meta.position)
}

/// What a fact says after its last correction; nothing when it was retracted.
fn said(fact: &Fact, about: &HashMap<EventId, Vec<&Fact>>, depth: u8) -> Option<Fact> {
    let corrections = about.get(&fact.meta.id).into_iter().flatten();
    let standing = corrections
        .filter(|_| depth < CORRECTIONS_DEPTH_MAX)
        .filter_map(|correction| said(correction, about, depth + 1))
        .filter(|correction| may_correct(correction, fact));
    let Some(last) = standing.max_by_key(|correction| correction.meta.position) else {
        return Some(fact.clone());
    };
    let Event::Correction(CorrectionEvent::Corrected(corrected)) = &last.event else { return None };
    let mut now = fact.clone();
    if let Some(event) = &corrected.replaces {
        now.event = event.clone();
    }
    if let Some(at) = corrected.valid_at {
        let before = now.meta.valid_at;
        now.meta.valid_at = at;
        let repeated = now.event.told_at().filter(|told| corrected.replaces.is_none() && **told == before);
        if let Some(told) = repeated {
            *told = at;
        }
    }
    Some(now)
}

/// The vendor's side corrects anything; a partner what it told itself, with a second person where it gained by it.
fn may_correct(correction: &Fact, target: &Fact) -> bool {
    let (who, whose) = (&correction.meta.actor, &target.meta.actor);
    let Some(partner) = who.partner.as_ref().filter(|_| who.role != Role::VendorOfficer) else { return true };
    let Event::Correction(event) = &correction.event else { return false };
    let own = correction.meta.producer.source == target.meta.producer.source
        && whose.partner.as_ref() == Some(partner);
    let second = event.approved_by().is_some_and(|person| who.principal.as_ref() != Some(person));
    own && (second || target.event.gainer() != Some(partner))
}

fn rank(event: &Event) -> u8 {
    match event {
        Event::Identity(_) | Event::Program(_) | Event::Correction(_) => 0,
        Event::Partner(PartnerEvent::Deauthorised(_) | PartnerEvent::PersonLeft(_)) => 1,
        Event::Partner(_) => 0,
        Event::Account(said) => of_account(said),
        Event::Deal(said) => of_deal(said),
        Event::Handoff(said) => of_handoff(said),
        Event::Change(said) => of_change(said),
        Event::Consent(_) => 2,
        Event::Notice(NoticeEvent::Sent(_)) => 5,
        Event::Notice(_) => 6,
        Event::Trade(_) | Event::Commission(_) => 9,
        Event::Case(_) => 8,
    }
}

fn of_account(said: &AccountEvent) -> u8 {
    let grounds =
        matches!(said, AccountEvent::Opened(_) | AccountEvent::Absorbed(_) | AccountEvent::Restored(_));
    let asks = matches!(
        said,
        AccountEvent::FreezePlaced(_) | AccountEvent::ContactReplaced(_) | AccountEvent::RefusalDisputed(_)
    );
    let lifts = matches!(said, AccountEvent::FreezeLifted(_));
    chosen(&[(grounds, 0), (lifts, 1), (asks, 7)])
}

fn of_deal(said: &DealEvent) -> u8 {
    let ends = matches!(
        said,
        DealEvent::Won(_) | DealEvent::Lost(_) | DealEvent::Withdrawn(_) | DealEvent::Cancelled(_)
    );
    let asks = matches!(said, DealEvent::Reported(_) | DealEvent::Submitted(_) | DealEvent::Progressed(_));
    chosen(&[(ends, 1), (asks, 7)])
}

fn of_handoff(said: &HandoffEvent) -> u8 {
    let ends = matches!(
        said,
        HandoffEvent::Released(_)
            | HandoffEvent::Declined(_)
            | HandoffEvent::Revoked(_)
            | HandoffEvent::Closed(_)
    );
    let offers = matches!(said, HandoffEvent::Requested(_) | HandoffEvent::Invited(_));
    let terms = matches!(said, HandoffEvent::Accepted(_) | HandoffEvent::Amended(_));
    chosen(&[(ends, 1), (offers, 3), (terms, 4), (true, 7)])
}

fn of_change(said: &ChangeEvent) -> u8 {
    let decides = matches!(
        said,
        ChangeEvent::ObjectionDecided(_) | ChangeEvent::Executed(_) | ChangeEvent::Reversed(_)
    );
    let verifies = matches!(said, ChangeEvent::Verified(_));
    let notifies = matches!(said, ChangeEvent::Notified(_));
    let opens = matches!(said, ChangeEvent::WindowOpened(_));
    chosen(&[(verifies, 2), (notifies, 5), (opens, 6), (decides, 8), (true, 7)])
}

/// The rank of the first that is so; a decision otherwise.
fn chosen(ranks: &[(bool, u8)]) -> u8 {
    ranks.iter().find(|(is_so, _)| *is_so).map_or(8, |(_, rank)| *rank)
}
