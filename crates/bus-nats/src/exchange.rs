//! Questions and answers: a NATS service, whose endpoints anybody with a client can discover and ask.

use std::sync::Arc;
use std::time::Duration;

use async_nats::RequestErrorKind;
use async_nats::service::{Service, ServiceExt as _};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use ports::{Answering, AskError, Endpoint, Exchange, Handler, Question};
use tokio::sync::{Mutex, Semaphore};

use crate::connect::Connection;

/// The service's name, as `nats service list` shows it.
const SERVICE: &str = "chaperone";
/// How long an answer is waited for, in milliseconds: a command is durable within 20 ms, and behind a stalled
/// disk within seconds.
const ANSWER_MS_MAX: u64 = 10_000;
/// Questions answered at the same time at one endpoint; the rest wait in the client.
const QUESTIONS_MAX: usize = 256;

/// The exchange over NATS; clones share the connection and the service.
#[derive(Clone)]
pub struct NatsExchange {
    connection: Connection,
    service: Arc<Mutex<Option<Service>>>,
}

impl NatsExchange {
    /// Nothing is announced before something is answered.
    pub fn new(connection: Connection) -> Self {
        Self { connection, service: Arc::default() }
    }
}

#[async_trait]
impl Exchange for NatsExchange {
    async fn ask(&self, subject: &str, body: Bytes) -> Result<Bytes, AskError> {
        let client = self.connection.client().map_err(|error| AskError::Unavailable(error.to_string()))?;
        let request =
            async_nats::Request::new().payload(body).timeout(Some(Duration::from_millis(ANSWER_MS_MAX)));
        match client.send_request(subject.to_owned(), request).await {
            Ok(answer) => Ok(answer.payload),
            Err(error) => Err(match error.kind() {
                RequestErrorKind::NoResponders => AskError::NobodyAnswers { subject: subject.to_owned() },
                RequestErrorKind::TimedOut => {
                    AskError::TimedOut { subject: subject.to_owned(), waited_ms: ANSWER_MS_MAX }
                }
                RequestErrorKind::InvalidSubject
                | RequestErrorKind::MaxPayloadExceeded
                | RequestErrorKind::Other => AskError::Unavailable(error.to_string()),
            }),
        }
    }

    async fn answer(&self, endpoint: Endpoint<'_>, handler: Handler) -> Result<Answering, AskError> {
        let unavailable = |error: &dyn std::fmt::Display| AskError::Unavailable(error.to_string());
        let client = self.connection.client().map_err(|error| unavailable(&error))?;
        let mut service = self.service.lock().await;
        if service.is_none() {
            let version = env!("CARGO_PKG_VERSION");
            let started = client
                .service_builder()
                .description("The book of a partner program: commands in, answers out")
                .start(SERVICE, version)
                .await;
            *service = Some(started.map_err(|error| unavailable(&error))?);
        }
        let Some(service) = &*service else { return Err(unavailable(&"the service did not start")) };
        let built = service.endpoint_builder().name(endpoint.name).add(endpoint.subject).await;
        let mut questions = built.map_err(|error| unavailable(&error))?;
        let room = Arc::new(Semaphore::new(QUESTIONS_MAX));
        let answering = tokio::spawn(async move {
            while let Some(request) = questions.next().await {
                let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
                let handler = Arc::clone(&handler);
                tokio::spawn(async move {
                    let subject = request.message.subject.to_string();
                    let answer = handler(Question { subject, body: request.message.payload.clone() }).await;
                    if let Err(error) = request.respond(Ok(answer)).await {
                        tracing::warn!("an answer could not be sent: {error}");
                    }
                    drop(place);
                });
            }
        });
        Ok(Answering::while_kept(Aborting(answering)))
    }
}

/// Ends a task when it is dropped.
struct Aborting(tokio::task::JoinHandle<()>);

impl Drop for Aborting {
    fn drop(&mut self) {
        self.0.abort();
    }
}
