//! Commands about registrations of deals.

use domain::command::DealCommand;
use domain::event::deal::RejectionReason;
use domain::id::*;
use domain::time::Instant;

use crate::command::table::orders;

orders! { Deal;
    /// A partner takes its registration back.
    Withdraw for DealCommand::Withdraw { deal: DealId, reason: Option<String> }

    /// A partner reports work on a deal.
    ReportActivity for DealCommand::ReportActivity {
        deal: DealId,
        what: String,
        /// Now, when left out.
        at: Option<Instant>,
    }

    /// A person approves what no rule could decide, or what a rule would reject.
    Approve for DealCommand::Approve { deal: DealId }

    /// A person rejects a registration.
    Reject for DealCommand::Reject { deal: DealId, reason: RejectionReason }

    /// A person sends a registration back, because something is missing.
    Return for DealCommand::Return { deal: DealId, missing: Vec<String> }

    /// A partner asks for longer protection.
    Extend for DealCommand::Extend { deal: DealId }

    /// The program takes an approval back.
    Cancel for DealCommand::Cancel { deal: DealId, reason: String }
}
