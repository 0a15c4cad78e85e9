//! Families of partners: closed along ownership, and never through a company that two of them share.

use domain::event::Event;
use domain::event::partner::{
    Affiliated, AffiliationBasis, AffiliationEnded, Merged, PartnerEvent, Relation,
};
use domain::family::Families;
use domain::id::PartnerId;
use domain::money::BasisPoints;
use domain::time::Interval;

use crate::story::{day, fact, id};

fn link(with: &str, relation: Relation, share: Option<u32>) -> Affiliated {
    Affiliated {
        with: id(with),
        relation,
        share: share.and_then(BasisPoints::new),
        control: false,
        during: Interval::open(day(0)),
        basis: AffiliationBasis::Registry,
        evidence: None,
    }
}

fn with(families: Families, partner: &str, event: PartnerEvent) -> Families {
    families.evolve(&id::<PartnerId>(partner), &fact(1, day(0), Event::Partner(event)), 5_000)
}

/// Each pair is an owner and a company it holds half of.
fn owning(pairs: &[(&str, &str)]) -> Families {
    pairs.iter().fold(Families::default(), |families, (owner, owned)| {
        with(families, owned, PartnerEvent::Affiliated(link(owner, Relation::Parent, Some(5_000))))
    })
}

fn family(families: &Families, of: &str, at: i64) -> String {
    let members = families.family(&id(of), day(at));
    members.iter().map(PartnerId::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn sisters_under_one_owner_are_one_family() {
    let families = owning(&[("top", "left"), ("top", "right"), ("left", "leaf")]);
    for member in ["top", "left", "right", "leaf"] {
        assert_eq!(family(&families, member, 1), "leaf left right top");
    }
}

#[test]
fn owners_of_a_joint_venture_are_two_families() {
    let families = owning(&[("one", "joint"), ("two", "joint")]);
    assert_eq!(family(&families, "one", 1), "joint one");
    assert_eq!(family(&families, "two", 1), "joint two");
    assert_eq!(family(&families, "joint", 1), "joint");
}

#[test]
fn a_shared_company_in_the_middle_joins_nobody_above_it() {
    let families = owning(&[("one", "joint"), ("two", "joint"), ("joint", "child"), ("one", "sister")]);
    assert_eq!(family(&families, "child", 1), "child joint");
    assert_eq!(family(&families, "sister", 1), "child joint one sister");
}

#[test]
fn two_owners_of_one_house_share_no_company_between_strangers() {
    let families = owning(&[("house", "one"), ("house", "two"), ("one", "joint"), ("two", "joint")]);
    assert_eq!(family(&families, "joint", 1), "house joint one two");
}

#[test]
fn a_small_share_makes_no_family_but_control_does() {
    let minority = PartnerEvent::Affiliated(link("top", Relation::Parent, Some(4_999)));
    assert_eq!(family(&with(Families::default(), "leaf", minority), "leaf", 1), "leaf");
    let control =
        PartnerEvent::Affiliated(Affiliated { control: true, ..link("top", Relation::Parent, Some(1)) });
    assert_eq!(family(&with(Families::default(), "leaf", control), "leaf", 1), "leaf top");
}

#[test]
fn an_affiliation_counts_from_its_first_instant_to_before_its_last() {
    let ended = AffiliationEnded { with: id("top"), at: day(10) };
    let families = with(owning(&[("top", "leaf")]), "leaf", PartnerEvent::AffiliationEnded(ended));
    assert_eq!(family(&families, "leaf", -1), "leaf");
    assert_eq!(family(&families, "leaf", 0), "leaf top");
    assert_eq!(family(&families, "leaf", 9), "leaf top");
    assert_eq!(family(&families, "leaf", 10), "leaf");
}

#[test]
fn a_merged_partner_belongs_to_the_one_it_merged_into() {
    let (into, exclusions) = (id("big"), Vec::new());
    let merged =
        Merged { into, at: day(5), book_transferred: true, notice_days: 30, exclusions, certificate: None };
    let families = with(Families::default(), "small", PartnerEvent::Merged(merged));
    assert_eq!(family(&families, "big", 4), "big");
    assert_eq!(family(&families, "big", 5), "big small");
}

#[test]
fn the_weakest_link_says_how_sure_a_kinship_is() {
    let guessed =
        Affiliated { basis: AffiliationBasis::Inferred, ..link("left", Relation::Parent, Some(10_000)) };
    let families = with(owning(&[("top", "left")]), "leaf", PartnerEvent::Affiliated(guessed));
    let kinship = families.kinship(&id("leaf"), &id("top"), day(1)).unwrap();
    assert_eq!((kinship.path.len(), kinship.basis), (2, AffiliationBasis::Inferred));
    assert!(families.kinship(&id("leaf"), &id("stranger"), day(1)).is_none());
}
