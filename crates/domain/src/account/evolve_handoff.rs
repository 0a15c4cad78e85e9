//! How one fact changes the account: invitations, terms, progress and what ends a handoff.

use crate::account::Account;
use crate::account::gain::{Touch, TouchKind, reporter};
use crate::account::guest::*;
use crate::event::Party;
use crate::event::account::{FreezeTarget, Lifted};
use crate::event::handoff::{
    Accepted, Amended, GrantedAct, HandoffEvent, Invited, ProgressKind, Progressed, Released,
};
use crate::fact::{Class, Meta};
use crate::id::{HandoffId, PartnerId};
use crate::scope::Scope;
use crate::time::Interval;

impl Account {
    fn handoff_mut(&mut self, handoff: &HandoffId) -> Option<&mut Handoff> {
        self.handoffs.iter_mut().find(|known| known.handoff == *handoff)
    }

    pub(super) fn on_handoff(&mut self, meta: &Meta, event: &HandoffEvent) {
        match event {
            HandoffEvent::Reported(reported) => {
                let (at, reported) = (meta.valid_at, reported.clone());
                self.invitations.retain(|known| known.reported.handoff != reported.handoff);
                self.invitations.push(ReportedInvitation { event: meta.id, at, reported });
            }
            HandoffEvent::Requested(requested) => {
                // An imported request may be told after its invitation: the terms then stand.
                if let Some(handoff) = self.handoff_mut(&requested.handoff) {
                    handoff.requested.get_or_insert(meta.id);
                    return;
                }
                let mut handoff = Handoff::new(requested.handoff.clone(), requested.host.clone());
                handoff.requested = Some(meta.id);
                handoff.protected_scope = requested.scope.clone();
                self.handoffs.push(handoff);
            }
            HandoffEvent::Invited(invited) => self.invite(meta, invited),
            HandoffEvent::Accepted(accepted) => self.accept(meta, accepted),
            HandoffEvent::Declined(declined) => {
                self.end_invitation(&declined.handoff, Phase::Declined);
                if let Some(handoff) = self.handoff_mut(&declined.handoff) {
                    handoff.declined_at = Some(meta.valid_at);
                }
            }
            HandoffEvent::Revoked(revoked) => self.end_invitation(&revoked.handoff, Phase::Revoked),
            HandoffEvent::Amended(amended) => self.amend(meta, amended),
            HandoffEvent::Progressed(progressed) => self.progress(meta, progressed),
            HandoffEvent::Released(released) => self.release(meta, released),
            HandoffEvent::ForfeitureClaimed(claimed) => {
                if let Some(handoff) = self.handoff_mut(&claimed.handoff) {
                    handoff.forfeitures.push(Forfeiture {
                        scope: claimed.scope.clone(),
                        claimed_by: claimed.claimed_by.clone(),
                        notices: claimed.notices.clone(),
                        claimed_at: meta.valid_at,
                        cure_until: claimed.cure_until,
                        event: meta.id,
                    });
                }
            }
            HandoffEvent::Closed(closed) => {
                let Some(handoff) = self.handoff_mut(&closed.handoff) else { return };
                if meta.class == Class::Derived {
                    handoff.lapse_noted = Some(meta.id);
                } else {
                    handoff.phase = Phase::Closed;
                    handoff.closed = Some((closed.at, closed.outcome, meta.id));
                }
            }
        }
    }

    /// Work under a handoff is also a touch of the customer by whoever did it.
    fn progress(&mut self, meta: &Meta, progressed: &Progressed) {
        let Some(handoff) = self.handoff_mut(&progressed.handoff) else { return };
        let (kind, at, event) = (progressed.kind, progressed.at, meta.id);
        let (commitment, by) = (progressed.commitment.clone(), progressed.by.clone());
        let partner = handoff.partner_of(&by);
        let scope = Some(handoff.protected_scope.clone());
        let (recorded_at, reported_by) = (meta.recorded_at, reporter(&meta.actor));
        handoff.progress.push(Progress { commitment, kind, by, at, event, recorded_at, reported_by });
        if let (Some(partner), Some(kind)) = (partner, touch_kind(kind)) {
            let (reported_under, customer_initiated) = (Some(progressed.handoff.clone()), false);
            let reported_by = reporter(&meta.actor);
            self.touches.push(Touch {
                kind,
                partner,
                scope,
                at,
                reported_under,
                customer_initiated,
                event,
                reported_by,
            });
        }
    }

    fn release(&mut self, meta: &Meta, released: &Released) {
        let Some(handoff) = self.handoff_mut(&released.handoff) else { return };
        handoff.releases.push(Release {
            scope: released.scope.clone(),
            during: Interval { from: released.from, until: released.until },
            signed_by: released.signed_by.clone(),
            signed_at: released.signed_at,
            ratifies: released.ratifies,
            anchor: released.anchor.clone(),
            event: meta.id,
            valid_at: meta.valid_at,
            recorded_at: meta.recorded_at,
            reported_by: reporter(&meta.actor),
        });
    }

    fn invite(&mut self, meta: &Meta, invited: &Invited) {
        if self.handoff(&invited.handoff).is_none() {
            self.handoffs.push(Handoff::new(invited.handoff.clone(), invited.host.clone()));
        }
        let Some(handoff) = self.handoff_mut(&invited.handoff) else { return };
        handoff.host = invited.host.clone();
        handoff.guest = Some(invited.guest.clone());
        handoff.phase = Phase::Invited;
        handoff.invited = Some(meta.id);
        handoff.invited_at = Some(meta.valid_at);
        handoff.expires_at = Some(invited.expires_at);
        handoff.declined_at = None;
        handoff.lapse_noted = None;
        handoff.protected_scope = invited.protected_scope.clone();
        handoff.grants = vec![Grant {
            from: meta.valid_at,
            scope: invited.granted_scope.clone(),
            acts: invited.granted_acts.clone(),
            role: invited.role.clone(),
            event: meta.id,
        }];
        handoff.terms = Some(invited.terms);
        handoff.commission = Some(invited.commission.clone());
        handoff.commitments.clone_from(&invited.commitments);
        handoff.protection_days = invited.protection_days;
        handoff.tail_days = invited.tail_days;
    }

