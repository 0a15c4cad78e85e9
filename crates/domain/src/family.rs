//! Partner families: who belongs to whom, since when, and on what evidence.
//!
//! A family is closed along ownership only: parent to subsidiary, and sisters under one ultimate owner.
//! A company that two families share joins neither to the other (a joint venture is no marriage).

mod people;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::event::Event;
use crate::event::partner::{
    Affiliated, AffiliationBasis, Deauthorised, Merged, Origin, PartnerEvent, PartnerKind, Relation,
};
use crate::fact::Fact;
use crate::id::{AccountId, EventId, PartnerId};
use crate::time::{Instant, Interval};
use people::People;
pub use people::PersonMoved;

/// One ownership link, as declared or found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    owner: PartnerId,
    owned: PartnerId,
    pub(crate) during: Interval,
    basis: AffiliationBasis,
    pub(crate) event: EventId,
    /// When the vendor learned of it.
    pub(crate) recorded_at: Instant,
}

/// Two partners that were one family no longer are.
#[derive(Debug, Clone, PartialEq)]
struct Parting {
    between: (PartnerId, PartnerId),
    at: Instant,
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
    /// Every affiliation as it was said, also one too small to count.
    declared: Vec<(PartnerId, Affiliated)>,
    links: Vec<Link>,
    /// Kept, so that a link learned of after its end has that end too.
    partings: Vec<Parting>,
    mergers: Vec<Merger>,
    people: People,
}

impl Families {
    /// The families after one more fact of `partner`'s stream.
    pub fn evolve(mut self, partner: &PartnerId, fact: &Fact, share_min_bp: u32) -> Self {
        let Event::Partner(event) = &fact.event else { return self };
        let known = self.partners.entry(partner.clone()).or_default();
        known.revision = known.revision.max(fact.meta.revision);
        match event {
            PartnerEvent::Enrolled(enrolled) => {
                known.origin = Some(enrolled.origin);
                known.kinds.clone_from(&enrolled.kinds);
            }
            PartnerEvent::Affiliated(link) => {
                self.declared.push((partner.clone(), link.clone()));
                self.affiliate(partner, link, fact, share_min_bp);
            }
            PartnerEvent::AffiliationEnded(ended) => {
                // What has ended may be declared again.
                let of_these =
                    |(a, link): &(PartnerId, Affiliated)| *a == *partner && link.with == ended.with;
                self.declared.retain(|declared| !of_these(declared));
                self.part(partner, &ended.with, ended.at);
            }
            PartnerEvent::Merged(merged) => self.merge(partner, merged, fact),
            PartnerEvent::Deauthorised(terms) => known.barred.push(Barred {
                event: fact.meta.id,
                terms: terms.clone(),
                recorded_at: fact.meta.recorded_at,
            }),
            PartnerEvent::PersonJoined(joined) => self.people.join(partner, joined, &fact.meta),
            PartnerEvent::PersonLeft(left) => self.people.leave(partner, left, &fact.meta),
        }
        self
    }

    fn affiliate(&mut self, partner: &PartnerId, link: &Affiliated, fact: &Fact, share_min_bp: u32) {
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
        let (basis, event, recorded_at) = (link.basis, fact.meta.id, fact.meta.recorded_at);
        let until = self.partings.iter().filter(|p| p.is_between(partner, &link.with));
        let until = until.map(|parting| parting.at).filter(|at| link.during.from < *at).min();
        let during = until.map_or(link.during, |at| link.during.ended_at(at));
        self.links.extend(pairs.into_iter().map(|(owner, owned)| Link {
            owner,
            owned,
            during,
            basis,
            event,
            recorded_at,
        }));
    }

    fn part(&mut self, a: &PartnerId, b: &PartnerId, at: Instant) {
        let ends =
            |link: &&mut Link| (&link.owner, &link.owned) == (a, b) || (&link.owner, &link.owned) == (b, a);
        for link in self.links.iter_mut().filter(ends).filter(|link| link.during.from < at) {
            link.during = link.during.ended_at(at);
        }
        self.partings.push(Parting { between: (a.clone(), b.clone()), at });
    }

    fn merge(&mut self, partner: &PartnerId, merged: &Merged, fact: &Fact) {
        self.links.push(Link {
            owner: merged.into.clone(),
            owned: partner.clone(),
            during: Interval::open(merged.at),
            basis: AffiliationBasis::Registry,
            event: fact.meta.id,
            recorded_at: fact.meta.recorded_at,
        });
        self.mergers.push(Merger {
            event: fact.meta.id,
            partner: partner.clone(),
            terms: merged.clone(),
            recorded_at: fact.meta.recorded_at,
        });
    }

    /// Whether `buyer` took over the book of `seller` by `at`, through one merger or several, with this account
    /// in it: then its rights and duties there passed too.
    pub fn has_inherited(
        &self,
        buyer: &PartnerId,
        seller: &PartnerId,
        account: &AccountId,
        at: Instant,
    ) -> bool {
        let mut owners = vec![seller];
        let mut met = BTreeSet::new();
        while let Some(owner) = owners.pop().filter(|_| met.len() <= self.mergers.len()) {
            if !met.insert(owner) {
                continue;
            }
            let moved = self.mergers.iter().filter(|merger| {
                let excluded = merger.terms.exclusions.iter().any(|part| part.account == *account);
                merger.partner == *owner
                    && merger.terms.book_transferred
                    && merger.terms.at <= at
                    && !excluded
            });
            for merger in moved {
                if merger.terms.into == *buyer {
                    return true;
                }
                owners.push(&merger.terms.into);
            }
        }
        false
    }

