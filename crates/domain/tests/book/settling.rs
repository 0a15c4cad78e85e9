//! Imported history: every submission nobody decided is decided in the order of its own time.

use domain::account::registration::Registration;
use domain::claim::{self, Claim, Claimed, Helps};
use domain::command::{Command, DealCommand};
use domain::decide::Grounds;
use domain::event::deal::{Approved, DealEvent, Submitted, Withdrawn};
use domain::event::{DecidedBy, Event, PolicyRef};
use domain::fact::Class;
use domain::id::Digest;
use domain::settle::{self, Settled};

use crate::registration::{approved, guarded};
use crate::story::*;

/// `deal: word` for each decision, in order.
fn words(settled: &[Settled]) -> Vec<String> {
    let deal = |event: &Event| {
        let Event::Deal(event) = event else { return "-".to_owned() };
        match event {
            DealEvent::Approved(decided) => decided.deal.to_string(),
            DealEvent::Rejected(decided) => decided.deal.to_string(),
            DealEvent::Returned(decided) => decided.deal.to_string(),
            DealEvent::Reported(_)
            | DealEvent::Submitted(_)
            | DealEvent::ReviewStarted(_)
            | DealEvent::Extended(_)
            | DealEvent::Progressed(_)
            | DealEvent::Withdrawn(_)
            | DealEvent::Cancelled(_)
            | DealEvent::Won(_)
            | DealEvent::Lost(_) => panic!("{event:?} decides nothing"),
        }
    };
    settled.iter().map(|settled| format!("{} {}", deal(&settled.event), word(&settled.event))).collect()
}

fn ruled_approval(deal: &str) -> Event {
    let policy = PolicyRef { version: 0, digest: Digest([0; 32]) };
    Event::Deal(DealEvent::Approved(Approved {
        deal: id(deal),
        scope: lines(&["x"]),
        protected_from: day(5),
        protected_until: day(35),
        decided_by: DecidedBy { policy, person: Some(id("olga")) },
        rivals_considered: Vec::new(),
    }))
}

#[test]
fn history_is_decided_in_the_order_of_its_own_time() {
    let story = given([(9, submitted("late", "beta", "x")), (3, submitted("early", "alpha", "x"))]);
    let settled = story.settle();
    assert_eq!(words(&settled), ["early approved", "late rejected"]);
    assert_eq!(settled[0].valid_at, day(3));
    assert_eq!(settled[0].causation, story.facts[1].meta.id);
}

#[test]
fn of_two_submissions_of_one_instant_the_first_recorded_is_first() {
    let story = given([(3, submitted("one", "beta", "x")), (3, submitted("two", "alpha", "x"))]);
    assert_eq!(words(&story.settle()), ["one approved", "two rejected"]);
}

#[test]
fn what_was_settled_is_settled_once() {
    let story = given([(3, submitted("one", "beta", "x")), (3, submitted("two", "alpha", "x"))]).settled();
    assert!(story.settle().is_empty());
    assert_eq!(story.registration("two"), Registration::Rejected);
}

#[test]
fn a_row_sent_again_with_the_same_date_is_not_decided_again() {
    let story = given([(3, submitted("one", "beta", "x"))]).settled().but(3, submitted("one", "beta", "x"));
    assert!(story.settle().is_empty());
    assert_eq!(story.registration("one"), Registration::Approved);
}

#[test]
fn a_second_import_meets_what_the_first_one_got() {
    let story = given([(3, submitted("one", "beta", "x"))]).settled().but(3, submitted("two", "alpha", "x"));
    assert_eq!(words(&story.settle()), ["two rejected"]);
}

#[test]
fn protection_ends_the_instant_the_customer_decides() {
    let at = |when: i64| {
        let story = given([(0, submitted("one", "alpha", "x")), (40, won("one", day(40)))]);
        words(&story.but(when, submitted("two", "beta", "x")).settle())
    };
    assert_eq!(at(39), ["one approved", "two rejected"]);
    assert_eq!(at(40), ["one approved", "two approved"]);
}

