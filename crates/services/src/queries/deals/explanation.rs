//! Why a deal stands as it does, in words its own partner may read: reasons and dates, never a rival.

use domain::account::registration::{Outcome, Registration};
use domain::claim::{Explanation, Helps};
use domain::event::deal::RejectionReason;
use domain::time::Instant;
use wire::answers::{DealExplanation, DealRow};

/// The explanation of a deal, put in words.
pub(super) fn put_in_words(
    deal: DealRow,
    explained: &Explanation,
    events: Vec<String>,
    as_of: Instant,
) -> DealExplanation {
    let until = match &explained.helps {
        Helps::After(at) => Some(*at),
        Helps::Nothing
        | Helps::Complete(_)
        | Helps::SubmitAgain
        | Helps::ExtendBefore(_)
        | Helps::Clear(_)
        | Helps::Dispute => explained.protected_until,
    };
    DealExplanation {
        status: status(explained, as_of).to_owned(),
        because: because(explained),
        reference: explained.decision.map(|event| event.to_string()),
        until: until.map(|at| at.to_string()),
        would_help: would_help(&explained.helps),
        events,
        deal,
    }
}

/// The status in the field's words.
fn status(explained: &Explanation, as_of: Instant) -> &'static str {
    let over = explained.protected_until.is_some_and(|until| until <= as_of);
    match (explained.registration, explained.outcome) {
        (Registration::Approved, Outcome::Won) => "Converted",
        (Registration::Approved, _) if over => "Expired",
        (Registration::Approved, _) => "Approved",
        (Registration::Reported, _) => "Draft",
        (Registration::Submitted, _) => "Submitted",
        (Registration::InReview, _) => "In Review",
        (Registration::Returned, _) => "Action Required",
        (Registration::Rejected, _) => "Rejected",
        (Registration::Withdrawn, _) => "Withdrawn",
        (Registration::Cancelled, _) => "Cancelled",
    }
}

fn because(explained: &Explanation) -> String {
    let outcome = match explained.outcome {
        Outcome::Open => "",
        Outcome::Won => " The customer bought all the same: the outcome is won.",
        Outcome::Lost => " The customer did not buy: the outcome is lost.",
    };
    let decision = match (explained.registration, explained.reason) {
        (Registration::Rejected, Some(reason)) => format!("Rejected: {}.", rejection(reason)),
        (Registration::Rejected, None) => "Rejected.".to_owned(),
        (Registration::Approved, _) => match explained.protected_until {
            Some(until) => format!("Approved: others are kept out until {until}."),
            None => "Approved.".to_owned(),
        },
        (Registration::Reported, _) => "Known by its id alone; nobody has registered it.".to_owned(),
        (Registration::Submitted | Registration::InReview, _) => "It waits for a decision.".to_owned(),
        (Registration::Returned, _) => "Returned: something is missing.".to_owned(),
        (Registration::Withdrawn, _) => "Its partner withdrew it.".to_owned(),
        (Registration::Cancelled, _) => "The program took its approval back.".to_owned(),
    };
    if explained.registration == Registration::Approved && explained.outcome == Outcome::Won {
        return format!("{decision} The customer bought: the outcome is won.");
    }
    format!("{decision}{outcome}")
}

fn rejection(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::DuplicateOfRegisteredDeal => {
            "another registration for this account and product line was protected at that time"
        }
        RejectionReason::ExistingCustomerOfOther => {
            "the customer was already served by another partner for this scope"
        }
        RejectionReason::NotQualified => "the deal does not qualify",
        RejectionReason::OutOfProgram => "the scope is not part of the program",
        RejectionReason::Incomplete => "the submission was incomplete",
        RejectionReason::PublishedTender => "published tenders cannot be registered",
        RejectionReason::Other => "for a reason given by the program",
    }
}

fn would_help(helps: &Helps) -> Vec<String> {
    match helps {
        Helps::Nothing => Vec::new(),
        Helps::Complete(missing) => vec![format!("submit again with: {}", missing.join(", "))],
        Helps::After(at) => vec![
            format!("submit again from {at} on: the window in the way is over then"),
            "dispute the decision with its reference".to_owned(),
        ],
        Helps::SubmitAgain => vec!["submit again: the window in the way is over".to_owned()],
        Helps::ExtendBefore(until) => {
            vec![format!("report activity, then ask for an extension before {until}")]
        }
        Helps::Clear(ground) => vec![ground.clone()],
        Helps::Dispute => vec!["dispute the decision with its reference".to_owned()],
    }
}
