//! The search for handoffs that lead back to where they began.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::zone_or_utc;
use domain::event::partner::AffiliationBasis;
use domain::id::{AccountId, EventId, PartnerId};
use domain::time::{DAY_MS, Instant};

use crate::across::{Handed, Taking, Wide};

/// Links that are looked at for one gain, in links: a program in which everybody swaps with everybody has a
/// million rings of four, and any one will do.
const LINKS_MAX: usize = 4_096;

/// Links that lead back to the first one's host.
pub(super) struct Ring<'w> {
    pub(super) links: Vec<&'w Handed>,
    /// What makes partners of one family stand in for each other.
    pub(super) kin: Vec<EventId>,
    pub(super) is_guessed: bool,
    /// From the first gain to the last, in days.
    pub(super) days: i64,
}

/// A gain nothing allowed.
pub(super) fn is_bare(link: &Handed) -> bool {
    link.taking.as_ref().is_some_and(|taking| taking.allowed.is_none())
}

/// Which rings are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Those whose last gain without a basis is the first link's: one is enough.
    EndingIn,
    /// All that the first link is part of, whatever else is.
    Through,
}

pub(super) struct Search<'w> {
    wide: Wide<'w>,
    first: &'w Handed,
    began: &'w Taking,
    wanted: Wanted,
    partners_max: usize,
    months: u16,
    months_after: Box<dyn Fn(Instant) -> Instant + 'w>,
    /// Links after it are not looked at.
    until: Instant,
    looked_at: usize,
    found: Vec<Vec<&'w Handed>>,
}

impl<'w> Search<'w> {
    pub(super) fn ending_in(wide: Wide<'w>, first: &'w Handed, began: &'w Taking) -> Self {
        Self::new(wide, first, began, Wanted::EndingIn)
    }

    pub(super) fn through(wide: Wide<'w>, first: &'w Handed, began: &'w Taking) -> Self {
        Self::new(wide, first, began, Wanted::Through)
    }

    fn new(wide: Wide<'w>, first: &'w Handed, began: &'w Taking, wanted: Wanted) -> Self {
        let policy = &wide.program.policy_at(began.at).policy;
        let (months, zone) = (policy.policing.ring_months, zone_or_utc(&policy.zone));
        Self {
            wide,
            first,
            began,
            wanted,
            partners_max: usize::from(policy.policing.ring_partners_max),
            months,
            months_after: Box::new(move |at| at.plus_civil_months(months, &zone)),
            until: Instant::LATEST,
            looked_at: 0,
            found: Vec::new(),
        }
    }

