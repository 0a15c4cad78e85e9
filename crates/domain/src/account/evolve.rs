//! How one fact changes the account: holdings, deals and trade. It changes and never judges.

use crate::account::bearer::bear;
use crate::account::gain::{Gain, GainKind, Touch, TouchKind, reporter};
use crate::account::holding::{HeldBy, Holding, Stewardship, take_over};
use crate::account::registration::{Deal, Outcome, Registration, Rejection};
use crate::account::{Account, Accrual, AccrualKind, Anchored, Contact, Founder, Refused, Return};
use crate::event::account::{AccountEvent, ContactPurpose, ContactReplaced, HolderRecorded, Opened};
use crate::event::commission::CommissionEvent;
use crate::event::correction::CorrectionEvent;
use crate::event::deal::{DealEvent, Submitted};
use crate::event::trade::{Order, TradeEvent};
use crate::event::{Event, Party};
use crate::fact::{Fact, Meta};
use crate::id::{CommissionId, DealId, PartnerId};
use crate::money::Money;
use crate::rank::fold_key;
use crate::scope::{Dimension, Scope};
use crate::time::{Instant, Interval};

impl Account {
    /// The account after `fact`, which must sort after all facts folded before.
    pub fn evolve(mut self, fact: &Fact) -> Self {
        let meta = &fact.meta;
        match &fact.event {
            Event::Account(event) => self.on_account(meta, event),
            Event::Deal(event) => self.on_deal(meta, event),
            Event::Handoff(event) => {
                bear(&mut self.bearers, meta);
                self.on_handoff(meta, event);
            }
            Event::Change(event) => {
                bear(&mut self.bearers, meta);
                self.on_change(meta, event);
            }
            Event::Consent(event) => {
                bear(&mut self.bearers, meta);
                self.on_consent(meta, event);
            }
            Event::Notice(event) => self.on_notice(meta, event),
            Event::Trade(event) => self.on_trade(meta, event),
            Event::Commission(event) => self.on_commission(meta, event),
            Event::Correction(CorrectionEvent::Committed(committed)) => {
                let recorded_at = meta.recorded_at;
                self.anchors.push(Anchored { digest: committed.digest, event: meta.id, recorded_at });
            }
            // Corrections took effect before the fold; the others live in streams of their own.
            Event::Correction(CorrectionEvent::Corrected(_) | CorrectionEvent::Retracted(_))
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_) => {}
        }
        self.last = Some(fold_key(fact));
        self
    }

    fn on_account(&mut self, meta: &Meta, event: &AccountEvent) {
        match event {
            AccountEvent::Opened(opened) => self.open(meta, opened),
            AccountEvent::HolderRecorded(recorded) => self.record_holder(meta, recorded),
            AccountEvent::FreezePlaced(placed) => self.place_freeze(meta, placed),
            AccountEvent::FreezeLifted(lifted) => self.lift_freeze(meta, lifted),
            AccountEvent::Locked(locked) => self.lock(meta, locked),
            AccountEvent::ContactReplaced(replaced) => self.replace_contact(meta, replaced),
            AccountEvent::OverrideRecorded(recorded) => self.record_override(meta, recorded),
            AccountEvent::StewardshipStarted(started) => self.stewardships.push(Stewardship {
                partner: started.steward.clone(),
                scope: started.scope.clone(),
                during: Interval::new(meta.valid_at, started.until),
                event: meta.id,
            }),
            AccountEvent::TakeoverRefused(refused) => {
                let refused = refused.clone();
                self.refusals.push(Refused { event: meta.id, refused, at: meta.valid_at, disputed: None });
            }
            AccountEvent::RefusalDisputed(disputed) => {
                let refusal = self.refusals.iter_mut().find(|known| known.event == disputed.refused);
                if let Some(refusal) = refusal {
                    refusal.disputed = Some(meta.id);
                }
            }
            AccountEvent::Absorbed(absorbed) => self.into = Some(absorbed.into.clone()),
            AccountEvent::Restored(_) => self.into = None,
        }
    }

    fn open(&mut self, meta: &Meta, opened: &Opened) {
        for key in &opened.keys {
            if !self.keys.contains(key) {
                self.keys.push(key.clone());
            }
        }
        if self.opened.is_none() {
            self.opened = Some(meta.id);
        }
        self.found(meta, reporter(&meta.actor).as_ref());
        if let Some(contact) = &opened.customer {
            self.contacts.push(Contact {
                party: Party::Customer,
                purpose: ContactPurpose::CustomerAuthority,
                contact: contact.clone(),
                during: Interval::open(meta.valid_at),
                by: reporter(&meta.actor),
                confirmed_by: None,
                event: meta.id,
            });
        }
        if self.legal_name.is_empty() {
            self.legal_name.clone_from(&opened.legal_name);
        }
    }

    /// The first to open it, or to register on it while nobody had, is the one through whom it is known.
    fn found(&mut self, meta: &Meta, partner: Option<&PartnerId>) {
        if let Some(partner) = partner.filter(|_| self.opened_by.is_none()) {
            let (partner, at, event) = (partner.clone(), meta.valid_at, meta.id);
            self.opened_by = Some(Founder { partner, at, event });
        }
    }

    fn record_holder(&mut self, meta: &Meta, recorded: &HolderRecorded) {
        let holding = Holding {
            scope: recorded.scope.clone(),
            holder: recorded.holder.clone(),
            during: Interval::open(recorded.from),
            basis: HeldBy::Recorded(recorded.basis_claimed),
            event: meta.id,
            recorded_at: meta.recorded_at,
            contested: None,
            batch: recorded.batch.clone(),
        };
        take_over(&mut self.holdings, holding);
        let kind = GainKind::HolderRecorded {
            previous: recorded.previous.clone(),
            basis_claimed: recorded.basis_claimed,
            change: recorded.change.clone(),
            batch: recorded.batch.clone(),
        };
        self.gain(meta, kind, recorded.holder.clone(), Some(recorded.scope.clone()), recorded.from);
    }

    fn replace_contact(&mut self, meta: &Meta, replaced: &ContactReplaced) {
        let same = |known: &&mut Contact| {
            known.party == replaced.party && known.purpose == replaced.purpose && known.during.until.is_none()
        };
        for known in self.contacts.iter_mut().filter(same) {
            known.during = known.during.ended_at(meta.valid_at);
        }
        self.contacts.push(Contact {
            party: replaced.party.clone(),
            purpose: replaced.purpose,
            contact: replaced.contact.clone(),
            during: Interval::open(meta.valid_at),
            by: reporter(&meta.actor),
            confirmed_by: replaced.confirmed_by.clone(),
            event: meta.id,
        });
    }

    /// Adds a gain and returns it, so that the caller can say more about it.
    pub(super) fn gain(
        &mut self,
        meta: &Meta,
        kind: GainKind,
        partner: crate::id::PartnerId,
        scope: Option<Scope>,
        at: Instant,
    ) -> &mut Gain {
        self.gains.push(Gain {
            kind,
            partner,
            scope,
            at,
            event: meta.id,
            position: meta.position,
            recorded_at: meta.recorded_at,
            under_handoff: None,
            reported_by: reporter(&meta.actor),
            scope_disagrees: false,
            net: None,
        });
        self.gains.last_mut().expect("a gain was pushed just now")
    }

    fn deal_mut(&mut self, deal: &DealId) -> &mut Deal {
        let next = self.deals.len();
        let place = *self.deal_places.entry(deal.clone()).or_insert(next);
        if place == next {
            self.deals.push(Deal::unknown(deal.clone()));
        }
        &mut self.deals[place]
    }

    fn on_deal(&mut self, meta: &Meta, event: &DealEvent) {
        match event {
            DealEvent::Reported(reported) => {
                let deal = self.deal_mut(&reported.deal);
                deal.source.get_or_insert_with(|| reported.system.clone());
                deal.snapshot_revision = deal.snapshot_revision.max(reported.snapshot_revision);
                let seen = deal.reported.unwrap_or(Interval::new(meta.valid_at, meta.valid_at));
                let until = seen.until.map_or(meta.valid_at, |until| until.max(meta.valid_at));
                deal.reported = Some(Interval::new(seen.from.min(meta.valid_at), until));
            }
            DealEvent::Submitted(submitted) => self.submit(meta, submitted),
            DealEvent::ReviewStarted(started) => {
                self.deal_mut(&started.deal).registration = Registration::InReview
            }
            DealEvent::Returned(returned) => {
                let deal = self.deal_mut(&returned.deal);
                deal.missing.clone_from(&returned.missing);
                decide(deal, meta, Registration::Returned);
            }
            DealEvent::Approved(approved) => self.approve(meta, approved),
            DealEvent::Rejected(rejected) => {
                let deal = self.deal_mut(&rejected.deal);
                decide(deal, meta, Registration::Rejected);
                deal.rejection = Some(Rejection { reason: rejected.reason, rival: rejected.rival.clone() });
            }
            DealEvent::Extended(extended) => {
                let deal = self.deal_mut(&extended.deal);
                deal.extensions = deal.extensions.saturating_add(1);
                if let Some(window) = deal.protection {
                    let window = Interval::new(window.from, extended.protected_until);
                    deal.protection = Some(deal.outcome_at.map_or(window, |at| window.ended_at(at)));
                }
            }
            DealEvent::Progressed(progressed) => {
                self.deal_mut(&progressed.deal).activity.push((progressed.at, meta.id));
            }
            DealEvent::Withdrawn(withdrawn) => {
                end(self.deal_mut(&withdrawn.deal), meta, Registration::Withdrawn)
            }
            DealEvent::Cancelled(cancelled) => {
                end(self.deal_mut(&cancelled.deal), meta, Registration::Cancelled)
            }
            DealEvent::Won(won) => settle(self.deal_mut(&won.deal), meta, Outcome::Won, won.at, won.value),
            DealEvent::Lost(lost) => {
                settle(self.deal_mut(&lost.deal), meta, Outcome::Lost, lost.at, lost.value)
            }
        }
    }

    fn submit(&mut self, meta: &Meta, submitted: &Submitted) {
        if self.opened.is_none() {
            self.found(meta, Some(&submitted.partner));
        }
        let deal = self.deal_mut(&submitted.deal);
        deal.source = submitted.source.clone().or(deal.source.take());
        deal.partner = Some(submitted.partner.clone());
        deal.scope = submitted.scope.clone();
        deal.need.clone_from(&submitted.need);
        deal.submitted_at.get_or_insert(meta.valid_at);
        if deal.submission.is_none() {
            deal.position = meta.position;
        }
        deal.submission = Some(meta.id);
        deal.missing.clone_from(&submitted.missing);
        if submitted.missing.is_empty() {
            deal.complete_at.get_or_insert(meta.valid_at);
        }
        deal.customer_confirmed = submitted.customer_confirmation.as_ref().map(|_| meta.id);
        deal.under_handoff.clone_from(&submitted.under_handoff);
        deal.renews.clone_from(&submitted.renews);
        deal.tender = submitted.tender.unwrap_or(false);
        deal.value = submitted.expected_value.or(deal.value);
        if !ended_at(deal, meta.valid_at) {
            deal.registration = Registration::Submitted;
            deal.rejection = None;
        }
        self.touches.push(Touch {
            kind: TouchKind::Submission,
            partner: submitted.partner.clone(),
            scope: Some(submitted.scope.clone()),
            at: meta.valid_at,
            reported_under: submitted.under_handoff.clone(),
            customer_initiated: false,
            event: meta.id,
            reported_by: reporter(&meta.actor),
        });
    }

    fn approve(&mut self, meta: &Meta, approved: &crate::event::deal::Approved) {
        let deal = self.deal_mut(&approved.deal);
        decide(deal, meta, Registration::Approved);
        deal.approved_scope = Some(approved.scope.clone());
        let window = Interval::new(approved.protected_from, approved.protected_until);
        let window = if ended_at(deal, meta.valid_at) { window.ended_at(meta.valid_at) } else { window };
        deal.protection = Some(deal.outcome_at.map_or(window, |at| window.ended_at(at)));
        let (partner, handoff) = (deal.partner.clone(), deal.under_handoff.clone());
        if let Some(partner) = partner {
            let kind = GainKind::DealApproved { deal: approved.deal.clone() };
            self.gain(meta, kind, partner, Some(approved.scope.clone()), meta.valid_at).under_handoff =
                handoff;
        }
    }

    fn on_trade(&mut self, meta: &Meta, event: &TradeEvent) {
        match event {
            TradeEvent::OrderBooked(order) => {
                let (sold_through, deal) = (order.sold_through.clone(), order.deal.clone());
                self.book(
                    meta,
                    order,
                    GainKind::OrderBooked { order: order.order.clone(), sold_through, deal },
                );
            }
            TradeEvent::RenewalBooked(renewal) => {
                let order = &renewal.order;
                let kind = GainKind::RenewalBooked {
                    order: order.order.clone(),
                    renews: renewal.renews.clone(),
                    sold_through: order.sold_through.clone(),
                    deal: order.deal.clone(),
                };
                self.book(meta, order, kind);
            }
            TradeEvent::OrderReturned(returned) => self.returns.push(Return {
                order: returned.order.clone(),
                net: returned.net,
                at: returned.at,
                event: meta.id,
                reported_by: reporter(&meta.actor),
            }),
            TradeEvent::QuoteIssued(quote) => self.touches.push(Touch {
                kind: TouchKind::Quote,
                partner: quote.partner.clone(),
                scope: quote.scope.clone(),
                at: quote.at,
                reported_under: quote.reported_under.clone(),
                customer_initiated: quote.customer_initiated.unwrap_or(false),
                event: meta.id,
                reported_by: reporter(&meta.actor),
            }),
            TradeEvent::MeetingHeld(meeting) => self.touches.push(Touch {
                kind: TouchKind::Meeting,
                partner: meeting.partner.clone(),
                scope: meeting.scope.clone(),
                at: meeting.at,
                reported_under: meeting.reported_under.clone(),
                customer_initiated: meeting.customer_initiated.unwrap_or(false),
                event: meta.id,
                reported_by: reporter(&meta.actor),
            }),
            TradeEvent::ContractSigned(contract) => {
                let subcontractors = contract.subcontractors.clone();
                let kind = GainKind::ContractSigned { contract: contract.contract.clone(), subcontractors };
                let prime = contract.prime.clone().unwrap_or_else(|| contract.partner.clone());
                let handoff = contract.reported_under.clone();
                self.gain(meta, kind, prime, contract.scope.clone(), contract.at).under_handoff = handoff;
            }
        }
    }

    fn book(&mut self, meta: &Meta, order: &Order, kind: GainKind) {
        let (scope, disagrees) = order_scope(order);
        let gain = self.gain(meta, kind, order.partner.clone(), scope, order.booked_at);
        gain.under_handoff.clone_from(&order.under_handoff);
        gain.scope_disagrees = disagrees;
        gain.net = order.net.or_else(|| sum(order));
    }

    fn on_commission(&mut self, meta: &Meta, event: &CommissionEvent) {
        let row = |kind, commission: &CommissionId, amount| Accrual {
            kind,
            by: None,
            reported_by: reporter(&meta.actor),
            commission: commission.clone(),
            handoff: None,
            order: None,
            amount,
            at: meta.valid_at,
            event: meta.id,
        };
        self.money.push(match event {
            CommissionEvent::Accrued(accrued) => Accrual {
                handoff: Some(accrued.handoff.clone()),
                order: Some(accrued.order.clone()),
                ..row(AccrualKind::Accrued, &accrued.commission, accrued.amount)
            },
            CommissionEvent::Waived(waived) => Accrual {
                by: Some(waived.by.clone()),
                ..row(AccrualKind::Waived, &waived.commission, waived.amount)
            },
            CommissionEvent::ClawedBack(back) => Accrual {
                by: Some(back.by.clone()),
                ..row(AccrualKind::ClawedBack, &back.commission, back.amount)
            },
        });
    }
}

