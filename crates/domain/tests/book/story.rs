//! Given facts, when somebody asks, then these events or this refusal: the words all stories are told in.

use domain::account::registration::OpenRegistrations;
use domain::account::{Account, history};
use domain::command::{Command, DealCommand};
use domain::decide::{Context, Decided, decide};
use domain::event::Event;
use domain::event::deal::{DealEvent, Lost, Submitted, Won};
use domain::event::handoff::{Accepted, CommissionBase, CommissionTerms, GrantedAct, HandoffEvent, Invited};
use domain::event::partner::{Enrolled, Origin, PartnerEvent, PartnerKind};
use domain::event::{Officer, PolicyRef};
use domain::fact::{self, Actor, Class, Fact, Meta, Producer, Role};
use domain::family::Families;
use domain::id::{AccountId, DealId, Digest, EventId, PartnerId};
use domain::money::BasisPoints;
use domain::program::Program;
use domain::refusal::Refusal;
use domain::scope::Scope;
use domain::settle::{self, Settled};
use domain::time::{DAY_MS, Instant};

/// Any identifier from its text.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is an identifier"))
}

/// Nine in the morning UTC, `day` days after 2026-01-01.
pub(crate) fn day(day: i64) -> Instant {
    let first: Instant = "2026-01-01T09:00:00Z".parse().expect("a day of the calendar");
    first.plus_ms(day * DAY_MS)
}

pub(crate) fn event_id(number: u128) -> EventId {
    EventId(uuid::Uuid::from_u128(number))
}

pub(crate) fn lines(names: &[&str]) -> Scope {
    Scope::of_product_lines(names.iter().map(|name| id(name)))
}

pub(crate) fn actor(role: Role, principal: Option<&str>, partner: Option<&str>) -> Actor {
    Actor { role, principal: principal.map(id), partner: partner.map(id), ..Actor::system() }
}

/// A user of a partner.
pub(crate) fn user_of(partner: &str) -> Actor {
    actor(Role::PartnerUser, Some(&format!("user@{partner}")), Some(partner))
}

pub(crate) fn officer() -> Actor {
    actor(Role::VendorOfficer, Some("olga"), None)
}

pub(crate) fn direct_sales() -> Actor {
    actor(Role::DirectSales, Some("dirk"), Some("direct"))
}

pub(crate) fn signed(principal: &str, role: Role) -> Officer {
    Officer { principal: id(principal), role }
}

/// A complete submission of one product line.
pub(crate) fn submission(deal: &str, partner: &str, line: &str) -> Submitted {
    Submitted {
        deal: id(deal),
        source: None,
        partner: id(partner),
        scope: lines(&[line]),
        need: "storage for a new site".to_owned(),
        expected_value: None,
        expected_close: None,
        missing: Vec::new(),
        customer_confirmation: None,
        tender: None,
        under_handoff: None,
        renews: None,
        related_accounts: Vec::new(),
    }
}

pub(crate) fn submit(deal: &str, partner: &str, line: &str) -> Command {
    Command::Deal(DealCommand::Submit(Box::new(submission(deal, partner, line))))
}

pub(crate) fn submitted(deal: &str, partner: &str, line: &str) -> Event {
    Event::Deal(DealEvent::Submitted(submission(deal, partner, line)))
}

pub(crate) fn won(deal: &str, at: Instant) -> Event {
    Event::Deal(DealEvent::Won(Won { deal: id(deal), at, value: None, order: None, reason: None }))
}

pub(crate) fn lost(deal: &str, at: Instant) -> Event {
    Event::Deal(DealEvent::Lost(Lost { deal: id(deal), at, value: None, order: None, reason: None }))
}

/// `host` invites `guest` into the account: everything is protected, only delivery is granted.
pub(crate) fn invited() -> Event {
    let commission = CommissionTerms {
        rate: BasisPoints::new(500).expect("5 % is a rate"),
        base: CommissionBase::NetOrder,
        minimum: None,
        tail_months: 12,
    };
    Event::Handoff(HandoffEvent::Invited(Box::new(Invited {
        handoff: id("h1"),
        host: id("host"),
        guest: id("guest"),
        protected_scope: Scope::all(),
        granted_scope: Scope::all(),
        granted_acts: vec![GrantedAct::Deliver],
        role: "delivery".to_owned(),
        terms: Digest([7; 32]),
        commission,
        protection_days: 365,
        tail_days: 90,
        commitments: Vec::new(),
        expires_at: day(14),
        host_signed_at: day(0),
        customer_consent: None,
    })))
}

