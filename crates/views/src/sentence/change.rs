//! A change of holder, step by step, told in a sentence.

use domain::event::change::{
    ChangeEvent, ErrorAnswer, Executed, ObjectionGround, ObjectionOutcome, Requested, ReversalReason,
    VerificationMethod, VerificationOutcome, Verified,
};

use super::Telling;
use super::words::{counted, day, of_basis, of_scope, of_verifier};

pub(super) fn sentence(event: &ChangeEvent, telling: Telling<'_>) -> String {
    match event {
        ChangeEvent::Requested(requested) => of_request(requested, telling),
        ChangeEvent::Verified(verified) => of_verification(verified, telling),
        ChangeEvent::Notified(notified) => {
            let notices = counted(notified.notices.len(), "notice");
            let days = counted(usize::from(notified.window_days_business), "business day");
            format!("{notices} about {} went out; objections within {days}", telling.change(&notified.change))
        }
        ChangeEvent::WindowOpened(opened) => {
            format!(
                "objections to {} are open until {}",
                telling.change(&opened.change),
                day(opened.window_until)
            )
        }
        ChangeEvent::Objected(objected) => {
            let (by, ground) = (telling.party(&objected.by, None), of_ground(objected.ground));
            format!("{by} objects to {}: {ground}", telling.change(&objected.change))
        }
        ChangeEvent::ObjectionDecided(decided) => {
            let outcome = match decided.outcome {
                ObjectionOutcome::Upheld => "upheld",
                ObjectionOutcome::Rejected => "rejected",
            };
            format!("the objection to {} is {outcome}", telling.change(&decided.change))
        }
        ChangeEvent::Waived(waived) => {
            let by = telling.party(&waived.by, None);
            format!("{by} waives the rest of the window of {}", telling.change(&waived.change))
        }
        ChangeEvent::Executed(executed) => of_execution(executed, telling),
        ChangeEvent::Rescinded(rescinded) => {
            let by = telling.party(&rescinded.by, None);
            format!("{by} takes back {}", telling.change(&rescinded.change))
        }
        ChangeEvent::Reversed(reversed) => {
            let because = match reversed.reason {
                ReversalReason::Error => "an error",
                ReversalReason::Rescission => "the customer took it back",
                ReversalReason::Ruling => "a ruling",
            };
            let restored = telling.who(&reversed.restores);
            format!("{restored} holds {} again ({because})", of_scope(&reversed.scope))
        }
        ChangeEvent::ErrorReported(reported) => {
            let (by, change) = (telling.party(&reported.by, None), telling.change(&reported.change));
            format!("{by} says that {change} was an error, to be answered by {}", day(reported.reply_until))
        }
        ChangeEvent::ErrorAnswered(answered) => {
            let by = telling.party(&answered.by, None);
            let answer = match answered.answer {
                ErrorAnswer::Agrees => "agrees",
                ErrorAnswer::Disagrees => "does not agree",
            };
            format!("{by} {answer} that {} was an error", telling.change(&answered.change))
        }
    }
}

fn of_request(requested: &Requested, telling: Telling<'_>) -> String {
    let from = requested.losing.as_ref().map_or_else(String::new, |p| format!(" from {}", telling.who(p)));
    let (to, basis) = (telling.who(&requested.gaining), of_basis(requested.basis_claimed));
    format!("a change of {}{from} to {to} is requested on {basis}", of_scope(&requested.scope))
}

fn of_verification(verified: &Verified, telling: Telling<'_>) -> String {
    let by = of_verifier(&verified.verifier, telling);
    let method = match verified.method {
        VerificationMethod::CallBack => "calls the customer back",
        VerificationMethod::Token => "checks the customer's token",
        VerificationMethod::ThirdParty => "asks a third party",
        VerificationMethod::InPerson => "asks the customer in person",
    };
    let change = telling.change(&verified.change);
    match verified.outcome {
        VerificationOutcome::Confirmed => format!("{by} {method}: {change} is confirmed"),
        VerificationOutcome::Denied => format!("{by} {method}: {change} is denied"),
        VerificationOutcome::Unreachable => format!("{by} {method} about {change}: nobody answers"),
    }
}

fn of_execution(executed: &Executed, telling: Telling<'_>) -> String {
    let (holder, from) = (telling.who(&executed.holder), day(executed.effective_from));
    format!(
        "{holder} becomes holder of {} from {from} on {}",
        of_scope(&executed.scope),
        of_basis(executed.basis)
    )
}

fn of_ground(ground: ObjectionGround) -> &'static str {
    match ground {
        ObjectionGround::InvalidLetter => "the letter is invalid",
        ObjectionGround::SignerNotAuthorised => "the signer had no authority",
        ObjectionGround::IdentityMismatch => "it is another customer",
        ObjectionGround::ActiveDispute => "a dispute is pending",
        ObjectionGround::ScopeMismatch => "the scope is another",
        ObjectionGround::FreezeNotLifted => "the freeze was not lifted",
        ObjectionGround::Fraud => "there are signs of fraud",
        ObjectionGround::UndeclaredAffiliation => "an affiliation was not declared",
        ObjectionGround::Other => "a ground outside the list",
    }
}
