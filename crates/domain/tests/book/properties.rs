//! What holds for every history, not only for the ones somebody thought of.

use std::collections::BTreeSet;

use domain::account::{Account, history};
use domain::command::{AccountCommand, Command, DealCommand};
use domain::event::Event;
use domain::event::account::{AccountEvent, HolderRecorded, HoldingBasis};
use domain::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
use domain::event::deal::{DealEvent, RejectionReason, Withdrawn};
use domain::fact::{Actor, Fact};
use domain::rank::Rank;
use domain::scope::{Dimension, Scope};
use domain::settle;
use domain::time::Instant;
use proptest::prelude::*;
use proptest::sample::select;

use crate::story::*;

const PARTNERS: &[&str] = &["alpha", "beta", "gamma"];
const LINES: &[&str] = &["x", "y", "z"];
const PLACES: &[&str] = &["de", "fr"];

fn scopes() -> impl Strategy<Value = Scope> {
    let dimension = |terms: &'static [&'static str]| {
        prop_oneof![
            Just(Dimension::ALL),
            proptest::sample::subsequence(terms, 1..=terms.len())
                .prop_map(|names| Dimension::only(names.into_iter().map(id)))
        ]
    };
    (dimension(LINES), dimension(PLACES)).prop_map(|(product_lines, territories)| Scope {
        product_lines,
        territories,
        segments: Dimension::ALL,
    })
}

fn holder_recorded(holder: &str, scope: Scope, from: Instant) -> Event {
    Event::Account(AccountEvent::HolderRecorded(HolderRecorded {
        holder: id(holder),
        scope,
        from,
        previous: None,
        basis_claimed: HoldingBasis::Initial,
        change: None,
        batch: None,
    }))
}

/// Observations of an account within a few months, so that many overlap and some share an instant.
fn observations() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let about =
        || (0..150_i64, 0..8_usize).prop_map(|(at, number)| (at, format!("d{number}"), PARTNERS[number % 3]));
    let submission = (about(), select(LINES))
        .prop_map(|((at, deal, partner), line)| (at, submitted(&deal, partner, line)));
    let outcome = about().prop_map(|(at, deal, _)| (at, won(&deal, day(at))));
    let end = about().prop_map(|(at, deal, _)| {
        (at, Event::Deal(DealEvent::Withdrawn(Withdrawn { deal: id(&deal), reason: None })))
    });
    let holder = (0..150_i64, select(PARTNERS), scopes())
        .prop_map(|(at, holder, scope)| (at, holder_recorded(holder, scope, day(at))));
    proptest::collection::vec(prop_oneof![4 => submission, 1 => outcome, 1 => end, 1 => holder], 0..25)
}

fn commands() -> impl Strategy<Value = (Actor, Command)> {
    let name = || (0..6_usize).prop_map(|number| (format!("d{number}"), PARTNERS[number % 3]));
    let deal = |command: DealCommand| Command::Deal(command);
    prop_oneof![
        6 => (name(), select(LINES)).prop_map(|((deal, partner), line)| (user_of(partner), submit(&deal, partner, line))),
        1 => name().prop_map(move |(name, partner)| (user_of(partner), deal(DealCommand::Withdraw { deal: id(&name), reason: None }))),
        1 => name().prop_map(move |(name, partner)| (user_of(partner), deal(DealCommand::Extend { deal: id(&name) }))),
        2 => name().prop_map(move |(name, partner)| (user_of(partner), deal(DealCommand::ReportActivity { deal: id(&name), what: "met".to_owned(), at: None }))),
        1 => name().prop_map(move |(name, _)| (officer(), deal(DealCommand::Approve { deal: id(&name) }))),
        1 => name().prop_map(move |(name, _)| (officer(), deal(DealCommand::Reject { deal: id(&name), reason: RejectionReason::Other }))),
        1 => name().prop_map(move |(name, _)| (officer(), deal(DealCommand::Return { deal: id(&name), missing: vec!["need".to_owned()] }))),
        1 => name().prop_map(move |(name, _)| (officer(), deal(DealCommand::Cancel { deal: id(&name), reason: "twice".to_owned() }))),
        1 => (select(PARTNERS), scopes()).prop_map(|(holder, scope)| {
            let basis = HoldingBasis::Initial;
            (officer(), Command::Account(AccountCommand::RecordHolder { holder: id(holder), scope, basis }))
        }),
    ]
}

