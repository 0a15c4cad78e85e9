//! Executing a change, as data: with a handoff an obstacle is recorded, without one it is a refusal.

use domain::command::{AccountCommand, ChangeCommand, Command};
use domain::event::account::{AccountEvent, HoldingBasis, OverrideAct, OverrideReason, OverrideRecorded};
use domain::event::change::{Basis, ChangeEvent, ObjectionGround, ObjectionOutcome};
use domain::event::consent::{ConsentEvent, LetterRecorded};
use domain::event::{Event, Party};
use domain::fact::Role;
use domain::id::Digest;
use domain::scope::Scope;

use crate::changes::{executed, guest, objected, rule};
use crate::story::*;
use crate::words::{accepted, *};

pub(crate) fn said() -> Vec<Said> {
    executing().into_iter().chain(unguarded()).chain(on_poor_letters()).collect()
}

/// `beta` holds everything and nobody was ever invited; `alpha` asks for line `x` on a letter.
pub(crate) fn open_market() -> Story {
    let hold = AccountCommand::RecordHolder {
        holder: id("beta"),
        scope: Scope::all(),
        basis: HoldingBasis::Initial,
    };
    let to_alpha = request_with(|r| r.gaining = id("alpha"));
    given([])
        .and(0, officer(), Command::Account(hold))
        .and(9, user_of("alpha"), record(LetterRecorded { gaining: id("alpha"), ..letter() }))
        .and(10, user_of("alpha"), to_alpha)
}

pub(crate) fn open_market_told() -> Story {
    let to_alpha =
        notify_with(|notices| notices.iter_mut().for_each(|n| n.names_gaining = Some(id("alpha"))));
    let again = ChangeCommand::Remind {
        change: id("c1"),
        notice: domain::event::notice::Sent {
            names_gaining: Some(id("alpha")),
            ..notice("n-again", Party::Host)
        },
    };
    let again = change(again);
    open_market()
        .and(11, verifier(), verify())
        .and(12, officer(), to_alpha)
        .and(12, officer(), again)
        .but(13, delivered("n-again", 13))
        .but(13, delivered("n-customer", 13))
        .but(13, delivered("n-host", 13))
        .settled()
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

/// A letter for `alpha` in the place of `l1`.
fn better(signer: &str, at: i64) -> LetterRecorded {
    LetterRecorded {
        letter: id("l2"),
        signer: id(signer),
        gaining: id("alpha"),
        signed_at: day(at),
        document: Digest([3; 32]),
        supersedes: Some(id("l1")),
        ..letter()
    }
}

/// An open change on a letter that serves other purposes too.
fn poor() -> Story {
    let mut story = open_market_told();
    for fact in &mut story.facts {
        if let Event::Consent(ConsentEvent::LetterRecorded(letter)) = &mut fact.event {
            letter.sole_purpose = false;
        }
    }
    story
}

fn on_poor_letters() -> Vec<Said> {
    let alpha = user_of("alpha");
    let mended = |signer: &str| poor().and(19, customer(), record(better(signer, 19)));
    let when = |story: Story| story.when(21, &alpha, &execute());
    vec![
        says("not on a poor letter", when(poor()), "!letter_defective"),
        says(
            "unless its signer wrote a better one in its place",
            when(mended("carla@acme")),
            "Change::Executed Account::Locked",
        ),
        says("which nobody else can", when(mended("carl@acme")), "!letter_defective"),
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
        let first =
            story.facts.iter().position(|f| name(&f.event) == "Change::Requested").expect("it was asked for");
        let mut story = story;
        if let Event::Change(ChangeEvent::Requested(requested)) = &mut story.facts[first].event {
            two_lines(requested);
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

#[test]
fn every_rule_of_executing_answers_as_its_sentence_says() {
    check(&said());
}
