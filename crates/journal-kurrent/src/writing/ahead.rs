//! Many appends in a row: each is sent when KurrentDB has taken the one before, none waits until that was read
//! back.

use std::collections::HashMap;
use std::sync::Arc;

use eventstore::ExpectedRevision;
use ports::{Append, AppendError, ImportError, InOrder, Outcome, PastAppend, Receipt};
use tokio::time::Instant;

use super::Attempt;
use crate::journal::Shared;

/// Appends sent and not yet read back: what the mirror takes in at once.
const SENT_AHEAD_MAX: usize = 256;

/// Appends that KurrentDB has taken, in their order.
#[derive(Default)]
struct Sent<'a> {
    attempts: Vec<Attempt<'a>>,
    /// The revision each stream has there.
    revisions: HashMap<Arc<str>, u64>,
}

impl Shared {
    pub(crate) async fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Receipt, AppendError>> {
        let (mut order, mut answers) = (InOrder::default(), Vec::with_capacity(appends.len()));
        let mut sent = Sent::default();
        for append in &appends {
            if self.send_ahead(append, order.expect(append), None, &mut sent).await {
                continue;
            }
            sent.answer(&mut order, &mut answers).await;
            let expected = order.expect(append);
            let answer = self.append(Append { expect: expected, ..append.clone() }, None).await;
            order.answered(&append.stream, expected, &answer);
            answers.push(answer);
        }
        sent.answer(&mut order, &mut answers).await;
        answers
    }

    pub(crate) async fn import(&self, past: Vec<PastAppend>) -> Result<Vec<Receipt>, ImportError> {
        let known = self.mirror.appends().await.map_err(super::unread)?;
        let (mut receipts, mut order, mut answers) = (Vec::new(), InOrder::default(), Vec::new());
        let (old, new): (Vec<_>, Vec<_>) = past.into_iter().partition(|append| append.number <= known);
        for append in old {
            as_append(&append).check_limits()?;
            let first = self.mirror.find(append.key).await.map_err(super::unread)?;
            let same = first.filter(|first| first.digest == append.digest && first.stream == append.stream);
            receipts.push(same.ok_or(ImportError::Diverged { number: append.number })?);
        }
        let mut appends = Vec::with_capacity(new.len());
        for (number, past) in (known + 1..).zip(new) {
            let append = as_append(&past);
            append.check_limits()?;
            self.check_follows(number, &past).await?;
            appends.push((append, past.recorded_ms));
        }
        let mut sent = Sent::default();
        for (append, recorded_ms) in &appends {
            // What is copied expects nothing: it takes the stream as it was left.
            let expect = self.mirror.version(&append.stream).await.map_err(super::unread)?.into();
            if self.send_ahead(append, expect, Some(*recorded_ms), &mut sent).await {
                continue;
            }
            sent.answer(&mut order, &mut answers).await;
            let expect = self.mirror.version(&append.stream).await.map_err(super::unread)?.into();
            answers.push(self.append(Append { expect, ..append.clone() }, Some(*recorded_ms)).await);
        }
        sent.answer(&mut order, &mut answers).await;
        for (number, (answer, (_, recorded_ms))) in (known + 1..).zip(answers.into_iter().zip(&appends)) {
            let receipt = answer?;
            if receipt.outcome != Outcome::Appended || receipt.recorded_ms != *recorded_ms {
                return Err(ImportError::Diverged { number });
            }
            receipts.push(receipt);
        }
        Ok(receipts)
    }

    /// Whether the append can be the one with this number here.
    async fn check_follows(&self, number: u64, past: &PastAppend) -> Result<(), ImportError> {
        let consumed = self.mirror.find(past.key).await.map_err(super::unread)?.is_some();
        let recorded_ms = self.mirror.head().await.map_err(super::unread)?.recorded_ms;
        if past.number != number || consumed || past.recorded_ms < recorded_ms {
            return Err(ImportError::Diverged { number: past.number });
        }
        Ok(())
    }

    /// Sends the append if nothing speaks against it, without waiting to read it back; says whether it did.
    async fn send_ahead<'a>(
        &self,
        append: &'a Append,
        expect: ports::Expect,
        recorded_ms: Option<i64>,
        sent: &mut Sent<'a>,
    ) -> bool {
        let twice = sent.attempts.iter().any(|attempt| attempt.append.key == append.key);
        if sent.attempts.len() >= SENT_AHEAD_MAX || twice || append.events.is_empty() {
            return false;
        }
        if append.check_limits().is_err() || !matches!(self.mirror.find(append.key).await, Ok(None)) {
            return false;
        }
        let Ok(actual) = self.mirror.version(&append.stream).await else { return false };
        let expected = match sent.revisions.get(&append.stream) {
            Some(revision) => ExpectedRevision::Exact(*revision),
            None if expect.meets(actual) => self.there(append, actual),
            None => return false,
        };
        let place = self.waiting.queue(append.key);
        let deadline = Instant::now() + self.options.append;
        let Ok(Ok(revision)) = self.send(append, expected, actual, recorded_ms).await else { return false };
        sent.revisions.insert(Arc::clone(&append.stream), revision);
        sent.attempts.push(Attempt { append, place, deadline, is_sent: true });
        true
    }
}

impl Sent<'_> {
    /// Waits until all of them were read back.
    async fn answer(&mut self, order: &mut InOrder, answers: &mut Vec<Result<Receipt, AppendError>>) {
        self.revisions.clear();
        for mut attempt in std::mem::take(&mut self.attempts) {
            let expected = order.expect(attempt.append);
            let answer = attempt.answer_or_indeterminate().await;
            order.answered(&attempt.append.stream, expected, &answer);
            answers.push(answer);
        }
    }
}

/// The append that was recorded; what it expected then is of no matter.
fn as_append(past: &PastAppend) -> Append {
    Append {
        key: past.key,
        digest: past.digest,
        stream: Arc::clone(&past.stream),
        expect: ports::Expect::NoStream,
        events: past.events.clone(),
    }
}
