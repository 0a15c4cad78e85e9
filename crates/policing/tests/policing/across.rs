//! T10, T23 and R1: what is found when several accounts of one vendor are seen together.

mod certified;
mod follow;
mod records;

pub(crate) use follow::followed_persons;

use std::collections::BTreeMap;

use domain::account::history::fold;
use domain::event::Event;
use domain::event::account::{AccountEvent, HolderRecorded};
use domain::event::case::{Finding, Severity, Verdict};
use domain::event::handoff::{Closed, HandoffEvent, HandoffOutcome};
use domain::event::partner::{AffiliationBasis, PartnerEvent, PersonJoined, PersonLeft};
use domain::family::Families;
use domain::id::{AccountId, EventId};
use domain::policy::{PatternPolicy, Policy};
use domain::program::Program;
use domain::protection::Known;
use domain::time::Instant;
use policing::patterns::r1_repeated::{self, Chance, Tally};
use policing::{Gains, Judged, Others, Watermark, review_among};

use crate::story::{Story, day, id};
use crate::words::*;

/// Stories told beside one another, and what is kept of each for the others.
#[derive(Clone, Default)]
struct Vendor {
    stories: BTreeMap<AccountId, Story>,
    partners: Story,
    program: Program,
}

/// What was found, by account.
type Found = BTreeMap<AccountId, Vec<Judged>>;

impl Vendor {
    fn story(&mut self, account: &str) -> &mut Story {
        let told = 1_000 * (self.stories.len() + 1);
        self.stories.entry(id(account)).or_insert_with(|| Story::after(told))
    }

    /// `host` brings `guest` into an account on day `on`, for a year.
    fn handed(&mut self, account: &str, host: &str, guest: &str, on: i64) -> &mut Story {
        let handoff = format!("h-{account}");
        let invited = invited_to(&handoff, guest, &[], lines(&["rtx"]));
        let HandoffEvent::Invited(mut invited) = invited else { unreachable!("an invitation") };
        invited.host = id(host);
        let mut terms = accepted(&handoff);
        (terms.protected_until, terms.tail_until) = (day(on + 366), day(on + 456));
        let story = self.story(account);
        story.tell(on - 100, holds(host, lines(&["gtx", "rtx"]), on - 100));
        story.tell(on, HandoffEvent::Invited(invited));
        story.tell(on + 1, HandoffEvent::Accepted(terms));
        story
    }

    /// The same, and the guest becomes holder on day `at` without a basis.
    fn taken(&mut self, account: &str, host: &str, guest: &str, at: i64) -> EventId {
        self.handed(account, host, guest, at - 40).tell(at, holds(guest, gtx(), at))
    }

    fn closed(&mut self, account: &str, at: i64) -> EventId {
        let handoff = id(&format!("h-{account}"));
        let closed = Closed { handoff, outcome: HandoffOutcome::Delivered, at: day(at) };
        self.story(account).tell(at, HandoffEvent::Closed(closed))
    }

    /// What a change of holder from one to the other without any handoff looks like.
    fn moved(&mut self, account: &str, from: &str, to: &str, at: i64) -> EventId {
        let AccountEvent::HolderRecorded(held) = holds(to, gtx(), at) else { unreachable!("a holding") };
        let held = HolderRecorded { previous: Some(id(from)), ..held };
        self.story(account).tell(at, AccountEvent::HolderRecorded(held))
    }

    /// The host of account `account` lets go of it on day `on`.
    fn released(&mut self, account: &str, on: i64) {
        let HandoffEvent::Released(mut release) = released(gtx(), on, None, None) else {
            unreachable!("a release")
        };
        release.handoff = id(&format!("h-{account}"));
        self.story(account).tell(on, HandoffEvent::Released(release));
    }

    fn families(&self) -> Families {
        self.partners.families()
    }

    /// Judges the accounts in this order, and again those that another one's records concern: as the sentinel does.
    fn judged_in(&self, order: &[&AccountId]) -> Found {
        let families = self.families();
        let (mut gains, mut found) = (Gains::default(), Found::new());
        let mut waiting: Vec<AccountId> = order.iter().rev().map(|account| (*account).clone()).collect();
        while let Some(account_id) = waiting.pop() {
            let account = fold(&self.stories[&account_id].facts);
            let watermark = Watermark { until: Instant::LATEST, head: self.stories[&account_id].head() };
            let known = Known {
                account: &account,
                account_id: &account_id,
                families: &families,
                program: &self.program,
            };
            let reviewed = review_among(known, &[], watermark, Others::all(&gains));
            if gains.of(&account_id).cloned().unwrap_or_default() != reviewed.adds {
                waiting.extend(gains.renew(&account_id, reviewed.adds, &families, &self.program));
            }
            found.insert(account_id, reviewed.judged);
        }
        found
    }

