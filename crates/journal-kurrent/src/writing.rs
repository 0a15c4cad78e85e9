//! Appending: sent with the revision the mirror stands at, answered when it has come back in `$all`.
//!
//! A crash at any point leaves one of two things: the append is in `$all`, then its key is consumed and the
//! next append with it gets the first receipt; or it is not, then nothing is. There is no claim to clear away.

mod ahead;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use eventstore::{AppendToStreamOptions, ExpectedRevision, Position, StreamPosition};
use ports::{Append, AppendError, Outcome, ReadError, Receipt, Version, next_recorded_ms};
use tokio::time::{Instant, timeout, timeout_at};

use crate::client::Trouble;
use crate::envelope::{self, Header};
use crate::journal::Shared;
use crate::open::read;
use crate::waiting::{Place, first_come};

/// After how long a refused append should come again, in milliseconds: a few round trips.
const RETRY_AFTER_MS: u64 = 50;
/// The first and the longest pause before an append is sent again.
const PAUSE: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// How long an append that the mirror holds may take to be told to the one who wrote it: no time at all.
const TOLD_MAX: Duration = Duration::from_millis(200);

/// One append under way.
struct Attempt<'a> {
    append: &'a Append,
    place: Place,
    deadline: Instant,
    /// It may be recorded.
    is_sent: bool,
}

