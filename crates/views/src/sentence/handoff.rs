//! Handoffs, from the host's question to the close, told in a sentence.

use domain::event::handoff::{
    Accepted, Amended, HandoffEvent, HandoffOutcome, InvitationStatus, Invited, ProgressKind, Progressed,
    Released, Reported,
};

use super::Telling;
use super::words::{day, listed, of_scope};

pub(super) fn sentence(event: &HandoffEvent, telling: Telling<'_>) -> String {
    match event {
        HandoffEvent::Reported(reported) => of_report(reported, telling),
        HandoffEvent::Requested(requested) => {
            let (host, skills) = (telling.who(&requested.host), listed(&requested.skills));
            format!("{host} asks for a partner with {skills} for {}", of_scope(&requested.scope))
        }
        HandoffEvent::Invited(invited) => of_invitation(invited, telling),
        HandoffEvent::Accepted(accepted) => of_acceptance(accepted, telling),
        HandoffEvent::Declined(declined) => {
            format!(
                "{} declines the invitation of {}",
                telling.guest(&declined.handoff),
                telling.host(&declined.handoff)
            )
        }
        HandoffEvent::Revoked(revoked) => {
            let by = telling.party(&revoked.by, Some(&revoked.handoff));
            format!("{by} takes back the invitation to {}", telling.guest(&revoked.handoff))
        }
        HandoffEvent::Amended(amended) => of_amendment(amended, telling),
        HandoffEvent::Progressed(progressed) => of_progress(progressed, telling),
        HandoffEvent::Released(released) => of_release(released, telling),
        HandoffEvent::ForfeitureClaimed(claimed) => {
            let by = telling.party(&claimed.claimed_by, Some(&claimed.handoff));
            let (host, cure) = (telling.host(&claimed.handoff), day(claimed.cure_until));
            format!("{by} says {host} abandoned {}; {host} may answer until {cure}", of_scope(&claimed.scope))
        }
        HandoffEvent::Closed(closed) => {
            let (host, guest) = (telling.host(&closed.handoff), telling.guest(&closed.handoff));
            format!("the handoff from {host} to {guest} closes: {}", of_outcome(closed.outcome))
        }
    }
}

fn of_report(reported: &Reported, telling: Telling<'_>) -> String {
    let receiver = reported.receiver.as_ref().map_or_else(|| "a partner".to_owned(), |p| telling.who(p));
    let status = match reported.status {
        InvitationStatus::Pending => "waits for an answer",
        InvitationStatus::Accepted => "is accepted",
        InvitationStatus::Rejected => "is declined",
        InvitationStatus::Expired => "has expired",
        InvitationStatus::Cancelled => "is taken back",
    };
    format!("another system reports that an invitation to {receiver} {status}")
}

fn of_invitation(invited: &Invited, telling: Telling<'_>) -> String {
    let (host, guest) = (telling.who(&invited.host), telling.who(&invited.guest));
    let (scope, expires) = (of_scope(&invited.granted_scope), day(invited.expires_at));
    format!("{host} invites {guest} to work on {scope}; the offer stands until {expires}")
}

fn of_acceptance(accepted: &Accepted, telling: Telling<'_>) -> String {
    let (host, guest) = (telling.host(&accepted.handoff), telling.guest(&accepted.handoff));
    let until = day(accepted.protected_until);
    format!("{guest} accepts the terms; {host}'s account is protected until {until}")
}

fn of_amendment(amended: &Amended, telling: Telling<'_>) -> String {
    let signed: Vec<String> = amended
        .signed
        .iter()
        .map(|signature| telling.party(&signature.party, Some(&amended.handoff)))
        .collect();
    let prime = match &amended.prime {
        None => String::new(),
        Some(party) => format!(", with {} as prime", telling.party(party, Some(&amended.handoff))),
    };
    format!("other terms of the handoff are recorded{prime}, signed by {}", listed(&signed))
}

fn of_progress(progressed: &Progressed, telling: Telling<'_>) -> String {
    let did = match progressed.kind {
        ProgressKind::Contacted => "contacted the customer",
        ProgressKind::Quoted => "quoted",
        ProgressKind::Met => "met the customer",
        ProgressKind::Delivered => "delivered",
        ProgressKind::BlockedByCustomer => "was held up by the customer",
    };
    let by = telling.party(&progressed.by, Some(&progressed.handoff));
    format!("{by} reports that it {did} on {}", day(progressed.at))
}

fn of_release(released: &Released, telling: Telling<'_>) -> String {
    let host = telling.host(&released.handoff);
    let until = released.until.map_or_else(String::new, |until| format!(" until {}", day(until)));
    let ratifies = if released.ratifies.is_some() { ", agreeing to what was done" } else { "" };
    format!("{host} releases {} from {}{until}{ratifies}", of_scope(&released.scope), day(released.from))
}

fn of_outcome(outcome: HandoffOutcome) -> &'static str {
    match outcome {
        HandoffOutcome::Delivered => "delivered",
        HandoffOutcome::Lost => "lost",
        HandoffOutcome::CustomerLeft => "the customer left",
        HandoffOutcome::Lapsed => "it lapsed",
        HandoffOutcome::MovedLawfully => "the account moved lawfully",
        HandoffOutcome::MovedWithoutBasis => "the account moved without a basis",
    }
}