pub(crate) fn accepted() -> Event {
    Event::Handoff(HandoffEvent::Accepted(Accepted {
        handoff: id("h1"),
        terms: Digest([7; 32]),
        signed_by: id("user@guest"),
        protected_until: day(366),
        tail_until: day(456),
        commission_until: day(800),
        declared_prior: Vec::new(),
        declared_family: Vec::new(),
        disclosed_networks: Vec::new(),
        policy: PolicyRef { version: 0, digest: Digest([0; 32]) },
    }))
}

/// A fact observed at `valid_at`, in the journal at `position`.
pub(crate) fn fact(position: u64, valid_at: Instant, event: Event) -> Fact {
    let meta = Meta {
        id: event_id(u128::from(position) + 1),
        position,
        revision: position,
        valid_at,
        recorded_at: valid_at,
        class: Class::Observed,
        origin: fact::Origin::Imported,
        producer: Producer { source: id("test"), id: id(&format!("input-{position}")) },
        actor: Actor::system(),
        causation: None,
        policy: None,
        context: fact::Context::default(),
    };
    Fact { meta, event }
}

/// The facts of one account in the order given, and the world around it.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) facts: Vec<Fact>,
    pub(crate) families: Families,
    pub(crate) program: Program,
    pub(crate) account: AccountId,
    /// What whoever submits has open on other accounts.
    pub(crate) open_elsewhere: OpenRegistrations,
}

/// A story that begins with these facts.
pub(crate) fn given(said: impl IntoIterator<Item = (i64, Event)>) -> Story {
    let facts = (1..).zip(said).map(|(position, (at, event))| fact(position, day(at), event)).collect();
    Story {
        facts,
        families: enrolled(),
        program: Program::default(),
        account: id("acme"),
        open_elsewhere: OpenRegistrations::default(),
    }
}

/// A story of commands, each of which had to be allowed.
pub(crate) fn told(orders: impl IntoIterator<Item = (i64, Actor, Command)>) -> Story {
    orders.into_iter().fold(given([]), |story, (at, actor, command)| story.and(at, actor, command))
}

/// Partners of every kind of standing; `stranger` is none of them.
pub(crate) fn enrolled() -> Families {
    let enrol = |families: Families, name: &str, origin, kind| {
        let enrolled = Enrolled {
            kinds: vec![kind],
            legal_name: name.to_owned(),
            keys: Vec::new(),
            country: None,
            origin,
        };
        let event = Event::Partner(PartnerEvent::Enrolled(enrolled));
        families.evolve(&id::<PartnerId>(name), &fact(0, day(-100), event), 5_000)
    };
    let families = ["alpha", "beta", "gamma", "host", "guest"]
        .into_iter()
        .fold(Families::default(), |all, name| enrol(all, name, Origin::Application, PartnerKind::Var));
    let families = enrol(families, "direct", Origin::Application, PartnerKind::Direct);
    enrol(families, "met", Origin::SeenInData, PartnerKind::Var)
}

impl Story {
    pub(crate) fn now(&self) -> Account {
        history::fold(&self.facts)
    }

    /// What the rules answer to a command.
    pub(crate) fn when(&self, at: i64, actor: &Actor, command: &Command) -> Result<Vec<Decided>, Refusal> {
        let context = Context {
            now: day(at),
            actor,
            account: &self.account,
            families: &self.families,
            program: &self.program,
            open_elsewhere: Some(self.open_elsewhere),
            customers: &[],
            surely: &[],
        };
        decide(&self.now(), &context, command)
    }

    /// The story after a command that was allowed.
    pub(crate) fn and(mut self, at: i64, actor: Actor, command: Command) -> Self {
        let decided = self.when(at, &actor, &command).expect("the command is allowed");
        for decided in decided {
            let mut fact = fact(self.facts.len() as u64 + 1, day(at), decided.event);
            fact.meta.class = decided.class;
            fact.meta.origin = fact::Origin::Live;
            fact.meta.actor = actor.clone();
            self.facts.push(fact);
        }
        self
    }

