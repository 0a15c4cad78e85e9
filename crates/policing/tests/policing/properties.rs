//! What holds for every story: told here, and generated.

use domain::event::Party;
use domain::event::account::{OverrideAct, OverrideReason};
use domain::event::case::{Severity, Verdict};
use domain::event::change::{ObjectionGround, VerificationOutcome};
use domain::event::notice::About;
use domain::id::EventId;
use domain::rank::Rank;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::bases::BASES;
use crate::looks_alike::QUIET;
use crate::nearly::NEARLY;
use crate::patterns::SEEN;
use crate::procedure::STEPS;
use crate::stories::{Case, hosted};
use crate::story::{Story, day, day_of};
use crate::words::*;
use crate::{abandonment, addressed, agreement, backdating, contacts, lapses, last_touch, roles_and_relays};
use crate::{guises, hosts, money, overrides, papers};

/// Every told story.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    let plain = SEEN.iter().chain(&QUIET).chain(&NEARLY).chain(&BASES).chain(&STEPS);
    let more = roles_and_relays::CASES.iter().chain(&lapses::CASES).chain(&abandonment::CASES);
    let late = backdating::CASES.iter().chain(&contacts::CASES).chain(&last_touch::CASES);
    let papers = papers::CASES.iter().chain(&guises::CASES);
    let steps = money::CASES.iter().chain(&hosts::CASES).chain(&overrides::CASES).chain(&addressed::CASES);
    plain.chain(more).chain(late).chain(papers).chain(steps)
}

type Found = (String, EventId, Verdict, Severity, Vec<EventId>);

fn findings(story: &Story) -> Vec<Found> {
    let of = |judged: policing::Judged| {
        let finding = judged.finding;
        (finding.pattern, finding.act, finding.verdict, finding.severity, finding.proof)
    };
    let mut found: Vec<Found> = story.judged().into_iter().map(of).collect();
    found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    found
}

/// How grave the finding of a pattern about an act is, if there is one.
fn severity(story: &Story, pattern: &str, act: EventId) -> Option<Severity> {
    findings(story).iter().find(|found| found.0 == pattern && found.1 == act).map(|found| found.3)
}

/// The proof alone shows the finding, and without any one of its events it does not show one as grave.
fn is_minimal(story: &Story) -> Result<(), String> {
    for (pattern, act, _, _, proof) in findings(story) {
        let alone = story.only(&proof);
        let Some(shown) = severity(&alone, &pattern, act) else {
            return Err(format!("{pattern}: its proof does not show it: {:?}", alone.facts));
        };
        for event in proof {
            if severity(&alone.without(event), &pattern, act) == Some(shown) {
                let dropped = story.facts.iter().find(|fact| fact.meta.id == event);
                return Err(format!("{pattern} does not need {dropped:?}"));
            }
        }
    }
    Ok(())
}

/// A release by the host in force at the act clears every takeover of what it covers.
fn clears_once_met(story: &Story) -> Result<(), String> {
    for judged in story.judged() {
        let finding = judged.finding;
        if !["T01", "T03", "T04", "T06"].contains(&finding.pattern.as_str()) {
            continue;
        }
        let mut cleared = story.clone();
        let on = day_of(finding.violated_at);
        let mut release = released(domain::scope::Scope::all(), on, None, None);
        if let domain::event::handoff::HandoffEvent::Released(released) = &mut release {
            released.handoff = judged.opened.handoff.expect("a takeover is of a handoff");
        }
        cleared.tell(on, release);
        let case = judged.case;
        let stands = cleared.judged().into_iter().any(|again| {
            again.case == case && again.finding.pattern == finding.pattern && again.finding.act == finding.act
        });
        if stands {
            return Err(format!("{} stands against {:?}", finding.pattern, finding.clearing));
        }
    }
    Ok(())
}

#[test]
fn the_order_of_recording_changes_nothing_in_the_told_stories() {
    for case in cases() {
        let story = case.story();
        let backwards: Vec<usize> = (1..=story.facts.len()).rev().collect();
        assert_eq!(findings(&story), findings(&story.recorded_in(&backwards)), "{}", case.name);
    }
}

#[test]
fn no_proof_in_the_told_stories_can_spare_an_event() {
    for case in cases() {
        assert_eq!(is_minimal(&case.story()), Ok(()), "{}", case.name);
    }
}

#[test]
fn a_clearing_condition_once_met_clears_in_the_told_stories() {
    for case in cases() {
        assert_eq!(clears_once_met(&case.story()), Ok(()), "{}", case.name);
    }
}

/// One thing that happens on some day, to one of two product lines, by one of four partners.
#[derive(Debug, Clone)]
struct Happening {
    what: Index,
    on: i64,
    line: Index,
    partner: Index,
}

const PARTNERS: [&str; 4] = ["guest", "sister", "third", "host"];

