//! How one fact changes the account: handoffs, changes of holder, consent and notices.

use crate::account::Account;
use crate::account::gain::{GainKind, Touch, TouchKind, reporter};
use crate::account::guest::*;
use crate::account::holding::{HeldBy, Holding, take_over};
use crate::event::Party;
use crate::event::account::{
    FreezeLifted, FreezePlaced, FreezeTarget, Lifted, Locked, OverrideAct, OverrideRecorded,
};
use crate::event::change::{ChangeEvent, Executed, Reversed, VerificationOutcome};
use crate::event::consent::ConsentEvent;
use crate::event::handoff::{Accepted, Amended, HandoffEvent, Invited, ProgressKind};
use crate::event::notice::NoticeEvent;
use crate::fact::Meta;
use crate::id::{ChangeId, HandoffId, NoticeId, PartnerId};
use crate::scope::Scope;
use crate::time::{Instant, Interval};

impl Account {
    pub(super) fn place_freeze(&mut self, meta: &Meta, placed: &FreezePlaced) {
        self.freezes.push(Freeze {
            name: Lifted::Freeze(placed.freeze.clone()),
            scope: placed.scope.clone(),
            against: placed.against.clone(),
            during: Interval::new(placed.from, placed.until),
            handoff: placed.handoff.clone(),
            event: meta.id,
            lifts: Vec::new(),
        });
    }

    pub(super) fn lift_freeze(&mut self, meta: &Meta, lifted: &FreezeLifted) {
        let named = |freeze: &&mut Freeze| match &lifted.lifted {
            Lifted::Freeze(_) => freeze.name == lifted.lifted,
            Lifted::Handoff(handoff) => freeze.handoff.as_ref() == Some(handoff),
        };
        for freeze in self.freezes.iter_mut().filter(named) {
            freeze.lifts.push(Lift {
                scope: lifted.scope.clone(),
                from: lifted.from,
                by: lifted.by.clone(),
                event: meta.id,
                valid_at: meta.valid_at,
                evidenced: lifted.evidence.is_some() || lifted.anchor.is_some(),
            });
        }
    }

    pub(super) fn lock(&mut self, meta: &Meta, locked: &Locked) {
        let during = Interval::new(locked.from, locked.until);
        let (scope, change) = (locked.scope.clone(), locked.change.clone());
        self.locks.push(Lock { scope, during, change, event: meta.id });
    }

    pub(super) fn record_override(&mut self, meta: &Meta, recorded: &OverrideRecorded) {
        if let (OverrideAct::Change, Some(holder)) = (recorded.act, &recorded.holder) {
            self.hold(meta, holder.clone(), recorded.scope.clone(), meta.valid_at, HeldBy::Override);
        }
        self.overrides.push(Override {
            event: meta.id,
            scope: recorded.scope.clone(),
            holder: recorded.holder.clone(),
            act: recorded.act,
            reason: recorded.reason,
            reason_text: recorded.reason_text.clone(),
            officers: recorded.officers.clone(),
            during: Interval::new(meta.valid_at, recorded.until),
            published_to: recorded.published_to.clone(),
        });
    }

