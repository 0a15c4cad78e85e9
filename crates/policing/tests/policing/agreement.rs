//! The predicate has two callers: what the one lets through before an act, the other clears after it.

use domain::account::gain::{Gain, GainKind};
use domain::account::history::fold;
use domain::fact::Fact;
use domain::protection::{self, Act, Attempt, Outcome, Unconcerned, act};
use domain::rank::fold_key;

use crate::story::{Story, account_id};

/// Asks about every gain of the story before it happened, and compares with what is said of it once it did.
pub(crate) fn agrees(story: &Story) -> Result<(), String> {
    let families = story.families();
    for fact in &story.facts {
        let before: Vec<Fact> =
            story.facts.iter().filter(|other| fold_key(other) < fold_key(fact)).cloned().collect();
        let mut with = before.clone();
        with.push(fact.clone());
        let account = fold(&with);
        let Some(gain) = account.gains.iter().find(|gain| gain.event == fact.meta.id) else { continue };
        let (Some(scope), Some(act)) = (&gain.scope, asked(gain)) else { continue };
        let attempt = Attempt { partner: &gain.partner, scope, act, at: gain.at };
        let id = account_id();
        let refused = protection::attempt(&fold(&before), &id, &families, &story.program, &attempt);
        let assessed = protection::assess(&account, &id, &families, &story.program);
        let of_gain = || assessed.iter().filter(|assessment| assessment.gain.event == gain.event);
        // A report of something else, or an act that nobody asks for.
        if of_gain().any(|assessment| is_report(&assessment.outcome)) {
            continue;
        }
        let found = of_gain().any(|assessment| matches!(assessment.outcome, Outcome::Violation(_)));
        if refused.is_some() != found {
            return Err(format!("{gain:?}: asked {refused:?}, found {:?}", of_gain().collect::<Vec<_>>()));
        }
    }
    Ok(())
}

/// What is asked for; being moved by a uniform action or as a steward is not.
fn asked(gain: &Gain) -> Option<Act<'_>> {
    match &gain.kind {
        GainKind::HolderRecorded { batch: Some(_), .. } => None,
        GainKind::HolderRecorded { .. }
        | GainKind::ChangeExecuted { .. }
        | GainKind::DealApproved { .. }
        | GainKind::OrderBooked { .. }
        | GainKind::RenewalBooked { .. }
        | GainKind::ContractSigned { .. } => Some(act::Judged::from(gain).act),
    }
}

fn is_report(outcome: &Outcome) -> bool {
    use domain::event::case::ClearedBy;
    match outcome {
        Outcome::NotConcerned(Unconcerned::Restates(_)) => true,
        Outcome::Cleared { by, .. } => *by == ClearedBy::Stewardship,
        Outcome::NotConcerned(_) | Outcome::Violation(_) => false,
    }
}

#[test]
fn both_callers_agree_in_the_told_stories() {
    for case in crate::properties::cases() {
        assert_eq!(agrees(&case.story()), Ok(()), "{}", case.name);
    }
}
