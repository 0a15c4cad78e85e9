//! What a host is due for an order of its guest, by the terms both signed: the one computation of it.

use crate::event::handoff::{CommissionBase, CommissionTerms};
use crate::money::Money;

/// What is due for one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Nothing,
    Amount(Money),
    /// Something, but its base (what was collected, or the margin) is not on record.
    Something,
}

/// What `terms` owe for orders worth `net` together; orders below the minimum of the terms owe nothing.
pub fn due(terms: &CommissionTerms, net: Money) -> Due {
    if net.minor <= 0 || terms.rate.get() == 0 || is_below_minimum(terms, net) {
        return Due::Nothing;
    }
    match terms.base {
        CommissionBase::NetOrder => net.share(terms.rate).map_or(Due::Something, Due::Amount),
        CommissionBase::NetCollected | CommissionBase::Margin => Due::Something,
    }
}

/// Whether `net` is worth less than an order must be to owe anything; of another currency nobody can say.
pub fn is_below_minimum(terms: &CommissionTerms, net: Money) -> bool {
    terms.minimum.is_some_and(|minimum| minimum.currency == net.currency && net.minor < minimum.minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::BasisPoints;

    fn euros(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().expect("a currency"))
    }

    fn terms(base: CommissionBase, minimum: Option<Money>) -> CommissionTerms {
        let rate = BasisPoints::new(500).expect("five percent");
        CommissionTerms { rate, base, minimum, tail_months: 12 }
    }

    #[test]
    fn five_percent_of_a_net_order_are_due() {
        let terms = terms(CommissionBase::NetOrder, None);
        assert_eq!(due(&terms, euros(4_200_000)), Due::Amount(euros(210_000)));
        assert_eq!(due(&terms, euros(0)), Due::Nothing);
    }

    #[test]
    fn an_order_below_the_minimum_owes_nothing_and_one_at_it_does() {
        let terms = terms(CommissionBase::NetOrder, Some(euros(100_000)));
        assert_eq!(due(&terms, euros(99_999)), Due::Nothing);
        assert_eq!(due(&terms, euros(100_000)), Due::Amount(euros(5_000)));
    }

    #[test]
    fn of_a_margin_nobody_observed_only_that_something_is_due_is_known() {
        assert_eq!(due(&terms(CommissionBase::Margin, None), euros(5)), Due::Something);
    }
}
