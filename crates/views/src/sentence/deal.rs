//! Deal registrations, told in a sentence.

use domain::event::deal::{DealEvent, Notification, RejectionReason, Submitted};

use super::words::{counted, day, listed, of_scope};
use super::{Audience, Telling};

pub(super) fn sentence(event: &DealEvent, telling: Telling<'_>) -> String {
    match event {
        DealEvent::Reported(reported) => {
            let did = match reported.notification {
                Notification::Created => "is created",
                Notification::Updated => "is updated",
                Notification::Snapshot => "has a new snapshot",
            };
            match telling.audience {
                Audience::Vendor => format!("another system reports that {} {did}", reported.system),
                Audience::Partner(_) => format!("another system reports that a deal {did}"),
            }
        }
        DealEvent::Submitted(submitted) => of_submission(submitted, telling),
        DealEvent::ReviewStarted(started) => {
            let registration = telling.registration(&started.deal);
            format!("{registration} goes to a person, to be decided by {}", day(started.decide_until))
        }
        DealEvent::Returned(returned) => {
            let registration = telling.registration(&returned.deal);
            format!("{registration} is sent back: {} missing", listed(&returned.missing))
        }
        DealEvent::Approved(approved) => {
            let registration = telling.registration(&approved.deal);
            format!("{registration} is approved until {}", day(approved.protected_until))
        }
        DealEvent::Rejected(rejected) => {
            let reason = of_rejection(rejected.reason);
            format!("{} is rejected: {reason}", telling.registration(&rejected.deal))
        }
        DealEvent::Extended(extended) => {
            let registration = telling.registration(&extended.deal);
            let reports = counted(extended.activity.len(), "report");
            format!(
                "{registration} is extended until {}, on {reports} of activity",
                day(extended.protected_until)
            )
        }
        DealEvent::Progressed(progressed) => {
            format!(
                "activity on {} is reported for {}",
                telling.registration(&progressed.deal),
                day(progressed.at)
            )
        }
        DealEvent::Withdrawn(withdrawn) => format!("{} is withdrawn", telling.registration(&withdrawn.deal)),
        DealEvent::Cancelled(cancelled) => {
            format!("the approval of {} is taken back", telling.registration(&cancelled.deal))
        }
        DealEvent::Won(won) => {
            let value = won.value.map_or_else(String::new, |value| format!(", worth {value}"));
            format!("the customer buys: {} is won on {}{value}", telling.registration(&won.deal), day(won.at))
        }
        DealEvent::Lost(lost) => {
            format!(
                "the customer does not buy: {} is lost on {}",
                telling.registration(&lost.deal),
                day(lost.at)
            )
        }
    }
}

fn of_submission(submitted: &Submitted, telling: Telling<'_>) -> String {
    let partner = telling.who(&submitted.partner);
    let order = submitted.renews.as_ref().map_or_else(String::new, |order| match telling.audience {
        Audience::Vendor => format!(" to renew order {order}"),
        Audience::Partner(_) => " to renew an order".to_owned(),
    });
    let missing = match submitted.missing.len() {
        0 => String::new(),
        number => format!(" ({} missing)", counted(number, "field")),
    };
    format!("{partner} registers a deal for {}{order}{missing}", of_scope(&submitted.scope))
}

fn of_rejection(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::DuplicateOfRegisteredDeal => "a deal is already registered",
        RejectionReason::ExistingCustomerOfOther => "the customer is held by another",
        RejectionReason::NotQualified => "not qualified",
        RejectionReason::OutOfProgram => "outside the program",
        RejectionReason::Incomplete => "incomplete",
        RejectionReason::PublishedTender => "a published tender",
        RejectionReason::Other => "another reason",
    }
}
