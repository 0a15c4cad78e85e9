//! What the paying system accrued for the orders under a handoff, and who gave up any of it.

use std::collections::HashMap;

use domain::account::gain::Gain;
use domain::account::guest::Handoff;
use domain::account::{Accrual, AccrualKind};
use domain::event::Party;
use domain::id::{CommissionId, EventId, OrderId};
use domain::money::Money;
use domain::protection::kin;

use crate::scene::Scene;

/// The account's money rows as one handoff sees them.
pub(super) struct Books<'a> {
    /// Accrued less what the guest's side wrote off, in minor units, by order.
    paid: HashMap<&'a OrderId, i64>,
    /// The host's waivers, by order.
    waived: HashMap<&'a OrderId, EventId>,
    /// A waiver by the host of a commission that never accrued: it may be of any order.
    waived_unseen: Option<EventId>,
    /// What came back, in minor units, by order.
    returned: HashMap<&'a OrderId, i64>,
}

enum Side {
    Host,
    Guest,
    Vendor,
}

impl<'a> Books<'a> {
    pub(super) fn of(scene: &Scene<'a>, handoff: &Handoff) -> Self {
        let account = scene.known.account;
        let mut books = Self {
            paid: HashMap::new(),
            waived: HashMap::new(),
            waived_unseen: None,
            returned: HashMap::new(),
        };
        for back in &account.returns {
            *books.returned.entry(&back.order).or_default() += back.net.minor.abs();
        }
        let mut orders: HashMap<&CommissionId, &OrderId> = HashMap::new();
        let accrued = account.money.iter().filter(|row| row.kind == AccrualKind::Accrued);
        for row in accrued {
            let Some(order) = &row.order else { continue };
            orders.insert(&row.commission, order);
            if row.handoff.as_ref() == Some(&handoff.handoff) {
                *books.paid.entry(order).or_default() += row.amount.minor;
            }
        }
        for row in account.money.iter().filter(|row| row.kind != AccrualKind::Accrued) {
            let order = orders.get(&row.commission).copied();
            match (side(scene, handoff, row), order) {
                (Side::Host, Some(order)) => drop(books.waived.insert(order, row.event)),
                (Side::Host, None) => books.waived_unseen = Some(row.event),
                (Side::Guest, Some(order)) => {
                    *books.paid.entry(order).or_default() -= row.amount.minor.abs();
                }
                // The vendor takes back what came back.
                (Side::Guest, None) | (Side::Vendor, _) => {}
            }
        }
        books
    }

    /// What counts as paid for an order, in minor units.
    pub(super) fn paid(&self, order: &OrderId) -> i64 {
        self.paid.get(order).copied().unwrap_or_default()
    }

    /// The host's waiver that may be of this order.
    pub(super) fn given_up(&self, order: &OrderId) -> Option<EventId> {
        self.waived.get(order).copied().or(self.waived_unseen)
    }

    /// What the customer kept of an order; `None` where its source does not say what it is worth.
    pub(super) fn kept(&self, gain: &Gain) -> Option<Money> {
        let returned = gain.order().and_then(|order| self.returned.get(order)).copied().unwrap_or_default();
        gain.net.map(|net| Money::new(net.minor.saturating_sub(returned), net.currency))
    }
}

/// Who gave a commission up: the host may; what the guest's side signs or tells does not count.
fn side(scene: &Scene<'_>, handoff: &Handoff, row: &Accrual) -> Side {
    let is_guests = |partner| kin::of_guest(scene.known, handoff, partner, row.at).is_some();
    if row.reported_by.as_ref().is_some_and(is_guests) {
        return Side::Guest;
    }
    match &row.by {
        Some(Party::Host) => Side::Host,
        Some(Party::Guest) => Side::Guest,
        Some(Party::Partner(partner)) if *partner == handoff.host => Side::Host,
        Some(Party::Partner(partner)) if is_guests(partner) => Side::Guest,
        Some(Party::Vendor | Party::Customer | Party::Partner(_)) | None => Side::Vendor,
    }
}
