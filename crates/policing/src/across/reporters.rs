//! On which accounts something may be found, or no longer, because another account's records changed.

use std::collections::BTreeSet;

use domain::family::Families;
use domain::id::AccountId;
use domain::program::Program;

use super::{Among, Gains, OfAccount, Wide};
use crate::patterns::{r1_repeated, t10_ring, t23_follows_person};

impl Gains {
    /// Takes `now` in the place of what was known of the account, and names the other accounts on which a finding
    /// may begin or end because of that.
    pub fn renew(
        &mut self,
        account: &AccountId,
        now: OfAccount,
        families: &Families,
        program: &Program,
    ) -> BTreeSet<AccountId> {
        // A finding goes to another account with a record that only now is known, as with one that is gone: who
        // reports it is asked with both, before and after.
        let records = [self.of(account).cloned().unwrap_or_default(), now.clone()];
        let of_both = |gains: &Self| {
            let reporters = records.iter().flat_map(|records| reporters(gains, families, program, records));
            reporters.collect::<BTreeSet<AccountId>>()
        };
        let mut concerned = of_both(self);
        self.put(account, now);
        concerned.extend(of_both(self));
        concerned.remove(account);
        concerned
    }
}

/// The accounts on which a finding may rest on one of these records, by all that is in `gains`.
fn reporters(
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
