//! A customer that is known under several accounts: protection is asked of all of them together.

use crate::account::{Account, Founder};
use crate::decide::Grounds;
use crate::id::AccountId;
use crate::protection::{self, Act, Attempt, Known, Refusable, kin};

/// An account together with those that identity decisions find to be the same customer, as policing judges it.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    pub account_id: &'a AccountId,
    pub account: &'a Account,
}

impl<'a> Grounds<'a> {
    /// Where registrations keep others out of `account`: itself first, then every other account that is surely this
    /// customer.
    pub(crate) fn registered<'s>(&'s self, account: &'s Account) -> impl Iterator<Item = &'s Account> {
        let is_own = |one: &&Customer<'a>| one.account_id == self.account;
        let own = self.surely.iter().find(is_own).map_or(account, |own| own.account);
        let others = self.surely.iter().filter(move |one| !is_own(one)).map(|one| one.account);
        std::iter::once(own).chain(others)
    }

    /// Why `attempt` on `account` is refused, if it is: what protects the customer under any of its accounts
    /// protects it here.
    pub(crate) fn refusable(&self, account: &Account, attempt: &Attempt<'_>) -> Option<Refusable> {
        let Self { families, program, .. } = *self;
        let of_own = |customer: &&Customer<'_>| customer.account_id == self.account;
        let own = self.customers.iter().find(of_own).map_or(account, |own| own.account);
        if let Some(refusable) = protection::attempt(own, self.account, families, program, attempt) {
            return Some(refusable);
        }
        // A duplicate that is only linked and was handed on itself is no part of the customer it is known as.
        let others = self.customers.iter().chain(self.surely).filter(|customer| !of_own(customer));
        others.into_iter().find_map(|other| {
            let known = Known { account: other.account, account_id: other.account_id, families, program };
            let refusable = protection::attempt(known.account, known.account_id, families, program, attempt)?;
            let is_alias = is_alias(known, account, &refusable, attempt);
            Some(if is_alias { Refusable { rule: "T08", ..refusable } } else { refusable })
        })
    }
}

/// Whether the account asked about is one the guest's family opened since it accepted; the first registration on an
/// account nobody opened would do that.
fn is_alias(known: Known<'_>, account: &Account, refusable: &Refusable, attempt: &Attempt<'_>) -> bool {
    let Some(handoff) = known.account.handoff(&refusable.handoff) else { return false };
    let (partner, at) = match (&account.opened_by, account.opened) {
        (Some(Founder { partner, at, .. }), _) => (partner, *at),
        (None, None) if attempt.act == Act::Register => (attempt.partner, attempt.at),
        (None, _) => return false,
    };
    kin::since_acceptance(known, handoff, partner, at).is_some()
}
