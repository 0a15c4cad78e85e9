//! A registration as its events tell it: what was asked, what the program decided, what the customer did.

use domain::event::deal::DealEvent;
use domain::id::{DealId, EventId, PartnerId};
use domain::scope::Scope;
use domain::time::Instant;

use crate::scene::Scene;
use crate::told::On;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Undecided,
    Approved,
    /// Rejected, returned, withdrawn or cancelled.
    TurnedDown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Open,
    Won,
    Lost,
}

#[derive(Debug, Clone)]
pub(crate) struct Deal<'a> {
    pub(crate) id: &'a DealId,
    pub(crate) partner: Option<&'a PartnerId>,
    pub(crate) scope: Scope,
    pub(crate) need: &'a str,
    pub(crate) submitted_at: Option<Instant>,
    pub(crate) submission: Option<EventId>,
    pub(crate) tender: bool,
    pub(crate) confirmed: bool,
    pub(crate) standing: Standing,
    pub(crate) decided: Option<(Instant, EventId)>,
    ended: bool,
    /// Until when others are kept out.
    pub(crate) until: Option<Instant>,
    pub(crate) outcome: Outcome,
    outcome_at: Option<Instant>,
    pub(crate) activity: Vec<(Instant, EventId)>,
}

/// Every deal, in the order they were first told.
pub(crate) fn deals<'a>(scene: &Scene<'a>) -> Vec<Deal<'a>> {
    let mut deals: Vec<Deal<'a>> = Vec::new();
    for on in &scene.told.deals {
        let id = about(on.said);
        let place = deals.iter().position(|deal| deal.id == id).unwrap_or_else(|| {
            deals.push(Deal::unknown(id));
            deals.len() - 1
        });
        deals[place].take(on);
    }
    deals
}

fn about(event: &DealEvent) -> &DealId {
    match event {
        DealEvent::Reported(said) => &said.deal,
        DealEvent::Submitted(said) => &said.deal,
        DealEvent::ReviewStarted(said) => &said.deal,
        DealEvent::Returned(said) => &said.deal,
        DealEvent::Approved(said) => &said.deal,
        DealEvent::Rejected(said) => &said.deal,
        DealEvent::Extended(said) => &said.deal,
        DealEvent::Progressed(said) => &said.deal,
        DealEvent::Withdrawn(said) => &said.deal,
        DealEvent::Cancelled(said) => &said.deal,
        DealEvent::Won(said) => &said.deal,
        DealEvent::Lost(said) => &said.deal,
    }
}

impl<'a> Deal<'a> {
    fn unknown(id: &'a DealId) -> Self {
        Self {
            id,
            partner: None,
            scope: Scope::all(),
            need: "",
            submitted_at: None,
            submission: None,
            tender: false,
            confirmed: false,
            standing: Standing::Undecided,
            decided: None,
            ended: false,
            until: None,
            outcome: Outcome::Open,
            outcome_at: None,
            activity: Vec::new(),
        }
    }

    fn take(&mut self, on: &On<'a, DealEvent>) {
        let at = on.at();
        match on.said {
            DealEvent::Submitted(said) => {
                self.partner = Some(&said.partner);
                self.scope = said.scope.clone();
                self.need = &said.need;
                self.submitted_at.get_or_insert(at);
                self.submission = Some(on.id());
                self.tender = said.tender.unwrap_or(false);
                self.confirmed = said.customer_confirmation.is_some();
                if !self.ended_at(at) {
                    (self.standing, self.ended) = (Standing::Undecided, false);
                }
            }
            DealEvent::Approved(said) => {
                let until =
                    if self.ended_at(at) { at.min(said.protected_until) } else { said.protected_until };
                self.until = Some(self.outcome_at.map_or(until, |outcome| outcome.min(until)));
                self.decide(on, Standing::Approved);
            }
            DealEvent::Rejected(_) | DealEvent::Returned(_) => self.decide(on, Standing::TurnedDown),
            DealEvent::Withdrawn(_) | DealEvent::Cancelled(_) => {
                self.decide(on, Standing::TurnedDown);
                self.ended = true;
                self.until = self.until.map(|until| until.min(at));
            }
            DealEvent::ReviewStarted(_) => self.standing = Standing::Undecided,
            DealEvent::Extended(said) => {
                let until = said.protected_until;
                self.until = self.until.map(|_| self.outcome_at.map_or(until, |outcome| outcome.min(until)));
            }
            DealEvent::Progressed(said) => self.activity.push((said.at, on.id())),
            DealEvent::Won(said) => self.settle(Outcome::Won, said.at),
            DealEvent::Lost(said) => self.settle(Outcome::Lost, said.at),
            DealEvent::Reported(_) => {}
        }
    }

    /// Of one instant ends have the last word.
    fn ended_at(&self, at: Instant) -> bool {
        self.ended && self.decided.is_some_and(|(decided_at, _)| decided_at == at)
    }

    fn decide(&mut self, on: &On<'a, DealEvent>, standing: Standing) {
        if !self.ended_at(on.at()) {
            (self.standing, self.ended) = (standing, false);
            self.decided = Some((on.at(), on.id()));
        }
    }

    fn settle(&mut self, outcome: Outcome, at: Instant) {
        (self.outcome, self.outcome_at) = (outcome, Some(at));
        self.until = self.until.map(|until| until.min(at));
    }
}