/// The state without the places in the journal, which arrival decides and nothing else depends on.
fn without_places(mut account: Account) -> Account {
    account.last = None;
    account.deals.iter_mut().for_each(|deal| deal.position = 0);
    account.gains.iter_mut().for_each(|gain| gain.position = 0);
    account
}

/// The same facts in another order of arrival; those of equal time and rank keep theirs.
fn rearrived(facts: &[Fact], keys: &[u64]) -> Vec<Fact> {
    let mut order: Vec<usize> = (0..facts.len()).collect();
    order.sort_by_key(|&index| keys[index]);
    let peers = |index: usize| (facts[index].meta.valid_at, Rank::of(&facts[index].event));
    let mut positions: Vec<u64> = vec![0; facts.len()];
    for (&index, position) in order.iter().zip(1_u64..) {
        positions[index] = position;
    }
    // Peers swap the positions they drew until they stand as they did.
    for index in 0..facts.len() {
        let group: Vec<usize> = (0..facts.len()).filter(|&other| peers(other) == peers(index)).collect();
        let mut drawn: Vec<u64> = group.iter().map(|&member| positions[member]).collect();
        drawn.sort_unstable();
        group.iter().zip(drawn).for_each(|(&member, position)| positions[member] = position);
    }
    let mut facts = facts.to_vec();
    for (fact, position) in facts.iter_mut().zip(positions) {
        fact.meta.position = position;
        fact.meta.revision = position;
    }
    facts.sort_by_key(|fact| fact.meta.position);
    facts
}

