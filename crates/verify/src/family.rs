//! Who belongs to whose family, computed anew from what the partners' streams say.

use std::collections::BTreeSet;

use domain::event::Event;
use domain::event::partner::{Affiliated, AffiliationBasis, Deauthorised, Merged, PartnerEvent, Relation};
use domain::fact::Fact;
use domain::id::PartnerId;
use domain::time::{Instant, Interval};

use crate::program::Program;

/// One owner and what it owns.
#[derive(Debug)]
pub(crate) struct Owned {
    owner: PartnerId,
    owned: PartnerId,
    pub(crate) during: Interval,
    basis: AffiliationBasis,
    pub(crate) told_at: Instant,
    /// What is said of the merger, where it is one.
    pub(crate) merger: Option<Merged>,
}

/// How sure it is that a partner belongs to a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kin {
    Guessed,
    Known,
}

#[derive(Debug, Default)]
pub(crate) struct Families {
    links: Vec<Owned>,
    partings: Vec<(PartnerId, PartnerId, Instant)>,
    pub(crate) barred: Vec<(PartnerId, Deauthorised)>,
}

impl Families {
    /// From the facts of the partners' streams.
    pub(crate) fn of(facts: &[(&PartnerId, &Fact)], program: &Program) -> Self {
        let mut families = Self::default();
        for (partner, fact) in facts.iter().copied() {
            let Event::Partner(event) = &fact.event else { continue };
            match event {
                PartnerEvent::Affiliated(link) => families.affiliate(partner, link, fact, program),
                PartnerEvent::AffiliationEnded(ended) => {
                    families.partings.push((partner.clone(), ended.with.clone(), ended.at));
                }
                PartnerEvent::Merged(merged) => families.links.push(Owned {
                    owner: merged.into.clone(),
                    owned: partner.clone(),
                    during: Interval::open(merged.at),
                    basis: AffiliationBasis::Registry,
                    told_at: fact.meta.recorded_at,
                    merger: Some(merged.clone()),
                }),
                PartnerEvent::Deauthorised(terms) => families.barred.push((partner.clone(), terms.clone())),
                PartnerEvent::Enrolled(_) | PartnerEvent::PersonJoined(_) | PartnerEvent::PersonLeft(_) => {}
            }
        }
        families.end_links();
        families
    }

    fn affiliate(&mut self, partner: &PartnerId, link: &Affiliated, fact: &Fact, program: &Program) {
        let least = program.policy_at(fact.meta.valid_at).policing.family_share_bp;
        let by_nature = matches!(link.relation, Relation::MergedInto | Relation::CommonControl);
        let enough = link.share.map_or(by_nature, |share| share.get() >= least);
        if !link.control && !enough {
            return;
        }
        let both = link.relation == Relation::CommonControl;
        let up = matches!(link.relation, Relation::Parent | Relation::MergedInto);
        let pairs = [(up || both, &link.with, partner), (!up || both, partner, &link.with)];
        for (_, owner, owned) in pairs.into_iter().filter(|(counts, ..)| *counts) {
            self.links.push(Owned {
                owner: owner.clone(),
                owned: owned.clone(),
                during: link.during,
                basis: link.basis,
                told_at: fact.meta.recorded_at,
                merger: None,
            });
        }
    }

    fn end_links(&mut self) {
        for link in &mut self.links {
            let ends = self.partings.iter().filter(|(one, other, at)| {
                let between =
                    (one, other) == (&link.owner, &link.owned) || (other, one) == (&link.owner, &link.owned);
                between && link.during.from < *at
            });
            if let Some((.., at)) = ends.min_by_key(|(.., at)| *at) {
                let until = link.during.until.map_or(*at, |until| until.min(*at));
                link.during.until = Some(until);
            }
        }
    }

    /// How `who` belongs to the family of `of` at `at`.
    pub(crate) fn kin(&self, of: &PartnerId, who: &PartnerId, at: Instant) -> Option<Kin> {
        self.kin_by(of, who, at, &|_| true)
    }

    /// The same along those links only that count.
    pub(crate) fn kin_by(
        &self,
        of: &PartnerId,
        who: &PartnerId,
        at: Instant,
        counts: &dyn Fn(&Owned) -> bool,
    ) -> Option<Kin> {
        if of == who {
            return Some(Kin::Known);
        }
        let known = |link: &Owned| link.basis != AffiliationBasis::Inferred && counts(link);
        if self.members(of, at, &known).contains(who) {
            return Some(Kin::Known);
        }
        self.members(of, at, counts).contains(who).then_some(Kin::Guessed)
    }

    /// Whether the two said that they part, and are no family again since.
    pub(crate) fn have_parted(&self, one: &PartnerId, other: &PartnerId, at: Instant) -> bool {
        let parted = self
            .partings
            .iter()
            .any(|(a, b, when)| *when <= at && ((a, b) == (one, other) || (b, a) == (one, other)));
        parted && self.kin(one, other, at).is_none()
    }

    /// Its owners, theirs, and all that any of these owns; what two strangers share leads to neither.
    fn members<'a>(
        &'a self,
        of: &'a PartnerId,
        at: Instant,
        counts: &dyn Fn(&Owned) -> bool,
    ) -> BTreeSet<&'a PartnerId> {
        let links: Vec<&Owned> =
            self.links.iter().filter(|link| link.during.contains(at) && counts(link)).collect();
        let mut members = BTreeSet::from([of]);
        loop {
            let up =
                links.iter().filter(|link| members.contains(&link.owned) && !is_shared(&links, &link.owned));
            let new: Vec<&PartnerId> =
                up.map(|link| &link.owner).filter(|owner| !members.contains(owner)).collect();
            if new.is_empty() {
                break;
            }
            members.extend(new);
        }
        loop {
            let down = links.iter().filter(|link| members.contains(&link.owner));
            let new: Vec<&PartnerId> =
                down.map(|link| &link.owned).filter(|owned| !members.contains(owned)).collect();
            if new.is_empty() {
                return members;
            }
            members.extend(new);
        }
    }
}

/// Whether owners that have nobody above them in common stand above a partner.
fn is_shared(links: &[&Owned], partner: &PartnerId) -> bool {
    let owners: Vec<&PartnerId> =
        links.iter().filter(|link| link.owned == *partner).map(|link| &link.owner).collect();
    let Some((first, others)) = owners.split_first() else { return false };
    let first = above(links, first);
    others.iter().any(|other| above(links, other).is_disjoint(&first))
}

fn above<'a>(links: &[&'a Owned], partner: &'a PartnerId) -> BTreeSet<&'a PartnerId> {
    let mut found = BTreeSet::from([partner]);
    loop {
        let up = links.iter().filter(|link| found.contains(&link.owned)).map(|link| &link.owner);
        let new: Vec<&PartnerId> = up.filter(|owner| !found.contains(owner)).collect();
        if new.is_empty() {
            return found;
        }
        found.extend(new);
    }
}
