//! What a decision reads beside the account: the vendor's program and its partners' families.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::account::history;
use domain::event::account::AccountEvent;
use domain::event::{Event, PolicyRef};
use domain::fact::Fact;
use domain::family::Families;
use domain::id::{AccountId, BatchId, VendorId};
use domain::identity::Identities;
use domain::program::Program;
use domain::rank::fold_key;
use domain::stream::Stream;

use crate::horizon::{Horizon, WhatIf};

/// One vendor's program, families and identity decisions, folded from their streams.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub program: Program,
    pub families: Families,
    pub identities: Identities,
}

/// The facts all worlds are folded from, and the worlds folded so far.
///
/// Partners and policies are few, so their facts stay in memory; a world is folded again when one of its
/// facts is new and somebody asks.
#[derive(Debug, Default)]
pub struct Worlds {
    facts: BTreeMap<Stream, Vec<Fact>>,
    /// Which accounts a uniform act of a vendor covers, with the position that says so.
    covered: BTreeMap<VendorId, Vec<(u64, BatchId, AccountId)>>,
    /// The last position known of each vendor, and of what its house publishes for all: facts may be taken in another
    /// order than they were recorded in.
    known_upto: HashMap<VendorId, u64>,
    house_upto: u64,
    folded: HashMap<VendorId, Arc<World>>,
}

impl Worlds {
    /// Whether facts of this stream belong to a world.
    pub fn concerns(stream: &Stream) -> bool {
        match stream {
            Stream::Partner(..) | Stream::Program(_) | Stream::Identity(_) => true,
            Stream::Account(..) | Stream::Case(..) | Stream::Partnership(..) => false,
        }
    }

    /// Takes in one fact of `stream`.
    pub fn take(&mut self, stream: &Stream, fact: Fact) {
        if *stream.vendor() == house() {
            self.folded.clear();
        }
        self.folded.remove(stream.vendor());
        self.know(stream, fact.meta.position);
        self.facts.entry(stream.clone()).or_default().push(fact);
    }

    /// What was published of programs, by stream.
    pub fn programs(&self) -> impl Iterator<Item = (&Stream, &Vec<Fact>)> {
        self.facts.iter().filter(|(stream, _)| matches!(stream, Stream::Program(_)))
    }

    /// Takes in that a uniform act covers an account, if `fact` says so.
    pub fn take_batch(&mut self, stream: &Stream, fact: &Fact) {
        let Stream::Account(vendor, account) = stream else { return };
        if let Some(batch) = batch(&fact.event) {
            self.folded.remove(vendor);
            self.know(stream, fact.meta.position);
            let covered = self.covered.entry(vendor.clone()).or_default();
            covered.push((fact.meta.position, batch.clone(), account.clone()));
        }
    }

    fn know(&mut self, stream: &Stream, position: u64) {
        if *stream == Stream::Program(house()) {
            self.house_upto = self.house_upto.max(position);
        }
        let upto = self.known_upto.entry(stream.vendor().clone()).or_default();
        *upto = position.max(*upto);
    }

    /// Whether all that is known of `vendor` now was known at a journal position.
    pub fn is_known_by(&self, vendor: &VendorId, position: u64) -> bool {
        let of_vendor = self.known_upto.get(vendor).copied().unwrap_or_default();
        of_vendor.max(self.house_upto) <= position
    }

    /// The world of `vendor` as known now.
    pub fn of(&mut self, vendor: &VendorId) -> Arc<World> {
        if let Some(world) = self.folded.get(vendor) {
            return Arc::clone(world);
        }
        let world = Arc::new(self.known_by(vendor, Horizon::ALL, None));
        self.folded.insert(vendor.clone(), Arc::clone(&world));
        world
    }

