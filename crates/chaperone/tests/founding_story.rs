//! The story the demo tells can be read, keeps to its clock, and contains every act it says will be found.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::event::Event;
use domain::event::deal::DealEvent;
use domain::event::partner::PartnerEvent;
use domain::event::trade::TradeEvent;
use domain::fact::Class;
use domain::stream::Stream;
use domain::time::Instant;
use wire::cloudevents;
use wire::input::{Defaults, Input};

/// The vendor of the story.
const VENDOR: &str = "meridian";

#[cfg(test)]
fn told(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("story").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[cfg(test)]
fn story() -> Vec<Input> {
    let defaults = Defaults {
        vendor: VENDOR.parse().unwrap(),
        source: "story".parse().unwrap(),
        now: Instant::EARLIEST,
    };
    let line = |(index, line): (usize, &str)| {
        let read = cloudevents::read(line.as_bytes(), &defaults);
        read.unwrap_or_else(|problem| panic!("line {}: {problem}", index + 1))
    };
    told("founding.jsonl").lines().enumerate().flat_map(line).collect()
}

#[test]
fn every_line_is_an_event_that_others_may_tell() {
    let story = story();
    assert!((60..=120).contains(&story.len()), "{} lines", story.len());
    assert!(story.iter().flat_map(|input| &input.said).all(|said| said.class != Class::Derived));
    assert!(story.iter().all(|input| input.stream.vendor().as_str() == VENDOR));
}

#[test]
fn every_line_arrives_no_earlier_than_the_one_before_and_than_it_happened() {
    let mut clock = Instant::EARLIEST;
    for input in story() {
        let recorded_at = input.recorded_at.expect("every line states when it arrives");
        assert!(recorded_at >= clock, "{:?} arrives before the line above it", input.producer);
        assert!(input.said[0].valid_at <= recorded_at, "{:?} arrives before it happened", input.producer);
        clock = recorded_at;
    }
}

#[test]
fn no_id_is_used_twice() {
    let mut seen = HashSet::new();
    for input in story() {
        assert!(seen.insert(input.producer.clone()), "{:?} is told twice", input.producer);
    }
}

#[test]
fn partners_are_enrolled_before_they_act() {
    let mut enrolled = HashSet::new();
    for input in story() {
        for said in &input.said {
            if let (Event::Partner(PartnerEvent::Enrolled(_)), Stream::Partner(_, partner)) =
                (&said.event, &input.stream)
            {
                enrolled.insert(partner.clone());
            }
            let acting = if let Event::Deal(DealEvent::Submitted(submitted)) = &said.event {
                Some(&submitted.partner)
            } else if let Event::Trade(TradeEvent::OrderBooked(order)) = &said.event {
                Some(&order.partner)
            } else if let Event::Trade(TradeEvent::RenewalBooked(renewal)) = &said.event {
                Some(&renewal.order.partner)
            } else {
                None
            };
            for partner in acting.into_iter().chain(&input.actor.partner) {
                assert!(enrolled.contains(partner), "{partner} acts in {:?} unknown", input.producer);
            }
        }
    }
}

#[test]
fn every_act_to_be_found_is_told_in_the_account_it_is_found_in() {
    let story = story();
    let accounts: HashMap<(String, String), String> = story
        .iter()
        .filter_map(|input| {
            let key = (input.producer.source.to_string(), input.producer.id.to_string());
            Some((key, input.stream.account()?.to_string()))
        })
        .collect();
    let expected: serde_json::Value = serde_json::from_str(&told("expected.json")).expect("it is JSON");
    let expected = expected.as_array().expect("a list");
    assert!(!expected.is_empty());
    for finding in expected {
        let text = |pointer: &str| {
            finding.pointer(pointer).and_then(|value| value.as_str()).expect("a text").to_owned()
        };
        let act = (text("/act/source"), text("/act/id"));
        assert_eq!(accounts.get(&act), Some(&text("/account")), "{finding}");
    }
}
