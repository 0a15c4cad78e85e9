//! The commands about a case: who looks at it, what the sides say and show, how it is ruled.

use domain::command::CaseCommand;
use domain::dispute::Kept;
use domain::event::case::{CaseOutcome, Showing, StayOutcome};
use domain::event::{Evidence, Party};
use domain::id::{EventId, PrincipalId};
use domain::time::Instant;

use crate::command::table::orders;

orders! { Case;
    /// Somebody looks at the case from now on.
    Assign for CaseCommand::Assign { assignee: PrincipalId }

    /// Lay the case aside until a date, or until somebody shows something new.
    Snooze for CaseCommand::Snooze { until: Instant, reason: String }

    /// A side disputes the act.
    File for CaseCommand::File {
        by: Party,
        text: String,
        /// Where the customer's letter lies that the gaining side relies on; left out where it relies on none.
        letter: Option<Kept>,
        /// Why nothing may move on the account until it is ruled; left out where that is not asked for.
        stay: Option<String>,
    }

    /// An officer or adjudicator decides whether the account stands still meanwhile.
    DecideStay for CaseCommand::DecideStay { outcome: StayOutcome, reason: String }

    /// A side says how it was.
    State for CaseCommand::State { by: Party, text: String, evidence: Vec<Evidence> }

    /// A side shows a paper or an event.
    AttachEvidence for CaseCommand::AttachEvidence {
        by: Party,
        /// `letter` for the customer's letter that the gaining side relied on.
        shows: Showing,
        evidence: Evidence,
    }

    /// An officer or adjudicator decides the case.
    Decide for CaseCommand::Decide { outcome: CaseOutcome, grounds: String, remedy: Option<String> }

    /// What the rules computed to put an act right is to be done.
    OrderRemedy for CaseCommand::OrderRemedy {
        /// The act of a finding of the case.
        act: EventId,
    }

    /// A side asks another officer to look at the ruling again, because of something new.
    Appeal for CaseCommand::Appeal { by: Party, grounds: String, evidence: Vec<Evidence> }

    /// Another officer or adjudicator rules once more, for the last time.
    DecideAppeal for CaseCommand::DecideAppeal { outcome: CaseOutcome, grounds: String }
}