    /// A ring with as many gains without a basis as there have to be, or any other.
    ///
    /// One that its last gain without a basis closed goes first: what was gained later is no part of its proof.
    pub(super) fn ring(mut self) -> Option<Ring<'w>> {
        for until in [self.began.at, Instant::LATEST] {
            (self.until, self.looked_at) = (until, 0);
            self.follow(&self.began.by, &mut vec![self.first]);
            if self.is_done() {
                break;
            }
        }
        let enough = self.found.iter().position(|links| is_enough(links));
        let links = self.found.swap_remove(enough.or_else(|| (!self.found.is_empty()).then_some(0))?);
        Some(self.told(links))
    }

    /// The accounts of all links, those beside the ones that were followed among them.
    pub(super) fn accounts(mut self) -> BTreeSet<AccountId> {
        self.follow(&self.began.by, &mut vec![self.first]);
        let links: Vec<&Handed> = self.found.iter().flatten().copied().collect();
        let mut hosts = BTreeSet::new();
        let mut accounts = BTreeSet::from([self.first.account.clone()]);
        for link in links.into_iter().filter(|link| hosts.insert(&link.host)) {
            let beside = self.taken_from_family(&link.host);
            accounts.extend(beside.iter().map(|(_, link)| link.account.clone()));
        }
        accounts
    }

    fn follow(&mut self, partner: &PartnerId, links: &mut Vec<&'w Handed>) {
        for (by, next) in self.onward(partner, links) {
            if self.looked_at == LINKS_MAX || self.is_done() {
                return;
            }
            self.looked_at += 1;
            links.push(next);
            if self.wide.are_kin(&self.first.host, &by, self.began.at) {
                self.found.push(links.clone());
            } else if links.len() < self.partners_max {
                self.follow(&by, links);
            }
            links.pop();
        }
    }

    fn is_done(&self) -> bool {
        self.wanted == Wanted::EndingIn && self.found.last().is_some_and(|links| is_enough(links))
    }

    /// The links that may follow, one for each partner that gained: without a basis if there is one, and near the
    /// first in time.
    fn onward(&self, partner: &PartnerId, links: &[&'w Handed]) -> BTreeMap<PartnerId, &'w Handed> {
        let mut onward: BTreeMap<PartnerId, ((bool, i64, EventId), &'w Handed)> = BTreeMap::new();
        let has_been = |by: &PartnerId| {
            links.iter().skip(1).any(|link| self.wide.are_kin(&link.host, by, self.began.at))
        };
        for (taking, next) in self.taken_from_family(partner) {
            if !self.fits(taking, links) || has_been(&taking.by) {
                continue;
            }
            let away = (taking.at.unix_ms() - self.began.at.unix_ms()).abs();
            let rank = (taking.allowed.is_some(), away, taking.event);
            let better = onward.get(&taking.by).is_none_or(|(known, _)| rank < *known);
            if better {
                onward.insert(taking.by.clone(), (rank, next));
            }
        }
        onward.into_iter().map(|(by, (_, next))| (by, next)).collect()
    }

    /// What was gained from the partner's family within the months of a ring before and after the first link.
    fn taken_from_family(&self, partner: &PartnerId) -> Vec<(&'w Taking, &'w Handed)> {
        let months_ms = i64::from(self.months) * 31 * DAY_MS;
        let (from, until) = (self.began.at.plus_ms(-months_ms), self.began.at.plus_ms(months_ms));
        let until = until.min(self.until);
        let family = self.wide.family(partner, self.began.at);
        let among = self.wide.among;
        let links = family.iter().flat_map(|member| among.taken_from(member, from, until));
        let links = links.filter(|link| link.handoff != self.first.handoff);
        links.filter_map(|link| Some((link.taking.as_ref()?, link))).collect()
    }

    fn fits(&self, taking: &Taking, links: &[&Handed]) -> bool {
        let is_later = (self.began.at, self.began.event) < (taking.at, taking.event);
        let is_last_bare = self.began.allowed.is_some() || taking.allowed.is_some() || !is_later;
        let near = |other: Instant| {
            let (early, late) = (taking.at.min(other), taking.at.max(other));
            late < (self.months_after)(early)
        };
        let times = links.iter().filter_map(|link| link.taking.as_ref()).map(|taking| taking.at);
        self.wanted == Wanted::Through || (is_last_bare && times.into_iter().all(near))
    }

    /// The ring with the families that close it.
    fn told(&self, links: Vec<&'w Handed>) -> Ring<'w> {
        let mut ring = Ring { kin: Vec::new(), is_guessed: false, days: days(&links), links: Vec::new() };
        let hosts = links.iter().skip(1).chain(links.first()).map(|link| &link.host);
        for (link, host) in links.iter().zip(hosts) {
            let by = link.taking.as_ref().map_or(&link.guest, |taking| &taking.by);
            if let Some(kinship) = self.wide.families.kinship(by, host, self.began.at) {
                ring.is_guessed |= kinship.basis == AffiliationBasis::Inferred;
                ring.kin.extend(kinship.path);
            }
        }
        ring.links = links;
        ring
    }
}

fn is_enough(links: &[&Handed]) -> bool {
    links.iter().filter(|link| is_bare(link)).count() >= super::WITHOUT_BASIS_MIN
}

fn days(links: &[&Handed]) -> i64 {
    let times = || links.iter().filter_map(|link| link.taking.as_ref()).map(|taking| taking.at.unix_ms());
    (times().max().unwrap_or_default() - times().min().unwrap_or_default()) / DAY_MS + 1
}
