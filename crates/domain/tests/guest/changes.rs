//! Every rule of changes of holder, as data: the lawful path step by step, and each step out of order.

use domain::command::{ChangeCommand, Command};
use domain::event::account::{AccountEvent, ContactPurpose, ContactReplaced};
use domain::event::change::{
    ChangeEvent, ObjectionGround, ObjectionOutcome, ReversalReason, VerificationMethod, VerificationOutcome,
    Verified, Verifier,
};
use domain::event::{Event, Party, PolicyRef};
use domain::fact::Role;
use domain::id::{Digest, EventId};
use domain::policy::{Policy, Recordings};
use domain::program::Program;

use crate::executions::open_market;
use crate::story::*;
use crate::words::{accepted, *};

pub(crate) fn guest() -> domain::fact::Actor {
    user_of("guest")
}

/// Executed on day 21, after the window.
pub(crate) fn executed() -> Story {
    told_all().and(21, user_of("guest"), execute())
}

fn waive(by: Party) -> Command {
    change(ChangeCommand::Waive { change: id("c1"), by })
}

fn rescind() -> Command {
    change(ChangeCommand::Rescind { change: id("c1"), letter: None })
}

fn reverse(reason: ReversalReason) -> Command {
    change(ChangeCommand::Reverse { change: id("c1"), reason })
}

pub(crate) fn rule(objection: EventId, outcome: ObjectionOutcome, reason: &str) -> Command {
    let reason = reason.to_owned();
    change(ChangeCommand::DecideObjection { change: id("c1"), objection, outcome, reason })
}

pub(crate) fn objected() -> (Story, EventId) {
    let story = told_all().and(14, user_of("host"), object(Party::Host, ObjectionGround::Fraud));
    let objection = last(&story);
    (story, objection)
}

pub(crate) fn said() -> Vec<Said> {
    [requesting(), verifying(), notifying(), objecting(), waiving(), rescinding(), reversing()]
        .into_iter()
        .flatten()
        .collect()
}

fn requesting() -> Vec<Said> {
    let when = |who, command: Command| accepted().when(10, &who, &command);
    vec![
        says("a guest asks for a change", when(guest(), request()), "Change::Requested"),
        says("a customer asks for one", when(customer(), request()), "Change::Requested"),
        says("asking again adds nothing", requested().when(10, &guest(), &request()), ""),
        says("a bystander does not ask", when(user_of("beta"), request()), "!not_authorised"),
        says(
            "a stranger does not gain",
            when(officer(), request_with(|r| r.gaining = id("x"))),
            "!not_enrolled",
        ),
        says("nothing is not changed", when(guest(), request_with(|r| r.scope = lines(&[]))), "!empty_scope"),
        says(
            "another change has another id",
            requested().when(10, &guest(), &request_with(|r| r.scope = lines(&["y"]))),
            "!change_id_taken",
        ),
        says(
            "nobody gains from itself",
            when(guest(), request_with(|r| r.losing = Some(id("guest")))),
            "!gains_from_itself",
        ),
        says(
            "only a holder loses",
            open_market().when(
                11,
                &user_of("alpha"),
                &request_with(|r| {
                    (r.change, r.gaining, r.losing) = (id("c2"), id("alpha"), Some(id("gamma")));
                    r.effective_from = day(11);
                }),
            ),
            "!not_the_holder",
        ),
        says(
            "a change does not start before now",
            when(guest(), request_with(|r| r.effective_from = day(9))),
            "!backdated",
        ),
        says("a claim names its paper", when(guest(), request_with(|r| r.letter = None)), "!paper_not_named"),
    ]
}

/// Under a policy that asks for recordings.
fn taped() -> Story {
    let mut policy = Policy::default();
    policy.consent.recordings = Some(Recordings::Required);
    let name = PolicyRef { version: 1, digest: Digest([9; 32]) };
    Story { program: Program::default().under(name, policy), ..requested() }
}

