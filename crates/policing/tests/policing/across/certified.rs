//! What rests on several accounts is put before the independent checker, too: no event of a count can be spared, and
//! none can be slipped in.

use domain::account::history::effective;
use domain::event::program::{PolicyPublished, ProgramEvent};
use domain::fact::Fact;
use verify::{Apart, Certificate, Closing, Fault, Record};

use super::*;

/// What the journal says, for a finding on this account.
fn record(vendor: &Vendor, account: &AccountId, finding: &Finding) -> Record {
    let cites = |story: &Story| {
        finding.pattern == "T23" || story.facts.iter().any(|fact| finding.proof.contains(&fact.meta.id))
    };
    let others = vendor.stories.iter().filter(|(other, story)| *other != account && cites(story));
    let apart = others.map(|(other, story)| Apart {
        account: other.clone(),
        facts: story.facts.clone(),
        others: Vec::new(),
    });
    Record {
        account: account.clone(),
        facts: vendor.stories[account].facts.clone(),
        partners: vendor.partners.partners.clone(),
        identity: Vec::new(),
        program: published(vendor),
        others: Vec::new(),
        batches: Vec::new(),
        apart: apart.collect(),
        closings: vendor.stories.values().filter_map(closing).collect(),
    }
}

fn closing(story: &Story) -> Option<Closing> {
    let account = fold(&story.facts);
    let handoff = account.handoffs.first()?;
    let (at, _, event) = handoff.closed?;
    Some(Closing { guest: handoff.guest.clone()?, at, event })
}

/// The policy under which persons are followed, as it was published.
fn published(vendor: &Vendor) -> Vec<Fact> {
    let mut story = Story::after(200_000);
    let published = vendor.program.policy_at(day(0));
    let told = PolicyPublished {
        version: published.name.version,
        digest: published.name.digest,
        policy: published.policy.clone(),
        effective_from: Instant::EARLIEST,
        officers: Vec::new(),
        supersedes: None,
        backtest: None,
    };
    story.tell(-400, crate::story::Told(Event::Program(ProgramEvent::PolicyPublished(Box::new(told)))));
    story.facts
}

fn faults(vendor: &Vendor, account: &AccountId, judged: &Judged) -> Vec<Fault> {
    let certificate =
        Certificate { opened: &judged.opened, finding: &judged.finding, known_until: Instant::LATEST };
    verify::check(&certificate, &record(vendor, account, &judged.finding))
}

/// Every finding of the pattern is accepted; not without an event of its proof, and not with one more.
fn is_certified(vendor: &Vendor, pattern: &str) {
    let mut tried = 0;
    for (account, judged) in vendor.judged() {
        for judged in judged.into_iter().filter(|judged| judged.finding.pattern == pattern) {
            assert_eq!(faults(vendor, &account, &judged), [], "{pattern} on {account}");
            tried += 1;
            for event in &judged.finding.proof {
                let mut forged = judged.clone();
                forged.finding.proof.retain(|other| other != event);
                assert!(
                    !faults(vendor, &account, &forged).is_empty(),
                    "{pattern} is accepted without {event}"
                );
            }
            for event in not_cited(vendor, &account, &judged.finding) {
                let mut forged = judged.clone();
                forged.finding.proof.push(event);
                assert!(!faults(vendor, &account, &forged).is_empty(), "{pattern} is accepted with {event}");
            }
        }
    }
    assert!(tried > 0, "no {pattern} is found");
}

/// Events of the accounts and partners it speaks of that it does not cite.
fn not_cited(vendor: &Vendor, account: &AccountId, finding: &Finding) -> Vec<EventId> {
    let cites = |fact: &Fact| finding.proof.contains(&fact.meta.id);
    let spoken_of =
        vendor.stories.iter().filter(|(other, story)| *other == account || story.facts.iter().any(cites));
    let facts = spoken_of.flat_map(|(_, story)| effective(&story.facts));
    let partners = vendor.partners.partners.iter().map(|(_, fact)| fact.clone());
    let all = facts.map(std::borrow::Cow::into_owned).chain(partners);
    all.filter(|fact| !cites(fact)).map(|fact| fact.meta.id).collect()
}

#[test]
fn a_count_of_closed_handoffs_spares_no_event_and_takes_no_other() {
    is_certified(&invited_often(&[0, 1, 4, 8]), "R1");
    // More than chance needs: none of them is left out all the same.
    is_certified(&invited_often(&[0, 1, 2, 4, 5, 8]), "R1");
}

#[test]
fn a_count_of_accounts_that_followed_a_person_spares_no_event_and_takes_no_other() {
    is_certified(&follow::followed(6, 10), "T23");
    is_certified(&follow::followed(3, 4), "T23");
}

#[test]
fn accounts_that_went_elsewhere_belong_to_the_count() {
    let mut vendor = follow::followed(0, 8);
    for (number, account) in ["b1", "b2", "b3", "b4", "b5", "b6"].into_iter().enumerate() {
        let at = 70 + i64::try_from(number).expect("a small number");
        vendor.moved(account, "host", "guest", at);
        vendor.story(account).tell(at + 1, booked(account, "third", gtx(), at + 1));
    }
    let (_, finding) = vendor.findings("T23").remove(0);
    assert!(finding.sentence.contains("of 1"), "more than ten: {}", finding.sentence);
    is_certified(&vendor, "T23");
}

#[test]
fn a_ring_spares_no_event_and_takes_no_other() {
    is_certified(&ring(), "T10");
}