#[test]
fn an_outcome_told_late_ends_protection_when_it_happened() {
    let told_late = given([(0, submitted("one", "alpha", "x")), (50, lost("one", day(20)))]);
    let story = told_late.but(30, submitted("two", "beta", "x"));
    assert_eq!(words(&story.settle()), ["one approved", "two approved"]);
}

#[test]
fn a_deal_closed_on_the_day_it_began_protects_nothing() {
    let story = given([(0, submitted("one", "alpha", "x")), (0, won("one", day(0)))]);
    let story = story.but(0, submitted("two", "beta", "x"));
    assert_eq!(words(&story.settle()), ["one approved", "two approved"]);
}

#[test]
fn decisions_of_another_system_stand_as_given() {
    let story = given([
        (0, submitted("one", "alpha", "x")),
        (5, ruled_approval("one")),
        (2, submitted("early", "beta", "x")),
        (34, submitted("inside", "beta", "x")),
        (125, submitted("after", "gamma", "x")),
    ]);
    assert_eq!(words(&story.settle()), ["early approved", "inside rejected", "after approved"]);
}

#[test]
fn a_submission_withdrawn_on_its_own_day_is_left_alone() {
    let withdrawn = Event::Deal(DealEvent::Withdrawn(Withdrawn { deal: id("one"), reason: None }));
    let story = given([(0, submitted("one", "alpha", "x")), (0, withdrawn)]);
    assert!(story.settle().is_empty());
    assert_eq!(story.registration("one"), Registration::Withdrawn);
}

#[test]
fn a_deal_approved_and_withdrawn_at_one_instant_is_withdrawn() {
    let story = approved().and(
        0,
        user_of("alpha"),
        Command::Deal(DealCommand::Withdraw { deal: id("d1"), reason: None }),
    );
    assert_eq!(story.registration("d1"), Registration::Withdrawn);
    assert_eq!(check(&story, "beta", "x", 0), Claim::Free);
}

#[test]
fn what_a_source_left_out_is_sent_back() {
    let missing = vec!["need".to_owned()];
    let lacking = Submitted { missing, ..submission("one", "alpha", "x") };
    let story = given([(0, Event::Deal(DealEvent::Submitted(lacking)))]);
    assert_eq!(words(&story.settle()), ["one returned"]);
}

#[test]
fn a_guests_submission_in_history_is_refused_as_an_attempt() {
    let story = guarded().but(10, submitted("one", "guest", "x"));
    assert_eq!(words(&story.settle()), ["- takeover_refused", "one rejected"]);
}

#[test]
fn the_policy_of_the_day_decides() {
    let mut story = given([(0, submitted("one", "alpha", "x")), (30, submitted("two", "beta", "x"))]);
    story.program = crate::outside::published(|policy| policy.registration.protection_days = 30);
    assert_eq!(words(&story.settle()), ["one approved", "two approved"]);
}

#[test]
fn later_history_takes_no_decision_back_but_names_it() {
    let story = approved().but(-5, submitted("older", "beta", "x")).settled();
    assert_eq!(story.registration("older"), Registration::Approved);
    assert_eq!(story.registration("d1"), Registration::Approved);
    let conflicts = settle::conflicts(&story.account, &story.facts, &[], &story.families, &story.program);
    assert_eq!(conflicts.len(), 1);
    assert_eq!((&conflicts[0].deal, conflicts[0].otherwise), (&id("d1"), Registration::Rejected));
    assert_eq!(conflicts[0].rival.as_ref().map(|rival| &rival.deal), Some(&id("older")));
}

#[test]
fn a_rejection_for_a_deal_that_was_over_by_then_is_named() {
    let story = approved().and(20, user_of("beta"), submit("d2", "beta", "x"));
    let known =
        |story: &Story| settle::conflicts(&story.account, &story.facts, &[], &story.families, &story.program);
    assert!(known(&story).is_empty());
    let conflicts = known(&story.but(10, lost("d1", day(10))));
    assert_eq!((&conflicts[0].deal, conflicts[0].otherwise), (&id("d2"), Registration::Approved));
}

