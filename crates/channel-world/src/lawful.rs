//! Twenty ways in which an account moves, or seems to, as the terms allow: each with the papers such people have.

mod consent;
mod others;
mod rights;
mod terms;

use crate::intent::Plot;

/// Every look-alike once.
pub(crate) const PLOTS: [Plot; 20] = [
    ("L1", consent::customer_chose),
    ("L2", consent::host_agreed),
    ("L3", rights::host_abandoned),
    ("L4", rights::window_over),
    ("L5", rights::host_deauthorised),
    ("L6", rights::host_merged),
    ("L7", others::typing_error),
    ("L8", consent::letter_came_late),
    ("L9", terms::out_of_scope),
    ("L10", terms::prior_relationship),
    ("L11", others::public_tender),
    ("L12", others::customer_acquired),
    ("L13", others::uniform_action),
    ("L14", others::namesake),
    ("L15", others::ended_affiliation),
    ("L16", terms::agreed_fulfilment),
    ("L17", rights::stewardship),
    ("L18", consent::told_twice),
    ("L19", others::third_party_won),
    ("L20", terms::split_scope),
];
