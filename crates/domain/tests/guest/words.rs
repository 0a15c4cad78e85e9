//! The words stories about guests are told in: who acts, what is asked, and what is answered.

use domain::command::{AccountCommand, ChangeCommand, Command, ConsentCommand, HandoffCommand};
use domain::decide::Decided;
use domain::event::account::{AccountEvent, FreezeTarget, Lifted, Opened};
use domain::event::change::{
    Basis, ObjectionGround, Requested, VerificationMethod, VerificationOutcome, Verified, Verifier,
};
use domain::event::consent::{Authority, Inducement, LetterRecorded};
use domain::event::handoff::{CommissionBase, CommissionTerms, Commitment, GrantedAct, Invited};
use domain::event::notice::{About, Bounced, Delivered, NoticeEvent, NoticeMethod, Sent};
use domain::event::trade::{Order, TradeEvent};
use domain::event::{Event, Party};
use domain::fact::{Actor, Role};
use domain::id::{Digest, EventId};
use domain::money::BasisPoints;
use domain::refusal::Refusal;
use domain::scope::Scope;

use crate::story::*;

/// One sentence, what was answered, and what should be: names of events in order, or `!code` of a refusal.
pub(crate) struct Said {
    pub(crate) sentence: &'static str,
    pub(crate) answered: String,
    pub(crate) expected: &'static str,
}

pub(crate) fn says(
    sentence: &'static str,
    answered: Result<Vec<Decided>, Refusal>,
    expected: &'static str,
) -> Said {
    Said { sentence, answered: in_words(&answered), expected }
}

pub(crate) fn check(said: &[Said]) {
    for said in said {
        assert_eq!(said.answered, said.expected, "{}", said.sentence);
    }
}

/// `Family::Fact` for every event, or `!code`.
pub(crate) fn in_words(answered: &Result<Vec<Decided>, Refusal>) -> String {
    match answered {
        Ok(decided) => decided.iter().map(|decided| name(&decided.event)).collect::<Vec<_>>().join(" "),
        Err(refusal) => format!("!{}", refusal.code()),
    }
}

/// The names of an event's variants, as the code spells them.
pub(crate) fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    let mut names = text.split('(');
    let (family, fact) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    format!("{family}::{fact}")
}

/// The id of the fact recorded last.
pub(crate) fn last(story: &Story) -> EventId {
    story.facts.last().expect("the story has facts").meta.id
}

pub(crate) fn customer() -> Actor {
    actor(Role::Customer, Some("carla"), None)
}

pub(crate) fn verifier() -> Actor {
    actor(Role::Verifier, Some("vera"), None)
}

pub(crate) fn adjudicator() -> Actor {
    actor(Role::Adjudicator, Some("ada"), None)
}

pub(crate) fn terms() -> Digest {
    Digest([7; 32])
}

/// Host and guest agree: all is protected, the guest may order line `x`.
pub(crate) fn invitation() -> Invited {
    Invited {
        handoff: id("h1"),
        host: id("host"),
        guest: id("guest"),
        protected_scope: Scope::all(),
        granted_scope: lines(&["x"]),
        granted_acts: vec![GrantedAct::Order],
        role: "reseller".to_owned(),
        terms: terms(),
        commission: CommissionTerms {
            rate: BasisPoints::new(500).expect("5 % is a rate"),
            base: CommissionBase::NetOrder,
            minimum: None,
            tail_months: 12,
        },
        protection_days: 365,
        tail_days: 90,
        commitments: vec![Commitment {
            commitment: id("call-back"),
            what: "answer the customer".to_owned(),
            due_days: 10,
            by: Party::Host,
        }],
        expires_at: day(0),
        host_signed_at: day(0),
        customer_consent: None,
    }
}

pub(crate) fn handoff(command: HandoffCommand) -> Command {
    Command::Handoff(command)
}

pub(crate) fn invite() -> Command {
    invite_with(|_| {})
}

pub(crate) fn invite_with(change: impl FnOnce(&mut Invited)) -> Command {
    let mut invitation = invitation();
    change(&mut invitation);
    handoff(HandoffCommand::Invite { invitation: Box::new(invitation), expires_at: None })
}

pub(crate) fn accept() -> Command {
    handoff(HandoffCommand::Accept {
        handoff: id("h1"),
        terms: terms(),
        declared_prior: Vec::new(),
        declared_family: Vec::new(),
        disclosed_networks: Vec::new(),
    })
}

/// An account whose customer is known since day -100, invited into on day 0.
pub(crate) fn invited() -> Story {
    let opened = Opened {
        keys: Vec::new(),
        legal_name: "Acme".to_owned(),
        country: None,
        postcode: None,
        customer: Some(id("carla@acme")),
    };
    given([(-100, Event::Account(AccountEvent::Opened(opened)))]).and(0, user_of("host"), invite())
}

/// Accepted on day 1.
pub(crate) fn accepted() -> Story {
    invited().and(1, user_of("guest"), accept())
}

pub(crate) fn release(scope: Scope) -> Command {
    handoff(HandoffCommand::Release {
        handoff: id("h1"),
        scope,
        from: None,
        until: None,
        ratifies: None,
        anchor: None,
    })
}

pub(crate) fn change(command: ChangeCommand) -> Command {
    Command::Change(command)
}

/// The guest asks for line `x` on a letter of the customer.
pub(crate) fn request() -> Command {
    request_with(|_| {})
}

pub(crate) fn request_with(alter: impl FnOnce(&mut Requested)) -> Command {
    let mut requested = Requested {
        change: id("c1"),
        losing: None,
        gaining: id("guest"),
        scope: lines(&["x"]),
        effective_from: day(10),
        basis_claimed: Basis::CustomerLetter,
        letter: Some(id("l1")),
        token: None,
        release: None,
        reverses: None,
    };
    alter(&mut requested);
    change(ChangeCommand::Request(requested))
}

