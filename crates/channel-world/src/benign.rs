//! What happens on every account whatever its people are up to: visits, quotes, agreed orders, renewals.

use serde_json::json;

use crate::stage::{Order, Paid, Stage, Terms};

/// How busy host and guest are, in days after acceptance.
pub(crate) struct Life {
    /// Days from which on the host is not heard of.
    pub(crate) host_until: i64,
    pub(crate) guest: Guest,
    /// Whether the finder's share is booked for what the guest orders.
    pub(crate) paid: Paid,
}

/// How the guest does what it promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guest {
    Works,
    /// Accepts, and is not seen again.
    Sleeps,
}

impl Default for Life {
    fn default() -> Self {
        Self { host_until: 360, guest: Guest::Works, paid: Paid::InFull }
    }
}

/// Opens the account and hands it over, with an order of the host from before. That order.
pub(crate) fn begin(stage: &mut Stage<'_>, terms: &Terms) -> Order {
    stage.open();
    let opened = stage.account.opened_at;
    let (host, prize) = (stage.host.clone(), stage.prize());
    let days = stage.some(1, 5);
    let first = stage.order(&host, &prize, opened.plus_days(days).plus_hours(2), false);
    stage.hand_over(terms);
    first
}

/// A year under the handoff.
pub(crate) fn live(stage: &mut Stage<'_>, life: &Life) {
    if life.guest == Guest::Works {
        guest_works(stage, life.paid);
    }
    let (host, prize) = (stage.host.clone(), stage.prize());
    let mut day = stage.some(10, 40);
    while day < life.host_until {
        let at = stage.day(day);
        match stage.some(0, 10) {
            0 | 1 => {
                stage.order(&host, &prize, at, false);
            }
            2 => {
                stage.quote(&host, &prize, at, None);
            }
            3 => {
                let deal = stage.submit(&host, &prize, at, json!({}));
                let days = stage.some(20, 80);
                if stage.chance(6_000) {
                    stage.won(&deal, at.plus_days(days), None);
                } else {
                    stage.lost(&deal, at.plus_days(days));
                }
            }
            _ => {
                stage.meeting(&host, &prize, at, None);
            }
        }
        day += stage.some(18, 70);
    }
}

fn guest_works(stage: &mut Stage<'_>, paid: Paid) {
    let (guest, granted, handoff) = (stage.guest.clone(), stage.granted.clone(), stage.handoff.clone());
    let contacted = stage.some_day(1, 5);
    stage.progress("contacted", "guest", contacted, None);
    let met = stage.some_day(5, 13);
    stage.progress("met", "guest", met, Some("first-visit"));
    stage.meeting(&guest, &granted, met.plus_minutes(30), Some(&handoff));
    let quoted = stage.some_day(15, 30);
    stage.quote(&guest, &granted, quoted, Some(&handoff));
    for _ in 0..stage.some(1, 4) {
        let at = stage.some_day(31, 280);
        let order = stage.order(&guest, &granted, at, true);
        stage.pay(&order, paid);
        if stage.chance(400) {
            stage.returned(&order, at.plus_days(9), "delivered twice");
        }
    }
    let delivered = stage.some_day(282, 300);
    stage.progress("delivered", "guest", delivered, None);
}

/// Nothing happens but work.
pub(crate) fn ordinary(stage: &mut Stage<'_>) {
    begin(stage, &Terms::default());
    live(stage, &Life::default());
    if stage.chance(1_500) {
        // Somebody else calls and gets nothing.
        let (third, prize) = (stage.third(), stage.prize());
        let at = stage.some_day(60, 300);
        stage.quote(&third, &prize, at, None);
        let deal = stage.submit(&third, &prize, at.plus_days(2), json!({}));
        stage.lost(&deal, at.plus_days(40));
    }
    if stage.chance(800) {
        staff_turnover(stage);
    }
    if stage.chance(1_000) {
        // The guest sells something nobody protected.
        let (guest, elsewhere) = (stage.guest.clone(), stage.elsewhere());
        let at = stage.some_day(90, 330);
        stage.order(&guest, &elsewhere, at, false);
    }
}

/// Another person reads the host's mail from now on, as the host itself says.
fn staff_turnover(stage: &mut Stage<'_>) {
    let at = stage.some_day(40, 200);
    let contact = format!("{}-2", stage.host_address());
    let by = crate::book::By::Partner(stage.host.clone());
    stage.contact("host", "notice", &contact, at, by, true);
}
