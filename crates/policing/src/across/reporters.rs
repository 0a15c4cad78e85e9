//! On which accounts something may be found, or no longer, because another account's records changed.

use std::collections::BTreeSet;

use domain::family::Families;
use domain::id::AccountId;
use domain::program::Program;

use super::{Among, Gains, OfAccount, Wide};
use crate::patterns::{r1_repeated, t10_ring, t23_follows_person};

/// The accounts on which a finding may rest on one of these records, by all that is in `gains`.
///
/// Ask before and after the records changed: a finding may have ended with what was, and begun with what is.
pub fn reporters(
    gains: &Gains,
    families: &Families,
    program: &Program,
    records: &OfAccount,
) -> BTreeSet<AccountId> {
    let among = Among::all(gains);
    let wide = Wide { among: &among, families, program };
    let mut accounts = BTreeSet::new();
    for handed in &records.handed {
        accounts.extend(t10_ring::accounts(wide, handed));
        accounts.extend(r1_repeated::accounts(wide, handed));
    }
    for departure in &records.departures {
        accounts.extend(t23_follows_person::accounts(wide, departure));
    }
    accounts
}
