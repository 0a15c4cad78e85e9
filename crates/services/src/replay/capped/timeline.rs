//! One account walked in the order it was recorded: when a registration wants a place, and how long it has one.

use std::collections::{BTreeMap, HashSet};

use domain::account::history;
use domain::event::Event;
use domain::event::deal::{Approved, DealEvent};
use domain::fact::{Class, Fact};
use domain::id::{DealId, EventId, PartnerId};
use domain::time::Instant;

use super::vain;
use crate::replay::again::{self, Others, Said};
use crate::replay::standing::{Ground, with_derived};

/// Something that matters to how many registrations a partner has open.
#[derive(Debug)]
pub(super) struct Step {
    /// Where in the journal it was recorded.
    pub(super) position: u64,
    pub(super) deal: DealId,
    pub(super) partner: PartnerId,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// A submission that is approved if there is a place for it, and then has it until `until`.
    Asks {
        submission: EventId,
        at: Instant,
        until: Instant,
    },
    Opens {
        until: Instant,
    },
    Ends,
}

/// The steps of an account, by what was known of it at each of them and with what the ground says is refused.
pub(super) fn steps(ground: Ground<'_>, recorded: Vec<Fact>) -> Vec<Step> {
    let mut told: Vec<Fact> = recorded.into_iter().filter(|fact| !fact.is_settled()).collect();
    let none = HashSet::new();
    let refused = ground.refused.and_then(|refused| refused.of(ground.stream)).unwrap_or(&none);
    let vain = vain(&told, refused);
    told.retain(|fact| !vain.contains(&fact.meta.id));
    let let_in = approved_by_a_person(&told);
    let is_one_of_several = ground.world.identities.reach(ground.account);
    let kept =
        || ground.refused.map_or_else(|| told.clone(), |refused| refused.kept(ground.stream, told.clone()));
    let others = if is_one_of_several { again::others(ground, kept()) } else { Others::new() };
    let mut walked = Walked { ground, others, known: Vec::new(), open: BTreeMap::new(), steps: Vec::new() };
    for one in again::told(ground, told) {
        let next = walked.next(one);
        let asks = next.asks(&let_in);
        let is_refused = asks.as_ref().is_some_and(|(submission, _)| refused.contains(submission));
        walked.steps.extend(asks.map(|(_, step)| step));
        if !is_refused {
            walked.take(next);
        }
    }
    walked.steps
}

/// The submissions that a person approved before the same deal was submitted again.
fn approved_by_a_person(facts: &[Fact]) -> HashSet<EventId> {
    let (mut approved, mut let_in) = (HashSet::new(), HashSet::new());
    for fact in facts.iter().rev() {
        if let Some(ruled) = approval(fact, Class::Ruled) {
            approved.insert(&ruled.deal);
        }
        if let Event::Deal(DealEvent::Submitted(submitted)) = &fact.event
            && approved.remove(&submitted.deal)
        {
            let_in.insert(fact.meta.id);
        }
    }
    let_in
}

fn approval(fact: &Fact, class: Class) -> Option<&Approved> {
    let Event::Deal(DealEvent::Approved(approved)) = &fact.event else { return None };
    (fact.meta.class == class).then_some(approved)
}

/// How far the walk has come.
struct Walked<'a> {
    ground: Ground<'a>,
    /// What stands on the other accounts of the customer in the end; what came later is no part of an answer.
    others: Others,
    /// What is recorded so far, without what is derived from it.
    known: Vec<Fact>,
    /// What is open so far, of whom and until when.
    open: BTreeMap<DealId, (PartnerId, Instant)>,
    steps: Vec<Step>,
}

/// What comes next of an account.
struct Next {
    position: u64,
    facts: Vec<Fact>,
    /// Everything known with it and all that is derived; `None` where it opens and ends nothing.
    settled: Option<Vec<Fact>>,
}

impl Walked<'_> {
    fn next(&self, said: Said) -> Next {
        let Said { fact, command } = said;
        let position = fact.meta.position;
        let facts = match command {
            None => vec![fact],
            Some(command) => {
                let asked = &fact.meta;
                let before = again::before(self.ground, &self.known, asked);
                // A command that is refused leaves nothing.
                let decided =
                    again::decide(self.ground, &self.others, &before, asked, &command).unwrap_or_default();
                again::answered(self.ground, asked, decided).collect()
            }
        };
        // What is told late may put what was told before it in another light.
        let is_settled_late = || self.known.iter().any(is_told);
        let matters = facts.iter().any(matters) || (!facts.is_empty() && is_settled_late());
        let settled = matters.then(|| {
            let known = self.known.iter().chain(&facts).cloned().collect();
            with_derived(self.ground.stream, known, self.ground.world)
        });
        Next { position, facts, settled }
    }

    fn take(&mut self, next: Next) {
        self.known.extend(next.facts);
        let Some(settled) = next.settled else { return };
        let deals = history::fold(&settled).deals.into_iter();
        let open: BTreeMap<DealId, (PartnerId, Instant)> = deals
            .filter_map(|deal| {
                let until = deal.open_until(Instant::EARLIEST)?;
                Some((deal.deal, (deal.partner?, until)))
            })
            .collect();
        let was = std::mem::replace(&mut self.open, open);
        let mut step = |deal: &DealId, partner: &PartnerId, what: What| {
            let (deal, partner) = (deal.clone(), partner.clone());
            self.steps.push(Step { position: next.position, deal, partner, what });
        };
        for (deal, (partner, _)) in was.iter().filter(|(deal, was)| self.open.get(*deal) != Some(*was)) {
            step(deal, partner, What::Ends);
        }
        for (deal, is) in self.open.iter().filter(|(deal, is)| was.get(*deal) != Some(*is)) {
            step(deal, &is.0, What::Opens { until: is.1 });
        }
    }
}

impl Next {
    /// The submission that takes a place, if this is one and nobody let it in.
    fn asks(&self, let_in: &HashSet<EventId>) -> Option<(EventId, Step)> {
        let settled = self.settled.as_ref()?;
        let asked = |fact| Some((fact, again::submitted(fact)?));
        let (fact, submitted) = self.facts.iter().find_map(asked)?;
        let (id, at) = (fact.meta.id, fact.meta.valid_at);
        if let_in.contains(&id) {
            return None;
        }
        let answers = |fact: &&Fact| fact.meta.causation.is_none_or(|cause| cause == id);
        let own = settled.iter().filter(|fact| fact.meta.position >= self.position).filter(answers);
        let mut approvals = own.filter_map(|fact| approval(fact, Class::Derived));
        let approved = approvals.find(|approved| approved.deal == submitted.deal)?;
        let what = What::Asks { submission: id, at, until: approved.protected_until };
        let (deal, partner) = (submitted.deal.clone(), submitted.partner.clone());
        Some((id, Step { position: self.position, deal, partner, what }))
    }
}

/// Whether it is a submission that was told.
fn is_told(fact: &Fact) -> bool {
    matches!(fact.event, Event::Deal(DealEvent::Submitted(_))) && again::submitted(fact).is_none()
}

/// Whether it may open or end a registration by itself.
fn matters(fact: &Fact) -> bool {
    matches!(fact.event, Event::Deal(_) | Event::Correction(_))
}
