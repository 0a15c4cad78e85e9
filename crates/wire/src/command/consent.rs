//! Commands about the customer's tokens.

use domain::command::ConsentCommand;
use domain::id::*;
use domain::scope::Scope;

use crate::command::table::orders;

orders! { Consent;
    /// Send the customer a one-time token; only its digest is kept.
    IssueToken for ConsentCommand::IssueToken {
        token: Digest,
        scope: Scope,
        gaining: PartnerId,
        terms: Digest,
        contact: ContactRef,
    }

    /// The customer uses its token.
    RedeemToken for ConsentCommand::RedeemToken { token: Digest, change: ChangeId }
}
