//! Receipts: what became of one command or event, as the command line and HTTP publish it.

use domain::id::EventId;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Receipt, Version};
use wire::answers::ReceiptAnswer;
use wire::problem::Problem;

use crate::desk::Reply;
use crate::intake::Answer;

/// Something was recorded now.
pub fn accepted(receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    of("accepted", receipt, events)
}

/// It was recorded before: the first answer again.
pub fn repeated(receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    of("repeated", receipt, events)
}

/// It was recorded as an attempt and refused by a rule that protects somebody.
pub fn refused(receipt: &Receipt, events: &[EventId], rule: String, clearing: &str) -> ReceiptAnswer {
    let message = format!(
        "refused by {rule}; recorded, so that it can be disputed. It would be cleared by: {clearing}"
    );
    ReceiptAnswer { code: Some(rule), message: Some(message), ..of("refused", receipt, events) }
}

/// What the desk replied to a command about `stream`.
pub fn of_reply(stream: &Stream, reply: &Reply) -> ReceiptAnswer {
    let unrecorded = |code: &str, message: String| ReceiptAnswer {
        status: "refused".to_owned(),
        stream: stream.to_string(),
        code: Some(code.to_owned()),
        message: Some(message),
        ..blank()
    };
    match reply {
        Reply::Accepted { receipt, events } => accepted(receipt, events),
        Reply::Repeated { receipt, events } => repeated(receipt, events),
        Reply::Prevented { receipt, events, rule, clearing } => {
            refused(receipt, events, rule.clone(), clearing)
        }
        Reply::Refused(refusal) => unrecorded(refusal.code(), refusal.to_string()),
        Reply::Conflict(problem) => unrecorded("conflict", problem.to_string()),
        Reply::Stale { actual } => unrecorded("stale", stale(*actual)),
    }
}

/// What became of something a producer told.
pub fn of_answer(answer: Answer) -> ReceiptAnswer {
    match answer {
        Answer::Accepted { receipt, events } => accepted(&receipt, &events),
        Answer::Repeated { receipt, events } => repeated(&receipt, &events),
        Answer::Refused { receipt, events, rule, clearing } => refused(&receipt, &events, rule, &clearing),
        Answer::Quarantined { id, problem } => quarantined(&id, &problem),
    }
}

/// Where a stream stands that is not where the sender knows it.
pub fn stale(actual: Option<Version>) -> String {
    let stands = actual.map_or_else(
        || "the stream has no event yet".to_owned(),
        |version| format!("the stream stands at revision {}", version.revision),
    );
    format!("{stands}; read the account again and decide again")
}

/// It was turned away and is kept in the quarantine.
pub fn quarantined(id: &str, problem: &Problem) -> ReceiptAnswer {
    let message = format!("{problem}; kept in the quarantine as {id}");
    ReceiptAnswer { status: "quarantined".to_owned(), message: Some(message), ..blank() }
}

fn of(status: &str, receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    ReceiptAnswer {
        status: status.to_owned(),
        stream: receipt.stream.to_string(),
        events: events.iter().map(ToString::to_string).collect(),
        position: Some(receipt.last.to_string()),
        recorded_at: Instant::from_unix_ms(receipt.recorded_ms).map(|at| at.to_string()),
        ..blank()
    }
}

fn blank() -> ReceiptAnswer {
    ReceiptAnswer {
        status: String::new(),
        stream: String::new(),
        events: Vec::new(),
        position: None,
        recorded_at: None,
        code: None,
        message: None,
    }
}
