//! Twenty-four ways to take an account one was invited into; the twenty-fifth is the host's (`host.rs`).

mod consent;
mod disguise;
mod money;
mod people;
mod plain;
mod time;

use crate::intent::Plot;

/// Every plan once.
pub(crate) const PLOTS: [Plot; 24] = [
    ("T01", plain::direct_grab),
    ("T02", plain::registration),
    ("T03", plain::renewal),
    ("T04", plain::scope_creep),
    ("T05", plain::role_inversion),
    ("T06", disguise::affiliate),
    ("T07", disguise::straw),
    ("T08", disguise::alias),
    ("T09", disguise::sister_company),
    ("T10", disguise::ring),
    ("T11", time::pounce),
    ("T12", time::stall),
    ("T13", time::manufactured_abandonment),
    ("T14", time::backdating),
    ("T15", time::rush),
    ("T16", consent::defective_letter),
    ("T17", consent::captive_verification),
    ("T18", consent::letter_war),
    ("T19", consent::freeze_bypass),
    ("T20", consent::suppressed_notice),
    ("T21", money::evasion),
    ("T22", money::last_touch),
    ("T23", people::account_follows_person),
    ("T25", people::insider),
];

/// Taking again and again: it needs a dozen handoffs, so it is acted out only where plans are met in turn.
pub(crate) const REPEATED: Plot = ("R1", people::repeats);

/// What a plan of several parts goes on with, on an account that is already in play.
pub(crate) const SEQUELS: [Plot; 5] = [
    ("T03", plain::then_renews),
    ("T04", plain::then_orders_more),
    ("T06", disguise::then_books_through_affiliate),
    ("T20", consent::then_captures_contact),
    ("T21", money::then_pays_nothing),
];