fn verifying() -> Vec<Said> {
    let of = |partner: &str| actor(Role::Verifier, Some("vera"), Some(partner));
    let named = |partner: &str| {
        let partner = id(partner);
        verify_with(|v| v.verifier = Verifier::Partner(partner))
    };
    let replaced = ContactReplaced {
        party: Party::Customer,
        purpose: ContactPurpose::CustomerAuthority,
        previous: None,
        contact: id("eve@acme"),
        confirmed_by: None,
    };
    let new_contact = requested().but(10, Event::Account(AccountEvent::ContactReplaced(replaced)));
    let when = |who, command: Command| requested().when(11, &who, &command);
    let on_tape = |alter: fn(&mut Verified)| taped().when(11, &verifier(), &verify_with(alter));
    vec![
        says("a yes on the telephone needs its recording", on_tape(|_| {}), "!recording_missing"),
        says(
            "whose digest is kept with it",
            on_tape(|v| v.recording = Some(Digest([5; 32]))),
            "Change::Verified",
        ),
        says("a no needs none", on_tape(|v| v.outcome = VerificationOutcome::Denied), "Change::Verified"),
        says(
            "nor does what is said in person",
            on_tape(|v| v.method = VerificationMethod::InPerson),
            "Change::Verified",
        ),
        says("a verifier asks the customer", when(verifier(), verify()), "Change::Verified"),
        says(
            "a no is recorded too",
            when(verifier(), verify_with(|v| v.outcome = VerificationOutcome::Denied)),
            "Change::Verified",
        ),
        says("verifying again adds nothing", verified().when(12, &verifier(), &verify()), ""),
        says("an officer is no verifier", when(officer(), verify()), "!not_authorised"),
        says("a third partner may verify", when(of("beta"), named("beta")), "Change::Verified"),
        says("the gaining side may not", when(of("guest"), named("guest")), "!verifier_not_independent"),
        says("nor the losing side", when(of("host"), named("host")), "!verifier_not_independent"),
        says("nor direct sales", when(of("direct"), named("direct")), "!verifier_not_independent"),
        says("nor under the vendor's name", when(of("guest"), verify()), "!verifier_not_independent"),
        says("nor under another's", when(of("beta"), named("gamma")), "!not_authorised"),
        says(
            "nobody is paid by the answer",
            when(verifier(), verify_with(|v| v.outcome_fee = true)),
            "!verifier_paid_by_outcome",
        ),
        says(
            "a contact is on file",
            when(verifier(), verify_with(|v| v.contact = id("eve@guest"))),
            "!contact_not_on_file",
        ),
        says(
            "for a while",
            new_contact.when(11, &verifier(), &verify_with(|v| v.contact = id("eve@acme"))),
            "!contact_too_new",
        ),
        says(
            "a change that is none is not verified",
            accepted().when(11, &verifier(), &verify()),
            "!unknown_change",
        ),
    ]
}

