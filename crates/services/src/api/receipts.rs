//! Receipts: what became of one command or event, as published.

use domain::id::EventId;
use domain::time::Instant;
use ports::Receipt;
use wire::answers::ReceiptAnswer;
use wire::problem::Problem;

/// Something was recorded now.
pub(super) fn accepted(receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    of("accepted", receipt, events)
}

/// It was recorded before: the first answer again.
pub(super) fn repeated(receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    of("repeated", receipt, events)
}

/// It was recorded as an attempt and refused by a rule that protects somebody.
pub(super) fn refused(receipt: &Receipt, events: &[EventId], rule: String, clearing: &str) -> ReceiptAnswer {
    let message = format!(
        "refused by {rule}; recorded, so that it can be disputed. It would be cleared by: {clearing}"
    );
    ReceiptAnswer { code: Some(rule), message: Some(message), ..of("refused", receipt, events) }
}

/// It was turned away and is kept in the quarantine.
pub(super) fn quarantined(id: &str, problem: &Problem) -> ReceiptAnswer {
    ReceiptAnswer {
        status: "quarantined".to_owned(),
        stream: String::new(),
        events: Vec::new(),
        position: None,
        recorded_at: None,
        code: None,
        message: Some(format!("{problem}; kept in the quarantine as {id}")),
    }
}

fn of(status: &str, receipt: &Receipt, events: &[EventId]) -> ReceiptAnswer {
    ReceiptAnswer {
        status: status.to_owned(),
        stream: receipt.stream.to_string(),
        events: events.iter().map(ToString::to_string).collect(),
        position: Some(receipt.last.to_string()),
        recorded_at: Instant::from_unix_ms(receipt.recorded_ms).map(|at| at.to_string()),
        code: None,
        message: None,
    }
}