    /// The world of `vendor` as far as `horizon` knows, under another policy than the published ones if told.
    pub fn known_by(&self, vendor: &VendorId, horizon: Horizon, what_if: Option<&WhatIf>) -> World {
        let mut effective: Vec<(&Stream, Fact)> = Vec::new();
        let concerns = |stream: &Stream| stream.vendor() == vendor || *stream == Stream::Program(house());
        for (stream, facts) in self.facts.iter().filter(|(stream, _)| concerns(stream)) {
            let known: Vec<Fact> = facts.iter().filter(|fact| horizon.knows(fact)).cloned().collect();
            effective.extend(history::effective(&known).into_iter().map(|fact| (stream, fact.into_owned())));
        }
        effective.sort_by_key(|(_, fact)| fold_key(fact));
        let mut world = World::default();
        if let Some(WhatIf { digest, policy }) = what_if {
            let name = PolicyRef { version: 0, digest: *digest };
            world.program = world.program.under(name, policy.clone());
        }
        world = effective.into_iter().fold(world, |world, (stream, fact)| world.evolve(stream, &fact));
        for (known, batch, account) in self.covered.get(vendor).into_iter().flatten() {
            if horizon.observes(*known) {
                world.program = world.program.covering(batch.clone(), account.clone());
            }
        }
        world
    }
}

/// The uniform act an event belongs to, if it does.
pub(crate) fn batch(event: &Event) -> Option<&BatchId> {
    let Event::Account(AccountEvent::HolderRecorded(recorded)) = event else { return None };
    recorded.batch.as_ref()
}

/// The vendor id under which the installation's own policy is published: it holds for every vendor that has
/// published none.
pub fn house() -> VendorId {
    "default".parse().expect("a plain word is a vendor id")
}

impl World {
    fn evolve(self, stream: &Stream, fact: &Fact) -> Self {
        match stream {
            Stream::Program(_) => Self { program: self.program.evolve(fact), ..self },
            Stream::Partner(_, partner) => {
                let share = self.program.policy_at(fact.meta.valid_at).policy.policing.family_share_bp;
                Self { families: self.families.evolve(partner, fact, share), ..self }
            }
            Stream::Identity(_) => Self { identities: self.identities.evolve(fact), ..self },
            Stream::Account(..) | Stream::Case(..) | Stream::Partnership(..) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::event::account::{HolderRecorded, HoldingBasis};
    use domain::event::partner::{Enrolled, Origin as EnrolledBy, PartnerEvent, PartnerKind};
    use domain::scope::Scope;
    use domain::time::Instant;

    use super::*;
    use crate::fixture::fact;

    fn enrolled(position: u64) -> Fact {
        let (kinds, keys, legal_name) = (vec![PartnerKind::Var], Vec::new(), "Contoso".to_owned());
        let enrolled = Enrolled { kinds, legal_name, keys, country: None, origin: EnrolledBy::Application };
        fact(position, Event::Partner(PartnerEvent::Enrolled(enrolled)))
    }

    fn moved(position: u64) -> Fact {
        let recorded = HolderRecorded {
            holder: "contoso".parse().unwrap(),
            previous: None,
            scope: Scope::all(),
            from: Instant::EARLIEST,
            basis_claimed: HoldingBasis::Initial,
            change: None,
            batch: Some("spring".parse().unwrap()),
        };
        fact(position, Event::Account(AccountEvent::HolderRecorded(recorded)))
    }

    #[test]
    fn how_far_a_vendor_is_known_depends_on_no_order_of_arrival() {
        let partner: Stream = "partner-acme.contoso".parse().unwrap();
        let account: Stream = "account-acme.globex".parse().unwrap();
        let others: Stream = "partner-umbrella.contoso".parse().unwrap();
        let arriving = [
            (&partner, enrolled(3)),
            (&partner, enrolled(5)),
            (&account, moved(4)),
            (&account, moved(7)),
            (&others, enrolled(9)),
        ];
        let acme = "acme".parse().unwrap();
        for turn in 0..arriving.len() {
            let mut order: Vec<&(&Stream, Fact)> = arriving.iter().collect();
            order.rotate_left(turn);
            for order in [order.clone(), order.into_iter().rev().collect()] {
                let mut worlds = Worlds::default();
                for (stream, fact) in &order {
                    match Worlds::concerns(stream) {
                        true => worlds.take(stream, fact.clone()),
                        false => worlds.take_batch(stream, fact),
                    }
                }
                let known = (1..10).filter(|position| worlds.is_known_by(&acme, *position));
                assert_eq!(known.collect::<Vec<u64>>(), [7, 8, 9], "{order:?}");
            }
        }
    }
}
