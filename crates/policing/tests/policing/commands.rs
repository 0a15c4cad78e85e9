//! Any sequence of commands: what they let through the detector clears, and what they refuse it would have found.

mod duplicate;
mod hosts_own;

use domain::command::{AccountCommand, ChangeCommand, Command, ConsentCommand, DealCommand, HandoffCommand};
use domain::decide::{Context, Customer, Decided, decide};
use domain::event::account::{AccountEvent, HoldingBasis, Lifted, Opened, OverrideAct, OverrideRecorded};
use domain::event::account::{HolderRecorded, OverrideReason, TakeoverRefused};
use domain::event::case::Severity;
use domain::event::change::{Basis, ChangeEvent, Executed, ObjectionGround, ObjectionOutcome};
use domain::event::change::{ReversalReason, VerificationMethod, VerificationOutcome, Verified, Verifier};
use domain::event::consent::LetterRecorded;
use domain::event::deal::DealEvent;
use domain::event::notice::{About, NoticeMethod, Sent};
use domain::event::partner::{AffiliationBasis, Enrolled, Origin, PartnerEvent, PartnerKind};
use domain::event::{Event, Officer, Party};
use domain::fact::{Actor, Class, Role};
use domain::id::EventId;
use domain::refusal::Refusal;
use domain::scope::Scope;
use domain::settle;
use proptest::prelude::*;

use self::duplicate::Place;
use crate::stories::hosted;
use crate::story::{Story, Told, account_id, day, id};
use crate::words::*;

const GAINING: [&str; 3] = ["guest", "guest-sub", "third"];
const LINES: [&str; 2] = ["gtx", "rtx"];
/// What the refused side would be found for, had it gone on: the other safeguards have no pattern of that name.
const FOUND: [&str; 8] = ["T01", "T02", "T03", "T04", "T06", "T08", "T15", "T19"];

/// What somebody asks for next.
#[derive(Debug, Clone, Copy)]
enum Ask {
    Letter,
    Request(Basis),
    Verify,
    Notify,
    /// Everything that was sent arrives.
    Post,
    Remind,
    Lift,
    Release,
    Waive,
    Object,
    Overrule,
    Execute,
    RecordHolder,
    Submit,
    Approve,
    Reverse,
    Override(OverrideAct),
    /// A second account is found to be the same customer.
    Link,
}

const ASKS: [Ask; 23] = [
    Ask::Letter,
    Ask::Letter,
    Ask::Request(Basis::CustomerLetter),
    Ask::Request(Basis::CustomerLetter),
    Ask::Request(Basis::HostRelease),
    Ask::Verify,
    Ask::Verify,
    Ask::Notify,
    Ask::Post,
    Ask::Post,
    Ask::Remind,
    Ask::Lift,
    Ask::Release,
    Ask::Waive,
    Ask::Object,
    Ask::Overrule,
    Ask::Execute,
    Ask::RecordHolder,
    Ask::Submit,
    Ask::Approve,
    Ask::Reverse,
    Ask::Override(OverrideAct::Waive),
    Ask::Link,
];

fn user(partner: &str) -> Actor {
    actor(Role::PartnerUser, Some(partner))
}

fn actor(role: Role, partner: Option<&str>) -> Actor {
    Actor { role, principal: Some(id("somebody")), partner: partner.map(id), ..Actor::system() }
}

/// A book of one account in which things are asked for.
struct Book {
    story: Story,
    now: i64,
    /// How many changes, letters, deals and notices there are.
    made: usize,
    /// The change asked for last, and for whom.
    change: Option<(String, &'static str, Scope)>,
    /// Under which account something is asked for next.
    place: Place,
}

impl Book {
    fn new() -> Self {
        let mut story = hosted();
        for partner in ["host", "guest", "guest-sub", "third"] {
            let enrolled = Enrolled {
                kinds: vec![PartnerKind::Var],
                legal_name: partner.to_owned(),
                keys: Vec::new(),
                country: None,
                origin: Origin::Application,
            };
            story.tell_of(partner, -200, PartnerEvent::Enrolled(enrolled));
        }
        story.tell_of("guest-sub", -200, owned_by("guest", AffiliationBasis::Registry, 10_000, -200));
        let opened = Opened {
            keys: Vec::new(),
            legal_name: "Acme".to_owned(),
            country: None,
            postcode: None,
            customer: Some(id("carla")),
        };
        story.tell(-100, AccountEvent::Opened(opened));
        Self { story, now: 10, made: 0, change: None, place: Place::Account }
    }

    fn name(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}{}", self.made)
    }

