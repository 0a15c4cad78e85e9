//! Partner families: who belongs to whom, since when, and on what evidence.
//!
//! A family is closed along ownership only: parent to subsidiary, and sisters under one ultimate owner.
//! A company that two families share joins neither to the other (a joint venture is no marriage).

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Event;
use crate::event::partner::{
    Affiliated, AffiliationBasis, Deauthorised, Merged, Origin, PartnerEvent, PartnerKind, Relation,
};
use crate::fact::Fact;
use crate::id::{EventId, PartnerId};
use crate::time::{Instant, Interval};

/// One ownership link, as declared or found.
#[derive(Debug, Clone, PartialEq)]
struct Link {
    owner: PartnerId,
    owned: PartnerId,
    during: Interval,
    basis: AffiliationBasis,
    event: EventId,
}

/// How a partner belongs to a family: the links from it to the other, and the weakest evidence among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinship {
    pub path: Vec<EventId>,
    pub basis: AffiliationBasis,
}

/// A deauthorisation of a partner.
#[derive(Debug, Clone, PartialEq)]
pub struct Barred {
    pub event: EventId,
    pub terms: Deauthorised,
    pub recorded_at: Instant,
}

/// A partner that merged into another.
#[derive(Debug, Clone, PartialEq)]
pub struct Merger {
    pub event: EventId,
    pub partner: PartnerId,
    pub terms: Merged,
    pub recorded_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Partner {
    origin: Option<Origin>,
    kinds: Vec<PartnerKind>,
    barred: Vec<Barred>,
    revision: u64,
}

/// All partners of one vendor, folded from their streams.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Families {
    partners: BTreeMap<PartnerId, Partner>,
    links: Vec<Link>,
    mergers: Vec<Merger>,
}

impl Families {
    /// The families after one more fact of `partner`'s stream.
    pub fn evolve(mut self, partner: &PartnerId, fact: &Fact, share_min_bp: u32) -> Self {
        let Event::Partner(event) = &fact.event else { return self };
        let known = self.partners.entry(partner.clone()).or_default();
        known.revision = fact.meta.revision;
        match event {
            PartnerEvent::Enrolled(enrolled) => {
                known.origin = Some(enrolled.origin);
                known.kinds.clone_from(&enrolled.kinds);
            }
            PartnerEvent::Affiliated(link) => self.affiliate(partner, link, fact.meta.id, share_min_bp),
            PartnerEvent::AffiliationEnded(ended) => self.part(partner, &ended.with, ended.at),
            PartnerEvent::Merged(merged) => self.merge(partner, merged, fact),
            PartnerEvent::Deauthorised(terms) => known.barred.push(Barred {
                event: fact.meta.id,
                terms: terms.clone(),
                recorded_at: fact.meta.recorded_at,
            }),
            PartnerEvent::PersonJoined(_) | PartnerEvent::PersonLeft(_) => {}
        }
        self
    }

    fn affiliate(&mut self, partner: &PartnerId, link: &Affiliated, event: EventId, share_min_bp: u32) {
        let counts = link.control
            || link.share.is_some_and(|share| share.get() >= share_min_bp)
            || matches!(link.relation, Relation::MergedInto | Relation::CommonControl)
                && link.share.is_none();
        if !counts {
            return;
        }
        let (a, b) = (partner.clone(), link.with.clone());
        let pairs = match link.relation {
            Relation::Parent | Relation::MergedInto => vec![(b, a)],
            Relation::Subsidiary => vec![(a, b)],
            // A franchise is a contract, not ownership, unless control was declared.
            Relation::Franchise => vec![(a, b)],
            // The common owner is not named: each stands under the other.
            Relation::CommonControl => vec![(a.clone(), b.clone()), (b, a)],
        };
        let basis = link.basis;
        self.links.extend(pairs.into_iter().map(|(owner, owned)| Link {
            owner,
            owned,
            during: link.during,
            basis,
            event,
        }));
    }

    fn part(&mut self, a: &PartnerId, b: &PartnerId, at: Instant) {
        let ends =
            |link: &&mut Link| (&link.owner, &link.owned) == (a, b) || (&link.owner, &link.owned) == (b, a);
        for link in self.links.iter_mut().filter(ends) {
            link.during = link.during.ended_at(at);
        }
    }