    fn accept(&mut self, meta: &Meta, accepted: &Accepted) {
        let Some(handoff) = self.handoff_mut(&accepted.handoff) else { return };
        handoff.phase = Phase::Accepted;
        handoff.accepted = Some(meta.id);
        handoff.accepted_at = Some(meta.valid_at);
        handoff.accepted_recorded_at = Some(meta.recorded_at);
        handoff.protected_until = Some(accepted.protected_until);
        handoff.tail_until = Some(accepted.tail_until);
        handoff.commission_until = Some(accepted.commission_until);
        handoff.declared_prior.clone_from(&accepted.declared_prior);
        handoff.declared_family.clone_from(&accepted.declared_family);
        handoff.disclosed_networks.clone_from(&accepted.disclosed_networks);
        handoff.policy = Some(accepted.policy.clone());
        let Some(guest) = handoff.guest.clone() else { return };
        let scope = handoff.protected_scope.clone();
        self.freezes.push(Freeze {
            name: Lifted::Handoff(accepted.handoff.clone()),
            scope,
            against: FreezeTarget::FamilyOf(guest),
            during: Interval::new(meta.valid_at, accepted.protected_until),
            handoff: Some(accepted.handoff.clone()),
            event: meta.id,
            lifts: Vec::new(),
        });
    }

    fn end_invitation(&mut self, handoff: &HandoffId, phase: Phase) {
        if let Some(handoff) = self.handoff_mut(handoff) {
            handoff.phase = phase;
        }
    }

    fn amend(&mut self, meta: &Meta, amended: &Amended) {
        let Some(handoff) = self.handoff_mut(&amended.handoff) else { return };
        let effective = handoff.both_signed(&amended.signed);
        if effective {
            let before = handoff.grants.last().cloned();
            let scope = amended.granted_scope.clone().or(before.as_ref().map(|grant| grant.scope.clone()));
            let acts = amended.granted_acts.clone().or(before.as_ref().map(|grant| grant.acts.clone()));
            let role = amended.role.clone().or(before.map(|grant| grant.role));
            let mut acts = acts.unwrap_or_default();
            // Both agreed that the guest signs with the customer.
            let prime = amended.prime.as_ref().and_then(|prime| handoff.partner_of(prime));
            if prime.is_some() && prime == handoff.guest && !acts.contains(&GrantedAct::Contract) {
                acts.push(GrantedAct::Contract);
            }
            handoff.grants.push(Grant {
                from: meta.valid_at,
                scope: scope.unwrap_or_default(),
                acts,
                role: role.unwrap_or_default(),
                event: meta.id,
            });
            handoff.terms = Some(amended.terms);
        }
        handoff.amendments.push(Amendment {
            event: meta.id,
            at: meta.valid_at,
            terms: amended.terms,
            signed: amended.signed.clone(),
            granted_scope: amended.granted_scope.clone(),
            granted_acts: amended.granted_acts.clone(),
            role: amended.role.clone(),
            prime: amended.prime.clone(),
            effective,
        });
    }
}

fn touch_kind(kind: ProgressKind) -> Option<TouchKind> {
    match kind {
        ProgressKind::Contacted => Some(TouchKind::Contact),
        ProgressKind::Quoted => Some(TouchKind::Quote),
        ProgressKind::Met => Some(TouchKind::Meeting),
        ProgressKind::Delivered | ProgressKind::BlockedByCustomer => None,
    }
}

impl Handoff {
    pub(super) fn new(handoff: HandoffId, host: PartnerId) -> Self {
        Self {
            handoff,
            host,
            guest: None,
            phase: Phase::Requested,
            requested: None,
            invited: None,
            invited_at: None,
            expires_at: None,
            declined_at: None,
            lapse_noted: None,
            protected_scope: Scope::all(),
            grants: Vec::new(),
            terms: None,
            commission: None,
            commitments: Vec::new(),
            protection_days: 0,
            tail_days: 0,
            accepted: None,
            accepted_at: None,
            accepted_recorded_at: None,
            protected_until: None,
            tail_until: None,
            commission_until: None,
            declared_prior: Vec::new(),
            declared_family: Vec::new(),
            disclosed_networks: Vec::new(),
            policy: None,
            releases: Vec::new(),
            forfeitures: Vec::new(),
            progress: Vec::new(),
            amendments: Vec::new(),
            closed: None,
        }
    }

    /// The partner a party of this handoff stands for.
    pub fn partner_of(&self, party: &Party) -> Option<PartnerId> {
        match party {
            Party::Host => Some(self.host.clone()),
            Party::Guest => self.guest.clone(),
            Party::Partner(partner) => Some(partner.clone()),
            Party::Customer | Party::Vendor => None,
        }
    }

    fn both_signed(&self, signed: &[crate::event::handoff::Signature]) -> bool {
        let has = |partner: Option<&PartnerId>| {
            partner.is_some() && signed.iter().any(|s| self.partner_of(&s.party).as_ref() == partner)
        };
        has(Some(&self.host)) && has(self.guest.as_ref())
    }
}
