//! A case from its first finding on, and the words its stories are told in.

use domain::case::Case;
use domain::command::CaseCommand;
use domain::decide::{self, Context, Decided};
use domain::dispute::Kept;
use domain::event::case::*;
use domain::event::{Event, Evidence, Party};
use domain::fact::{self, Actor, Class, Fact, Meta, Producer, Role};
use domain::family::Families;
use domain::id::{AccountId, Digest, EventId};
use domain::money::BasisPoints;
use domain::program::Program;
use domain::refusal::Refusal;
use domain::remedy::{Margin, Proposal};
use domain::time::{DAY_MS, Instant, Interval};

pub(crate) fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is an identifier"))
}

/// Nine in the morning UTC, `day` days after Thursday 2026-01-01.
pub(crate) fn day(day: i64) -> Instant {
    let first: Instant = "2026-01-01T09:00:00Z".parse().expect("a day of the calendar");
    first.plus_ms(day * DAY_MS)
}

pub(crate) fn event_id(number: u128) -> EventId {
    EventId(uuid::Uuid::from_u128(number))
}

pub(crate) fn actor(role: Role, principal: &str, partner: Option<&str>) -> Actor {
    Actor { role, principal: Some(id(principal)), partner: partner.map(id), ..Actor::system() }
}

pub(crate) fn user_of(partner: &str) -> Actor {
    actor(Role::PartnerUser, &format!("user@{partner}"), Some(partner))
}

pub(crate) fn officer() -> Actor {
    actor(Role::VendorOfficer, "olga", None)
}

pub(crate) fn adjudicator() -> Actor {
    actor(Role::Adjudicator, "ada", None)
}

pub(crate) fn paper(byte: u8) -> Evidence {
    let (media_type, held_by) = ("application/pdf".to_owned(), "vendor".to_owned());
    Evidence::Paper { digest: Digest([byte; 32]), media_type, held_by }
}

pub(crate) fn finding(act: u128, at: i64) -> CaseEvent {
    CaseEvent::FindingRecorded(Finding {
        pattern: "T01".to_owned(),
        rule_version: 1,
        kind: CaseKind::Takeover,
        policy: Digest([0; 32]),
        actor: id("guest"),
        respondent: "guest".to_owned(),
        act: event_id(act),
        verdict: Verdict::Confirmed,
        severity: Severity::S4,
        violated_at: day(at),
        known: event_id(act),
        proof: vec![event_id(act)],
        context: Vec::new(),
        sentence: "the guest became holder".to_owned(),
        grounds: Vec::new(),
        clearing: Vec::new(),
        provisional_until: day(at + 14),
    })
}

/// The act of 10 January is found on the 12th.
pub(crate) const ACT: u128 = 700;

#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) facts: Vec<Fact>,
}

pub(crate) fn found() -> Story {
    let opened = CaseEvent::Opened(Opened {
        kind: CaseKind::Takeover,
        account: id("acme"),
        handoff: Some(id("h1")),
        host: Some(id("host")),
        guest: Some(id("guest")),
    });
    Story { facts: Vec::new() }.but(12, opened).but(12, finding(ACT, 10))
}

impl Story {
    pub(crate) fn case(&self) -> Case {
        self.facts.iter().fold(Case::default(), Case::evolve)
    }

    pub(crate) fn but(mut self, at: i64, event: CaseEvent) -> Self {
        let position = self.facts.len() as u64 + 1;
        let meta = Meta {
            id: event_id(u128::from(position)),
            position,
            revision: position,
            valid_at: day(at),
            recorded_at: day(at),
            class: Class::Derived,
            origin: fact::Origin::Live,
            producer: Producer { source: id("test"), id: id(&format!("input-{position}")) },
            actor: Actor::system(),
            causation: None,
            policy: None,
            context: fact::Context::default(),
        };
        self.facts.push(Fact { meta, event: Event::Case(event) });
        self
    }

    pub(crate) fn when(
        &self,
        at: i64,
        actor: &Actor,
        command: &CaseCommand,
    ) -> Result<Vec<Decided>, Refusal> {
        let (account, families, program): (AccountId, _, _) =
            (id("acme"), Families::default(), Program::default());
        let context = Context {
            now: day(at),
            actor,
            account: &account,
            families: &families,
            program: &program,
            open_elsewhere: None,
            customers: &[],
            surely: &[],
        };
        let remedy = proposal();
        let computed = matches!(command, CaseCommand::OrderRemedy { act } if *act == event_id(ACT));
        decide::case::decide(&self.case(), &context, command, computed.then_some(&remedy))
    }

