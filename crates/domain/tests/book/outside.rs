//! What does not live in an account: partners and the program.

use domain::command::{PartnerCommand, ProgramCommand};
use domain::decide::{self, Decided};
use domain::event::partner::{
    Affiliated, AffiliationBasis, AffiliationEnded, DeauthorisationReason, Deauthorised, Enrolled, Merged,
    Origin, PartnerKind, Relation,
};
use domain::event::program::{CalendarPublished, PolicyPublished, ProgramEvent};
use domain::event::{Event, Evidence};
use domain::fact::{Actor, Role};
use domain::family::Families;
use domain::id::{Digest, PartnerId};
use domain::policy::Policy;
use domain::program::Program;
use domain::refusal::Refusal;
use domain::scope::Scope;
use domain::time::Interval;

use crate::story::*;

type Answer = Result<Vec<Decided>, Refusal>;

fn ask(families: &Families, partner: &str, actor: &Actor, command: &PartnerCommand) -> Answer {
    decide::partner::decide(&id::<PartnerId>(partner), families, actor, command)
}

fn done(families: Families, partner: &str, actor: &Actor, command: &PartnerCommand) -> Families {
    let decided = ask(&families, partner, actor, command).expect("the command is allowed");
    decided.into_iter().fold(families, |families, decided| {
        families.evolve(&id::<PartnerId>(partner), &fact(1, day(0), decided.event), 5_000)
    })
}

fn enroll(origin: Origin) -> PartnerCommand {
    let legal_name = "Somebody Ltd".to_owned();
    let (kinds, keys, country) = (vec![PartnerKind::Si], Vec::new(), None);
    PartnerCommand::Enroll(Enrolled { kinds, legal_name, keys, country, origin })
}

fn affiliate(with: &str) -> PartnerCommand {
    PartnerCommand::Affiliate(Affiliated {
        with: id(with),
        relation: Relation::Parent,
        share: None,
        control: true,
        during: Interval::open(day(0)),
        basis: AffiliationBasis::Declared,
        evidence: None,
    })
}

fn part(with: &str, at: i64) -> PartnerCommand {
    PartnerCommand::EndAffiliation(AffiliationEnded { with: id(with), at: day(at) })
}

fn merge(into: &str) -> PartnerCommand {
    let paper = Evidence::Paper {
        digest: Digest([4; 32]),
        media_type: "application/pdf".to_owned(),
        held_by: "vendor".to_owned(),
    };
    merge_with(into, Some(paper))
}

fn merge_with(into: &str, certificate: Option<Evidence>) -> PartnerCommand {
    let (into, exclusions) = (id(into), Vec::new());
    PartnerCommand::Merge(Merged {
        into,
        at: day(0),
        book_transferred: true,
        notice_days: 30,
        exclusions,
        certificate,
    })
}

fn bar() -> PartnerCommand {
    let reason = DeauthorisationReason::Breach;
    PartnerCommand::Deauthorise(Deauthorised { scope: Scope::all(), from: day(0), reason })
}

fn policy(change: impl FnOnce(&mut PolicyPublished)) -> ProgramCommand {
    let mut published = PolicyPublished {
        version: 1,
        digest: Digest([1; 32]),
        policy: Policy::default(),
        effective_from: day(0),
        officers: vec![signed("olga", Role::VendorOfficer), signed("otto", Role::VendorOfficer)],
        supersedes: None,
        backtest: None,
    };
    change(&mut published);
    ProgramCommand::PublishPolicy(Box::new(published))
}

fn calendar(version: u32, zone: &str) -> ProgramCommand {
    let (calendar, zone) = (id("berlin"), zone.to_owned());
    ProgramCommand::PublishCalendar(CalendarPublished { calendar, version, zone, holidays: Vec::new() })
}

fn publish(program: Program, command: &ProgramCommand) -> Program {
    let decided = decide::program::decide(&program, &officer(), command).expect("the command is allowed");
    decided.into_iter().fold(program, |program, decided| program.evolve(&fact(1, day(-200), decided.event)))
}

/// A program whose first policy, in force from long ago, differs from the default by `change`.
pub(crate) fn published(change: impl FnOnce(&mut Policy)) -> Program {
    publish(
        Program::default(),
        &policy(|published| {
            published.effective_from = day(-200);
            change(&mut published.policy);
        }),
    )
}

pub(crate) fn cases() -> Vec<Case> {
    [partners(), partings(), the_program()].into_iter().flatten().collect()
}

fn partners() -> Vec<Case> {
    let families = enrolled();
    let related = done(enrolled(), "alpha", &user_of("alpha"), &affiliate("beta"));
    let system = Actor::system();
    vec![
        allowed(
            "a partner applies",
            ask(&families, "delta", &user_of("delta"), &enroll(Origin::Application)),
            &["partner"],
        ),
        allowed(
            "a partner met in data enrols",
            ask(&families, "met", &officer(), &enroll(Origin::Application)),
            &["partner"],
        ),
        allowed(
            "meeting a partner again adds nothing",
            ask(&families, "met", &system, &enroll(Origin::SeenInData)),
            &[],
        ),
        allowed(
            "enrolling twice adds nothing",
            ask(&families, "alpha", &officer(), &enroll(Origin::Application)),
            &[],
        ),
        refused(
            "nobody applies for another",
            ask(&families, "delta", &user_of("alpha"), &enroll(Origin::Application)),
            "not_authorised",
        ),
        allowed(
            "a partner declares its parent",
            ask(&families, "alpha", &user_of("alpha"), &affiliate("beta")),
            &["partner"],
        ),
        allowed(
            "declaring twice adds nothing",
            ask(&related, "alpha", &user_of("alpha"), &affiliate("beta")),
            &[],
        ),
        refused(
            "nobody declares for another",
            ask(&families, "alpha", &user_of("beta"), &affiliate("gamma")),
            "not_authorised",
        ),
        refused(
            "nobody is its own parent",
            ask(&families, "alpha", &officer(), &affiliate("alpha")),
            "related_to_itself",
        ),
        refused(
            "a stranger has no family",
            ask(&families, "stranger", &officer(), &affiliate("alpha")),
            "not_enrolled",
        ),
    ]
}

