//! The protection predicate as a decider asks it, and the families it reads.

use std::str::FromStr;

use domain::account::history::fold;
use domain::event::Event;
use domain::event::PolicyRef;
use domain::event::handoff::{Accepted, CommissionBase, CommissionTerms, GrantedAct, HandoffEvent, Invited};
use domain::event::partner::{Affiliated, AffiliationBasis, AffiliationEnded, PartnerEvent, Relation};
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::family::Families;
use domain::id::{AccountId, Digest, EventId, OrderId, PartnerId};
use domain::money::BasisPoints;
use domain::program::Program;
use domain::protection::{Act, Attempt, Refusable, attempt};
use domain::scope::Scope;
use domain::time::{Instant, Interval};
use uuid::Uuid;

fn id<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("an id of the test")
}

fn on(day: &str) -> Instant {
    format!("{day}T12:00:00Z").parse().expect("a day of the test")
}

fn fact(number: u64, at: Instant, event: Event) -> Fact {
    let meta = Meta {
        id: EventId(Uuid::from_u128(u128::from(number))),
        position: number,
        revision: number,
        valid_at: at,
        recorded_at: at,
        class: Class::Observed,
        origin: Origin::Live,
        producer: Producer { source: id("test"), id: id(&number.to_string()) },
        actor: Actor::system(),
        causation: None,
        policy: None,
        context: Context::default(),
    };
    Fact { meta, event }
}

fn handoff() -> Vec<Fact> {
    let terms = Digest([1; 32]);
    let invited = Invited {
        handoff: id("h1"),
        host: id("host"),
        guest: id("guest"),
        protected_scope: Scope::of_product_lines([id("gtx"), id("rtx")]),
        granted_scope: Scope::of_product_lines([id("rtx")]),
        granted_acts: vec![GrantedAct::Order, GrantedAct::Register],
        role: "reseller".to_owned(),
        terms,
        commission: CommissionTerms {
            rate: BasisPoints::new(500).expect("five percent"),
            base: CommissionBase::NetOrder,
            minimum: None,
            tail_months: 12,
        },
        protection_days: 365,
        tail_days: 90,
        commitments: Vec::new(),
        expires_at: on("2026-01-15"),
        host_signed_at: on("2026-01-01"),
        customer_consent: None,
    };
    let accepted = Accepted {
        handoff: id("h1"),
        terms,
        signed_by: id("guest-ceo"),
        protected_until: on("2027-01-02"),
        tail_until: on("2027-04-02"),
        commission_until: on("2028-01-02"),
        declared_prior: Vec::new(),
        declared_family: Vec::new(),
        disclosed_networks: Vec::new(),
        policy: PolicyRef { version: 0, digest: Digest([0; 32]) },
    };
    vec![
        fact(1, on("2026-01-01"), Event::Handoff(HandoffEvent::Invited(Box::new(invited)))),
        fact(2, on("2026-01-02"), Event::Handoff(HandoffEvent::Accepted(accepted))),
    ]
}

fn asked(partner: &str, line: &str, act: Act<'_>, day: &str) -> Option<Refusable> {
    let (account, account_id): (_, AccountId) = (fold(&handoff()), id("acme"));
    let families = families(&[("sister", "guest", Relation::Parent, AffiliationBasis::Registry)]);
    let (partner, scope): (PartnerId, _) = (id(partner), Scope::of_product_lines([id(line)]));
    let asked = Attempt { partner: &partner, scope: &scope, act, at: on(day) };
    attempt(&account, &account_id, &families, &Program::default(), &asked)
}

#[test]
fn a_refusal_names_the_handoff_the_pattern_and_the_nearest_way_out() {
    let refused = asked("guest", "gtx", Act::Register, "2026-03-03").expect("it is protected");
    assert_eq!(refused.handoff, id("h1"));
    assert_eq!(refused.rule, "T02");
    assert_eq!(
        refused.nearest_clearing,
        "a host release covering gtx valid at 2026-03-03, or a ratification by 2026-03-17 (V2)"
    );
}

