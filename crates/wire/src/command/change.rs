//! Commands about changes of holder.

use domain::command::ChangeCommand;
use domain::event::change::{ErrorAnswer, ObjectionGround, ObjectionOutcome, ReversalReason};
use domain::event::{Evidence, Party, notice};
use domain::id::*;
use domain::time::Instant;

use crate::command::table::orders;

orders! { Change;
    /// Tell customer, host and guest at once who would gain.
    Notify for ChangeCommand::Notify { change: ChangeId, notices: Vec<notice::Sent> }

    /// Tell the losing side, or its deputy, once more.
    Remind for ChangeCommand::Remind { change: ChangeId, notice: notice::Sent }

    /// A side objects. The list of grounds is closed; `other` suspends nothing.
    Object for ChangeCommand::Object {
        change: ChangeId,
        by: Party,
        ground: ObjectionGround,
        text: Option<String>,
        evidence: Vec<Evidence>,
        /// Whether the objector says it asked the customer first.
        inquiry_attested: bool,
    }

    /// An adjudicator decides an objection.
    DecideObjection for ChangeCommand::DecideObjection {
        change: ChangeId,
        objection: EventId,
        outcome: ObjectionOutcome,
        reason: String,
    }

    /// The losing side gives up the rest of its window.
    Waive for ChangeCommand::Waive { change: ChangeId, by: Party }

    /// Carry the change out.
    Execute for ChangeCommand::Execute {
        change: ChangeId,
        /// Now, when left out.
        effective_from: Option<Instant>,
    }

    /// The customer takes the request back.
    Rescind for ChangeCommand::Rescind { change: ChangeId, letter: Option<LetterId> }

    /// Give the account back.
    Reverse for ChangeCommand::Reverse { change: ChangeId, reason: ReversalReason }

    /// A side says that an executed change was an error.
    ReportError for ChangeCommand::ReportError { change: ChangeId, by: Party, text: String }

    /// The other side agrees, which gives the account back, or does not.
    AnswerError for ChangeCommand::AnswerError { change: ChangeId, by: Party, answer: ErrorAnswer }
}