fn notifying() -> Vec<Said> {
    let captured = ContactReplaced {
        party: Party::Host,
        purpose: ContactPurpose::Notice,
        previous: None,
        contact: id("post@n-host"),
        confirmed_by: None,
    };
    let mut captured = verified().but(11, Event::Account(AccountEvent::ContactReplaced(captured)));
    captured.facts.last_mut().expect("there are facts").meta.actor = user_of("guest");
    let notified = || verified().and(12, officer(), notify());
    let returned = notified().but(13, bounced("n-host", 13));
    let anew = notify_with(|all| all.iter_mut().for_each(|n| n.notice = id(&format!("{}-2", n.notice))));
    let when = |command: Command| verified().when(12, &officer(), &command);
    vec![
        says(
            "all three are told at once",
            when(notify()),
            "Notice::Sent Notice::Sent Notice::Sent Change::Notified",
        ),
        says("telling again adds nothing", notified().when(13, &officer(), &notify()), ""),
        says("a guest does not tell", verified().when(12, &guest(), &notify()), "!not_authorised"),
        says("first the customer confirms", requested().when(12, &officer(), &notify()), "!not_verified"),
        says("two are not three", when(notify_with(|all| drop(all.pop()))), "!not_all_three"),
        says("the host is told", when(notify_with(|all| all[1].to = Party::Guest)), "!not_all_three"),
        says(
            "each under its own id",
            when(notify_with(|all| all[1].notice = id("n-guest"))),
            "!not_all_three",
        ),
        says(
            "who gains is named",
            when(notify_with(|all| all[1].names_gaining = None)),
            "!gaining_not_named",
        ),
        says("a captured address does not do", captured.when(12, &officer(), &notify()), "!address_captured"),
        says("they are told once", notified().when(13, &officer(), &anew), "!already_notified"),
        says(
            "unless a notice came back",
            returned.when(14, &officer(), &anew),
            "Notice::Sent Notice::Sent Notice::Sent Change::Notified",
        ),
        says(
            "then under new ids",
            returned.when(14, &officer(), &notify_with(|all| all.reverse())),
            "!notice_id_taken",
        ),
        says(
            "no address is known tomorrow",
            when(notify_with(|all| all[0].address_on_file_since = day(13))),
            "!in_future",
        ),
    ]
}

fn objecting() -> Vec<Said> {
    let host = user_of("host");
    let fraud = || object(Party::Host, ObjectionGround::Fraud);
    let (objected, objection) = objected();
    let rejected =
        objected.clone().and(15, adjudicator(), rule(objection, ObjectionOutcome::Rejected, "no proof"));
    let insider = actor(Role::Adjudicator, Some("ada"), Some("direct"));
    let upheld = || rule(objection, ObjectionOutcome::Upheld, "the letter is false");
    vec![
        says("a host objects", told_all().when(14, &host, &fraud()), "Change::Objected"),
        says(
            "a customer objects",
            told_all().when(14, &customer(), &object(Party::Customer, ObjectionGround::Fraud)),
            "Change::Objected",
        ),
        says(
            "its dislike is recorded too",
            told_all().when(14, &host, &object(Party::Host, ObjectionGround::Other)),
            "Change::Objected",
        ),
        says("objecting again adds nothing", objected.when(15, &host, &fraud()), ""),
        says("not again after the ruling", rejected.when(16, &host, &fraud()), "!objection_decided"),
        says(
            "a bystander does not object",
            told_all().when(14, &user_of("beta"), &fraud()),
            "!not_authorised",
        ),
        says("not before it is told", verified().when(12, &host, &fraud()), "!not_notified"),
        says("not after the window", told_all().when(21, &host, &fraud()), "!window_over"),
        says(
            "an adjudicator rules",
            objected.when(15, &adjudicator(), &upheld()),
            "Change::ObjectionDecided",
        ),
        says(
            "ruling again adds nothing",
            rejected.when(16, &adjudicator(), &rule(objection, ObjectionOutcome::Rejected, "no proof")),
            "",
        ),
        says("nor otherwise", rejected.when(16, &adjudicator(), &upheld()), "!objection_decided"),
        says("direct sales does not rule", objected.when(15, &direct_sales(), &upheld()), "!not_authorised"),
        says("nor an adjudicator of a partner", objected.when(15, &insider, &upheld()), "!not_authorised"),
        says(
            "a ruling has a reason",
            objected.when(15, &adjudicator(), &rule(objection, ObjectionOutcome::Upheld, " ")),
            "!reason_missing",
        ),
        says(
            "a ruling is about an objection",
            objected.when(15, &adjudicator(), &rule(event_id(999), ObjectionOutcome::Upheld, "so")),
            "!unknown_objection",
        ),
    ]
}

