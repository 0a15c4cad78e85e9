//! Commands about which accounts are one customer; they are sent to the vendor's identity stream.

use domain::command::{Answer, IdentityCommand};
use domain::id::*;

use crate::command::table::orders;
use crate::shape::words;

words! { Answer { Same = "same", Different = "different" } }

orders! { Identity;
    /// Two accounts are one customer, for which the first stands; both may still be written to.
    Link for IdentityCommand::Link { account: AccountId, other: AccountId }

    /// The same for good: what would be said of the absorbed account from now on is said to the survivor.
    Merge for IdentityCommand::Merge { survivor: AccountId, absorbed: AccountId }

    /// They are two customers after all.
    Part for IdentityCommand::Part {
        account: AccountId,
        other: AccountId,
        /// Events on the account that stood for both which are the other one's.
        moved: Vec<EventId>,
        reason: String,
    }

    /// An answer for a pair that waits for a person.
    Decide for IdentityCommand::Decide {
        account: AccountId,
        other: AccountId,
        answer: Answer,
        reason: String,
    }
}
