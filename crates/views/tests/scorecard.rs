//! What is counted of a partner's handoffs: answers and promises, in the role it had in each.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use domain::account::{Account, history};
use domain::event::handoff::{
    Accepted, Closed, CommissionBase, CommissionTerms, Commitment, Declined, HandoffEvent, HandoffOutcome,
    Invited, ProgressKind, Progressed,
};
use domain::event::{Event, Party, PolicyRef};
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{Digest, EventId};
use domain::money::BasisPoints;
use domain::program::Program;
use domain::scope::Scope;
use domain::time::{DAY_MS, Instant};
use views::scorecard::{Promises, Role, Score};

fn day(day: i64) -> Instant {
    Instant::from_unix_ms(1_772_442_000_000 + day * DAY_MS).unwrap()
}

/// The account after these events, each on its day.
fn account(told: &[(i64, HandoffEvent)]) -> Account {
    let fact = |(position, (at, event)): (u64, &(i64, HandoffEvent))| {
        let id: EventId = format!("00000000-0000-0000-0000-{position:012}").parse().unwrap();
        let meta = Meta {
            id,
            position,
            revision: position,
            valid_at: day(*at),
            recorded_at: day(*at),
            class: Class::Observed,
            origin: Origin::Imported,
            producer: Producer { source: "test".parse().unwrap(), id: position.to_string().parse().unwrap() },
            actor: Actor::system(),
            causation: None,
            policy: None,
            context: Context::default(),
        };
        Fact { meta, event: Event::Handoff(event.clone()) }
    };
    history::fold(&(1..).zip(told).map(fact).collect::<Vec<_>>())
}

/// Northwind invites contoso: northwind calls back within 5 days, contoso visits within 10.
fn invited() -> (i64, HandoffEvent) {
    let promise = |name: &str, due_days, by| Commitment {
        commitment: name.parse().unwrap(),
        what: name.to_owned(),
        due_days,
        by,
    };
    let invited = Invited {
        handoff: "h1".parse().unwrap(),
        host: "northwind".parse().unwrap(),
        guest: "contoso".parse().unwrap(),
        protected_scope: Scope::all(),
        granted_scope: Scope::all(),
        granted_acts: Vec::new(),
        role: "Services Partner".to_owned(),
        terms: Digest([7; 32]),
        commission: CommissionTerms {
            rate: BasisPoints::new(500).unwrap(),
            base: CommissionBase::NetOrder,
            minimum: None,
            tail_months: 12,
        },
        protection_days: 365,
        tail_days: 90,
        commitments: vec![promise("call", 5, Party::Host), promise("visit", 10, Party::Guest)],
        expires_at: day(14),
        host_signed_at: day(0),
        customer_consent: None,
    };
    (0, HandoffEvent::Invited(Box::new(invited)))
}

fn accepted() -> (i64, HandoffEvent) {
    let accepted = Accepted {
        handoff: "h1".parse().unwrap(),
        terms: Digest([7; 32]),
        signed_by: "carl".parse().unwrap(),
        protected_until: day(367),
        tail_until: day(457),
        commission_until: day(800),
        declared_prior: Vec::new(),
        declared_family: Vec::new(),
        disclosed_networks: Vec::new(),
        policy: PolicyRef { version: 0, digest: Digest([0; 32]) },
    };
    (2, HandoffEvent::Accepted(accepted))
}

fn progressed(at: i64, by: Party, kind: ProgressKind) -> (i64, HandoffEvent) {
    let handoff = "h1".parse().unwrap();
    (at, HandoffEvent::Progressed(Progressed { handoff, commitment: None, kind, by, at: day(at) }))
}

fn score(partner: &str, role: Role, told: &[(i64, HandoffEvent)], as_of: i64) -> Score {
    let partner = partner.parse().unwrap();
    Score::default().with_account((&partner, role), &account(told), &Program::default(), day(as_of))
}