    fn sent(&mut self, to: Party, gaining: &str, change: &str) -> Sent {
        Sent {
            notice: id(&self.name("n")),
            to,
            about: About::Change(id(change)),
            address: id("somewhere"),
            address_on_file_since: day(-100),
            method: NoticeMethod::Email,
            names_gaining: Some(id(gaining)),
        }
    }

    /// Who asks for what; nothing where it makes no sense yet.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of ask")]
    fn command(&mut self, ask: Ask, gaining: &'static str, line: &str) -> Option<(Actor, Command)> {
        let is_asked_there = matches!(ask, Ask::Submit | Ask::Approve | Ask::RecordHolder);
        if self.place == Place::Duplicate && !is_asked_there {
            return None;
        }
        let scope = lines(&[line]);
        let change = self.change.clone();
        Some(match ask {
            Ask::Letter => {
                let letter = LetterRecorded {
                    letter: id(&self.name("l")),
                    gaining: id(gaining),
                    losing: Some(id("host")),
                    signer: id("carla"),
                    signed_at: day(self.now),
                    scope,
                    ..letter("l")
                };
                (user(gaining), Command::Consent(ConsentCommand::RecordLetter(Box::new(letter))))
            }
            Ask::Request(basis) => {
                let named = self.name("c");
                let account = self.story.account();
                let letter = account.letters.last().map(|letter| letter.letter.clone());
                let wanted = account.letters.last().map_or_else(|| scope.clone(), |l| l.terms.scope.clone());
                let ChangeEvent::Requested(mut requested) = requested(&named, gaining, wanted.clone(), None)
                else {
                    return None;
                };
                requested.letter = letter.filter(|_| basis == Basis::CustomerLetter);
                (requested.losing, requested.basis_claimed) = (None, basis);
                requested.effective_from = day(self.now);
                self.change = Some((named, gaining, wanted));
                (user(gaining), Command::Change(ChangeCommand::Request(requested)))
            }
            Ask::Verify => {
                let verified = Verified {
                    change: id(&change?.0),
                    verifier: Verifier::Vendor,
                    verifier_principal: id("somebody"),
                    method: VerificationMethod::CallBack,
                    contact: id("carla"),
                    contact_on_file_since: day(-100),
                    outcome: VerificationOutcome::Confirmed,
                    recording: None,
                    outcome_fee: false,
                };
                (actor(Role::Verifier, None), Command::Change(ChangeCommand::Verify(verified)))
            }
            Ask::Notify => {
                let (change, gaining, _) = change?;
                let to = [Party::Customer, Party::Host, Party::Guest];
                let notices = to.into_iter().map(|to| self.sent(to, gaining, &change)).collect();
                let change = id(&change);
                (actor(Role::VendorOfficer, None), Command::Change(ChangeCommand::Notify { change, notices }))
            }
            Ask::Remind => {
                let (change, gaining, _) = change?;
                let notice = self.sent(Party::Host, gaining, &change);
                let change = id(&change);
                (actor(Role::VendorOfficer, None), Command::Change(ChangeCommand::Remind { change, notice }))
            }
            Ask::Post | Ask::Link => return None,
            Ask::Lift => {
                let lifted = Lifted::Handoff(id("h1"));
                let (by, from, evidence, anchor) = (Party::Customer, None, None, None);
                let lift = AccountCommand::LiftFreeze { lifted, scope, from, by, evidence, anchor };
                (actor(Role::Customer, None), Command::Account(lift))
            }
            Ask::Release => {
                let (handoff, from, until, ratifies, anchor) = (id("h1"), None, None, None, None);
                let release = HandoffCommand::Release { handoff, scope, from, until, ratifies, anchor };
                (user("host"), Command::Handoff(release))
            }
            Ask::Waive => {
                let (change, by) = (id(&change?.0), Party::Host);
                (user("host"), Command::Change(ChangeCommand::Waive { change, by }))
            }
            Ask::Object => {
                let objection = ChangeCommand::Object {
                    change: id(&change?.0),
                    by: Party::Host,
                    ground: ObjectionGround::Fraud,
                    text: None,
                    evidence: Vec::new(),
                    inquiry_attested: true,
                };
                (user("host"), Command::Change(objection))
            }
            Ask::Overrule => {
                let change = change?.0;
                let account = self.story.account();
                let objection = account.change(&id(&change))?.objections.last()?.event;
                let (change, outcome) = (id(&change), ObjectionOutcome::Rejected);
                let ruling = ChangeCommand::DecideObjection {
                    change,
                    objection,
                    outcome,
                    reason: "no proof".to_owned(),
                };
                (actor(Role::Adjudicator, None), Command::Change(ruling))
            }
            Ask::Execute => {
                let (change, gaining, _) = change?;
                let execute = ChangeCommand::Execute { change: id(&change), effective_from: None };
                (user(gaining), Command::Change(execute))
            }
            Ask::RecordHolder => {
                let (holder, basis) = (id(gaining), HoldingBasis::Order);
                let record = AccountCommand::RecordHolder { holder, scope, basis };
                (actor(Role::VendorOfficer, None), Command::Account(record))
            }
            Ask::Submit => {
                let named = self.name("d");
                let DealEvent::Submitted(mut submitted) = submitted(&named, gaining, None) else {
                    return None;
                };
                (submitted.scope, submitted.missing) = (scope, Vec::new());
                (user(gaining), Command::Deal(DealCommand::Submit(Box::new(submitted))))
            }
            Ask::Approve => {
                let deal = self.place.account(&self.story).deals.last()?.deal.clone();
                (actor(Role::VendorOfficer, None), Command::Deal(DealCommand::Approve { deal }))
            }
            Ask::Reverse => {
                let (change, reason) = (id(&change?.0), ReversalReason::Ruling);
                (actor(Role::Adjudicator, None), Command::Change(ChangeCommand::Reverse { change, reason }))
            }
            Ask::Override(act) => {
                let account = self.story.account();
                let about = About::Change(id(&change?.0));
                let published_to =
                    account.notices_about(&about).map(|notice| notice.notice.clone()).collect();
                let officers =
                    ["olga", "otto"].map(|name| Officer { principal: id(name), role: Role::VendorOfficer });
                let hurry = OverrideRecorded {
                    scope,
                    holder: Some(id(gaining)),
                    act,
                    reason: OverrideReason::Continuity,
                    reason_text: "the site stands still".to_owned(),
                    officers: officers.into(),
                    until: day(self.now + 20),
                    published_to,
                };
                (actor(Role::VendorOfficer, None), Command::Account(AccountCommand::Override(hurry)))
            }
        })
    }

