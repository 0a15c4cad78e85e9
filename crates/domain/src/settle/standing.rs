//! Which registrations keep others out while history is walked, found without looking at every deal.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::account::registration::Deal;
use crate::decide::registration::judgement::{Ask, keeps_out};
use crate::event::Event;
use crate::event::deal::DealEvent;
use crate::fact::Fact;
use crate::id::{DealId, PartnerId, Term};
use crate::scope::Dimension;
use crate::time::Instant;

/// Approved registrations by product line and partner, oldest approval first.
///
/// Instants only grow during a walk, so what no longer protects at the front is dropped for good.
#[derive(Debug)]
pub(super) struct Standing {
    by_line: BTreeMap<Term, ByPartner>,
    /// Those that name no product lines, or all but some.
    wide: ByPartner,
    /// When the customer decided, as far as it is known at all: protection never outlasts it.
    outcomes: HashMap<DealId, Instant>,
    approvals: u64,
}

type ByPartner = BTreeMap<PartnerId, VecDeque<Entry>>;

/// A deal by its place in the account, and which approval of the walk it was, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    approval: u64,
    place: usize,
}

impl Standing {
    pub(super) fn new(facts: &[Cow<'_, Fact>]) -> Self {
        let outcome = |fact: &Cow<'_, Fact>| match &fact.event {
            Event::Deal(DealEvent::Won(won)) => Some((won.deal.clone(), won.at)),
            Event::Deal(DealEvent::Lost(lost)) => Some((lost.deal.clone(), lost.at)),
            Event::Deal(_)
            | Event::Account(_)
            | Event::Handoff(_)
            | Event::Change(_)
            | Event::Consent(_)
            | Event::Notice(_)
            | Event::Trade(_)
            | Event::Commission(_)
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_)
            | Event::Correction(_) => None,
        };
        let outcomes = facts.iter().filter_map(outcome).collect();
        Self { by_line: BTreeMap::new(), wide: BTreeMap::new(), outcomes, approvals: 0 }
    }

    /// Takes in a deal that was approved or extended just now.
    pub(super) fn add(&mut self, deal: &Deal, place: usize) {
        let (Some(partner), Some(scope)) = (&deal.partner, &deal.approved_scope) else { return };
        let entry = Entry { approval: self.approvals, place };
        self.approvals += 1;
        let push = |by_partner: &mut ByPartner| {
            by_partner.entry(partner.clone()).or_default().push_back(entry);
        };
        match &scope.product_lines {
            Dimension::Only(lines) => {
                for line in lines {
                    push(self.by_line.entry(line.clone()).or_default());
                }
            }
            Dimension::Except(_) => push(&mut self.wide),
        }
    }

    /// The first approved registration of another partner that keeps `ask` out.
    pub(super) fn rival(&mut self, deals: &[Deal], ask: &Ask<'_>) -> Option<DealId> {
        let outcomes = &self.outcomes;
        let mut first: Option<Entry> = None;
        let mut look = |by_partner: &mut ByPartner| {
            let found = first_of(by_partner, deals, outcomes, ask);
            first = first.into_iter().chain(found).min_by_key(|entry| entry.approval);
        };
        look(&mut self.wide);
        match &ask.scope.product_lines {
            Dimension::Only(lines) => {
                for line in lines {
                    if let Some(by_partner) = self.by_line.get_mut(line) {
                        look(by_partner);
                    }
                }
            }
            Dimension::Except(_) => self.by_line.values_mut().for_each(look),
        }
        first.map(|entry| deals[entry.place].deal.clone())
    }
}

fn first_of(
    by_partner: &mut ByPartner,
    deals: &[Deal],
    outcomes: &HashMap<DealId, Instant>,
    ask: &Ask<'_>,
) -> Option<Entry> {
    let protects = |entry: &Entry| {
        let deal = &deals[entry.place];
        deal.protects(ask.at) && outcomes.get(&deal.deal).is_none_or(|over| ask.at < *over)
    };
    let mut first: Option<Entry> = None;
    by_partner.retain(|partner, entries| {
        if partner == ask.partner {
            return true;
        }
        while entries.front().is_some_and(|entry| !protects(entry)) {
            entries.pop_front();
        }
        let found = entries.iter().find(|entry| protects(entry) && keeps_out(&deals[entry.place], ask));
        first = first.into_iter().chain(found.copied()).min_by_key(|entry| entry.approval);
        !entries.is_empty()
    });
    first
}