fn partings() -> Vec<Case> {
    let families = enrolled();
    let related = done(enrolled(), "alpha", &user_of("alpha"), &affiliate("beta"));
    let parted = done(related.clone(), "alpha", &officer(), &part("beta", 5));
    let merged = done(enrolled(), "alpha", &officer(), &merge("beta"));
    let barred = done(enrolled(), "alpha", &officer(), &bar());
    vec![
        allowed(
            "the vendor records that a family parted",
            ask(&related, "alpha", &officer(), &part("beta", 5)),
            &["partner"],
        ),
        allowed("parting twice adds nothing", ask(&parted, "alpha", &officer(), &part("beta", 5)), &[]),
        refused(
            "no partner frees itself from its family",
            ask(&related, "alpha", &user_of("alpha"), &part("beta", 5)),
            "not_authorised",
        ),
        refused(
            "who was no family does not part",
            ask(&families, "alpha", &officer(), &part("beta", 5)),
            "not_affiliated",
        ),
        allowed("a merger is recorded", ask(&families, "alpha", &officer(), &merge("beta")), &["partner"]),
        refused(
            "a book moves only with a certificate",
            ask(&families, "alpha", &officer(), &merge_with("beta", None)),
            "certificate_missing",
        ),
        allowed("the same merger again adds nothing", ask(&merged, "alpha", &officer(), &merge("beta")), &[]),
        refused(
            "nobody merges into itself",
            ask(&families, "alpha", &officer(), &merge("alpha")),
            "related_to_itself",
        ),
        allowed("an officer bars a partner", ask(&families, "alpha", &officer(), &bar()), &["partner"]),
        allowed("barring twice adds nothing", ask(&barred, "alpha", &officer(), &bar()), &[]),
        refused(
            "direct sales bars nobody",
            ask(&families, "alpha", &direct_sales(), &bar()),
            "not_authorised",
        ),
    ]
}

fn the_program() -> Vec<Case> {
    let none = Program::default();
    let first = publish(Program::default(), &policy(|_| {}));
    let with_calendar = publish(Program::default(), &calendar(1, "Europe/Berlin"));
    let ask =
        |program: &Program, command: &ProgramCommand| decide::program::decide(program, &officer(), command);
    let second = |from: i64| policy(|p| (p.version, p.effective_from) = (2, day(from)));
    vec![
        allowed("two officers publish a policy", ask(&none, &policy(|_| {})), &["program"]),
        allowed("publishing twice adds nothing", ask(&first, &policy(|_| {})), &[]),
        allowed("the next version follows", ask(&first, &second(1)), &["program"]),
        refused(
            "a policy does not reach back before the last",
            ask(&first, &second(-1)),
            "effective_too_early",
        ),
        refused("no version is left out", ask(&first, &policy(|p| p.version = 3)), "version_out_of_order"),
        refused(
            "one officer publishes nothing",
            ask(&none, &policy(|p| drop(p.officers.pop()))),
            "needs_two_officers",
        ),
        refused(
            "a policy counts days in a known zone",
            ask(&none, &policy(|p| p.policy.zone = "Mars/Base".to_owned())),
            "unknown_zone",
        ),
        refused(
            "a partner publishes no policy",
            decide::program::decide(&none, &user_of("alpha"), &policy(|_| {})),
            "not_authorised",
        ),
        allowed("an officer publishes a calendar", ask(&none, &calendar(1, "Europe/Berlin")), &["program"]),
        allowed(
            "the same calendar again adds nothing",
            ask(&with_calendar, &calendar(1, "Europe/Berlin")),
            &[],
        ),
        refused(
            "calendar versions follow each other",
            ask(&with_calendar, &calendar(3, "Europe/Berlin")),
            "version_out_of_order",
        ),
        refused("a calendar lies in a known zone", ask(&none, &calendar(1, "Mars/Base")), "unknown_zone"),
    ]
}

#[test]
fn every_rule_outside_an_account_answers_as_its_sentence_says() {
    cases().iter().for_each(Case::check);
}

#[test]
fn a_policy_holds_from_its_day_and_not_before() {
    let command = policy(|p| p.policy.registration.protection_days = 30);
    let decided = decide::program::decide(&Program::default(), &officer(), &command).unwrap();
    let Event::Program(ProgramEvent::PolicyPublished(_)) = &decided[0].event else { panic!("a policy") };
    let program = Program::default().evolve(&fact(1, day(-10), decided[0].event.clone()));
    assert_eq!(program.policy_at(day(-1)).policy.registration.protection_days, 90);
    assert_eq!(program.policy_at(day(0)).policy.registration.protection_days, 30);
}