#[test]
fn an_answer_is_the_guests_acceptance_and_the_hosts_first_work_after_it() {
    let told = [
        invited(),
        accepted(),
        progressed(9, Party::Host, ProgressKind::Contacted),
        progressed(20, Party::Host, ProgressKind::Met),
    ];
    let guest = score("contoso", Role::Guest, &told, 30);
    assert_eq!((guest.handoffs, guest.median_answer_h(), guest.unanswered), (1, Some(48), 0));
    let host = score("northwind", Role::Host, &told, 30);
    assert_eq!((host.handoffs, host.slowest_answer_h(), host.unanswered), (1, Some(7 * 24), 0));
    let before = score("northwind", Role::Host, &told, 8);
    assert_eq!((before.median_answer_h(), before.unanswered), (None, 1));
    assert_eq!(score("contoso", Role::Host, &told, 30), Score::default(), "it is no host here");
}

#[test]
fn an_invitation_nobody_answered_counts_against_the_guest_once_it_lapsed() {
    let told = [invited()];
    assert_eq!(score("contoso", Role::Guest, &told, 13), Score::default());
    let lapsed = score("contoso", Role::Guest, &told, 14);
    assert_eq!((lapsed.handoffs, lapsed.unanswered), (0, 1));
    assert_eq!(score("northwind", Role::Host, &told, 14), Score::default());
}

#[test]
fn an_invitation_the_guest_declined_is_answered_and_counts_as_declined() {
    let declined = Declined { handoff: "h1".parse().unwrap(), reason: Some("no engineer free".to_owned()) };
    let told = [invited(), (3, HandoffEvent::Declined(declined))];
    let guest = score("contoso", Role::Guest, &told, 30);
    assert_eq!((guest.handoffs, guest.declined, guest.unanswered), (0, 1, 0));
    assert_eq!(guest.slowest_answer_h(), Some(3 * 24), "a no in time is an answer, too");
    assert_eq!(score("contoso", Role::Guest, &told, 2), Score::default(), "not yet");
    assert_eq!(score("northwind", Role::Host, &told, 30), Score::default(), "it says nothing of the host");

    let invited_again = [&told[..], &[(20, invited().1)]].concat();
    let guest = score("contoso", Role::Guest, &invited_again, 21);
    assert_eq!((guest.declined, guest.unanswered), (0, 1), "that invitation counts by itself");
}

#[test]
fn an_invitation_another_system_closed_as_lapsed_counts_against_the_guest() {
    let closed = |outcome| {
        let closed = Closed { handoff: "h1".parse().unwrap(), outcome, at: day(15) };
        [invited(), (15, HandoffEvent::Closed(closed))]
    };
    let of_guest = |outcome, as_of| score("contoso", Role::Guest, &closed(outcome), as_of).unanswered;
    assert_eq!(of_guest(HandoffOutcome::Lapsed, 16), 1);
    assert_eq!(of_guest(HandoffOutcome::Lost, 16), 0);
}

#[test]
fn a_promise_is_kept_late_missed_excused_or_open() {
    let promises = |partner, role, work: &[(i64, HandoffEvent)], as_of| {
        let told: Vec<_> = [invited(), accepted()].into_iter().chain(work.iter().cloned()).collect();
        score(partner, role, &told, as_of).promises
    };
    let of_guest = |work: &[_], as_of| promises("contoso", Role::Guest, work, as_of);
    let none = Promises::default();
    assert_eq!(of_guest(&[], 12), Promises { open: 1, ..none });
    assert_eq!(of_guest(&[], 13), Promises { missed: 1, ..none });
    let visited = |at| progressed(at, Party::Guest, ProgressKind::Met);
    assert_eq!(of_guest(&[visited(12)], 30), Promises { kept: 1, ..none });
    assert_eq!(of_guest(&[visited(13)], 30), Promises { late: 1, ..none });
    let blocked = progressed(11, Party::Guest, ProgressKind::BlockedByCustomer);
    assert_eq!(of_guest(&[blocked], 30), Promises { excused: 1, ..none });
    assert_eq!(promises("northwind", Role::Host, &[visited(3)], 30), Promises { missed: 1, ..none });
}
