//! Policing: looks at one account as its facts add up, and says where the program's terms may be breached.
//!
//! One pattern, one row in a table, one short file: see [`patterns`]. A finding is a certificate: every part
//! of its formula is bound to events, its proof is as small as can be, and it says what would clear it.
//! Nothing here accuses anybody; a person decides. Nothing here reads a clock: how far the story is known is
//! the [`Watermark`] the caller brings.
//!
//! An account's stream is one identity: whatever linked its keys decided that, as events with weights. Acts on
//! the stream itself are therefore judged as acts on the same account and may reach severity S4.

mod acquired;
pub mod across;
mod chance;
pub mod guard;
pub mod judged;
pub mod patterns;
pub mod scene;
pub mod tied;
pub mod transition;
mod words;

use std::collections::BTreeSet;

pub use across::{Gains, OfAccount, Others};
use domain::account::Account;
use domain::account::gain::{Gain, GainKind};
use domain::event::case::{Finding, Verdict};
use domain::fact::Fact;
use domain::family::Families;
use domain::id::AccountId;
use domain::program::Program;
use domain::protection::Known;
use domain::time::Instant;
pub use guard::guarded;
pub use judged::{CaseKey, Judged};
pub use scene::{Scene, Watermark};
pub use tied::Tied;
pub use transition::{Standing, Transition, transitions};

/// What stands against the rules in the account as known, pending or confirmed, one per pattern and act.
///
/// An account without an accepted handoff, a change of holder, a refused attempt or a contested holder costs next
/// to nothing.
pub fn judge(
    account_id: &AccountId,
    account: &Account,
    families: &Families,
    program: &Program,
    ties: &[Tied<'_>],
    watermark: Watermark,
) -> Vec<Judged> {
    let mut judged = review(account_id, account, families, program, ties, watermark);
    judged.retain(|judged| !matches!(judged.finding.verdict, Verdict::Cleared(_)));
    judged
}

/// The same together with what was looked at and cleared: what [`transitions`] needs to clear a finding that
/// stood before.
pub fn review(
    account_id: &AccountId,
    account: &Account,
    families: &Families,
    program: &Program,
    ties: &[Tied<'_>],
    watermark: Watermark,
) -> Vec<Judged> {
    let known = Known { account, account_id, families, program };
    review_among(known, ties, watermark, Others::none()).judged
}

/// What was looked at in an account, and what it adds to what other accounts are judged by.
#[derive(Debug, Default)]
pub struct Reviewed {
    pub judged: Vec<Judged>,
    pub adds: OfAccount,
}

/// The same among the other accounts of the vendor.
pub fn review_among(
    known: Known<'_>,
    ties: &[Tied<'_>],
    watermark: Watermark,
    others: Others<'_>,
) -> Reviewed {
    let Known { account, account_id, families, program } = known;
    if is_quiet(account) && !may_follow(account, program) {
        return Reviewed::default();
    }
    let scene = Scene::new(account_id, account, families, program, ties, watermark).among(others);
    let sightings = patterns::PATTERNS
        .iter()
        .filter(|row| guard::is_looked_for(program, row.pattern))
        .flat_map(|row| (row.look)(&scene).into_iter().map(move |sighting| (row, sighting)));
    let found_there = found_there(known, ties, watermark);
    let judged = sightings.map(|(row, sighting)| Judged::new(&scene, row, sighting));
    let judged = judged.filter(|judged| !is_said_by(&found_there, &judged.finding)).collect();
    Reviewed { judged, adds: scene.among.own }
}

/// What is found in a linked duplicate by itself: it is looked at as well, so that a change made in haste there is one
/// finding and not two.
fn found_there(known: Known<'_>, ties: &[Tied<'_>], watermark: Watermark) -> Vec<Finding> {
    let looked_at = ties.iter().filter(|tie| tie.is_joined() && tie.is_looked_at());
    let found = looked_at.flat_map(|tie| {
        let there = Known { account: tie.account, account_id: tie.account_id, ..known };
        review_among(there, &[], watermark, Others::none()).judged
    });
    found.map(|judged| judged.finding).filter(stands).collect()
}

/// Whether one of `others` says of the same act what `finding` says, and no less surely: what is decided of the
/// customer is not lost because its duplicate alone cannot be judged, or not yet.
fn is_said_by(others: &[Finding], finding: &Finding) -> bool {
    let is_same = |other: &&Finding| (&other.pattern, other.act) == (&finding.pattern, finding.act);
    others.iter().filter(is_same).any(|other| is_as_sure(&other.verdict, &finding.verdict))
}

fn is_as_sure(verdict: &Verdict, other: &Verdict) -> bool {
    sureness(verdict) >= sureness(other)
}

fn stands(finding: &Finding) -> bool {
    sureness(&finding.verdict) > 0
}

/// How much a verdict decides, from nothing that stands to what is confirmed.
fn sureness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Cleared(_) | Verdict::Superseded(_) => 0,
        Verdict::Indeterminate(_) => 1,
        Verdict::Pending => 2,
        Verdict::Confirmed => 3,
    }
}

/// What an account adds to what others are judged by, without judging it.
pub fn adds(known: Known<'_>, ties: &[Tied<'_>], watermark: Watermark) -> OfAccount {
    let Known { account, account_id, families, program } = known;
    if is_quiet(account) && !may_follow(account, program) {
        return OfAccount::default();
    }
    across::of_account(&Scene::new(account_id, account, families, program, ties, watermark))
}

/// Whether the account may have followed a person from one partner to another, where that is looked for.
pub fn may_follow(account: &Account, program: &Program) -> bool {
    account.gains.iter().any(is_handed_on) && follows_persons(program)
}