#[test]
fn every_kind_of_act_is_refused_under_its_pattern() {
    let renews: OrderId = id("o1");
    let change = Act::ChangeHolder { change: None, effective_from: on("2026-03-03") };
    let acts = [
        (change, "T01"),
        (Act::Register, "T02"),
        (Act::Renew { renews: &renews }, "T03"),
        (Act::Contract, "T04"),
    ];
    for (act, rule) in acts {
        assert_eq!(asked("guest", "gtx", act, "2026-03-03").map(|refused| refused.rule), Some(rule));
        assert_eq!(asked("sister", "gtx", act, "2026-03-03").map(|refused| refused.rule), Some("T06"));
        assert_eq!(asked("third", "gtx", act, "2026-03-03"), None);
        assert_eq!(asked("host", "gtx", act, "2026-03-03"), None);
        assert_eq!(asked("guest", "ztx", act, "2026-03-03"), None);
        assert_eq!(asked("guest", "gtx", act, "2026-01-01"), None);
        assert_eq!(asked("guest", "gtx", act, "2027-01-02"), None);
    }
}

#[test]
fn what_the_terms_grant_is_let_through_and_nothing_beside_it() {
    assert_eq!(asked("guest", "rtx", Act::Register, "2026-03-03"), None);
    assert_eq!(asked("guest", "rtx", Act::Order { deal: None }, "2026-03-03"), None);
    assert!(asked("guest", "rtx", Act::Contract, "2026-03-03").is_some());
}

type Link<'a> = (&'a str, &'a str, Relation, AffiliationBasis);

fn affiliated(link: &Link<'_>) -> (PartnerId, Event) {
    let (partner, with, relation, basis) = *link;
    let affiliated = Affiliated {
        with: id(with),
        relation,
        share: BasisPoints::new(5_000),
        control: false,
        during: Interval::open(on("2025-01-01")),
        basis,
        evidence: None,
    };
    (id(partner), Event::Partner(PartnerEvent::Affiliated(affiliated)))
}

fn families(links: &[Link<'_>]) -> Families {
    let said: Vec<(PartnerId, Event)> = links.iter().map(affiliated).collect();
    told(&said)
}

fn told(said: &[(PartnerId, Event)]) -> Families {
    said.iter().zip(10..).fold(Families::default(), |families, ((partner, event), number)| {
        families.evolve(partner, &fact(number, on("2025-01-01"), event.clone()), 5_000)
    })
}

fn are_kin(families: &Families, a: &str, b: &str) -> bool {
    families.kinship(&id(a), &id(b), on("2026-01-01")).is_some()
}

#[test]
fn a_joint_venture_and_its_subsidiaries_join_nobody() {
    use AffiliationBasis::Registry;
    let families = families(&[
        ("joint", "host", Relation::Parent, Registry),
        ("joint", "guest", Relation::Parent, Registry),
        ("joint-sub", "joint", Relation::Parent, Registry),
    ]);
    assert!(are_kin(&families, "host", "joint") && are_kin(&families, "guest", "joint-sub"));
    assert!(!are_kin(&families, "host", "guest"));
    assert!(!are_kin(&families, "joint-sub", "guest"));
    assert!(are_kin(&families, "joint-sub", "joint"));
}

#[test]
fn sisters_under_one_owner_are_one_family() {
    use AffiliationBasis::Registry;
    let families = families(&[
        ("a", "mother", Relation::Parent, Registry),
        ("b", "mother", Relation::Parent, Registry),
        ("mother", "grandmother", Relation::Parent, Registry),
    ]);
    assert!(are_kin(&families, "a", "b") && are_kin(&families, "a", "grandmother"));
}

#[test]
fn a_path_on_evidence_is_cited_before_a_shorter_one_on_a_guess() {
    use AffiliationBasis::{Inferred, Registry};
    let families = families(&[
        ("b", "a", Relation::Parent, Inferred),
        ("b", "middle", Relation::Parent, Registry),
        ("middle", "a", Relation::Parent, Registry),
    ]);
    let kinship = families.kinship(&id("a"), &id("b"), on("2026-01-01")).expect("they are kin");
    assert_eq!((kinship.basis, kinship.path.len()), (Registry, 2));
}

#[test]
fn an_end_that_is_told_first_ends_the_affiliation_all_the_same() {
    let link = affiliated(&("b", "a", Relation::Parent, AffiliationBasis::Declared));
    let ended = AffiliationEnded { with: id("b"), at: on("2025-06-01") };
    let ended = (id("a"), Event::Partner(PartnerEvent::AffiliationEnded(ended)));
    for said in [[link.clone(), ended.clone()], [ended, link]] {
        assert!(!are_kin(&told(&said), "a", "b"));
    }
}