fn waiving() -> Vec<Said> {
    let host = user_of("host");
    let waived = told_all().and(14, user_of("host"), waive(Party::Host));
    vec![
        says("a host waives its window", told_all().when(14, &host, &waive(Party::Host)), "Change::Waived"),
        says("waiving again adds nothing", waived.when(15, &host, &waive(Party::Host)), ""),
        says(
            "a customer does not",
            told_all().when(14, &customer(), &waive(Party::Customer)),
            "!customer_may_not_waive",
        ),
        says(
            "a guest does not waive",
            told_all().when(14, &guest(), &waive(Party::Guest)),
            "!not_authorised",
        ),
        says("nor as host", told_all().when(14, &guest(), &waive(Party::Host)), "!not_authorised"),
        says(
            "a waived change need not wait",
            waived.when(14, &guest(), &execute()),
            "Change::Executed Account::Locked",
        ),
        says(
            "but does not start before now",
            waived.when(
                14,
                &guest(),
                &change(ChangeCommand::Execute { change: id("c1"), effective_from: Some(day(12)) }),
            ),
            "!backdated",
        ),
    ]
}

fn rescinding() -> Vec<Said> {
    let rescinded = verified().and(12, customer(), rescind());
    let with_letter = change(ChangeCommand::Rescind { change: id("c1"), letter: Some(id("l9")) });
    let when = |who, command: Command| verified().when(12, &who, &command);
    vec![
        says("a customer rescinds", when(customer(), rescind()), "Change::Rescinded"),
        says("rescinding a change again adds nothing", rescinded.when(13, &customer(), &rescind()), ""),
        says("a guest does not rescind", when(guest(), rescind()), "!not_authorised"),
        says("by a letter there is", when(customer(), with_letter), "!unknown_letter"),
        says("what is rescinded is not done", rescinded.when(30, &guest(), &execute()), "!change_over"),
        says(
            "what is done is not rescinded",
            executed().when(22, &customer(), &rescind()),
            "!reverse_instead",
        ),
    ]
}

/// The request named nobody who would lose, and nobody held the account.
fn nobody_before() -> Story {
    let mut story = executed();
    for fact in &mut story.facts {
        if let Event::Change(ChangeEvent::Requested(requested)) = &mut fact.event {
            requested.losing = None;
        }
    }
    story
}

fn reversing() -> Vec<Said> {
    use ReversalReason::{Error, Rescission, Ruling};
    let traded = executed().but(22, guest_order(22));
    let reversed = executed().and(22, customer(), reverse(Rescission));
    let when = |story: Story, at, who, reason| story.when(at, &who, &reverse(reason));
    vec![
        says("a customer reverses", when(executed(), 22, customer(), Rescission), "Change::Reversed"),
        says("reversing again adds nothing", when(reversed, 23, customer(), Rescission), ""),
        says("in ten business days", when(executed(), 40, customer(), Rescission), "!reversal_too_late"),
        says("a guest does not reverse", when(executed(), 22, guest(), Rescission), "!not_authorised"),
        says(
            "a guest gives back what it got by error",
            when(executed(), 22, guest(), Error),
            "Change::Reversed",
        ),
        says(
            "a host cannot say so alone",
            when(executed(), 22, user_of("host"), Error),
            "!other_side_must_agree",
        ),
        says("a bystander reports none", when(executed(), 22, user_of("beta"), Error), "!not_authorised"),
        says("what was sold on is for a person", when(traded, 23, officer(), Error), "!traded_since"),
        says("a person rules at any time", when(executed(), 90, adjudicator(), Ruling), "Change::Reversed"),
        says(
            "direct sales does not reverse",
            when(executed(), 22, direct_sales(), Ruling),
            "!not_authorised",
        ),
        says(
            "what was not done is not reversed",
            when(told_all(), 14, customer(), Rescission),
            "!not_executed",
        ),
        says("nobody gets it back", when(nobody_before(), 22, customer(), Rescission), "!no_former_holder"),
    ]
}

#[test]
fn every_rule_of_changes_answers_as_its_sentence_says() {
    check(&said());
}
