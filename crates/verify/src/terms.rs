//! A handoff as its invitation, its acceptance and its amendments state it.

use domain::event::Party;
use domain::event::handoff::{
    Accepted, Amended, Closed, ForfeitureClaimed, GrantedAct, Invited, Progressed, Released,
};
use domain::fact::Fact;
use domain::id::{EventId, HandoffId, PartnerId};
use domain::scope::Scope;
use domain::time::Instant;

use crate::order::place;
use crate::told::{On, Told};

/// What the guest may do from an instant on.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) from: Instant,
    pub(crate) scope: Scope,
    pub(crate) acts: Vec<GrantedAct>,
    pub(crate) event: EventId,
}

/// An accepted handoff.
#[derive(Debug, Clone)]
pub(crate) struct Terms<'a> {
    pub(crate) invited: On<'a, Invited>,
    pub(crate) accepted: On<'a, Accepted>,
    pub(crate) grants: Vec<Grant>,
    /// Amendments, and whether host and guest both signed.
    pub(crate) amended: Vec<(On<'a, Amended>, bool)>,
    pub(crate) released: Vec<On<'a, Released>>,
    pub(crate) forfeited: Vec<On<'a, ForfeitureClaimed>>,
    pub(crate) progressed: Vec<On<'a, Progressed>>,
    pub(crate) closed: Option<On<'a, Closed>>,
}

impl<'a> Terms<'a> {
    /// The accepted handoffs in `told`.
    pub(crate) fn all(told: &Told<'a>) -> Vec<Self> {
        let mut ids: Vec<&HandoffId> = told.invited.iter().map(|invited| &invited.said.handoff).collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().filter_map(|id| Self::of(told, id)).collect()
    }

    pub(crate) fn of(told: &Told<'a>, id: &HandoffId) -> Option<Self> {
        let invited = *told.invited.iter().rfind(|on| on.said.handoff == *id)?;
        let wanted = told.wanted.iter().filter(|on| on.said.handoff == *id).map(|on| place(on.fact));
        let offered = told.invited.iter().filter(|on| on.said.handoff == *id).map(|on| place(on.fact));
        // What is told of a handoff before anybody asked for it is of none.
        let begins = wanted.chain(offered).min()?;
        let since = |fact: &Fact| begins < place(fact);
        let of = |on: &HandoffId, fact: &Fact| on == id && since(fact);
        let accepted = *told.accepted.iter().rfind(|on| of(&on.said.handoff, on.fact))?;
        let mut terms = Self {
            invited,
            accepted,
            grants: vec![Grant {
                from: invited.at(),
                scope: invited.said.granted_scope.clone(),
                acts: invited.said.granted_acts.clone(),
                event: invited.id(),
            }],
            amended: Vec::new(),
            released: told.released.iter().filter(|on| of(&on.said.handoff, on.fact)).copied().collect(),
            forfeited: told.forfeited.iter().filter(|on| of(&on.said.handoff, on.fact)).copied().collect(),
            progressed: told.progressed.iter().filter(|on| of(&on.said.handoff, on.fact)).copied().collect(),
            closed: told.closed.iter().rfind(|on| of(&on.said.handoff, on.fact)).copied(),
        };
        for amended in told.amended.iter().filter(|on| of(&on.said.handoff, on.fact)) {
            terms.amend(*amended);
        }
        Some(terms)
    }

    fn amend(&mut self, amended: On<'a, Amended>) {
        let said = amended.said;
        let has_signed = |partner: &PartnerId| {
            said.signed.iter().any(|signature| self.partner(&signature.party) == Some(partner))
        };
        let effective = has_signed(self.host()) && has_signed(self.guest());
        if effective && let Some(last) = self.grants.last().cloned() {
            let mut acts = said.granted_acts.clone().unwrap_or(last.acts);
            let prime = said.prime.as_ref().and_then(|prime| self.partner(prime));
            if prime == Some(self.guest()) && !acts.contains(&GrantedAct::Contract) {
                acts.push(GrantedAct::Contract);
            }
            let scope = said.granted_scope.clone().unwrap_or(last.scope);
            self.grants.push(Grant { from: amended.at(), scope, acts, event: amended.id() });
        }
        self.amended.push((amended, effective));
    }

    pub(crate) fn id(&self) -> &'a HandoffId {
        &self.accepted.said.handoff
    }

    pub(crate) fn host(&self) -> &'a PartnerId {
        &self.invited.said.host
    }

    pub(crate) fn guest(&self) -> &'a PartnerId {
        &self.invited.said.guest
    }

    pub(crate) fn protects(&self) -> &'a Scope {
        &self.invited.said.protected_scope
    }

    pub(crate) fn accepted_at(&self) -> Instant {
        self.accepted.at()
    }

    pub(crate) fn protected_until(&self) -> Instant {
        self.accepted.said.protected_until
    }

    pub(crate) fn tail_until(&self) -> Instant {
        self.accepted.said.tail_until
    }

    /// What the guest may do at `at`.
    pub(crate) fn grant_at(&self, at: Instant) -> Option<&Grant> {
        self.grants.iter().rev().find(|grant| grant.from <= at)
    }

    /// The partner a party stands for.
    pub(crate) fn partner<'p>(&self, party: &'p Party) -> Option<&'p PartnerId>
    where
        'a: 'p,
    {
        match party {
            Party::Host => Some(self.host()),
            Party::Guest => Some(self.guest()),
            Party::Partner(partner) => Some(partner),
            Party::Customer | Party::Vendor => None,
        }
    }

    pub(crate) fn is_host(&self, party: &Party) -> bool {
        self.partner(party) == Some(self.host())
    }
}
