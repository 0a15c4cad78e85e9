//! Receipts: what became of a command or an event, as an answer.

use domain::id::EventId;
use domain::stream::Stream;
use domain::time::Instant;
use ports::Receipt;
use wire::answers::ReceiptAnswer;

use crate::desk::Reply;
use crate::intake::Answer;

/// The receipt for a command.
pub fn of_reply(stream: &Stream, reply: &Reply) -> ReceiptAnswer {
    let refused = |code: &str, message: String| ReceiptAnswer {
        code: Some(code.to_owned()),
        message: Some(message),
        ..blank("refused", stream.to_string())
    };
    match reply {
        Reply::Accepted { receipt, events } => recorded("accepted", receipt, events),
        Reply::Repeated { receipt } => recorded("repeated", receipt, &[]),
        Reply::Prevented { receipt, events, rule, clearing } => prevented(receipt, events, rule, clearing),
        Reply::Refused(refusal) => refused(refusal.code(), refusal.to_string()),
        Reply::Conflict(problem) => refused("conflict", problem.to_string()),
        Reply::Stale { actual } => {
            let actual = actual
                .map_or_else(|| "empty".to_owned(), |version| format!("at revision {}", version.revision));
            refused("stale", format!("the stream is {actual}, not where the sender knows it"))
        }
    }
}

/// The receipt for an event.
pub fn of_answer(answer: &Answer) -> ReceiptAnswer {
    match answer {
        Answer::Accepted { receipt, events } => recorded("accepted", receipt, events),
        Answer::Repeated { receipt, events } => recorded("repeated", receipt, events),
        Answer::Refused { receipt, events, rule, clearing } => prevented(receipt, events, rule, clearing),
        Answer::Quarantined { id, problem } => ReceiptAnswer {
            code: Some(id.clone()),
            message: Some(problem.to_string()),
            ..blank("quarantined", String::new())
        },
    }
}

fn prevented(receipt: &Receipt, events: &[EventId], rule: &str, clearing: &str) -> ReceiptAnswer {
    ReceiptAnswer {
        code: Some(rule.to_owned()),
        message: Some(format!("refused and recorded: the account is protected; {clearing}")),
        ..recorded("refused", receipt, events)
    }
}

fn recorded(status: &str, receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    ReceiptAnswer {
        events: events.iter().map(ToString::to_string).collect(),
        position: Some(receipt.last.to_string()),
        recorded_at: Instant::from_unix_ms(receipt.recorded_ms).map(|at| at.to_string()),
        ..blank(status, receipt.stream.to_string())
    }
}

fn blank(status: &str, stream: String) -> ReceiptAnswer {
    ReceiptAnswer {
        status: status.to_owned(),
        stream,
        events: Vec::new(),
        position: None,
        recorded_at: None,
        code: None,
        message: None,
    }
}
