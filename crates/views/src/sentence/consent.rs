//! The customer's letters and tokens, and the notices about them, told in a sentence.

use domain::event::change::VerificationOutcome;
use domain::event::consent::{AskedAbout, ConsentEvent, LetterRecorded, TokenFault};
use domain::event::notice::{About, Answer, NoticeEvent, NoticeMethod, Sent};
use domain::id::NoticeId;

use super::Telling;
use super::words::{counted, day, of_scope};

pub(super) fn consent_sentence(event: &ConsentEvent, telling: Telling<'_>) -> String {
    match event {
        ConsentEvent::LetterRecorded(letter) => of_letter(letter, telling),
        ConsentEvent::LetterRescinded(rescinded) => {
            let account = telling.account;
            let letter = account.and_then(|account| account.letter(&rescinded.letter));
            let to = letter
                .map_or_else(String::new, |known| format!(" for {}", telling.who(&known.terms.gaining)));
            format!("the customer takes back its letter{to} on {}", day(rescinded.signed_at))
        }
        ConsentEvent::TokenIssued(issued) => {
            let (gaining, scope) = (telling.who(&issued.gaining), of_scope(&issued.scope));
            let until = day(issued.expires_at);
            format!("the customer gets a token to give {scope} to {gaining}, good until {until}")
        }
        ConsentEvent::TokenRedeemed(redeemed) => {
            format!("the customer's token is used for {}", telling.change(&redeemed.change))
        }
        ConsentEvent::TokenTryFailed(failed) => {
            let times = counted(usize::from(failed.tries_failed), "time");
            let what = match failed.fault {
                TokenFault::Unknown => "a wrong token",
                TokenFault::OtherGainer => "a token for another partner",
                TokenFault::OtherScope => "a token for another scope",
                TokenFault::OtherTerms => "a token for other terms",
            };
            format!("{what} is tried for {}, {times} so far", telling.change(&failed.change))
        }
        ConsentEvent::TokenVoided(voided) => format!("{} voids a token", telling.party(&voided.by, None)),
        ConsentEvent::CustomerAsked(asked) => {
            let about = match &asked.about {
                AskedAbout::Handoff(handoff) => format!("handoff {handoff}"),
                AskedAbout::Deal(deal) => format!("registration {deal}"),
            };
            match asked.outcome {
                VerificationOutcome::Confirmed => format!("asked about {about}, the customer confirms it"),
                VerificationOutcome::Denied => {
                    format!("asked about {about}, the customer knows nothing of it")
                }
                VerificationOutcome::Unreachable => {
                    format!("the customer cannot be reached to be asked about {about}")
                }
            }
        }
    }
}

fn of_letter(letter: &LetterRecorded, telling: Telling<'_>) -> String {
    let from = letter.losing.as_ref().map_or_else(String::new, |p| format!(" from {}", telling.who(p)));
    let (to, signed) = (telling.who(&letter.gaining), day(letter.signed_at));
    format!("the customer writes that {} shall move{from} to {to}, signed {signed}", of_scope(&letter.scope))
}

pub(super) fn notice_sentence(event: &NoticeEvent, telling: Telling<'_>) -> String {
    match event {
        NoticeEvent::Sent(sent) => of_notice(sent, telling),
        NoticeEvent::Delivered(delivered) => {
            format!("the notice {} is delivered on {}", notice(&delivered.notice, telling), day(delivered.at))
        }
        NoticeEvent::Bounced(bounced) => {
            format!("the notice {} comes back on {}", notice(&bounced.notice, telling), day(bounced.at))
        }
        NoticeEvent::Answered(answered) => {
            let answer = match answered.answer {
                Answer::Objects => "an objection",
                Answer::Waives => "a waiver",
                Answer::Acknowledges => "an acknowledgement",
                Answer::StillActive => "that work goes on",
            };
            format!("the answer to the notice {}: {answer}", notice(&answered.notice, telling))
        }
        NoticeEvent::Reminded(reminded) => {
            format!("a reminder: {} ends on {}", about(&reminded.about, telling), day(reminded.due_at))
        }
    }
}

fn of_notice(sent: &Sent, telling: Telling<'_>) -> String {
    let method = match sent.method {
        NoticeMethod::Email => "by e-mail",
        NoticeMethod::Portal => "in the portal",
        NoticeMethod::Post => "by post",
    };
    let gaining = sent.names_gaining.as_ref();
    let gaining = gaining.map_or_else(String::new, |p| format!(", naming {}", telling.who(p)));
    format!(
        "{} is told {method} about {}{gaining}",
        recipient(&sent.to, &sent.about, telling),
        about(&sent.about, telling)
    )
}

/// `to the customer about change c-1`, from what the account knows of the notice, else by its id.
fn notice(id: &NoticeId, telling: Telling<'_>) -> String {
    let known = telling.account.and_then(|a| a.notices.iter().find(|notice| notice.notice == *id));
    known.map_or_else(
        || id.to_string(),
        |known| {
            let to = recipient(&known.to, &known.about, telling);
            format!("to {to} about {}", about(&known.about, telling))
        },
    )
}

fn recipient(to: &domain::event::Party, subject: &About, telling: Telling<'_>) -> String {
    match subject {
        About::Handoff(handoff) | About::Forfeiture(handoff) => telling.party(to, Some(handoff)),
        About::Change(_)
        | About::Override(_)
        | About::Commitment(_)
        | About::Token(_)
        | About::Registration(_) => telling.party(to, None),
    }
}

fn about(about: &About, telling: Telling<'_>) -> String {
    match about {
        About::Change(change) => telling.change(change),
        About::Handoff(handoff) => format!("the handoff to {}", telling.guest(handoff)),
        About::Forfeiture(_) => "a forfeiture".to_owned(),
        About::Override(_) => "an override".to_owned(),
        About::Commitment(_) => "a commitment".to_owned(),
        About::Token(_) => "a token that was tried in vain".to_owned(),
        About::Registration(deal) => telling.registration(deal),
    }
}
