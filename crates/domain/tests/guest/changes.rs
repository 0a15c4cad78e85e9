//! Every rule of changes of holder, as data: the lawful path step by step, and each step out of order.

use domain::command::{AccountCommand, ChangeCommand, Command};
use domain::event::account::{
    AccountEvent, ContactPurpose, ContactReplaced, HoldingBasis, OverrideAct, OverrideReason,
    OverrideRecorded,
};
use domain::event::change::{
    Basis, ChangeEvent, ObjectionGround, ObjectionOutcome, ReversalReason, VerificationOutcome, Verifier,
};
use domain::event::trade::{Order, TradeEvent};
use domain::event::{Event, Party};
use domain::fact::Role;
use domain::id::EventId;
use domain::scope::Scope;

use crate::story::*;
use crate::words::{accepted, *};

fn guest() -> domain::fact::Actor {
    user_of("guest")
}

/// Executed on day 21, after the window.
fn executed() -> Story {
    told_all().and(21, user_of("guest"), execute())
}

/// `beta` holds everything and nobody was ever invited; `alpha` asks for line `x` on a letter.
fn open_market() -> Story {
    let hold = AccountCommand::RecordHolder {
        holder: id("beta"),
        scope: Scope::all(),
        basis: HoldingBasis::Initial,
    };
    let to_alpha = request_with(|r| r.gaining = id("alpha"));
    given([])
        .and(0, officer(), Command::Account(hold))
        .and(
            9,
            user_of("alpha"),
            record(domain::event::consent::LetterRecorded { gaining: id("alpha"), ..letter() }),
        )
        .and(10, user_of("alpha"), to_alpha)
}

