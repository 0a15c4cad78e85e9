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
    RedeemToken for ConsentCommand::RedeemToken {
        token: Digest,
        change: ChangeId,
        /// SHA-256 of the terms the customer was shown.
        terms: Digest,
    }

    /// The customer or the vendor takes back a token that was not used.
    VoidToken for ConsentCommand::VoidToken { token: Digest, reason: Option<String> }
}