    /// The story after one more observation.
    pub(crate) fn but(mut self, at: i64, event: Event) -> Self {
        self.facts.push(fact(self.facts.len() as u64 + 1, day(at), event));
        self
    }

    /// The story after one more fact arrived, in the next place of the journal.
    pub(crate) fn takes(mut self, mut fact: Fact) -> Self {
        let position = self.facts.len() as u64 + 1;
        // Facts are numbered by their places; this one was numbered before it had this one.
        fact.meta.id = EventId(uuid::Uuid::from_u128(fact.meta.id.0.as_u128() | 1 << 64));
        (fact.meta.position, fact.meta.revision) = (position, position);
        self.facts.push(fact);
        self
    }

    pub(crate) fn settle(&self) -> Vec<Settled> {
        settle::settle(&self.account, &self.facts, &self.families, &self.program)
    }

    /// The story after what was due has been recorded.
    pub(crate) fn settled(mut self) -> Self {
        for settled in self.settle() {
            let mut fact = fact(self.facts.len() as u64 + 1, settled.valid_at, settled.event);
            fact.meta.class = Class::Derived;
            fact.meta.causation = Some(settled.causation);
            self.facts.push(fact);
        }
        self
    }

    pub(crate) fn registration(&self, deal: &str) -> domain::account::registration::Registration {
        self.now().deal(&id::<DealId>(deal)).expect("the deal is known").registration
    }
}

/// One sentence of the rules, checked: what was expected, and what the rules answered.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) says: &'static str,
    pub(crate) expected: Expected,
    pub(crate) answered: Result<Vec<Decided>, Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Words for the events, in order; none for a command that adds nothing.
    Events(Vec<&'static str>),
    Refusal(&'static str),
}

pub(crate) fn allowed(
    says: &'static str,
    answered: Result<Vec<Decided>, Refusal>,
    events: &[&'static str],
) -> Case {
    Case { says, expected: Expected::Events(events.to_vec()), answered }
}

pub(crate) fn refused(
    says: &'static str,
    answered: Result<Vec<Decided>, Refusal>,
    code: &'static str,
) -> Case {
    Case { says, expected: Expected::Refusal(code), answered }
}

impl Case {
    pub(crate) fn check(&self) {
        let answered = match &self.answered {
            Ok(decided) => Expected::Events(decided.iter().map(|decided| word(&decided.event)).collect()),
            Err(refusal) => Expected::Refusal(refusal.code()),
        };
        assert_eq!(answered, self.expected, "{}", self.says);
    }
}

/// A short word for an event, as the stories use it.
pub(crate) fn word(event: &Event) -> &'static str {
    use domain::event::account::AccountEvent;
    match event {
        Event::Deal(DealEvent::Submitted(_)) => "submitted",
        Event::Deal(DealEvent::Returned(_)) => "returned",
        Event::Deal(DealEvent::Approved(_)) => "approved",
        Event::Deal(DealEvent::Rejected(_)) => "rejected",
        Event::Deal(DealEvent::Extended(_)) => "extended",
        Event::Deal(DealEvent::Progressed(_)) => "progressed",
        Event::Deal(DealEvent::Withdrawn(_)) => "withdrawn",
        Event::Deal(DealEvent::Cancelled(_)) => "cancelled",
        Event::Account(AccountEvent::TakeoverRefused(_)) => "takeover_refused",
        Event::Account(AccountEvent::HolderRecorded(_)) => "holder_recorded",
        Event::Account(AccountEvent::OverrideRecorded(_)) => "override_recorded",
        Event::Account(AccountEvent::StewardshipStarted(_)) => "stewardship_started",
        Event::Account(AccountEvent::RefusalDisputed(_)) => "refusal_disputed",
        Event::Partner(_) => "partner",
        Event::Program(_) => "program",
        Event::Correction(_) => "correction",
        Event::Case(_) => "case",
        Event::Deal(_)
        | Event::Account(_)
        | Event::Handoff(_)
        | Event::Change(_)
        | Event::Consent(_)
        | Event::Notice(_)
        | Event::Trade(_)
        | Event::Commission(_)
        | Event::Identity(_) => panic!("no story has a word for {event:?}"),
    }
}