fn open_market_told() -> Story {
    let to_alpha =
        notify_with(|notices| notices.iter_mut().for_each(|n| n.names_gaining = Some(id("alpha"))));
    open_market()
        .and(11, verifier(), verify())
        .and(12, officer(), to_alpha)
        .but(13, delivered("n-customer", 13))
        .but(13, delivered("n-host", 13))
        .settled()
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

fn rule(objection: EventId, outcome: ObjectionOutcome, reason: &str) -> Command {
    let reason = reason.to_owned();
    change(ChangeCommand::DecideObjection { change: id("c1"), objection, outcome, reason })
}

fn objected() -> (Story, EventId) {
    let story = told_all().and(14, user_of("host"), object(Party::Host, ObjectionGround::Fraud));
    let objection = story.facts.last().unwrap().meta.id;
    (story, objection)
}

pub(crate) fn said() -> Vec<Said> {
    [requesting(), verifying(), notifying(), objecting(), waiving(), executing(), unguarded(), undoing()]
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
    vec![
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
    captured.facts.last_mut().unwrap().meta.actor = user_of("guest");
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
        says("a guest does not", told_all().when(14, &guest(), &waive(Party::Guest)), "!not_authorised"),
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

/// Two officers hurry on day 14.
fn emergency() -> Story {
    let hurry = OverrideRecorded {
        scope: Scope::all(),
        holder: None,
        act: OverrideAct::Waive,
        reason: OverrideReason::Continuity,
        reason_text: "the site stands still".to_owned(),
        officers: vec![signed("olga", Role::VendorOfficer), signed("otto", Role::VendorOfficer)],
        until: day(30),
        published_to: vec![id("n-host"), id("n-guest")],
    };
    told_all()
        .but(13, delivered("n-guest", 13))
        .but(14, Event::Account(AccountEvent::OverrideRecorded(hurry)))
}

fn executing() -> Vec<Said> {
    let (objected, objection) = objected();
    let rejected =
        objected.clone().and(15, adjudicator(), rule(objection, ObjectionOutcome::Rejected, "no proof"));
    let upheld = objected.clone().and(15, adjudicator(), rule(objection, ObjectionOutcome::Upheld, "false"));
    let disliked = told_all().and(14, user_of("host"), object(Party::Host, ObjectionGround::Other));
    let done = "Change::Executed Account::Locked";
    let attempt = "Account::TakeoverRefused";
    let at = |from: i64| change(ChangeCommand::Execute { change: id("c1"), effective_from: Some(day(from)) });
    let when = |story: Story, at: i64| story.when(at, &guest(), &execute());
    vec![
        says("after the window it is done", when(told_all(), 21), done),
        says("doing it again adds nothing", when(executed(), 22), ""),
        says("a day early it is an attempt", when(told_all(), 20), attempt),
        says("nor may it take effect earlier", told_all().when(21, &guest(), &at(20)), attempt),
        says("unless two officers hurry", when(emergency(), 14), done),
        says("nothing delivered, nothing done", when(verified().and(12, officer(), notify()), 40), attempt),
        says("a pending objection holds it", when(objected, 21), attempt),
        says("a rejected one does not", when(rejected, 21), done),
        says("an upheld one ends it", when(upheld, 21), "!change_over"),
        says("a dislike does not hold it", when(disliked, 21), done),
        says(
            "a bystander does not do it",
            told_all().when(21, &user_of("beta"), &execute()),
            "!not_authorised",
        ),
        says("nor the host", told_all().when(21, &user_of("host"), &execute()), "!not_authorised"),
        says("what was not asked is not done", when(accepted(), 21), "!unknown_change"),
        says("a guest that only asked takes nothing", when(requested(), 21), attempt),
    ]
}

/// Where no handoff protects anybody, the same safeguards refuse and nothing is recorded.
fn unguarded() -> Vec<Said> {
    let alpha = user_of("alpha");
    let when = |story: Story, at: i64| story.when(at, &alpha, &execute());
    let frozen = open_market_told().and(
        14,
        user_of("beta"),
        Command::Account(AccountCommand::PlaceFreeze {
            freeze: id("f1"),
            scope: lines(&["x", "y"]),
            against: domain::event::account::FreezeTarget::All,
            until: day(99),
            requested_by: Party::Partner(id("beta")),
        }),
    );
    let two_lines = |r: &mut domain::event::change::Requested| {
        (r.gaining, r.scope, r.basis_claimed, r.letter) =
            (id("alpha"), lines(&["x", "y"]), Basis::HostRelease, None);
    };
    let without_letter = |story: Story| {
        let first = story.facts.iter().position(|f| name(&f.event) == "Change::Requested").unwrap();
        let mut story = story;
        if let Event::Change(ChangeEvent::Requested(requested)) = &mut story.facts[first].event {
            two_lines(requested);
        }
        story
    };
    let poor = |story: Story| {
        let mut story = story;
        for fact in &mut story.facts {
            if let Event::Consent(domain::event::consent::ConsentEvent::LetterRecorded(letter)) =
                &mut fact.event
            {
                letter.sole_purpose = false;
            }
        }
        story
    };
    let unknown = |story: Story| {
        let mut story = story;
        story.facts.retain(|fact| !matches!(fact.event, Event::Consent(_)));
        story
    };
    let objection = object(Party::Partner(id("beta")), ObjectionGround::Fraud);
    let second = request_with(|r| {
        (r.change, r.gaining, r.effective_from) = (id("c2"), id("gamma"), day(22));
        (r.basis_claimed, r.letter) = (Basis::HostRelease, None);
    });
    let relay = open_market_told().and(21, user_of("alpha"), execute()).and(22, user_of("gamma"), second);
    let hop = change(ChangeCommand::Execute { change: id("c2"), effective_from: None });
    let unverified = {
        let mut story = open_market_told();
        story.facts.retain(|fact| name(&fact.event) != "Change::Verified");
        story
    };
    vec![
        says("an open change is done", when(open_market_told(), 21), "Change::Executed Account::Locked"),
        says("not within its window", when(open_market_told(), 20), "!window_not_over"),
        says("not unseen", when(open_market().and(11, verifier(), verify()), 21), "!losing_side_not_told"),
        says("not while it is frozen", when(without_letter(frozen.clone()), 21), "!frozen"),
        says("a letter does not lift a freeze placed by hand", when(frozen, 21), "!frozen"),
        says("not on a poor letter", when(poor(open_market_told()), 21), "!letter_defective"),
        says("not on a letter nobody has seen", when(unknown(open_market_told()), 21), "!unknown_letter"),
        says(
            "not while somebody objects",
            when(open_market_told().and(14, user_of("beta"), objection), 21),
            "!objection_pending",
        ),
        says("not while it is locked", relay.when(23, &user_of("gamma"), &hop), "!account_locked"),
        says("not without the customer", when(unverified, 21), "!not_verified"),
    ]
}

fn undoing() -> Vec<Said> {
    let rescinded = verified().and(12, customer(), rescind());
    let reversed = executed().and(22, customer(), reverse(ReversalReason::Rescission));
    let order = Order {
        order: id("o1"),
        partner: id("guest"),
        sold_through: None,
        scope: Some(lines(&["x"])),
        lines: Vec::new(),
        net: None,
        booked_at: day(22),
        end_customer_key: None,
        under_handoff: None,
        deal: None,
        term: None,
        previous_order: None,
    };
    let traded = executed().but(22, Event::Trade(TradeEvent::OrderBooked(order)));
    let with_letter = change(ChangeCommand::Rescind { change: id("c1"), letter: Some(id("l9")) });
    let when = |who, command: Command| executed().when(22, &who, &command);
    let nobody_before = {
        let mut story = executed();
        for fact in &mut story.facts {
            if let Event::Change(ChangeEvent::Requested(requested)) = &mut fact.event {
                requested.losing = None;
            }
        }
        story
    };
    vec![
        says("a customer rescinds", verified().when(12, &customer(), &rescind()), "Change::Rescinded"),
        says("rescinding a change again adds nothing", rescinded.when(13, &customer(), &rescind()), ""),
        says("a guest does not rescind", verified().when(12, &guest(), &rescind()), "!not_authorised"),
        says("by a letter there is", verified().when(12, &customer(), &with_letter), "!unknown_letter"),
        says("what is rescinded is not done", rescinded.when(30, &guest(), &execute()), "!change_over"),
        says("what is done is not rescinded", when(customer(), rescind()), "!reverse_instead"),
        says(
            "a customer reverses",
            when_losing(executed(), 22, customer(), ReversalReason::Rescission),
            "Change::Reversed",
        ),
        says("reversing again adds nothing", reversed_again(&reversed), ""),
        says(
            "in ten business days",
            when_losing(executed(), 40, customer(), ReversalReason::Rescission),
            "!reversal_too_late",
        ),
        says(
            "a guest does not reverse for the customer",
            when(guest(), reverse(ReversalReason::Rescission)),
            "!not_authorised",
        ),
        says(
            "a host reports an error",
            when_losing(executed(), 22, officer(), ReversalReason::Error),
            "Change::Reversed",
        ),
        says(
            "a bystander reports none",
            when(user_of("beta"), reverse(ReversalReason::Error)),
            "!not_authorised",
        ),
        says(
            "what was sold on is for a person",
            when_losing(traded, 23, officer(), ReversalReason::Error),
            "!traded_since",
        ),
        says(
            "a person rules at any time",
            when_losing(executed(), 90, adjudicator(), ReversalReason::Ruling),
            "Change::Reversed",
        ),
        says(
            "direct sales does not rule on it",
            when(direct_sales(), reverse(ReversalReason::Ruling)),
            "!not_authorised",
        ),
        says(
            "what was not done is not reversed",
            told_all().when(14, &customer(), &reverse(ReversalReason::Rescission)),
            "!not_executed",
        ),
        says(
            "to nobody it is not given back",
            nobody_before.when(22, &customer(), &reverse(ReversalReason::Rescission)),
            "!no_former_holder",
        ),
    ]
}

fn when_losing(
    story: Story,
    at: i64,
    who: domain::fact::Actor,
    reason: ReversalReason,
) -> Result<Vec<domain::decide::Decided>, domain::refusal::Refusal> {
    story.when(at, &who, &reverse(reason))
}

fn reversed_again(reversed: &Story) -> Result<Vec<domain::decide::Decided>, domain::refusal::Refusal> {
    reversed.when(23, &customer(), &reverse(ReversalReason::Rescission))
}

#[test]
fn every_rule_of_changes_answers_as_its_sentence_says() {
    check(&said());
}