    fn hold(&mut self, meta: &Meta, holder: PartnerId, scope: Scope, from: Instant, basis: HeldBy) {
        let holding = Holding {
            scope,
            holder,
            during: Interval::open(from),
            basis,
            event: meta.id,
            recorded_at: meta.recorded_at,
            contested: None,
            batch: None,
        };
        take_over(&mut self.holdings, holding);
    }

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
                let mut handoff = Handoff::new(requested.handoff.clone(), requested.host.clone());
                handoff.requested = Some(meta.id);
                handoff.protected_scope = requested.scope.clone();
                self.handoffs.push(handoff);
            }
            HandoffEvent::Invited(invited) => self.invite(meta, invited),
            HandoffEvent::Accepted(accepted) => self.accept(meta, accepted),
            HandoffEvent::Declined(declined) => self.end_invitation(&declined.handoff, Phase::Declined),
            HandoffEvent::Revoked(revoked) => self.end_invitation(&revoked.handoff, Phase::Revoked),
            HandoffEvent::Amended(amended) => self.amend(meta, amended),
            HandoffEvent::Progressed(progressed) => {
                let (by, at, event) = (progressed.by.clone(), progressed.at, meta.id);
                let commitment = progressed.commitment.clone();
                let kind = progressed.kind;
                let Some(handoff) = self.handoff_mut(&progressed.handoff) else { return };
                handoff.progress.push(Progress { commitment, kind, by: by.clone(), at, event });
                let partner = handoff.partner_of(&by);
                let scope = Some(handoff.protected_scope.clone());
                if let (Some(partner), Some(kind)) = (partner, touch_kind(kind)) {
                    let reported_under = Some(progressed.handoff.clone());
                    let customer_initiated = false;
                    self.touches.push(Touch {
                        kind,
                        partner,
                        scope,
                        at,
                        reported_under,
                        customer_initiated,
                        event,
                    });
                }
            }
            HandoffEvent::Released(released) => {
                if let Some(handoff) = self.handoff_mut(&released.handoff) {
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
            }
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
                if let Some(handoff) = self.handoff_mut(&closed.handoff) {
                    handoff.phase = Phase::Closed;
                    handoff.closed = Some((closed.at, closed.outcome, meta.id));
                }
            }
        }
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
            handoff.grants.push(Grant {
                from: meta.valid_at,
                scope: scope.unwrap_or_default(),
                acts: acts.unwrap_or_default(),
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
            prime: amended.prime.clone(),
            effective,
        });
    }

    fn change_mut(&mut self, change: &ChangeId) -> &mut Change {
        let index = self.changes.iter().position(|known| known.change == *change).unwrap_or_else(|| {
            self.changes.push(Change::new(change.clone()));
            self.changes.len() - 1
        });
        &mut self.changes[index]
    }

    pub(super) fn on_change(&mut self, meta: &Meta, event: &ChangeEvent) {
        let at = meta.valid_at;
        match event {
            ChangeEvent::Requested(requested) => {
                let change = self.change_mut(&requested.change);
                change.losing.clone_from(&requested.losing);
                change.gaining = Some(requested.gaining.clone());
                change.scope = requested.scope.clone();
                change.requested = Some(meta.id);
                change.requested_at = Some(at);
                change.effective_from = Some(requested.effective_from);
                change.basis_claimed = Some(requested.basis_claimed);
                change.letter.clone_from(&requested.letter);
                change.token = requested.token;
                change.release = requested.release;
            }
            ChangeEvent::Verified(verified) => {
                let change = self.change_mut(&verified.change);
                if verified.outcome == VerificationOutcome::Confirmed {
                    change.advance(ChangeState::Verified);
                }
                let (verified, actor) = (verified.clone(), meta.actor.clone());
                change.verifications.push(Verification { event: meta.id, at, verified, actor });
            }
            ChangeEvent::Notified(notified) => {
                let change = self.change_mut(&notified.change);
                change.notices.clone_from(&notified.notices);
                change.window_days_business = Some(notified.window_days_business);
                change.advance(ChangeState::Notified);
            }
            ChangeEvent::WindowOpened(opened) => {
                let change = self.change_mut(&opened.change);
                change.window_until = Some(opened.window_until);
                change.window_opened = Some(meta.id);
                change.advance(ChangeState::WindowOpen);
            }
            ChangeEvent::Objected(objected) => {
                let change = self.change_mut(&objected.change);
                change.advance(ChangeState::Objected);
                change.objections.push(Objection {
                    event: meta.id,
                    at,
                    by: objected.by.clone(),
                    ground: objected.ground,
                    inquiry_attested: objected.inquiry_attested,
                    decided: None,
                });
            }
            ChangeEvent::ObjectionDecided(decided) => {
                let change = self.change_mut(&decided.change);
                let objection = change.objections.iter_mut().find(|known| known.event == decided.objection);
                if let Some(objection) = objection {
                    objection.decided = Some((at, decided.outcome, meta.id));
                }
                change.settle_objections();
            }
            ChangeEvent::Waived(waived) => {
                let waiver = Waiver { by: waived.by.clone(), at, event: meta.id };
                self.change_mut(&waived.change).waivers.push(waiver);
            }
            ChangeEvent::Executed(executed) => self.execute(meta, executed),
            ChangeEvent::Rescinded(rescinded) => {
                let change = self.change_mut(&rescinded.change);
                change.rescinded = Some((at, meta.id));
                change.advance(ChangeState::Rescinded);
            }
            ChangeEvent::Reversed(reversed) => self.reverse(meta, reversed),
        }
    }

    fn execute(&mut self, meta: &Meta, executed: &Executed) {
        let at = meta.valid_at;
        self.hold(
            meta,
            executed.holder.clone(),
            executed.scope.clone(),
            executed.effective_from,
            HeldBy::Change(executed.change.clone()),
        );
        let change = self.change_mut(&executed.change);
        change.state = ChangeState::Executed;
        change.gaining.get_or_insert_with(|| executed.holder.clone());
        change.executions.push(Execution {
            event: meta.id,
            at,
            recorded_at: meta.recorded_at,
            executed: executed.clone(),
            by: reporter(&meta.actor),
        });
        if change.requested.is_none() {
            change.scope = executed.scope.clone();
        }
        let letter = change.letter.clone();
        let used = self.letters.iter_mut().find(|known| Some(&known.letter) == letter.as_ref());
        if let Some(letter) = used {
            letter.used_by.get_or_insert_with(|| executed.change.clone());
        }
        if let Some(until) = executed.lock_until {
            let (scope, change) = (executed.scope.clone(), executed.change.clone());
            self.locks.push(Lock { scope, during: Interval::new(at, until), change, event: meta.id });
        }
        let kind = GainKind::ChangeExecuted {
            change: executed.change.clone(),
            effective_from: executed.effective_from,
            basis: executed.basis,
        };
        self.gain(meta, kind, executed.holder.clone(), Some(executed.scope.clone()), at);
    }

    fn reverse(&mut self, meta: &Meta, reversed: &Reversed) {
        let change = self.change_mut(&reversed.change);
        change.reversed = Some((meta.valid_at, meta.id));
        change.state = ChangeState::Reversed;
        let basis = HeldBy::Change(reversed.change.clone());
        self.hold(meta, reversed.restores.clone(), reversed.scope.clone(), meta.valid_at, basis);
    }

    pub(super) fn on_consent(&mut self, meta: &Meta, event: &ConsentEvent) {
        match event {
            ConsentEvent::LetterRecorded(letter) => {
                // A change may be executed before its letter is told.
                let executed = |change: &&Change| {
                    change.letter.as_ref() == Some(&letter.letter) && !change.executions.is_empty()
                };
                let used_by = self.changes.iter().find(executed).map(|change| change.change.clone());
                self.letters.push(Letter {
                    letter: letter.letter.clone(),
                    terms: letter.as_ref().clone(),
                    event: meta.id,
                    valid_at: meta.valid_at,
                    recorded_at: meta.recorded_at,
                    reported_by: reporter(&meta.actor),
                    actor: meta.actor.clone(),
                    rescinded: None,
                    used_by,
                });
            }
            ConsentEvent::LetterRescinded(rescinded) => {
                let letter = self.letters.iter_mut().find(|known| known.letter == rescinded.letter);
                if let Some(letter) = letter {
                    letter.rescinded = Some((rescinded.signed_at, meta.id));
                }
            }
            ConsentEvent::TokenIssued(issued) => {
                let (issued, issued_at) = (issued.clone(), meta.valid_at);
                self.tokens.push(Token { issued, event: meta.id, issued_at, redemptions: Vec::new() });
            }
            ConsentEvent::TokenRedeemed(redeemed) => {
                let token = self.tokens.iter_mut().find(|known| known.issued.token == redeemed.token);
                if let Some(token) = token {
                    token.redemptions.push((meta.valid_at, redeemed.clone(), meta.id));
                }
            }
        }
    }

    fn notice_mut(&mut self, notice: &NoticeId) -> Option<&mut Notice> {
        self.notices.iter_mut().find(|known| known.notice == *notice)
    }

    pub(super) fn on_notice(&mut self, meta: &Meta, event: &NoticeEvent) {
        match event {
            NoticeEvent::Sent(sent) => self.notices.push(Notice {
                notice: sent.notice.clone(),
                to: sent.to.clone(),
                about: sent.about.clone(),
                address: sent.address.clone(),
                address_on_file_since: sent.address_on_file_since,
                sent: meta.id,
                sent_at: meta.valid_at,
                delivered: None,
                bounced: None,
                answers: Vec::new(),
            }),
            NoticeEvent::Delivered(delivered) => {
                if let Some(notice) = self.notice_mut(&delivered.notice) {
                    notice.delivered = Some((delivered.at, meta.id));
                }
            }
            NoticeEvent::Bounced(bounced) => {
                if let Some(notice) = self.notice_mut(&bounced.notice) {
                    notice.bounced = Some((bounced.at, meta.id));
                }
            }
            NoticeEvent::Answered(answered) => {
                if let Some(notice) = self.notice_mut(&answered.notice) {
                    notice.answers.push((answered.at, answered.answer, meta.id));
                }
            }
        }
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
            protected_scope: Scope::all(),
            grants: Vec::new(),
            terms: None,
            commission: None,
            commitments: Vec::new(),
            protection_days: 0,
            tail_days: 0,
            accepted: None,
            accepted_at: None,
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

impl Change {
    fn new(change: ChangeId) -> Self {
        Self {
            change,
            losing: None,
            gaining: None,
            scope: Scope::all(),
            state: ChangeState::Requested,
            requested: None,
            requested_at: None,
            effective_from: None,
            basis_claimed: None,
            letter: None,
            token: None,
            release: None,
            verifications: Vec::new(),
            notices: Vec::new(),
            window_days_business: None,
            window_until: None,
            window_opened: None,
            waivers: Vec::new(),
            objections: Vec::new(),
            executions: Vec::new(),
            rescinded: None,
            reversed: None,
        }
    }

    /// Moves on to `state` unless the change is over.
    fn advance(&mut self, state: ChangeState) {
        if self.state < ChangeState::Executed && (self.state < state || self.state == ChangeState::Objected) {
            self.state = state;
        }
    }

    fn settle_objections(&mut self) {
        use crate::event::change::ObjectionOutcome::Upheld;
        let upheld = self.objections.iter().any(|o| matches!(o.decided, Some((_, Upheld, _))));
        let open = self.objections.iter().any(|o| o.decided.is_none());
        if self.state == ChangeState::Objected && upheld {
            self.state = ChangeState::Refused;
        } else if self.state == ChangeState::Objected && !open {
            self.state = ChangeState::WindowOpen;
        }
    }
}