    fn judged(&self) -> Found {
        self.judged_in(&self.stories.keys().collect::<Vec<_>>())
    }

    /// What is found of one pattern: account, severity and verdict.
    fn found(&self, pattern: &str) -> Vec<String> {
        let is_found = |(_, finding): &(AccountId, Finding)| !matches!(finding.verdict, Verdict::Cleared(_));
        let findings = self.findings(pattern).into_iter().filter(is_found);
        let word = |(account, finding): (AccountId, Finding)| {
            let is_confirmed = finding.verdict == Verdict::Confirmed;
            let verdict = if is_confirmed { String::new() } else { format!(" {:?}", finding.verdict) };
            format!("{account} {:?}{verdict}", finding.severity)
        };
        findings.map(word).collect()
    }

    fn findings(&self, pattern: &str) -> Vec<(AccountId, Finding)> {
        let of = |(account, judged): (AccountId, Vec<Judged>)| {
            let findings = judged.into_iter().map(|judged| judged.finding);
            let findings = findings.filter(|finding| finding.pattern == pattern);
            findings.map(|finding| (account.clone(), finding)).collect::<Vec<_>>()
        };
        self.judged().into_iter().flat_map(of).collect()
    }

    /// Nothing but these events.
    fn only(&self, events: &[EventId]) -> Self {
        let mut vendor = self.clone();
        vendor.stories.values_mut().for_each(|story| *story = story.only(events));
        vendor.partners = vendor.partners.only(events);
        vendor.stories.retain(|_, story| !story.facts.is_empty());
        vendor
    }

    /// The proof of the one finding of `pattern` shows it, and no event of it that `spares` names can be left out.
    fn has_minimal_proof(&self, pattern: &str, is_needed: impl Fn(&Event) -> bool) {
        let (account, finding) = self.findings(pattern).pop().expect("a finding");
        let shown = |proof: &[EventId]| {
            let findings = self.only(proof).findings(pattern);
            findings.into_iter().any(|(other, again)| {
                other == account && again.act == finding.act && again.severity >= finding.severity
            })
        };
        assert!(shown(&finding.proof), "{pattern}: its proof does not show it");
        let all = self.stories.values().flat_map(|story| &story.facts);
        let all: Vec<_> = all.chain(self.partners.partners.iter().map(|(_, fact)| fact)).collect();
        for event in &finding.proof {
            let fact = all.iter().find(|fact| fact.meta.id == *event).expect("a fact of the story");
            let rest: Vec<EventId> = finding.proof.iter().copied().filter(|other| other != event).collect();
            assert!(!is_needed(&fact.event) || !shown(&rest), "{pattern} does not need {fact:?}");
        }
    }

    /// Whatever is judged first, the same is found in the end.
    fn ends_the_same_in_any_order(&self) {
        let in_turn: Vec<&AccountId> = self.stories.keys().collect();
        let found = self.judged_in(&in_turn);
        let backwards: Vec<&AccountId> = in_turn.iter().rev().copied().collect();
        assert_eq!(self.judged_in(&backwards), found);
        for start in 1..in_turn.len() {
            let mut order = in_turn.clone();
            order.rotate_left(start);
            assert_eq!(self.judged_in(&order), found, "from account {start} on");
        }
    }
}

/// Three partners, each of which took what another had found.
fn ring() -> Vendor {
    let mut vendor = Vendor::default();
    vendor.taken("a", "ames", "bond", 50);
    vendor.taken("b", "bond", "cole", 100);
    vendor.taken("c", "cole", "ames", 150);
    vendor
}