/// What the lines of an order add up to, if they are of one currency.
fn sum(order: &Order) -> Option<Money> {
    let mut nets = order.lines.iter().map(|line| line.net);
    let first = nets.next()?;
    nets.try_fold(first, |sum, net| sum.plus(&net))
}

/// What an order concerns: its header and its lines together, and whether the two disagree.
fn order_scope(order: &Order) -> (Option<Scope>, bool) {
    let sold = || Dimension::only(order.lines.iter().map(|line| line.product_line.clone()));
    match &order.scope {
        None if order.lines.is_empty() => (None, false),
        None => (Some(Scope { product_lines: sold(), ..Scope::all() }), false),
        Some(header) if order.lines.is_empty() => (Some(header.clone()), false),
        // A header that names no product line leaves that to its lines.
        Some(header) if header.product_lines.is_all() => {
            (Some(Scope { product_lines: sold(), ..header.clone() }), false)
        }
        Some(header) => {
            let together = match &header.product_lines {
                Dimension::Only(terms) => Dimension::only(
                    terms.iter().cloned().chain(order.lines.iter().map(|line| line.product_line.clone())),
                ),
                Dimension::Except(_) => header.product_lines.clone(),
            };
            let disagrees = together != header.product_lines;
            (Some(Scope { product_lines: together, ..header.clone() }), disagrees)
        }
    }
}

/// Whether the deal was withdrawn or cancelled at this very instant: of one instant, ends are folded
/// first and still have the last word.
fn ended_at(deal: &Deal, at: Instant) -> bool {
    let ended = matches!(deal.registration, Registration::Withdrawn | Registration::Cancelled);
    ended && deal.decided_at == Some(at)
}

fn decide(deal: &mut Deal, meta: &Meta, registration: Registration) {
    if ended_at(deal, meta.valid_at) {
        return;
    }
    deal.registration = registration;
    deal.rejection = None;
    deal.decided = Some(meta.id);
    deal.decided_at = Some(meta.valid_at);
}

fn end(deal: &mut Deal, meta: &Meta, registration: Registration) {
    decide(deal, meta, registration);
    deal.protection = deal.protection.map(|window| window.ended_at(meta.valid_at));
}

fn settle(deal: &mut Deal, meta: &Meta, outcome: Outcome, at: Instant, value: Option<crate::money::Money>) {
    deal.outcome = outcome;
    deal.outcome_at = Some(at);
    deal.outcome_event = Some(meta.id);
    deal.value = value.or(deal.value);
    deal.protection = deal.protection.map(|window| window.ended_at(at));
}
