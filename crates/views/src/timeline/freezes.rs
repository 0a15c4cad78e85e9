//! What may not move for now, and the vendor's own steps into the account.

use domain::account::Account;
use domain::account::guest::{Freeze, Override};
use domain::event::Party;
use domain::event::account::{FreezeTarget, OverrideAct};

use super::{Bar, Lane, LaneKind, Mark, Tone, bar, brief, mark};

pub(super) fn lanes(account: &Account) -> Vec<Lane> {
    account.freezes.iter().map(freeze_lane).chain(vendor_lane(account)).collect()
}

fn freeze_lane(freeze: &Freeze) -> Lane {
    let title = match &freeze.against {
        FreezeTarget::FamilyOf(partner) => format!("freeze toward {partner}"),
        FreezeTarget::All => "freeze".to_owned(),
    };
    // A lift of a part leaves the rest frozen.
    let lifted = freeze.lifts.iter().filter(|lift| lift.scope.covers(&freeze.scope)).map(|lift| lift.from);
    let during = lifted.min().map_or(freeze.during, |from| freeze.during.ended_at(from));
    let label = format!("{} frozen", brief(&freeze.scope));
    let marks = freeze.lifts.iter().map(|lift| {
        let by = match &lift.by {
            Party::Customer => "lifted by the customer",
            Party::Host => "lifted by the host",
            Party::Vendor => "lifted by the vendor",
            Party::Guest | Party::Partner(_) => "lifted",
        };
        mark(lift.from, format!("{} {by}", brief(&lift.scope)), lift.event, Tone::Released)
    });
    let bars = vec![bar(during, label, freeze.event, Tone::Blocked)];
    Lane { title, kind: LaneKind::Freeze, bars, marks: marks.collect() }
}

fn vendor_lane(account: &Account) -> Option<Lane> {
    let stewards = account.stewardships.iter().map(|steward| {
        let label = format!("{} stewards {}", steward.partner, brief(&steward.scope));
        bar(steward.during, label, steward.event, Tone::Quiet)
    });
    let bars: Vec<Bar> = stewards.chain(account.overrides.iter().map(overriding)).collect();
    let marks: Vec<Mark> = account
        .refusals
        .iter()
        .map(|refusal| {
            let label = format!("{} refused by {}", refusal.refused.gaining, refusal.refused.rule);
            mark(refusal.at, label, refusal.event, Tone::Contested)
        })
        .collect();
    let there_is = !bars.is_empty() || !marks.is_empty();
    there_is.then(|| Lane { title: "vendor".to_owned(), kind: LaneKind::Vendor, bars, marks })
}

fn overriding(recorded: &Override) -> Bar {
    let act = match recorded.act {
        OverrideAct::Change => "override: holder",
        OverrideAct::Lift => "override: freeze lifted",
        OverrideAct::Waive => "override: window waived",
    };
    bar(recorded.during, act, recorded.event, Tone::Contested)
}
