//! Every certificate is put before the independent checker, which shares no code with what made it.

use std::collections::BTreeSet;

use domain::fact::Fact;
use domain::id::EventId;
use domain::time::Instant;
use policing::Judged;
use verify::{Certificate, Fault, Record};

use crate::story::{Story, account_id, id};

/// What the journal says where the story is all there is.
fn record(story: &Story) -> Record {
    let mut facts = story.facts.clone();
    facts.sort_by_key(|fact| fact.meta.position);
    let batch = id("territories-2026");
    let covered = story.program.covered(&batch).cloned();
    Record {
        account: account_id(),
        facts,
        partners: story.partners.clone(),
        identity: story.identity.clone(),
        program: story.published.clone(),
        others: story.others.clone(),
        batches: covered.map(|account| (batch.clone(), account)).collect(),
        apart: Vec::new(),
        closings: Vec::new(),
    }
}

/// As the sentinel would have recorded it: known up to the last event of the account's own stream.
fn recorded(story: &Story, judged: &Judged) -> Judged {
    let mut judged = judged.clone();
    let last: Option<&Fact> = story.facts.iter().max_by_key(|fact| fact.meta.position);
    let known: EventId = last.map_or(story.head(), |fact| fact.meta.id);
    judged.finding.known = known;
    for searched in judged.finding.grounds.iter_mut().filter_map(|ground| ground.searched.as_mut()) {
        searched.until = known;
    }
    judged
}

fn faults(story: &Story, judged: &Judged) -> Vec<Fault> {
    let certificate =
        Certificate { opened: &judged.opened, finding: &judged.finding, known_until: Instant::LATEST };
    verify::check(&certificate, &record(story))
}

/// Every finding of the story is accepted, and rejected once an event of its proof is dropped.
pub(crate) fn is_certified(story: &Story) -> Result<(), String> {
    for judged in story.judged() {
        let judged = recorded(story, &judged);
        let found = faults(story, &judged);
        if !found.is_empty() {
            let said: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
            return Err(format!("{}: {said:?}", judged.finding.pattern));
        }
        for event in &judged.finding.proof {
            let mut forged = judged.clone();
            forged.finding.proof.retain(|other| other != event);
            if faults(story, &forged).is_empty() {
                return Err(format!("{} is accepted without {event}", judged.finding.pattern));
            }
        }
    }
    Ok(())
}

#[test]
fn every_finding_of_the_told_stories_is_accepted_and_none_without_an_event_of_its_proof() {
    let wrong: Vec<String> = crate::properties::cases()
        .filter_map(|case| Some(format!("{}: {}", case.name, is_certified(&case.story()).err()?)))
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
