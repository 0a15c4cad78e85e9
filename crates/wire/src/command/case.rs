//! The command that decides a case.

use domain::command::CaseCommand;
use domain::event::case::CaseOutcome;

use crate::command::table::orders;

orders! { Case;
    /// An adjudicator decides the case.
    Decide for CaseCommand::Decide { outcome: CaseOutcome, grounds: String, remedy: Option<String> }
}