proptest! {
    #[test]
    fn at_most_one_partner_holds_a_scope_at_an_instant(
        said in proptest::collection::vec((0..20_i64, select(PARTNERS), scopes()), 0..12),
    ) {
        let facts = said.into_iter().map(|(at, holder, scope)| (at, holder_recorded(holder, scope, day(at))));
        let account = given(facts).now();
        for (at, line, place) in (0..21).flat_map(|at| LINES.iter().flat_map(move |line| PLACES.iter().map(move |place| (at, line, place)))) {
            let spot = Scope { territories: Dimension::only([id(place)]), ..lines(&[line]) };
            let holding = account.holdings.iter().filter(|held| held.during.contains(day(at)) && held.covers(&spot));
            let holders: BTreeSet<_> = holding.map(|held| &held.holder).collect();
            prop_assert!(holders.len() <= 1, "{line} in {place} on day {at}: {holders:?}");
        }
    }

    #[test]
    fn a_repeated_command_adds_nothing(
        orders in proptest::collection::vec((0..12_i64, commands()), 1..25),
    ) {
        let (mut story, mut now) = (given([]), 0);
        for (later, (actor, command)) in orders {
            now += later + 1;
            if story.when(now, &actor, &command).is_ok() {
                story = story.and(now, actor.clone(), command.clone());
                let again = story.when(now, &actor, &command).unwrap_or_default();
                prop_assert!(again.is_empty(), "{command:?} again gave {again:?}");
            }
        }
    }

    #[test]
    fn what_is_live_leaves_nothing_to_settle_and_no_conflict(
        orders in proptest::collection::vec((0..12_i64, commands()), 1..25),
    ) {
        let (mut story, mut now) = (given([]), 0);
        for (later, (actor, command)) in orders {
            now += later + 1;
            if story.when(now, &actor, &command).is_ok() {
                story = story.and(now, actor, command);
            }
        }
        prop_assert_eq!(story.settle(), vec![]);
        prop_assert_eq!(settle::conflicts(&story.account, &story.facts, &[], &story.families, &story.program), vec![]);
    }

    #[test]
    fn the_order_of_arrival_changes_neither_state_nor_decisions(
        (said, keys) in observations().prop_flat_map(|said| {
            let count = said.len();
            (Just(said), proptest::collection::vec(any::<u64>(), count))
        }),
    ) {
        let story = given(said);
        let again = Story { facts: rearrived(&story.facts, &keys), ..story.clone() };
        prop_assert_eq!(again.settle(), story.settle());
        prop_assert_eq!(without_places(again.now()), without_places(story.now()));
    }

    #[test]
    fn history_settled_as_it_arrives_ends_as_history_settled_at_once(
        (said, keys) in observations().prop_flat_map(|said| {
            let count = said.len();
            (Just(said), proptest::collection::vec(any::<u64>(), count))
        }),
    ) {
        let story = given(said);
        let whole = story.clone().settled();
        let mut arriving = Story { facts: Vec::new(), ..story.clone() };
        for fact in rearrived(&story.facts, &keys) {
            arriving = arriving.takes(fact).settled();
            prop_assert_eq!(arriving.settle(), vec![], "settled twice at once");
        }
        prop_assert_eq!(registrations(&arriving), registrations(&whole));
        prop_assert_eq!(decisions(&arriving), decisions(&whole));
    }

    #[test]
    fn a_retracted_fact_leaves_the_state_as_if_it_had_never_been(
        said in observations(),
        which in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!said.is_empty());
        let story = given(said);
        let target = which.get(&story.facts).meta.id;
        let retracted = Retracted { target, reason: CorrectionReason::Duplicate, approved_by: None, evidence: None };
        let with = story.clone().but(200, Event::Correction(CorrectionEvent::Retracted(retracted)));
        let without = Story { facts: story.facts.iter().filter(|fact| fact.meta.id != target).cloned().collect(), ..story };
        prop_assert_eq!(with.settle(), without.settle());
        prop_assert_eq!(without_places(with.now()), without_places(without.now()));
    }

    #[test]
    fn a_decision_depends_on_nothing_later(said in observations(), until in 0..150_i64) {
        let story = given(said);
        let early = |at: Instant| at <= day(until);
        let known = story.facts.iter().filter(|fact| early(fact.meta.valid_at)).cloned().collect();
        let prefix = Story { facts: known, ..story.clone() };
        let whole: Vec<_> = story.settle().into_iter().filter(|settled| early(settled.valid_at)).collect();
        prop_assert_eq!(whole, prefix.settle());
    }

    #[test]
    fn a_state_folded_in_two_parts_is_the_state_folded_at_once(said in observations(), cut in any::<prop::sample::Index>()) {
        let story = given(said);
        let effective = history::effective(&story.facts);
        let at = if effective.is_empty() { 0 } else { cut.index(effective.len()) };
        let (head, tail) = effective.split_at(at);
        let snapshot = head.iter().fold(Account::default(), |account, fact| account.evolve(fact));
        let whole = tail.iter().fold(snapshot, |account, fact| account.evolve(fact));
        prop_assert_eq!(whole, story.now());
    }
}

/// Every deal as the program and the customer left it.
fn registrations(story: &Story) -> BTreeSet<String> {
    let account = story.now();
    let deals = account.deals.iter();
    deals
        .map(|deal| {
            format!(
                "{} {:?} {:?} {:?} {:?}",
                deal.deal, deal.registration, deal.rejection, deal.protection, deal.outcome
            )
        })
        .collect()
}

/// What the rules derived and still stands, with the times it holds from.
fn decisions(story: &Story) -> BTreeSet<String> {
    let effective = history::effective(&story.facts);
    let settled = effective.iter().filter(|fact| fact.is_settled());
    settled.map(|fact| format!("{} {:?}", fact.meta.valid_at, fact.event)).collect()
}