    fn ask(&self, actor: &Actor, command: &Command) -> Result<Vec<Decided>, Refusal> {
        let (account, families) = (self.place.id(), self.story.families());
        let program = &self.story.program;
        let (stands_for_it, whole) = (account_id(), self.story.account());
        let customer = Customer { account_id: &stands_for_it, account: &whole };
        let known = self.place.is_customers(&self.story);
        let context = Context {
            now: day(self.now),
            actor,
            account: &account,
            families: &families,
            program,
            open_elsewhere: None,
            customers: if known { &[customer] } else { &[] },
            surely: &[],
        };
        decide(&self.place.account(&self.story), &context, command)
    }

    fn record(&mut self, actor: &Actor, decided: Decided) -> EventId {
        let event = self.place.tell(&mut self.story, self.now, Told(decided.event));
        let meta = &mut self.place.last(&mut self.story).meta;
        (meta.class, meta.actor) = (decided.class, actor.clone());
        event
    }

    fn post(&mut self) {
        let waiting: Vec<String> = self
            .story
            .account()
            .notices
            .iter()
            .filter(|notice| notice.delivered.is_none())
            .map(|notice| notice.notice.to_string())
            .collect();
        for notice in waiting {
            self.story.tell(self.now, delivered(&notice, self.now));
        }
        let (account, families) = (account_id(), self.story.families());
        for settled in settle::settle(&account, &self.story.facts, &families, &self.story.program) {
            self.story.tell(self.now, Told(settled.event));
            let meta = &mut self.story.facts.last_mut().expect("it was told just now").meta;
            (meta.class, meta.valid_at) = (Class::Derived, settled.valid_at);
            meta.causation = Some(settled.causation);
        }
    }
}

/// The patterns of what is found in one act, at S3 or more.
fn against(story: &Story, act: EventId) -> Vec<String> {
    let grave =
        |judged: &policing::Judged| judged.finding.act == act && judged.finding.severity >= Severity::S3;
    story
        .judged()
        .iter()
        .filter(|judged| grave(judged))
        .map(|judged| judged.finding.pattern.clone())
        .collect()
}

fn gains(event: &Event) -> bool {
    matches!(
        event,
        Event::Change(ChangeEvent::Executed(_))
            | Event::Deal(DealEvent::Approved(_))
            | Event::Account(AccountEvent::HolderRecorded(_))
    )
}

