//! How one fact changes the account: a change of holder, step by step.

use crate::account::Account;
use crate::account::gain::{GainKind, reporter};
use crate::account::guest::*;
use crate::account::holding::HeldBy;
use crate::event::account::Locked;
use crate::event::change::{ChangeEvent, ErrorReported, Executed, Objected, Reversed, VerificationOutcome};
use crate::fact::Meta;
use crate::id::ChangeId;
use crate::scope::Scope;

impl Account {
    pub(super) fn change_mut(&mut self, change: &ChangeId) -> &mut Change {
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
            ChangeEvent::Objected(objected) => self.object(meta, objected),
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
            ChangeEvent::ErrorReported(reported) => self.report_error(meta, reported),
            ChangeEvent::ErrorAnswered(answered) => {
                if let Some(report) = &mut self.change_mut(&answered.change).error {
                    report.answered.get_or_insert((at, answered.answer, meta.id));
                }
            }
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
            self.lock(meta, &Locked { change, scope, from: at, until });
        }
        let kind = GainKind::ChangeExecuted {
            change: executed.change.clone(),
            effective_from: executed.effective_from,
            basis: executed.basis,
        };
        self.gain(meta, kind, executed.holder.clone(), Some(executed.scope.clone()), at);
    }

    fn object(&mut self, meta: &Meta, objected: &Objected) {
        let objection = Objection {
            event: meta.id,
            at: meta.valid_at,
            by: objected.by.clone(),
            ground: objected.ground,
            inquiry_attested: objected.inquiry_attested,
            reported_by: reporter(&meta.actor),
            decided: None,
        };
        let change = self.change_mut(&objected.change);
        if objection.suspends() {
            change.advance(ChangeState::Objected);
        }
        change.objections.push(objection);
    }

    fn report_error(&mut self, meta: &Meta, reported: &ErrorReported) {
        let (event, at, reported) = (meta.id, meta.valid_at, reported.clone());
        let change = self.change_mut(&reported.change);
        change.error.get_or_insert(ErrorReport { event, at, reported, answered: None });
    }

    fn reverse(&mut self, meta: &Meta, reversed: &Reversed) {
        let change = self.change_mut(&reversed.change);
        change.reversed = Some((meta.valid_at, meta.id));
        change.reversed_for = Some(reversed.reason);
        change.state = ChangeState::Reversed;
        // What the lock kept in place is gone.
        for lock in self.locks.iter_mut().filter(|lock| lock.change == reversed.change) {
            lock.during = lock.during.ended_at(meta.valid_at);
        }
        let basis = HeldBy::Change(reversed.change.clone());
        self.hold(meta, reversed.restores.clone(), reversed.scope.clone(), meta.valid_at, basis);
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
            token_tries_failed: 0,
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
            reversed_for: None,
            error: None,
        }
    }

    /// Moves on to `state`, never back; a change that is over stays so.
    pub(super) fn advance(&mut self, state: ChangeState) {
        if self.state < ChangeState::Executed && self.state < state {
            self.state = state;
        }
    }

    /// An upheld objection ends the change; when all are rejected it goes on where it stood.
    fn settle_objections(&mut self) {
        use crate::event::change::ObjectionOutcome::Upheld;
        if self.state != ChangeState::Objected {
            return;
        }
        let mut suspending = self.objections.iter().filter(|objection| objection.suspends());
        if suspending.clone().any(|o| matches!(o.decided, Some((_, Upheld, _)))) {
            self.state = ChangeState::Refused;
        } else if suspending.all(|objection| objection.decided.is_some()) {
            let window_open = self.window_opened.is_some();
            self.state = if window_open { ChangeState::WindowOpen } else { ChangeState::Notified };
        }
    }
}