    fn merge(&mut self, partner: &PartnerId, merged: &Merged, fact: &Fact) {
        self.links.push(Link {
            owner: merged.into.clone(),
            owned: partner.clone(),
            during: Interval::open(merged.at),
            basis: AffiliationBasis::Registry,
            event: fact.meta.id,
        });
        self.mergers.push(Merger {
            event: fact.meta.id,
            partner: partner.clone(),
            terms: merged.clone(),
            recorded_at: fact.meta.recorded_at,
        });
    }

    /// Everybody in `partner`'s family at `at`, itself included.
    pub fn family(&self, partner: &PartnerId, at: Instant) -> BTreeSet<PartnerId> {
        self.reach(partner, at).into_keys().collect()
    }

    /// How `other` belongs to `partner`'s family at `at`, or `None` when it does not.
    pub fn kinship(&self, partner: &PartnerId, other: &PartnerId, at: Instant) -> Option<Kinship> {
        self.reach(partner, at).remove(other)
    }

    /// Up to every ultimate owner, then down from it: never up again, so that a joint venture
    /// does not make its owners one family.
    fn reach(&self, partner: &PartnerId, at: Instant) -> BTreeMap<PartnerId, Kinship> {
        let start = Kinship { path: Vec::new(), basis: AffiliationBasis::Registry };
        let owners = self.closure(BTreeMap::from([(partner.clone(), start)]), at, Direction::Up);
        if self.is_shared(partner, at) {
            let own = owners.into_iter().filter(|(member, _)| member == partner).collect();
            return self.closure(own, at, Direction::Down);
        }
        self.closure(owners, at, Direction::Down)
    }

    /// Whether two unrelated owners stand above `partner`: then it belongs to both and joins neither.
    fn is_shared(&self, partner: &PartnerId, at: Instant) -> bool {
        let owners: BTreeSet<&PartnerId> = self
            .links
            .iter()
            .filter(|l| l.owned == *partner && l.during.contains(at))
            .map(|l| &l.owner)
            .collect();
        let mut owners = owners.into_iter();
        let Some(first) = owners.next() else { return false };
        let above = |p: &PartnerId| {
            let start = Kinship { path: Vec::new(), basis: AffiliationBasis::Registry };
            self.closure(BTreeMap::from([(p.clone(), start)]), at, Direction::Up)
        };
        let first = above(first);
        owners.any(|other| above(other).keys().all(|owner| !first.contains_key(owner)))
    }

    fn closure(
        &self,
        mut found: BTreeMap<PartnerId, Kinship>,
        at: Instant,
        direction: Direction,
    ) -> BTreeMap<PartnerId, Kinship> {
        let mut open: Vec<PartnerId> = found.keys().cloned().collect();
        while let Some(member) = open.pop() {
            let kinship = found[&member].clone();
            for link in self.links.iter().filter(|link| link.during.contains(at)) {
                let (near, far) = match direction {
                    Direction::Up => (&link.owned, &link.owner),
                    Direction::Down => (&link.owner, &link.owned),
                };
                if *near != member || found.contains_key(far) {
                    continue;
                }
                let mut path = kinship.path.clone();
                path.push(link.event);
                found.insert(far.clone(), Kinship { path, basis: kinship.basis.min(link.basis) });
                open.push(far.clone());
            }
        }
        found
    }

    /// Deauthorisations of `partner`.
    pub fn barred(&self, partner: &PartnerId) -> &[Barred] {
        self.partners.get(partner).map_or(&[], |known| &known.barred)
    }

    /// Mergers of partners, in the order they were recorded.
    pub fn mergers(&self) -> &[Merger] {
        &self.mergers
    }

    /// How the partner came to be known, or `None` when it never did.
    pub fn origin(&self, partner: &PartnerId) -> Option<Origin> {
        self.partners.get(partner).and_then(|known| known.origin)
    }

    /// Whether the partner is the vendor's own sales team.
    pub fn is_direct(&self, partner: &PartnerId) -> bool {
        self.partners.get(partner).is_some_and(|known| known.kinds.contains(&PartnerKind::Direct))
    }

    /// The revision of `partner`'s stream that was read, or `None` when it is unknown.
    pub fn revision(&self, partner: &PartnerId) -> Option<u64> {
        self.partners.get(partner).map(|known| known.revision)
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}