#[test]
fn three_that_take_from_one_another_are_a_ring_found_in_the_last_gain() {
    let vendor = ring();
    assert_eq!(vendor.found("T10"), ["c S3"]);
    let (_, finding) = vendor.findings("T10").remove(0);
    let said = "cole, ames, bond gained from one another in a ring within 101 days";
    assert!(finding.sentence.contains(said), "{}", finding.sentence);
    assert_eq!(finding.respondent, "ames");
    vendor.has_minimal_proof("T10", |_| true);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn a_ring_goes_with_the_case_of_the_handoff_it_was_found_in() {
    let judged = ring().judged().remove(&id::<AccountId>("c")).expect("account c was judged");
    let case = |pattern: &str| judged.iter().find(|one| one.finding.pattern == pattern).map(|one| &one.case);
    assert!(case("T10").is_some() && case("T10") == case("T01"), "{judged:?}");
}

#[test]
fn two_that_swap_are_a_ring_and_so_are_four_but_five_are_none() {
    let partners = ["ames", "bond", "cole", "dorn", "ecks"];
    for (of, found) in [(2, vec!["b S3"]), (4, vec!["d S3"]), (5, vec![])] {
        let mut vendor = Vendor::default();
        for (number, account) in ["a", "b", "c", "d", "e"].into_iter().enumerate().take(of) {
            let at = 50 + 20 * i64::try_from(number).expect("a small number");
            vendor.taken(account, partners[number], partners[(number + 1) % of], at);
        }
        assert_eq!(vendor.found("T10"), found, "of {of}");
        vendor.ends_the_same_in_any_order();
    }
}

#[test]
fn two_that_swap_one_account_are_a_ring_of_its_own() {
    let mut vendor = Vendor::default();
    let story = vendor.story("a");
    for (handoff, host, guest, on) in [("h-out", "ames", "bond", 10), ("h-back", "bond", "ames", 60)] {
        let invited = invited_to(handoff, guest, &[], lines(&["rtx"]));
        let HandoffEvent::Invited(mut invited) = invited else { unreachable!("an invitation") };
        invited.host = id(host);
        story.tell(on, HandoffEvent::Invited(invited));
        story.tell(on + 1, HandoffEvent::Accepted(accepted(handoff)));
        story.tell(on + 40, holds(guest, gtx(), on + 40));
    }
    assert_eq!(vendor.found("T10"), ["a S3"]);
    vendor.has_minimal_proof("T10", |_| true);
}

#[test]
fn one_gain_with_a_basis_leaves_a_ring_of_three_and_two_do_not() {
    let mut vendor = ring();
    vendor.released("b", 90);
    assert_eq!(vendor.found("T10"), ["c S3"]);
    vendor.ends_the_same_in_any_order();
    vendor.released("c", 140);
    assert_eq!(vendor.found("T10"), [""; 0]);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn what_is_gained_after_a_ring_was_closed_changes_nothing_in_what_proves_it() {
    let mut vendor = ring();
    vendor.released("b", 90);
    let on_c = |vendor: &Vendor| {
        let mut findings = vendor.findings("T10");
        findings.retain(|(account, _)| *account == id("c"));
        findings
    };
    let before = on_c(&vendor);
    vendor.taken("d", "bond", "cole", 160);
    vendor.released("d", 155);
    assert_eq!(on_c(&vendor), before);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn when_the_last_gain_was_allowed_the_ring_is_found_in_the_last_that_was_not() {
    let mut vendor = ring();
    vendor.released("c", 140);
    assert_eq!(vendor.found("T10"), ["b S3"]);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn what_the_terms_grant_is_no_link_of_a_ring() {
    let mut vendor = Vendor::default();
    vendor.taken("a", "ames", "bond", 50);
    vendor.taken("b", "bond", "cole", 100);
    let granted = [domain::event::handoff::GrantedAct::Order];
    let story = vendor.handed("c", "cole", "ames", 100);
    let mut terms = amended(&granted, gtx(), &[domain::event::Party::Host, domain::event::Party::Guest]);
    if let HandoffEvent::Amended(terms) = &mut terms {
        terms.handoff = id("h-c");
    }
    story.tell(110, terms);
    story.tell(150, booked("o-c", "ames", gtx(), 150));
    assert_eq!(vendor.found("T10"), [""; 0]);
}

#[test]
fn a_ring_closes_through_the_family_of_a_partner() {
    let mut vendor = Vendor::default();
    vendor.taken("a", "ames", "bond", 50);
    vendor.taken("b", "sub", "ames", 100);
    assert_eq!(vendor.found("T10"), [""; 0], "strangers");
    vendor.partners = Story::after(100_000);
    vendor.partners.tell_of("sub", -50, owned_by("bond", AffiliationBasis::Declared, 10_000, -50));
    assert_eq!(vendor.found("T10"), ["b S3"]);
    vendor.has_minimal_proof("T10", |_| true);
    vendor.partners = Story::after(100_000);
    vendor.partners.tell_of("sub", -50, owned_by("bond", AffiliationBasis::Inferred, 10_000, -50));
    assert_eq!(vendor.found("T10"), ["b S2"], "a family that was only guessed is for review");
}

#[test]
fn a_gain_by_a_family_that_was_only_guessed_is_no_link() {
    for (basis, found) in [(AffiliationBasis::Declared, vec!["b S3"]), (AffiliationBasis::Inferred, vec![])] {
        let mut vendor = Vendor::default();
        vendor.taken("a", "ames", "bond", 50);
        vendor.handed("b", "bond", "ames", 60).tell(100, holds("sub", gtx(), 100));
        vendor.partners = Story::after(100_000);
        vendor.partners.tell_of("sub", -50, owned_by("ames", basis, 10_000, -50));
        assert_eq!(vendor.found("T10"), found, "{basis:?}");
    }
}

#[test]
fn a_gain_two_sources_disagree_about_is_no_link() {
    let mut vendor = Vendor::default();
    vendor.taken("a", "ames", "bond", 50);
    vendor.taken("b", "bond", "ames", 100);
    assert_eq!(vendor.found("T10"), ["b S3"]);
    vendor.story("b").tell(100, holds("third", gtx(), 100));
    assert_eq!(vendor.found("T10"), [""; 0]);
}

#[test]
fn a_gain_that_closes_two_rings_shows_both_whatever_is_judged_first() {
    let mut vendor = Vendor::default();
    vendor.taken("a", "ames", "bond", 50);
    vendor.taken("b", "bond", "ames", 100);
    vendor.taken("c", "bond", "cole", 110);
    vendor.taken("d", "cole", "ames", 150);
    assert_eq!(vendor.found("T10"), ["b S3", "d S3"]);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn gains_that_lie_too_far_apart_are_no_ring() {
    for (last, found) in [(549, vec!["b S3"]), (650, vec![])] {
        let mut vendor = Vendor::default();
        vendor.taken("a", "ames", "bond", 50);
        vendor.taken("b", "bond", "ames", last);
        assert_eq!(vendor.found("T10"), found, "on day {last}");
    }
}

#[test]
fn a_release_that_comes_late_ends_the_ring() {
    let mut vendor = ring();
    let before = vendor.judged();
    vendor.released("a", 45);
    vendor.released("b", 95);
    let after = vendor.judged();
    let account: AccountId = id("c");
    let standing = |judged: &[Judged]| {
        let t10 = judged.iter().find(|one| one.finding.pattern == "T10");
        t10.map(|one| one.finding.verdict.clone())
    };
    assert_eq!(standing(&before[&account]), Some(Verdict::Confirmed));
    assert!(matches!(standing(&after[&account]), Some(Verdict::Cleared(_))), "{after:?}");
}

/// Twelve handoffs to one guest, closed one after the other; those of `kept` end with the account at the guest.
fn invited_often(kept: &[usize]) -> Vendor {
    let mut vendor = Vendor::default();
    for number in 0..12 {
        let (account, host) = (format!("a{number:02}"), format!("host{number:02}"));
        let on = 100 + 10 * i64::try_from(number).expect("a small number");
        if kept.contains(&number) {
            vendor.taken(&account, &host, "guest", on + 40);
        } else {
            vendor.handed(&account, &host, "guest", on);
        }
        vendor.closed(&account, on + 200);
    }
    vendor
}

#[test]
fn who_keeps_four_of_ten_accounts_is_to_be_audited() {
    let vendor = invited_often(&[0, 1, 4, 8]);
    assert_eq!(vendor.found("R1"), ["a08 S2"], "found in the last that counted against it");
    let (_, finding) = vendor.findings("R1").remove(0);
    assert!(finding.sentence.contains("of 10 handoffs to the family of guest"), "{}", finding.sentence);
    assert!(finding.sentence.contains(" 4 ended with the account at the family"), "{}", finding.sentence);
    // What speaks for the family belongs to the proof though it would be shorter without; what speaks against it
    // can not be left out.
    vendor.has_minimal_proof("R1", |event| matches!(event, Event::Account(_)));
    vendor.ends_the_same_in_any_order();
}

#[test]
fn two_of_twelve_are_chance_and_five_of_nine_are_too_few() {
    assert_eq!(invited_often(&[3, 7]).found("R1"), [""; 0]);
    let mut nine = invited_often(&[0, 1, 4, 5, 8]);
    nine.stories.retain(|account, _| account.as_str() < "a09");
    assert_eq!(nine.found("R1"), [""; 0]);
}

#[test]
fn a_handoff_that_moved_on_a_release_does_not_count_against_the_guest() {
    let mut vendor = invited_often(&[0, 1, 4, 5, 8]);
    for account in ["a00", "a01", "a04", "a05"] {
        vendor.released(account, 120);
    }
    assert_eq!(vendor.found("R1"), [""; 0]);
}

#[test]
fn a_handoff_counts_when_it_is_closed() {
    let mut vendor = invited_often(&[0, 1, 4, 5, 8]);
    let is_closing = |event: &Event| matches!(event, Event::Handoff(HandoffEvent::Closed(_)));
    for story in vendor.stories.values_mut() {
        story.facts.retain(|fact| !is_closing(&fact.event));
    }
    assert_eq!(vendor.found("R1"), [""; 0]);
}

#[test]
fn handoffs_to_companies_of_one_family_count_together() {
    let mut vendor = Vendor::default();
    for number in 0..10 {
        let account = format!("a{number:02}");
        let guest = if number % 2 == 0 { "guest" } else { "sister" };
        let on = 100 + 10 * i64::from(number);
        vendor.taken(&account, "host", guest, on + 40);
        vendor.closed(&account, on + 200);
    }
    assert_eq!(vendor.found("R1"), [""; 0], "five each");
    vendor.partners = Story::after(100_000);
    vendor.partners.tell_of("sister", -50, owned_by("guest", AffiliationBasis::Declared, 10_000, -50));
    assert_eq!(vendor.found("R1"), ["a09 S2"]);
    vendor.ends_the_same_in_any_order();
}

#[test]
fn a_tally_says_when_there_are_too_few_to_judge() {
    let tally = |vendor: &Vendor| {
        let families = vendor.families();
        let mut gains = Gains::default();
        for (account_id, story) in &vendor.stories {
            let account = fold(&story.facts);
            let watermark = Watermark { until: Instant::LATEST, head: story.head() };
            let (families, program) = (&families, &vendor.program);
            let known = Known { account: &account, account_id, families, program };
            gains.put(account_id, policing::adds(known, &[], watermark));
        }
        r1_repeated::tallies(&gains, &families, &vendor.program, &[id("guest")], day(900))[0]
    };
    let mut nine = invited_often(&[0, 1, 4, 5, 8]);
    assert_eq!(tally(&nine), Tally { closed: 12, kept: 5, chance: Chance::ExceededAmongAll });
    nine.stories.retain(|account, _| account.as_str() < "a09");
    assert_eq!(tally(&nine), Tally { closed: 9, kept: 5, chance: Chance::TooFew });
    assert_eq!(tally(&invited_often(&[3])), Tally { closed: 12, kept: 1, chance: Chance::Explains });
}

#[test]
fn what_is_kept_of_an_account_is_taken_back_with_it() {
    let mut gains = Gains::default();
    let vendor = ring();
    let families = vendor.families();
    let account_id: AccountId = id("c");
    let account = fold(&vendor.stories[&account_id].facts);
    let known =
        Known { account: &account, account_id: &account_id, families: &families, program: &vendor.program };
    let watermark = Watermark { until: Instant::LATEST, head: vendor.stories[&account_id].head() };
    let reviewed = review_among(known, &[], watermark, Others::none());
    assert_eq!(reviewed.adds.handed.len(), 1);
    gains.put(&account_id, reviewed.adds.clone());
    assert_eq!(gains.of(&account_id), Some(&reviewed.adds));
    gains.put(&account_id, policing::OfAccount::default());
    assert_eq!(gains.of(&account_id), None);
    let severity: Vec<Severity> = reviewed.judged.iter().map(|judged| judged.finding.severity).collect();
    assert!(severity.contains(&Severity::S4), "a gain without the others is judged as ever");
}
