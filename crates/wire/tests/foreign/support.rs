//! What the tests of foreign formats share: real samples where they are present, and short ways to read.

#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test that asked for it")]

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::deal::DealEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::partner::PartnerEvent;
use wire::foreign::csv::Mapping;
use wire::foreign::{self, Format};
use wire::input::{Defaults, Input, Record};
use wire::problem::Problem;

/// Where the real inputs are, when they are not beside the repository.
const FOLDER_VARIABLE: &str = "CHAPERONE_SHARED_DATA";

/// A real sample, or `None` (said aloud) where they are absent.
pub(crate) fn sample(name: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os(FOLDER_VARIABLE).map_or(beside, PathBuf::from).join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let why = format!("{} is absent (set {FOLDER_VARIABLE} to its folder)", path.display());
        // Written past the macros: the test runner swallows what they print when a test passes.
        drop(writeln!(std::io::stderr().lock(), "skipped: {test}: {why}"));
    }
    bytes
}

pub(crate) fn defaults() -> Defaults {
    Defaults {
        vendor: "acme".parse().unwrap(),
        source: "files".parse().unwrap(),
        now: "2030-01-01T00:00:00Z".parse().unwrap(),
    }
}

/// The mapping the project ships.
pub(crate) fn crm() -> Mapping {
    Mapping::parse(include_str!("../../../../deploy/mappings/crm.toml")).unwrap()
}

pub(crate) fn read(format: Format, bytes: &[u8]) -> Result<Vec<Record>, Problem> {
    let mapping = crm();
    let input = Box::new(Cursor::new(bytes.to_vec()));
    foreign::read(format, input, Some(&mapping), &defaults()).map(Iterator::collect)
}

/// The inputs of a file that is read without a problem.
pub(crate) fn inputs(format: Format, bytes: &[u8]) -> Vec<Input> {
    let records = read(format, bytes).unwrap();
    records.into_iter().flat_map(|record| record.reading.unwrap()).collect()
}

/// The problems of a file, each after its place.
pub(crate) fn problems(format: Format, bytes: &[u8]) -> Vec<String> {
    let records = read(format, bytes).unwrap();
    let problem = |record: Record| Some(format!("{}: {}", record.place, record.reading.err()?));
    records.into_iter().filter_map(problem).collect()
}

/// What a file says, as `event` or `event word` in the order it is said.
pub(crate) fn told(inputs: &[Input]) -> Vec<String> {
    inputs.iter().flat_map(|input| &input.said).map(|said| name(&said.event)).collect()
}

/// How often each event is said.
pub(crate) fn counts(inputs: &[Input]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in told(inputs) {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an event that no format tells of fails the test by its name"
)]
pub(crate) fn name(event: &Event) -> String {
    match event {
        Event::Account(AccountEvent::Opened(_)) => "account.opened".to_owned(),
        Event::Partner(PartnerEvent::Enrolled(_)) => "partner.enrolled".to_owned(),
        Event::Deal(DealEvent::Submitted(_)) => "deal.submitted".to_owned(),
        Event::Deal(DealEvent::Reported(_)) => "deal.reported".to_owned(),
        Event::Deal(DealEvent::Progressed(_)) => "deal.progressed".to_owned(),
        Event::Deal(DealEvent::Won(_)) => "deal.won".to_owned(),
        Event::Deal(DealEvent::Lost(_)) => "deal.lost".to_owned(),
        Event::Handoff(HandoffEvent::Reported(_)) => "handoff.reported".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Every byte of every payload, for asking whether something stands in it in clear.
pub(crate) fn payloads(inputs: &[Input]) -> String {
    inputs.iter().map(|input| format!("{input:?}")).collect()
}