#[test]
fn a_persons_ruling_is_no_conflict() {
    let story = given([(0, submitted("one", "alpha", "x")), (0, ruled_approval("one"))]);
    let story = story.but(-5, submitted("older", "beta", "x")).settled();
    assert!(settle::conflicts(&story.account, &story.facts, &[], &story.families, &story.program).is_empty());
}

#[test]
fn what_was_settled_before_an_account_was_merged_stands_and_nothing_follows_from_then_on() {
    let absorbed = domain::event::account::Absorbed { into: id("other"), identity_event: event_id(1) };
    let absorbed = Event::Account(domain::event::account::AccountEvent::Absorbed(absorbed));
    let before = given([(0, submitted("one", "alpha", "x"))]);
    let merged = given([(0, submitted("one", "alpha", "x")), (9, absorbed.clone())]);
    assert_eq!(merged.settle(), before.settle());
    assert_eq!(before.settle().len(), 1);
    assert!(given([(0, absorbed), (9, submitted("one", "alpha", "x"))]).settle().is_empty());
}

#[test]
fn live_commands_are_settled_by_their_own_answer() {
    let story = approved().and(1, user_of("beta"), submit("d2", "beta", "x"));
    assert!(story.settle().is_empty());
    assert!(story.facts.iter().any(|fact| fact.meta.class == Class::Derived));
}

fn check(story: &Story, partner: &str, line: &str, at: i64) -> Claim {
    let (partner, scope) = (id(partner), lines(&[line]));
    let claimed = Claimed { partner: &partner, scope: &scope, at: day(at) };
    let Story { account, families, program, .. } = story;
    let grounds = Grounds { account, families, program, customers: &[], surely: &[] };
    claim::check(&story.now(), &grounds, &claimed)
}

#[test]
fn a_claim_is_free_held_or_contested_as_the_rules_would_decide() {
    let story = approved();
    assert_eq!(check(&story, "beta", "x", 1), Claim::Held);
    assert_eq!(check(&story, "beta", "x", 90), Claim::Free);
    assert_eq!(check(&story, "beta", "y", 1), Claim::Free);
    assert_eq!(check(&story, "alpha", "x", 1), Claim::Free);
    let over_rival = story.and(1, user_of("beta"), submit("d2", "beta", "x")).and(
        2,
        officer(),
        Command::Deal(DealCommand::Approve { deal: id("d2") }),
    );
    assert_eq!(check(&over_rival, "gamma", "x", 3), Claim::Contested);
    assert_eq!(check(&given([(0, submitted("one", "alpha", "x"))]), "beta", "x", 1), Claim::Contested);
    assert_eq!(check(&guarded(), "guest", "x", 10), Claim::Held);
}

#[test]
fn a_rejected_partner_learns_when_to_come_back_and_not_who_was_first() {
    let story = approved().and(1, user_of("beta"), submit("d2", "beta", "x"));
    let told = claim::explain(&story.now(), &id("d2"), day(2)).unwrap();
    assert_eq!(told.helps, Helps::After(day(90)));
    assert!(!format!("{told:?}").contains("alpha") && !format!("{told:?}").contains("d1"));
    assert_eq!(claim::explain(&story.now(), &id("d2"), day(90)).unwrap().helps, Helps::SubmitAgain);
    assert_eq!(claim::explain(&story.now(), &id("d1"), day(2)).unwrap().helps, Helps::ExtendBefore(day(90)));
    let attempted = guarded().and(10, user_of("guest"), submit("d9", "guest", "x"));
    let told = claim::explain(&attempted.now(), &id("d9"), day(11)).unwrap();
    assert!(matches!(told.helps, Helps::Clear(_)));
}
