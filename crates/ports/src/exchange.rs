//! Questions and answers between processes: who asks does not know who answers.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;

/// A question as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked; where a place was answered by a wildcard, this says which.
    pub subject: String,
    /// What it is asked with.
    pub body: Bytes,
}

/// What is answered, and the name under which it can be discovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// Letters, digits, `-` and `_`.
    pub name: &'a str,
    /// Tokens between dots; a `*` stands for any one token.
    pub subject: &'a str,
}

/// Answers one question.
pub type Handler = Arc<dyn Fn(Question) -> BoxFuture<'static, Bytes> + Send + Sync>;

/// Answers while it lives.
pub struct Answering {
    _keep: Box<dyn Any + Send + Sync>,
}

impl Answering {
    /// Keeps answering for as long as `keep` lives.
    pub fn while_kept(keep: impl Any + Send + Sync) -> Self {
        Self { _keep: Box::new(keep) }
    }
}

/// Why a question got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Nobody answers this subject now; the question was not looked at.
    #[error("no process answers {subject} now")]
    NobodyAnswers {
        /// What was asked.
        subject: String,
    },
    /// The answer did not come in time: the question may have been acted on. A question with a key may be
    /// asked again.
    #[error("no answer to {subject} within {waited_ms} ms")]
    TimedOut {
        /// What was asked.
        subject: String,
        /// How long was waited, in milliseconds.
        waited_ms: u64,
    },
    /// The bus cannot be reached.
    #[error("the bus cannot be reached: {0}")]
    Unavailable(String),
}

/// Questions and answers between processes.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Asks whoever answers `subject`, and returns the answer.
    ///
    /// # Errors
    /// See [`AskError`]; only `TimedOut` leaves open whether the question was acted on.
    async fn ask(&self, subject: &str, body: Bytes) -> Result<Bytes, AskError>;

    /// Answers until what is returned is dropped; all who answer one subject share its questions.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn answer(&self, endpoint: Endpoint<'_>, handler: Handler) -> Result<Answering, AskError>;
}

/// Questions and answers inside one process, for tests and for roles that share one.
#[derive(Clone, Default)]
pub struct MemoryExchange {
    answering: Arc<Mutex<Answerers>>,
}

/// Who answers each subject; the first is asked next.
#[derive(Default)]
struct Answerers {
    by_subject: HashMap<String, Vec<(u64, Handler)>>,
    last: u64,
}

impl MemoryExchange {
    fn lock(&self) -> std::sync::MutexGuard<'_, Answerers> {
        self.answering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Exchange for MemoryExchange {
    async fn ask(&self, subject: &str, body: Bytes) -> Result<Bytes, AskError> {
        let handler = {
            let mut answering = self.lock();
            let mut places = answering.by_subject.iter_mut();
            let place =
                places.find(|(answered, answerers)| matches(answered, subject) && !answerers.is_empty());
            place.map(|(_, answerers)| {
                answerers.rotate_left(1);
                answerers.last().map(|(_, handler)| Arc::clone(handler))
            })
        };
        let subject = subject.to_owned();
        match handler.flatten() {
            Some(handler) => Ok(handler(Question { subject, body }).await),
            None => Err(AskError::NobodyAnswers { subject }),
        }
    }

    async fn answer(&self, endpoint: Endpoint<'_>, handler: Handler) -> Result<Answering, AskError> {
        let mut answering = self.lock();
        answering.last += 1;
        let number = answering.last;
        let subject = endpoint.subject.to_owned();
        answering.by_subject.entry(subject.clone()).or_default().push((number, handler));
        Ok(Answering::while_kept(Leaving { exchange: self.clone(), subject, number }))
    }
}

/// Whether a question about `subject` is one for who answers `answered`.
fn matches(answered: &str, subject: &str) -> bool {
    let (mut answered, mut subject) = (answered.split('.'), subject.split('.'));
    loop {
        match (answered.next(), subject.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == "*" || one == other => {}
            _ => return false,
        }
    }
}

/// Takes an answerer away when it is dropped.
struct Leaving {
    exchange: MemoryExchange,
    subject: String,
    number: u64,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let mut answering = self.exchange.lock();
        if let Some(answerers) = answering.by_subject.get_mut(&self.subject) {
            answerers.retain(|(number, _)| *number != self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(word: &'static str) -> Handler {
        Arc::new(move |_| Box::pin(async move { Bytes::from_static(word.as_bytes()) }))
    }

    fn submit(subject: &str) -> Endpoint<'_> {
        Endpoint { name: "submit", subject }
    }

    #[tokio::test]
    async fn those_who_answer_one_subject_share_its_questions() {
        let exchange = MemoryExchange::default();
        let first = exchange.answer(submit("submit"), says("first")).await.unwrap();
        let _second = exchange.answer(submit("submit"), says("second")).await.unwrap();
        let mut heard = Vec::new();
        for _ in 0..2 {
            heard.push(exchange.ask("submit", Bytes::new()).await.unwrap());
        }
        heard.sort();
        assert_eq!(heard, ["first", "second"]);
        drop(first);
        assert_eq!(exchange.ask("submit", Bytes::new()).await.unwrap(), "second");
    }

    #[tokio::test]
    async fn a_wildcard_answers_for_every_token_in_its_place() {
        let exchange = MemoryExchange::default();
        let _answering = exchange.answer(submit("acme.submit.*"), says("heard")).await.unwrap();
        assert_eq!(exchange.ask("acme.submit.crm", Bytes::new()).await.unwrap(), "heard");
        assert!(exchange.ask("acme.submit.crm.more", Bytes::new()).await.is_err());
        assert!(exchange.ask("other.submit.crm", Bytes::new()).await.is_err());
    }

    #[tokio::test]
    async fn a_question_nobody_answers_says_so() {
        let asked = MemoryExchange::default().ask("query.deals", Bytes::new()).await;
        assert_eq!(asked, Err(AskError::NobodyAnswers { subject: "query.deals".to_owned() }));
    }
}
