//! What closed cases teach: which are alike, and how often a pattern was right.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use domain::case::RespondentRole;
use domain::event::Event;
use domain::event::case::*;
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{Digest, EventId};
use domain::time::Instant;
use views::cases::{Case, Likeness, tallies};
use views::scorecard::{Role, Score};

fn at(day: i64) -> Instant {
    Instant::from_unix_ms(1_772_442_000_000 + day * 86_400_000).unwrap()
}

fn event_id(number: u64) -> EventId {
    format!("00000000-0000-0000-0000-{number:012}").parse().unwrap()
}

fn fact(position: u64, event: CaseEvent) -> Fact {
    let meta = Meta {
        id: event_id(position),
        position,
        revision: position,
        valid_at: at(0),
        recorded_at: at(0),
        class: Class::Derived,
        origin: Origin::Live,
        producer: Producer { source: "test".parse().unwrap(), id: "1".parse().unwrap() },
        actor: Actor::system(),
        causation: None,
        policy: None,
        context: Context::default(),
    };
    Fact { meta, event: Event::Case(event) }
}

fn case(pattern: &str, parts: &[&str], outcome: Option<CaseOutcome>) -> Case {
    let act = event_id(700);
    let opened = Opened {
        kind: CaseKind::Takeover,
        account: "acme".parse().unwrap(),
        handoff: None,
        host: Some("host".parse().unwrap()),
        guest: Some("guest".parse().unwrap()),
    };
    let finding = Finding {
        pattern: pattern.to_owned(),
        rule_version: 1,
        kind: CaseKind::Takeover,
        policy: Digest([0; 32]),
        actor: "guest".parse().unwrap(),
        respondent: "guest".to_owned(),
        act,
        verdict: Verdict::Confirmed,
        severity: Severity::S4,
        violated_at: at(0),
        known: act,
        proof: vec![act],
        context: Vec::new(),
        sentence: "the guest became holder".to_owned(),
        grounds: parts.iter().map(|part| Ground::new(part, "it is so", Vec::new())).collect(),
        clearing: Vec::new(),
        provisional_until: at(14),
    };
    let ruled = outcome.map(|outcome| {
        CaseEvent::Decided(Decided {
            outcome,
            grounds: "it is so".to_owned(),
            remedy: None,
            decided_by: "ada".parse().unwrap(),
            appeal_until: at(30),
        })
    });
    let told = [CaseEvent::Opened(opened), CaseEvent::FindingRecorded(finding)].into_iter().chain(ruled);
    (1..).zip(told).fold(Case::default(), |case, (position, event)| case.evolve(&fact(position, event)))
}

#[test]
fn a_precedent_is_closed_and_of_the_same_pattern_respondent_and_ground() {
    let like = Likeness::of(&case("T01", &["gain", "no_basis:V1"], None));
    assert_eq!((like.pattern.as_deref(), like.respondent), (Some("T01"), Some(RespondentRole::Guest)));
    let shared = |other: &Case| like.shared(other).map(|shared| shared.into_iter().collect::<Vec<_>>());
    let ruled = Some(CaseOutcome::Valuable);
    let gain = Some(vec!["gain".to_owned()]);
    assert_eq!(shared(&case("T01", &["gain", "no_basis:V2"], ruled)), gain);
    assert_eq!(shared(&case("T01", &["gain"], None)), None, "nobody ruled on it");
    assert_eq!(shared(&case("T02", &["gain"], ruled)), None, "another pattern");
    assert_eq!(shared(&case("T01", &["touch"], ruled)), None, "nothing in common");
    let of_hosts = Likeness { respondent: Some(RespondentRole::Host), ..Likeness::default() };
    assert_eq!(of_hosts.shared(&case("T01", &["gain"], ruled)), None, "another side");
}

#[test]
fn the_share_of_right_alerts_is_of_those_ruled_on() {
    use CaseOutcome::{Confirmed, FalseAlarm, Valuable};
    let outcomes = [Some(Confirmed), Some(Confirmed), Some(Valuable), Some(FalseAlarm), None];
    let told = tallies(outcomes.map(|outcome| case("T01", &["gain"], outcome)));
    let tally = told["T01"];
    assert_eq!((tally.ruled(), tally.open), (4, 1));
    assert_eq!((tally.precision_bp(), tally.useful_bp()), (Some(5_000), Some(7_500)));
    assert_eq!(tallies([case("T02", &[], None)])["T02"].precision_bp(), None, "nobody ruled on any");
}

#[test]
fn a_case_counts_for_whoever_has_to_answer_in_it_in_its_role() {
    let scored = |partner: &str, role| {
        let partner = partner.parse().unwrap();
        let cases = [Some(CaseOutcome::Confirmed), Some(CaseOutcome::FalseAlarm), None];
        let cases = cases.map(|outcome| case("T01", &["gain"], outcome));
        cases.iter().fold(Score::default(), |score, case| score.with_case((&partner, role), case))
    };
    let guest = scored("guest", Role::Guest);
    assert_eq!((guest.against.confirmed, guest.against.false_alarm, guest.against.open), (1, 1, 1));
    assert_eq!(guest.filed.ruled() + guest.filed.open, 0, "nobody filed anything");
    assert_eq!(scored("host", Role::Host), Score::default());
    assert_eq!(scored("guest", Role::Host), Score::default());
}