fn tell(story: &mut Story, happening: &Happening) {
    let Happening { what, on, line, partner } = happening;
    let on = *on;
    let scope = lines(&[["gtx"], ["rtx"]][line.index(2)]);
    let partner = PARTNERS[partner.index(PARTNERS.len())];
    let number = story.facts.len();
    let named = |kind: &str| format!("{kind}{number}");
    match what.index(24) {
        0 => drop(story.tell(on, holds(partner, scope, on))),
        1 => drop(story.tell(on, booked(&named("o"), partner, scope, on))),
        2 => drop(story.tell(on, renewed(&named("o"), "o-host", partner, scope, on))),
        3 => drop(story.tell(on, released(scope, on, Some(on + 40), None))),
        4 => drop(story.tell(on, quoted(partner, on, None))),
        5 => {
            let deal = named("d");
            story.tell(on, submitted(&deal, partner, None));
            story.tell(on, approved(&deal));
        }
        6 => drop(story.tell(on, executed(&named("c"), partner, scope, on))),
        7 => {
            let change = named("c");
            story.tell(
                on,
                wrote(domain::event::consent::LetterRecorded {
                    gaining: crate::story::id(partner),
                    scope: scope.clone(),
                    signed_at: day(on),
                    ..letter(&named("l"))
                }),
            );
            story.tell(on + 1, requested(&change, partner, scope.clone(), Some(&named("l"))));
            story.tell(on + 2, domain::event::change::ChangeEvent::Verified(verification(&change)));
            story.tell(on + 20, executed(&change, partner, scope, on + 20));
        }
        8 => drop(story.tell(on, frozen_by_hand(on + 50))),
        9 => drop(story.tell(on, steward(partner, on + 30))),
        10 => drop(story.tell(on, refused(&named("d")))),
        11 => drop(story.tell(on, contracted(partner, on))),
        12 => drop(story.tell(on, money::worth(&named("o"), partner, scope, on, 1_000))),
        13 => {
            let one = [("ada", domain::fact::Role::VendorOfficer)];
            let (act, reason) = (OverrideAct::Lift, OverrideReason::Other);
            story.tell(on, overridden(act, reason, &one[..usize::from(line.index(2) == 0)]));
        }
        14 => {
            let change = named("c");
            story.tell(on, requested(&change, "guest", scope, None));
            story.tell(on + 1, hosts::objection(&change, ObjectionGround::Other, true));
        }
        15 => drop(story.tell(on, hosts::asked(hosts::handoff(), VerificationOutcome::Denied))),
        16 => {
            let letter = named("l");
            papers::wrote_for(story, &letter, partner, "cio", on.abs() + 1);
            papers::rescinded(story, &letter, "cio", on.abs() + 5);
        }
        around @ 17..=22 => tell_around(story, around, on, partner, scope),
        _ => drop(story.tell_of(
            "host",
            on,
            domain::event::partner::PartnerEvent::Deauthorised(domain::event::partner::Deauthorised {
                scope,
                from: day(on),
                reason: domain::event::partner::DeauthorisationReason::Breach,
            }),
        )),
    }
}

/// What goes on around gains: contacts, claims of forfeiture, late papers, terms, visits and registrations.
fn tell_around(story: &mut Story, which: usize, on: i64, partner: &str, scope: domain::scope::Scope) {
    let number = story.facts.len();
    match which {
        17 => drop(story.tell_by(on, partner, contacts::hosts_notices())),
        18 => {
            let (one, two) = (format!("f{number}"), format!("g{number}"));
            for (notice, at) in [(&one, on), (&two, on + 10)] {
                story.tell(at, sent(notice, Party::Host, About::Forfeiture(crate::story::id("h1"))));
                story.tell(at, delivered(notice, at));
            }
            story.tell(on + 22, forfeited(&[&one, &two], on + 21));
        }
        19 => drop(story.tell_late(on, on + 60, Some(partner), released(scope, on, None, None))),
        20 => drop(story.tell(on, roles_and_relays::made_prime(&[Party::Guest]))),
        21 => {
            for visit in [on, on + 14, on + 28] {
                story.tell(visit, quoted(partner, visit, None));
            }
        }
        _ => drop(story.tell(on, submitted(&format!("e{number}"), partner, None))),
    }
}

fn has_simultaneous_decisions(story: &Story) -> bool {
    let decisions = story.facts.iter().filter(|fact| Rank::of(&fact.event) == Rank::Decision);
    let mut instants: Vec<_> = decisions.map(|fact| fact.meta.valid_at).collect();
    let all = instants.len();
    instants.sort();
    instants.dedup();
    instants.len() < all
}

fn happening() -> impl Strategy<Value = Happening> {
    (any::<Index>(), -80..480_i64, any::<Index>(), any::<Index>())
        .prop_map(|(what, on, line, partner)| Happening { what, on, line, partner })
}

prop_compose! {
    /// A hosted account, a sister of the guest, and up to a dozen things that happen.
    fn history()(happenings in prop::collection::vec(happening(), 1..12)) -> Story {
        let mut story = hosted();
        let declared = domain::event::partner::AffiliationBasis::Declared;
        story.tell_of("sister", -50, owned_by("guest", declared, 10_000, -50));
        for happening in &happenings {
            tell(&mut story, happening);
        }
        story
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_recording_changes_nothing(
        (story, order) in history().prop_flat_map(|story| {
            let places: Vec<usize> = (1..=story.facts.len()).collect();
            (Just(story), Just(places).prop_shuffle())
        })
    ) {
        // Of two decisions of one instant the one recorded first is first: that alone is left to the order.
        prop_assume!(!has_simultaneous_decisions(&story));
        prop_assert_eq!(findings(&story), findings(&story.recorded_in(&order)));
    }

    #[test]
    fn no_proof_can_spare_an_event(story in history()) {
        prop_assert_eq!(is_minimal(&story), Ok(()));
    }

    #[test]
    fn every_certificate_is_accepted_and_none_without_an_event_of_its_proof(story in history()) {
        prop_assert_eq!(crate::certified::is_certified(&story), Ok(()));
    }

    #[test]
    fn a_clearing_condition_once_met_clears(story in history()) {
        prop_assert_eq!(clears_once_met(&story), Ok(()));
    }

    #[test]
    fn what_is_let_through_is_cleared_and_what_is_refused_is_found(story in history()) {
        prop_assume!(!has_simultaneous_decisions(&story));
        prop_assert_eq!(agreement::agrees(&story), Ok(()));
    }
}