    /// Everybody in `partner`'s family at `at`, itself included.
    pub fn family(&self, partner: &PartnerId, at: Instant) -> BTreeSet<PartnerId> {
        self.reach(partner, at, &|_| true).into_keys().collect()
    }

    /// How `other` belongs to `partner`'s family at `at`, or `None` when it does not.
    pub fn kinship(&self, partner: &PartnerId, other: &PartnerId, at: Instant) -> Option<Kinship> {
        self.kinship_by(partner, other, at, &|_| true)
    }

    /// The same along those links only that count for the question asked.
    pub(crate) fn kinship_by(
        &self,
        partner: &PartnerId,
        other: &PartnerId,
        at: Instant,
        counts: &dyn Fn(&Link) -> bool,
    ) -> Option<Kinship> {
        if partner == other || self.links.is_empty() {
            return (partner == other).then(Kinship::itself);
        }
        // A path on evidence is preferred to a shorter one on a guess.
        let known = |link: &Link| link.basis > AffiliationBasis::Inferred && counts(link);
        let on_evidence = self.reach(partner, at, &known).remove(other);
        on_evidence.or_else(|| self.reach(partner, at, counts).remove(other))
    }

    /// Whether the two were declared to be no family any more by `at`, and not one again since.
    pub(crate) fn have_parted(&self, a: &PartnerId, b: &PartnerId, at: Instant) -> bool {
        self.partings.iter().any(|parting| parting.at <= at && parting.is_between(a, b))
            && self.kinship(a, b, at).is_none()
    }

    /// The merger that `event` recorded, if it recorded one.
    pub(crate) fn merger(&self, event: EventId) -> Option<&Merger> {
        self.mergers.iter().find(|merger| merger.event == event)
    }

    /// Up to every ultimate owner, then down from it: never up again, and never up from a company that
    /// two families share, so that a joint venture does not make its owners one family.
    fn reach(
        &self,
        partner: &PartnerId,
        at: Instant,
        counts: &dyn Fn(&Link) -> bool,
    ) -> BTreeMap<PartnerId, Kinship> {
        let itself = BTreeMap::from([(partner.clone(), Kinship::itself())]);
        // Most partners stand alone, and are asked about most.
        if !self.links.iter().any(|link| link.owner == *partner || link.owned == *partner) {
            return itself;
        }
        let mut links: Vec<&Link> =
            self.links.iter().filter(|link| link.during.contains(at) && counts(link)).collect();
        // Which of two equal paths is cited must not depend on what was recorded first.
        links.sort_by_key(|link| link.event);
        let owners = closure(&links, itself, Direction::Up, &|member| !is_shared(&links, member));
        closure(&links, owners, Direction::Down, &|_| true)
    }

    /// Whether this very link was already declared for `partner`, with the same term.
    pub fn has_declared(&self, partner: &PartnerId, link: &Affiliated) -> bool {
        self.declared.iter().any(|(owner, known)| owner == partner && known == link)
    }

    /// Until when the two stand directly under each other: `None` when they never did, `Some(None)` while open.
    pub fn affiliated_until(&self, a: &PartnerId, b: &PartnerId) -> Option<Option<Instant>> {
        let between = self
            .links
            .iter()
            .filter(|link| (&link.owner, &link.owned) == (a, b) || (&link.owner, &link.owned) == (b, a));
        between.map(|link| link.during.until).max_by_key(|until| until.unwrap_or(Instant::LATEST))
    }

    /// Deauthorisations of `partner`.
    pub fn barred(&self, partner: &PartnerId) -> &[Barred] {
        self.partners.get(partner).map_or(&[], |known| &known.barred)
    }

    /// Mergers of partners, in the order they were recorded.
    pub fn mergers(&self) -> &[Merger] {
        &self.mergers
    }

    /// People who joined a partner after they were at another, in the order they joined.
    pub fn people_moved(&self) -> Vec<PersonMoved<'_>> {
        self.people.moved()
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

impl Kinship {
    fn itself() -> Self {
        Self { path: Vec::new(), basis: AffiliationBasis::Registry }
    }
}

impl Parting {
    fn is_between(&self, a: &PartnerId, b: &PartnerId) -> bool {
        let (one, other) = &self.between;
        (one, other) == (a, b) || (one, other) == (b, a)
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// All that can be reached from `found` along `links`, going on only from those that `passes`.
fn closure(
    links: &[&Link],
    mut found: BTreeMap<PartnerId, Kinship>,
    direction: Direction,
    passes: &dyn Fn(&PartnerId) -> bool,
) -> BTreeMap<PartnerId, Kinship> {
    let mut open: VecDeque<PartnerId> = found.keys().cloned().collect();
    while let Some(member) = open.pop_front() {
        if !passes(&member) {
            continue;
        }
        let kinship = found[&member].clone();
        for link in links {
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
            open.push_back(far.clone());
        }
    }
    found
}

/// Whether two unrelated owners stand above `partner`: then it belongs to both and joins neither.
fn is_shared(links: &[&Link], partner: &PartnerId) -> bool {
    let above = |owner: &PartnerId| -> BTreeSet<PartnerId> {
        let start = BTreeMap::from([(owner.clone(), Kinship::itself())]);
        closure(links, start, Direction::Up, &|_| true).into_keys().collect()
    };
    let mut owners = links.iter().filter(|link| link.owned == *partner).map(|link| &link.owner);
    let Some(first) = owners.next() else { return false };
    let first = above(first);
    owners.any(|owner| above(owner).is_disjoint(&first))
}