impl Shared {
    /// Records an append, at the given time or now.
    pub(crate) async fn append(
        &self,
        append: Append,
        recorded_ms: Option<i64>,
    ) -> Result<Receipt, AppendError> {
        append.check_limits()?;
        let overloaded = |_| AppendError::Overloaded { retry_after_ms: RETRY_AFTER_MS };
        let _permit = self.permits.try_acquire().map_err(overloaded)?;
        let place = self.waiting.queue(append.key);
        let deadline = Instant::now() + self.options.append;
        let mut attempt = Attempt { append: &append, place, deadline, is_sent: false };
        let mut pause = PAUSE;
        loop {
            let actual = match self.judge(&mut attempt).await? {
                Judged::Answered(answer) => return answer,
                Judged::Stands(actual) => actual,
            };
            let trouble = match self.send(&append, self.there(&append, actual), actual, recorded_ms).await? {
                Ok(_) => return attempt.answer_or_indeterminate().await,
                Err(Trouble::Moved(there)) => {
                    self.catch_up(&attempt, actual, there).await?;
                    continue;
                }
                Err(trouble) => trouble,
            };
            attempt.is_sent |= matches!(trouble, Trouble::Unsure(_));
            let is_final = !matches!(trouble, Trouble::NotLeader(_) | Trouble::Away(_) | Trouble::Unsure(_));
            if is_final || Instant::now() + pause >= deadline {
                return Err(self.gave_up(&attempt, &trouble));
            }
            if let Ok(answer) = timeout(pause, attempt.place.answer(append.digest)).await {
                return answer;
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Whether the key was consumed, and whether the stream stands as expected, as far as the mirror knows.
    async fn judge(&self, attempt: &mut Attempt<'_>) -> Result<Judged, AppendError> {
        let append = attempt.append;
        if let Some(first) = self.mirror.find(append.key).await.map_err(unread)? {
            return Ok(Judged::Answered(attempt.known(first).await));
        }
        let actual = self.mirror.version(&append.stream).await.map_err(unread)?;
        if append.expect.meets(actual) {
            return Ok(Judged::Stands(actual));
        }
        // The mirror may have taken in this very append since the key was looked up.
        Ok(Judged::Answered(match self.mirror.find(append.key).await.map_err(unread)? {
            Some(first) => attempt.known(first).await,
            None => Err(AppendError::Conflict { actual }),
        }))
    }

    /// What KurrentDB is told to expect of the append's stream.
    fn there(&self, append: &Append, actual: Option<Version>) -> ExpectedRevision {
        if append.events.is_empty() {
            return ExpectedRevision::Any;
        }
        let events = actual.map_or(0, |version| version.revision + 1) + self.ahead(&append.stream);
        events.checked_sub(1).map_or(ExpectedRevision::NoStream, ExpectedRevision::Exact)
    }

    /// Sends the append and returns the revision of its stream there; the outer error is the clock's.
    async fn send(
        &self,
        append: &Append,
        expected: ExpectedRevision,
        actual: Option<Version>,
        recorded_ms: Option<i64>,
    ) -> Result<Result<u64, Trouble>, AppendError> {
        let recorded_ms = match recorded_ms {
            Some(recorded_ms) => recorded_ms,
            None => self.recorded_ms().await?,
        };
        let header = Header {
            writer: self.writer,
            key: append.key,
            digest: append.digest,
            recorded_ms,
            expected: actual.map(|version| version.revision),
            count: u16::try_from(append.events.len()).expect("the limit on events was checked"),
        };
        let (stream, events) = envelope::enclose(&self.clients.address.names, append, &header);
        let options = AppendToStreamOptions::default().expected_revision(expected);
        let sent = self.clients.call(|client| async move {
            let written = client.append_to_stream(stream, &options, events).await?;
            // The crate's name notwithstanding, this is the revision of the last event.
            Ok(written.next_expected_version)
        });
        Ok(sent.await)
    }

    /// The time of the next append: the clock's, but never before one that was recorded or is under way.
    async fn recorded_ms(&self) -> Result<i64, AppendError> {
        let recorded_ms = self.mirror.head().await.map_err(unread)?.recorded_ms;
        let previous_ms = recorded_ms.max(self.given_ms.load(Ordering::SeqCst));
        let next_ms = next_recorded_ms(previous_ms, self.clock.now_ms()).map_err(AppendError::Unavailable)?;
        self.given_ms.fetch_max(next_ms, Ordering::SeqCst);
        Ok(next_ms)
    }

    /// Waits until the mirror has read the stream as far as it is recorded there. Where nothing came that
    /// counts, the stream holds events that do not: notes how many.
    async fn catch_up(
        &self,
        attempt: &Attempt<'_>,
        before: Option<Version>,
        there: Option<u64>,
    ) -> Result<(), AppendError> {
        let stream = &attempt.append.stream;
        let last =
            read(&self.clients, self.clients.address.names.there(stream), StreamPosition::End, 1).await;
        let last = last.map_err(|trouble| self.gave_up(attempt, &trouble))?;
        let (Some(there), Some(last)) = (there, last.first()) else {
            let shown = &self.clients.address.shown;
            let why = format!("KurrentDB at {shown} lacks stream {stream}, which was read from it before");
            return Err(AppendError::Unavailable(why));
        };
        self.read_upto(last.position, attempt).await?;
        let here = self.mirror.version(stream).await.map_err(unread)?;
        if here == before && last.revision == there {
            let here = here.map_or(0, |version| version.revision + 1);
            self.set_ahead(Arc::clone(stream), (there + 1).saturating_sub(here));
        }
        Ok(())
    }

    async fn read_upto(&self, position: Position, attempt: &Attempt<'_>) -> Result<(), AppendError> {
        let mut standing = self.standing.clone();
        let reached = standing.wait_for(|standing| standing.upto >= Some(position));
        if matches!(timeout_at(attempt.deadline, reached).await, Ok(Ok(_))) {
            return Ok(());
        }
        let why = self.standing.borrow().trouble.clone();
        let why = why.unwrap_or_else(|| "what it recorded is not heard".to_owned());
        Err(self.gave_up(attempt, &Trouble::Away(why)))
    }

    fn gave_up(&self, attempt: &Attempt<'_>, trouble: &Trouble) -> AppendError {
        if let Trouble::TooLarge { limit } = trouble {
            let actual = envelope::bytes(attempt.append);
            return AppendError::TooLarge { what: "the append in bytes", limit: *limit, actual };
        }
        let sentence = trouble.sentence(&self.clients.address);
        if attempt.is_sent {
            tracing::warn!("an append is left open: {sentence}");
            return AppendError::Indeterminate;
        }
        AppendError::Unavailable(sentence)
    }
}

/// What the mirror says about an append.
enum Judged {
    Answered(Result<Receipt, AppendError>),
    /// Its key is free and its stream stands as expected, here.
    Stands(Option<Version>),
}

impl Attempt<'_> {
    /// The answer where the mirror holds the key: by an append before this one, unless this one was sent and is
    /// about to be told.
    async fn known(&mut self, first: Receipt) -> Result<Receipt, AppendError> {
        let digest = self.append.digest;
        if self.is_sent
            && let Ok(answer) = timeout(TOLD_MAX, self.place.answer(digest)).await
        {
            return answer;
        }
        first_come(Receipt { outcome: Outcome::Repeated, ..first }, digest)
    }

    async fn answer_or_indeterminate(&mut self) -> Result<Receipt, AppendError> {
        let answer = timeout_at(self.deadline, self.place.answer(self.append.digest)).await;
        answer.unwrap_or(Err(AppendError::Indeterminate))
    }
}

fn unread(error: ReadError) -> AppendError {
    AppendError::Unavailable(error.to_string())
}