pub(crate) fn letter() -> LetterRecorded {
    LetterRecorded {
        letter: id("l1"),
        legal_name: "Acme".to_owned(),
        account_key: id("crm:1"),
        signer: id("carla@acme"),
        authority: Authority::Officer,
        authority_evidence: None,
        losing: Some(id("host")),
        gaining: id("guest"),
        scope: lines(&["x"]),
        signed_at: day(9),
        sole_purpose: true,
        inducement: Inducement::None,
        statement_version: "1".to_owned(),
        document: Digest([1; 32]),
        anchor: None,
        supersedes: None,
    }
}

pub(crate) fn consent(command: ConsentCommand) -> Command {
    Command::Consent(command)
}

pub(crate) fn record(letter: LetterRecorded) -> Command {
    consent(ConsentCommand::RecordLetter(Box::new(letter)))
}

pub(crate) fn verify() -> Command {
    verify_with(|_| {})
}

pub(crate) fn verify_with(alter: impl FnOnce(&mut Verified)) -> Command {
    let mut verified = Verified {
        change: id("c1"),
        verifier: Verifier::Vendor,
        verifier_principal: id("vera"),
        method: VerificationMethod::CallBack,
        contact: id("carla@acme"),
        contact_on_file_since: day(-100),
        outcome: VerificationOutcome::Confirmed,
        recording: None,
        outcome_fee: false,
    };
    alter(&mut verified);
    change(ChangeCommand::Verify(verified))
}

pub(crate) fn notice(name: &str, to: Party) -> Sent {
    Sent {
        notice: id(name),
        to,
        about: About::Change(id("c1")),
        address: id(&format!("post@{name}")),
        address_on_file_since: day(-50),
        method: NoticeMethod::Email,
        names_gaining: Some(id("guest")),
    }
}

pub(crate) fn notices() -> Vec<Sent> {
    [("n-customer", Party::Customer), ("n-host", Party::Host), ("n-guest", Party::Guest)]
        .into_iter()
        .map(|(name, to)| notice(name, to))
        .collect()
}

pub(crate) fn notify() -> Command {
    notify_with(|_| {})
}

pub(crate) fn notify_with(alter: impl FnOnce(&mut Vec<Sent>)) -> Command {
    let mut notices = notices();
    alter(&mut notices);
    change(ChangeCommand::Notify { change: id("c1"), notices })
}

/// One more notice to the host about change `c1`.
pub(crate) fn remind() -> Command {
    change(ChangeCommand::Remind { change: id("c1"), notice: notice("n-again", Party::Host) })
}

pub(crate) fn delivered(name: &str, at: i64) -> Event {
    Event::Notice(NoticeEvent::Delivered(Delivered { notice: id(name), at: day(at), receipt: None }))
}

pub(crate) fn bounced(name: &str, at: i64) -> Event {
    let reason = "no such mailbox".to_owned();
    Event::Notice(NoticeEvent::Bounced(Bounced { notice: id(name), at: day(at), reason }))
}

pub(crate) fn object(by: Party, ground: ObjectionGround) -> Command {
    change(ChangeCommand::Object {
        change: id("c1"),
        by,
        ground,
        text: None,
        evidence: Vec::new(),
        inquiry_attested: true,
    })
}

pub(crate) fn execute() -> Command {
    change(ChangeCommand::Execute { change: id("c1"), effective_from: None })
}

/// Asked for on day 10 and verified on day 11, on a letter of day 9.
pub(crate) fn verified() -> Story {
    requested().and(11, verifier(), verify())
}

pub(crate) fn requested() -> Story {
    accepted().and(9, user_of("guest"), record(letter())).and(10, user_of("guest"), request())
}

/// The customer lifts the freeze of the handoff on day 11.
pub(crate) fn thawed(story: Story) -> Story {
    story.and(11, customer(), lift(Lifted::Handoff(id("h1")), Party::Customer))
}

/// The freeze is lifted, everybody is told on day 12, and customer and host got it on day 13, a Wednesday: the
/// window is over on day 20 at 24:00.
pub(crate) fn told_all() -> Story {
    told(thawed(verified()))
}

/// As `told_all`, but nobody lifted the freeze.
pub(crate) fn told_all_but_frozen() -> Story {
    told(verified())
}

fn told(story: Story) -> Story {
    story
        .and(12, officer(), notify())
        .and(12, officer(), remind())
        .but(13, delivered("n-customer", 13))
        .but(13, delivered("n-host", 13))
        .but(13, delivered("n-again", 13))
        .settled()
}

/// The guest sells line `x`.
pub(crate) fn guest_order(at: i64) -> Event {
    Event::Trade(TradeEvent::OrderBooked(Order {
        order: id("o1"),
        partner: id("guest"),
        sold_through: None,
        scope: Some(lines(&["x"])),
        lines: Vec::new(),
        net: None,
        booked_at: day(at),
        end_customer_key: None,
        under_handoff: None,
        deal: None,
        term: None,
        previous_order: None,
    }))
}

pub(crate) fn place(freeze: &str, requested_by: Party) -> Command {
    Command::Account(AccountCommand::PlaceFreeze {
        freeze: id(freeze),
        scope: Scope::all(),
        against: FreezeTarget::FamilyOf(id("guest")),
        until: day(100),
        requested_by,
    })
}

pub(crate) fn lift(lifted: Lifted, by: Party) -> Command {
    Command::Account(AccountCommand::LiftFreeze {
        lifted,
        scope: Scope::all(),
        from: None,
        by,
        evidence: None,
        anchor: None,
    })
}
