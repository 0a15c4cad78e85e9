//! The clocks of a dispute and the steps of the ladder, on days of the calendar.

use domain::dispute::{self, Kept, Proof, TooLate};
use domain::ladder::{self, Step};
use domain::program::Program;
use domain::time::Instant;

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// Filed on Friday 6 March 2026 in the afternoon.
const FILED: &str = "2026-03-06T15:30:00Z";

#[test]
fn every_clock_runs_from_the_filing() {
    let clocks = dispute::clocks(&Program::default(), at(FILED), Kept::OnFile);
    // An hour and a half are left on Friday, the other two and a half are Monday's.
    assert_eq!(clocks.stay_until, at("2026-03-09T11:30:00Z"));
    assert_eq!(clocks.respondent_until, at("2026-03-13T15:30:00Z"));
    assert_eq!(clocks.proof_until, at("2026-03-21T15:30:00Z"));
    assert_eq!(clocks.decision_until, at("2026-04-05T15:30:00Z"));
    let archived = dispute::clocks(&Program::default(), at(FILED), Kept::Archived);
    assert_eq!(archived.proof_until, at("2026-04-05T15:30:00Z"));
    // Ten business days after Monday 9 March are over at the end of Monday 23 March.
    assert_eq!(
        dispute::appeal_until(&Program::default(), at("2026-03-09T09:00:00Z")),
        at("2026-03-24T00:00:00Z")
    );
}

#[test]
fn a_stay_asked_for_outside_business_hours_waits_for_them() {
    let stay = |filed: &str| dispute::clocks(&Program::default(), at(filed), Kept::OnFile).stay_until;
    assert_eq!(stay("2026-03-09T06:00:00Z"), at("2026-03-09T13:00:00Z"));
    assert_eq!(stay("2026-03-09T09:00:00Z"), at("2026-03-09T13:00:00Z"));
    assert_eq!(stay("2026-03-09T13:00:00Z"), at("2026-03-09T17:00:00Z"));
    assert_eq!(stay("2026-03-09T13:00:01Z"), at("2026-03-10T09:00:01Z"));
    assert_eq!(stay("2026-03-07T12:00:00Z"), at("2026-03-09T13:00:00Z"), "Saturday");
}

#[test]
fn a_dispute_is_filed_within_half_a_year_of_knowing_and_a_year_of_the_act() {
    let may = |knowable: &str, now: &str| {
        dispute::may_file(&Program::default(), at("2026-01-01T09:00:00Z"), at(knowable), at(now))
    };
    let half_a_year = at("2026-06-30T09:00:00Z");
    assert_eq!(may("2026-01-01T09:00:00Z", "2026-06-30T08:59:59Z"), Ok(()));
    assert_eq!(may("2026-01-01T09:00:00Z", "2026-06-30T09:00:00Z"), Err(TooLate { until: half_a_year }));
    assert_eq!(may("2026-05-01T09:00:00Z", "2026-10-01T09:00:00Z"), Ok(()), "known later");
    let a_year = at("2027-01-01T09:00:00Z");
    assert_eq!(may("2026-12-01T09:00:00Z", "2027-01-01T09:00:00Z"), Err(TooLate { until: a_year }));
}

#[test]
fn a_letter_not_shown_in_time_is_no_letter() {
    let clocks = dispute::clocks(&Program::default(), at(FILED), Kept::OnFile);
    let (before, end) = (at("2026-03-21T15:29:59Z"), at("2026-03-21T15:30:00Z"));
    assert_eq!(dispute::proof(clocks.proof_until, None, before), Proof::Awaited);
    assert_eq!(dispute::proof(clocks.proof_until, None, end), Proof::Missing);
    assert_eq!(dispute::proof(clocks.proof_until, Some(before), end), Proof::Shown);
    assert_eq!(dispute::proof(clocks.proof_until, Some(end), end), Proof::Missing, "a second late is late");
}

#[test]
fn the_ladder_counts_what_was_upheld_within_a_year() {
    let step = |upheld: &[&str], now: &str| {
        let upheld: Vec<Instant> = upheld.iter().map(|text| at(text)).collect();
        ladder::propose(&Program::default(), &upheld, at(now))
    };
    let (first, second, third) = ("2026-01-10T09:00:00Z", "2026-06-10T09:00:00Z", "2026-12-10T09:00:00Z");
    assert_eq!(step(&[], first), None);
    assert_eq!(step(&[first], first), Some(Step::Notice));
    assert_eq!(step(&[first, second], second), Some(Step::Pause { until: at("2026-09-08T09:00:00Z") }));
    let a_year_on = at("2027-12-10T09:00:00Z");
    assert_eq!(step(&[first, second, third], third), Some(Step::LongPause { until: a_year_on }));
    assert_eq!(step(&[first, "2027-01-10T09:00:00Z"], "2027-01-10T09:00:00Z"), Some(Step::Notice));
}