/// The refused act as if it had happened all the same.
fn all_the_same(book: &Book, command: &Command, refused: &TakeoverRefused) -> Option<Event> {
    let (holder, scope) = (refused.gaining.clone(), refused.scope.clone());
    if let Command::Change(ChangeCommand::Execute { change, .. }) = command {
        let account = book.story.account();
        let known = account.change(change)?;
        return Some(Event::Change(ChangeEvent::Executed(Executed {
            change: change.clone(),
            holder,
            scope,
            effective_from: known.effective_from?.max(day(book.now)),
            basis: known.basis_claimed?,
            basis_events: Vec::new(),
            waiver: None,
            emergency: None,
            decided_by: None,
            lock_until: None,
        })));
    }
    if let Command::Account(AccountCommand::RecordHolder { basis, .. }) = command {
        return Some(Event::Account(AccountEvent::HolderRecorded(HolderRecorded {
            holder,
            scope,
            from: day(book.now),
            previous: None,
            basis_claimed: *basis,
            change: None,
            batch: None,
        })));
    }
    let DealEvent::Approved(mut approved) = approved(refused.deal.as_ref()?.as_str()) else { return None };
    (approved.scope, approved.protected_from) = (scope, day(book.now));
    Some(Event::Deal(DealEvent::Approved(approved)))
}

/// Asks, records what follows, and compares with what the detector says of it.
fn agree(asks: &[(usize, usize, usize, i64, usize)]) -> Result<(usize, usize), TestCaseError> {
    let mut book = Book::new();
    let (mut let_through, mut refused) = (0, 0);
    for (ask, gaining, line, days, place) in asks {
        book.now += days;
        if matches!(ASKS[*ask], Ask::Post) {
            book.post();
            continue;
        }
        if matches!(ASKS[*ask], Ask::Link) && book.story.identity.is_empty() {
            duplicate::open(&mut book.story, book.now, GAINING[*gaining]);
            duplicate::link(&mut book.story, book.now);
        }
        book.place = Place::of(*place);
        let Some((actor, command)) = book.command(ASKS[*ask], GAINING[*gaining], LINES[*line]) else {
            continue;
        };
        let Ok(decided) = book.ask(&actor, &command) else { continue };
        let before = book.story.clone();
        for decided in decided {
            let (event, gained) = (decided.event.clone(), gains(&decided.event));
            let act = book.record(&actor, decided);
            if gained {
                let_through += 1;
                let found = against(&book.story, act);
                prop_assert!(
                    found.is_empty(),
                    "{command:?} let through, found {found:?} in {:?}",
                    book.story
                );
            }
            let Event::Account(AccountEvent::TakeoverRefused(attempt)) = event else { continue };
            if !FOUND.contains(&attempt.rule.as_str()) {
                continue;
            }
            let Some(event) = all_the_same(&book, &command, &attempt) else { continue };
            refused += 1;
            let mut story = before.clone();
            if let Command::Deal(DealCommand::Submit(submitted)) = &command {
                let submitted = Event::Deal(DealEvent::Submitted(submitted.as_ref().clone()));
                book.place.tell(&mut story, book.now, Told(submitted));
            }
            let act = book.place.tell(&mut story, book.now, Told(event));
            let found = against(&story, act);
            prop_assert!(
                !found.is_empty() || duplicate::is_found_already(&before, &command, &attempt),
                "{command:?} refused as {}, nothing found in {story:?}",
                attempt.rule
            );
        }
    }
    Ok((let_through, refused))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_commands_let_through_is_cleared_and_what_they_refuse_would_be_found(
        asks in prop::collection::vec((0..ASKS.len(), 0..GAINING.len(), 0..LINES.len(), 1..6_i64, 0..4_usize), 1..40),
    ) {
        agree(&asks)?;
    }
}

/// The way a change is meant to go, so that it is known that the sequences above can get through.
#[test]
fn the_lawful_way_gets_through_and_nothing_is_found() {
    let place = |wanted: fn(&Ask) -> bool| ASKS.iter().position(wanted).expect("it is in the table");
    let steps = [
        (place(|ask| matches!(ask, Ask::Letter)), 1),
        (place(|ask| matches!(ask, Ask::Request(Basis::CustomerLetter))), 1),
        (place(|ask| matches!(ask, Ask::Verify)), 1),
        (place(|ask| matches!(ask, Ask::Lift)), 1),
        (place(|ask| matches!(ask, Ask::Notify)), 1),
        (place(|ask| matches!(ask, Ask::Remind)), 1),
        (place(|ask| matches!(ask, Ask::Post)), 1),
        (place(|ask| matches!(ask, Ask::Execute)), 1),
        (place(|ask| matches!(ask, Ask::Execute)), 10),
    ];
    let asks: Vec<_> = steps.into_iter().map(|(ask, days)| (ask, 0, 0, days, 0)).collect();
    assert_eq!(agree(&asks).expect("both agree"), (1, 1), "one attempt too early, one execution in time");
}