    pub(crate) fn and(mut self, at: i64, actor: &Actor, command: CaseCommand) -> Self {
        for decided in self.when(at, actor, &command).expect("the command is allowed") {
            let Event::Case(event) = decided.event else { panic!("an event of the case") };
            self = self.but(at, event);
        }
        self
    }
}

pub(crate) fn proposal() -> Proposal {
    Proposal {
        handoff: id("h1"),
        host: id("host"),
        restore: None,
        commission: Vec::new(),
        restitution: BasisPoints::new(10_000).expect("all of it"),
        margin: Margin { during: Interval::new(day(10), day(40)), orders: Vec::new(), net: Vec::new() },
    }
}

pub(crate) fn assign(to: &str) -> CaseCommand {
    CaseCommand::Assign { assignee: id(to) }
}

pub(crate) fn snooze(until: i64, reason: &str) -> CaseCommand {
    CaseCommand::Snooze { until: day(until), reason: reason.to_owned() }
}

pub(crate) fn file(by: Party, letter: Option<Kept>) -> CaseCommand {
    CaseCommand::File { by, text: "they took it".to_owned(), letter, stay: None }
}

/// The host disputes it and asks that nothing move meanwhile.
pub(crate) fn halted() -> Story {
    let stay = Some("it is about to move".to_owned());
    let file = CaseCommand::File { by: Party::Host, text: "they took it".to_owned(), letter: None, stay };
    found().and(13, &user_of("host"), file)
}

pub(crate) fn decide_stay(outcome: StayOutcome, reason: &str) -> CaseCommand {
    CaseCommand::DecideStay { outcome, reason: reason.to_owned() }
}

pub(crate) fn state(by: Party, text: &str) -> CaseCommand {
    CaseCommand::State { by, text: text.to_owned(), evidence: Vec::new() }
}

pub(crate) fn attach(shows: Showing, evidence: Evidence) -> CaseCommand {
    CaseCommand::AttachEvidence { by: Party::Guest, shows, evidence }
}

pub(crate) fn rule(outcome: CaseOutcome) -> CaseCommand {
    CaseCommand::Decide { outcome, grounds: "it was so".to_owned(), remedy: None }
}

pub(crate) fn order(act: u128) -> CaseCommand {
    CaseCommand::OrderRemedy { act: event_id(act) }
}

pub(crate) fn appeal(evidence: Vec<Evidence>) -> CaseCommand {
    CaseCommand::Appeal { by: Party::Guest, grounds: "there was a letter".to_owned(), evidence }
}

pub(crate) fn rule_on_appeal(outcome: CaseOutcome) -> CaseCommand {
    CaseCommand::DecideAppeal { outcome, grounds: "there was indeed".to_owned() }
}

pub(crate) fn filed() -> Story {
    found().and(13, &user_of("host"), file(Party::Host, None))
}

pub(crate) fn relied_on_letter() -> Story {
    let filed = found().and(13, &user_of("host"), file(Party::Host, Some(Kept::OnFile)));
    filed.and(14, &user_of("guest"), state(Party::Guest, "the customer wrote"))
}

pub(crate) fn confirmed() -> Story {
    let heard = filed().and(14, &user_of("guest"), state(Party::Guest, "we were asked to"));
    heard.and(15, &adjudicator(), rule(CaseOutcome::Confirmed))
}

pub(crate) fn appealed() -> Story {
    confirmed().and(16, &user_of("guest"), appeal(vec![paper(9)]))
}

pub(crate) fn word(event: &Event) -> &'static str {
    let Event::Case(event) = event else { panic!("an event of the case") };
    match event {
        CaseEvent::Opened(_) => "opened",
        CaseEvent::FindingRecorded(_) => "finding_recorded",
        CaseEvent::VerdictChanged(_) => "verdict_changed",
        CaseEvent::Assigned(_) => "assigned",
        CaseEvent::Snoozed(_) => "snoozed",
        CaseEvent::Filed(_) => "filed",
        CaseEvent::StayDecided(_) => "stay_decided",
        CaseEvent::Stated(_) => "stated",
        CaseEvent::EvidenceAttached(_) => "evidence_attached",
        CaseEvent::Decided(_) => "decided",
        CaseEvent::RemedyOrdered(_) => "remedy_ordered",
        CaseEvent::Appealed(_) => "appealed",
        CaseEvent::AppealDecided(_) => "appeal_decided",
        CaseEvent::Reminded(_) => "reminded",
    }
}