/// Whether a policy asks to look for accounts that follow persons.
pub fn follows_persons(program: &Program) -> bool {
    guard::is_looked_for(program, "T23")
}

/// Whether an account with these facts may add something to what others are judged by: a handoff came to an end, or
/// somebody but its host gained, or the holder changed where persons are followed.
pub fn may_add(facts: &[Fact], program: &Program) -> bool {
    use domain::event::Event;
    use domain::event::account::AccountEvent;
    use domain::event::change::ChangeEvent;
    use domain::event::deal::DealEvent;
    use domain::event::handoff::HandoffEvent;
    let is = |kind: &dyn Fn(&Event) -> bool| facts.iter().any(|fact| kind(&fact.event));
    let is_change = |event: &Event| {
        matches!(
            event,
            Event::Account(AccountEvent::HolderRecorded(_)) | Event::Change(ChangeEvent::Executed(_))
        )
    };
    let is_end = |event: &Event| matches!(event, Event::Handoff(HandoffEvent::Closed(_)));
    let is_gain = |event: &Event| matches!(event, Event::Deal(DealEvent::Approved(_)) | Event::Trade(_));
    let is_handed = || is(&|event| matches!(event, Event::Handoff(HandoffEvent::Accepted(_))));
    is_handed() && is(&|event| is_end(event) || is_gain(event) || is_change(event))
        || follows_persons(program) && is(&is_change)
}

fn is_handed_on(gain: &Gain) -> bool {
    match &gain.kind {
        GainKind::HolderRecorded { previous, .. } => previous.as_ref().is_some_and(|of| *of != gain.partner),
        GainKind::ChangeExecuted { .. } => true,
        GainKind::DealApproved { .. }
        | GainKind::OrderBooked { .. }
        | GainKind::RenewalBooked { .. }
        | GainKind::ContractSigned { .. } => false,
    }
}

/// Whether no pattern can have anything to say about the account, so that it is not looked at.
pub fn is_quiet(account: &Account) -> bool {
    account.changes.is_empty()
        && account.handoffs.iter().all(|handoff| handoff.accepted_at.is_none())
        && account.overrides.is_empty()
        && account.asked.is_empty()
        && account.letters.len() < patterns::t18_letter_war::LETTERS_MIN
        && !patterns::contested_holder::is_contested(account)
        && !patterns::t22_last_touch::is_worked_on(account)
        && !patterns::t24_host_abuse::may_be_idle(account)
}

/// The same of an account that is not folded yet: `false` only if it is quiet when it is.
pub fn may_be_looked_at(facts: &[Fact]) -> bool {
    use domain::event::Event;
    use domain::event::account::AccountEvent;
    use domain::event::deal::DealEvent;
    use domain::event::handoff::HandoffEvent;
    use domain::event::trade::TradeEvent;
    let (mut claims, mut works) = (BTreeSet::new(), false);
    let mut registrations = 0;
    for fact in facts {
        match &fact.event {
            Event::Change(_)
            | Event::Handoff(HandoffEvent::Accepted(_))
            | Event::Account(AccountEvent::OverrideRecorded(_))
            | Event::Consent(_) => return true,
            Event::Deal(DealEvent::Submitted(submitted)) => {
                registrations += 1;
                claims.insert(&submitted.partner);
            }
            Event::Account(AccountEvent::HolderRecorded(recorded)) => {
                claims.insert(&recorded.holder);
            }
            Event::Handoff(HandoffEvent::Invited(invited)) => {
                claims.insert(&invited.host);
            }
            Event::Handoff(HandoffEvent::Requested(requested)) => {
                claims.insert(&requested.host);
            }
            // What a correction makes of another fact may be anything.
            Event::Correction(correction) if correction.target().is_some() => return true,
            Event::Deal(DealEvent::Progressed(_))
            | Event::Handoff(HandoffEvent::Progressed(_))
            | Event::Trade(TradeEvent::QuoteIssued(_) | TradeEvent::MeetingHeld(_)) => works = true,
            Event::Deal(_)
            | Event::Handoff(_)
            | Event::Account(_)
            | Event::Trade(_)
            | Event::Notice(_)
            | Event::Commission(_)
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_)
            | Event::Correction(_) => {}
        }
    }
    let is_claimed = registrations > 1 || (registrations == 1 && claims.len() > 1);
    (is_claimed && works) || patterns::contested_holder::may_be_contested(facts)
}

/// The next instant after `until` at which time alone may bring something to light on the account: a commission
/// is overdue, word of an override, or a registration has lapsed.
pub fn look_again_at(account: &Account, program: &Program, until: Instant) -> Option<Instant> {
    let idle = patterns::t24_host_abuse::may_be_idle(account);
    let lapses = idle.then(|| patterns::t24_host_abuse::due_after(account, until)).flatten();
    let accrues = patterns::t21_commission::due_after(program, account, until);
    let told = patterns::t25_override::due_after(program, account, until);
    [lapses, accrues, told].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use domain::event::case::{ClearedBy, Unknown};

    use super::*;

    #[test]
    fn what_is_decided_of_the_customer_outlasts_what_its_duplicate_alone_cannot_decide() {
        let unsure = || Verdict::Indeterminate(Unknown::TooFew);
        for (there, here) in [
            (unsure(), Verdict::Confirmed),
            (unsure(), Verdict::Pending),
            (Verdict::Pending, Verdict::Confirmed),
        ] {
            assert!(!is_as_sure(&there, &here), "{here:?} is lost to {there:?}");
        }
        for same in [Verdict::Confirmed, Verdict::Pending, unsure()] {
            assert!(is_as_sure(&same, &same), "{same:?} is found twice");
        }
        assert!(is_as_sure(&Verdict::Confirmed, &Verdict::Cleared(ClearedBy::Granted)));
    }
}
